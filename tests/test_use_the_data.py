"""The recipes of the page "Use the data in your own class": each is taken from the page and run on the files that a reader downloads."""

import fnmatch
import re
import shutil
import subprocess
import sys
import zipfile

import data_pages
import pandas as pd
import pytest
from conftest import ROOT
from generated import PACKAGE

import metoo_data as md

PAGE = (ROOT / "chapters" / "use-the-data.md").read_text(encoding="utf-8")
KINDS = ("python", "r", "sh", "text")
BLOCKS = {kind: re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.S | re.M) for kind in KINDS}


@pytest.fixture
def unpacked(tmp_path):
    """The data package as a reader has it after unpacking the ZIP."""
    data_pages.write_package(tmp_path / "site")
    with zipfile.ZipFile(tmp_path / "site" / PACKAGE) as archive:
        archive.extractall(tmp_path / "data")
    return tmp_path / "data"


def told(command: list[str], folder) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_block_of_code_is_of_a_kind_that_is_tried_here():
    assert len(re.findall(r"^```\w+$", PAGE, re.M)) == sum(map(len, BLOCKS.values()))
    assert {kind: len(blocks) for kind, blocks in BLOCKS.items()} == {"python": 2, "r": 1, "sh": 1, "text": 3}


def test_the_recipe_for_pandas_counts_as_the_book_does(unpacked):
    shown = told([sys.executable, "-c", BLOCKS["python"][0]], unpacked)
    cases = md.cases().query("rank != 'deprecated'")
    name = md.countries().set_index("iso3")["name"]
    most = cases["country_iso3"].value_counts()
    line = next(line for line in shown.splitlines() if line.startswith(name[most.index[0]]))
    assert sum(map(int, re.findall(r"\b\d+\b", line))) == most.iloc[0]
    assert len([line for line in shown.splitlines() if line.startswith(tuple(name))]) == 8


def test_the_recipe_for_the_wheel_tells_sides_and_what_was_not_yet_known(tmp_path):
    shown = told([sys.executable, "-c", BLOCKS["python"][1]], tmp_path)
    then, today = md.status_as_of("2019-03-07"), md.status_as_of("2026-11-21")
    lost = int(((then["side"] == "complainant") & (today["side"] == "complainant")).sum())
    assert re.search(rf"^complainant\b.*\b{lost}\b", shown, re.M) and "in March 2019" in shown
    known = md.status_as_of("2019-03-07", known_by="2019-03-07")
    unread = then.index[then["status"] != known["status"]]
    assert len(unread) and all(case in shown for case in unread)


def test_the_wheel_is_installed_under_the_name_that_the_page_gives():
    from generated import WHEEL

    pattern = re.search(r"install \./(\S+)", BLOCKS["sh"][0])[1]
    assert fnmatch.fnmatch(WHEEL, pattern)


def test_the_recipe_for_r_reads_the_same_numbers(unpacked):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed, so the recipe for R was not tried. On Debian: sudo apt install r-base-core")
    (unpacked / "recipe.R").write_text(BLOCKS["r"][0], encoding="utf-8")
    shown = told(["Rscript", "--vanilla", "recipe.R"], unpacked)
    rows = charges()
    numbers = [(int(year), float(value)) for year, value in re.findall(r"^\s*(\d{4})\s+([\d.]+)\s", shown, re.M)]
    assert numbers == [(period.year, value) for period, value in zip(rows["period_latest"], rows["value"])]


def charges() -> pd.DataFrame:
    """The series that the recipe for R draws, in order."""
    name = re.search(r'wanted <- "([^"]+)"', BLOCKS["r"][0])[1]
    return md.series().query("series == @name and rank != 'deprecated'").sort_values("period_latest")


def test_the_recipe_for_r_asks_for_a_series_and_columns_that_are_there():
    rows = charges()
    assert len(rows) >= 10 and rows["period"].str.contains("/").all()
    assert set(re.findall(r"(?:charges|points|rows)\$(\w+)", BLOCKS["r"][0])) - {"year"} <= set(md.tables()["series"].columns)


def test_the_formulas_count_what_the_page_says():
    years, korea, _ = BLOCKS["text"]
    events, cases = md.events().query("rank != 'deprecated'"), md.cases().query("rank != 'deprecated'")
    assert columns(years) == ["date", "rank"] and columns(korea) == ["country_iso3", "direction", "rank"]
    assert counted(years) == (events["date_precision"].eq("year") & events["date"].str.len().eq(4)).sum() > 0
    assert counted(korea) == (cases["country_iso3"].eq("KOR") & cases["direction"].eq("against_speaker")).sum() > 0


def test_the_formula_for_the_pivot_table_reads_the_date():
    assert re.findall(r"[A-Z](?=2\b)", BLOCKS["text"][2]) == ["B", "B"]
    assert md.tables()["events"].columns[1] == "date"
    assert md.events()["date"].str.match(r"\.\.|\d{4}").all()


def columns(formula: str) -> list[str]:
    """The columns that the letters of a formula mean."""
    return [md.tables()[sheet].columns[ord(letter) - ord("A")] for sheet, letter in re.findall(r"(\w+)!\$([A-Z]):", formula)]


def counted(formula: str) -> int:
    """What COUNTIFS gives on sheets whose cells are all text: a criterion is a text with wildcards, or what it must not be."""
    parts = re.findall(r'(\w+)!\$([A-Z]):\$\2,"([^"]*)"', formula)
    assert formula.strip() == "=COUNTIFS(" + ",".join(f'{sheet}!${letter}:${letter},"{asked}"' for sheet, letter, asked in parts) + ")"
    sheet = pd.read_csv(md.path(parts[0][0]), dtype=str, keep_default_na=False)
    kept = pd.Series(True, index=sheet.index)
    for _, letter, asked in parts:
        cells = sheet.iloc[:, ord(letter) - ord("A")]
        kept &= cells != asked.removeprefix("<>") if asked.startswith("<>") else cells.map(lambda cell: fnmatch.fnmatchcase(cell, asked))  # noqa: B023
    return int(kept.sum())
