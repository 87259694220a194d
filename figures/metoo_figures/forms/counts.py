"""Forms for how many: reach on a log scale, shares with their bounds, unit charts, matrices, changes."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .. import style
from ..layout import key

_ARROWS = {"more_than": 1, "at_least": 1, "at_most": -1, "nearly": -1, "fewer_than": -1}


def reach(ax: Axes, data: pd.DataFrame, low: float, high: float) -> None:
    """Counts from hundreds to millions on a log scale, one row a count, shape by unit.

    ``data`` has label, value, unit, bound and text. An arrow says that the source gives a lower or upper bound.
    """
    units = list(dict.fromkeys(data["unit"]))
    look = {unit: (style.CATEGORY[(0, 4, 2, 1, 3, 5)[i]], style.MARKERS[i]) for i, unit in enumerate(units)}
    for y, row in enumerate(data.itertuples()):
        colour, marker = look[row.unit]
        ax.plot([low, row.value], [y, y], color=style.GRID, lw=1, zorder=1)
        ax.plot(row.value, y, marker=marker, color=colour, ms=9, ls="", zorder=3)
        _bound(ax, row.value * (1.15 if _ARROWS.get(row.bound, 0) > 0 else 0.87), y, row.bound, colour, row.value * (1.75 if _ARROWS.get(row.bound, 0) > 0 else 0.57))
        ax.annotate(row.text, (row.value * (1.75 if row.bound in _ARROWS else 1.2), y), xytext=(4, 0), textcoords="offset points", va="center", size=8)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    decades = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
    ax.set_xticks([10.0 ** e for e in decades[:: 1 if len(decades) < 7 else 2]])
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    ax.minorticks_off()
    _rows(ax, data["label"])
    key(ax.figure, [Line2D([], [], color=c, marker=m, ls="", ms=7, label=u) for u, (c, m) in look.items()], columns=len(look))


def shares(ax: Axes, data: pd.DataFrame) -> None:
    """Percentages as dots, one row each, with an arrow where the source gives a bound only.

    ``data`` has label, value (0 to 100), bound and text. Rows that measure different things must not be ranked:
    order them by something else than their value.
    """
    for y, row in enumerate(data.itertuples()):
        colour = style.CATEGORY[2]
        ax.plot([0, 100], [y, y], color=style.GRID, lw=1, zorder=1)
        ax.plot(row.value, y, "o", color=colour, ms=9, zorder=3)
        step = 1.4 * _ARROWS.get(row.bound, 0)
        _bound(ax, row.value + step, y, row.bound, colour, row.value + 4.5 * _ARROWS.get(row.bound, 0))
        ax.annotate(row.text, (row.value, y), xytext=(0, 9), textcoords="offset points", ha="center", size=8, weight="bold")
    ax.set_xlim(0, 100)
    ax.set_xticks(range(0, 101, 25), [f"{t} %" for t in range(0, 101, 25)])
    _rows(ax, data["label"])


def _bound(ax: Axes, start: float, y: float, bound: str, colour: str, stop: float) -> None:
    if bound in _ARROWS:
        ax.annotate("", (stop, y), xytext=(start, y), arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.6})


def unit_chart(ax: Axes, data: pd.DataFrame, per_row: int, each: str) -> None:
    """One square a counted thing, in blocks one under the other.

    ``data`` has label, value (a count) and text; ``each`` says what one square is, for the axis below.
    """
    top, ticks = 0.0, []
    for row in data.itertuples():
        count = int(row.value)
        lines = math.ceil(count / per_row)
        x = [i % per_row for i in range(count)]
        y = [top + i // per_row for i in range(count)]
        ax.plot(x, y, "s", color=style.CATEGORY[2], ms=min(9, 300 / per_row), ls="")
        ax.annotate(row.text, (min(count, per_row) - 1, top + (lines - 1) / 2), xytext=(12, 0), textcoords="offset points", va="center", size=8.5, weight="bold")
        ticks.append(top + (lines - 1) / 2)
        top += lines + max(1.0, 0.04 * per_row)
    ax.set_yticks(ticks, data["label"])
    ax.set_ylim(top - 0.3, -0.9)
    ax.set_xlim(-0.8, per_row * 1.22)
    ax.set_aspect("equal", anchor="W")
    ax.set_xticks([])
    ax.set_xlabel(f"One square is {each}.", loc="left", color=style.NOTE)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def dot_matrix(ax: Axes, data: pd.DataFrame, x: str, y: str) -> None:
    """Counts of two closed lists against each other: a disc a cell, its area and its number the count.

    ``data`` has the columns ``x`` and ``y`` and n, one row a cell that is not empty.
    """
    columns, rows = list(dict.fromkeys(data[x])), list(dict.fromkeys(data[y]))
    biggest = data["n"].max()
    for row in data.to_dict("records"):
        at = (columns.index(row[x]), rows.index(row[y]))
        ax.scatter(*at, s=330 * row["n"] / biggest + 12, color=style.CATEGORY[2], alpha=0.28, zorder=2, lw=0)
        ax.annotate(f"{row['n']}", at, ha="center", va="center", size=8.5, weight="bold")
    ax.set_xticks(range(len(columns)), [_broken(c) for c in columns])
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", length=0, labelcolor=style.INK)
    ax.set_xlim(-0.6, len(columns) - 0.4)
    _rows(ax, rows)
    ax.grid(axis="y")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def changes(ax: Axes, data: pd.DataFrame, unit: str) -> None:
    """What a first decision gave and what the last one left: two marks a row, joined by an arrow.

    ``data`` has label, was, now (numbers in ``unit``) and text.
    """
    for y, row in enumerate(data.itertuples()):
        if row.was != row.now:
            ax.annotate("", (row.now, y), xytext=(row.was, y), arrowprops={"arrowstyle": "-|>", "color": style.CONTEXT, "lw": 1.4, "shrinkA": 5, "shrinkB": 5})
        ax.plot(row.was, y, "o", mfc="white", mec=style.CATEGORY[2], mew=1.8, ms=8, zorder=3)
        ax.plot(row.now, y, "D", color=style.CATEGORY[4], ms=7, zorder=4)
        ax.annotate(row.text, (max(row.was, row.now), y), xytext=(9, 0), textcoords="offset points", va="center", size=7.5)
    _rows(ax, data["label"])
    ax.set_xlabel(unit)
    ax.grid(axis="x")
    key(ax.figure, [Line2D([], [], marker="o", mfc="white", mec=style.CATEGORY[2], mew=1.8, ls="", label="first decision"),
                    Line2D([], [], marker="D", color=style.CATEGORY[4], ls="", label="last decision known")])


def _rows(ax: Axes, labels) -> None:
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.6)
    ax.spines["left"].set_visible(False)


def _broken(text: str, width: int = 13) -> str:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
