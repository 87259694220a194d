"""The status of a case on a day: the table, the fold, and the ledger on cases whose answer is known."""

import itertools

import pandas as pd
import pytest

import metoo_data as md
from metoo_data import schema, status
from metoo_data.status import ALLOWED, STATUSES, TABLE, after, fold

MOVES = {"keep", "heard", "reopen", "finalise", "dealt", "confirm", "confirm_final", "fall"}


def trail(*steps):
    """The statuses after each of some (step, outcome, finality)."""
    return fold(steps)


def test_the_table_covers_every_allowed_outcome_and_nothing_else():
    outcomes = {(s, o) for s, many in ALLOWED.items() for o in many}
    assert {(s, o) for s, o, _ in TABLE} == outcomes
    assert set(TABLE.values()) <= set(STATUSES) | MOVES


def test_the_table_and_the_schema_know_the_same_words():
    fields = {f.name: set(f.codes) for f in md.tables()["case_steps"].fields}
    assert fields["step"] == set(ALLOWED)
    assert fields["outcome"] == {o for many in ALLOWED.values() for o in many}


@pytest.mark.parametrize("before", STATUSES)
def test_every_step_after_every_status_gives_a_status(before):
    for key in TABLE:
        assert after(before, *key) in STATUSES


CASES = {
    "conviction, appeal lost, final": (
        [("charge", "none", "not_applicable"), ("first_instance_decision", "convicted", "no"), ("appeal_filed", "none", "not_applicable"),
         ("appeal_decision", "upheld", "yes")],
        ["proceedings_pending", "convicted_appealable", "convicted_appealable", "convicted_final"]),
    "quashed, sent back, acquitted, final": (
        [("first_instance_decision", "convicted", "no"), ("appeal_decision", "upheld", "no"), ("appeal_decision", "quashed_and_remitted", "no"),
         ("release", "none", "not_applicable"), ("remand_decision", "acquitted", "no"), ("became_final", "none", "yes")],
        ["convicted_appealable", "convicted_appealable", "retrial_pending", "retrial_pending", "acquitted_appealable", "acquitted_final"]),
    "acquittal that became a conviction": (
        [("first_instance_decision", "acquitted", "no"), ("appeal_decision", "overturned_to_conviction", "no"), ("appeal_decision", "upheld", "yes")],
        ["acquitted_appealable", "convicted_appealable", "convicted_final"]),
    "civil: lost, won on appeal, final": (
        [("suit_filed", "none", "not_applicable"), ("first_instance_decision", "found_liable", "no"), ("appeal_decision", "overturned_to_not_liable", "no"),
         ("appeal_decision", "upheld", "yes")],
        ["proceedings_pending", "liable_appealable", "not_liable_appealable", "not_liable_final"]),
    "withdrawn before a decision": (
        [("suit_filed", "none", "not_applicable"), ("withdrawal", "none", "not_applicable")], ["proceedings_pending", "closed"]),
    "withdrawn after a decision leaves it": (
        [("first_instance_decision", "convicted", "no"), ("withdrawal", "none", "not_applicable")], ["convicted_appealable", "convicted_appealable"]),
    "settled": ([("suit_filed", "none", "not_applicable"), ("settlement", "none", "not_applicable")], ["proceedings_pending", "settled"]),
    "open end": ([("public_allegation", "none", "not_applicable"), ("police_complaint", "none", "not_applicable")], ["alleged", "under_investigation"]),
    "closed and opened again": (
        [("police_complaint", "none", "not_applicable"), ("closed", "none", "unknown"), ("appeal_filed", "none", "not_applicable")],
        ["under_investigation", "closed", "proceedings_pending"]),
    "closed, then charged": (
        [("closed", "none", "unknown"), ("charge", "none", "not_applicable")], ["closed", "proceedings_pending"]),
    "an allegation during the trial changes nothing": (
        [("charge", "none", "not_applicable"), ("public_allegation", "none", "not_applicable"), ("resignation", "none", "not_applicable")],
        ["proceedings_pending"] * 3),
    "an employer's finding does not undo a judgment": (
        [("first_instance_decision", "acquitted", "yes"), ("employer_decision", "misconduct_found", "no")], ["acquitted_final", "acquitted_final"]),
    "mixed verdict": (
        [("first_instance_decision", "mixed_verdict", "no"), ("sentencing", "none", "not_applicable"), ("became_final", "none", "yes")],
        ["mixed_appealable", "mixed_appealable", "mixed_final"]),
    "quashed without a new decision": (
        [("first_instance_decision", "convicted", "no"), ("appeal_decision", "quashed", "yes")], ["convicted_appealable", "no_conviction_stands"]),
    "a judgment quashed in a civil case": (
        [("first_instance_decision", "found_liable", "no"), ("appeal_decision", "quashed", "yes")], ["liable_appealable", "no_judgment_stands"]),
    "an appeal upheld without a decision before it decides nothing": ([("suit_filed", "none", "not_applicable"), ("appeal_decision", "upheld", "yes")], ["proceedings_pending"] * 2),
    "a final decision stays final": (
        [("first_instance_decision", "convicted", "yes"), ("appeal_decision", "upheld", "unknown")], ["convicted_final", "convicted_final"]),
    "an employer acts without a finding, then a police inquiry": (
        [("employer_decision", "none", "not_applicable"), ("investigation", "none", "not_applicable"), ("employer_decision", "none", "not_applicable")],
        ["under_investigation"] * 3),
    "resigned, then investigated": (
        [("public_allegation", "none", "not_applicable"), ("resignation", "none", "not_applicable"), ("investigation", "none", "not_applicable")],
        ["alleged", "left_post", "under_investigation"]),
}


