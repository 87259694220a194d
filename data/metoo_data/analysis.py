"""What the ledger says as a whole: what held, how long it took, whom the decisions favoured.

Each function returns one tidy frame. What a function counts, and what it leaves out, stands in its text.
"""

from __future__ import annotations

import pandas as pd

from . import ledger, loading, questions
from .status import family, one_day

#: The day of the post after which #MeToo spread; lags are counted from it.
ORIGIN = "2017-10-15"
#: What became of a decision between two days.
HELD = {
    "held": "decided then, and decided the same way now",
    "partly": "decided then for one side, now in part for each, or the reverse",
    "reversed": "decided then for one side, now for the other",
    "fell": "decided then; the decision fell and none stands now",
    "reopened": "found then by a body that is no court; open again, or ended in another way, now",
    "decided_since": "nothing decided then, decided now",
    "undecided": "decided neither then nor now",
}
SEEDS = ("slate-2018", "foreign-policy-2019", "propergaanda-2018", "shoutout-2021", "time-2018")


def side(status: str, direction: str) -> str:
    """Whom a status favours in the underlying matter: complainant, accused, mixed or nobody.

    ``status`` is a key of STATUSES, ``direction`` one of ``cases``. A decision against the defendant favours the
    complainant where the conduct is examined, and the accused where the speaker is the defendant. In the rare suit
    against a finding the defendant is neither; ``side`` in ``status_as_of`` knows this, since it reads the steps.
    """
    kind = family(status)
    if kind not in ("against", "for"):
        return "mixed" if kind == "mixed" else "nobody"
    return "complainant" if (kind == "against") == (direction == "about_alleged_conduct") else "accused"


def compare(cases: pd.DataFrame) -> pd.DataFrame:
    """What became of each case between two days.

    ``cases`` has the columns ``side_then`` and ``side_now`` (as ``status_as_of`` gives them) and ``now`` (the status of the
    second day, a key of STATUSES). Returns it with ``held`` (a key of HELD, ordered category).
    """
    held = [_held(*row) for row in zip(cases["side_then"], cases["side_now"], cases["now"])]
    return cases.assign(held=pd.Categorical(held, categories=list(HELD), ordered=True))


def _held(then: str, now: str, status_now: str) -> str:
    if then == "nobody":
        return "undecided" if now == "nobody" else "decided_since"
    if now == "nobody":
        return "fell" if family(status_now) == "fell" else "reopened"
    if then == now:
        return "held"
    return "partly" if "mixed" in (then, now) else "reversed"


def what_held(now) -> pd.DataFrame:
    """Every matter that a seed article tells, on the day of that article and on the day ``now``.

    An article tells a matter where it is the source of the case or of a step, or supports one in ``evidence``. The day
    of an article that is dated to a span is the last of the span. The status of that day uses all that is known
    today, not only what the article could know: use ``status_as_of(day, known_by=day)`` for that.

    Returns
    -------
    pandas.DataFrame
        One row a case and article, by case and day: ``case_id``, ``seed``, ``day``, ``label``, ``direction``,
        ``country_iso3``, ``then`` and ``now`` (statuses), ``side_then``, ``side_now``, and ``held``, which :func:`compare` adds.

    Raises
    ------
    ValueError
        If ``now`` is not one day in the form 2019-03-07.
    """
    told = _told_by_seeds().merge(_live("cases")[["case_id", "label", "direction", "country_iso3"]], on="case_id")
    told["day"] = told["seed"].map(loading.sources()["published_latest"])
    then, today = (questions.status_on(told["case_id"], days).astype({"status": str}) for days in (told["day"], one_day(now)))
    told = told.assign(then=then["status"], now=today["status"], side_then=then["side"], side_now=today["side"])
    return compare(told.sort_values(["case_id", "day"], ignore_index=True))


