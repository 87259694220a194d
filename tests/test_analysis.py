"""What the ledger says as a whole, on small tables whose answer can be worked out by hand."""

import pandas as pd
import pytest

import metoo_data as md
from metoo_data import dates
from metoo_data.analysis import HELD, SEEDS
from metoo_data.status import fold


def ledger(*rows):
    """Steps as ``metoo_data.steps`` gives them, from (case, EDTF date, step, outcome, finality)."""
    frame = pd.DataFrame(rows, columns=["case_id", "date", "step", "outcome", "is_final"])
    spans = [dates.parse(text) for text in frame["date"]]
    frame["date_earliest"] = pd.to_datetime([s.earliest for s in spans])
    frame["date_latest"] = frame["certain_by"] = pd.to_datetime([s.latest for s in spans])
    trails = [fold(g[["step", "outcome", "is_final"]].itertuples(index=False)) for _, g in frame.groupby("case_id", sort=False)]
    return frame.assign(status_after=[status for trail in trails for status in trail])


@pytest.mark.parametrize(("status", "direction", "expected"), [
    ("convicted_final", "about_alleged_conduct", "complainant"), ("convicted_final", "against_speaker", "accused"),
    ("convicted_appealable", "state_against_speaker", "accused"), ("acquitted_final", "against_speaker", "complainant"),
    ("not_liable_final", "about_alleged_conduct", "accused"), ("misconduct_found", "about_alleged_conduct", "complainant"),
    ("mixed_final", "against_speaker", "mixed"), ("settled", "about_alleged_conduct", "nobody"),
    ("retrial_pending", "about_alleged_conduct", "nobody"), ("nothing_recorded", "against_speaker", "nobody"),
])
def test_side(status, direction, expected):
    assert md.side(status, direction) == expected


@pytest.mark.parametrize(("then", "now", "direction", "held"), [
    ("convicted_appealable", "convicted_final", "about_alleged_conduct", "held"),
    ("acquitted_appealable", "convicted_final", "about_alleged_conduct", "reversed"),
    ("convicted_appealable", "acquitted_final", "about_alleged_conduct", "reversed"),
    ("liable_appealable", "not_liable_final", "against_speaker", "reversed"),
    ("convicted_appealable", "retrial_pending", "about_alleged_conduct", "fell"),
    ("convicted_appealable", "no_conviction_stands", "about_alleged_conduct", "fell"),
    ("mixed_appealable", "acquitted_final", "against_speaker", "partly"),
    ("convicted_appealable", "mixed_final", "about_alleged_conduct", "partly"),
    ("proceedings_pending", "acquitted_appealable", "against_speaker", "decided_since"),
    ("alleged", "closed", "about_alleged_conduct", "undecided"),
    ("misconduct_found", "convicted_final", "about_alleged_conduct", "held"),
    ("misconduct_found", "proceedings_pending", "about_alleged_conduct", "reopened"),
    ("misconduct_found", "closed", "about_alleged_conduct", "reopened"),
])
def test_compare(then, now, direction, held):
    sides = {"side_then": [md.side(then, direction)], "side_now": [md.side(now, direction)]}
    row = md.compare(pd.DataFrame({"now": [now]} | sides)).iloc[0]
    assert row["held"] == held


def test_what_held_asks_for_a_day():
    with pytest.raises(ValueError, match="Write it as 2019-03-07"):
        md.what_held("November 2026")


def test_what_held_follows_the_articles():
    frame = md.what_held("2026-11-21").set_index(["case_id", "seed"])
    assert set(frame.index.get_level_values("seed")) == set(SEEDS)
    assert frame.loc[("case-kor-prosecutor-abuse-of-power", "foreign-policy-2019"), "held"] == "reversed"
    assert frame.loc[("case-pak-law-student-attack", "propergaanda-2018"), "held"] == "reversed"
    assert frame.loc[("case-pak-law-student-attack", "foreign-policy-2019"), "held"] == "held"
    assert frame.loc[("case-ind-journalist-defamation", "foreign-policy-2019"), "held"] == "decided_since"
    for (case, seed), row in frame.iterrows():
        assert md.status_as_of(row["day"].date()).loc[case, "status"] == row["then"], (case, seed)
    assert list(frame["held"].cat.categories) == list(HELD)


