"""The book to take away: one PDF and one EPUB, made from the same pages, without the pages that need a screen.

``python chapters/_ext/takeaway.py pdf epub`` copies the sources into ``_build/take-away``, changes there what paper cannot do, lets Sphinx
make the pages once, and makes both files from them. A number leads to its row in an appendix, and the row to its source.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import matplotlib
import metoo_data as md
import pandas as pd
import pikepdf
import yaml
from lxml import etree
from lxml import html as lxml_html
from metoo_figures import publishing, records

sys.path.insert(0, str(Path(__file__).resolve().parent))
import fact_cards  # noqa: E402
import generated  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "_build" / "take-away"
BOOK = records.book()
NAME = f"after-the-hashtag-{BOOK['version']}"
#: Generated pages that belong in: what was wrong, and what changed. The rows that the text cites come in their own page.
KEPT = ("corrections", "changelog")
ROWS = "rows-cited"
#: What a file in the EPUB is.
_KINDS = {".xhtml": "application/xhtml+xml", ".svg": "image/svg+xml", ".png": "image/png", ".css": "text/css"}
_XHTML, _EPUB = "http://www.w3.org/1999/xhtml", "http://www.idpf.org/2007/ops"
_LINK = r"\[((?:[^\[\]]|\[[^\]]*\])*)\]"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


class TakeAwayError(RuntimeError):
    """What is missing or wrong, in one or two sentences for the person who typed the command."""


@dataclass
class Page:
    """A page of the book as Sphinx made it: its place in the order, its title and its content."""

    name: str
    part: str
    content: etree._Element
    title: str = field(init=False)

    def __post_init__(self):
        self.title = _words(self.content.find(".//h1"))

    @property
    def short(self) -> str:
        return Path(self.name).name


# The sources, changed for paper

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
            files[f"{name}.ipynb"] = _notebook(json.loads(path.read_text(encoding="utf-8")))
        else:
            files[f"{name}.md"] = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    files = {name: text if name.endswith(".ipynb") else _for_paper(text) for name, text in files.items()}
    files[f"chapters/generated/{ROWS}.md"] = _rows_cited(files)
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


def _for_paper(text: str) -> str:
    """Links to pages that are not in: to a figure's page, they lead to the figure; to others, to the web if the book has an address there."""
    base = BOOK["base_address"].rstrip("/")
    text = text.replace("the solution is folded", "the solution follows").replace("the solutions folded", "the solutions below them")
    text = re.sub(rf" \({_LINK}\(generated/figure-[a-z0-9-]+\.md\)\)", "", text)         # "(its page)" behind the figure's number
    text = re.sub(rf"{_LINK}\(generated/figure-([a-z0-9-]+)\.md\)", r"[\1](#fig-\2)", text)
    return re.sub(rf"{_LINK}\(generated/(?!{'|'.join(KEPT)})([a-z-]+)\.md(#[^)]*)?\)", rf"[\1]({base}/chapters/generated/\2.html\3)" if base else r"\1", text)


def _block(text: str) -> str:
    """A figure without its files and its page, its description and its citation in full view."""
    text = re.sub(r"^:target: .*\n", "", text, flags=re.M)
    text = re.sub(r":::\{div\} figure-actions\n.*?\n:::\n", "", text, flags=re.S)
    text = text.replace(":::{dropdown} Describe and cite this figure\n:class-container: figure-more", ":::{div} figure-more")
    return re.sub(rf" Other styles and formats: {_LINK}\([^)]*\)\.", "", text)


def _svg(text: str) -> str:
    """A picture as EPUB takes it: without a document type, and without what only machines read."""
    return re.sub(r"\s*<metadata>.*?</metadata>", "", re.sub(r"<!DOCTYPE[^>]*>\s*", "", text), flags=re.S)


