"""Rules that no schema can say: each is broken once, and told."""

import re

import pytest
from test_errors import only


def test_a_step_before_the_cases_first_is_told(copy):
    place = copy.find("case_steps", case_id="case-kor-governor-abuse", seq="3")
    line = copy.edit("case_steps", "date", "2001-01-01", place)
    only(copy.problems(), f"data/tables/case_steps.csv, line {line}, column date: '2001-01-01' (number 3) lies before")


def test_a_gap_in_the_numbers_is_told(copy):
    place = copy.find("case_steps", case_id="case-kor-governor-abuse", seq="3")
    line = copy.edit("case_steps", "seq", "30", place)
    problems = copy.problems()
    assert any(f"column seq: '" in p and "go 1, 2, 3 without gap or double" in p for p in problems), (line, problems)


def test_an_appeal_as_first_step_is_told(copy):
    rows = copy.rows("case_steps")
    place = copy.find("case_steps", case_id="case-fra-street-harassment-first-fine", seq="1")
    rows[place] |= {"step": "appeal_decision", "outcome": "upheld"}
    copy.write("case_steps", rows)
    only(copy.problems(), f"line {place + 2}, column step: 'appeal_decision' is the first step of case-fra-street-harassment-first-fine")


@pytest.mark.parametrize("step", ["release", "sentencing", "clemency"])
def test_a_first_step_from_which_no_status_follows_is_told(copy, step):
    rows = copy.rows("case_steps")
    place = copy.find("case_steps", case_id="case-fra-street-harassment-first-fine", seq="1")
    rows[place] |= {"step": step, "outcome": "none", "is_final": "not_applicable", "favours": "neither"}
    copy.write("case_steps", rows)
    assert any(f"line {place + 2}, column step: '{step}' is the first step of case-fra-street-harassment-first-fine, and no status follows from it" in p for p in copy.problems())


def test_an_outcome_that_cannot_follow_is_told_with_what_can(copy):
    place = copy.find("case_steps", step="charge")
    line = copy.edit("case_steps", "outcome", "convicted", place)
    only(copy.problems(), f"line {line}, column outcome: 'convicted' cannot follow from the step 'charge'", "Allowed there: none")


def test_a_decision_without_finality_is_told(copy):
    place = copy.find("case_steps", outcome="convicted")
    line = copy.edit("case_steps", "is_final", "not_applicable", place)
    only(copy.problems(), f"line {line}, column is_final: 'not_applicable' with a decision. Allowed: yes, no, unknown")


def test_a_name_without_a_basis_is_told(copy):
    place = copy.find("cases", caption="")
    line = copy.edit("cases", "caption", "Somebody v. Somebody else", place)
    rows = copy.rows("cases")
    rows[place]["naming_note"] = ""
    copy.write("cases", rows)
    only(copy.problems(), f"data/tables/cases.csv, line {line}, column naming_note: is empty, but the case has a caption or a naming basis")


def test_a_basis_without_a_name_is_told(copy):
    place = copy.find("cases", naming_basis="court_caption")
    line = copy.edit("cases", "caption", "", place)
    only(copy.problems(), f"line {line}, column caption: is empty, but naming_basis is 'court_caption'")


def test_a_case_without_steps_is_told(copy):
    rows = [r for r in copy.rows("case_steps") if r["case_id"] != "case-pak-doctor-conduct"]
    copy.write("case_steps", rows)
    assert any("'case-pak-doctor-conduct' has no step" in p for p in copy.problems())


def test_a_deprecated_row_needs_a_reason_and_a_correction(copy):
    line = copy.edit("events", "rank", "deprecated")
    problems = copy.problems()
    only(problems, f"line {line}, column rank_reason: is empty, but the row is deprecated")
    only(problems, f"line {line}, column rank: 'deprecated', but data/tables/corrections.csv has no row for it")


