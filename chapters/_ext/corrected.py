"""Where a correction shows: the pages that cite or draw a corrected row say so near their top, and the page of a figure keeps its history.

A page says it for a year, counted back from the book's date, of what had stood in a version: a correction that came with the first one mends a source, not us.
"""

from __future__ import annotations

import functools
import json
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import metoo_data as md
import pandas as pd
from generated import HEADS, PARTS
from metoo_data.untrusted import in_markdown as text
from metoo_figures import decks, records

ROOT = md.schema.ROOT.parent
PUBLISHED = ROOT / "figures" / "published"
MONTHS = 12
#: Columns of a part whose change can change what is told of the whole: the status of a case, the stage of a law.
_DECIDING = {"", "step", "outcome", "is_final", "favours", "date", "stage"}
_MOST = 4
#: Tables whose rows are part of a row of another: that table, and the link to it.
_PART_OF = {part: (owner, column) for owner, (part, column) in PARTS.items()}
_ROW = re.compile(r"[a-z0-9]+(?:-[a-z0-9_]+)+")


@dataclass(frozen=True)
class Correction:
    """One row of the corrections: the rows that it is about (the old one and what followed it), the row that they are part of, their country, and in which words a page tells it."""

    id: str
    date: pd.Timestamp
    version: str
    rows: frozenset[str]
    whole: str | None
    country: str | None
    words: str


@functools.cache
def every() -> list[Correction]:
    """The corrections of what had stood in a version, the latest first."""
    first = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)[-1]
    known = [_correction(row) for row in md.corrections().itertuples() if numbered(row.version) > numbered(first)]
    return sorted(known, key=lambda one: one.date, reverse=True)


def recent() -> list[Correction]:
    """Those that pages still tell."""
    return [one for one in every() if one.date > pd.Timestamp(records.book()["date"]) - pd.DateOffset(months=MONTHS)]


def numbered(version: str) -> tuple[int, ...]:
    """A version as numbers, to compare."""
    return tuple(map(int, version.split(".")))


def _correction(row) -> Correction:
    key, owner = md.tables()[row.table].key, _PART_OF.get(row.table)
    frame = md.load(row.table).set_index(key)
    after = [word for word in _ROW.findall(row.now) if word in frame.index] if pd.notna(row.now) else []
    cells, whole = frame.loc[row.row_id], None
    if owner:
        whole = cells[owner[1]] if pd.isna(row.field) or row.field in _DECIDING else None
        cells = md.load(owner[0]).set_index(owner[1]).loc[cells[owner[1]]]
    name = next((str(cells[column]) for column in (HEADS.get(owner[0] if owner else row.table), "name", "series") if column in cells.index and pd.notna(cells[column])), row.row_id)
    column = next((field.title.lower() for field in md.tables()[row.table].fields if field.name == row.field), "")
    short = textwrap.shorten(name.rstrip("."), 90, placeholder=" …")
    # What was taken out is not told a second time.
    words = "an entry that was taken out" if pd.isna(row.now) else f"{short}{f' ({column})' if column else ''}"
    place = row.row_id if row.table == "countries" else cells.get("country_iso3")
    return Correction(row.correction_id, row.date, row.version, frozenset([row.row_id, *after]), whole, place if pd.notna(place) else None, words)


def drawing(corrections: list[Correction]) -> list[str]:
    """The figures whose data name a corrected row."""
    return sorted(path.name for path in PUBLISHED.iterdir() if of_figure(path.name, corrections))


def of_figure(figure: str, corrections: list[Correction]) -> list[Correction]:
    """Those that change what a figure draws, as far as its data name rows: the row itself, or a whole whose status follows from it."""
    return of_data((PUBLISHED / figure / f"{figure}.csv").read_text(encoding="utf-8"), corrections)


def of_data(data: str, corrections: list[Correction]) -> list[Correction]:
    """The same for the text of a figure's data."""
    drawn = set(_ROW.findall(data))
    parts = drawn & {row for one in corrections for row in one.rows}
    return [one for one in corrections if one.rows & parts or one.whole in drawn or (one.whole or "").removeprefix("case-") in drawn]


def history(sheet: dict) -> list[str]:
    """What each version of a figure changed, by its record and by the corrections of rows that it draws."""
    lines = [(numbered(version), f"- Version {text(version)}: {text(change)}.") for version, change in sheet["history"]]
    lines += [(numbered(one.version), f"- Version {text(one.version)}, {day(one.date)}: an entry that it draws was corrected, [{text(one.words)}](#{one.id}).") for one in reversed(of_figure(sheet["id"], every()))]
    return [*(line for _, line in sorted(lines, key=lambda line: line[0])), "",
            f"Each version stays as it was cited, at its own address: `v` and the version, then `figures/{sheet['id']}/`."]


@functools.cache
def banners() -> dict[str, str]:
    """The banner of each page that cites or draws a corrected row, by the page's name: chapters and other written pages, countries and figures."""
    told = recent()
    figures = {sheet["id"]: of_figure(sheet["id"], told) for sheet in decks.published()}
    pages = {f"generated/figure-{figure}": mine for figure, mine in figures.items()}
    for one in told:
        if one.country:
            pages.setdefault(f"generated/country-{one.country.lower()}", []).append(one)
    for path in [*(ROOT / "chapters").glob("*.ipynb"), *(ROOT / "chapters").glob("*.md")]:
        written = path.read_text(encoding="utf-8")
        cited = set(re.findall(r"\]\(#([^)\s]+)\)", written))
        shown = [figures.get(figure, []) for figure in re.findall(r"published/([a-z0-9-]+)/(?:block|picture)\.md", written)]
        pages[path.stem] = [one for one in told if one.rows & cited or any(one in mine for mine in shown)]
    return {page: _banner(mine) for page, mine in pages.items() if mine}


def _banner(mine: list[Correction]) -> str:
    """One quiet paragraph: each day with what was corrected on it, and where it stands what it said before."""
    by_day: dict[str, list[str]] = {}
    for one in mine[:_MOST]:
        by_day.setdefault(day(one.date), []).append(f"[{text(one.words)}](#{one.id})")
    said = " ".join(f"{'Corrected on' if not number else 'On'} {date}: {'; '.join(words)}." for number, (date, words) in enumerate(by_day.items()))
    more = f" Before that, [{len(mine) - _MOST} more](#{mine[_MOST].id})." if len(mine) > _MOST else ""
    return f":::{{div}} corrected\n{said}{more}\n:::"


def day(date: pd.Timestamp) -> str:
    return md.in_words(date.strftime("%Y-%m-%d"))


def under_title(page: str, banner: str) -> str:
    """A generated page with its banner right under its title."""
    return re.sub(r"^(# .*)$", lambda title: f"{title[0]}\n\n{banner}", page, count=1, flags=re.M)


def in_page(name: str, source: str, is_notebook: bool) -> str:
    """A written page with its banner, if it has one, behind what it says of itself: before its first section."""
    banner = banners().get(name)
    if not banner:
        return source
    if not is_notebook:
        before, mark, rest = source.partition("\n## ")
        return f"{before}\n{banner}\n{mark}{rest}"
    notebook = json.loads(source)
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    before, mark, rest = "".join(first["source"]).partition("\n## ")
    first["source"] = f"{before}\n\n{banner}\n{mark}{rest}"
    return json.dumps(notebook, ensure_ascii=False)
