"""How cost grows with the rows: the book's work on its own tables and on synthetic packages of 10 and 100 times as many rows. Writes its part of BENCHMARKS.md.

Processor seconds and memory are those of a process of its own for each piece of work; what the work needs first is done before the clock starts.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import gc
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synthetic import package

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "_build" / "benchmark" / "growth.md"
#: How many times the rows, and in how many processes each piece of work is measured there: short work is disturbed more, and its least run counts.
SIZES = {1: 3, 10: 2, 100: 1}
DAYS, QUESTIONS = 100, 100_000
#: What a row may cost at 100 times the rows, of what it costs at 10 times: more than 1, for sorting grows by log n and memory outgrows the processor's caches.
#: Work that grows with the square of the rows would give 10. Costs that do not grow with the rows make the ratio less, and may hide growth; so beside it stands ...
LIMIT = 1.2
#: ... what each further row costs between 10 and 100 times, of one between 1 and 10 times: what is fixed falls out. It is a ratio of small differences,
#: so it has more room, and it is told only where the rows make at least a fifth of the cost at 10 times.
LIMIT_FURTHER, TOLD_FROM = 1.5, 0.2


# ---- work: what has to be there first, and what is measured. Run in a process of its own, on the package whose code it finds.

def _tables() -> None:
    import metoo_data as md

    for name in md.tables():
        md.load(name)
    md.sources(), md.steps()


def _check() -> None:
    from metoo_data.__main__ import check

    if found := check():
        sys.exit("\n".join(map(str, found[:20])))


def _statuses() -> None:
    import metoo_data as md
    import pandas as pd

    for day in pd.date_range("2017-01-01", "2026-11-21", periods=DAYS):
        md.status_as_of(day)


def _spans() -> None:
    import metoo_data as md
    import pandas as pd

    for day in pd.date_range("2017-01-01", "2026-11-21", periods=DAYS):
        md.spans(day)


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
    """The tables, the ledger and the code of the pages, and garbage as seldom looked for as where pages are built."""
    import build
    import country_pages  # noqa: F401
    import time_machine  # noqa: F401

    gc.set_threshold(*build.SELDOM)
    _tables()


def _code() -> None:
    """Nothing but the code: pandas, which the loaders bring, is no cost of a row."""
    import metoo_data.analysis  # noqa: F401


def _views() -> None:
    """The ledger as it is looked up; made once for all questions."""
    import metoo_data as md

    md.status_as_of("2020-01-01"), md.status_as_of("2020-01-01", "2020-01-01")


@dataclass(frozen=True)
class Work:
    """What has to be there first, what is measured, and its name. Work that leaves nothing behind can be done again, and its least run counts."""

    first: Callable[[], None]
    then: Callable[[], None]
    name: str
    again: bool = False


WORK = {
    "load": Work(_code, _tables, "load all tables, sources and steps"),
    "check": Work(_code, _check, "check"),
    "statuses": Work(_views, _statuses, f"status of all cases on {DAYS} days", again=True),
    "spans": Work(_views, _spans, f"stretches of status up to {DAYS} days", again=True),
    "questions": Work(_views, _questions, f"{QUESTIONS:,} questions of a case and a day", again=True),
    "questions-known": Work(_views, functools.partial(_questions, known=True), f"{QUESTIONS:,} questions, each by what was known on a day", again=True),
    "country-pages": Work(_books, _country_pages, "country pages"),
    "time-machine": Work(_books, _time_machine, "time machine"),
}


def measured(work: Work) -> dict[str, float]:
    """Does a piece of work here and now: processor and clock seconds, and the most memory of the process in MB, with what the work needed first."""
    work.first()
    runs = [_timed(work.then)]
    while work.again and sum(run["processor"] for run in runs) < 1:
        runs.append(_timed(work.then))
    unit = 1 if sys.platform == "darwin" else 1024       # what Linux counts in kilobytes macOS counts in bytes
    return min(runs, key=lambda run: run["processor"]) | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6}


def _timed(work: Callable[[], None]) -> dict[str, float]:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return {"processor": time.process_time() - processor, "clock": time.perf_counter() - clock}


def measure(work: str, data: Path, processes: int = 1) -> dict[str, float]:
    """The same in a process of its own, or the least of some, on the package in ``data``."""
    paths = (data, ROOT / "figures", ROOT / "chapters" / "_ext")
    runs = []
    for _ in range(processes):
        done = subprocess.run([sys.executable, __file__, work], capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))})
        if done.returncode:
            sys.exit(f"{work} failed on {data}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        runs.append(json.loads(done.stdout))
    return {unit: min(run[unit] for run in runs) for unit in runs[0]}


# ---- report

def rows(data: Path) -> int:
    """The rows of all tables of a package."""
    count = 0
    for path in (data / "tables").glob("*.csv"):
        with open(path, encoding="utf-8", newline="") as handle:
            count += sum(1 for _ in csv.reader(handle)) - 1
    return count


def further(cost: list[float], size: list[int]) -> float | None:
    """What a further row costs between the two larger of three packages, of one between the two smaller; None where the rows make too little of the cost."""
    if cost[1] - cost[0] < TOLD_FROM * cost[1]:
        return None
    return (cost[2] - cost[1]) / (size[2] - size[1]) / ((cost[1] - cost[0]) / (size[1] - size[0]))


def report(found: dict[str, list[dict[str, float]]], size: list[int]) -> str:
    """The part of BENCHMARKS.md: ratios with their limits, then seconds and memory."""
    lines = [f"Synthetic packages of {', '.join(f'{n:,}' for n in size)} rows: the tables {', '.join(map(str, SIZES))} times, each copy with ids, sources and words of its own; "
             "the countries stay. A row's cost is in processor seconds, and in the most memory of the process; each piece of work had a process of its own.",
             "", f"{dt.date.today()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, {_memory()}Python {platform.python_version()}, "
             + ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("pandas", "numpy")) + ".",
             "", f"| what | a row, 10 of 1 | a row, 100 of 1 | a row, 100 of 10 | limit | a further row, 100 of 10 | limit | memory of a row, 100 of 10 | limit | holds |", "| --- |" + " ---: |" * 8 + " --- |"]
    for name, runs in found.items():
        cost, memory = [run["processor"] for run in runs], [run["memory"] for run in runs]
        row, more, held = ratio(cost, size, 1, 2), further(cost, size), ratio(memory, size, 1, 2)
        holds = row <= LIMIT and held <= LIMIT and (more is None or more <= LIMIT_FURTHER)
        lines.append(f"| {WORK[name].name} | {ratio(cost, size, 0, 1):.2f} | {ratio(cost, size, 0, 2):.2f} | {row:.2f} | {LIMIT} | {'hardly any' if more is None else f'{more:.2f}'} | {LIMIT_FURTHER} | "
                     f"{held:.2f} | {LIMIT} | {'yes' if holds else 'NO'} |")
    slow = max(found[name][0]["processor"] for name in ("questions", "questions-known"))
    lines += ["", "*A further row* leaves out what is fixed: it compares what the rows between 10 and 100 times add with what those between 1 and 10 times add. "
              f"*Hardly any*: at 10 times the rows make less than {TOLD_FROM:.0%} of the cost. Work that grows with the square of the rows would give 10 in both columns.", "",
              f"{QUESTIONS:,} questions on the real tables took {slow:.2f} s at most. Limit: 1 s. Holds: {'yes' if slow < 1 else 'NO'}.", "",
              "| what | " + " | ".join(f"{n} times, s" for n in SIZES) + " | " + " | ".join(f"{n} times, MB" for n in SIZES) + " |", "| --- |" + " ---: |" * 2 * len(SIZES)]
    for name, runs in found.items():
        lines.append(f"| {WORK[name].name} | " + " | ".join(f"{run['processor']:.2f}" for run in runs) + " | " + " | ".join(f"{run['memory']:,.0f}" for run in runs) + " |")
    return "\n".join([*lines, ""])


def ratio(cost: list[float], size: list[int], base: int, place: int) -> float:
    """What a row costs in one package, of what it costs in another; both by their places."""
    return cost[place] / size[place] / (cost[base] / size[base])


def _memory() -> str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GB of memory, "


def main() -> int:
    """Makes the packages, measures all work on each, prints each as it comes and writes the report."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in WORK}
    size = []
    for times, processes in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            data = package(Path(folder), times)
            size.append(rows(data))
            for name in WORK:
                run = measure(name, data, 1 if WORK[name].again else processes)
                found[name].append(run)
                print(f"  {times} times the rows, {WORK[name].name}: {run['processor']:.2f} s of the processor, {run['clock']:.2f} s by the clock, {run['memory']:,.0f} MB", flush=True)
    text = report(found, size)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    print(json.dumps(measured(WORK[sys.argv[1]]))) if len(sys.argv) > 1 else sys.exit(main())
