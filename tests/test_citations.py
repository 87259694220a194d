"""Citations: the strings of the reference engine, and formats that other programs can read."""

import datetime as dt
import json

import pytest
import rispy
from conftest import ROOT
from pybtex.database import parse_string

from metoo_figures import citations, records

# Made once with citeproc-js 2.4.63 and the official CSL styles, for every figure of the book and some harder titles.
GOLDEN = json.loads((ROOT / "tests" / "golden_citations.json").read_text(encoding="utf-8"))


def item(title="Of 9 court wins, 1 fell", number="5.1", address="", **more) -> citations.Item:
    return citations.Item(**{"id": "test-figure", "title": title, "number": number, "version": "0.1.0", "author": "After the Hashtag contributors",
                             "container": "After the Hashtag", "date": dt.date(2026, 11, 21), "address": address} | more)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: f"{g['title'][:40]} {g['address'][:5]}")
def test_five_styles_as_the_reference_engine_writes_them(golden):
    cited = citations.cite(item(golden["title"], golden["number"], golden["address"]))
    assert cited == {style: golden[style] for style in citations.STYLES}


def test_ris_is_read_by_an_independent_parser_and_keeps_the_book():
    entry = rispy.loads(citations.ris(item()))[0]
    assert entry["type_of_reference"] == "FIGURE" and entry["title"] == "Of 9 court wins, 1 fell"
    assert entry["secondary_title"] == "After the Hashtag" and entry["notes"] == ["Figure 5.1 in After the Hashtag, version 0.1.0"]
    assert "urls" not in entry


def test_bibtex_is_read_by_an_independent_parser_and_escapes_what_latex_reads():
    text = citations.bibtex(item("75 % of #MeToo & more_or_less $5", address="https://book.example/x"))
    entry = parse_string(text, "bibtex").entries["test-figure"]
    assert entry.fields["title"] == r"{75 \% of \#MeToo \& more\_or\_less \$5}"
    assert entry.fields["url"] == "https://book.example/x" and entry.fields["year"] == "2026"


def test_csl_json_is_a_figure_with_its_book_and_number():
    entry = json.loads(citations.csl_json(item()))[0]
    assert (entry["type"], entry["container-title"], entry["number"], entry["author"]) == (
        "figure", "After the Hashtag", "5.1", [{"literal": "After the Hashtag contributors"}])
    assert "URL" not in entry and "DOI" not in entry


def test_a_citation_has_an_address_where_the_book_has_one_and_nowhere_else():
    base = records.book()["base_address"]
    for folder in (ROOT / "figures" / "published").iterdir():
        sheet = json.loads((folder / f"{folder.name}.json").read_text(encoding="utf-8"))
        address = f"{base.rstrip('/')}/v{sheet['version']}/figures/{sheet['id']}/"
        assert all(address in text if base else "://" not in text for text in sheet["citations"].values()), folder.name
        assert sheet["data_citation"].startswith("After the Hashtag contributors. (2026). Data behind Figure ")


def test_the_data_citation_names_the_producers():
    assert "Adapted from TIME (2018); Foreign Policy (2019)." in citations.cite_data(item(), "TIME (2018); Foreign Policy (2019)")
