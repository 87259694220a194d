"""One deck of slides a chapter: a figure a slide, with its alternative text, and notes to speak from."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

from pptx import Presentation
from pptx.util import Emu, Inches

from . import records
from .drafts import write_whole

_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)          # 16:9, as the pictures are


def write(chapters: list[str]) -> list[Path]:
    """Writes ``figures/decks/<chapter>.pptx`` for each chapter that has a published figure; returns the paths."""
    sheets = published()
    paths = []
    for chapter in chapters:
        mine = [sheet for sheet in sheets if sheet["chapter"] == chapter]
        if mine:
            paths.append(records.OUTPUT / "decks" / f"{chapter}.pptx")
            paths[-1].parent.mkdir(exist_ok=True)
            write_whole(paths[-1], deck(mine))
    return paths


def published() -> list[dict]:
    """The record of every published figure, in the order of the figures' numbers."""
    paths = [path for path in (records.OUTPUT / "published").glob("*/*.json") if not path.name.endswith(".csl.json")]
    sheets = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return sorted(sheets, key=lambda sheet: [int(part) for part in sheet["number"].split(".")])


def deck(sheets: list[dict]) -> bytes:
    """The slides of some figures as a PPTX file; the same bytes on every machine."""
    slides = Presentation()
    slides.slide_width, slides.slide_height = _WIDTH, _HEIGHT
    for sheet in sheets:
        _slide(slides, sheet)
    book, core = records.book(), slides.core_properties
    core.title, core.author, core.comments = f"{book['title']}: {sheets[0]['chapter']}", book["authors"], f"{book['license']}, {book['license_address']}"
    core.created = core.modified = dt.datetime.combine(book["date"], dt.time())
    core.last_modified_by, core.language, core.revision = book["authors"], "en", 1
    out = io.BytesIO()
    slides.save(out)
    return _timeless(out.getvalue())


def _slide(slides, sheet: dict) -> None:
    slide = slides.slides.add_slide(slides.slide_layouts[5])          # title only
    title = slide.shapes.title
    # The picture shows the title; screen readers and the outline find it here, above the edge of the slide.
    title.text, title.left, title.top, title.width, title.height = f"Figure {sheet['number']}. {sheet['title']}", Emu(0), -Inches(1), _WIDTH, Inches(0.9)
    picture = slide.shapes.add_picture(str(records.OUTPUT / "published" / sheet["id"] / f"{sheet['id']}.png"), 0, 0, _WIDTH, _HEIGHT)
    about = picture._element.nvPicPr.cNvPr          # python-pptx has no name for the alternative text
    about.set("descr", sheet["alt"])
    about.set("name", f"Figure {sheet['number']}")
    slide.notes_slide.notes_text_frame.text = "\n\n".join([
        f"Cite as: {sheet['citations']['apa']}", f"What it shows: {sheet['description']}", f"Limits: {sheet['note']}",
        f"For the class: {sheet['question']}", f"Licence: {sheet['license']}. If you change the figure, say so."])


def _timeless(file: bytes) -> bytes:
    """The same archive without the time at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            stored = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), stored)
    return out.getvalue()
