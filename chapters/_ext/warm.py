"""What the fork server of the kernels loads, once: an ear for files, then the packages that every chapter imports, and the tables.

Which files a notebook reads is heard from Python itself (PEP 578, audit hooks): nothing has to be declared, and nothing can be forgotten.
The loaders of the tables tell it too, for the kernels find these in memory.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading

PACKAGES = ("pandas", "matplotlib.pyplot", "seaborn", "ipykernel.kernelapp", "matplotlib_inline.backend_inline", "metoo_data.analysis", "metoo_data.reliability",
            "metoo_data.survival", "metoo_figures.pictures", "pikepdf")
#: The variable of a kernel that says where the list of files goes.
REPORT = "BOOK_READS"

_heard: dict[str, None] = {}
_report: int | None = None


def kernel(arguments: list[str], folder: str, variables: dict[str, str]) -> None:
    """Becomes a kernel in the notebooks' folder. Runs in a copy of the fork server."""
    global _report
    os.setsid()                    # Ctrl-C in the terminal is for the runner, which then ends its kernels
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.path[:] = [place for place in sys.path if place != os.path.dirname(__file__)]
    # Each file is told at once, so that nothing is lost with a kernel that ends badly.
    _report = os.open(variables[REPORT], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(_report, "".join(f"{path}\n" for path in _heard).encode())
    from ipykernel.kernelapp import IPKernelApp

    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])          # a kernel without one tells how to stop it by hand


def _end_with(runner) -> None:
    """Ends the kernel when the runner is gone, however that ended."""
    runner.join()
    os._exit(1)


def _hear(event: str, about: tuple) -> None:
    """Notes each file that is opened to be read, and each folder that is listed."""
    if event == "open":
        path, _, flags = about
        if flags & (os.O_WRONLY | os.O_RDWR):
            return
    elif event == "metoo_data.read":
        path = about[0]
    elif event in ("os.listdir", "os.scandir"):
        path = about[0] or "."
    else:
        return
    if isinstance(path, (str, os.PathLike)) and (place := os.path.abspath(path)) not in _heard:
        _heard[place] = None
        if _report is not None:
            _note(place)


def _note(place: str) -> None:
    """Tells a file in the report. Where the disk is full the report is emptied, which the runner takes for a run that failed."""
    global _report
    try:
        os.write(_report, f"{place}\n".encode())
    except OSError:
        os.ftruncate(_report, 0)
        _report = None


def load() -> None:
    """Listens, then loads the packages."""
    sys.addaudithook(_hear)
    for package in PACKAGES:
        importlib.import_module(package)
    # The server holds nothing but memory: it ends at once, whatever the packages would tidy up. Who reads what a stopped command said waits for it.
    atexit.register(os._exit, 0)
    _load_tables()
    # pandas asks on loading whether it speaks to a terminal, and takes the server for one: wide tables would be cut.
    importlib.import_module("pandas").set_option("display.max_columns", 20)
    # What all kernels share is no garbage: none of them need look it through, or copy its memory for that.
    gc.collect()
    gc.freeze()


def _load_tables() -> None:
    """Loads every table, which each kernel would do for itself. What is heard of that is forgotten: a kernel tells what it uses."""
    import metoo_data

    tables = metoo_data.tables()
    before = {*_heard}
    with contextlib.suppress(metoo_data.DataError):          # a kernel that uses the broken table says so
        for name in tables:
            metoo_data.load(name)
        metoo_data.sources()
    for place in _heard.keys() - before:
        del _heard[place]


if os.environ.get(REPORT) == "listen":          # only in the fork server: see kernels.py
    load()
