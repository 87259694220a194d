"""The status of cases with steps that nobody wrote: whatever is allowed has a status, and no status looks ahead. METOO_EXAMPLES=50 tries more."""

from __future__ import annotations

import datetime as dt
import functools
import os
import shutil

import metoo_data as md
import pandas as pd
import pytest
from conftest import ROOT, Copy
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from metoo_data import schema
from metoo_data.status import ALLOWED, STATUSES, family, fold

MORE = int(os.environ.get("METOO_EXAMPLES", "1"))
SETTINGS = settings(max_examples=100 * MORE, deadline=None, derandomize=MORE == 1, database=None)
#: For what writes files and loads them.
SLOW = settings(SETTINGS, max_examples=4 * MORE, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
FINALITY = ("yes", "no", "unknown", "not_applicable")
ACTS = st.sampled_from([(step, outcome) for step, outcomes in ALLOWED.items() for outcome in outcomes])
STEPS = st.lists(st.tuples(ACTS, st.sampled_from(FINALITY)).map(lambda one: (*one[0], one[1])), max_size=12)


@SETTINGS
@given(STEPS, STEPS)
def test_any_steps_that_are_allowed_have_a_status_and_it_does_not_look_ahead(before, after):
    trail = fold(before)
    assert len(trail) == len(before) and set(trail) <= set(STATUSES)
    assert all(family(status) in (None, "open", "against", "for", "mixed", "fell", "ended") for status in trail)
    opened = [status for status in trail if status != "nothing_recorded"]
    assert trail[len(trail) - len(opened):] == opened, "a matter that was open is as if nothing had been recorded"
    assert fold(before + after)[: len(before)] == trail


@SETTINGS
@given(STEPS, st.sampled_from(["sentencing", "release"]), st.data())
def test_a_step_that_decides_nothing_may_be_left_out(steps, step, data):
    place = data.draw(st.integers(1, len(steps))) if steps else 0
    trail = fold(steps)
    if steps and trail[place - 1] != "nothing_recorded":
        assert fold([*steps[:place], (step, "none", "not_applicable"), *steps[place:]])[place + 1:] == trail[place:]


# ---- The same through the files.

DAY = st.dates(dt.date(2017, 1, 1), dt.date(2026, 10, 1))


@st.composite
def cases(draw) -> list[dict[str, str]]:
    """The steps of one case as cells: in order, each with a date of some precision, a source and a rank."""
    rows, days = [], sorted(draw(st.lists(DAY, min_size=1, max_size=8)))
    for number, day in enumerate(days, 1):
        step, outcome = draw(ACTS)
        decides = outcome not in ("none", "granted", "refused")
        final = draw(st.sampled_from(["yes", "no", "unknown"])) if decides else "yes" if step == "became_final" else "not_applicable"
        rows.append({"seq": str(number), "date": day.isoformat()[: draw(st.sampled_from([10, 10, 7, 4]))], "step": step, "outcome": outcome, "is_final": final,
                     "favours": draw(st.sampled_from(["complainant", "accused", "mixed", "neither"])) if decides else "neither",
                     "source_id": draw(st.sampled_from(sources())), "rank": draw(st.sampled_from(["normal", "normal", "normal", "deprecated"]))})
    return rows


@functools.cache
def sources() -> list[str]:
    """Some sources, published on many days."""
    return md.sources().sort_values("published_latest").index[::100].tolist()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Writes steps as the only ones of the package, whose other tables are short: returns its root."""
    root = tmp_path_factory.mktemp("ledger") / "data"
    shutil.copytree(ROOT / "data" / "tables", root / "tables")
    for name in ("datapackage.json", "references.bib", "accused-names.txt"):
        shutil.copy(ROOT / "data" / name, root / name)
    package, count = Copy(root), [0]
    one, step = package.rows("cases")[0], package.rows("case_steps")[0]
    for table in ("events", "backlash", "statistics", "claims", "evidence", "corrections", "double_coding", "hashtags"):
        package.write(table, [])

    def write(told: dict[str, list[dict]], shuffle=None, evidence=()):
        rows = [step | row | {"case_id": case, "step_id": f"step-{case}-{row['seq']}", "rank_reason": "wrong" if row["rank"] == "deprecated" else "", "amount": "", "currency": "", "amount_kind": "",
                              "sentence_months": ""} for case, steps in told.items() for row in steps]
        package.write("cases", [one | {"case_id": case, "related_case_id": ""} for case in told])
        package.write("case_steps", shuffle(rows) if shuffle else rows)
        package.write("evidence", list(evidence))
        count[0] += 1
        for table in ("cases", "case_steps", "evidence"):        # two writings within one tick of the clock are two files
            os.utime(package.file(table), ns=(0, 10**18 + count[0]))

    write.root = root
    return write


@pytest.fixture(autouse=True)
def there(written, monkeypatch):
    sources()
    monkeypatch.setattr(schema, "ROOT", written.root)


CASES = st.lists(cases(), min_size=1, max_size=4).map(lambda many: {f"case-test-{letter}": rows for letter, rows in zip("abcd", many)})


@SLOW
@given(CASES, st.randoms(use_true_random=False), DAY)
def test_the_order_of_rows_in_the_file_does_not_matter(written, told, chance, day):
    written(told)
    was = md.status_as_of(day)
    written(told, shuffle=lambda rows: chance.sample(rows, len(rows)))
    pd.testing.assert_frame_equal(md.status_as_of(day), was)


@SLOW
@given(CASES, DAY)
def test_a_deprecated_step_is_as_if_it_were_not_there(written, told, day):
    written(told)
    was = md.status_as_of(day)
    written({case: [row for row in rows if row["rank"] != "deprecated"] for case, rows in told.items()})
    pd.testing.assert_frame_equal(md.status_as_of(day), was)


@SLOW
@given(CASES, DAY)
def test_what_is_taken_later_changes_nothing_of_a_day(written, told, day):
    """Steps of which not even the first possible day has come may be left out: no status looks ahead."""
    written(told)
    was = md.status_as_of(day)
    written({case: [row for row in rows if md.dates.parse(row["date"]).earliest <= day] for case, rows in told.items()})
    pd.testing.assert_frame_equal(md.status_as_of(day), was)


@SLOW
@given(CASES, st.lists(DAY, min_size=1, max_size=6))
def test_the_stretches_of_time_tell_the_status_of_each_day(written, told, days):
    written(told)
    spans = md.spans("2026-11-21")
    assert (spans["start"] <= spans["end"]).all() and set(spans["status"]) <= set(STATUSES)
    for day in days:
        at = pd.Timestamp(day)
        of_day = spans[(spans["start"] <= at) & ((at < spans["end"]) | spans["is_last"])].set_index("case_id")["status"]
        now = md.status_as_of(day)["status"].astype(str)
        assert not of_day.index.duplicated().any()
        assert now.to_dict() == {case: of_day.get(case, "nothing_recorded") for case in now.index}


@SLOW
@given(CASES, DAY, DAY)
def test_what_was_known_by_a_day_is_what_sources_of_that_day_had_told(written, told, day, known):
    """As if the steps that no source had told by then were not in the file; and once all is known nothing is left out."""
    written(told)
    was, whole, now = md.status_as_of(day, known_by=known), md.status_as_of(day), md.status_as_of(day, known_by="2100-01-01")
    published = md.sources()["published_latest"]
    written({case: [row for row in rows if published[row["source_id"]] <= pd.Timestamp(known)] for case, rows in told.items()})
    pd.testing.assert_frame_equal(md.status_as_of(day), was)
    pd.testing.assert_frame_equal(now, whole)


@SLOW
@given(cases(), DAY)
def test_a_second_source_makes_a_step_known_no_later(written, steps, day):
    told = {"case-test-a": [row | {"rank": "normal"} for row in steps]}
    second = {"evidence_id": "evd-test-1", "table": "case_steps", "row_id": "step-case-test-a-1", "support": "supports", "source_id": sources()[0], "locator": "p1", "rank": "normal",
              "recorded_date": "2026-11-21"}
    written(told)
    before = md.steps()["known_from"].tolist()
    written(told, evidence=[second])
    after = md.steps()["known_from"].tolist()
    assert after[0] == min(before[0], md.sources().loc[sources()[0], "published_latest"]) and after[1:] == before[1:]
