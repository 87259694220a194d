"""Dates as the sources give them: EDTF, ISO 8601-2:2019.

The tables use level 0 (``2018-01-29``, ``2018-01``, ``2018``), the qualifiers of level 1
(``?`` uncertain, ``~`` approximate, ``%`` both) and intervals (``2018-01-23/2018-01-31``,
``2018-04/..``). Vocabulary: https://www.loc.gov/standards/datetime/ .
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from dataclasses import dataclass

PRECISIONS = ("day", "month", "year", "interval")
QUALIFIERS = {"": "exact", "?": "uncertain", "~": "approximate", "%": "uncertain_approximate"}
MONTHS = ("January", "February", "March", "April", "May", "June", "July",
          "August", "September", "October", "November", "December")

_ONE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?([?~%]?)", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_SPREADSHEET = re.compile(r"(\d{1,2}[- ])?[A-Z][a-z]{2,8}[- ]\d{2,4}|\d{4}-\d{2}-\d{2}[ T].*")
OPEN_START, OPEN_END = dt.date(1, 1, 1), dt.date(9999, 12, 31)


@dataclass(frozen=True)
class Edtf:
    """One EDTF date: the first and last day it may mean, its precision and its qualifier."""

    text: str
    earliest: dt.date
    latest: dt.date
    precision: str
    qualifier: str

    def __str__(self) -> str:
        return in_words(self.text)


@functools.lru_cache(maxsize=20_000)        # a table has few different dates, and each is asked for many times
def parse(text: str) -> Edtf:
    """Read one EDTF string.

    Returns an :class:`Edtf`. Raises ValueError with a sentence for people: what is wrong,
    what is allowed and, where it can be guessed, what was meant.
    """
    if text.count("/") == 1 and not _DAY_FIRST.fullmatch(text):
        return _interval(text)
    match = _ONE.fullmatch(text)
    if not match:
        raise ValueError(_what_was_meant(text))
    year, month, day, mark = match.groups()
    earliest, latest, precision = _span(text, int(year), month, day)
    return Edtf(text, earliest, latest, precision, QUALIFIERS[mark])


def _interval(text: str) -> Edtf:
    left, right = text.split("/")
    if left == right == "..":
        raise ValueError(f"'{text}' is open at both ends: leave the cell empty")
    first = OPEN_START if left == ".." else parse(left).earliest
    last = OPEN_END if right == ".." else parse(right).latest
    if first > last:
        raise ValueError(f"'{text}' ends before it starts")
    marks = {mark for mark in (left[-1], right[-1]) if mark in "?~%"}
    mark = marks.pop() if len(marks) == 1 else ("%" if marks else "")
    return Edtf(text, first, last, "interval", QUALIFIERS[mark])


def _span(text: str, year: int, month: str | None, day: str | None):
    if year == 0:
        raise ValueError(f"'{text}': there is no year 0000 here")
    if month is None:
        return dt.date(year, 1, 1), dt.date(year, 12, 31), "year"
    if not 1 <= int(month) <= 12:
        raise ValueError(f"'{text}': there is no month {month}; months go from 01 to 12")
    days = calendar.monthrange(year, int(month))[1]
    if day is None:
        return dt.date(year, int(month), 1), dt.date(year, int(month), days), "month"
    if not 1 <= int(day) <= days:
        raise ValueError(f"'{text}': {MONTHS[int(month) - 1]} {year} has no day {day}")
    exact = dt.date(year, int(month), int(day))
    return exact, exact, "day"


def _what_was_meant(text: str) -> str:
    allowed = "Allowed: 2018, 2018-01, 2018-01-29, with ? or ~ behind it, or an interval 2018-01/2018-03"
    if match := _DAY_FIRST.fullmatch(text):
        a, b, year = match.group(1).zfill(2), match.group(2).zfill(2), match.group(3)
        readings = [f"{year}-{m}-{d}" for m, d in {(b, a), (a, b)} if 1 <= int(m) <= 12 and int(d) <= 31]
        guess = " or ".join(f"'{r}'" for r in sorted(readings))
        return f"'{text}' is not an EDTF date. Did you mean {guess}? {allowed}" if guess else f"'{text}' is not an EDTF date. {allowed}"
    if re.fullmatch(r"\d{5}", text):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
        return (f"'{text}' looks like a date that a spreadsheet turned into a number. "
                f"Did you mean '{day.isoformat()}'? Format the column as text. {allowed}")
    if _SPREADSHEET.fullmatch(text):
        return f"'{text}' looks like a date that a spreadsheet rewrote. Format the column as text and type it again. {allowed}"
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?([?~%]?)", text):
        year, month, day, mark = match.groups()
        guess = "-".join([year, month.zfill(2)] + ([day.zfill(2)] if day else [])) + mark
        return f"'{text}' is not an EDTF date. Did you mean '{guess}'? {allowed}"
    return f"'{text}' is not an EDTF date. {allowed}"


def in_words(text: str) -> str:
    """The date as a reader sees it: ``29 January 2018``, ``about 2009``, ``January 2018``."""
    if "/" in text:
        left, right = text.split("/")
        if left == "..":
            return f"until {in_words(right)}"
        if right == "..":
            return f"from {in_words(left)}"
        return f"{in_words(left)} to {in_words(right)}"
    match = _ONE.fullmatch(text)
    year, month, day, mark = match.groups()
    words = year if month is None else f"{MONTHS[int(month) - 1]} {year}"
    words = f"{int(day)} {words}" if day else words
    return {"": words, "?": f"{words} (uncertain)", "~": f"about {words}", "%": f"about {words} (uncertain)"}[mark]
