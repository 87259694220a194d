"""A full disk and a folder that takes no files: one clear sentence, no traceback, and what was published stays as it was."""

import ctypes
import errno
import os
import resource
import stat

import pytest
import trouble
from little_book import BOOK, FIGURES, PAGES_ALONE, left, little_book, published, run, say, versions


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A book that was made once."""
    book = little_book(tmp_path_factory.mktemp("little") / "book")
    done = run(book)
    assert done.returncode == 0, done.stdout + done.stderr
    return book


def without_keys():
    """What makes modes of files count for root as well, where the tests are run by root: a limit that only this process and its children have."""
    ctypes.CDLL(None).prctl(24, 1)          # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


def assert_told_and_whole(book, done, before) -> None:
    """One sentence, no traceback; all that was published is as it was; and the next run, with room again, makes it new."""
    told = done.stdout + done.stderr
    assert done.returncode == 1 and told.count("There is no room left on the disk") == 1 and "run the same command again" in told and "Traceback" not in told, told
    assert published(book) == before
    say(book, 8)
    assert run(book).returncode == 0 and versions(book) == {"version-8-"} and left(book) == []


@pytest.mark.parametrize("command", [FIGURES, BOOK], ids=["figures", "book"])
def test_a_disk_that_fills_while_a_figure_is_written_is_told_in_a_sentence(made, command):
    """The limit stands in the notebook: its table of 550 kB finds no room, as on a full disk."""
    before = published(made)
    say(made, 7, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))")
    assert_told_and_whole(made, run(made, command), before)


def test_a_disk_that_fills_while_pages_are_written_is_told_in_a_sentence(made):
    before = published(made)
    (made / "chapters" / "other.md").write_text("# Other\n\n" + "version-7- and more words " * 60_000, encoding="utf-8")
    assert_told_and_whole(made, run(made, PAGES_ALONE, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))), before)


def test_a_disk_with_next_to_no_room_is_told_whatever_the_error_says(tmp_path, monkeypatch):
    """A kernel that could not start on a full disk says something else."""
    assert trouble.sentence("Kernel died", tmp_path) == ""
    monkeypatch.setattr(trouble.shutil, "disk_usage", lambda place: (10**9, 10**9, 1000))
    assert trouble.sentence("Kernel died", tmp_path).startswith(f"There is no room left on the disk for {tmp_path}. Free some")


def test_a_folder_that_takes_no_files_is_told_in_a_sentence(made):
    """It belongs to somebody else, say. Where nothing changed there is nothing to write, and nothing to say."""
    before = published(made)
    folders = [path for path in (made, *made.rglob("*")) if path.is_dir()]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in folders}
    for path in folders:
        path.chmod(0o555)
    try:
        unchanged = run(made, preexec_fn=without_keys)
        say(made, 9)                          # the files themselves may be written
        done = run(made, preexec_fn=without_keys)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert unchanged.returncode == 0, unchanged.stdout + unchanged.stderr
    told = done.stdout + done.stderr
    assert done.returncode == 1 and told.count("cannot be written to") == 1 and str(made) in told and "Traceback" not in told, told
    assert published(made) == before


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_the_sentence_names_the_file(number):
    told = trouble.sentence(str(OSError(number, os.strerror(number), "/book/x.html")))
    assert told.startswith("There is no room left on the disk for /book/x.html. Free some and run the same command again")


def test_a_log_of_another_process_tells_it_too():
    assert trouble.sentence("Exception occurred:\n  File \"x.py\"\nOSError: [Errno 28] No space left on device\n").startswith("There is no room left on the disk. ")
    assert trouble.sentence("WARNING: cannot copy image file '/a/b.png': [Errno 28] No space left on device: '/c/b.png'").startswith("There is no room left on the disk for /c/b.png")


def test_a_read_only_disk_is_told_by_its_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.R_OK)
    told = trouble.sentence(str(OSError(errno.EROFS, os.strerror(errno.EROFS), str(tmp_path / "html" / "x.html"))))
    assert told.startswith(f"The folder {tmp_path} cannot be written to. Copy the book to a folder of your own")


def test_other_errors_are_not_taken_for_these(tmp_path):
    """A file that is not there; and one that may not be read, in a folder that may be written."""
    assert trouble.sentence(str(FileNotFoundError(errno.ENOENT, "No such file or directory", "x"))) == ""
    assert trouble.sentence(str(PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "table.csv")))) == ""
    assert trouble.sentence("ValueError: [Errno 2] nothing of the kind") == ""


def test_what_is_no_trouble_of_the_disk_keeps_its_traceback():
    with pytest.raises(FileNotFoundError):
        trouble.end_with(lambda: open("/nowhere/at/all").close(), "Stopped.")
