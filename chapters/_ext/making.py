"""The pages that the tables make, as texts. They are made side by side, and begun while this process still loads Sphinx."""

from __future__ import annotations

import functools
import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor

import corrected
import country_pages
import data_pages
import figure_pages
import freshness
import generated
import time_machine

#: What makes pages: the longest work first.
_MAKERS = (country_pages.pages, generated.pages, data_pages.pages, figure_pages.pages, time_machine.pages, corrected.banners)


@functools.cache
def begun() -> list[Future]:
    """Sets the makers to work, once. The tables that are in memory then are in theirs too."""
    pool = ProcessPoolExecutor(freshness.jobs(), mp_context=multiprocessing.get_context("fork"))
    work = [pool.submit(make) for make in _MAKERS]
    pool.shutdown(wait=False)          # when the work is done
    return work


def texts() -> dict[str, str]:
    """Every generated page: its name and its text in MyST Markdown, with its banner of corrections."""
    *made, told = [work.result() for work in begun()]
    pages = {name: text for some in made for name, text in some.items()}
    return {name: corrected.under_title(text, told[f"generated/{name}"]) if f"generated/{name}" in told else text for name, text in pages.items()}
