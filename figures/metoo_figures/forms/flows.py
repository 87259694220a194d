"""Forms for what became of what: bands from one state to the next, and slopes from one share to another."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from .. import style

_GAP, _WIDTH = 0.035, 0.05          # between strata, as a share of the height; of a stratum, as a share of the way between two columns


def alluvial(ax: Axes, data: pd.DataFrame, columns: dict[str, str], looks: dict[str, tuple[str, str]]) -> None:
    """How many things went from which state to which: bands as wide as their number.

    ``data`` has one row a thing and a column for each key of ``columns`` (at most four), whose value is the heading.
    ``looks`` gives each state its colour and hatch, in the order from the top; every state and band tells its number.
    """
    unit = (1 - _GAP * (len(looks) - 1)) / len(data)
    tops = [_strata(ax, data[name], x, looks, unit, last=x == len(columns) - 1) for x, name in enumerate(columns)]
    for x, (left, right) in enumerate(zip(columns, list(columns)[1:])):
        out, into = dict(tops[x]), dict(tops[x + 1])
        for (one, other), count in _pairs(data, left, right, list(looks)):
            _band(ax, x, out[one], into[other], count * unit, looks[one][0])
            out[one] -= count * unit
            into[other] -= count * unit
    for x, heading in enumerate(columns.values()):
        ax.annotate(heading, (x, 1.02), ha="left" if x == 0 else "right" if x == len(columns) - 1 else "center", va="bottom", weight="bold", size=8.5)
    ax.set_xlim(-0.42, len(columns) - 0.58)
    ax.set_ylim(-0.02, 1.09)
    ax.set_axis_off()


def _pairs(data: pd.DataFrame, left: str, right: str, order: list[str]) -> list:
    counts = data.groupby([left, right], observed=True).size()
    return sorted(counts.items(), key=lambda item: [order.index(state) for state in item[0]])


def _strata(ax: Axes, states: pd.Series, x: int, looks: dict, unit: float, last: bool) -> dict[str, float]:
    """Draws one column of states and returns the top of each."""
    counts, top, tops = states.value_counts(), 1.0, {}
    for state, (colour, hatch) in looks.items():
        count = int(counts.get(state, 0))
        if not count:
            continue
        tops[state] = top
        left = x - _WIDTH if last else x
        ax.add_patch(Rectangle((left, top - count * unit), _WIDTH, count * unit, facecolor=colour, hatch=hatch, edgecolor="white", lw=0.8, zorder=3))
        at, side = (left + _WIDTH, "left") if last else (left, "right")
        ax.annotate(f"{state}: {count}", (at, top - count * unit / 2), xytext=(4 if side == "left" else -4, 0), textcoords="offset points", ha=side, va="center", size=8)
        top -= count * unit + _GAP
    return tops


def _band(ax: Axes, x: int, start: float, end: float, height: float, colour: str) -> None:
    low, high, bend = x + _WIDTH, x + 1 - _WIDTH, 0.45
    points = [(low, start), (low + bend, start), (high - bend, end), (high, end), (high, end - height), (high - bend, end - height), (low + bend, start - height), (low, start - height), (low, start)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.38, lw=0, zorder=2))


def slope(ax: Axes, data: pd.DataFrame, left: str, right: str, unit: str = " %") -> None:
    """One line a group from a number on the left to one on the right, labelled at both ends.

    ``data`` has label, left, right (numbers) and text_left, text_right (what stands beside the ends).
    """
    for place, row in enumerate(data.itertuples()):
        colour, marker = style.CATEGORY[(2, 4, 0, 3, 1, 5)[place]], style.MARKERS[place]
        ax.plot([0, 1], [row.left, row.right], color=colour, marker=marker, ms=7, lw=2, zorder=3)
        ax.annotate(f"{row.label}: {row.text_left}", (0, row.left), xytext=(-9, 0), textcoords="offset points", ha="right", va="center", size=8.5)
        ax.annotate(row.text_right, (1, row.right), xytext=(9, 0), textcoords="offset points", va="center", size=8.5)
    for x, heading in ((0, left), (1, right)):
        ax.axvline(x, color=style.GRID, lw=1, zorder=1)
        ax.annotate(heading, (x, 1.03), xycoords=("data", "axes fraction"), ha="center", va="bottom", weight="bold", size=8.5)
    ax.set_xlim(-1.0, 1.6)
    ax.set_ylim(0, 100)
    ax.set_yticks(range(0, 101, 25), [f"{t}{unit}" for t in range(0, 101, 25)])
    ax.set_xticks([])
    ax.grid(axis="y")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
