"""What the tables hold of each country: its rows, their sources, the figures that show it, and how all this is said in words."""

from __future__ import annotations

import functools
import re

import metoo_data as md
import pandas as pd
from babel import Locale
from figure_pages import PUBLISHED
from metoo_figures import decks, records

#: Tables whose rows stand on a country's page: one of their rows in words, and several.
KINDS = {"cases": ("case", "cases"), "case_steps": ("step", "steps"), "reforms": ("law or rule", "laws and rules"),
         "reform_stages": ("stage", "stages"), "ratifications": ("ratification", "ratifications"), "events": ("event", "events"),
         "hashtags": ("hashtag", "hashtags"), "backlash": ("incident of backlash", "incidents of backlash"), "statistics": ("number", "numbers"),
         "series": ("point of a series", "points of series"), "claims": ("claim", "claims")}
#: Tables whose rows belong to a row of another: that table, and the link to it.
PARTS = {"case_steps": ("cases", "case_id"), "reform_stages": ("reforms", "reform_id")}

Rows = dict[str, pd.DataFrame]


@functools.cache
def known() -> dict[str, Rows]:
    """The rows that stand, by country and table; a step or stage has the country of its case or law."""
    places: dict[str, Rows] = {}
    for name in KINDS:
        frame = live(name)
        if name in PARTS:
            table, column = PARTS[name]
            frame = frame.merge(live(table)[[column, "country_iso3"]], on=column)
        for code, rows in frame.groupby(frame["country_iso3"].astype(str)):
            places.setdefault(code, {})[name] = rows
    return dict(sorted(places.items()))


@functools.cache
def live(name: str) -> pd.DataFrame:
    """A table without its deprecated rows."""
    frame = md.load(name)
    return frame[frame["rank"] != "deprecated"]


@functools.cache
def country(code: str) -> str:
    """The name of a country as the tables write it."""
    return "The world, or several countries" if code == "WLD" else live("countries").set_index("iso3").at[code, "name"]


@functools.cache
def label(table: str, column: str, code: str) -> str:
    """What a code of a closed list means."""
    return next(field for field in md.tables()[table].fields if field.name == column).labels[code]


def newest(frame: pd.DataFrame, column: str = "date") -> pd.DataFrame:
    """Rows by date, the latest first."""
    return frame.sort_values([f"{column}_latest", f"{column}_earliest"], ascending=False, kind="stable")


def oldest(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by date, the first first."""
    return frame.sort_values(["date_latest", "date_earliest"], kind="stable")


def sources(mine: Rows) -> pd.DataFrame:
    """The sources of some rows, and those in ``evidence`` for or against them, the newest first."""
    ids = {row for name, rows in mine.items() for row in rows[md.tables()[name].key]}
    more, every = live("evidence"), _sources()
    keys = {key for rows in mine.values() for key in rows["source_id"]} | set(more.loc[more["row_id"].isin(ids), "source_id"])
    return every[every.index.isin(keys)]


@functools.cache
def _sources() -> pd.DataFrame:
    return newest(md.sources(), "published")


def figures(code: str) -> list[dict]:
    """The figures that name or draw a country: by their record, or by the rows and places of their data."""
    return [sheet for sheet, shown in _shown() if code in shown]


@functools.cache
def _shown() -> list[tuple[dict, frozenset[str]]]:
    return [(sheet, frozenset(sheet["countries"]) | _drawn(sheet["id"])) for sheet in decks.published()]


def _drawn(figure: str) -> frozenset[str]:
    """The countries in a figure's data: ids of rows in any column, codes and names in those that hold places."""
    data = pd.read_csv(PUBLISHED / figure / f"{figure}.csv", dtype=str, keep_default_na=False)
    places = live("countries").set_index("name")["iso3"]
    found = {places.get(cell.split(":")[0]) for column in ("country", "name", "place", "label") if column in data for cell in data[column]}
    found |= {code for column in ("iso3", "country_iso3", "countries") if column in data for cell in data[column] for code in cell.split()}
    found |= {_of_row().get(word) for column in data for cell in data[column] for word in re.split(r"[;\s]+", cell)}
    return frozenset(found - {None})


@functools.cache
def _of_row() -> dict[str, str]:
    """The country of each row by its id; a case is also known by its id without the first word, as some figures write it."""
    found = {row: code for code, mine in known().items() for name, rows in mine.items() for row in rows[md.tables()[name].key]}
    return found | {row.removeprefix("case-"): code for row, code in found.items() if row.startswith("case-")}


def summary(mine: Rows, behind: pd.DataFrame) -> str:
    """What the tables hold of a country, counted; ``behind`` are its sources. Plain text."""
    bounds = [rows[column] for rows in mine.values() for column in rows if column.endswith(("_earliest", "_latest"))]
    years = pd.concat([bound.dropna() for bound in bounds]).dt.year
    span = f"dated {years.min()}" if years.nunique() == 1 else f"dated from {years.min()} to {years.max()}"
    return f"On {day()} the tables hold {held(mine)}, {span}. Behind them stand {count(len(behind), 'source', 'sources')}, in {languages(behind)}."


def held(mine: Rows) -> str:
    """How many rows of each kind there are, parts with their whole: ``5 cases with 15 steps and 1 ratification``."""
    parts = {table: count(len(mine[name]), *KINDS[name]) for name, (table, _) in PARTS.items() if name in mine}
    return listed([count(len(rows), *KINDS[name]) + (f" with {parts[name]}" if name in parts else "") for name, rows in mine.items() if name not in PARTS])


def day(value=None) -> str:
    """A day in words; without one, the day of this version."""
    return md.in_words((value or records.book()["date"]).isoformat())


def count(n: int, one: str, many: str) -> str:
    """A number and what it counts."""
    return f"{n:,} {one if n == 1 else many}"


def listed(words: list[str]) -> str:
    """Words as a list in a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


@functools.cache
def language(code: str) -> str:
    """The English name of a language."""
    return Locale("en").languages.get(code, code)


def languages(some: pd.DataFrame) -> str:
    """The languages of some sources with their counts, the most frequent first."""
    counts = some["language"].str.split("-").str[0].map(language).value_counts()
    return counts.index[0] if len(counts) == 1 else listed([f"{name} ({n:,})" for name, n in counts.items()])
