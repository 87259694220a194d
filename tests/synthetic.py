"""Synthetic data packages: the book's own tables some times over, valid for its own check.

A package of n times the rows holds the real rows and n - 1 copies of them, each with ids, references and sources of its own; the countries stay. In
each copy the letters of the prose are exchanged, so that no text stands twice and nothing is quick because it was seen before.
"""

from __future__ import annotations

import csv
import functools
import re
import shutil
import string
from collections.abc import Iterator
from pathlib import Path

from metoo_data import schema

ROOT = Path(__file__).resolve().parents[1]
#: Columns of text that mean something in itself: a copy keeps them.
_KEPT = {"table", "locator", "field", "first", "second", "resolved", "version", "checked_by"}


def package(folder: Path, times: int) -> Path:
    """The data package with ``times`` the rows, its code beside it, in ``folder``/data. Returns that folder."""
    data = folder / "data"
    shutil.copytree(ROOT / "data" / "metoo_data", data / "metoo_data", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("datapackage.json", "accused-names.txt"):
        shutil.copy(ROOT / "data" / name, data / name)
    (data / "tables").mkdir()
    for table in schema.tables(ROOT / "data").values():
        with open(table.path, encoding="utf-8", newline="") as source, open(data / "tables" / table.path.name, "w", encoding="utf-8", newline="") as target:
            header, *rows = csv.reader(source)
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(header)
            for copy in range(times if table.name != "countries" else 1):
                writer.writerows(_copied(table, header, rows, copy) if copy else rows)
    _bibliography(data / "references.bib", times)
    return data


def _copied(table, header: list[str], rows: list[list[str]], copy: int) -> Iterator[list[str]]:
    """The rows of one copy: what leads to a row or a source leads to that of the same copy, and prose is written in other letters."""
    fields = {field.name: field for field in table.fields}
    how = []
    for name in header:
        field, target = fields[name], table.foreign_keys.get(name, ("", ""))[0]
        if name == "coding_id":                 # it ends with the field
            how.append(lambda value: re.sub(r"(-\w+)$", rf"-copy{copy}\1", value))
        elif name in (table.key, "row_id") or field.is_source or target not in ("", "countries"):
            how.append(lambda value: f"{value}-copy{copy}" if value else "")
        elif field.type == "string" and not (field.codes or field.pattern or field.is_edtf or target or name in _KEPT):
            how.append(lambda value: _rewritten(value, copy))
        else:
            how.append(lambda value: value)
    return ([change(value) for change, value in zip(how, row)] for row in rows)


def _rewritten(text: str, copy: int) -> str:
    """The text in the letters of a copy; where it has none, with the number of the copy."""
    changed = text.translate(_letters(copy))
    return changed if changed != text or not text else f"{text} {copy}"


@functools.cache
def _letters(copy: int) -> dict[int, int]:
    """Another letter for each, in an order of its own for every copy up to 311: a times the letter's place plus b, with an a that has no factor in common with 26."""
    by, shift = [a for a in range(1, 26, 2) if a != 13][copy // 26], copy % 26
    order = [(by * place + shift) % 26 for place in range(26)]
    return str.maketrans(string.ascii_letters, "".join(case[place] for case in (string.ascii_lowercase, string.ascii_uppercase) for place in order))


def _bibliography(target: Path, times: int) -> None:
    """The sources of each copy; the source of the countries, which are not copied, stands once."""
    text = (ROOT / "data" / "references.bib").read_text(encoding="utf-8")
    with open(ROOT / "data" / "tables" / "countries.csv", encoding="utf-8", newline="") as handle:
        once = {row["source_id"] for row in csv.DictReader(handle)}
    entries = [entry for entry in re.findall(r"^@.*?^\}\n", text, re.M | re.S) if entry.split("{")[1].split(",")[0] not in once]
    with open(target, "w", encoding="utf-8") as handle:
        handle.write(text)
        for copy in range(1, times):
            for entry in entries:
                key = re.sub(r"^(@\w+\{[^,]+)", rf"\1-copy{copy}", entry)
                handle.write("\n" + re.sub(r"^( *title *= *\{)(.*)(\},?)$", lambda found: found[1] + _rewritten(found[2], copy) + found[3], key, flags=re.M))
