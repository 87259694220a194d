"""The tables of *After the Hashtag* and how to read them.

>>> import metoo_data as md
>>> md.events().head()                      # one function a table; help(md.events) is its codebook
>>> md.status_as_of("2019-03-07")           # every case on one day
>>> md.status_on(cases, days)               # a column of cases, each on a day of its own
>>> md.sources().loc["time-2018", "title"]  # where it was read
"""

from .agreement import agreement
from .analysis import HELD, compare, decisions, favours_share, lag_by_country, reforms_as_of, side, what_held
from .loading import (backlash, case_steps, cases, claims, corrections, countries, double_coding, events, evidence, hashtags, load, path,
                      ratifications, reform_stages, reforms, series, sources, statistics)
from .dates import in_words
from .ledger import spans, steps
from .problems import DataError, nearest
from .questions import status_on
from .schema import tables
from .status import STATUSES, family, status_as_of
from .survival import cumulative_incidence, time_to_outcome

__all__ = [
    "backlash", "case_steps", "cases", "claims", "corrections", "countries", "double_coding", "events", "evidence", "hashtags",
    "ratifications", "reform_stages", "reforms", "series", "statistics",
    "load", "path", "sources", "tables", "status_as_of", "status_on", "spans", "steps", "STATUSES", "family", "in_words", "DataError",
    "what_held", "compare", "side", "HELD", "decisions", "favours_share", "lag_by_country", "reforms_as_of", "time_to_outcome", "cumulative_incidence", "agreement",
]
