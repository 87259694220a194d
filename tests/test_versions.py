"""Figures as they were cited: what a version keeps, and that no later one writes over it."""

import re
import shutil

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from metoo_figures import decks, records
from playwright.sync_api import expect

import figure_pages
import versions

BOOK = records.book()
VERSION = f"v{BOOK['version']}"
FIGURE = "africa-cases"
AXE = ROOT / "tests" / "vendor" / "axe.min.js"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with nothing in it but the figures of this version."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "v0.0.1").mkdir()                        # of an earlier build
    versions.write(folder)
    return folder


def page(site, figure):
    return BeautifulSoup((site / VERSION / "figures" / figure / "index.html").read_text(encoding="utf-8"), "html.parser")


def test_each_figure_stands_under_the_version_with_the_very_bytes_that_are_cited(site):
    published = sorted((ROOT / "figures" / "published").iterdir())
    assert published and [path.name for path in site.iterdir()] == [VERSION]
    for folder in published:
        copied = {path.name for path in (site / VERSION / "figures" / folder.name).iterdir()}
        assert copied == {path.name for path in folder.iterdir() if path.suffix not in (".md", ".zip")} | {"index.html"}, folder.name
        for name in copied - {"index.html"}:
            assert (site / VERSION / "figures" / folder.name / name).read_bytes() == (folder / name).read_bytes()


def test_the_page_of_a_version_names_it_and_shows_the_picture_from_its_own_folder(site):
    one = page(site, FIGURE)
    here = site / VERSION / "figures" / FIGURE
    assert records.book()["version"] in one.title.text and f"version {BOOK['version']}" in one.main.text
    assert (here / one.img["src"]).exists() and len(one.img["alt"]) > 50
    assert len(one.select("dl dd")) == 6 and all((here / a["href"]).exists() for a in one.select("li a"))
    inside = [tag.get("href") or tag["src"] for tag in one.select("a[href], img[src]") if "://" not in (tag.get("href") or tag["src"])]
    assert {target for target in inside if "/" in target} == {f"../../../figures/{FIGURE}/index.html"}, "only the way to the newest leaves the folder"


def test_a_retired_figure_has_a_tombstone_in_the_version_too(site):
    for figure, gone in records.retired().items():
        text = page(site, figure)
        assert gone["reason"] in text.p.text and (site / VERSION / "figures" / figure / text.a["href"]).exists()


def test_an_address_in_a_citation_would_lead_to_that_page(site, monkeypatch):
    from metoo_figures import publishing

    monkeypatch.setattr(records, "book", lambda: {**BOOK, "base_address": "https://example.org/book/"})
    record = records.Record(FIGURE, *["x"] * 11)
    address = publishing.item(record).address
    assert (site / address.removeprefix("https://example.org/book/") / "index.html").exists()


def test_a_citation_takes_in_the_address_of_its_version(site, browser, monkeypatch):
    """Where the book has no address of its own, from the place that the reader is at; with the script and the data that a figure's page has."""
    monkeypatch.setattr(records, "book", lambda: {**BOOK, "base_address": ""})
    sheet = next(sheet for sheet in decks.published() if sheet["id"] == FIGURE)
    told = "\n".join(line for line in figure_pages._addresses(sheet) if not line.startswith("```"))
    body = f"{told}<div class='cite-line'><pre></pre></div><script>{(ROOT / 'chapters' / '_static' / 'book.js').read_text(encoding='utf-8')}</script>"
    tab = browser.new_page()
    tab.route("http://book.example/**", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=body))
    tab.goto(f"http://book.example/after/chapters/generated/figure-{FIGURE}.html")
    expect(tab.locator("pre")).to_contain_text(f"http://book.example/after/{VERSION}/figures/{FIGURE}/")
    tab.close()
    assert (site / VERSION / "figures" / FIGURE / "index.html").exists()


def test_a_published_version_is_kept_and_nothing_is_written_over_it(site, tmp_path):
    published, new = tmp_path / "published", tmp_path / "new"
    old = published / "v0.1.0" / "figures" / FIGURE
    old.mkdir(parents=True)
    (old / "index.html").write_text("as it was cited")
    shutil.copytree(site / VERSION / "figures" / FIGURE, published / VERSION / "figures" / FIGURE)
    (published / VERSION / "figures" / FIGURE / "index.html").write_text("an older look of the page")
    (published / "chapters").mkdir()
    shutil.copytree(site / VERSION / "figures" / FIGURE, new / VERSION / "figures" / FIGURE)
    assert versions.keep(published, new) == ([], [])
    assert (new / "v0.1.0" / "figures" / FIGURE / "index.html").read_text() == "as it was cited"
    assert (new / VERSION / "figures" / FIGURE / "index.html").read_text() == "an older look of the page"
    assert not (new / "chapters").exists()


def test_a_changed_figure_under_a_published_version_is_refused(site, tmp_path):
    published, new = tmp_path / "published", tmp_path / "new"
    for place in (published, new):
        shutil.copytree(site / VERSION / "figures" / FIGURE, place / VERSION / "figures" / FIGURE)
    (published / "v0.1.0").mkdir()
    (published / "v0.1.0" / "a.txt").write_text("a")
    (new / VERSION / "figures" / FIGURE / f"{FIGURE}.csv").write_text("another,table\n")
    faults, _ = versions.keep(published, new)
    assert len(faults) == 1 and FIGURE in faults[0] and "new version" in faults[0]
    assert not (new / "v0.1.0").exists(), "a site that is refused is left as it is"


def test_the_page_of_a_version_holds_alone_in_a_browser(site, browser):
    tab, faults = browser.new_page(viewport={"width": 320, "height": 640}), []
    tab.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    tab.goto((site / VERSION / "figures" / FIGURE / "index.html").as_uri(), wait_until="load")
    assert tab.evaluate("document.images[0].naturalWidth") > 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    assert faults == []
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    broken = tab.evaluate("axe.run(document, {preload: false}).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].target))")
    tab.close()
    assert broken == []


@pytest.mark.site
def test_the_built_book_holds_its_version():
    built = ROOT / "_build" / "html"
    folders = [path.name for path in built.glob("v[0-9]*")]
    assert folders == [VERSION]
    for folder in (ROOT / "figures" / "published").iterdir():
        text = (built / VERSION / "figures" / folder.name / "index.html").read_text(encoding="utf-8")
        assert re.search(r"Content-Security-Policy", text) and (built / "figures" / folder.name / "index.html").exists()
