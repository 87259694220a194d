"""Slips of a copying hand: rows and sources that are well formed, and yet cannot be meant. Each is one function from the sheets to its problems."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from . import bibliography, dates, reading
from .problems import DataError, Problem

Sheets = dict[str, reading.Sheet]
#: Columns that point to a row of their own table.
_KIN = {"hashtags": "parent_hashtag_id", "cases": "related_case_id"}
#: Columns that, all alike, make two rows the same fact: they hold what happened, where, when and of which kind, and no wording but a title's.
_FACT = {
    "events": ("title", "type", "date", "country_iso3", "place"), "case_steps": ("case_id", "step", "outcome", "date", "body"),
    "reform_stages": ("reform_id", "stage", "date", "body"), "ratifications": ("reform_id", "country_iso3"),
    "backlash": ("summary", "type", "date", "country_iso3", "place"), "claims": ("summary", "claim_type", "date", "speaker"),
    "hashtags": ("tag", "country_iso3"), "statistics": ("indicator", "value", "period", "country_iso3", "place"),
    "series": ("series", "period", "country_iso3", "measured_by"),
}


def kin_of_itself(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """No hashtag is its own parent and no case is related to itself."""
    for name, column in _KIN.items():
        sheet = sheets[name]
        for row in sheet.rows:
            if row[column] and row[column] == row[sheet.table.key]:
                yield Problem(sheet.table.file, "is the id of its own row. Name the other row, or leave it empty.", row.line, column, row[column])


def tags_have_their_mark(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A hashtag is written with its #."""
    sheet = sheets["hashtags"]
    for row in sheet.rows:
        if row["tag"] and not row["tag"].startswith("#"):
            yield Problem(sheet.table.file, f"'{row['tag']}' has no # before it. Write #{row['tag']}", row.line, "tag", row["tag"])


def addresses(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """The address of a source is one that a browser opens."""
    try:
        known = bibliography.read(root)
    except DataError:
        return             # told elsewhere
    text = (root / "references.bib").read_text(encoding="utf-8")
    for key, entry in known.items():
        if entry["url"] and not re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", entry["url"]):
            yield Problem(bibliography.FILE, f"'{key}': '{entry['url']}' is no address. It begins with https:// or http:// and has no space.", bibliography.line_of(text, key))


def recorded_in_the_future(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """No row was written tomorrow. One day is allowed: it may be tomorrow already where the row was written."""
    latest = dt.date.today() + dt.timedelta(days=1)
    for sheet in sheets.values():
        for row in sheet.rows:
            try:
                day = dates.parse(row.cells.get("recorded_date", "")).earliest
            except ValueError:
                continue   # told elsewhere
            if day > latest:
                yield Problem(sheet.table.file, f"'{row['recorded_date']}' lies in the future: it is the day on which the row was written.", row.line, "recorded_date")


def told_twice(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """No two rows that stand tell the same fact."""
    for name, columns in _FACT.items():
        sheet, seen = sheets[name], {}
        for row in sheet.rows:
            if row["rank"] == "deprecated":
                continue
            fact = tuple(row[column].casefold() for column in columns)
            if (first := seen.setdefault(fact, row)) is not row:
                yield Problem(sheet.table.file, f"'{row[sheet.table.key]}' tells the same fact as line {first.line}, '{first[sheet.table.key]}': "
                              f"{', '.join(columns)} are alike. Keep one, with the other's source in data/tables/evidence.csv.", row.line, sheet.table.key)


RULES: tuple[Callable[[Sheets, Path], Iterator[Problem]], ...] = (kin_of_itself, tags_have_their_mark, addresses, recorded_in_the_future, told_twice)
