"""Kinds of damage that a hand, a spreadsheet, a merge or a disk does to the data package, each as one small function.

A kind takes ``draw`` (of hypothesis: picks one of a list) and the ``Book`` as it should be, and returns one :class:`Damage`. Kinds of cells are
described by the cells that they suit and what they make of them. ``told`` says whether the damage must be reported: a check cannot know that a
true-looking word is not the true one, and such kinds are listed with ``harmless``, which says why.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from metoo_data import datapackage, dates, schema, slips

FOLDER, GONE = "a folder", "no file"          # what may stand in place of a file's bytes
ANYWHERE = "any file"                         # where a damage may be told
CODED = re.compile(r"[?~%]$")


@dataclass(frozen=True)
class Damage:
    """One damaged file. ``line`` and ``column`` are where it must be told; None where any place in the file will do. ``tells`` is the file in which it is told, where that is another one."""

    file: str
    content: bytes | str
    line: int | None = None
    column: str | None = None
    told: bool = True
    harmless: str = ""
    tells: str = ""
    same: bool = False              # whether what is loaded must equal what was loaded before


class Book:
    """The data package as it should be, read once."""

    def __init__(self, root: Path):
        self.root, self.tables = root, schema.tables(root)
        self.bytes = {f"tables/{name}.csv": table.path.read_bytes() for name, table in self.tables.items()}
        self.bytes |= {name: (root / name).read_bytes() for name in ("datapackage.json", "references.bib", "accused-names.txt")}
        self.rows = {name: list(csv.DictReader(io.StringIO(self.text(name), newline=""))) for name in self.tables}
        self.articles = dict(re.findall(r"@misc\{([^,]+),(?:(?!\n\}).)*?\n  lines +=\s*\{(\d+)\}", self.bytes["references.bib"].decode(), re.S))

    def text(self, table: str) -> str:
        return self.bytes[f"tables/{table}.csv"].decode("utf-8")

    def lines(self, table: str) -> list[str]:
        """The lines of a table's file; the header is the first."""
        return self.text(table).splitlines()


