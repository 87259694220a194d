"""Citations of figures with any title and author: each format is read back by a program of other people. METOO_EXAMPLES=50 tries more."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import unicodedata

import rispy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from metoo_figures import citations
from pybtex.database import parse_string

MORE = int(os.environ.get("METOO_EXAMPLES", "1"))
SETTINGS = settings(max_examples=100 * MORE, deadline=None, derandomize=MORE == 1, database=None)
ODD = st.text(alphabet=st.sampled_from(list("ab Z9{}%\\#$&_~^\"'`@=,-–—:;!?.()[]<>/|*+\n\r\t\u2028\u00a0éß漢मै#ا\u200b\x07")), max_size=40)
WORDS = st.one_of(st.text(max_size=60), ODD)
TODAY = dt.date(2026, 11, 21)


def one_line(text: str) -> str:
    """A text as a citation holds it."""
    return " ".join("".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs")).split())


@st.composite
def items(draw) -> citations.Item:
    title, author, container = draw(WORDS), draw(WORDS), draw(WORDS)
    assume(one_line(title) and one_line(author))
    address = draw(st.sampled_from(["", "https://book.example/v1/figures/x/", "https://book.example/a%20b_{x}~#y"]))
    return citations.Item("test-figure", title, draw(st.sampled_from(["4.3", "10.12"])), "0.2.0", author, container, draw(st.dates(dt.date(1000, 1, 1))), address)


@SETTINGS
@given(items())
def test_bibtex_is_read_back_to_the_same_words(item):
    entries = parse_string(citations.bibtex(item), "bibtex").entries
    assert list(entries) == ["test-figure"]
    fields, people = entries["test-figure"].fields, entries["test-figure"].persons["author"]
    assert plain(fields["title"]) == item.title and len(people) == 1 and plain(str(people[0])) == item.author
    assert fields["year"] == str(item.date.year) and fields["month"] == str(item.date.month)
    assert plain(fields["howpublished"]).endswith("version 0.2.0") and ("url" in fields) == bool(item.address)


def plain(latex: str) -> str:
    """What LaTeX would print, on one line. The escapes are taken back one by one, then the outer braces."""
    text = re.sub(r"\\(?:textbackslash|textasciitilde|textasciicircum|textbraceleft|textbraceright)\{\}", lambda m: {
        "textbackslash": "\ue000", "textasciitilde": "\ue001", "textasciicircum": "\ue002", "textbraceleft": "\ue003", "textbraceright": "\ue004"}[m[0][1:-2]], latex)
    text = re.sub(r"\\([#$%&_])", r"\1", text).replace("{", "").replace("}", "")
    return text.translate({0xE000: "\\", 0xE001: "~", 0xE002: "^", 0xE003: "{", 0xE004: "}"})


@SETTINGS
@given(items())
def test_ris_has_one_line_a_field_and_is_read_back(item):
    text = citations.ris(item)
    assert text.endswith("ER  - \r\n") and text.isprintable() is False
    lines = text.removesuffix("\r\n").split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines) and lines[0] == "TY  - FIGURE" and "\n" not in "".join(lines)
    assert f"TI  - {item.title}" in lines and f"AU  - {item.author}" in lines
    (entry,) = rispy.loads(text)
    assert entry["title"] == item.title and entry["authors"] == [item.author]


@SETTINGS
@given(items())
def test_csl_json_is_json_with_the_same_words(item):
    (entry,) = json.loads(citations.csl_json(item))
    assert entry["title"] == item.title and entry["author"] == [{"literal": item.author}] and entry.get("URL", "") == item.address


@SETTINGS
@given(items())
def test_the_styles_are_one_line_each_and_hold_title_and_number(item):
    cited = citations.cite(item)
    assert set(cited) == set(citations.STYLES)
    for style in cited.values():
        assert "\n" not in style and f"{item.number}" in style and style == style.strip()
    assert item.title.replace("'", "’") in cited["apa"] and item.title.replace("'", "’") in citations.cite_data(item, "TIME (2018)")
    assert citations.title_case(item.title).casefold().replace("ß", "ss") == item.title.casefold().replace("ß", "ss")


@SETTINGS
@given(WORDS)
def test_a_text_is_kept_on_one_line_or_refused_with_a_sentence(text):
    try:
        item = citations.Item("x", text, "1.1", "1", "A", "B", TODAY)
    except ValueError as error:
        assert "cannot be cited without title" in str(error) and not one_line(text)
    else:
        assert item.title == one_line(text)
