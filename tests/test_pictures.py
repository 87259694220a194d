"""Pictures that a build remembers: the same drawing is not rendered twice, and everything else is drawn anew."""

import matplotlib as mpl
import pytest
import run
from test_figures import DATA, VALUES, publish, room  # noqa: F401  a fixture

import metoo_figures as mf
from metoo_figures import embedded, pictures


@pytest.fixture
def renders(room, monkeypatch):  # noqa: F811
    """A memory for the pictures, and a list that grows by one with each PNG that is rendered."""
    (room / "memory").mkdir()
    monkeypatch.setenv(pictures.MEMORY, str(room / "memory"))
    made, real = [], embedded.png
    monkeypatch.setattr(embedded, "png", lambda *about: made.append(1) or real(*about))
    return made


def stored(room) -> dict[str, bytes]:  # noqa: F811
    return {path.name: path.read_bytes() for path in (room / "published" / "test-shares").iterdir()}


def test_a_drawing_that_is_the_same_is_rendered_once_and_every_file_stays(room, renders):  # noqa: F811
    one = publish(room)
    before = stored(room)
    again = publish(room)
    assert renders == [1] and stored(room) == before
    assert repr(one) == repr(again) and one.png == again.png == before["test-shares.png"]


def test_without_a_memory_every_picture_is_rendered(room, renders, monkeypatch):  # noqa: F811
    publish(room)
    monkeypatch.delenv(pictures.MEMORY)
    publish(room)
    monkeypatch.setenv(pictures.MEMORY, "")
    publish(room)
    assert renders == [1, 1, 1]


def altered(room, name: str) -> None:  # noqa: F811
    path = room / "published" / "test-shares" / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def remembered(room, text: str) -> None:  # noqa: F811
    (room / "memory" / "test-shares.json").write_text(text)


def coarse(ax, data) -> None:
    """The same drawing, in fewer dots: its SVG does not tell."""
    mpl.rcParams["savefig.dpi"] = 120
    mf.forms.shares(ax, data)


CHANGES = {
    "another number": lambda room: {"data": DATA.assign(value=[41.0, 75.0]), "values": VALUES | {"low": 41}},
    "a word that only the files hold": lambda room: {"record": {"description": "Two rows, told otherwise."}},
    "the alternative text": lambda room: {"record": {"alt": "Two shares, {low} and {high} percent."}},
    "a setting of matplotlib": lambda room: {"draw": coarse},
    "an altered PNG": lambda room: altered(room, "test-shares.png"),
    "an altered PDF": lambda room: altered(room, "test-shares.pdf"),
    "a lost SVG": lambda room: (room / "published" / "test-shares" / "test-shares.svg").unlink(),
    "a memory cut off": lambda room: remembered(room, '{"from": "'),
    "a memory of something else": lambda room: remembered(room, "[1]"),
    "a memory that was lost": lambda room: (room / "memory" / "test-shares.json").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_the_same_is_rendered_again(room, renders, change):  # noqa: F811
    publish(room)
    before = stored(room)
    publish(room, **(CHANGES[change](room) or {}))
    assert renders == [1, 1]
    assert (stored(room) == before) == change.startswith(("an altered", "a lost", "a memory")), "what was altered is as it was; what is new is new"


def test_the_memory_of_another_state_of_the_code_is_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "DRAWN", tmp_path / "drawn")
    old = run.memory("a" * 64)
    (old / "x.json").write_text("{}")
    assert run.memory("a" * 64) == old and (old / "x.json").exists()
    new = run.memory("b" * 64)
    assert [path.name for path in (tmp_path / "drawn").iterdir()] == [new.name]