def row_text(cells) -> str:
    """One row as it stands in our files."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def mixed(choices, seed: str) -> list:
    """The same choices in an order that looks like chance: hypothesis begins with the first, and that would always be the first row of the first table."""
    choices = list(choices)
    random.Random(seed).shuffle(choices)
    return choices


def edited(book: Book, table: str, place: int, change: dict[str, str], **more) -> Damage:
    """The table with some cells of one row changed; told in that row."""
    row = book.rows[table][place] | change
    lines = book.lines(table)
    lines[place + 1] = row_text(row.values())
    return Damage(f"tables/{table}.csv", ("\n".join(lines) + "\n").encode(), place + 2, next(iter(change)), **more)


# ---- Kinds of one cell: which cells they suit, and what they make of them.

Suits = Callable[[schema.Table, schema.Field, str], bool]
CELLS: dict[str, tuple[Suits, Callable[[str], list[str]]]] = {}


def _is_number(t, f, v):
    return f.type in ("integer", "number") and v != ""


def _is_date(t, f, v):
    return (f.is_edtf or f.type == "date") and v != ""


def _is_day(t, f, v):
    return _is_date(t, f, v) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", v))


def _is_code(t, f, v):
    return bool(f.codes) and v != ""


def _is_text(t, f, v):
    return f.type == "string" and not f.codes and not f.is_edtf and len(v) > 1


def _is_reference(t, f, v):
    return v != "" and (f.name in t.foreign_keys or f.is_source)


def _is_key(t, f, v):
    return f.name == t.key


def _ways(day: str) -> list[str]:
    y, m, d = day.split("-")
    month = dates.MONTHS[int(m) - 1]
    return [f"{d}/{m}/{y}", f"{m}/{d}/{y}", f"{d}.{m}.{y}", f"{int(d)} {month} {y}", f"{month} {int(d)}, {y}", f"{y}/{m}/{d}", f"{y}{m}{d}", f"{y}-{int(m)}-{int(d)}x",
            f"{day}T00:00:00", f"{day} 00:00", f"{d}-{month[:3]}-{y}", f"{y[2:]}-{m}-{d}", f"{y}.{m}.{d}", "43129", "yesterday", f"{y}-{m}-{d}-{d}", f"{y}–{m}–{d}", f"c. {y}"]


def _letter(v: str) -> str:
    return v.replace("0", "O").replace("1", "l")


CELLS |= {
    "a needed cell left empty": (lambda t, f, v: f.required, lambda v: [""]),
    "a word for nothing": (lambda t, f, v: not f.codes, lambda v: ["N/A", "NULL", "nan", "-", "?", "none"]),
    "a space before": (lambda t, f, v: v != "", lambda v: [f" {v}", f"  {v}"]),
    "a space behind": (lambda t, f, v: v != "", lambda v: [f"{v} ", f"{v}  "]),
    "a space that does not break": (lambda t, f, v: v != "", lambda v: [f"{v[:1]}\u00a0{v[1:]}x", f"\u00a0{v}", f"{v}\u202f"]),
    "a letter that nobody sees": (lambda t, f, v: v != "", lambda v: [v[:1] + hidden + v[1:] for hidden in "\u200b\ufeff\u00ad\u200f\u2028\u2066"]),
    "a control letter": (lambda t, f, v: v != "", lambda v: [v[:1] + hidden + v[1:] for hidden in "\t\x00\x07\x1b\x7f\x85\x0b"]),
    "letters of a wrong encoding": (_is_text, lambda v: [f"{v}Ã©", f"â€™{v}", f"{v[:1]}\ufffd{v[1:]}", f"Â\u00a0{v}"]),
    "an accent that stands apart": (_is_text, lambda v: [f"{v}e\u0301", f"u\u0308{v}"]),
    "full-width digits": (lambda t, f, v: _is_number(t, f, v) or _is_date(t, f, v) or _is_key(t, f, v) and bool(re.search("[0-9]", v)),
                          lambda v: ["".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in v), "".join(chr(ord(c) + 0x630) if c.isdigit() else c for c in v)]),
    "letters for digits": (lambda t, f, v: (_is_number(t, f, v) or _is_date(t, f, v)) and _letter(v) != v, lambda v: [_letter(v)]),
    "a day written in another way": (_is_day, _ways),
    "a day that never was": (_is_date, lambda v: ["2018-02-30", "2019-02-29", "2018-13", "2018-00", "2018-11-31", "0000", "2018-01-00", "2018-1", "20188"]),
    "a day to come": (lambda t, f, v: _is_day(t, f, v) and f.name != "in_force_date", lambda v: ["2093-01-01", "9999-12-31"]),
    "an interval the wrong way round": (lambda t, f, v: f.is_edtf and v != "", lambda v: ["2019/2018", "2018-05-02/2018-05-01"]),
    "an interval with one end": (lambda t, f, v: f.is_edtf and v != "", lambda v: [f"{v}/", f"/{v}", "../..", f"{v}//2019", f"{v}/2019/2020"]),
    "a mark of doubt that is none": (lambda t, f, v: f.is_edtf and v != "", lambda v: [CODED.sub("", v) + mark for mark in ("??", "!", "~~", "?x", " ?")] + [f"~{v}", f"({v})"]),
    "thousands marked": (_is_number, lambda v: ["2,300,000", "2 300 000", "2.300.000", "2'300", "2_300"]),
    "a decimal comma": (_is_number, lambda v: ["85,5", "0,1", ",5"]),
    "a percent sign": (_is_number, lambda v: [f"{v}%", f"{v} %", f"${v}", f"~{v}", f"{v}+", f"<{v}"]),
    "a number below nought": (lambda t, f, v: _is_number(t, f, v) and f.minimum is not None, lambda v: ["-1", "-99999", "−3"]),
    "a number beyond all bounds": (_is_number, lambda v: ["9" * 16, "9" * 400, "9" * 5000, f"0.{'3' * 40}"]),
    "no number at all": (_is_number, lambda v: ["NaN", "Infinity", "-inf", "1e5", "0x1F", "many", "TRUE", "½", "²", "1/2", "--1", "+5", ".5", "5."]),
    "a half where only whole ones are": (lambda t, f, v: f.type == "integer" and v != "", lambda v: [f"{v}.5", f"{v}.0"]),
    "yes and no": (lambda t, f, v: _is_code(t, f, v) and not {"yes", "no"} & set(f.codes), lambda v: ["TRUE", "False", "yes", "1", "0"]),
    "a word of the list in other letters": (_is_code, lambda v: [x for x in (v.upper(), v.title(), v.swapcase()) if x != v]),
    "a word of the list with a slip": (_is_code, lambda v: [f"{v}s", f"{v}_", v[1:] or "x", v.replace("_", " ") + "!", v[:1] + v]),
    "another list's word": (_is_code, lambda v: ["high", "n/a", "unclear", "see note"]),
    "a fault of a spreadsheet": (lambda t, f, v: v != "" and not f.codes, lambda v: ["#REF!", "#N/A", "#NAME?", "=A1", "=SUM(A1:A9)", "@name", "#DIV/0!"]),
    "an id that is nowhere": (_is_reference, lambda v: [f"{v}-x", "nowhere", v[:-1], "XYZ"]),
    "an id in other letters": (_is_reference, lambda v: [v.swapcase(), f"{v[:1].swapcase()}{v[1:]}", v.replace("-", "_") + "_"]),
    "two ids in one cell": (_is_reference, lambda v: [f"{v};{v}", f"{v}, {v}"]),
    "an id out of form": (_is_key, lambda v: [v.swapcase(), f"{v}!", f"x{v}", v.replace("-", "--", 1) if "-" in v else f"{v}{v}", f"{v}é"]),
    "a locator beyond the article": (lambda t, f, v: f.name == "locator" and bool(re.fullmatch(r"p\d+(;p\d+)*", v)), lambda v: ["p99", "p0", "p999999999999", "p1;p99"]),
    "a locator out of form": (lambda t, f, v: f.name == "locator" and bool(re.fullmatch(r"p\d+(;p\d+)*", v)), lambda v: ["page 3", "12", f"{v};", f"{v}, p3", "p١٢", "P3", "p-1"]),
    "an outcome that cannot follow": (lambda t, f, v: f.name == "outcome" and v == "none", lambda v: ["convicted", "quashed", "found_liable"]),
}


def _damage_cell(name: str) -> Callable:
    suits, makes = CELLS[name]

    def kind(draw, book: Book) -> Damage:
        where = _places(book, name, suits)
        table = draw(mixed(where, f"{name} table"))
        column = draw(mixed(where[table], f"{name} {table}"))
        place = draw(mixed(where[table][column], f"{name} {table} {column}"))
        was = book.rows[table][place][column]
        if name == "a locator beyond the article" and book.rows[table][place]["source_id"] not in book.articles:
            return edited(book, table, place, {column: ""})
        if name == "a locator out of form" and book.rows[table][place]["source_id"] not in book.articles:
            return edited(book, table, place, {column: " p1"})
        return edited(book, table, place, {column: draw(mixed([new for new in makes(was) if new != was], f"{name} {was}"))})

    kind.__name__ = name
    return kind


_PLACES: dict[str, dict[str, dict[str, list[int]]]] = {}


def _places(book: Book, name: str, suits: Suits) -> dict[str, dict[str, list[int]]]:
    """Table to column to the rows whose cell a kind suits."""
    if name not in _PLACES:
        found = {t: {f.name: [i for i, row in enumerate(book.rows[t]) if suits(table, f, row[f.name])] for f in table.fields} for t, table in book.tables.items()}
        _PLACES[name] = {t: kept for t, columns in found.items() if (kept := {c: rows for c, rows in columns.items() if rows})}
    return _PLACES[name]


KINDS: dict[str, Callable] = {name: _damage_cell(name) for name in CELLS}


def kind(name: str) -> Callable:
    """Registers a kind under a name that says what was done."""
    def keep(function: Callable) -> Callable:
        KINDS[name] = function
        return function
    return keep


# ---- Kinds of a row and of two cells.

def _row(draw, book: Book, name: str, tables=None) -> tuple[str, int]:
    table = draw(mixed(tables or book.tables, name))
    return table, draw(mixed(range(len(book.rows[table])), f"{name} {table}"))


def _with_lines(table: str, lines: list[str], line: int | None = None, column: str | None = None, **more) -> Damage:
    return Damage(f"tables/{table}.csv", ("\n".join(lines) + "\n").encode(), line, column, **more)


@kind("two cells of a row change places")
def _swap_in_row(draw, book):
    table, place = _row(draw, book, "swap")
    row = book.rows[table][place]
    one, two = draw(mixed([(a, b) for a in row for b in row if a < b and row[a] != row[b]], f"swap {table} {place}"))
    return edited(book, table, place, {one: row[two], two: row[one]}, told=False, harmless="both are words that may stand there")


@kind("two rows change one cell")
def _swap_in_column(draw, book):
    table, place = _row(draw, book, "swap2")
    column = draw(mixed(book.rows[table][place], f"swap2 {table}"))
    other = draw(mixed(range(len(book.rows[table])), f"swap2 {table} {column}"))
    lines, rows = book.lines(table), book.rows[table]
    lines[place + 1] = row_text((rows[place] | {column: rows[other][column]}).values())
    lines[other + 1] = row_text((rows[other] | {column: rows[place][column]}).values())
    return _with_lines(table, lines, told=False, harmless="both are values that may stand there, as if two rows had been corrected")


@kind("a row twice")
def _double_row(draw, book):
    table, place = _row(draw, book, "double")
    lines = book.lines(table)
    return _with_lines(table, [*lines, lines[place + 1]], len(lines) + 1, book.tables[table].key)


@kind("a row twice under a new id")
def _double_fact(draw, book):
    table, place = _row(draw, book, "double fact", [t for t in slips._FACT if t != "countries"])
    row = book.rows[table][place]
    lines = [*book.lines(table), row_text((row | {book.tables[table].key: f"{row[book.tables[table].key]}-again"}).values())]
    if row.get("rank") == "deprecated":
        return _with_lines(table, lines, len(lines), "rank")
    return _with_lines(table, lines, len(lines))


@kind("a row deleted")
def _delete_row(draw, book):
    table, place = _row(draw, book, "delete")
    lines = book.lines(table)
    del lines[place + 1]
    return _with_lines(table, lines, told=False, harmless="a row that no other leads to may be taken out; the history of the file keeps it")


@kind("a row that others lead to deleted")
def _delete_needed(draw, book):
    table, place = _row(draw, book, "delete needed", ["cases"])
    lines = book.lines(table)
    del lines[place + 1]
    return Damage("tables/cases.csv", ("\n".join(lines) + "\n").encode(), tells="tables/case_steps.csv")


@kind("a number in a case that leaves a gap")
def _gap(draw, book):
    table, place = _row(draw, book, "gap", ["case_steps", "reform_stages"])
    one = edited(book, table, place, {"seq": draw(["40", "99", "12345"])})
    return Damage(one.file, one.content, None, "seq")          # told where the next number should stand


@kind("a row said to be wrong without a reason")
def _deprecated(draw, book):
    table, place = _row(draw, book, "wrong row", [name for name, table in book.tables.items() if "rank" in table.columns])
    while book.rows[table][place]["rank"] == "deprecated":
        place -= 1
    one = edited(book, table, place, {"rank": "deprecated", "rank_reason": ""})
    return Damage(one.file, one.content, one.line, "rank_reason")


@kind("a row is its own parent")
def _own_parent(draw, book):
    table, place = _row(draw, book, "parent", list(slips._KIN))
    return edited(book, table, place, {slips._KIN[table]: book.rows[table][place][book.tables[table].key]})


@kind("two rows are each other's parent")
def _each_others_parent(draw, book):
    children = [i for i, row in enumerate(book.rows["hashtags"]) if row["parent_hashtag_id"]]
    child = book.rows["hashtags"][draw(mixed(children, "cycle"))]
    place = next(i for i, row in enumerate(book.rows["hashtags"]) if row["hashtag_id"] == child["parent_hashtag_id"])
    return edited(book, "hashtags", place, {"parent_hashtag_id": child["hashtag_id"]})


@kind("a row that leads to a deprecated one")
def _to_deprecated(draw, book):
    fallen = [row["step_id"] for row in book.rows["case_steps"] if row["rank"] == "deprecated"]
    _, place = _row(draw, book, "deprecated", ["double_coding"])
    return edited(book, "double_coding", place, {"step_id": draw(fallen)})


@kind("a line between two rows left empty")
def _blank_line(draw, book):
    table, place = _row(draw, book, "blank")
    lines = book.lines(table)
    lines.insert(place + 1, "")
    return _with_lines(table, lines, place + 2)


@kind("empty lines at the end")
def _blank_end(draw, book):
    table = draw(mixed(book.tables, "end"))
    return Damage(f"tables/{table}.csv", book.text(table).encode() + b"\n\n", len(book.lines(table)) + 1)


@kind("a row too short")
def _short(draw, book):
    table, place = _row(draw, book, "short")
    lines = book.lines(table)
    lines[place + 1] = row_text(list(book.rows[table][place].values())[:-1])
    return _with_lines(table, lines, place + 2)


@kind("a row too long")
def _long(draw, book):
    table, place = _row(draw, book, "long")
    lines = book.lines(table)
    lines[place + 1] += draw(["," , ",,,", ",more", ",\"more\""])
    return _with_lines(table, lines, place + 2)


@kind("a quotation mark not closed")
def _open_quote(draw, book):
    table, place = _row(draw, book, "open")
    lines = book.lines(table)
    lines[place + 1] = '"' + lines[place + 1].lstrip('"')
    return _with_lines(table, lines, place + 2)


@kind("a quotation mark alone in a cell")
def _stray_quote(draw, book):
    where = _places(book, "stray", lambda t, f, v: bool(v) and not set(v) & set(',"\n'))
    table = draw(mixed(where, "stray"))
    column = draw(mixed(where[table], f"stray {table}"))
    place = draw(mixed(where[table][column], f"stray {table} {column}"))
    row, lines = book.rows[table][place], book.lines(table)
    lines[place + 1] = ",".join(f'{v[:1]}"{v[1:]}' if c == column else row_text([v]) if v else "" for c, v in row.items())
    return _with_lines(table, lines, place + 2, column)


@kind("letters behind a closing quotation mark")
def _after_quote(draw, book):
    table, place = _row(draw, book, "after")
    lines = book.lines(table)
    lines[place + 1] = '"x"y' + lines[place + 1]
    return _with_lines(table, lines, place + 2)


@kind("two rows on one line")
def _glued(draw, book):
    table, place = _row(draw, book, "glued")
    place = min(place, len(book.rows[table]) - 2)
    lines = book.lines(table)
    lines[place + 1: place + 3] = [lines[place + 1] + lines[place + 2]]
    return _with_lines(table, lines, place + 2)


@kind("a row broken over two lines")
def _broken_row(draw, book):
    table, place = _row(draw, book, "broken")
    lines, cells = book.lines(table), list(book.rows[table][place].values())
    at = draw(mixed(range(1, len(cells)), f"broken {table}"))
    lines[place + 1: place + 2] = [row_text(cells[:at]), row_text(cells[at:])]
    return _with_lines(table, lines, place + 2)


@kind("a line end within a cell")
def _line_in_cell(draw, book):
    table, place = _row(draw, book, "line in cell")
    row = book.rows[table][place]
    column = draw(mixed([c for c in row if row[c]], f"line in cell {table}"))
    end = draw(["\n", "\r\n", "\r"])
    lines = book.lines(table)
    lines[place + 1] = row_text((row | {column: f"{row[column]}{end}more"}).values())
    return _with_lines(table, lines, None if end == "\r" else place + 2)          # an old line end begins a line of its own


# ---- Kinds of columns and of whole files.

def _columns(book: Book, table: str, change: Callable[[list[str]], list[str]], line=1, column=None, **more) -> Damage:
    cells = csv.reader(io.StringIO(book.text(table), newline=""))
    return _with_lines(table, [row_text(change(row)) for row in cells], line, column, **more)


def _header(book: Book, table: str, header: list[str], column: str | None = None) -> Damage:
    return _with_lines(table, [row_text(header), *book.lines(table)[1:]], 1, column)


def _column(draw, book: Book, name: str) -> tuple[str, list[str], int]:
    table = draw(mixed(book.tables, name))
    return table, book.tables[table].columns, draw(mixed(range(len(book.tables[table].columns)), f"{name} {table}"))


@kind("a column deleted")
def _no_column(draw, book):
    table, columns, at = _column(draw, book, "no column")
    return _columns(book, table, lambda row: row[:at] + row[at + 1:], 1, columns[at])


@kind("a column twice")
def _column_twice(draw, book):
    table, columns, at = _column(draw, book, "column twice")
    return _columns(book, table, lambda row: [*row, row[at]], 1, columns[at])


@kind("a column too many")
def _column_more(draw, book):
    table, columns, at = _column(draw, book, "column more")
    name = draw(["new", "", "Unnamed: 3", f"{columns[at]}.1"])
    first = iter([name])
    return _columns(book, table, lambda row: [*row[:at], next(first, ""), *row[at:]], 1)


@kind("a column under another name")
def _column_renamed(draw, book):
    table, columns, at = _column(draw, book, "renamed")
    name = draw([f"{columns[at]}s", columns[at].upper(), f" {columns[at]}", columns[at].replace("_", " ") + "?", ""])
    return _header(book, table, [name if i == at else c for i, c in enumerate(columns)], columns[at])


@kind("two columns in another order")
def _column_order(draw, book):
    table, columns, at = _column(draw, book, "order")
    at = min(at, len(columns) - 2)
    return _columns(book, table, lambda row: [*row[:at], row[at + 1], row[at], *row[at + 2:]], 1, columns[at + 1])


@kind("two names of columns change places")
def _names_swapped(draw, book):
    table, columns, at = _column(draw, book, "names")
    at = min(at, len(columns) - 2)
    return _header(book, table, [*columns[:at], columns[at + 1], columns[at], *columns[at + 2:]], columns[at + 1])


@kind("the line of column names lost")
def _no_header(draw, book):
    table = draw(mixed(book.tables, "header"))
    return _with_lines(table, book.lines(table)[1:], 1)


@kind("the line of column names twice")
def _two_headers(draw, book):
    table = draw(mixed(book.tables, "headers"))
    lines = book.lines(table)
    return _with_lines(table, [lines[0], *lines], 2)


@kind("an empty line before the column names")
def _blank_first(draw, book):
    table = draw(mixed(book.tables, "first"))
    return _with_lines(table, ["", *book.lines(table)], 1)


def _separated(name: str, mark: str) -> None:
    @kind(f"a table separated by {name}")
    def _one(draw, book):
        table = draw(mixed(book.tables, name))
        out = io.StringIO()
        csv.writer(out, delimiter=mark, lineterminator="\n").writerows(csv.reader(io.StringIO(book.text(table), newline="")))
        return Damage(f"tables/{table}.csv", out.getvalue().encode(), 1)


for _name, _mark in (("tabs", "\t"), ("semicolons", ";"), ("upright lines", "|")):
    _separated(_name, _mark)


@kind("line ends of Windows")
def _crlf(draw, book):
    table = draw(mixed(book.tables, "crlf"))
    return Damage(f"tables/{table}.csv", book.text(table).replace("\n", "\r\n").encode(), told=False, harmless="the cells are the same", same=True)


@kind("no line end at the end")
def _no_end(draw, book):
    table = draw(mixed(book.tables, "no end"))
    return Damage(f"tables/{table}.csv", book.text(table).rstrip("\n").encode(), told=False, harmless="the cells are the same", same=True)


@kind("every cell in quotation marks")
def _all_quoted(draw, book):
    table, out = draw(mixed(book.tables, "quoted")), io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(book.text(table), newline="")))
    return Damage(f"tables/{table}.csv", out.getvalue().encode(), told=False, harmless="the cells are the same", same=True)


@kind("the file cut off")
def _cut(draw, book):
    table, place = _row(draw, book, "cut")
    lines = book.lines(table)[: place + 2]
    lines[-1] = lines[-1][: len(lines[-1]) // 2].rstrip(",") or "x"
    return Damage(f"tables/{table}.csv", "\n".join(lines).encode(), place + 2)


@kind("only the column names left")
def _only_header(draw, book):
    table = draw(mixed(book.tables, "only"))
    return _with_lines(table, book.lines(table)[:1], 1)


@kind("a byte lost, changed or put in")
def _byte(draw, book):
    file = draw(mixed([f"tables/{t}.csv" for t in book.tables] + ["references.bib", "accused-names.txt"], "byte"))
    content = book.bytes[file]
    at = draw(mixed(range(0, len(content), max(1, len(content) // 5000)), f"byte {file}"))
    byte = bytes([draw(mixed(range(256), "value"))])
    new = draw([content[:at] + content[at + 1:], content[:at] + byte + content[at + 1:], content[:at] + byte + content[at:]])
    return Damage(file, new, told=False, harmless="one letter of a word may be another word")


TEXTS = ("references.bib", "datapackage.json", "accused-names.txt")


def _any_file(draw, book: Book, name: str) -> str:
    return draw(mixed([*(f"tables/{t}.csv" for t in book.tables), *TEXTS, *TEXTS], name))


def _whole(name: str, change: Callable[[bytes], bytes | str], line: int | None = None) -> None:
    @kind(name)
    def _one(draw, book):
        file = _any_file(draw, book, name)
        return Damage(file, change(book.bytes[file]), line)


_whole("a hidden mark at the start", lambda raw: b"\xef\xbb\xbf" + raw, 1)
_whole("a file in UTF-16", lambda raw: raw.decode().encode("utf-16"))
_whole("a file in UTF-16 without a mark", lambda raw: raw.decode().encode("utf-16-le"))
_whole("an empty file", lambda raw: b"")
_whole("a file of empty lines", lambda raw: b"\n \n\n")
_whole("a spreadsheet file under this name", lambda raw: b"PK\x03\x04\x14\x00" + bytes(range(256)))
_whole("no file", lambda raw: GONE)
_whole("a folder in place of the file", lambda raw: FOLDER)


@kind("a letter in Latin-1")
def _latin(draw, book):
    file = _any_file(draw, book, "latin")
    lines = book.bytes[file].split(b"\n")
    at = draw(mixed(range(len(lines) - 1), f"latin {file}"))
    lines[at] += "é".encode("latin-1")
    return Damage(file, b"\n".join(lines), at + 1)


@kind("the marks of a merge")
def _merge(draw, book):
    file = _any_file(draw, book, "merge")
    lines = book.bytes[file].split(b"\n")
    at = draw(mixed(range(len(lines) - 1), f"merge {file}"))
    lines[at: at + 1] = [b"<<<<<<< HEAD", lines[at], b"=======", lines[at], b">>>>>>> other"]
    return Damage(file, b"\n".join(lines), at + 1)


# ---- Kinds of datapackage.json.

def _json(book: Book, package, **more) -> Damage:
    return Damage("datapackage.json", json.dumps(package, indent=2, ensure_ascii=False).encode(), **more)


def _nodes(value, at=()) -> list[tuple]:
    """Every place in a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, child in children for place in ((*at, key), *_nodes(child, (*at, key)))]


