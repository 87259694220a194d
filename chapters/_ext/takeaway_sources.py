"""The sources of the book to take away: the pages that need no screen, with what paper cannot do taken out of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import corrected
import generated
import yaml
from metoo_figures import records
from takeaway_rows import rows_cited

ROOT = Path(__file__).resolve().parents[2]
BOOK = records.book()
#: Generated pages that belong in: what was wrong, and what changed. The rows that the text cites come in their own page.
KEPT = ("corrections", "changelog")
ROWS = "rows-cited"
#: Paragraphs of the book on the web that mean its buttons and pages, by their first words, and what stands in this copy instead.
_INSTEAD = {
    "chapters/index.md": {
        "*The picture comes from": "*The picture comes from the chapter [What held](what-held.ipynb), where it is numbered, read and limited.*",
        "**Cite.**": "**Cite.** Below each figure stand its description and the line to cite it with. Figures may be used in class and in print, with the source named; "
                     "the book on the web has each as a file, with its data. [Teaching with this book](teaching.md) has four lessons that can be taught as they stand, and a module of four weeks."},
    "chapters/how-to-use.md": {
        "A number with a line under it": "A number with a line under it is a link. It leads to its row in the appendix [Rows cited](generated/rows-cited.md): what was counted, when, by whom, "
                                         "and the line of the article where it stands. On paper, look there under the table and the country. From the row, one more step leads to the source in the "
                                         "[references](references.md), and “Cited in” leads back. If a number in the text and its row ever differed, the book could not be built; a check compares them each time.",
        "A faint line under a word": "A word of the law or of the tables that is a link leads to the [glossary](glossary.md). The book on the web has more: a search, each table whole, with an essay on who "
                                     "collected it and what is missing, a page for each country, and the time machine, which shows where every case stood on a day of your choice.",
        "No page asks another site": "",
        "**Made again to the byte": "",
        "Under each figure is a row": "Below each figure stand its description, its note and its reference in the style of APA 7. In the book on the web each figure has a page of its own, with the picture "
                                      "for a slide and for print, the data that are drawn, and the reference in four more styles."}}
_LINK = r"\[((?:[^\[\]]|\[[^\]]*\])*)\]"


def parts() -> dict[str, list[str]]:
    """The order of the book without the pages that need a screen: the pages of each part, from ``_toc.yml``."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    kept = {"": [toc["root"]]}
    for part in toc["parts"]:
        names = [entry["file"] for entry in part["chapters"]]
        kept[part["caption"]] = [name for name in names if "/generated/" not in name or Path(name).name in KEPT]
    last = list(kept)[-1]
    kept[last].insert(kept[last].index("chapters/references"), f"chapters/generated/{ROWS}")
    return kept


