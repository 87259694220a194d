"""The status of a case on a day, computed from its dated steps and never stored.

The vocabulary follows the elements *disposition* and *status* of the National Open Court Data
Standards (NODS): what was decided, and whether it can still be appealed. Two times are kept
apart, as bitemporal databases do: when a step was taken, and when a source of ours first told it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

STATUSES = {
    "nothing_recorded": "no step recorded by that day",
    "alleged": "alleged in public, no forum known",
    "under_investigation": "under investigation or complaint made",
    "proceedings_pending": "proceedings pending, nothing decided",
    "convicted_appealable": "convicted, not final or finality not known",
    "convicted_final": "convicted, final",
    "acquitted_appealable": "acquitted, not final or finality not known",
    "acquitted_final": "acquitted, final",
    "mixed_appealable": "guilty on some counts and not on others, not final or finality not known",
    "mixed_final": "guilty on some counts and not on others, final",
    "no_conviction_stands": "the conviction fell and no new decision was ordered",
    "no_judgment_stands": "the judgment fell and no new decision was ordered",
    "retrial_pending": "the decision fell and a new one is pending",
    "liable_appealable": "found liable, not final or finality not known",
    "liable_final": "found liable, final",
    "not_liable_appealable": "claim dismissed, not final or finality not known",
    "not_liable_final": "claim dismissed, final",
    "misconduct_found": "misconduct found or sanction imposed by an employer or official body",
    "misconduct_not_found": "no misconduct found by an employer or official body",
    "left_post": "left the post, nothing decided",
    "settled": "settled",
    "closed": "closed without a finding",
}
# What a status comes to, whatever the forum: families of statuses, read from the side of the defendant.
_FAMILY = {
    "nothing_recorded": None, "alleged": "open", "under_investigation": "open", "proceedings_pending": "open",
    "left_post": "open", "convicted": "against", "liable": "against", "misconduct_found": "against",
    "acquitted": "for", "not_liable": "for", "misconduct_not_found": "for", "mixed": "mixed",
    "retrial_pending": "fell", "no_conviction_stands": "fell", "no_judgment_stands": "fell",
    "settled": "ended", "closed": "ended",
}


def decides(outcome: str) -> bool:
    """Whether an outcome says who prevailed, and does not only confirm or set aside what was said before."""
    return outcome in _DECIDES or outcome in ("misconduct_found", "misconduct_not_found")


def family(status: str) -> str | None:
    """What a status comes to: open, against or for the defendant, mixed, fell, ended; None before the first step."""
    return _FAMILY[status.removesuffix("_appealable").removesuffix("_final")]


# What a decision says, whatever the court: outcome -> statuses without their end.
_DECIDES = {
    "convicted": "convicted", "overturned_to_conviction": "convicted",
    "acquitted": "acquitted", "overturned_to_acquittal": "acquitted", "mixed_verdict": "mixed",
    "found_liable": "liable", "overturned_to_liable": "liable",
    "not_liable": "not_liable", "overturned_to_not_liable": "not_liable",
}
_FIRST = ("convicted", "acquitted", "mixed_verdict", "found_liable", "not_liable")
_APPEAL = ("upheld", "sentence_increased", "sentence_reduced", "mixed_verdict", "overturned_to_conviction",
           "overturned_to_acquittal", "overturned_to_liable", "overturned_to_not_liable", "quashed_and_remitted", "quashed")
_FINALITY = {"yes": "final", "no": "appealable", "unknown": "appealable"}

#: Step -> the outcomes that it may have. The one place; the rules and the status read it.
ALLOWED: dict[str, tuple[str, ...]] = {
    "public_allegation": ("none",),
    "internal_complaint": ("none",),
    "police_complaint": ("none",),
    "investigation": ("none",),
    "arrest": ("none",),
    "charge": ("none",),
    "suit_filed": ("none",),
    "hearing": ("none",),
    "interim_ruling": ("none", "granted", "refused"),
    "employer_decision": ("none", "misconduct_found", "misconduct_not_found"),
    "official_finding": ("none", "misconduct_found", "misconduct_not_found"),
    "closed": ("none",),
    "resignation": ("none",),
    "first_instance_decision": _FIRST,
    "sentencing": ("none",),
    "appeal_filed": ("none",),
    "appeal_decision": _APPEAL,
    "remand_decision": _FIRST,
    "became_final": ("none",),
    "settlement": ("none",),
    "withdrawal": ("none",),
    "release": ("none",),
    "clemency": ("none", "granted", "refused"),
}

# Steps without a decision: step -> status, whatever was before, or a move. "keep" leaves the status as it stands.
_MOVES = {
    "public_allegation": "alleged", "internal_complaint": "under_investigation", "police_complaint": "under_investigation",
    "investigation": "under_investigation", "arrest": "under_investigation", "charge": "proceedings_pending",
    "suit_filed": "proceedings_pending", "closed": "closed", "settlement": "settled", "withdrawal": "closed",
    "resignation": "left_post", "hearing": "heard", "interim_ruling": "heard", "appeal_filed": "reopen",
    "sentencing": "keep", "release": "keep", "clemency": "keep", "became_final": "finalise",
    "employer_decision": "dealt", "official_finding": "dealt",
}
# Statuses that only open a matter, by how far it has come. A later step of a lower rank, such as an
# allegation that comes to light during a trial, leaves the status as it is.
_OPENING = {"nothing_recorded": 0, "alleged": 1, "left_post": 2, "under_investigation": 3, "proceedings_pending": 4}
# Statuses at rest that no court made: a new complaint or charge opens the matter again.
_RESTING = {"closed", "settled", "misconduct_found", "misconduct_not_found"}


def _table() -> dict[tuple[str, str, str], str]:
    """(step, outcome, finality) to status or to one of the moves of ``after``."""
    table = {}
    for step, outcomes in ALLOWED.items():
        for outcome in outcomes:
            for finality in ("yes", "no", "unknown", "not_applicable"):
                table[step, outcome, finality] = _target(step, outcome, finality)
    return table


def _target(step: str, outcome: str, finality: str) -> str:
    if outcome in _DECIDES:
        return f"{_DECIDES[outcome]}_{_FINALITY.get(finality, 'appealable')}"
    if outcome in ("upheld", "sentence_increased", "sentence_reduced"):
        return "confirm_final" if finality == "yes" else "confirm"
    if outcome == "quashed_and_remitted":
        return "retrial_pending"
    if outcome == "quashed":
        return "fall"
    if outcome in ("misconduct_found", "misconduct_not_found"):
        return outcome
    return _MOVES[step]


#: (step, outcome, is_final) -> status, or the move that reads the status before. The one place.
TABLE = _table()


def after(before: str, step: str, outcome: str, is_final: str) -> str:
    """The status after one step, given the status ``before`` it.

    Raises KeyError where the outcome is not allowed for the step.
    """
    target = TABLE[step, outcome, is_final]
    if target in STATUSES:
        return before if _changes_nothing(target, before) else target
    family, _, end = before.rpartition("_")
    if target == "heard":
        # A body that hears or rules has the matter before it, even where no source of ours tells how it came there.
        return "proceedings_pending" if before == "nothing_recorded" else before
    if target == "dealt":
        # The same of an employer or an official body that acts without a finding.
        return "under_investigation" if before == "nothing_recorded" else before
    if target == "fall":
        return "no_conviction_stands" if family in ("convicted", "mixed") else "no_judgment_stands"
    if target == "reopen" and before in _RESTING:
        return "proceedings_pending"
    if end not in ("appealable", "final"):
        return before
    if target == "confirm" and end == "final" or target == "keep":
        return before
    return f"{family}_final" if target in ("finalise", "confirm_final") else f"{family}_appealable"


def _changes_nothing(target: str, before: str) -> bool:
    """Whether a step that leads to ``target`` leaves a matter in the status ``before``."""
    if target in _OPENING:
        if before in _OPENING:
            return _OPENING[target] < _OPENING[before]
        if before.startswith("misconduct"):
            return target != "proceedings_pending"          # a finding stands until a court is asked
        return before not in _RESTING or target in ("alleged", "left_post")
    # What an employer, prosecutor or official body finds does not undo what a court decided.
    return target in _RESTING - {"settled"} and before.endswith(("_appealable", "_final"))


def fold(steps: Iterable[Sequence[str]]) -> list[str]:
    """The status after each of ``steps``, given in order as (step, outcome, is_final)."""
    status, trail = "nothing_recorded", []
    for step, outcome, is_final in steps:
        status = after(status, step, outcome, is_final)
        trail.append(status)
    return trail


def status_as_of(date, known_by=None):
    """The status of every case on one day.

    Parameters
    ----------
    date : str or datetime.date
        The day, ``2019-03-07``. A step counts once it surely was taken: from the last day that its
        date may mean, or from the day of a later step of the same case.
    known_by : str or datetime.date, optional
        Use only steps that some source of ours had told by this day: the row's own source or a
        supporting one in ``evidence``. A source dated to a month counts from the month's last day.

    Returns
    -------
    pandas.DataFrame
        One row a case, indexed by ``case_id``: ``status`` (a key of STATUSES, ordered category), ``side`` (whom it favours in
        the underlying matter: complainant, accused, mixed or nobody),
        ``step_id`` of the step that made it, ``since`` (that step's EDTF date); both empty where nothing is recorded.

    Raises
    ------
    ValueError
        If a day is not one day in the form 2019-03-07.
    DataError
        If the tables break a rule.
    """
    from . import questions

    return questions.as_of(one_day(date), None if known_by is None else one_day(known_by))


def one_day(value) -> dt.date:
    """A day, given as one or written as 2019-03-07. Raises ValueError for anything else."""
    if isinstance(value, dt.datetime):
        return value.date() if value == value else _refuse(value)     # pandas' empty day equals nothing
    if isinstance(value, dt.date):
        return value
    try:
        day = dt.date.fromisoformat(str(value))
    except ValueError:
        _refuse(value)
    return day if day.isoformat() == str(value) else _refuse(value)   # Python also reads 20190307 and 2019-W10-4


def _refuse(value):
    raise ValueError(f"'{value}' is not one day. Write it as 2019-03-07.") from None
