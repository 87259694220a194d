"""Untrusted text is text: a hostile copy of the book goes through the whole pipeline, and nothing of it is read as anything else."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import quote

import hostile_book
import pytest
from conftest import ROOT
from finish import _THEIRS
from hostile_book import DRAW, FIGURE, LEADS, MAKE, TAKE, TEXTS, prepare, record, run
from lxml import etree
from lxml import html as lxml_html
from metoo_data import untrusted
from metoo_figures import records

#: What a link of the book may lead to.
_LINK = re.compile(r"(?!javascript:|data:|vbscript:)(https?://|mailto:|[\w./#?=%+~@-]*$|\.|#)", re.I)
_FORMULA = tuple("=+-@\t\r")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The hostile book: its tables, its figure, its slides, and its generated pages in Markdown."""
    folder = prepare(tmp_path_factory.mktemp("hostile"))
    run(folder, "import sys; from metoo_data.__main__ import main; sys.exit(main(['check']))")
    run(folder, DRAW)
    run(folder, MAKE)
    return folder


@pytest.fixture(scope="module")
def site(book) -> Path:
    """The hostile book as pages. Warnings are errors here as they are in the book's own build."""
    run(book, "import sys, build; sys.exit(build.main())")
    return book / "_build" / "html"


def pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.rglob("*.html")) if "_static" not in page.parts]


def like(text: str) -> str:
    """Text as it is compared: typographic marks as they were typed, one space for any."""
    return " ".join(text.translate({ord(set_): typed for set_, typed in zip("“”‘’–…", ("\"", "\"", "'", "'", "--", "..."))}).split())


def faults(page: etree._Element) -> list[str]:
    """What in a page is there to do something, and is not the book's own."""
    found = []
    for element in page.iter(etree.Element):
        found += [f"{element.tag} {name}" for name in element.attrib if name.lower().startswith("on") or name in ("srcdoc", "formaction", "background")]
        found += [f"{element.tag} {name}={element.get(name)[:60]}" for name in ("href", "src", "action", "data", "{http://www.w3.org/1999/xlink}href")
                  if element.get(name) is not None and not _LINK.match(element.get(name).strip()) and not (element.tag == "link" and element.get(name) == "data:,")]
        if element.tag in ("iframe", "object", "embed", "base", "frame", "applet", "math", "foreignObject"):
            found.append(element.tag)
        if element.tag == "img" and element.get("src") in ("x", "x.png"):
            found.append("img of a cell")
        if element.tag == "script" and not element.get("src"):
            code = element.text or ""
            if element.get("type") in ("application/json", "application/ld+json", "text/x-citations"):
                json.loads(code)
            elif not any(re.fullmatch(own, code) for own in _THEIRS):
                found.append(f"script {code[:60]}")
    return found


# ---- the fast part: what is made without Sphinx ------------------------------------------------------------------------------------------------

#: What the generated pages are made of, and nothing else: directives and roles, by their names.
_DIRECTIVES = {"{raw}", "{container}", "{dropdown}", "{include}", "{image}", "{code-block}", "{grid}", "{grid-item-card}", "{div}"}
_ROLES = {"cite:t", "download", "numref"}


@pytest.fixture(scope="module")
def tokens(book):
    """Each generated page as the parser of the book reads it, with what stands inside its fences of colons."""
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    parser = create_md_parser(MdParserConfig(enable_extensions={"colon_fence", "deflist", "attrs_inline", "smartquotes"}), RendererHTML)

    def read(text: str) -> list:
        found = []
        for token in parser.parse(text):
            found += [token, *(token.children or [])]
            if token.type == "colon_fence":
                found += read(re.sub(r"\A(:[\w-]+:.*\n)+", "", token.content))
        return found

    return {path.stem: read(path.read_text(encoding="utf-8")) for path in sorted((book / "out").glob("*.md"))}


def test_generated_pages_hold_no_markup_that_is_not_ours(tokens):
    assert len(tokens) > 40
    for name, page in tokens.items():
        for token in page:
            assert token.type not in ("html_block", "html_inline", "image", "myst_line_comment", "blockquote_open", "code_block", "hr", "s_open", "substitution_inline", "math_inline",
                                      "ordered_list_open", "footnote_ref"), (name, token.type, token.content[:80])
            if token.type in ("fence", "colon_fence"):
                assert token.info.split(" ")[0] in _DIRECTIVES, (name, token.info)
                if token.info.startswith("{raw}"):
                    assert faults(lxml_html.fromstring(f"<div>{token.content}</div>")) == [], name
            if token.type == "myst_role":
                assert token.meta["name"] in _ROLES, (name, token.meta, token.content)
            if token.type == "myst_target":
                assert re.fullmatch(r"[a-z0-9-]+", token.content), (name, token.content)
            if token.type == "link_open":
                assert re.fullmatch(r"#[\w-]+|[\w./-]+\.(md|ipynb)(#[\w-]+)?|https://creativecommons\.org/\S+", token.attrs["href"]), (name, token.attrs)


