"""Names of accused people: found in any spelling, allowed in captions alone, never listed."""

import csv
import re

import pytest
from conftest import ROOT

from metoo_data import names, prose
from metoo_data.schema import tables

PERSON = "Zébulon Vermiculite-Lee"          # nobody


@pytest.fixture
def listed(copy):
    """A copy of the data package whose list holds one more name, of nobody, in two spellings."""
    with open(copy.root / "accused-names.txt", "a", encoding="utf-8") as handle:
        handle.write(f"{names.digest(PERSON)} {names.digest('Vermiculite')}\n")
    return copy


@pytest.mark.parametrize("spelling", ["Zébulon Vermiculite-Lee", "ZEBULON VERMICULITE LEE", "Zebulon Vermiculite–Lee", "zébulon  vermiculite-lee"])
def test_a_name_has_one_digest_in_every_spelling(spelling):
    assert names.digest(spelling) == names.digest(PERSON)


@pytest.mark.parametrize(("text", "hits"), [
    ("The court heard Zébulon Vermiculite-Lee again.", ["Zébulon Vermiculite Lee", "Vermiculite"]), ("Vermiculite’s appeal", ["Vermiculite"]),
    ("a watch of vermiculite", []), ("the film producer", []), ("", []),
])
def test_a_name_is_found_where_it_stands(listed, text, hits):
    assert list(names.found(text, listed.root)) == hits


@pytest.mark.parametrize(("table", "column"), [("case_steps", "summary"), ("cases", "label"), ("events", "note"), ("evidence", "note"), ("claims", "speaker")])
def test_a_name_in_a_cell_is_a_problem(listed, table, column):
    line = listed.edit(table, column, f"Allegation against {PERSON}.", row=3)
    assert any(f"{table}.csv, line {line}, column {column}" in p and "name of an accused person" in p for p in listed.problems())


def test_a_name_in_a_caption_needs_a_basis_and_then_may_stand_in_sources_and_prose(listed, tmp_path):
    listed.edit("cases", "caption", f"{PERSON} case", row=0)
    bib = listed.root / "references.bib"
    bib.write_text(bib.read_text(encoding="utf-8").replace("title        = {{Celebrating", f"title        = {{{{{PERSON} and Celebrating", 1), encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "page.md").write_text("The court heard Vermiculite again.\n", encoding="utf-8")

    def told():
        found = [str(p) for p in prose.problems(tmp_path / "pages", listed.root)] + listed.problems()
        return [p for p in found if "Vermiculite" in p]

    assert len(told()) == 3                     # the prose, the full name and its part in the title
    listed.edit("cases", "naming_basis", "court_caption", row=0)
    listed.edit("cases", "naming_note", "The caption names the parties.", row=0)
    assert not told()


def test_an_address_that_names_a_person_says_so(listed):
    bib = listed.root / "references.bib"
    text = bib.read_text(encoding="utf-8")
    address = "https://time.com/longform/me-too-asia-china-south-korea/"
    bib.write_text(text.replace(address, address + "zebulon-vermiculite-lee"), encoding="utf-8")
    assert any("Zebulon Vermiculite Lee" in p and "references.bib" in p for p in listed.problems())
    bib.write_text(text.replace(address, address + "zebulon-vermiculite-lee").replace("note         = {Seed article.}\n}\n\n@misc{unsd",
                   "note         = {Seed article. The address names a person whom the book does not name.}\n}\n\n@misc{unsd"), encoding="utf-8")
    assert not any("Vermiculite" in p for p in listed.problems())


def test_the_list_holds_digests_and_no_name():
    lines = (ROOT / "data" / "accused-names.txt").read_text(encoding="utf-8").splitlines()
    people = [line for line in lines if not line.startswith("#")]
    assert len(people) > 100 and people == sorted(people)
    assert all(re.fullmatch(r"[0-9a-f]{20}( [0-9a-f]{20})*", line) for line in people)


def test_every_name_in_a_caption_is_on_the_list():
    """Who is named with a basis is searched for as well: elsewhere than in captions the role stands."""
    silent = []
    with open(tables()["cases"].path, encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["naming_basis"] != "not_named" and not list(names.found(row["caption"])):
                silent.append(row["case_id"])
    assert not silent


@pytest.mark.parametrize("folder", ["records", "published"])
def test_no_figure_file_holds_a_name(folder):
    files = [p for p in sorted((ROOT / "figures" / folder).rglob("*")) if p.suffix in (".yml", ".txt", ".csv", ".md", ".json", ".bib", ".ris")]
    assert len(files) > 30
    named = names.named([row["caption"] for row in csv.DictReader(open(tables()["cases"].path, encoding="utf-8", newline="")) if row["naming_basis"] != "not_named"])
    for path in files:
        sources = path.suffix in (".bib", ".ris", ".json", ".txt")          # these hold titles of sources
        hits = list(names.found(path.read_text(encoding="utf-8"), besides=named if sources else frozenset()))
        assert not hits, (path.relative_to(ROOT), hits)
