"""The first code cell of every notebook: where the book is not installed, it installs the book's wheel.

Colab has some of the packages in memory before a notebook begins. It asks for a restart only where it can read what pip installed, and goes on to the next cell all the
same: so pip is not quiet, and the cell itself stops where an older package is still in memory.

``python chapters/_ext/first_cell.py`` writes it into all notebooks (``make refresh`` does so first). Its text changes only
with the address of the published book: where ``figures/book.yml`` has one, the cell knows where the wheel can be fetched.
"""

from __future__ import annotations

import json
from pathlib import Path

import run
import trouble
from generated import WHEEL
from metoo_figures import records


def text(base_address: str) -> str:
    """The code of the cell, for a book published at ``base_address`` or, where that is empty, nowhere yet."""
    fetched = f' or ["{base_address.rstrip("/")}/data/{WHEEL}"]' if base_address else ""
    return "\n".join([
        "import importlib.metadata, importlib.util, pathlib, sys",
        'if not importlib.util.find_spec("metoo_data"):  # this notebook is not in its book: the book\'s wheel brings the tables',
        f'    wheels = sorted(pathlib.Path().glob("after_the_hashtag-*-py3-none-any.whl"), key=lambda wheel: wheel.stat().st_mtime){fetched}',
        '    assert wheels, "Put the book\'s wheel (after_the_hashtag-...whl, on its page The tables) beside this notebook and run this cell again."',
        '    get_ipython().run_line_magic("pip", f"install {wheels[-1]}")',
        '    older = [name for name in ("numpy", "pandas", "matplotlib") if name in sys.modules and sys.modules[name].__version__ != importlib.metadata.version(name)]',
        '    assert not older, f"All is installed, but an older {\' and \'.join(older)} is still in memory. Restart the session (kernel) and run from the first cell."',
    ])


def put(path: Path) -> None:
    """Writes the cell into a notebook: before all other code, hidden on the page, as it says nothing of the subject."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        # A chapter that began as a copy of another one has that one's.
        cells = [cell for cell in notebook["cells"] if not cell["id"].endswith("-setup")]
        place = next(i for i, cell in enumerate(cells) if cell["cell_type"] == "code")
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise SystemExit(f"chapters/{path.name} is no notebook of the form 4.5, with an id for each cell and one cell of code at least ({type(error).__name__}: {error}). "
                         "Restore it from the last commit, or save it with JupyterLab.") from None
    cells.insert(place, {"cell_type": "code", "execution_count": 1, "id": f"{path.stem}-setup", "metadata": {"tags": ["remove-cell"]},
                         "outputs": [], "source": text(records.book()["base_address"]).splitlines(keepends=True)})
    run.write(path, run.normal(notebook | {"cells": cells}))


def main() -> int:
    """Writes the cell into all notebooks."""
    for notebook in sorted(run.CHAPTERS.glob("*.ipynb")):
        put(notebook)
    return 0


if __name__ == "__main__":
    trouble.end_with(main, "Stopped. Say make refresh again.")
