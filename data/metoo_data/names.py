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

from .schema import ROOT

FILE = "data/accused-names.txt"
_LONGEST = 4
_WORD = r"[^\W\d_]+"


def digest(name: str) -> str:
    """The digest of a name as the file holds it, whatever its accents, hyphens and capitals."""
    return _seen(" ".join(map(plain, re.findall(_WORD, name))))


@functools.cache
def known(root: Path = ROOT) -> dict[str, frozenset[str]]:
    """Each digest of the file, with those of all spellings of the same name: they stand on one line."""
    path = root / "accused-names.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    people = [frozenset(line.split()) for line in lines if not line.startswith("#")]
    return {spelling: person for person in people for spelling in person}


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
