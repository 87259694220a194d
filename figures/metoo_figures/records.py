"""The words of a figure: read from ``figures/records/<id>.yml``, checked, and filled with numbers from the data."""

from __future__ import annotations

import functools
import re
import string
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import metoo_data as md
import pandas as pd
import yaml
from metoo_data import names, untrusted


def _home() -> tuple[Path, Path]:
    """The folder of the records, and the one that figures are written under.

    Both are ``figures`` in the repository. Where a wheel was installed the records are inside this package, which is
    nobody's place to write: there figures go to the working directory, which is the notebook's own.
    """
    here = Path(__file__).resolve().parent
    return (here.parent, here.parent) if (here.parent / "book.yml").exists() else (here / "package", Path())


ROOT, OUTPUT = _home()

REQUIRED = ("id", "number", "chapter", "form", "topic", "title", "subtitle", "note", "caption", "alt", "description", "question")
#: ``countries`` lists the ISO 3166-1 alpha-3 codes of the few countries that a figure is about; ``history`` says what each version changed.
OPTIONAL = ("computed", "countries", "history")
FORMS = ("swimlane timeline", "case lifecycles", "lags", "hashtag tree", "reach on a log scale", "shares", "unit chart", "dot matrix",
         "first and last value", "tile-grid map", "stage ladder", "then and now", "alluvial", "slope", "cumulative incidence", "yearly series",
         "small multiples", "dot plot with ranges")
TOPICS = ("spread", "voices", "courts", "defamation", "laws", "silence and censorship", "numbers", "sources")
#: The fields whose numbers must come from the data.
WORDS = ("title", "subtitle", "note", "caption", "alt", "description")
ALT_LONGEST, TITLE_LONGEST = 250, 120
_DATE = re.compile(r"(\d{1,2} )?\b(January|February|March|April|May|June|July|August|September|October|November|December) \d{4}|\b(19|20)\d\d\b")
#: Words of a record that stand in names of files, addresses and classes: what they may be made of.
_SHAPES = {"id": "[a-z0-9]+(-[a-z0-9]+)*", "chapter": "[a-z0-9]+(-[a-z0-9]+)*", "number": r"\d+\.\d+"}
_DIGITS = re.compile(r"(?<![\w#.-])\d[\d,]*(?:\.\d+)?")


class FigureError(ValueError):
    """The words or the drawing of a figure break a rule. The message lists every breach."""

    def __init__(self, figure: str, faults: list[str]):
        super().__init__("\n".join([f"figure '{figure}' was not published:", *(f"  - {fault}" for fault in faults)]))


@dataclass(frozen=True)
class Record:
    """A figure's words with every placeholder filled."""

    id: str
    number: str
    chapter: str
    form: str
    topic: str
    title: str
    subtitle: str
    note: str
    caption: str
    alt: str
    description: str
    question: str
    countries: tuple[str, ...] = ()
    history: tuple[tuple[str, str], ...] = ()


@functools.cache
def book() -> dict:
    """Title, authors, date, licence and base address of the book, and the version of this package."""
    return yaml.safe_load((ROOT / "book.yml").read_text(encoding="utf-8")) | {"version": version("after-the-hashtag")}


def fill(figure: str, data: pd.DataFrame, values: dict) -> Record:
    """The record of a figure, its placeholders filled with ``values``.

    ``data`` is what is drawn. Raises FigureError that names every fault: a field that is missing, a placeholder
    without a value or a value without a placeholder, a number that the data does not hold, a weak alt text, a name.
    """
    raw = _read(figure)
    faults = [f"field '{name}' is missing or empty" for name in REQUIRED if not raw.get(name)]
    faults += [f"there is no field '{name}'. Allowed: {', '.join(REQUIRED + OPTIONAL)}" for name in raw if name not in REQUIRED + OPTIONAL]
    if faults:
        raise FigureError(figure, faults)
    computed = raw.get("computed") or {}
    faults += _list_faults(raw)
    faults += _placeholder_faults(raw, values, computed)
    faults += _value_faults(data, values, computed)
    if faults:
        raise FigureError(figure, faults)
    words = {name: _fill_one(raw[name], values) for name in REQUIRED}
    faults = _number_faults(words, data, values) + _word_faults(figure, words)
    if faults:
        raise FigureError(figure, faults)
    return Record(**words, countries=tuple(raw.get("countries") or ()), history=tuple((raw.get("history") or {}).items()))


def _read(figure: str) -> dict:
    path = ROOT / "records" / f"{figure}.yml"
    if not path.exists():
        raise FigureError(figure, [f"there is no record figures/records/{figure}.yml. Write its words there first."])
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise FigureError(figure, [f"figures/records/{figure}.yml is not readable as YAML: {error}"]) from None
    return raw if isinstance(raw, dict) else {}


def retired() -> dict[str, dict[str, str]]:
    """Figures that are no longer in the book, by id: the version without them, the figure that follows, and the reason."""
    return yaml.safe_load((ROOT / "retired.yml").read_text(encoding="utf-8")) or {}


