"""Questions to the ledger: where did this case stand on that day? Any number of them, answered at once; no loop runs over questions."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import ledger, loading, schema
from .problems import nearest
from .status import STATUSES, one_day


def status_on(case_ids, dates, known_by=None) -> pd.DataFrame:
    """The status of some cases, each on a day of its own: any number of questions, answered at once.

    Parameters
    ----------
    case_ids : str or sequence of str
        Cases that are not deprecated.
    dates : str, datetime.date or sequence of them
        The day of each question, ``2019-03-07``. A step counts once it surely was taken, as in :func:`metoo_data.status_as_of`.
    known_by : str, datetime.date or sequence of them, optional
        Use only steps that some source of ours had told by this day.

    One value stands for all questions; several belong together by their places.

    Returns
    -------
    pandas.DataFrame
        One row a question, in their order: ``case_id``, ``date``, and ``status``, ``side``, ``since``, ``step_id`` as
        :func:`metoo_data.status_as_of` gives them. The index is that of the first argument that is a Series, or 0, 1, 2.

    Raises
    ------
    KeyError
        If there is no such case, or if it is deprecated.
    ValueError
        If a day is not one day in the form 2019-03-07, or if one argument has more values than another.
    DataError
        If the tables break a rule.

    Examples
    --------
    >>> told = md.what_held("2026-11-21")
    >>> md.status_on(told["case_id"], told["day"], known_by=told["day"])["status"]     # what each article could know
    """
    asked = _columns({"case_ids": case_ids, "dates": dates} | ({} if known_by is None else {"known_by": known_by}))
    views = _views(schema.ROOT, loading.stamp(schema.ROOT), known_by is not None)
    case, day = _places(asked["case_ids"], views.cases), _days(asked["dates"])
    view = _last(views.case, views.known_by, case, day if known_by is None else _days(asked["known_by"]))
    answers = views.answers.reindex(_last(views.view, views.day, view, day))
    answers["status"] = pd.Categorical(answers["status"].fillna("nothing_recorded"), categories=list(STATUSES), ordered=True)
    answers["side"] = answers["side"].fillna("nobody")
    answers.insert(0, "case_id", asked["case_ids"].array)
    answers.insert(1, "date", day.astype("datetime64[D]").astype("datetime64[s]"))
    return answers.set_axis(asked["case_ids"].index)


def as_of(date: dt.date, known_by: dt.date | None) -> pd.DataFrame:
    """See :func:`metoo_data.status_as_of`."""
    cases = _views(schema.ROOT, loading.stamp(schema.ROOT), known_by is not None).cases
    return status_on(cases, date, known_by).set_index("case_id").drop(columns="date")


def _columns(given: dict) -> dict[str, pd.Series]:
    """The arguments as columns of one length with one index; one value stands for as many as the others have."""
    many = {name: value if isinstance(value, pd.Series) else pd.Index(value) for name, value in given.items() if pd.api.types.is_list_like(value)}
    if len({len(values) for values in many.values()}) > 1:
        raise ValueError(f"the questions do not match: {', '.join(f'{len(values):,} {name}' for name, values in many.items())}. Give as many of each, or one value for all.")
    index = next((values.index for values in many.values() if isinstance(values, pd.Series)), pd.RangeIndex(max(map(len, many.values()), default=1)))
    return {name: pd.Series(many[name].array if name in many else value, index=index) for name, value in given.items()}


def _places(asked: pd.Series, cases: pd.Index) -> np.ndarray:
    """The place of each case asked among ``cases``."""
    found = cases.get_indexer(asked)
    if (found < 0).any():
        case = asked[found < 0].iloc[0]
        if case in set(loading.load("cases")["case_id"]):
            raise KeyError(f"the case '{case}' is deprecated, so it has no status. Its row in cases says why, in the column rank_reason.")
        raise KeyError(f"there is no case '{case}'.{nearest(str(case), cases)} md.cases() lists them all.")
    return found


def _days(asked: pd.Series) -> np.ndarray:
    """The days asked, as days since 1970; of those that are alike, each is read once."""
    codes, different = pd.factorize(asked, use_na_sentinel=False)
    return _day_numbers([one_day(day) for day in different])[codes]


@dataclass(frozen=True)
class _Views:
    """The ledger as it is looked up. A view is a case as it was known from a day on; a place in an array stands for a case, a view, a step."""

    cases: pd.Index            # the cases that stand
    case: np.ndarray           # of each view: its case, ascending,
    known_by: np.ndarray       # and the day from which it holds
    view: np.ndarray           # of each step of a view: the view, ascending,
    day: np.ndarray            # and the day from which it counts
    answers: pd.DataFrame      # and status, side, since, step_id after it


@functools.lru_cache(maxsize=4)
def _views(_root, _stamp: tuple, by_knowledge: bool) -> _Views:
    """Every view of every case; without ``by_knowledge`` a case has one view, which has always held. Made once as long as no file of the package changes."""
    cases = loading.load("cases")
    cases = pd.Index(cases.loc[cases["rank"] != "deprecated", "case_id"].array, name="case_id")
    table = ledger.views() if by_knowledge else ledger.steps().assign(known_by=pd.Timestamp("0001-01-01"))
    table = table.assign(case=cases.get_indexer(table["case_id"])).sort_values("case", kind="stable", ignore_index=True)
    table = table[table["certain_by"].notna()]
    view = table.groupby(["case", "known_by"], sort=False).ngroup().to_numpy()
    first = table[np.diff(view, prepend=-1) > 0]
    answers = table[["status_after", "side_after", "since", "decided_by"]].set_axis(["status", "side", "since", "step_id"], axis=1).reset_index(drop=True)
    return _Views(cases, first["case"].to_numpy(), _day_numbers(first["known_by"]), view, _day_numbers(table["certain_by"]), answers)


def _day_numbers(days) -> np.ndarray:
    return np.asarray(days, dtype="datetime64[D]").astype("int64")


def _last(groups: np.ndarray, days: np.ndarray, group: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The place of the last of some rows, sorted by group and day, that is of each group asked and not after each day asked; -1 where there is none."""
    # Group and day as one number: no two days are ten million days apart.
    found = np.searchsorted(groups * 10_000_000 + days, group * 10_000_000 + day, side="right") - 1
    return np.where(found >= np.searchsorted(groups, group), found, -1)
