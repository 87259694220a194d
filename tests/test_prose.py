"""Prose against the tables: fact links, numbers without one, statuses without a date."""

import json

import pytest
from conftest import ROOT

from metoo_data import english, prose


def told(tmp_path, text: str) -> list[str]:
    """What the check says of one chapter with this text."""
    folder = tmp_path / "chapters"
    folder.mkdir()
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Title"]},
             {"cell_type": "markdown", "id": "b", "metadata": {}, "source": text.splitlines(keepends=True)}]
    (folder / "one.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    return [str(problem) for problem in prose.problems(folder)]


GOOD = [
    "There were [416](#stat-chn-metoo-posts-first-month) posts.",
    "More than [2.3 million](#stat-wld-metoo-posts-first-month) posts came from [85](#stat-wld-metoo-countries-first-month) countries.",
    "He was acquitted on [29 September 2020](#step-kor-prosecutor-abuse-of-power-15).",
    "She was sentenced to [two years](#step-egy-activist-prosecution-4) in September 2018.",
    "Three and a half years: [three and a half years](#stat-kor-governor-sentence).",
    "The words are marked: \"convicted\" is quoted, and `acquitted` is code.",
    "In 2018 and on 7 March 2019 nothing was counted.",
    "## Convicted, then acquitted",
    "{cite:t}`time-2018` and {numref}`fig-asia-1` hold no number about the world.",
    "```{include} ../figures/published/x-12/block.md\n```",
    "```python\nfor year in range(2017, 2027):\n    print(416)\n```",
    ":::{note}\n:width: 416\n\nNothing was counted.\n:::",
    "می\u200cگویند",
]
BAD = [
    ("There were [417](#stat-chn-metoo-posts-first-month) posts.", "'417' does not agree with its row 'stat-chn-metoo-posts-first-month' in data/tables/statistics.csv: 417"),
    ("On [24 January 2019](#step-pak-law-student-attack-6) the court ruled.", "does not agree with its row"),
    ("There were [416](#stat-chn-metoo-posts) posts.", "leads to no row. Did you mean 'stat-chn-metoo-posts-first-month'?"),
    ("There were [417](#Stat-chn-metoo-posts-first-month) posts.", "leads to no row. Did you mean 'stat-chn-metoo-posts-first-month'?"),
    ("There were [417](#stat_chn_metoo_posts_first_month) posts.", "leads to no row. Did you mean 'stat-chn-metoo-posts-first-month'?"),
    ("There were 416 posts.", "the number '416' has no row"),
    ("He was convicted and went to prison.", "'convicted' stands without a date"),
    ("In 2019 she spoke. Then he was acquitted.", "'acquitted' stands without a date in the sentence that begins 'Then he was acquitted.'"),
    ("## What 416 measures\n\nA title.", "the number '416' has no row"),
    ("## Counts\nThere were 416 posts.", "the number '416' has no row"),
    ("He was not\u200b seen.", "holds a hidden character (zero width space), letter 11 of 17. Type it again."),
    ("Some [convicted](#step-kor-governor-abuse-5) men appeal.", "'convicted' stands without a date"),
]


@pytest.mark.parametrize("text", GOOD)
def test_good_prose_passes(tmp_path, text):
    assert told(tmp_path, text) == []


@pytest.mark.parametrize(("text", "says"), BAD)
def test_bad_prose_is_told_with_its_cell(tmp_path, text, says):
    problems = told(tmp_path, text)
    assert len(problems) == 1 and problems[0].startswith("chapters/one.ipynb, cell 2, line 1") and says in problems[0], problems


def test_a_note_is_read_as_prose_and_keeps_its_lines(tmp_path):
    text = "A note.\n\n::::{grid}\n:::{note} On 416 posts\n:class: tip\n\nHe was convicted.\n:::\n::::\n\nThere were 417."
    assert [problem.split("'")[0] + problem.split("'")[1] for problem in told(tmp_path, text)] == [
        "chapters/one.ipynb, cell 2, line 4: the number 416", "chapters/one.ipynb, cell 2, line 7: convicted", "chapters/one.ipynb, cell 2, line 11: the number 417"]


@pytest.mark.parametrize(("text", "numbers"), [
    ("2.3 million", [2_300_000]), ("almost 6,500", [6500]), ("three and a half years", [3.5]), ("twenty-five", [25]),
    ("two hundred", [200]), ("a dozen", []), ("75 %", [75]), ("no number at all", []), ("1 billion", [1_000_000_000])])
def test_numbers_in_words_and_digits(text, numbers):
    assert english.numbers_in(text) == numbers


@pytest.mark.parametrize(("text", "found"), [
    ("9 January 2020", ["2020-01-09"]), ("March 2019 and 2021", ["2019-03", "2021"]), ("in 416 days", [])])
def test_dates_in_words(text, found):
    assert english.dates_in(text) == found


def test_the_books_own_prose_holds():
    problems = [str(p) for p in prose.problems(ROOT / "chapters")]
    assert problems == []


def test_the_book_links_its_numbers():
    links = [found for path in (ROOT / "chapters").glob("*.ipynb") for passage in prose.passages(path) for found in prose._LINK.findall(passage.text)]
    assert len(links) > 150


@pytest.mark.parametrize("content", [b"", b"{}", b"{\"cells\": [", b"<<<<<<< HEAD\n{}"])
def test_a_broken_notebook_is_told_with_its_name(tmp_path, content):
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "one.ipynb").write_bytes(content)
    (folder / "two.md").write_bytes(b"caf\xe9")
    told = [str(problem) for problem in prose.problems(folder)]
    assert len(told) == 2 and told[0].startswith("chapters/one.ipynb") and "not readable as a notebook" in told[0] and "chapters/two.md" in told[1]
