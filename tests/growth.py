"""How cost grows with the rows: the book's work on its own tables and on synthetic packages of 10 and 100 times as many rows. Writes its part of BENCHMARKS.md.

A package of n times the rows holds the real rows and n - 1 copies of them, each with ids, references and sources of its own; the countries stay. In
each copy the letters of the prose are exchanged, so that no text stands twice and nothing is quick because it was seen before.
Processor seconds and memory are those of a process of its own for each piece of work; what the work needs first is done before the clock starts.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import importlib.metadata
import json
import os
import platform
import re
import resource
import shutil
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "_build" / "benchmark" / "growth.md"
#: How many times the rows, and how often each piece of work is measured there: short work is disturbed more, and its least run counts.
SIZES = {1: 5, 10: 3, 100: 1}
DAYS, QUESTIONS = 100, 100_000
#: Each further row between 10 and 100 times may cost so much of a further row between 1 and 10 times. What is fixed falls out of both. Above 1 there is room
#: for sorting, which grows by log n, and for memory that no cache holds any more; work that grows with the square would give 10.
LIMIT = 1.5
_KEPT = {"table", "locator", "field", "first", "second", "resolved", "version", "checked_by"}


# ---- packages

def package(folder: Path, times: int) -> Path:
    """The data package with ``times`` the rows, its code beside it, in ``folder``/data. Returns that folder."""
    from metoo_data import schema

    data = folder / "data"
    shutil.copytree(ROOT / "data" / "metoo_data", data / "metoo_data", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("datapackage.json", "accused-names.txt"):
        shutil.copy(ROOT / "data" / name, data / name)
    (data / "tables").mkdir()
    for table in schema.tables(ROOT / "data").values():
        with open(table.path, encoding="utf-8", newline="") as source, open(data / "tables" / table.path.name, "w", encoding="utf-8", newline="") as target:
            header, *rows = csv.reader(source)
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(header)
            for copy in range(times if table.name != "countries" else 1):
                writer.writerows(_copied(table, header, rows, copy) if copy else rows)
    _bibliography(data / "references.bib", times)
    return data


def _copied(table, header: list[str], rows: list[list[str]], copy: int) -> Iterator[list[str]]:
    """The rows of one copy: what leads to a row or a source leads to that of the same copy, and prose is written in other letters."""
    fields = {field.name: field for field in table.fields}
    how = []
    for name in header:
        field, target = fields[name], table.foreign_keys.get(name, ("", ""))[0]
        if name in (table.key, "row_id") or field.is_source or target not in ("", "countries"):
            how.append(lambda value: f"{value}-copy{copy}" if value else "")
        elif field.type == "string" and not (field.codes or field.pattern or field.is_edtf or target or name in _KEPT):
            how.append(lambda value: _rewritten(value, copy))
        else:
            how.append(lambda value: value)
    return ([change(value) for change, value in zip(how, row)] for row in rows)


def _rewritten(text: str, copy: int) -> str:
    """The text in the letters of a copy; where it has none, with the number of the copy."""
    changed = text.translate(_letters(copy))
    return changed if changed != text or not text else f"{text} {copy}"


@functools.cache
def _letters(copy: int) -> dict[int, int]:
    """Another letter for each, in an order of its own for every copy up to 311: a times the letter's place plus b, with an a that has no factor in common with 26."""
    by, shift = [a for a in range(1, 26, 2) if a != 13][copy // 26], copy % 26
    order = [(by * place + shift) % 26 for place in range(26)]
    return str.maketrans(string.ascii_letters, "".join(case[place] for case in (string.ascii_lowercase, string.ascii_uppercase) for place in order))


def _bibliography(target: Path, times: int) -> None:
    """The sources of each copy; the source of the countries, which are not copied, stands once."""
    text = (ROOT / "data" / "references.bib").read_text(encoding="utf-8")
    with open(ROOT / "data" / "tables" / "countries.csv", encoding="utf-8", newline="") as handle:
        once = {row["source_id"] for row in csv.DictReader(handle)}
    entries = [entry for entry in re.findall(r"^@.*?^\}\n", text, re.M | re.S) if entry.split("{")[1].split(",")[0] not in once]
    with open(target, "w", encoding="utf-8") as handle:
        handle.write(text)
        for copy in range(1, times):
            for entry in entries:
                key = re.sub(r"^(@\w+\{[^,]+)", rf"\1-copy{copy}", entry)
                handle.write("\n" + re.sub(r"^( *title *= *\{)(.*)(\},?)$", lambda found: found[1] + _rewritten(found[2], copy) + found[3], key, flags=re.M))


# ---- work: what has to be there first, and what is measured. Run in a process of its own, on the package whose code it finds.

def _tables() -> None:
    import metoo_data as md

    for name in md.tables():
        md.load(name)
    md.sources()


def _check() -> None:
    from metoo_data.__main__ import check

    if found := check():
        sys.exit("\n".join(map(str, found[:20])))


def _ledger() -> None:
    import metoo_data as md

    md.steps()


def _statuses() -> None:
    import metoo_data as md
    import pandas as pd

    for day in pd.date_range("2017-01-01", "2026-11-21", periods=DAYS):
        md.status_as_of(day)


def _spans() -> None:
    import metoo_data as md

    md.spans("2026-11-21")


def _questions(known: bool = False) -> None:
    import metoo_data as md
    import numpy as np

    cases = md.cases().query("rank != 'deprecated'")["case_id"].to_numpy()
    random = np.random.default_rng(7)
    days = np.datetime64("2015-01-01") + random.integers(0, 4300, (2, QUESTIONS))
    md.status_on(random.choice(cases, QUESTIONS), days[0], *([days[1]] if known else []))


def _country_pages() -> None:
    import country_pages

    country_pages.pages()


def _time_machine() -> None:
    import time_machine

    time_machine.pages()


def _books() -> None:
    """The tables, the ledger and the code of the pages."""
    import country_pages  # noqa: F401
    import time_machine  # noqa: F401

    _tables()
    _ledger()


def _code() -> None:
    import metoo_data  # noqa: F401


WORK: dict[str, tuple[Callable[[], None], Callable[[], None], str]] = {
    "load": (_code, _tables, "load all tables and sources"),
    "check": (_code, _check, "check"),
    "ledger": (_tables, _ledger, "steps in order with their status"),
    "statuses": (_ledger, _statuses, f"status of all cases on {DAYS} days"),
    "spans": (_ledger, _spans, "stretches of status"),
    "questions": (_ledger, _questions, f"{QUESTIONS:,} questions of a case and a day"),
    "questions-known": (_ledger, functools.partial(_questions, known=True), f"{QUESTIONS:,} questions, each by what was known on a day"),
    "country-pages": (_books, _country_pages, "country pages"),
    "time-machine": (_books, _time_machine, "time machine"),
}


def measured(work: str) -> dict[str, float]:
    """Does a piece of work here and now: processor and clock seconds, and the most memory of the process in MB, with what the work needed first."""
    first, then, _ = WORK[work]
    first()
    clock, processor = time.perf_counter(), time.process_time()
    then()
    seconds = {"processor": time.process_time() - processor, "clock": time.perf_counter() - clock}
    unit = 1 if sys.platform == "darwin" else 1024       # what Linux counts in kilobytes macOS counts in bytes
    return seconds | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6}


def measure(work: str, data: Path) -> dict[str, float]:
    """The same in a process of its own, on the package in ``data``."""
    paths = (data, ROOT / "figures", ROOT / "chapters" / "_ext")
    done = subprocess.run([sys.executable, __file__, work], capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))})
    if done.returncode:
        sys.exit(f"{work} failed on {data}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)


def rows(data: Path) -> int:
    """The rows of all tables of a package."""
    from metoo_data import reading, schema

    return sum(len(reading.read(table).rows) for table in schema.tables(data).values())


def main() -> int:
    print("later")
    return 0


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1]))) if len(sys.argv) > 1 else sys.exit(main())