def _at(value, place):
    for key in place:
        value = value[key]
    return value


def _some_node(draw, package, name) -> tuple:
    table = draw(mixed(range(len(package["resources"])), name))
    return draw(mixed([(), *_nodes(package["resources"][table])], f"{name} {table}")), table


@kind("something of the schema lost")
def _schema_lost(draw, book):
    package = json.loads(book.bytes["datapackage.json"])
    place, table = _some_node(draw, package, "lost")
    del _at(package["resources"], (table, *place[:-1]) if place else ())[place[-1] if place else table]
    return _json(book, package, told=False, harmless="a word of description, or a rule that one column is needed, may be taken out of the schema")


@kind("something of the schema replaced")
def _schema_replaced(draw, book):
    package = json.loads(book.bytes["datapackage.json"])
    place, table = _some_node(draw, package, "replaced")
    _at(package["resources"], (table, *place[:-1]) if place else ())[place[-1] if place else table] = draw([None, 7, "word", [], {}, ["x"], {"x": 1}, True, 1.5, "("])
    return _json(book, package, told=False, harmless="a word of description may be another word")


@kind("the schema cut off")
def _schema_cut(draw, book):
    raw = book.bytes["datapackage.json"]
    return Damage("datapackage.json", raw[: draw(mixed(range(1, len(raw) - 3, 97), "cut schema"))])


