"""How a command ends when it is stopped, when the disk is full, or when it may not write: one sentence that says what to do, and no traceback."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
#: Bytes; with fewer nothing works.
_LEAST = 2**18
#: How Python tells an error of the system, in a traceback of whatever process: number, words, and the file where it is known.
_TOLD = re.compile(r"\[Errno (\d+)\] [^:\n'\"]*(?:: (['\"])(.+?)\2)?")


def end_with(command: Callable[[], int], stopped: str) -> NoReturn:
    """Runs a command and ends the process with its code; with 130 and the sentence ``stopped`` on Ctrl-C or where it is asked to end, with 1 and a sentence where nothing can be written."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = command()
    except KeyboardInterrupt:
        print(f"\n  {stopped}")
        code = 130
    except OSError as error:
        if not (told := sentence(f"{error}")):
            raise
        print(told, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)          # threads may wait for kernels, and each kernel ends when its parent is gone


def sentence(text: str, *places: Path) -> str:
    """What to do about a full disk or a folder that takes no files, where ``text``, an error or a log, tells of one; else nothing.

    ``places`` are where a command writes: where one has next to no room, that is told, whatever the text says.
    """
    for number, _, name in _TOLD.findall(text):
        if int(number) in _FULL:
            return _full(name)
        if int(number) in _CLOSED and (closed := _closed(Path(name)) if name else "This folder"):
            return f"{closed} cannot be written to. Copy the book to a folder of your own, or make it yours to write, and run the same command again; nothing that was published is lost."
    return next((_full(str(place)) for place in places if shutil.disk_usage(place)[2] < _LEAST), "")


def _full(name: str) -> str:
    return f"There is no room left on the disk{f' for {name}' if name else ''}. Free some and run the same command again; nothing that was published is lost."


def _closed(path: Path) -> str:
    """The folder or file that may not be written; nothing where the error was about something else, such as a file that may not be read."""
    folder = next(place for place in (path, *path.absolute().parents) if place.is_dir())
    if not os.access(folder, os.W_OK):
        return f"The folder {folder}"
    return f"The file {path}" if path.exists() and os.access(path, os.R_OK) and not os.access(path, os.W_OK) else ""
