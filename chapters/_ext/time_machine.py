"""The time machine: one page that shows where each case stood on a chosen day."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable

import metoo_data as md
import pandas as pd
from metoo_data import analysis, ledger
from metoo_figures import records, style

#: The mark of each family of statuses, in the order of the page. A full mark is a decision that stands; a hollow one is none.
MARKS = {"against": "■", "for": "▲", "mixed": "◆", "fell": "▽", "ended": "□", "open": "○"}
#: The page's filters: name, label, and the column of ``rows`` that holds the code.
_FILTERS = (("region", "Region"), ("direction", "Direction"), ("forum", "Forum"))
_MODES = (("today", "By today’s knowledge", "Every step that was taken by the chosen day, as this version of the book knows it."),
          ("known", "What was known by then", "Only the steps that a source of this book had told by the chosen day."))


def pages() -> dict[str, str]:
    """The page's name and its text in MyST Markdown."""
    return {"time-machine": "\n".join([*_opening(), *_raw(_controls()), *_raw(_said()), "## Counts by status", "", *_raw(_counts()),
                                       "## The cases", "", *_raw(_table()), *_reading(), *_raw(_data_block())])}


def data() -> dict:
    """What the page's script looks up, and never works out: the stretches of status of every case, in both modes.

    ``spans[mode][case_id]`` is a list of ``[first day, status, since]``, by day. On any day the last entry that has begun holds;
    before the first one nothing is recorded. ``since`` is in words. Mode ``today`` equals ``md.status_as_of(day)``, mode
    ``known`` equals ``md.status_as_of(day, known_by=day)``.
    """
    spans = {"today": _by_case(changes(told_by_then=False)), "known": _by_case(changes(told_by_then=True))}
    first, last = days()
    return {"first": first, "last": last, "families": {code: md.family(code) for code in md.STATUSES},
            "statuses": md.STATUSES, "marks": MARKS, "family_words": {name: style.FAMILIES[name][0] for name in MARKS}, "spans": spans}


def days() -> tuple[str, str]:
    """The first and the last day of the page: that of the first step of all, and the book’s own."""
    steps = md.steps()
    return f"{steps['certain_by'].min():%Y-%m-%d}", records.book()["date"].isoformat()


def changes(told_by_then: bool) -> pd.DataFrame:
    """Every change of status up to the book's day: case_id, start (a day), status, since (EDTF), by case and day.

    With ``told_by_then`` a step counts only from the day on which a source of ours first told it, and the steps are
    folded anew on each such day, because a step that was told late may stand between two that were told early.
    """
    return _changes(ledger.views() if told_by_then else md.steps().assign(known_by=lambda steps: steps["certain_by"].min()))


def _changes(views: pd.DataFrame) -> pd.DataFrame:
    """What holds from which day: a view of a case holds from its ``known_by`` until the next one of that case."""
    known = views[["case_id", "known_by"]].drop_duplicates()
    end = pd.Timestamp(records.book()["date"]) + pd.Timedelta(days=1)
    views = views.merge(known.assign(until=known.groupby("case_id")["known_by"].shift(-1).fillna(end).clip(upper=end)), on=["case_id", "known_by"])
    views["start"] = views[["certain_by", "known_by"]].max(axis=1)
    # Of several steps that count from one day the last one tells the status of that day.
    views = views[views["start"] < views["until"]].drop_duplicates(["case_id", "start"], keep="last")
    states = views[["case_id", "status_after", "since"]]
    new = (states != states.shift()).any(axis=1)
    return views.loc[new, ["case_id", "start", "status_after", "since"]].rename(columns={"status_after": "status"}).reset_index(drop=True)


def _by_case(changed: pd.DataFrame) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for case, start, status, since in changed.itertuples(index=False):
        found.setdefault(case, []).append([f"{start:%Y-%m-%d}", status, md.in_words(since)])
    return found


def rows() -> pd.DataFrame:
    """The cases of the table, by country and label, with the codes that the filters read and today's status."""
    cases = md.cases()
    cases = cases[cases["rank"] != "deprecated"].set_index("case_id")
    places = md.countries().set_index("iso3")
    cases["country"], cases["region"] = cases["country_iso3"].map(places["name"]), cases["country_iso3"].map(places["book_region"])
    now = md.status_as_of(records.book()["date"])
    return cases.assign(status=now["status"].astype(str), since=now["since"].map(md.in_words, na_action="ignore")).sort_values(["country", "label"])


