"""The pages that the tables make: one a table, with an anchor for each row; the codebook; the corrections."""

from __future__ import annotations

import functools
import re

import metoo_data as md
import pandas as pd
from metoo_data import withheld
from metoo_data.schema import ROOT, Field, Table
from metoo_data.untrusted import in_markdown as text
from metoo_figures import records

#: Tables with a page of their own, and the column that opens each entry there.
HEADS = {"events": "title", "cases": "label", "reforms": "title_en", "ratifications": "ratified_date", "backlash": "summary",
         "hashtags": "tag", "statistics": "indicator", "claims": "summary"}
#: Tables whose rows stand under the row that they belong to: table, its link, the page that shows them.
PARTS = {"cases": ("case_steps", "case_id"), "reforms": ("reform_stages", "reform_id")}
#: The data package as one file, and the two Python packages as one with the tables in it, beside the pages.
PACKAGE = f"after-the-hashtag-data-{records.book()['version']}.zip"
WHEEL = f"after_the_hashtag-{records.book()['version']}-py3-none-any.whl"
_HIDDEN = {"rank", "recorded_date", "source_id", "locator", "country_iso3", "rank_reason", "note", "date_note"}


def pages() -> dict[str, str]:
    """Every generated page: its name and its text in MyST Markdown."""
    shown = {f"table-{name}": _table_page(name) for name in HEADS}
    return {"tables": _tables(), "table-series": _series_page(), "codebook": _codebook(), "corrections": corrections(),
            "changelog": (ROOT.parent / "CHANGELOG.md").read_text(encoding="utf-8"), **shown}


def _tables() -> str:
    rows = ["| table | rows | what it holds |", "| --- | --- | --- |"]
    for name, table in md.tables().items():
        entries = f" [Entries with sources](table-{name}.md)." if name in (*HEADS, "series") else ""
        rows.append(f"| [{table.title}](data-{name}.md) | {len(md.load(name)):,} | {table.description}{entries} |")
    return "\n".join(["# The tables", "", "Each number in the chapters leads to the entry of its row, and each entry to its source. The page of a table tells who collected its rows "
                      "and what is missing, and shows them all, to sort and to filter. How each column is to be read stands in the [codebook](codebook.md).", "",
                      "```{raw} html", f'<p><a class="download-package" href="../../data/{PACKAGE}" download>The whole data package, ZIP</a>: every table with its schema, sources, '
                      "licence and a readme.</p>",
                      f'<p><a class="download-package" href="../../data/{WHEEL}" download>The Python packages, a wheel</a>: the tables with their loaders, and what draws the figures.</p>',
                      "```", "", "[Use the data in your own class](../use-the-data.md) tells how to work with either.", "", *rows, ""])


def _table_page(name: str) -> str:
    table, frame = md.tables()[name], md.load(name)
    countries = md.countries().set_index("iso3")["name"]
    lines = [f"# {table.title}", "", table.description, ""]
    for country, rows in frame.groupby(frame["country_iso3"].map(countries), sort=True):
        lines += [f"## {text(country)}", ""]
        for row in rows.to_dict("records"):
            lines += _entry(name, table, row)
    return "\n".join(lines)


def _entry(name: str, table: Table, row: dict) -> list[str]:
    head = next(field for field in table.fields if field.name == HEADS[name])
    lines = [f"({row[table.key]})=", f"**{_shown(table, head, row[head.name])}**", ""]
    lines += [_status(row["case_id"]), ""] if name == "cases" and row["rank"] != "deprecated" else []
    lines += [". ".join(_facts(table, row, skip=HEADS[name])) + ".", ""]
    lines += [f"- {line}" for line in _source(name, table, row)]
    if name in PARTS:
        lines += _parts(*PARTS[name], row[table.key])
    return [*lines, ""]


