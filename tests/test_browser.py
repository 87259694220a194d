"""The built pages in a real browser: private, usable by everyone, and whole from a reader's first step to the last. Needs `make book` (make test does it).

Every page is loaded; each kind of page is held against WCAG 2.2, levels A and AA. EVERY_PAGE=1 holds every single page against it (some minutes).
"""

import functools
import http.server
import os
import re
import threading
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.site
SITE = ROOT / "_build" / "html"
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Rules that a theme can break where the page itself is in order.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
#: One page of each kind.
KINDS = {
    "start": "chapters/index.html", "chapter": "chapters/asia.html", "figure": "chapters/generated/figure-asia-hashtags.html", "gallery": "chapters/generated/gallery.html",
    "countries": "chapters/generated/countries.html", "country": "chapters/generated/country-kor.html", "time-machine": "chapters/generated/time-machine.html",
    "data": "chapters/generated/data-hashtags.html", "entries": "chapters/generated/table-hashtags.html", "tables": "chapters/generated/tables.html",
    "glossary": "chapters/glossary.html", "teaching": "chapters/teaching.html", "methods": "chapters/methods.html", "care": "chapters/care.html",
    "references": "chapters/references.html", "codebook": "chapters/generated/codebook.html", "changelog": "chapters/generated/changelog.html",
    "search": "search.html?q=verdict", "nowhere": "404.html",
}
#: Pages of this weight are held against the rules once, and not in each theme and width.
HEAVY = 1_000_000
#: What the theme keeps in the browser: the reader's choice of light or dark. Nothing else is kept.
KEPT = {"mode", "theme"}


def pages() -> list[str]:
    """The address of every page."""
    found = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
    return [page for page in found if not page.startswith(("_", "."))]


def leads_on(page: str) -> bool:
    """Whether a page only sends the reader to another one."""
    return 'http-equiv="refresh"' in (SITE / page).read_text(encoding="utf-8")[:2000].lower()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the book and says nothing."""

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A browser that leaves a page before it is whole is no error."""


@pytest.fixture(scope="module")
def served() -> str:
    """The book as a web server gives it, to this machine alone."""
    assert (SITE / "index.html").exists(), "the pages are not built: run make book first"
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Reader:
    """Somebody with a browser. Whatever the pages ask of another host, and whatever the browser complains of, is a fault."""

    def __init__(self, browser, base: str, **options):
        self.base, self.faults = base, []
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options})
        self.context.set_default_timeout(20_000)
        self.context.on("request", lambda request: None if request.url.startswith((base, "data:", "blob:")) else self.faults.append(f"asked for {request.url}"))
        self.context.on("console", lambda message: self.faults.append(f"{message.page.url if message.page else ''}: {message.text} ({message.location.get('url')})") if message.type in ("error", "warning") else None)
        self.context.on("weberror", lambda error: self.faults.append(f"{error.page.url if error.page else ''}: {error.error}"))
        self.page = self.context.new_page()

    def open(self, page: str) -> "Reader":
        self.page.goto(self.base + page)
        if "?q=" in page:
            self.page.wait_for_selector("#search-results li")
            self._settle()
        return self

    def _settle(self) -> None:
        """Waits until the page keeps its height: what a search found comes in one after the other, and pushes what is below out of sight."""
        before, same = "", 0
        for _ in range(200):
            now = self.page.evaluate("document.documentElement.scrollHeight + ' ' + document.querySelectorAll('#search-results li').length")
            before, same = now, same + 1 if now == before else 0
            if same == 8:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{self.page.url}: it never came to rest")

    def until(self, ask: str):
        """Waits until the page answers yes. The policy forbids the waiting that Playwright would do within the page."""
        for _ in range(400):
            if answer := self.page.evaluate(ask):
                return answer
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{self.page.url}: never came true: {ask}")

    def focused(self, ask: str = "e.textContent.trim()"):
        return self.page.evaluate(f"(e => {ask})(document.activeElement)")