def test_generated_pages_show_every_text_as_it_was_typed(tokens):
    seen = set()
    for name, page in tokens.items():
        text = like("".join(token.content for token in page if token.type in ("text", "text_special")))
        for number, said in re.findall(r"n(\d+)x (.*?) end\1x", text):
            assert said == like(" ".join(TEXTS)), (name, said)
            seen.add(number)
    assert len(seen) > 100


def test_the_picture_shows_the_texts_and_does_nothing(book):
    folder = book / "figures" / "published" / FIGURE
    picture = etree.parse(str(folder / f"{FIGURE}.svg")).getroot()
    svg = "{http://www.w3.org/2000/svg}"
    assert {element.tag for element in picture.iter(etree.Element)} & {f"{svg}{name}" for name in ("script", "foreignObject", "image", "a", "animate", "set")} == set()
    assert not [name for element in picture.iter(etree.Element) for name in element.attrib if name.lower().startswith("on")]
    shown = ["".join(element.itertext()) for element in picture.iter(f"{svg}text")]
    for text in (*TEXTS[:8], "$x$ & $y$", "a_b^c", "&lt;i&gt;"):
        assert f"l {text}" in shown
    assert picture.findtext(f"{svg}title") == filled("title") and picture.findtext(f"{svg}desc") == filled("alt")


def filled(name: str) -> str:
    """A word of the figure as it is read: braces once, and single spaces."""
    return " ".join(record()[name].replace("{{", "{").replace("}}", "}").split())


def test_citations_are_read_back_as_they_were_typed(book):
    import rispy
    from pybtex.database import parse_string

    folder = book / "figures" / "published" / FIGURE
    entry = parse_string((folder / f"{FIGURE}.bib").read_text(encoding="utf-8"), "bibtex").entries[FIGURE]
    bare = re.sub(r"\\(?!text)([#$%&_{}])", r"\1", entry.fields["title"])
    assert not re.search(r"\\(?!textbackslash|textasciitilde|textasciicircum|textbraceleft|textbraceright)", bare), "a command of LaTeX"
    assert [field for field in entry.fields if field != "url"] == ["title", "howpublished", "year", "month", "note"]
    (ris,) = rispy.loads((folder / f"{FIGURE}.ris").read_text(encoding="utf-8"))
    assert ris["title"] == filled("title")
    (csl,) = json.loads((folder / f"{FIGURE}.csl.json").read_text(encoding="utf-8"))
    assert csl["title"] == filled("title")


def test_slides_hold_the_texts(book):
    from pptx import Presentation

    (slide,) = Presentation(book / "figures" / "decks" / "africa.pptx").slides
    assert slide.shapes.title.text == f"Figure 4.3. {filled('title')}"
    assert filled("alt") in [shape._element.nvPicPr.cNvPr.get("descr") for shape in slide.shapes if shape.shape_type == 13]
    assert filled("description") in slide.notes_slide.notes_text_frame.text


def sheets(folder: Path) -> dict[str, str]:
    """Every CSV file under a folder, those in ZIP files too."""
    found = {str(path): path.read_text(encoding="utf-8") for path in folder.rglob("*.csv")}
    for path in folder.rglob("*.zip"):
        archive = zipfile.ZipFile(path)
        found |= {f"{path}/{name}": archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".csv")}
    return found


@pytest.mark.parametrize("folder", ["data", "figures/published", "out"])
def test_no_published_table_has_a_formula(book, folder):
    every = sheets(book / folder) | sheets(ROOT / folder if folder != "out" else book / folder)
    assert every
    for name, text in every.items():
        for cell in (cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row):
            assert not cell.startswith(_FORMULA) or re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell), (name, cell[:80])
            assert not re.search(r";\s*[=+@-]", cell), (name, cell[:80])


