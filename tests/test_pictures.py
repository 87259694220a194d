"""Pictures that a build remembers: the same drawing is not rendered twice, and everything else is drawn anew."""

import os
import subprocess
import sys

import matplotlib as mpl
import pytest
import run
from test_figures import DATA, VALUES, publish, room  # noqa: F401  a fixture

import metoo_figures as mf
from metoo_figures import embedded, pictures, records


@pytest.fixture
def renders(room, monkeypatch):  # noqa: F811
    """A memory for the pictures, and a list that grows by one with each PNG that is rendered."""
    (room / "memory").mkdir()
    monkeypatch.chdir(room)
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


def marked(mark: str, module: str = __name__):
    """Draws with a function that says a mark at each tick."""
    def tick(x, place):
        return f"{x:.0f}{mark}"

    tick.__module__ = module

    def draw(ax, data):
        mf.forms.shares(ax, data)
        ax.xaxis.set_major_formatter(tick)

    return draw


def test_what_a_function_was_given_counts(room, renders):  # noqa: F811
    publish(room, draw=marked("a"))
    publish(room, draw=marked("a"))
    assert renders == [1]
    publish(room, draw=marked("b"))
    assert renders == [1, 1]


def test_a_function_of_the_notebook_is_never_taken_for_the_same(room, renders):  # noqa: F811
    """Its name stays when its body changes."""
    publish(room, draw=marked("a", "__main__"))
    publish(room, draw=marked("a", "__main__"))
    assert renders == [1, 1]


def test_nor_is_one_of_a_module_beside_the_notebook(room, renders, monkeypatch):  # noqa: F811
    monkeypatch.syspath_prepend(str(room))
    (room / "helping.py").write_text("")
    import helping  # noqa: F401

    publish(room, draw=marked("a", "helping"))
    publish(room, draw=marked("a", "helping"))
    assert renders == [1, 1]


def test_a_name_that_is_listed_later_is_found_in_a_remembered_picture(room, renders, monkeypatch):  # noqa: F811
    publish(room)
    monkeypatch.setattr(records, "names_in", lambda text: ["Somebody"] if "almost 75" in text else [])
    with pytest.raises(mf.FigureError, match="the name of a person"):
        publish(room)


def test_what_is_drawn_is_told_alike_in_every_process(tmp_path):
    """On another day and with other places in memory: dates, a legend, hatches, labels."""
    code = """if True:
        import sys, pandas as pd, matplotlib.dates as mdates
        from matplotlib.patches import Patch
        import metoo_figures as mf
        from metoo_figures import pictures
        junk = [object() for _ in range(int(sys.argv[1]))]
        fig, ax = mf.figure()
        ax.plot(pd.to_datetime(["2018-01-01", "2020-03-01"]), [1, 2]); ax.fill_between(pd.to_datetime(["2018-01-01", "2020-03-01"]), [1, 2], hatch="//")
        ax.annotate("x", (17600, 1.5), xytext=(5, 5), textcoords="offset points"); mf.key(fig, [Patch(label="one", hatch="..")])
        print(pictures.origin(fig, None, ""))"""
    told = {subprocess.run([sys.executable, "-c", code, junk], capture_output=True, text=True, check=True, cwd=tmp_path, env={**os.environ, pictures.MEMORY: str(tmp_path)}).stdout for junk in ("1", "99999")}
    assert len(told) == 1 and "None" not in told.pop()
