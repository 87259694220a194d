"""What a person is told who asks a command for what it cannot do."""

import re
import socket
import subprocess
import sys

import pytest
from conftest import ROOT


def python_of(path, version: str) -> None:
    """A program that says it is some version of Python, and knows nothing else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ntest -z \"$2\" || echo {version}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(("stands", "asked", "told"), [
    ("3.11", "3.12", r"has Python 3\.11, and you asked for 3\.12\. Delete it first, then say it again: make clean ENV=1"), ("3.12", "3.12", ""), (None, "3.12", "")])
def test_another_python_than_that_of_the_environment_is_not_left_aside_silently(tmp_path, stands, asked, told):
    python_of(tmp_path / "asked", asked)
    if stands:
        python_of(tmp_path / "venv" / "bin" / "python", stands)
    done = subprocess.run(["make", "-s", "same-python", f"VENV={tmp_path / 'venv'}", f"PYTHON={tmp_path / 'asked'}"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode == 0) is (told == "") and re.search(told, done.stdout) and (told or not done.stdout), done.stdout + done.stderr


def test_a_python_that_is_not_here_is_told(tmp_path):
    done = subprocess.run(["make", "-s", "same-python", "PYTHON=python9.9"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode and "python9.9 cannot be run here. Name a Python 3.11, 3.12 or 3.13" in done.stdout


def test_a_taken_port_is_told_with_another_one(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([sys.executable, "chapters/_ext/serving.py", str(tmp_path), str(port)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and re.fullmatch(rf"Port {port} is taken, perhaps by another make serve\. Take another one: make serve PORT=\d+\n", done.stderr), done.stderr


def test_a_word_is_no_port(tmp_path):
    done = subprocess.run([sys.executable, "chapters/_ext/serving.py", str(tmp_path), "http"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "http is no port" in done.stderr and "Traceback" not in done.stderr


def test_a_stopped_set_up_is_begun_anew():
    """Half a package looks like a whole one: what tells a set-up that did not end is put there first, and taken away last."""
    shown = subprocess.run(["make", "-n", "-B", ".venv/.ready"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    first, last = shown.index("touch .venv/.unfinished"), shown.index("rm -f .venv/.unfinished && touch .venv/.ready")
    assert "test ! -e .venv/.unfinished && .venv/bin/python -c '' 2>/dev/null || echo --clear" in shown and first < shown.index("pip install") < last


def test_an_environment_whose_python_is_gone_is_set_up_anew(tmp_path):
    """As where a folder that was set up outside of a container is opened inside."""
    environment = tmp_path / "venv"
    (environment / "bin").mkdir(parents=True)
    (environment / ".ready").touch()
    ask = lambda: subprocess.run(["make", "-n", f"{environment}/.ready", f"VENV={environment}"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: E731
    (environment / "bin" / "python").symlink_to("/nowhere/python")
    assert "-m venv" in ask()
    (environment / "bin" / "python").unlink()
    (environment / "bin" / "python").symlink_to(sys.executable)
    assert "up to date" in ask()
