"""Any single damage to the data package is told with its place, or does no harm; nothing ends in a bare traceback.

Each kind of damage (tests/corruptions.py) is tried at places that hypothesis picks: the same few in every run, so that a failure can be repeated. For more of
them, at other places each time: ``METOO_EXAMPLES=30 .venv/bin/python -m pytest -n 2 tests/test_property_tables.py``, which makes 30 of each kind.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import corruptions
import metoo_data as md
import pandas as pd
import pytest
from conftest import ROOT
from corruptions import ANYWHERE, FOLDER, GONE, KINDS, Damage
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from metoo_data import schema
from metoo_data.__main__ import check, main

EXAMPLES = int(os.environ.get("METOO_EXAMPLES", "1"))
# Nothing is made smaller after a failure: a place in a table is no larger than another.
SETTINGS = settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES == 1, database=None, phases=[Phase.generate],
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large, HealthCheck.large_base_example])
BOOK = corruptions.Book(ROOT / "data")
NAMES = ("datapackage.json", "references.bib", "accused-names.txt", "taken-down.txt")


class Room:
    """A copy of the package in which one file at a time is damaged and made whole again, with its old time: what was read of it still holds."""

    def __init__(self, root: Path):
        self.root, self.count = root, 0
        shutil.copytree(BOOK.root / "tables", root / "tables")
        for name in NAMES:
            shutil.copy2(BOOK.root / name, root / name)

    def damaged(self, damage: Damage):
        """Puts the damage in its place. Returns the root and what makes it whole again. What is read once in a process gets a root of its own."""
        if damage.file in ("datapackage.json", "accused-names.txt", "taken-down.txt"):
            self.count += 1
            root = self.root.parent / f"room-{self.count}"
            root.mkdir()
            for name in ("tables", *NAMES):
                if name != damage.file:
                    (root / name).symlink_to(self.root / name)
            self._put(root / damage.file, damage.content)
            return root, lambda: shutil.rmtree(root)
        path = self.root / damage.file
        stat = path.stat()
        path.unlink()
        self._put(path, damage.content)

        def mend():
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            path.write_bytes(BOOK.bytes[damage.file])
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

        return self.root, mend

    def _put(self, path: Path, content) -> None:
        if content == FOLDER:
            path.mkdir()
        elif content != GONE:
            path.write_bytes(content)
            self.count += 1          # two damages within one tick of the clock are two files
            os.utime(path, ns=(0, 10**18 + self.count))


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Room:
    return Room(tmp_path_factory.mktemp("package") / "room")


def told(root: Path) -> list[md.problems.Problem]:
    """Every problem; those of the schema alone where it cannot be read."""
    try:
        return check(root)
    except md.DataError as error:
        return error.problems


def loaded(name: str) -> pd.DataFrame | md.DataError:
    try:
        return md.load(name)
    except md.DataError as error:
        return error


@pytest.mark.parametrize("kind", KINDS)
def test_a_damage_is_told_with_its_place_or_does_no_harm(kind, room, monkeypatch):
    @SETTINGS
    @given(data=st.data())
    def one(data):
        damage = KINDS[kind](lambda choices: data.draw(st.sampled_from(list(choices))), BOOK)
        assert damage.content != BOOK.bytes[damage.file], "nothing was damaged"
        root, mend = room.damaged(damage)
        try:
            with monkeypatch.context() as patch:
                patch.setattr(schema, "ROOT", root)
                _holds(damage, told(root))
        finally:
            mend()

    one()


def _holds(damage: Damage, problems: list) -> None:
    """What must be true of a damage and of what is told of it, and that nothing fails in another way than with DataError."""
    file = f"data/{damage.tells or damage.file}"
    assert all(re.fullmatch(r"data/[\w./-]+", p.file) and re.search(r"\w.*\S$", p.says, re.S) and "Traceback" not in p.says for p in problems)
    assert all(p.line is not None for p in problems if damage.content not in (GONE, FOLDER) and not re.search("JSON: (maximum recursion|.* twice)", p.says)), problems[:3]
    here = [p for p in problems if (p.file == file or damage.tells == ANYWHERE) and damage.line in (None, p.line) and damage.column in (None, p.column)]
    assert here or not damage.told, ("not told", damage.file, damage.line, damage.column, [str(p) for p in problems[:5]])
    name = Path(damage.file).stem if damage.file.startswith("tables/") else "case_steps"
    frame = loaded(name)
    if not problems:
        assert damage.harmless, "neither told nor listed as harmless"
        assert isinstance(frame, pd.DataFrame), ("not told by the check, but not loaded", str(frame)[:300])
    if damage.same:
        pd.testing.assert_frame_equal(frame, WHOLE[name])
    try:
        now = md.status_as_of("2026-11-21")
    except md.DataError:
        assert problems
    else:
        assert list(now.columns) == ["status", "side", "since", "step_id"] and now["status"].notna().all()


WHOLE = {name: md.load(name) for name in md.tables()}


@pytest.mark.parametrize(("file", "content", "says"), [
    ("tables/events.csv", b"event_id\tdate\ttitle\nev-x\t2018\tx\n", "line 1: this file is separated by tabs, not by commas"),
    ("tables/cases.csv", FOLDER, "here stands a folder"), ("references.bib", GONE, "the file is not there"), ("references.bib", b"@misc{x", "not readable as BibTeX"),
    ("datapackage.json", b"{\"resources\": [", "not readable as JSON"), ("datapackage.json", FOLDER, "here stands a folder"), ("accused-names.txt", b"\xe9", "not UTF-8"), ("taken-down.txt", b"\xe9", "not UTF-8"),
], ids=lambda value: str(value)[:20])
def test_the_command_ends_in_sentences_and_exit_code_one(room, file, content, says):
    root, mend = room.damaged(Damage(file, content))
    try:
        done = subprocess.run([sys.executable, "-m", "metoo_data", "check", "--root", str(root)], capture_output=True, text=True, encoding="utf-8", check=False)
    finally:
        mend()
    assert done.returncode == 1 and says in done.stdout and done.stderr == "", (done.stdout[-500:], done.stderr[-2000:])


def test_one_sentence_is_enough_for_a_table_separated_by_tabs(room):
    root, mend = room.damaged(Damage("tables/series.csv", BOOK.bytes["tables/series.csv"].replace(b",", b"\t")))
    try:
        assert len(check(root)) == 1
    finally:
        mend()


def test_folders_that_are_not_there_are_told(tmp_path, capsys):
    assert main(["check", "--root", str(tmp_path / "nowhere")]) == 1
    assert "data/datapackage.json: the file is not there" in capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        main(["check", "--prose", str(tmp_path / "nowhere")])
    assert end.value.code == 2 and "there is no folder" in capsys.readouterr().err