def _status(case: str) -> str:
    """Where a case stands on the day of this version: the latest first."""
    row = _today().loc[case]
    # Of a date without a beginning it is known only that it was reached by then.
    since = ", since " + re.sub("^until ", "at the latest ", md.in_words(row["since"])) if pd.notna(row["since"]) else ""
    return f"*Status on {md.in_words(records.book()['date'].isoformat())}: {text(md.STATUSES[row['status']])}{since}.*"


@functools.cache
def _today() -> pd.DataFrame:
    return md.status_as_of(records.book()["date"])


def _series_page() -> str:
    """Each series once, with what all its points share, then its points."""
    table, frame = md.tables()["series"], md.series()
    lines = [f"# {table.title}", "", table.description, ""]
    for name, rows in frame.groupby("series", sort=False):
        same = {column for column in frame.columns if rows[column].astype(str).nunique() == 1}
        first, cited = rows.iloc[0], {"source_id", "locator"} <= same
        lines += [f"## {text(name)}", "", ". ".join(_facts(table, first, skip="series", hide=set(frame.columns) - same)) + ".", ""]
        lines += [f"{_cited(first)}.", ""] if cited else []
        for row in rows.to_dict("records"):
            facts = [f"{row['value']:,.12g}", *_facts(table, row, skip="period", hide=same | {"value"}), *([] if cited else [_cited(row)]), *_notes(row)]
            lines += [f"({row[table.key]})=", f"**{text(md.in_words(row['period']))}:** {'. '.join(facts)}", ""]
    return "\n".join(lines)


def _parts(name: str, column: str, owner: str) -> list[str]:
    table, lines = md.tables()[name], []
    for row in _rows_of(name, (column,), "seq").get((owner,), ()):
        lines += ["", f"({row[table.key]})=", f"{row['seq']}\\. **{md.in_words(row['date'])}.** {text(row['summary'])}", ""]
        lines += [". ".join(_facts(table, row, skip="summary", hide={"seq", "date", column})) + ".", ""]
        lines += [f"- {line}" for line in _source(name, table, row)]
    return lines


@functools.cache
def _rows_of(name: str, owner: tuple[str, ...], order: str = "") -> dict[tuple, list[dict]]:
    """The rows of a table by what they belong to."""
    frame, found = md.load(name), {}
    for row in (frame.sort_values(order, kind="stable") if order else frame).to_dict("records"):
        found.setdefault(tuple(row[column] for column in owner), []).append(row)
    return found


def _facts(table: Table, row: dict | pd.Series, skip: str, hide: set[str] = frozenset()) -> list[str]:
    lines = []
    for field in table.fields:
        value = row[field.name]
        if field.name in _HIDDEN | hide | {table.key, skip} or pd.isna(value) or value in ("", "not_applicable") or _says_nothing(field.name, row):
            continue
        lines.append(f"{field.title}: {_shown(table, field, value).removesuffix('.')}")
    return lines


def _shown(table: Table, field: Field, value) -> str:
    """A cell for a reader: dates in words, codes by their label, keys as links to their row."""
    if field.is_edtf:
        return text(md.in_words(value))
    if field.name in table.foreign_keys:
        return f"[{value}](#{value})"
    if field.type == "number":
        return f"{value:,.12g}"
    return text(field.labels.get(value, value))


def _says_nothing(name: str, row: dict | pd.Series) -> bool:
    """A bound equal to the value, a status that is the usual one, and the outcome of a step that has none."""
    if name in ("outcome", "favours"):
        return row["outcome"] == "none" and row["favours"] == "neither"
    if name in ("value_low", "value_high"):
        return row[name] == row["value"]
    return name == "obs_status" and row[name] == "A"


def _source(name: str, table: Table, row: dict) -> list[str]:
    lines = [_cited(row)]
    for more in _rows_of("evidence", ("table", "row_id")).get((name, row[table.key]), ()):
        if more["source_id"] == row["source_id"] and more["support"] == "supports" and pd.notna(more["checked_by"]):
            lines.append(f"Compared with the source by {text(more['checked_by'])} on {md.in_words(more['checked_on'].strftime('%Y-%m-%d'))}")
            continue
        note = f": {text(more['note'])}" if pd.notna(more["note"]) else ""
        lines.append(f"{str(more['support']).replace('_', ' ').capitalize()}: {{cite:t}}`{more['source_id']}`, {text(more['locator'])}{note}")
    return lines + _notes(row)


