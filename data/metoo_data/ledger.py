"""The ledger: every case on any day, at once. Whole columns are compared; no loop runs over days."""

from __future__ import annotations

import functools
import itertools
import operator

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


def views() -> pd.DataFrame:
    """Each case once for every day on which one of its steps was first told (``known_by``), with the steps told by then, folded anew.

    One row a view and step, with the columns of :func:`steps`, sorted by case, ``known_by`` and ``seq``. A step that was
    told late may stand between two that were told early: so a view is no beginning of the steps.
    """
    return _views(schema.ROOT, loading.stamp(schema.ROOT)).copy()


@functools.lru_cache(maxsize=4)
def _views(root, stamp: tuple) -> pd.DataFrame:
    """The same, made once as long as no file of the package changes."""
    table = _steps(root, stamp)
    told = table[["case_id", "known_from"]].drop_duplicates().rename(columns={"known_from": "known_by"})
    seen = told.merge(table, on="case_id").query("known_from <= known_by").sort_values(["case_id", "known_by", "seq"], ignore_index=True)
    case = seen["case_id"]
    return folded(seen.assign(case_id=case + " " + seen["known_by"].astype(str))).assign(case_id=case)


def folded(table: pd.DataFrame) -> pd.DataFrame:
    """Adds certain_by, status_after, side_after, since and decided_by to steps that are sorted by case and number."""
    case = table["case_id"]
    # A step was taken at the latest when a later step of its case was: the smallest last day from here on.
    certain = table["date_latest"][::-1].groupby(case[::-1]).cummin()[::-1]
    acts = zip(case, table["step"], table["outcome"], table["is_final"])
    status = [s for _, rows in itertools.groupby(acts, key=operator.itemgetter(0)) for s in fold(row[1:] for row in rows)]
    status = pd.Series(status, index=table.index, dtype="str")
    kind = status.map({status: family(status) for status in STATUSES})
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
