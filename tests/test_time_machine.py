"""The time machine: its data are the ledger's, its table is whole, and its controls show what the ledger says."""

import datetime as dt
import json
import os
import re

import metoo_data as md
import pandas as pd
import pytest
import time_machine
from bs4 import BeautifulSoup
from conftest import ROOT
from metoo_data import analysis, ledger
from metoo_figures import records, style

PAGE = ROOT / "_build" / "html" / "chapters" / "generated" / "time-machine.html"
NOTHING = "nothing_recorded"


@pytest.fixture(scope="module")
def data() -> dict:
    return json.loads(BeautifulSoup(time_machine.pages()["time-machine"], "html.parser").find(id="time-machine-data").string)


@pytest.fixture
def quick(monkeypatch):
    """The ledger's steps are read once, and not for each of a thousand days."""
    steps = ledger.steps()
    monkeypatch.setattr(ledger, "steps", lambda: steps)
    return steps


def days_around(stamps: pd.Series) -> list[dt.date]:
    """Each day on which something happens, and the day before it."""
    days = {stamp.date() for stamp in stamps}
    return sorted(days | {day - dt.timedelta(days=1) for day in days} | {records.book()["date"]})


def shown(spans: dict, day: dt.date) -> dict[str, tuple[str, str]]:
    """Status and since of every case on a day, as the page's script looks them up."""
    last = {case: [entry for entry in entries if entry[0] <= day.isoformat()] for case, entries in spans.items()}
    return {case: tuple(entries[-1][1:]) for case, entries in last.items() if entries}


def told(day: dt.date, known_by: dt.date | None = None) -> dict[str, tuple[str, str]]:
    """The same from the ledger."""
    rows = md.status_as_of(day, known_by).dropna(subset="step_id")
    return {case: (status, md.in_words(since)) for case, status, since in zip(rows.index, rows["status"].astype(str), rows["since"])}


def test_the_data_equal_the_ledger_on_every_day_of_a_step_and_the_day_before(data, quick):
    days = days_around(quick["certain_by"])
    starts = {entry[0] for entries in data["spans"]["today"].values() for entry in entries}
    assert starts <= {day.isoformat() for day in days} and len(days) > 500
    for day in days:
        assert shown(data["spans"]["today"], day) == told(day), day


def test_what_was_known_by_then_equals_the_ledger(data, quick):
    """Each fifth of the days on which a step was taken or told, the day before each, and the days of the articles: all of them take two minutes (TIME_MACHINE_EVERY=1)."""
    days = sorted({*quick["certain_by"], *quick["known_from"]})
    starts = {entry[0] for entries in data["spans"]["known"].values() for entry in entries}
    assert starts <= {f"{day:%Y-%m-%d}" for day in days} and len(days) > 500
    every = int(os.environ.get("TIME_MACHINE_EVERY", 5))
    for day in days_around(pd.Series([*days[::every], *md.sources().loc[list(analysis.SEEDS), "published_latest"]])):
        assert shown(data["spans"]["known"], day) == told(day, known_by=day), day


def test_the_range_holds_every_change(data):
    starts = [entry[0] for cases in data["spans"].values() for entries in cases.values() for entry in entries]
    assert data["first"] == min(starts) and max(starts) <= data["last"] == records.book()["date"].isoformat()


def test_every_case_stands_once_in_the_table_with_the_status_of_the_latest_day():
    page = BeautifulSoup(time_machine.pages()["time-machine"], "html.parser")
    cases = md.cases()
    now = md.status_as_of(records.book()["date"])
    rows = page.select(".tm-table tbody tr")
    assert sorted(row["data-case"] for row in rows) == sorted(cases.loc[cases["rank"] != "deprecated", "case_id"])
    for row in rows:
        assert row.select_one(".tm-words").get_text() == md.STATUSES[now.loc[row["data-case"], "status"]]
        assert row.a["href"] == f"table-cases.html#{row['data-case']}" and not row.has_attr("hidden")
    counted = {row["data-status"]: int(row.select("td")[0].get_text()) for row in page.select(".tm-counts tr[data-status]")}
    assert counted == now["status"].value_counts().to_dict()
    assert page.select_one("form.tm-controls").has_attr("hidden") and "as of" in page.select_one(".tm-static").get_text()


