"""What a reader's line has to carry: a chapter with all that it loads, as it goes over the wire with gzip. Needs `make book`."""

import base64
import functools
import gzip
import io
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from fontTools.ttLib import TTFont

import assets

site = pytest.mark.site
SITE = ROOT / "_build" / "html"
CHAPTERS = ["us-origins", "asia", "south-asia", "africa", "legal-wins", "backlash", "what-held"]
FIRST, SECOND = 600_000, 200_000                     # bytes: the first chapter that a reader opens, and one more
SHEET = SITE / "_static" / assets.SHEET


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def sent(path: Path) -> int:
    """The bytes of one file; pictures and fonts that are packed already go as they are."""
    data = path.read_bytes()
    return len(data) if path.suffix in (".png", ".woff", ".woff2", ".jpg") else len(gzip.compress(data, 6))


@functools.cache
def loads(path: Path) -> frozenset[Path]:
    """A page and every file that a browser fetches to show all of it, pictures that wait included."""
    page, files = soup(path), {path}
    told = [*((t, "href") for t in page.select("link[rel=stylesheet], link[rel=preload], link[rel=icon]")), *((t, "src") for t in page.select("[src]"))]
    for tag, attribute in told:
        if not tag[attribute].startswith("data:"):
            files.add((path.parent / re.sub(r"[?#].*", "", tag[attribute])).resolve())
    for sheet in [file for file in files if file.suffix == ".css"]:
        text = sheet.read_text(encoding="utf-8")
        assert "@import" not in text, f"{sheet.name} waits for another stylesheet"
        # Only fonts: a picture that a stylesheet names is fetched where its rule applies, and none here does.
        files |= {(sheet.parent / name).resolve() for name in re.findall(r"url\(\"?([^)\"]+\.(?:woff2?|ttf|otf))", text)}
    return frozenset(files)


def chapter(name: str) -> Path:
    return SITE / "chapters" / f"{name}.html"


def listed(files) -> str:
    return ", ".join(f"{path.name} {sent(path):,}" for path in sorted(files, key=sent, reverse=True)[:6])


@site
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_first_chapter_is_light(name):
    files = loads(chapter(name))
    total = sum(map(sent, files))
    assert total <= FIRST, f"{name} takes {total:,} bytes of {FIRST:,}; the heaviest: {listed(files)}"


@site
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_second_chapter_is_lighter(name):
    for other in CHAPTERS:
        if other != name:
            files = loads(chapter(name)) - loads(chapter(other))
            total = sum(map(sent, files))
            assert total <= SECOND, f"{name} after {other} takes {total:,} bytes of {SECOND:,}; the heaviest: {listed(files)}"


@functools.cache
def pages() -> list[Path]:
    """Every page that the theme made; those that only lead on load nothing."""
    found = [path for path in sorted(SITE.rglob("*.html")) if "_static" not in path.parts and "_static/scripts/" in path.read_text(encoding="utf-8")]
    assert found, "the pages are not built: run make book first"
    return found


def letters_of(font) -> set[str]:
    return {*map(chr, TTFont(font).getBestCmap())}


