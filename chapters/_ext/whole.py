"""What a command writes stands whole or not at all, however the command ends: folders take the place of older ones, and one command at a time works in a book."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

#: The name of a file that is being written: a dot, the file's own name, and the process.
_DRAFT = re.compile(r"\..+\.\d+")


@contextlib.contextmanager
def anew(folder: Path) -> Iterator[Path]:
    """An empty folder beside ``folder``, to be filled. It takes the place of ``folder`` when the block ends well, and is deleted where it does not."""
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def swap(new: Path, folder: Path) -> None:
    """Puts a folder that is whole in the place of an older one. A kill between the two renames is mended by :func:`put_back`."""
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    try:
        if folder.exists():
            os.rename(folder, old)
        os.rename(new, folder)
    finally:
        put_back(folder)


def put_back(folder: Path) -> None:
    """Puts a folder back that stood aside when its command was killed; one that was replaced meanwhile is deleted."""
    old = _old(folder)
    if old.exists() and not folder.exists():
        os.rename(old, folder)
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def clear_drafts(*folders: Path) -> None:
    """Deletes what a killed command was writing. To be called where no other command writes (see :func:`alone`)."""
    for folder in folders:
        for path in folder.glob(".*"):
            if _DRAFT.fullmatch(path.name) and path.is_file():
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def alone(room: Path) -> Iterator[int | None]:
    """Waits until no other command works in the folder ``room``, and keeps others waiting till the block ends.

    Gives the lock's file, which a process that writes there should inherit: then the next command waits for that one too. It goes with the last process
    that holds it, however that ended. In a folder that cannot be written to there is nothing to wait for, and it gives None.
    """
    try:
        room.mkdir(parents=True, exist_ok=True)
        lock = os.open(room / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        if os.access(room, os.W_OK):
            raise
        lock = None
    try:
        if lock is not None:
            _wait(lock)
        yield lock
    finally:
        if lock is not None:
            os.close(lock)


def _wait(lock: int) -> None:
    """Takes the lock; says so where that is not at once."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("  Another command is making this book. This one waits until it has ended.", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
