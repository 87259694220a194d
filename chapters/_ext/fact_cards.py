"""What a fact link says when a reader rests on it: the value with its unit, the date, who said so. Native titles; a script dresses them."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import metoo_data as md
import pandas as pd
from docutils import nodes
from metoo_figures import records
from sphinx.application import Sphinx

#: Tables that a fact link may lead to, and the columns that make the first line of its card.
_FIRST = {"statistics": ("indicator",), "series": ("series",), "events": ("title",), "cases": ("label",), "case_steps": ("summary",), "reforms": ("title_en",),
          "reform_stages": ("summary",), "ratifications": (), "backlash": ("summary",), "hashtags": ("tag", "meaning_en"), "claims": ("summary",)}
_LENGTH = 160
GLOSSARY = Path(__file__).resolve().parents[1] / "glossary.md"


@functools.cache
def cards() -> dict[str, str]:
    """The card of each row by its key: two or three short lines of plain text."""
    sources = md.sources()
    return {row[md.tables()[name].key]: _card(name, row, sources) for name in _FIRST for _, row in md.load(name).iterrows()}


@functools.cache
def terms() -> dict[str, str]:
    """The entry of each term of the glossary by its target: the word, and the first sentence of what it means."""
    entries = re.findall(r"\((term-[a-z-]+)\)=\n\*\*(.+?)\*\*\n: (.+)", GLOSSARY.read_text(encoding="utf-8"))
    plain = {key: (word.strip("*"), re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", told)) for key, word, told in entries}
    return {key: f"{word}: {re.split(r'(?<=[.]) (?=[A-Z])', told)[0]}" for key, (word, told) in plain.items()}


def _card(name: str, row: pd.Series, sources: pd.DataFrame) -> str:
    first = ": ".join(str(row[column]) for column in _FIRST[name] if pd.notna(row[column]))
    lines = [_short(first), ". ".join(part for part in (_value(name, row), _date(name, row)) if part), _cited(row, sources)]
    return "\n".join(line for line in lines if line)


def _value(name: str, row: pd.Series) -> str:
    if name in ("statistics", "series"):
        bound = _label(name, "bound", row) if row["bound"] != "exact" else ""
        return " ".join(part for part in (bound, f"{row['value']:,.12g}", _unit(row)) if part)
    if name == "case_steps" and row["outcome"] != "none":
        return _label(name, "outcome", row).capitalize()
    if name == "reform_stages":
        return _label(name, "stage", row).capitalize()
    if name == "cases" and row["rank"] != "deprecated":
        return f"{md.STATUSES[_today().loc[row['case_id'], 'status']].capitalize()} on {md.in_words(records.book()['date'].isoformat())}"
    return ""


def _label(name: str, column: str, row: pd.Series) -> str:
    return next(field for field in md.tables()[name].fields if field.name == column).labels[row[column]]


@functools.cache
def _today() -> pd.DataFrame:
    return md.status_as_of(records.book()["date"])


def _unit(row: pd.Series) -> str:
    return str(row["currency"]) if pd.notna(row["currency"]) else str(row["unit"])


def _date(name: str, row: pd.Series) -> str:
    column = {"statistics": "period", "series": "period", "ratifications": "ratified_date"}.get(name, "date")
    words = md.in_words(row[column]) if column in row.index and pd.notna(row[column]) else ""
    return f"Ratified {words}" if name == "ratifications" and words else words[:1].upper() + words[1:]


def _cited(row: pd.Series, sources: pd.DataFrame) -> str:
    source = sources.loc[row["source_id"]]
    year = f" ({source['published_earliest'].year})" if pd.notna(source["published_earliest"]) else ""
    return f"{source['author']}{year}, {row['locator']}"


def _short(text: str) -> str:
    return text if len(text) <= _LENGTH else text[:_LENGTH].rsplit(" ", 1)[0] + " …"


def add_cards(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Gives every link to a row or to a term, on pages that are not its own, the card that says what stands there."""
    if "generated/table-" in docname or docname.endswith("glossary"):
        return
    for link in doctree.findall(nodes.reference):
        place = link.get("refid") or link.get("refuri", "").rpartition("#")[2]
        for kind, known in (("fact", cards()), ("term", terms())):
            if place in known:
                link["reftitle"] = known[place]
                link["classes"].append(kind)
