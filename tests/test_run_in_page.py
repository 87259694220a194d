"""`make browser`: two chapters run in the page to their end, in Chromium, and give what the book has stored. Needs `make book` (make test does it).

The runtime of these tests comes from tests/runtime.txt; every file of it has the checksum that a published book asks for.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from functools import partial
from pathlib import Path

import browser as in_page
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from playwright.sync_api import expect
from test_browser import LEVELS, Quiet, Reader, Server

site = pytest.mark.site
SITE = ROOT / "_build" / "html"
#: The quickest chapter of all, without pictures, and the quickest with them.
CHAPTERS = ("methods", "what-held")
#: Milliseconds for what takes ten seconds on a machine that does nothing else, and minutes on one that is full.
LONG = 600_000


# The pins.

def test_the_page_runs_the_pandas_of_the_lock():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert f"\npandas=={in_page.PANDAS['version']} " in lock


def test_the_list_of_the_runtime_is_whole():
    packages = in_page.LOCK["packages"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", known) for known in in_page.FILES.values())
    assert {needed for package in packages.values() for needed in package["depends"]} <= set(packages)
    assert in_page.LOCK["info"]["version"] == in_page.VERSION in in_page.RELEASE


def test_a_runtime_with_another_file_is_refused(tmp_path):
    (tmp_path / "pyodide.js").write_text("another")
    with pytest.raises(in_page.Missing, match=r"not there: pyodide\.asm\.js.*another file than Pyodide .*: pyodide\.js\."):
        in_page.check(tmp_path)


def test_of_an_unpacked_release_nothing_is_taken_where_a_file_is_another_one(tmp_path, monkeypatch):
    release, folder = tmp_path / "release", tmp_path / "folder"
    release.mkdir()
    folder.mkdir()
    monkeypatch.setattr(in_page, "FILES", {"pyodide.js": hashlib.sha256(b"one").hexdigest(), "six.whl": hashlib.sha256(b"two").hexdigest(), "absent.whl": "0" * 64})
    (release / "pyodide.js").write_bytes(b"one")
    (release / "six.whl").write_bytes(b"another")
    with pytest.raises(in_page.Missing, match=r"other files: six\.whl\."):
        in_page.take(release, folder)
    assert not list(folder.iterdir())
    (release / "six.whl").write_bytes(b"two")
    in_page.take(release, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["pyodide.js", "six.whl"]


def test_out_of_the_release_only_the_very_files_are_taken(tmp_path, monkeypatch):
    good = b"the runtime"
    monkeypatch.setattr(in_page, "FILES", {"pyodide.js": hashlib.sha256(good).hexdigest(), "six.whl": "0" * 64})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:bz2") as archive:
        for name, content in {"pyodide/pyodide.js": good, "pyodide/six.whl": b"another", "pyodide/scipy.whl": good}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    packed.seek(0)
    with tarfile.open(fileobj=packed, mode="r|bz2") as archive:
        in_page.unpack(archive, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["pyodide.js"]


# The pages.

@pytest.fixture(scope="module")
def runtime() -> Path:
    """A folder with the runtime, fetched once. Where that cannot be had these tests are left out and say so; in CI that is an error."""
    folder = in_page.CACHE
    try:
        in_page.check(folder)
    except in_page.Missing:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        folder.mkdir(parents=True, exist_ok=True)
        wheels = ROOT / "_build" / "test-runtime"
        done = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", str(wheels), "-r", str(ROOT / "tests" / "runtime.txt")],
                              capture_output=True, text=True)
        if done.returncode:
            missing(f"The Python for the browser in tests/runtime.txt could not be fetched, so nobody saw a chapter run in its page. {done.stderr.strip()}")
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            for name in wheel.namelist():
                if Path(name).name in in_page.FILES:
                    (wheels / Path(name).name).write_bytes(wheel.read(name))
        in_page.take(wheels, folder)
        shutil.rmtree(wheels)
        try:
            in_page.fetch_pandas(folder)
        except in_page.Missing as fault:
            missing(f"{fault} So nobody saw a chapter run in its page.")
        in_page.check(folder)
    return folder


@pytest.fixture(scope="module")
def book(tmp_path_factory, runtime) -> Path:
    """The chapters of the built book, with the runtime put in."""
    assert (SITE / "index.html").exists(), "the pages are not built: run make book first"
    assert 'id="run-a-chapter-in-the-page"' in (SITE / "chapters" / "how-to-use.html").read_text(encoding="utf-8"), "the bar under a title leads there"
    folder = tmp_path_factory.mktemp("book")
    for name in ("_static", "_images"):
        shutil.copytree(SITE / name, folder / name)
    shutil.copytree(SITE / "chapters", folder / "chapters", ignore=shutil.ignore_patterns("generated"))
    in_page.add(folder, runtime)
    return folder


@site
def test_what_is_loaded_is_told_with_its_licences(book):
    page = BeautifulSoup((book / "chapters" / "asia.html").read_text(encoding="utf-8"), "html.parser")
    told = (book / "chapters" / page.find("a", string="what it loads")["href"]).read_text(encoding="utf-8")
    licences = set(re.findall(r"licences/([\w.-]+\.txt)", told))
    assert licences == {path.name for path in (book / in_page.PLACE / "licences").iterdir()} and len(licences) == 3
    assert f"tree/{in_page.VERSION}" in told and f"Python {in_page.LOCK['info']['python']}" in told and "{" not in told
    for package in in_page.LOCK["packages"].values():
        with zipfile.ZipFile(book / in_page.PLACE / "pyodide" / package["file_name"]) as wheel:
            assert [name for name in wheel.namelist() if re.search("licen[cs]e|copying", name, re.I)], package["file_name"]


class Chapter(Reader):
    """Somebody who runs a chapter in its page."""

    def __init__(self, browser, base: str, name: str, **options):
        super().__init__(browser, base, **options)
        self.open(f"chapters/{name}.html")
        self.status, self.outputs = self.page.locator(".run-status"), self.page.locator(".run-output")

    def press(self, name: str):
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def cell(self, place: int):
        return self.page.locator(".run-cell textarea").nth(place - 1)

    def says(self, words: str):
        expect(self.status).to_contain_text(re.compile(f"{re.escape(words)}|cannot go on|with an error"), timeout=LONG)
        expect(self.status).to_contain_text(words, timeout=1)
        return self


@pytest.fixture(scope="module")
def served(book) -> str:
    server = Server(("127.0.0.1", 0), partial(Quiet, directory=str(book)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def chapters(browser, served) -> dict[str, Chapter]:
    """Both chapters, run to their end side by side; no test may have seen a fault in them."""
    readers = {name: Chapter(browser, served, name) for name in CHAPTERS}
    for reader in readers.values():
        expect(reader.page.locator(".run-about")).to_contain_text(re.compile(r"\d\d MB"))
        reader.press("Run this chapter")
    for reader in readers.values():
        reader.says("cells have run.")
    yield readers
    faults = [fault for reader in readers.values() for fault in reader.faults]
    for reader in readers.values():
        reader.context.close()
    assert faults == [], "no error in the console, and no request to anybody"


def rows(markup: str) -> list[list[str]]:
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in BeautifulSoup(markup, "html.parser").find_all("tr")]


def stored(chapter: str) -> list[tuple]:
    """What each cell of a chapter gave when the book was made: its tables, its text, and of its pictures all but the drawing's mark."""
    cells = json.loads((ROOT / "chapters" / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    return [_given(cell["outputs"]) for cell in cells if cell["cell_type"] == "code" and "remove-cell" not in cell["metadata"].get("tags", [])]


def _given(outputs: list[dict]) -> tuple:
    tables, text, pictures = [], "", []
    for output in outputs:
        data = {kind: "".join(lines) for kind, lines in output.get("data", {}).items()}
        if "image/png" in data:
            pictures.append(data["text/plain"].partition(" drawn")[0])      # another matplotlib makes another drawing; the rows are the same
        elif "text/html" in data:
            tables.append(rows(data["text/html"]))
        else:
            text += data.get("text/plain") or "".join(output["text"])
    return tables, text.strip(), pictures


def shown(output: str) -> tuple:
    """What the page shows under a cell, in the same form."""
    soup = BeautifulSoup(output, "html.parser")
    captions = [figure.get_text().partition(" drawn")[0] for figure in soup.select("figure")]
    return [rows(str(table)) for table in soup.select("table")], "".join(text.get_text() for text in soup.select("pre")).strip(), captions


@site
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_output_is_the_stored_one(chapters, name):
    reader, wanted = chapters[name], stored(name)
    found = [shown(output) for output in reader.outputs.evaluate_all("all => all.map((one) => one.innerHTML)")]
    for place, (one, other) in enumerate(zip(found, wanted, strict=True), 1):
        assert one == other, f"cell {place} of {name}"
    assert sum(bool(tables or text) for tables, text, _ in wanted) >= 5, "a comparison that compares"


@site
def test_each_picture_is_drawn_and_has_its_words(chapters):
    pictures = chapters["what-held"].page.locator(".run-output img")
    assert pictures.count() == sum(len(drawn) for _, _, drawn in stored("what-held")) >= 5
    for width, alt in pictures.evaluate_all("all => all.map((one) => [one.naturalWidth, one.alt])"):
        assert width == 1920 and len(alt) > 60


@site
def test_a_changed_line_changes_the_output_and_reset_brings_it_back(chapters):
    reader, last = chapters["methods"], len(stored("methods"))
    before = reader.outputs.nth(last - 1).inner_html()
    kept = reader.page.locator("div.cell").nth(last - 1).locator(".cell_output:not(.run-output)")
    expect(kept).to_be_hidden()
    reader.cell(last).fill(reader.cell(last).input_value().replace("nlargest(8)", "nlargest(2)"))
    reader.cell(last).press("Shift+Enter")
    reader.says(f"Cell {last} has run.")
    (wide,), (narrow,) = (shown(markup)[0] for markup in (before, reader.outputs.nth(last - 1).inner_html()))
    assert len(wide[0]) == 9 and [row[:3] for row in wide] == narrow
    reader.press(f"Reset cell {last}")
    assert "nlargest(8)" in reader.cell(last).input_value()
    expect(kept).to_be_visible()
    expect(reader.outputs.nth(last - 1)).to_be_hidden()


@site
def test_an_error_is_told_as_text_with_one_sentence_of_what_to_do(chapters):
    reader = chapters["methods"]
    reader.cell(2).fill("def broken():\n    return {}['<b>no such word</b>']\n\n\nprint('before')\nbroken()")
    reader.press("Run cell 2").says("Cell 2 stopped with an error.")
    told = reader.outputs.nth(1).inner_text()
    assert told.startswith("before") and 'File "Cell 2", line 2, in broken' in told and "KeyError: '<b>no such word</b>'" in told
    assert "pyodide" not in told and told.strip().splitlines()[-1].startswith("The cell stopped here. Mend its code")
    reader.cell(2).fill("nobody_named_this")
    reader.press("Run cell 2").says("Cell 2 stopped")
    expect(reader.outputs.nth(1)).to_contain_text("run the cells above first")
    reader.cell(2).fill("while True:\n    print('again and again')")
    reader.press("Run cell 2").says("Cell 2 stopped")
    expect(reader.outputs.nth(1)).to_contain_text("the cell printed more than 100,000 characters")
    reader.press("Reset cell 2")


@site
def test_what_a_class_may_draw_is_shown(chapters):
    reader = chapters["methods"]
    reader.cell(3).fill("import seaborn as sns\n_ = sns.barplot(x=['a', 'b'], y=[1, 2])")
    reader.press("Run cell 3").says("Cell 3 has run.")
    expect(reader.outputs.nth(2).locator("img")).to_have_attribute("alt", "Picture drawn by this cell; it has no description.")
    reader.press("Reset cell 3")


@site
def test_a_page_that_has_run_is_usable_by_everyone(chapters):
    reader = chapters["what-held"]
    for width, theme in ((1280, "light"), (360, "dark")):
        reader.page.set_viewport_size({"width": width, "height": 800})
        reader.page.evaluate("theme => { document.documentElement.dataset.theme = theme; document.querySelectorAll('details').forEach((part) => { part.open = true; }); }", theme)
        assert reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "sideways"
        reader.page.evaluate((ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8"))
        found = reader.page.evaluate("levels => axe.run(document.querySelector('.bd-article'), { runOnly: levels })", LEVELS)
        assert [(fault["id"], [node["html"][:120] for node in fault["nodes"][:3]]) for fault in found["violations"]] == []


@site
def test_a_run_that_never_ends_can_be_stopped_and_the_next_one_begins_anew(chapters):
    reader = chapters["methods"]
    reader.cell(1).fill("while True:\n    pass")
    reader.press("Run cell 1").says("Running cell 1")
    reader.press("Stop cell 1").says("Stopped.")
    reader.press("Reset all").says("Every cell is as the book has it.")
    reader.cell(1).fill("print('counter' in globals())")
    reader.press("Run cell 1").says("Cell 1 has run.")
    expect(reader.outputs.nth(0)).to_have_text("False")


@site
def test_from_a_folder_the_button_says_what_is_needed(browser, book):
    reader = Reader(browser, book.as_uri())
    reader.page.goto((book / "chapters" / "methods.html").as_uri())
    reader.page.get_by_role("button", name="Run this chapter").click()
    expect(reader.page.locator(".run-status")).to_contain_text("make serve")
    reader.context.close()


@site
def test_the_plain_book_knows_nothing_of_it():
    assert not (SITE / in_page.PLACE).exists()
    for page in (SITE / "chapters").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "run-bar" not in text and "../run/" not in text and "wasm" not in text and "worker-src" not in text, page.name
