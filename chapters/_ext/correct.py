"""From a report to a correction: ``make correct row=... column=... value=... source=... reason="..."`` prepares every file that it changes, or none.

Tables, the line in the changelog, and the links of the pages that led to the old row. What is left to a person is said in order: figures, sentences, version.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path

import plainly  # noqa: F401, I001  before what reads the book
import corrected
import metoo_data as md
from metoo_data import correcting, prose, reading, schema

ROOT = schema.ROOT.parent
HOW = """A correction needs the row, what is wrong, and why. The id of a row stands behind the link of its number. One fact was wrong:

  make correct row=case_steps:step-kor-example-4 column=amount value=32000000 source=yonhap-2010 reason="Three reports of the day give 32 million won."

  row       the id of the row, alone or after its table and a colon
  column    the column; several with ; between them. Without one the whole row is taken out
  value     what stands there now; as many as there are columns. value= makes a cell empty
  reason    one sentence for readers
  source    its key in data/references.bib, if another source shows it; locator="p. 4" says where in it
  by        who asked: reader, person_concerned, author, publisher (author if nothing is said)
  slip=yes  a slip of the hand, no other fact: the row is mended in place and keeps its id
  was       other words for what stood there, where the old words must not be repeated

The old row stays, marked as deprecated; a new one takes its place. A row that others belong to (a case, a reform) is mended in place."""
_WORDS = ("row", "column", "value", "reason", "source", "locator", "by", "slip", "was")
#: Where links to a row stand: pages, essays, and the list of the places of the articles' facts.
_LINKING = ("chapters/*.ipynb", "chapters/*.md", "chapters/essays/*.md", "tests/seed_in_chapters.csv")
_OPEN = "## Not yet released"


def main(words: list[str]) -> str | None:
    """Prepares the correction that ``name=value`` words ask for, writes it and prints what to do next. Returns what is wrong, if anything is; then nothing was written."""
    if not words:
        print(HOW)
        return None
    try:
        asked = request(words)
        done = correcting.prepare(asked, next_version(), schema.ROOT)
    except correcting.Refused as refused:
        return "\n".join([*refused.faults, "Nothing was written. make correct without anything says how."])
    files = {**done.files, ROOT / "CHANGELOG.md": changelog(asked, done), **relinked(done)}
    write(files)
    print("\n".join(["Prepared:", *(f"  {path.relative_to(ROOT)}" for path in sorted(files)), "", "What is left to do:", *(f"  {n}. {line}" for n, line in enumerate(steps(done), 1))]))
    return None


def request(words: list[str]) -> correcting.Request:
    """What the words ask. Raises Refused where one is unknown, missing, or they do not fit each other."""
    said = dict(word.partition("=")[::2] for word in words)
    faults = [f"There is no '{name}'.{md.nearest(name, _WORDS)} Allowed: {', '.join(_WORDS)}" for name in said if name not in _WORDS]
    faults += [f"Say the {name}: {name}=..." for name in ("row", "reason") if not said.get(name, "").strip()]
    faults += [f"'slip' is yes or left out, and not '{said['slip']}'."] if said.get("slip", "yes") != "yes" else []
    columns = [name.strip() for name in said.get("column", "").split(";") if name.strip()]
    # A value may hold a semicolon itself; only several columns share it out.
    values = [said["value"]] if "value" in said and len(columns) < 2 else [one.strip() for one in said.get("value", "").split(";")] if "value" in said else []
    if len(columns) != len(values):
        faults.append(f"There are {len(columns)} columns and {len(values)} values. Each column needs its value: column=\"outcome;favours\" value=\"acquitted;accused\"")
    if faults:
        raise correcting.Refused(faults)
    rest = {name: said[name].strip() for name in ("row", "reason", "source", "locator", "by", "was") if said.get(name, "").strip()}
    return correcting.Request(values=dict(zip(columns, values)), slip="slip" in said, **rest)


def next_version() -> str:
    """The version that will have the correction: the one that earlier corrections wait for, or else the next patch."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    numbers = lambda one: tuple(map(int, one.split(".")))  # noqa: E731  to compare
    if f"## {version} " not in text:
        return version                     # raised already, and not yet released
    waiting = [row["version"] for row in reading.read(schema.tables(schema.ROOT)["corrections"]).rows if numbers(row["version"]) > numbers(version)]
    major, minor, patch = numbers(version)
    return max(waiting, key=numbers, default=f"{major}.{minor}.{patch + 1}")


