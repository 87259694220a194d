"""Figures: what publish() refuses, what it writes, and that it writes the same bytes again."""

import hashlib
import itertools
import json
import re
import shutil
import zipfile
from xml.etree import ElementTree

import colorspacious
import matplotlib as mpl
import numpy as np
import pandas as pd
import pikepdf
import PIL.Image
import pptx
import pptx.enum.shapes
import pytest
import yaml
from conftest import ROOT

import metoo_data as md
import metoo_figures as mf
from metoo_figures import decks, layout, records, style, vector

GOOD = {
    "id": "test-shares", "number": "9.1", "chapter": "test", "form": "shares", "topic": "numbers", "title": "One share in two is larger than the other",
    "subtitle": "Shares that an article prints, 2018; n = {n}", "note": "Test.", "caption": "Two shares.",
    "alt": "Dot plot of two shares, {low} and {high} percent.", "description": "Two rows.", "question": "Which one?",
}
DATA = pd.DataFrame({"label": ["one", "two"], "value": [40.0, 75.0], "bound": ["exact", "nearly"], "text": ["40 %", "almost 75 %"],
                     "source_id": ["time-2018"] * 2, "locator": ["p19"] * 2})
VALUES = {"n": 2, "low": 40, "high": 75}


@pytest.fixture
def room(tmp_path, monkeypatch):
    """An empty room for figures, with the book's own settings."""
    (tmp_path / "records").mkdir()
    shutil.copy(ROOT / "figures" / "book.yml", tmp_path / "book.yml")
    monkeypatch.setattr(records, "ROOT", tmp_path)
    monkeypatch.setattr(records, "OUTPUT", tmp_path)
    return tmp_path


def publish(room, record=None, data=DATA, values=None, draw=mf.forms.shares):
    (room / "records" / "test-shares.yml").write_text(yaml.safe_dump(GOOD | (record or {})), encoding="utf-8")
    fig, ax = mf.figure()
    draw(ax, data)
    return mf.publish("test-shares", fig, data, **(VALUES if values is None else values))


REFUSED = [
    ({"alt": ""}, None, "field 'alt' is missing or empty"),
    ({"colour": "red"}, None, "there is no field 'colour'"),
    ({"form": "pie chart"}, None, "the form 'pie chart' is not in the list"),
    ({"topic": "court"}, None, "the topic 'court' is not in the list. Did you mean 'courts'?"),
    ({"countries": ["KOR", "XYZ"]}, None, "'XYZ' under 'countries' is no country"),
    ({}, {"n": 2, "low": 40}, "the placeholder {high} got no value"),
    ({}, VALUES | {"median": 3}, "the value 'median' fits no placeholder"),
    ({}, VALUES | {"high": 76}, "the value high = 76 does not stand in the figure's data"),
    ({"title": "In 31 countries"}, None, "the number 31 in 'title' is neither in the data nor a placeholder"),
    ({"alt": "One share in two is larger than the other, {low} and {high}."}, None, "the alt text repeats the title"),
    ({"alt": "Chart showing shares of {low} and {high} percent."}, None, "begins with a word that says nothing"),
    ({"alt": "Dot plot, {low} and {high}. " + "Long. " * 50}, None, "characters. Allowed: 250"),
    ({"title": "Seo Ji-hyun spoke first"}, None, "holds the name of a person (Seo Ji-hyun)"),
    ({"subtitle": "Shares, 2018"}, {"low": 40, "high": 75}, "says how many"),
    ({"subtitle": "Shares; n = {n}"}, None, "gives the period"),
    ({"title": "A 'win' is not a law"}, None, "the title has quotation marks"),
    ({"id": "test-other"}, None, "the record's id is 'test-other'"),
    ({"computed": {"mean": "the mean"}}, None, "'computed' explains 'mean', which is no placeholder"),
]


@pytest.mark.parametrize(("record", "values", "says"), REFUSED, ids=[says[:40] for *_, says in REFUSED])
def test_weak_words_are_refused_and_nothing_is_written(room, record, values, says):
    with pytest.raises(mf.FigureError) as error:
        publish(room, record, values=values)
    assert says in str(error.value)
    assert not (room / "published").exists()


