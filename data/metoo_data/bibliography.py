"""The sources of the rows, read from ``references.bib`` with pybtex."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from . import cells, dates, files, untrusted
from .problems import DataError, Problem, nearest
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
#: The fields that an entry may have: those of the columns, and BibTeX's own year, which is that of the date.
_ALLOWED = (*(_FIELDS.get(name, name) for name in COLUMNS), "year")

#: An entry with one field a line, one field of it, and what stands between two authors.
_ENTRY = re.compile(r"^@\w+\{(?P<key>[^\s,{}]+),\n(?P<fields>(?: *[a-z]+ *= *\{.*\},\n)* *[a-z]+ *= *\{.*\},?\n)\}$", re.M)
_NAMELESS = re.compile(r"^@\w+\s*\{\s*(?=,|\w+\s*=)", re.M)
_FIELD = re.compile(r"^ *([a-z]+) *= *\{(.*)\},?$", re.M)
_AND = re.compile(r" and (?![^{}]*\})")


def read(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """Every entry of the bibliography: key to its columns, as text. Raises DataError where it is broken."""
    path = root / "references.bib"
    try:
        stat = path.stat()
    except OSError:
        raise DataError([Problem(FILE, "the file is not there. Every row needs its source in it.")]) from None
    table, problems = _parse(path, stat.st_mtime_ns, stat.st_size)
    if problems:
        raise DataError(problems)
    return table


@functools.lru_cache(maxsize=4)
def _parse(path: Path, _mtime: int, _size: int) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """The entries and what is wrong with them: both are kept, for a broken file takes pybtex seconds and every table asks for it."""
    try:
        text = files.text(files.raw(path, FILE), FILE).replace("\r\n", "\n")
    except DataError as error:
        return {}, error.problems
    if not text.strip():
        return {}, [Problem(FILE, "the file is empty. Restore it from the last commit.", 1)]
    problems, entries = [Problem(FILE, *told) for told in untrusted.in_bibliography(text)], _in_plain_form(text)
    if entries is None:
        entries, faults, lines = _in_both_forms(text)
        problems += faults
    table = {}
    for key, fields in entries.items():
        line = line_of(text, key) or lines[key]
        row = {name: fields.get(_FIELDS.get(name, name), "") for name in COLUMNS}
        if any(re.search(r"(?<!\\)%", row[name]) for name in ("author", "title", "publisher", "note")):
            problems.append(Problem(FILE, f"entry '{key}': a percent sign needs a backslash before it, \\%, or BibTeX drops the rest of the line.", line))
        table[key] = {name: value.replace("{", "").replace("}", "").replace("\\%", "%") for name, value in row.items()}
        problems += _field_problems(key, fields, line) + _entry_problems(key, table[key], line)
    return table, problems


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


def _in_both_forms(text: str) -> tuple[dict[str, dict[str, str]], list[Problem], dict[str, int]]:
    """The entries of a file in which something is not in the plain form, what cannot be read, and in which line each stretch begins that pybtex read.

    What is in the plain form is read quickly, and what stands between by pybtex, stretch by stretch: it takes seconds for a whole file, and a brace that
    is not closed swallows no more than its own entry.
    """
    entries, problems, lines, seen, at = {}, [], {}, set(), 0
    for entry in [*_ENTRY.finditer(text), None]:
        end = entry.start() if entry else len(text)
        found = _in_plain_form(f"{entry[0]}\n") if entry else {}
        if found is None:
            continue                # left to the next stretch
        stretch = text[at:end]
        if re.sub(r"^%.*", "", stretch, flags=re.M).strip():
            others, faults = _in_any_form(stretch)
            first = text.count("\n", 0, at) + 1
            begins = first + text.count("\n", at, at + max(stretch.find("@"), len(stretch) - len(stretch.lstrip())))
            problems += [Problem(FILE, p.says, p.line + first - 1 if p.line and "premature end" not in p.says else begins) for p in faults]
            lines |= dict.fromkeys(others, begins)
            found = others | found
        problems += [Problem(FILE, f"'{key}' is a repeated key: the source stands in the file already. Delete one, or give it a key of its own.", text.count("\n", 0, end) + 1)
                     for key in found if key.lower() in seen]
        entries |= found
        seen |= {key.lower() for key in found}
        at = entry.end() if entry else end
    return entries, problems, lines


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
        try:
            found = parse_string(text, "bibtex").entries
        except RecursionError:
            return {}, [Problem(FILE, "not readable as BibTeX: too many braces stand inside one another.")]
    entries = {key: {**{name.lower(): value for name, value in entry.fields.items()}, "author": "; ".join(_name(person) for person in entry.persons.get("author", []))}
               for key, entry in found.items()}
    nameless = [Problem(FILE, "a source has no key. It begins with @misc{key,", text.count("\n", 0, entry.start()) + 1) for entry in _NAMELESS.finditer(text)]
    return {key: row for key, row in entries.items() if not (nameless and key.startswith("unnamed-"))}, nameless + [_unreadable(text, fault) for fault in faults] or _outside(text)


def _outside(text: str) -> list[Problem]:
    """Text that stands between two entries, which BibTeX skips without a word: an entry whose @ was lost, say. Lines that begin with % are notes."""
    at, outside = 0, []
    for entry in re.finditer(r"@\w+\s*\{", text):
        if entry.start() < at:
            continue              # inside the one before
        outside.append((at, text[at:entry.start()]))
        at, deep = entry.end(), 1
        while deep and (brace := re.compile(r"[{}]").search(text, at)):
            at, deep = brace.end(), deep + (1 if brace[0] == "{" else -1)
    lines = [(text.count("\n", 0, start) + number, line) for start, part in [*outside, (at, text[at:])] for number, line in enumerate(part.split("\n"), 1)]
    return [Problem(FILE, f"'{line.strip()[:60]}' stands outside of every entry, where BibTeX skips it. An entry begins with @misc{{ and ends with its brace.", number)
            for number, line in lines if line.strip() and not line.startswith("%")][:1]


def _unreadable(text: str, fault: Exception) -> Problem:
    """What pybtex says of a place that it cannot read; it counts lines, names the key, or quotes what it read."""
    says = str(fault)
    line, key, quote = re.search(r"line (\d+)", says), re.search(r"(?:entry: |with key )(\S+)", says), re.search(r" '(.{1,30})", says)
    where = int(line[1]) if line else line_of(text, key[1]) if key else text.count("\n", 0, text.find(quote[1])) + 1 if quote and quote[1] in text else None
    return Problem(FILE, f"not readable as BibTeX: {says if len(says) < 200 else f'{says[:200]} ...'}", where)


def _name(person) -> str:
    return " ".join(person.first_names + person.middle_names + person.prelast_names + person.last_names).strip("{}")


def line_of(text: str, key: str) -> int | None:
    """The line in which an entry begins; None where there is none."""
    return _lines(text).get(key)


@functools.lru_cache(maxsize=2)
def _lines(text: str) -> dict[str, int]:
    lines, line, before = {}, 1, 0
    for found in re.finditer(r"@\w+\s*\{\s*([^\s,]+)", text):
        line, before = line + text.count("\n", before, found.start()), found.start()
        lines.setdefault(found[1], line)
    return lines


def _field_problems(key: str, fields: dict[str, str], line: int | None) -> list[Problem]:
    """What is wrong with the fields of an entry as they are called and written."""
    found = [Problem(FILE, f"entry '{key}' has a field '{name}'.{nearest(name, _ALLOWED)} Allowed: {', '.join(_ALLOWED)}", line, name) for name in fields if name not in _ALLOWED]
    found += [Problem(FILE, f"entry '{key}': {says}", line, name) for name, value in fields.items() if (says := cells.damaged(value))]
    if fields.get("date") and fields.get("year") != (year := re.sub(r"\A\.\./", "", fields["date"])[:4]):
        found.append(Problem(FILE, f"entry '{key}': the year is '{fields.get('year', '')}', but the date begins in {year}.", line, "year"))
    if not re.fullmatch(r"[1-9][0-9]{0,3}|", fields.get("lines", "")):
        found.append(Problem(FILE, f"entry '{key}': '{fields['lines']}' is no number of lines. Allowed: a whole number from 1 to 9999", line, "lines"))
    return found


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
