"""Whether two folders hold the same files to the byte, and where in a file the first difference stands."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

#: Characters shown of a line or a run of bytes that differs.
_SHOWN = 60


def differences(first: Path, second: Path, places: tuple[str, ...]) -> tuple[int, list[str]]:
    """Compares some files and folders of two books.

    Returns the number of files compared, and a sentence for each file that one book alone has or that differs, with the first place where it does.
    Raises FileNotFoundError for a place that neither book has: nothing would be compared there.
    """
    count, told = 0, []
    for place in places:
        here, there = (_files(book / place) for book in (first, second))
        if not here and not there:
            raise FileNotFoundError(f"there is no file in {place} of either book: nothing was compared there")
        count += len(here | there)
        for name in sorted(here | there):
            label = f"{place}/{name}" if name != "." else place
            if name in here and name in there:
                told += [f"{label}: {where}"] if (where := first_difference((first / place / name).read_bytes(), (second / place / name).read_bytes())) else []
            else:
                told.append(f"{label}: only in the {'first' if name in here else 'second'} book")
    return count, told


def _files(place: Path) -> set[str]:
    """The files of a folder, by their place in it; a file is the one file of itself, under the name of a dot."""
    return {path.relative_to(place).as_posix() for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file()}


def first_difference(first: bytes, second: bytes) -> str:
    """Where two files differ first, in words, and what stands there; empty where they are the same. In an archive it is told of the member."""
    if first == second:
        return ""
    if first[:4] == second[:4] == b"PK\3\4":
        return _in_archive(first, second)
    place = next((i for i, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))
    try:
        before = first[:place].decode("utf-8", errors="ignore")
        first.decode("utf-8"), second.decode("utf-8")
    except UnicodeDecodeError:
        return f"byte {place}: {first[place:place + _SHOWN // 4].hex(' ')} | {second[place:place + _SHOWN // 4].hex(' ')}"
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"line {line}, column {column}: {_around(first, place)} | {_around(second, place)}"


def _around(content: bytes, place: int) -> str:
    """What stands at a place, with a little of what is before it, on one line."""
    start = max(content.rfind(b"\n", 0, place) + 1, place - _SHOWN // 3)
    return repr(content[start:place + _SHOWN].split(b"\n")[0].decode("utf-8", errors="replace"))


def _in_archive(first: bytes, second: bytes) -> str:
    """The first member that differs, and where in it; or that the members are the same and stand in another order or with other times."""
    with zipfile.ZipFile(io.BytesIO(first)) as one, zipfile.ZipFile(io.BytesIO(second)) as other:
        if one.namelist() != other.namelist():
            alone = sorted(set(one.namelist()) ^ set(other.namelist()))
            return f"in the archive, members that one alone has: {', '.join(alone[:5])}" if alone else "in the archive, the same members in another order"
        for name in one.namelist():
            if where := first_difference(one.read(name), other.read(name)):
                return f"in the archive, {name}, {where}"
    return "in the archive, the same members with other times, modes or packing"
