"""The glossary: in order, every link to it resolves, and the first use of a term in a chapter leads to its entry."""

import json
import re

import pytest
from conftest import ROOT

FORMS = json.loads((ROOT / "tests" / "glossary_forms.json").read_text(encoding="utf-8"))
TEXT = (ROOT / "chapters" / "glossary.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"\((term-[a-z-]+)\)=\n\*\*(.+?)\*\*\n: ", TEXT))
CHAPTERS = [*sorted((ROOT / "chapters").glob("*.ipynb"))]
#: What is not prose: fences, headings, roles, code, links.
_OTHER = re.compile(r"^(`{3,}|:{3,}).*?^\1[`:]*[ \t]*$|^#+ [^\n]*$|\{[a-z:]+\}`[^`]*`|`[^`]*`|!?\[[^\]]*\]\([^)]*\)|https?://\S+|<[^>]*>", re.S | re.M)


def prose(path) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "markdown"]


def test_entries_stand_in_order_and_have_forms():
    words = [word.strip("*").lower() for word in ENTRIES.values()]
    assert words == sorted(words) and len(words) > 60
    assert set(FORMS) == set(ENTRIES)


@pytest.mark.parametrize("path", [*CHAPTERS, *sorted((ROOT / "chapters").glob("*.md"))], ids=lambda path: path.stem)
def test_links_to_the_glossary_lead_to_an_entry(path):
    linked = set(re.findall(r"\]\(#(term-[a-z-]+)\)", path.read_text(encoding="utf-8")))
    assert linked <= set(ENTRIES)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_first_use_of_a_term_is_a_link(path):
    """A form that stands unlinked before, or without, a link to its entry is a term that a reader meets unexplained."""
    linked: set[str] = set()
    first = {form: term for term, forms in FORMS.items() for form in forms}
    wanted = re.compile("|".join(rf"(?<![\w-]){re.escape(form)}(?![\w-])" for form in sorted(first, key=len, reverse=True)))
    missing = []
    for text in prose(path):
        links = [(found.start(), found[1]) for found in re.finditer(r"\]\(#(term-[a-z-]+)\)", text)]
        uses = [(found.start(), first[found[0]]) for found in wanted.finditer(_OTHER.sub(lambda part: "\0" * len(part[0]), text))]
        for place, term in uses:
            if term not in linked and not any(where < place and what == term for where, what in links):
                missing.append(term)
                linked.add(term)
        linked |= {term for _, term in links}
    assert missing == []


def test_every_entry_is_used_by_some_chapter():
    used = {term for path in CHAPTERS for text in prose(path) for term in re.findall(r"\]\(#(term-[a-z-]+)\)", text)}
    assert sorted(set(ENTRIES) - used) == []
