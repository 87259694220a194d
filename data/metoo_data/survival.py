"""How long cases take. Cases that are still open are not left out: they count as long as they have been watched."""

from __future__ import annotations

import pandas as pd

from .status import family, one_day


def time_to_outcome(steps: pd.DataFrame, until) -> pd.DataFrame:
    """Time from the first recorded step of each case to its first decision on the merits.

    Parameters
    ----------
    steps : pandas.DataFrame
        Steps of :func:`metoo_data.steps`, all or some cases of them.
    until : str or datetime.date
        The day up to which the cases were watched.

    Returns
    -------
    pandas.DataFrame
        One row a case, indexed by ``case_id``: ``start`` and ``end`` (days; for an uncertain date the middle of what it may
        mean), ``days``, ``days_low`` and ``days_high`` (what the dates allow), and ``event``: "decided" (a court, employer or
        official body decided), "ended" (closed, settled or withdrawn with nothing decided) or "open" (censored at ``until``).
        Cases that begin after ``until`` are left out. A case that was closed and opened again has ended only if it
        is closed at ``until``.
    """
    day = pd.Timestamp(one_day(until))
    rows = [_one(case, of_case, day) for case, of_case in steps.groupby("case_id", sort=False) if of_case["date_earliest"].iloc[0] <= day]
    columns = ["case_id", "start", "end", "days", "days_low", "days_high", "event"]
    return pd.DataFrame(rows, columns=columns).set_index("case_id")


def _one(case: str, steps: pd.DataFrame, until: pd.Timestamp) -> tuple:
    first = steps.iloc[0]
    seen = steps[steps["certain_by"] <= until]
    kinds = seen["status_after"].map(family)
    decided = seen[kinds.isin(["against", "for", "mixed"])]
    if len(decided):
        low, high, event = decided.iloc[0]["date_earliest"], decided.iloc[0]["date_latest"], "decided"
    elif len(seen) and kinds.iloc[-1] == "ended":
        last = seen[seen["status_after"] != seen["status_after"].shift()].iloc[-1]
        low, high, event = last["date_earliest"], last["date_latest"], "ended"
    else:
        low = high = until
        event = "open"
    high = min(high, until)
    low = min(low, high)
    start, end = _middle(first["date_earliest"], min(first["date_latest"], high)), _middle(low, high)
    spread = max((low - first["date_latest"]).days, 0), (high - first["date_earliest"]).days
    return case, start, end, max((end - start).days, 0), *spread, event


def _middle(low: pd.Timestamp, high: pd.Timestamp) -> pd.Timestamp:
    return (low + (high - low) / 2).normalize()


def cumulative_incidence(times: pd.DataFrame) -> pd.DataFrame:
    """The share of cases decided, and ended otherwise, by each time since the first step.

    The Aalen-Johansen estimator for competing events (Aalen and Johansen 1978): a case that ended without a decision can no
    longer be decided, and a case that is still open counts among those at risk until the day on which it was last watched.

    Parameters
    ----------
    times : pandas.DataFrame
        ``days`` and ``event`` ("decided", "ended" or "open"), one row a case, as :func:`time_to_outcome` gives.

    Returns
    -------
    pandas.DataFrame
        One row a time at which something happened, from 0: ``days``, ``at_risk`` (cases open just before), ``decided`` and ``ended``
        (shares from 0 to 1 by then).

    Raises
    ------
    ValueError
        If an event is none of the three.
    """
    if unknown := set(times["event"]) - {"decided", "ended", "open"}:
        raise ValueError(f"unknown events: {', '.join(sorted(map(str, unknown)))}. Allowed: decided, ended, open")
    rows, free, decided, ended = [(0, len(times), 0.0, 0.0)], 1.0, 0.0, 0.0
    for day, group in times[times["event"] != "open"].groupby("days"):
        at_risk = int((times["days"] >= day).sum())
        counts = group["event"].value_counts()
        decided += free * counts.get("decided", 0) / at_risk
        ended += free * counts.get("ended", 0) / at_risk
        free *= 1 - len(group) / at_risk
        rows.append((int(day), at_risk, decided, ended))
    return pd.DataFrame(rows, columns=["days", "at_risk", "decided", "ended"])