def test_the_page_holds_labels_and_no_captions():
    text = time_machine.pages()["time-machine"]
    cases = md.cases()
    for caption, label in zip(cases["caption"], cases["label"]):
        assert pd.isna(caption) or caption not in text or caption in label


def test_nothing_on_the_page_needs_an_exception_from_a_strict_policy():
    page = BeautifulSoup(time_machine.pages()["time-machine"], "html.parser")
    for tag in page.find_all(True):
        assert not [name for name in tag.attrs if name == "style" or name.startswith("on")], tag
    assert [tag.get("type") or tag.get("src") for tag in page.find_all("script")] == ["application/json", "../../_static/time-machine.js"]
    assert not page.find_all(["style", "link", "img", "iframe"])


def test_marks_differ_in_shape_and_their_colours_hold_in_both_themes():
    assert len(set(time_machine.MARKS.values())) == len(time_machine.MARKS) == len(style.FAMILIES)
    css = (ROOT / "chapters" / "_static" / "book.css").read_text(encoding="utf-8")
    css = css[css.index("/* Time machine */"):css.index("/* end of time machine */")]
    light = dict(re.findall(r"^\.tm-(\w+) \{ color: (#\w{6}); \}", css, re.M))
    dark = {name: colour for names, colour in re.findall(r"^(html\[data-theme=\"dark\"\] \.tm-\w.*) \{ color: (#\w{6}); \}", css, re.M)
            for name in re.findall(r"\.tm-(\w+)", names)}
    assert set(light) == set(dark) == set(time_machine.MARKS)
    assert {name: light[name] for name in light if name != "open"} == {name: style.FAMILIES[name][1] for name in light if name != "open"}
    for name in light:            # WCAG 2.2, 1.4.11, on the theme's two grounds
        assert contrast(light[name], "#FFFFFF") >= 3 and contrast(dark[name], "#14181E") >= 3, name


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as WCAG 2.2 defines it."""
    def light(colour: str) -> float:
        parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


# In a browser, from disk.

class Machine:
    """The page in a browser: what a reader does, and what the reader then sees."""

    def __init__(self, browser, **options):
        assert PAGE.exists(), "the pages are not built: run make book first"
        self.faults: list[str] = []
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else self.faults.append(request.url))

    def open(self, fragment: str = "") -> "Machine":
        self.page.goto("about:blank")
        self.page.goto(PAGE.as_uri() + fragment)
        self.page.wait_for_load_state()
        return self

    def day(self) -> str:
        return self.page.input_value("#tm-date")

    def note(self) -> str:
        return self.page.text_content(".tm-note")

    def settle(self) -> str:
        """Waits until the page has spoken; returns the address' fragment."""
        self.page.wait_for_timeout(600)
        return self.page.evaluate("location.hash")

    def rows(self) -> dict[str, tuple[str, str]]:
        """The visible rows: case to status and since."""
        seen = self.page.eval_on_selector_all(".tm-table tbody tr", """rows => rows.filter(row => row.checkVisibility()).map(row =>
            [row.dataset.case, row.querySelector(".tm-words").textContent, row.querySelector(".tm-since").textContent])""")
        return {case: (status, since) for case, status, since in seen}

    def counts(self) -> dict[str, int]:
        seen = self.page.eval_on_selector_all(".tm-counts tr[data-status]", "rows => rows.filter(row => row.checkVisibility()).map(row => [row.dataset.status, row.cells[1].textContent])")
        return {status: int(n) for status, n in seen}