def test_a_suit_against_a_finding_favours_whom_its_steps_say():
    """The claimant is the side of the accused and loses: the finding stands, and the complainant with it."""
    row = md.status_as_of("2026-11-21").loc["case-kor-mayor-rights-commission"]
    assert (row["status"], row["side"]) == ("not_liable_final", "complainant")


def test_side_from_the_steps_and_from_the_status_agree_but_where_a_body_is_the_defendant():
    cases = md.cases().set_index("case_id")
    today = md.status_as_of("2026-11-21").join(cases[["direction", "forum"]])
    differ = [case for case, row in today.iterrows() if row["side"] != md.side(row["status"], str(row["direction"]))]
    mixed = set(md.case_steps().query("favours == 'mixed'")["case_id"])
    assert differ and all(str(cases.loc[case, "forum"]) in ("administrative", "international") or case in mixed for case in differ), differ


def test_every_case_of_the_seeds_is_asked_for():
    cases = md.cases()
    told = set(md.what_held("2026-11-21")["case_id"])
    assert set(cases.loc[cases["inclusion_criterion"] == "reported_in_seed", "case_id"]) == told


def test_favours_share_counts_by_group():
    rows = pd.DataFrame({"direction": ["a", "a", "a", "b", "b"], "favours": ["complainant", "complainant", "accused", "mixed", "accused"]})
    frame = md.favours_share(rows, ["direction"]).set_index("direction")
    assert frame.loc["a"].tolist() == [2, 1, 0, 3, 2 / 3, 1 / 3]
    assert frame.loc["b"].tolist() == [0, 1, 1, 2, 0, 0.5]


def test_decisions_leave_out_what_decides_nothing():
    rows = md.decisions()
    assert not (rows["favours"] == "neither").any() and not (rows["outcome"] == "none").any()
    assert not rows["step"].isin(["interim_ruling", "charge", "public_allegation"]).any()
    steps = md.case_steps()
    first = steps[(steps["step"] == "first_instance_decision") & (steps["rank"] != "deprecated")]
    assert set(first["step_id"]) <= set(rows["step_id"])
    assert rows["book_region"].notna().all()


def test_lags_keep_the_width_of_their_dates_and_leave_out_what_may_lie_before():
    rows = pd.DataFrame({"country_iso3": ["KOR", "KOR", "IND", "CHN"],
                         "date_earliest": pd.to_datetime(["2018-01-01", "2018-01-29", "2017-10-01", "2017-10-16"]),
                         "date_latest": pd.to_datetime(["2018-01-31", "2018-01-29", "2017-10-31", "2017-10-16"])})
    lags = md.lag_by_country(rows).set_index("country_iso3")
    assert list(lags.index) == ["CHN", "KOR"]
    assert lags.loc["CHN", ["low", "high"]].tolist() == [1, 1]
    assert lags.loc["KOR", ["low", "high"]].tolist() == [106, 106]       # the day that is surely over first


def test_time_to_outcome_decided_ended_open():
    steps = ledger(
        ("case-decided", "2018-01-01", "public_allegation", "none", "not_applicable"),
        ("case-decided", "2018-03-02", "first_instance_decision", "convicted", "no"),
        ("case-decided", "2019-03-02", "appeal_decision", "overturned_to_acquittal", "yes"),
        ("case-closed", "2018-01-01", "police_complaint", "none", "not_applicable"),
        ("case-closed", "2018-01-31", "closed", "none", "not_applicable"),
        ("case-open", "2018-01-01", "suit_filed", "none", "not_applicable"),
        ("case-month", "2018-01", "charge", "none", "not_applicable"),
        ("case-month", "2018-03", "first_instance_decision", "acquitted", "unknown"),
        ("case-later", "2020-01-01", "suit_filed", "none", "not_applicable"),
    )
    times = md.time_to_outcome(steps, "2018-12-31")
    assert times["event"].to_dict() == {"case-decided": "decided", "case-closed": "ended", "case-open": "open", "case-month": "decided"}
    assert times.loc["case-decided", ["days", "days_low", "days_high"]].tolist() == [60, 60, 60]
    assert times.loc["case-closed", "days"] == 30 and times.loc["case-open", "days"] == 364
    assert times.loc["case-month", ["days_low", "days_high"]].tolist() == [29, 89]


