"""The chapters as notebooks: for reading, whole, and small in their code."""

import hashlib
import json
import re
import statistics

import freshness
import pytest
import yaml
from conftest import ROOT

CHAPTERS = ["us-origins", "asia", "south-asia", "africa", "legal-wins", "backlash", "what-held"]
#: Notebooks that are no chapters: pages that compute what they say.
PAGES = ["methods"]
NOTEBOOKS = {name: json.loads((ROOT / "chapters" / f"{name}.ipynb").read_text(encoding="utf-8")) for name in CHAPTERS + PAGES}


def cells(name: str, kind: str) -> list[dict]:
    return [cell for cell in NOTEBOOKS[name]["cells"] if cell["cell_type"] == kind]


def text(name: str) -> str:
    return "\n\n".join("".join(cell["source"]) for cell in cells(name, "markdown"))


def figures(name: str) -> list[str]:
    code = "\n".join("".join(cell["source"]) for cell in cells(name, "code"))
    return freshness.published(code)


def test_these_are_all_the_notebooks_and_the_order_stands_in_the_toc_alone():
    assert sorted(p.stem for p in (ROOT / "chapters").glob("*.ipynb")) == sorted(CHAPTERS + PAGES)
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert all(f"chapters/{name}" in toc for name in CHAPTERS + PAGES)


@pytest.mark.parametrize("name", CHAPTERS + PAGES)
def test_code_cells_are_short_and_ran_without_error(name):
    lengths = [sum(1 for line in "".join(c["source"]).splitlines() if line.strip()) for c in cells(name, "code")]
    assert statistics.median(lengths) <= 5 and max(lengths) <= 25, lengths
    counts = [cell["execution_count"] for cell in cells(name, "code")]
    assert counts == list(range(1, len(counts) + 1))
    for cell in cells(name, "code"):
        assert all(out["output_type"] != "error" and out.get("name") != "stderr" for out in cell["outputs"])


@pytest.mark.parametrize("name", CHAPTERS)
def test_prose_comes_before_code_and_is_more_than_a_stub(name):
    assert NOTEBOOKS[name]["cells"][0]["cell_type"] == "markdown"
    assert len(re.findall(r"^# ", text(name), re.M)) == 1
    assert 1500 <= len(text(name).split()) <= 5500


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_at_least_three_figures_of_different_form_each_shown_once(name):
    ids = figures(name)
    forms = [yaml.safe_load((ROOT / "figures" / "records" / f"{i}.yml").read_text(encoding="utf-8"))["form"] for i in ids]
    assert len(ids) >= 3 and len(set(forms)) >= 3
    included = re.findall(r"\{include\} \.\./figures/published/([a-z0-9-]+)/block\.md", text(name))
    assert included == ids
    for figure in ids:
        assert f"`fig-{figure}`" in text(name), f"{figure} is never referred to"


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_says_what_it_cannot_know_and_ends_with_work_for_a_class(name):
    headings = re.findall(r"^## (.+)$", text(name), re.M)
    for wanted in ("What you need to know", "What we cannot know", "Summary", "Questions for a class"):
        assert wanted in headings, headings
    assert re.search(r"content note", text(name), re.I)


def test_every_published_figure_is_in_a_chapter():
    shown = sorted(figure for name in CHAPTERS for figure in figures(name))
    assert shown == sorted(p.name for p in (ROOT / "figures" / "published").iterdir())


# The girl whose killing two articles name stays without a name, here too: the two words are known by their digests.
_UNNAMED = {"277f4cda70ff0f33", "a6080ac9b4e30779"}


def names_her(text: str) -> bool:
    """Whether a text holds one of the two words."""
    # A law that carries her name keeps its title, "... Alert, Response and Recovery Act", and its address.
    # The letters of a picture are no words, and among so many any word stands by chance.
    text = re.sub(r'"image/png": "[^"]*"', " ", text)
    words = set(re.findall(r"[a-z]+", re.sub(r"[a-z]+[ -]alert", " ", text.lower())))
    return any(hashlib.sha256(word.encode()).hexdigest()[:16] in _UNNAMED for word in words)


def test_the_child_is_never_named():
    files = [*(ROOT / "chapters").glob("*.ipynb"), *(ROOT / "chapters").glob("*.md"), *(ROOT / "data").rglob("*.csv"),
             ROOT / "data" / "references.bib", *(ROOT / "figures").rglob("*.yml"), *(ROOT / "figures").rglob("*.csv")]
    assert len(files) > 30
    assert [path.name for path in files if names_her(path.read_text(encoding="utf-8"))] == []


def test_the_words_would_be_seen():
    word = "".join(map(chr, (122, 97, 105, 110, 97, 98)))
    assert names_her(f"A girl named {word.title()} was there.")
