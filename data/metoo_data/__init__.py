"""The tables of *After the Hashtag* and how to read them.

>>> import metoo_data as md
>>> md.events().head()                      # one function a table; help(md.events) is its codebook
>>> md.status_as_of("2019-03-07")           # every case on one day
>>> md.status_on(cases, days)               # a column of cases, each on a day of its own
>>> md.sources().loc["time-2018", "title"]  # where it was read
"""

import importlib

from .dates import in_words
from .problems import DataError, nearest
from .schema import tables
from .status import STATUSES, family, status_as_of

#: What needs pandas, by the module that has it. It is loaded when it is first asked for (PEP 562): whoever checks the tables does not wait for pandas.
_LATER = {
    "loading": ("backlash", "case_steps", "cases", "claims", "corrections", "countries", "double_coding", "events", "evidence", "hashtags", "ratifications",
                "reform_stages", "reforms", "series", "statistics", "load", "path", "sources"),
    "ledger": ("spans", "steps"), "questions": ("status_on",), "reliability": ("agreement",), "survival": ("time_to_outcome", "cumulative_incidence"),
    "analysis": ("what_held", "compare", "side", "HELD", "decisions", "favours_share", "lag_by_country", "reforms_as_of"),
}

__all__ = [*(name for names in _LATER.values() for name in names),
           "tables", "status_as_of", "STATUSES", "family", "in_words", "DataError", "nearest"]


def __getattr__(name: str):
    for module, names in _LATER.items():
        if name in names:
            globals()[name] = getattr(importlib.import_module(f".{module}", __name__), name)
            return globals()[name]
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
