"""A small copy of the book in which every word that somebody types is hostile: all free text of all tables, of the sources and of a figure.

The copy has its own tables, code and pages, and is made by processes of its own: nothing of it touches the book.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

FIGURE = "africa-cases"
SEEDS = ("slate-2018", "foreign-policy-2019", "propergaanda-2018", "shoutout-2021", "time-2018")
#: What would do something where it is read as more than text. If any of it runs, ``window.hostile`` is set.
TEXTS = (
    "<script>window.hostile=1</script>", "\"><img src=x onerror=window.hostile=1>", "'><svg onload=window.hostile=1>", "</title><script>window.hostile=1</script>", "</script><b>", "-->", "]]>", "<!--",
    "</td></table>", "[x](javascript:window.hostile=1)", "<javascript:window.hostile=1>", "![i](x.png)", "[r][s]", "{{ 7*7 }}", "{cite:t}`nobody`", "```{raw} html", "{eval-rst}", ":::{include} /etc/passwd",
    "$\\input{/etc/passwd}$", "\\write18{id}", "100 % & _a_ #b ~c~ *d* ^e^ `f`", "{ }{", "a|b", "&lt;i&gt; &amp; &#60;u&#62;", "x;y", "../../etc/passwd", "C:\\x\\", "${address} $& $'", "__proto__ constructor",
    "\U0001f469\u200d\U0001f680 \U0001d4d7", "שלום مرحبا فارسی\u200cها", "line -1 +1 =1 @x",
)
#: What Markdown reads at the beginning of a line.
LEADS = ("% gone", "# head", "## head ##", ":::{raw} html", ": defined", "1. one", "12) two", "> said", "* item", "(target)=", "``` fence", "```{raw} html", "<script>", "~~~", "|a|b|", "{{ x }}", "[d]: javascript:x", "$$x$$", "<!-- c", "***")
#: Columns that the rules tie to others, so that no text of ours can stand there.
_TIED = {("evidence", "field"), ("evidence", "row_id"), ("corrections", "table"), ("corrections", "row_id"), ("corrections", "field"), ("double_coding", "field"), ("double_coding", "first"),
         ("double_coding", "second"), ("double_coding", "resolved"), ("corrections", "version"), ("countries", "continent")}
#: Letters that no font of the pictures has.
_NO_FONT = "\U0001f469\u200d\U0001f680 \U0001d4d7"
_ADDRESS = "https://example.org/x\"><script>window.hostile=1</script>?a=1&b=javascript:window.hostile"


def all_texts(lead: int, number: int) -> str:
    """A cell that holds every text behind one of the leads; the number makes it another one than all others."""
    return f"{LEADS[lead % len(LEADS)]} n{number}x {' '.join(TEXTS)} end{number}x"


def prepare(folder: Path) -> Path:
    """Writes the copy and returns its folder: code as it is, a few rows of each table, all of them hostile, and a page or two to hold it together."""
    for name in ("data/metoo_data", "figures/metoo_figures", "chapters/_ext", "chapters/_static"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.txt", "README.md", "LICENSE", "LICENSE-CONTENT", "_config.yml", "data/datapackage.json", "data/accused-names.txt", "figures/book.yml", "chapters/references.md"):
        shutil.copy(ROOT / name, folder / name)
    tables = _hostile(_few_rows())
    (folder / "data" / "tables").mkdir()
    for name, (columns, rows) in tables.items():
        with open(folder / "data" / "tables" / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    used = {row["source_id"] for _, rows in tables.values() for row in rows if "source_id" in row}
    (folder / "data" / "references.bib").write_text(_sources(used), encoding="utf-8")
    _pages(folder, tables)
    return folder


def run(folder: Path, code: str, *, check: bool = True) -> subprocess.CompletedProcess:
    """Runs Python in the copy, with the copy's own packages and not the book's."""
    paths = os.pathsep.join(str(folder / name) for name in ("data", "figures", "chapters/_ext"))
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env={**os.environ, "PYTHONPATH": paths, "SOURCE_DATE_EPOCH": "1795219200"}, capture_output=True, text=True)
    assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


def _schema() -> dict[str, dict]:
    return {table["name"]: table["schema"] for table in json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))["resources"]}


def free(name: str) -> list[str]:
    """The columns of a table in which any text may stand."""
    schema = _schema()[name]
    keys = {*schema["primaryKey"], *(key["fields"][0] for key in schema.get("foreignKeys", []))}
    return [field["name"] for field in schema["fields"] if field["type"] == "string" and field["name"] not in keys and "categories" not in field and not field.get("metoo:edtf")
            and not field.get("metoo:reference") and not field.get("constraints", {}).get("pattern") and (name, field["name"]) not in _TIED]


def _few_rows() -> dict[str, list[dict]]:
    """A few rows of each table, with all that they need beside them."""
    tables = {name: list(csv.DictReader(open(ROOT / "data" / "tables" / f"{name}.csv", encoding="utf-8", newline=""))) for name in _schema()}

    def some(name: str, each: int = 1) -> list[dict]:
        """Of each seed article the first rows that stand, and one that does not stand any more."""
        mine = [row for seed in SEEDS for row in [row for row in tables[name] if row["source_id"] == seed and row["rank"] != "deprecated"][:each]]
        return (mine or tables[name][:3]) + [row for row in tables[name] if row["rank"] == "deprecated" and row not in mine][:1]

    few = {name: some(name) for name in ("cases", "reforms", "events", "backlash", "hashtags", "statistics", "claims")}
    few["series"] = [row for row in tables["series"] if row["series"] in {tables["series"][0]["series"], tables["series"][-1]["series"]}][:4]
    few["ratifications"] = tables["ratifications"][:2]
    few["reforms"] += [row for row in tables["reforms"] if row["reform_id"] == few["ratifications"][0]["reform_id"] and row not in few["reforms"]]
    few["countries"] = tables["countries"]
    for part, owner, key in (("case_steps", "cases", "case_id"), ("reform_stages", "reforms", "reform_id")):
        few[part] = [row for row in tables[part] if row[key] in {owned[key] for owned in few[owner]}]
    few["double_coding"] = [row for row in tables["double_coding"] if row["step_id"] in {step["step_id"] for step in few["case_steps"]}][:4]
    ids = {name: {row[_schema()[name]["primaryKey"][0]] for row in rows} for name, rows in few.items()}
    few["evidence"] = [row for row in tables["evidence"] if row["row_id"] in ids.get(row["table"], ())]
    few["corrections"] = [row for row in tables["corrections"] if row["row_id"] in ids.get(row["table"], ())]
    for name, rows in few.items():
        for key in _schema()[name].get("foreignKeys", []):
            column, other = key["fields"][0], key["reference"]["resource"] or name
            for row in rows:
                if row[column] and row[column] not in ids.get(other, ids[name]):
                    row[column] = ""
    return few


def _hostile(few: dict[str, list[dict]]) -> dict[str, tuple[list[str], list[dict]]]:
    """The rows with every free cell hostile, told apart by a number; what was alike in several rows of a series stays alike."""
    number, alike = 0, {}
    for name, rows in few.items():
        for place, row in enumerate(rows):
            for column in free(name):
                if column == "locator" and re.fullmatch(r"p\d+(;p\d+)*", row[column]) or column == "comparability_group":
                    continue
                if column in ("caption", "naming_note") and row["naming_basis"] == "not_named" and not row["caption"]:
                    continue
                if name == "countries" and place > 20 and row["iso3"] not in _used(few):
                    continue
                if row["rank"] != "deprecated" and column == "rank_reason" if "rank" in row else False:
                    continue
                key = (name, column, row[column]) if name == "series" else (name, column, place)
                if key not in alike:
                    number += 1
                    alike[key] = "Zq<img src=x onerror=window.hostile=1> spoke" if column == "speaker" and name == "cases" else "#" * (column == "tag") + all_texts(number, number)
                row[column] = alike[key]
    few["events"][0]["summary"] = "long " + "W" * 5_000 + " <b>" * 20_000 + "end"
    return {name: ([field["name"] for field in _schema()[name]["fields"]], few[name]) for name in _schema()}


def _used(few: dict[str, list[dict]]) -> set[str]:
    return {row["country_iso3"] for rows in few.values() for row in rows if "country_iso3" in row}


def _sources(used: set[str]) -> str:
    """The entries of the sources that are used, each with hostile words and a hostile address; braces and backslashes are BibTeX's own and refused as text."""
    words = " ".join(text for text in TEXTS if not re.search(r"[{}\\]", text)).replace("%", "\\%").replace("100 ", "")
    entries = re.findall(r"^@\w+\{[^\s,{}]+,\n.*?\n\}$", (ROOT / "data" / "references.bib").read_text(encoding="utf-8"), re.M | re.S)
    mine = [entry for entry in entries if re.match(r"@\w+\{([^,]+),", entry)[1] in used]
    assert len(mine) == len(used)
    for field in ("title", "author", "howpublished", "note"):
        around = "{{%s}}" if field == "author" else "{%s}"
        told = words.replace(_NO_FONT, "") if field == "howpublished" else words          # the publisher stands in the picture
        mine = [re.sub(rf"^( *{field} *= *)\{{.*\}}(,?)$", lambda m, n=n, around=around, told=told: m[1] + around % f"n{n}s {told}" + m[2], entry, count=1, flags=re.M) for n, entry in enumerate(mine)]  # noqa: B023
    return "\n\n".join(re.sub(r"^( *url *= *)\{.*\}(,?)$", lambda m: f"{m[1]}{{{_ADDRESS}}}{m[2]}", entry, flags=re.M) for entry in mine) + "\n"


