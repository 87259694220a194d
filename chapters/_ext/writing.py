"""Writing pages quickly, side by side, and numbering their figures. Sphinx resolves the links of all pages in one process and only writes them in others; here each process does all of a page."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence

from book import NOT_IN_MENU
from docutils import nodes
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.util import logging
from sphinx.util.build_phase import BuildPhase
from sphinx.util.parallel import ParallelTasks

logger = logging.getLogger(__name__)
#: Pages without a figure that has a number.
ROWS = (*NOT_IN_MENU, "chapters/generated/table-")
#: What the search index keeps of each page, and of each word.
_OF_PAGES, _OF_WORDS = ("_titles", "_filenames", "_all_titles", "_index_entries"), ("_mapping", "_title_mapping")


def write_side_by_side(builder: StandaloneHTMLBuilder, pages: Sequence[str], nproc: int) -> None:
    """Takes the place of Sphinx's ``_write_parallel``: as many processes as it would use, ``nproc`` and its own, each taking the next page until none is left."""
    logger.info("writing output... %s pages in %s processes", len(pages), nproc + 1)
    _page(builder, pages[0])            # what is made once, such as templates, is then there for all
    # The longest pages come first, so that no process is left alone with one at the end.
    todo = sorted(pages[1:], key=lambda name: -os.path.getsize(os.path.join(builder.doctreedir, f"{name}.doctree")))
    place = multiprocessing.get_context("fork").Value("i", 0)

    def work(_) -> tuple[dict, dict]:
        mine = set()
        while True:
            with place.get_lock():
                turn, place.value = place.value, place.value + 1
            if turn >= len(todo):
                return builder.images, _index(builder, mine)
            _page(builder, todo[turn])
            mine.add(todo[turn])

    tasks = ParallelTasks(nproc + 1)
    for _ in range(nproc + 1):
        tasks.add_task(work, (), lambda _, made: _take(builder, *made))
    tasks.join()
    # In an order that does not tell which process was quicker.
    for kept in (builder.images, *(getattr(builder.indexer, name) for name in _OF_PAGES if builder.indexer)):
        ordered = dict(sorted(kept.items()))
        kept.clear()
        kept.update(ordered)


def menu_once(builder: StandaloneHTMLBuilder, page: str, collapse: bool, slow=StandaloneHTMLBuilder._get_local_toctree, **options) -> str:
    """Takes the place of Sphinx's ``_get_local_toctree``, which makes the menu anew for each page: pages of a kind that is not in the menu share one."""
    kind = next((kind for kind in NOT_IN_MENU if page.startswith(kind)), None)
    if kind is None:
        return slow(builder, page, collapse, **options)
    asked = kind, collapse, tuple(sorted(options.items()))
    made = builder.__dict__.setdefault("book_menus", {})
    if asked not in made:
        made[asked] = slow(builder, page, collapse, **options)
    return made[asked]


def number_figures(collector: TocTreeCollector, env, slow=TocTreeCollector.assign_figure_numbers) -> list[str]:
    """As Sphinx, which walks through all parts of all pages for figures that get a number. The pages of rows, most of the book, have none: they are taken for empty."""
    real = env.get_doctree
    env.get_doctree = lambda page: nodes.Element() if page.startswith(ROWS) else real(page)
    try:
        return slow(collector, env)
    finally:
        del env.get_doctree


def _page(builder: StandaloneHTMLBuilder, name: str) -> None:
    """All of a page, as Sphinx does it where there is one process."""
    builder.app.phase = BuildPhase.RESOLVING
    doctree = builder.env.get_and_resolve_doctree(name, builder)
    builder.app.phase = BuildPhase.WRITING
    builder.write_doc_serialized(name, doctree)
    builder.write_doc(name, doctree)


def _index(builder: StandaloneHTMLBuilder, pages: set[str]) -> dict[str, dict]:
    """What the search index of this process holds of some pages."""
    if not builder.indexer:
        return {}
    told = {name: {page: known for page, known in getattr(builder.indexer, name).items() if page in pages} for name in _OF_PAGES}
    words = {name: {word: places & pages for word, places in getattr(builder.indexer, name).items() if places & pages} for name in _OF_WORDS}
    return told | words


def _take(builder: StandaloneHTMLBuilder, images: dict[str, str], index: dict[str, dict]) -> None:
    """Adds what another process found out: which pictures are shown, and the words of its pages."""
    builder.images.update(images)
    for name in _OF_PAGES if index else ():
        getattr(builder.indexer, name).update(index[name])
    for name in _OF_WORDS if index else ():
        words = getattr(builder.indexer, name)
        for word, places in index[name].items():
            words.setdefault(word, set()).update(places)


def be_quick() -> None:
    """Puts it in the place of what it makes quick."""
    StandaloneHTMLBuilder._write_parallel, StandaloneHTMLBuilder._get_local_toctree = write_side_by_side, menu_once
    TocTreeCollector.assign_figure_numbers = number_figures