def expected(day: str, known: bool = False, cases=None) -> dict[str, tuple[str, str]]:
    """The rows that the page has to show."""
    found = told(dt.date.fromisoformat(day), dt.date.fromisoformat(day) if known else None)
    return {case: (md.STATUSES[status], since) for case, (status, since) in found.items() if status != NOTHING and (cases is None or case in cases)}


@pytest.fixture
def reader(browser):
    machine = Machine(browser, viewport={"width": 1280, "height": 900})
    yield machine
    machine.context.close()
    assert machine.faults == [], "no error in the console, and no request to anybody"


DAYS = ["2017-10-15", "2018-01-31", "2018-10-09", "2018-12-31", "2019-03-07", "2020-02-29", "2021-02-02", "2023-12-31", "2026-03-31"]      # and the first one


@pytest.mark.site
@pytest.mark.parametrize("mode", ["today", "known"])
def test_ten_days_by_the_date_field(reader, mode, quick, data):
    reader.open().page.check(f"input[value={mode}]")
    for day in [data["first"], *DAYS]:
        reader.page.fill("#tm-date", day)
        assert reader.rows() == expected(day, mode == "known"), day
        assert reader.page.input_value("#tm-slider") == str((dt.date.fromisoformat(day) - dt.date.fromisoformat(data["first"])).days)
    counts = md.status_as_of(DAYS[-1], DAYS[-1] if mode == "known" else None)["status"].value_counts()
    assert reader.counts() == counts[counts > 0].to_dict()


@pytest.mark.site
def test_the_slider_by_keyboard(reader, quick, data):
    last = records.book()["date"]
    reader.open("#day=2020-03-31").page.focus("#tm-slider")
    for key, day in [("ArrowLeft", "2020-03-30"), ("ArrowRight", "2020-03-31"), ("PageDown", "2020-02-29"), ("PageUp", "2020-03-29"), ("ArrowUp", "2020-03-30"),
                     ("PageUp", "2020-04-30"), ("Home", data["first"]), ("PageDown", data["first"]), ("End", last.isoformat()), ("PageUp", last.isoformat()),
                     ("ArrowLeft", (last - dt.timedelta(days=1)).isoformat())]:
        reader.page.keyboard.press(key)
        assert reader.day() == day, key
        assert reader.rows() == expected(day), key
        assert reader.page.get_attribute("#tm-slider", "aria-valuetext") == md.in_words(day) == reader.page.text_content(".tm-day output")


@pytest.mark.site
def test_the_days_of_the_articles_and_the_changes_have_buttons(reader, quick, data):
    reader.open()
    seeds = {f"{day:%Y-%m-%d}" for day in md.sources().loc[list(analysis.SEEDS), "published_latest"]}
    buttons = reader.page.locator("button[data-day]")
    assert {buttons.nth(i).get_attribute("data-day") for i in range(buttons.count())} == seeds | {records.book()["date"].isoformat()}
    for day in seeds:
        reader.page.click(f"button[data-day='{day}']")
        assert reader.day() == day and reader.rows() == expected(day)
    reader.page.fill("#tm-date", "2018-10-10")
    starts = sorted({entry[0] for entries in data["spans"]["today"].values() for entry in entries})
    reader.page.click("button[data-step='1']")
    assert reader.day() == next(start for start in starts if start > "2018-10-10")
    assert "counts from this day" in " ".join(reader.page.locator(".tm-table tr:visible .tm-new").all_text_contents())
    reader.page.fill("#tm-date", data["first"])
    reader.page.click("button[data-step='-1']")
    assert reader.day() == data["first"] and f"changed before {md.in_words(data['first'])}" in reader.note()


