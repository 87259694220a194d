"""Slips of a copying hand: rows and sources that are well formed, and yet cannot be meant. Each is one function from the sheets to its problems."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from . import bibliography, dates, names, reading
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
    "series": ("series", "period", "country_iso3", "measured_by"), "countries": ("name",), "cases": ("label", "country_iso3"), "reforms": ("title_en", "country_iso3"),
    "evidence": ("table", "row_id", "field", "source_id", "locator", "support", "note"), "corrections": ("table", "row_id", "field", "was", "now", "date"),
    "double_coding": ("step_id", "field"),
}


def kin_of_itself(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """No hashtag is its own parent, nor a descendant of itself, and no case is related to itself."""
    for name, column in _KIN.items():
        sheet = sheets[name]
        for row in sheet.rows:
            if row[column] and row[column] == row[sheet.table.key]:
                yield Problem(sheet.table.file, "is the id of its own row. Name the other row, or leave it empty.", row.line, column, row[column])
    tags = sheets["hashtags"]
    parent = {row["hashtag_id"]: row["parent_hashtag_id"] for row in tags.rows}
    for row in tags.rows:
        line = [row["hashtag_id"]]
        while (above := parent.get(line[-1])) and above not in line:
            line.append(above)
        if above == line[0] and len(line) > 1:
            yield Problem(tags.table.file, f"'{above}' comes from itself in the end: {' from '.join([*line, above])}.", row.line, "parent_hashtag_id", row["parent_hashtag_id"])


def nothing_rests_on_a_wrong_row(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A row that stands does not lead to one that is deprecated. Evidence, corrections and what two coders said may: they are about the row as it was."""
    fallen = {name: {row[sheet.table.key] for row in sheet.rows if row.cells.get("rank") == "deprecated"} for name, sheet in sheets.items()}
    for sheet in sheets.values():
        for column, (other, _) in sheet.table.foreign_keys.items() if sheet.table.name != "double_coding" else ():
            for row in sheet.rows if fallen[other] else ():
                if row[column] in fallen[other] and row.cells.get("rank") != "deprecated":
                    yield Problem(sheet.table.file, f"'{row[column]}' is deprecated in {sheets[other].table.file}. Lead to the row that stands, or deprecate this one too.",
                                  row.line, column, row[column])


def tables_have_rows(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """No table has lost all its rows. Without them it could still be loaded, and every chart of it would be empty."""
    for sheet in sheets.values():
        if not sheet.rows and not sheet.problems:
            yield Problem(sheet.table.file, "the table has no rows. Restore them from the last commit.", 1)


def names_can_be_looked_for(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """The digests of the names that texts are searched for are there."""
    yield from names.problems(root)


def tags_have_their_mark(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A hashtag is written with its #."""
    sheet = sheets["hashtags"]
    for row in sheet.rows:
        if row["tag"] and not row["tag"].startswith("#"):
            yield Problem(sheet.table.file, f"'{row['tag']}' has no # before it. Write #{row['tag']}", row.line, "tag", row["tag"])


def sources_are_of_this_world(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """The address of a source is one that a browser opens, and it was neither published nor read tomorrow."""
    try:
        known = bibliography.read(root)
    except DataError:
        return             # told elsewhere
    text, latest = (root / "references.bib").read_text(encoding="utf-8"), _tomorrow()
    for key, entry in known.items():
        if entry["url"] and not re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", entry["url"]):
            yield Problem(bibliography.FILE, f"'{key}': '{entry['url']}' is no address. It begins with https:// or http:// and has no space.", bibliography.line_of(text, key), "url")
        for column in ("date", "accessed"):
            if entry[column] and dates.parse(entry[column]).earliest > latest:
                yield Problem(bibliography.FILE, f"'{key}': '{entry[column]}' lies in the future.", bibliography.line_of(text, key), column)


def recorded_in_the_future(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """No row was written, checked, coded or corrected tomorrow."""
    latest = _tomorrow().isoformat()
    for sheet in sheets.values():
        for column in (field.name for field in sheet.table.fields if field.type == "date"):
            for row in sheet.rows:
                if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", row[column]) and row[column] > latest:     # of this form days sort as text; any other is told elsewhere
                    yield Problem(sheet.table.file, f"'{row[column]}' lies in the future: it is the day on which somebody here did this.", row.line, column, row[column])


def _tomorrow() -> dt.date:
    """The latest day of today anywhere: it may be tomorrow already where a row was written."""
    return dt.date.today() + dt.timedelta(days=1)


def told_twice(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """No two rows that stand tell the same fact."""
    for name, columns in _FACT.items():
        sheet, seen = sheets[name], {}
        for row in sheet.rows:
            if row.cells.get("rank") == "deprecated":
                continue
            fact = tuple(row[column].casefold() for column in columns)
            if (first := seen.setdefault(fact, row)) is not row:
                yield Problem(sheet.table.file, f"'{row[sheet.table.key]}' tells the same fact as line {first.line}, '{first[sheet.table.key]}': "
                              f"{', '.join(columns)} are alike. Keep one, with the other's source in data/tables/evidence.csv.", row.line, sheet.table.key)


RULES: tuple[Callable[[Sheets, Path], Iterator[Problem]], ...] = (
    kin_of_itself, nothing_rests_on_a_wrong_row, tables_have_rows, names_can_be_looked_for, tags_have_their_mark, sources_are_of_this_world, recorded_in_the_future, told_twice)
