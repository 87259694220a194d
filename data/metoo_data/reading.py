"""Reading one CSV as text, cell by cell, with every fault of its form told in a sentence."""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass

from .problems import Problem, nearest
from .schema import Table


@dataclass(frozen=True)
class Row:
    """One line of a table: its line number in the file and its cells as text."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True)
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
    if not table.path.is_file():
        return _broken(table, f"the file is not there. It was looked for as {table.file}, beside datapackage.json.")
    stat = table.path.stat()
    return _read(table, stat.st_mtime_ns, stat.st_size)


@functools.lru_cache(maxsize=64)
def _read(table: Table, _mtime: int, _size: int) -> Sheet:
    raw = table.path.read_bytes()
    if not raw.strip():
        return _broken(table, "the file is empty. It needs at least the line with the column names.")
    if raw.startswith(b"\xef\xbb\xbf"):
        return _broken(table, "the file starts with a hidden mark (BOM) that a spreadsheet wrote. Save it as UTF-8 without BOM.", 1)
    if raw.startswith(b"PK\x03\x04") or b"\x00" in raw[:4096]:
        return _broken(table, "this is not a CSV text file (a spreadsheet file, perhaps). Export it as CSV in UTF-8.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return _broken(table, f"the file is not UTF-8 text (byte {raw[error.start]:#04x}). "
                       "Save it as 'CSV UTF-8'; other encodings lose letters.", line)
    return _rows(table, text)


def _rows(table: Table, text: str) -> Sheet:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
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
            elif len(cells) != len(header):
                problems.append(Problem(table.file, f"{len(cells)} cells, but the table has {len(header)} columns. "
                                        "A cell that holds a comma needs quotation marks around it.", line))
            else:
                rows.append(Row(line, dict(zip(header, cells))))
    except csv.Error as error:
        return _broken(table, f"not readable as CSV from this line on ({error}). Look for a quotation mark that is not closed.", whole + 1)
    return Sheet(table, tuple(rows), tuple(problems))


def _header_problems(table: Table, header: list[str]) -> list[Problem]:
    if len(header) == 1 and ";" in header[0]:
        return [Problem(table.file, "the columns are separated by semicolons. Save the file with commas.", 1)]
    wanted, found = table.columns, []
    for column in wanted:
        if column not in header:
            found.append(Problem(table.file, f"the column '{column}' is missing.", 1, column))
    for column in header:
        if column not in wanted:
            found.append(Problem(table.file, f"there is no column '{column}' in the schema.{nearest(column, wanted)} "
                                 f"Allowed: {', '.join(wanted)}", 1, column))
    for column in sorted({c for c in header if header.count(c) > 1}):
        found.append(Problem(table.file, f"the column '{column}' stands {header.count(column)} times.", 1, column))
    return found


def _broken(table: Table, says: str, line: int | None = None) -> Sheet:
    return Sheet(table, (), (Problem(table.file, says, line),))
