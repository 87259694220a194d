"""One layout for all figures: title, subtitle, plot, note, sources and credit, all inside the picture."""

from __future__ import annotations

import bisect
import functools

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from . import style

_LEFT = 0.022
_MOST_WORDS = 40          # more than any line holds
_LINE = {name: size * 1.32 / 72 / style.HEIGHT for name, size in style.SIZE.items()}      # height of one line, as a share


def figure(**subplots) -> tuple[Figure, Axes]:
    """An empty figure of 8 x 4.5 inches in the book's style, with its axes. Arguments go to ``Figure.subplots``.

    pyplot does not know the figure, so that a notebook shows it once, when it is published.
    """
    style.apply()
    fig = Figure()
    FigureCanvasAgg(fig)
    return fig, fig.subplots(**subplots)


def dress(fig: Figure, title: str, subtitle: str, note: str, sources: str, credit: str) -> None:
    """Writes the words on the figure and gives the plot the room that they leave."""
    top = _block(fig, 0.975, title, "title", weight="bold")
    top = _block(fig, top - 0.008, subtitle, "subtitle", color=style.NOTE)
    for legend in fig.legends:
        legend.set_bbox_to_anchor((_LEFT, top - 0.008), transform=fig.transFigure)
        top -= legend.get_window_extent(fig.canvas.get_renderer()).height / fig.bbox.height + 0.016
    below = [line for text in (note, sources, credit) for line in _wrap(fig, text, "note")]
    bottom = 0.02 + len(below) * _LINE["note"]
    for place, line in enumerate(below):
        fig.text(_LEFT, bottom - (place + 1) * _LINE["note"], line, size=style.SIZE["note"], color=style.NOTE, va="bottom", parse_math=False)
    fig.set_layout_engine("constrained", rect=(_LEFT, bottom + 0.02, 1 - 2 * _LEFT, top - bottom - 0.04), h_pad=0.02, w_pad=0.02)


def _block(fig: Figure, top: float, text: str, part: str, **look) -> float:
    for line in _wrap(fig, text, part, **look):
        fig.text(_LEFT, top, line, size=style.SIZE[part], va="top", parse_math=False, **look)
        top -= _LINE[part]
    return top


def _wrap(fig: Figure, text: str, part: str, **look) -> list[str]:
    """Breaks a text into lines that fit the picture, by their measured width."""
    font = font_manager.FontProperties(size=style.SIZE[part], weight=look.get("weight"))
    renderer, room, words, lines = fig.canvas.get_renderer(), fig.bbox.width * (1 - 2.4 * _LEFT), text.split(), []
    while words:
        wide = lambda count: renderer.get_text_width_height_descent(" ".join(words[:count]), font, False)[0]  # noqa: E731, B023
        fit = bisect.bisect_right(range(1, len(words[:_MOST_WORDS]) + 1), room, key=wide) or 1
        lines.append(" ".join(words[:fit]))
        words = words[fit:]
    return lines or [""]


def key(fig: Figure, handles: list, columns: int = 4) -> None:
    """A key above the plot, at the left, for what direct labels cannot say."""
    legend = fig.legend(handles=handles, loc="upper left", bbox_to_anchor=(_LEFT, 1), ncols=columns, handlelength=1.4,
                        handletextpad=0.5, columnspacing=1.4, borderpad=0, borderaxespad=0)
    legend.set_in_layout(False)       # dress() gives it its place under the subtitle


def faults(fig: Figure) -> list[str]:
    """What a reader would trip over: text outside the picture, text on text, letters that no font has.

    Everything has its place then and keeps it: each file is drawn once, and all of them alike.
    """
    fig.draw_without_rendering()
    fig.set_layout_engine(None)
    renderer, known, found = fig.canvas.get_renderer(), _letters(tuple(mpl.rcParams["font.family"])), []
    boxes = [(text, text.get_window_extent(renderer).extents.tolist()) for text in _texts(fig)]
    for text, (left, low, right, high) in boxes:
        if left < -1 or low < -1 or right > fig.bbox.x1 + 1 or high > fig.bbox.y1 + 1:
            found.append(f"the text '{text.get_text()[:40]}' leaves the picture")
        missing = sorted({letter for letter in text.get_text() if not letter.isspace() and ord(letter) not in known})
        if missing:
            found.append(f"no font has {' '.join(missing)} in '{text.get_text()[:40]}'")
    for place, (one, (left, low, right, high)) in enumerate(boxes):
        for other, box in boxes[place + 1:]:
            if min(right, box[2]) - max(left, box[0]) > 3 and min(high, box[3]) - max(low, box[1]) > 5:
                found.append(f"'{one.get_text()[:30]}' and '{other.get_text()[:30]}' overlap")
    return found


def texts(fig: Figure) -> list[str]:
    """Every text that the picture shows."""
    return [text.get_text() for text in _texts(fig)]


def _texts(fig: Figure) -> list[Text]:
    shown = [*fig.texts, *(text for legend in fig.legends for text in legend.get_texts())]
    for ax in fig.axes:
        shown += [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]
        shown += [text for text in (ax.get_legend().get_texts() if ax.get_legend() else [])]
        for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
            if axis.get_visible() and ax.axison:
                shown += [label for label, place in zip(axis.get_ticklabels(), axis.get_ticklocs()) if low <= place <= high]
    return [text for text in shown if text.get_visible() and text.get_text().strip()]


@functools.cache
def _letters(families: tuple[str, ...]) -> frozenset[int]:
    """The letters that some fonts have between them."""
    return frozenset().union(*(font_manager.get_font(font_manager.findfont(family)).get_charmap() for family in families))
