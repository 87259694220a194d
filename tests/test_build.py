"""The pages are built where something changed, whole where the last build was not good, and not at all where nothing did."""

import build
import pytest


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book with one page, and a Sphinx that only writes down how it was called."""
    for name, value in {"ROOT": tmp_path, "HTML": tmp_path / "_build" / "html", "GOOD": tmp_path / "_build" / "pages-are-good"}.items():
        monkeypatch.setattr(build, name, value)
    for name in ("chapters/one.md", "chapters/generated/made.md", "data/tables/events.csv", "_build/executed/one.ipynb", "_config.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    calls = []

    def sphinx(everything: bool) -> int:
        calls.append(everything)
        build.HTML.mkdir(exist_ok=True)
        (build.HTML / "one.html").write_text("page")
        return sphinx.code

    sphinx.code = 0
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


def test_after_a_bad_build_and_in_ci_all_pages_are_made(built, monkeypatch, capsys):
    root, calls, sphinx = built
    (root / "chapters" / "one.md").write_text("with a warning")
    sphinx.code = 1
    assert build.main() == 1 and "_build/build.log" in capsys.readouterr().err and not build.GOOD.exists()
    sphinx.code = 0
    assert build.main() == 0 and calls == [False, True], "a warm build would not repeat the warning"
    monkeypatch.setenv("CI", "true")
    (root / "chapters" / "one.md").write_text("once more")
    assert build.main() == 0 and calls == [False, True, True]
