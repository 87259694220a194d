"""The book to take away: one PDF and one EPUB, made from the same pages, without the pages that need a screen.

``python chapters/_ext/takeaway.py pdf epub`` copies the sources into ``_build/take-away``, changes there what paper cannot do (takeaway_sources,
takeaway_rows), lets Sphinx make the pages once (takeaway_pages), and makes both files from them (takeaway_epub; takeaway_paper and takeaway_pdf).
A number leads to its row in an appendix, and the row to its source.
"""

from __future__ import annotations

import sys

import plainly  # noqa: F401, I001  before what reads the book
import trouble
from metoo_figures import drafts
from takeaway_epub import epub
from takeaway_pages import OUT, TakeAwayError, pages
from takeaway_pdf import browser, pdf
from takeaway_sources import BOOK

NAME = f"after-the-hashtag-{BOOK['version']}"
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
            drafts.write_whole(path, MAKERS[form](made))
            print(f"The book is here, {path.stat().st_size / 1e6:.1f} MB:\n{path}")
    except TakeAwayError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    trouble.end_with(lambda: main(sys.argv[1:]), "Stopped. Nothing half made was left.")
