"""A fault of the tables, of a record or of the book's settings ends a program of the book in its sentences, and not in a traceback. Importing it is all."""

from __future__ import annotations

import sys


def tell(kind: type[BaseException], error: BaseException, trace) -> None:
    """Prints what is meant for people as it is written, and anything else as Python does."""
    from metoo_data import DataError
    from metoo_figures import FigureError, YamlError

    if isinstance(error, (DataError, FigureError, YamlError)):
        print(error, file=sys.stderr)
    elif isinstance(error, FileNotFoundError) and error.filename:
        print(f"{error.filename}: the file is not there. Restore it from the last commit, or make what it comes from.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = tell
