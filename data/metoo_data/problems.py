"""How a mistake in the tables is told to the person who made it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from . import untrusted


@dataclass(frozen=True)
class Problem:
    """One mistake: where it stands and a sentence that says what is allowed.

    ``line`` is the line of the file as an editor counts it (the header is line 1);
    ``value`` is the cell as written. Both are None where the mistake is not in one cell.
    """

    file: str
    says: str
    line: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        where = self.file
        where += f", line {self.line}" if self.line is not None else ""
        where += f", column {self.column}" if self.column else ""
        return f"{where}: {untrusted.visible(self.says)}"


class DataError(ValueError):
    """The tables break a rule. ``problems`` lists every mistake found, not the first only."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the data; nothing was loaded."
        super().__init__("\n".join([head, *map(str, self.problems)]))


def nearest(value: str, allowed: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` for the closest of ``allowed``, or an empty string."""
    choices = {a.casefold(): a for a in sorted(allowed)}
    wanted = value.strip().casefold().replace(" ", "_")
    begun = sorted((choice for choice in choices if wanted and choice.startswith(wanted)), key=len)
    found = begun or difflib.get_close_matches(wanted, choices, n=1, cutoff=0.6)
    return f" Did you mean '{choices[found[0]]}'?" if found else ""
