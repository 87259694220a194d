"""Spelling: British throughout, and every word either in an English dictionary or in the book's own list of names and terms."""

import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import metoo_data as md
import pytest
import yaml
from conftest import ROOT
from metoo_data import prose
from spellchecker import SpellChecker

WORDS = ROOT / "tests" / "words.txt"
#: Columns that hold sentences of ours. Titles of sources and names of bodies keep their own spelling.
COLUMNS = {"title", "label", "summary", "note", "date_note", "rank_reason", "indicator", "meaning_en", "title_en", "was", "now", "reason", "caption"}
RECORD = ("title", "subtitle", "note", "caption", "alt", "description", "question")
_NOT_WORDS = re.compile(r"\{[a-z:]+\}`[^`]*`|`[^`]*`|\{[a-z_]+\}|\]\([^)]*\)|https?://\S+|<[^>]*>|[\"“][^\"”]*[\"”]|\w+(?:[._/]\w+)+|[@#][\w-]+|\b(?:evd|step|case|stat|ref|stage|ev|bl|cl|tag|ser|rat)-[a-z0-9-]+")


@functools.cache
def texts() -> dict[str, str]:
    """The book's own words, by the file that they stand in."""
    found = {path.relative_to(ROOT).as_posix(): "\n\n".join(p.text for p in prose.passages(path))
             for path in [*(ROOT / "chapters").glob("*.ipynb"), *(ROOT / "chapters").glob("*.md"), *(ROOT / "chapters" / "essays").glob("*.md"),
                          ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]}
    for path in (ROOT / "figures" / "records").glob("*.yml"):
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[path.relative_to(ROOT).as_posix()] = "\n".join(record[key] for key in RECORD)
    for name in md.tables():
        frame = md.load(name)
        found[f"data/tables/{name}.csv"] = "\n".join(str(cell) for column in COLUMNS & set(frame.columns) for cell in frame[column].dropna())
    return {file: _NOT_WORDS.sub(" ", text) for file, text in found.items()}


def test_spelling_is_british_and_without_known_slips(tmp_path):
    for file, text in texts().items():
        (tmp_path / file.replace("/", "__")).with_suffix(".txt").write_text(text, encoding="utf-8")
    assert slips(tmp_path) == []


def slips(folder: Path) -> list[str]:
    """What the program ``typos`` finds, with the spelling that it proposes."""
    settings = ROOT / "tests" / "typos.toml"
    done = subprocess.run([str(Path(sys.executable).with_name("typos")), "--config", str(settings), "--format", "json", str(folder)],
                          capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 2), done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [f"{Path(item['path']).stem.replace('__', '/')}: {item['typo']} (perhaps {', '.join(item['corrections'])})" for item in found if item["type"] == "typo"]


def test_every_word_is_english_or_in_the_list():
    unknown = {file: missing for file, text in texts().items() if (missing := unknown_words(text))}
    assert not unknown, f"Mend the spelling, or add the word to {WORDS.relative_to(ROOT)}: {unknown}"


@functools.cache
def english() -> SpellChecker:
    return SpellChecker()


def unknown_words(text: str) -> list[str]:
    """Lower-case words that neither the dictionary nor the list has. Names begin with a capital and are not judged."""
    dictionary, own = english(), set(WORDS.read_text(encoding="utf-8").split())
    parts = {part for word in re.findall(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*", text) for part in re.split("[-’']", word)}
    return sorted(part for part in parts if len(part) > 1 and part.isascii() and part.islower() and part not in own and part not in dictionary)


def test_the_list_holds_no_word_that_nothing_uses():
    used = {part for text in texts().values() for part in re.findall(r"[^\W\d_]+", text)}
    assert sorted(set(WORDS.read_text(encoding="utf-8").split()) - used) == []


@pytest.mark.parametrize("slip", ["color", "organization", "recieve", "favorable"])
def test_a_slip_is_found(tmp_path, slip):
    (tmp_path / "page.txt").write_text(f"It has a {slip} in it.", encoding="utf-8")
    assert any(slip in line for line in slips(tmp_path))
    assert unknown_words("A word that is no wrod.") == ["wrod"]