@pytest.mark.parametrize(("column", "value", "says"), [
    ("row_id", "ev-nowhere", "'ev-nowhere' leads nowhere"), ("field", "titel", "'titel' is no column of")])
def test_evidence_that_leads_nowhere_is_told(copy, column, value, says):
    place = copy.find("evidence", table="events")
    line = copy.edit("evidence", column, value, place)
    only(copy.problems(), f"data/tables/evidence.csv, line {line}, column {column}: ", says)


def test_two_sources_without_a_second_are_told(copy):
    place = copy.find("events", confidence="single_source")
    rows = copy.rows("events")
    copy.write("evidence", [e for e in copy.rows("evidence") if e["row_id"] != rows[place]["event_id"]])
    line = copy.edit("events", "confidence", "two_sources", place)
    only(copy.problems(), f"line {line}, column confidence: 'two_sources', but data/tables/evidence.csv has no second source")


def test_a_law_in_force_before_it_was_adopted_is_told(copy):
    rows = copy.rows("reform_stages")
    place = copy.find("reform_stages", reform_id="ref-fra-2018-sexual-violence-law", stage="adopted")
    rows.append(rows[place] | {"stage_id": "stage-fra-x", "seq": "4", "stage": "in_force", "date": "2017-01"})
    copy.write("reform_stages", rows)
    assert any("in force before it was adopted ('2018-08-01')" in p for p in copy.problems())


def test_a_main_topic_that_does_not_lead_is_told(copy):
    line = copy.edit("reforms", "main_topic", "education")
    only(copy.problems(), f"line {line}, column topics: ", "does not begin with the main topic, 'education'")


@pytest.mark.parametrize(("column", "value", "says"), [
    ("value_low", "99999999999", "is above the value"), ("value_high", "-1", "is below the value"), ("bound", "range", "needs value_low and value_high")])
def test_bounds_that_do_not_enclose_are_told(copy, column, value, says):
    place = copy.find("statistics", value_low="", value_high="")
    line = copy.edit("statistics", column, value, place)
    only(copy.problems(), f"data/tables/statistics.csv, line {line}, column {column}: ", says)


def test_a_percentage_over_a_hundred_is_told(copy):
    place = copy.find("statistics", unit="percent", value_high="")
    line = copy.edit("statistics", "value", "175", place)
    only(copy.problems(), f"line {line}, column value: '175' percent. Allowed: 0 to 100")


def test_money_without_a_currency_is_told(copy):
    place = copy.find("statistics", unit="currency")
    line = copy.edit("statistics", "currency", "", place)
    only(copy.problems(), f"line {line}, column currency: stands exactly where the unit is 'currency'")


def test_an_amount_without_a_kind_is_told(copy):
    place = next(i for i, r in enumerate(copy.rows("case_steps")) if r["amount"])
    line = copy.edit("case_steps", "amount_kind", "", place)
    only(copy.problems(), f"line {line}, column amount: amount, currency and amount_kind stand together")


def test_more_participants_at_least_than_at_most_are_told(copy):
    place = next(i for i, r in enumerate(copy.rows("events")) if r["participants_high"])
    line = copy.edit("events", "participants_low", "99999999", place)
    only(copy.problems(), f"line {line}, column participants_low: '99999999' is above participants_high")


def test_a_date_after_the_day_of_recording_is_told(copy):
    line = copy.edit("events", "date", "2109-01-01")
    only(copy.problems(), f"line {line}, column date: '2109-01-01' lies after 2026-11-21")


def test_a_source_that_nobody_uses_is_told(copy):
    path = copy.root / "references.bib"
    text = path.read_text(encoding="utf-8")
    entry = text[text.index("@misc{time-2018,"):]
    entry = entry[: entry.index("\n}") + 3].replace("time-2018", "time-2018-again")
    path.write_text(text + "\n" + entry, encoding="utf-8")
    only(copy.problems(), "data/references.bib, line ", "'time-2018-again' is used by no row")


