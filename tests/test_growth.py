"""The benchmark of growth stands on packages that pass the check and hold what they say, and its ratios can say NO."""

import csv
import itertools
import re
import string

import growth
import pytest
import synthetic
from conftest import ROOT

from metoo_data import bibliography, reading, schema
from metoo_data.__main__ import check

REAL = schema.tables(ROOT / "data")


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """The package of twice the rows."""
    return synthetic.package(tmp_path_factory.mktemp("twice"), 2)


def test_the_package_of_twice_the_rows_passes_the_check(twice):
    assert [str(problem) for problem in check(twice)] == []


def test_each_table_but_the_countries_has_twice_the_rows_and_the_first_half_are_the_real_ones(twice):
    for name, table in schema.tables(twice).items():
        real, made = ([row.cells for row in reading.read(one).rows] for one in (REAL[name], table))
        assert len(made) == len(real) * (1 if name == "countries" else 2), name
        assert made[:len(real)] == real, name
    assert growth.rows(twice) == 2 * growth.rows(ROOT / "data") - len(reading.read(REAL["countries"]).rows)


def test_the_sources_are_twice_the_real_ones_but_for_that_of_the_countries(twice):
    real, made = bibliography.read(ROOT / "data"), bibliography.read(twice)
    assert len(made) == 2 * len(real) - 1 and set(real) < set(made)


def test_a_copy_leads_to_its_own_cases_and_sources_and_shares_no_prose(twice):
    steps = reading.read(schema.tables(twice)["case_steps"]).rows
    half = len(steps) // 2
    for real, copy in zip(steps[:half], steps[half:]):
        assert (copy["case_id"], copy["source_id"], copy["date"], copy["step"]) == (f"{real['case_id']}-copy1", f"{real['source_id']}-copy1", real["date"], real["step"])
        assert copy["summary"] != real["summary"] and len(copy["summary"]) == len(real["summary"])
    assert len({row["summary"] for row in steps}) == 2 * len({row["summary"] for row in steps[:half]})


def test_every_copy_has_letters_of_its_own():
    words = [synthetic._rewritten(string.ascii_letters, copy) for copy in range(1, max(growth.SIZES))]
    assert len(set(words)) == len(words) and all(sorted(word) == sorted(string.ascii_letters) for word in words)
    assert synthetic._rewritten("미투 2018", 3) == "미투 2018 3" and synthetic._rewritten("", 3) == ""


@pytest.mark.parametrize("work", ["load", "questions-known", "time-machine"])
def test_work_is_measured_on_the_package_that_it_is_given(twice, work):
    run = growth.measure(work, twice)
    assert set(run) == {"processor", "clock", "memory"} and run["processor"] > 0.005 and 20 < run["memory"] < 2000


def test_work_that_fails_ends_the_benchmark_with_what_it_said(tmp_path):
    data = synthetic.package(tmp_path, 1)
    path = data / "tables" / "cases.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",KOR,", ",KOX,", 1), encoding="utf-8")
    with pytest.raises(SystemExit, match="(?s)check failed on .*'KOX' leads nowhere"):
        growth.measure("check", data)


# ---- ratios on costs made up

SIZE = [100, 1_000, 10_000]


def told(cost, size=SIZE) -> str:
    """The row of the report for one piece of work with these costs."""
    found = {name: [{"processor": 0.1 * n, "clock": 1, "memory": 10 * n} for n in (1, 10, 100)] for name in growth.WORK}
    found["load"] = [{"processor": seconds, "clock": 1, "memory": 100} for seconds in cost]
    return next(line for line in growth.report(found, size).splitlines() if line.startswith(f"| {growth.WORK['load'].name} "))


@pytest.mark.parametrize(("cost", "holds"), [
    ([1, 10, 100], True), ([1, 1, 1], True), ([5.01, 5.1, 6], True), ([1, 10, 125], False), ([1, 100, 10_000], False), ([5, 5.1, 15], True),
    ([5, 7, 40], False),                                    # fixed costs hide the growth from what a row costs, not from what a further row costs
])
def test_growth_faster_than_the_rows_is_told(cost, holds):
    assert told(cost).endswith("| yes |" if holds else "| NO |"), told(cost)


def test_memory_that_grows_faster_than_the_rows_is_told():
    found = {name: [{"processor": n, "clock": 1, "memory": 100 * n ** 1.2} for n in (1, 10, 100)] for name in growth.WORK}
    assert growth.report(found, SIZE).count("| NO |") == len(growth.WORK)


def test_questions_that_take_more_than_a_second_are_told():
    found = {name: [{"processor": 1.2 * n, "clock": 1, "memory": 10 * n} for n in (1, 10, 100)] for name in growth.WORK}
    assert "Limit: 1 s. Holds: NO" in growth.report(found, SIZE)


def test_the_report_is_a_table_whose_rows_have_one_width():
    found = {name: [{"processor": 0.1 * n, "clock": 1, "memory": 10 * n} for n in (1, 10, 100)] for name in growth.WORK}
    for _, lines in itertools.groupby(growth.report(found, SIZE).splitlines(), key=lambda line: line.startswith("|")):
        widths = {len(next(csv.reader([line], delimiter="|"))) for line in lines if line.startswith("|")}
        assert len(widths) <= 1
    assert re.search(r"Python 3\.\d+\.\d+, pandas \d", growth.report(found, SIZE))
