"""Forms for when: swimlanes, case lifecycles, lags, and hashtags by first documented use."""

from __future__ import annotations

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from metoo_data import family

from .. import style
from ..layout import key

_DAY = pd.Timedelta(days=1)


def swimlanes(ax: Axes, data: pd.DataFrame, lane: str, kind: str, start: str, end: str) -> None:
    """A timeline with one lane a value of ``lane``; width tells how exactly a date is known.

    ``data`` has date_earliest, date_latest, date_precision, the columns ``lane`` and ``kind`` (at most six kinds) and
    ``label`` (text beside a mark, empty for none). A date known to the day is a marker; a month is a bar of its
    true width; a year or a longer span is a pale band. Lanes keep the order of an ordered category, or of the data.
    """
    low, high = pd.Timestamp(start), pd.Timestamp(end)
    data = data.assign(date_earliest=data["date_earliest"].fillna(low), date_latest=data["date_latest"].fillna(high), label=data["label"].fillna(""))
    kinds, lanes = _levels(data[kind]), _levels(data[lane])
    look = {k: (style.CATEGORY[i], style.MARKERS[i]) for i, k in enumerate(kinds)}
    top, ticks = 0, []
    for name in lanes:
        rows = data[data[lane] == name].sort_values(["date_earliest", "date_latest"])
        height = _lane(ax, rows, kind, look, low, high, top)
        ticks.append(top + height / 2)
        ax.axhline(top - 0.05, color=style.GRID, lw=0.7, zorder=0)
        top += height + 0.1
    ax.set_yticks(ticks, lanes)
    ax.set_ylim(top, -0.1)
    _time_axis(ax, low, high)
    key(ax.figure, [Line2D([], [], color=c, marker=m, ls="", label=k) for k, (c, m) in look.items()], columns=len(look))


def _lane(ax, rows, kind, look, low, high, top) -> float:
    """Draws one lane from ``top`` downwards and returns its height. Marks that would touch go one row lower."""
    ends: list[pd.Timestamp] = []
    for row in rows.itertuples():
        first, last = max(row.date_earliest, low), min(row.date_latest + _DAY, high)
        room = (high - low) * (0.012 + 0.0102 * len(row.label))
        level = next((i for i, free in enumerate(ends) if free <= first), len(ends))
        ends[level:level + 1] = [max(last, first + (high - low) * 0.012) + (room if row.label else 0 * _DAY)]
        y, (colour, marker) = top + level * 0.62 + 0.31, look[getattr(row, kind)]
        if row.date_precision == "day":
            ax.plot(first, y, marker=marker, color=colour, ms=6, ls="", zorder=3)
            edge = first
        else:
            exact = row.date_precision == "month"
            ax.barh(y, last - first, left=first, height=0.34, color=colour, alpha=0.95 if exact else 0.28, zorder=2, lw=0)
            ax.plot(first + (last - first) / 2, y, marker=marker, color=colour, ms=3.6 if exact else 5, ls="", zorder=3,
                    mfc=colour if exact else "white", mec="white" if exact else colour, mew=0.6 if exact else 1.2)
            edge = last
        if row.label:
            ax.annotate(row.label, (edge, y), xytext=(5, 0), textcoords="offset points", va="center", size=7.5)
    return max(len(ends), 1) * 0.62


