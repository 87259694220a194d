"""What a page loads, made light: one stylesheet with only the rules that a page can use, an icon font with only the icons
that are shown, scripts that do not hold the page up, and no file that nothing refers to.

Runs after the pages are finished. Everything here comes from the files of the build alone, so that the same pages give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
from itertools import pairwise
from pathlib import Path

import pydata_sphinx_theme
import tinycss2
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

#: The stylesheets that every page asks for, in this order, and the one that takes their place.
PARTS = ("styles/theme.css", "styles/pydata-sphinx-theme.css", "pygments.css", "styles/sphinx-book-theme.css", "togglebutton.css", "copybutton.css",
         "mystnb.*.css", "sphinx-design.min.css", "book.css")
SHEET = "all.css"
#: The theme's icons as it brings them. The book's share of them has a name of its own, as their licence asks (SIL OFL 1.1, reserved font name).
ICONS = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/vendor/fontawesome/webfonts/fa-solid-900.ttf"
_THEIR_NAME, OUR_NAME = re.compile(r"Font Awesome\\? 6 Free"), "Book Icons"
#: A hash sign on the book's blue, for the browser's tab; without one, browsers ask for a file that is not there.
_TAB = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#003c90"/>'
        '<path d="M12.5 6 9.5 26M22.5 6l-3 20M6.5 12.5h20M5.5 19.5h20" stroke="#fff" stroke-width="3" fill="none"/></svg>\n')

#: Where scripts run (the head's own one marks the page), the time machine's form has its room from the first, so that nothing below it jumps when it wakes.
_STEADY = "html[data-mode] .tm-controls[hidden]{display:block!important;visibility:hidden}\nhtml[data-mode] .tm-static{display:none}"

#: Rules that hold rules.
_GROUPS = {"media", "supports", "container", "layer"}
#: The icons' letters, which Unicode leaves to fonts.
_ICON = re.compile("[\ue000-\uf8ff]")
_POLICY = re.compile(r'(?<=<meta http-equiv="Content-Security-Policy" content=")[^"]*')


def lighten(site: Path) -> None:
    """Rewrites the pages' links to styles and scripts, and the files that these lead to."""
    static = site / "_static"
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html")) if static not in path.parents}
    (static / "icon.svg").write_text(_TAB, encoding="utf-8")
    # A page that Sphinx wrote asks for each part. Where it wrote none it brought not all of them, and the sheet of the last build holds.
    anew = any(f"_static/{PARTS[-1]}" in text for text in pages.values())
    parts = [path for part in PARTS for path in sorted(static.glob(part))] if anew else []
    if anew and len(parts) != len(PARTS):
        raise RuntimeError(f"the theme's stylesheets are others than assets.py expects: {[path.name for path in parts]}")
    for path in sorted(static.rglob("*.js")):       # the maps behind them are for who works on the theme
        code = path.read_text(encoding="utf-8")
        if "sourceMappingURL=" in code:
            path.write_text(re.sub(r"\n?//# sourceMappingURL=.*", "", code), encoding="utf-8")
    changed = {path: _quick_scripts(text) for path, text in pages.items() if "<head>" in text}
    named = _named(changed.values()) | {"icon.svg", SHEET}
    scripts = "\n".join((static / name).read_text(encoding="utf-8") for name in sorted(named) if name.endswith(".js") and (static / name).exists())
    if parts:
        (static / SHEET).write_text(_sheet(parts, static, changed.values(), scripts), encoding="utf-8")
    mark = hashlib.sha256((static / SHEET).read_bytes()).hexdigest()[:8]
    for path, text in changed.items():
        text = _one_sheet(text, {part.relative_to(static).as_posix() for part in parts}, mark)
        if text != pages[path]:
            path.write_text(text, encoding="utf-8")
        changed[path] = text
    _clear(static, _named(changed.values()) | {"icon.svg"}, scripts)


def _named(texts) -> set[str]:
    """Every file under _static that a page names."""
    return {name for text in texts for name in re.findall(r"_static/([^\"'?#\s)<>&]+)", text)}


def _quick_scripts(text: str) -> str:
    """Scripts in the head wait for the page's text; they keep their order, and still run before the page counts as ready."""
    head, end, body = text.partition("</head>")
    head = re.sub(r"<script (?![^>]*defer)(?=[^>]*src=)", "<script defer ", head)
    head = re.sub(r'\s*<!-- Pre-loaded scripts[^>]*-->|\s*<link rel="preload" as="script"[^>]*>', "", head)
    # The name of the page is for a list of versions, which the book has not; it would need a script that now comes later.
    for told in re.findall(r"\s*<script>(DOCUMENTATION_OPTIONS\.pagename = '[^']*';)</script>", head):
        mark = base64.b64encode(hashlib.sha256(told.encode()).digest()).decode()
        head = _POLICY.sub(lambda policy: policy[0].replace(f" 'sha256-{mark}'", ""), re.sub(rf"\s*<script>{re.escape(told)}</script>", "", head))  # noqa: B023
    return head + end + body


def _one_sheet(text: str, parts: set[str], mark: str) -> str:
    """The page with one stylesheet in the place of the first of its parts, and with the icon for the browser's tab."""
    known = re.search(rf'(<link rel="stylesheet" href="(?:\.\./)*_static/{re.escape(SHEET)}\?v=)[0-9a-f]+', text)
    if known:
        return text.replace(known[0], known[1] + mark)
    up, put = "", False

    def taken(link: re.Match) -> str:
        nonlocal up, put
        if link["file"] not in parts:
            return link[0]
        first, up, put = not put, link["up"], True
        return f'\n<link rel="icon" type="image/svg+xml" href="{up}_static/icon.svg">\n<link rel="stylesheet" href="{up}_static/{SHEET}?v={mark}">' if first else ""

    return re.sub(r'\s*<link (?=[^>]*rel="stylesheet")[^>]*href="(?P<up>(?:\.\./)*)_static/(?P<file>[^"?]+)[^"]*"[^>]*>', taken, text)