def test_a_missing_record_is_told(room):
    fig, _ = mf.figure()
    with pytest.raises(mf.FigureError, match="there is no record figures/records/nowhere.yml"):
        mf.publish("nowhere", fig, DATA)


def test_data_without_sources_are_refused(room):
    with pytest.raises(mf.FigureError, match="no column 'source_id'"):
        publish(room, data=DATA.drop(columns="source_id"))


@pytest.mark.parametrize(("column", "value", "says"), [
    ("source_id", "time-2081", r"row 2 of the data: there is no source 'time-2081'\. Did you mean 'time-"), ("source_id", "", "row 2 of the data has no source_id"),
    ("source_id", None, "row 2 of the data has no source_id"), ("source_id", "time-2018;", "row 2 of the data has no source_id"), ("locator", " ", "row 2 of the data has no locator"),
    ("locator", float("nan"), "row 2 of the data has no locator")])
def test_a_row_without_a_known_source_or_its_place_there_is_refused(room, column, value, says):
    data = DATA.astype({column: object})
    data.loc[data.index[1], column] = value
    with pytest.raises(mf.FigureError, match=says):
        publish(room, data=data)
    assert not (room / "published").exists()


def test_a_computed_value_is_allowed_when_it_says_how(room):
    record = {"alt": "Dot plot of two shares, mean {mean} percent.", "computed": {"mean": "mean of the two shares"}}
    assert publish(room, record, values={"n": 2, "mean": 57.5}).rows == 2


@pytest.mark.parametrize(("draw", "says"), [
    (lambda ax, d: [ax.text(0.5, 0.5, "first"), ax.text(0.5, 0.5, "second")], "overlap"),
    (lambda ax, d: ax.figure.text(0.95, 0.5, "a text that runs over the edge of the picture"), "leaves the picture"),
    (lambda ax, d: ax.text(0.2, 0.5, "मैंभी"), "no font has"),
    (lambda ax, d: ax.text(0.2, 0.5, "Dina Smailova"), "the picture shows the name of a person (Dina Smailova)"),
], ids=["overlap", "edge", "glyph", "name"])
def test_a_bad_drawing_is_refused(room, draw, says):
    with pytest.raises(mf.FigureError) as error:
        publish(room, draw=draw)
    assert says in str(error.value)


def test_the_files_are_the_same_bytes_again_and_describe_themselves(room):
    publish(room)
    folder = room / "published" / "test-shares"
    first = {p.name: p.read_bytes() for p in folder.iterdir()}
    shutil.rmtree(folder)
    publish(room)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == first
    assert set(first) == {"block.md", "picture.md", *(f"test-shares.{e}" for e in ("png", "svg", "pdf", "csv", "json", "bib", "ris", "csl.json", "txt", "zip"))}
    svg = first["test-shares.svg"].decode()
    assert 'role="img"' in svg and "<desc>Dot plot of two shares, 40 and 75 percent.</desc>" in svg and "<title>One share" in svg
    sheet = json.loads(first["test-shares.json"])
    assert sheet["sha256"]["test-shares.csv"] == hashlib.sha256(first["test-shares.csv"]).hexdigest()
    assert sheet["sources"] == ["time-2018"] and "(Figure 9.1; Version " in sheet["citations"]["apa"]


def test_text_in_the_svg_is_text_and_carries_its_font(room):
    publish(room)
    svg = (room / "published" / "test-shares" / "test-shares.svg").read_text(encoding="utf-8")
    assert ">almost 75 %<" in svg and svg.count("@font-face") == 2 and "font/woff;base64," in svg
    families = set(re.findall(r"font-family: ([^;\"]*)", svg))
    assert families == {"'Hashtag Sans', 'DejaVu Sans', sans-serif"}


def test_tags_in_other_scripts_are_drawn_and_their_letters_carried(room):
    tags = md.hashtags()["tag"]
    missing = sorted({letter for tag in tags for letter in tag if ord(letter) not in layout._letters(tuple(mpl.rcParams["font.family"]))})
    assert not missing, f"no font of the book has {' '.join(missing)}; see figures/metoo_figures/fonts/README.md"
    publish(room, draw=lambda ax, d: ax.text(0.2, 0.5, "#米兔 #미투 #フラワーデモ"))
    svg = (room / "published" / "test-shares" / "test-shares.svg").read_text(encoding="utf-8")
    assert svg.count("@font-face") == 3 and "font-family:'Hashtag CJK'" in svg and "#米兔" in svg
    assert "'Hashtag Sans', 'DejaVu Sans', 'Hashtag CJK', sans-serif" in svg