@pytest.mark.parametrize(("steps", "statuses"), CASES.values(), ids=CASES.keys())
def test_fold(steps, statuses):
    assert trail(*steps) == statuses


# ---- the ledger, on one hand-made case

CASE = {"case_id": "case-tst-one", "label": "Test", "country_iso3": "KOR", "forum": "criminal", "direction": "about_alleged_conduct", "sector": "justice",
        "claimant_role": "state", "defendant_role": "official", "naming_basis": "not_named", "inclusion_criterion": "reported_in_seed",
        "source_id": "time-2018", "locator": "p1", "rank": "normal", "recorded_date": "2026-11-21"}


def step(seq, date, step, outcome="none", is_final="not_applicable", source="time-2018", rank="normal"):
    return {"step_id": f"step-tst-one-{seq}", "case_id": "case-tst-one", "seq": str(seq), "date": date, "step": step, "outcome": outcome,
            "is_final": is_final, "favours": "neither", "court_level": "not_stated", "summary": "Test.", "confidence": "single_source",
            "source_id": source, "locator": "p1", "rank": rank, "recorded_date": "2026-11-21"}


@pytest.fixture
def ledger(small, monkeypatch):
    """Writes steps and asks for the status of the one case."""
    monkeypatch.setattr(schema, "ROOT", small.root)

    def ask(steps, date, known_by=None, evidence=()):
        small.write("cases", [CASE])
        small.write("case_steps", steps)
        small.write("evidence", list(evidence))
        return str(md.status_as_of(date, known_by).loc["case-tst-one", "status"])

    return ask


def test_a_month_counts_when_it_is_over(ledger):
    steps = [step(1, "2018-01", "charge"), step(2, "2019-02", "first_instance_decision", "convicted", "no")]
    assert ledger(steps, "2019-02-27") == "proceedings_pending"
    assert ledger(steps, "2019-02-28") == "convicted_appealable"
    assert ledger(steps, "2017-12-31") == "nothing_recorded"


def test_a_later_step_proves_that_an_earlier_one_was_taken(ledger):
    steps = [step(1, "2018", "charge"), step(2, "2018-03-05", "first_instance_decision", "convicted", "no"), step(3, "2018-04-01", "appeal_decision", "upheld", "yes")]
    assert ledger(steps, "2018-03-05") == "convicted_appealable"
    assert ledger(steps, "2018-03-04") == "nothing_recorded"


def test_steps_of_equal_date_go_by_their_number(ledger):
    steps = [step(1, "2018-03-05", "first_instance_decision", "convicted", "no"), step(2, "2018-03-05", "appeal_decision", "quashed_and_remitted", "no")]
    assert ledger(steps, "2018-03-05") == "retrial_pending"


def test_deprecated_steps_do_not_count(ledger):
    steps = [step(1, "2018-01-01", "charge"), step(2, "2018-06-01", "first_instance_decision", "convicted", "no", rank="deprecated")]
    assert ledger(steps, "2019-01-01") == "proceedings_pending"


def test_an_open_interval_counts_only_through_a_later_step(ledger):
    steps = [step(1, "2018-04/..", "charge")]
    assert ledger(steps, "2026-01-01") == "nothing_recorded"
    assert ledger([*steps, step(2, "2019-01-01", "hearing")], "2019-01-01") == "proceedings_pending"


