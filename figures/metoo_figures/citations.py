"""A figure as a reference, in the styles that schools ask for and the formats that programs read.

The strings are those of the reference engine (citeproc-js 2.4.63 with the official CSL styles for APA 7, MLA 9 and
Chicago 18) for an item of the CSL type ``figure``; the tests compare every figure of the book with what it gave.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass

STYLES = {"apa": "APA 7", "mla": "MLA 9", "chicago_note": "Chicago 18, note", "chicago_bibliography": "Chicago 18, bibliography",
          "chicago_author_date": "Chicago 18, author and date"}
_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
# Words that stay small inside a title: the English list of the reference engine, single words only.
_SMALL = set("a about above across after against along alongside amid amidst among amongst an and around as aside astride at atop "
             "barring before behind below beneath beside besides between beyond but by c ca circa de despite down during except for "
             "from given in inside into lest like modulo near next nor notwithstanding of off on onto or out over per plus pro qua sans "
             "since so than the through throughout till to toward towards under underneath until unto up upon v versus via von van vs "
             "with within without yet".split())


@dataclass(frozen=True)
class Item:
    """What is cited. ``number`` is the figure's number in this version; ``address`` is empty where the book has none."""

    id: str
    title: str
    number: str
    version: str
    author: str
    container: str
    date: dt.date
    address: str = ""

    @property
    def label(self) -> str:
        return f"Figure {self.number}"


def cite(item: Item) -> dict[str, str]:
    """The five references of a figure, by the keys of STYLES, as plain text."""
    title = item.title.replace("'", "’")
    upper, stop = title_case(title), "" if title[-1] in "?!." else "."
    year, where = item.date.year, f"{item.label}, version {item.version}"
    after = f" {item.address}." if item.address else ""
    day = f"{item.date.day} {_MONTHS[item.date.month - 1]} {year}"
    return {
        "apa": f"{item.author}. ({year}). {title} [Chart]. In {item.container} ({item.label}; Version {item.version})."
               + (f" {item.address}" if item.address else ""),
        "mla": f"{item.author}. “{upper}{stop}” {item.container}, Version {item.version}, {item.label}, {day}"
               + (f", {item.address}" if item.address else "") + ". Chart.",
        "chicago_note": f"{item.author}, “{upper},” in {item.container}, {where}, {year}, chart"
                        + (f", {item.address}" if item.address else "") + ".",
        "chicago_bibliography": f"{item.author}. “{upper}{stop}” In {item.container}, {where}. {year}. Chart.{after}",
        "chicago_author_date": f"{item.author}. {year}. “{upper}{stop}” In {item.container}, {where}. Chart.{after}",
    }


def cite_data(item: Item, producers: str) -> str:
    """The data behind the figure, with those who produced them, in the form of APA 7."""
    tail = f" {item.address}" if item.address else ""
    return (f"{item.author}. ({item.date.year}). Data behind {item.label}: {item.title.replace(chr(39), chr(8217))} [Dataset]. "
            f"In {item.container} (Version {item.version}). Adapted from {producers}.{tail}")


def title_case(title: str) -> str:
    """A title in capitals as the engine writes it: small words stay small inside, marked words stay as they are."""
    words = title.split(" ")
    return " ".join(_capital(word, place in (0, len(words) - 1) or words[place - 1][-1] in ":?!") for place, word in enumerate(words))


def _capital(word: str, first: bool) -> str:
    """One word of a title. Parts joined by hyphens are words of their own; a part that has a capital keeps its form."""
    if re.sub(r"\W", "", word) in _SMALL and not first:
        return word
    parts = word.split("-")
    return "-".join(part if re.search(r"[A-Z]", part) or (place and part in _SMALL) else re.sub(r"^(\W*)([a-z])", lambda m: m[1] + m[2].upper(), part)
                    for place, part in enumerate(parts))


def csl_json(item: Item) -> str:
    """The figure for Zotero and other programs that read CSL-JSON, where it keeps its book and its number."""
    fields = {"id": item.id, "type": "figure", "title": item.title, "container-title": item.container, "author": [{"literal": item.author}],
              "issued": {"date-parts": [[item.date.year, item.date.month, item.date.day]]}, "genre": "Figure", "number": item.number,
              "version": item.version, "medium": "chart", "language": "en"}
    return json.dumps([fields | ({"URL": item.address} if item.address else {})], ensure_ascii=False, indent=1) + "\n"


def ris(item: Item) -> str:
    """The figure in RIS. Programs drop the title of the book from a figure, so a note repeats it."""
    lines = [("TY", "FIGURE"), ("ID", item.id), ("AU", item.author), ("TI", item.title), ("T2", item.container),
             ("PY", f"{item.date.year}"), ("DA", f"{item.date:%Y/%m/%d}"), ("M1", item.label), ("ET", item.version), ("LA", "en"),
             ("N1", f"{item.label} in {item.container}, version {item.version}")]
    lines += [("UR", item.address)] if item.address else []
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines) + "ER  - \r\n"


def bibtex(item: Item) -> str:
    """The figure in BibTeX, which has no type for figures: ``@misc`` with the book in ``howpublished``."""
    fields = {"author": f"{{{_latex(item.author)}}}", "title": f"{{{_latex(item.title)}}}",
              "howpublished": f"Figure~{item.number} in \\emph{{{_latex(item.container)}}}, version {item.version}",
              "year": f"{item.date.year}", "month": f"{item.date:%m}".lstrip("0"), "note": "Chart"}
    fields |= {"url": item.address} if item.address else {}
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{item.id},\n{body}\n}}\n"


def _latex(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
               "{": r"\textbraceleft{}", "}": r"\textbraceright{}"}      # BibTeX counts braces, those behind a backslash too
    return "".join(special.get(letter, f"\\{letter}" if letter in "#$%&_" else letter) for letter in text)