def test_names_of_files_come_from_ids(book):
    archives = [*book.glob("out/*.zip"), *book.glob("figures/published/*/*.zip")]
    assert len(archives) == 2
    for path in archives:
        assert all(re.fullmatch(r"(tables/)?[A-Za-z0-9_-]+(\.[a-z]+)+", name) for name in zipfile.ZipFile(path).namelist())


# ---- what the check refuses -------------------------------------------------------------------------------------------------------------------

REFUSED = {
    "=HYPERLINK(\"http://x\")": "begins with '='", "+1 more": "begins with '+'", "-1 fewer": "begins with '-'", "@SUM(A1)": "begins with '@'", "\t=1": "has a space at the start", "＝1": "begins with '＝'",
    "=cmd|' /C calc'!A0": "begins with '='", "text;=1+1": "has behind a semicolon '='", "one; -2": "has behind a semicolon '-'",
    "a\u202eb": "right-to-left override", "a\u2066b": "left-to-right isolate", "a\u2069b": "pop directional isolate", "a\u200bb": "zero width space", "a\ufeffb": "zero width no-break space",
    "a\x07b": "U+0007", "a\x1b[31mb": "U+001B", "a\x85b": "U+0085", "a\u2028b": "line separator", "a\U000e0041b": "tag latin capital letter a", "a\x00b": "U+0000", "a\ue000b": "U+E000",
}


@pytest.fixture(scope="module")
def field():
    from metoo_data import schema

    return next(field for field in schema.tables()["events"].fields if field.name == "place")


@pytest.mark.parametrize("value", REFUSED, ids=ascii)
def test_a_cell_that_does_something_unseen_is_refused(field, value):
    from metoo_data import cells

    assert REFUSED[value] in cells.wrong(field, value)


@pytest.mark.parametrize("value", ["-5", "-0.25"])
def test_a_negative_number_stays_one_where_numbers_stand(value):
    from metoo_data import cells, schema

    assert cells.wrong(next(field for field in schema.tables()["statistics"].fields if field.name == "value"), value) is None


@pytest.mark.parametrize("value", ["می\u200cخواهم", "क्\u200dष", "\U0001f469\u200d\U0001f680", "#MeToo", "a - b", "x = y", "one;two", "<b>", "“+1”"])
def test_a_cell_of_any_script_and_sign_passes(field, value):
    from metoo_data import cells

    assert cells.wrong(field, value) is None


def test_the_message_has_file_line_and_column_and_does_nothing_to_a_terminal(copy):
    line = copy.edit("events", "place", "a\x1b[31mb\u202e")
    (told,) = [problem for problem in copy.problems() if "hidden" in problem]
    assert told.startswith(f"data/tables/events.csv, line {line}, column place: ") and told.isprintable() and "letter 2 of 8" in told


@pytest.mark.parametrize(("line", "says"), [
    ("  title = {\\input{/etc/passwd} x},", "'\\input' (letter 12)"), ("  title = {a \\write18{id}},", "'\\write' (letter 14)"), ("  title = {^^5cinput},", "'^^'"), ("  title = {100 \\\\% a},", "'\\'"),
    ("  title = {a\u202eb},", "right-to-left override"), ("@misc{a`b<i>,", "'a`b<i>' is not a key"),
])
def test_the_file_of_sources_holds_no_command_and_nothing_hidden(line, says):
    ((told, number, field),) = untrusted.in_bibliography(f"% a note\n{line}\n  note = {{50 \\% \\& more}}\n")
    assert says in told and number == 2 and field == (None if line.startswith("@") else "title")


def test_what_the_file_of_sources_may_not_hold_keeps_it_from_being_read(tmp_path):
    from metoo_data import bibliography
    from metoo_data.problems import DataError

    fields = "author = {A}, title = {\\input{x}}, howpublished = {P}, date = {2018}, year = {2018}, langid = {en}, keywords = {newspaper}"
    (tmp_path / "references.bib").write_text("@misc{one,\n  " + fields.replace("}, ", "},\n  ") + "\n}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"data/references.bib, line 3, column title: '.input'"):
        bibliography.read(tmp_path)


@pytest.mark.parametrize(("name", "value", "says"), [("question", "a\u202eb?", "line 12: 'question' holds a hidden character (right-to-left override)"), ("number", "4.3<b>", "is no number"), ("chapter", "../x", "is no chapter")])
def test_a_record_with_hidden_letters_or_a_crooked_id_is_refused(tmp_path, monkeypatch, name, value, says):
    import pandas as pd

    words = record() | {name: value}
    lines = [f"{key}: {json.dumps(text, ensure_ascii=False)}" for key, text in words.items()]
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / f"{FIGURE}.yml").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(records, "ROOT", tmp_path)
    with pytest.raises(records.FigureError, match=re.escape(says)):
        records.fill(FIGURE, pd.DataFrame({"source_id": ["x"]}), {})