def _sheet(parts: list[Path], static: Path, pages, scripts: str) -> str:
    """The parts as one stylesheet: without comments but the licences', and without rules for classes that no page and no script has."""
    rules = [rule for part in parts for rule in _read(part, static)]
    licences = sorted({tinycss2.serialize([rule]) for rule in rules if rule.type == "comment" and rule.value.startswith("!")})
    used = {word for text in pages for classes in re.findall(r'class="([^"]*)"', text) for word in classes.split()}
    spoken = set(re.findall(r"[A-Za-z_][\w-]*", scripts))
    # A word that ends in a hyphen is the beginning of a class that a script puts together; for the icons' classes that would be all of them.
    known = used | spoken, tuple(sorted(word for word in spoken if len(word) > 2 and word.endswith("-") and not word.startswith("fa-")))
    css = _THEIR_NAME.sub(OUR_NAME, _used_rules(rules, known))
    return "\n".join(['@charset "UTF-8";', *licences, _own_icons(css), css, _STEADY]) + "\n"


def _read(part: Path, static: Path):
    """The rules and comments of a stylesheet and of those that it imports, but not the icons' font, which the book replaces."""
    for rule in tinycss2.parse_stylesheet(part.read_text(encoding="utf-8"), skip_whitespace=True):
        kind = rule.lower_at_keyword if rule.type == "at-rule" else rule.type
        if kind == "import":
            yield from _read(part.parent / next(token.value for token in rule.prelude if token.type == "string"), static)
        elif kind == "comment":
            yield rule
        elif kind != "charset" and not (kind == "font-face" and "Font Awesome" in tinycss2.serialize(rule.content)):
            yield from _tidy([rule], part, static)


def _tidy(nodes, part: Path, static: Path) -> list:
    """The nodes without comments, with one space where there was any, and with the addresses of files told from another folder. Raises ValueError for what is no CSS."""
    kept = []
    for node in nodes:
        if node.type == "error":
            raise ValueError(f"{part.name}, line {node.source_line}: {node.message}")
        for inside in ("prelude", "arguments", "content"):
            if inner := getattr(node, inside, None):
                setattr(node, inside, _tidy(inner, part, static))
        if node.type == "whitespace":
            node.value = " "
        quoted = [token for token in node.arguments if token.type == "string"] if node.type == "function" and node.lower_name == "url" else []
        address = node.value if node.type == "url" else quoted[0].value if quoted else ""
        if address and not address.startswith(("data:", "#")):
            node = tinycss2.parse_one_component_value(f"url({Path(os.path.relpath(part.parent / address, static)).as_posix()})")
        if node.type != "comment":
            kept.append(node)
    return kept


def _own_icons(css: str) -> str:
    """The font of the icons that the styles show, as a rule that holds the font itself: one file less to wait for."""
    font = TTFont(ICONS, recalcTimestamp=False)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = OUR_NAME.replace(" ", "") if record.nameID == 6 else OUR_NAME
    options = Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 6, 13, 14], notdef_outline=False, drop_tables=["FFTM", "GSUB", "GPOS", "GDEF"])
    options.flavor = "woff"
    cutter = Subsetter(options)
    cutter.populate(unicodes={ord(letter) for letter in _ICON.findall(css)})
    cutter.subset(font)
    font.flavor, out = "woff", io.BytesIO()
    font.save(out, reorderTables=True)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return f"@font-face{{font-display:block;font-family:{OUR_NAME};font-style:normal;font-weight:900;src:url(data:font/woff;base64,{data}) format('woff')}}"


def _used_rules(rules, known: tuple[set[str], tuple[str, ...]]) -> str:
    """The rules without those whose every selector asks for a class that is not known; rules within a rule go with it."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            if selectors := [_told(one) for one in _selectors(rule.prelude) if _may_match(one, known)]:
                kept.append(f"{','.join(selectors)}{{{_told(rule.content)}}}")
        elif rule.type == "at-rule":
            body = None if rule.content is None else _told(rule.content)
            if body and rule.lower_at_keyword in _GROUPS:
                body = _used_rules(tinycss2.parse_rule_list(rule.content, skip_whitespace=True), known)
            head = f"@{rule.at_keyword} {_told(rule.prelude)}".rstrip()
            kept += [f"{head};"] if body is None else [f"{head}{{{body}}}"] if body else []
    return "\n".join(kept)


def _told(nodes) -> str:
    return tinycss2.serialize(nodes).strip()


def _selectors(prelude) -> list[list]:
    """The selectors of a list, each as its tokens."""
    found = [[]]
    for token in prelude:
        if token == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


def _may_match(selector: list, known: tuple[set[str], tuple[str, ...]]) -> bool:
    """False where the selector asks for a class that neither a page nor a script knows. What stands in brackets (``:not(.x)``, ``:is(.x, .y)``) does not count."""
    words, beginnings = known
    names = [token.value for dot, token in pairwise(selector) if dot == "." and token.type == "ident"]
    return all(name in words or name.startswith(beginnings) for name in names)


def _clear(static: Path, named: set[str], scripts: str) -> None:
    """Deletes the files that no page, style or script refers to; texts that say whose work it is stay."""
    styles = "\n".join((static / name).read_text(encoding="utf-8") for name in sorted(named) if name.endswith(".css") and (static / name).exists())
    named = named | set(re.findall(r"url\(([^)\"']+)\)", styles))
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(static).as_posix() not in named and path.name not in scripts and path.suffix not in (".md", ".txt"):
            path.unlink()