@site
def test_every_icon_that_a_page_or_a_script_shows_has_its_picture():
    sheet = SHEET.read_text(encoding="utf-8")
    face = re.search(rf"@font-face\{{[^}}]*{assets.OUR_NAME}[^}}]*base64,([^)]+)\)", sheet)
    glyphs = letters_of(io.BytesIO(base64.b64decode(face[1])))
    drawn = {name for names, letter in re.findall(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"(.)"\}', sheet) if letter in glyphs
             for name in re.findall(r"\.(fa-[a-z0-9-]+)", names)}
    missing = set()
    for path in pages():
        for classes in re.findall(r'class="([^"]*\bfa[sb]?[ -][^"]*)"', path.read_text(encoding="utf-8")):
            names = {word for word in classes.split() if word.startswith("fa-")}
            if names and not names & drawn:
                missing.add(classes)
    theirs = (assets.ICONS.parents[3] / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    every = set(re.findall(r"\.(fa-[a-z0-9-]+):before", theirs))
    for script in SITE.glob("_static/**/*.js"):
        missing |= (set(re.findall(r"\bfa-[a-z0-9-]+", script.read_text(encoding="utf-8"))) & every) - drawn
    assert missing == set()
    assert {"fa-bars", "fa-magnifying-glass", "fa-download", "fa-circle-half-stroke", "fa-chevron-down", "fa-xmark"} <= drawn
    told = {*re.findall("[\ue000-\uf8ff]", sheet)} & letters_of(assets.ICONS)
    assert len(told) > len({"fa-bars", "fa-xmark"}) and told <= glyphs, "an icon that a style shows of itself"


@site
def test_no_class_that_a_page_has_lost_its_rules():
    alone = re.compile(r"(?:^|[{},])\s*[a-z]*\.(-?[A-Za-z_][\w-]*)\s*(?=[,{])", re.M)       # what is said of this class and no other
    sheet = set(alone.findall(SHEET.read_text(encoding="utf-8")))
    used = {word for path in pages() for classes in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8")) for word in classes.split()}
    theirs = (assets.ICONS.parents[3] / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8") + (ROOT / "chapters" / "_static" / "book.css").read_text(encoding="utf-8")
    asked = used & set(alone.findall(re.sub(r"/\*.*?\*/", "", theirs, flags=re.S)))
    assert len(asked) > 50 and asked <= sheet


@site
def test_a_page_asks_for_one_stylesheet_and_its_scripts_do_not_hold_it_up():
    for path in pages():
        head = BeautifulSoup(path.read_text(encoding="utf-8").partition("</head>")[0], "html.parser")
        assert [re.sub(r"\?.*", "", Path(tag["href"]).name) for tag in head.select("link[rel=stylesheet]")] == [assets.SHEET], path.name
        assert not head.select("link[rel=preload]") and not [tag["src"] for tag in head.select("script[src]:not([defer])")], path.name


@site
def test_pictures_of_figures_have_their_shape_and_wait_until_they_are_near():
    for name in CHAPTERS:
        pictures = soup(chapter(name)).select("img.book-figure")
        assert all(picture.get("width") and picture.get("height") for picture in pictures)
        assert all(picture.get("loading") == "lazy" for picture in pictures[1:]), name


@site
def test_no_file_lies_there_that_nothing_refers_to():
    static = SITE / "_static"
    told = {name for path in pages() for name in re.findall(r"_static/([^\"'?#\s)<>&]+)", path.read_text(encoding="utf-8"))}
    scripts, styles = ("\n".join(path.read_text(encoding="utf-8") for path in static.rglob(f"*.{kind}")) for kind in ("js", "css"))
    files = [path for path in static.rglob("*") if path.is_file() and path.suffix not in (".md", ".txt")]
    assert [path.name for path in files if path.relative_to(static).as_posix() not in told and path.name not in scripts and f"url({path.name})" not in styles] == []


KNOWN = {"seen", "a:b"}, ("dt-",)


def cut(css: str, folder: Path) -> str:
    """The used rules of a stylesheet that stands in the folder ``theme`` beside the new one."""
    part = folder / "theme" / "part.css"
    part.parent.mkdir()
    part.write_text(css, encoding="utf-8")
    return assets._used_rules([rule for rule in assets._read(part, folder) if rule.type != "comment"], KNOWN)


def test_only_rules_that_nothing_can_match_are_dropped(tmp_path):
    kept = cut('@charset "x";.seen{a:1}.gone{a:2}.seen .gone,.seen p{a:3}p:not(.gone){a:4}[class*=".gone"]{a:5}:is(.gone,.seen) b{a:6}'
               '@media print{.gone{a:7}.seen{content:"}"}}@media screen{.gone{a:8}}.dt-left{a:9}@keyframes k{to{a:10}}.a\\:b{a:11}b{background:url(data:x;y,{z})}', tmp_path)
    assert [n for n in range(1, 12) if f"a:{n}}}" in kept] == [1, 3, 4, 5, 6, 9, 10, 11]
    assert ".seen p{a:3}" in kept and '@media print{.seen{content:"}"}}' in kept and "screen" not in kept and "url(data:x;y,{z})" in kept


def test_nested_rules_conditions_strings_and_comments_are_read_as_a_browser_does(tmp_path):
    kept = cut('@supports (a:b){@media print{.gone{a:1}.seen{a:2}}}.seen{a:3;&:hover{a:4}.gone &{a:5}}@supports (a:b){.gone{a:6}}'
               '/* .gone{ */p{content:"/*  } */"}/* } */.gone/* , p */ a{a:7}@layer one;@container (width>1px){.gone{a:8}i{a:9}}', tmp_path)
    assert [n for n in range(1, 10) if f"a:{n}" in kept] == [2, 3, 4, 5, 9]
    assert 'p{content:"/*  } */"}' in kept and "@layer one;" in kept and "@supports (a:b){@media print{.seen{a:2}}}" in kept


def test_files_that_a_style_names_are_found_from_the_new_place(tmp_path):
    kept = cut("p{a:url(one.png);b:url( 'two.png' );c:url(data:x,y);d:url('#e')}", tmp_path)
    assert kept == "p{a:url(theme/one.png);b:url(theme/two.png);c:url(data:x,y);d:url(\"#e\")}"


def test_a_broken_stylesheet_stops_the_build_and_says_where(tmp_path):
    with pytest.raises(ValueError, match="part.css, line 2: "):
        cut("p{a:1}\n}q{a:2}", tmp_path)


def test_where_sphinx_wrote_no_page_the_sheet_of_the_last_build_holds(tmp_path):
    """Even then it brings two stylesheets anew: no reason to stop, and none to keep them."""
    static = tmp_path / "_static"
    static.mkdir()
    (static / assets.SHEET).write_text("p{color:red}")
    (static / "pygments.css").write_text("b{color:red}")
    (tmp_path / "one.html").write_text(f'<html><head><link rel="stylesheet" href="_static/{assets.SHEET}?v=0"></head><body></body></html>')
    assets.lighten(tmp_path)
    assert (static / assets.SHEET).read_text() == "p{color:red}" and not (static / "pygments.css").exists()
    (tmp_path / "two.html").write_text('<html><head><link rel="stylesheet" href="_static/book.css?v=0"></head><body></body></html>')
    with pytest.raises(RuntimeError, match="stylesheets are others"):
        assets.lighten(tmp_path)
