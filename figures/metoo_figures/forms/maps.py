"""The tile-grid map: one equal cell a place, no borders to dispute."""

from __future__ import annotations

import metoo_data as md
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from .. import style
from ..layout import key


def tile_map(ax: Axes, data: pd.DataFrame, steps: dict[str, float], book_regions: list[str] | None = None, nothing: str = "no row in the tables") -> None:
    """Places as tiles, shaded by a count.

    ``data`` has iso3 and value. ``steps`` names the shades, light to dark, by their lowest value, at most five:
    ``{"1 to 4": 1, "5 or more": 5}``. Places without a row are hatched, which is not the same as none.
    ``book_regions`` limits the map to these regions of the ``countries`` table.
    """
    places = md.countries().dropna(subset=["tile_col"])
    if book_regions:
        places = places[places["book_region"].isin(book_regions)]
    values = data.set_index("iso3")["value"]
    shades = _shades(steps)
    for row in places.itertuples():
        _tile(ax, int(row.tile_col), int(row.tile_row), row.iso3, values.get(row.iso3), steps, shades, small=not book_regions)
    ax.set_xlim(places["tile_col"].min() - 0.2, places["tile_col"].max() + 1.2)
    ax.set_ylim(places["tile_row"].max() + 1.2, places["tile_row"].min() - 0.2)
    ax.set_axis_off()
    handles = [Patch(facecolor=c, edgecolor=style.CONTEXT, label=name) for name, c in zip(steps, shades)]
    key(ax.figure, handles + [Patch(facecolor="white", hatch="//////", edgecolor=style.GRID, label=nothing)], columns=6)


def _tile(ax: Axes, x: int, y: int, code: str, value: float | None, steps: dict[str, float], shades: tuple[str, ...], small: bool) -> None:
    if value is None:
        ax.add_patch(Rectangle((x + 0.04, y + 0.06), 0.92, 0.88, facecolor="white", hatch="/////", edgecolor=style.GRID, lw=0.5))
        ax.text(x + 0.5, y + 0.5, code, ha="center", va="center", size=4.2 if small else 6.6, color=style.NOTE,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3})
        return
    colour = [shade for low, shade in zip(steps.values(), shades) if value >= low][-1]
    ax.add_patch(Rectangle((x + 0.04, y + 0.06), 0.92, 0.88, facecolor=colour, edgecolor=style.CONTEXT, lw=0.5))
    ax.text(x + 0.5, y + 0.5, code if small else f"{code} {value:g}", ha="center", va="center", weight="bold",
            size=4.9 if small else 7.2, color="white" if colour in style.ORDINAL[3:] else style.INK)


def _shades(steps: dict[str, float]) -> tuple[str, ...]:
    return {1: style.ORDINAL[3:4], 2: style.ORDINAL[1:4:2], 3: (style.ORDINAL[1], style.ORDINAL[2], style.ORDINAL[4])}.get(len(steps), style.ORDINAL[-len(steps):])
