"""The loaders: each table as a typed frame, or one error that lists everything wrong with it."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pandas as pd

from . import bibliography, cells, checking, dates, reading, schema
from .problems import DataError, nearest

#: The audit event of a table or of the sources being used; its argument is the path of the file.
READ = "metoo_data.read"
_DTYPES = {"string": "str", "integer": "Int64", "number": "Float64"}


def load(name: str) -> pd.DataFrame:
    """One table of the data package as a frame with types.

    Parameters
    ----------
    name : str
        A table of ``datapackage.json``: ``"events"``, ``"cases"``, ``"case_steps"`` ...

    Returns
    -------
    pandas.DataFrame
        One row a fact. Closed lists are categories in their order, days are datetimes, counts are nullable
        integers. Beside each EDTF column ``x`` stand ``x_earliest``, ``x_latest`` (first and last day that it may
        mean; empty where the interval is open), ``x_precision`` and ``x_qualifier``.

    Raises
    ------
    KeyError
        If there is no such table.
    DataError
        If the table breaks the schema. Every problem is listed; nothing is loaded.
    """
    # Heard by who listens which tables a notebook reads (PEP 578), also where the table is in memory and no file is opened.
    sys.audit(READ, str(_table(name, schema.ROOT).path))
    return _load(name, schema.ROOT).copy()


def path(name: str) -> Path:
    """The CSV file of a table, for those who want the text as it stands. Raises KeyError as :func:`load` does."""
    return _table(name, schema.ROOT).path


def sources() -> pd.DataFrame:
    """Every source, indexed by its key in ``references.bib``.

    Columns: author, title, publisher, date (EDTF, when it was published), url, accessed, language, kind, lines
    (non-empty lines of a seed article), note, and ``published_earliest``, ``published_latest``.
    """
    sys.audit(READ, str(schema.ROOT / "references.bib"))
    return _sources(schema.ROOT, stamp(schema.ROOT)).copy()


@functools.lru_cache(maxsize=4)
def _sources(root: Path, _stamp: tuple) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(bibliography.read(root), orient="index", columns=bibliography.COLUMNS, dtype="str")
    spans = [dates.parse(text) for text in frame["date"]]
    frame["published_earliest"] = _days([span.earliest for span in spans], frame.index)
    # What we read on a day was published by that day, however loosely its own date is known.
    read = [dates.parse(text).latest if text else dates.OPEN_END for text in frame["accessed"]]
    frame["published_latest"] = _days([min(span.latest, day) for span, day in zip(spans, read)], frame.index)
    return frame.rename_axis("source_id")


def _table(name: str, root: Path) -> schema.Table:
    known = schema.tables(root)
    if name not in known:
        raise KeyError(f"there is no table '{name}'.{nearest(name, known)} Tables: {', '.join(known)}")
    return known[name]


def _load(name: str, root: Path) -> pd.DataFrame:
    """The table, made once as long as no file of the package changes."""
    return _made(name, root, stamp(root))


def stamp(root: Path) -> tuple:
    """Times and sizes of the package's files: the same as long as none of them changes."""
    files = [_table(other, root).path for other in schema.tables(root)] + [root / "references.bib"]
    return tuple((f.stat().st_mtime_ns, f.stat().st_size) for f in files if f.exists())


@functools.lru_cache(maxsize=32)
def _made(name: str, root: Path, _stamp: tuple) -> pd.DataFrame:
    table = _table(name, root)
    if found := checking.table_problems(name, root):
        raise DataError(found)
    rows = reading.read(table).rows
    columns = {}
    for field in table.fields:
        texts = [row.cells[field.name] for row in rows]
        # As in the check: each different text of a column is read once.
        values = {text: cells.convert(field, text) for text in set(texts)}
        columns[field.name] = _column(field, [values[text] for text in texts])
        if field.is_edtf:
            columns |= _date_columns(field.name, texts)
    return pd.DataFrame(columns)


def _column(field: schema.Field, values: list) -> pd.Series:
    if field.codes:
        return pd.Series(pd.Categorical(values, categories=list(field.codes), ordered=True))
    if field.type == "date":
        return pd.Series(pd.to_datetime(values, format="%Y-%m-%d"), dtype="datetime64[s]")
    return pd.Series(values, dtype=_DTYPES[field.type])


def _date_columns(name: str, texts: list[str]) -> dict[str, pd.Series]:
    spans = [dates.parse(text) if text else None for text in texts]
    pick = lambda part: [getattr(span, part) if span else None for span in spans]  # noqa: E731
    return {
        f"{name}_earliest": _days(pick("earliest")),
        f"{name}_latest": _days(pick("latest")),
        f"{name}_precision": pd.Series(pd.Categorical(pick("precision"), categories=list(dates.PRECISIONS), ordered=True)),
        f"{name}_qualifier": pd.Series(pd.Categorical(pick("qualifier"), categories=list(dates.QUALIFIERS.values()))),
    }


def _days(days: list, index=None) -> pd.Series:
    bounded = [None if day in (dates.OPEN_START, dates.OPEN_END) else day for day in days]
    return pd.Series(bounded, index=index, dtype="datetime64[s]")


def _loader(name: str):
    def one_table() -> pd.DataFrame:
        return load(name)

    one_table.__name__ = one_table.__qualname__ = name
    one_table.__doc__ = schema.codebook(name)
    return one_table


countries = _loader("countries")
events = _loader("events")
cases = _loader("cases")
case_steps = _loader("case_steps")
reforms = _loader("reforms")
reform_stages = _loader("reform_stages")
ratifications = _loader("ratifications")
backlash = _loader("backlash")
hashtags = _loader("hashtags")
statistics = _loader("statistics")
series = _loader("series")
claims = _loader("claims")
evidence = _loader("evidence")
corrections = _loader("corrections")
double_coding = _loader("double_coding")
