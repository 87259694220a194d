"""An SVG whose text stays text: searchable, read aloud, and drawn with a font that it carries.

matplotlib writes the text; here the letters that a figure uses are cut out of DejaVu Sans and put into the file under a
name of their own, so that the picture looks the same where the font is not installed.
"""

from __future__ import annotations

import base64
import functools
import io
import re

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from matplotlib import font_manager

_FAMILY, _OWN = "'DejaVu Sans'", "'Hashtag Sans'"
_TEXT = re.compile(r'<text style="([^"]*)"[^>]*>(.*?)</text>', re.S)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'"}


def with_fonts(svg: str) -> str:
    """The SVG with each weight of the font that it uses, cut down to its letters, embedded as WOFF."""
    letters: dict[int, set[str]] = {}
    for look, content in _TEXT.findall(svg):
        plain = re.sub(r"<[^>]*>", "", content)
        for entity, letter in _ENTITIES.items():
            plain = plain.replace(entity, letter)
        letters.setdefault(700 if "font-weight: bold" in look or "font-weight: 700" in look else 400, set()).update(plain)
    faces = "".join(_face(weight, "".join(sorted(used))) for weight, used in sorted(letters.items()))
    return svg.replace(_FAMILY, f"{_OWN}, {_FAMILY}, sans-serif").replace('<style type="text/css">', f'<style type="text/css">{faces}', 1)


@functools.lru_cache(maxsize=256)
def _face(weight: int, letters: str) -> str:
    path = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))
    font = TTFont(path, recalcTimestamp=False)
    options = Options(layout_features=[], hinting=False, name_IDs=[], notdef_outline=True, drop_tables=["FFTM", "GDEF", "GPOS", "GSUB", "kern"])
    options.flavor = "woff"
    cutter = Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return f"@font-face{{font-family:{_OWN};font-weight:{weight};src:url(data:font/woff;base64,{data}) format('woff')}}"