def test_a_treaty_in_force_before_its_ratification_is_told(copy):
    copy.write("ratifications", [{"ratification_id": "rat-tst", "reform_id": "ref-wld-ilo-c190", "country_iso3": "KOR", "ratified_date": "2021-01-01",
                                  "in_force_date": "2020-01-01", "source_id": "time-2018", "locator": "p1", "rank": "normal", "recorded_date": "2026-11-21"}])
    only(copy.problems(), "data/tables/ratifications.csv, line 2, column in_force_date: '2020-01-01' lies before the ratification")


@pytest.mark.parametrize(("table", "column", "key"), [("hashtags", "parent_hashtag_id", "hashtag_id"), ("cases", "related_case_id", "case_id")])
def test_a_row_that_is_its_own_kin_is_told(copy, table, column, key):
    line = copy.edit(table, column, copy.rows(table)[0][key])
    only(copy.problems(), f"data/tables/{table}.csv, line {line}, column {column}: is the id of its own row")


def test_a_tag_without_its_mark_is_told(copy):
    line = copy.edit("hashtags", "tag", "metoosomewhere")
    only(copy.problems(), f"line {line}, column tag: 'metoosomewhere' has no # before it. Write #metoosomewhere")


@pytest.mark.parametrize("address", ["www.time.com/5189945", "file:///home/somebody/time.html", "https://time", "https://time.com/a page"])
def test_a_source_without_an_address_of_the_web_is_told(copy, address):
    path = copy.root / "references.bib"
    text = path.read_text(encoding="utf-8")
    entry = text[text.index("{time-2018,"):]
    old = re.search(r"url *= *\{(.+?)\}", entry).group(1)
    path.write_text(text.replace(old, address), encoding="utf-8")
    only(copy.problems(), "data/references.bib, line ", f"'time-2018': '{address}' is no address")


def test_a_row_written_in_the_future_is_told(copy):
    place = copy.find("countries", iso3="FRA")
    line = copy.edit("countries", "recorded_date", "2109-01-01", place)
    only(copy.problems(), f"data/tables/countries.csv, line {line}, column recorded_date: '2109-01-01' lies in the future")


@pytest.mark.parametrize(("table", "key"), [("events", "event_id"), ("backlash", "incident_id"), ("claims", "claim_id"), ("statistics", "stat_id"),
                                            ("series", "point_id"), ("hashtags", "hashtag_id"), ("ratifications", "ratification_id")])
def test_the_same_fact_told_twice_is_told_with_both_ids(copy, table, key):
    rows = copy.rows(table)
    again = rows[0] | {key: f"{rows[0][key]}-again"}
    copy.write(table, [*rows, again])
    only(copy.problems(), f"data/tables/{table}.csv, line {len(rows) + 2}, column {key}: '{again[key]}' tells the same fact as line 2, '{rows[0][key]}'")


@pytest.mark.parametrize(("table", "key", "owner"), [("case_steps", "step_id", "case_id"), ("reform_stages", "stage_id", "reform_id")])
def test_the_same_step_told_twice_is_told(copy, table, key, owner):
    rows = copy.rows(table)
    last = max((row for row in rows if row[owner] == rows[0][owner]), key=lambda row: int(row["seq"]))
    again = last | {key: f"{last[key]}-again", "seq": str(int(last["seq"]) + 1)}
    copy.write(table, [*rows, again])
    only(copy.problems(), f"data/tables/{table}.csv, line {len(rows) + 2}, column {key}: '{again[key]}' tells the same fact as line ", f"'{last[key]}'")


@pytest.mark.parametrize("other", [{"title": "Another thing on that day"}, {"rank": "deprecated", "rank_reason": "Written twice."}])
def test_another_fact_of_that_day_and_a_deprecated_twin_are_no_double(copy, other):
    rows = copy.rows("events")
    copy.write("events", [*rows, rows[0] | {"event_id": "ev-another"} | other])
    assert not [problem for problem in copy.problems() if "same fact" in problem]
