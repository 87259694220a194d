"""Forms for how far: the stage ladder of reforms, and the status of cases then and now."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle
from metoo_data import family

from .. import style
from ..layout import key


def stage_ladder(ax: Axes, data: pd.DataFrame, stages: list[str]) -> None:
    """One row a reform, one column a stage; a dot where it got, with the date. The last one is filled.

    ``data`` has label, stage (one of ``stages``, in order) and when (a short date), one row a stage reached.
    """
    labels = list(dict.fromkeys(data["label"]))
    for y, label in enumerate(labels):
        rows = data[data["label"] == label]
        places = [stages.index(stage) for stage in rows["stage"]]
        ax.plot([min(places), max(places)], [y, y], color=style.CONTEXT, lw=1.4, zorder=1)
        for place, when in zip(places, rows["when"]):
            last = place == max(places)
            ax.plot(place, y, "o", mfc=style.ORDINAL[4] if last else "white", mec=style.ORDINAL[4], mew=1.5, ms=8, zorder=3)
            ax.annotate(when, (place, y), xytext=(8, 0), textcoords="offset points", va="center", size=7.2,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4}, zorder=2)
    ax.set_xticks(range(len(stages)), stages)
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", length=0, labelcolor=style.INK)
    ax.set_xlim(-0.4, len(stages) - 0.2)
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.grid(axis="x")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def then_now(ax: Axes, data: pd.DataFrame, then: str, now: str) -> None:
    """The status of each case on two days, side by side; what changed stands out by its line.

    ``data`` has label, then and now (keys of metoo_data.STATUSES), then_text and now_text (short words).
    """
    used = []
    for y, row in enumerate(data.itertuples()):
        families = [family(row.then), family(row.now)]
        used += families
        moved = families[0] != families[1]
        ax.plot([0.36, 1.0], [y, y], color=style.INK if moved else style.GRID, lw=1.6 if moved else 1, zorder=1)
        for x, kind, text in ((0.30, families[0], row.then_text), (1.0, families[1], row.now_text)):
            _, colour, hatch = style.FAMILIES[kind] if kind else ("", "white", "")
            ax.add_patch(Rectangle((x, y - 0.3), 0.06, 0.6, facecolor=colour, hatch=hatch, edgecolor="white" if kind else style.CONTEXT, lw=0.6, zorder=2))
            ax.annotate(text, (x + 0.07, y), xytext=(2, 0), textcoords="offset points", va="center", size=7.6,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, zorder=3)
    ax.set_yticks(range(len(data)), data["label"])
    ax.set_ylim(len(data) - 0.5, -0.6)
    ax.set_xlim(0.28, 1.62)
    ax.set_xticks([0.30, 1.0], [then, now], ha="left", weight="bold")
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", length=0, labelcolor=style.INK)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    shown = [name for name in style.FAMILIES if name in used]
    key(ax.figure, [Patch(facecolor=style.FAMILIES[n][1], hatch=style.FAMILIES[n][2], edgecolor="white", label=style.FAMILIES[n][0]) for n in shown], columns=3)
