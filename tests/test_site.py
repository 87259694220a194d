"""The built pages: whole, linked, described. Needs `make book` (make test does it)."""

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT

pytestmark = pytest.mark.site
SITE = ROOT / "_build" / "html"
PAGES = sorted(p for p in SITE.rglob("*.html") if "_static" not in p.parts and p.name not in ("genindex.html", "search.html"))
CHAPTERS = ["us-origins", "asia", "south-asia", "africa", "legal-wins", "backlash", "what-held"]


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def book() -> dict[Path, BeautifulSoup]:
    assert (SITE / "index.html").exists(), "the pages are not built: run make book first"
    return {path: soup(path) for path in PAGES}


def test_the_start_page_and_all_chapters_are_built(book):
    names = {p.relative_to(SITE).as_posix() for p in book}
    assert {"index.html", "chapters/index.html", "chapters/references.html", *(f"chapters/{c}.html" for c in CHAPTERS)} <= names
    assert "url=chapters/index.html" in (SITE / "index.html").read_text(encoding="utf-8")


def test_every_picture_has_a_real_alt_text(book):
    seen = 0
    for path, page in book.items():
        for picture in page.select("article img, main img"):
            alt = picture.get("alt", "")
            assert len(alt) > 40 and "_images/" not in alt and not alt.lower().startswith(("chart", "figure", "image")), (path.name, alt)
            seen += 1
    assert seen >= 18


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_chapter_shows_its_figures_numbered_and_captioned(book, chapter):
    page = book[SITE / "chapters" / f"{chapter}.html"]
    shown = page.select("figure[id^=fig-]")
    assert len(shown) >= 3
    for figure in shown:
        record = yaml.safe_load((ROOT / "figures" / "records" / f"{figure['id'].removeprefix('fig-')}.yml").read_text(encoding="utf-8"))
        assert figure.select_one(".caption-number").get_text().strip() == f"Figure {record['number']}", "the number that citations give"
        assert len(figure.select_one(".caption-text").get_text().split()) > 5
        actions = [a["href"] for a in page.select(f"#{figure['id']} ~ div.figure-actions a, .figure-actions a")]
        assert any(a.endswith(".csv") for a in actions)


def test_each_figure_has_a_page_to_cite_it_and_a_lasting_address(book):
    for folder in (ROOT / "figures" / "published").iterdir():
        page = book[SITE / "chapters" / "generated" / f"figure-{folder.name}.html"]
        sheet = json.loads((folder / f"{folder.name}.json").read_text(encoding="utf-8"))
        shown = [" ".join(block.get_text().split()) for block in page.select(".highlight pre")]
        assert set(sheet["citations"].values()) | {sheet["data_citation"]} <= set(shown), folder.name
        assert page.find("meta", {"name": "citation_title"})["content"] == sheet["title"]
        assert len(page.select(".figure-data tbody tr")) == sheet["rows"]
        assert f"figure-{folder.name}.html" in (SITE / "figures" / folder.name / "index.html").read_text(encoding="utf-8")


def test_no_link_inside_the_book_is_broken(book):
    anchors = {path: {tag["id"] for tag in page.select("[id]")} for path, page in book.items()}
    broken = []
    for path, page in book.items():
        for tag, attribute in [*((a, "href") for a in page.select("a[href], link[href]")), *((i, "src") for i in page.select("img[src], script[src]"))]:
            link = urlsplit(tag[attribute])
            if link.scheme or link.netloc:
                continue
            target = (path.parent / unquote(link.path)).resolve() if link.path else path
            if not target.exists():
                broken.append((path.name, tag[attribute]))
            elif link.fragment and target in anchors and unquote(link.fragment) not in anchors[target]:
                broken.append((path.name, tag[attribute]))
    assert broken == []


def test_nothing_is_loaded_from_another_host(book):
    for path, page in book.items():
        for tag, attribute in [*((t, "src") for t in page.select("[src]")), *((t, "href") for t in page.select("link[rel=stylesheet], link[rel=preload]"))]:
            assert not urlsplit(tag.get(attribute, "")).netloc, (path.name, tag[attribute])
        assert "unpkg.com" not in str(page), path.name


def test_a_number_leads_to_its_row_and_the_row_to_its_source(book):
    page = book[SITE / "chapters" / "asia.html"]
    link = next(a for a in page.select("a[href*='table-statistics.html#stat-']"))
    target = book[(SITE / "chapters" / link["href"].split("#")[0]).resolve()]
    anchor = target.find(id=link["href"].split("#")[1])
    assert anchor is not None and "Source: " in target.get_text()
    assert target.select("a[href*='references.html#']")


def test_every_row_of_the_tables_has_its_anchor(book):
    import metoo_data as md

    for name in ("events", "cases", "case_steps", "reforms", "reform_stages", "ratifications", "backlash", "hashtags", "statistics", "series", "claims"):
        page = {"case_steps": "cases", "reform_stages": "reforms"}.get(name, name)
        ids = {tag["id"] for tag in book[SITE / "chapters" / "generated" / f"table-{page}.html"].select("[id]")}
        assert set(md.load(name)[md.tables()[name].key]) <= ids, name


def test_the_address_of_a_retired_figure_leads_on():
    from metoo_figures import records

    for figure, gone in records.retired().items():
        page = (SITE / "figures" / figure / "index.html").read_text(encoding="utf-8")
        assert "no longer in the book" in page and f"../{gone['successor']}/index.html" in page
        assert (SITE / "figures" / gone["successor"] / "index.html").exists()


def test_figures_have_addresses_that_do_not_change(book):
    for folder in (ROOT / "figures" / "published").iterdir():
        for ending in ("png", "svg", "csv", "json"):
            assert (SITE / "figures" / folder.name / f"{folder.name}.{ending}").exists()


def test_no_error_and_no_raw_markup_reaches_a_reader(book):
    for path, page in book.items():
        article = page.select_one("article")
        if article is None:
            continue
        for code in article.select("pre, code"):
            code.extract()
        text = article.get_text()
        assert "Traceback" not in text and "{cite" not in text and "{numref}" not in text and "](#" not in text, path.name


def test_every_page_has_a_description_and_a_picture_for_previews(book):
    for path, page in book.items():
        if page.select_one("article") is None or path.name in ("404.html", "genindex.html", "search.html"):
            continue
        assert len(page.find("meta", {"name": "description"})["content"]) > 20, path.name
        picture = page.find("meta", {"property": "og:image"})["content"]
        assert picture.endswith(".png") and (path.parent / picture).resolve().exists(), (path.name, picture)
        assert page.find("meta", {"property": "og:title"})["content"], path.name