def test_a_figure_with_a_formula_in_its_data_is_refused():
    import pandas as pd

    data = pd.DataFrame({"label": ["=1+1", "fine", "-3 %"], "value": [-1.5, -2, 3]})
    told = untrusted.in_frame(data)
    assert len(told) == 2 and "row 1 of the data, column 'label': '=1+1' begins with '='" in told[0] and "row 3" in told[1]


def test_publish_refuses_formulas_and_hidden_letters_and_writes_nothing(book):
    path = book / "figures" / "published" / FIGURE / f"{FIGURE}.svg"
    before = path.read_bytes()
    done = run(book, DRAW.replace("'l <script>window.hostile=1</script>'", "'=1\\u202e'"), check=False)
    assert done.returncode and "row 1 of the data, column 'label': '=1\\u202e' begins with '='" in done.stderr
    assert "the picture shows a hidden character (right-to-left override), letter 3 of 3" in done.stderr and path.read_bytes() == before


@pytest.mark.parametrize("lead", LEADS)
def test_one_escape_for_markdown_leaves_every_text_as_it_was(lead):
    from markdown_it import MarkdownIt

    text = hostile_book.all_texts(LEADS.index(lead), 1)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(untrusted.in_markdown(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {token.type for token in tokens[1].children} <= {"text", "text_special"} and "".join(token.content for token in tokens[1].children) == text


# ---- the pages, as Sphinx makes them -------------------------------------------------------------------------------------------------------------

@pytest.mark.site
def test_no_page_holds_anything_that_could_run(site):
    every = pages(site)
    assert len(every) > 40
    for path in every:
        page = lxml_html.fromstring(path.read_bytes())
        assert faults(page) == [], path
        policies = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert len(policies) == 1 and "unsafe" not in policies[0] and "default-src 'none'" in policies[0], path


@pytest.mark.site
def test_every_page_shows_the_texts_as_they_were_typed(site):
    whole, seen = like(" ".join(TEXTS)), set()
    for path in pages(site):
        text = like(lxml_html.fromstring(path.read_bytes()).text_content())
        for found in re.finditer(r"(.{0,24}) n(\d+)x (.*?) end\2x", text):
            number = int(found[2])
            assert found[3] == whole, (path, found[3])
            assert found[1].casefold().endswith(like(LEADS[number % len(LEADS)]).casefold()), (path, found[0][:60])
            seen.add(number)
    # Where a country's name comes from, and what two readers compared, no page tells.
    untold = {"countries": {"locator", "note"}, "evidence": {"locator", "note"}}
    for path in (site.parents[1] / "data" / "tables").glob("*.csv"):
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")):
            for column in row.keys() - untold.get(path.stem, set()):
                assert {int(number) for number in re.findall(r" end(\d+)x", row[column])} <= seen, (path.stem, column)


@pytest.mark.site
def test_what_machines_read_of_a_figure_is_its_text(site):
    page = lxml_html.fromstring((site / "chapters" / "generated" / f"figure-{FIGURE}.html").read_bytes())
    assert page.xpath("//meta[@name='citation_title']/@content") == page.xpath("//meta[@property='og:title']/@content") == [filled("title")]
    assert page.xpath("//meta[@name='description']/@content") == [filled("alt")]
    (told,) = [json.loads(script.text) for script in page.xpath("//script[@type='application/ld+json']")]
    assert (told["name"], told["description"], told["isBasedOn"]["description"]) == (filled("title"), filled("alt"), filled("description"))
    assert any(image.get("alt") == filled("alt") for image in page.xpath("//main//img"))


@pytest.mark.site
def test_the_search_holds_its_words_escaped(site):
    index = json.loads(re.search(r"Search\.setIndex\((.*)\)\s*$", (site / "searchindex.js").read_text(encoding="utf-8"), re.S)[1])
    assert any("window.hostile" in title for title in index["alltitles"]) and not any("<" in title for title in (*index["alltitles"], *index["titles"]))
    assert not any("<" in str(entry) for entries in index["objects"].values() for entry in entries)


@pytest.mark.site
def test_names_and_anchors_of_the_site_come_from_ids(site):
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", part) for path in site.rglob("*") for part in path.relative_to(site).parts)
    for path in pages(site):
        assert all(re.fullmatch(r"[A-Za-z0-9_.:-]+", name) for name in lxml_html.fromstring(path.read_bytes()).xpath("//main//@id")), path


@pytest.mark.site
def test_the_book_to_take_away_shows_the_texts_and_does_nothing(book):
    run(book, TAKE)
    archive = zipfile.ZipFile(book / "out" / "book.epub")
    documents = {name: etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith((".xhtml", ".svg", ".opf"))}
    assert len(documents) > 8
    for name, document in documents.items():
        for element in document.iter(etree.Element):
            element.tag = etree.QName(element).localname
        assert faults(document) == [], name
    rows = like("".join(documents["book/rows-cited.xhtml"].itertext()))
    told = re.findall(r"n(\d+)x (.*?) end\1x", rows)
    assert len(told) > 8 and all(said == like(" ".join(TEXTS)) for _, said in told)


@pytest.mark.site
def test_nothing_runs_in_a_browser(site, browser):
    """The pages' own scripts build parts of pages from what they find: the search, the cards, the time machine, the tables, the filters."""
    from playwright.sync_api import expect

    context = browser.new_context()
    tab, told = context.new_page(), []
    tab.on("dialog", lambda dialog: (told.append(f"dialog {dialog.message}"), dialog.dismiss()))
    tab.on("pageerror", lambda error: told.append(f"error {error}"))
    tab.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    made = f"file://{site}/chapters/generated"

    def unharmed() -> None:
        assert not tab.evaluate("[...document.scripts].some((script) => !script.type && script.textContent.includes('hostile'))"), tab.url
        assert tab.evaluate("window.hostile === undefined && ![...document.querySelectorAll('*')].some((e) => [...e.attributes].some((a) => /^on/i.test(a.name)))"), tab.url
        assert tab.evaluate("document.querySelectorAll('img[src=x], svg[onload], b > b, main object, main iframe').length") == 0, tab.url

    for address in (f"{made}/country-ken.html", f"{made}/countries.html", f"{made}/table-cases.html", f"{made}/corrections.html", f"{made}/figure-{FIGURE}.html", f"file://{site}/chapters/references.html",
                    f"file://{site}/chapters/africa.html", f"file://{site}/figures/{FIGURE}/{FIGURE}.svg", f"file://{site}/v{records.book()['version']}/figures/{FIGURE}/index.html",
                    f"file://{site}/v{records.book()['version']}/figures/gone/index.html"):
        tab.goto(address)
        unharmed()
    tab.goto(f"{made}/data-cases.html")
    tab.fill(".dt-search input", "window.hostile")
    expect(tab.locator(".dt-info")).to_contain_text("Rows 1 to")
    tab.locator("#whole-table thead th .dt-column-order").nth(1).press("Enter")
    expect(tab.locator("#whole-table thead th").nth(1)).to_have_attribute("aria-sort", "ascending")
    unharmed()
    tab.goto(f"{made}/time-machine.html")
    expect(tab.locator("form.tm-controls")).to_be_visible()
    tab.locator("[data-step='-1']").click()
    expect(tab.locator(".tm-said")).to_contain_text("had a status")
    unharmed()
    tab.goto(f"{made}/gallery.html")
    expect(tab.locator("form.gallery-filter")).to_be_visible()
    tab.locator("form.gallery-filter select").first.select_option(index=1)
    expect(tab.locator("form.gallery-filter output")).to_contain_text("1 of 1")
    unharmed()
    tab.goto(f"file://{site}/chapters/index.html")
    links = tab.locator("a.fact")
    assert links.count() > 5
    for place in range(links.count()):
        links.nth(place).focus()
        expect(tab.locator(".tooltip.fact-card").last).to_be_visible()
        unharmed()
    for words in ("hostile", "<img src=x onerror=window.hostile=1>", "__proto__", "constructor"):
        tab.goto(f"file://{site}/search.html?q={quote(words)}")
        expect(tab.locator("#search-results p.search-summary")).to_contain_text(re.compile("search finished|did not match", re.I))
        if words == "hostile":
            expect(tab.locator("#search-results li").first).to_be_visible()
            expect(tab.locator("#search-results li", has_text="onerror=window.hostile=1").first).to_be_visible()
        unharmed()
    assert told == []
    context.close()