@pytest.fixture
def reader(browser, served):
    """Gives readers with options of their own; afterwards none of them may have seen a fault."""
    made: list[Reader] = []

    def make(**options) -> Reader:
        made.append(Reader(browser, served, **options))
        return made[-1]

    yield make
    faults = [fault for one in made for fault in one.faults]
    for one in made:
        one.context.close()
    assert faults == [], "no error in the console, and no request to anybody"


# Private: every page, from disk and from a server.

TABS = 4


@pytest.mark.parametrize("way", ["disk", "server"])
def test_no_page_asks_another_host_complains_or_leaves_a_cookie(browser, served, way):
    """Includes what the Content Security Policy refuses: the browser says it in the console."""
    one = Reader(browser, SITE.as_uri() + "/" if way == "disk" else served)
    whole = [page for page in pages() if not leads_on(page)]
    leading = [page for page in pages() if leads_on(page)]
    assert len(whole) > 200 and len(leading) > 50
    tabs = [one.page, *(one.context.new_page() for _ in range(TABS - 1))]
    for start in range(0, len(whole), TABS):
        now = [*zip(tabs, whole[start:start + TABS])]
        for tab, page in now:
            tab.goto(one.base + page, wait_until="commit")
        for tab, page in now:
            tab.wait_for_load_state("load")
    for page in leading:
        one.page.goto(one.base + page, wait_until="commit")
        one.page.wait_for_url(re.compile(r"/chapters/"), wait_until="commit")
    one.open(KINDS["start"])
    kept, cookies = one.page.evaluate("Object.keys(localStorage)"), one.context.cookies()
    one.context.close()
    assert one.faults == []
    assert cookies == [] and {*kept} <= KEPT


def test_the_policy_is_in_force(reader):
    """A script, a style and a request that are not the book's own are refused."""
    one = reader().open(KINDS["chapter"])
    one.page.evaluate("""() => { window.refused = []; document.addEventListener('securitypolicyviolation', e => window.refused.push(e.effectiveDirective));
        for (const [name, text] of [['script', 'window.ran = 1'], ['style', 'body { color: red }']]) {
            const made = document.createElement(name); made.textContent = text; document.head.append(made); } }""")
    one.page.evaluate("fetch('https://example.org/').catch(() => 0)")
    one.until("window.refused.length >= 3")
    assert {*one.page.evaluate("window.refused")} == {"script-src-elem", "style-src-elem", "connect-src"}
    assert one.page.evaluate("window.ran") is None
    assert [fault for fault in one.faults if "Content Security Policy" not in fault and "asked for https://example.org/" not in fault] == []
    one.faults.clear()


# Accessible: WCAG 2.2, A and AA, by axe-core.

