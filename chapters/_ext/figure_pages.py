"""A page for each figure, and the gallery: made from the files that publish() wrote."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import corrected
import metoo_data as md
import pandas as pd
from metoo_data.untrusted import in_markdown as text
from metoo_figures import citations, decks, publishing, records

PUBLISHED = Path(__file__).resolve().parents[2] / "figures" / "published"
CHAPTERS = {"us-origins": "The United States and the first months", "asia": "Asia", "south-asia": "South Asia", "africa": "Africa",
            "legal-wins": "Legal wins", "backlash": "Defamation and backlash", "what-held": "What held"}
_FILES = (("Picture, PNG, 1920 by 1080", "png"), ("Vector, SVG", "svg"), ("Print, PDF", "pdf"), ("Data, CSV", "csv"), ("Record, JSON", "json"), ("BibTeX", "bib"),
          ("RIS", "ris"), ("CSL-JSON", "csl.json"), ("All words, plain text", "txt"), ("All of these, ZIP", "zip"))


def pages() -> dict[str, str]:
    """Every figure's page and the gallery: name and text in MyST Markdown."""
    sheets = decks.published()
    return {"gallery": _gallery(sheets), **{f"figure-{sheet['id']}": _page(sheet) for sheet in sheets}}


def faults() -> list[str]:
    """What keeps the pages from being made: a figure of a chapter that has no page, or two figures with one number. A sentence for each."""
    sheets, numbers = decks.published(), {}
    for sheet in sheets:
        numbers.setdefault(sheet["number"], []).append(f"figures/records/{sheet['id']}.yml")
    return [*(f"figures/records/{sheet['id']}.yml, chapter: '{sheet['chapter']}' is no chapter.{md.nearest(sheet['chapter'], CHAPTERS)} Allowed, as CHAPTERS in chapters/_ext/figure_pages.py has them: "
              f"{', '.join(CHAPTERS)}" for sheet in sheets if sheet["chapter"] not in CHAPTERS),
            *(f"{' and '.join(files)} have the same number, '{number}'." for number, files in numbers.items() if len(files) > 1)]


def _page(sheet: dict) -> str:
    at = f"../../figures/published/{sheet['id']}/{sheet['id']}"
    licence = records.book()["license_address"]
    return "\n".join([
        *_head(sheet), f"# Figure {sheet['number']}. {text(sheet['title'])}", "",
        f"```{{image}} {at}.svg", f":alt: {json.dumps(sheet['alt'], ensure_ascii=False)}", f":target: ../../figures/{sheet['id']}/{sheet['id']}.svg",
        ":class: book-figure dark-light", "```", "",
        f"{text(sheet['caption'])} It stands in the chapter [{CHAPTERS[sheet['chapter']]}](../{sheet['chapter']}.ipynb), as {{numref}}`fig-{sheet['id']}`, "
        "with its reading and its limits.", "",
        "## Description", "", text(sheet["description"]), "", f"*In short, for those who do not see the picture:* {text(sheet['alt'])}", "", "## Note", "", text(sheet["note"]), "",
        "## Cite the figure", "", *_citations(sheet["citations"]),
        "## Cite the data behind it", "", *_code(sheet["data_citation"]), *_addresses(sheet),
        "## Reuse it", "", f"The figure and its data are under [{sheet['license']}]({licence}). Name the book, link to the licence, and say so if you change "
        "something. A credit line for a slide or a page:", "",
        *_code(f"“{sheet['title']}”, After the Hashtag, figure {sheet['number']}, version {sheet['version']}, {sheet['license']}."),
        "## Download", "", *(f"- {{download}}`{word} <{at}.{end}>`" for word, end in _FILES),
        f"- {{download}}`Slides of the chapter, PPTX <../../figures/decks/{sheet['chapter']}.pptx>`", "",
        "## Data", "", f"The rows that are drawn, {sheet['rows']} in all, each with its source and its place there.", "", *_table(sheet["id"]),
        "## Sources", "", *(f"- {{cite:t}}`{key}`" for key in sheet["sources"]), "",
        "## For a class", "", text(sheet["question"]), "",
        "## History", "", *corrected.history(sheet), "", *_linked_data(sheet),
    ])


