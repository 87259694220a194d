"""Figures as they were cited: a copy under /v<version>/, which stays when the next version is published.

Command: python chapters/_ext/versions.py keep <published site> <new site>
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import sys
from pathlib import Path

import corrected
import taking_down
from finish import ELSEWHERE
from metoo_figures import citations, records

#: What a version keeps of a figure. The zip is left out: it holds these files a second time.
_FILES = (("Picture, PNG", "png"), ("Vector, SVG", "svg"), ("Print, PDF", "pdf"), ("Data, CSV", "csv"), ("Record, JSON", "json"), ("All words, plain text", "txt"),
          ("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "csl.json"))
_LOOK = "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;overflow-wrap:anywhere}img{max-width:100%;height:auto}"
_HEAD = ('<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
         '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src \'self\' data:; form-action \'none\'; base-uri \'none\'; '
         f'style-src \'sha256-{base64.b64encode(hashlib.sha256(_LOOK.encode()).digest()).decode()}\'">'
         f'<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,"><style>{_LOOK}</style>')


def write(site: Path) -> None:
    """Puts each figure of this version, with a page of its own, at ``/v<version>/figures/<id>/``: the address that its citations give. Retired ones say so there as well."""
    target = site / f"v{records.book()['version']}" / "figures"
    for old in site.glob("v[0-9]*"):
        shutil.rmtree(old)
    for folder in sorted((records.ROOT / "published").iterdir()):
        sheet = json.loads((folder / f"{folder.name}.json").read_text(encoding="utf-8"))
        (target / folder.name).mkdir(parents=True)
        for _, end in _FILES:
            shutil.copyfile(folder / f"{folder.name}.{end}", target / folder.name / f"{folder.name}.{end}")
        (target / folder.name / "index.html").write_text(_page(sheet), encoding="utf-8")
    write_tombstones(target)


def write_tombstones(target: Path) -> None:
    """Puts a page at the address of each retired figure under ``target`` that says why it is gone, and what follows it."""
    for figure, gone in records.retired().items():
        (target / figure).mkdir(parents=True)
        (target / figure / "index.html").write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{figure}</title><p>The figure {figure} is no longer in the book, since version {gone["version"]}: '
            f'{html.escape(gone["reason"])}. <a href="../{gone["successor"]}/index.html">{gone["successor"]}</a> took its place.</p></html>\n', encoding="utf-8")


def keep(published: Path, site: Path) -> tuple[list[str], list[str]]:
    """Copies the versions that stand in ``published`` into ``site``. Nothing that was published is written over, but for a name that was taken down.

    Returns two lists of sentences. One for each figure that has other files now and the same version: then nothing was copied, and ``site`` must not be
    published. And one for each file that was left out, because a name that was taken down stands in it where no role can be put, as in the words of a picture.
    """
    kept = sorted(path for path in published.glob("v[0-9]*/**/*") if path.is_file())
    # A name that was taken down comes out of what was published too; nothing else does.
    named = {path.relative_to(published).parent for path in kept if taking_down.traces_in(path)}
    kept = [path for path in kept if not (path.relative_to(published).parent in named and (site / path.relative_to(published)).exists())]
    if changed := {path.parent.relative_to(published) for path in kept if path.name != "index.html" and _differs(path, site / path.relative_to(published))}:
        return [f"{folder} was published with other files. A changed figure needs a new version: raise it in pyproject.toml (see CONTRIBUTING.md)." for folder in sorted(changed)], []
    left_out = []
    for path in kept:
        target = site / path.relative_to(published)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.write_bytes(taking_down.without_names(path))
        except ValueError:
            left_out.append(target)
    for page in (site / path.relative_to(published) for path in kept if path.name == "index.html" and path.relative_to(published).parts[1] == "figures"):
        _tell_corrections(page)              # when the data of the figure stands beside it
    for target in left_out:
        _tell_gone(target.with_name("index.html"), target.name)
    return [], [f"{target.relative_to(site)} is left out: it holds a name that was taken down, where no role can be put." for target in left_out]


def _tell_gone(page: Path, name: str) -> None:
    """Says on the page of an earlier version that one of its files was taken down."""
    if page.exists():
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(rf'<li><a href="{re.escape(name)}">(.*?)</a></li>', r"<li>\1: taken down, because it held a name</li>", text), encoding="utf-8")


def _tell_corrections(page: Path) -> None:
    """Says on the page of an earlier version that a row which it draws was corrected since. Its picture and data stay as they were cited."""
    data, version = page.parent / f"{page.parent.name}.csv", page.parents[2].name.removeprefix("v")
    if not data.exists():
        return
    later = [one for one in corrected.every() if corrected.numbered(one.version) > corrected.numbered(version)]
    mine = corrected.of_data(data.read_text(encoding="utf-8"), later)
    if mine:
        days = ", ".join(dict.fromkeys(corrected.day(one.date) for one in mine))
        note = (f'<p id="corrected"><strong>Corrected since, on {days}.</strong> This version stays as it was cited. <a href="../../../chapters/generated/corrections.html#{mine[0].id}">'
                "What it says now, and why</a>.</p>")
        text = re.sub(r'<p id="corrected">.*?</p>', "", page.read_text(encoding="utf-8"))
        page.write_text(text.replace("</h1>", f"</h1>{note}", 1), encoding="utf-8")


def _differs(old: Path, new: Path) -> bool:
    return new.exists() and new.read_bytes() != old.read_bytes()


def _page(sheet: dict) -> str:
    """The page of one figure in one version. It needs no other file of the site, which may change around it."""
    say, book, name = html.escape, records.book(), sheet["id"]
    title = f"Figure {sheet['number']}. {sheet['title']}"
    cited = "".join(f"<dt>{citations.STYLES[style]}</dt><dd>{say(text)}</dd>" for style, text in sheet["citations"].items())
    files = "".join(f'<li><a href="{name}.{end}">{word}</a></li>' for word, end in _FILES)
    return "\n".join([
        f'{_HEAD}<title>{say(title)} ({say(book["title"])}, version {sheet["version"]})</title><meta name="description" content="{say(sheet["alt"])}"></head>',
        f'<body><aside aria-label="Way out"><a href="{ELSEWHERE}" rel="noreferrer nofollow">Leave this site</a></aside><main><h1>{say(title)}</h1>',
        f'<p>{say(book["title"])}, version {sheet["version"]}, {book["date"].day} {book["date"]:%B %Y}. This page keeps the figure as it was cited. '
        f'<a href="../../../figures/{name}/index.html">The figure in the newest version</a> may differ.</p>',
        f'<p><a href="{name}.svg"><img src="{name}.svg" width="1920" height="1080" alt="{say(sheet["alt"])}"></a></p>',
        f'<p>{say(sheet["caption"])}</p><h2>Description</h2><p>{say(sheet["description"])}</p><h2>Note</h2><p>{say(sheet["note"])}</p>',
        f'<h2>Cite</h2><dl>{cited}<dt>Data behind the figure</dt><dd>{say(sheet["data_citation"])}</dd></dl>',
        f'<h2>Files</h2><ul>{files}</ul><p>Licence: <a href="{book["license_address"]}">{sheet["license"]}</a>.</p></main></body></html>', ""])


if __name__ == "__main__":
    faults, told = keep(*map(Path, sys.argv[2:4]))
    print("\n".join([*faults, *told]) or "Every version that was published stands in the new site.")
    sys.exit(bool(faults))
