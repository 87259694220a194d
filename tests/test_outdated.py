"""Which pages are read again: those that show the block of a figure that changed, an executed notebook that changed, or another banner, and no other."""

from types import SimpleNamespace

import book
import pytest


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Two written pages that show a figure each, one that shows none, and a generated one; none of them was corrected."""
    monkeypatch.setattr(book.corrected, "banners", lambda: {})
    monkeypatch.setattr(book, "EXECUTED", str(tmp_path / "executed"))
    for name, text in {"chapters/one.md": "```{include} ../figures/published/first/block.md\n```", "chapters/two.ipynb": '"```{include} ../figures/published/second/picture.md\\n"',
                       "chapters/three.md": "Words.", "chapters/generated/four.md": "figures/published/first/block.md", "executed/two.ipynb": "{}",
                       "figures/published/first/block.md": "1", "figures/published/second/picture.md": "2", "figures/published/second/block.md": "2"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = {path.relative_to(tmp_path).with_suffix("").as_posix(): str(path) for path in (tmp_path / "chapters").rglob("*.*")}
    env = SimpleNamespace(found_docs={*paths}, doc2path=paths.get)
    return tmp_path, lambda: book.outdated(SimpleNamespace(srcdir=tmp_path, env=env), env, set(), set(), set())


CHANGES = {
    "figures/published/first/block.md": ["chapters/one"],
    "figures/published/second/picture.md": ["chapters/two"],
    "figures/published/second/block.md": [],
    "executed/two.ipynb": ["chapters/two"],
}


@pytest.mark.parametrize("changed", CHANGES)
def test_a_page_is_read_again_for_what_it_shows(site, changed):
    root, ask = site
    assert ask() == [] and ask() == []
    (root / changed).write_text("otherwise", encoding="utf-8")
    assert ask() == CHANGES[changed]


def test_a_page_is_read_again_for_its_banner(site, monkeypatch):
    _, ask = site
    ask()
    monkeypatch.setattr(book.corrected, "banners", lambda: {"three": "Corrected on a day."})
    assert ask() == ["chapters/three"]


def test_a_block_that_is_gone_is_left_to_sphinx_to_tell(site):
    root, ask = site
    ask()
    (root / "figures/published/first/block.md").unlink()
    assert ask() == ["chapters/one"]