@kind("a table missing from the schema")
def _schema_no_table(draw, book):
    package = json.loads(book.bytes["datapackage.json"])
    del package["resources"][draw(mixed(range(len(package["resources"])), "no table"))]
    return _json(book, package)


@kind("a column of the schema under another name")
def _schema_column(draw, book):
    package = json.loads(book.bytes["datapackage.json"])
    table = draw(mixed(package["resources"], "schema column"))
    field = draw(mixed(table["schema"]["fields"], f"schema column {table['name']}"))
    field["name"] += "x"
    return Damage("datapackage.json", json.dumps(package).encode(), tells=ANYWHERE)          # in the schema where keys lead to it, else in the table


@kind("a column of another type in the schema")
def _schema_type(draw, book):
    package = json.loads(book.bytes["datapackage.json"])
    table = draw(mixed(package["resources"], "schema type"))
    field = draw(mixed([f for f in table["schema"]["fields"] if f["name"] in datapackage._KINDS] or table["schema"]["fields"], f"schema type {table['name']}"))
    field["type"] = draw([t for t in ("text", "boolean", "year", "object") if t != field["type"]])
    return _json(book, package)


@kind("a key twice in the schema")
def _schema_double(draw, book):
    raw = book.bytes["datapackage.json"].decode()
    at = draw(mixed([m.end() for m in re.finditer(r'"name": "\w+",\n', raw)], "schema key"))
    return Damage("datapackage.json", (raw[:at] + '"name": "events",\n' + raw[at:]).encode())


