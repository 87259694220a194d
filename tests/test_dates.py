"""EDTF dates: what they mean, and what is said of those that are none."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metoo_data import dates

DAY = dt.date


@pytest.mark.parametrize(("text", "first", "last", "precision", "qualifier"), [
    ("2018-01-29", DAY(2018, 1, 29), DAY(2018, 1, 29), "day", "exact"),
    ("2018-02", DAY(2018, 2, 1), DAY(2018, 2, 28), "month", "exact"),
    ("2020-02", DAY(2020, 2, 1), DAY(2020, 2, 29), "month", "exact"),
    ("2018-12", DAY(2018, 12, 1), DAY(2018, 12, 31), "month", "exact"),
    ("2009~", DAY(2009, 1, 1), DAY(2009, 12, 31), "year", "approximate"),
    ("2018-03?", DAY(2018, 3, 1), DAY(2018, 3, 31), "month", "uncertain"),
    ("2018%", DAY(2018, 1, 1), DAY(2018, 12, 31), "year", "uncertain_approximate"),
    ("2018-01-23/2018-01-31", DAY(2018, 1, 23), DAY(2018, 1, 31), "interval", "exact"),
    ("2018-04/..", DAY(2018, 4, 1), dates.OPEN_END, "interval", "exact"),
    ("../2018-04", dates.OPEN_START, DAY(2018, 4, 30), "interval", "exact"),
    ("2010~/2017", DAY(2010, 1, 1), DAY(2017, 12, 31), "interval", "approximate"),
])
def test_what_a_date_means(text, first, last, precision, qualifier):
    date = dates.parse(text)
    assert (date.earliest, date.latest, date.precision, date.qualifier) == (first, last, precision, qualifier)


@pytest.mark.parametrize(("text", "says"), [
    ("13/05/2019", "Did you mean '2019-05-13'?"),
    ("05/06/2019", "Did you mean '2019-05-06' or '2019-06-05'?"),
    ("2018-13", "there is no month 13"),
    ("2018-02-30", "February 2018 has no day 30"),
    ("2018-1-5", "Did you mean '2018-01-05'?"),
    ("43129", "Did you mean '2018-01-29'?"),
    ("Jan-18", "a spreadsheet rewrote"),
    ("29-Jan-2018", "a spreadsheet rewrote"),
    ("2018-01-29 00:00:00", "a spreadsheet rewrote"),
    ("2019/2018", "ends before it starts"),
    ("../..", "open at both ends"),
    ("0000", "no year 0000"),
    ("January 2018", "a spreadsheet rewrote"),
    ("soon", "Allowed: 2018, 2018-01"),
    ("2018-01-29T10:00", "a spreadsheet rewrote"),
])
def test_what_is_said_of_a_wrong_date(text, says):
    with pytest.raises(ValueError) as error:
        dates.parse(text)
    assert says in str(error.value)


@given(st.text(alphabet="0123456789-/.~?% ", max_size=22))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    try:
        date = dates.parse(text)
    except ValueError as error:
        assert f"'{text}'" in str(error) or "no year" in str(error) or "'" in str(error)
    else:
        assert date.earliest <= date.latest


@given(st.dates(min_value=DAY(1, 1, 1), max_value=DAY(9999, 12, 30)))
def test_a_day_lies_in_its_month_and_year(day):
    month, year = dates.parse(f"{day:%Y-%m}".zfill(7)), dates.parse(f"{day.year:04}")
    assert month.earliest <= day <= month.latest
    assert year.earliest <= month.earliest and month.latest <= year.latest


@pytest.mark.parametrize(("text", "words"), [
    ("2018-01-29", "29 January 2018"), ("2018-01", "January 2018"), ("2009~", "about 2009"),
    ("2018-01/2018-03", "January 2018 to March 2018"), ("2018-04/..", "from April 2018"), ("../2018", "until 2018"),
])
def test_dates_in_words(text, words):
    assert dates.in_words(text) == words
