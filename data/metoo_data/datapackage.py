"""``datapackage.json`` as it stands, checked before a table is made of it: what its tables and columns need so that nothing else fails over them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from . import files
from .problems import DataError, Problem, nearest

FILE = "data/datapackage.json"
#: The tables that loaders, rules and ledger read. Others may stand beside them.
TABLES = ("countries", "events", "cases", "case_steps", "reforms", "reform_stages", "ratifications", "backlash", "hashtags", "statistics", "series",
          "claims", "evidence", "corrections", "double_coding")
TYPES = ("string", "integer", "number", "date")
#: Columns that are computed with, by name, and what each must be: without it a chart, a rule or a status would read them as words.
_KINDS = {"seq": "integer", "tile_col": "integer", "tile_row": "integer", "participants_low": "integer", "participants_high": "integer", "complainants_n": "integer",
          "value": "number", "value_low": "number", "value_high": "number", "amount": "number", "sentence_months": "number",
          "recorded_date": "date", "checked_on": "date", "coded_on": "date", "date": "EDTF date", "period": "EDTF date", "ratified_date": "EDTF date", "in_force_date": "EDTF date"}
_WORDS = {str: "text", list: "a list", dict: "an object", bool: "true or false"}


def read(root: Path) -> list[dict]:
    """The description of each table, in order. Raises DataError that lists every fault."""
    text = files.text(files.raw(root / "datapackage.json", FILE), FILE)
    try:
        package = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise DataError([Problem(FILE, f"not readable as JSON: {error}", getattr(error, "lineno", None))]) from None
    found = list(_faults(package))
    if found:
        raise DataError([Problem(FILE, says, _line(text, *place), place[1] if len(place) > 1 else None) for place, says in found])
    return package["resources"]


def _object(pairs: list[tuple]) -> dict:
    """An object of JSON, which reads a key that stands twice and says nothing."""
    whole = dict(pairs)
    if len(whole) < len(pairs):
        double = next(key for key, _ in pairs if [k for k, _ in pairs].count(key) > 1)
        values = " and as ".join(json.dumps(value)[:60] for key, value in pairs if key == double)
        raise ValueError(f"'{double}' stands twice in one object, as {values}")
    return whole


def _line(text: str, *names: str) -> int | None:
    """The line where a table, or a column of it, is named; the first where it is not."""
    at = 0
    for name in names:
        found = re.compile(rf'"name"\s*:\s*{re.escape(json.dumps(name))}').search(text, at)
        at = found.start() if found else at
    return text.count("\n", 0, at) + 1


def _faults(package) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each fault with its place: (), (table,) or (table, column)."""
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
        yield (), "the list 'resources' is missing: it describes every table."
        return
    whole = True
    for number, table in enumerate(package["resources"], 1):
        name = table.get("name") if isinstance(table, dict) else None
        if not isinstance(name, str):
            whole = False
            yield (), f"table number {number} has no name."
            continue
        for place, says in _table_faults(table):
            whole = False
            yield (name, *place), says
    if not whole:
        return                # what the tables say of each other can be read only where each is whole
    names = [table["name"] for table in package["resources"]]
    yield from (((name,), f"the table '{name}' stands twice.") for name in {name for name in names if names.count(name) > 1})
    yield from (((), f"the table '{name}' is missing.{nearest(name, set(names) - set(TABLES))}") for name in TABLES if name not in names)
    yield from _key_faults({table["name"]: table for table in package["resources"]})


def _wrong(raw: dict, wanted: dict[str, type]) -> list[str]:
    return [f"'{name}' should be {_WORDS[kind]}." if name in raw else f"'{name}' is missing." for name, kind in wanted.items() if not isinstance(raw.get(name), kind)]


def _table_faults(table: dict) -> Iterator[tuple[tuple[str, ...], str]]:
    if wrong := _wrong(table, {"title": str, "description": str, "path": str, "schema": dict}):
        yield from (((), says) for says in wrong)
        return
    if table["path"] != (path := f"tables/{table['name']}.csv"):
        yield (), f"the path is '{table['path']}'. Allowed: {path}"
    schema = table["schema"]
    if wrong := _wrong(schema, {"fields": list, "primaryKey": list}) + _wrong({"foreignKeys": []} | schema, {"foreignKeys": list}):
        yield from (((), says) for says in wrong)
        return
    columns = []
    for number, field in enumerate(schema["fields"], 1):
        if not isinstance(field, dict) or not isinstance(field.get("name"), str):
            yield (), f"column number {number} has no name."
            continue
        columns.append(field["name"])
        yield from (((field["name"],), says) for says in _field_faults(field, field["name"] in schema["primaryKey"]))
    yield from (((name,), f"the column '{name}' stands {columns.count(name)} times.") for name in sorted({c for c in columns if columns.count(c) > 1}))
    if len(schema["primaryKey"]) != 1 or schema["primaryKey"][0] not in columns:
        yield (), f"the key is {schema['primaryKey']}. Allowed: one column of the table"


