"""Names of accused people, found without being listed.

A list of the people whom the book does not name would itself be a register. So ``accused-names.txt`` holds only a digest of
each name, and a text is searched by taking the digest of every run of one to four of its words. A digest hides a name
from readers and search engines; it does not hide it from someone who already knows the name and tries it.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import files
from .problems import DataError, Problem
from .schema import ROOT

FILE = "data/accused-names.txt"
_LONGEST = 4
_DIGEST = "[0-9a-f]{20}"
_WORD = r"[^\W\d_]+"
#: Small words that no name holds, written as these are: a run of words ends before them. (In a name, "The" or "And" has a capital.)
_IN_NO_NAME = frozenset(("the", "of", "and", "was", "were", "had", "has", "with", "from", "which", "that", "for", "by", "at", "is", "as", "not", "his", "who"))


def digest(name: str) -> str:
    """The digest of a name as the file holds it, whatever its accents, hyphens and capitals."""
    return _seen(" ".join(map(plain, re.findall(_WORD, name))))


@functools.cache
def known(root: Path = ROOT) -> dict[str, frozenset[str]]:
    """Each digest of the file, with those of all spellings of the same name: they stand on one line."""
    try:
        lines = _lines(root)
    except DataError:
        return {}          # told by problems()
    people = [frozenset(line.split()) for line in lines if not line.startswith("#")]
    return {spelling: person for person in people for spelling in person}


def problems(root: Path = ROOT) -> list[Problem]:
    """What is wrong with the file of the digests. Without it no text can be searched for a name."""
    try:
        lines = _lines(root)
    except DataError as error:
        return error.problems
    found = [Problem(FILE, f"'{code[:40]}' is no digest of a name: 20 letters 0 to 9 and a to f. Restore the line, or make it with metoo_data.names.digest.", number)
             for number, line in enumerate(lines, 1) if not line.startswith("#") for code in line.split() if not re.fullmatch(_DIGEST, code)]
    return found if any(not line.startswith("#") and line.strip() for line in lines) else [*found, Problem(FILE, "the file holds no digest of a name. Restore it from the last commit.", 1)]


def _lines(root: Path) -> list[str]:
    return files.text(files.raw(root / "accused-names.txt", FILE), FILE).splitlines()


def found(text: str, root: Path = ROOT, besides: frozenset[str] = frozenset()) -> Iterator[str]:
    """Each name in a text whose digest is known and not in ``besides``, as it is written there."""
    yield from _found(text, root, besides)


@functools.lru_cache(maxsize=100_000)
def _found(text: str, root: Path, besides: frozenset[str]) -> tuple[str, ...]:
    listed, hits, written = known(root), [], re.findall(_WORD, text)
    simple = [plain(word) for word in written]
    for start, word in enumerate(written):
        if word[0].isupper():
            run = ""
            for stop in range(start, min(start + _LONGEST, len(simple))):
                if written[stop] in _IN_NO_NAME:
                    break
                run = f"{run} {simple[stop]}" if run else simple[stop]
                if (code := _seen(run)) in listed and code not in besides:
                    hits.append(" ".join(written[start:stop + 1]))
    return tuple(hits)


def named(captions: Iterable[str], root: Path = ROOT) -> frozenset[str]:
    """The digests of everyone whom a caption names, in all spellings."""
    return frozenset().union(*(known(root)[digest(name)] for caption in captions for name in found(caption, root)))


@functools.cache
def plain(word: str) -> str:
    """A word without capitals and accents, as its digest is taken."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@functools.lru_cache(maxsize=200_000)
def _seen(run: str) -> str:
    return hashlib.sha256(f"after-the-hashtag:{run}".encode()).hexdigest()[:20]