def test_the_pdf_embeds_its_fonts_and_has_no_date(room):
    publish(room)
    pdf = (room / "published" / "test-shares" / "test-shares.pdf").read_bytes()
    assert b"/FontFile2" in pdf and b"CreationDate" not in pdf and b"One share in two" in pdf


XMP = {"dc": "http://purl.org/dc/elements/1.1/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "cc": "http://creativecommons.org/ns#",
       "rights": "http://ns.adobe.com/xap/1.0/rights/", "iptc": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "ps": "http://ns.adobe.com/photoshop/1.0/"}


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_the_picture_tells_its_words_licence_and_source(room, form):
    publish(room, {"title": "One share in two is larger & <wider>"})
    path = room / "published" / "test-shares" / f"test-shares.{form}"
    if form == "png":
        packet = PIL.Image.open(path).text["XML:com.adobe.xmp"]
    else:
        with pikepdf.open(path) as pdf:
            packet = pdf.Root.Metadata.read_bytes().decode("utf-8")
            assert str(pdf.Root.Lang) == "en" and pdf.Root.ViewerPreferences.DisplayDocTitle
    tree = ElementTree.fromstring(packet)
    told = {name: " ".join("".join(tree.find(f".//{name}", XMP).itertext()).split()) for name in
            ("dc:title", "dc:creator", "dc:description", "dc:source", "dc:language", "ps:Credit", "rights:WebStatement", "iptc:AltTextAccessibility", "iptc:ExtDescrAccessibility")}
    assert told["dc:title"] == "One share in two is larger & <wider>" and told["dc:language"] == "en"
    assert told["iptc:AltTextAccessibility"] == told["dc:description"] == "Dot plot of two shares, 40 and 75 percent."
    assert told["iptc:ExtDescrAccessibility"] == "Two rows." and told["dc:source"] == "TIME (2018)" and "figure test-shares" in told["ps:Credit"]
    licence = "https://creativecommons.org/licenses/by/4.0/"
    assert told["rights:WebStatement"] == tree.find(".//cc:license", XMP).get(f"{{{XMP['rdf']}}}resource") == licence


def test_the_svg_is_well_formed_with_licence_and_language(room):
    publish(room, {"title": "One share in two is larger & <wider>"})
    tree = ElementTree.parse(room / "published" / "test-shares" / "test-shares.svg").getroot()
    assert tree.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert tree.find(".//cc:license", XMP).get(f"{{{XMP['rdf']}}}resource").endswith("/by/4.0/")


