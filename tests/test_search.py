"""The search in a browser: cases, laws, countries, figures by title and by alternative text, and hashtags in any script."""

from urllib.parse import quote

import metoo_data as md
import pytest
from conftest import ROOT
from metoo_figures import decks

pytestmark = pytest.mark.site
SITE = ROOT / "_build" / "html"


@pytest.fixture(scope="module")
def page(browser):
    tab = browser.new_page()
    tab.faults = []
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    yield tab
    tab.close()


def found(page, words: str) -> list[str]:
    """The addresses that the search offers, best first."""
    page.goto(f"file://{SITE}/search.html?q={quote(words)}")
    page.wait_for_function("() => { const said = document.querySelector('#search-results p.search-summary'); return said && !said.textContent.includes('Searching'); }")
    page.wait_for_timeout(300)
    return page.evaluate("[...document.querySelectorAll('#search-results ul.search > li > a')].map((link) => link.getAttribute('href').split('?')[0] + (link.getAttribute('href').includes('#') ? '#' + link.getAttribute('href').split('#')[1] : ''))")


@pytest.mark.parametrize(("words", "address"), [
    ("米兔", "table-hashtags.html#tag-mitu"), ("मीटू", "table-hashtags.html#tag-metoo-hindi"), ("ศิลปินชายท่านหนึ่ง", "table-hashtags.html#tag-artist-thailand"),
    ("미투", "table-hashtags.html#tag-mitu-ko"), ("لن_أسكت", "table-hashtags.html#tag-lan-asket"), ("#BalanceTonPorc", "table-hashtags.html#tag-balancetonporc"),
    ("South Korea", "country-kor.html"), ("Nigeria", "country-nga.html"), ("Speak Out Act", "table-reforms.html#ref-usa-speak-out-act"),
])
def test_a_thing_is_found_by_its_name(page, words, address):
    assert any(address in place for place in found(page, words)[:8]), words


def test_a_case_is_found_by_its_label(page):
    for row in md.cases().sample(5, random_state=3).itertuples():
        assert any(f"table-cases.html#{row.case_id}" in place for place in found(page, row.label)[:10]), row.label


def test_a_figure_is_found_by_its_title_and_by_its_alternative_text(page):
    for sheet in decks.published()[::13]:
        address = f"figure-{sheet['id']}.html"
        assert any(address in place for place in found(page, sheet["title"])[:5]), sheet["title"]
        rare = sorted(set(sheet["alt"].replace(",", "").replace(".", "").split()), key=len)[-4:]
        assert any(address in place for place in found(page, " ".join(rare))), sheet["alt"]


def test_the_search_has_no_error_from_a_folder(page):
    found(page, "prosecutor")
    assert page.faults == []
