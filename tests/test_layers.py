"""Imports go one way: metoo_data, then metoo_figures, then chapters and pages."""

import ast
import json
import subprocess
import sys
import types

import pytest
from conftest import ROOT

import metoo_data as md

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


def test_tables_are_checked_without_pandas():
    """It takes longer to load than all tables to check."""
    done = subprocess.run([sys.executable, "-c", "import sys; from metoo_data.__main__ import check; check(); print(sorted({'pandas', 'numpy'} & set(sys.modules)))"],
                          capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_gives_all_that_it_lists_and_nothing_else():
    for name in md.__all__:
        thing = getattr(md, name)
        assert thing is getattr(md, name) and not isinstance(thing, types.ModuleType), name
    assert len(set(md.__all__)) == len(md.__all__) and {*md.__all__} <= {*dir(md)}
    with pytest.raises(AttributeError, match="has no attribute 'case'"):
        md.case  # noqa: B018
