"""The last touch on every built page: what the theme leaves out, does twice or gets wrong, and who may be asked for anything.

Works on the text of the pages, once a page: a finished page carries a policy and is left alone.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path

from metoo_figures import records

_POLICY = '<meta http-equiv="Content-Security-Policy"'
#: The policy of a page that loads nothing.
_CLOSED = "default-src 'none'; img-src data:; form-action 'none'; base-uri 'none'"
_SCRIPT = re.compile(r"<script(?P<with>[^>]*)>(?P<code>.*?)</script>", re.S)
_STYLE = re.compile(r"<style[^>]*>(?P<code>.*?)</style>", re.S)
#: The scripts and the style that the theme writes into its pages, as they are when the page is mended. The policy lets these run and no other:
#: what came into a page from a table would stand still even if it had passed as markup.
_THEIRS = (
    r'\s*document\.documentElement\.dataset\.mode = localStorage\.getItem\("mode"\) \|\| "auto";'
    r'\s*document\.documentElement\.dataset\.theme = \(matchMedia\("\(prefers-color-scheme: dark\)"\)\.matches \? "dark" : "light"\);\s*',
    r"DOCUMENTATION_OPTIONS\.pagename = '[\w./-]*';", r"let toggleHintShow = 'Click to show';", r"let toggleHintHide = 'Click to hide';", r"let toggleOpenOnPrint = 'true';",
    r"var togglebuttonSelector = '\.toggle, \.admonition\.dropdown';",
    r'\s*// Activate the search field on page load\s*let searchInput = document\.querySelector\("form\.bd-search input"\);\s*if \(searchInput\) \{\s*searchInput\.focus\(\);\s*'
    r'searchInput\.select\(\);\s*console\.log\("\[PST\]: Set focus on search field\."\);\s*\}\s*',
    r"\s*\.pst-js-only \{ display: none !important; \}\s*",
)
#: Parts of the theme that nothing in the book uses. The first two know addresses of other hosts; the icons' script weighs more than a chapter.
_UNUSED = (
    r'<script type="text/x-thebe-config">.*?</script>', r"<script>kernelName = .*?</script>",
    r'<script src="[^"]*fontawesome\.js[^"]*"></script>', r'<!-- So that users can add custom icons -->',
    r'<link rel="stylesheet" type="text/css" href="[^"]*sphinx-thebe\.css[^"]*" />',
    r'<div id="ethical-ad-placement".*?</div>', r'<meta name="viewport" content="width=device-width, initial-scale=1" ?/>',
    r'<meta name="docsearch:[a-z]+" content="[^"]*" ?/>',
    r"<style scoped>.*?</style>",       # pandas sends one with each table; the book's own rules say the same, and the search page may not read it
)
#: What the theme writes, and what accessibility or the policy asks for in its place.
_MENDED = (
    (r'<button class="btn search-button-field search-button__button pst-js-only" title="Search" aria-label="Search"',
     '<button class="btn search-button-field search-button__button pst-js-only"'),
    (r'<button onclick="window\.print\(\)"', '<button type="button" data-action="print"'),
    (r'class="([^"]*)" style="text-align: (right|left|center);"', r'class="\1 cell-\2"'),
    (r' style="text-align: (right|left|center);"', r' class="cell-\1"'),
    (r'<dialog id="pst-search-dialog">', '<dialog id="pst-search-dialog" aria-label="Search">'),
    (r'<dialog id="pst-primary-sidebar-modal">', '<dialog id="pst-primary-sidebar-modal" aria-label="Menu">'),
    (r'<div id="pst-primary-sidebar" class="bd-sidebar-primary bd-sidebar">', '<div id="pst-primary-sidebar" class="bd-sidebar-primary bd-sidebar" role="region" aria-label="Menu">'),
    (r'title="Toggle primary sidebar"', 'title="Menu"'),
    (r'title="Toggle secondary sidebar"', 'title="Contents of this page"'),
    (r'<dialog id="pst-secondary-sidebar-modal">', '<dialog id="pst-secondary-sidebar-modal" aria-label="Contents of this page">'),
    (r'<(i|span) (class="(?:[^"]* )?fa-[a-z][^"]*")', r'<\1 aria-hidden="true" \2'),
    (r' ?<summary aria-label="Toggle hidden content">', "<summary>"),
    (r'aria-label="Color mode" data-bs-title="Color mode"', 'aria-label="Colour mode" data-bs-title="Colour mode"'),
    # Two roles of a bibliography: one is no longer in the standard, the other does not take it.
    (r'<div class="citation" id="([^"]*)" role="doc-biblioentry">', r'<div class="citation" id="\1" role="listitem">'),
    # Without a mode told, the theme's script complains on a reader's first page and shows light to those whose system is dark.
    (r'localStorage\.getItem\("mode"\) \|\| ""', 'localStorage.getItem("mode") || "auto"'),
    (r'localStorage\.getItem\("theme"\) \|\| ""', '(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")'),
)
#: A page that loads nothing has no icon; a browser that is told so does not ask for one.
_NO_ICON = '<link rel="icon" href="data:,">'
#: The figure that previews a page without one of its own.
THESIS = "what-held-articles"
#: The page that the book's own address leads to.
START = "chapters/index.html"
#: Where a reader who must leave at once is taken: a page of another kind, asked for only on that click.
ELSEWHERE = "https://www.wikipedia.org/"
_EXIT = ('<aside class="d-print-none" aria-label="Way out">'
         f'<a class="leave-now" href="{ELSEWHERE}" rel="noreferrer nofollow" title="Opens another site in place of this one. Your browser keeps its history.">'
         "Leave this site</a></aside>")


def finish(site: Path) -> None:
    """Finishes every page under ``site`` that Sphinx wrote anew, and writes the files that stand beside the pages."""
    for page in sorted(site.rglob("*.html")):
        if "_static" in page.relative_to(site).parts:
            continue
        text = page.read_text(encoding="utf-8")
        if _POLICY not in text:
            page.write_text(_finished(text, page.relative_to(site).as_posix()), encoding="utf-8")
    _beside(site)
    _tidy_search(site / "searchindex.js")


def _tidy_search(index: Path) -> None:
    """Takes out words that no page has any more: Sphinx keeps them, so that a build upon an older one would not give the bytes of a clean one."""
    before, told, after = re.split(r"(?<=setIndex\()(.*)(?=\))", index.read_text(encoding="utf-8"), maxsplit=1, flags=re.S)
    words = json.loads(told)
    for part in ("terms", "titleterms"):
        words[part] = {word: pages for word, pages in words[part].items() if pages != []}
    index.write_text(before + json.dumps(words, sort_keys=True) + after, encoding="utf-8")


def _finished(text: str, address: str) -> str:
    if "<head>" not in text:                       # a page that only leads on
        text = text.replace('<meta charset="utf-8">', "", 1)
        return text.replace('<html lang="en">', f'<html lang="en"><meta charset="utf-8">{_POLICY} content="{_CLOSED}">{_NO_ICON}', 1)
    for part in _UNUSED:
        text = re.sub(part, "", text, flags=re.S)
    for old, new in _MENDED:
        text = re.sub(old, new, text)
    if '<div class="highlight' not in text:        # nothing to copy
        text = re.sub(r'<script src="[^"]*/(?:copybutton|clipboard\.min)\.js[^"]*"></script>\s*', "", text)
    text = _headed(_shorter_menu(_pictures(text)))
    text = re.sub(r'(<div id="pst-skip-link".*?</div>)', rf"\1\n{_EXIT}", text, count=1, flags=re.S)
    return text.replace('<meta charset="utf-8" />', f'<meta charset="utf-8" />\n{_head(text, address)}', 1)


def _shorter_menu(text: str) -> str:
    """Takes the pages of single figures, countries and whole tables out of the menu, where they would be a wall; their own way in leads to them."""
    text = re.sub(r'<li class="toctree-l2"><a class="reference internal" href="[^"]*(?:figure|country|data)-[^"]*">.*?</a></li>\n?', "", text, flags=re.S)
    text = re.sub(r'<details><summary><span class="toctree-toggle"(?:(?!</details>).)*?<ul>\s*</ul>\s*</details>', "", text, flags=re.S)
    return re.sub(r'(<a class="[^"]*reference internal" href="[^"]*">)([^<]*)(</a><details[^>]*><summary)(?=><span class="toctree-toggle")', r'\1\2\3 aria-label="Pages under \2"', text)


def _headed(text: str) -> str:
    """Headers of tables say what they are over; an empty cell is over nothing, and is no header."""
    def over(part: re.Match) -> str:
        empty = re.sub(r"<th([^>]*)>\s*</th>", r"<td\1></td>", part[0])
        return re.sub(r"<th(?=[ >])(?![^>]*scope=)", f'<th scope="{"col" if part[1] == "head" else "row"}"', empty)

    return re.sub(r"<t(head|body)\b[^>]*>.*?</t\1>", over, text, flags=re.S)


def _pictures(text: str) -> str:
    """Pictures of figures get their shape, so that nothing jumps, and all but a page's first wait until they are near."""
    found = 0

    def shaped(picture: re.Match) -> str:
        nonlocal found
        found += 1
        waits = 'loading="lazy" ' if found > 1 else ""
        return picture[0].replace("<img ", f'<img width="1920" height="1080" {waits}', 1)

    return re.sub(r'<img (?=[^>]*(?:book-figure|sd-card-img-top))[^>]*>', shaped, text)


