"""A page for each country that the tables know: its cases, laws, events, numbers and sources, and what is not recorded."""

from __future__ import annotations

import functools
import json
import re

import metoo_data as md
import pandas as pd
from country_map import way_in
from country_rows import KINDS, PARTS, Rows, count, country, day, figures, known, label, language, languages, listed, live, newest, oldest, sources, summary
from metoo_data.analysis import SEEDS
from metoo_data.status import family
from metoo_data.untrusted import in_markdown as text
from metoo_figures import records


def pages() -> dict[str, str]:
    """The way in and a page for each country that has a row: name and text in MyST Markdown."""
    return {"countries": way_in(), **{f"country-{code.lower()}": _page(code, mine) for code, mine in known().items()}}


def _page(code: str, mine: Rows) -> str:
    behind = sources(mine)
    about = summary(mine, behind)
    lines = ["---", "myst:", "  html_meta:", f"    description: {json.dumps(f'{country(code)}. {about}', ensure_ascii=False)}", "---", "",
             f"# {text(country(code))}", "", text(about), "",
             "Each line leads to its row, and each row to its source. Back to [all countries](countries.md).", ""]
    shown = figures(code)
    parts = {"Cases": _cases(mine), "Laws and rules": _reforms(mine), "Convention on harassment at work": _ratified(mine), "What happened": _events(mine),
             "Hashtags": _hashtags(mine), "Backlash": _backlash(mine), "Numbers": _numbers(mine), "Said": _claims(mine),
             "Figures": [f"- [Figure {sheet['number']}. {text(sheet['title'])}](figure-{sheet['id']}.md)" for sheet in shown],
             "Sources": _folded("sources", [f"- {{cite:t}}`{key}`" for key in behind.index], few=10), "What is not recorded": _missing(mine, shown, behind)}
    for title, body in parts.items():
        lines += [f"## {title}", "", *body, ""] if body else []
    return "\n".join(lines)


def _folded(what: str, rows: list[str], head: tuple[str, ...] = (), few: int = 25) -> list[str]:
    """Lines, with the head of their table; more than a few stand behind a line that opens them without a script."""
    return [*head, *rows] if len(rows) <= few else [f":::{{dropdown}} Show the {len(rows):,} {what}", *head, *rows, ":::"]


@functools.cache
def _today() -> pd.DataFrame:
    """The status of every case on the day of this version, with the first and last day that its step may mean."""
    steps = live("case_steps").set_index("step_id")[["date_earliest", "date_latest"]]
    return md.status_as_of(records.book()["date"])[["status", "since", "step_id"]].join(steps, on="step_id")


@functools.cache
def _stages() -> pd.DataFrame:
    return md.reforms_as_of(records.book()["date"])


@functools.cache
def _told() -> dict[str, str]:
    """Each case that a seed tells: its status on the day of each such article, the latest article first."""
    told = md.what_held(records.book()["date"]).sort_values("day", ascending=False, kind="stable")
    told["words"] = [f"{text(md.STATUSES[row.then])}, on {day(row.day.date())} ({{cite:t}}`{row.seed}`)" for row in told.itertuples()]
    return told.groupby("case_id")["words"].agg("; ".join).to_dict()


def _rows(mine: Rows, name: str, order=lambda rows: rows):
    """The rows of a table in an order, one by one; none where there are none."""
    return [_read(name)[place] for place in order(mine[name]).index] if name in mine else []


@functools.cache
def _read(name: str) -> dict:
    """The rows of a table by their place in it: to take them apart country by country would take longer than all else."""
    return {row.Index: row for row in live(name).itertuples()}


def _cases(mine: Rows) -> list[str]:
    """The cases by who answers in them, the latest change of status first."""
    if "cases" not in mine:
        return []
    lines = ["A status tells what was decided about the one who has to answer. Where the conduct is judged, that is mostly the accused person; "
             "where someone acts against the person who spoke, it is that person. The [coding rules](../coding-rules.md) say how it is computed.", ""]
    for direction, rows in newest(mine["cases"].join(_today(), on="case_id")).groupby("direction", observed=True, sort=True):
        told, title = not _told().keys().isdisjoint(rows["case_id"]), label("cases", "direction", direction)
        lines += [f"### {title[0].upper()}{title[1:]}", "", "::::{container} country-cases",
                  f"| Case | Status on {day()} | Since |{' On the day of an article |' * told}",
                  f"| --- | --- | --- |{' --- |' * told}", *(_case(row, told) for row in rows.itertuples()), "::::", ""]
    return lines


def _case(row, told: bool) -> str:
    """A line of the table. Its label begins with the country, which the page has said."""
    name = re.sub(rf"^{re.escape(country(row.country_iso3))}[:,] ", "", row.label)
    line = f"| [{text(name[0].upper() + name[1:])}](#{row.case_id}) | {text(md.STATUSES[row.status])} | {_since(row.since)} |"
    return line + f" {_told().get(row.case_id, '')} |" * told


def _since(date) -> str:
    """The date of what made a status. Of a date without a beginning it is known that it was reached by then."""
    return re.sub("^until ", "at the latest ", md.in_words(date)) if pd.notna(date) else ""


def _reforms(mine: Rows) -> list[str]:
    """The laws and rules, the latest stage first, each with all its stages."""
    rows = {row.reform_id: row for row in _rows(mine, "reforms")}
    lines = [f"Where each stood on {day()}, and its stages, the latest first.", ""] if rows else []
    for reform, stages in newest(mine["reform_stages"]).groupby("reform_id", sort=False) if rows else ():
        row, now = rows[reform], _stages().loc[reform]
        status = f"{label('reform_stages', 'stage', now['stage'])}, since {_since(now['since'])}" if pd.notna(now["stage"]) else "no stage reached"
        lines += [f"- [{text(row.title_en)}](#{reform}): {text(status)}. Link to \\#MeToo: {text(label('reforms', 'link_to_metoo', row.link_to_metoo))}."]
        lines += [f"  - [{md.in_words(stage.date)}](#{stage.stage_id}), {text(label('reform_stages', 'stage', stage.stage))}: {text(stage.summary)}"
                  for stage in stages.sort_values("seq", ascending=False).itertuples()]
    return lines


