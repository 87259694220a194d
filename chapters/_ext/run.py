"""Runs the chapters: each notebook once, side by side, and only where something that it depends on changed.

The result stands in ``_build/executed``; the page builder shows it in place of the stored notebook.
``--store`` writes it over the stored notebooks as well.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
EXECUTED = ROOT / "_build" / "executed"
TIMEOUT = 300            # seconds that one cell may take
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def main() -> int:
    """Runs what changed, tells each notebook's time, and returns 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="chapters to run, as 'asia' (default: all)")
    parser.add_argument("--store", action="store_true", help="write the outputs over the stored notebooks")
    options = parser.parse_args()
    EXECUTED.mkdir(parents=True, exist_ok=True)
    every = {path.stem: path for path in sorted(CHAPTERS.glob("*.ipynb"))}
    if unknown := [name for name in options.names if name not in every]:
        parser.error(f"there is no chapter {', '.join(unknown)}. Chapters: {', '.join(every)}")
    paths = [every[name] for name in options.names or every]
    shared = shared_key()
    todo = [path for path in paths if not is_current(path, shared)]
    for path in paths:
        if path not in todo:
            print(f"  {path.name}: unchanged", flush=True)
    failed = run_all(todo, shared)
    if options.store and not failed:
        for path in paths:
            write(path, (EXECUTED / path.name).read_text(encoding="utf-8"))
        print(f"  stored the outputs of {len(paths)} notebooks")
    if not failed:
        from metoo_figures import decks

        decks.write(list(every))
    return 1 if failed else 0


def run_all(todo: list[Path], shared: str) -> int:
    """Runs notebooks side by side and returns how many failed."""
    failed = 0
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=min(len(todo) or 1, os.cpu_count() or 1))
    jobs = {pool.submit(run, path, shared): path for path in todo}
    for done, job in enumerate(concurrent.futures.as_completed(jobs), 1):
        name = jobs[job].name
        try:
            print(f"  [{done}/{len(todo)}] {name}: {job.result():.1f} s", flush=True)
        except Exception as error:  # noqa: BLE001  told below, with the cell and its traceback
            failed += 1
            print(f"  [{done}/{len(todo)}] {name}: FAILED\n{tell(jobs[job], error)}", flush=True)
    pool.shutdown()            # not by `with`, which would keep Ctrl-C waiting for the notebooks
    return failed


def run(path: Path, shared: str) -> float:
    """Runs one notebook in its own folder and writes the result. Returns the seconds that it took."""
    import nbformat
    from nbclient import NotebookClient

    start = time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3", record_timing=False,
                            resources={"metadata": {"path": str(CHAPTERS)}},
                            extra_arguments=["--matplotlib=inline", "--IPKernelApp.log_level=40"])
    client.execute()
    write(EXECUTED / path.name, normal(json.loads(nbformat.writes(notebook))))
    write(EXECUTED / f"{path.stem}.key", key(path, shared))
    return time.monotonic() - start


def normal(notebook: dict) -> str:
    """The notebook as text that is the same on every machine: no versions, no times."""
    notebook["metadata"] = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        if cell["cell_type"] == "code":
            cell["outputs"] = merged(cell["outputs"])
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def merged(outputs: list[dict]) -> list[dict]:
    """Printed text in one piece: a busy machine sends it in several."""
    whole: list[dict] = []
    for output in outputs:
        before = whole[-1] if whole else {}
        if output["output_type"] == "stream" and before.get("name") == output["name"]:
            text = "".join(before["text"]) + "".join(output["text"])
            whole[-1] = before | {"text": text.splitlines(keepends=True)}
        else:
            whole.append(output)
    return whole


def key(path: Path, shared: str) -> str:
    """What a run of the notebook depends on: its code cells, and all that every notebook shares."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return hashlib.sha256("\0".join([shared, *code]).encode()).hexdigest()


def shared_key() -> str:
    """A key over the tables, the two packages, the figures' words and the lock."""
    digest = hashlib.sha256(sys.version.encode())
    files = [ROOT / "requirements.txt", ROOT / "figures" / "book.yml", *(ROOT / "data").rglob("*"),
             *(ROOT / "figures" / "records").rglob("*"), *(ROOT / "figures" / "metoo_figures").rglob("*")]
    for file in sorted(f for f in files if f.is_file() and "__pycache__" not in f.parts):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def is_current(path: Path, shared: str) -> bool:
    """Whether the executed notebook is there, made from the same code and data, with its figures still in place."""
    mark, result = EXECUTED / f"{path.stem}.key", EXECUTED / path.name
    if not (mark.exists() and result.exists() and mark.read_text() == key(path, shared)):
        return False
    # Prose may have changed: the new words go around the outputs that still hold.
    stored, executed = (json.loads(p.read_text(encoding="utf-8")) for p in (path, result))
    outputs = [(c["outputs"], c["execution_count"]) for c in executed["cells"] if c["cell_type"] == "code"]
    for cell, (output, count) in zip([c for c in stored["cells"] if c["cell_type"] == "code"], outputs):
        cell["outputs"], cell["execution_count"] = output, count
    write(result, normal(stored))
    published = ROOT / "figures" / "published"
    return all((published / figure / f"{figure}.{end}").exists() for figure in published_in(path) for end in ("png", "svg", "pdf", "csv", "json", "zip"))


def published_in(path: Path) -> list[str]:
    """The figures that a notebook publishes."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return re.findall(r"publish\(\s*[\"']([a-z0-9-]+)[\"']", code)


def tell(path: Path, error: Exception) -> str:
    """The failing cell and its traceback, without the colours of a terminal and the frames of other people's packages."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    blocks = [b for b in plain.split("\n\n") if not re.match(r"\s*File \S*(site-packages|pandas/_libs)", b)]
    lines = [f"in {path.relative_to(ROOT)}", *"\n\n".join(blocks).splitlines()]
    return "\n".join(f"    {line}".rstrip() for line in lines)


def write(path: Path, text: str) -> None:
    """Writes a file whole or not at all, and not where nothing changed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\n  Stopped. What had run is kept; the next make book goes on from there.", flush=True)
        os._exit(130)          # the threads wait for their kernels, and each kernel ends when its parent is gone

