"""The files of a release: ``python chapters/_ext/releasing.py`` writes them to ``_build/dist``; the same bytes on every machine.

With ``tag v1.2.3`` it says whether that tag may be released, with ``notes`` what changed for a reader; with ``wheel`` it writes the wheel alone, to ``_build/wheel``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path

import plainly  # noqa: F401, I001  before what reads the book
import data_pages
import trouble
import whole
import yaml
from generated import WHEEL
from metoo_figures import publishing, records

ROOT = Path(__file__).resolve().parents[2]
DIST, SITE = ROOT / "_build" / "dist", ROOT / "_build" / "html"
#: Files of a build that no reader opens, and that differ from one build to the next.
_NOT_READ = (".buildinfo", ".doctrees", ".jupyter_cache")


def main(dist: Path, bill: Path) -> list[str]:
    """Writes wheel, data, site, bill of materials and checksums to ``dist``.

    ``bill`` is the file that lists all packages of the lock (CycloneDX). Returns a line for each file; a site that is not built is said to be left out.
    """
    with whole.anew(dist) as new:
        lines = _write(new, bill)
        return [*lines, *(f"{path.stat().st_size:>12,}  {path.name}" for path in sorted(new.iterdir()))]


def _write(dist: Path, bill: Path) -> list[str]:
    version, lines = records.book()["version"], []
    data_pages.write_wheel(dist)
    data_pages.write_package(dist)
    (dist / f"after-the-hashtag-packages-{version}.cdx.json").write_bytes(bill.read_bytes())
    if (SITE / "index.html").exists():
        (dist / f"after-the-hashtag-site-{version}.zip").write_bytes(site_zip(SITE))
    else:
        lines.append("The pages are not built, so the release has no zip of the site. Run make book first.")
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(dist.iterdir())}
    (dist / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()), encoding="utf-8")
    return lines


def site_zip(site: Path) -> bytes:
    """The built pages in one file, to read without a network."""
    book = records.book()
    files = {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*"))
             if path.is_file() and not set(path.relative_to(site).parts) & set(_NOT_READ)}
    return publishing.zipped(files, f"{book['title']}, version {book['version']}. {book['license']}, {book['license_address']}\nOpen index.html in a browser.\n")


def tag_faults(tag: str, root: Path = ROOT) -> list[str]:
    """What keeps ``tag`` from being released: a version or a day that one of the files does not have, or a changelog that does not tell of it."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    told = {"CITATION.cff": cited["version"], "CITATION.cff, preferred-citation": cited["preferred-citation"]["version"],
            "data/datapackage.json": json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))["version"]}
    faults = [] if tag == f"v{version}" else [f"The tag is {tag}, and the version in pyproject.toml is {version}. The tag of that version is v{version}."]
    faults += [f"{where} has version {has}, and pyproject.toml {version}." for where, has in told.items() if has != version]
    faults += day_faults(version, root)
    return faults if notes(version, root) else [*faults, f"CHANGELOG.md has no section '## {version} (date)' that says what changed."]


def day_faults(version: str, root: Path = ROOT) -> list[str]:
    """A sentence for each file that gives a version another day than ``figures/book.yml`` does."""
    day = yaml.safe_load((root / "figures" / "book.yml").read_text(encoding="utf-8"))["date"]
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    moment = int(re.search(r"^export SOURCE_DATE_EPOCH := (\d+)$", (root / "Makefile").read_text(encoding="utf-8"), re.M)[1])
    log = re.search(rf"^## {re.escape(version)} \(([0-9-]+)\)$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    told = {"CITATION.cff, date-released": str(cited["date-released"]), "CITATION.cff, preferred-citation, year": f"{cited['preferred-citation']['year']}{day:-%m-%d}",
            "Makefile, SOURCE_DATE_EPOCH": dt.datetime.fromtimestamp(moment, dt.UTC).date().isoformat(), "CHANGELOG.md": log[1] if log else None}
    return [f"{where} says {has}, and figures/book.yml {day}." for where, has in told.items() if has and has != day.isoformat()]


def notes(version: str, root: Path = ROOT) -> str:
    """What the changelog says of a version; empty where it says nothing."""
    found = re.search(rf"^## {re.escape(version)} \([0-9-]+\)\n(.*?)(?=^## |\Z)", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.S | re.M)
    return found[1].strip() if found else ""


def command(words: list[str]) -> int:
    """What the command line asks for. Returns the exit code."""
    match words:
        case ["tag", tag]:
            faults = tag_faults(tag)
            print("\n".join(faults), file=sys.stderr)
            return bool(faults)
        case ["notes"]:
            print(notes(records.book()["version"]))
        case ["wheel"]:
            data_pages.write_wheel(ROOT / "_build" / "wheel")
            print(ROOT / "_build" / "wheel" / WHEEL)
        case [bill]:
            print("\n".join(main(DIST, Path(bill))))
    return 0


if __name__ == "__main__":
    trouble.end_with(lambda: command(sys.argv[1:]), "Stopped. Nothing half made was left.")
