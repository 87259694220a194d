"""The beginning of a figure: ``python -m metoo_figures.scaffold <id>`` writes an empty record and shows the cells to paste."""

from __future__ import annotations

import re
import sys

from . import drafts, records, yml

#: What each field of a record wants, in the order of the file. The lists are those of records.py.
FIELDS = {
    "id": "A slug that never changes: small letters, digits and hyphens.",
    "number": "Chapter, point, place in the chapter, in quotation marks: \"4.3\". It may change.",
    "chapter": "The chapter's slug, as in _toc.yml: us-origins.",
    "form": f"One of: {', '.join(records.FORMS)}.",
    "topic": f"One of: {', '.join(records.TOPICS)}.",
    "countries": "Codes of the few countries that it is about, as in the table countries: [EGY]. Leave it empty for many.",
    "title": f"The finding, in one line of at most {records.TITLE_LONGEST} characters. Numbers are placeholders: {{decided}} of {{n}} were decided.",
    "subtitle": "What is counted, with period or date, and: n = {n}. Here or in the note.",
    "note": "What a reader must know to read it rightly, and who is not in it.",
    "caption": "What is shown, for the page: the picture itself has the finding.",
    "alt": f"Form, what is measured, the pattern, the exception; at most {records.ALT_LONGEST} characters, and no 'chart showing'.",
    "description": "The same at length, for somebody who does not see the picture and wants to know what it shows.",
    "question": "One question for a class with more than one defensible answer, that asks nobody for their own story.",
    "computed": "How each placeholder was made that does not stand in the data as it is: {decided: \"cases whose last status is a decision\"}.",
    "history": "What each version changed: {0.3.0: \"first published\"}.",
}


def record(figure: str) -> str:
    """An empty record in YAML: every field, after a comment that says what it wants."""
    given = {"id": figure, "history": f"{{{records.book()['version']}: \"first published\"}}"}
    return "\n".join(line for name, wants in FIELDS.items() for line in (f"# {wants}", f"{name}: {given.get(name, '')}".rstrip())) + "\n"


def cells(figure: str) -> str:
    """The two cells of a chapter that draw the figure and show it."""
    return "\n".join([
        "Paste into the chapter a code cell with the tags hide-input and remove-output:", "",
        "fig, ax = mf.figure()", "mf.forms.shares(ax, data)         # or another form of mf.forms; each row of data has source_id and locator",
        f'mf.publish("{figure}", fig, data, n=len(data))', "",
        "and after it a Markdown cell:", "", "```{include} ../figures/published/" + figure + "/block.md", "```", "",
        f"The text around it refers to {{numref}}`fig-{figure}`. Then: make refresh, look at the picture, make test."])


def fault(figure: str) -> str:
    """Why a figure may not begin under this id; empty where it may."""
    if not figure:
        return "Say the id of the figure: make new-figure id=asia-distances"
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", figure):
        return f"'{figure}' is no id of a figure. Use small letters, digits and single hyphens, such as asia-distances."
    if (records.ROOT / "records" / f"{figure}.yml").exists():
        return f"There is a figure '{figure}' already: figures/records/{figure}.yml"
    if figure in records.retired():
        return f"'{figure}' was a figure once, and an id is never used again (figures/retired.yml)."
    return ""


def main(figure: str) -> str | None:
    """Writes the record and prints the cells. Returns why it was refused, if it was."""
    try:
        if refused := fault(figure):
            return refused
        drafts.write_whole(records.ROOT / "records" / f"{figure}.yml", record(figure).encode("utf-8"))
    except yml.YamlError as error:
        return str(error)
    except OSError as error:
        return f"figures/records/{figure}.yml cannot be written ({error.strerror})."
    print(f"Written: figures/records/{figure}.yml. Fill in every field.\n\n{cells(figure)}")
    return None


if __name__ == "__main__":
    sys.exit(main("".join(sys.argv[1:])))
