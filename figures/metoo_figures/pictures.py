"""The pictures of a figure: one drawing in three forms.

A build may say where it remembers what each figure's pictures were drawn from (the variable BOOK_DRAWN). Then a drawing that is the same as the
last one is not rendered again: its SVG, which is quick to write, tells all that is in it.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from . import drafts, embedded, vector
from .records import Record

#: The variable that names a folder. What is remembered there holds for one state of this code and of its libraries: another state needs another folder.
MEMORY = "BOOK_DRAWN"


def of(fig: Figure, record: Record, packet: str, folder: Path) -> dict[str, bytes]:
    """The PNG, SVG and PDF of a figure, by the names of their files. ``packet`` is what they say of themselves, ``folder`` where the last ones may stand."""
    drawing = embedded.svg(fig, record)
    if not (room := os.environ.get(MEMORY)):
        return _drawn(fig, record, packet, drawing)
    memory, origin = Path(room) / f"{record.id}.json", _sum("\0".join((drawing, packet, repr(mpl.rcParams))).encode("utf-8"))
    if kept := _kept(memory, origin, folder):
        return kept
    files = _drawn(fig, record, packet, drawing)
    drafts.write_whole(memory, json.dumps({"from": origin, "made": {name: _sum(content) for name, content in files.items()}}).encode("utf-8"))
    return files


def _drawn(fig: Figure, record: Record, packet: str, drawing: str) -> dict[str, bytes]:
    return {f"{record.id}.png": embedded.png(fig, record, packet),
            f"{record.id}.svg": vector.with_fonts(drawing).encode("utf-8"),
            f"{record.id}.pdf": embedded.pdf(fig, record, packet)}


def _kept(memory: Path, origin: str, folder: Path) -> dict[str, bytes] | None:
    """The pictures that stand in a folder, if they are of the same origin and nothing has touched them; None where they must be drawn."""
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
        files = {name: (folder / name).read_bytes() for name in known["made"]}
        same = known["from"] == origin and all(_sum(content) == known["made"][name] for name, content in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return files if same else None


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
