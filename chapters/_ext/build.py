"""Builds the pages with Jupyter Book, warnings as errors, and says what it is doing. Where nothing changed, nothing is built."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import freshness

ROOT = freshness.ROOT
HTML, GOOD, LOG = ROOT / "_build" / "html", ROOT / "_build" / "pages-are-good", ROOT / "_build" / "build.log"
#: All that the pages are made from.
_FROM = ("_config.yml", "_toc.yml", "requirements.txt", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT", "CHANGELOG.md", "chapters", "data", "figures", "_build/executed")
#: Lines of the log that tell a reader how far the build is, or what went wrong.
_TELL = re.compile(r"(reading sources|writing output|WARNING|ERROR|Exception|build (succeeded|finished)|pickling|copying (static|images))")


def main() -> int:
    """Builds what changed. Returns 0 where the pages are whole; the log is in ``_build/build.log``."""
    before = _last()
    whole, now = bool(before) and before["pages"] == _standing(HTML), _contents()
    if whole and before["from"] == now:
        print("  nothing changed since the pages were built")
        return 0
    GOOD.unlink(missing_ok=True)
    # A build over an older one does not repeat the warnings of that one: after a build with warnings, or in CI, all pages are made anew.
    code = _build(everything=not whole or bool(os.environ.get("CI")))
    if code:
        print("The pages were not built. The lines above with WARNING or ERROR say why; the whole log is _build/build.log", file=sys.stderr)
    else:
        GOOD.write_text(json.dumps({"from": now, "pages": _standing(HTML)}), encoding="utf-8")
    return code


def _last() -> dict[str, str]:
    """What the last good build was made from and what it made; nothing where there was none, or where its record cannot be read."""
    try:
        return json.loads(GOOD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _build(everything: bool) -> int:
    """Runs Sphinx in a process of its own, shows the telling lines of what it says, and returns its exit code."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import build; sys.exit(build.pages({everything}))"]
    LOG.parent.mkdir(exist_ok=True)
    with open(LOG, "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
                                   env={**os.environ, "BOOK_EXECUTED": str(ROOT / "_build" / "executed"), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"})
        for line in process.stdout:
            log.write(line)
            plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
            if _TELL.search(plain) and "%]" not in plain or "100%]" in plain:
                print(f"  {plain}", flush=True)
    return process.wait()


def pages(everything: bool) -> int:
    """What ``jupyter-book build -W -n --keep-going`` does, with a process for each core, which its command line cannot ask for. Returns 0 or 1."""
    from jupyter_book.sphinx import build_sphinx

    result = build_sphinx(ROOT, HTML, noconfig=True, path_config=ROOT / "_config.yml", builder="html", warningiserror=True, keep_going=True, freshenv=everything, force_all=everything,
                          confoverrides={"external_toc_path": str(ROOT / "_toc.yml"), "latex_individualpages": False, "nitpicky": True}, jobs=freshness.jobs())
    return 0 if result == 0 else 1


def _contents() -> str:
    """A digest of all that the pages are made from, and of Python's version."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _files(*(ROOT / name for name in _FROM)):
        if not {"__pycache__", "generated", ".ipynb_checkpoints"} & set(path.relative_to(ROOT).parts):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _standing(folder: Path) -> str:
    """A digest of the names, sizes and times of the files in a folder."""
    marks = [f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in _files(folder)]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def _files(*places: Path) -> list[Path]:
    return sorted(path for place in places for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\n  Stopped. The next make book builds what is missing.", flush=True)
        sys.exit(130)