def _hatched(text: str) -> str:
    """A picture for print: Chromium makes a hatched area a picture of dots, so its lines are drawn one by one, cut to the area."""
    picture = etree.fromstring(text.encode("utf-8"))
    svg = "{http://www.w3.org/2000/svg}"
    patterns = {pattern.get("id"): pattern for pattern in picture.iter(f"{svg}pattern")}
    for number, area in enumerate([path for path in picture.iter(f"{svg}path") if "fill: url(#" in path.get("style", "")]):
        name, place = re.search(r"fill: url\(#(\w+)\)", area.get("style"))[1], area.getparent()
        size = float(patterns[name].get("width"))
        points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+)[ ,]+(-?[\d.]+)", area.get("d"))]
        spans = [range(int(min(ends) // size), int(max(ends) // size) + 1) for ends in zip(*points)]
        whole = etree.Element(f"{svg}g", {"clip-path": area.get("clip-path")} if area.get("clip-path") else {})
        cut = etree.SubElement(whole, f"{svg}clipPath", id=f"area-{number}")
        etree.SubElement(cut, f"{svg}path", d=area.get("d"))
        inside = etree.SubElement(whole, f"{svg}g", {"clip-path": f"url(#area-{number})"})
        ground = patterns[name].find(f"{svg}rect").get("fill")
        etree.SubElement(inside, f"{svg}path", d=area.get("d"), fill=ground)
        for x in spans[0]:
            for y in spans[1]:
                tile = etree.SubElement(inside, f"{svg}g", transform=f"translate({x * size:g} {y * size:g})")
                tile.extend(etree.fromstring(etree.tostring(line)) for line in patterns[name].iterfind(f"{svg}path"))
        place.replace(area, whole)
        area.set("style", re.sub(r"fill: url\(#\w+\)", "fill: none", area.get("style")))
        whole.append(area)
    for pattern in patterns.values():
        pattern.getparent().remove(pattern)
    return etree.tostring(picture, encoding="unicode")


def _rows_cited(files: dict[str, str]) -> str:
    """The appendix: every row that the text cites, with value, date and source, so that a number leads to its source without a network."""
    cards, cited = fact_cards.cards(), {}
    for name, text in files.items():
        for row in re.findall(r"\]\(#([a-z0-9-]+)\)", text):
            if row in cards:
                cited.setdefault(row, {})[name] = None
    places = md.countries().set_index("iso3")["name"]
    lines = ["# Rows cited", "", "Each number and each dated statement in the text that is a link leads here, to the row of the tables that it rests on: what the row says, "
             "how much and when, who said so and where it stands in that source. A locator such as p12 means the twelfth line of the article that is not empty. "
             "The tables have more columns and more rows; they are in the data package of the book.", ""]
    for name, table in md.tables().items():
        rows = md.load(name)
        rows = rows[rows[table.key].isin(cited.keys())]
        if rows.empty:
            continue
        lines += [f"## {table.title}", "", ":::{div} rows-cited", ""]
        owner, iso3 = _owners(name, rows)
        rows = rows.assign(_owner=owner, _place=iso3.map(places).astype(str)).sort_values(["_place", table.key], kind="stable")
        for _, row in rows.iterrows():
            pages = [page for page in files if page in cited[row[table.key]]]
            lines += [f"({row[table.key]})=", _row(name, row, cards[row[table.key]], pages), ""]
        lines += [":::", ""]
    return "\n".join(lines)


def _owners(name: str, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What each row belongs to, and its country: a step has both from its case, a stage from its reform, others stand for themselves."""
    if "country_iso3" in rows:
        return pd.Series("", rows.index), rows["country_iso3"].astype(str)
    owner, key = next((owner, column) for owner, (part, column) in generated.PARTS.items() if part == name)
    owners = md.load(owner).set_index(key)
    return rows[key].map(owners[generated.HEADS[owner]]), rows[key].map(owners["country_iso3"].astype(str))


def _row(name: str, row: pd.Series, card: str, pages: list[str]) -> str:
    """One paragraph on a row: the country, what it says, how much, when, by whom, and the pages that cite it."""
    said = {part: "summary" for part, _ in generated.PARTS.values()} | generated.HEADS | {"series": "series", "ratifications": ""}
    head = str(row[said[name]]).rstrip(".") if said[name] else "Convention 190 of the ILO"
    meaning = f" ({generated.text(row['meaning_en'])})" if name == "hashtags" and pd.notna(row["meaning_en"]) else ""
    middle = card.split("\n")[1 if said[name] else 0:-1]
    gone = f" **Not used any more:** {generated.text(row['rank_reason'])}" if row["rank"] == "deprecated" else ""
    links = ", ".join(f"[{_called(page)}]({os.path.relpath(page, 'chapters/generated')})" for page in pages)
    place = generated.text(row["_place"])
    whose = f" *{generated.text(row['_owner'].removeprefix(row['_place'] + ': '))}.*" if row["_owner"] else ""
    said_so = " ".join(f"{generated.text(line.removesuffix('.'))}." for line in middle)
    return (f"{place}.{whose} **{generated.text(head.removeprefix(row['_place'] + ': '))}**{meaning}. {said_so} "
            f"Source: {{cite:t}}`{row['source_id']}`, {generated.text(row['locator'])}.{gone} Cited in {links}.")


def _called(page: str) -> str:
    """A page in two words: the number of a chapter, or the name of another page."""
    numbered = [entry["file"] for part in yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"] if part.get("numbered") for entry in part["chapters"]]
    name = str(PurePosixPath(page).with_suffix(""))
    return f"chapter {numbered.index(name) + 1}" if name in numbered else Path(name).name.replace("-", " ")


# The pages, made once

def pages() -> list[Page]:
    """The pages of the book in their order, made by Sphinx where the sources changed since the last time."""
    files = sources()
    mark = hashlib.sha256(b"".join([(ROOT / "requirements.txt").read_bytes(), *(name.encode() + content for name, content in sorted(files.items()))])).hexdigest()
    made, built = OUT / "work" / "made-from", OUT / "work" / "_build" / "epub"
    if not made.exists() or made.read_text(encoding="utf-8") != mark:
        shutil.rmtree(OUT / "work", ignore_errors=True)
        for name, content in files.items():
            path = OUT / "work" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _sphinx(OUT / "work")
        made.write_text(mark, encoding="utf-8")
    made_pages = [Page(name, part, _content(built, name)) for part, names in parts().items() for name in names]
    made_pages[0].title = made_pages[0].content.find(".//h1").text = "Introduction"        # the book's own title stands on the page before
    _lead_back(made_pages)
    return made_pages


def _sphinx(work: Path) -> None:
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(work), "-W", "-n", "--keep-going", "--builder", "custom", "--custom-builder", "epub", "--path-output", str(work)]
    print("  making the pages (about half a minute)", flush=True)
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "NO_COLOR": "1"})
    (OUT / "take-away.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        told = [line for line in (done.stdout + done.stderr).splitlines() if re.search("WARNING|ERROR|Error", line)]
        raise TakeAwayError("\n".join([*told[:20], "The pages of the take-away book were not made. The lines above say why; the whole log is _build/take-away/take-away.log"]))


def _content(built: Path, name: str) -> etree._Element:
    """What a page says, without what Sphinx puts around it, its links as ``page:<name>#<place>`` and its pictures as ``images/<file>``."""
    tree = lxml_html.parse(str(built / f"{name}.xhtml"), lxml_html.HTMLParser(encoding="utf-8")).getroot()
    content = tree.xpath("//div[@class='body']/section")[0]
    for gone in content.xpath(".//script | .//style | .//div[contains(@class, 'toctree-wrapper')] | .//div[@class='clearer'] | .//span[@class='label']"):
        gone.drop_tree()
    for code in content.xpath(".//pre"):
        code.text, code[:] = code.text_content().rstrip("\n"), []
    for item in content.iter():
        for attribute in ("title", "style", "role", "border", "align", "valign"):
            item.attrib.pop(attribute, None)
    for picture in content.xpath(".//img"):
        picture.set("src", f"images/{Path(picture.get('src')).name}")
    for link in content.xpath(".//a[@href]"):
        address, _, place = link.get("href").partition("#")
        if not re.match(r"[a-z]+:", address):
            target = os.path.normpath(Path(name).parent / address).removesuffix(".xhtml") if address else name
            link.set("href", f"page:{Path(target).name}#{place}")
    for table in content.xpath(".//table"):
        _table(table)
    return content


def _table(table: etree._Element) -> None:
    """A table's headers as one row, with what each heads; an empty corner is no header; numbers are set to the right."""
    rows = table.xpath("./thead/tr")
    if len(rows) == 2:
        first, second = ([_words(cell) for cell in row] for row in rows)
        if len(first) == len(second) and all(not a or not b for a, b in zip(first, second)):
            for cell, text in zip(rows[0], second):
                if text:
                    cell.text = text
            rows[1].drop_tree()
    for cell in table.xpath(".//th"):
        if not _words(cell):
            cell.tag = "td"
        else:
            cell.set("scope", "col" if cell.getparent().getparent().tag == "thead" else "row")
    columns = max((len(row) for row in table.xpath("./tbody/tr")), default=0)
    table.set("class", "wide" if columns > 4 else "narrow")
    for place in range(columns):
        column = [row[place] for row in table.xpath("./tbody/tr") if len(row) > place]
        if any(map(_words, column)) and all(re.fullmatch(r"[-−+]?[\d,.]*%?|NaN|<NA>", _words(cell)) for cell in column):
            for cell in [*column, *(row[place] for row in table.xpath("./thead/tr") if len(row) > place)]:
                cell.set("class", "number")


def _lead_back(made: list[Page]) -> None:
    """In the appendix, "Cited in chapter 4" leads to the very place where the chapter cites the row."""
    seen = set()
    for page in made:
        for link in page.content.xpath(f".//a[starts-with(@href, 'page:{ROWS}#')]"):
            row = link.get("href").partition("#")[2]
            if (page.short, row) not in seen:
                seen.add((page.short, row))
                link.set("id", f"cites-{row}")
    appendix = next(page for page in made if page.short == ROWS)
    for entry in appendix.content.xpath(".//p[@id]"):
        for link in entry.xpath("./a[@href]"):
            name = link.get("href").removeprefix("page:").rstrip("#")
            if (name, entry.get("id")) in seen:
                link.set("href", f"page:{name}#cites-{entry.get('id')}")


def _words(element: etree._Element) -> str:
    return " ".join(element.text_content().split())


def _front() -> str:
    """The title page: what this is, of which day, what may be done with it, what is not in it."""
    base = BOOK["base_address"].rstrip("/")
    where = f' They are at <a href="{base}/">{base}</a>.' if base else ""
    return (f'<h1 class="book-title">{html.escape(BOOK["title"])}</h1><p class="book-subtitle">Where #MeToo went and what became of it</p>'
            f'<p class="book-by">{html.escape(BOOK["authors"])}<br/>Version {BOOK["version"]}, {md.in_words(BOOK["date"].isoformat())}</p>'
            '<div class="book-about"><p>This copy has the whole text and all figures, to be read without a network. A number that is a link leads to its row in the appendix '
            '“Rows cited”, the row leads to its source in the references, and “Cited in” leads back.</p>'
            '<p>Not in it is what needs a screen: the page and the files of each figure, a page for each country, the time machine, the whole tables, '
            f'and the code that prepares and draws. Where the text speaks of them, it means the book on the web and its notebooks.{where}</p>'
            '<p>The book speaks of sexual violence and of what courts made of it. It describes no act. Help by country: '
            '<a href="https://findahelpline.com">findahelpline.com</a>, <a href="https://lila.help">lila.help</a>.</p>'
            f'<p>Every status has a date. After that date it may have changed; a later version of the book says so. Text, figures and tables: '
            f'<a href="{BOOK["license_address"]}">{BOOK["license"]}</a>. Code: MIT.</p></div>')


def _css() -> tuple[str, str]:
    """The rules for both forms, and those for paper alone."""
    both, paper = (Path(__file__).with_name("takeaway.css")).read_text(encoding="utf-8").split("/* Paper */")
    return both, paper


# EPUB

def epub(made: list[Page]) -> bytes:
    """The book as an EPUB 3 file: the same bytes each time."""
    files = {"title.xhtml": _document(BOOK["title"], f'<section epub:type="titlepage">{_front()}</section>'), "nav.xhtml": _nav(made), "book.css": _css()[0]}
    for page in made:
        content = lxml_html.fromstring(lxml_html.tostring(page.content, encoding="unicode"))
        for link in content.xpath(".//a[starts-with(@href, 'page:')]"):
            name, _, place = link.get("href").removeprefix("page:").partition("#")
            link.set("href", f"{name}.xhtml#{place}" if place else f"{name}.xhtml")
        files[f"{page.short}.xhtml"] = _document(page.title, etree.tostring(content, encoding="unicode", method="xml"))
    for picture in sorted({Path(src).name for page in made for src in page.content.xpath(".//img/@src")}):
        files[f"images/{picture}"] = (OUT / "work" / "figures" / "published" / Path(picture).stem / picture).read_text(encoding="utf-8")
    files["book.opf"] = _package(made, files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        def put(name: str, text: str, squeeze: int = zipfile.ZIP_DEFLATED) -> None:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"), squeeze, 9)
        put("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        put("META-INF/container.xml", '<?xml version="1.0" encoding="UTF-8"?>\n<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>\n')
        for name in sorted(files):
            put(f"book/{name}", files[name])
    return out.getvalue()


def _document(title: str, content: str) -> str:
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="{_XHTML}" xmlns:epub="{_EPUB}" lang="en" xml:lang="en">\n<head><meta charset="utf-8"/>'
            f'<title>{html.escape(title)}</title><link rel="stylesheet" type="text/css" href="book.css"/></head>\n<body>\n{content}\n</body>\n</html>\n')


def _nav(made: list[Page]) -> str:
    """The table of contents: parts, pages, their sections."""
    lines = ['<nav epub:type="toc" id="toc"><h1>Contents</h1>', "<ol>", '<li><a href="title.xhtml">Title page</a></li>']
    for part, inside in _by_part(made).items():
        lines += [f"<li><span>{html.escape(part)}</span><ol>"] if part else []
        for page in inside:
            sections = [(section.get("id"), _words(section.find("h2"))) for section in page.content.xpath("./section[h2]")]
            below = "".join(f'<li><a href="{page.short}.xhtml#{place}">{html.escape(title)}</a></li>' for place, title in sections)
            lines.append(f'<li><a href="{page.short}.xhtml">{html.escape(page.title)}</a>{f"<ol>{below}</ol>" if below else ""}</li>')
        lines += ["</ol></li>"] if part else []
    lines += ["</ol></nav>", '<nav epub:type="landmarks" hidden="hidden"><h2>Places</h2><ol><li><a epub:type="toc" href="#toc">Contents</a></li>'
              f'<li><a epub:type="bodymatter" href="{made[0].short}.xhtml">Beginning of the text</a></li></ol></nav>']
    return _document("Contents", "\n".join(lines))


def _by_part(made: list[Page]) -> dict[str, list[Page]]:
    return {part: [page for page in made if page.part == part] for part in dict.fromkeys(page.part for page in made)}


def _package(made: list[Page], files: dict[str, str]) -> str:
    """The list of all files, their order, and what a library wants to know."""
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"after-the-hashtag/{BOOK['version']}").urn
    about = {"accessMode": ["textual", "visual"], "accessModeSufficient": ["textual"], "accessibilityHazard": ["none"],
             "accessibilityFeature": ["alternativeText", "longDescription", "readingOrder", "structuralNavigation", "tableOfContents"],
             "accessibilitySummary": ["Each figure has an alternative text and, below it, a description in words. Headings, lists and tables are marked as such."]}
    meta = "\n".join(f'<meta property="schema:{name}">{text}</meta>' for name, texts in about.items() for text in texts)
    kinds = {name: _KINDS[Path(name).suffix] for name in sorted(files)}
    items = "\n".join(f'<item id="{_id(name)}" href="{name}" media-type="{kind}"{" properties=" + chr(34) + "nav" + chr(34) if name == "nav.xhtml" else ""}/>' for name, kind in kinds.items())
    order = "\n".join(f'<itemref idref="{_id(name)}"/>' for name in ("title.xhtml", "nav.xhtml", *(f"{page.short}.xhtml" for page in made)))
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">\n'
            f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n<dc:identifier id="id">{identifier}</dc:identifier>\n<dc:title>{html.escape(BOOK["title"])}</dc:title>\n'
            f'<dc:creator>{html.escape(BOOK["authors"])}</dc:creator>\n<dc:language>en</dc:language>\n<dc:date>{BOOK["date"]}</dc:date>\n<dc:rights>{BOOK["license"]}, {BOOK["license_address"]}</dc:rights>\n'
            f'<meta property="dcterms:modified">{_moment():%Y-%m-%dT%H:%M:%SZ}</meta>\n{meta}\n</metadata>\n<manifest>\n{items}\n</manifest>\n<spine>\n{order}\n</spine>\n</package>\n')


def _id(name: str) -> str:
    return "file-" + re.sub(r"[^a-z0-9]+", "-", name)


def _moment() -> dt.datetime:
    """The moment that the files carry: the one that was given, or else the book's own day."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    return dt.datetime.fromtimestamp(int(told), dt.UTC) if told else dt.datetime.combine(BOOK["date"], dt.time(), dt.UTC)


# PDF

def pdf(made: list[Page]) -> bytes:
    """The book as a tagged PDF with bookmarks, printed by Chromium: twice, since the contents name pages that the first print tells."""
    from playwright.sync_api import Error, sync_playwright

    program = browser()
    paper = OUT / "work" / "paper.html"
    (OUT / "work" / "paper").mkdir(exist_ok=True)
    for picture in sorted((OUT / "work" / "figures" / "published").glob("*/*.svg")):
        (OUT / "work" / "paper" / picture.name).write_text(_hatched(picture.read_text(encoding="utf-8")), encoding="utf-8")
    try:
        with sync_playwright() as tools:
            chromium = tools.chromium.launch(executable_path=program)
            page = chromium.new_context(offline=True).new_page()
            numbers: dict[str, int] = {}
            for _ in range(3):
                print("  printing" + (", again with the page numbers in the contents" if numbers else ""), flush=True)
                paper.write_text(_paper(made, numbers), encoding="utf-8")
                page.goto(paper.as_uri())
                page.evaluate("Promise.all([document.fonts.ready, ...[...document.images].map((picture) => picture.decode())])")
                printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
                found = _page_numbers(printed, made)
                if found == numbers:
                    return _signed(printed, paper)
                numbers = found
    except Error as error:
        raise TakeAwayError(f"Chromium could not print the book: {str(error).strip().splitlines()[0]}") from error
    raise TakeAwayError("The page numbers of the contents did not settle after three prints.")


def browser() -> str:
    """The Chromium or Chrome of this machine; another one: BOOK_BROWSER=/path/to/it."""
    for name in (os.environ.get("BOOK_BROWSER"), *_BROWSERS):
        if name and shutil.which(name):
            return shutil.which(name)
    raise TakeAwayError("No Chromium was found, which prints the PDF. On Debian and Ubuntu: sudo apt install chromium. If it stands somewhere else: make pdf BOOK_BROWSER=/path/to/it")


def _paper(made: list[Page], numbers: dict[str, int]) -> str:
    """All pages as one document. Places within a page carry the page's name, so that no two are the same."""
    both, paper = _css()
    footer = f"{BOOK['title']}, version {BOOK['version']}, {md.in_words(BOOK['date'].isoformat())}"
    lines = [f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(BOOK["title"])}</title><style>{_fonts()}{both}{paper}'
             f'@page {{ @bottom-left {{ content: "{footer}"; }} }}</style></head><body>', f'<section class="title-page">{_front()}</section>', _contents(made, numbers)]
    for part, inside in _by_part(made).items():
        for place, page in enumerate(inside):
            lines.append(f'<article id="{page.short}">')
            lines += [f'<h1 class="part">{html.escape(part)}</h1>'] if part and not place else []
            lines += [_for_one_document(page, bool(part)), "</article>"]
    return "\n".join([*lines, "</body></html>"])


def _for_one_document(page: Page, below: bool) -> str:
    content = lxml_html.fromstring(lxml_html.tostring(page.content, encoding="unicode"))
    for item in content.xpath("descendant-or-self::*[@id]"):
        item.set("id", f"{page.short}--{item.get('id')}")
    for link in content.xpath(".//a[starts-with(@href, 'page:')]"):
        name, _, place = link.get("href").removeprefix("page:").partition("#")
        link.set("href", f"#{name}--{place}" if place else f"#{name}")
    for picture in content.xpath(".//img"):
        picture.set("src", f"paper/{Path(picture.get('src')).name}")
    for heading in content.xpath(".//h1 | .//h2 | .//h3 | .//h4") if below else []:
        heading.tag = f"h{int(heading.tag[1]) + 1}"                   # a page stands one level below its part, in the bookmarks too
    for figure in content.xpath(".//figure"):
        figure.set("role", "group")                                   # the picture is the figure, and it has the alternative text
    for code in content.xpath(".//pre"):
        code.set("class", "short" if code.text_content().count("\n") < 14 else "long")
    for heading in content.xpath("./h1 | ./h2"):
        heading.set("class", "page-title")
    return lxml_html.tostring(content, encoding="unicode")


def _contents(made: list[Page], numbers: dict[str, int]) -> str:
    lines = ['<nav class="contents"><h1 class="page-title">Contents</h1>']
    for part, inside in _by_part(made).items():
        lines += [f'<p class="contents-part">{html.escape(part)}</p>'] if part else []
        lines += ["<ul>", *(f'<li><a href="#{page.short}"><span class="contents-title">{html.escape(page.title)}</span> <span class="contents-number">{numbers.get(page.short, 100)}</span></a></li>'
                            for page in inside), "</ul>"]
    return "\n".join([*lines, "</nav>"])


def _fonts() -> str:
    """The letters that come with Matplotlib and with the book, so that a page breaks alike on every machine."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    faces = [("Book", "STIXGeneral"), ("Book Sans", "DejaVuSans"), ("Book Mono", "DejaVuSansMono")]
    ends = {"Book": ("", "Italic", "Bol", "BolIta"), "Book Sans": ("", "-Oblique", "-Bold", "-BoldOblique"), "Book Mono": ("", "-Oblique", "-Bold", "-BoldOblique")}
    lines = []
    for family, file in faces:
        for end, how in zip(ends[family], ("normal 400", "italic 400", "normal 700", "italic 700")):
            style, weight = how.split()
            lines.append(f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}; src: url("{(folder / f"{file}{end}.ttf").as_uri()}"); }}')
    own = Path(records.__file__).parent / "fonts"
    return "\n".join([*lines, *(f'@font-face {{ font-family: "Book Letters {place}"; src: url("{path.as_uri()}"); }}' for place, path in enumerate(sorted(own.glob("*-Regular.*"))))])


def _page_numbers(printed: bytes, made: list[Page]) -> dict[str, int]:
    """The page on which each page of the book begins."""
    with pikepdf.open(io.BytesIO(printed)) as file:
        places = {page.objgen: number for number, page in enumerate(file.pages, 1)}
        return {name: places[target[0].objgen] for name, target in destinations(file).items() if name in {page.short for page in made}}


def destinations(file: pikepdf.Pdf) -> dict[str, pikepdf.Array]:
    """Every named place of a PDF."""
    named = {str(name).removeprefix("/"): target for name, target in file.Root.get("/Dests", pikepdf.Dictionary()).items()}
    if "/Names" in file.Root and "/Dests" in file.Root.Names:
        named |= dict(pikepdf.NameTree(file.Root.Names.Dests).items())
    return {name: target.D if isinstance(target, pikepdf.Dictionary) else target for name, target in named.items()}


def _signed(printed: bytes, paper: Path) -> bytes:
    """Title, authors, language and rights; one moment and one identifier, so that the same book is the same file."""
    moment, out = f"{_moment():%Y-%m-%dT%H:%M:%SZ}", io.BytesIO()
    headings = {"".join(text.split()): text for text in map(_words, lxml_html.fromstring(paper.read_text(encoding="utf-8")).xpath("//h1 | //h2 | //h3 | //h4 | //h5"))}
    with pikepdf.open(io.BytesIO(printed)) as file:
        file.Root.Lang = pikepdf.String("en")
        file.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        file.Root.PageMode = pikepdf.Name.UseOutlines
        for key in list(file.docinfo):
            del file.docinfo[key]
        with file.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as meta:
            meta.update({"dc:title": BOOK["title"], "dc:creator": [BOOK["authors"]], "dc:language": ["en"], "dc:rights": f"{BOOK['license']}, {BOOK['license_address']}",
                         "dc:description": f"Where #MeToo went and what became of it. Version {BOOK['version']}", "xmp:CreateDate": moment, "xmp:ModifyDate": moment, "xmp:MetadataDate": moment})
        with file.open_outline() as outline:
            _space(outline.root, headings)
        _same_names(file)
        file.save(out, deterministic_id=True, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=False)
    return out.getvalue()


def _same_names(file: pikepdf.Pdf) -> None:
    """Headers of tables are named by their place in the file; Chromium's own names for them change from one print to the next."""
    tree = file.Root.StructTreeRoot
    named = sorted(pikepdf.NameTree(tree.IDTree).items(), key=lambda entry: entry[1].objgen)
    names = {str(old): f"header{number:06d}" for number, (old, _) in enumerate(named)}
    for old, header in named:
        header.ID = pikepdf.String(names[str(old)])
    for item in file.objects:
        if isinstance(item, pikepdf.Dictionary) and "/S" in item and "/A" in item:
            for about in item.A if isinstance(item.A, pikepdf.Array) else [item.A]:
                if "/Headers" in about:
                    about.Headers = pikepdf.Array([pikepdf.String(names[str(header)]) for header in about.Headers])
    tree.IDTree = file.make_indirect(pikepdf.Dictionary(Names=pikepdf.Array([part for old, header in named for part in (pikepdf.String(names[str(old)]), header)])))


def _space(marks: list[pikepdf.OutlineItem], headings: dict[str, str]) -> None:
    """Bookmarks as their headings are: Chromium drops the space where a heading goes on in a second line."""
    for mark in marks:
        mark.title = headings.get("".join(mark.title.split()), mark.title)
        _space(mark.children, headings)


MAKERS = {"pdf": pdf, "epub": epub}


def main(wanted: list[str]) -> int:
    """Makes what is asked for and says where it is."""
    if not wanted or set(wanted) - MAKERS.keys():
        print("Say what to make: python chapters/_ext/takeaway.py pdf epub", file=sys.stderr)
        return 2
    try:
        if "pdf" in wanted:
            browser()                        # a missing program is told before the work, and not after
        OUT.mkdir(parents=True, exist_ok=True)
        made = pages()
        for form in wanted:
            path = OUT / f"{NAME}.{form}"
            publishing.write_whole(path, MAKERS[form](made))
            print(f"The book is here, {path.stat().st_size / 1e6:.1f} MB:\n{path}")
    except TakeAwayError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\n  Stopped. Nothing half made was left.", flush=True)
        sys.exit(130)
