"""A page for each figure, and the gallery: made from the files that publish() wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from generated import text
from metoo_figures import citations, decks, records

PUBLISHED = Path(__file__).resolve().parents[2] / "figures" / "published"
CHAPTERS = {"us-origins": "The United States and the first months", "asia": "Asia", "south-asia": "South Asia", "africa": "Africa",
            "legal-wins": "Legal wins", "backlash": "Defamation and backlash", "what-held": "What held"}
_FILES = (("Picture, PNG, 1920 by 1080", "png"), ("Vector, SVG", "svg"), ("Print, PDF", "pdf"), ("Data, CSV", "csv"), ("Record, JSON", "json"), ("BibTeX", "bib"),
          ("RIS", "ris"), ("CSL-JSON", "csl.json"), ("All words, plain text", "txt"), ("All of these, ZIP", "zip"))


def pages() -> dict[str, str]:
    """Every figure's page and the gallery: name and text in MyST Markdown."""
    sheets = decks.published()
    return {"gallery": _gallery(sheets), **{f"figure-{sheet['id']}": _page(sheet) for sheet in sheets}}


def _page(sheet: dict) -> str:
    at = f"../../figures/published/{sheet['id']}/{sheet['id']}"
    licence = records.book()["license_address"]
    return "\n".join([
        *_head(sheet), f"# Figure {sheet['number']}. {text(sheet['title'])}", "",
        f"```{{image}} {at}.svg", f":alt: {json.dumps(sheet['alt'], ensure_ascii=False)}", f":target: ../../figures/{sheet['id']}/{sheet['id']}.svg",
        ":class: book-figure dark-light", "```", "",
        f"{text(sheet['caption'])} It stands in the chapter [{CHAPTERS[sheet['chapter']]}](../{sheet['chapter']}.ipynb), as {{numref}}`fig-{sheet['id']}`, "
        "with its reading and its limits.", "",
        "## Description", "", text(sheet["description"]), "", "## Note", "", text(sheet["note"]), "",
        "## Cite the figure", "", *_citations(sheet["citations"]),
        "## Cite the data behind it", "", *_code(sheet["data_citation"]),
        "## Reuse it", "", f"The figure and its data are under [{sheet['license']}]({licence}). Name the book, link to the licence, and say so if you change "
        "something. A credit line for a slide or a page:", "",
        *_code(f"“{sheet['title']}”, After the Hashtag, figure {sheet['number']}, version {sheet['version']}, {sheet['license']}."),
        "## Download", "", *(f"- {{download}}`{word} <{at}.{end}>`" for word, end in _FILES),
        f"- {{download}}`Slides of the chapter, PPTX <../../figures/decks/{sheet['chapter']}.pptx>`", "",
        "## Data", "", f"The rows that are drawn, {sheet['rows']} in all, each with its source and its place there.", "", *_table(sheet["id"]),
        "## Sources", "", *(f"- {{cite:t}}`{key}`" for key in sheet["sources"]), "",
        "## For a class", "", text(sheet["question"]), "",
        "## History", "", f"Version {sheet['version']}: first published.", "",
    ])


def _head(sheet: dict) -> list[str]:
    """What reference managers and link previews read: Highwire, Dublin Core and OpenGraph names."""
    book = records.book()
    names = {"citation_title": sheet["title"], "citation_author": book["authors"], "citation_publication_date": f"{book['date']:%Y/%m/%d}",
             "citation_inbook_title": book["title"], "citation_language": "en", "DC.title": sheet["title"], "DC.creator": book["authors"],
             "DC.date": f"{book['date']}", "DC.type": "Image.StillImage", "DC.rights": sheet["license"], "DC.isPartOf": book["title"],
             "description": sheet["alt"], "property=og:title": sheet["title"], "property=og:description": sheet["alt"], "property=og:type": "article"}
    return ["---", "myst:", "  html_meta:", *(f"    {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in names.items()), "---", ""]


def _citations(cited: dict[str, str]) -> list[str]:
    return [line for style, cite in cited.items() for line in (f"**{citations.STYLES[style]}**", "", *_code(cite))]


def _code(line: str) -> list[str]:
    """A block that the theme gives a copy button."""
    return ["```{code-block} text", ":class: cite-line", "", line, "```", ""]


def _table(figure: str) -> list[str]:
    """The drawn data as an HTML table with headers; every cell is text."""
    data = pd.read_csv(PUBLISHED / figure / f"{figure}.csv", dtype=str, keep_default_na=False)
    html = data.to_html(index=False, border=0, escape=True, justify="left", classes="figure-data", na_rep="")
    return ["```{raw} html", '<div class="figure-data-box" role="region" aria-label="Data of the figure" tabindex="0">', html, "</div>", "```", ""]


def _gallery(sheets: list[dict]) -> str:
    lines = ["# All figures", "", f"Each of the {len(sheets)} figures has a page of its own: the picture, its description, five styles of citation, the data and the files.", ""]
    for chapter, title in CHAPTERS.items():
        lines += [f"## {title}", "", ":::::{grid} 1 2 2 3", ":gutter: 3", ""]
        for sheet in (s for s in sheets if s["chapter"] == chapter):
            lines += ["::::{grid-item-card}", f":link: figure-{sheet['id']}", ":link-type: doc",
                      f":img-top: ../../figures/published/{sheet['id']}/{sheet['id']}.svg", f":img-alt: {json.dumps(sheet['alt'], ensure_ascii=False)}",
                      ":class-img-top: dark-light", "", f"**{sheet['number']}** {text(sheet['title'])}", "", f"*{text(sheet['form'])}*", "::::", ""]
        lines += [":::::", ""]
    return "\n".join(lines)
