"""Checking prose against the tables: fact links, numbers without one, statuses without a date, names without a basis, hidden letters.

A fact link is a plain Markdown link from a number or date to the row that it comes from:
``[416](#stat-chn-metoo-posts-first-month)``. Its text and its row must agree.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import english, names, reading, untrusted
from .problems import Problem, nearest
from .schema import ROOT, tables

_LINK = re.compile(r"\[(?P<text>[^\]\n]*)\]\(#(?P<id>[^)\s]+)\)")
_OTHER_LINK = re.compile(r"!?\[[^\]\n]*\]\([^)\n]*\)")
_CODE = re.compile(r"\{[a-z:]+\}`[^`]*`|`[^`]*`|<[^>\n]*>|https?://\S+")
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})(?:\{(?P<directive>[\w:-]+)\})?(?P<rest>.*)\n(?P<inside>(?:.*\n)*?)(?P=fence)[`:]*[ \t]*$", re.M)
#: Directives that hold no sentences of ours.
_NO_PROSE = ("include", "bibliography", "toctree", "tableofcontents", "code-block", "code-cell", "math", "figure", "image", "raw")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t].*$", re.M)
@dataclass(frozen=True)
class Passage:
    """A stretch of prose: the file it stands in, its place there, and its text."""

    file: str
    line: int
    text: str


def problems(folder: Path, root: Path = ROOT) -> list[Problem]:
    """Every problem of the prose in ``folder``: its notebooks' Markdown cells, its Markdown files and those of its essays."""
    sheets = [reading.read(table) for table in tables(root).values()]
    rows = {row[sheet.table.key]: (sheet.table.name, row.cells) for sheet in sheets for row in sheet.rows}
    # Where a table cannot be read at all, its links cannot be followed, and saying so once is enough.
    broken = any(sheet.is_broken for sheet in sheets)
    captions = [cells["caption"] for name, cells in rows.values() if name == "cases" and cells["naming_basis"] != "not_named"]
    unnamed = functools.partial(_unnamed, root=root, named=frozenset(names.known(root)) if broken else names.named(captions, root))
    tests = (_hidden, _loose_numbers, _undated, unnamed, *(() if broken else (_links,)))
    found = []
    for path in [*sorted(folder.glob("*.ipynb")), *sorted(folder.glob("*.md")), *sorted(folder.glob("essays/*.md"))]:
        try:
            found += [problem for passage in passages(path) for test in tests for problem in test(passage, rows)]
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            kind = "a notebook (JSON in UTF-8)" if path.suffix == ".ipynb" else "text in UTF-8"
            found.append(Problem(f"{folder.name}/{path.name}", f"not readable as {kind}: {error}. Restore it from the last commit.", getattr(error, "lineno", None)))
    return found


