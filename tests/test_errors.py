"""Errors for people: each mistake that a hand can make gets one sentence with file, line, column and what is allowed."""

import pytest

from metoo_data.__main__ import main

EVENTS = "data/tables/events.csv"


def only(problems: list[str], *parts: str) -> str:
    """The one problem that holds all ``parts``."""
    found = [p for p in problems if all(part in p for part in parts)]
    assert len(found) == 1, problems[:8]
    return found[0]


CELLS = [
    # table, column, value, what the sentence must say
    ("events", "type", "protests", "is not in the list. Did you mean 'protest'? Allowed: campaign_start"),
    ("events", "type", "Protest", "Did you mean 'protest'?"),
    ("events", "type", "protest ", "has a space at the end. Did you mean 'protest'?"),
    ("events", "title", " March", "has a space at the start"),
    ("events", "type", "", "is empty, but every row needs it"),
    ("events", "date", "13/05/2019", "Did you mean '2019-05-13'?"),
    ("events", "date", "2018-13", "there is no month 13; months go from 01 to 12"),
    ("events", "date", "2018-02-30", "February 2018 has no day 30"),
    ("events", "date", "43129", "a spreadsheet turned into a number. Did you mean '2018-01-29'?"),
    ("events", "date", "Jan-18", "a spreadsheet rewrote"),
    ("events", "participants_low", "hundreds", "is not a whole number"),
    ("events", "participants_low", "2,300,000", "Did you mean '2300000'?"),
    ("events", "participants_low", "1200.5", "'1200.5' is not a whole number. Allowed: digits only"),
    ("events", "event_id", "event-kor-march", "'event-kor-march' is not an id of this table. Did you mean 'ev-event-kor-march'? Allowed: 'ev-'"),
    ("events", "event_id", "ev-KOR-march", "Did you mean 'ev-kor-march'?"),
    ("statistics", "value", "85,5", "Did you mean '85.5'?"),
    ("events", "participants_low", "12.0", "Did you mean '12'?"),
    ("events", "participants_low", "-3", "is below 0"),
    ("statistics", "value", "2.3e6", "is not a number"),
    ("statistics", "value", "75 %", "is not a number"),
    ("events", "country_iso3", "KOREA", "leads nowhere: it does not stand in data/tables/countries.csv"),
    ("events", "country_iso3", "kor", "Did you mean 'KOR'?"),
    ("events", "source_id", "time-2019", "does not stand in data/references.bib. Did you mean 'time-2018'?"),
    ("events", "case_id", "case-kor-governor", "leads nowhere: it does not stand in data/tables/cases.csv. Did you mean 'case-kor-governor-abuse'?"),
    ("events", "event_id", "March in Seoul", "is not an id of this table. Did you mean 'ev-march-in-seoul'? Allowed: 'ev-'"),
    ("events", "recorded_date", "21.11.2026", "is not an EDTF date"),
    ("events", "recorded_date", "2026-11", "is not one day"),
    ("events", "title", "M\u00adarch", "hidden character (soft hyphen)"),
    ("events", "title", "March\u00a0in Seoul", "hidden character (no-break space)"),
    ("events", "title", "Ã\u0089tats", "wrong encoding"),
    ("events", "title", "cafe\u0301", "composed form of Unicode"),
    ("events", "title", "#REF!", "an error message of a spreadsheet"),
    ("events", "place", "N/A", "stands for a missing value. Leave the cell empty"),
    ("events", "place", "=A1", "begins with '='"),
    ("countries", "tile_col", "١٤", "is not a whole number"),
    ("events", "date", "٢٠١٨", "is not an EDTF date"),
    ("events", "locator", "page 3", "is not a line of the article. Allowed: p12"),
    ("hashtags", "script", "latin", "does not have the form"),
    ("case_steps", "currency", "dollars", "does not have the form"),
]


@pytest.mark.parametrize(("table", "column", "value", "says"), CELLS, ids=[f"{t}.{c}={v!r}" for t, c, v, _ in CELLS])
def test_a_wrong_cell_is_told_with_its_place(copy, table, column, value, says):
    line = copy.edit(table, column, value)
    only(copy.problems(), f"data/tables/{table}.csv, line {line}, column {column}: ", says)


def test_a_locator_beyond_the_article_is_told(copy):
    place = copy.find("events", source_id="time-2018")
    line = copy.edit("events", "locator", "p43", place)
    only(copy.problems(), f"{EVENTS}, line {line}, column locator: 'p43': the article 'time-2018' has the lines p1 to p42")


def test_a_doubled_id_is_told_with_both_lines(copy):
    copy.write("events", [*copy.rows("events"), copy.rows("events")[0]])
    last = len(copy.rows("events")) + 1
    only(copy.problems(), f"{EVENTS}, line {last}, column event_id: ", "stands in line 2 already")


def test_a_missing_and_an_extra_column_are_told(copy):
    path = copy.file("events")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("title,", "titel,", 1), encoding="utf-8")
    problems = copy.problems()
    only(problems, f"{EVENTS}, line 1, column title: the column 'title' is missing")
    only(problems, f"{EVENTS}, line 1, column titel: there is no column 'titel' in the schema. Did you mean 'title'?")


def test_a_column_that_stands_twice_is_told(copy):
    path = copy.file("hashtags")
    head, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{head},note\n{rest}", encoding="utf-8")
    only(copy.problems(), "data/tables/hashtags.csv, line 1, column note: the column 'note' stands 2 times")