def _words(column: str) -> dict[str, str]:
    """The labels of a filter's codes, as the data package tells them."""
    table, name = ("countries", "book_region") if column == "region" else ("cases", column)
    return next(field.labels for field in md.tables()[table].fields if field.name == name)


def _today() -> str:
    return md.in_words(records.book()["date"].isoformat())


def _raw(lines: Iterable[str]) -> list[str]:
    return ["```{raw} html", *lines, "```", ""]


def _opening() -> list[str]:
    return ["# Time machine", "",
            "Choose a day, and the table shows where each case of this book stood on it. Each status is computed from the dated steps of the case, "
            "by the same rules as in the chapters, so a conviction that was set aside later is a conviction on the days before.", ""]


def _controls() -> list[str]:
    """The form. It is hidden until the script that serves it runs."""
    return ['<form class="tm-controls" autocomplete="off" hidden>', *_day(), *_articles(), *_modes(), '<div class="tm-filters">', *(line for name, label in _FILTERS for line in _filter(name, label)),
            "</div>", '<div class="tm-row"><button type="button" class="tm-copy">Copy link to this day</button>',
            '<label class="tm-link" hidden>Copy this address <input type="text" readonly></label></div>',
            '<p class="tm-note" role="status"></p>', "</form>"]


def _day() -> list[str]:
    first, last = days()
    length = (pd.Timestamp(last) - pd.Timestamp(first)).days
    return ['<div class="tm-row tm-day"><label for="tm-slider">Day</label> <output for="tm-slider tm-date" aria-live="off"></output></div>',
            f'<input id="tm-slider" class="tm-slider" type="range" min="0" max="{length}" step="1" value="{length}" aria-describedby="tm-keys">',
            '<p id="tm-keys" class="tm-keys">Arrow keys move by a day, Page Up and Page Down by a month, Home and End to the first and the last day.</p>',
            f'<div class="tm-row"><label>Date <input id="tm-date" type="date" min="{first}" max="{last}" required></label>',
            '<button type="button" class="tm-step" data-step="-1">Previous change</button> <button type="button" class="tm-step" data-step="1">Next change</button></div>']


def _articles() -> list[str]:
    """A button for the day of each seed article, and one for the book's own day."""
    seeds = md.sources().loc[list(analysis.SEEDS)].sort_values("published_latest")
    buttons = [_button(f"{day:%Y-%m-%d}", publisher, title, exact=(day == early))
               for publisher, title, early, day in zip(seeds["publisher"], seeds["title"], seeds["published_earliest"], seeds["published_latest"])]
    return ['<fieldset class="tm-articles"><legend>The day of each of the five articles, and the latest day</legend>', *buttons,
            _button(records.book()["date"].isoformat(), "This version of the book", "the latest day that it tells", exact=True), "</fieldset>"]


def _button(day: str, head: str, words: str, exact: bool) -> str:
    when = md.in_words(day) if exact else f"{md.in_words(day)} at the latest"
    return f'<button type="button" data-day="{day}"><b>{html.escape(head)}</b> <span>{html.escape(words)}</span> <span>{when}</span></button>'


def _modes() -> list[str]:
    choices = [f'<label><input type="radio" name="mode" value="{name}"{" checked" if name == "today" else ""}> <b>{label}.</b> {says}</label>' for name, label, says in _MODES]
    return ['<fieldset class="tm-modes"><legend>Which steps count</legend>', *choices, "</fieldset>"]


def _filter(name: str, label: str) -> list[str]:
    used = set(rows()[name])
    options = [f'<option value="{code}">{html.escape(words)}</option>' for code, words in _words(name).items() if code in used]
    return [f'<label>{label} <select name="{name}"><option value="">all</option>', *options, "</select></label>"]


def _said() -> list[str]:
    return [f'<p class="tm-static">The table shows each case as of {_today()}, the day of this version. To choose another day, a browser has to run the page’s script.</p>',
            '<p class="tm-said" aria-live="polite"></p>']