def lifecycles(ax: Axes, data: pd.DataFrame, start: str, end: str, rules: dict[str, str] | None = None) -> None:
    """One row a case, its status through time.

    ``data`` has label, start, end, status (a key of metoo_data.STATUSES) and is_last: the rows of
    :func:`metoo_data.spans` with a label. ``rules`` draws dated vertical lines: text to day.
    """
    low, high = pd.Timestamp(start), pd.Timestamp(end)
    labels = list(dict.fromkeys(data["label"]))
    used = []
    for row in data.itertuples():
        kind = family(row.status)
        if kind is None or row.end < low:
            continue
        used.append(kind)
        _, colour, hatch = style.FAMILIES[kind]
        first, y = max(row.start, low), labels.index(row.label)
        ax.barh(y, max(row.end - first, _DAY * 6), left=first, height=0.56, color=colour, hatch=hatch, edgecolor="white", lw=0.6, zorder=2)
        if row.start < low:
            ax.plot(low, y, marker="<", color=style.NOTE, ms=4, clip_on=False, zorder=4)
    for text, day in (rules or {}).items():
        ax.plot([pd.Timestamp(day)] * 2, [-0.5, len(labels) - 0.5], color=style.INK, lw=0.9, ls=(0, (4, 2)), zorder=3)
        ax.annotate(text, (pd.Timestamp(day), -0.5), xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", size=7.5,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -1.05 if rules else -0.5)
    _time_axis(ax, low, high)
    _family_key(ax, used)


def _family_key(ax: Axes, used: list[str]) -> None:
    shown = [name for name in style.FAMILIES if name in used]
    key(ax.figure, [Patch(facecolor=style.FAMILIES[n][1], hatch=style.FAMILIES[n][2], edgecolor="white", label=style.FAMILIES[n][0]) for n in shown], columns=3)


def lags(ax: Axes, data: pd.DataFrame, unit: str) -> None:
    """Time from one fixed day: one row a country, a line from the shortest to the longest that its date allows.

    ``data`` has label, low, high and text (what happened); sorted by the caller.
    """
    for y, row in enumerate(data.itertuples()):
        ax.plot([row.low, row.high], [y, y], color=style.CATEGORY[2], lw=5, alpha=0.35, solid_capstyle="butt", zorder=2)
        ax.plot([row.low, row.high], [y, y], color=style.CATEGORY[2], marker="|", ms=9, mew=2, ls="", zorder=3)
        ax.annotate(row.text, (row.high, y), xytext=(7, 0), textcoords="offset points", va="center", size=7.5)
    ax.set_yticks(range(len(data)), data["label"])
    ax.set_ylim(len(data) - 0.5, -0.5)
    ax.axvline(0, color=style.INK, lw=1)
    ax.set_xlabel(unit)
    ax.grid(axis="x")
    ax.spines["left"].set_visible(False)


def hashtag_tree(ax: Axes, data: pd.DataFrame, start: str, end: str) -> None:
    """Hashtags by the first use that the sources document, each tied to the one that it follows.

    ``data`` has tag, text (country and meaning), parent (tag or empty), date_earliest and date_latest.
    A band is as wide as the date is uncertain.
    """
    low, high = pd.Timestamp(start), pd.Timestamp(end)
    size = 8 if len(data) <= 20 else 7.3        # letters that stack, as in Thai, need their room
    rows = {row.tag: y for y, row in enumerate(data.itertuples())}
    for row in data.itertuples():
        y, first, last = rows[row.tag], max(row.date_earliest, low), min(row.date_latest, high)
        ax.barh(y, max(last - first, _DAY * 12), left=first, height=0.36, color=style.CATEGORY[2], alpha=0.9 if last - first < 40 * _DAY else 0.35, zorder=2)
        if isinstance(row.parent, str) and row.parent in rows:
            ax.plot([low + 8 * _DAY] * 2, [rows[row.parent], y], color=style.CONTEXT, lw=0.9, zorder=1)
            ax.plot([low + 8 * _DAY, first], [y, y], color=style.CONTEXT, lw=0.9, zorder=1)
        ax.annotate(row.text, (max(last, first + 12 * _DAY), y), xytext=(6, 0), textcoords="offset points", va="center", size=size)
    ax.set_yticks(range(len(data)), data["tag"], size=size)
    ax.set_ylim(len(data) - 0.5, -0.5)
    _time_axis(ax, low, high)


def _levels(column: pd.Series) -> list:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [level for level in column.cat.categories if (column == level).any()]
    return list(dict.fromkeys(column))


def _time_axis(ax: Axes, low: pd.Timestamp, high: pd.Timestamp) -> None:
    ax.set_xlim(low, high)
    years = (high - low).days / 365
    if years > 3.5:
        ax.xaxis.set_major_locator(mdates.YearLocator(1 if years < 7 else 2))
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    else:
        ax.xaxis.set_major_locator(mdates.MonthLocator(bymonth=(1, 4, 7, 10)))
        ax.xaxis.set_major_formatter(lambda x, _: (d := mdates.num2date(x)) and f"{_MONTHS[d.month - 1]}\n{d.year}")
    ax.grid(axis="x")
    ax.spines["left"].set_visible(False)


# Month names of our own: strftime would follow the language of the machine.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