def test_a_case_decided_after_the_last_day_is_open():
    steps = ledger(("case-a", "2018-01-01", "charge", "none", "not_applicable"), ("case-a", "2019-01-01", "first_instance_decision", "convicted", "no"))
    assert md.time_to_outcome(steps, "2018-12-31").loc["case-a", ["event", "days"]].tolist() == ["open", 364]


def test_a_case_closed_and_opened_again_is_not_ended():
    steps = ledger(("case-a", "2018-01-01", "police_complaint", "none", "not_applicable"), ("case-a", "2018-02-01", "closed", "none", "not_applicable"),
                   ("case-a", "2018-06-01", "charge", "none", "not_applicable"))
    assert md.time_to_outcome(steps, "2018-12-31").loc["case-a", "event"] == "open"


def test_cumulative_incidence_by_hand():
    # Five cases: decided at 10, ended at 20, open at 20, decided at 30, open at 40.
    times = pd.DataFrame({"days": [10, 20, 20, 30, 40], "event": ["decided", "ended", "open", "decided", "open"]})
    curve = md.cumulative_incidence(times)
    assert curve["days"].tolist() == [0, 10, 20, 30] and curve["at_risk"].tolist() == [5, 5, 4, 2]
    # 1/5; then 4/5 x 1/4 ended; then 4/5 x 3/4 still open, half of the two at risk decided.
    assert curve["decided"].tolist() == pytest.approx([0, 0.2, 0.2, 0.2 + 0.6 * 0.5])
    assert curve["ended"].tolist() == pytest.approx([0, 0, 0.2, 0.2])


def test_cumulative_incidence_without_censoring_is_the_plain_share():
    times = pd.DataFrame({"days": [1, 2, 3, 4], "event": ["decided", "decided", "ended", "decided"]})
    last = md.cumulative_incidence(times).iloc[-1]
    assert last["decided"] == pytest.approx(0.75) and last["ended"] == pytest.approx(0.25)


def test_cumulative_incidence_refuses_an_unknown_event():
    with pytest.raises(ValueError, match="unknown events: won. Allowed: decided, ended, open"):
        md.cumulative_incidence(pd.DataFrame({"days": [1], "event": ["won"]}))


def test_reforms_as_of_takes_the_stage_reached_and_no_plan():
    law = "ref-fra-2018-sexual-violence-law"
    assert pd.isna(md.reforms_as_of("2017-01-01").loc[law, "stage"])
    stages = md.reform_stages().query("reform_id == @law").sort_values("seq")
    for row in stages.itertuples():
        reached = md.reforms_as_of(row.date_latest.date()).loc[law, "stage"]
        assert stages.loc[stages["stage"] == reached, "seq"].max() >= row.seq
    assert not (md.reforms_as_of("2026-11-21")["stage"] == "vote_planned").any()


def test_agreement_by_hand():
    # Krippendorff's alpha for two coders, nominal, ten binary codes: his worked example gives 0.095.
    first, second = "0100000010", "1110010000"
    codings = pd.DataFrame({"field": "outcome", "first": list(first), "second": list(second)})
    row = md.agreement(codings).loc["outcome"]
    assert row["n"] == 10 and row["agreed"] == 6
    assert row["alpha"] == pytest.approx(0.095, abs=0.001)


def test_agreement_is_one_where_all_agree_and_empty_where_nothing_could_differ():
    both = pd.DataFrame({"field": ["a", "a", "b", "b"], "first": ["x", "y", "x", "x"], "second": ["x", "y", "x", "x"]})
    table = md.agreement(both)
    assert table.loc["a", "alpha"] == 1 and pd.isna(table.loc["b", "alpha"])


def test_every_open_case_of_the_articles_says_that_no_later_outcome_was_found():
    cases = md.cases().set_index("case_id")
    today = md.status_as_of("2026-11-21")["status"].astype(str)
    ours = cases["inclusion_criterion"].isin(["reported_in_seed", "follows_seed"]) & (cases["rank"] != "deprecated")
    is_open = today.str.endswith("_appealable") | today.isin(["nothing_recorded", "alleged", "left_post", "under_investigation", "proceedings_pending", "retrial_pending"])
    silent = [case for case in cases.index[ours] if is_open[case] and "No later outcome found (as of 2026-11-21)" not in str(cases.loc[case, "note"])]
    assert silent == []
