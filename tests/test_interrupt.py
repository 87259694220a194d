"""A command that is stopped or killed at any moment leaves what was published whole, and the next one goes on as if nothing had been."""

import os
import random
import re
import signal
import subprocess
import time

import pytest
import whole
from little_book import BOOK, FIGURES, left, little_book, published, run, say, versions
from metoo_figures import drafts

KILLS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]


def stopped(book, command: str, how: signal.Signals, after: float) -> None:
    """Runs a command and stops it with all its group after some seconds."""
    process = subprocess.Popen(["sh", "-c", command], cwd=book, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))         # tests that run in the background are deaf to it, and what they start too
    time.sleep(after)
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        pass                                     # it had ended
    process.wait(timeout=60)


def assert_whole(book, version: int) -> None:
    """Every page is of one version, and every file of the figure and of the slides is of one, the last or an earlier one."""
    assert len(versions(book)) == 1, "pages of two versions stand side by side"
    for path in (book / "figures" / "published" / "one-a").glob("one-a.*"):
        words = set(path.read_text(encoding="utf-8").split())
        assert path.name == "one-a.json" or len(words) == 1 and int(words.pop().split("-")[1]) <= version, f"{path.name} is half written"
        assert path.stat().st_size % len(f"version-{version}-\n") == 0 or path.name == "one-a.json"


def test_a_book_that_is_killed_at_random_moments_stays_whole_and_is_made_by_the_next_run(tmp_path):
    """Stopped six times, by each signal twice, with two undisturbed runs between; then it is what a book is that nothing ever disturbed."""
    book, moments = little_book(tmp_path / "book"), random.Random(8)
    began = time.monotonic()
    assert run(book).returncode == 0
    lasts = time.monotonic() - began
    for version, how in enumerate([*KILLS, *KILLS], 1):
        say(book, version)
        stopped(book, BOOK if version != 3 else f"{FIGURES} && {BOOK}", how, moments.uniform(0.1, 0.9) * lasts)
        assert_whole(book, version)
        if version in (3, 6):
            done = run(book)
            assert done.returncode == 0, done.stdout + done.stderr
            assert versions(book) == {f"version-{version}-"} and left(book) == []
    calm = little_book(tmp_path / "calm")
    say(calm, 6)
    assert run(calm).returncode == 0
    assert_same(published(book), published(calm))


def assert_same(first: dict[str, bytes], second: dict[str, bytes]) -> None:
    """The same files with the same bytes, but for what the book's own extension, which the little book has not, evens out: a mark on a stylesheet, words without a page."""
    assert first.keys() == second.keys()
    even = lambda content: re.sub(rb'(?<=\.css)\?v=[0-9a-f]+|"[^"]+": \[\](, )?', b"", content)  # noqa: E731
    assert [name for name in first if even(first[name]) != even(second[name])] == []


def test_a_folder_is_replaced_whole_or_stays(tmp_path):
    folder = tmp_path / "pages"
    with whole.anew(folder) as new:
        (new / "a").write_text("first")
    with pytest.raises(RuntimeError), whole.anew(folder) as new:
        (new / "a").write_text("second")
        raise RuntimeError
    assert (folder / "a").read_text() == "first" and [*tmp_path.iterdir()] == [folder]
    with whole.anew(folder) as new:
        (new / "b").write_text("third")
    assert [path.name for path in folder.iterdir()] == ["b"] and [*tmp_path.iterdir()] == [folder]


def test_where_the_second_rename_fails_the_folder_is_put_back(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    with pytest.raises(FileNotFoundError):
        whole.swap(tmp_path / "nowhere", folder)
    assert [*tmp_path.iterdir()] == [folder]


def test_drafts_of_a_killed_command_are_cleared_and_no_other_file(tmp_path):
    for name in (".one.ipynb.123", ".one.ipynb", "one.ipynb.123", ".gitignore", ".doctrees"):
        (tmp_path / name).write_text("")
    whole.clear_drafts(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".one.ipynb", "one.ipynb.123", ".gitignore", ".doctrees"}


def test_files_of_a_figure_take_their_places_together(tmp_path, monkeypatch):
    """The third draft cannot be written: the first two files are what they were, and no draft is left."""
    drafts.write_all(tmp_path, {name: b"old" for name in "abc"})
    real = drafts.Path.write_bytes

    def full(path, content):
        if path.name.startswith(".c."):
            real(path, content[:1])
            raise OSError(28, "No space left on device", str(path))
        return real(path, content)

    monkeypatch.setattr(drafts.Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        drafts.write_all(tmp_path, {name: b"new" for name in "abc"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {name: b"old" for name in "abc"}


def test_a_second_command_waits_for_the_first_and_for_what_it_started(tmp_path):
    """The lock goes with the last process that holds it: the one that was started still works after the first has ended."""
    with whole.alone(tmp_path) as lock:
        helper = subprocess.Popen(["sleep", "2"], pass_fds=[lock])
    began = time.monotonic()
    with whole.alone(tmp_path):
        assert time.monotonic() - began > 1
    helper.wait()
