"""The loaders: types, codebook, raw files, sources, and refusal of a broken table."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import metoo_data as md
from metoo_data import bibliography, schema


@pytest.mark.parametrize("name", list(md.tables()))
def test_each_table_has_a_function_that_loads_it_and_tells_its_codebook(name):
    function = getattr(md, name)
    frame = function()
    pd.testing.assert_frame_equal(frame, md.load(name))
    assert list(md.tables()[name].columns) == [c for c in frame.columns if c in md.tables()[name].columns]
    assert function.__doc__ == schema.codebook(name)
    assert md.path(name).read_text(encoding="utf-8").count("\n") - 1 == len(frame)


def test_types():
    steps, statistics, events = md.case_steps(), md.statistics(), md.events()
    assert isinstance(steps["outcome"].dtype, pd.CategoricalDtype) and steps["outcome"].cat.ordered
    assert steps["seq"].dtype == "Int64" and statistics["value"].dtype == "Float64"
    assert steps["date_latest"].dtype.kind == "M" and events["recorded_date"].dtype.kind == "M"
    assert list(steps["date_precision"].cat.categories) == ["day", "month", "year", "interval"]


def test_dates_are_spread_over_four_columns():
    row = md.events().set_index("event_id").loc["ev-usa-milano-call"]
    assert (str(row["date"]), row["date_precision"]) == ("2017-10", "month")
    assert (row["date_earliest"], row["date_latest"]) == (pd.Timestamp("2017-10-01"), pd.Timestamp("2017-10-31"))


def test_an_open_interval_has_no_first_day():
    events = md.events()
    open_start = events[events["date"].str.startswith("../")]
    assert len(open_start) and open_start["date_earliest"].isna().all() and open_start["date_latest"].notna().all()


def test_a_frame_is_the_readers_own():
    first = md.events()
    first.loc[0, "title"] = "changed"
    assert md.events().loc[0, "title"] != "changed"


def test_an_unknown_table_is_refused_with_the_nearest():
    with pytest.raises(KeyError, match="Did you mean 'events'"):
        md.load("event")


def test_sources_have_their_dates():
    sources = md.sources()
    assert sources.loc["foreign-policy-2019", "author"] == "Meighan Stone; Rachel Vogelstein"
    assert sources.loc["slate-2018", "published_latest"] == pd.Timestamp("2018-01-31")
    assert set(sources.loc[["slate-2018", "foreign-policy-2019", "propergaanda-2018", "shoutout-2021", "time-2018"], "lines"]) == {"18", "62", "34", "11", "42"}
    assert (sources["kind"] != "").all() and (sources["title"] != "").all()


def test_a_broken_table_is_not_loaded_and_the_words_are_those_of_the_check(copy, monkeypatch):
    monkeypatch.setattr(schema, "ROOT", copy.root)
    copy.edit("events", "type", "protests")
    copy.edit("events", "date", "2018-13", row=1)
    with pytest.raises(md.DataError) as error:
        md.events()
    told = [str(p) for p in error.value.problems]
    assert len(told) == 2 and all(one in copy.problems() for one in told)
    assert "nothing was loaded" in str(error.value)


def test_a_missing_table_is_told(copy, monkeypatch):
    monkeypatch.setattr(schema, "ROOT", copy.root)
    copy.file("events").unlink()
    with pytest.raises(md.DataError, match="the file is not there"):
        md.events()


@pytest.mark.parametrize("name", ["tables/countries.csv", "references.bib"])
def test_nothing_is_loaded_where_what_it_leads_to_is_gone(copy, monkeypatch, name):
    monkeypatch.setattr(schema, "ROOT", copy.root)
    (copy.root / name).unlink()
    with pytest.raises(md.DataError, match="the file is not there"):
        md.events()


def test_values_are_those_of_the_file():
    raw = pd.read_csv(ROOT / "data" / "tables" / "statistics.csv", dtype=str, keep_default_na=False)
    assert np.allclose(raw["value"].astype(float), md.statistics()["value"].astype(float))


# Two readers of the bibliography: a quick one for the form that ours has, and pybtex for every other.

BOOKS = "@book{one,\n  author = {Bâ, Mariama and {Tarana Burke, Inc.} and bell hooks},\n  title = {{A \\& B}},\n  year = {1979}\n}\n\n@misc{two,\n title={x {y} z},\n}\n"


def test_the_quick_reader_reads_what_pybtex_reads():
    text = (ROOT / "data" / "references.bib").read_text(encoding="utf-8")
    for book in (text, BOOKS):
        entries, problems = bibliography._in_any_form(book)
        assert bibliography._in_plain_form(book) == entries != {} and problems == []


@pytest.mark.parametrize(("old", "new"), [
    ("{1979}", "{1979"), ("{1979}", '"1979"'), ("{1979}", "{19} # {79}"), ("{1979}\n", "{1979}},\n  note = {{x}\n"), ("@misc{two", "@misc{One"), ("@misc", "stray words\n@misc"),
    ("@misc", "@misc{three, title = {z}}\n@misc"), ("  year", "  title"), ("hooks}", "hooks, b., c}"), ("{x {y}", "{x\n{y}"), ("{x {y}", "{x  {y}"), ("{1979}", "{}19{79}{"), ("{1979}", "}1979{"),
    ("  year = {1979}", "  year = {1979} title2 = {x}"),
])
def test_the_quick_reader_leaves_any_other_form_to_pybtex(old, new):
    assert old in BOOKS and bibliography._in_plain_form(BOOKS.replace(old, new, 1)) is None
