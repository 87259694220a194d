"""Runs the chapters: each notebook once, side by side, and only where something that it depends on changed.

The result stands in ``_build/executed``; the page builder shows it in place of the stored notebook.
``--store`` writes it over the stored notebooks as well; ``--figures`` runs every chapter that publishes figures, changed or not.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import errno
import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import freshness
import plainly  # noqa: F401  a fault of what it reads is told in a sentence
import trouble
import whole

ROOT = freshness.ROOT
CHAPTERS = ROOT / "chapters"
EXECUTED = ROOT / "_build" / "executed"
#: What each figure's pictures were drawn from (see metoo_figures/pictures.py), in a folder for each state of what every notebook stands on.
DRAWN = ROOT / "_build" / "drawn"
TIMEOUT = 300            # seconds that one cell may take
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def main() -> int:
    """Runs what changed, tells each notebook's time, and returns 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="chapters to run, as 'asia' (default: all)")
    parser.add_argument("--store", action="store_true", help="write the outputs over the stored notebooks")
    parser.add_argument("--figures", action="store_true", help="draw all figures again, also those that still hold")
    options = parser.parse_args()
    every = {path.stem: path for path in sorted(CHAPTERS.glob("*.ipynb"))}
    if unknown := [name for name in options.names if name not in every]:
        parser.error(f"there is no chapter {', '.join(unknown)}. Chapters: {', '.join(every)}")
    with whole.alone(EXECUTED.parent):
        EXECUTED.mkdir(exist_ok=True)
        whole.clear_drafts(EXECUTED, CHAPTERS, *DRAWN.glob("*"), *(ROOT / "figures" / "published").glob("*"), ROOT / "figures" / "decks")
        return bring_up([every[name] for name in options.names or every], options.store, options.figures)


def bring_up(paths: list[Path], store: bool, figures: bool) -> int:
    """Runs those of the notebooks that must, or those that draw; stores the outputs where that is asked for. Returns 1 where one failed."""
    if figures:
        paths = [path for path in paths if freshness.made(path)]
    shared = freshness.shared()
    todo = paths if figures else [path for path in paths if not is_current(path, shared)]
    for path in paths:
        if path not in todo:
            print(f"  {path.name}: unchanged", flush=True)
    failed = run_all(todo, shared, None if figures else memory(shared)) if todo else 0
    if store and not failed:
        for path in paths:
            write(path, (EXECUTED / path.name).read_text(encoding="utf-8"))
        print(f"  stored the outputs of {len(paths)} notebooks")
    return 1 if failed else 0


def memory(shared: str) -> Path:
    """The folder where this state of packages and lock remembers its pictures; those of other states are deleted."""
    room = DRAWN / shared[:16]
    room.mkdir(parents=True, exist_ok=True)
    for other in DRAWN.iterdir():
        if other != room:
            shutil.rmtree(other)
    return room


def run_all(todo: list[Path], shared: str, memory: Path | None = None) -> int:
    """Runs notebooks side by side and returns how many failed. Without a memory every picture is drawn again."""
    # jsonschema, which reads notebooks, takes a second to learn the grammar of a kind of address that none has.
    sys.modules.setdefault("rfc3987_syntax", None)
    import kernels

    kernels.start_server()                   # it loads its packages while this process loads its own
    from metoo_figures import records

    records.book()                           # a fault there is told once, and not by every notebook
    failed, before = 0, freshness.standing()
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=min(len(todo), freshness.jobs()))
    # The longest first, so that none is left alone at the end: a stored notebook holds its pictures, and they are what takes time.
    jobs = {pool.submit(run, path, shared, before, memory): path for path in sorted(todo, key=lambda path: -path.stat().st_size)}
    for done, job in enumerate(concurrent.futures.as_completed(jobs), 1):
        name = jobs[job].name
        try:
            print(f"  [{done}/{len(todo)}] {name}: {job.result():.1f} s", flush=True)
        except Exception as error:  # noqa: BLE001  told below, with the cell and its traceback
            failed += 1
            told = trouble.sentence(str(error), ROOT, Path(tempfile.gettempdir()), Path.home()) or f"FAILED\n{tell(jobs[job], error)}"
            print(f"  [{done}/{len(todo)}] {name}: {told}", flush=True)
    pool.shutdown()            # not by `with`, which would keep Ctrl-C waiting for the notebooks
    return failed


def run(path: Path, shared: str, before: dict[str, str], memory: Path | None) -> float:
    """Runs one notebook in its own folder and writes the result, its slides and the record of the run. Returns the seconds that it took."""
    import kernels
    import nbformat
    from metoo_figures import decks, pictures
    from nbclient import NotebookClient

    start = time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3", record_timing=False, kernel_manager_class=kernels.Manager,
                            resources={"metadata": {"path": str(CHAPTERS)}}, extra_arguments=["--matplotlib=inline", "--IPKernelApp.log_level=40"])
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "read"
        client.execute(env={**os.environ, kernels.warm.REPORT: str(report), pictures.MEMORY: str(memory or "")})
        if not (read := report.read_text(encoding="utf-8").splitlines()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(report))
    decks.write([path.stem])
    (EXECUTED / f"{path.stem}.json").unlink(missing_ok=True)          # a kill between the next two lines leaves a result that counts as none
    write(EXECUTED / path.name, normal(json.loads(nbformat.writes(notebook))))
    write(EXECUTED / f"{path.stem}.json", json.dumps(freshness.record(path, read, before, shared), indent=1) + "\n")
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


def is_current(path: Path, shared: str) -> bool:
    """Whether the notebook need not run. Its words may have changed: then the new ones go around the outputs that still hold."""
    record, result = EXECUTED / f"{path.stem}.json", EXECUTED / path.name
    try:
        if not freshness.holds(path, json.loads(record.read_text(encoding="utf-8")), shared):
            return False
        stored, executed = (json.loads(p.read_text(encoding="utf-8")) for p in (path, result))
    except (OSError, ValueError, KeyError, TypeError):
        return False               # there was no run, its record was cut off, or the notebook is broken, which its run tells
    outputs = [(c["outputs"], c["execution_count"]) for c in executed["cells"] if c["cell_type"] == "code"]
    for cell, (output, count) in zip([c for c in stored["cells"] if c["cell_type"] == "code"], outputs):
        cell["outputs"], cell["execution_count"] = output, count
    write(result, normal(stored))
    return True


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
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


if __name__ == "__main__":
    trouble.end_with(main, "Stopped. What had run is kept; the next make book goes on from there.")
