"""A page for each whole table: what it is, an essay on it, every row to sort and filter, its file; and the data package as one zip."""

from __future__ import annotations

import functools
import html
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import metoo_data as md
import pandas as pd
from generated import HEADS, PACKAGE, PARTS
from metoo_data.schema import ROOT, Table
from metoo_figures import drafts, publishing, records

ESSAYS = Path(__file__).resolve().parents[1] / "essays"
#: Columns of housekeeping and of long notes; they are in the file and at the row's own entry.
_LEFT_OUT = {"rank", "rank_reason", "recorded_date", "date_note", "note", "locator", "definition", "method", "naming_note", "as_stated"}
_FEW = 24                                    # a column with up to so many different words gets a list to choose from


def pages() -> dict[str, str]:
    """The pages of all tables and their text in MyST Markdown."""
    return {f"data-{name}": _page(table) for name, table in md.tables().items()}


def _page(table: Table) -> str:
    frame = md.load(table.name)
    entries = f" Each row has an entry with all its columns and sources on [{table.title}](table-{_entries(table.name)}.md)." if _entries(table.name) else ""
    return "\n".join([
        "---", "myst:", "  html_meta:", f"    description: {json.dumps(table.description, ensure_ascii=False)}", "---", "",
        f"# {table.title}: the whole table", "", table.description, "", _glance(table, frame) + entries, "",
        f"```{{include}} ../essays/{table.name}.md", "```", "",
        "## The file", "", f"- {{download}}`{table.file.rsplit('/', 1)[-1]} <../../{table.file}>`, CSV in UTF-8; its columns are explained in the [codebook](codebook.md)", "- [all tables](tables.md), and the whole data package", "",
        "## All rows", "", "Some columns are left out here; the file has them all.", "", *_table(table, frame)])


def _entries(name: str) -> str | None:
    """The page on which the rows of a table have their entries."""
    owner = next((owner for owner, (part, _) in PARTS.items() if part == name), name)
    return owner if owner in (*HEADS, "series") else None


def _glance(table: Table, frame: pd.DataFrame) -> str:
    """Size, time and reach of a table, counted."""
    said = [f"{len(frame):,} rows"]
    if "country_iso3" in frame:
        said.append(f"{frame['country_iso3'].dropna().nunique()} countries and places")
    if "date_earliest" in frame and frame["date_earliest"].notna().any():
        said.append(f"dates from {frame['date_earliest'].min().year} to {frame['date_latest'].max().year}")
    if "source_id" in frame:
        said.append(f"{frame['source_id'].dropna().nunique():,} sources")
    if "rank" in frame and (frame["rank"] == "deprecated").any():
        said.append(f"{(frame['rank'] == 'deprecated').sum()} marked as deprecated: kept, with the reason, and used nowhere")
    return "At a glance: " + ", ".join(said) + "."


def _table(table: Table, frame: pd.DataFrame) -> list[str]:
    """Every row as an HTML table with headers; every cell is text, and keys lead to their entries."""
    fields = [field for field in table.fields if field.name not in _LEFT_OUT and frame[field.name].notna().any()]
    shown = pd.DataFrame({field.title: [_cell(field, value) for value in frame[field.name]] for field in fields})
    page = _entries(table.name)
    if page:
        key = next(field.title for field in table.fields if field.name == table.key)
        shown[key] = [f'<a href="table-{page}.html#{row}">{row}</a>' for row in frame[table.key]]
    few = [place for place, field in enumerate(fields) if field.labels and 1 < shown[field.title].nunique() <= _FEW or field.name == "country_iso3"]
    rows = shown.to_html(index=False, border=0, escape=False, classes=["data-table"], table_id="whole-table").replace(' style="text-align: right;"', '')
    return ["```{raw} html", '<link rel="stylesheet" href="../../_static/vendor/datatables/dataTables.dataTables.min.css">',
            '<script defer src="../../_static/vendor/datatables/dataTables.min.js"></script>', '<script defer src="../../_static/data-table.js"></script>',
            f'<div class="data-table-box" role="region" aria-label="{table.title}: all rows" tabindex="0" data-choose="{json.dumps(few)}">', rows, "</div>", "```", ""]


def _cell(field, value) -> str:
    """A cell for a reader, escaped: codes by their label, numbers as they are meant, an empty cell empty."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if field.type == "number":
        return f"{value:.12g}"
    return html.escape(_places().get(value, value) if field.name == "country_iso3" else str(field.labels.get(value, value)))


@functools.cache
def _places() -> dict[str, str]:
    return dict(md.countries().set_index("iso3")["name"])


def write_package(folder: Path) -> None:
    """Writes the data package into ``folder`` as one zip: tables, schema, sources, licence, readme. The same bytes on every machine."""
    book = records.book()
    names = ["datapackage.json", "references.bib", *(f"tables/{table.path.name}" for table in md.tables().values())]
    files = {name: (ROOT / name).read_bytes() for name in names}
    files["LICENSE.txt"] = (ROOT.parent / "LICENSE-CONTENT").read_bytes()
    readme = "\n".join([f"{book['title']}: data, version {book['version']}", f"{book['authors']}. {book['license']}, {book['license_address']}", "",
                        "datapackage.json says what each column of each table means (Frictionless Data Package); references.bib has every source.",
                        "A status is not stored: it follows from the dated steps in tables/case_steps.csv. Read the latest step first, and give its date.",
                        "The tables are no sample and no register of people. Please do not make them one.", ""])
    folder.mkdir(exist_ok=True)
    drafts.write_whole(folder / PACKAGE, publishing.zipped(files, readme))


def write_wheel(folder: Path) -> None:
    """Builds the two packages into ``folder`` as a wheel that carries the tables. The same bytes on every machine; nothing is fetched. Raises OSError with what the builder said."""
    with tempfile.TemporaryDirectory() as draft:
        done = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", draft], cwd=ROOT.parent, capture_output=True, text=True)
        if done.returncode:
            raise OSError(f"The wheel was not built:\n{done.stdout}{done.stderr}")
        folder.mkdir(parents=True, exist_ok=True)
        for wheel in Path(draft).glob("*.whl"):
            drafts.write_whole(folder / wheel.name, wheel.read_bytes())
