"""`make browser`: a copy of the built book with a button on each chapter that runs it in the page, with a Python that comes from the book's own folder.

The runtime is Pyodide: CPython for the browser. Every file of it is checked against a SHA-256 that stands here or in ``browser/pyodide-lock.json``;
those are the sums of the release, as the project's npm package and the lock file in it tell them. pandas is the book's own version, built for Pyodide
by its makers and kept on PyPI: the release has an older one, which reads the tables otherwise.

All of it goes into a copy of the pages, so that the plain book stays light and knows nothing of it.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import importlib.metadata
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path

import trouble
import whole

ROOT = Path(__file__).resolve().parents[2]
OWN = Path(__file__).resolve().parent / "browser"
LOCK = json.loads((OWN / "pyodide-lock.json").read_text(encoding="utf-8"))
VERSION = LOCK["info"]["version"]
RELEASE = f"https://github.com/pyodide/pyodide/releases/download/{VERSION}/pyodide-{VERSION}.tar.bz2"
#: Where `make browser` keeps what it fetched.
CACHE = ROOT / "_build" / f"pyodide-{VERSION}"
COPY = ROOT / "_build" / "browser"
CORE = {
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
}
FILES = CORE | {package["file_name"]: package["sha256"] for package in LOCK["packages"].values()}
PANDAS = LOCK["packages"]["pandas"]
#: What a chapter imports besides, as it stands in this environment: Python alone, so it runs anywhere.
PLAIN = ("pybtex", "latexcodec", "pyyaml", "seaborn")
#: The folder of the built book that holds all this.
PLACE = "run"
#: A worker has no policy of its own where a browser hands the page's down to it; then these words let it compile the runtime, and nothing else.
_MORE = (("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"), ("; object-src", "; worker-src 'self'; object-src"))


class Missing(Exception):
    """Something that the runtime needs is not there, or is not what it should be. The message says what to do."""


def main() -> int:
    """Copies the built book to ``_build/browser`` and puts the runtime in. Returns 1 with one sentence where that cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runtime", type=Path, help="a folder with the release of Pyodide, unpacked; without it the release is downloaded")
    options = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        if options.runtime:
            take(options.runtime, CACHE)
        else:
            download(CACHE)
        fetch_pandas(CACHE)
        check(CACHE)
        with whole.anew(COPY) as new:
            shutil.copytree(ROOT / "_build" / "html", new, dirs_exist_ok=True)
            add(new, CACHE)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


def add(site: Path, runtime: Path) -> None:
    """Makes the chapters of ``site``, a folder of built pages, run in the page with the runtime that lies in ``runtime``, checked.

    Raises Missing where a page was built from another state of its notebook.
    """
    target = site / PLACE
    (target / "pyodide").mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(runtime / name, target / "pyodide" / name)
    shutil.copyfile(OWN / "pyodide-lock.json", target / "pyodide" / "pyodide-lock.json")
    for name in ("page.js", "page.css", "worker.js", "cells.py"):
        shutil.copyfile(OWN / name, target / name)
    shutil.copytree(OWN / "licences", target / "licences")
    (target / "README.txt").write_text((OWN / "README.txt").read_text(encoding="utf-8").format(**LOCK["info"]), encoding="utf-8")
    (target / "book.zip").write_bytes(packages())
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    for notebook in sorted((ROOT / "chapters").glob("*.ipynb")):
        page = site / "chapters" / f"{notebook.stem}.html"
        code = cells(notebook)
        (target / f"{notebook.stem}.json").write_text(json.dumps(code, ensure_ascii=False) + "\n", encoding="utf-8")
        page.write_text(_with_bar(page.read_text(encoding="utf-8"), notebook.stem, len(code), size), encoding="utf-8")
    print(f"  Run this chapter: {size / 1e6:.0f} MB beside the pages", flush=True)


def check(runtime: Path) -> None:
    """Raises Missing, which lists every file of the runtime that is not there or is another one."""
    absent, other = [name for name in FILES if not (runtime / name).is_file()], _others(runtime)
    if absent or other:
        told = [f"not there: {', '.join(absent)}"] * bool(absent) + [f"another file than Pyodide {VERSION} has, by its SHA-256: {', '.join(other)}"] * bool(other)
        raise Missing(f"The runtime in {runtime} cannot be used. {'; '.join(told)}.")


def _others(folder: Path) -> list[str]:
    """The files of a folder that have the name of one of the runtime's and are another one."""
    return [name for name, known in FILES.items() if (folder / name).is_file() and _sum((folder / name).read_bytes()) != known]