def _head(text: str, address: str) -> str:
    """Policy, description and preview of a page."""
    base = records.book()["base_address"]
    up = "../" * address.count("/")
    about = _description(text)
    at = f"{base.rstrip('/')}/{address}" if base else address
    lines = [f'{_POLICY} content="{_policy(text)}">', '<meta name="referrer" content="no-referrer">']
    if not re.search(r'<meta [^>]*name="description"', text):
        lines.append(f'<meta name="description" content="{about}">')
    if "og:title" not in text:
        title = re.search(r"<title>(.*?)</title>", text, re.S)[1].split(" &#8212; ")[0].strip()
        lines += [f'<meta property="og:title" content="{html.escape(html.unescape(title))}">', f'<meta property="og:description" content="{about}">',
                  '<meta property="og:type" content="article">']
    figure = re.search(r'<img [^>]*src="[^"]*_images/([a-z0-9-]+)\.svg"', text)
    name = figure[1] if figure else THESIS
    root = base.rstrip("/") + "/" if base else up
    lines.append(f'<meta property="og:image" content="{root}figures/{name}/{name}.png">')
    if base:
        lines += [f'<link rel="canonical" href="{at}">', f'<meta property="og:url" content="{at}">']
    return "\n".join(lines)


def _description(text: str) -> str:
    """The first paragraph of a page, without its markup, cut at a word."""
    found = re.search(r"</h1>.*?<p>(.*?)</p>", text, re.S)
    plain = " ".join(html.unescape(re.sub(r"<[^>]*>", "", found[1])).split()) if found else "A page of the book After the Hashtag."
    return html.escape(plain if len(plain) <= 200 else plain[:200].rsplit(" ", 1)[0] + " …")


