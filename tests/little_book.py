"""A book of three pages and one notebook with the real runner and builder, for tests that stop it, starve it or shut it out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

#: What `make book` does after its set-up and its check of the data.
BOOK = f'"{sys.executable}" chapters/_ext/run.py && "{sys.executable}" chapters/_ext/build.py'
PAGES_ALONE = f'"{sys.executable}" chapters/_ext/build.py'
FIGURES = f'"{sys.executable}" chapters/_ext/run.py --figures'
PAGES = ("index", "chapters/other", "chapters/one")
#: The name of a file or folder that a command was writing or putting aside.
LEFT = re.compile(r"(.*\.\d+|.*\.(new|old)|pages-new)")
_CODE = """from pathlib import Path
from metoo_figures import drafts
said = Path('../data/tables/events.csv').read_text()
def publish(name):
    folder = Path('../figures/published').resolve() / name
    folder.mkdir(parents=True, exist_ok=True)
    ends = ('png', 'svg', 'pdf', 'csv', 'zip', 'bib', 'ris', 'csl.json', 'txt')
    sheet = {f'{name}.json': '{"number": "1", "chapter": "two"}'.encode()}
    drafts.write_all(folder, {f'{name}.{end}': (said * 50000).encode() for end in ends} | sheet)
publish('one-a')
print(said)"""


def little_book(folder: Path) -> Path:
    """Makes the book in a folder and says its first version."""
    for name in ("chapters/generated", "data/tables", "data/metoo_data", "figures/records", "figures/metoo_figures", "figures/published"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(ROOT / "chapters" / "_ext", folder / "chapters" / "_ext", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "figures" / "metoo_figures" / "fonts", folder / "figures" / "metoo_figures" / "fonts")
    texts = {"requirements.txt": "lock", "pyproject.toml": '[project]\nversion = "1"\n', "_toc.yml": "format: jb-book\nroot: index\nchapters:\n- file: chapters/other\n- file: chapters/one\n",
             "_config.yml": 'title: Little\nonly_build_toc_files: true\nexecute: {execute_notebooks: "off"}\n'}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    say(folder, 0)
    return folder


def say(folder: Path, version: int, first: str = "") -> None:
    """Writes a version into every page, into the notebook and into the table that it reads: whoever mixes two versions can be seen. ``first`` is code that the notebook runs before all other."""
    word = f"version-{version}-"
    (folder / "index.md").write_text(f"# Start\n\n{word}\n", encoding="utf-8")
    (folder / "chapters" / "other.md").write_text(f"# Other\n\n{word}\n", encoding="utf-8")
    (folder / "data" / "tables" / "events.csv").write_text(f"{word}\n", encoding="utf-8")
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# One\n", "\n", word]},
             {"cell_type": "code", "id": "b", "metadata": {}, "source": f"{first}\n{_CODE}".splitlines(keepends=True), "execution_count": None, "outputs": []}]
    (folder / "chapters" / "one.ipynb").write_text(json.dumps({"cells": cells, "metadata": {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")


def run(folder: Path, command: str = BOOK, **options) -> subprocess.CompletedProcess:
    """Runs a command of the book to its end."""
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=300, **options)


def versions(folder: Path) -> set[str]:
    """The versions that the published pages tell of, all words of all pages together."""
    return {word for page in PAGES for word in re.findall(r"version-\d+-", (folder / "_build" / "html" / f"{page}.html").read_text(encoding="utf-8"))}


def published(folder: Path) -> dict[str, bytes]:
    """Every published file: pages, figures, notebooks with outputs."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for place in ("_build/html", "_build/executed", "figures/published")
            for path in sorted((folder / place).rglob("*")) if path.is_file() and not LEFT.fullmatch(path.name)}


def left(folder: Path) -> list[str]:
    """What a command was writing and did not clear away."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if LEFT.fullmatch(path.name) and "_ext" not in path.parts)
