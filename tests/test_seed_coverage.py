"""Every fact of the five articles stands in some chapter: linked, drawn, told in the words that the list names, or left out for a stated reason."""

import csv
import json
import re

import metoo_data as md
import pytest
from conftest import ROOT
from metoo_data.analysis import SEEDS

TABLES = ("events", "cases", "case_steps", "reforms", "reform_stages", "backlash", "hashtags", "statistics")
LIST = ROOT / "tests" / "seed_in_chapters.csv"


def plain(text: str) -> str:
    """Markdown as a reader sees it: no links, no citations, no marks."""
    return " ".join(re.sub(r"\]\([^)]*\)|\{cite:[a-z]+\}`[^`]*`|[\[\]*`]", "", text).split())


@pytest.fixture(scope="module")
def chapters() -> dict[str, str]:
    found = {}
    for path in (ROOT / "chapters").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found[path.stem] = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return found


@pytest.fixture(scope="module")
def listed() -> list[dict[str, str]]:
    return list(csv.DictReader(LIST.open(encoding="utf-8")))


def test_each_fact_of_the_articles_has_its_place(chapters, listed):
    linked = {row for text in chapters.values() for row in re.findall(r"\]\(#([^)\s]+)\)", text)}
    drawn = {row for path in (ROOT / "figures" / "published").glob("*/*.csv") for row in re.findall(r"[a-z]+(?:-[a-z0-9]+)+", path.read_text(encoding="utf-8"))}
    told = {row["row_id"] for row in listed}
    lost = []
    for name in TABLES:
        frame = md.load(name)
        seed = frame[frame["source_id"].astype(str).isin(set(SEEDS)) & (frame["rank"] != "deprecated")]
        lost += [row for row in seed[md.tables()[name].key] if row not in linked | drawn | told]
    assert not lost, f"no chapter tells of these; link them, or name the chapter and the words in {LIST.name}: {lost}"


def test_the_words_that_tell_a_fact_stand_in_the_chapter(chapters, listed):
    read = {name: plain(text) for name, text in chapters.items()}
    wrong = [row["row_id"] for row in listed if row["phrase"] and row["phrase"] not in read.get(row["chapter"], "")]
    assert not wrong, f"the words are no longer in their chapter; mend {LIST.name}: {wrong}"
    assert all(row["phrase"] or len(row["reason"]) > 20 for row in listed), "a fact left out needs its reason"
    assert len([row for row in listed if row["reason"]]) <= 20


def test_every_country_of_the_articles_is_discussed(chapters):
    names = dict(md.countries().set_index("iso3")["name"])
    said = {"KOR": "South Korea", "GBR": "United Kingdom", "VNM": "Vietnam", "USA": "United States", "GMB": "Gambia", "RUS": "Russia", "IRN": "Iran", "TWN": "Taiwan", "HKG": "Hong Kong"}
    text = " ".join(plain(chapter) for chapter in chapters.values())
    places = {code for name in (*TABLES, "claims") if "country_iso3" in md.load(name)
              for code in md.load(name).loc[lambda f: f["source_id"].astype(str).isin(set(SEEDS)), "country_iso3"].dropna()} - {"WLD"}
    assert [code for code in sorted(places) if said.get(code, names[code]) not in text] == []
    assert len(places) > 20