def test_the_zip_holds_every_file_and_a_readme_that_cites(room):
    publish(room)
    folder = room / "published" / "test-shares"
    with zipfile.ZipFile(folder / "test-shares.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    readme = inside.pop("README.txt").decode("utf-8")
    assert inside == {p.name: p.read_bytes() for p in folder.iterdir() if p.name.startswith("test-shares.") and p.suffix != ".zip"}
    assert "(Figure 9.1; Version " in readme and "creativecommons.org" in readme and "label, value, bound" in readme


def test_a_deck_has_a_slide_a_figure_with_its_alternative_text_and_notes(room):
    publish(room)
    (path,) = decks.write(["test", "empty"])
    slides = pptx.Presentation(path)
    assert (slides.slide_width, slides.slide_height) == (12191695, 6858000) and abs(slides.slide_width / slides.slide_height - 16 / 9) < 1e-3
    (slide,) = slides.slides
    picture = next(shape for shape in slide.shapes if shape.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE)
    assert picture._element.nvPicPr.cNvPr.get("descr") == "Dot plot of two shares, 40 and 75 percent."
    notes = slide.notes_slide.notes_text_frame.text
    assert "(Figure 9.1; Version " in notes and "Which one?" in notes and slide.shapes.title.text.startswith("Figure 9.1. One share")
    first = path.read_bytes()
    path.unlink()
    decks.write(["test"])
    assert path.read_bytes() == first


def test_the_picture_is_1920_by_1080(room):
    publish(room)
    png = (room / "published" / "test-shares" / "test-shares.png").read_bytes()
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (1920, 1080)


def test_the_text_shown_in_a_notebook_changes_with_the_data(room):
    one = repr(publish(room))
    two = repr(publish(room, data=DATA.assign(value=[41.0, 75.0]), values=VALUES | {"low": 41}))
    assert one != two and one.startswith("test-shares: 2 rows drawn, picture ")


# ---- the book's own figures

PUBLISHED = sorted((ROOT / "figures" / "published").iterdir())


def test_every_figure_tells_its_versions_and_a_retired_one_leads_to_another():
    from importlib.metadata import version

    names = {folder.name for folder in PUBLISHED}
    for folder in PUBLISHED:
        history = dict(json.loads((folder / f"{folder.name}.json").read_text(encoding="utf-8"))["history"])
        assert history and max(history) <= version("after-the-hashtag") and all(history.values()), folder.name
    for figure, gone in records.retired().items():
        assert figure not in names and gone["successor"] in names and gone["reason"], figure


@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda p: p.name)
def test_each_published_figure_is_whole(folder):
    sheet = json.loads((folder / f"{folder.name}.json").read_text(encoding="utf-8"))
    for name, digest in sheet["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert (ROOT / "figures" / "records" / f"{folder.name}.yml").exists()
    data = pd.read_csv(folder / f"{folder.name}.csv")
    assert len(data) == sheet["rows"] and data["source_id"].notna().all() and data["locator"].notna().all()


def test_every_record_is_published_and_every_published_figure_has_a_record():
    assert [p.stem for p in sorted((ROOT / "figures" / "records").glob("*.yml"))] == [p.name for p in PUBLISHED]


def test_the_palette_keeps_its_contrast():
    def luminance(colour):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in (*style.CATEGORY, style.INK, style.NOTE, style.CONTEXT):
        assert 1.05 / (luminance(colour) + 0.05) >= 3, colour


@pytest.mark.parametrize("sight", [None, "deuteranomaly", "protanomaly", "tritanomaly"])
def test_the_palette_holds_apart_for_every_kind_of_sight(sight):
    """The worst pair of the six colours, in CAM02-UCS, as seen without and with full colour blindness."""
    def seen(colour):
        rgb = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100} if sight else "sRGB1"
        return np.clip(colorspacious.cspace_convert(rgb, space, "sRGB1"), 0, 1)

    pairs = itertools.combinations([seen(colour) for colour in style.CATEGORY], 2)
    assert min(colorspacious.deltaE(one, other, input_space="sRGB1") for one, other in pairs) > 20


def test_every_status_has_a_family_with_a_look():
    for status in md.STATUSES:
        assert status == "nothing_recorded" or md.family(status) in style.FAMILIES




def corners(path: str) -> list[tuple[float, float]]:
    """Every point of an outline, wherever it is told from."""
    points, at, start = [], (0.0, 0.0), (0.0, 0.0)
    for step, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(n) for n in numbers.split()]
        size = {"c": 3, "q": 2}.get(step.lower(), 1)
        for place, point in enumerate(zip(values[::2], values[1::2], strict=True), 1):
            here = (at[0] + point[0], at[1] + point[1]) if step.islower() else point
            points.append(here)
            if place % size == 0:
                at = here
        start = at if step in "Mm" else start
        at = start if step in "Zz" else at
    return points


def test_a_long_outline_is_told_in_fewer_words_and_stays_the_same():
    dots = "".join(f"M {x} {y} C {x} {y + 1.5} {x + 1.25} {y + 2} {x + 3} {y} Q {x + 1} {y} {x + 2} {y + 4} L {x + 0.4} {y} z\n" for x in range(0, 72, 6) for y in range(0, 72, 6))
    short = vector.short_paths(f'<path d="{dots}"/><path d="M 1 2 L 3 4"/>')
    assert len(short) < 0.8 * len(dots) and 'd="M 1 2 L 3 4"' in short
    new = re.search(r' d="([^"]*)"', short)[1]
    assert len(corners(new)) == len(corners(dots)) > 500
    assert max(abs(a - b) for p, q in zip(corners(new), corners(dots), strict=True) for a, b in zip(p, q, strict=True)) < 0.002
    assert vector.short_paths(short) == short