def _mark(status: str) -> str:
    kind = md.family(status)
    return f'<span class="tm-mark tm-{kind}" aria-hidden="true">{MARKS[kind]}</span>' if kind else '<span class="tm-mark" aria-hidden="true"></span>'


def _counts() -> list[str]:
    """How many cases have which status, by family; a status that no case has is there and hidden."""
    counted = rows()["status"].value_counts()
    lines = ['<table class="tm-counts"><thead><tr><th scope="col">Status</th><th scope="col">Cases</th><td></td></tr></thead>']
    for kind in (*MARKS, None):
        inside = [status for status in md.STATUSES if md.family(status) == kind]
        lines += _group(kind, inside, counted) if kind else [f"<tbody>{_count('nothing_recorded', counted)}</tbody>"]
    return [*lines, "</table>"]


def _group(kind: str, inside: list[str], counted: pd.Series) -> list[str]:
    total = sum(counted.get(status, 0) for status in inside)
    return [f'<tbody data-family="{kind}"{"" if total else " hidden"}>',
            f'<tr><th scope="rowgroup">{_mark(inside[0])} {html.escape(style.FAMILIES[kind][0])}</th><td><b>{total}</b></td><td><span class="tm-bar tm-{kind}"></span></td></tr>',
            *(_count(status, counted) for status in inside), "</tbody>"]


def _count(status: str, counted: pd.Series) -> str:
    n = counted.get(status, 0)
    return f'<tr data-status="{status}"{"" if n else " hidden"}><th scope="row">{html.escape(md.STATUSES[status])}</th><td>{n}</td><td></td></tr>'


def _table() -> list[str]:
    head = "".join(f'<th scope="col">{word}</th>' for word in ("Country", "Case", "Status that day", "Since", "Forum"))
    return ['<div class="tm-box" role="region" aria-label="The cases and their status" tabindex="0">', '<table class="tm-table">',
            f'<caption>Status on {_today()}</caption>', f"<thead><tr>{head}</tr></thead>", "<tbody>", *(_row(case, row) for case, row in rows().iterrows()), "</tbody></table></div>"]


def _row(case: str, row: pd.Series) -> str:
    since = row["since"] if pd.notna(row["since"]) and row["status"] != "nothing_recorded" else ""
    codes = " ".join(f'data-{name}="{row[name]}"' for name, _ in _FILTERS)
    return (f'<tr data-case="{case}" data-status="{row["status"]}" {codes}><td data-head="Country">{html.escape(row["country"])}</td>'
            f'<th scope="row"><a href="table-cases.html#{case}">{html.escape(row["label"])}</a></th>'
            f'<td class="tm-status" data-head="Status">{_mark(row["status"])} <span class="tm-words">{html.escape(md.STATUSES[row["status"]])}</span> <span class="tm-new"></span></td>'
            f'<td class="tm-since" data-head="Since">{html.escape(since)}</td><td data-head="Forum">{html.escape(_words("forum")[row["forum"]])}</td></tr>')


def _reading() -> list[str]:
    return ["## How to read it", "",
            "A status tells how far a matter had come by that day and what a forum had decided; it does not tell what happened. "
            "In a case against the person who spoke, that person is the defendant.",
            "A full mark is a decision that stands on that day; a hollow one is a case that is open, that ended without a decision, or whose decision fell.", "",
            "A step counts once it surely was taken: one that is dated to a month counts from the month’s last day, or from the day of a later step of the same case. "
            "A case without any such step by the chosen day has no status yet; it is left out of the table and counted as “no step recorded by that day”. "
            "“Since” gives the date of the step that made the status.", "",
            "“What was known by then” goes by the sources of this book. A step may have been public earlier, in a place that the book has not read, "
            "so the day of this mode is the latest on which the step became known, and it may have been known before. "
            "The names of the cases are those of this version, and some of them tell what came later.", ""]


def _data_block() -> list[str]:
    safe = json.dumps(data(), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return [f'<script type="application/json" id="time-machine-data">{safe}</script>', '<script src="../../_static/time-machine.js" defer></script>']
