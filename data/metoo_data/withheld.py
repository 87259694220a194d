"""Names that were taken down: found in any text without being listed, and the role put in their place.

``taken-down.txt`` has a line for each person: the digests of all spellings (see :mod:`metoo_data.names`) and the role. That line is the one edit.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import files, names
from .problems import Problem
from .schema import ROOT

FILE = "data/taken-down.txt"
_LINE = re.compile(r"([0-9a-f]{20}(?: [0-9a-f]{20})*) = (.+)")
#: A role goes into CSV, JSON, YAML, BibTeX and HTML as it is: nothing in it may mean something there.
ROLE = re.compile(r"[A-Za-z][A-Za-z '-]*[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"https?://[^\s\"'<>(){}\[\]\\]+")
_BLOB = re.compile(r"[A-Za-z0-9+/=]{200,}")
_MOST_WORDS, _MOST_SIGNS = 4, 8
_APART = 3                                   # signs between two words of one name, as in "Last, First"


@dataclass(frozen=True)
class Place:
    """Where a name stands in a text, and what goes there."""

    start: int
    end: int
    instead: str


def known(root: Path = ROOT) -> dict[str, str]:
    """The role of each digest that is taken down."""
    path = root / "taken-down.txt"
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {}


def people(root: Path = ROOT) -> int:
    """How many people have their names taken down: one line each."""
    return sum(bool(_LINE.fullmatch(line)) for line in _lines(root / "taken-down.txt")) if known(root) else 0


@functools.lru_cache(maxsize=16)
def _read(path: Path, _mtime: int) -> dict[str, str]:
    lines = map(_LINE.fullmatch, _lines(path))
    return {digest: line[2] for line in lines if line for digest in line[1].split()}


def _lines(path: Path) -> list[str]:
    """The lines of the file. Raises DataError where it is no text: then nobody knows whose names are to come down."""
    return files.text(files.raw(path, FILE), FILE).splitlines()


def faults(root: Path = ROOT) -> Iterator[tuple[int, str]]:
    """The lines of the file that cannot be read, each with what is wrong: a name on such a line would stay up."""
    path = root / "taken-down.txt"
    for number, line in enumerate(_lines(path) if path.exists() else (), 1):
        found = _LINE.fullmatch(line)
        if line.strip() and not line.startswith("#") and not (found and ROLE.fullmatch(found[2])):
            yield number, "is no line of digests, an equals sign and a role in plain letters. make take-down writes it."


def places(text: str, root: Path = ROOT) -> list[Place]:
    """Every place of a text that holds a name that is taken down, in order; none overlaps another."""
    roles = known(root)
    if not roles:
        return []
    addresses = [Place(one.start(), one.end(), _host(one[0])) for one in _ADDRESS.finditer(text) if _in_address(one[0], roles)]
    taken, found = [(one.start, one.end) for one in addresses], []
    # Pictures and fonts that are written as letters hold no words.
    words, at = list(_WORD.finditer(_BLOB.sub(lambda blob: " " * len(blob[0]), text))), 0
    while at < len(words):
        place, used = _at(text, words, at, roles)
        at += used
        if place and not any(start < place.end and place.start < end for start, end in taken):
            found.append(place)
    return sorted([*addresses, *found], key=lambda place: place.start)


def replaced(text: str, root: Path = ROOT) -> str:
    """A text with the role wherever a name stood; an address that holds one keeps its host alone."""
    for place in reversed(places(text, root)):
        text = text[:place.start] + place.instead + text[place.end:]
    return text


def problems(root: Path = ROOT, folder: Path | None = None) -> Iterator[Problem]:
    """Each place in tables, sources and, if a folder is given, its pages that holds a name that is taken down. The name is not said again."""
    for line, says in faults(root):
        yield Problem(FILE, says, line)
    pages = [path for pattern in ("*.ipynb", "*.md", "essays/*.md") for path in sorted(folder.glob(pattern))] if folder else []
    for path in [root / "references.bib", *sorted((root / "tables").glob("*.csv")), *pages] if known(root) else ():
        text = path.read_text(encoding="utf-8", errors="ignore")
        name = path.relative_to((folder if path in pages else root).parent).as_posix()
        for place in places(text, root):
            yield Problem(name, "holds a name that is taken down. make book puts the role there; commit what it changes.", text.count("\n", 0, place.start) + 1)


def _at(text: str, words: list[re.Match], at: int, roles: dict[str, str]) -> tuple[Place | None, int]:
    """The longest name that begins with a word, if any, and how many words it takes."""
    first, run, longest, end = words[at], "", None, words[at].end()
    if _has_no_case(first[0]):
        place = _within(first, roles)
        if place or len(first[0]) > _MOST_SIGNS:
            return place, 1
    elif first[0][0].islower() and text[end:end + 1] not in ("-", "_"):
        return None, 1                             # a name begins with a capital, but in an id or a file's name
    slug = first[0][0].islower()
    for used, word in enumerate(words[at:at + _MOST_WORDS], 1):
        between = text[end:word.start()]
        if used > 1 and (len(between) > _APART or "\n\n" in between or slug and between not in ("-", "_")):
            break
        run, end = f"{run} {_plain(word[0])}" if run else _plain(word[0]), word.end()
        # One word alone, in small letters, is a word of the language: rush, rose, kelly.
        if (role := _role(run, roles)) and (used > 1 or not slug):
            longest = _place(text, first.start(), end, role), used
    return longest or (None, 1)


def _within(word: re.Match, roles: dict[str, str]) -> Place | None:
    """A name inside a run of letters that knows no spaces between words, as in Chinese, Japanese, Korean or Thai."""
    for start in range(len(word[0]) if _has_no_case(word[0]) else 0):
        for end in range(min(len(word[0]), start + _MOST_SIGNS), start + 1, -1):
            if role := _role(_plain(word[0][start:end]), roles):
                return Place(word.start() + start, word.start() + end, role if end - start == len(word[0]) else f" {role} ")
    return None


def _has_no_case(word: str) -> bool:
    return word[0] > "\u0e00" and word.upper() == word.lower()


def _role(run: str, roles: dict[str, str]) -> str | None:
    return roles.get(_digest(run))


@functools.lru_cache(maxsize=1_000_000)
def _digest(run: str) -> str:
    return names.digest(run)


@functools.lru_cache(maxsize=200_000)
def _plain(word: str) -> str:
    """A word as its digest sees it: accents and capitals make no other run of words."""
    return names.plain(word)


def _place(text: str, start: int, end: int, role: str) -> Place:
    old, before = text[start:end], text[:start][-80:]
    if old.islower() and re.fullmatch(r"[^\s]+", old) and re.search(r"[-_]", old):
        return Place(start, end, re.sub(r"[ ']", "-", role.lower()))                 # in an id or a file's name
    begins = old[0].isupper() and (not before.strip() or re.search(r"(?<! v)(?<! vs)[.!?]\s+$|[\n,\"]$|\{\{$", before[-6:]) and not before.endswith(", "))
    return Place(start, end, role[0].upper() + role[1:] if begins else role)


def _in_address(address: str, roles: dict[str, str]) -> bool:
    """Whether a name stands in an address, in capitals or not."""
    words = [_plain(word) for word in _WORD.findall(unquote(address))]
    runs = (" ".join(words[at:stop]) for at in range(len(words)) for stop in range(at + 1, min(at + _MOST_WORDS, len(words)) + 1))
    return any(_role(run, roles) for run in runs) or any(_within(word, roles) for word in _WORD.finditer(unquote(address)))


def _host(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"
