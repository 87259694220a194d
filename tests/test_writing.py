"""Pages that are written side by side are those that one process writes, and the citations that are made quickly are those of the slow way."""

import re
import subprocess
import sys

import pytest
from conftest import ROOT
from PIL import Image

BUILD = """
import sys
sys.path.insert(0, {ext!r})
from sphinx.application import Sphinx
if {jobs} > 1:
    import writing
    writing.be_quick()
app = Sphinx({root!r}, None, {out!r}, {out!r} + "-doctrees", "html", parallel={jobs}, warningiserror=True, keep_going=True, status=None,
             confoverrides={{"html_theme": "basic", "html_copy_source": False}})
app.build(force_all={everything})
sys.exit(app.statuscode)
"""


@pytest.fixture
def pages(tmp_path):
    """Nine pages: words, links to one another, two pictures."""
    root = tmp_path / "pages"
    root.mkdir()
    for place in range(8):
        (root / f"page{place}.rst").write_text(f"Page {'x' * place} of words\n{'=' * 30}\n\nWalking and walked {'more ' * place}, see :doc:`page{(place + 1) % 8}`.\n\n"
                                               f".. image:: p{place % 2}.png\n\n.. index:: word{place}, words\n", encoding="utf-8")
        Image.new("RGB", (4, 4), (place, 0, 0)).save(root / f"p{place % 2}.png")
    (root / "index.rst").write_text("Start\n=====\n\n.. toctree::\n   :glob:\n\n   page*\n", encoding="utf-8")
    return root


def build(root, out, jobs, everything=True):
    code = BUILD.format(ext=str(ROOT / "chapters" / "_ext"), root=str(root), out=str(out), jobs=jobs, everything=everything)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)


def tree(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_side_by_side_gives_the_pages_pictures_and_search_of_one_process(pages, tmp_path):
    for jobs in (1, 3):
        done = build(pages, tmp_path / f"by{jobs}", jobs)
        assert done.returncode == 0, done.stderr
    one, three = tree(tmp_path / "by1"), tree(tmp_path / "by3")
    assert {"page7.html", "_images/p0.png", "_images/p1.png", "searchindex.js", "genindex.html"} <= set(one)
    assert one == three and b"walk" in three["searchindex.js"]


def test_pages_that_are_written_again_stay_in_the_search(pages, tmp_path):
    assert build(pages, tmp_path / "out", 3).returncode == 0
    for place in range(7):          # Sphinx writes side by side only where there are more than five
        (pages / f"page{place}.rst").write_text((pages / f"page{place}.rst").read_text() + "\nGiraffes.\n")
    assert build(pages, tmp_path / "out", 3, everything=False).returncode == 0
    index = tree(tmp_path / "out")["searchindex.js"].decode()
    assert "giraff" in index and re.search(r'"titles":\s*\[("[^"]*",?\s*){9}\]', index), "the two pages that did not change are still found"


def test_a_page_that_fails_is_told_with_its_reason(pages, tmp_path):
    (pages / "page3.rst").write_text("Page\n====\n\n:doc:`nowhere`\n")
    done = build(pages, tmp_path / "out", 3)
    assert done.returncode == 1 and "page3.rst" in done.stderr and "nowhere" in done.stderr


def test_texts_of_the_sources_are_read_quickly_as_they_are_slowly():
    from pybtex.database.input import bibtex
    from pybtex.richtext import Text

    slow = Text.from_latex
    import citing

    entries = bibtex.Parser(encoding="utf-8").parse_file(str(ROOT / "data" / "references.bib")).entries.values()
    texts = {text for entry in entries for text in (*entry.fields.values(), *(part for people in entry.persons.values() for person in people for part in person.last_names))}
    texts |= {"a--b", "two  spaces", "{a}{b}", "{out {in} side}", "50\\% ~ $x$", "``so''", "", "{}", "ends with space ", "A&B", "What?` is"}
    differ = [text for text in texts if repr(citing._from_latex(text, slow)) != repr(slow(text))]
    assert not differ, differ[:5]
    quick = [text for text in texts if re.fullmatch(r"\{?" + citing._NO_LATEX.pattern + r"\}?", text)]
    assert len(quick) > 0.9 * len(texts), "most texts are read the quick way"
