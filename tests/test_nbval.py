"""Stored outputs are what a run gives, pictures included: nbval compares the text beside each picture, and that text holds the picture's digest."""

import base64
import hashlib
import json
import re
import subprocess
import sys

import pytest
from conftest import ROOT
from test_figures import DATA, GOOD, room  # noqa: F401  a fixture

NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
PUBLISHED = ROOT / "figures" / "published"
CODE = [
    "from pathlib import Path\nimport metoo_figures as mf, pandas as pd\nfrom metoo_figures import records\nrecords.ROOT = records.OUTPUT = Path.cwd()",
    "data = pd.read_csv('data.csv')\ndata[['label', 'value']]",
    "fig, ax = mf.figure()\nmf.forms.shares(ax, data)\nmf.publish('test-shares', fig, data, n=2, low=data['value'].min(), high=75)",
]


def wrong_pictures(notebook: dict) -> list[str]:
    """Each stored picture that is not the published one, or whose text tells another."""
    wrong = []
    for output in (o for cell in notebook["cells"] for o in cell.get("outputs", []) if "image/png" in o.get("data", {})):
        told = re.fullmatch(r"([a-z0-9-]+): (\d+) rows drawn, picture ([0-9a-f]{12})", "".join(output["data"]["text/plain"]))
        folder = PUBLISHED / told[1] if told else None
        if not folder or base64.b64decode("".join(output["data"]["image/png"])) != (folder / f"{told[1]}.png").read_bytes():
            wrong.append(f"{told[1] if told else 'a picture without a name'}: not the published picture")
        elif told[3] != hashlib.sha256((folder / f"{told[1]}.svg").read_bytes()).hexdigest()[:12] or int(told[2]) != json.loads((folder / f"{told[1]}.json").read_text())["rows"]:
            wrong.append(f"{told[1]}: the text beside it tells another picture")
    return wrong


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_stored_picture_is_the_published_one(path):
    assert wrong_pictures(json.loads(path.read_text(encoding="utf-8"))) == []


def test_a_tampered_picture_is_seen():
    notebook = json.loads((ROOT / "chapters" / "what-held.ipynb").read_text(encoding="utf-8"))
    output = next(o for cell in notebook["cells"] for o in cell.get("outputs", []) if "image/png" in o.get("data", {}))
    picture, text = output["data"]["image/png"], output["data"]["text/plain"]
    output["data"]["image/png"] = base64.b64encode(base64.b64decode("".join(picture))[:-1] + b"x").decode()
    assert any("not the published picture" in says for says in wrong_pictures(notebook))
    output["data"] = {"image/png": picture, "text/plain": re.sub(r"\w{12}$", "0" * 12, "".join(text))}
    assert any("tells another picture" in says for says in wrong_pictures(notebook))


def compared(folder) -> str:
    """What nbval says of the notebook in a folder, as `make test` calls it."""
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg"), "-p", "no:cacheprovider", "one.ipynb"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300).stdout


def test_a_changed_row_and_another_picture_fail(room):  # noqa: F811
    import nbformat
    import yaml
    from nbclient import NotebookClient

    (room / "records" / "test-shares.yml").write_text(yaml.safe_dump(GOOD), encoding="utf-8")
    DATA.to_csv(room / "data.csv", index=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CODE])
    NotebookClient(notebook, record_timing=False, resources={"metadata": {"path": str(room)}}, extra_arguments=["--matplotlib=inline"]).execute()
    nbformat.write(notebook, room / "one.ipynb")
    assert "3 passed" in compared(room)

    # A row that only the picture shows: another word in it changes the digest, and nothing else in the outputs.
    DATA.assign(text=["40 %", "nearly 75 %"]).to_csv(room / "data.csv", index=False)
    told = compared(room)
    assert "1 failed, 2 passed" in told and "text/plain" in told and re.search(r"picture [0-9a-f]{12}", told)

    # A row that a table shows as well: both cells differ, and the report says how.
    DATA.assign(value=[41.0, 75.0]).to_csv(room / "data.csv", index=False)
    told = compared(room)
    assert "2 failed, 1 passed" in told and "41.0" in told