def test_what_was_known_by_a_day_leaves_out_what_was_told_later(ledger):
    steps = [step(1, "2018-01-01", "public_allegation", source="time-2018"), step(2, "2018-02-01", "charge", source="shoutout-2021")]
    assert ledger(steps, "2018-12-31") == "proceedings_pending"
    assert ledger(steps, "2018-12-31", known_by="2018-12-31") == "alleged"
    assert ledger(steps, "2018-12-31", known_by="2018-10-08") == "nothing_recorded"
    assert ledger(steps, "2018-12-31", known_by="2021-02-02") == "proceedings_pending"


def test_an_earlier_supporting_source_makes_a_step_known_earlier(ledger):
    steps = [step(1, "2018-02-01", "charge", source="shoutout-2021")]
    more = {"evidence_id": "evd-tst-one", "table": "case_steps", "row_id": "step-tst-one-1", "support": "supports", "source_id": "time-2018",
            "locator": "p1", "rank": "normal", "recorded_date": "2026-11-21"}
    assert ledger(steps, "2018-12-31", "2018-12-31") == "nothing_recorded"
    assert ledger(steps, "2018-12-31", "2018-12-31", [more]) == "proceedings_pending"
    assert ledger(steps, "2018-12-31", "2018-12-31", [more | {"support": "contradicts"}]) == "nothing_recorded"


@pytest.mark.parametrize("date", ["2019", "7 March 2019", "2019-3-7", "", "2019-02-30"])
def test_a_day_that_is_none_is_refused(date):
    with pytest.raises(ValueError, match="is not one day. Write it as 2019-03-07"):
        md.status_as_of(date)


# ---- the book's own cases, whose answers the sources give

