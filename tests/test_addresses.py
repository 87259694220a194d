"""Addresses that were once given out still answer: every one of the committed list is a page or leads on."""

import re

import pytest
from conftest import ROOT

pytestmark = pytest.mark.site
SITE = ROOT / "_build" / "html"
LIST = ROOT / "tests" / "addresses.txt"


def pages() -> list[str]:
    """Every page but those under /v<version>/: the next build has another version, and what is published keeps the old ones (test_versions.py)."""
    found = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if "_static" not in path.relative_to(SITE).parts)
    return [page for page in found if not re.match(r"v\d", page)]


def test_no_address_is_lost():
    known = LIST.read_text(encoding="utf-8").split()
    lost = [address for address in known if not (SITE / address).exists()]
    assert not lost, f"these addresses were given out and are gone; leave a page that leads on: {lost}"
    assert len(known) > 250


def test_new_addresses_are_on_the_list():
    new = sorted(set(pages()) - set(LIST.read_text(encoding="utf-8").split()))
    assert not new, f"add them to {LIST.relative_to(ROOT)}: {new}"


def test_the_map_of_the_site_names_every_page():
    listed = (SITE / "sitemap.xml").read_text(encoding="utf-8")
    missing = [page for page in pages() if not page.startswith("figures/") and page not in ("404.html", "genindex.html", "search.html") and f">{page}<" not in listed and f"/{page}<" not in listed]
    assert missing == []
