"""The runner: a notebook runs when its code or the data changed, and a failing cell is told."""

import importlib.util
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """The runner in a small repository of its own, with one notebook."""
    spec = importlib.util.spec_from_file_location("runner", ROOT / "chapters" / "_ext" / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for folder in ("chapters", "data/tables", "figures/records", "figures/metoo_figures", "_build/executed"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "requirements.txt").write_text("lock")
    (tmp_path / "figures" / "book.yml").write_text("title: Test")
    (tmp_path / "data" / "tables" / "events.csv").write_text("a\n1\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "CHAPTERS", tmp_path / "chapters")
    monkeypatch.setattr(module, "EXECUTED", tmp_path / "_build" / "executed")
    module.repository = tmp_path
    return module


def notebook(runner, *cells: tuple[str, str]):
    path = runner.CHAPTERS / "one.ipynb"
    made = [{"cell_type": kind, "id": f"c{i}", "metadata": {}, "source": text} | ({"execution_count": None, "outputs": []} if kind == "code" else {})
            for i, (kind, text) in enumerate(cells)]
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    return path


def test_a_notebook_runs_once_and_again_only_when_it_must(runner):
    path = notebook(runner, ("markdown", "Words."), ("code", "1 + 1"))
    assert not runner.is_current(path, runner.shared_key())
    runner.run(path, runner.shared_key())
    done = json.loads((runner.EXECUTED / "one.ipynb").read_text(encoding="utf-8"))
    assert done["cells"][1]["outputs"][0]["data"]["text/plain"] in ("2", ["2"])
    assert runner.is_current(path, runner.shared_key())

    notebook(runner, ("markdown", "Other words."), ("code", "1 + 1"))
    assert runner.is_current(path, runner.shared_key()), "a word in prose runs nothing"
    assert "Other words." in (runner.EXECUTED / "one.ipynb").read_text(encoding="utf-8"), "and yet the page shows it"

    notebook(runner, ("markdown", "Words."), ("code", "1 + 2"))
    assert not runner.is_current(path, runner.shared_key()), "a changed cell runs the notebook"


@pytest.mark.parametrize("name", ["data/tables/events.csv", "figures/metoo_figures/style.py", "figures/records/x.yml", "requirements.txt"])
def test_a_changed_table_package_record_or_lock_changes_the_key(runner, name):
    before = runner.shared_key()
    (runner.repository / name).write_text("changed")
    assert runner.shared_key() != before


def test_a_failing_cell_is_told_with_notebook_cell_and_error(runner, capsys):
    path = notebook(runner, ("code", "width = 3\nwidth / 0"))
    assert runner.run_all([path], runner.shared_key()) == 1
    told = capsys.readouterr().out
    assert "one.ipynb: FAILED" in told and "width / 0" in told and "ZeroDivisionError" in told
    assert not (runner.EXECUTED / "one.key").exists()


def test_printed_text_is_stored_in_one_piece(runner):
    said = lambda *text: {"output_type": "stream", "name": "stdout", "text": list(text)}  # noqa: E731
    picture = {"output_type": "display_data", "data": {}, "metadata": {}}
    assert runner.merged([said("a\n"), said("b\n", "c"), picture, said("d")]) == [said("a\n", "b\n", "c"), picture, said("d")]


def test_ctrl_c_stops_at_once_with_a_sentence(runner, tmp_path):
    (tmp_path / "chapters" / "_ext").mkdir()
    script = shutil.copy(ROOT / "chapters" / "_ext" / "run.py", tmp_path / "chapters" / "_ext" / "run.py")
    notebook(runner, ("code", "from pathlib import Path; Path('started').touch()\nimport time; time.sleep(120)"))
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, start_new_session=True)
    while not (tmp_path / "chapters" / "started").exists() and process.poll() is None:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=15)
    assert process.returncode == 130 and "Stopped. What had run is kept" in told
    assert not list((tmp_path / "_build" / "executed").iterdir())
