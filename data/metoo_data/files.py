"""A file of the package as text, or one sentence that says why it is none."""

from __future__ import annotations

import re
from pathlib import Path

from .problems import DataError, Problem

#: What a merge leaves in a file where two hands changed the same lines.
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: .*)?$|^={7}\r?$", re.M)

_CARRIAGE = re.compile(r"\r(?!\n)")


def raw(path: Path, name: str) -> bytes:
    """The bytes of a file that messages call ``name``. Raises DataError where they cannot be had."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        says = "the file is not there. Restore it from the last commit."
    except IsADirectoryError:
        says = "here stands a folder, not a file. Restore the file from the last commit."
    except OSError as error:
        says = f"the file cannot be read ({error.strerror})."
    raise DataError([Problem(name, says)])


def text(content: bytes, name: str) -> str:
    """Bytes as text. Raises DataError with the line where they are not UTF-8 or hold the marks of a merge that was not finished."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError([Problem(name, "the file is in UTF-16. Save it as UTF-8.", 1)])
    if content.startswith(b"\xef\xbb\xbf"):
        raise DataError([Problem(name, "the file starts with a hidden mark (BOM) that a spreadsheet wrote. Save it as UTF-8 without BOM.", 1)])
    try:
        told = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError([Problem(name, f"the file is not UTF-8 text (byte {content[error.start]:#04x}). Save it as UTF-8; other encodings lose letters.", line)]) from None
    if alone := _CARRIAGE.search(told):
        line = told.count("\n", 0, alone.start()) + 1
        raise DataError([Problem(name, "the line holds a carriage return alone, as old Macintosh files have it at the end of each line. Save the file with the line ends of Unix (LF) or Windows (CRLF).", line)])
    if mark := _CONFLICT.search(told):
        line = told.count("\n", 0, mark.start()) + 1
        raise DataError([Problem(name, f"'{mark[0].strip()}' is a mark of a merge that was not finished. Keep one of the two sides and delete the marks.", line)])
    return told
