"""publish(): the one call that checks a figure and writes all its files."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import re
import sys
import zipfile
from pathlib import Path

import metoo_data as md
import pandas as pd
from matplotlib.figure import Figure
from metoo_data import untrusted

from . import citations, drafts, embedded, layout, records
from .records import FigureError, Record

_SHORT_LIST = 4
_DOWNLOADS = (("Picture (PNG)", "png"), ("Vector (SVG)", "svg"), ("Print (PDF)", "pdf"), ("Data (CSV)", "csv"), ("All files (ZIP)", "zip"))


class Published:
    """What a notebook shows of a figure: the picture, and a line of text that changes when it does."""

    def __init__(self, record: Record, rows: int, png: bytes, told: str):
        self.record, self.rows, self.png, self.told = record, rows, png, told

    def __repr__(self) -> str:
        return f"{self.record.id}: {self.rows} rows drawn, {self.told}"

    def _repr_png_(self) -> bytes:
        return self.png


def publish(figure: str, fig: Figure, data: pd.DataFrame, **values) -> Published:
    """Checks a figure and writes its files to ``figures/published/<figure>/``; in a browser it is checked and drawn, and no file is written.

    Where the package was installed from a wheel, the files go to ``published/<figure>/`` in the working directory,
    and one printed line says so.

    Parameters
    ----------
    figure : str
        The id of the figure: its record is ``figures/records/<figure>.yml``.
    fig : matplotlib.figure.Figure
        The drawing, made with :func:`metoo_figures.figure`.
    data : pandas.DataFrame
        Exactly what is drawn, one row a mark or a group of marks, with the columns ``source_id`` and ``locator``.
    **values
        A value for each placeholder of the record. A number must stand in ``data``, be its number of rows,
        or be explained under ``computed`` in the record.

    Returns
    -------
    Published
        Shows the picture in a notebook.

    Raises
    ------
    FigureError
        If words or drawing break a rule; the message lists every breach and nothing is written.
    """
    missing = [column for column in ("source_id", "locator") if column not in data.columns]
    if missing:
        raise FigureError(figure, [f"the data has no column '{column}': each drawn row needs its source" for column in missing])
    _refuse(figure, _source_faults(data))
    record = records.fill(figure, data, values)
    packet = _packet(record, data)
    if sys.platform == "emscripten":        # a reader's page has no folder of the book, and no library that writes PDF
        _refuse(figure, [*_laid_out(fig, data, record), *_faults(layout.texts(fig), data)])
        return Published(record, len(data), embedded.png(fig, record, packet), _in_browser(fig))
    from . import pictures      # with its tools to cut fonts only where a file is written: a browser would load them for nothing

    origin = pictures.origin(fig, record, packet)
    drawn = pictures.kept(figure, origin, _folder(figure)) if origin else None
    if drawn:
        _refuse(figure, _faults(drawn.texts, data))
    else:
        laid_out = _laid_out(fig, data, record)
        _refuse(figure, [*laid_out, *_faults(layout.texts(fig), data)])
        drawn = pictures.Drawn(pictures.draw(fig, record, packet), layout.texts(fig))
        if origin:
            pictures.remember(figure, origin, drawn)
    files = _files(drawn.files, data, record)
    _write(_folder(figure), files)
    return Published(record, len(data), files[f"{figure}.png"], f"picture {hashlib.sha256(files[f'{figure}.svg']).hexdigest()[:12]}")


def _laid_out(fig: Figure, data: pd.DataFrame, record: Record) -> list[str]:
    """Writes the words on a figure and gives everything its place. Returns what a reader would trip over."""
    layout.dress(fig, record.title, record.subtitle, f"Note: {record.note}", f"Source: {_producers(data)}.", _credit(record))
    return layout.faults(fig)


def _faults(texts: list[str], data: pd.DataFrame) -> list[str]:
    """What may stand neither in a picture nor in the file of its data: hidden letters, names of people, formulas."""
    faults = [f"the picture shows a {told}: '{untrusted.visible(text)}'" for text in texts if (told := untrusted.hidden(text.replace("\n", " ").replace("\xa0", " ")))]
    faults += untrusted.in_frame(data)
    return faults + [f"the picture shows the name of a person ({name})" for text in texts for name in records.names_in(text)]


def _source_faults(data: pd.DataFrame) -> list[str]:
    """Rows without a source that the book knows, or without the place in it."""
    known, faults = md.sources().index, []
    for place, (source, locator) in enumerate(zip(data["source_id"], data["locator"]), 1):
        keys = [key.strip() for key in source.split(";")] if isinstance(source, str) else [""]
        faults += [f"row {place} of the data has no source_id" if not key else f"row {place} of the data: there is no source '{key}'.{md.nearest(key, known)}" for key in keys if key not in known]
        faults += [f"row {place} of the data has no locator: where in the source it stands"] if not isinstance(locator, str) or not locator.strip() else []
    return faults


def _refuse(figure: str, faults: list[str]) -> None:
    if faults:
        raise FigureError(figure, faults)


def _folder(figure: str) -> Path:
    return records.OUTPUT / "published" / figure


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Writes the files of a figure. Outside the repository a folder that takes no files keeps nobody from seeing the figure."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        drafts.write_all(folder, files)
        where = f"are written to {folder.parent.absolute()}"
    except OSError as error:
        if records.OUTPUT == records.ROOT:
            raise
        where = f"are not kept, because {folder.parent.absolute()} cannot be written to ({error.strerror})"
    if records.OUTPUT != records.ROOT:
        _say(f"The files of the figures {where}.")


@functools.cache
def _say(sentence: str) -> None:
    """Tells a reader something once, however many figures it holds for."""
    print(sentence)


def item(record: Record) -> citations.Item:
    """What a citation of the figure says."""
    book = records.book()
    address = f"{book['base_address'].rstrip('/')}/v{book['version']}/figures/{record.id}/" if book["base_address"] else ""
    return citations.Item(record.id, record.title, record.number, book["version"], book["authors"], book["title"], book["date"], address)


def _producers(data: pd.DataFrame) -> str:
    sources = md.sources()
    used = data["source_id"].astype(str).str.split(";").explode().str.strip().value_counts()
    named = [f"{sources.loc[key, 'publisher']} ({sources.loc[key, 'date'][:4]})" for key in sorted(used.index, key=lambda k: (-used[k], k))]
    named = list(dict.fromkeys(named))
    more = f" and {len(named) - _SHORT_LIST} more, row by row in the data file" if len(named) > _SHORT_LIST else ""
    return f"{'; '.join(named[:_SHORT_LIST])}{more}"


def _credit(record: Record) -> str:
    book = records.book()
    where = f", {book['base_address']}" if book["base_address"] else ""
    return f"{book['authors']}, {book['title']}, version {book['version']}, figure {record.id}{where}. {book['license']}."


def _in_browser(fig: Figure) -> str:
    """Says where the picture is, and of letters that join, stack or run from right to left that they are not as they should be: that matplotlib sets each for itself."""
    odd = any(re.search("[\u0590-\u08ff\u0900-\u0eff]", text) for text in layout.texts(fig))
    return f"in this browser alone{'; its letters of some scripts are set wrongly, see the published figure' if odd else ''}"


def _packet(record: Record, data: pd.DataFrame) -> str:
    return embedded.xmp(record, _producers(data), _credit(record))


def _files(pictures: dict[str, bytes], data: pd.DataFrame, record: Record) -> dict[str, bytes]:
    book, name = records.book(), record.id
    cited = item(record)
    files = {
        **pictures,
        f"{name}.csv": data.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode("utf-8"),
        f"{name}.bib": citations.bibtex(cited).encode("utf-8"),
        f"{name}.ris": citations.ris(cited).encode("utf-8"),
        f"{name}.csl.json": citations.csl_json(cited).encode("utf-8"),
        f"{name}.txt": _words(record, cited, data).encode("utf-8"),
        "block.md": _block(record, cited).encode("utf-8"),
        "picture.md": _picture(record).encode("utf-8"),
    }
    sha = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    sheet = {**record.__dict__, "version": book["version"], "license": book["license"], "rows": len(data), "columns": list(data.columns),
             "sources": sorted({key.strip() for cell in data["source_id"].astype(str) for key in cell.split(";")}),
             "citations": citations.cite(cited), "data_citation": citations.cite_data(cited, _producers(data)), "sha256": sha}
    files[f"{name}.json"] = (json.dumps(sheet, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    files[f"{name}.zip"] = zipped({file: content for file, content in files.items() if file.startswith(name)}, _readme(record, cited, data))
    return files


def zipped(files: dict[str, bytes], readme: str) -> bytes:
    """Files in one, with a readme. Stored, not squeezed, and without times: the same bytes everywhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in {"README.txt": readme.encode("utf-8"), **files}.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def _readme(record: Record, cited: citations.Item, data: pd.DataFrame) -> str:
    """What is in the zip, how to cite it, and what each column of the data is."""
    book, name = records.book(), record.id
    lines = [f"{cited.label}. {record.title}", f"From: {book['title']}, version {book['version']}, {book['authors']}", "",
             f"{name}.png       picture for a slide, 1920 by 1080", f"{name}.svg       vector picture for the web or for editing", f"{name}.pdf       vector picture for print",
             f"{name}.csv       the rows that are drawn, each with its source ({', '.join(data.columns)})",
             f"{name}.json      the whole record of the figure", f"{name}.bib .ris .csl.json   for reference managers",
             f"{name}.txt       alternative text, description, all citations", "",
             f"Cite as: {citations.cite(cited)['apa']}", f"Licence: {book['license']}, {book['license_address']}. If you change the figure, say so.",
             "source_id is a key of the book's list of sources; locator says where in the source. p12 is the twelfth line of an article that is not empty."]
    return "\n".join(lines) + "\n"