def _cited(row: dict | pd.Series) -> str:
    return f"Source: {{cite:t}}`{row['source_id']}`, {text(row['locator'])}"


def _notes(row: dict | pd.Series) -> list[str]:
    words = (("date_note", "Date"), ("note", "Note"), ("rank_reason", "Deprecated"))
    return [f"{word}: {text(row[column])}" for column, word in words if column in row and pd.notna(row[column]) and row[column]]


def _codebook() -> str:
    lines = ["# Codebook", "", "What each column means and may hold, read from `data/datapackage.json`. In Python, `help(md.events)` shows the same.", ""]
    for name, table in md.tables().items():
        lines += [f"## {table.title}", "", f"`{table.file}`, key `{table.key}`. {table.description}", ""]
        for field in table.fields:
            kind = "EDTF date" if field.is_edtf else field.type
            lines += [f"`{field.name}` ({kind}{'' if field.required else ', may be empty'})", f": {field.description}"]
            lines += [f"  - `{code}`: {label}" for code, label in field.labels.items()]
            lines.append("")
    return "\n".join(lines)


#: What the page of corrections says before its list.
_HOW_TO_ASK = (
    "## How to ask for one", "",
    "Anyone may ask, and most of all a person whom a row concerns. Open an issue with the form *Correction* where this book's files are kept, or write to its editors where you know them. "
    "Say which page or row, what is wrong, and which public source shows it. An issue is public: please write no name in it that the book does not print. If the matter is the name itself, "
    "tick the box that says so; a reason can follow later, or not in public.", "",
    "Few people keep this book, beside other work. A contested name comes down as soon as one of them reads the request, before anything is discussed. We aim to answer within a week. To check a fact takes "
    "longer where a court's record must be found; the issue then says what it waits for.", "",
    "## What happens then", "",
    "- A fact that was wrong is not overwritten. Its row stays, marked as deprecated, and a new row says what is known now. A slip of the hand, and a row that others belong to, is mended in place. "
    "Both stand below, with what was there before.",
    "- Pages that cite or draw the row say so near their top for a year, if the old words had stood in a version. Rows of the very first version that correct a source, and not us, need no such note.",
    "- A figure that changes becomes a new version. Its page has the history; the version that was cited stays at its address and says that a row was corrected since.",
    "- The [changelog](changelog.md) has a line on it.", "",
    "## Contested names", "",
    "A name comes down by one line that itself holds no name. From the next build on, the role stands in its place on every page, in every file to download, in the copies of earlier figures, in the search and in the book to take away. "
    "An address of a source that spells the name is cut to its site. If the check shows that the name may stand, it comes back with its basis; else it stays away. What we cannot call back: copies that others made, "
    "and the history of the files, which the platform that holds them may show. That is why names never stand in pictures.", "")


def corrections() -> str:
    """The page of corrections, each with what stood there, what stands now, and why."""
    lines = ["# Corrections", "", *_HOW_TO_ASK, f"Names that are down at present: {withheld.people(ROOT) or 'none'}.", "", "## What was changed", "",
             "The latest stands last. An id that ends in v2 is the row that took the place of the old one.", ""]
    for _, row in md.corrections().iterrows():
        lines += [f"({row['correction_id']})=", f"**{row['date'].strftime('%Y-%m-%d')}**, table {text(row['table'])}, row {text(row['row_id'])}", "",
                  f"- Was: {text(row['was'])}", f"- Now: {text(row['now']) if pd.notna(row['now']) else 'the row is marked as deprecated and used nowhere'}", f"- Why: {text(row['reason'])}", f"- Asked for by: {text(row['requested_by_type'])}; version {text(row['version'])}", ""]
    return "\n".join(lines)