def sources() -> dict[str, bytes]:
    """Every file that Sphinx is given: path and content."""
    kept = {"corrections": generated.corrections(), "changelog": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")}     # all generated pages would take long
    files = {}
    for name in (name for names in parts().values() for name in names):
        short = Path(name).name
        executed = ROOT / "_build" / "executed" / f"{short}.ipynb"
        if short == ROWS:
            continue
        if short in KEPT:
            files[f"{name}.md"] = kept[short]
        elif (ROOT / f"{name}.ipynb").exists():
            path = executed if executed.exists() else ROOT / f"{name}.ipynb"
            files[f"{name}.ipynb"] = corrected.in_page(short, _notebook(json.loads(path.read_text(encoding="utf-8"))), True)
        else:
            files[f"{name}.md"] = corrected.in_page(short, (ROOT / f"{name}.md").read_text(encoding="utf-8"), False)
    files = {name: text if name.endswith(".ipynb") else _for_paper(_instead(name, text)) for name, text in files.items()}
    files[f"chapters/generated/{ROWS}.md"] = rows_cited(files)
    files["chapters/references.md"] = files["chapters/references.md"].replace(":all:\n", "").replace(
        "Every source that a row of the tables rests on.", "Every source that this copy cites. The book on the web lists those of all rows.")
    for folder in sorted((ROOT / "figures" / "published").iterdir()):
        for name in ("block.md", "picture.md"):
            files[f"figures/published/{folder.name}/{name}"] = _block((folder / name).read_text(encoding="utf-8"))
        files[f"figures/published/{folder.name}/{folder.name}.svg"] = _svg((folder / f"{folder.name}.svg").read_text(encoding="utf-8"))
    files["data/references.bib"] = (ROOT / "data" / "references.bib").read_text(encoding="utf-8")
    return {**{name: text.encode("utf-8") for name, text in files.items()}, **_settings()}


def _settings() -> dict[str, bytes]:
    """The book's own configuration and order, with what belongs to the site taken out."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    kept = parts()
    toc["parts"] = [{**part, "chapters": [{"file": name} for name in kept[part["caption"]]]} for part in toc["parts"]]
    settings = config["sphinx"]["config"]
    config["sphinx"] = {"config": {name: value for name, value in settings.items() if not name.startswith("html_")}
                        | {"version": BOOK["version"], "release": BOOK["version"], "epub_show_urls": "no", "epub_basename": "pages"}}
    config["exclude_patterns"] = ["_build/**", "figures/**", "data/**"]
    return {"_config.yml": yaml.safe_dump(config, sort_keys=True).encode("utf-8"), "_toc.yml": yaml.safe_dump(toc, sort_keys=False).encode("utf-8")}


def _notebook(notebook: dict) -> str:
    """A notebook without the code that prepares or draws. The code of its exercises stays, since it is their solution."""
    cells, heading = [], ""
    for cell in notebook["cells"]:
        source, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
        if cell["cell_type"] == "markdown":
            found = re.findall(r"^## (.*)$", source, re.M)
            heading = found[-1] if found else heading
            cells.append({**cell, "source": _for_paper(source)})
        elif "hide-input" not in tags:
            cells.append(cell)
        elif heading == "Try it":
            cells.append({**cell, "metadata": {**cell["metadata"], "tags": [tag for tag in tags if tag != "hide-input"]}})
        elif cell["outputs"] and "remove-output" not in tags:
            cells.append({**cell, "metadata": {**cell["metadata"], "tags": ["remove-input"]}})
    return json.dumps({**notebook, "cells": cells}, ensure_ascii=False)


def _instead(name: str, text: str) -> str:
    """A page with the paragraphs that mean a screen said in another way. One that is not there any more is told, lest its stand-in speak of nothing."""
    paragraphs = text.split("\n\n")
    for words, other in _INSTEAD.get(name, {}).items():
        found = [place for place, paragraph in enumerate(paragraphs) if paragraph.startswith(words)]
        if len(found) != 1:
            raise ValueError(f"{name}: {len(found)} paragraphs begin with “{words}”, and the take-away book has one to stand for it. Mend _INSTEAD in takeaway_sources.py.")
        paragraphs[found[0]] = other
    return "\n\n".join(paragraphs)


def _for_paper(text: str) -> str:
    """Links to pages that are not in: to a figure's page, they lead to the figure; to others, to the web if the book has an address there."""
    base = BOOK["base_address"].rstrip("/")
    text = text.replace("the solution is folded", "the solution follows").replace("the solutions folded", "the solutions below them")
    text = re.sub(rf" \({_LINK}\(generated/figure-[a-z0-9-]+\.md\)\)", "", text)         # "(its page)" behind the figure's number
    text = re.sub(rf"{_LINK}\(generated/figure-([a-z0-9-]+)\.md\)", r"[\1](#fig-\2)", text)
    return re.sub(rf"{_LINK}\(generated/(?!{'|'.join((*KEPT, ROWS))})([a-z-]+)\.md(#[^)]*)?\)", rf"[\1]({base}/chapters/generated/\2.html\3)" if base else r"\1", text)


def _block(text: str) -> str:
    """A figure without its files and its page, its description and its citation in full view."""
    text = re.sub(r"^:target: .*\n", "", text, flags=re.M)
    text = re.sub(r":::\{div\} figure-actions\n.*?\n:::\n", "", text, flags=re.S)
    text = text.replace(":::{dropdown} Describe and cite this figure\n:class-container: figure-more", ":::{div} figure-more")
    return re.sub(rf" Other styles and formats: {_LINK}\([^)]*\)\.", "", text)


def _svg(text: str) -> str:
    """A picture as EPUB takes it: without a document type, and without what only machines read."""
    return re.sub(r"\s*<metadata>.*?</metadata>", "", re.sub(r"<!DOCTYPE[^>]*>\s*", "", text), flags=re.S)