def record() -> dict[str, str]:
    """The words of the figure; its numbers stand in the data, and the title keeps within its length."""
    plain = " ".join(TEXTS)
    for digits, other in (("=1", "=x"), ("7*7", "x*x"), ("18", ""), ("100 ", ""), ("#60;u&#62;", "lt;u&gt;"), ("-1 +1 =1", "-x"), (_NO_FONT, ""), ("{", "{{"), ("}", "}}")):      # a number would have to stand in the data
        plain = plain.replace(digits, other)
    shown = "</title><script>window.hostile=x</script> --> ]]> & &lt; $a$ %_#~^\\ {{ \\input"
    return {"id": FIGURE, "number": "4.3", "chapter": "africa", "form": "unit chart", "topic": "courts", "title": shown, "subtitle": "<b>n = three</b> $x$ cases, as of May 2018 &amp;", "note": f"- item {shown}",
            "caption": f"% gone {plain}", "alt": "Units \"><img src=x onerror=window.hostile=x> [x](javascript:window.hostile=x) `c` $m$ */ --> " + "\\", "description": f"(target)= {plain}",
            "question": f"::: {plain}", "history": {"0.1.0": f"first {plain}"}}


def _pages(folder: Path, tables: dict) -> None:
    """The book's order, a figure's record, and stand-ins for the pages that generated ones lead to."""
    (folder / "figures" / "records").mkdir(exist_ok=True)
    (folder / "figures" / "records" / f"{FIGURE}.yml").write_text(json.dumps(record(), ensure_ascii=False), encoding="utf-8")       # JSON is YAML
    (folder / "figures" / "retired.yml").write_text(json.dumps({"gone": {"version": "0.1.0", "successor": FIGURE, "reason": all_texts(0, 0)}}, ensure_ascii=False), encoding="utf-8")
    for name, words in {"index": "Start", "use-the-data": "Use", "coding-rules": "Rules", "glossary": "Glossary"}.items():
        links = [f"[row](#{rows[0][columns[0]]})" for table, (columns, rows) in tables.items() if table in ("events", "cases", "case_steps", "reforms", "statistics", "series", "claims", "hashtags", "backlash")]
        (folder / "chapters" / f"{name}.md").write_text(f"# {words}\n\n{' '.join(links) if name == 'index' else 'Text.'}\n", encoding="utf-8")
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0 (2026-11-21)\n\nText.\n", encoding="utf-8")
    (folder / "chapters" / "essays").mkdir()
    for name in tables:
        (folder / "chapters" / "essays" / f"{name}.md").write_text("## About these rows\n\nText.\n", encoding="utf-8")
    cell = {"cell_type": "markdown", "id": "one", "metadata": {}, "source": f"# Africa\n\n```{{include}} ../figures/published/{FIGURE}/block.md\n```\n"}
    (folder / "chapters" / "africa.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    below = {"gallery": "figure", "countries": "country", "tables": "data"}
    generated = ["gallery", "countries", "time-machine", "tables", *(f"table-{name}" for name in ("events", "cases", "reforms", "ratifications", "backlash", "hashtags", "statistics", "series", "claims")),
                 "codebook", "corrections", "changelog"]
    lines = ["format: jb-book", "root: chapters/index", "parts:", "  - caption: All", "    chapters:", *(f"      - file: chapters/{name}" for name in ("africa", "use-the-data", "coding-rules", "glossary", "references")),
             *(f"      - file: chapters/generated/{name}" + (f"\n        sections:\n          - glob: chapters/generated/{below[name]}-*" if name in below else "") for name in generated)]
    (folder / "_toc.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


#: Draws the figure with labels out of the tables, publishes it, and writes its slides.
DRAW = f"""
import json, pandas as pd, metoo_data as md, metoo_figures as mf
from metoo_figures import decks
labels = {[f"l {text}" for text in (*TEXTS[:8], "$x$ & $y$", "a_b^c", "&lt;i&gt;")]!r}
fig, ax = mf.figure()
for place, label in enumerate(labels):
    ax.text(0.02, 0.95 - place / 12, label, size=6, transform=ax.transAxes)
ax.axis("off")
source = md.sources().index[0]
shown = mf.publish({FIGURE!r}, fig, pd.DataFrame({{"label": labels + {[f"l {text}" for text in TEXTS[9:]]!r}, "value": -1.5, "source_id": source, "locator": "p1"}}))
print([path.name for path in decks.write(["africa"])])
"""
#: Makes every generated page, the appendix of the book to take away, and the data package, without Sphinx.
MAKE = """
import json, pathlib, generated, country_pages, data_pages, figure_pages, time_machine, takeaway_rows, fact_cards, finding
pages = generated.pages() | country_pages.pages() | data_pages.pages() | figure_pages.pages() | time_machine.pages()
rows = " ".join(f"[x](#{row})" for row in fact_cards.cards())
out = pathlib.Path("out"); out.mkdir()
pages["rows-cited"] = takeaway_rows.rows_cited({"chapters/index.md": rows})
for name, text in pages.items():
    (out / f"{name}.md").write_text(text, encoding="utf-8")
(out / "cards.json").write_text(json.dumps(fact_cards.cards()), encoding="utf-8")
(out / "time-machine.json").write_text(json.dumps(time_machine.data()), encoding="utf-8")
data_pages.write_package(out)
"""
#: The book to take away: its pages made by Sphinx, without the paragraphs that stand in for those of the real book.
TAKE = """
import pathlib, takeaway_sources, takeaway_pages, takeaway_epub
takeaway_sources._INSTEAD = {}
pathlib.Path("out", "book.epub").write_bytes(takeaway_epub.epub(takeaway_pages.pages()))
"""
