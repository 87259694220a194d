"""The ledger: every case on any day, at once. Whole columns are compared; no loop runs over days."""

from __future__ import annotations

import datetime as dt
import functools

import pandas as pd

from . import loading, schema
from .status import STATUSES, decides, family, fold


def steps() -> pd.DataFrame:
    """The steps that count, in order, with what the ledger needs to know of each.

    One row a step that is not deprecated, sorted by case and ``seq``: the columns of ``case_steps`` and
    ``known_from`` (day on which a source of ours first told it), ``certain_by`` (first day on which it surely
    was taken), ``status_after``, ``side_after`` (whom that favours in the underlying matter: complainant, accused, mixed or
    nobody), and ``decided_by`` and ``since``: the step that made that status and its EDTF date.
    """
    return _steps(schema.ROOT, loading.stamp(schema.ROOT)).copy()


@functools.lru_cache(maxsize=4)
def _steps(_root, _stamp: tuple) -> pd.DataFrame:
    """The same, made once as long as no file of the package changes."""
    table = loading.load("case_steps")
    table = table[table["rank"] != "deprecated"].sort_values(["case_id", "seq"], ignore_index=True)
    return folded(table.assign(known_from=_known_from(table)))


def as_of(date: dt.date, known_by: dt.date | None) -> pd.DataFrame:
    """See :func:`metoo_data.status_as_of`."""
    table = steps()
    if known_by is not None:
        table = folded(table[table["known_from"] <= pd.Timestamp(known_by)])
    taken = table[table["certain_by"] <= pd.Timestamp(date)]
    last = taken.groupby("case_id")[["status_after", "side_after", "since", "decided_by"]].last()
    cases = loading.load("cases")
    every = last.reindex(cases.loc[cases["rank"] != "deprecated", "case_id"].to_numpy()).rename_axis("case_id")
    status = pd.Categorical(every["status_after"].fillna("nothing_recorded"), categories=list(STATUSES), ordered=True)
    return pd.DataFrame({"status": status, "side": every["side_after"].fillna("nobody"), "since": every["since"], "step_id": every["decided_by"]}, index=every.index)


def folded(table: pd.DataFrame) -> pd.DataFrame:
    """Adds certain_by, status_after, side_after, since and decided_by to steps that are sorted by case and number."""
    case = table["case_id"]
    # A step was taken at the latest when a later step of its case was: the smallest last day from here on.
    certain = table["date_latest"][::-1].groupby(case[::-1]).cummin()[::-1]
    acts = table[["step", "outcome", "is_final"]].astype(str)
    status = [s for _, rows in acts.groupby(case, sort=False) for s in fold(rows.itertuples(index=False))]
    status = pd.Series(status, index=table.index, dtype="str")
    kind = status.map(family)
    # A decision favours whom its own step says; one that only confirms, or changes the measure, leaves that as it was.
    favours = table["favours"].astype(str).where([decides(outcome) for outcome in table["outcome"].astype(str)])
    side = favours.groupby(case).ffill().where(kind.isin(["against", "for"]), "nobody").where(kind != "mixed", "mixed")
    changed = (status != status.shift()) | (case != case.shift())
    since = table["date"].where(changed).groupby(case).ffill()
    decided_by = table["step_id"].where(changed).groupby(case).ffill()
    return table.assign(certain_by=certain, status_after=status, side_after=side, since=since, decided_by=decided_by)


def _known_from(table: pd.DataFrame) -> pd.Series:
    """The day from which each step was known: its source's, or that of an earlier supporting one."""
    evidence = loading.load("evidence")
    more = evidence[(evidence["table"] == "case_steps") & (evidence["support"] == "supports") & (evidence["rank"] != "deprecated")]
    told = pd.concat([table[["step_id", "source_id"]], more[["row_id", "source_id"]].rename(columns={"row_id": "step_id"})])
    day = told["source_id"].map(loading.sources()["published_latest"])
    return table["step_id"].map(day.groupby(told["step_id"]).min())


def spans(until) -> pd.DataFrame:
    """The stretches of time that each case spent in one status, up to the day ``until``.

    Returns
    -------
    pandas.DataFrame
        One row a stretch, in order: ``case_id``, ``start`` and ``end`` (days; ``end`` is ``until`` for the last),
        ``status``, ``is_last``, and ``step_id``, ``source_id``, ``locator`` of the step that began it. The status on
        any day equals :func:`metoo_data.status_as_of`.
    """
    until = pd.Timestamp(until)
    table = steps()
    table = table[table["certain_by"] <= until]
    case = table["case_id"]
    # Of several steps on one day the last one tells the status of that day.
    table = table[(table["certain_by"] != table["certain_by"].shift(-1)) | (case != case.shift(-1))]
    case = table["case_id"]
    table = table[(table["status_after"] != table["status_after"].shift()) | (case != case.shift())]
    following = table.groupby("case_id")["certain_by"].shift(-1)
    return pd.DataFrame({
        "case_id": table["case_id"], "start": table["certain_by"], "end": following.fillna(until),
        "status": table["status_after"], "is_last": following.isna(),
        "step_id": table["step_id"], "source_id": table["source_id"], "locator": table["locator"],
    }).reset_index(drop=True)
