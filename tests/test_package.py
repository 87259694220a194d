"""The wheel: the same bytes each time, whole with its tables, and enough for a notebook that left the book."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
import types
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import first_cell
import nbformat
import pytest
import run
from conftest import ROOT
from generated import WHEEL
from nbclient import NotebookClient

import metoo_data as md
from metoo_figures import records

NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
#: The notebook that is run as a reader would: the book's thesis.
RERUN = "what-held"
#: Everything that a build may read.
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT", "data", "figures")
#: Runs the code of every notebook and draws the first figure of each form; prints what it did.
DRAW_EACH_FORM = """
import json, pathlib, sys, matplotlib, yaml
matplotlib.use("agg")
import metoo_figures as mf
from metoo_figures import records
drawn = {}
def publish(figure, fig, data, **values):
    form = yaml.safe_load((records.ROOT / "records" / f"{figure}.yml").read_text(encoding="utf-8"))["form"]
    if form not in drawn:
        mf.layout.dress(fig, "A title", "A line", "A note", "A source", "A credit")
        fig.canvas.draw()
        drawn[form] = figure
mf.publish = publish
for notebook in sys.argv[1:]:
    room = {"display": lambda *shown: None}
    for cell in json.loads(pathlib.Path(notebook).read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), room)
print(json.dumps({"drawn": drawn, "home": str(records.ROOT)}), file=sys.stderr)
"""


def build(repository: Path, folder: Path) -> Path:
    """The wheel of a repository, built without a network by the locked build backend."""
    done = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / WHEEL


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


def environment(folder: Path, packages: list[str], with_pip: bool = False) -> Path:
    """The Python of a new environment with these packages, in the versions of the lock: from what this machine keeps if it can, else from the network."""
    venv.create(folder, with_pip=with_pip)
    python, told = folder / "bin" / "python", ""
    uv, end = Path(sys.executable).with_name("uv"), ["-q", "-c", str(ROOT / "requirements.txt"), *packages]
    for way in ([uv, "pip", "install", "--offline", "--python", python], [uv, "pip", "install", "--system-certs", "--python", python], [sys.executable, "-m", "pip", "--python", python, "install"]):
        if Path(way[0]).exists():
            done = subprocess.run([*map(str, way), *end], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return python
            told += done.stderr
    pytest.fail(f"The packages that the wheel asks for could not be installed:\n{told}")


def needs(wheel: Path) -> list[str]:
    """What an installer would fetch with the wheel: its requirements without the extras."""
    with zipfile.ZipFile(wheel) as archive:
        about = Parser().parsestr(archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA"))).decode("utf-8"))
    return [one for one in about.get_all("Requires-Dist") if "extra ==" not in one]


@pytest.fixture(scope="module")
def installed(tmp_path_factory, wheel) -> Path:
    """The Python of an environment with the wheel, what the wheel asks for, and nothing else."""
    return environment(tmp_path_factory.mktemp("installed"), [str(wheel)])


def execute(path: Path, python: Path) -> None:
    """Runs a notebook with the kernel of another environment, which may ask no index for anything, and stores its outputs."""
    kernel = path.parent / "share" / "kernels" / "reader"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({"argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Reader", "language": "python",
                                                    "env": {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}}), encoding="utf-8")
    notebook = nbformat.read(path, as_version=4)
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(path.parent / "share")
    try:
        NotebookClient(notebook, timeout=300, kernel_name="reader", resources={"metadata": {"path": str(path.parent)}}).execute()
    finally:
        os.environ.pop("JUPYTER_PATH") if before is None else os.environ.update(JUPYTER_PATH=before)
    path.write_text(run.normal(json.loads(nbformat.writes(notebook))), encoding="utf-8")


def outputs(path: Path) -> list[list]:
    """The outputs of a notebook, cell by cell."""
    return [cell["outputs"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def ask(python: Path, folder: Path, *command: str) -> subprocess.CompletedProcess:
    """Runs an environment's Python in a folder, without what this process has in its own environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "BOOK"))}
    done = subprocess.run([str(python), *command], cwd=folder, env=kept, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done


def test_two_builds_of_the_wheel_are_the_same_bytes(wheel, tmp_path):
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / "copy" / name, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("__pycache__", "published", "decks"))
        else:
            (tmp_path / "copy").mkdir(exist_ok=True)
            shutil.copyfile(source, tmp_path / "copy" / name)
    assert build(tmp_path / "copy", tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_carries_all_tables_records_and_fonts_and_no_picture(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for table in md.tables().values():
            assert archive.read(f"metoo_data/package/tables/{table.path.name}") == table.path.read_bytes()
    assert {"metoo_data/package/datapackage.json", "metoo_data/package/references.bib", "metoo_figures/package/book.yml", "metoo_figures/package/retired.yml"} <= names
    for folder, inside in (("figures/records", "package/records"), ("figures/metoo_figures/fonts", "fonts")):
        assert {f"metoo_figures/{inside}/{path.name}" for path in (ROOT / folder).iterdir()} <= names
    assert not [name for name in names if name.endswith((".png", ".pdf", ".pyc"))]


def test_the_version_stands_in_one_place(wheel):
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert wheel.name == f"after_the_hashtag-{wanted}-py3-none-any.whl"
    assert "version" not in (ROOT / "figures" / "book.yml").read_text(encoding="utf-8").replace("of this version", "")
    assert records.book()["version"] == wanted


@pytest.mark.site
def test_the_site_has_this_wheel_and_the_notebooks_to_download(wheel):
    site = ROOT / "_build" / "html"
    assert (site / "data" / WHEEL).read_bytes() == wheel.read_bytes()
    assert f'href="../../data/{WHEEL}"' in (site / "chapters" / "generated" / "tables.html").read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        page = (site / "chapters" / f"{path.stem}.html").read_text(encoding="utf-8")
        assert f'href="../_sources/chapters/{path.name}"' in page and "find_spec" not in page, path.stem
        assert "find_spec" in (site / "_sources" / "chapters" / path.name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_code_cell_is_the_same_everywhere_hidden_and_silent(path):
    cell = next(cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code")
    assert "".join(cell["source"]) == first_cell.text(records.book()["base_address"]), "write it with make refresh"
    assert cell["metadata"]["tags"] == ["remove-cell"] and cell["outputs"] == []
    assert len(cell["source"]) <= 7


@pytest.mark.parametrize("broken", ['{"cells": [', '{"cells": [{"cell_type": "code", "source": []}]}', '{"cells": [{"cell_type": "markdown", "id": "a", "source": []}]}', "[]"])
def test_a_notebook_that_takes_no_first_cell_is_named(tmp_path, broken):
    path = tmp_path / "oceania.ipynb"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(SystemExit, match=r"chapters/oceania\.ipynb is no notebook .* Restore it"):
        first_cell.put(path)
    assert path.read_text(encoding="utf-8") == broken


def test_a_chapter_that_began_as_a_copy_has_one_first_cell(tmp_path):
    shutil.copy(ROOT / "chapters" / "methods.ipynb", tmp_path / "oceania.ipynb")
    first_cell.put(tmp_path / "oceania.ipynb")
    assert [cell["id"] for cell in json.loads((tmp_path / "oceania.ipynb").read_text(encoding="utf-8"))["cells"] if cell["id"].endswith("-setup")] == ["oceania-setup"]


def test_where_the_book_has_an_address_the_first_cell_fetches_the_wheel_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert asked(first_cell.text("https://example.org/book/")) == f"install https://example.org/book/data/{WHEEL}"
    (tmp_path / WHEEL).touch()
    assert asked(first_cell.text("https://example.org/book/")) == f"install {WHEEL}", "the one beside the notebook comes first"


def test_without_wheel_and_address_the_first_cell_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError, match="Put the book's wheel .* beside this notebook and run this cell again"):
        asked(first_cell.text(""))


def test_of_two_wheels_the_one_that_came_last_is_taken_and_never_a_second_copy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for age, name in enumerate(("after_the_hashtag-0.10.0-py3-none-any.whl", "after_the_hashtag-0.9.0-py3-none-any.whl", "after_the_hashtag-0.10.0-py3-none-any (1).whl")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    assert asked(first_cell.text("")) == "install after_the_hashtag-0.10.0-py3-none-any.whl"


def test_an_older_package_in_memory_stops_the_notebook_with_what_to_do(tmp_path, monkeypatch):
    (tmp_path / WHEEL).touch()
    monkeypatch.chdir(tmp_path)
    assert asked(first_cell.text("")), "those in memory are those that are installed"
    monkeypatch.setitem(sys.modules, "matplotlib", types.SimpleNamespace(__version__="3.10.0"))
    with pytest.raises(AssertionError, match="an older matplotlib is still in memory. Restart the session"):
        asked(first_cell.text(""))


def asked(code: str) -> str:
    """What the first cell asks pip for in a Python without the book."""
    said = []

    class Shell:
        @staticmethod
        def run_line_magic(_name: str, line: str) -> None:
            said.append(line)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", lambda name: None)
        exec(code, {"get_ipython": Shell})
    return said[0]


def test_a_notebook_alone_with_the_wheel_gives_what_the_book_shows(wheel, tmp_path):
    """A folder with nothing but the two, and an environment that lacks only the wheel: the first cell installs it, and the rest runs to its end."""
    rerun = tmp_path / "alone"
    rerun.mkdir()
    shutil.copy(wheel, rerun)
    shutil.copy(ROOT / "chapters" / f"{RERUN}.ipynb", rerun)
    execute(rerun / f"{RERUN}.ipynb", environment(tmp_path / "reader", [*needs(wheel), "ipykernel"], with_pip=True))
    stored = outputs(ROOT / "chapters" / f"{RERUN}.ipynb")
    got = outputs(rerun / f"{RERUN}.ipynb")
    assert f"Successfully installed after-the-hashtag-{records.book()['version']}" in "".join("".join(output["text"]) for output in got[0])
    told = [output for cell in got for output in cell if output.get("name") == "stdout" and "The files of the figures" in "".join(output["text"])]
    assert ["".join(output["text"]) for output in told] == [f"The files of the figures are written to {rerun / 'published'}.\n"]
    assert [[output for output in cell if output not in told] for cell in got[1:]] == stored[1:]
    for folder in (rerun / "published").iterdir():
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {path.name: path.read_bytes() for path in (ROOT / "figures" / "published" / folder.name).iterdir()}
    assert list((rerun / "published").iterdir())


def test_the_installed_packages_have_the_tables_and_say_what_the_book_says(installed, tmp_path):
    where = ask(installed, tmp_path, "-c", "import metoo_data, metoo_figures; print(metoo_data.__file__, metoo_figures.__file__)").stdout
    assert where.count("site-packages") == 2 and str(ROOT) not in where
    assert "The data is in order" in ask(installed, tmp_path, "-m", "metoo_data", "check").stdout
    ask(installed, tmp_path, "-c", "import metoo_data as md; md.status_as_of('2019-03-07').to_csv('then.csv'); md.what_held('2026-11-21').to_csv('held.csv')")
    assert (tmp_path / "then.csv").read_text(encoding="utf-8") == md.status_as_of("2019-03-07").to_csv()
    assert (tmp_path / "held.csv").read_text(encoding="utf-8") == md.what_held("2026-11-21").to_csv()


def test_the_code_of_every_notebook_draws_each_form_of_figure_from_the_wheel(installed, tmp_path):
    for path in NOTEBOOKS:
        shutil.copy(path, tmp_path)
    told = json.loads(ask(installed, tmp_path, "-c", DRAW_EACH_FORM, *[path.name for path in NOTEBOOKS]).stderr.splitlines()[-1])
    assert "site-packages" in told["home"]
    used = {json.loads((folder / f"{folder.name}.json").read_text(encoding="utf-8"))["form"] for folder in (ROOT / "figures" / "published").iterdir()}
    assert set(told["drawn"]) == used and len(used) > 10


def test_a_folder_that_takes_no_files_shows_the_figure_and_says_so(tmp_path, monkeypatch, capsys):
    from metoo_figures import publishing

    publishing._say.cache_clear()
    (tmp_path / "published").write_text("a file where the folder should be")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(records, "OUTPUT", Path())
    publishing._write(Path() / "published" / "one", {"one.png": b""})
    publishing._write(Path() / "published" / "two", {"two.png": b""})
    assert capsys.readouterr().out.count("are not kept, because") == 1
    monkeypatch.setattr(records, "OUTPUT", records.ROOT)
    with pytest.raises(OSError):
        publishing._write(tmp_path / "published" / "one", {"one.png": b""})
