"""Text that anyone may have typed: what no cell may hold, and how the rest stays text where Markdown is read.

The tables are published as they stand, so a cell that a spreadsheet would compute is refused here and not altered on its way out:
nothing is lost, and the file that is downloaded is the file that was checked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: Letters that nobody sees and that turn, join or hide what stands beside them. The two joiners that Persian, Urdu and Hindi are written with
#: (U+200C, U+200D) are allowed; other controls, marks of direction, fillers, tags, the letters of private use and those that are none are not.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufeff\uffa0"
                     "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]")
#: What makes a spreadsheet compute: these at the beginning of a cell, of a line in it, or behind a semicolon, which parts cells where commas part decimals.
_FORMULA = re.compile("(?:^|[;\t\r\n])\\s*([=+\\-@＝＋－＠])")
#: In the bibliography, which LaTeX may read: a backslash that is not before one of its signs, and its way to write any letter in another form.
_COMMAND = re.compile(r"\\(?![%&_#$])[A-Za-z]*|\^\^")
_ENTRY = re.compile(r"^[^\S\n]*@\w+[^\S\n]*[{(][^\S\n]*([^,\s]*)[^\S\n]*,", re.M)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]*")
_LONGEST = 1000
#: Signs that Markdown (MyST) reads anywhere in a line, and those that it reads where a line begins or ends.
_MARKS = re.compile(r"[\\`*_{}\[\]<>|$~&^]|^[:+=%(-]|^#(?=#*(?:\s|$))|(?<=\s)#(?=#*$)")
_NUMBERED = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))")
_LINES = re.compile("[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def hidden(text: str) -> str | None:
    """The first hidden letter of a text, told as ``hidden character (soft hyphen), letter 3 of 9``; None where there is none."""
    found = None if text.isascii() and text.isprintable() else _HIDDEN.search(text)
    if not found:
        return None
    name = unicodedata.name(found[0], "").lower() or f"U+{ord(found[0]):04X}"
    return f"hidden character ({name}), letter {found.start() + 1} of {len(text)}"


def formula(text: str) -> str | None:
    """A sentence where a spreadsheet would take a text, or what begins anew within it, for a formula; None where it would not."""
    found = _FORMULA.search(text)
    if not found:
        return None
    where = {";": "has behind a semicolon", "\t": "has behind a tab", "\r": "has in a new line", "\n": "has in a new line"}.get(found[0][0], "begins with")
    return f"{where} '{found[1]}': a spreadsheet would compute it. Begin with a word, or with a quotation mark: “{found[1]}…”"


def visible(text: str) -> str:
    """A text for a message: hidden letters by their number, so that they do nothing to a terminal, and a very long text without its middle."""
    plain = _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}" if found[0] not in "\n\xa0" else found[0], text)
    return plain if len(plain) <= 2 * _LONGEST else f"{plain[:_LONGEST]} … {plain[-_LONGEST:]}"


def in_bibliography(text: str) -> Iterator[tuple[str, int, str | None]]:
    """What the file of sources may not hold, as sentence, line and field: hidden letters, commands of LaTeX, keys that are more than a word."""
    if not _HIDDEN.search(text.replace("\n", "")) and not _COMMAND.search(text) and all(map(_KEY.fullmatch, _ENTRY.findall(text))):
        return              # nothing in all of it: its ten thousand lines need not be looked at one by one
    for number, line in enumerate(text.split("\n"), 1):
        begun = re.match(r" *([A-Za-z]+) *=", line)
        field = begun[1] if begun else None
        if told := hidden(line.rstrip("\r")):
            yield f"holds a {told}. Type the line again.", number, field
        for found in _COMMAND.finditer(line):
            yield (f"'{found[0]}' (letter {found.start() + 1}) is a command of LaTeX, which would be carried out where the file is used. Write the letter itself; "
                   "a backslash stands before % & _ # $ alone."), number, field
        entry = _ENTRY.match(line) if "@" in line else None
        if entry and not _KEY.fullmatch(entry[1]):
            yield f"'{entry[1]}' is not a key. Allowed: letters from a to z, digits, hyphens.", number, None


def in_frame(frame: pd.DataFrame) -> list[str]:
    """The cells and names of columns of a frame that a spreadsheet would compute once it is a CSV file, each in a sentence; numbers are none of them."""
    found = [f"the column '{name}' {says}" for name in frame.columns if (says := formula(str(name)))]
    for name in frame.columns:
        for place, cell in enumerate(frame[name], 1):
            if isinstance(cell, str) and (says := formula(cell)):
                found.append(f"row {place} of the data, column '{name}': '{visible(cell)}' {says}")
    return found


def in_markdown(value) -> str:
    """A value as one line of Markdown (MyST) in which nothing can be read as markup."""
    line = _MARKS.sub(r"\\\g<0>", _LINES.sub(" ", str(value)).strip())
    return _NUMBERED.sub(r"\1\\", line)