def changelog(asked: correcting.Request, done: correcting.Prepared) -> str:
    """The changelog with a line on the correction, the last under what is not yet released."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    what = " and ".join(f"`{column}`" for column in asked.values) or "taken out"
    line = f"- Corrected: `{done.old}`, {what}. {asked.reason} Corrections page, `{done.ids[0]}`."
    if _OPEN not in text:
        text = re.sub(r"^## ", f"{_OPEN}\n\nCorrections.\n\n## ", text, count=1, flags=re.M)
    head, mark, rest = text.partition(f"{_OPEN}\n")
    section, following, older = rest.partition("\n## ")
    return f"{head}{mark}{section.rstrip()}\n{'' if section.rstrip().splitlines()[-1].startswith(('-', ' ')) else chr(10)}{line}\n{following}{older}"


def relinked(done: correcting.Prepared) -> dict[Path, str]:
    """The pages whose links led to the old row: they lead to the new one, and the check compares their words with it."""
    found = {}
    for path in linking(done.old) if done.new else ():
        text = path.read_bytes().decode("utf-8").replace(f"](#{done.old})", f"](#{done.new})")
        found[path] = re.sub(rf"^{re.escape(done.old)},", f"{done.new},", text, flags=re.M) if path.suffix == ".csv" else text
    return {path: text for path, text in found.items() if text != path.read_bytes().decode("utf-8")}


def linking(row: str) -> list[Path]:
    """The files that lead to a row."""
    mark = re.compile(rf"\(#{re.escape(row)}\)|^{re.escape(row)},", re.M)
    return [path for pattern in _LINKING for path in sorted(ROOT.glob(pattern)) if mark.search(path.read_text(encoding="utf-8"))]


def write(files: dict[Path, str]) -> None:
    """Writes every file, or puts back what stood there."""
    before = {path: path.read_bytes() for path in files}
    try:
        for path, text in files.items():
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            draft.write_bytes(text.encode("utf-8"))
            os.replace(draft, path)
    except OSError:
        for path, content in before.items():
            path.write_bytes(content)
        raise


def steps(done: correcting.Prepared) -> list[str]:
    """What is left to a person, in order. Read after the files were written."""
    rows = {done.old, done.new} - {""}
    mine = [one for one in corrected.every() if one.id in done.ids]
    sure = corrected.drawing(mine)
    pages = sorted({path.relative_to(ROOT).as_posix() for row in rows for path in linking(row) if path.suffix != ".csv"})
    said = [f"Pages that lead to the row: {', '.join(pages)}. Read whether their sentences still hold." if pages else "No page leads to the row."]
    if broken := prose.problems(ROOT / "chapters", schema.ROOT):
        said.append("Mend what the check now says:\n" + "\n".join(f"       {problem}" for problem in broken))
    said += done.left
    drawn = f"Figures whose data name the row: {', '.join(sure)}. Their pages tell the correction in their history." if sure else "No figure's data name the row."
    said.append(f"{drawn} Run make refresh; git diff --stat figures/published says which figures changed. One that changed and is not named here gets a line under history "
                "in its record, for the next version.")
    return [*said, "If a figure changed, raise the version before it is published (CONTRIBUTING.md, Release a version); the one that was cited stays at its address.",
            "Run make test, and send all of it as one change."]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
