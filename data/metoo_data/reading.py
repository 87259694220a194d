"""Reading one CSV as text, cell by cell, with every fault of its form told in a sentence."""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass

from . import files
from .problems import DataError, Problem, nearest
from .schema import Table


#: What other programs put between two cells.
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "upright lines"}


@dataclass(frozen=True)
class Row:
    """One line of a table: its line number in the file and its cells as text."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table as it stands in its file, and what is wrong with its form. Broken files have no rows."""

    table: Table
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    @property
    def is_broken(self) -> bool:
        """Whether the file could not be read at all: then nothing can be said of rows that need it."""
        return bool(self.problems) and not self.rows


def read(table: Table) -> Sheet:
    """The rows of one table as text. Nothing is converted; a file whose form is broken gives no rows."""
    try:
        stat = table.path.stat()
    except OSError:
        return _broken(table, f"the file is not there. It was looked for as {table.file}, beside datapackage.json.")
    return _read(table, stat.st_mtime_ns, stat.st_size)


@functools.lru_cache(maxsize=64)
def _read(table: Table, _mtime: int, _size: int) -> Sheet:
    try:
        raw = files.raw(table.path, table.file)
        if not raw.strip():
            return _broken(table, "the file is empty. It needs at least the line with the column names.", 1)
        if raw.startswith((b"PK\x03\x04", b"\x00")):
            return _broken(table, "this is not a CSV text file (a spreadsheet file, perhaps). Export it as CSV in UTF-8.", 1)
        return _rows(table, files.text(raw, table.file))
    except DataError as error:
        return Sheet(table, (), tuple(error.problems))


def _rows(table: Table, text: str) -> Sheet:
    reader, written = csv.reader(io.StringIO(text, newline=""), strict=True), text.split("\n")
    whole = 0                          # the last line of the last row that could be read
    try:
        header = next(reader)
        problems = _header_problems(table, header)
        if problems:
            return Sheet(table, (), tuple(problems))
        rows = []
        for cells in reader:
            line, whole = reader.line_num, reader.line_num
            if any("\n" in cell or "\r" in cell for cell in cells):
                start = line - sum(cell.count("\n") for cell in cells)
                return _broken(table, "a quotation mark is opened here and closed on a later line. "
                               "Each row is one line; a quote inside a cell is written twice.", start)
            if not cells:
                problems.append(Problem(table.file, "an empty line. Delete it.", line))
            elif len(cells) == 1 and (mark := next((mark for mark in _SEPARATORS if cells[0].count(mark) > len(header) // 2), None)):
                problems.append(Problem(table.file, f"this row is separated by {_SEPARATORS[mark]}, not by commas, perhaps copied from a spreadsheet. Write it with commas.", line))
            elif len(cells) != len(header):
                problems.append(Problem(table.file, f"{len(cells)} cells, but the table has {len(header)} columns. "
                                        "A cell that holds a comma needs quotation marks around it.", line))
            elif loose := next((cell for cell in cells if '"' in cell and f'"{cell.replace(chr(34), chr(34) * 2)}"' not in written[line - 1]), None):
                problems.append(Problem(table.file, f"a quotation mark stands alone in the cell '{loose}'. Delete it, or put quotation marks around the cell "
                                        "and write this one twice.", line, header[cells.index(loose)], loose))
            else:
                rows.append(Row(line, dict(zip(header, cells))))
    except csv.Error as error:
        return _broken(table, f"not readable as CSV from this line on ({error}). Look for a quotation mark that is not closed.", whole + 1)
    return Sheet(table, tuple(rows), tuple(problems))


def _header_problems(table: Table, header: list[str]) -> list[Problem]:
    wanted, found = table.columns, []
    for mark, name in _SEPARATORS.items():
        if len(header) == 1 and mark in header[0]:
            return [Problem(table.file, f"this file is separated by {name}, not by commas. Save it as CSV with commas.", 1)]
    if any("\n" in cell for cell in header):
        return [Problem(table.file, "a quotation mark is opened among the column names and not closed there. Delete it.", 1)]
    if not set(header) & set(wanted):
        return [Problem(table.file, f"the first line does not hold the names of the columns. It should be: {','.join(wanted)}", 1)]
    for column in wanted:
        if column not in header:
            found.append(Problem(table.file, f"the column '{column}' is missing.", 1, column))
    for column in header:
        if column not in wanted:
            found.append(Problem(table.file, f"there is no column '{column}' in the schema.{nearest(column, wanted)} "
                                 f"Allowed: {', '.join(wanted)}", 1, column))
    for column in sorted({c for c in header if header.count(c) > 1}):
        found.append(Problem(table.file, f"the column '{column}' stands {header.count(column)} times.", 1, column))
    if not found and header != wanted:
        column = next(name for name, there in zip(header, wanted) if name != there)
        found.append(Problem(table.file, f"the column '{column}' does not stand in its place. The order is: {','.join(wanted)}", 1, column))
    return found


def _broken(table: Table, says: str, line: int | None = None) -> Sheet:
    return Sheet(table, (), (Problem(table.file, says, line),))
