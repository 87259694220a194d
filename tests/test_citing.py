"""Citations that are made quickly are those of sphinxcontrib-bibtex, also where a build goes on from an older one."""

import subprocess
import sys

import pytest
from conftest import ROOT

BUILD = """
import sys
sys.path.insert(0, {ext!r})
from sphinx.application import Sphinx
if {quick}:
    import citing
    citing.be_quick()
app = Sphinx({root!r}, None, {out!r}, {out!r} + "-doctrees", "html", warningiserror=True, keep_going=True, status=None, freshenv={everything},
             confoverrides={{"extensions": ["sphinxcontrib.bibtex"], "html_theme": "basic", "html_copy_source": False, "bibtex_bibfiles": ["list.bib"], "bibtex_reference_style": "author_year"}})
if {quick}:
    from sphinxcontrib.bibtex.domain import BibtexDomain
    slow, calls = BibtexDomain.get_formatted_entries, []
    BibtexDomain.get_formatted_entries = lambda *about: calls.append(1) or slow(*about)
app.build(force_all={everything})
if {quick}:
    print(len(calls))
sys.exit(app.statuscode)
"""
SOURCE = "@misc{{{key},\n  author = {{{name}, A.}},\n  title = {{Title of {key}}},\n  publisher = {{House}},\n  year = {{20{year:02}}},\n}}\n\n"


@pytest.fixture
def book(tmp_path):
    """Three pages that cite six of eight sources, and the list of them all."""
    root = tmp_path / "book"
    root.mkdir()
    sources = "".join(SOURCE.format(key=f"key{place}", name="ZYXWVUTS"[place], year=place) for place in range(8))
    (root / "list.bib").write_text(sources, encoding="utf-8")
    for place in range(3):
        (root / f"page{place}.rst").write_text(f"Page {place}\n======\n\nSee :cite:t:`key{place}` and :cite:p:`key{place + 3},key{place}`.\n", encoding="utf-8")
    (root / "references.rst").write_text("References\n==========\n\n.. bibliography::\n   :all:\n", encoding="utf-8")
    (root / "index.rst").write_text("Start\n=====\n\n.. toctree::\n   :glob:\n\n   page*\n   references\n", encoding="utf-8")
    return root


def pages(book, name: str, quick: bool = True, everything: bool = True) -> tuple[dict[str, str], str]:
    """The built pages, and how often the citations were made."""
    out = book.parent / name
    code = BUILD.format(ext=str(ROOT / "chapters" / "_ext"), root=str(book), out=str(out), quick=quick, everything=everything)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=book)
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(out.glob("*.html"))}, done.stdout.strip()


def test_a_whole_build_gives_the_same_pages(book):
    quick, _ = pages(book, "quick")
    slow, _ = pages(book, "slow", quick=False)
    assert "Title of key7" in quick["references.html"] and quick == slow


def add(path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


CHANGES = {
    "a word": (lambda book: add(book / "page1.rst", "\nMore.\n"), "0"),
    "one more citation of a source that is cited": (lambda book: add(book / "page2.rst", "\nAnd :cite:t:`key0`.\n"), "0"),
    "a source cited for the first time": (lambda book: add(book / "page0.rst", "\nAnd :cite:t:`key7`.\n"), "1"),
    "a citation taken out": (lambda book: (book / "page0.rst").write_text("Page 0\n======\n\nNothing.\n"), "1"),
    "another title of a source": (lambda book: (book / "list.bib").write_text((book / "list.bib").read_text().replace("Title of key1", "Name of key1")), "1"),
    "one source more": (lambda book: add(book / "list.bib", SOURCE.format(key="key8", name="A", year=9)), "1"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_build_upon_an_older_one_gives_the_pages_of_a_whole_one(book, change):
    pages(book, "quick")
    edit, made = CHANGES[change]
    edit(book)
    again, times = pages(book, "quick", everything=False)
    anew, _ = pages(book, "anew", quick=False)
    assert times == made, "citations are made again only where a source or their order changed"
    assert again == anew
