"""Whether what a notebook gave still holds: its code, what it read, what every notebook stands on, and the files that it made.

Jupyter Book's own cache knows the code alone. Here a run leaves a record beside its result: the digest of each table, record and
source list that it read, heard by the kernel (see warm.py). A changed table makes those notebooks run that read it, and no other.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Where a notebook finds what it shows. What lies elsewhere is Python's and its packages', which the lock tells.
_READ = ("chapters/", "data/", "figures/")
#: Packages: a change there runs every notebook. Made by the notebooks: told apart, below.
_PACKAGES, _MADE = ("data/metoo_data", "figures/metoo_figures"), ("figures/published", "figures/decks")


def jobs() -> int:
    """How many processes work side by side: one a core, or as many as the variable BOOK_JOBS says."""
    return int(os.environ.get("BOOK_JOBS") or os.cpu_count() or 1)


def digest(path: Path) -> str:
    """What stands in a file, or which names stand in a folder."""
    if path.is_dir():
        names = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith((".", "__")))
        return _text("\0".join(names))
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "missing"


def shared() -> str:
    """What every notebook stands on: Python, the lock and our two packages."""
    files = [ROOT / "requirements.txt", *(path for package in _PACKAGES for path in (ROOT / package).rglob("*"))]
    parts = [sys.version, *(f"{path.relative_to(ROOT)} {digest(path)}" for path in sorted(files) if path.is_file() and "__pycache__" not in path.parts)]
    return _text("\n".join(parts))


def code(notebook: Path) -> str:
    """The code cells of a notebook as one text."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\0".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def published(code: str) -> list[str]:
    """The figures that some code publishes, whichever quotation marks their ids stand in."""
    return [figure for _, figure in re.findall(r"publish\(\s*(?:figure\s*=\s*)?([\"'])([a-z0-9-]+)\1", code)]


def made(notebook: Path) -> list[Path]:
    """The files that a notebook makes: those of its figures, and its deck."""
    figures = published(code(notebook))
    ends = ("png", "svg", "pdf", "csv", "json", "zip", "bib", "ris", "csl.json", "txt")
    files = [ROOT / "figures" / "published" / figure / name for figure in figures for name in (*(f"{figure}.{end}" for end in ends), "block.md", "picture.md")]
    return [*files, ROOT / "figures" / "decks" / f"{notebook.stem}.pptx"] if files else []


def standing() -> dict[str, str]:
    """How every file that a notebook may read stands now. Taken before a run: what is edited meanwhile counts as changed."""
    return {name: digest(ROOT / name) for name in _of_the_book(str(path) for place in _READ for path in (ROOT / place).rglob("*") if path.is_file())}


def record(notebook: Path, report: Iterable[str], before: dict[str, str], base: str) -> dict:
    """What a run depended on and made. ``report`` holds the places that the kernel opened; ``before`` is from :func:`standing`."""
    own = notebook.relative_to(ROOT).as_posix()
    read = {name: before.get(name) or digest(ROOT / name) for name in _of_the_book(report) if name != own}
    return {"code": _text(code(notebook)), "shared": base, "read": read, "made": {path.relative_to(ROOT).as_posix(): digest(path) for path in made(notebook)}}


def holds(notebook: Path, record: dict, base: str) -> bool:
    """Whether nothing of all that a run depended on, and nothing that it made, has changed since."""
    return (record.get("shared") == base and record.get("code") == _text(code(notebook))
            and all(digest(ROOT / name) == was for part in ("read", "made") for name, was in record[part].items()))


def _text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _of_the_book(places: Iterable[str]) -> list[str]:
    """The files and folders among some places that notebooks read, told from the book's root. The three rooms themselves are listed by every import."""
    root, found = f"{ROOT}/", set()
    for place in places:
        name = place.removeprefix(root)
        if name != place and name.startswith(_READ) and not name.startswith((*_PACKAGES, *_MADE)) and not re.search(r"(^|/)(\.|__)|^chapters/(generated|_ext)\b", name):
            found.add(name)
    return sorted(found)
