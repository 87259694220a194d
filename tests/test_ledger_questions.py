"""Many questions of a case and a day: each has the answer that a reader finds who takes the steps of that case and counts them off."""

import datetime as dt
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_status import CASE, step

import metoo_data as md
from metoo_data import schema
from metoo_data.status import fold

STEPS = {case: list(rows.itertuples()) for case, rows in md.steps().groupby("case_id")}
CASES = md.cases().query("rank != 'deprecated'")["case_id"].tolist()
DAYS = pd.date_range("2015-01-01", "2026-11-30").date
TURNS = sorted({*md.steps()["certain_by"].dropna(), *md.steps()["known_from"].dropna()})


def counted_off(case: str, day, known_by=None) -> tuple[str, str | None]:
    """The status of one case on one day and the step that made it, in a plain way: one step after another."""
    told = [row for row in STEPS[case] if known_by is None or row.known_from <= pd.Timestamp(known_by)]
    statuses = fold((row.step, row.outcome, row.is_final) for row in told)
    # A step was taken for certain by the last day that its own date or that of a later step may mean.
    taken = [place for place in range(len(told)) if any(later.date_latest <= pd.Timestamp(day) for later in told[place:])]
    if not taken:
        return "nothing_recorded", None
    last = taken[-1]
    while last and statuses[last - 1] == statuses[taken[-1]]:
        last -= 1
    return statuses[last], told[last].step_id


def answers(*asked) -> list[tuple[str, str | None]]:
    frame = md.status_on(*asked)
    return [(str(status), None if pd.isna(made) else made) for status, made in zip(frame["status"], frame["step_id"])]


def test_every_case_has_the_plain_answer_on_every_day_on_which_something_changes():
    asked = [(case, day) for case in CASES for row in STEPS[case] if pd.notna(row.certain_by) for day in (row.certain_by, row.certain_by - pd.Timedelta(days=1))]
    assert len(asked) > len(CASES)
    assert answers(*zip(*asked)) == [counted_off(*one) for one in asked]


def test_every_case_has_the_plain_answer_by_what_was_known_on_every_day_on_which_a_step_was_told():
    asked = [(case, day, row.known_from) for case in CASES for row in STEPS[case] for day in (row.certain_by, row.known_from) if pd.notna(day)]
    assert len(asked) > len(CASES)
    assert answers(*zip(*asked)) == [counted_off(*one) for one in asked]
    assert answers(*zip(*asked)) != [counted_off(case, day) for case, day, _ in asked], "what was known made no difference: the test sees nothing"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(CASES), st.sampled_from(DAYS) | st.sampled_from(TURNS), st.sampled_from(DAYS) | st.sampled_from(TURNS)), min_size=1, max_size=30))
def test_any_questions_in_any_order_have_the_plain_answers(asked):
    cases, days, known = zip(*asked)
    assert answers(cases, days) == [counted_off(case, day) for case, day, _ in asked]
    assert answers(cases, days, known) == [counted_off(*one) for one in asked]


@pytest.mark.parametrize("known_by", [None, "2018-10-09", "2026-11-21"])
def test_questions_about_all_cases_on_one_day_are_status_as_of(known_by):
    told = md.status_on(CASES, "2019-03-07", known_by)
    pd.testing.assert_frame_equal(told.set_index("case_id")[["status", "side", "since", "step_id"]], md.status_as_of("2019-03-07", known_by))
    assert (told["date"] == pd.Timestamp("2019-03-07")).all()


def test_a_step_told_late_may_stand_between_two_told_early(small, monkeypatch):
    """Known early: an acquittal, then its confirmation. The conviction between them, told years later, makes the same confirmation that of a conviction."""
    monkeypatch.setattr(schema, "ROOT", small.root)
    small.write("cases", [CASE])
    small.write("case_steps", [step(1, "2018-01-10", "first_instance_decision", "acquitted", "no"), step(2, "2018-02-10", "appeal_decision", "overturned_to_conviction", "no", source="shoutout-2021"),
                               step(3, "2018-03-10", "appeal_decision", "upheld", "yes")])
    known = md.status_on(CASE["case_id"], "2019-01-01", ["2018-10-01", "2018-12-31", "2021-12-31"])
    assert list(known["status"]) == ["nothing_recorded", "acquitted_final", "convicted_final"]
    assert [*known["step_id"].isna()] == [True, False, False]


