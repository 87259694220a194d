"""The recipes of CONTRIBUTING: every command is one of the project, the quick ones run on a copy, and a new figure begins whole."""

import os
import re
import shutil
import subprocess

import pytest
import yaml
from conftest import ROOT
from metoo_figures import forms, records, scaffold

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"^```\n(.*?)^```$", TEXT, re.S | re.M) for line in block.splitlines()]
RECIPES = ("Add a source", "Add a fact", "Correct a row", "Take a name down", "Add a case step", "Add a figure", "Add a chapter", "Add a translation", "Release a version")
#: Minutes long, or tests of their own: nothing but their names is held here.
LONG = {"make book", "make test", "make refresh", "make release"}
QUICK = sorted(set(COMMANDS) - LONG - {"git diff --stat", "rm .venv/.ready"})


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_has_five_steps_and_a_command(title):
    recipe = re.search(rf"^## {title}\n(.*?)(?=^## )", TEXT, re.S | re.M)[1]
    assert re.findall(r"^(\d)\. ", recipe, re.M) == list("12345") and "```" in recipe


def test_every_command_is_one_of_the_project():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    told = {*COMMANDS, *re.findall(r"`(make [a-z-]+)", TEXT)}
    assert LONG <= told and {line.split()[1] for line in told if line.startswith("make ")} <= targets


def test_every_file_that_a_recipe_names_is_there():
    paths = {path for path in re.findall(r"[`(]((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:yml|toml|cff|md|txt))[`)]", TEXT) if "<" not in path}
    assert len(paths) > 15 and [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A copy of the repository, with this environment: commands work on the copy's tables and packages."""
    room = tmp_path_factory.mktemp("room") / "book"
    shutil.copytree(ROOT, room, ignore=shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__", "generated", "*.png", "*.pdf", "*.zip"))
    (room / ".venv").symlink_to(ROOT / ".venv")
    return room


@pytest.mark.parametrize("command", QUICK)
def test_the_quick_commands_run(workshop, command):
    # The environment knows the packages where they were installed from; the copy's come first.
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(str(workshop / part) for part in ("data", "figures"))}
    # "Put your own row into it", the recipe says: pasted as it stands it changes nothing.
    command = command.replace("ev-your-row", "ev-swe-nobel-literature").replace('name="First Last"', 'name="Wilhelmina Vermiculite"')
    ran = subprocess.run(command, shell=True, cwd=workshop, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and ran.stdout, ran.stdout + ran.stderr
    if "new-figure" in command:
        figure = command.split("id=")[1]
        assert (workshop / "figures" / "records" / f"{figure}.yml").exists() and not (ROOT / "figures" / "records" / f"{figure}.yml").exists()


# The beginning of a figure.

@pytest.fixture
def room(tmp_path, monkeypatch):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "asia-cases.yml").write_text("id: asia-cases")
    for name in ("book.yml", "retired.yml"):
        shutil.copy(ROOT / "figures" / name, tmp_path / name)
    monkeypatch.setattr(records, "ROOT", tmp_path)
    return tmp_path


def test_a_new_record_has_every_field_with_what_it_wants(room, capsys):
    assert scaffold.main("asia-distances") is None
    text = (room / "records" / "asia-distances.yml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    assert set(raw) == set(records.REQUIRED + records.OPTIONAL)
    assert raw["id"] == "asia-distances" and [name for name in raw if raw[name]] == ["id", "history"]
    lines = text.splitlines()
    assert all(line.startswith("# ") and len(line) > 20 for line in lines[::2]) and [line.split(":")[0] for line in lines[1::2]] == [*raw]
    told = capsys.readouterr().out
    assert 'mf.publish("asia-distances", fig, data, n=len(data))' in told and "figures/published/asia-distances/block.md" in told
    assert set(re.findall(r"mf\.forms\.(\w+)\(", told)) <= set(forms.__all__)


def test_an_empty_record_is_not_published(room):
    import pandas as pd

    scaffold.main("asia-distances")
    with pytest.raises(records.FigureError, match="'title' is missing or empty"):
        records.fill("asia-distances", pd.DataFrame({"source_id": [], "locator": []}), {})


@pytest.mark.parametrize(("figure", "says"), [
    ("", "Say the id"), ("Asia", "'Asia' is no id"), ("asia_cases", "is no id"), ("-asia", "is no id"), ("../asia", "is no id"),
    ("asia-cases", "There is a figure 'asia-cases' already"), ("africa-kinds", "never used again")])
def test_an_id_that_will_not_do_is_refused_in_one_sentence(room, figure, says):
    before = sorted(room.rglob("*"))
    refused = scaffold.main(figure)
    assert says in refused and "\n" not in refused and sorted(room.rglob("*")) == before
