"""Dates of any form: each valid one means a stretch of days, each other text is refused with one sentence. METOO_EXAMPLES=1000 tries more."""

from __future__ import annotations

import calendar
import datetime as dt
import os

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metoo_data import cells, dates, schema

SETTINGS = settings(max_examples=100 * int(os.environ.get("METOO_EXAMPLES", "1")), deadline=None, derandomize="METOO_EXAMPLES" not in os.environ, database=None)
DAYS = st.dates(min_value=dt.date(1, 1, 1), max_value=dt.date(9999, 12, 31))
MARKS = st.sampled_from(["", "?", "~", "%"])


def written(day: dt.date, precision: str) -> str:
    return f"{day.year:04}-{day.month:02}-{day.day:02}"[: {"year": 4, "month": 7, "day": 10}[precision]]


@st.composite
def points(draw) -> str:
    """A year, month or day, with or without a mark of doubt."""
    return written(draw(DAYS), draw(st.sampled_from(["year", "month", "day"]))) + draw(MARKS)


@st.composite
def intervals(draw) -> str:
    """An interval whose ends may be open, one at a time."""
    first, last = sorted([draw(DAYS), draw(DAYS)])
    kinds = st.sampled_from(["year", "month", "day"])
    left, right = written(first, draw(kinds)) + draw(MARKS), written(last, draw(kinds)) + draw(MARKS)
    return draw(st.sampled_from([f"{left}/{right}", f"{left}/..", f"../{right}"]))


@SETTINGS
@given(st.one_of(points(), intervals()))
def test_every_valid_date_is_read_and_has_its_words(text):
    date = dates.parse(text)
    assert date.text == text and date.earliest <= date.latest
    assert date.precision in dates.PRECISIONS and date.qualifier in dates.QUALIFIERS.values()
    assert dates.in_words(text) == str(date) and dates.in_words(text).strip()
    assert cells.wrong(schema.tables()["events"].fields[1], text) is None


@SETTINGS
@given(DAYS)
def test_a_date_written_again_from_its_parts_is_the_same(day):
    for precision in ("year", "month", "day"):
        date = dates.parse(written(day, precision))
        assert written(date.earliest, precision) == written(date.latest, precision) == date.text and date.precision == precision


@SETTINGS
@given(DAYS, MARKS)
def test_a_coarser_date_encloses_a_finer_one(day, mark):
    year, month, one = (dates.parse(written(day, precision) + mark) for precision in ("year", "month", "day"))
    assert year.earliest <= month.earliest <= one.earliest == day == one.latest <= month.latest <= year.latest
    assert (month.latest - month.earliest).days + 1 == calendar.monthrange(day.year, day.month)[1]


@SETTINGS
@given(DAYS, DAYS, st.sampled_from(["year", "month", "day"]))
def test_dates_of_one_precision_lie_as_their_days(one, two, precision):
    first, second = sorted([one, two])
    left, right = dates.parse(written(first, precision)), dates.parse(written(second, precision))
    assert left.earliest <= right.earliest and left.latest <= right.latest
    assert dates.parse(f"{left.text}/{right.text}").earliest == left.earliest and dates.parse(f"{left.text}/{right.text}").latest == right.latest


@st.composite
def near_misses(draw) -> str:
    """A valid date with one letter lost, changed or put in."""
    text = draw(st.one_of(points(), intervals()))
    at = draw(st.integers(0, len(text) - 1))
    letter = draw(st.one_of(st.sampled_from(list("0123456789-/.?~% O٣３²½–\n\u00a0")), st.characters()))
    return draw(st.sampled_from([text[:at] + text[at + 1:], text[:at] + letter + text[at + 1:], text[:at] + letter + text[at:], text + letter, text * 2]))


@SETTINGS
@given(st.one_of(st.text(max_size=30), st.text(alphabet="0123456789-/.~?% ", max_size=24), near_misses(), st.from_regex(r"\d{1,5}[-/. ]\d{1,3}[-/. ]\d{1,5}")))
def test_any_other_text_is_refused_with_a_sentence(text):
    try:
        date = dates.parse(text)
    except ValueError as error:
        assert type(error) is ValueError and f"'{text}'"[:8] in str(error) or "'" in str(error)
        assert len(str(error).split()) >= 4 and "invalid literal" not in str(error)
        with pytest.raises(ValueError, match="'"):
            dates.in_words(text)
    else:
        assert date.earliest <= date.latest and text.isascii() and text == text.strip()


@SETTINGS
@given(intervals())
def test_an_interval_the_wrong_way_round_is_refused(text):
    left, right = text.split("/")
    assume(".." not in (left, right) and dates.parse(left).latest < dates.parse(right).earliest)
    with pytest.raises(ValueError, match="ends before it starts"):
        dates.parse(f"{right}/{left}")
