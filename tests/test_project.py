"""The project around the book: lock, licence, citation, commands, configuration."""

import json
import re
import subprocess
import tomllib
from importlib.metadata import version

import jsonschema
import pytest
import yaml
from conftest import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def test_jupyter_book_is_the_first_one():
    assert version("jupyter-book").startswith("1.0.4")
    assert any(d == "jupyter-book>=1.0.4.post1,<2" for d in PYPROJECT["project"]["optional-dependencies"]["book"])
    assert version("sphinx-book-theme") == "1.2.0"


def test_the_lock_is_complete_exact_and_hashed():
    pins = re.findall(r"^([a-z0-9._-]+)==(\S+)", LOCK, re.M)
    assert len(pins) > 100 and len(re.findall(r"--hash=sha256:[0-9a-f]{64}", LOCK)) > len(pins)
    locked = {name for name, _ in pins}
    direct = [*PYPROJECT["project"]["dependencies"], *(d for many in PYPROJECT["project"]["optional-dependencies"].values() for d in many)]
    assert {re.match(r"[a-z0-9-]+", d.lower())[0] for d in direct} <= locked
    assert "://" not in LOCK


def test_one_version_everywhere():
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    wanted = PYPROJECT["project"]["version"]
    assert cff["version"] == package["version"] == version("after-the-hashtag") == wanted
    assert f"## {wanted}" in changelog


def test_the_citation_file_follows_its_schema():
    schema = json.loads((ROOT / "tests" / "schemas" / "cff-1.2.0.json").read_text(encoding="utf-8"))
    cff = yaml.load((ROOT / "CITATION.cff").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    jsonschema.Draft7Validator(schema).validate(cff)
    assert "doi" not in cff and "url" not in cff, "no address is invented"


@pytest.mark.parametrize("name", ["LICENSE", "LICENSE-CONTENT", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", ".zenodo.json", "_config.yml", "_toc.yml"])
def test_the_top_level_is_whole(name):
    assert (ROOT / name).stat().st_size > 200


def test_make_help_lists_the_commands_that_the_readme_promises():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("book", "figures", "test", "lab", "serve", "check-data", "refresh", "reproduce", "clean"):
        assert re.search(rf"make {command}\b", shown) and f"make {command}" in readme


def test_sphinx_never_runs_a_notebook():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["execute"]["execute_notebooks"] == "off" and config["only_build_toc_files"]


def test_nothing_in_the_project_reads_the_workshop():
    """The book stands alone: no file outside the repository, no path of a machine."""
    rooms = [p for p in ROOT.iterdir() if p.name != "_build" and (p.name in {".ci", ".gitignore"} or not p.name.startswith("."))]
    files = [f for room in rooms for f in (room.rglob("*") if room.is_dir() else [room]) if f.is_file() and "generated" not in f.parts]
    assert len(files) > 100
    for path in files:
        if path.suffix in {".py", ".ipynb", ".md", ".yml", ".toml", ".json", ".csv", ".bib", ""} and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert "../" + "shared" not in text and "/work" + "/" not in text, path.name