def _policy(text: str) -> str:
    """Only the book's own files, and of the scripts within a page only the theme's (Content Security Policy, level 3).

    Raises RuntimeError where a script or a style stands in the page that is none of these.
    """
    scripts = " ".join(sorted({_hash(_known(s["code"])) for s in _SCRIPT.finditer(text) if "src=" not in s["with"] and "type=" not in s["with"]}))
    styles = " ".join(sorted({_hash(_known(s["code"])) for s in _STYLE.finditer(text)}))
    return "; ".join(["default-src 'none'", f"script-src 'self' {scripts}".strip(), f"style-src 'self' {styles}".strip(), "img-src 'self' data:", "font-src 'self' data:",
                      "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "object-src 'none'"])


def _known(code: str) -> str:
    if not any(re.fullmatch(own, code) for own in _THEIRS):
        raise RuntimeError(f"a page holds a script or style that is not the theme's: {code.strip()[:200]}. If it belongs there, put it into a file under chapters/_static, "
                           "or, where an extension writes it, into _THEIRS in chapters/_ext/finish.py.")
    return code


def _hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def _beside(site: Path) -> None:
    """The list of pages for search engines, and the page for an address that is none."""
    base = records.book()["base_address"].rstrip("/")
    pages = sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html") if p.name not in ("404.html", "genindex.html", "search.html")
                   and not {"_static", "figures"} & set(p.relative_to(site).parts))
    places = "".join(f"<url><loc>{html.escape(f'{base}/{page}' if base else page)}</loc></url>\n" for page in pages)
    (site / "sitemap.xml").write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n', encoding="utf-8")
    (site / "robots.txt").write_text(f"User-agent: *\nAllow: /\n{f'Sitemap: {base}/sitemap.xml' if base else ''}\n", encoding="utf-8")
    (site / "index.html").write_text(       # Jupyter Book's own has no language, no title, and asks for an icon that is not there
        f'<!doctype html><html lang="en"><meta charset="utf-8">{_POLICY} content="{_CLOSED}">{_NO_ICON}<title>After the Hashtag</title>'
        f'<meta http-equiv="refresh" content="0; url={START}"><a href="{START}">After the Hashtag</a></html>\n', encoding="utf-8")
    start = f"{base}/" if base else "/"
    (site / "404.html").write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>No such page: After the Hashtag</title>'
        f'{_POLICY} content="{_CLOSED}">{_NO_ICON}</head><body><main><h1>No such page</h1>'
        f'<p>Nothing stands at this address. Pages of the book keep theirs, so it may be mistyped. <a href="{start}">Start page of After the Hashtag</a>.</p></main></body></html>\n', encoding="utf-8")
