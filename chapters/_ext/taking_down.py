"""A name comes down everywhere by one line in ``data/taken-down.txt``: each build puts the role into every text that the book is made from, and searches what it made.

``make take-down name="First Last" role="a film producer"`` writes that line and applies it. ``apply`` stands before each build: where the line alone was sent, the build does the rest.
"""

from __future__ import annotations

import csv
import functools
import html
import io
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

from metoo_data import names, schema, withheld

ROOT = schema.ROOT.parent
#: What the book is made from, and what tells of it. Tests hold rows and sentences of the book too.
_FROM = ("data", "chapters", "figures", "tests", ".github", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", ".zenodo.json", "_config.yml", "_toc.yml", "pyproject.toml")
_TEXT = {".csv", ".json", ".bib", ".md", ".ipynb", ".yml", ".yaml", ".txt", ".cff", ".py", ".js", ".css", ".html", ".svg", ".xml", ".ris", ".toml", ".opf", ".ncx", ".xhtml", ".rels", ".map", ""}
_LEFT_ALONE = {"__pycache__", "vendor", "generated", ".ipynb_checkpoints"}
EXAMPLE = "First Last"
_PACKED = {".zip", ".whl", ".pptx", ".epub"}
_BASIS_GONE = {"naming_basis": "not_named", "naming_note": "A name was taken down while it is checked."}


def take_down(name: str, role: str, also: str = "") -> str | None:
    """Writes the line for one person, all spellings on it, and applies it. ``also`` has more spellings, with ; between them. Returns what is wrong, if anything is."""
    spellings = [one.strip() for one in (name, *also.split(";")) if one.strip()]
    if not name.strip() or not role.strip():
        return f"Say whom, and what stands there instead: make take-down name=\"{EXAMPLE}\" role=\"a film producer\". More spellings, or the last name alone: also=\"Last; 姓名\""
    if name.strip() == EXAMPLE:
        return f"{EXAMPLE} is the name of the example, and stands in the book's own recipes. Say whose name comes down."
    if not withheld.ROLE.fullmatch(role.strip()):
        return f"'{role}' cannot stand in every file. A role has letters, spaces, hyphens and apostrophes: a film producer"
    if long := [one for one in spellings if not 1 <= len(one.split()) <= 4]:
        return f"'{long[0]}' has {len(long[0].split())} words. A spelling has one to four: give the name as it is mostly written."
    # In lists of sources and in some languages the last name comes first; the list of accused people may know more spellings.
    turned = [" ".join([one.split()[-1], *one.split()[:-1]]) for one in spellings]
    digests = {names.digest(one) for one in (*spellings, *turned)}
    digests |= set().union(*(names.known(schema.ROOT).get(digest, frozenset()) for digest in digests))
    path = schema.ROOT / "taken-down.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    held = [line for line in lines if line.startswith("#")]
    people = sorted({line for line in lines if line and not line.startswith("#") and not digests & set(line.split(" = ")[0].split())} | {f"{' '.join(sorted(digests))} = {role.strip()}"})
    path.write_text("\n".join([*held, *people]) + "\n", encoding="utf-8")
    changed = apply()
    print(told(changed) or "The name stood nowhere in the book. It is on the list, so that it does not come back.")
    alone = [f"  {place}" for place in _last_name_alone(spellings)]
    if alone:
        print("\n".join(["The last name stands alone in these places. If that is the same person, run this again with also=\"...\":", *alone]))
    return None


def apply() -> list[Path]:
    """Puts the role wherever a name that is taken down stands in the files that the book is made from. Returns those that changed; then all that was built is deleted."""
    if broken := list(withheld.faults(schema.ROOT)):
        raise SystemExit("\n".join(f"{withheld.FILE}, line {line}: {says}" for line, says in broken))
    if not withheld.known(schema.ROOT):
        return []
    changed = [path for path in _files() if _mend(path)]
    if changed:
        for name in ("html", "executed", "browser", "take-away", "pages-memory", "pages-new", "dist", "wheel", "pages-are-good"):
            place = ROOT / "_build" / name
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    return changed


def told(changed: list[Path]) -> str:
    """What to say of the files that changed; nothing where none did."""
    listed = "\n".join(f"  {path.relative_to(ROOT)}" for path in changed)
    return f"A name that is taken down stood in these files, and the role stands there now. Commit them; what was built before is deleted.\n{listed}" if changed else ""


def _files() -> list[Path]:
    every = [path for name in _FROM for path in ([ROOT / name] if (ROOT / name).is_file() else sorted((ROOT / name).rglob("*")))]
    return [path for path in every if path.is_file() and path.suffix in _TEXT and not _LEFT_ALONE & set(path.relative_to(ROOT).parts)]


def _mend(path: Path) -> bool:
    """Puts the role into one file. Returns whether anything changed."""
    try:
        old = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False                               # no text, whatever its name says
    new = _notebook(old) if path.suffix == ".ipynb" else withheld.replaced(old, schema.ROOT)
    if new == old:
        return False
    if path.suffix == ".bib":                      # a role is no first and last name
        new = re.sub(r"^( *author *= *)\{(.*)\}(,?)$", lambda line: f"{line[1]}{{{_braced(line[2])}}}{line[3]}", new, flags=re.M)
    if path == schema.ROOT / "tables" / "cases.csv":
        new = _without_basis(old, new)
    path.write_bytes(new.encode("utf-8"))
    return True


def _notebook(text: str) -> str:
    """A notebook mended cell by cell, since a sentence may go over several of its strings."""
    notebook = json.loads(text)
    new = _deep(notebook)
    return text if new == notebook else json.dumps(new, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _deep(value):
    if isinstance(value, dict):
        return {key: _deep(one) for key, one in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        whole, new = "".join(value), withheld.replaced("".join(value), schema.ROOT)
        return value if new == whole else new.splitlines(keepends=True)
    if isinstance(value, list):
        return [_deep(one) for one in value]
    return withheld.replaced(value, schema.ROOT) if isinstance(value, str) and len(value) < 100_000 else value


def _braced(authors: str) -> str:
    for role in sorted(set(withheld.known(schema.ROOT).values()), key=len, reverse=True):
        authors = re.sub(rf"(?<![\w{{]){re.escape(role)}(?![\w}}])", f"{{{role}}}", authors, flags=re.I)
    return authors


def _without_basis(old: str, new: str) -> str:
    """A case whose caption names nobody any more has no naming basis."""
    before, rows = (list(csv.DictReader(io.StringIO(text, newline=""))) for text in (old, new))
    lines = new.split("\n")
    for number, (was, row) in enumerate(zip(before, rows), 1):
        if was["caption"] != row["caption"] and row["naming_basis"] != "not_named" and not list(names.found(row["caption"], schema.ROOT)):
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow((row | _BASIS_GONE).values())
            lines[number] = out.getvalue()
    return "\n".join(lines)


def _last_name_alone(spellings: list[str]) -> list[str]:
    """File and line of each place where the last word of a name stands with a capital, in the words that readers see."""
    last = [re.escape(one.split()[-1]) for one in spellings if len(one.split()) > 1]
    mark = re.compile(rf"\b({'|'.join(last)})\b") if last else re.compile(r"(?!)")
    return [f"{path.relative_to(ROOT)}, line {number}" for path in _files() if path.suffix in (".csv", ".bib", ".md", ".ipynb", ".yml") and "published" not in path.parts
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if mark.search(line)]


def traces(folder: Path) -> list[str]:
    """The files under ``folder`` that hold a name that is taken down, also inside archives, slides, pictures' words and PDF files."""
    if not withheld.known(schema.ROOT):
        return []
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and ".doctrees" not in path.parts]
    return [path.relative_to(folder).as_posix() for path in files if traces_in(path)]


def traces_in(path: Path) -> bool:
    """Whether one file holds a name that is taken down."""
    return bool(withheld.known(schema.ROOT)) and _holds(path.name, path.read_bytes())


def without_names(path: Path) -> bytes:
    """The content of a file with the role wherever a name stood. Raises ValueError where it cannot be put there."""
    content = path.read_bytes()
    if not traces_in(path):
        return content
    new = withheld.replaced(content.decode("utf-8"), schema.ROOT).encode("utf-8") if path.suffix in _TEXT else content
    if _holds(path.name, new):
        raise ValueError(f"{path} holds a name that is taken down, in a place where no role can be put")
    return new


def _holds(name: str, content: bytes) -> bool:
    suffix = Path(name).suffix.lower()
    if _named(re.sub(r"\.[a-z0-9]+$", "", name)):
        return True
    if suffix in _PACKED:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(_holds(one.rsplit("/", 1)[-1], archive.read(one)) for one in archive.namelist() if not one.endswith("/"))
    if suffix == ".pdf":
        return _named(_words_of_pdf(content))
    if suffix == ".png":                           # its words stand uncompressed before the picture
        return _named(content.partition(b"IDAT")[0].decode("utf-8", "ignore"))
    if suffix not in _TEXT:
        return False
    text = html.unescape(content.decode("utf-8", "ignore"))
    return _named(text) or suffix in (".html", ".xhtml", ".svg", ".xml") and _named(re.sub(r"<[^>]*>", "", text))


@functools.lru_cache(maxsize=50_000)
def _named(text: str) -> bool:
    return bool(withheld.places(text, schema.ROOT))


def _words_of_pdf(content: bytes) -> str:
    """Title, description and other words that travel with a PDF. Names are kept out of its pictures when they are drawn."""
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as pdf:
        told_by = [str(value) for value in pdf.docinfo.values()] if "/Info" in pdf.trailer else []
        return "\n".join([*told_by, str(pdf.open_metadata())])


def main(words: list[str]) -> str | None:
    """``name=... role=... also=...`` takes a name down; ``apply`` alone applies what is down already."""
    if words == ["apply"]:
        if line := told(apply()):
            print(line)
        return None
    said = dict(word.partition("=")[::2] for word in words)
    return take_down(said.get("name", ""), said.get("role", ""), said.get("also", ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
