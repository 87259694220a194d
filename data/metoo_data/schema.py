"""The schema of the tables, read from ``datapackage.json``: the one place where a column is described."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from . import datapackage


def _home() -> Path:
    """The folder of the tables: beside this package in the repository, inside it where a wheel was installed."""
    here = Path(__file__).resolve().parent
    return here.parent if (here.parent / "datapackage.json").exists() else here / "package"


ROOT = _home()


@dataclass(frozen=True)
class Field:
    """One column: its name, type, meaning, and what it may hold."""

    name: str
    title: str
    type: str
    description: str
    required: bool
    unique: bool
    pattern: str | None
    minimum: float | None
    labels: dict[str, str]
    is_edtf: bool
    is_source: bool

    @property
    def codes(self) -> tuple[str, ...]:
        """The closed list of the column, in its order; empty where any text may stand."""
        return tuple(self.labels)


@dataclass(frozen=True, eq=False)
class Table:
    """One table: its title, file, columns, key and the tables that its columns lead to."""

    name: str
    title: str
    description: str
    path: Path
    fields: tuple[Field, ...]
    key: str
    foreign_keys: dict[str, tuple[str, str]]

    @property
    def columns(self) -> list[str]:
        return [field.name for field in self.fields]

    @property
    def file(self) -> str:
        """The file's name as messages print it."""
        return f"data/tables/{self.path.name}"


def _field(raw: dict) -> Field:
    rules = raw.get("constraints", {})
    return Field(raw["name"], raw["title"], raw["type"], raw["description"],
                 rules.get("required", False), rules.get("unique", False), rules.get("pattern"),
                 rules.get("minimum"), {c["value"]: c["label"] for c in raw.get("categories", [])},
                 raw.get("metoo:edtf", False), raw.get("metoo:reference") == "references.bib")


def _table(raw: dict, root: Path) -> Table:
    schema = raw["schema"]
    foreign = {key["fields"][0]: (key["reference"]["resource"] or raw["name"], key["reference"]["fields"][0])
               for key in schema.get("foreignKeys", [])}
    return Table(raw["name"], raw["title"], raw["description"], root / raw["path"],
                 tuple(map(_field, schema["fields"])), schema["primaryKey"][0], foreign)


@functools.cache
def tables(root: Path = ROOT) -> dict[str, Table]:
    """Every table of the package in ``root``, by name, in the order of ``datapackage.json``. Raises DataError where that is broken."""
    return {raw["name"]: _table(raw, root) for raw in datapackage.read(root)}


def codebook(name: str, root: Path = ROOT) -> str:
    """The codebook of one table as text: each column, its type, its meaning and its closed list."""
    table = tables(root)[name]
    lines = [f"{table.title}. {table.description}", "", f"Key: {table.key}", "", "Columns"]
    for field in table.fields:
        kind = "EDTF date" if field.is_edtf else field.type
        lines.append(f"{field.name} : {kind}{'' if field.required else ', may be empty'}")
        lines.append(f"    {field.description}")
        lines += [f"    - {code}: {label}" for code, label in field.labels.items()]
    return "\n".join(lines)