@pytest.mark.parametrize(("content", "says"), [
    (b"", "the file is empty"),
    (b"\n\n", "the file is empty"),
    ("event_id;date;title\n".encode(), "separated by semicolons"),
    ("caf\xe9".encode("latin-1"), "line 1: the file is not UTF-8 text (byte 0xe9)"),
    (b"PK\x03\x04xxxx", "not a CSV text file"),
    (b"\x00\x01", "not a CSV text file"),
], ids=["empty", "blank", "semicolons", "latin-1", "xlsx", "binary"])
def test_a_broken_file_is_told(copy, content, says):
    copy.file("events").write_bytes(content)
    only(copy.problems(), EVENTS, says)


def test_a_letter_in_another_encoding_is_told_with_its_line(copy):
    path = copy.file("events")
    lines = path.read_bytes().split(b"\n")
    lines[4] = lines[4].replace(b"a", b"\xe4", 1)
    path.write_bytes(b"\n".join(lines))
    only(copy.problems(), f"{EVENTS}, line 5: the file is not UTF-8 text")


def test_a_file_that_is_not_there_is_told(copy):
    copy.file("events").unlink()
    only(copy.problems(), EVENTS, "the file is not there")


def test_an_unquoted_comma_is_told_with_its_line(copy):
    path = copy.file("hashtags")
    path.write_text(path.read_text(encoding="utf-8") + "tag-x,#x,en,Latn,a, b, c\n", encoding="utf-8")
    last = len(path.read_text(encoding="utf-8").splitlines())
    only(copy.problems(), f"data/tables/hashtags.csv, line {last}: 7 cells, but the table has 19 columns")


def test_an_open_quote_is_told_with_the_line_where_it_opens(copy):
    path = copy.file("hashtags")
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[3] = lines[3].replace(",en,", ',"en,', 1) if ",en," in lines[3] else '"' + lines[3]
    path.write_text("\n".join(lines), encoding="utf-8")
    only(copy.problems(), "data/tables/hashtags.csv, line 4: ")


def test_an_empty_line_is_told(copy):
    path = copy.file("hashtags")
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    only(copy.problems(), "data/tables/hashtags.csv", "an empty line")


def test_a_mark_at_the_start_of_the_file_is_told_and_windows_line_ends_are_fine(copy):
    path = copy.file("events")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert copy.problems() == []
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    only(copy.problems(), EVENTS, "starts with a hidden mark (BOM)")


@pytest.mark.parametrize(("table", "end"), [("events", b"\r"), ("case_steps", b"\r"), ("evidence", b"\r\r\n"), ("hashtags", b"\r")])
def test_line_ends_of_an_old_macintosh_are_told(copy, table, end):
    path = copy.file(table)
    path.write_bytes(path.read_bytes().replace(b"\n", end))
    assert f"data/tables/{table}.csv, line 1: the line holds a carriage return alone" in "\n".join(copy.problems())


def test_one_row_that_ends_in_a_carriage_return_is_the_one_that_is_told(copy):
    path = copy.file("events")
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(lines[:5]) + b"\r" + b"\n".join(lines[5:]))
    only(copy.problems(), "data/tables/events.csv, line 5: the line holds a carriage return alone")


def test_a_row_that_was_pasted_with_tabs_is_told_as_such(copy):
    path = copy.file("events")
    path.write_text(path.read_text(encoding="utf-8") + "\t".join(["ev-new", *["x"] * 20]) + "\n", encoding="utf-8")
    only(copy.problems(), "this row is separated by tabs, not by commas")


def test_a_broken_bibliography_is_told_with_its_line(copy):
    path = copy.root / "references.bib"
    path.write_text(path.read_text(encoding="utf-8").replace("  lines        = {42},", "  lines        = {42,", 1), encoding="utf-8")
    assert any(p.startswith("data/references.bib, line ") for p in copy.problems())


def test_a_source_that_stands_twice_is_told(copy):
    path = copy.root / "references.bib"
    text = path.read_text(encoding="utf-8")
    entry = text[text.index("@misc{time-2018,"):]
    path.write_text(text + "\n" + entry[: entry.index("\n}") + 3], encoding="utf-8")
    assert any("data/references.bib" in p and "repeated" in p for p in copy.problems())


def test_a_source_without_a_field_and_with_a_wrong_kind_is_told(copy):
    path = copy.root / "references.bib"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  keywords     = {magazine},\n  lines        = {42}", "  keywords     = {weekly},\n  lines        = {42}", 1), encoding="utf-8")
    only(copy.problems(), "data/references.bib, line ", "entry 'time-2018': kind 'weekly' is not in the list")


def test_all_mistakes_are_told_at_once_and_the_exit_code_is_one(copy, capsys):
    copy.edit("events", "type", "protests")
    copy.edit("cases", "forum", "court", row=1)
    copy.edit("statistics", "value", "many", row=2)
    assert main(["check", "--root", str(copy.root)]) == 1
    told = capsys.readouterr().out
    assert all(part in told for part in ("'protests'", "'court'", "'many'", "3 problems"))


def test_tables_in_order_give_exit_code_zero(copy, capsys):
    assert main(["check", "--root", str(copy.root)]) == 0
    assert "The data is in order" in capsys.readouterr().out


def test_one_table_that_cannot_be_read_makes_one_complaint(copy):
    """What other tables would say of its missing rows is not said."""
    for table in ("evidence", "case_steps", "events", "corrections"):
        whole = copy.file(table).read_bytes()
        copy.file(table).write_bytes(b"")
        assert len(copy.problems()) == 1, (table, copy.problems()[:4])
        copy.file(table).write_bytes(whole)


@pytest.mark.parametrize(("content", "says"), [("{", "not readable as JSON"), (None, "the file is not there")])
def test_a_broken_schema_is_told(copy, capsys, content, says):
    path = copy.root / "datapackage.json"
    path.unlink()
    if content:
        path.write_text(content, encoding="utf-8")
    assert main(["check", "--root", str(copy.root)]) == 1
    assert says in capsys.readouterr().out
