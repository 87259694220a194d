"""A damaged record of a figure, book.yml or retired.yml is told with file and line, whatever was done to it. METOO_EXAMPLES=100 tries more."""

from __future__ import annotations

import os
import re
import shutil

import metoo_figures as mf
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from metoo_figures import records, scaffold

MORE = int(os.environ.get("METOO_EXAMPLES", "1"))
SETTINGS = settings(max_examples=60 * MORE, deadline=None, derandomize=MORE == 1, database=None, phases=[Phase.generate],
                    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
GOOD = (ROOT / "figures" / "records" / "africa-cases.yml").read_bytes()
DATA = pd.DataFrame({"source_id": ["time-2018"], "locator": ["p1"]})
FILE = "figures/records/africa-cases.yml"


@pytest.fixture
def room(tmp_path, monkeypatch):
    """The records of the figures, with one of them, and the settings of the book: each may be damaged."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "africa-cases.yml").write_bytes(GOOD)
    for name in ("book.yml", "retired.yml"):
        shutil.copy(ROOT / "figures" / name, tmp_path / name)
    monkeypatch.setattr(records, "ROOT", tmp_path)
    records.book.cache_clear()
    yield tmp_path
    records.book.cache_clear()


def told(room, content: bytes) -> str:
    """What is said of a record; empty where its words stand as they should. Nothing but FigureError may come."""
    (room / "records" / "africa-cases.yml").write_bytes(content)
    try:
        records._read("africa-cases")
    except mf.FigureError as error:
        return str(error)
    try:
        records.fill("africa-cases", DATA, {})
    except mf.FigureError:
        return ""                      # the numbers are the notebook's
    raise AssertionError("a record with placeholders was filled with nothing")


def line(start: str) -> int:
    return next(number for number, text in enumerate(GOOD.decode().splitlines(), 1) if text.startswith(start))


BROKEN = [
    ("a letter in Latin-1", lambda t: t.replace(b"Egypt", b"\xc9gypt", 1), line("title"), "not UTF-8"),
    ("a brace not closed", lambda t: t.replace(b"{later}", b"{later", 1), line("title"), "a brace is opened or closed alone"),
    ("a brace too many", lambda t: t.replace(b"{later}", b"{later}}", 1), line("title"), "a brace is opened or closed alone"),
    ("an empty placeholder", lambda t: t.replace(b"{later}", b"{}", 1), line("title"), "is no placeholder"),
    ("a placeholder with a form", lambda t: t.replace(b"{later}", b"{later:.1f}", 1), line("title"), "is no placeholder"),
    ("a placeholder that reaches inside", lambda t: t.replace(b"{later}", b"{later.real}", 1), line("title"), "is no placeholder"),
    ("a placeholder by number", lambda t: t.replace(b"{later}", b"{0}", 1), line("title"), "is no placeholder"),
    ("an unknown field", lambda t: t + b"colour: red\n", len(GOOD.splitlines()) + 1, "there is no field 'colour'"),
    ("a field under another name", lambda t: t.replace(b"\nnote:", b"\nnotes:", 1), line("note"), "Did you mean 'note'?"),
    ("a field missing", lambda t: re.sub(rb"\nalt:.*", b"", t), None, "field 'alt' is missing"),
    ("a field left empty", lambda t: re.sub(rb"\nalt:.*", b"\nalt:", t), line("alt"), "field 'alt' is missing or empty"),
    ("a list for a text", lambda t: re.sub(rb"\nalt:.*", b"\nalt: [one, two]", t), line("alt"), "is no text"),
    ("a mapping for a text", lambda t: re.sub(rb"\nalt:.*", b"\nalt: {one: two}", t), line("alt"), "is no text"),
    ("a number for a text", lambda t: t.replace(b'"4.3"', b"4.3"), line("number"), "is no text"),
    ("a truth for a text", lambda t: re.sub(rb"\nalt:.*", b"\nalt: yes", t), line("alt"), "is no text"),
    ("a day for a text", lambda t: re.sub(rb"\nalt:.*", b"\nalt: 2018-01-01", t), line("alt"), "is no text"),
    ("a day that never was", lambda t: re.sub(rb"\nalt:.*", b"\nalt: 2018-02-30", t), None, "not readable as YAML"),
    ("Norway, which YAML takes for no", lambda t: t.replace(b"[EGY]", b"[NO]"), line("countries"), "is a list of codes"),
    ("a text for a list", lambda t: t.replace(b"[EGY]", b"EGY"), line("countries"), "is a list of codes"),
    ("a version that is a number", lambda t: t.replace(b"  0.1.0:", b"  0.1:"), line("history"), "Put quotation marks around numbers"),
    ("a list for explanations", lambda t: t.replace(b"computed:", b"computed: [a]\nrest:"), line("computed"), "field 'computed' is a list of words"),
    ("a key twice", lambda t: t + b"note: again\n", len(GOOD.splitlines()) + 1, f"'note' stands in line {line('note')} already"),
    ("a key twice inside", lambda t: t.replace(b"  later:", b"  n: again\n  later:", 1), line("  n:"), "'n' stands twice under 'computed'"),
    ("a tab", lambda t: t.replace(b"\n  later:", b"\n\tlater:", 1), None, "nothing is indented with tabs"),
    ("a quotation mark not closed", lambda t: t.replace(b'"Egypt', b"\"Egypt's \"second", 1), None, "not readable as YAML"),
    ("a colon in a bare text", lambda t: re.sub(rb"\nalt:.*", b"\nalt: one: two", t), line("alt"), "not readable as YAML"),
    ("a letter that controls a printer", lambda t: t.replace(b"Egypt", b"Egy\x07pt", 1), line("title"), "not readable as YAML"),
    ("the marks of a merge", lambda t: b"<<<<<<< HEAD\n" + t, 1, "a merge that was not finished"),
    ("a tag of Python", lambda t: t.replace(b"form: ", b"form: !!python/object:os.system ", 1), line("form"), "not readable as YAML"),
    ("an anchor that leads nowhere", lambda t: t.replace(b"form: ", b"form: *", 1), line("form"), "not readable as YAML"),
    ("an anchor that leads to itself", lambda t: t.replace(b"countries: [EGY]", b"countries: &a [*a]", 1), line("countries"), "is a list of codes"),
    ("an empty file", lambda t: b"", 1, "the file is empty"), ("words only", lambda t: b"just words\n", 1, "no list of fields"), ("a list", lambda t: b"- a\n- b\n", 1, "no list of fields"),
    ("a hidden mark at the start", lambda t: b"\xef\xbb\xbf" + t, 1, "hidden mark"), ("UTF-16", lambda t: t.decode().encode("utf-16"), 1, "UTF-16"),
    ("brackets without end", lambda t: t + b"[" * 5000, None, "not readable as YAML"),
]


@pytest.mark.parametrize(("change", "where", "says"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
def test_a_damaged_record_is_told_with_its_line(room, change, where, says):
    content = change(GOOD)
    assert content != GOOD
    message = told(room, content)
    assert says in message and FILE in message and "Traceback" not in message, message
    assert (f"{FILE}, line {where}: " if where else FILE) in message, message


@SETTINGS
@given(st.data())
def test_any_bytes_lost_changed_or_put_in_are_told_or_do_no_harm(room, data):
    at = data.draw(st.integers(0, len(GOOD) - 1))
    new = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"{", b"}", b"\t", b'"', b"'", b": ", b"\n", b"&a ", b"*a ", b"!!", b"[", b"- ", b"#", b"|", b"%"])))
    message = told(room, GOOD[:at] + new + GOOD[at + data.draw(st.integers(0, 4)):])
    assert not message or FILE in message and "Traceback" not in message


@pytest.mark.parametrize("file", ["book.yml", "retired.yml"])
@SETTINGS
@given(data=st.data())
def test_settings_that_are_damaged_are_told_or_do_no_harm(room, file, data):
    good = (ROOT / "figures" / file).read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    new = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"{", b"}", b"\t", b'"', b": ", b"\n", b"&a ", b"*a ", b"!!", b"[", b"#"])))
    (room / file).write_bytes(good[:at] + new + good[at + data.draw(st.integers(0, 12)):])
    records.book.cache_clear()
    try:
        found = records.book() if file == "book.yml" else records.retired()
    except mf.YamlError as error:
        assert error.faults and all(fault.startswith(f"figures/{file}") for fault in error.faults) and "Traceback" not in str(error)
    else:
        assert set(found) == {*records.BOOK, "date", "version"} if file == "book.yml" else all(set(gone) == {"version", "successor", "reason"} for gone in found.values())


@pytest.mark.parametrize(("content", "says"), [
    (b"", "figures/book.yml, line 1: the file is empty"), (b"title: [", "not readable as YAML"), (b"title: caf\xe9", "figures/book.yml, line 1: the file is not UTF-8"),
    (b"title: x\ndate: soon\n", "figures/book.yml, line 2: 'date' is missing or no day"), (b"titel: x\n", "figures/book.yml, line 1: there is no field 'titel'. Did you mean 'title'?"),
    (None, "figures/book.yml: the file is not there")], ids=["empty", "open", "latin", "date", "name", "gone"])
def test_a_figure_cannot_begin_where_the_settings_are_broken_and_a_sentence_says_so(room, content, says):
    (room / "book.yml").unlink()
    if content is not None:
        (room / "book.yml").write_bytes(content)
    assert says in scaffold.main("asia-distances") and not (room / "records" / "asia-distances.yml").exists()


def test_every_record_of_the_book_is_read():
    for path in (ROOT / "figures" / "records").glob("*.yml"):
        assert records._read(path.stem).raw == yaml.safe_load(path.read_text(encoding="utf-8"))
