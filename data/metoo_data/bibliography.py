"""The sources of the rows, read from ``references.bib`` with pybtex."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from . import dates, untrusted
from .problems import DataError, Problem
from .schema import ROOT

FILE = "data/references.bib"
#: The kinds of source, in the field ``keywords`` of an entry.
KINDS = {
    "court_document": "court document", "legislation": "legislation", "parliamentary_record": "parliamentary record",
    "official_statistics": "official statistics", "intergovernmental": "intergovernmental body",
    "government": "government", "academic": "scholarly work", "dataset": "dataset", "news_agency": "news agency",
    "newspaper": "newspaper", "magazine": "magazine", "broadcast": "broadcaster", "ngo_report": "report of an NGO",
    "organisation_statement": "statement of an organisation", "book": "book", "blog": "blog",
    "reference_work": "reference work",
}
#: Note of a source whose address cannot be given without a name.
NAMES_A_PERSON = "The address names a person whom the book does not name."
COLUMNS = ["author", "title", "publisher", "date", "url", "accessed", "language", "kind", "lines", "note"]
_FIELDS = {"publisher": "howpublished", "accessed": "urldate", "language": "langid", "kind": "keywords"}

#: An entry with one field a line, one field of it, and what stands between two authors.
_ENTRY = re.compile(r"^@\w+\{(?P<key>[^\s,{}]+),\n(?P<fields>(?: *[a-z]+ *= *\{.*\},\n)* *[a-z]+ *= *\{.*\},?\n)\}$", re.M)
_FIELD = re.compile(r"^ *([a-z]+) *= *\{(.*)\},?$", re.M)
_AND = re.compile(r" and (?![^{}]*\})")


def read(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """Every entry of the bibliography: key to its columns, as text. Raises DataError where it is broken."""
    path = root / "references.bib"
    if not path.exists():
        raise DataError([Problem(FILE, "the file is not there. Every row needs its source in it.")])
    return _parse(path, path.stat().st_mtime_ns, path.stat().st_size)


@functools.lru_cache(maxsize=4)
def _parse(path: Path, _mtime: int, _size: int) -> dict[str, dict[str, str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError([Problem(FILE, "the file is not UTF-8 text. Save it as UTF-8.", line)]) from None
    problems, entries = [Problem(FILE, *told) for told in untrusted.in_bibliography(text)], _in_plain_form(text)
    if entries is None:
        entries, faults = _in_any_form(text)
        problems += faults
    table = {}
    for key, fields in entries.items():
        row = {name: fields.get(_FIELDS.get(name, name), "") for name in COLUMNS}
        if any(re.search(r"(?<!\\)%", row[name]) for name in ("author", "title", "publisher", "note")):
            problems.append(Problem(FILE, f"entry '{key}': a percent sign needs a backslash before it, \\%, or BibTeX drops the rest of the line.", line_of(text, key)))
        table[key] = {name: value.replace("{", "").replace("}", "").replace("\\%", "%") for name, value in row.items()}
        problems += _entry_problems(key, table[key], line_of(text, key))
    if problems:
        raise DataError(problems)
    return table


def _in_plain_form(text: str) -> dict[str, dict[str, str]] | None:
    """The fields of each entry of a file that has one field a line, as ours has; None where anything else stands in it. Far quicker than a whole reader of BibTeX."""
    entries, count = {}, 0
    for entry in _ENTRY.finditer(text):
        fields, count = dict(_FIELD.findall(entry["fields"])), count + 1
        people = _AND.split(fields.get("author", ""))
        if entry["fields"].count("\n") != len(fields) or not all(map(_is_plain, fields.values())) or any(name.count(",") > 1 for name in people if name[:1] != "{"):
            return None
        fields["author"] = "; ".join(name.strip("{}") if name[:1] == "{" else " ".join(reversed(name.split(", "))) for name in people)
        entries[entry["key"]] = fields
    rest = re.sub(r"^%.*", "", _ENTRY.sub("", text), flags=re.M)
    return entries if not rest.strip() and len({key.lower() for key in entries}) == count else None


def _is_plain(value: str) -> bool:
    """Whether a value means in BibTeX what stands there: single spaces, and braces that close."""
    deep = 0
    for brace in re.findall(r"[{}]", value) if "{" in value or "}" in value else ():
        deep += 1 if brace == "{" else -1
        if deep < 0:
            return False
    return deep == 0 and value == " ".join(value.split())


def _in_any_form(text: str) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """The fields of each entry as pybtex reads them, and what it cannot read."""
    from pybtex import errors
    from pybtex.database import parse_string

    with errors.capture() as faults:   # without it pybtex prints its errors and reads on
        found = parse_string(text, "bibtex").entries
    entries = {key: {**{name.lower(): value for name, value in entry.fields.items()}, "author": "; ".join(_name(person) for person in entry.persons.get("author", []))}
               for key, entry in found.items()}
    return entries, [_unreadable(text, fault) for fault in faults]


def _unreadable(text: str, fault: Exception) -> Problem:
    """What pybtex says of a place that it cannot read; it counts lines, or names the key that stands twice."""
    line = re.search(r"line (\d+)", str(fault))
    key = re.search(r"entry: (\S+)", str(fault))
    return Problem(FILE, f"not readable as BibTeX: {fault}", int(line[1]) if line else line_of(text, key[1]) if key else None)


def _name(person) -> str:
    return " ".join(person.first_names + person.middle_names + person.prelast_names + person.last_names).strip("{}")


def line_of(text: str, key: str) -> int | None:
    """The line in which an entry begins; None where there is none."""
    return _lines(text).get(key)


@functools.lru_cache(maxsize=2)
def _lines(text: str) -> dict[str, int]:
    lines, line, before = {}, 1, 0
    for found in re.finditer(r"@\w+\s*\{\s*([^\s,]+)\s*,", text):
        line, before = line + text.count("\n", before, found.start()), found.start()
        lines.setdefault(found[1], line)
    return lines


def _entry_problems(key: str, row: dict[str, str], line: int | None) -> list[Problem]:
    found = []
    for name in ("author", "title", "publisher", "date", "language", "kind"):
        if not row[name]:
            found.append(Problem(FILE, f"entry '{key}' has no {name} (field {_FIELDS.get(name, name)})", line, name))
    if row["kind"] and row["kind"] not in KINDS:
        found.append(Problem(FILE, f"entry '{key}': kind '{row['kind']}' is not in the list: {', '.join(KINDS)}", line, "kind"))
    for name in ("date", "accessed"):
        try:
            dates.parse(row[name]) if row[name] else None
        except ValueError as error:
            found.append(Problem(FILE, f"entry '{key}': {error}", line, name))
    return found
