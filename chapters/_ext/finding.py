"""What the search finds beside words in pages: cases, laws, hashtags in any script, figures and countries, each at its own place."""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Iterator

import country_rows
import metoo_data as md
import pandas as pd
from metoo_figures import decks
from sphinx import search
from sphinx.application import Sphinx
from sphinx.domains import Domain, ObjType
from sphinx.search.en import SearchEnglish

#: Marks that belong to the letter before them, as vowel signs of Devanagari and Thai do. Without them a word falls into pieces.
_MARKS = "".join(re.escape(chr(code)) for code in (*range(0x1F000), *range(0xE0100, 0xE01F0)) if unicodedata.category(chr(code)).startswith("M"))
#: Kind of thing: table, its page, and the columns whose words lead to a row.
_ROWS = {"case": ("cases", ("label", "caption")), "law or rule": ("reforms", ("title_en", "title_original", "official_reference")),
         "hashtag": ("hashtags", ("tag", "meaning_en")), "event": ("events", ("title",))}


class Words(SearchEnglish):
    """English, with words of any script kept whole, here and in the reader's browser."""

    js_splitter_code = "var splitQuery = (query) => query.split(/[^\\p{Letter}\\p{Mark}\\p{Number}_\\p{Emoji_Presentation}]+/gu).filter((term) => term);"
    _word_re = re.compile(rf"[\w{_MARKS}]+")

    @functools.cache  # noqa: B019  one object, as long as a build
    def stem(self, word: str) -> str:
        """The stem of a word; most words stand on many pages."""
        return super().stem(word)


class Index(search.IndexBuilder):
    """Sphinx's index, with the headings escaped: the script of the search page writes them as HTML, as it does the titles of pages, which Sphinx does escape."""

    def feed(self, docname: str, filename: str, title: str, doctree) -> None:
        """Takes a page in."""
        super().feed(docname, filename, title, doctree)
        self._all_titles[docname] = [(html.escape(words, quote=False), place) for words, place in self._all_titles[docname]]


class Findings(Domain):
    """The rows, figures and countries that a reader may look for by name. It holds nothing: all of it is read from the tables."""

    name, label = "book", "Book"
    object_types = {kind: ObjType(kind) for kind in (*_ROWS, "figure", "country")}

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """(key, words, kind, page, anchor, priority) of everything that can be found by name."""
        for kind, (table, columns) in _ROWS.items():
            frame = md.load(table)
            for _, row in frame[frame["rank"] != "deprecated"].iterrows():
                words = " · ".join(str(row[column]) for column in columns if pd.notna(row[column]) and row[column])
                key = row[md.tables()[table].key]
                # Sphinx takes names for those of code: what stands before the last dot would count as a module, and hardly match.
                yield f"row {key}", words.replace(".", ""), kind, f"chapters/generated/table-{table}", key, 1 if kind == "event" else 0
        for sheet in decks.published():
            yield f"figure-{sheet['id']}", f"Figure {sheet['number']}: {sheet['title']}", "figure", f"chapters/generated/figure-{sheet['id']}", "main-content", 0
        for code in country_rows.known():
            yield f"country-{code}", country_rows.country(code), "country", f"chapters/generated/country-{code.lower()}", "main-content", 0

    def resolve_any_xref(self, *_) -> list:
        """Links in the text lead to rows by their anchors, never through this domain."""
        return []

    def merge_domaindata(self, docnames: list[str], otherdata: dict) -> None:
        """Nothing is kept, so nothing is merged."""


def setup(app: Sphinx) -> None:
    """Makes the search know them."""
    app.add_domain(Findings)
    app.add_search_language(Words)
    search.IndexBuilder = Index          # the builder of pages takes it from there