def _list_faults(raw: dict) -> list[str]:
    """Words that must be of a closed list: the form, the topic and the countries."""
    faults = [f"the {name} '{raw[name]}' is not in the list.{md.nearest(str(raw[name]), allowed)} Allowed: {', '.join(allowed)}"
              for name, allowed in (("form", FORMS), ("topic", TOPICS)) if raw[name] not in allowed]
    known = set(md.countries()["iso3"])
    return faults + [f"'{code}' under 'countries' is no country of the table" for code in raw.get("countries") or () if code not in known]


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(str(text)) if name}


def _placeholder_faults(raw: dict, values: dict, computed: dict) -> list[str]:
    wanted = set().union(*(_placeholders(raw[name]) for name in REQUIRED))
    faults = [f"the placeholder {{{name}}} got no value" for name in sorted(wanted - set(values))]
    faults += [f"the value '{name}' fits no placeholder" for name in sorted(set(values) - wanted)]
    return faults + [f"'computed' explains '{name}', which is no placeholder" for name in sorted(set(computed) - wanted)]


def _value_faults(data: pd.DataFrame, values: dict, computed: dict) -> list[str]:
    held = _numbers_held(data)
    return [f"the value {name} = {value} does not stand in the figure's data, and 'computed' does not say how it was made"
            for name, value in values.items()
            if name not in computed and isinstance(value, (int, float)) and round(float(value), 6) not in held]


def _numbers_held(data: pd.DataFrame) -> set[float]:
    held = {float(len(data))}
    for column in data.columns:
        for cell in data[column].dropna():
            held |= {round(float(cell), 6)} if isinstance(cell, (int, float)) else _numbers(str(cell))
    return held


def _numbers(text: str) -> set[float]:
    return {round(float(found.replace(",", "")), 6) for found in _DIGITS.findall(_DATE.sub(" ", text))}


def _fill_one(text: str, values: dict) -> str:
    shown = {name: f"{value:,}" if isinstance(value, (int, float)) else str(value) for name, value in values.items()}
    return " ".join(str(text).format_map(shown).split())


def _number_faults(words: dict, data: pd.DataFrame, values: dict) -> list[str]:
    held = _numbers_held(data) | {n for value in values.values() for n in _numbers(f"{value}")}
    return [f"the number {number:g} in '{name}' is neither in the data nor a placeholder"
            for name in WORDS for number in sorted(_numbers(words[name]) - held)]


def _word_faults(figure: str, words: dict) -> list[str]:
    faults, alt = [], words["alt"]
    if words["id"] != figure:
        faults.append(f"the record's id is '{words['id']}'")
    if len(alt) > ALT_LONGEST:
        faults.append(f"the alt text has {len(alt)} characters. Allowed: {ALT_LONGEST}")
    if len(words["title"]) > TITLE_LONGEST:
        faults.append(f"the title has {len(words['title'])} characters. Allowed: {TITLE_LONGEST}")
    if re.search(r"(^|\s)['\"“‘]", words["title"]):
        faults.append("the title has quotation marks, which each citation style changes in its own way")
    if alt.casefold().startswith(words["title"].casefold()[:60]):
        faults.append("the alt text repeats the title. It says the form, what is measured, the pattern, the exception")
    if re.match(r"(?i)(a |the )?(chart|figure|graph|picture|image)\b", alt):
        faults.append("the alt text begins with a word that says nothing. Name the form: 'Timeline of ...', 'Dot plot of ...'")
    if "n = " not in words["subtitle"] + words["note"]:
        faults.append("neither subtitle nor note says how many: 'n = ...'")
    if not _DATE.search(words["subtitle"] + words["note"]):
        faults.append("neither subtitle nor note gives the period or 'as of' date")
    faults += [f"'{words[name]}' is no {name}. Allowed: {shape}" for name, shape in _SHAPES.items() if not re.fullmatch(shape, words[name])]
    faults += [f"figures/records/{figure}.yml, line {_line(figure, name)}: '{name}' holds a {told}. Type it again" for name, text in words.items() if (told := untrusted.hidden(text))]
    for name in WORDS:
        faults += [f"'{name}' holds the name of a person ({person}). Pictures and their texts speak by role" for person in names_in(words[name])]
    return faults


def _line(figure: str, name: str) -> int:
    """The line of a record in which a field begins."""
    text = (ROOT / "records" / f"{figure}.yml").read_text(encoding="utf-8")
    return text[: re.search(rf"^{name}\s*:", text, re.M).start()].count("\n") + 1


@functools.cache
def _people() -> tuple[str, ...]:
    """The people who spoke in public under their name. Their names are not shown in a picture either."""
    return tuple(sorted({name.strip() for cell in md.cases()["speaker"].dropna() for name in re.split(r"[;,]", cell) if len(name.split()) > 1}))


def names_in(text: str) -> list[str]:
    """The names of people that stand in a text: of those who spoke, and of accused people."""
    told = [name for name in _people() if re.search(rf"\b{re.escape(name)}\b", text)]
    return list(dict.fromkeys([*told, *names.found(text)]))
