"""The book to take away as an EPUB 3 file."""

from __future__ import annotations

import html
import io
import re
import uuid
import zipfile
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html
from takeaway_pages import OUT, Page, by_part, figures, front, moment, rules, words
from takeaway_sources import BOOK

#: What a file in the EPUB is.
_KINDS = {".xhtml": "application/xhtml+xml", ".svg": "image/svg+xml", ".png": "image/png", ".css": "text/css"}
_XHTML, _EPUB = "http://www.w3.org/1999/xhtml", "http://www.idpf.org/2007/ops"


def epub(made: list[Page]) -> bytes:
    """The book as an EPUB 3 file: the same bytes each time."""
    files = {"title.xhtml": _document(BOOK["title"], f'<section epub:type="titlepage">{front()}</section>'), "nav.xhtml": _nav(made), "book.css": rules()[0]}
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
    """The table of contents: parts, pages, their sections; then the figures."""
    lines = ['<nav epub:type="toc" id="toc"><h1>Contents</h1>', "<ol>", '<li><a href="title.xhtml">Title page</a></li>']
    for part, inside in by_part(made).items():
        lines += [f"<li><span>{html.escape(part)}</span><ol>"] if part else []
        for page in inside:
            sections = [(section.get("id"), words(section.find("h2"))) for section in page.content.xpath("./section[h2]")]
            below = "".join(f'<li><a href="{page.short}.xhtml#{place}">{html.escape(title)}</a></li>' for place, title in sections)
            lines.append(f'<li><a href="{page.short}.xhtml">{html.escape(page.title)}</a>{f"<ol>{below}</ol>" if below else ""}</li>')
        lines += ["</ol></li>"] if part else []
    lines += ["</ol></nav>", '<nav epub:type="loi"><h2>Figures</h2><ol>',
              *(f'<li><a href="{page.short}.xhtml#{place}">{number}: {html.escape(title)}</a></li>' for page, place, number, title in figures(made)),
              "</ol></nav>", '<nav epub:type="landmarks" hidden="hidden"><h2>Places</h2><ol><li><a epub:type="toc" href="#toc">Contents</a></li>'
              f'<li><a epub:type="bodymatter" href="{made[0].short}.xhtml">Beginning of the text</a></li></ol></nav>']
    return _document("Contents", "\n".join(lines))


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
            f'<meta property="dcterms:modified">{moment():%Y-%m-%dT%H:%M:%SZ}</meta>\n{meta}\n</metadata>\n<manifest>\n{items}\n</manifest>\n<spine>\n{order}\n</spine>\n</package>\n')


def _id(name: str) -> str:
    return "file-" + re.sub(r"[^a-z0-9]+", "-", name)
