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
from pathlib import Path

import pydata_sphinx_theme
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

_ICON_RULE = re.compile(r'(?P<names>\.fa-[a-z0-9-]+:before(?:,\.fa-[a-z0-9-]+:before)*)\{content:"\\(?P<code>[0-9a-f]+)"\}')
_ICON_CLASS = re.compile(r"\bfa-[a-z0-9-]+")
_POLICY = re.compile(r'(?<=<meta http-equiv="Content-Security-Policy" content=")[^"]*')


def lighten(site: Path) -> None:
    """Rewrites the pages' links to styles and scripts, and the files that these lead to."""
    static = site / "_static"
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html")) if static not in path.parents}
    (static / "icon.svg").write_text(_TAB, encoding="utf-8")
    parts = [path for part in PARTS for path in sorted(static.glob(part))]
    if parts and len(parts) != len(PARTS):
        raise RuntimeError(f"the theme's stylesheets are others than assets.py expects: {[path.name for path in parts]}")
    for path in sorted(static.rglob("*.js")):       # the maps behind them are for who works on the theme
        code = path.read_text(encoding="utf-8")
        if "sourceMappingURL=" in code:
            path.write_text(re.sub(r"\n?//# sourceMappingURL=.*", "", code), encoding="utf-8")
    changed = {path: _quick_scripts(text) for path, text in pages.items() if "<head>" in text}
    named = _named(changed.values()) | {"icon.svg", SHEET}
    scripts = "\n".join((static / name).read_text(encoding="utf-8") for name in sorted(named) if name.endswith(".js") and (static / name).exists())
    if parts:                                       # none: Sphinx brought no file anew, and the sheet of the last build holds
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
    css = "".join(_whole(part, static) for part in parts)
    licences = sorted(set(re.findall(r"/\*!.*?\*/", css, re.S)))
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S).replace('@charset "UTF-8";', "")
    used = {word for text in pages for classes in re.findall(r'class="([^"]*)"', text) for word in classes.split()}
    spoken = set(re.findall(r"[A-Za-z_][\w-]*", scripts))
    css, font = _own_icons(css, {name for name in used | spoken if _ICON_CLASS.fullmatch(name)})
    # A word that ends in a hyphen is the beginning of a class that a script puts together.
    known = used | spoken, tuple(sorted(word for word in spoken if len(word) > 2 and word.endswith("-")))
    return "\n".join(['@charset "UTF-8";', *licences, font, _used_rules(css, known), _STEADY]) + "\n"


def _whole(part: Path, static: Path) -> str:
    """A stylesheet with those that it imports, its addresses told from the folder of the new one."""
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", part.read_text(encoding="utf-8"))
    css = re.sub(r'url\("?(?!data:|#)([^")]+)"?\)', lambda url: f"url({Path(os.path.relpath(part.parent / url[1], static)).as_posix()})", css)
    return re.sub(r'@import "([^"]+)";', lambda other: _whole(part.parent / other[1], static), css)


def _own_icons(css: str, shown: set[str]) -> tuple[str, str]:
    """The styles with the rules of the icons that are shown, and the font of these icons, which stands in the sheet itself: one file less to wait for."""
    css = re.sub(r"@font-face\s*\{[^}]*Font Awesome[^}]*\}", "", css)

    def kept(rule: re.Match) -> str:
        names = [name for name in rule["names"].split(",") if name[1:].removesuffix(":before") in shown]
        return f'{",".join(names)}{{content:"\\{rule["code"]}"}}' if names else ""

    css = _THEIR_NAME.sub(OUR_NAME, _ICON_RULE.sub(kept, css))
    # What the styles show without a class of its own: marks of notes, of links that lead away, of the menu's path.
    letters = {int(code, 16) for code in re.findall(r'"\\([ef][0-9a-f]{3})"', css)}
    font = TTFont(ICONS, recalcTimestamp=False)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = OUR_NAME.replace(" ", "") if record.nameID == 6 else OUR_NAME
    options = Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 6, 13, 14], notdef_outline=False, drop_tables=["FFTM", "GSUB", "GPOS", "GDEF"])
    options.flavor = "woff"
    cutter = Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    font.flavor, out = "woff", io.BytesIO()
    font.save(out, reorderTables=True)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return css, f"@font-face{{font-display:block;font-family:{OUR_NAME};font-style:normal;font-weight:900;src:url(data:font/woff;base64,{data}) format('woff')}}"


def _used_rules(css: str, known: tuple[set[str], tuple[str, ...]]) -> str:
    """The rules without those whose every selector asks for a class that is not known."""
    kept = []
    for rule in _rules(css):
        head, brace, body = rule.partition("{")
        head = head.strip()
        if brace and head.startswith(("@media", "@supports")):
            if inner := _used_rules(body.rstrip()[:-1], known):
                kept.append(f"{head}{{{inner}}}")
        elif not brace or head.startswith("@"):
            kept.append(rule.strip())
        elif selectors := [one.strip() for one in re.split(r",(?![^(\[]*[)\]])", head) if _may_match(one, known)]:
            kept.append(f"{','.join(selectors)}{{{body.strip()}")
    return "\n".join(rule for rule in kept if rule)


def _rules(css: str):
    """Each rule or statement of a stylesheet, whole."""
    begun = deep = 0
    for mark in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\\.|url\((?!["\'])[^)]*\)|[{};]', css, re.S):
        deep += {"{": 1, "}": -1}.get(mark[0], 0)
        if deep == 0 and mark[0] in "};":
            yield css[begun:mark.end()]
            begun = mark.end()


def _may_match(selector: str, known: tuple[set[str], tuple[str, ...]]) -> bool:
    """False where the selector asks for a class that neither a page nor a script knows."""
    words, beginnings = known
    asked = selector
    while (less := re.sub(r":[a-z-]+\([^()]*\)|\[[^\]]*\]", "", asked)) != asked:   # what is asked of others, or by other marks than a class
        asked = less
    names = [name.replace("\\", "") for name in re.findall(r"\.(-?[A-Za-z_](?:\\.|[\w-])*)", asked)]
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