def _words(record: Record, cited: citations.Item, data: pd.DataFrame) -> str:
    """All words of a figure in one plain text, for an e-mail or a handout."""
    book = records.book()
    parts = [f"{cited.label}. {record.title}", record.subtitle, f"Alternative text\n{record.alt}", f"Description\n{record.description}",
             f"Note\n{record.note}", *(f"{citations.STYLES[style]}\n{text}" for style, text in citations.cite(cited).items()),
             f"The data behind it (APA 7)\n{citations.cite_data(cited, _producers(data))}",
             f"Licence\n{book['license']}, {book['license_address']}. If you change the figure, say so.", f"For the class\n{record.question}"]
    return "\n\n".join(parts) + "\n"


def _block(record: Record, cited: citations.Item) -> str:
    """The figure for a chapter, in standard MyST: picture, caption, and one row of actions."""
    at = f"../figures/published/{record.id}/{record.id}"
    return "\n".join([
        f"```{{figure}} {at}.svg", f":name: fig-{record.id}", f":alt: {_quoted(record.alt)}", f":target: {_page_address(record)}", ":class: book-figure dark-light", "",
        untrusted.in_markdown(record.caption), "```", "",
        ":::{div} figure-actions",
        " · ".join([f"[Cite this figure](generated/figure-{record.id}.md)", *(f"{{download}}`{word} <{at}.{end}>`" for word, end in _DOWNLOADS)]),
        ":::", "",
        ":::{dropdown} Describe and cite this figure",
        ":class-container: figure-more", "",
        f"**Description.** {untrusted.in_markdown(record.description)}", "",
        f"**Note.** {untrusted.in_markdown(record.note)}", "",
        f"**Cite as (APA 7).** {untrusted.in_markdown(citations.cite(cited)['apa'])} Other styles and formats: [the figure's page](generated/figure-{record.id}.md).", "",
        f"**For the class.** {untrusted.in_markdown(record.question)}",
        ":::", "",
    ])


def _picture(record: Record) -> str:
    """The picture alone, for a page that shows it a second time: no name, no number."""
    return f"```{{image}} ../figures/published/{record.id}/{record.id}.svg\n:alt: {_quoted(record.alt)}\n:target: {_page_address(record)}\n:class: book-figure dark-light\n```\n"


def _page_address(record: Record) -> str:
    """Where a chapter's page finds the picture at its lasting address: a click or a touch opens it in full."""
    return f"../figures/{record.id}/{record.id}.svg"


def _quoted(text: str) -> str:
    """A directive's option, which is YAML: a hash or a colon in the text stays text."""
    return json.dumps(text, ensure_ascii=False)
