"""Shared fixtures: a copy of the data package that a test may break, and a browser."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest

from metoo_data import schema

ROOT = Path(__file__).resolve().parents[1]


class Copy:
    """A copy of the data package. ``edit`` changes one cell and tells the line that it stands in."""

    def __init__(self, root: Path):
        self.root = root

    def file(self, table: str) -> Path:
        return self.root / "tables" / f"{table}.csv"

    def rows(self, table: str) -> list[dict[str, str]]:
        with open(self.file(table), encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    def write(self, table: str, rows: list[dict[str, str]]) -> None:
        columns = schema.tables(self.root)[table].columns
        with open(self.file(table), "w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)

    def edit(self, table: str, column: str, value: str, row: int = 0) -> int:
        rows = self.rows(table)
        rows[row][column] = value
        self.write(table, rows)
        return row + 2

    def find(self, table: str, /, **cells: str) -> int:
        """The place of the first row whose cells are as told."""
        return next(i for i, row in enumerate(self.rows(table)) if all(row[c] == v for c, v in cells.items()))

    def problems(self) -> list[str]:
        from metoo_data.__main__ import check

        return [str(problem) for problem in check(self.root)]


@pytest.fixture
def copy(tmp_path) -> Copy:
    shutil.copytree(ROOT / "data" / "tables", tmp_path / "data" / "tables")
    for name in ("datapackage.json", "references.bib", "accused-names.txt"):
        shutil.copy(ROOT / "data" / name, tmp_path / "data" / name)
    return Copy(tmp_path / "data")


@pytest.fixture
def small(copy) -> Copy:
    """The package with one hand-made case and no other: its steps are written by the test."""
    for table in ("events", "reforms", "reform_stages", "backlash", "hashtags", "statistics", "claims", "evidence", "corrections"):
        copy.write(table, [])
    copy.write("cases", [])
    copy.write("case_steps", [])
    return copy


@pytest.fixture(scope="module")
def browser():
    """A Chromium of this machine, ended with each file of tests: the take-away book starts one of its own, and two cannot run in one process. Where there is none, tests that need one are left out and say so; in CI that is an error."""
    missing = pytest.fail if os.environ.get("CI") else pytest.skip
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not path:
        missing("No Chromium was found, so nobody saw the pages in a browser. Install one; on Debian: sudo apt install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("The package playwright is missing, so nobody saw the pages in a browser. Run make test, which installs it")
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield chromium
        chromium.close()
