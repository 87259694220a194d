"""Runs the cells of a chapter in the browser's Python and hands what each one gives to the page.

Loaded by worker.js; ``tell`` is its function, which takes the kind of a message and its parts.
"""

import base64
import io
import linecache
import logging
import re
import sys
import traceback

import pandas
from pyodide.code import CodeRunner

AFTER_ERROR = "The cell stopped here. Mend its code and run it again, or reset it; what the other cells made is still there."
BEFORE = "A name is not known: run the cells above first (Run all does), or mend the name."
NO_WORDS = "Picture drawn by this cell; it has no description."
#: Characters that one cell may print.
MOST = 100_000
#: Styles in a table's markup; the page's policy takes none of them, and its own sheet says the same.
_STYLE = re.compile(r"<style.*?</style>| style=\"[^\"]*\"", re.S)


class Stream(io.TextIOBase):
    """Printed text, sent to the page as it comes, up to what a page can take: a loop without an end would leave it no time to hear of Stop."""

    def __init__(self, name):
        self.name, self.room = name, MOST

    def write(self, text):
        self.room -= len(text)
        if self.room < 0:
            self.room = MOST
            raise RuntimeError(f"the cell printed more than {MOST:,} characters")
        if text:
            tell(self.name, text)
        return len(text)


def forget():
    """An empty notebook: no name is known but ``display``."""
    names.clear()
    names.update({"__name__": "__main__", "display": display})


def display(*values):
    """Shows each value as the last line of a cell is shown."""
    for value in values:
        show(value)


async def run(code, place):
    """Runs one cell. Returns whether it ran to its end; what it showed, printed or broke on has been told by then."""
    name = f"Cell {place}"
    sys.stdout.room = sys.stderr.room = MOST
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        show(await CodeRunner(code, filename=name).compile().run_async(names))
        show_plots()
    except BaseException as error:  # noqa: BLE001  whatever the cell raised is shown, and the page goes on
        tell("error", plain(error))
        return False
    return True


def plain(error):
    """The traceback from the cell on, without the frames that brought it there, and one sentence of what to do."""
    trace = error.__traceback__
    while trace and not trace.tb_frame.f_code.co_filename.startswith("Cell "):
        trace = trace.tb_next
    told = "".join(traceback.format_exception(type(error), error, trace))
    return f"{told}\n{BEFORE if isinstance(error, NameError) else AFTER_ERROR}\n"


def show(value):
    """Tells the page a value in the richest form that it has: a picture, a table, or text."""
    if value is None:
        return
    record = getattr(value, "record", None)
    if hasattr(value, "_repr_png_"):
        tell("picture", base64.b64encode(value._repr_png_()).decode(), getattr(record, "alt", NO_WORDS), repr(value))
    elif "matplotlib.figure" in sys.modules and isinstance(value, sys.modules["matplotlib.figure"].Figure):
        show_figure(value)
    elif getattr(value, "_repr_html_", None) and (table := value._repr_html_()):
        tell("table", _STYLE.sub("", table))
    else:
        tell("text", repr(value))


def show_figure(figure):
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=120)
    tell("picture", base64.b64encode(out.getvalue()).decode(), NO_WORDS, "Drawn in this browser alone.")


def show_plots():
    """Shows what was drawn with pyplot, as a notebook does at the end of a cell."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        for number in pyplot.get_fignums():
            show_figure(pyplot.figure(number))
        pyplot.close("all")


names = {}
forget()
pandas.set_option("display.max_columns", 20)      # as in a notebook; here pandas takes itself to be in a terminal
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)      # it tells each reader that it looks for fonts
sys.stdout, sys.stderr = Stream("printed"), Stream("warned")
