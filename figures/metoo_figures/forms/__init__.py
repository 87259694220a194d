"""Chart forms: each draws one tidy frame on axes made by ``metoo_figures.figure``."""

from .counts import changes, dot_matrix, reach, shares, unit_chart
from .curves import incidence, ranges, small_multiples, yearly
from .flows import alluvial, slope
from .maps import tile_map
from .stages import stage_ladder, then_now
from .time import hashtag_tree, lags, lifecycles, swimlanes

__all__ = ["alluvial", "changes", "dot_matrix", "hashtag_tree", "incidence", "lags", "lifecycles", "ranges", "reach", "shares", "slope",
           "small_multiples", "stage_ladder", "swimlanes", "then_now", "tile_map", "unit_chart", "yearly"]