def passages(path: Path) -> Iterator[Passage]:
    """The paragraphs of one chapter or page, headings too, without code blocks and front matter."""
    name, content = f"{path.parent.name}/{path.name}", path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        yield from _paragraphs(name, content)
        return
    for number, cell in enumerate(json.loads(content)["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield from _paragraphs(f"{name}, cell {number}", "".join(cell["source"]))


def _paragraphs(file: str, text: str) -> Iterator[Passage]:
    text = _FENCE.sub(_unfenced, re.sub(r"\A---\n.*?\n---$", _blank, text, flags=re.S | re.M))
    line = 1
    for part in re.split(r"(\n\s*\n)", text):
        if part.strip():
            yield Passage(file, line + len(part) - len(part.lstrip("\n")), part.strip("\n"))
        line += part.count("\n")


def _blank(found: re.Match) -> str:
    """As many lines as there were, with nothing in them: the lines after them keep their numbers."""
    return "\n" * found[0].count("\n")


def _unfenced(found: re.Match) -> str:
    """Nothing of a block of code; of a directive that holds sentences, such as a note, its title and its sentences."""
    if not found["directive"] or found["directive"] in _NO_PROSE:
        return _blank(found)
    inside = re.sub(r"^:[\w-]+:.*$", "", found["inside"], flags=re.M)
    return f"{found['rest']}\n{_FENCE.sub(_unfenced, inside)}"


def _links(passage: Passage, rows: dict) -> Iterator[Problem]:
    for link in _LINK.finditer(passage.text):
        line = passage.line + passage.text[: link.start()].count("\n")
        if link["id"] not in rows:
            plain = link["id"].lower().replace("_", "-")
            if plain in rows or re.match(r"(stat|step|ev|case|ref|stage|bl|tag|cl|ser|rat|evd)-", plain):
                yield Problem(passage.file, f"the fact link '{link[0]}' leads to no row.{nearest(plain, rows)}", line, None, link["text"])
            continue
        name, cells = rows[link["id"]]
        if cells.get("rank") == "deprecated" and re.search(r"\d", link["text"]):
            yield Problem(passage.file, f"'{link['text']}' rests on the row '{link['id']}' in data/tables/{name}.csv, which is deprecated: {cells['rank_reason']} "
                          "Link the row that took its place (data/tables/corrections.csv), or take the number out.", line, None, link["text"])
        known_numbers, known_dates = _values(cells), _dates_of(cells)
        said_dates = english.dates_in(link["text"])
        rest = english.DATE.sub(" ", link["text"])
        wrong = [f"{n:,g}" for n in english.numbers_in(rest) if n not in known_numbers]
        wrong += [d for d in said_dates if d not in known_dates]
        if wrong:
            yield Problem(passage.file, f"'{link['text']}' does not agree with its row '{link['id']}' in data/tables/{name}.csv: "
                          f"{', '.join(wrong)} does not stand there. It holds {_holds(known_numbers, cells)}.", line, None, link["text"])


def _values(cells: dict[str, str]) -> set[float]:
    """The numbers of a row, and what they are in other words: 24 months are also two years."""
    columns = ("value", "value_low", "value_high", "participants_low", "participants_high", "sentence_months", "amount", "complainants_n")
    found = {float(cells[c]) for c in columns if re.fullmatch(r"-?\d+(\.\d+)?", cells.get(c, ""))}
    if re.fullmatch(r"\d+(\.\d+)?", cells.get("sentence_months", "")):
        found.add(float(cells["sentence_months"]) / 12)
    return found


def _dates_of(cells: dict[str, str]) -> set[str]:
    """The dates of a row at every coarser precision: a day is also in its month and year."""
    found = set()
    for column in ("date", "period", "ratified_date", "in_force_date"):
        for part in re.findall(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", cells.get(column, "")):
            found |= {part, part[:7], part[:4]}
    return found


def _holds(numbers: set[float], cells: dict[str, str]) -> str:
    held = [f"{n:,g}" for n in sorted(numbers)] + [cells[c] for c in ("date", "period") if cells.get(c)]
    return ", ".join(held) or "no number or date"


def _hidden(passage: Passage, rows: dict) -> Iterator[Problem]:
    for number, line in enumerate(passage.text.split("\n"), passage.line):
        if told := untrusted.hidden(line.replace("\t", " ").replace("\xa0", " ")):
            yield Problem(passage.file, f"the line holds a {told}. Type it again.", number)


def _loose_numbers(passage: Passage, rows: dict) -> Iterator[Problem]:
    bare = english.DATE.sub(" ", _CODE.sub(" ", _OTHER_LINK.sub(" ", passage.text)))
    bare = re.sub(r"^\s*\d+\.\s", " ", bare, flags=re.M)           # numbered lists
    for found in english.DIGITS.finditer(bare):
        yield Problem(passage.file, f"the number '{found[0]}' has no row. Link it: [{found[0]}](#row-id), compute it, or say it without a number.",
                      passage.line, None, found[0])


def _undated(passage: Passage, rows: dict) -> Iterator[Problem]:
    text = _CODE.sub(" ", _HEADING.sub("", passage.text))          # the date of a heading stands below it
    for sentence in english.SENTENCE.split(text):
        shown = _OTHER_LINK.sub(lambda link: link[0].split("](")[0].lstrip("![") , sentence)
        verb = english.STATUS.search(_QUOTED.sub(" ", shown))
        if verb and not english.DATE.search(shown):
            start = " ".join(shown.split()[:12])
            yield Problem(passage.file, f"'{verb[0]}' stands without a date in the sentence that begins '{start}'. "
                          "Each status has its date: 'acquitted (as of 17 February 2021)'.", passage.line, None, verb[0])


def _unnamed(passage: Passage, rows: dict, root: Path, named: frozenset[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(names.found(passage.text, root, named)):
        yield Problem(passage.file, f"'{name}' is the name of an accused person whom no caption of a case names. Write the role.", passage.line, None, name)
