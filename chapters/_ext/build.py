"""Builds the pages with Jupyter Book, warnings as errors, and says what it is doing. Where nothing changed, nothing is built.

Sphinx works in a folder of its own, upon a copy of the last good pages. They are replaced when the new ones are whole: a build that fails, is stopped or
finds no room on the disk leaves them as they were, and the next build goes on from them.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import build_record
import freshness
import taking_down
import trouble
import whole

ROOT = freshness.ROOT
BUILD = ROOT / "_build"
#: What Sphinx makes, and where it stands when it is good: the pages, and what Sphinx remembers of them. The pages go first: a mixture is seen by the record.
PARTS = {"html": "html", ".doctrees": "pages-memory/.doctrees", "jupyter_execute": "pages-memory/jupyter_execute"}
HTML, GOOD, LOG, NEW = BUILD / "html", BUILD / "pages-are-good", BUILD / "build.log", BUILD / "pages-new"
#: Folders of the site that are written anew by every build: see copy_figures in book.py.
_ANEW = shutil.ignore_patterns("figures", "v[0-9]*")
#: All that the pages are made from.
_FROM = ("_config.yml", "_toc.yml", "requirements.txt", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT", "CHANGELOG.md", "chapters", "data", "figures", "_build/executed")
#: How seldom Python looks for garbage (see gc.set_threshold) while pages are made. Tables and the trees of hundreds of pages are none: to look them through again and again takes longer than half of the work.
SELDOM = (200_000, 50, 50)
#: Lines of the log that tell a reader how far the build is, or what went wrong.
_TELL = re.compile(r"(reading sources|writing output|WARNING|ERROR|Exception|Extension error|threw an exception|build (succeeded|finished)|pickling|copying (static|images))")


def main() -> int:
    """Builds what changed. Returns 0 where the pages are whole; the log is in ``_build/build.log``."""
    with whole.alone(BUILD) as lock:
        return _brought_up(lock)


def _brought_up(lock: int | None) -> int:
    for place in PARTS.values():
        whole.put_back(BUILD / place)
    whole.clear_drafts(BUILD, HTML)
    before, now = _last(), _contents()
    good = bool(before) and before["pages"] == _standing()
    if good and before["from"] == now:
        if build_record.write(HTML):
            _remember(now)
        print("  nothing changed since the pages were built")
        return 0
    # In CI all pages are made anew, and so they are where the last good ones were altered or are gone.
    everything = not good or bool(os.environ.get("CI"))
    try:
        if code := _build(everything, lock):
            told = trouble.sentence(LOG.read_text(encoding="utf-8"), BUILD, Path(tempfile.gettempdir()))
            print(told or "The pages were not built; the last good ones are as they were. The lines above with WARNING or ERROR say why; the whole log is _build/build.log", file=sys.stderr)
            return code
        if held := taking_down.traces(NEW / "html"):
            print("\n".join(["  A name that is taken down still stands in these files. Nothing of this build may be published:", *(f"    {name}" for name in held)]), file=sys.stderr)
            return 1
        build_record.write(NEW / "html")
        _publish(now)
    finally:
        shutil.rmtree(NEW, ignore_errors=True)
    return 0


def _last() -> dict[str, str]:
    """What the last good build was made from and what it made; nothing where there was none, or where its record cannot be read."""
    try:
        return json.loads(GOOD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _lay_out(everything: bool) -> None:
    """The folder in which Sphinx works: empty, or with a copy of the last good pages. A copy, and no links: Sphinx writes into the files that it finds.

    What every build writes anew anyway is left out.
    """
    shutil.rmtree(NEW, ignore_errors=True)
    NEW.mkdir(parents=True)
    for part, place in PARTS.items():
        if not everything and (BUILD / place).exists():
            shutil.copytree(BUILD / place, NEW / part, ignore=lambda folder, names: _ANEW(folder, names) if Path(folder) == HTML else ())


def _publish(now: str) -> None:
    """Puts the new pages, which are whole, in the place of the last good ones."""
    GOOD.unlink(missing_ok=True)
    for part, place in PARTS.items():
        (NEW / part).mkdir(exist_ok=True)
        (BUILD / place).parent.mkdir(exist_ok=True)
        whole.swap(NEW / part, BUILD / place)
    _remember(now)


def _remember(now: str) -> None:
    draft = GOOD.with_name(f".{GOOD.name}.{os.getpid()}")
    draft.write_text(json.dumps({"from": now, "pages": _standing()}), encoding="utf-8")
    os.replace(draft, GOOD)


def _build(everything: bool, lock: int | None) -> int:
    """Runs Sphinx in a process of its own, shows the telling lines of what it says, and returns its exit code. Sphinx and all its helpers end when this process does."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import build; sys.exit(build.pages({everything}))"]
    with open(LOG, "w", encoding="utf-8") as log, _ended(subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", start_new_session=True, pass_fds=[lock] if lock is not None else [],
            env={**os.environ, "BOOK_EXECUTED": str(BUILD / "executed"), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"})) as process:
        _lay_out(everything)            # while Sphinx is loaded, which takes longer
        with contextlib.suppress(BrokenPipeError):            # it found a fault meanwhile, and says so
            process.stdin.write("laid out\n")
            process.stdin.flush()
        for line in process.stdout:
            log.write(line)
            plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
            if _TELL.search(plain) and "%]" not in plain or "100%]" in plain:
                print(f"  {plain}", flush=True)
        return process.wait()


@contextlib.contextmanager
def _ended(process: subprocess.Popen):
    """The process, which leads a group of its own; where the block is left before it ended, so does the whole group."""
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _end_with_parent() -> None:
    """Ends this process and its helpers when the one that started it is gone, however that ended: its end of the pipe closes."""
    os.read(0, 1)            # not of sys.stdin, whose lock would hold up the end of Python
    os.killpg(0, signal.SIGKILL)


def pages(everything: bool) -> int:
    """What ``jupyter-book build -W -n --keep-going`` does, with a process for each core, which its command line cannot ask for. Returns 0 or 1.

    Begins to write when it reads a line that says that the folder is laid out.
    """
    # jsonschema takes a second to learn the grammar of a kind of address that no setting of the book has.
    sys.modules.setdefault("rfc3987_syntax", None)
    gc.set_threshold(*SELDOM)
    if faults := _faults():
        print("\n".join(f"ERROR: {line}" for line in faults))
        return 1
    import making

    making.begun()
    import citing
    import writing
    from jupyter_book.sphinx import build_sphinx

    writing.be_quick()
    citing.be_quick()
    if not sys.stdin.readline():
        return 1                # who started this is gone
    threading.Thread(target=_end_with_parent, daemon=True).start()
    result = build_sphinx(ROOT, NEW / "html", noconfig=True, path_config=ROOT / "_config.yml", builder="html", warningiserror=True, keep_going=True, freshenv=everything, force_all=everything,
                          confoverrides={"external_toc_path": str(ROOT / "_toc.yml"), "latex_individualpages": False, "nitpicky": True}, jobs=freshness.jobs())
    return 0 if result == 0 else 1


def _faults() -> list[str]:
    """What is wrong with the tables and the settings of the book, in sentences. All pages need them, and Sphinx would tell of each fault by a traceback."""
    import metoo_data
    from metoo_figures import YamlError, records

    try:
        records.book(), records.retired(), [metoo_data.load(name) for name in metoo_data.tables()]
    except (metoo_data.DataError, YamlError) as error:
        return str(error).splitlines()
    import figure_pages

    return figure_pages.faults()


def _contents() -> str:
    """A digest of all that the pages are made from, and of Python's version."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _files(*(ROOT / name for name in _FROM)):
        if not {"__pycache__", "generated", ".ipynb_checkpoints"} & set(path.relative_to(ROOT).parts):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _standing() -> str:
    """A digest of the names, sizes and times of the last good pages and of what Sphinx remembers of them."""
    marks = [f"{path.relative_to(BUILD)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in _files(*(BUILD / place for place in PARTS.values()))]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def _files(*places: Path) -> list[Path]:
    return sorted(path for place in places for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file())


if __name__ == "__main__":
    trouble.end_with(main, "Stopped. The pages are as they were before; the next make book builds what is missing.")