@pytest.mark.site
def test_a_link_restores_day_mode_and_filters(reader, quick):
    cases = md.cases().set_index("case_id")
    region = cases["country_iso3"].map(md.countries().set_index("iso3")["book_region"])
    reader.open().page.select_option("[name=region]", "asia")
    reader.page.select_option("[name=direction]", "against_speaker")
    reader.page.check("input[value=known]")
    reader.page.fill("#tm-date", "2019-03-07")
    wanted = {*cases.index[(region == "asia") & (cases["direction"] == "against_speaker")]}
    assert reader.rows() == expected("2019-03-07", True, wanted) != {}
    fragment = reader.settle()
    assert fragment == "#day=2019-03-07&mode=known&region=asia&direction=against_speaker"
    seen, spoken = reader.rows(), reader.page.text_content(".tm-said")
    assert spoken.startswith(f"7 March 2019, as far as known by then: {len(seen)} of {len(wanted)} cases")
    reader.open(fragment).settle()
    assert reader.rows() == seen and reader.page.text_content(".tm-said") == spoken and reader.page.is_checked("input[value=known]")
    reader.page.evaluate("location.hash = '#day=2021-02-02&forum=criminal'")
    reader.settle()
    assert reader.rows() == expected("2021-02-02", False, {*cases.index[cases["forum"] == "criminal"]})


@pytest.mark.site
def test_the_link_can_be_copied_or_taken_from_a_field(browser):
    for may in (True, False):
        reader = Machine(browser)
        forbid = "() => Promise.reject(new Error('no'))" if not may else "text => { window.copied = text; return Promise.resolve(); }"
        reader.page.add_init_script(f"Object.defineProperty(navigator, 'clipboard', {{ value: {{ writeText: {forbid} }} }})")
        reader.open("#day=2019-03-07").page.click(".tm-copy")
        link = reader.page.evaluate("window.copied") if may else reader.page.input_value(".tm-link input")
        assert link == PAGE.as_uri() + "#day=2019-03-07" and ("copied" in reader.note()) is may
        assert reader.page.is_visible(".tm-link") is not may and reader.faults == []
        reader.context.close()


@pytest.mark.site
def test_days_that_cannot_be_are_mended_with_a_sentence(reader, data):
    first, last = data["first"], data["last"]
    for asked, day, sentence in [("2031-01-01", last, "ends on"), ("1850-01-01", first, "first step"), ("2019-02-30", last, "not a whole date"), ("soon", last, "not a whole date")]:
        reader.open(f"#day={asked}")
        assert reader.day() == day and sentence in reader.note(), asked
    reader.open("#day=2019-03-07")
    for key, asked, day, sentence in [("Enter", "", "2019-03-07", "not a whole date"), (None, "2031-01-01", last, "ends on"), ("Enter", "1850-01-01", first, "first step")]:
        reader.page.fill("#tm-date", "2019-03-07")
        reader.page.fill("#tm-date", asked)
        assert reader.note() == "", "who types is not interrupted"
        reader.page.press("#tm-date", key) if key else reader.page.locator("#tm-date").blur()
        assert reader.day() == day and sentence in reader.note(), asked
    reader.page.fill("#tm-date", "2019-03-08")
    assert reader.day() == "2019-03-08" and reader.note() == ""
    reader.open("#mode=nothing&region=%22%5D&day=2019-03-07")
    assert reader.day() == "2019-03-07" and reader.rows() == expected("2019-03-07")


@pytest.mark.site
def test_a_date_can_be_typed_key_by_key(reader):
    reader.open().page.focus("#tm-date")
    reader.page.keyboard.type("03072019")
    assert reader.page.text_content(".tm-day output") == "7 March 2019" and reader.note() == ""


@pytest.mark.site
@pytest.mark.parametrize("width", [360, 1280])
def test_without_the_script_the_table_is_there_and_nothing_runs_sideways(browser, width):
    for scripts in (False, True):
        reader = Machine(browser, java_script_enabled=scripts, viewport={"width": width, "height": 800})
        reader.open()
        assert reader.page.is_visible("form.tm-controls") is scripts and reader.page.is_visible(".tm-static") is not scripts
        if scripts:
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
        else:
            assert reader.page.locator(".tm-table tbody tr:visible").count() == (md.cases()["rank"] != "deprecated").sum()
        reader.context.close()
