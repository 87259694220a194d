"""Checking the tables: form, cells, keys and the bibliography. What a table may not break in itself."""

from __future__ import annotations

import functools
from pathlib import Path

from . import bibliography, cells, reading
from .problems import DataError, Problem, nearest
from .schema import ROOT, Table, tables


def table_problems(name: str, root: Path = ROOT) -> list[Problem]:
    """Every problem of one table: its form, its cells, doubled ids, keys and sources that lead nowhere."""
    table = tables(root)[name]
    sheet = reading.read(table)
    found = list(sheet.problems)
    # Most cells of a column hold one of a few values: each value is tried once, and the rows are gone through only where one is wrong.
    says = {field.name: {value: told for value in {row.cells[field.name] for row in sheet.rows} if (told := cells.wrong(field, value))} for field in table.fields}
    says = {name: values for name, values in says.items() if values}
    found += [Problem(table.file, told, row.line, name, row[name]) for row in sheet.rows for name, values in says.items() if (told := values.get(row[name]))] if says else []
    found += _doubled(table, sheet)
    for column, (other, key) in table.foreign_keys.items():
        target = reading.read(tables(root)[other])
        found += target.problems if target.is_broken else _dangling(sheet, column, target.table.file, {row[key] for row in target.rows})
    return found + _unknown_sources(table, sheet, root)


def _doubled(table: Table, sheet: reading.Sheet) -> list[Problem]:
    found = []
    for field in (f for f in table.fields if f.unique):
        first: dict[str, int] = {}
        for row in sheet.rows:
            value = row[field.name]
            if value in first:
                found.append(Problem(table.file, f"'{value}' stands in line {first[value]} already. An id is used once.",
                                     row.line, field.name, value))
            elif value:
                first[value] = row.line
    return found


def _dangling(sheet: reading.Sheet, column: str, target: str, keys: set[str]) -> list[Problem]:
    guess = functools.cache(lambda value: nearest(value, keys))        # many rows may lead to the one row that is gone
    return [Problem(sheet.table.file, f"'{row[column]}' leads nowhere: it does not stand in {target}.{guess(row[column])}",
                    row.line, column, row[column])
            for row in sheet.rows if row[column] and row[column] not in keys]


def _unknown_sources(table: Table, sheet: reading.Sheet, root: Path) -> list[Problem]:
    columns = [field.name for field in table.fields if field.is_source]
    if not columns:
        return []
    try:
        known = set(bibliography.read(root))
    except DataError as error:
        return error.problems
    return [problem for column in columns for problem in _dangling(sheet, column, bibliography.FILE, known)]


def source_problems(root: Path = ROOT) -> list[Problem]:
    """Every problem of the bibliography itself."""
    try:
        bibliography.read(root)
    except DataError as error:
        return error.problems
    return []
