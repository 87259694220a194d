"""Two books are compared to the byte, and what differs is named with its place; a build says what it was made with."""

import hashlib
import json
import re
import subprocess
import zipfile

import build_record
import comparing
import pytest
import reproduce
from conftest import ROOT


@pytest.fixture
def books(tmp_path):
    """Two books that are the same."""
    for book in ("a", "b b"):
        for name, content in {"pages/x.html": b"one\ntwo\nthree\n", "pages/deep/y.png": bytes(range(200)), "list.epub": archive({"mimetype": "epub", "text": "first\nsecond\n"})}.items():
            path = tmp_path / book / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return tmp_path / "a", tmp_path / "b b"


def archive(members: dict[str, str], year: int = 1980) -> bytes:
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in members.items():
            file.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


PLACES = ("pages", "list.epub")


def test_books_that_are_the_same_have_no_difference(books):
    assert comparing.differences(*books, PLACES) == (3, [])


@pytest.mark.parametrize(("name", "content", "told"), [
    ("pages/x.html", b"one\ntwo\nthrice\n", "pages/x.html: line 3, column 4: 'three' | 'thrice'"),
    ("pages/x.html", b"one\ntwo\nthree\nfour", "pages/x.html: line 4, column 1: '' | 'four'"),
    ("pages/deep/y.png", bytes([0, 1, 9, *range(3, 200)]), "pages/deep/y.png: byte 2: 02 03"),
    ("list.epub", archive({"mimetype": "epub", "text": "first\nother\n"}), "list.epub: in the archive, text, line 2, column 1: 'second' | 'other'"),
    ("list.epub", archive({"text": "first\nsecond\n", "mimetype": "epub"}), "list.epub: in the archive, the same members in another order"),
    ("list.epub", archive({"mimetype": "epub", "text": "first\nsecond\n"}, 1999), "list.epub: in the archive, the same members with other times"),
    ("list.epub", archive({"mimetype": "epub"}), "list.epub: in the archive, members that one alone has: text"),
    ("pages/new.html", b"", "pages/new.html: only in the second book")])
def test_a_planted_difference_is_named_with_its_place(books, name, content, told):
    (books[1] / name).write_bytes(content)
    count, found = comparing.differences(*books, PLACES)
    assert len(found) == 1 and found[0].startswith(told), found


def test_a_place_that_is_in_neither_book_is_no_agreement(books):
    with pytest.raises(FileNotFoundError, match="_build/htm "):
        comparing.differences(*books, ("_build/htm",))


def test_the_two_people_differ_in_all_that_is_theirs():
    first, second = reproduce.surroundings()
    for name in ("folder", "user", "zone", "language", "seed", "umask"):
        assert getattr(first, name) != getattr(second, name), name
    assert " " in second.folder and len(second.folder) > 3 * len(first.folder)
    assert first.variables().keys() == {"TZ", "LC_ALL", "PYTHONHASHSEED"} == set(re.findall(r"^export (TZ|LC_ALL|PYTHONHASHSEED) ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize("same", [True, False])
def test_the_command_ends_with_1_where_a_file_differs_and_keeps_the_books(same, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reproduce.tempfile, "mkdtemp", lambda prefix: str(tmp_path / "two"))
    monkeypatch.setattr(reproduce, "PLACES", ("page.html",))

    def make(around, folder):
        book = folder / around.folder / "book"
        book.mkdir(parents=True)
        (book / "pyproject.toml").write_text('[project]\nversion = "1"\n')
        (book / "page.html").write_text("the same" if same else f"made in {around.zone}")
        return 0

    monkeypatch.setattr(reproduce, "make", make)
    assert reproduce.main() == (0 if same else 1)
    told = capsys.readouterr().out
    assert ("1 files compared, every one the same" in told) is same and ("page.html: line 1, column 9: 'made in Pacific/Kiritimati' | 'made in America/St_Johns'" in told) is not same
    assert (tmp_path / "two").exists() is not same


def test_a_build_says_commit_lock_python_packages_fonts_and_data(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "all.zip").write_bytes(b"zip")
    assert build_record.write(tmp_path) and not build_record.write(tmp_path), "the second time nothing has changed"
    told = json.loads((tmp_path / "build.json").read_text(encoding="utf-8"))
    assert told["lock"] == {"requirements.txt": hashlib.sha256((ROOT / "requirements.txt").read_bytes()).hexdigest()}
    assert re.fullmatch(r"CPython 3\.1[123]\.\d+", told["python"]) and told["data"] == {"data/all.zip": hashlib.sha256(b"zip").hexdigest()}
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M))
    assert told["packages"].keys() <= locked.keys() and len(told["packages"]) >= 10
    assert {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf"} < told["fonts_of_figures"].keys() and len(told["fonts_of_figures"]) == 7
    assert str(ROOT) not in json.dumps(told)


def test_the_fonts_told_are_those_that_matplotlib_draws_with():
    from matplotlib import font_manager
    from metoo_figures import style

    drawn = {str(font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))) for weight in (400, 700)}
    assert {str(path) for path in build_record.fonts()} == drawn | {str(path) for path in [*style.SANS.values(), *style.LETTERS.values()]}


def test_a_changed_tree_says_so_and_a_folder_without_git_claims_no_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(build_record, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert build_record._commit() == {"commit": None, "changed_since_commit": None}
    (tmp_path / "a").write_text("as committed")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert re.fullmatch("[0-9a-f]{40}", build_record._commit()["commit"]) and build_record._commit()["changed_since_commit"] is False
    (tmp_path / "a").write_text("and then changed")
    assert build_record._commit()["changed_since_commit"] is True
    (tmp_path / "inner").mkdir()
    monkeypatch.setattr(build_record, "ROOT", tmp_path / "inner")
    assert build_record._commit()["commit"] is None, "the commit of a folder around the book is not the book's"


@pytest.mark.site
def test_the_built_pages_carry_the_record_and_lead_to_it():
    site = ROOT / "_build" / "html"
    told = json.loads((site / "build.json").read_text(encoding="utf-8"))
    for name, digest in told["data"].items():
        assert hashlib.sha256((site / name).read_bytes()).hexdigest() == digest, name
    assert told["data"] and 'href="../build.json"' in (site / "chapters" / "how-to-use.html").read_text(encoding="utf-8")
