"""An SVG whose text stays text: searchable, read aloud, and drawn with a font that it carries.

matplotlib writes the text; here the letters that a figure uses are cut out of its fonts and put into the file under names
of their own, so that the picture looks the same where the fonts are not installed.
"""

from __future__ import annotations

import base64
import functools
import io
import re
from collections.abc import Iterable

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from . import style

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
            family = _family(ord(letter))
            letters.setdefault((family, 400 if family in style.LETTERS else weight), set()).add(letter)
    order = style.TYPEFACES.index
    faces = "".join(_face(family, weight, "".join(sorted(used))) for (family, weight), used in sorted(letters.items(), key=lambda item: (item[0][1], order(item[0][0]))))
    used = sorted({"DejaVu Sans"} | {family for family, _ in letters}, key=order)      # for a letter that somebody adds
    svg = svg.replace(_names(style.TYPEFACES), f"{_names(used)}, sans-serif")
    return short_paths(svg.replace('<style type="text/css">', f'<style type="text/css">{faces}', 1))


def _names(families: Iterable[str]) -> str:
    return ", ".join(f"'{family}'" for family in families)


@functools.cache
def _family(code: int) -> str:
    """The first family that has a letter; the book's own where none has."""
    return next((family for family in style.TYPEFACES if code in _has(family)), style.TYPEFACES[0])


@functools.cache
def _has(family: str) -> frozenset[int]:
    return frozenset(TTFont(_file(family, 400)).getBestCmap())


def _file(family: str, weight: int) -> str:
    return font_manager.findfont(font_manager.FontProperties(family=family, weight=weight))


@functools.lru_cache(maxsize=256)
def _face(family: str, weight: int, letters: str) -> str:
    font = TTFont(_file(family, weight), recalcTimestamp=False)
    # Letters that join or stack need their font's rules; the book's own font has none.
    options = Options(hinting=False, name_IDs=[], notdef_outline=True, layout_features=["*"], drop_tables=["FFTM", "kern", "MATH"])
    options.flavor = "woff"
    cutter = Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return f"@font-face{{font-family:'{family}';font-weight:{weight};src:url(data:font/woff;base64,{data}) format('woff')}}"


def short_paths(svg: str) -> str:
    """The drawing with its longest outlines told from where each part begins, to a thousandth of a point: a pattern of dots is then the same few words again and again."""
    return re.sub(r'(?<= d=")[MLQCZz\d\s.e-]{2000,}(?=")', _relative, svg)


def _relative(path: re.Match) -> str:
    out, start, rest = [], (0.0, 0.0), (0.0, 0.0)
    for step in re.finditer(r"([MLQCZz])([^MLQCZz]*)", path[0]):
        numbers = [float(number) for number in step[2].split()]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if step[1] in "Zz":
            out.append("z")
            rest = (0.0, 0.0)
            continue
        if step[1] == "M":
            start, rest, points = points[0], (0.0, 0.0), points[1:]
            out.append(f"M{_short(start[0])} {_short(start[1])}")
            if not points:
                continue
        told = []
        size = {"M": 1, "L": 1, "Q": 2, "C": 3}[step[1]]
        for place, (x, y) in enumerate(points, 1):
            here = round(x - start[0], 3), round(y - start[1], 3)
            told.append(f"{_short(here[0] - rest[0])} {_short(here[1] - rest[1])}")
            if place % size == 0:
                rest = here
        out.append({"M": "l", "L": "l", "Q": "q", "C": "c"}[step[1]] + " ".join(told))
    return "".join(out)


def _short(number: float) -> str:
    """To a thousandth, without noughts that say nothing."""
    return f"{round(number, 3) + 0:.3f}".rstrip("0").rstrip(".")
