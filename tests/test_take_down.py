"""A contested name comes down by one line: out of every file that the book is made from, and of all that is made from them. The person is nobody."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT

import build
import taking_down
import versions
from metoo_data import names, withheld

PERSON, KOREAN, ROLE = "Zébulon Vermiculite", "이제불", "a film producer"
LINE = f"{' '.join(sorted(map(names.digest, (PERSON, 'Vermiculite Zébulon', 'Vermiculite', KOREAN))))} = {ROLE}\n"


@pytest.fixture
def down(tmp_path):
    """A folder of data in which the person is down."""
    (tmp_path / "taken-down.txt").write_text("# why\n" + LINE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("text", "now"), [
    ("The court heard Zébulon Vermiculite again.", "The court heard a film producer again."),
    ("Zebulon VERMICULITE’s appeal. Vermiculite lost.", "A film producer’s appeal. A film producer lost."),
    ("heard **Zébulon** Vermiculite, and\nZébulon\nVermiculite", "heard **a film producer, and\nA film producer"),
    ("author = {Vermiculite, Zébulon},", "author = {a film producer},"),
    ("a watch of vermiculite", "a watch of vermiculite"), ("files/zebulon-vermiculite-1.png", "files/a-film-producer-1.png"),
    ("see https://example.org/2018/vermiculite-convicted?x=1 there", "see https://example.org/ there"),
    ("see https://example.org/%EC%9D%B4%EC%A0%9C%EB%B6%88 there", "see https://example.org/ there"),
    ("Someone v. Zébulon Vermiculite, 2018", "Someone v. a film producer, 2018"), ("see https://example.org/2018/other there", "see https://example.org/2018/other there"),
    ("서울에서 이제불은 말했다", "서울에서  a film producer 은 말했다"), ("Zébulon. Then, much later, Vermiculites", "Zébulon. Then, much later, Vermiculites"), ("", ""),
])
def test_the_role_stands_wherever_the_name_did(down, text, now):
    assert withheld.replaced(text, down) == now


def test_where_nobody_is_down_nothing_is_looked_for(tmp_path):
    assert withheld.places(PERSON, tmp_path) == [] and withheld.known(ROOT / "data") == {}


@pytest.mark.parametrize("line", ["Zébulon Vermiculite = a film producer", f"{names.digest(PERSON)} a film producer", f"{names.digest(PERSON)} = a \"producer\"", names.digest(PERSON)])
def test_a_line_that_cannot_be_read_is_told_and_stops_the_build(copy, line, monkeypatch):
    (copy.root / "taken-down.txt").write_text(f"# why\n{line}\n", encoding="utf-8")
    assert any(p.startswith("data/taken-down.txt, line 2: is no line of digests") for p in copy.problems())
    monkeypatch.setattr(taking_down.schema, "ROOT", copy.root)
    with pytest.raises(SystemExit, match="line 2"):
        taking_down.apply()


def test_the_check_says_where_a_name_stands_and_does_not_say_it(copy, tmp_path):
    from metoo_data.__main__ import check

    (copy.root / "taken-down.txt").write_text(LINE, encoding="utf-8")
    line = copy.edit("events", "summary", f"{PERSON} spoke.", row=4)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "page.md").write_text("One.\n\nTwo, of Vermiculite.\n", encoding="utf-8")
    told = [str(problem) for problem in check(copy.root, tmp_path / "pages")]
    assert len(told) == 2 and "Vermiculite" not in "".join(told)
    assert told[0].startswith(f"data/tables/events.csv, line {line}: holds a name that is taken down") and told[1].startswith("pages/page.md, line 3: ")


# One name, everywhere.

@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy of the book that is full of the name, in which one line is written and applied as make book does."""
    book = tmp_path_factory.mktemp("room") / "book"
    shutil.copytree(ROOT, book, ignore=shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__", ".pytest_cache", ".hypothesis", "generated"))
    (book / ".venv").symlink_to(ROOT / ".venv")
    for place, (old, new) in FILLED.items():
        path = book / place
        text = path.read_text(encoding="utf-8")
        assert old in text, place
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with open(book / "data" / "accused-names.txt", "a", encoding="utf-8") as handle:
        handle.write(f"{names.digest(PERSON)} {names.digest('Vermiculite')}\n")
    edit(book, "cases", 3, caption=f"{PERSON} case", naming_basis="court_caption", naming_note=f"Vermiculite is a party.")
    edit(book, "claims", 3, speaker=PERSON)
    chapter = json.loads((book / "chapters" / "asia.ipynb").read_text(encoding="utf-8"))
    cell = next(cell for cell in chapter["cells"] if cell["cell_type"] == "markdown")
    cell["source"] = [*cell["source"], "\n\nIn 2018 Zébulon\n", "Vermiculite spoke; of Vermiculite more below."]
    (book / "chapters" / "asia.ipynb").write_text(json.dumps(chapter, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (book / "_build" / "html").mkdir(parents=True)
    (book / "_build" / "html" / "old.html").write_text(PERSON, encoding="utf-8")
    assert len(holding(book)) >= 9
    (book / "data" / "taken-down.txt").write_text(LINE, encoding="utf-8")          # the one edit
    done = run(book, "make", "-o", ".venv/.ready", "check-data")
    return book, done


#: Text files of the book, what stands in them, and the same with the name.
FILLED = {
    "data/references.bib": ("title        = {{Celebrating", f"title        = {{{{{PERSON} and Celebrating"),
    "chapters/methods.ipynb": ("# ", f"# {PERSON}: "),
    "chapters/how-to-use.md": ("\n## ", f"\nOf {KOREAN} and Vermiculite.\n\n## "),
    "chapters/essays/cases.md": ("## About these rows\n", f"## About these rows\n\nOf {PERSON}.\n"),
    "figures/records/asia-cases.yml": ("caption: \"", f"caption: \"{PERSON}. "),
    "figures/published/asia-cases/asia-cases.json": ("\"caption\": \"", f"\"caption\": \"{PERSON}. "),
    "figures/published/asia-cases/asia-cases.txt": ("Description\n", f"Description\n{PERSON}. "),
    "CHANGELOG.md": ("\n- ", f"\n- Of {PERSON}. "),
    "README.md": ("\n## ", f"\nOf {PERSON}.\n\n## "),
}


def edit(book, table, at, **values):
    path = book / "data" / "tables" / f"{table}.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[at] |= values
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def run(book, *command):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(str(book / part) for part in ("data", "figures", "chapters/_ext"))}
    return subprocess.run(command, cwd=book, env=env, capture_output=True, text=True, check=False, timeout=400)


def holding(folder):
    """The files that hold the name, read by another hand than the one that is tested: archives opened, letters as they stand."""
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink() and ".venv" not in path.parts and says(path.read_bytes())]


def says(content):
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(says(archive.read(name)) or "ermiculite" in name for name in archive.namelist())
    return any(word in content for word in (b"ermiculite", b"ERMICULITE", KOREAN.encode(), b"\\u00e9bulon", KOREAN.encode("unicode_escape")))


def test_one_line_takes_the_name_out_of_everything_that_the_book_is_made_from(room):
    book, done = room
    assert "A name that is taken down stood in these files" in done.stdout and "  chapters/asia.ipynb" in done.stdout
    # This test's own copy tells the name; and the pictures' files are made again with their notebook.
    assert [name for name in holding(book) if name != "tests/test_take_down.py" and not name.startswith("tests/test_")] == []
    assert not (book / "_build" / "html").exists(), "what was built before is gone"


def test_what_stands_there_instead_reads_well_and_the_case_has_no_basis_any_more(room):
    book, done = room
    assert done.returncode == 0, done.stdout + done.stderr
    with open(book / "data" / "tables" / "cases.csv", encoding="utf-8", newline="") as handle:
        case = list(csv.DictReader(handle))[3]
    assert (case["caption"], case["naming_basis"], case["naming_note"]) == ("A film producer case", "not_named", "A name was taken down while it is checked.")
    cell = json.loads((book / "chapters" / "asia.ipynb").read_text(encoding="utf-8"))["cells"][0]
    assert "".join(cell["source"]).endswith("In 2018 a film producer spoke; of a film producer more below.")
    assert "{{A film producer and Celebrating" in (book / "data" / "references.bib").read_text(encoding="utf-8")


def test_nothing_that_is_made_from_it_holds_the_name(room):
    """Pages, tables, the data package, the wheel, the copies of figures under their version, slides, what the take-away book is set from."""
    book, _ = room
    out = book / "made"
    made = run(book, sys.executable, "-c", f"""
import json
from pathlib import Path
import corrected, country_pages, data_pages, fact_cards, figure_pages, generated, takeaway_sources, time_machine, versions
from metoo_figures import decks
out = Path({str(out)!r})
out.mkdir()
for name, text in (generated.pages() | country_pages.pages() | data_pages.pages() | figure_pages.pages() | time_machine.pages()).items():
    (out / f"{{name}}.md").write_text(text, encoding="utf-8")
(out / "cards.json").write_text(json.dumps(fact_cards.cards(), ensure_ascii=False), encoding="utf-8")
data_pages.write_package(out / "data")
data_pages.write_wheel(out / "data")
versions.write(out)
(out / "deck.pptx").write_bytes(decks.deck([one for one in decks.published() if one["chapter"] == "asia"]))
for name, content in takeaway_sources.sources().items():
    place = out / "take-away" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
""")
    assert made.returncode == 0, made.stderr
    kinds = {path.suffix for path in out.rglob("*") if path.is_file()}
    assert {".md", ".zip", ".whl", ".pptx", ".html", ".csv", ".json", ".ipynb", ".bib"} <= kinds
    assert holding(out) == []
    assert any("film producer" in path.read_text(encoding="utf-8") for path in out.glob("*.md"))


def test_the_command_writes_the_line_with_every_spelling_and_names_where_the_last_name_stands_alone(room):
    book, _ = room
    with open(book / "data" / "accused-names.txt", "a", encoding="utf-8") as handle:
        handle.write(f"{names.digest('Quillon Brabbleworth')} {names.digest('Q. Brabbleworth-Third')}\n")
    page = book / "chapters" / "care.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nOf Quillon Brabbleworth, and of Brabbleworth alone.\n", encoding="utf-8")
    done = run(book, "make", "-o", ".venv/.ready", "take-down", "name=Quillon Brabbleworth", "role=a critic's friend", "also=Quilly B")
    assert done.returncode == 0, done.stdout + done.stderr
    last = page.read_text(encoding="utf-8").splitlines()
    assert last[-1] == "Of a critic's friend, and of Brabbleworth alone." and f"chapters/care.md, line {len(last)}" in done.stdout
    written = next(line for line in (book / "data" / "taken-down.txt").read_text(encoding="utf-8").splitlines() if line.endswith("= a critic's friend"))
    assert {names.digest(one) for one in ("Quillon Brabbleworth", "Brabbleworth Quillon", "Quilly B", "Q. Brabbleworth-Third")} <= set(written.split(" = ")[0].split())
    assert "rabbleworth" not in (book / "data" / "taken-down.txt").read_text(encoding="utf-8")
    again = run(book, "make", "-o", ".venv/.ready", "take-down", "name=Quillon Brabbleworth", "role=a critic", "also=Brabbleworth")
    people = [line for line in (book / "data" / "taken-down.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert again.returncode == 0 and len(people) == 2 and page.read_text(encoding="utf-8").endswith("of a critic alone.\n")


@pytest.mark.parametrize(("name", "role", "says"), [("", "a critic", "Say whom"), ("Quillon", "", "Say whom"), ("Quillon", "a critic, once", "cannot stand in every file"), ("A B C D E", "a critic", "has 5 words")])
def test_what_cannot_be_taken_down_is_said(name, role, says):
    before = (ROOT / "data" / "taken-down.txt").read_bytes()
    refused = taking_down.take_down(name, role)
    assert says in refused and "\n" not in refused and (ROOT / "data" / "taken-down.txt").read_bytes() == before


# What is published is searched.

@pytest.fixture
def person_down(down, monkeypatch):
    monkeypatch.setattr(taking_down.schema, "ROOT", down)
    return down


def packed(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def pdf(title):
    import pikepdf

    file, out = pikepdf.new(), io.BytesIO()
    file.docinfo["/Title"] = title
    file.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("file", "content"), [
    ("page.html", b"<p>Z\xc3\xa9bulon <em>Vermiculite</em></p>"), ("page.html", b"<img alt='Z&eacute;bulon Vermiculite'>"), ("searchindex.js", '{"titles":["Vermiculite"]}'.encode()),
    ("a.csv", "x,Zébulon Vermiculite\n".encode()), ("a.json", b'{"a": "Vermiculite, Zebulon"}'), ("a.svg", b"<svg><desc>Vermiculite</desc></svg>"), ("zebulon-vermiculite.png", b""),
    ("a.zip", packed("b.csv", "x,Vermiculite\n")), ("a.whl", packed("c.zip", packed("b.bib", "title = {Vermiculite}"))), ("a.pptx", packed("ppt/slides/slide1.xml", "<a:t>Vermiculite</a:t>")),
    ("a.epub", packed("x.xhtml", "<p>Vermiculite</p>")), ("a.png", b"\x89PNG iTXt Vermiculite IDAT\x00"), ("a.pdf", pdf("Vermiculite again")), ("feed", b"Vermiculite")])
def test_a_name_that_is_down_is_found_in_every_kind_of_file(person_down, tmp_path, file, content):
    site = tmp_path / "site"
    (site / "chapters").mkdir(parents=True)
    (site / "chapters" / file).write_bytes(content)
    (site / "other.html").write_text("<p>a film producer, zebulon, a watch of vermiculite</p>")
    assert taking_down.traces(site) == [f"chapters/{file}"]


def test_a_build_with_a_trace_is_refused(person_down, tmp_path, monkeypatch, capsys):
    for name, value in {"BUILD": ".", "HTML": "html", "GOOD": "good", "LOG": "build.log", "NEW": "new"}.items():
        monkeypatch.setattr(build, name, tmp_path / value)

    def sphinx(everything: bool, lock: int) -> int:
        build._lay_out(everything)
        (build.NEW / "html").mkdir()
        (build.NEW / "html" / "a.html").write_text("Vermiculite")
        return 0

    monkeypatch.setattr(build, "_build", sphinx)
    assert build.main() == 1 and not build.GOOD.exists() and not build.HTML.exists() and not build.NEW.exists()
    assert "a.html" in capsys.readouterr().err


def test_a_name_comes_out_of_the_versions_that_were_published(person_down, tmp_path):
    published, new = tmp_path / "published", tmp_path / "new"
    for version, text in (("v0.1.0", "Zébulon Vermiculite said so"), ("v0.2.0", "Vermiculite,1\n")):
        (published / version / "figures" / "x").mkdir(parents=True)
        (published / version / "figures" / "x" / "x.csv").write_text(text, encoding="utf-8")
    (new / "v0.2.0" / "figures" / "x").mkdir(parents=True)
    (new / "v0.2.0" / "figures" / "x" / "x.csv").write_text("a film producer,1\n", encoding="utf-8")
    assert versions.keep(published, new) == ([], []), "a name that is down is the one reason to write over what was published"
    assert (new / "v0.1.0" / "figures" / "x" / "x.csv").read_text(encoding="utf-8") == "A film producer said so"
    assert (new / "v0.2.0" / "figures" / "x" / "x.csv").read_text(encoding="utf-8") == "a film producer,1\n"


def test_a_file_of_an_earlier_version_that_holds_a_name_where_no_role_can_be_put_is_left_out_and_its_page_says_so(person_down, tmp_path, monkeypatch):
    monkeypatch.setattr(versions.corrected, "every", list)          # the fixture's book has no tables
    published, new = tmp_path / "published", tmp_path / "new"
    old = published / "v0.1.0" / "figures" / "x"
    old.mkdir(parents=True)
    (old / "index.html").write_text('<p>Vermiculite</p><ul><li><a href="x.pdf">Print, PDF</a></li><li><a href="x.csv">Data, CSV</a></li></ul>', encoding="utf-8")
    (old / "x.csv").write_text("a,1\n", encoding="utf-8")
    (old / "x.pdf").write_bytes(pdf("Vermiculite"))
    faults, told = versions.keep(published, new)
    assert faults == [] and len(told) == 1 and told[0].startswith("v0.1.0/figures/x/x.pdf is left out")
    assert taking_down.traces(new) == [] and sorted(path.name for path in new.rglob("*.*") if path.is_file()) == ["index.html", "x.csv"]
    assert (new / "v0.1.0" / "figures" / "x" / "index.html").read_text(encoding="utf-8") == (
        '<p>a film producer</p><ul><li>Print, PDF: taken down, because it held a name</li><li><a href="x.csv">Data, CSV</a></li></ul>')


def test_the_recipes_example_pasted_as_it_stands_changes_nothing(monkeypatch):
    monkeypatch.setattr(taking_down, "apply", lambda: pytest.fail("it would write into the recipes"))
    before = (ROOT / "data" / "taken-down.txt").read_bytes()
    assert "is the name of the example" in taking_down.main([f"name={taking_down.EXAMPLE}", "role=a film producer"])
    assert f'name="{taking_down.EXAMPLE}"' in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8") and (ROOT / "data" / "taken-down.txt").read_bytes() == before


def test_the_list_holds_digests_and_roles_and_no_name():
    lines = (ROOT / "data" / "taken-down.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ") and all(line.startswith("#") or re.fullmatch(r"[0-9a-f]{20}( [0-9a-f]{20})* = [A-Za-z][A-Za-z '-]*", line) for line in lines)


@pytest.mark.site
def test_no_page_holds_a_name_that_is_down():
    assert taking_down.traces(ROOT / "_build" / "html") == []