def test_a_case_whose_only_step_has_no_last_day_answers_that_nothing_is_recorded(small, monkeypatch):
    monkeypatch.setattr(schema, "ROOT", small.root)
    small.write("cases", [CASE])
    small.write("case_steps", [step(1, "2018-04/..", "charge")])
    for known_by in (None, "2019-01-01", "2026-11-21"):
        told = md.status_on(CASE["case_id"], ["2019-01-01", "2020-01-01"], known_by)
        assert list(told["status"]) == ["nothing_recorded"] * 2 and list(told["side"]) == ["nobody"] * 2 and told["since"].isna().all()


# ---- how one asks

def test_days_may_be_written_or_be_days_of_any_kind():
    day = dt.date(2019, 3, 7)
    kinds = [day, "2019-03-07", pd.Timestamp(day), dt.datetime(2019, 3, 7, 23, 59), np.datetime64(day)]
    wanted = md.status_on(CASES[0], "2019-03-07")
    for kind in kinds:
        pd.testing.assert_frame_equal(md.status_on(CASES[0], kind), wanted)
        pd.testing.assert_frame_equal(md.status_on([CASES[0]], [kind]), wanted)
    assert md.status_on(CASES[0], kinds)["date"].eq(pd.Timestamp(day)).all()


def test_the_answers_stand_where_the_questions_stood():
    table = pd.DataFrame({"case": CASES[:3], "day": pd.to_datetime(["2019-03-07", "2020-01-01", "2026-11-21"])}, index=["c", "a", "b"])
    told = md.status_on(table["case"].astype("category"), table["day"])
    assert list(told.index) == ["c", "a", "b"] and list(told["case_id"]) == CASES[:3]
    assert list(md.status_on(CASES[0], table["day"]).index) == ["c", "a", "b"]
    assert list(md.status_on(table["case"], table["day"].sort_index())["date"]) == list(table["day"].sort_index()), "questions belong together by their places"
    assert len(md.status_on([], [])) == 0


@pytest.mark.parametrize(("case", "words"), [("case-kor-governor-abus", "there is no case 'case-kor-governor-abus'. Did you mean 'case-kor-governor-abuse'"), (None, "there is no case"), (7, "there is no case '7'")])
def test_an_unknown_case_is_refused_with_the_nearest(case, words):
    for asked in ([CASES[0], case], case):
        with pytest.raises(KeyError, match=words):
            md.status_on(asked, "2019-03-07")


def test_a_deprecated_case_is_refused_with_the_reason(copy, monkeypatch):
    monkeypatch.setattr(schema, "ROOT", copy.root)
    copy.edit("cases", "rank", "deprecated", copy.find("cases", case_id=CASES[0]))
    with pytest.raises(KeyError, match=f"the case '{CASES[0]}' is deprecated, so it has no status"):
        md.status_on(CASES, "2019-03-07")


@pytest.mark.parametrize("day", ["2019", "2019-02-30", "7 March 2019", "", "20190307", "2019-W10-4", 2019, None, pd.NaT, np.nan])
def test_a_day_that_is_none_is_refused(day):
    for asked in ([["2019-03-07", day]], [["2019-03-07"] * 2, ["2019-03-07", day]]):
        with pytest.raises(ValueError, match="is not one day. Write it as 2019-03-07"):
            md.status_on([CASES[0]] * 2, *asked)
    with pytest.raises(ValueError, match="is not one day. Write it as 2019-03-07"):
        md.status_as_of(day)


def test_questions_that_do_not_match_are_refused_with_their_numbers():
    with pytest.raises(ValueError, match="2 case_ids, 3 dates, 3 known_by. Give as many of each, or one value for all"):
        md.status_on(CASES[:2], ["2019-03-07"] * 3, ["2019-03-07"] * 3)


# ---- what it costs

def test_a_hundred_thousand_questions_cost_no_more_than_some_looks_at_one_day():
    """About forty looks, when this was written. A loop over the questions that only looked up a cell for each would cost a thousand."""
    random = np.random.default_rng(7)
    cases, days = random.choice(CASES, 100_000), np.datetime64("2015-01-01") + random.integers(0, 4300, (2, 100_000))
    look = least(lambda: md.status_as_of("2019-03-07"), 15)
    assert least(lambda: md.status_on(cases, days[0]), 3) < 200 * look
    assert least(lambda: md.status_on(cases, days[0], days[1]), 3) < 300 * look


def least(work, times: int) -> float:
    """The least processor time of some runs."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)