KNOWN = [
    ("case-kor-prosecutor-abuse-of-power", "2018-10-09", "proceedings_pending"),
    ("case-kor-prosecutor-abuse-of-power", "2019-03-07", "convicted_appealable"),
    ("case-kor-prosecutor-abuse-of-power", "2020-01-09", "retrial_pending"),
    ("case-kor-prosecutor-abuse-of-power", "2026-11-21", "acquitted_final"),
    ("case-kor-governor-abuse", "2018-10-09", "acquitted_appealable"),
    ("case-kor-governor-abuse", "2019-03-07", "convicted_appealable"),
    ("case-kor-governor-abuse", "2026-11-21", "convicted_final"),
    ("case-pak-law-student-attack", "2018-06-04", "acquitted_appealable"),
    ("case-pak-law-student-attack", "2018-06-03", "convicted_appealable"),
    ("case-pak-law-student-attack", "2019-03-07", "convicted_final"),
    ("case-aut-politician-libel", "2019-03-07", "mixed_appealable"),
    ("case-aut-politician-libel", "2019-03-12", "retrial_pending"),
    ("case-aut-politician-libel", "2026-11-21", "acquitted_final"),
    ("case-fra-journalist-slander", "2019-03-07", "proceedings_pending"),
    ("case-fra-journalist-slander", "2019-09-25", "liable_appealable"),
    ("case-fra-journalist-slander", "2026-11-21", "not_liable_final"),
    ("case-ind-journalist-defamation", "2019-03-07", "proceedings_pending"),
    ("case-ind-journalist-defamation", "2021-02-17", "acquitted_appealable"),
    ("case-chn-intern-v-presenter", "2026-11-21", "not_liable_final"),
    ("case-chn-journalist-defamation", "2021-02-02", "liable_appealable"),
    ("case-chn-beihang-professor", "2018-01-31", "misconduct_found"),
    ("case-swe-cultural-figure-rape", "2026-11-21", "convicted_final"),
    ("case-egy-activist-prosecution", "2026-11-21", "convicted_final"),
    ("case-usa-film-producer-newyork", "2021-01-01", "mixed_appealable"),
    ("case-usa-film-producer-newyork", "2024-04-25", "retrial_pending"),
    ("case-usa-writer-abuse-suit", "2023-05-08", "proceedings_pending"),
    ("case-usa-writer-abuse-suit", "2023-05-09", "liable_appealable"),
    ("case-usa-writer-denial-suit", "2024-01-26", "liable_appealable"),
    ("case-usa-comedian-pennsylvania", "2018-04-26", "convicted_appealable"),
    ("case-usa-comedian-pennsylvania", "2021-06-29", "convicted_appealable"),
    ("case-usa-comedian-pennsylvania", "2021-06-30", "no_conviction_stands"),
    ("case-usa-financier-associate", "2021-12-29", "convicted_appealable"),
    ("case-usa-financier-associate", "2026-11-21", "convicted_final"),
    ("case-esp-group-rape", "2018-04-26", "mixed_appealable"),
    ("case-esp-group-rape", "2019-06-21", "convicted_final"),
    ("case-fra-mass-rape-trial", "2024-12-18", "proceedings_pending"),
    ("case-fra-mass-rape-trial", "2024-12-19", "convicted_appealable"),
    ("case-fra-actor-film-set", "2025-05-13", "convicted_appealable"),
    ("case-che-scholar-rape", "2023-05-24", "acquitted_appealable"),
    ("case-che-scholar-rape", "2024-12-31", "convicted_appealable"),
    ("case-swe-writer-memoir", "2026-11-21", "acquitted_final"),
    ("case-aus-actor-v-newspaper", "2019-04-11", "liable_appealable"),
    ("case-aus-staffer-v-broadcaster", "2024-04-14", "proceedings_pending"),
    ("case-aus-staffer-v-broadcaster", "2024-04-15", "not_liable_appealable"),
    ("case-ind-magazine-editor", "2021-05-20", "proceedings_pending"),
    ("case-ind-magazine-editor", "2021-05-21", "acquitted_appealable"),
    ("case-ind-film-actor-abduction", "2025-12-08", "mixed_appealable"),
    ("case-ind-workplace-guidelines", "1997-08-13", "liable_final"),
    ("case-jpn-journalist-damages", "2019-12-18", "liable_appealable"),
    ("case-jpn-journalist-damages", "2022-07-08", "liable_final"),
    ("case-jpn-soldier-assault-trial", "2023-12-11", "proceedings_pending"),
    ("case-jpn-soldier-assault-trial", "2023-12-12", "convicted_appealable"),
    ("case-kor-theatre-director-assaults", "2018-09-19", "mixed_appealable"),
    ("case-kor-theatre-director-assaults", "2019-07-24", "mixed_final"),
    ("case-kor-chat-room-ring", "2021-10-14", "convicted_final"),
    ("case-npl-cricketer-trial", "2024-05-14", "convicted_appealable"),
    ("case-npl-cricketer-trial", "2024-05-15", "acquitted_appealable"),
    ("case-tun-deputy-trial", "2021-11-12", "convicted_appealable"),
    ("case-egy-student-messages", "2021-04-11", "convicted_appealable"),
    ("case-egy-student-messages", "2026-11-21", "acquitted_appealable"),
    ("case-idn-bookkeeper-recording", "2018-09-25", "acquitted_appealable"),
    ("case-idn-bookkeeper-recording", "2018-09-26", "convicted_final"),
    ("case-chn-pop-singer-trial", "2022-11-25", "convicted_appealable"),
    ("case-chn-pop-singer-trial", "2023-11-24", "convicted_final"),
    ("case-chn-organisers-subversion", "2024-06-14", "convicted_appealable"),
]


@pytest.mark.parametrize(("case", "date", "expected"), KNOWN)
def test_known_answers(case, date, expected):
    assert md.status_as_of(date).loc[case, "status"] == expected


def test_the_step_that_decides_is_named():
    row = md.status_as_of("2026-11-21").loc["case-kor-prosecutor-abuse-of-power"]
    assert (row["since"], row["step_id"]) == ("2020-10-06", "step-kor-prosecutor-abuse-of-power-16")


def test_spans_and_status_as_of_tell_the_same():
    spans = md.spans("2026-11-21")
    days = sorted({*spans["start"], *(spans["start"] - pd.Timedelta(days=1)), pd.Timestamp("2026-11-21")})
    for day in days[::7]:
        table = md.status_as_of(day.date())
        inside = spans[(spans["start"] <= day) & ((spans["end"] > day) | (spans["is_last"] & (spans["end"] >= day)))]
        told = inside.set_index("case_id")["status"]
        for case in table.index:
            assert str(table.loc[case, "status"]) == told.get(case, "nothing_recorded"), (case, day)


def test_what_was_known_never_outruns_the_world():
    """With every source known, both questions have one answer."""
    pd.testing.assert_frame_equal(md.status_as_of("2026-11-21"), md.status_as_of("2026-11-21", known_by="2026-11-30"))


def test_no_status_is_unreachable():
    opening = {"nothing_recorded"}
    reached = set(opening)
    for _ in range(4):
        reached |= {after(b, *key) for b, key in itertools.product(list(reached), TABLE)}
    assert reached == set(STATUSES) and status.STATUSES is STATUSES
