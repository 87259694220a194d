"""The runner: a notebook runs when its code or the data changed, and a failing cell is told."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import freshness
import pytest
import run
from conftest import ROOT


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """The runner in a small repository of its own, with one table, one record and one package."""
    for folder in ("chapters", "data/tables", "data/metoo_data", "figures/records", "figures/metoo_figures", "_build/executed"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in {"requirements.txt": "lock", "data/tables/events.csv": "a\n1\n", "data/tables/cases.csv": "b\n1\n", "data/metoo_data/loading.py": "", "figures/records/x.yml": "x: 1"}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "CHAPTERS", tmp_path / "chapters")
    monkeypatch.setattr(run, "EXECUTED", tmp_path / "_build" / "executed")
    return run


def notebook(runner, *cells: tuple[str, str]):
    path = runner.CHAPTERS / "one.ipynb"
    made = [{"cell_type": kind, "id": f"c{i}", "metadata": {}, "source": text} | ({"execution_count": None, "outputs": []} if kind == "code" else {})
            for i, (kind, text) in enumerate(cells)]
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    return path


READS = "from pathlib import Path; Path('../data/tables/events.csv').read_text()"


def ran(runner, path) -> bool:
    """Runs the notebook if it must; says whether it did."""
    if runner.is_current(path, freshness.shared()):
        return False
    assert runner.run_all([path], freshness.shared()) == 0
    return True


def test_a_notebook_runs_once_and_again_only_when_it_must(runner):
    path = notebook(runner, ("markdown", "Words."), ("code", READS), ("code", "1 + 1"))
    assert ran(runner, path)
    done = json.loads((runner.EXECUTED / "one.ipynb").read_text(encoding="utf-8"))
    assert done["cells"][2]["outputs"][0]["data"]["text/plain"] in ("2", ["2"])
    assert not ran(runner, path)

    notebook(runner, ("markdown", "Other words."), ("code", READS), ("code", "1 + 1"))
    assert not ran(runner, path), "a word in prose runs nothing"
    assert "Other words." in (runner.EXECUTED / "one.ipynb").read_text(encoding="utf-8"), "and yet the page shows it"

    notebook(runner, ("markdown", "Words."), ("code", READS), ("code", "1 + 2"))
    assert ran(runner, path), "a changed cell runs the notebook"
    read = json.loads((runner.EXECUTED / "one.json").read_text(encoding="utf-8"))["read"]
    assert [*read] == ["data/tables/events.csv"], "it read this file of the book and no other"


@pytest.mark.parametrize(("name", "again"), [
    ("data/tables/events.csv", True), ("data/tables/cases.csv", False), ("figures/records/x.yml", False),
    ("data/metoo_data/loading.py", True), ("figures/metoo_figures/new.py", True), ("requirements.txt", True)])
def test_a_change_runs_the_notebooks_that_depend_on_it_and_no_other(runner, name, again):
    """The table that it read, a package, the lock; not the table and the record that it did not read."""
    path = notebook(runner, ("code", READS))
    assert ran(runner, path)
    (freshness.ROOT / name).write_text("changed")
    assert runner.is_current(path, freshness.shared()) is not again


def test_a_new_file_in_a_folder_that_was_listed_runs_the_notebook(runner):
    path = notebook(runner, ("code", "from pathlib import Path; len([*Path('../figures/records').glob('*.yml')])"))
    assert ran(runner, path) and not ran(runner, path)
    (freshness.ROOT / "figures" / "records" / "y.yml").write_text("y: 1")
    assert ran(runner, path)


def test_a_table_edited_while_a_notebook_runs_counts_as_changed(runner):
    path = notebook(runner, ("code", READS), ("code", "Path('../data/tables/events.csv').write_text('a\\n2\\n')"))
    assert ran(runner, path)
    assert not runner.is_current(path, freshness.shared())


def test_a_figure_that_was_altered_or_lost_is_made_again(runner):
    picture = freshness.ROOT / "figures" / "published" / "one-a" / "one-a.png"
    path = notebook(runner, ("code", "from pathlib import Path\ndef publish(name):\n    folder = Path('../figures/published') / name; folder.mkdir(parents=True, exist_ok=True)\n"
                             "    (folder / f'{name}.png').write_text('drawn')\n    (folder / 'one-a.json').write_text('{\"number\": \"1\", \"chapter\": \"two\"}')\npublish('one-a')"))
    assert ran(runner, path) and not ran(runner, path)
    picture.write_text("altered")
    assert ran(runner, path) and picture.read_text() == "drawn"
    picture.unlink()
    assert ran(runner, path) and picture.exists()


def test_a_kernel_has_the_environment_of_the_runner_and_nothing_of_the_server(runner):
    path = notebook(runner, ("code", "import os, sys; print(os.environ.get('BOOK_READS', '')[-5:], [place for place in sys.path if '_ext' in place], os.path.basename(os.getcwd()))"))
    assert ran(runner, path)
    told = "".join(json.loads((runner.EXECUTED / "one.ipynb").read_text(encoding="utf-8"))["cells"][0]["outputs"][0]["text"])
    assert told == "/read [] chapters\n"


def test_a_table_is_as_wide_as_in_any_notebook(runner):
    path = notebook(runner, ("code", "import pandas as pd\npd.DataFrame([range(15)], columns=[f'column {n}' for n in range(15)])"))
    assert ran(runner, path)
    shown = json.loads((runner.EXECUTED / "one.ipynb").read_text(encoding="utf-8"))["cells"][0]["outputs"][0]["data"]
    assert "column 7" in "".join(shown["text/plain"]) and "column 7" in "".join(shown["text/html"])


def test_a_failing_cell_is_told_with_notebook_cell_and_error(runner, capsys):
    path = notebook(runner, ("code", "width = 3\nwidth / 0"))
    assert runner.run_all([path], freshness.shared()) == 1
    told = capsys.readouterr().out
    assert "one.ipynb: FAILED" in told and "width / 0" in told and "ZeroDivisionError" in told
    assert not (runner.EXECUTED / "one.json").exists()


def test_printed_text_is_stored_in_one_piece(runner):
    said = lambda *text: {"output_type": "stream", "name": "stdout", "text": list(text)}  # noqa: E731
    picture = {"output_type": "display_data", "data": {}, "metadata": {}}
    assert runner.merged([said("a\n"), said("b\n", "c"), picture, said("d")]) == [said("a\n", "b\n", "c"), picture, said("d")]


def test_ctrl_c_stops_at_once_with_a_sentence(runner, tmp_path):
    script = shutil.copytree(ROOT / "chapters" / "_ext", tmp_path / "chapters" / "_ext", ignore=shutil.ignore_patterns("__pycache__")) / "run.py"
    notebook(runner, ("code", "from pathlib import Path; Path('started').touch()\nimport time; time.sleep(120)"))
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, start_new_session=True)
    while not (tmp_path / "chapters" / "started").exists() and process.poll() is None:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=15)
    assert process.returncode == 130 and "Stopped. What had run is kept" in told
    assert not list((tmp_path / "_build" / "executed").iterdir())


@pytest.mark.parametrize(("code", "reads", "leaves"), [
    ("md.hashtags()", {"hashtags"}, {"backlash", "cases", "case_steps"}),
    ("md.backlash()", {"backlash"}, {"hashtags"}),            # its rows lead to hashtags, which were looked at when the table was checked
    ("md.status_as_of('2020-01-01')", {"cases", "case_steps"}, {"hashtags", "series"}),
    ("md.sources()", {"references"}, {"cases", "events"}),
    ("md.path('claims').read_text(encoding='utf-8')", {"claims"}, {"cases"}),
])
def test_a_kernel_tells_the_tables_that_it_uses_and_no_other(tmp_path, code, reads, leaves):
    """The tables are in memory when a kernel starts: no file is opened, and yet the use of each is heard."""
    import kernels
    import nbformat
    from nbclient import NotebookClient

    kernels.start_server()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"import metoo_data as md; {code}")])
    client = NotebookClient(notebook, timeout=60, kernel_name="python3", kernel_manager_class=kernels.Manager, resources={"metadata": {"path": str(ROOT / "chapters")}})
    client.execute(env={**os.environ, kernels.warm.REPORT: str(tmp_path / "read")})
    heard = {Path(line).stem for line in (tmp_path / "read").read_text(encoding="utf-8").splitlines() if line.startswith(str(ROOT / "data"))}
    assert reads <= heard and not leaves & heard
    assert "datapackage" in heard, "every table is read by the schema"
