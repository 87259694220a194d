"""Whole tables: every row on its page, safe to read, to sort and to filter; the data package as one file that can be loaded."""

import io
import zipfile

import metoo_data as md
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from frictionless import Package
from metoo_figures import records

pytestmark = pytest.mark.site
SITE = ROOT / "_build" / "html"


def page(name: str) -> BeautifulSoup:
    return BeautifulSoup((SITE / "chapters" / "generated" / f"data-{name}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("name", list(md.tables()))
def test_a_table_has_a_page_with_all_rows_an_essay_and_its_file(name):
    shown = page(name)
    assert len(shown.select("#whole-table tbody tr")) == len(md.load(name))
    assert shown.find(id="about-these-rows") is not None and len(shown.find(id="about-these-rows").get_text().split()) > 180
    assert shown.select_one(f'a.download[href$="/{name}.csv"]')
    assert all(cell.get_text(strip=True) for cell in shown.select("#whole-table thead th"))
    ids = [tag["id"] for tag in shown.select("[id]")]
    assert len(ids) == len(set(ids)), "an id stands twice"


def test_the_package_is_whole_and_valid(tmp_path):
    archive = zipfile.ZipFile(SITE / "data" / f"after-the-hashtag-data-{records.book()['version']}.zip")
    assert {"README.txt", "LICENSE.txt", "references.bib", "datapackage.json"} <= set(archive.namelist())
    archive.extractall(tmp_path)
    package = Package(tmp_path / "datapackage.json")
    assert {resource.name for resource in package.resources} == set(md.tables())
    for name, table in md.tables().items():
        assert io.BytesIO(archive.read(f"tables/{table.path.name}")).getvalue() == table.path.read_bytes(), name


def test_a_reader_can_choose_sort_and_find(browser):
    """The table draws itself anew some moments after a click: every look at it waits for what has to come."""
    from playwright.sync_api import expect

    tab = browser.new_page()
    faults = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(f"file://{SITE}/chapters/generated/data-hashtags.html")
    frame, rows, info = md.hashtags(), tab.locator("#whole-table tbody tr"), tab.locator(".dt-info")
    expect(info).to_contain_text(f"of {len(frame)}")
    chosen = tab.locator(".data-chooser label", has_text="Country").locator("select")
    chosen.select_option("Thailand")
    expect(rows).to_have_count(int((frame["country_iso3"] == "THA").sum()))
    chosen.select_option("")
    tab.fill(".dt-search input", "米兔")
    with_word = sum("米兔" in row.get_text() for row in page("hashtags").select("#whole-table tbody tr"))
    assert with_word > 1
    expect(rows).to_have_count(with_word)
    tab.fill(".dt-search input", "")
    expect(info).to_contain_text(f"of {len(frame)}")
    tab.locator("#whole-table thead th .dt-column-order").nth(1).press("Enter")
    expect(tab.locator("#whole-table thead th").nth(1)).to_have_attribute("aria-sort", "ascending")
    shown = tab.locator("#whole-table tbody tr td:nth-child(2)").all_inner_texts()
    assert shown != list(frame["tag"][: len(shown)])
    assert faults == []
    tab.close()
