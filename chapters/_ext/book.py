"""The book's Sphinx extension: executed notebooks in, generated pages in, figures at stable addresses out."""

from __future__ import annotations

import hashlib
import html
import os
import re
import shutil
import sys
from pathlib import Path

from sphinx import addnodes
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).resolve().parent))  # so that Sphinx finds the module beside this one
import assets  # noqa: E402
import corrected  # noqa: E402
import data_pages  # noqa: E402
import fact_cards  # noqa: E402
import finding  # noqa: E402
import finish  # noqa: E402
import making  # noqa: E402
import versions  # noqa: E402

EXECUTED = os.environ.get("BOOK_EXECUTED")
#: Pages of single figures, countries and whole tables: in the order of the book, and not in its menu, where they would be a wall. Their own way in leads to them.
NOT_IN_MENU = ("chapters/generated/figure-", "chapters/generated/country-", "chapters/generated/data-")


def make_pages(app: Sphinx) -> None:
    """Writes the pages that the tables make, before Sphinx looks for its sources."""
    folder = Path(app.srcdir) / "chapters" / "generated"
    folder.mkdir(exist_ok=True)
    pages = making.texts()
    for old in folder.glob("*.md"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def use_executed(app: Sphinx, docname: str, source: list[str]) -> None:
    """Shows what the last run of a notebook gave, where there is one, in place of its stored outputs."""
    path = _executed(docname)
    if path:
        source[0] = path.read_text(encoding="utf-8")


def tell_corrections(app: Sphinx, docname: str, source: list[str]) -> None:
    """Puts the banner of corrections on a written page that cites or draws a corrected row. Generated pages have theirs already."""
    if docname.startswith("chapters/") and not docname.startswith("chapters/generated/"):
        source[0] = corrected.in_page(docname.removeprefix("chapters/"), source[0], app.env.doc2path(docname).endswith(".ipynb"))


def outdated(app: Sphinx, env, added, changed, removed) -> list[str]:
    """A page is read again when its executed notebook, its corrections or the block of a figure that it shows changed."""
    marks = getattr(env, "book_marks", {})
    env.book_marks = {name: _mark(app, name) for name in env.found_docs if name.startswith("chapters/")}
    return [name for name, mark in env.book_marks.items() if marks.get(name) not in (None, mark)]


def read_side_by_side(app: Sphinx, env, docnames: list[str]) -> None:
    """Says for two extensions of Jupyter Book what they do not say. One numbers sections when all pages are read, the other is for LaTeX: neither hinders reading side by side."""
    for name in ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"):
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True


def shorten_menu(app: Sphinx, env) -> None:
    """Takes pages out of the menu that every page carries. What comes before and after a page is read from elsewhere and stays."""
    for contents in env.tocs.values():
        for tree in list(contents.findall(addnodes.toctree)):
            tree["entries"] = [(title, page) for title, page in tree["entries"] if not page.startswith(NOT_IN_MENU)]
            empty = tree if not tree["entries"] else None
            while empty is not None and empty.parent is not None:            # and the list around it, if nothing else is in it
                around = empty.parent
                around.remove(empty)
                empty = around if not around.children else None


def _executed(docname: str) -> Path | None:
    path = Path(EXECUTED) / f"{Path(docname).name}.ipynb" if EXECUTED else None
    return path if path and path.exists() and docname.startswith("chapters/") else None


def _mark(app: Sphinx, docname: str) -> str:
    path = _executed(docname)
    banner = corrected.banners().get(docname.removeprefix("chapters/"), "")
    # The generated pages show no block: what they say of a figure stands in their own text.
    written = "" if "/generated/" in docname else Path(app.env.doc2path(docname)).read_text(encoding="utf-8")
    blocks = sorted(set(re.findall(r"figures/published/[a-z0-9-]+/(?:block|picture)\.md", written)))
    parts = (path.read_bytes() if path else b"", banner.encode(), *(place.read_bytes() for block in blocks if (place := Path(app.srcdir) / block).exists()))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def copy_figures(app: Sphinx, error: Exception | None) -> None:
    """Puts every published figure at an address that does not change: /figures/<id>/<file>."""
    if error or app.builder.format != "html":
        return
    for old in (Path(app.outdir) / "chapters" / "generated").glob("*.html"):
        if not (Path(app.srcdir) / "chapters" / "generated" / f"{old.stem}.md").exists():
            old.unlink()          # a page of an earlier build, of a figure or table that is gone
    target = Path(app.outdir) / "figures"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(Path(app.srcdir) / "figures" / "published", target, ignore=shutil.ignore_patterns("*.md", ".*"))
    for folder in target.iterdir():
        page = f"../../chapters/generated/figure-{folder.name}.html"
        (folder / "index.html").write_text(f'<!doctype html><html lang="en"><title>{folder.name}</title><meta http-equiv="refresh" content="0; url={page}">'
                                           f'<a href="{page}">{folder.name}</a></html>\n', encoding="utf-8")
    data_pages.write_package(Path(app.outdir) / "data")
    data_pages.write_wheel(Path(app.outdir) / "data")
    versions.write_tombstones(target)
    versions.write(Path(app.outdir))


def stay_local(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Leaves out the theme's script that knows an address of another host; nothing here uses it."""
    context["script_files"] = [script for script in context.get("script_files", [])
                               if "thebe" not in str(getattr(script, "filename", script) or "")
                               and "thebe" not in str(getattr(script, "attributes", {}))]


def escape_title(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Escapes a page's title, which the theme writes over the printed page as if it were HTML."""
    if "pagetitle" in context:
        context["pagetitle"] = html.escape(context["pagetitle"], quote=False)


def finish_pages(app: Sphinx, error: Exception | None) -> None:
    """Repairs the theme's pages and makes them light, when all of them are written."""
    if not error and app.builder.format == "html":
        finish.finish(Path(app.outdir))
        assets.lighten(Path(app.outdir))


def _own_code() -> str:
    """A digest of what makes the pages: this code, and their styles and scripts."""
    here = Path(__file__).resolve().parent
    files = [*here.glob("*.py"), *(path for path in (here.parent / "_static").rglob("*") if path.is_file())]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def setup(app: Sphinx) -> dict:
    """Connects the extension to Sphinx."""
    finding.setup(app)
    app.connect("builder-inited", make_pages)
    app.connect("source-read", use_executed)
    app.connect("source-read", tell_corrections)
    app.connect("env-get-outdated", outdated)
    app.connect("html-page-context", stay_local, priority=900)
    app.connect("html-page-context", escape_title, priority=900)
    app.connect("env-before-read-docs", read_side_by_side)
    app.connect("env-updated", shorten_menu)
    app.connect("doctree-resolved", fact_cards.add_cards)
    app.connect("build-finished", copy_figures)
    app.connect("build-finished", finish_pages, priority=900)
    app.add_config_value("book_pages_made_by", _own_code(), "html")     # a change of this code writes every page anew
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