def take(release: Path, folder: Path) -> None:
    """Copies what the book needs from an unpacked release into ``folder``. Raises Missing, with nothing copied, where a file is another one."""
    if other := _others(release):
        raise Missing(f"{release} is not Pyodide {VERSION}: by their SHA-256 these are other files: {', '.join(other)}.")
    for name in FILES:
        if (release / name).is_file():
            shutil.copyfile(release / name, folder / name)


def download(folder: Path) -> None:
    """Fetches the release and takes what the book needs out of it, where that is not in ``folder`` already."""
    if all((folder / name).exists() for name in FILES if name != PANDAS["file_name"]):
        return
    print(f"  Downloading {RELEASE} (some hundred megabytes, once)", flush=True)
    try:
        with urllib.request.urlopen(RELEASE, timeout=60) as answer, tarfile.open(fileobj=answer, mode="r|bz2") as archive:
            unpack(archive, folder)
    except (OSError, tarfile.TarError) as error:
        raise Missing(f"Pyodide {VERSION} could not be downloaded ({error}). Unpack {RELEASE} yourself and say: make browser RUNTIME=<its folder>") from None


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Takes the files that the book needs out of the release into a folder, each only if it is the very file."""
    for member in archive:
        name = Path(member.name).name
        if member.isfile() and name in FILES:
            content = archive.extractfile(member).read()
            if _sum(content) == FILES[name]:
                (folder / name).write_bytes(content)


def fetch_pandas(folder: Path) -> None:
    """Fetches the book's pandas for the browser into a folder, where it is not there."""
    if (folder / PANDAS["file_name"]).exists():
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(f"pandas=={PANDAS['version']} --hash=sha256:{PANDAS['sha256']}\n")
        wanted.flush()
        done = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp",
                               "--python-version=3.12", f"--platform={Path(PANDAS['file_name']).stem.split('-')[-1]}", "--dest", str(folder), "-r", wanted.name],
                              capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"pandas {PANDAS['version']} for the browser could not be downloaded from PyPI. {done.stderr.strip()}")


def packages() -> bytes:
    """The book's two packages with the tables, and what they import, as one archive for the place where Python looks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted((_wheel() | _plain()).items()):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _wheel() -> dict[str, bytes]:
    """The files of the wheel that a class would install: pyproject.toml alone says what is in it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True, capture_output=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}


def _plain() -> dict[str, bytes]:
    """The Python of the other packages; what is compiled for this machine stays behind, and they do without it."""
    found = {}
    for name in PLAIN:
        for file in importlib.metadata.files(name):
            parts = file.parts
            if parts[0] != ".." and not {"__pycache__", "tests", "docs"} & set(parts) and file.suffix not in (".so", ".pyd", ".pyc") and file.name not in ("RECORD", "direct_url.json"):
                found[file.as_posix()] = file.locate().read_bytes()
    return found


def cells(notebook: Path) -> list[str]:
    """The code of a chapter, cell by cell, but for those that no page shows: they are for a notebook that was taken out of its book."""
    found = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code" and "remove-cell" not in cell["metadata"].get("tags", [])]


def _with_bar(page: str, chapter: str, count: int, size: int) -> str:
    """The page with the button under its title, and with leave for a worker. Raises Missing where the page is of another state of its notebook."""
    shown = page.count('<div class="cell ')
    if shown != count:
        raise Missing(f"The page of {chapter} shows {shown} cells and its notebook has {count}. Build the book anew (make book), then say make browser again.")
    for was, now in _MORE:
        page = page.replace(was, now, 1)
    page = page.replace("</head>", f'<link rel="stylesheet" href="../{PLACE}/page.css">\n<script defer src="../{PLACE}/page.js"></script>\n</head>', 1)
    before, heading, after = re.split(r'(<a class="headerlink" [^>]*>[^<]*</a></h1>\n)', page, maxsplit=1)
    return before + heading + _bar(chapter, size) + after


def _bar(chapter: str, size: int) -> str:
    about = (f"Runs the code of this page in your browser. It first loads Python and the tables from this site: {size / 1e6:.0f} MB, once. Nothing you write is sent or kept.")
    return (f'<div class="run-bar d-print-none pst-js-only" role="group" aria-label="Run this chapter" data-chapter="{chapter}" data-size="{size}">'
            '<p class="run-buttons"><button type="button" data-ask="all">Run this chapter</button>'
            '<button type="button" data-ask="stop" hidden>Stop</button><button type="button" data-ask="reset" hidden>Reset all</button></p>'
            f'<p class="run-about">{html.escape(about)} <a href="how-to-use.html#run-a-chapter-in-the-page">How it works</a>, <a href="../{PLACE}/README.txt">what it loads</a></p>'
            '<progress hidden aria-label="Loading"></progress><p class="run-status" role="status"></p><!-- end of run-bar --></div>\n')


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    trouble.end_with(main, "Stopped. The copy of before is as it was.")
