"""How fast the book is made, as ratios within one run: ours and Jupyter Book's own way in turns, on copies of the book. Writes BENCHMARKS.md.

Stock is ``jupyter-book build`` of the same book, pages and extension included, with ``execute_notebooks: force``; for a build
in which nothing changed it is stock with its cache. A cold build begins without anything that an earlier one left.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from metoo_figures import drafts

ROOT = Path(__file__).resolve().parents[1]
#: What tests/growth.py, which runs before, has found.
GROWTH = ROOT / "_build" / "benchmark" / "growth.md"
ROUNDS = 2
OURS = {"check": ["-m", "metoo_data", "check", "--prose", "chapters"], "notebooks": ["chapters/_ext/run.py"], "pages": ["chapters/_ext/build.py"]}
#: Tables, and a cell in each that nothing prints: what is timed is the finding out, the running and the pages, not a broken sentence.
EDITS = {"hashtags": "note", "statistics": "note", "cases": "note"}


def main() -> int:
    """Runs all measurements, prints each as it comes, and writes the page."""
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = copy(Path(folder) / "ours"), copy(Path(folder) / "stock")
        config = stock / "_config.yml"
        config.write_text(config.read_text().replace('execute_notebooks: "off"', "execute_notebooks: force"))
        cold, theirs = [], []
        for turn in range(ROUNDS):
            cold.append(say(f"ours, cold, round {turn + 1}", make(clean(ours))))
            theirs.append(say(f"stock, cold, round {turn + 1}", {"all": timed(stock_build(clean(stock)), stock)}))
        config.write_text(config.read_text().replace("execute_notebooks: force", "execute_notebooks: cache"))
        timed(stock_build(clean(stock)), stock)
        same_theirs = say("stock, nothing changed", {"all": timed(stock_build(stock), stock)})
        make(ours)
        same = say("ours, nothing changed", make(ours))
        edited, reruns = {}, {}
        for table, column in EDITS.items():
            edited[table] = say(f"ours, a row of {table} changed", make(edit(ours, table, column)))
            reruns[table] = ran(ours)
        prose = say("ours, a word of prose changed", make(reword(ours)))
        floor = say("floor: all code in one process", {"all": timed([sys.executable, __file__, "floor"], ours)})
    small = {"make check-data": best([sys.executable, *OURS["check"]]), "import and load all": best(python("import pandas, metoo_data as md; [md.load(t) for t in md.tables()]")) - best(python("import pandas"))}
    write(cold, theirs, same, same_theirs, edited, reruns, prose, floor["all"], small)
    return 0


def copy(target: Path) -> Path:
    """The files of the book that git knows or would take, in a folder of their own."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target


def clean(book: Path) -> Path:
    """The book without what a build leaves."""
    for name in ("_build", "chapters/generated"):
        shutil.rmtree(book / name, ignore_errors=True)
    return book


def edit(book: Path, table: str, column: str) -> Path:
    """The book with another note in the last row of a table that has one."""
    import csv

    path = book / "data" / "tables" / f"{table}.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    row = next(row for row in reversed(rows) if row[column])
    row[column] += " Read once more."
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, [*row], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return book


def reword(book: Path) -> Path:
    """The book with one word more in a chapter."""
    path = book / "chapters" / "africa.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "## What we cannot know" in text
    path.write_text(text.replace("## What we cannot know", "## What we still cannot know", 1), encoding="utf-8")
    return book


def make(book: Path) -> dict[str, float]:
    """The seconds of each step of ``make book``, set-up left out."""
    return {step: timed([sys.executable, *command], book) for step, command in OURS.items()}


def ran(book: Path) -> str:
    """The notebooks that the last build ran: their records are younger than the table that was edited last."""
    began = max(path.stat().st_mtime for path in (book / "data" / "tables").glob("*.csv"))
    names = sorted(path.stem for path in (book / "_build" / "executed").glob("*.json") if path.stat().st_mtime > began)
    return ", ".join(names) or "none"


def stock_build(book: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("jupyter-book")), "build", str(book), "-n", "-q"]


