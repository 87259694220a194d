"""The book's one style: palette, type, and what a status looks like.

The palette was found by search under three conditions: contrast of at least 3:1 on white (WCAG 2.2,
1.4.11), even steps of lightness, and the best worst case under three kinds of colour blindness.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager

#: Six colours for categories, in this order; two series take the first and the fifth, or the third and fifth.
CATEGORY = ("#003502", "#682950", "#3546C1", "#6B6F00", "#D15083", "#9C82ED")
#: Five steps for ordered things, light to dark.
ORDINAL = ("#E9EAF6", "#B8BFE4", "#7D91D4", "#2E66C1", "#003C90")
INK, NOTE, CONTEXT, GRID, PAPER = "#1B1B1B", "#595959", "#8C8C8C", "#D9D9D9", "#FFFFFF"
MARKERS = ("o", "s", "^", "D", "v", "P")

_FONTS = Path(__file__).resolve().parent / "fonts"
#: The book's font, by weight: DejaVu Sans without the tables that no picture needs, which are slow to read. How it was made stands beside it.
SANS = {400: _FONTS / "HashtagSans-Regular.ttf", 700: _FONTS / "HashtagSans-Bold.ttf"}
#: Letters of hashtags that DejaVu Sans does not have: cuts of Noto fonts, by family.
LETTERS = {f"Hashtag {name.split('-')[0]}": _FONTS / f"Hashtag{name}" for name in ("CJK-Regular.otf", "Devanagari-Regular.ttf", "Thai-Regular.ttf")}
#: Where each letter is looked for, in this order. DejaVu Sans itself has Arabic and Hebrew, with the rules by which their letters join.
TYPEFACES = ("Hashtag Sans", "DejaVu Sans", *LETTERS)
WIDTH, HEIGHT, DPI = 8.0, 4.5, 240          # inches and dots: 1920 x 1080, ready for a slide
SIZE = {"title": 13.5, "subtitle": 9.5, "label": 8.5, "note": 7.5}

#: Families of statuses, as ``metoo_data.status.family`` tells them: (label, colour, hatch).
#: A finding and a clearing carry equal weight; what fell is hatched.
FAMILIES = {
    "open": ("open, nothing decided", "#D9D9D9", ""),
    "against": ("decided against the defendant", "#3546C1", ""),
    "for": ("decided for the defendant", "#6B6F00", ""),
    "mixed": ("decided in part for each side", "#682950", ""),
    "fell": ("decision fell", "#9C82ED", "////"),
    "ended": ("ended without a decision", "#8C8C8C", "...."),
}


def apply() -> None:
    """Sets matplotlib to the book's style. Called on import; the same bytes come out on every machine."""
    mpl.rcdefaults()
    _add_letters()
    mpl.rcParams.update({
        "figure.figsize": (WIDTH, HEIGHT), "figure.dpi": DPI, "savefig.dpi": DPI, "figure.facecolor": PAPER,
        "font.family": [*TYPEFACES], "font.size": SIZE["label"], "text.color": INK,
        "axes.labelcolor": INK, "axes.edgecolor": CONTEXT, "axes.linewidth": 0.8, "axes.labelsize": SIZE["label"],
        "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
        "axes.prop_cycle": mpl.cycler(color=CATEGORY), "grid.color": GRID, "grid.linewidth": 0.7,
        "xtick.color": NOTE, "ytick.color": INK, "xtick.labelsize": SIZE["label"], "ytick.labelsize": SIZE["label"],
        "xtick.major.size": 3, "ytick.major.size": 0, "legend.frameon": False, "legend.fontsize": SIZE["label"],
        "hatch.linewidth": 0.7, "lines.markersize": 6, "lines.linewidth": 1.6,
        "svg.hashsalt": "after-the-hashtag", "svg.fonttype": "none", "pdf.fonttype": 42,
        "text.parse_math": False,      # a label comes from a table: two dollar signs in it are dollars
    })


def _add_letters() -> None:
    """Makes the book's fonts known, once; the one weight of the hashtags' letters also stands for bold, so that bold text asks for nothing else."""
    known = font_manager.fontManager.ttflist
    if not any(font.name == "Hashtag Sans" for font in known):
        for path in SANS.values():
            font_manager.fontManager.addfont(path)
    for family in LETTERS.keys() - {font.name for font in known}:
        font_manager.fontManager.addfont(LETTERS[family])
        known.append(dataclasses.replace(known[-1], weight=700))
