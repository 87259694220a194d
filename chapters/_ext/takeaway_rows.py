"""The appendix "Rows cited" of the book to take away: a number leads to its row there, and the row to its source."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

import fact_cards
import generated
import metoo_data as md
import pandas as pd
import yaml
from metoo_data.untrusted import in_markdown as text

ROOT = Path(__file__).resolve().parents[2]


def rows_cited(files: dict[str, str]) -> str:
    """The appendix: every row that the text cites, with value, date and source, so that a number leads to its source without a network."""
    cards, cited = fact_cards.cards(), {}
    for name, page in files.items():
        for row in re.findall(r"\]\(#([a-z0-9-]+)\)", page):
            if row in cards:
                cited.setdefault(row, {})[name] = None
    places = md.countries().set_index("iso3")["name"]
    lines = ["# Rows cited", "", "Each number and each dated statement in the text that is a link leads here, to the row of the tables that it rests on: what the row says, "
             "how much and when, who said so and where it stands in that source. A locator such as p12 means the twelfth line of the article that is not empty. "
             "The tables have more columns and more rows; they are in the data package of the book.", ""]
    for name, table in md.tables().items():
        rows = md.load(name)
        rows = rows[rows[table.key].isin(cited.keys())]
        if rows.empty:
            continue
        lines += [f"## {table.title}", "", ":::{div} rows-cited", ""]
        owner, iso3 = _owners(name, rows)
        rows = rows.assign(_owner=owner, _place=iso3.map(places).astype(str)).sort_values(["_place", table.key], kind="stable")
        for _, row in rows.iterrows():
            pages = [page for page in files if page in cited[row[table.key]]]
            lines += [f"({row[table.key]})=", _row(name, row, cards[row[table.key]], pages), ""]
        lines += [":::", ""]
    return "\n".join(lines)


def _owners(name: str, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What each row belongs to, and its country: a step has both from its case, a stage from its reform, others stand for themselves."""
    if "country_iso3" in rows:
        return pd.Series("", rows.index), rows["country_iso3"].astype(str)
    owner, key = next((owner, column) for owner, (part, column) in generated.PARTS.items() if part == name)
    owners = md.load(owner).set_index(key)
    return rows[key].map(owners[generated.HEADS[owner]]), rows[key].map(owners["country_iso3"].astype(str))


def _row(name: str, row: pd.Series, card: str, pages: list[str]) -> str:
    """One paragraph on a row: the country, what it says, how much, when, by whom, and the pages that cite it."""
    said = {part: "summary" for part, _ in generated.PARTS.values()} | generated.HEADS | {"series": "series", "ratifications": ""}
    head = str(row[said[name]]).rstrip(".") if said[name] else "Convention 190 of the ILO"
    meaning = f" ({text(row['meaning_en'])})" if name == "hashtags" and pd.notna(row["meaning_en"]) else ""
    middle = card.split("\n")[1 if said[name] else 0:-1]
    gone = f" **Not used any more:** {text(row['rank_reason'])}" if row["rank"] == "deprecated" else ""
    links = ", ".join(f"[{_called(page)}]({os.path.relpath(page, 'chapters/generated')})" for page in pages)
    place = text(row["_place"])
    whose = f" *{text(row['_owner'].removeprefix(row['_place'] + ': '))}.*" if row["_owner"] else ""
    said_so = " ".join(f"{text(line.removesuffix('.'))}." for line in middle)
    return (f"{place}.{whose} **{text(head.removeprefix(row['_place'] + ': '))}**{meaning}. {said_so} "
            f"Source: {{cite:t}}`{row['source_id']}`, {text(row['locator'])}.{gone} Cited in {links}.")


def _called(page: str) -> str:
    """A page in two words: the number of a chapter, or the name of another page."""
    numbered = [entry["file"] for part in yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"] if part.get("numbered") for entry in part["chapters"]]
    name = str(PurePosixPath(page).with_suffix(""))
    return f"chapter {numbered.index(name) + 1}" if name in numbered else Path(name).name.replace("-", " ")