def _ratified(mine: Rows) -> list[str]:
    titles = {row.reform_id: row.title_en for row in _read("reforms").values()}
    return [f"{text(titles[row.reform_id])}: [ratified on {md.in_words(row.ratified_date)}](#{row.ratification_id})"
            + (f", in force from {md.in_words(row.in_force_date)}." if pd.notna(row.in_force_date) else ".") for row in _rows(mine, "ratifications")]


def _events(mine: Rows) -> list[str]:
    return [f"- **{md.in_words(row.date)}:** [{text(row.title)}](#{row.event_id}). {text(row.summary)}" for row in _rows(mine, "events", oldest)]


def _hashtags(mine: Rows) -> list[str]:
    return [f"- [{text(row.tag)}](#{row.hashtag_id}): {text(row.meaning_en)} ({language(row.language)}; {text(label('hashtags', 'relation', row.relation))}; "
            f"{md.in_words(row.date)})" for row in _rows(mine, "hashtags", oldest)]


def _backlash(mine: Rows) -> list[str]:
    return [f"- **{md.in_words(row.date)}:** [{text(label('backlash', 'type', row.type))}](#{row.incident_id}). {text(row.summary)}"
            for row in _rows(mine, "backlash", oldest)]


def _numbers(mine: Rows) -> list[str]:
    """Single figures, the newest first, then the newest point of each series."""
    rows = [f"| [{text(row.indicator)}](#{row.stat_id}) | {text(_value(row))} | {md.in_words(row.period)} | "
            f"{text(row.measured_by) if pd.notna(row.measured_by) else ''} |"
            for row in _rows(mine, "statistics", lambda rows: newest(rows, "period"))]
    head = ("| What | How much | When | Counted by |", "| --- | --- | --- | --- |")
    lines = ["::::{container} country-numbers", *_folded("numbers", rows, head), "::::", ""] if rows else []
    points = [_point(row) for row in _rows(mine, "series", lambda rows: newest(rows, "period").drop_duplicates("series").sort_values("series"))]
    return [*lines, "The newest point of each series:", "", *points] if points else lines


def _value(row) -> str:
    """A value with its bound and unit: ``more than 2,300,000 posts``."""
    bound = "" if row.bound in ("exact", "range") else label("statistics", "bound", row.bound).split(",")[0] + " "
    number = f"{row.value_low:,.12g} to {row.value_high:,.12g}" if row.bound == "range" else f"{row.value:,.12g}"
    word = label("statistics", "unit", row.unit)
    unit = {"percent": "%", "percent_change": "%", "currency": row.currency, "other": "", "rank": "(rank)"}.get(row.unit, word)
    return f"{bound}{number} {unit.removesuffix('s') if row.value == 1 else unit}".strip()


def _point(row) -> str:
    """The newest point of a series. In the list of first years the year is what counts, and what its note says of this country."""
    if row.comparability_group != "wbl-first-law":
        return f"- {text(row.series)}: [{text(_value(row))}](#{row.point_id}), {md.in_words(row.period)}"
    note = "" if pd.isna(row.note) or row.note == _usual_note(row.series) else f" {text(row.note)}"
    return f"- {text(row.series)}: [{md.in_words(row.period)}](#{row.point_id}). The law dates from before that year.{note}"


@functools.cache
def _usual_note(series: str) -> str:
    rows = live("series")
    return rows.loc[rows["series"] == series, "note"].mode().iat[0]


def _claims(mine: Rows) -> list[str]:
    rows = [f"- [{text(row.speaker)}](#{row.claim_id}), {text(row.speaker_role)}, {md.in_words(row.date)}: {text(row.summary)}"
            for row in _rows(mine, "claims", newest)]
    return ["Recorded as said, not as true, and in our own words.", "", *_folded("claims", rows, few=5)] if rows else []


def _missing(mine: Rows, shown: list[dict], behind: pd.DataFrame) -> list[str]:
    """What the page cannot tell, counted from the same rows."""
    empty = [many for name, (_, many) in KINDS.items() if name not in mine and name not in (*PARTS, "cases")] + ["figures of the book"] * (not shown)
    every = sum(len(rows) for rows in mine.values())
    seeds = sum(int(rows["source_id"].isin(SEEDS).sum()) for rows in mine.values())
    lines = _quiet(mine["cases"].join(_today(), on="case_id")) if "cases" in mine else [
        "- No case is recorded: our readers found none here that passes the [rules of what enters](../coding-rules.md)."]
    lines += [f"- Nothing is recorded under {listed(empty)}. This says what was not found, and not that nothing happened."] if empty else []
    return [*lines, f"- Languages: the sources are in {languages(behind)}. What was written in any other language is not behind these rows.",
            f"- The five articles that the book began with are the source of {f'{seeds:,}' if seeds else 'none'} of {count(every, 'row', 'rows')}."]


def _quiet(cases: pd.DataFrame) -> list[str]:
    """Cases without an end whose last change of status is more than two years old."""
    today = pd.Timestamp(records.book()["date"])
    still = cases[(cases["status"].astype(str).map(family) == "open") & (cases["date_latest"] < today - pd.DateOffset(years=2))]
    return [f"- In {len(still)} of {count(len(cases), 'case', 'cases')} nothing is decided, and the status is more than two years old: an end may exist "
            "that no source of ours tells."] if len(still) else []
