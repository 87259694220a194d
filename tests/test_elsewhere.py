"""The book in other places: JupyterLab shows the chapters, Binder and a development container find what they need."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from packaging.specifiers import SpecifierSet

BINDER = ROOT / ".binder"
SUPPORTED = SpecifierSet(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"])


def test_binder_installs_the_lock_and_then_the_packages():
    """repo2docker reads only its own folder where there is one, takes its Python from runtime.txt, and runs pip in the repository."""
    lines = [line for line in (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert [(BINDER / line.removeprefix("-r ")).resolve() for line in lines] == [ROOT / "requirements.txt"]
    assert not (ROOT / "binder").exists(), "repo2docker refuses two folders"
    after = (BINDER / "postBuild").read_text(encoding="utf-8")
    assert os.access(BINDER / "postBuild", os.X_OK) and after.startswith("#!") and "--no-deps --no-build-isolation -e ." in after
    assert {"hatchling", "editables", "jupyterlab", "jupyterlab-myst"} <= set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M))


def test_binder_and_the_container_have_a_python_that_the_book_supports():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    image = re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:(3\.\d+)-\w+", container["image"])
    assert container["remoteUser"] == "vscode", "JupyterLab does not start for root, and root's files could not be written outside of the container"
    runtime = re.fullmatch(r"python-(3\.\d+)\n", (BINDER / "runtime.txt").read_text(encoding="utf-8"))
    assert image[1] in SUPPORTED and runtime[1] in SUPPORTED
    assert "2.7" not in SUPPORTED and "3.14" not in SUPPORTED


def test_the_container_sets_up_with_a_target_that_make_knows():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert subprocess.run(["make", "-n", *shlex.split(container["postCreateCommand"])[1:]], cwd=ROOT, capture_output=True, check=False).returncode == 0
    assert container["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"].endswith("/.venv/bin/python")


def test_the_lines_that_wait_for_an_address_make_buttons_when_their_sign_is_gone():
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    as_it_is, waiting = (yaml.safe_load(one)["sphinx"]["config"]["html_theme_options"]
                         for one in (text, re.sub(r"^( +)# (repository_url|repository_branch|launch_buttons):", r"\1\2:", text, flags=re.M)))
    assert not {"repository_url", "launch_buttons"} & set(as_it_is), "no address is invented; and the theme takes no buttons without one"
    assert set(waiting) - set(as_it_is) == {"repository_url", "repository_branch", "launch_buttons"}
    assert set(waiting["launch_buttons"]) == {"notebook_interface", "binderhub_url", "colab_url"}
    page = (ROOT / "chapters" / "how-to-use.md").read_text(encoding="utf-8")
    assert "`repository_url`" in page and "`base_address`" in page


@pytest.fixture
def laboratory(tmp_path):
    """JupyterLab as make lab starts it, over a copy of one chapter; its address."""
    (tmp_path / "chapters").mkdir()
    shutil.copy(ROOT / "chapters" / "us-origins.ipynb", tmp_path / "chapters")
    said = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    command = next(line for line in said if "-m jupyterlab" in line)           # under another make, it also says which folder it enters and leaves
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(tmp_path / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    with open(tmp_path / "log.txt", "w", encoding="utf-8") as log:
        server = subprocess.Popen([sys.executable, *shlex.split(command)[1:], "--no-browser", "--allow-root", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"],
                                  cwd=tmp_path, env={**os.environ, **own, "JUPYTER_TOKEN": "reader"}, stdout=log, stderr=log, start_new_session=True)
        yield f"http://127.0.0.1:{port}/?token=reader", server, tmp_path / "log.txt"
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=60)
        except subprocess.TimeoutExpired:          # a busy machine: how it ends is not what is tried here
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(timeout=60)


def test_make_lab_opens_a_chapter_whose_myst_is_read(browser, laboratory):
    from playwright.sync_api import Error, expect

    address, server, log = laboratory
    tab = browser.new_page(viewport={"width": 1400, "height": 1000})
    for _ in range(600):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            tab.goto(address)
            break
        except Error:          # nobody listens yet
            tab.wait_for_timeout(200)
    words = tab.locator(".jp-Notebook .myst")
    expect(words.first.locator("h1")).to_contain_text("the United States", timeout=120_000)
    assert Path(tab.url.split("?")[0]).name == "us-origins.ipynb"
    cited = words.filter(has_text="slate-2018").first
    expect(cited).to_be_visible(timeout=60_000)
    expect(cited).not_to_contain_text("{cite")
    tab.close()
