"""The book to take away: whole, linked within itself, described, and the same file each time it is made."""

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath
from urllib.parse import urldefrag

import fact_cards
import pikepdf
import pytest
import takeaway
import takeaway_pages
import takeaway_paper
import takeaway_pdf
import takeaway_sources
import yaml
from conftest import ROOT
from lxml import etree, html

pytestmark = pytest.mark.site
CHAPTERS = ["us-origins", "asia", "south-asia", "africa", "legal-wins", "backlash", "what-held"]
ALTS = {yaml_file.stem: json.loads((ROOT / "figures" / "published" / yaml_file.stem / f"{yaml_file.stem}.json").read_text(encoding="utf-8"))["alt"]
        for yaml_file in sorted((ROOT / "figures" / "records").glob("*.yml"))}
X = {"x": "http://www.w3.org/1999/xhtml", "o": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/", "s": "http://www.w3.org/2000/svg"}


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return {name: content.decode("utf-8") for name, content in takeaway_sources.sources().items()}


@pytest.fixture(scope="module")
def made():
    takeaway_pages.OUT.mkdir(parents=True, exist_ok=True)
    return takeaway.pages()


@pytest.fixture(scope="module")
def epub(made) -> bytes:
    return takeaway.epub(made)


@pytest.fixture(scope="module")
def book(epub) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(epub)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def pages(book) -> dict[str, etree._Element]:
    """Every page of the EPUB. One that is no well-formed XML fails here."""
    return {name: etree.fromstring(content) for name, content in book.items() if name.endswith(".xhtml")}


@pytest.fixture(scope="module")
def printed(made) -> bytes:
    try:
        takeaway_pdf.browser()
    except takeaway.TakeAwayError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
    return takeaway.pdf(made)


@pytest.fixture(scope="module")
def paper(printed):
    with pikepdf.open(io.BytesIO(printed)) as file:
        yield file


def test_every_page_that_needs_no_screen_is_in(made):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    wanted = [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]
    names = [page.name for page in made]
    left_out = {Path(name).name for name in wanted if name not in names}
    assert left_out == {"gallery", "countries", "time-machine", "tables", "codebook"}, "a new page: put it in, or say here that it needs a screen"
    assert [name for name in names if Path(name).name != takeaway_sources.ROWS] == [name for name in wanted if name in names], "the order of the book"
    assert [page.short for page in made if re.match(r"\d+\. ", page.title)] == CHAPTERS


def test_no_source_leads_to_a_page_or_a_file_that_is_left_out(sources):
    for name, text in sources.items():
        if name.endswith((".md", ".ipynb")):
            assert set(re.findall(r"\]\((?:\.\./|chapters/)?generated/([a-z-]+)\.", text)) <= {*takeaway_sources.KEPT, takeaway_sources.ROWS}, name
            assert "{download}" not in text and ":target:" not in text and "folded" not in text, name


def test_nothing_speaks_of_a_screen_to_the_reader_of_paper(made, sources):
    for page in made:
        if page.short != "changelog":
            told = re.search(r"\b[Hh]over|Tab key|touch screen|Leave this site|row of links|a card tells|are under it there", page.content.text_content())
            assert not told, (page.name, told)
    assert "](generated/rows-cited.md)" in sources["chapters/how-to-use.md"]
    with pytest.raises(ValueError, match="0 paragraphs begin with"):
        takeaway_sources._instead("chapters/index.md", "A page whose sentences are new.")


def test_the_title_page_says_version_day_licence_reference_and_help():
    front = " ".join(html.fromstring(takeaway_pages.front()).text_content().split())
    for told in (f"Version {takeaway_sources.BOOK['version']}", "21 November 2026", "CC BY 4.0", "Code: MIT", "Cite this book as (APA 7): After the Hashtag contributors. (2026).", "sexual violence", "findahelpline.com"):
        assert told in front, told


def test_numbers_stand_at_the_right_where_a_cell_spans_rows():
    table = html.fromstring("<table><thead><tr><th>land</th><th>who</th><th>n</th></tr></thead><tbody><tr><th rowspan='2'>China</th><th>speaker</th><td>10</td></tr>"
                            "<tr><th>conduct</th><td>2</td></tr><tr><th>Japan</th><th>speaker</th><td>0</td></tr></tbody></table>")
    takeaway_pages._table(table)
    assert [cell.text for cell in table.xpath(".//*[@class='number']")] == ["n", "10", "2", "0"]


def test_code_that_draws_is_out_and_solutions_are_in(made, sources):
    for chapter in CHAPTERS:
        page = next(page for page in made if page.short == chapter)
        code = [block.text_content() for block in page.content.xpath(".//div[contains(@class, 'cell_input')]//pre")]
        assert code and not any("mf.publish" in block for block in code), chapter
        solutions = page.content.xpath(".//section[@id='try-it']//div[contains(@class, 'cell_input')]")
        assert len(solutions) == len(page.content.xpath(".//section[@id='try-it']//div[contains(concat(' ', @class, ' '), ' cell ')]")) >= 3, chapter


def test_each_row_that_is_cited_has_an_entry_with_its_source_and_the_way_back(pages, sources):
    import metoo_data as md

    cards = fact_cards.cards()
    cited = {row for name, text in sources.items() if not name.endswith(f"{takeaway_sources.ROWS}.md") for row in re.findall(r"\]\(#([a-z0-9-]+)\)", text) if row in cards}
    entries = {entry.get("id"): entry for entry in pages[f"book/{takeaway_sources.ROWS}.xhtml"].iterfind(".//x:p[@id]", X)}
    assert entries.keys() == cited and len(cited) > 400
    for table in (table for table in md.tables().values() if table.key in md.load(table.name) and "source_id" in md.load(table.name)):
        for _, row in md.load(table.name).query(f"{table.key} in @cited").iterrows():
            said = "".join(entries[row[table.key]].itertext())
            assert str(row["locator"]).split(";")[0] in said and "Source: " in said, row[table.key]
            assert ("Not used any more" in said) == (row["rank"] == "deprecated"), row[table.key]
            links = [link.get("href") for link in entries[row[table.key]].iterfind(".//x:a", X)]
            assert any(link.startswith("references.xhtml#") for link in links) and any(link.endswith(f"#cites-{row[table.key]}") for link in links), row[table.key]


def test_the_epub_is_a_package_as_readers_expect_it(epub, book):
    with zipfile.ZipFile(io.BytesIO(epub)) as archive:
        first = archive.infolist()[0]
    assert (first.filename, first.compress_type, first.extra, book["mimetype"]) == ("mimetype", zipfile.ZIP_STORED, b"", b"application/epub+zip")
    package = etree.fromstring(book["book/book.opf"])
    listed = {f"book/{item.get('href')}" for item in package.iterfind(".//o:item", X)}
    assert listed == book.keys() - {"mimetype", "META-INF/container.xml", "book/book.opf"}
    assert b'full-path="book/book.opf"' in book["META-INF/container.xml"]
    ids = {item.get("id"): item.get("href") for item in package.iterfind(".//o:item", X)}
    read = [ids[item.get("idref")] for item in package.iterfind(".//o:itemref", X)]
    assert len(read) == len(set(read)) and set(read) == {name.removeprefix("book/") for name in listed if name.endswith(".xhtml")}
    said = {etree.QName(item).localname: item.text for item in package.iterfind(".//dc:*", X)}
    assert said["title"] == "After the Hashtag" and said["language"] == "en" and said["creator"] and said["identifier"].startswith("urn:uuid:") and said["date"]


def test_every_link_within_the_epub_leads_somewhere(pages, book):
    places = {}
    for name, page in pages.items():
        found = Counter(page.xpath("//@id"))
        assert max(found.values(), default=1) == 1, (name, found.most_common(3))
        places[name] = found.keys()
    inside = 0
    for name, page in pages.items():
        for address in page.xpath("//@href | //@src"):
            if re.match(r"(https?|mailto):", address):
                continue
            target, place = urldefrag(address)
            path = str(PurePosixPath("book") / target) if target else name
            assert path in book, (name, address)
            assert not place or place in places[path], (name, address)
            inside += bool(place)
    assert inside > 2000


def test_every_picture_of_the_epub_is_described_and_a_drawing(pages, book):
    seen = Counter()
    for name, page in pages.items():
        for picture in page.iterfind(".//x:img", X):
            figure = Path(picture.get("src")).stem
            assert picture.get("alt") == ALTS[figure], (name, figure)
            seen[figure] += 1
    assert seen.keys() == ALTS.keys()
    for figure in ALTS:
        text = book[f"book/images/{figure}.svg"]
        assert b"<!DOCTYPE" not in text and etree.fromstring(text).tag == f"{{{X['s']}}}svg" and b"<image" not in text, figure


def test_nothing_but_the_books_own_files_is_asked_for(book):
    for name, content in book.items():
        if name.endswith((".xhtml", ".css", ".svg")):
            text = content.decode("utf-8")
            assert "<script" not in text and not re.search(r'(?:src|xlink:href)="(?!#|images/)|url\((?!["\']?(?:data:|#))|@import', text), name


def test_epubcheck_has_nothing_to_say(epub, tmp_path):
    program = shutil.which("epubcheck")
    if not program:
        pytest.skip("epubcheck is not installed; the tests above look at the structure. On Debian: sudo apt install epubcheck")
    path = tmp_path / "book.epub"
    path.write_bytes(epub)
    start = ["java", "-jar", program] if Path(program).read_bytes()[:2] == b"PK" else [program]       # Debian's command is the jar itself
    done = subprocess.run([*start, str(path)], capture_output=True, text=True, timeout=300)
    assert "0 fatals / 0 errors / 0 warnings" in done.stdout + done.stderr, (done.stdout + done.stderr)[-3000:]


def test_the_epub_is_the_same_each_time(made, epub):
    assert takeaway.epub(made) == epub


def test_the_pdf_says_what_it_is(paper):
    assert paper.Root.MarkInfo.Marked is True and str(paper.Root.Lang) == "en" and paper.Root.ViewerPreferences.DisplayDocTitle is True
    assert str(paper.docinfo["/Title"]) == "After the Hashtag" and str(paper.docinfo["/Author"]) == takeaway_sources.BOOK["authors"]
    with paper.open_metadata() as meta:
        assert meta["dc:language"] == {"en"} or list(meta["dc:language"]) == ["en"]
    assert len(paper.pages) > 100 and [round(float(edge)) for edge in paper.pages[0].MediaBox] == [0, 0, 595, 842]


def test_the_bookmarks_of_the_pdf_are_the_headings(paper, made):
    def titles(marks):
        for mark in marks:
            yield mark.title
            yield from titles(mark.children)

    with paper.open_outline() as outline:
        found = list(titles(outline.root))
        assert [mark.title for mark in outline.root] == ["After the Hashtag", "Contents", "Figures", "Introduction", *(part for part in takeaway_sources.parts() if part)]
    for page in made:
        assert {takeaway_pages.words(heading) for heading in page.content.xpath(".//h1 | .//h2 | .//h3")} <= set(found), page.name


def test_every_link_within_the_pdf_leads_somewhere(paper):
    places, numbers = takeaway_pdf.destinations(paper), {page.objgen for page in paper.pages}
    assert all(target[0].objgen in numbers for target in places.values())
    kinds = Counter()
    for page in paper.pages:
        for link in page.get("/Annots", []):
            if "/Dest" in link:
                assert str(link.Dest).removeprefix("/") in places, link.Dest
                kinds["inside"] += 1
            else:
                assert re.match(r"https?://", str(link.A.URI)), link.A.URI
                kinds["outside"] += 1
    assert kinds["inside"] > 3000 and kinds["outside"] > 400


def test_the_contents_name_the_right_pages(paper, made, printed):
    text = (takeaway_pages.OUT / "work" / "paper.html").read_text(encoding="utf-8")
    told = {name: int(number) for name, number in re.findall(r'<li><a href="#([a-z0-9-]+)">.*?contents-number">(\d+)<', text)}
    numbers, figures = takeaway_pdf.page_numbers(printed), [f"{page.short}--{place}" for page, place, _, _ in takeaway_pages.figures(made)]
    assert list(told) == [page.short for page in made] + figures and len(figures) == len(ALTS)
    cited = re.findall(r'href="#([a-z-]+--cites-[a-z0-9-]+)">[^<]* \(p\. (\d+)\)</a>', text)
    assert len(cited) > 500, "on paper the appendix says on which page a row is cited"
    assert {name: numbers[name] for name in told} == told and all(numbers[name] == int(number) for name, number in cited)


def test_figures_leave_no_page_half_empty_and_stay_in_their_section(printed):
    from playwright.sync_api import sync_playwright

    inside = """() => [...document.querySelectorAll("section")].map((section) => [...section.children].filter((child) => child.tagName != "SECTION").map((child) => child.textContent).sort())"""
    with sync_playwright() as tools:
        page = tools.chromium.launch(executable_path=takeaway_pdf.browser()).new_page()
        page.goto((takeaway_pages.OUT / "work" / "paper.html").as_uri())
        page.evaluate("Promise.all([document.fonts.ready, ...[...document.images].map((picture) => picture.decode())])")
        before, gaps, after = page.evaluate(inside), page.evaluate(takeaway_pdf.SETTLE), page.evaluate(inside)
        assert page.locator("section > figure + .figure-more").count() == page.locator("section > figure").count() == len(gaps)
    assert after == before and len(gaps) == len(ALTS)
    pixels_of_a_quarter = 251 / 4 * 96 / 25.4
    assert sum(gap > pixels_of_a_quarter for gap in gaps.values()) <= 3, gaps          # nothing can be done where a section has too few paragraphs


def test_every_figure_of_the_pdf_is_described_and_a_drawing(paper):
    described, waiting, seen = Counter(), [paper.Root.StructTreeRoot], set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Array):
            waiting.extend(item)
        elif isinstance(item, pikepdf.Dictionary) and (not item.is_indirect or item.objgen not in seen):
            seen.add(item.objgen if item.is_indirect else None)
            if item.get("/S") == "/Figure":
                described[str(item.get("/Alt", ""))] += 1
            waiting.extend([item.K] if "/K" in item else [])
    assert described.keys() == set(ALTS.values())
    assert not any(isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image" for item in paper.objects), "a figure, or a part of one, is a picture of dots"


def test_the_pdf_carries_its_letters(paper):
    fonts = {font.objgen: font for page in paper.pages for font in page.get("/Resources", {}).get("/Font", {}).values()}
    assert fonts
    for font in fonts.values():
        inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        assert font.Subtype == "/Type3" or {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys()), font


def test_the_pdf_is_the_same_each_time(made, printed):
    assert takeaway.pdf(made) == printed


def test_a_missing_browser_is_told_in_one_sentence_before_any_work(monkeypatch, capsys):
    monkeypatch.delenv("BOOK_BROWSER", raising=False)
    monkeypatch.setattr(takeaway_pdf.shutil, "which", lambda name: None)
    monkeypatch.setattr(takeaway, "pages", lambda: pytest.fail("work was begun"))
    assert takeaway.main(["pdf"]) == 1
    assert capsys.readouterr().err.startswith("No Chromium was found, which prints the PDF. On Debian and Ubuntu: sudo apt install chromium")


def test_a_book_that_could_not_be_made_leaves_the_last_one_alone(made, monkeypatch, tmp_path, capsys):
    def fail(made):
        raise takeaway.TakeAwayError("It could not be made.")

    monkeypatch.setattr(takeaway, "OUT", tmp_path)
    monkeypatch.setattr(takeaway, "pages", lambda: made)
    monkeypatch.setitem(takeaway.MAKERS, "epub", fail)
    (tmp_path / f"{takeaway.NAME}.epub").write_text("the last one")
    assert takeaway.main(["epub"]) == 1 and "It could not be made." in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [f"{takeaway.NAME}.epub"] and (tmp_path / f"{takeaway.NAME}.epub").read_text() == "the last one"


def test_letters_that_make_the_pages_are_there():
    for address in re.findall(r'url\("file://([^"]*)"\)', takeaway_paper.fonts()):
        assert Path(address).exists(), address