def _field_faults(field: dict, is_key: bool) -> Iterator[str]:
    """What is wrong with the description of one column."""
    wrong = _wrong(field, {"title": str, "type": str, "description": str}) + _wrong({"constraints": {}} | field, {"constraints": dict})
    yield from wrong + _wrong({"categories": []} | field, {"categories": list}) + _wrong({"metoo:edtf": False} | field, {"metoo:edtf": bool})
    if wrong:
        return
    kind, limits = field["type"], field["constraints"] if "constraints" in field else {}
    if kind not in TYPES:
        yield f"the type is '{kind}'.{nearest(kind, TYPES)} Allowed: {', '.join(TYPES)}"
    yield from _wrong({"required": False, "unique": False, "pattern": ""} | limits, {"required": bool, "unique": bool, "pattern": str})
    if is_key and not (limits.get("required") is True and limits.get("unique") is True):
        yield "a key is required and unique, and its constraints say so."
    if not isinstance(limits.get("minimum", 0), (int, float)) or ("minimum" in limits and kind not in ("integer", "number")):
        yield "'minimum' is a number, of a column of numbers."
    try:
        re.compile(str(limits.get("pattern", "")))
    except re.error as error:
        yield f"'pattern' is no regular expression: {error}"
    yield from _kind_faults(field)
    yield from _list_faults(field.get("categories"), limits.get("enum"))


def _kind_faults(field: dict) -> Iterator[str]:
    is_edtf = field.get("metoo:edtf") is True
    if is_edtf and field["type"] != "string":
        yield "an EDTF date is of the type string."
    told, wanted = ["EDTF date"] if is_edtf else [field["type"]], _KINDS.get(field["name"])
    if wanted and wanted not in told and not (wanted == "EDTF date" and told == ["date"]):
        yield f"is {told[0]}, but everywhere '{field['name']}' is {wanted}{' (metoo:edtf is true)' if wanted == 'EDTF date' else ''}."
    if field["name"] == "source_id" and field.get("metoo:reference") != "references.bib":
        yield "a source is a key of the bibliography: metoo:reference is references.bib."


def _list_faults(categories, allowed) -> Iterator[str]:
    """A closed list stands twice, for people and for programs: as categories and as enum. Both must be the same."""
    if categories is None and allowed is None:
        return
    if not isinstance(categories, list) or not all(isinstance(one, dict) and isinstance(one.get("value"), str) and isinstance(one.get("label"), str) for one in categories):
        yield "'categories' is a list of objects with 'value' and 'label'."
    elif [one["value"] for one in categories] != allowed:
        yield "'categories' and 'enum' differ. Both hold the same values in the same order."
    elif len(set(allowed)) < len(allowed):
        yield "a value of the closed list stands twice."


def _key_faults(tables: dict[str, dict]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with the columns that lead to other tables: one that leads nowhere, one that is called like a key and leads to no table."""
    keys = {table["schema"]["primaryKey"][0]: name for name, table in tables.items()}
    for name, table in tables.items():
        columns, led = {field["name"] for field in table["schema"]["fields"]}, set()
        for foreign in table["schema"].get("foreignKeys", []):
            try:
                (column,), (key,) = foreign["fields"], foreign["reference"]["fields"]
                other = foreign["reference"]["resource"] or name
                known = column in columns and other in tables and tables[other]["schema"]["primaryKey"] == [key]
            except (KeyError, TypeError, ValueError):
                known = False
            if known:
                led.add(column)
            else:
                yield (name,), f"a foreign key leads nowhere: {json.dumps(foreign)}. Allowed: one column, and the key of a table"
        for column in sorted(columns - led - set(table["schema"]["primaryKey"])):
            if goal := next((other for key, other in keys.items() if column == key or column.endswith(f"_{key}")), None):
                yield (name, column), f"is called like the key of '{goal}', but no foreign key leads there."
