"""What a build was made with, for who wants to make it again: ``build.json`` beside the start page. The same commit, lock and Python give the same bytes."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import tomllib
from pathlib import Path

import freshness

ROOT = freshness.ROOT
NAME = "build.json"
#: The packages that shape what a reader sees.
PACKAGES = ("fonttools", "jupyter-book", "matplotlib", "myst-nb", "myst-parser", "numpy", "pandas", "pydata-sphinx-theme", "seaborn", "sphinx", "sphinx-book-theme", "sphinx-design",
            "sphinxcontrib-bibtex")


def write(site: Path) -> bool:
    """Writes the record into a folder of built pages; says whether it changed."""
    path, text = site / NAME, json.dumps(record(site), indent=1) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    draft = path.with_name(f".{NAME}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
    return True


def record(site: Path) -> dict:
    """Version, commit, Python, lock, packages, fonts and data of a build. Digests are SHA-256, of files as they stand."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return {
        "book": "After the Hashtag", "version": version, **_commit(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "lock": {"requirements.txt": _sum(ROOT / "requirements.txt")},
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "fonts_of_figures": {path.name: _sum(path) for path in fonts()},
        "data": {f"data/{path.name}": _sum(path) for path in sorted((site / "data").glob("*")) if path.suffix in (".zip", ".whl")},
    }


def fonts() -> list[Path]:
    """The fonts that figures are drawn with: two of matplotlib's, and the book's own for hashtags."""
    theirs = Path(importlib.util.find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
    own = ROOT / "figures" / "metoo_figures" / "fonts"
    return [theirs / "DejaVuSans.ttf", theirs / "DejaVuSans-Bold.ttf", *sorted(path for path in own.iterdir() if path.suffix in (".otf", ".ttf"))]


def _commit() -> dict:
    """The commit that the folder stands at, and whether it was changed since; nothing known where the folder is no clone or git is not there."""
    try:
        top, commit, changed = (_git(*words) for words in (("rev-parse", "--show-toplevel"), ("rev-parse", "HEAD"), ("status", "--porcelain")))
    except (OSError, subprocess.CalledProcessError):
        top = ""
    known = bool(top) and Path(top).resolve() == ROOT.resolve()
    return {"commit": commit, "changed_since_commit": bool(changed)} if known else {"commit": None, "changed_since_commit": None}


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
