"""The way in to the countries' pages: a map of tiles, and a list for those who do not use maps."""

from __future__ import annotations

import html

import metoo_data as md
import pandas as pd
from country_rows import count, country, day, held, known, listed, live
from metoo_data.untrusted import in_markdown as text

#: The lowest number of rows of each shade of the map.
SHADES = (1, 3, 10, 50)
#: Tables that a list of many countries filled. Who stands in these alone has a short page.
_LISTS = {"ratifications", "series"}
_ABOUT = "All countries of the book, as a map of tiles and as a list by region, each with a page of what the tables hold of it."


def way_in() -> str:
    """The page that leads to all countries."""
    places = live("countries").query("iso3 != 'WLD'")
    silent = len(set(places["iso3"]) - known().keys())
    lines = ["---", "myst:", "  html_meta:", f'    description: "{_ABOUT}"', "---", "", "# Countries", "",
             f"Each country that has a row in the tables has a page. For {count(silent, 'country', 'countries')} nothing was recorded, which does not say that "
             f"nothing happened there. The counts are rows of the tables on {day()}: they measure what was found and read as much as what took place.", "",
             "```{raw} html", *_map(places), "```", "", "(countries-list)=", "## List", ""]
    for region, title in next(field for field in md.tables()["countries"].fields if field.name == "book_region").labels.items():
        codes = places[places["book_region"] == region].sort_values("name")["iso3"].tolist()
        lines += [f"### {text(title)}", "", *_region(codes), ""] if codes else []
    return "\n".join([*lines, "### No single country", "", *_region(["WLD"]), ""])


def _rows(code: str) -> int:
    return sum(len(rows) for rows in known().get(code, {}).values())


def _region(codes: list[str]) -> list[str]:
    """The countries with rows of their own, one a line; then those of the lists; then those without a row."""
    own = [code for code in codes if known().get(code, {}).keys() - _LISTS]
    listing = [code for code in codes if code in known() and code not in own]
    lines = [f"- {_link(code)}: {held(known()[code])}" for code in own]
    silent = [text(country(code)) for code in codes if code not in known()]
    if listing:
        lines += ["", f"Known only from lists of many countries (ratifications, first years of a law): {listed([_link(code) for code in listing])}."]
    return [*lines, "", f"No row: {listed(silent)}."] if silent else lines


def _link(code: str) -> str:
    return f"[{text(country(code))}](country-{code.lower()}.md)"


def _map(places: pd.DataFrame) -> list[str]:
    """Tiles as links, in the cells that the tables give, by class: the pages' policy allows no style within a page."""
    bounds = [*zip(SHADES, (high - 1 for high in SHADES[1:])), (SHADES[-1], None)]
    keys = [f'<span class="country-tile rows-{shade}">{low} {f"to {high}" if high else "or more"}</span>' for shade, (low, high) in enumerate(bounds, 1)]
    tiles = [_tile(row.iso3, int(row.tile_col), int(row.tile_row)) for row in places.sort_values(["tile_row", "tile_col"]).itertuples()]
    return ['<div class="country-map-box">', '<p><a href="#countries-list">Past the map, to the list</a></p>',
            '<nav aria-label="Map of countries"><ul class="country-map">', *tiles, "</ul></nav>",
            f'<p class="country-key">Rows of a country: {" ".join(keys)} <span class="country-tile rows-0">no row</span></p>', "</div>"]


def _tile(code: str, column: int, row: int) -> str:
    place, rows = f'<li class="column-{column + 1} row-{row + 1}"', _rows(code)
    name = html.escape(country(code))
    if not rows:
        return f'{place} aria-hidden="true"><span class="country-tile rows-0" title="{name}: no row">{code}</span></li>'
    shade, said = sum(rows >= low for low in SHADES), f"{name}, {code} {count(rows, 'row', 'rows')}"
    return f'{place}><a class="country-tile rows-{shade}" href="country-{code.lower()}.html" title="{said}" aria-label="{said}"><b>{code}</b> {rows}</a></li>'
