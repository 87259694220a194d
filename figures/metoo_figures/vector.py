"""An SVG whose text stays text: searchable, read aloud, and drawn with a font that it carries.

matplotlib writes the text; here the letters that a figure uses are cut out of its fonts and put into the file under names
of their own, so that the picture looks the same where the fonts are not installed.
"""

from __future__ import annotations

import base64
import functools
import io
import re

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from . import style

_DEJAVU, _OWN, _CJK = "'DejaVu Sans'", "'Hashtag Sans'", f"'{style.CJK}'"
_TEXT = re.compile(r'<text style="([^"]*)"[^>]*>(.*?)</text>', re.S)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'"}


def with_fonts(svg: str) -> str:
    """The SVG with each weight of the font that it uses, cut down to its letters, embedded as WOFF."""
    letters: dict[tuple[str, int], set[str]] = {}
    for look, content in _TEXT.findall(svg):
        plain = re.sub(r"<[^>]*>", "", content)
        for entity, letter in _ENTITIES.items():
            plain = plain.replace(entity, letter)
        weight = 700 if "font-weight: bold" in look or "font-weight: 700" in look else 400
        for letter in plain:
            letters.setdefault((_CJK, 400) if ord(letter) in _cjk_letters() else (_OWN, weight), set()).add(letter)
    faces = "".join(_face(family, weight, "".join(sorted(used))) for (family, weight), used in sorted(letters.items(), key=lambda item: item[0][::-1]))
    families = f"{_OWN}, {_CJK}, {_DEJAVU}, sans-serif" if (_CJK, 400) in letters else f"{_OWN}, {_DEJAVU}, sans-serif"
    svg = svg.replace(f"{_DEJAVU}, {_CJK}", _DEJAVU).replace(_DEJAVU, families)
    return svg.replace('<style type="text/css">', f'<style type="text/css">{faces}', 1)


@functools.cache
def _cjk_letters() -> frozenset[int]:
    """The letters that only the second font has."""
    first, second = (set(TTFont(path).getBestCmap()) for path in (_dejavu(400), style.CJK_FILE))
    return frozenset(second - first)


def _dejavu(weight: int) -> str:
    return font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))


@functools.lru_cache(maxsize=256)
def _face(family: str, weight: int, letters: str) -> str:
    font = TTFont(style.CJK_FILE if family == _CJK else _dejavu(weight), recalcTimestamp=False)
    options = Options(layout_features=[], hinting=False, name_IDs=[], notdef_outline=True, drop_tables=["FFTM", "GDEF", "GPOS", "GSUB", "kern"])
    options.flavor = "woff"
    cutter = Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return f"@font-face{{font-family:{family};font-weight:{weight};src:url(data:font/woff;base64,{data}) format('woff')}}"
