"""The pages of the book to take away, made once by Sphinx for both forms; and what both forms say and look like."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import metoo_data as md
import trouble
from lxml import etree
from lxml import html as lxml_html
from takeaway_sources import BOOK, ROOT, ROWS, parts, sources

OUT = ROOT / "_build" / "take-away"
SUBTITLE = "where #MeToo went and what became of it"


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
        self.title = words(self.content.find(".//h1"))

    @property
    def short(self) -> str:
        return Path(self.name).name


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
        if trouble.sentence(done.stdout + done.stderr):
            raise TakeAwayError(trouble.sentence(done.stdout + done.stderr))
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
        first, second = ([words(cell) for cell in row] for row in rows)
        if len(first) == len(second) and all(not a or not b for a, b in zip(first, second)):
            for cell, text in zip(rows[0], second):
                if text:
                    cell.text = text
            rows[1].drop_tree()
    for cell in table.xpath(".//th"):
        if not words(cell):
            cell.tag = "td"
        else:
            cell.set("scope", "col" if cell.getparent().getparent().tag == "thead" else "row")
    columns, length = _columns(table), len(table.xpath("./tbody/tr"))
    table.set("class", ("wide" if len(columns) > 4 else "narrow") + (" short" if length <= 10 else ""))
    for column in columns:
        below = [words(cell) for cell in column if cell.getparent().getparent().tag == "tbody"]
        if any(below) and all(re.fullmatch(r"[-−+]?[\d,.]*%?|NaN|<NA>", text) for text in below):
            for cell in column:
                cell.set("class", "number")


def _columns(table: etree._Element) -> list[list[etree._Element]]:
    """The cells of each column, headers too: below a cell that spans rows, those of the next rows stand further right than their order says."""
    columns, spanned = defaultdict(list), Counter()
    for row in table.xpath("./thead/tr | ./tbody/tr"):
        taken, place = {column for column, rows in spanned.items() if rows}, 0
        spanned.subtract(taken)
        for cell in row:
            while place in taken:
                place += 1
            columns[place].append(cell)
            spanned[place] += int(cell.get("rowspan", 1)) - 1
            place += int(cell.get("colspan", 1))
    return [columns[place] for place in sorted(columns)]


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


def words(element: etree._Element) -> str:
    return " ".join(element.text_content().split())


def figures(made: list[Page]) -> list[tuple[Page, str, str, str]]:
    """Every figure that has a number: its page, its place there, "Figure 1.2", and its title, which stands inside the picture."""
    found = []
    for page in made:
        for figure in page.content.xpath(".//figure[.//span[@class='caption-number']]"):
            name = Path(figure.find(".//img").get("src")).stem
            title = json.loads((ROOT / "figures" / "published" / name / f"{name}.json").read_text(encoding="utf-8"))["title"]
            found.append((page, figure.get("id"), words(figure.find(".//span[@class='caption-number']")), title))
    return found


def by_part(made: list[Page]) -> dict[str, list[Page]]:
    return {part: [page for page in made if page.part == part] for part in dict.fromkeys(page.part for page in made)}


def front() -> str:
    """The title page: what this is, of which day, what may be done with it, what is not in it."""
    base = BOOK["base_address"].rstrip("/")
    where, address = (f' They are at <a href="{base}/">{base}</a>.', f' {base}/') if base else ("", "")
    return (f'<h1 class="book-title">{html.escape(BOOK["title"])}</h1><p class="book-subtitle">{SUBTITLE[0].upper()}{SUBTITLE[1:]}</p>'
            f'<p class="book-by">{html.escape(BOOK["authors"])}<br/>Version {BOOK["version"]}, {md.in_words(BOOK["date"].isoformat())}</p>'
            '<div class="book-about"><p>This copy has the whole text and all figures, to be read without a network. A number that is a link leads to its row in the appendix '
            '“Rows cited”, the row leads to its source in the references, and “Cited in” leads back.</p>'
            '<p>Not in it is what needs a screen: the page and the files of each figure, a page for each country, the time machine, the whole tables, '
            f'and the code that prepares and draws. Where the text speaks of them, it means the book on the web and its notebooks.{where}</p>'
            '<p>The book speaks of sexual violence and of what courts made of it. It describes no act. Help by country: '
            '<a href="https://findahelpline.com">findahelpline.com</a>, <a href="https://lila.help">lila.help</a>.</p>'
            f'<p>Every status has a date. After that date it may have changed; a later version of the book says so. Text, figures and tables: '
            f'<a href="{BOOK["license_address"]}">{BOOK["license"]}</a>. Code: MIT.</p>'
            f'<p>Cite this book as (APA 7): {html.escape(BOOK["authors"])}. ({BOOK["date"].year}). <em>{html.escape(BOOK["title"])}: {SUBTITLE}</em> (Version {BOOK["version"]}).{address} '
            'A figure has its own reference below it.</p></div>')


def rules() -> tuple[str, str]:
    """The rules for both forms, and those for paper alone."""
    both, paper = (Path(__file__).with_name("takeaway.css")).read_text(encoding="utf-8").split("/* Paper */")
    return both, paper


def moment() -> dt.datetime:
    """The moment that the files carry: the one that was given, or else the book's own day."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    return dt.datetime.fromtimestamp(int(told), dt.UTC) if told else dt.datetime.combine(BOOK["date"], dt.time(), dt.UTC)