def broken_rules(page, rules: list[str] | None = None) -> list[str]:
    """Each broken rule with the place that breaks it. Closed parts are opened first; what is not shown is not held against anything."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": LEVELS}
    return page.evaluate("""only => { document.querySelectorAll('article details').forEach(part => { part.open = true; });
        return axe.run(document, { runOnly: only, resultTypes: ['violations'], preload: false, iframes: false }).then(result => result.violations.flatMap(rule =>
            rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary.split('\\n').slice(1).join(' ')}`))); }""", only)


def in_theme(one: Reader, theme: str, own_switch: bool) -> Reader:
    """A reader who has the theme: by the system's wish or by the book's own switch."""
    one.open(KINDS["start"])
    if own_switch:
        one.page.click(".theme-switch-button")
    one.page.locator(f"html[data-theme={theme}]").wait_for()
    return one


@pytest.fixture(scope="module")
def sights(browser, served):
    """A reader for each theme and width. On the wide screen the theme is the system's; on the narrow one the reader chose the other one by the book's switch."""
    found = {}
    for theme, other in (("light", "dark"), ("dark", "light")):
        found[theme, 1280] = in_theme(Reader(browser, served, color_scheme=theme), theme, own_switch=False)
        found[theme, 360] = in_theme(Reader(browser, served, color_scheme=other, viewport={"width": 360, "height": 740}), theme, own_switch=True)
    yield found
    for one in found.values():
        one.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_page_breaks_no_rule_of_accessibility(sights, kind):
    found = {}
    for (theme, width), one in sights.items():
        if theme == "light" and width == 1280 or (SITE / KINDS[kind].split("?")[0]).stat().st_size < HEAVY:
            one.open(KINDS[kind])
            assert kind == "nowhere" or one.page.get_attribute("html", "data-theme") == theme, "the choice of a theme holds from page to page"
            found[theme, width] = broken_rules(one.page, None if theme == "light" else OF_COLOUR)
    assert {sight: broken for sight, broken in found.items() if broken} == {}


@pytest.mark.skipif(not os.environ.get("EVERY_PAGE"), reason="EVERY_PAGE=1 holds every single page against the rules; otherwise one of each kind is")
def test_every_page_breaks_no_rule_of_accessibility(sights):
    found = {}
    for page in pages():
        if not leads_on(page):
            found[page] = broken_rules(sights["light", 1280].open(page).page)
    assert {page: broken[:5] for page, broken in found.items() if broken} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_breaks_no_rule_either(sights, theme):
    """The search, the menu and the contents of a narrow screen, the list of downloads, the card of a number, the way back to the top."""
    wide, narrow = sights[theme, 1280], sights[theme, 360]
    wide.open(KINDS["care"]).page.keyboard.press("Control+k")
    wide.page.wait_for_selector("#pst-search-dialog[open]")
    assert broken_rules(wide.page) == []
    wide.page.keyboard.press("Escape")
    wide.page.click(".dropdown-download-buttons > button")
    assert broken_rules(wide.page, [*OF_COLOUR, "target-size", "button-name", "link-name"]) == []
    wide.open(KINDS["chapter"]).page.focus("a.fact")
    wide.page.wait_for_selector(".fact-card.show")
    assert broken_rules(wide.page, [*OF_COLOUR, "aria-tooltip-name", "aria-valid-attr-value"]) == []
    for button, opened in ((".primary-toggle", "#pst-primary-sidebar-modal[open]"), (".secondary-toggle", "#pst-secondary-sidebar-modal[open]")):
        narrow.open(KINDS["care"]).page.click(button)
        narrow.page.wait_for_selector(opened)
        assert broken_rules(narrow.page) == [], button
    narrow.open(KINDS["chapter"]).page.evaluate("scrollTo(0, 3000)")
    narrow.page.wait_for_timeout(200)
    narrow.page.evaluate("scrollTo(0, 2600)")
    narrow.page.wait_for_selector("#pst-back-to-top", state="visible")
    assert broken_rules(narrow.page, OF_COLOUR) == []


# By keyboard.

def test_the_way_to_the_text_and_the_way_out_come_first(reader):
    one = reader().open(KINDS["chapter"])
    one.page.keyboard.press("Tab")
    assert one.focused() == "Skip to main content" and one.focused("e.checkVisibility() && e.getBoundingClientRect().top >= 0")
    one.page.keyboard.press("Tab")
    assert one.focused() == "Leave this site"
    one.page.keyboard.press("Shift+Tab")
    one.page.keyboard.press("Enter")
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("location.hash") == "#main-content" and one.focused("!!e.closest('main')")


def test_the_search_by_keyboard(reader):
    one = reader().open(KINDS["start"])
    in_the_field = "document.activeElement.name === 'q' && document.activeElement.closest('dialog').open"
    one.page.keyboard.press("Control+k")
    one.until(in_the_field)
    one.page.keyboard.press("Escape")
    one.until("!document.getElementById('pst-search-dialog').open")
    one.page.keyboard.press("Control+k")
    one.until(in_the_field)
    one.page.keyboard.type("verdict")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("#search-results li a")
    assert "search.html?q=verdict" in one.page.url


#: Is what the keyboard is on outlined, and can it be seen, wholly or in part?
SEEN = """(e => { const card = e.closest('.sd-card:has(.sd-stretched-link)'), style = getComputedStyle(e, card ? '::after' : null), bar = '.leave-now, .bd-header-article';
    const seen = [...(card || e).getClientRects()].map(r => [Math.max(r.left, 0), Math.max(r.top, 0), Math.min(r.right, innerWidth), Math.min(r.bottom, innerHeight)])
        .filter(([left, top, right, bottom]) => right > left && bottom > top).some(([left, top, right, bottom]) => [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].some(([x, y]) => {
            const front = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
            return front && (e.contains(front) || front.contains(e) || card?.contains(front)) && (front.closest(bar) === e.closest(bar) || front.contains(e)); }));
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && style.outlineColor !== 'rgba(0, 0, 0, 0)';
    return [e.tagName.toLowerCase() + '.' + e.className + ' ' + (e.type || ''), e.textContent.trim().slice(0, 40), outlined, seen, e === document.body]; })(document.activeElement)"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["start", "chapter", "figure", "gallery", "countries", "country", "time-machine", "data", "search"])
def test_what_the_keyboard_is_on_is_seen(sights, kind, theme):
    """The first elements of the page, and from there on those of the text."""
    one = sights[theme, 1280].open(KINDS[kind])
    missing = []
    for start, steps in ((None, 8), ("main", 60)):
        if start:
            one.page.evaluate("""() => { const top = document.getElementById('main-content'); top.tabIndex = -1; top.focus({ focusVisible: false }); }""")
        for _ in range(steps):
            one.page.keyboard.press("Tab")
            name, text, outlined, seen, ended = one.page.evaluate(SEEN)
            if ended:
                break
            if not (outlined and seen):
                missing.append((name, text, "not outlined" if not outlined else "covered"))
    assert missing == []


def test_a_card_opens_on_focus_and_closes_by_escape(reader):
    one = reader().open(KINDS["chapter"])
    link = one.page.locator("a.fact").first
    told = link.get_attribute("title") or link.get_attribute("data-bs-original-title")
    link.focus()
    card = one.page.locator(".fact-card")
    card.wait_for(state="visible")
    assert " ".join(card.text_content().split()) == " ".join(told.split())
    assert link.get_attribute("aria-describedby") == card.get_attribute("id")
    one.page.keyboard.press("Escape")
    card.wait_for(state="detached")
    assert one.focused("e.classList.contains('fact')"), "the reader stays where they were"


def test_a_whole_table_is_sorted_by_keyboard(reader):
    one = reader().open(KINDS["data"])
    one.page.wait_for_selector(".dt-container")
    column = "#whole-table tbody tr td:nth-child(2)"
    for _ in range(80):
        one.page.keyboard.press("Tab")
        if one.focused("!!e.closest('thead') && e.closest('th').cellIndex === 1"):
            break
    before = one.page.locator(column).all_text_contents()
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("#whole-table th[aria-sort=ascending]")
    up = one.page.locator(column).all_text_contents()
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("#whole-table th[aria-sort=descending]")
    down = one.page.locator(column).all_text_contents()
    assert len({tuple(before), tuple(up), tuple(down)}) == 3


def test_on_a_touch_screen_the_first_tap_shows_the_card_and_the_second_follows(reader):
    one = reader(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740}).open(KINDS["chapter"])
    link = one.page.locator("a.fact").first
    link.scroll_into_view_if_needed()
    link.tap()
    one.page.locator(".fact-card").wait_for(state="visible")
    assert one.page.url.endswith(KINDS["chapter"])
    link.tap()
    one.page.wait_for_url("**/table-*.html#*")


@pytest.fixture
def leaving(reader):
    """A reader on a chapter, and a function that holds that they have left it for another site, and that going back leads to the page before."""
    def make(**options):
        one = reader(**options)
        one.context.route("https://**/*", lambda route: route.fulfill(body="<title>Elsewhere</title>", content_type="text/html"))
        return one.open(KINDS["start"]).open(KINDS["chapter"])

    def left(one):
        one.page.wait_for_url("https://www.wikipedia.org/")
        assert one.page.title() == "Elsewhere"
        assert [fault for fault in one.faults if "wikipedia.org" not in fault] == [] and len(one.faults) == 1
        one.faults.clear()
        one.page.go_back()
        assert one.page.url == served_at(one, "start"), "the chapter's place was taken"

    return make, left


@pytest.mark.parametrize("by", ["keyboard", "mouse"])
def test_the_way_out_leaves_and_the_page_is_not_one_step_back(leaving, by):
    make, left = leaving
    one = make()
    if by == "keyboard":
        one.page.focus(".leave-now")
        one.page.keyboard.press("Enter")
    else:
        one.page.click(".leave-now")
    left(one)


#: What opens over the page on each width, and by what button.
OVER = {"search": (1280, ".bd-sidebar-primary .search-button__button", "#pst-search-dialog"), "search on a phone": (360, ".bd-header-article .search-button__button", "#pst-search-dialog"),
        "menu": (360, ".primary-toggle", "#pst-primary-sidebar-modal"), "contents": (360, ".secondary-toggle", "#pst-secondary-sidebar-modal")}


@pytest.mark.parametrize("by", ["keyboard", "touch"])
@pytest.mark.parametrize("over", OVER)
def test_the_way_out_is_in_reach_while_something_is_open_over_the_page(leaving, over, by):
    (width, button, dialog), (make, left) = OVER[over], leaving
    one = make(viewport={"width": width, "height": 740}, has_touch=True)
    way, before = one.page.locator(f"{dialog} .leave-now"), one.page.evaluate("document.querySelectorAll('.leave-now').length")
    for _ in range(2):                             # closed and opened anew, there is one way out and no more
        one.page.locator(button).first.click()
        one.page.locator(f"{dialog}[open]").wait_for()
        way.wait_for()
        one.page.keyboard.press("Escape")
        one.page.locator(dialog).wait_for(state="hidden")
        one.until(f"document.querySelectorAll('.leave-now').length === {before}")
    one.page.locator(button).first.click()
    way.wait_for()
    assert one.page.evaluate("""dialog => { const out = document.querySelector(dialog + ' .leave-now').getBoundingClientRect(), front = document.elementFromPoint(out.left + out.width / 2, out.top + out.height / 2);
        const under = [...document.querySelectorAll(dialog + ' :is(input, button)')].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect())
            .filter(r => r.left < out.right && r.right > out.left && r.top < out.bottom && r.bottom > out.top);
        return out.left >= 0 && out.right <= innerWidth && out.top >= 0 && out.bottom <= innerHeight && front.matches('.leave-now') && !under.length; }""", dialog), "seen, with nothing over it or under it"
    if by == "touch":
        way.tap()
    else:
        assert not one.focused("e.matches('.leave-now')"), "who presses Enter twice stays"
        one.page.keyboard.press("Shift+Tab")
        assert one.focused("e.matches('dialog .leave-now')")
        one.page.keyboard.press("Enter")
    left(one)


def served_at(one: Reader, kind: str) -> str:
    return one.base + KINDS[kind]


# Narrow screens, large letters, less motion, paper.

#: The spacing of letters and words that a page must bear (WCAG 1.4.12). It also stands for machines with wider letters than this one.
SPACED = """() => { const style = document.documentElement.style; style.letterSpacing = '.12em'; style.wordSpacing = '.16em'; }"""


@pytest.mark.parametrize("width, letters, spaced", [(320, 100, False), (1280, 200, False), (320, 100, True)])
def test_nothing_runs_sideways_or_is_cut_off(reader, width, letters, spaced):
    one = reader(viewport={"width": width, "height": 900})
    found = {}
    for kind, page in KINDS.items():
        one.open(page).page.evaluate(f"document.documentElement.style.fontSize = '{letters}%'")
        if spaced:
            one.page.evaluate(SPACED)
        wide, cut = one.page.evaluate("""() => [document.documentElement.scrollWidth - document.documentElement.clientWidth,
            [...document.querySelectorAll('main *, #pst-primary-sidebar *, .leave-now')].filter(e => /hidden|clip/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 2
                && e.clientWidth > 1 && e.checkVisibility() && e.textContent.trim()).map(e => `${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 30)}`)]""")
        if wide > 0 or cut:
            found[kind] = (wide, cut[:5])
    assert found == {}


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_the_way_out_covers_no_button(reader, width):
    one = reader(viewport={"width": width, "height": 740})
    for kind in ("chapter", "time-machine", "data"):
        one.open(KINDS[kind]).page.evaluate("document.querySelector('.leave-now').style.letterSpacing = '.06em'")      # machines whose letters are wider
        covered = one.page.evaluate("""() => { const out = document.querySelector('.leave-now').getBoundingClientRect();
            return [...document.querySelectorAll('button, header a, .bd-header-article a')].filter(e => e.checkVisibility()).filter(e => { const r = e.getBoundingClientRect();
                return r.width && r.left < out.right && r.right > out.left && r.top < out.bottom && r.bottom > out.top && getComputedStyle(e.closest('.bd-header-article') || e).position !== 'static'; })
                .map(e => e.className); }""")
        assert covered == [], kind
        assert one.page.evaluate("(r => r.left >= 0 && r.right <= innerWidth && r.width >= 24 && r.height >= 24)(document.querySelector('.leave-now').getBoundingClientRect())")


def test_who_asked_for_less_motion_gets_none(reader):
    one = reader(reduced_motion="reduce")
    for kind in ("start", "chapter", "gallery", "time-machine", "data"):
        one.open(KINDS[kind])
        moving = one.page.evaluate("""() => [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
            return s.scrollBehavior === 'smooth' || [s.transitionDuration, s.animationDuration].some(d => d.split(',').some(t => parseFloat(t) > .01)); }).map(e => e.tagName + '.' + e.className)""")
        assert moving == [], kind


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_paper_there_is_the_text_alone_dark_on_white(reader, theme):
    one = reader(color_scheme=theme).open(KINDS["chapter"])
    one.page.emulate_media(media="print")
    for part in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".leave-now", ".skip-link", ".figure-actions", ".prev-next-footer", "#pst-back-to-top", ".copybtn"):
        assert not any(one.page.locator(part).nth(i).is_visible() for i in range(one.page.locator(part).count())), part
    assert one.page.locator("article p").first.is_visible()
    from test_time_machine import contrast
    for part in ("article p", "article a.reference", "article h2", "article td", "article figcaption"):
        colour = one.page.eval_on_selector(part, "e => getComputedStyle(e).color")
        code = "#" + "".join(f"{int(n):02x}" for n in re.findall(r"\d+", colour)[:3])
        assert contrast(code, "#ffffff") >= 4.5, (part, colour)


def test_the_button_for_colours_says_which_they_are(reader):
    from playwright.sync_api import expect

    one = reader(color_scheme="light").open(KINDS["start"])
    button = one.page.locator(".theme-switch-button")
    for colours in ("as on this device, light", "dark", "light", "as on this device, light"):
        said = f"Colours: {colours}. Change"
        expect(button).to_have_accessible_name(said)
        button.hover()
        expect(one.page.locator(".tooltip-inner")).to_have_text(said)
        button.press("Enter")
    one.page.emulate_media(color_scheme="dark")
    one.open(KINDS["chapter"])
    expect(button).to_have_accessible_name("Colours: dark. Change")


def test_the_choice_of_dark_stays(reader):
    one = reader(color_scheme="light").open(KINDS["start"])
    one.page.focus(".theme-switch-button")
    one.page.keyboard.press("Enter")
    one.page.locator("html[data-theme=dark]").wait_for()
    for kind in ("chapter", "gallery", "time-machine"):
        assert one.open(KINDS[kind]).page.get_attribute("html", "data-theme") == "dark"
        assert sum(map(int, re.findall(r"\d+", one.page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3])) < 150


def test_the_first_visit_in_a_dark_room_is_dark_at_once(reader):
    """Before the theme's script has come, the page has the system's theme: nothing flashes."""
    one = reader(color_scheme="dark")
    one.context.route("**/pydata-sphinx-theme.js*", lambda route: route.abort())
    assert one.open(KINDS["start"]).page.get_attribute("html", "data-theme") == "dark"
    one.faults.clear()       # the script that we kept away


# The three journeys of the design.

def test_a_reader_goes_from_a_number_to_its_row_and_to_its_source(reader):
    one = reader().open(KINDS["start"])
    one.page.click("nav.bd-links a:has-text('Asia')")
    one.page.wait_for_url("**/asia.html")
    link = one.page.locator("article p a.fact[href*='table-statistics.html#']").first
    number = link.text_content()
    link.click()
    one.page.wait_for_url("**/table-statistics.html#*")
    row = one.page.locator(":target")
    row.wait_for(state="visible")
    entry = one.page.locator("section:has(:target), section:target, dl:has(:target), div:has(> :target)").last
    assert re.sub(r"\D", "", number) in re.sub(r"\D", "", entry.text_content())
    entry.locator("a[href*='references.html#']").first.click()
    one.page.wait_for_url("**/references.html#*")
    source = one.page.locator(":target")
    source.wait_for(state="visible")
    assert len(source.text_content().split()) > 5


def test_a_teacher_finds_a_figure_copies_its_citation_and_takes_its_data(reader):
    one = reader(permissions=["clipboard-read", "clipboard-write"]).open(KINDS["start"])
    one.page.click("nav.bd-links a:has-text('All figures')")
    one.page.wait_for_url("**/gallery.html")
    chapters = one.page.locator("select[name=chapter] option").all_text_contents()
    one.page.select_option("select[name=chapter]", index=len(chapters) - 1)
    shown, of_all = map(int, re.findall(r"\d+", one.page.text_content("form.gallery-filter output")))
    cards = one.page.locator(".sd-col:visible")
    assert 0 < shown < of_all and cards.count() == shown
    cards.first.click()
    one.page.wait_for_url("**/figure-*.html")
    line = one.page.locator(".cite-line").first
    line.hover()
    line.locator("button.copybtn").click()
    one.until("navigator.clipboard.readText().then(text => text.length > 40)")
    assert one.page.evaluate("navigator.clipboard.readText()").split() == line.locator("pre").text_content().replace("Copy to clipboard", "").split()
    data = one.page.locator("article a[href$='.csv']").first
    answer = one.page.request.get(one.page.evaluate("e => e.href", data.element_handle()))
    assert answer.ok and len(answer.text().splitlines()) > 2


def test_a_reader_goes_from_a_country_to_a_case_and_to_a_day_that_is_kept(reader):
    one = reader().open(KINDS["start"])
    one.page.click("nav.bd-links a:has-text('Countries')")
    one.page.wait_for_url("**/countries.html")
    one.page.locator("article a[href*='country-kor.html']:visible").first.click()
    one.page.wait_for_url("**/country-kor.html")
    one.page.locator("article .country-cases a[href*='table-cases.html#case-']").first.click()
    one.page.wait_for_url("**/table-cases.html#case-*")
    case = one.page.evaluate("location.hash")[1:]
    one.page.locator(":target").wait_for(state="visible")
    one.page.click("nav.bd-links a:has-text('Time machine')")
    one.page.wait_for_url("**/time-machine.html")
    one.page.fill("#tm-date", "2024-05-01")
    one.until("location.hash.includes('day=2024-05-01')")
    status = f".tm-table tr[data-case='{case}'] .tm-words"
    told = one.page.text_content(status) if one.page.is_visible(status) else None
    one.page.reload()
    assert one.page.input_value("#tm-date") == "2024-05-01"
    assert (one.page.text_content(status) if one.page.is_visible(status) else None) == told
