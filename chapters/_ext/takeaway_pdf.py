"""The book to take away as a PDF: printed by Chromium, then described and made the same each time."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pikepdf
from lxml import html as lxml_html
from takeaway_pages import OUT, Page, TakeAwayError, moment, words
from takeaway_paper import document, hatched
from takeaway_sources import BOOK

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
#: A script for the printed page: figures leave no gap before them. It returns the gaps that are left, in pixels.
SETTLE = Path(__file__).with_name("takeaway.js").read_text(encoding="utf-8")


def pdf(made: list[Page]) -> bytes:
    """The book as a tagged PDF with bookmarks, printed by Chromium: more than once, since it names pages that the print before tells."""
    from playwright.sync_api import Error, sync_playwright

    program = browser()
    paper = OUT / "work" / "paper.html"
    (OUT / "work" / "paper").mkdir(exist_ok=True)
    for picture in sorted((OUT / "work" / "figures" / "published").glob("*/*.svg")):
        (OUT / "work" / "paper" / picture.name).write_text(hatched(picture.read_text(encoding="utf-8")), encoding="utf-8")
    try:
        with sync_playwright() as tools:
            chromium = tools.chromium.launch(executable_path=program)
            page = chromium.new_context(offline=True).new_page()
            numbers: dict[str, int] = {}
            for _ in range(5):
                print("  printing" + (", again with the page numbers" if numbers else ""), flush=True)
                paper.write_text(document(made, numbers), encoding="utf-8")
                page.goto(paper.as_uri())
                page.evaluate("Promise.all([document.fonts.ready, ...[...document.images].map((picture) => picture.decode())])")
                page.evaluate(SETTLE)
                printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
                found = page_numbers(printed)
                if found == numbers:
                    return _signed(printed, paper)
                numbers = found
    except Error as error:
        raise TakeAwayError(f"Chromium could not print the book: {str(error).strip().splitlines()[0]}") from error
    raise TakeAwayError("The page numbers did not settle after five prints.")


def browser() -> str:
    """The Chromium or Chrome of this machine; another one: BOOK_BROWSER=/path/to/it."""
    for name in (os.environ.get("BOOK_BROWSER"), *_BROWSERS):
        if name and shutil.which(name):
            return shutil.which(name)
    raise TakeAwayError("No Chromium was found, which prints the PDF. On Debian and Ubuntu: sudo apt install chromium. If it stands somewhere else: make pdf BOOK_BROWSER=/path/to/it")


def page_numbers(printed: bytes) -> dict[str, int]:
    """The number of the page on which each place stands that a link of the book leads to."""
    with pikepdf.open(io.BytesIO(printed)) as file:
        places = {page.objgen: number for number, page in enumerate(file.pages, 1)}
        return {name: places[target[0].objgen] for name, target in destinations(file).items()}


def destinations(file: pikepdf.Pdf) -> dict[str, pikepdf.Array]:
    """Every named place of a PDF."""
    named = {str(name).removeprefix("/"): target for name, target in file.Root.get("/Dests", pikepdf.Dictionary()).items()}
    if "/Names" in file.Root and "/Dests" in file.Root.Names:
        named |= dict(pikepdf.NameTree(file.Root.Names.Dests).items())
    return {name: target.D if isinstance(target, pikepdf.Dictionary) else target for name, target in named.items()}


def _signed(printed: bytes, paper: Path) -> bytes:
    """Title, authors, language and rights; one moment and one identifier, so that the same book is the same file."""
    stamp, out = f"{moment():%Y-%m-%dT%H:%M:%SZ}", io.BytesIO()
    headings = {"".join(text.split()): text for text in map(words, lxml_html.fromstring(paper.read_text(encoding="utf-8")).xpath("//h1 | //h2 | //h3 | //h4 | //h5"))}
    with pikepdf.open(io.BytesIO(printed)) as file:
        file.Root.Lang = pikepdf.String("en")
        file.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        file.Root.PageMode = pikepdf.Name.UseOutlines
        for key in list(file.docinfo):
            del file.docinfo[key]
        with file.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as meta:
            meta.update({"dc:title": BOOK["title"], "dc:creator": [BOOK["authors"]], "dc:language": ["en"], "dc:rights": f"{BOOK['license']}, {BOOK['license_address']}",
                         "dc:description": f"Where #MeToo went and what became of it. Version {BOOK['version']}", "xmp:CreateDate": stamp, "xmp:ModifyDate": stamp, "xmp:MetadataDate": stamp})
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
