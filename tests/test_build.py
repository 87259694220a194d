"""The pages are built where something changed, whole where the last build was not good, and not at all where nothing did."""

import os
import shutil

import build
import pytest


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book with one page, and a Sphinx that only writes down how it was called."""
    for name, value in {"ROOT": ".", "BUILD": "_build", "HTML": "_build/html", "GOOD": "_build/pages-are-good", "LOG": "_build/build.log", "NEW": "_build/pages-new"}.items():
        monkeypatch.setattr(build, name, tmp_path / value)
    monkeypatch.setattr(build.build_record, "write", lambda site: False)
    for name in ("chapters/one.md", "chapters/generated/made.md", "data/tables/events.csv", "_build/executed/one.ipynb", "_config.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    calls = []

    def sphinx(everything: bool, lock: int) -> int:
        calls.append(everything)
        build._lay_out(everything)
        for name in ("html/one.html", ".doctrees/one.doctree", "jupyter_execute/one.png"):
            (build.NEW / name).parent.mkdir(exist_ok=True)
            (build.NEW / name).write_text(f"made from {(tmp_path / 'chapters/one.md').read_text()}")
        build.LOG.write_text(sphinx.log)
        return sphinx.code

    sphinx.code, sphinx.log = 0, ""
    monkeypatch.setattr(build, "_build", sphinx)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path, calls, sphinx


@pytest.fixture
def built(book):
    assert build.main() == 0 and book[1] == [True], "the first build makes all pages"
    book[1].clear()
    return book


def test_where_nothing_changed_nothing_is_built(built, capsys):
    root, calls, _ = built
    (root / "chapters" / "generated" / "made.md").write_text("made anew by the build itself")
    assert build.main() == 0 and calls == [] and "nothing changed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["chapters/one.md", "data/tables/events.csv", "_build/executed/one.ipynb", "_config.yml", "chapters/new.md"])
def test_a_change_is_built_upon_the_pages_that_are_there(built, name):
    root, calls, _ = built
    (root / name).write_text("otherwise")
    assert build.main() == 0 and calls == [False]
    assert build.main() == 0 and calls == [False]


def test_a_record_of_another_time_counts_as_none(built):
    build.GOOD.write_text("")
    assert build.main() == 0 and built[1] == [True]


@pytest.mark.parametrize("harm", ["altered", "lost"])
def test_a_page_that_was_altered_or_lost_makes_all_pages_anew(built, harm):
    page = build.HTML / "one.html"
    page.write_text("another page") if harm == "altered" else page.unlink()
    assert build.main() == 0 and built[1] == [True]


@pytest.mark.parametrize("lost", [".doctrees", "jupyter_execute"])
def test_where_what_sphinx_remembers_is_lost_all_pages_are_made_anew(built, lost):
    shutil.rmtree(build.BUILD / build.PARTS[lost])
    assert build.main() == 0 and built[1] == [True]


def test_a_bad_build_leaves_the_good_pages_and_the_next_goes_on_from_them(built, capsys):
    """So a warning comes again: the page that has it is read again."""
    root, calls, sphinx = built
    before = tree(root / "_build")
    (root / "chapters" / "one.md").write_text("with a warning")
    sphinx.code = 1
    assert build.main() == 1 and "the last good ones are as they were" in capsys.readouterr().err
    assert tree(root / "_build") == before
    sphinx.code = 0
    assert build.main() == 0 and calls == [False, False] and (build.HTML / "one.html").read_text() == "made from with a warning"


def test_in_ci_all_pages_are_made(built, monkeypatch):
    root, calls, _ = built
    monkeypatch.setenv("CI", "true")
    (root / "chapters" / "one.md").write_text("once more")
    assert build.main() == 0 and calls == [True]


def test_a_kill_between_the_two_renames_of_the_pages_is_mended_by_the_next_build(built):
    root, calls, _ = built
    os.rename(build.HTML, build.HTML.with_name(".html.old"))
    assert build.main() == 0 and calls == [] and (build.HTML / "one.html").exists(), "put back, and as good as they were"
    shutil.copytree(build.HTML, build.HTML.with_name(".html.old"))
    assert build.main() == 0 and calls == [] and sorted(path.name for path in build.BUILD.iterdir() if path.name.startswith(".")) == [".lock"]


def tree(folder) -> dict[str, bytes]:
    """The files of a folder but for the log."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "build.log"}


def test_a_figure_of_no_chapter_and_two_with_one_number_are_told_before_sphinx(monkeypatch):
    import figure_pages

    sheets = [{"id": "asia-a", "chapter": "asiaa", "number": "2.4"}, {"id": "asia-b", "chapter": "asia", "number": "2.4"}]
    monkeypatch.setattr(figure_pages.decks, "published", lambda: sheets)
    chapter, number = build._faults()
    assert chapter.startswith("figures/records/asia-a.yml, chapter: 'asiaa' is no chapter. Did you mean 'asia'? Allowed") and "what-held" in chapter
    assert number == "figures/records/asia-a.yml and figures/records/asia-b.yml have the same number, '2.4'."
    monkeypatch.undo()
    assert build._faults() == []
