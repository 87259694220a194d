"""Forms for what runs on: time to an outcome with numbers at risk, yearly series, the same series for many, estimates with ranges."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .. import style
from ..layout import key

_ORDER = (2, 4, 0, 3, 1, 5)
_DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))


def incidence(ax: Axes, curves: dict[str, pd.DataFrame], times: dict[str, pd.DataFrame], years: int) -> None:
    """The share of cases decided by each time since their first step, with the number of cases still open below.

    ``curves`` holds, by label, what ``metoo_data.cumulative_incidence`` gives, and ``times`` what it was made from. A tick on a
    curve is a case that was still open when it was last watched.
    """
    for place, (label, curve) in enumerate(curves.items()):
        colour, open_cases = style.CATEGORY[_ORDER[place]], times[label].query("event == 'open'")["days"]
        curve = curve[curve["days"] <= years * 365.25]
        x, y = [*curve["days"] / 365.25, years], [*curve["decided"], curve["decided"].iloc[-1]]
        ax.plot(x, y, drawstyle="steps-post", color=colour, lw=2, ls=_DASHES[place])
        open_cases = open_cases[open_cases <= years * 365.25]
        held = [curve.loc[curve["days"] <= day, "decided"].iloc[-1] for day in open_cases]
        ax.plot(open_cases / 365.25, held, "|", color=colour, ms=7, mew=1.2)
        ax.annotate(label, (years, y[-1]), xytext=(6, 0), textcoords="offset points", va="center", color=colour, weight="bold", size=8.5)
    ticks = range(0, years + 1, max(1, years // 8))
    ax.set_xticks(ticks, ["\n".join([f"{t}", *(f"{int((times[label]['days'] >= t * 365.25).sum())}" for label in curves)]) for t in ticks])
    ax.annotate("\n".join(["years", *(f"open, {label}" for label in curves)]), (0, 0), xycoords="axes fraction", xytext=(-12, -5.5), textcoords="offset points", ha="right", va="top", size=8.5)
    ax.set_xlim(0, years)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.grid(axis="y")


def yearly(ax: Axes, data: pd.DataFrame, events: dict[str, int] | None = None) -> None:
    """Yearly numbers, one line a series, each labelled at its end. Only points of one definition are joined.

    ``data`` has series (the label), year and value, in order, and ``breaks`` where a definition changed (True starts a new line).
    ``events`` draws labelled lines: text to year.
    """
    for place, (label, rows) in enumerate(data.groupby("series", sort=False)):
        colour, marker = style.CATEGORY[_ORDER[place]], style.MARKERS[place]
        for _, part in rows.groupby(rows["breaks"].cumsum() if "breaks" in rows else pd.Series(0, rows.index)):
            ax.plot(part["year"], part["value"], color=colour, marker=marker if len(rows) < 25 else None, ms=4.5, ls=_DASHES[place % 4])
        last = rows.iloc[-1]
        ax.annotate(label, (last["year"], last["value"]), xytext=(7, 0), textcoords="offset points", va="center", color=colour, weight="bold", size=8.5)
    for text, year in (events or {}).items():
        ax.axvline(year, color=style.INK, lw=0.9, ls=(0, (4, 2)), zorder=1)
        ax.annotate(text, (year, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", size=7.5)
    ax.set_ylim(0, data["value"].max() * 1.08)
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)


def small_multiples(fig: Figure, data: pd.DataFrame, events: dict[str, int] | None = None) -> None:
    """One small panel a series, the others in grey behind, on shared axes. ``fig`` has as many axes as there are series or more.

    ``data`` has series, year and value, in order.
    """
    axes, labels = fig.axes, list(dict.fromkeys(data["series"]))
    for place, ax in enumerate(axes):
        if place >= len(labels):
            ax.set_axis_off()
            continue
        for label, rows in data.groupby("series", sort=False):
            mine = label == labels[place]
            ax.plot(rows["year"], rows["value"], color=style.CATEGORY[2] if mine else style.GRID, lw=2 if mine else 1, zorder=3 if mine else 1, marker="o" if mine else None, ms=3.2)
        for year in (events or {}).values():
            ax.axvline(year, color=style.INK, lw=0.8, ls=(0, (4, 2)), zorder=2)
        ax.set_title(labels[place], size=8.5, weight="bold", loc="left")
        ax.set_ylim(0, data["value"].max() * 1.08)
        ax.grid(axis="y")
    if events:
        key(fig, [Line2D([], [], color=style.INK, lw=0.8, ls=(0, (4, 2)), label=f"{text}, {year}") for text, year in events.items()])


def ranges(ax: Axes, data: pd.DataFrame, unit: str) -> None:
    """Estimates with the range that their source gives, one row each, in groups that may be compared.

    ``data`` has group, label, value, low, high (empty where the source gives none) and text. Rows of different groups measure
    different things: a line parts them and they are not ranked against each other.
    """
    y, ticks, before = 0.0, [], None
    for row in data.itertuples():
        if before is not None and row.group != before:
            ax.axhline(y - 0.3, color=style.CONTEXT, lw=0.8)
            y += 0.4
        before = row.group
        if pd.notna(row.low) and pd.notna(row.high):
            ax.plot([row.low, row.high], [y, y], color=style.CATEGORY[2], lw=3, alpha=0.4, solid_capstyle="butt", zorder=2)
        ax.plot(row.value, y, "o", color=style.CATEGORY[2], ms=7, zorder=3)
        ax.annotate(row.text, (row.high if pd.notna(row.high) else row.value, y), xytext=(8, 0), textcoords="offset points", va="center", size=8)
        ticks.append(y)
        y += 1
    ax.set_yticks(ticks, data["label"])
    ax.set_ylim(y - 0.4, -0.6)
    ax.set_xlabel(unit)
    ax.grid(axis="x")
    ax.spines["left"].set_visible(False)
