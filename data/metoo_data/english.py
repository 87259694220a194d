"""How English says numbers, dates and statuses, for the check of prose. A translation has a room like this one for its language, with the same names."""

from __future__ import annotations

import re

from . import dates

_MONTH = "|".join(dates.MONTHS)
#: A date in words: its day, if it is said, month and year; or a year alone.
DATE = re.compile(rf"(?:(\d{{1,2}}) )?({_MONTH}) (\d{{4}})|\b((?:19|20)\d\d)\b")
#: A number in figures. The names of things, such as x-12, hold none.
DIGITS = re.compile(r"(?<![\w#.-])\d[\d,]*(?:\.\d+)?")
#: Words that say how a case stands, which want a date in their sentence.
STATUS = re.compile(r"\b(convicted|acquitted|sentenced|jailed|imprisoned|found guilty|found liable|cleared of|quashed|"
                     r"overturned|exonerated|fined)\b", re.I)
#: The end of a sentence.
SENTENCE = re.compile(r"(?<=[.!?])[\"”)]?\s+(?=[A-Z\"“\[(*_])")

_UNITS = dict(zip("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                  "seventeen eighteen nineteen".split(), range(20)))
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10)))
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_WORDS = "|".join([*_TENS, *sorted(_UNITS, key=len, reverse=True)])
_NUMBER = re.compile(rf"(?P<digits>\d[\d,]*(?:\.\d+)?)(?: (?P<scale>{'|'.join(_SCALES)}))?"
                     rf"|\b(?P<words>(?:{_WORDS})(?:[- ](?:{_WORDS}))*)(?: (?P<half>and a half))?(?: (?P<wscale>{'|'.join(_SCALES)}))?\b", re.I)


def numbers_in(text: str) -> list[float]:
    """The numbers that a text names, in digits or words: ``2.3 million``, ``three and a half``, ``twenty-five``."""
    found = []
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            value, scale = float(match["digits"].replace(",", "")), match["scale"]
        else:
            value = float(sum((_UNITS | _TENS)[word] for word in re.split(r"[- ]", match["words"].lower())))
            value, scale = value + (0.5 if match["half"] else 0), match["wscale"]
        found.append(round(value * _SCALES.get((scale or "").lower(), 1), 6))
    return found


def dates_in(text: str) -> list[str]:
    """The dates that a text names, in ISO form at the precision of the text."""
    found = []
    for day, month, year, alone in DATE.findall(text):
        iso = alone or f"{year}-{dates.MONTHS.index(month) + 1:02}"
        found.append(f"{iso}-{int(day):02}" if day else iso)
    return found
