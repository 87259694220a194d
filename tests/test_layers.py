"""Imports go one way: metoo_data, then metoo_figures, then chapters and pages."""

import ast
import json

import pytest
from conftest import ROOT

DATA, FIGURES, PAGES = "metoo_data", "metoo_figures", "chapters"
FORBIDDEN = {DATA: {FIGURES, "matplotlib", "seaborn", "sphinx", "generated", "book"}, FIGURES: {"sphinx", "generated", "book", "run"}}


def imported(code: str) -> set[str]:
    """The top-level modules that a text of Python imports."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(("package", "folder"), [(DATA, "data"), (FIGURES, "figures")])
def test_no_package_imports_what_stands_above_it(package, folder):
    files = sorted((ROOT / folder / package).rglob("*.py"))
    assert files
    for file in files:
        assert not imported(file.read_text(encoding="utf-8")) & FORBIDDEN[package], file


def test_a_reversed_import_would_be_seen():
    assert imported("from metoo_figures import style\nimport pandas") & FORBIDDEN[DATA] == {"metoo_figures"}


def test_notebooks_import_the_packages_without_path_hacks():
    notebooks = sorted((ROOT / "chapters").glob("*.ipynb"))
    assert len(notebooks) >= 6
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        assert "sys.path" not in code and "../" not in code and not code.lstrip().startswith(("%", "!")), path.name
        assert "metoo_data" in imported(code), path.name