def _head(sheet: dict) -> list[str]:
    """What reference managers and link previews read: Highwire, Dublin Core and OpenGraph names."""
    book = records.book()
    names = {"citation_title": sheet["title"], "citation_author": book["authors"], "citation_publication_date": f"{book['date']:%Y/%m/%d}",
             "citation_inbook_title": book["title"], "citation_language": "en", "DC.title": sheet["title"], "DC.creator": book["authors"],
             "DC.date": f"{book['date']}", "DC.type": "Image.StillImage", "DC.rights": sheet["license"], "DC.isPartOf": book["title"],
             "description": sheet["alt"], "property=og:title": sheet["title"], "property=og:description": sheet["alt"], "property=og:type": "article"}
    return ["---", "myst:", "  html_meta:", *(f"    {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in names.items()), "---", ""]


def _addresses(sheet: dict) -> list[str]:
    """The same citations with a place for an address: where the book has none of its own, a script of the page fills in the reader's."""
    if records.book()["base_address"]:
        return []
    item = dataclasses.replace(publishing.item(records.Record(**{f.name: sheet[f.name] for f in dataclasses.fields(records.Record)})), address="{address}")
    lines = [*citations.cite(item).values(), sheet["data_citation"] + " {address}"]
    return _raw_json("text/x-citations", {"at": f"v{sheet['version']}/figures/{sheet['id']}/", "lines": lines})


def _linked_data(sheet: dict) -> list[str]:
    """What search engines read: the figure as an image with its credit, and the data behind it (schema.org)."""
    book, at = records.book(), f"../../figures/{sheet['id']}/{sheet['id']}"
    shared = {"creator": {"@type": "Organization", "name": book["authors"]}, "license": book["license_address"], "version": sheet["version"],
              "datePublished": f"{book['date']}", "inLanguage": "en", "isPartOf": {"@type": "Book", "name": book["title"]}}
    data = {"@type": "Dataset", "name": f"Data behind: {sheet['title']}", "description": sheet["description"], **shared, "creditText": sheet["data_citation"],
            "distribution": [{"@type": "DataDownload", "encodingFormat": "text/csv", "contentUrl": f"{at}.csv"}], "variableMeasured": sheet["columns"]}
    image = {"@context": "https://schema.org", "@type": "ImageObject", "name": sheet["title"], "caption": sheet["caption"], "description": sheet["alt"], **shared,
             "creditText": sheet["citations"]["apa"], "copyrightNotice": f"{book['authors']}, {book['license']}", "acquireLicensePage": book["license_address"],
             "contentUrl": f"{at}.png", "encodingFormat": "image/png", "width": 1920, "height": 1080, "isBasedOn": data, "accessibilityFeature": ["alternativeText", "longDescription"]}
    return _raw_json("application/ld+json", image)


def _raw_json(kind: str, content: dict) -> list[str]:
    safe = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    return ["```{raw} html", f'<script type="{kind}">{safe}</script>', "```", ""]


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
    places = md.countries().set_index("iso3")["name"]
    lines = ["# All figures", "", f"Each of the {len(sheets)} figures has a page of its own: the picture, its description, five styles of citation, the data and the files.", "",
             "```{raw} html", '<form class="gallery-filter" hidden></form>', "```", ""]
    for chapter, title in CHAPTERS.items():
        mine = [sheet for sheet in sheets if sheet["chapter"] == chapter]
        lines += [f"## {title}", "", ":::::{grid} 1 2 2 3", ":gutter: 3", ""] if mine else []
        for sheet in mine:
            lines += ["::::{grid-item-card}", f":link: figure-{sheet['id']}", ":link-type: doc",
                      f":img-top: ../../figures/published/{sheet['id']}/{sheet['id']}.svg", f":img-alt: {json.dumps(sheet['alt'], ensure_ascii=False)}",
                      ":class-img-top: dark-light", f":class-item: {_marks(sheet, chapter, places)}", "", f"**{sheet['number']}** {text(sheet['title'])}", "", f"*{text(sheet['form'])}*", "::::", ""]
        lines += [":::::", ""] if mine else []
    lines += ["## No longer in the book", "", "Their addresses still answer, and lead to the figure that took their place.", ""]
    lines += [f"- `{figure}`, since version {gone['version']}: {text(gone['reason'])}. See [{gone['successor']}](figure-{gone['successor']}.md)." for figure, gone in records.retired().items()]
    return "\n".join([*lines, ""])


def _marks(sheet: dict, chapter: str, places: pd.Series) -> str:
    """Classes of a card, which the gallery's filter reads: chapter, form, topic and countries."""
    words = [("chapter", CHAPTERS[chapter]), ("form", sheet["form"]), ("topic", sheet["topic"]), *(("country", places[code]) for code in sheet["countries"])]
    return " ".join(f"{kind}-{re.sub('[^a-z]+', '-', word.lower())}" for kind, word in words)
