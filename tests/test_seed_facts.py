"""Every number and date that the five articles print stands in a row, with its line.

``seed_facts.csv`` was written from the articles themselves, apart from the tables.
"""

import csv
import re

import pytest
from conftest import ROOT

from metoo_data import reading
from metoo_data.schema import tables

with open(ROOT / "tests" / "seed_facts.csv", encoding="utf-8", newline="") as handle:
    FACTS = list(csv.DictReader(handle))


def rows_of(source: str, line: str) -> list[dict[str, str]]:
    """Every row that rests on a line of a source, by itself or through the evidence."""
    sheets = {name: reading.read(table) for name, table in tables().items()}
    through = {(e["table"], e["row_id"]) for e in sheets["evidence"].rows if e["source_id"] == source and line in e["locator"].split(";")}
    found = []
    for name, sheet in sheets.items():
        key = sheet.table.key
        if "source_id" in sheet.table.columns:
            found += [row.cells for row in sheet.rows if (name, row[key]) in through
                      or (row["source_id"] == source and line in row["locator"].split(";"))]
    return found


def holds(row: dict[str, str], fact: str) -> bool:
    """Whether a row holds a number in one of its number columns, or a date inside one of its dates."""
    if re.fullmatch(r"(19|20)\d\d(-\d\d){0,2}", fact):
        if any(fact in row.get(column, "") for column in ("date", "period")):
            return True
    columns = ("value", "value_low", "value_high", "participants_low", "participants_high", "sentence_months", "amount", "complainants_n")
    return any(row.get(column) and float(row[column]) == float(fact) for column in columns) if "-" not in fact else False


@pytest.mark.parametrize("fact", FACTS, ids=lambda f: f"{f['source_id']}-{f['line']}-{f['fact']}")
def test_each_number_and_date_of_the_articles_has_a_row(fact):
    rows = rows_of(fact["source_id"], fact["line"])
    assert any(holds(row, fact["fact"]) for row in rows), f"{len(rows)} rows rest on this line, none holds {fact['fact']}"


def test_the_list_covers_all_five_articles():
    assert len(FACTS) > 100
    assert {f["source_id"] for f in FACTS} == {"slate-2018", "foreign-policy-2019", "propergaanda-2018", "shoutout-2021", "time-2018"}
