"""The book to take away as one document for print: its pages, contents, letters and pictures."""

from __future__ import annotations

import html
import re
from pathlib import Path

import matplotlib
import metoo_data as md
from lxml import etree
from lxml import html as lxml_html
from metoo_figures import records
from takeaway_pages import Page, by_part, figures, front, rules
from takeaway_sources import BOOK


def document(made: list[Page], numbers: dict[str, int]) -> str:
    """All pages as one document. Places within a page carry the page's name, so that no two are the same."""
    both, paper = rules()
    footer = f"{BOOK['title']}, version {BOOK['version']}, {md.in_words(BOOK['date'].isoformat())}"
    lines = [f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(BOOK["title"])}</title><style>{fonts()}{both}{paper}'
             f'@page {{ @bottom-left {{ content: "{footer}"; }} }}</style></head><body>', f'<section class="title-page">{front()}</section>', _contents(made, numbers)]
    for part, inside in by_part(made).items():
        for place, page in enumerate(inside):
            lines.append(f'<article id="{page.short}">')
            lines += [f'<h1 class="part">{html.escape(part)}</h1>'] if part and not place else []
            lines += [_for_one_document(page, bool(part), numbers), "</article>"]
    return "\n".join([*lines, "</body></html>"])


def _for_one_document(page: Page, below: bool, numbers: dict[str, int]) -> str:
    content = lxml_html.fromstring(lxml_html.tostring(page.content, encoding="unicode"))
    for item in content.xpath("descendant-or-self::*[@id]"):
        item.set("id", f"{page.short}--{item.get('id')}")
    for link in content.xpath(".//a[starts-with(@href, 'page:')]"):
        name, _, place = link.get("href").removeprefix("page:").partition("#")
        link.set("href", f"#{name}--{place}" if place else f"#{name}")
        if place.startswith("cites-"):                                # paper cannot be followed, so it says the page
            link.text, link[:] = f"{link.text_content()} (p. {numbers.get(f'{name}--{place}', 100)})", []
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
    """The pages of each part and, on a page of their own, the figures, with the numbers of the pages where they stand."""
    lines = ['<nav class="contents"><h1 class="page-title">Contents</h1>']
    for part, inside in by_part(made).items():
        lines += [f'<p class="contents-part">{html.escape(part)}</p>'] if part else []
        lines += ["<ul>", *(_entry(page.short, page.title, numbers) for page in inside), "</ul>"]
    drawn = [_entry(f"{page.short}--{place}", f"{number.removeprefix('Figure ')} {title}", numbers) for page, place, number, title in figures(made)]
    return "\n".join([*lines, '</nav><nav class="contents figures"><h1 class="page-title">Figures</h1><ul>', *drawn, "</ul></nav>"])


def _entry(place: str, title: str, numbers: dict[str, int]) -> str:
    return (f'<li><a href="#{place}"><span class="contents-title">{html.escape(title)}</span> '
            f'<span class="contents-number">{numbers.get(place, 100)}</span></a></li>')


def fonts() -> str:
    """The letters that come with Matplotlib and with the book, so that a page breaks alike on every machine.

    Letters that none of them has, in the titles of Korean, Hindi, Chinese or Arabic sources, are those of the machine that prints. On one with
    other fonts the PDF has the same words, and other bytes; on one that has none for a script, empty boxes stand in these titles.
    """
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


def hatched(text: str) -> str:
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