def timed(command: list[str], book: Path = ROOT) -> float:
    """The seconds that a command takes in a book. A command that fails ends the benchmark with what it said."""
    # The book of the folder, not the one that is installed; and nothing of an environment that a build was called from.
    start = time.monotonic()
    done = subprocess.run(command, cwd=book, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": f"{book / 'data'}{os.pathsep}{book / 'figures'}", "CI": ""})
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return time.monotonic() - start


def best(command: list[str]) -> float:
    """The least of seven runs: what the work takes where nothing disturbs it."""
    return min(timed(command) for _ in range(7))


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def floor() -> None:
    """All code of all notebooks in one process, one after the other, with nothing shown."""
    import json

    import matplotlib

    matplotlib.use("agg")
    os.chdir("chapters")
    for path in sorted(Path().glob("*.ipynb")):
        names: dict = {}
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), path.name, "exec"), names)  # noqa: S102  the book's own code


def say(what: str, steps: dict[str, float]) -> dict[str, float]:
    print(f"  {what}: {sum(steps.values()):.1f} s ({', '.join(f'{step} {seconds:.1f}' for step, seconds in steps.items())})", flush=True)
    return steps


def write(cold, theirs, same, same_theirs, edited, reruns, prose, floor, small) -> None:
    """The page, with each limit beside what was measured."""
    total = lambda steps: sum(steps.values())  # noqa: E731
    ours, stock = statistics.median(map(total, cold)), statistics.median(map(total, theirs))
    row = lambda what, ratio, limit: f"| {what} | {ratio:.2f} | {limit} | {'yes' if ratio <= limit else 'NO'} |"  # noqa: E731
    steps = {step: statistics.median(run[step] for run in cold) for step in OURS}
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("jupyter-book", "sphinx", "myst-nb", "matplotlib", "pandas"))
    lines = ["# Benchmarks", "", "Made by `make benchmark`; not edited by hand. Ratios of one run on one machine; seconds vary from machine to machine, ratios much less.", "",
             f"{dt.date.today()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}. {ROUNDS} rounds in turns, medians.", "",
             "| what | ratio | limit | holds |", "| --- | ---: | ---: | --- |",
             row("cold build, of stock with `execute_notebooks: force`", ours / stock, 0.5),
             row("nothing changed, of stock's build with its cache in which nothing changed", total(same) / total(same_theirs), 1),
             *(row(f"a row of {table} changed (ran: {reruns[table]}), of our cold build", total(run) / ours, 0.4) for table, run in edited.items()),
             row("a word of prose changed, of our cold build", total(prose) / ours, 0.4), "",
             "| what | seconds | limit | holds |", "| --- | ---: | ---: | --- |",
             *(f"| {what} | {seconds:.2f} | {limit} | {'yes' if seconds < limit else 'NO'} |" for (what, seconds), limit in zip(small.items(), (1.5, 0.5))), "",
             "## Where the time goes", "",
             f"A cold build took {ours:.0f} s, stock {stock:.0f} s: " + ", ".join(f"{step} {seconds:.0f} s" for step, seconds in steps.items()) + ". "
             f"Nothing changed: {total(same):.1f} s, stock {total(same_theirs):.1f} s.", "",
             f"The floor: the code of all notebooks in one process, on one core, {floor:.0f} s, and the pages {steps['pages']:.0f} s. "
             f"Our cold build is {ours / (floor + steps['pages']):.2f} of the two together, since notebooks run side by side.", "",
             f"Stock is Jupyter Book as it is released. It runs the same code of the same notebooks and figures, and the same extension makes its generated pages and finishes them; what is quick there is quick for it too. "
             f"Left to us alone is to use every core ({os.cpu_count()} here), which alone can at best give {1 / os.cpu_count():.2f}; to load the packages once for all kernels; to look a citation up, and not to go through "
             "all sources for each; to make the menu once for pages that share it; to look for figures only on pages that may have one; and not to look for garbage where there is none.", "",
             "## Growth", "", GROWTH.read_text(encoding="utf-8") if GROWTH.exists() else "Not measured in this run; `make benchmark` does.\n"]
    drafts.write_whole(ROOT / "BENCHMARKS.md", "\n".join(lines).encode("utf-8"))
    print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(floor() if sys.argv[1:] == ["floor"] else main())
