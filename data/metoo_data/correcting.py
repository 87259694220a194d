"""A correction prepared in the tables: checked first, then every changed file at once or none.

A fact that was wrong keeps its row, deprecated, and a new row with an id of its own says what is known now. A slip of the hand, and a row
that others hang on (a case, a reform), is mended where it stands. A row that should not be there is only deprecated.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import bibliography, cells, reading
from .problems import nearest
from .schema import ROOT, Table, tables

#: Columns that no correction names: the row's key and place, and what a correction itself writes.
_OWN = {"seq", "rank", "rank_reason", "recorded_date", "source_id", "locator"}
#: Tables that speak of rows; a row that they name may still get a successor.
_ABOUT = {"evidence", "corrections", "double_coding"}
#: Columns with names of people, which the list of corrections does not repeat.
_NAMES = {"caption": "a name", "speaker": "a name"}
#: What a whole row said, in one of its own columns.
_WORDS = ("title", "label", "title_en", "indicator", "summary", "tag", "name", "series")
BY = ("reader", "person_concerned", "author", "publisher")


class Refused(ValueError):
    """A correction that cannot be prepared. ``faults`` has a sentence for each reason; nothing was written."""

    def __init__(self, faults: list[str]):
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Request:
    """What is asked: the row; the new value of each column (none: the row goes); why; the source; who asked; whether it was a slip; other words for what it said."""

    row: str
    values: dict[str, str]
    reason: str
    source: str = ""
    locator: str = ""
    by: str = "author"
    slip: bool = False
    was: str = ""


@dataclass
class Prepared:
    """The new text of each file that changes, the ids of the corrections, the rows concerned, and sentences on what is left to a person."""

    files: dict[Path, str]
    ids: list[str]
    old: str
    new: str = ""
    left: list[str] = field(default_factory=list)


def prepare(asked: Request, version: str, root: Path = ROOT, today: dt.date | None = None) -> Prepared:
    """Everything that a correction changes in the tables under ``root``. Writes nothing; raises Refused with every fault that was found."""
    from .__main__ import check

    table, row = _find(asked.row, root)
    if faults := _faults(asked, table, row, root):
        raise Refused(faults)
    if before := check(root):
        raise Refused([f"The tables have {len(before)} problem{'s' if len(before) != 1 else ''} already. Mend them first (make check-data lists them), and correct then."])
    day = (today or dt.date.today()).isoformat()
    books = {name: _Lines(one) for name, one in tables(root).items()}
    done = Prepared({}, [], row[table.key])
    if not asked.values:
        books[table.name].change(row.line, {"rank": "deprecated", "rank_reason": asked.reason, "recorded_date": day})
    elif asked.slip or _leaning(table.name, done.old, root):
        _in_place(asked, table, row, books, day, root)
    else:
        done.new = _replaced(asked, table, row, books, day, root)
        done.left += _left(done, table, books)
    _told(asked, table, row, books, done, version, day)
    done.files = {lines.table.path: lines.text() for lines in books.values() if lines.changed}
    if broken := _would_break(done.files, root):
        raise Refused([f"The correction would break a rule. {problem}" for problem in broken])
    return done


def _find(name: str, root: Path) -> tuple[Table, reading.Row]:
    """The row of an id, which may have its table and a colon before it."""
    said, _, row_id = name.rpartition(":")
    known = tables(root)
    if said and said not in known:
        raise Refused([f"There is no table '{said}'.{nearest(said, known)} Tables: {', '.join(known)}"])
    every = {row[table.key]: (table, row) for table in known.values() if said in ("", table.name) and table.name not in _ABOUT for row in reading.read(table).rows}
    if row_id not in every:
        raise Refused([f"There is no row '{row_id}'{f' in the table {said}' if said else ''}.{nearest(row_id, every)} The id stands behind the link of a number in the book."])
    return every[row_id]


def _faults(asked: Request, table: Table, row: reading.Row, root: Path) -> list[str]:
    known, faults = {one.name: one for one in table.fields}, []
    allowed = [name for name in known if name not in _OWN | {table.key}]
    if row["rank"] == "deprecated":
        faults.append(f"'{row[table.key]}' is deprecated already: {row['rank_reason']}")
    if not asked.values and (leaning := _leaning(table.name, row[table.key], root)):
        faults.append(f"{len(leaning)} rows belong to '{row[table.key]}' ({', '.join(leaning[:3])}{' ...' if len(leaning) > 3 else ''}). Take those out first, or say which column is wrong.")
    for column, value in asked.values.items():
        if column not in allowed:
            faults.append(f"'{column}' is no column of {table.name} that can be corrected.{nearest(column, allowed)} Allowed: {', '.join(allowed)}")
        elif told := cells.wrong(known[column], value):
            faults.append(f"{column}: {told}")
        elif value == row[column]:
            faults.append(f"{column}: the row says '{value}' already.")
    sources = bibliography.read(root)
    if asked.source and asked.source not in sources:
        faults.append(f"There is no source '{asked.source}' in {bibliography.FILE}.{nearest(asked.source, sources)} Add it there first.")
    elif asked.source and not asked.locator and sources[asked.source]["lines"]:
        faults.append(f"'{asked.source}' is an article whose lines are numbered. Say where in it: locator=p12")
    if asked.locator and not asked.source:
        faults.append("A locator needs its source: say source=... as well.")
    if asked.source and not asked.values:
        faults.append("A row that is only taken out gets no source. Say in the reason what shows that it is wrong.")
    if len(asked.reason.split()) < 3:
        faults.append("Say the reason in a sentence: reason=\"The court's own report gives another day.\"")
    if asked.by not in BY:
        faults.append(f"'{asked.by}' cannot have asked. Allowed for by: {', '.join(BY)}")
    return faults


def _leaning(name: str, row_id: str, root: Path) -> list[str]:
    """The rows that belong to this one by a key, and stand: because of them it keeps its id."""
    links = [(other, column) for other in tables(root).values() if other.name not in _ABOUT for column, (target, _) in other.foreign_keys.items() if target == name]
    return [row[other.key] for other, column in links for row in reading.read(other).rows if row[column] == row_id and row["rank"] != "deprecated"]


def _in_place(asked: Request, table: Table, row: reading.Row, books: dict, day: str, root: Path) -> None:
    extra = {"source_id": asked.source, "locator": asked.locator or "whole page"} if asked.source else {}
    books[table.name].change(row.line, asked.values | extra | {"recorded_date": day})
    owners = {row[table.key]} if table.name == "case_steps" else {step["step_id"] for step in reading.read(tables(root)["case_steps"]).rows if step["case_id"] == row[table.key]}
    for coding in reading.read(tables(root)["double_coding"]).rows:
        # What two coders settled stands in the table: it follows, and says why.
        if coding["field"] in asked.values and coding["step_id"] in owners:
            books["double_coding"].change(coding.line, {"resolved": asked.values[coding["field"]], "reason": coding["reason"] or asked.reason})


def _replaced(asked: Request, table: Table, row: reading.Row, books: dict, day: str, root: Path) -> str:
    """Puts the new row right after the old one and returns its id. Of numbered rows the new one takes the place, and the old one goes behind the last."""
    stem, _, number = re.fullmatch(r"(.+?)(-v(\d+))?", row[table.key]).groups()
    new = {**row.cells, **asked.values, table.key: f"{stem}-v{int(number or 1) + 1}", "recorded_date": day}
    if asked.source:
        new |= {"source_id": asked.source, "locator": asked.locator or "whole page"}
    if "confidence" in new and "confidence" not in asked.values and (new["confidence"] == "two_sources" or asked.source):
        new["confidence"] = "court_record" if bibliography.read(root)[new["source_id"]]["kind"] == "court_document" else "single_source"
    old = {"rank": "deprecated", "rank_reason": asked.reason, "recorded_date": day}
    if "seq" in row.cells:
        owner = next(column for column in ("case_id", "reform_id") if column in row.cells)
        old["seq"] = str(1 + sum(other[owner] == row[owner] for other in reading.read(table).rows))
    books[table.name].change(row.line, old)
    books[table.name].add(new, after=row.line)
    return new[table.key]


def _left(done: Prepared, table: Table, books: dict) -> list[str]:
    """What speaks of the old row and cannot be moved without reading."""
    said = [f"Read the new row, {done.new}: all that was not named (summary, notes) was taken over from the old one."]
    backing = [row["evidence_id"] for row in reading.read(books["evidence"].table).rows if (row["table"], row["row_id"]) == (table.name, done.old)]
    coded = [row["coding_id"] for row in reading.read(books["double_coding"].table).rows if row["step_id"] == done.old]
    if backing:
        said.append(f"Read again what stands in data/tables/evidence.csv for the old row ({', '.join(backing)}). It stays with it; where it supports the new row too, copy the line "
                    f"with a new id and row_id {done.new}.")
    if coded:
        said.append(f"The old step was coded twice ({', '.join(coded)}), and that stays as it was. The new one was not.")
    return said


def _told(asked: Request, table: Table, row: reading.Row, books: dict, done: Prepared, version: str, day: str) -> None:
    """A row in the corrections for each column, and the source that speaks against the old row in the evidence."""
    used = {one["correction_id"] for one in reading.read(books["corrections"].table).rows}
    for column in asked.values or [""]:
        number = next(n for n in range(1, 1000) if f"cor-{day}-{n}" not in used)
        used.add(f"cor-{day}-{number}")
        done.ids.append(f"cor-{day}-{number}")
        was = _said(column, row[column]) if column else next((row[name] for name in _WORDS if row.cells.get(name)), done.old)
        now = _said(column, asked.values[column]) if column else ""
        books["corrections"].add({"correction_id": done.ids[-1], "date": day, "table": table.name, "row_id": done.old, "field": column, "was": asked.was or was,
                                  "now": f"{now} ({done.new})" if done.new else now, "reason": asked.reason, "requested_by_type": asked.by, "version": version})
    if done.new and asked.source and asked.source != row["source_id"]:
        books["evidence"].add({"evidence_id": f"evd-{done.ids[0]}", "table": table.name, "row_id": done.old, "field": next(iter(asked.values)), "support": "contradicts",
                               "source_id": asked.source, "locator": asked.locator or "whole page", "rank": "normal", "recorded_date": day})


def _said(column: str, value: str) -> str:
    """A cell as the list of corrections tells it."""
    return _NAMES.get(column, value) if value else "empty"


def _would_break(files: dict[Path, str], root: Path) -> list[str]:
    """The problems that the tables would have, found in a copy."""
    from .__main__ import check

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "data"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for path, text in files.items():
            (copy / path.relative_to(root)).write_text(text, encoding="utf-8", newline="")
        return [str(problem) for problem in check(copy)]


class _Lines:
    """A table as lines of text: a change rewrites the lines concerned, and no other byte."""

    def __init__(self, table: Table):
        self.table, self.changed = table, False
        text = table.path.read_bytes().decode("utf-8")
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._lines = text.removesuffix(self._end).split(self._end)
        self._header = next(csv.reader(self._lines[:1]))
        self._after: dict[int, list[str]] = {}

    def change(self, line: int, values: dict[str, str]) -> None:
        cells_now = dict(zip(self._header, next(csv.reader([self._lines[line - 1]]))))
        self._lines[line - 1], self.changed = self._written(cells_now | values), True

    def add(self, values: dict[str, str], after: int | None = None) -> None:
        self._after.setdefault(after or len(self._lines), []).append(self._written(values))
        self.changed = True

    def text(self) -> str:
        every = [part for number, line in enumerate(self._lines, 1) for part in (line, *self._after.get(number, ()))]
        return self._end.join(every) + self._end

    def _written(self, values: dict[str, str]) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow([values.get(column, "") for column in self._header])
        return out.getvalue()
