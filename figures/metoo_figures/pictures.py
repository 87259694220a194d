"""The pictures of a figure: one drawing in three forms.

A build may say where it remembers what each figure's pictures were drawn from (the variable BOOK_DRAWN). Then a figure that holds the same as the last
time is not laid out and rendered again. What a figure holds is told by pickling it: the same artists with the same state make the same drawing.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from dateutil.rrule import rrule
from matplotlib.figure import Figure
from matplotlib.transforms import TransformNode

from . import drafts, embedded, vector
from .records import Record

#: The variable that names a folder. What is remembered there holds for one state of this code and of its libraries: another state needs another folder.
MEMORY = "BOOK_DRAWN"


@dataclass(frozen=True)
class Drawn:
    """The PNG, SVG and PDF of a figure, by the names of their files, and every text that they show."""

    files: dict[str, bytes]
    texts: list[str]


def draw(fig: Figure, record: Record, packet: str) -> dict[str, bytes]:
    """The pictures of a figure that is laid out, by the names of their files. ``packet`` is what they say of themselves."""
    return {f"{record.id}.png": embedded.png(fig, record, packet),
            f"{record.id}.svg": vector.with_fonts(embedded.svg(fig, record)).encode("utf-8"),
            f"{record.id}.pdf": embedded.pdf(fig, record, packet)}


def origin(fig: Figure, record: Record, packet: str) -> str | None:
    """What the pictures come from, as a digest: the figure before it is laid out, its words, and matplotlib's settings. None where nothing is remembered or it cannot be told."""
    if not os.environ.get(MEMORY):
        return None
    told = io.BytesIO()
    try:
        _Teller(told, protocol=5).dump((fig, record, packet, repr(mpl.rcParams)))
    except (pickle.PicklingError, TypeError, AttributeError):
        return None
    return _sum(told.getvalue())


def kept(figure: str, origin: str, folder: Path) -> Drawn | None:
    """The pictures that stand in a folder, if they are of the same origin and nothing has touched them; None where they must be drawn."""
    try:
        known = json.loads(_memory(figure).read_text(encoding="utf-8"))
        if known["from"] != origin:
            return None
        files = {name: (folder / name).read_bytes() for name in known["made"]}
        return Drawn(files, known["texts"]) if all(_sum(content) == known["made"][name] for name, content in files.items()) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(figure: str, origin: str, drawn: Drawn) -> None:
    """Notes what the pictures of a figure come from."""
    known = {"from": origin, "made": {name: _sum(content) for name, content in drawn.files.items()}, "texts": drawn.texts}
    drafts.write_whole(_memory(figure), json.dumps(known).encode("utf-8"))


class _Teller(pickle.Pickler):
    """Writes what a figure holds, the same in every process. It is read by nobody."""

    def reducer_override(self, thing):
        if isinstance(thing, (type, types.FunctionType)) and _is_of_the_reader(thing.__module__):
            raise pickle.PicklingError("made in the notebook or beside it: its name does not tell what it does")
        if isinstance(thing, types.FunctionType):          # the code belongs to a package; what it was given does not
            return tuple, ((thing.__module__, thing.__qualname__, thing.__defaults__, thing.__kwdefaults__, [cell.cell_contents for cell in thing.__closure__ or ()]),)
        if isinstance(thing, TransformNode):               # knows those that build on it by their places in memory
            state = dict(thing.__getstate__())
            return object.__new__, (type(thing),), state | {"_parents": [*state.get("_parents", {}).values()]}
        if isinstance(thing, rrule):                       # of a date axis: begins when it was made, until ticks are asked for
            return object.__new__, (type(thing),), {name: value for name, value in vars(thing).items() if name != "_dtstart"}
        return NotImplemented


def _is_of_the_reader(module: str) -> bool:
    """Whether a module is the notebook or lies in its folder: its code is no part of the state that the memory holds for."""
    file = getattr(sys.modules.get(module), "__file__", None)
    return module == "__main__" or bool(file) and Path(file).is_relative_to(Path.cwd())


def _memory(figure: str) -> Path:
    return Path(os.environ[MEMORY]) / f"{figure}.json"


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
