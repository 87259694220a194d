"""``python -m metoo_data check [--prose FOLDER]``: every problem at once, and exit code 1 if there is one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import checking, prose, reading, rules, withheld
from .problems import DataError
from .schema import ROOT, tables


def main(arguments: list[str] | None = None) -> int:
    """Checks tables, bibliography and, if asked, prose. Returns 0 where all is well, 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m metoo_data", description="Check the tables of the book.")
    parser.add_argument("command", choices=["check"])
    parser.add_argument("--prose", type=Path, metavar="FOLDER", help="check the chapters in this folder as well")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of datapackage.json (default: this book's data)")
    options = parser.parse_args(arguments)
    try:
        found = check(options.root.resolve(), options.prose)
    except DataError as error:        # the schema itself cannot be read: nothing else can be said
        found = error.problems
    for problem in found:
        print(problem)
    if found:
        print(f"\n{len(found)} problem{'s' if len(found) != 1 else ''}. Nothing was changed; mend the lines above and run the check again.")
        return 1
    counts = {name: len(reading.read(table).rows) for name, table in tables(options.root.resolve()).items()}
    print(f"The data is in order: {sum(counts.values())} rows in {len(counts)} tables.")
    print("  " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    return 0


def check(root: Path = ROOT, prose_folder: Path | None = None) -> list:
    """Every problem of the package in ``root``, in the order of tables and lines, each told once."""
    found = [problem for name in tables(root) for problem in checking.table_problems(name, root)]
    found += checking.source_problems(root)
    found += rules.problems(root)
    found += withheld.problems(root, prose_folder)
    if prose_folder is not None:
        found += prose.problems(prose_folder, root)
    order = {table.file: place for place, table in enumerate(tables(root).values())}
    return sorted(dict.fromkeys(found), key=lambda p: (order.get(p.file, 99), p.file if p.file not in order else "", p.line or 0))


if __name__ == "__main__":
    sys.exit(main())