@kind("a schema that is no object")
def _schema_other(draw, book):
    return Damage("datapackage.json", draw([b"[]", b"null", b"7", b'"x"', b"{}", b'{"resources": {}}', b'{"resources": [7]}', b"[" * 100_000, b"NaN"]))


# ---- Kinds of references.bib.

def _entry(draw, book: Book, name: str, where: str) -> tuple[str, re.Match]:
    """A field of some entry: the file's text and the match of ``where`` in it."""
    text = book.bytes["references.bib"].decode()
    return text, draw(mixed(list(re.finditer(where, text, re.M)), name))


def _bib(text: str, match: re.Match, new: str, told=True, **more) -> Damage:
    return Damage("references.bib", (text[: match.start()] + new + text[match.end():]).encode(), told=told, **more)


def _bib_kind(name: str, where: str, makes: Callable[[re.Match], list[str]], **more) -> None:
    @kind(name)
    def _one(draw, book):
        text, match = _entry(draw, book, name, where)
        return _bib(text, match, draw(makes(match)), **more)


_NEEDED = "author|title|howpublished|date|langid|keywords"
_bib_kind("a source with a brace not closed", r"^( +\w+ *= *\{.*)\}(,?)$", lambda m: [m[1] + m[2], m[1] + "{}" + m[2]])
_bib_kind("a source with a brace too many", r"^ +\w+ *= *\{.*(\},?)$", lambda m: [m[0][:-1] + "}}," if m[0].endswith(",") else m[0] + "}", m[0].replace("{", "{{", 1)])
_bib_kind("a source without its last brace", r"^\}\n\n", lambda m: ["\n\n"])
_bib_kind("a source twice", r"^@misc\{([^,]+),\n", lambda m: [f"@misc{{{m[1]},\n  title = {{x}}\n}}\n\n{m[0]}", f"@misc{{{m[1].upper()},\n  title = {{x}}\n}}\n\n{m[0]}"])
_bib_kind("a source without a field", rf"^ +({_NEEDED}) *= *.*\n", lambda m: [""])
_bib_kind("a source with a field left empty", rf"^ +({_NEEDED}) *= *.*(?=\n)", lambda m: [f"  {m[1]} = {{}},", f"  {m[1]} = {{ }},"])
_bib_kind("a source's field under another name", r"^( +)(\w+)( *= *)", lambda m: [f"{m[1]}{m[2]}x{m[3]}", f"{m[1]}new{m[3]}"])
_bib_kind("a source's field twice", r"^ +(\w+) *= *\{.*\},\n", lambda m: [m[0] + m[0]])
_bib_kind("a source without its @", r"^@misc", lambda m: ["misc", "misc@", "#misc"])
_bib_kind("a source without its key", r"^@misc\{[^,]+,", lambda m: ["@misc{", "@misc{,", "@misc"])
_bib_kind("a source under another key", r"^@misc\{([^,]+),", lambda m: [f"@misc{{{m[1]}x,", f"@misc{{{m[1].upper()},", f"@misc{{{m[1]} x,"])
_bib_kind("a source without a comma", r"^( +\w+ *= *\{.*\}),$", lambda m: [m[1], m[1] + ";"])
_bib_kind("a source without an equals sign", r"^( +\w+) *= *(\{.*)$", lambda m: [f"{m[1]} {m[2]}"])
_bib_kind("a percent sign that swallows a line", r"^ +title *= *\{\{?", lambda m: [m[0] + "75 % of "])
_bib_kind("a source of a kind that is none", r"^ +keywords *= *\{(\w+)\}", lambda m: ["  keywords = {press}", f"  keywords = {{{m[1]}s}}", f"  keywords = {{{m[1].upper()}}}"])
_bib_kind("a source with a date that is none", r"^ +(date|urldate) *= *\{([^}]*)\}", lambda m: [f"  {m[1]} = {{{new}}}" for new in ("2018-13", "soon", "29/01/2018", "2018-02-30", "2018/")])
_bib_kind("a source of the future", r"^ +date *= *\{[^}]*\},\n +year *= *\{\d+\}", lambda m: ["  date = {2093-01-01},\n  year = {2093}"])
_bib_kind("a source read in the future", r"^ +urldate *= *\{[^}]*\}", lambda m: ["  urldate = {2093-01-01}"])
_bib_kind("a source with another year than its date", r"^ +year *= *\{\d+\}", lambda m: ["  year = {1999}", "  year = {}"])
_bib_kind("a source's address that is none", r"^ +url *= *\{([^}]*)\}", lambda m: ["  url = {www.example.org}", f"  url = {{{m[1]} {m[1]}}}", "  url = {htp://example.org/x}"])
_bib_kind("a source with letters that came to harm", r"^ +(title|author|note) *= *\{+", lambda m: [m[0] + odd for odd in ("Ã©", "\u00a0x", "\u200bx", "e\u0301", "\ufffd", "\x07")])
_bib_kind("an article with lines that are no number", r"^ +lines *= *\{\d+\}", lambda m: [f"  lines = {{{new}}}" for new in ("many", "0", "-3", "4.5", "9" * 5000, "١٢")])
_bib_kind("words between two sources", r"^\}\n\n(?=@)", lambda m: [m[0] + "stray words\n\n", m[0] + "note}\n"])
_bib_kind("braces without end", r"^@misc", lambda m: ["@misc{x, title = " + "{" * 3000 + "}" * 3000 + "}\n" + m[0]])
_bib_kind("a source that nobody cites", r"^@misc", lambda m: ["@misc{new-source,\n  author = {{A}},\n  title = {{B}},\n  howpublished = {C},\n  date = {2018},\n  year = {2018},\n"
                                                              "  langid = {en},\n  keywords = {book}\n}\n\n" + m[0]])


@kind("line ends of Windows among the sources")
def _bib_crlf(draw, book):
    return Damage("references.bib", book.bytes["references.bib"].replace(b"\n", b"\r\n"), told=False, same=True, harmless="the fields are the same")


# ---- Kinds of accused-names.txt.

@kind("a digest of a name that came to harm")
def _digest(draw, book):
    lines = book.bytes["accused-names.txt"].decode().splitlines()
    at = draw(mixed([i for i, line in enumerate(lines) if line and not line.startswith("#")], "digest"))
    lines[at] = draw([lines[at][:-1], lines[at] + "0", lines[at].replace(lines[at][0], "g", 1), "A Name", lines[at].upper() + "Z"])
    return Damage("accused-names.txt", ("\n".join(lines) + "\n").encode(), at + 1)

