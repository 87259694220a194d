"""The data package as others see it: valid for an independent reader, described in full."""

import csv
import json
import re

import frictionless
import pytest
from conftest import ROOT

import metoo_data as md
from metoo_data import schema

DESIGNED = ["countries", "events", "cases", "case_steps", "reforms", "reform_stages", "ratifications", "backlash", "hashtags",
            "statistics", "series", "claims", "evidence", "corrections", "double_coding"]
PACKAGE = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))


def test_every_designed_table_is_there():
    assert list(md.tables()) == DESIGNED
    assert sorted(p.stem for p in (ROOT / "data" / "tables").glob("*.csv")) == sorted(DESIGNED)


def test_frictionless_finds_no_fault():
    report = frictionless.validate(str(ROOT / "data" / "datapackage.json"))
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])[:10]
    assert report.stats["tasks"] == len(DESIGNED)


def test_frictionless_finds_a_broken_key(copy):
    copy.edit("case_steps", "case_id", "case-nowhere")
    report = frictionless.validate(str(copy.root / "datapackage.json"))
    assert not report.valid
    assert "foreign-key" in {row[0] for row in report.flatten(["type"])}


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda r: r["name"])
def test_each_column_is_described_and_each_closed_list_stands_twice_alike(resource):
    for field in resource["schema"]["fields"]:
        assert len(field["description"]) > 8, field["name"]
        enum = field.get("constraints", {}).get("enum")
        codes = [c["value"] for c in field.get("categories", [])]
        assert (enum or []) == codes, field["name"]
        assert all(c["label"] for c in field.get("categories", []))


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda r: r["name"])
def test_every_fact_row_has_a_place_for_source_and_locator(resource):
    names = [f["name"] for f in resource["schema"]["fields"]]
    if resource["name"] not in ("corrections", "double_coding"):
        assert {"source_id", "locator", "rank", "rank_reason", "note"} <= set(names)
    with open(ROOT / "data" / resource["path"], encoding="utf-8", newline="") as handle:
        assert next(csv.reader(handle)) == names


@pytest.mark.parametrize("word", ["victim_name", "complainant_name", "accused_name", "address", "school", "handle", "status"])
def test_no_table_has_a_column_that_care_forbids(word):
    names = [f["name"] for r in PACKAGE["resources"] for f in r["schema"]["fields"]]
    assert word not in names


def test_the_codebook_names_every_column_and_code():
    text = schema.codebook("case_steps")
    for field in md.tables()["case_steps"].fields:
        assert re.search(rf"^{field.name} : ", text, re.M)
        assert all(f"- {code}: " in text for code in field.codes)