def _told_by_seeds() -> pd.DataFrame:
    """case_id and seed: which of the five articles tells which matter."""
    steps, evidence = _live("case_steps"), _live("evidence")
    backs = evidence[evidence["support"].isin(["supports", "supports_in_part"])]
    of_step = backs[backs["table"] == "case_steps"].merge(steps[["step_id", "case_id"]], left_on="row_id", right_on="step_id")
    of_case = backs[backs["table"] == "cases"].rename(columns={"row_id": "case_id"})
    every = pd.concat([t[["case_id", "source_id"]] for t in (_live("cases"), steps, of_step, of_case)])
    return every[every["source_id"].isin(SEEDS)].drop_duplicates().rename(columns={"source_id": "seed"})


def decisions() -> pd.DataFrame:
    """Every step that decided something on the merits, with its case. Files that police or prosecutors closed are not among them.

    The steps of :func:`metoo_data.steps` whose ``favours`` is complainant, accused or mixed, in order, with
    ``direction``, ``forum``, ``country_iso3``, ``inclusion_criterion`` of the case and the ``book_region`` of the country.
    """
    steps = ledger.steps()
    steps = steps[(steps["favours"] != "neither") & (steps["outcome"] != "none")]
    about = loading.load("cases")[["case_id", "direction", "forum", "country_iso3", "inclusion_criterion"]]
    regions = loading.load("countries").set_index("iso3")["book_region"]
    steps = steps.merge(about, on="case_id")
    return steps.assign(book_region=steps["country_iso3"].astype(str).map(regions))


def favours_share(decisions: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """How many decisions favoured each side, by the columns ``by``.

    Returns one row a group that has a decision: the columns of ``by``, ``complainant``, ``accused``, ``mixed`` (counts),
    ``n`` and ``share_complainant`` and ``share_accused`` (0 to 1, of ``n``). Several steps of one case count each: a
    long dispute weighs more than a short one, and the cases are no sample of all cases.
    """
    sides = pd.Categorical(decisions["favours"].astype(str), categories=["complainant", "accused", "mixed"])
    counts = pd.crosstab([decisions[column].astype(str) for column in by], sides, dropna=False)
    counts = counts[counts.sum(axis=1) > 0]
    counts.columns, counts.index.names = list(counts.columns), by
    n = counts.sum(axis=1)
    return counts.assign(n=n, share_complainant=counts["complainant"] / n, share_accused=counts["accused"] / n).reset_index()


def lag_by_country(rows: pd.DataFrame, origin: str = ORIGIN) -> pd.DataFrame:
    """Days from ``origin`` to the first documented row of each country.

    ``rows`` has ``country_iso3`` and the EDTF columns ``date_earliest`` and ``date_latest``. Rows that may lie before the
    origin are left out, since they may not be after it. The first row is the one that was surely over first.

    Returns the first row of each country with ``low`` and ``high`` (days that its date allows), shortest first. First
    documented is not first: a country without a row is not there at all.
    """
    day = pd.Timestamp(origin)
    later = rows[(rows["date_earliest"] >= day) & rows["date_latest"].notna()]
    first = later.sort_values(["date_latest", "date_earliest"], kind="stable").groupby("country_iso3", observed=True).head(1)
    return first.assign(low=(first["date_earliest"] - day).dt.days, high=(first["date_latest"] - day).dt.days).reset_index(drop=True)


def reforms_as_of(date) -> pd.DataFrame:
    """The stage that each reform had surely reached on one day.

    Returns one row a reform, indexed by ``reform_id``: ``stage`` (ordered category; empty before the first stage), ``since``
    (EDTF) and ``stage_id``. A stage that was planned for a later day does not count. Raises ValueError where ``date``
    is not one day in the form 2019-03-07.
    """
    stages = _live("reform_stages").sort_values(["reform_id", "seq"])
    reached = stages[(stages["date_latest"] <= pd.Timestamp(one_day(date))) & (stages["stage"] != "vote_planned")]
    last = reached.groupby("reform_id")[["stage", "date", "stage_id"]].last()
    return last.reindex(_live("reforms")["reform_id"].to_numpy()).rename_axis("reform_id").rename(columns={"date": "since"})


def _live(name: str) -> pd.DataFrame:
    table = loading.load(name)
    return table[table["rank"] != "deprecated"]
