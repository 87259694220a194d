"""sphinxcontrib-bibtex made quick for a book that cites two thousand sources ten thousand times. What it writes stays the same."""

from __future__ import annotations

import ast
import hashlib
import posixpath
import re

from pybtex import richtext
from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from pybtex.style.formatting import plain
from sphinxcontrib.bibtex.domain import BibtexDomain, get_docnames

#: Text in which LaTeX means nothing: letters of any script, figures, single spaces, and signs that stand for themselves.
_NO_LATEX = re.compile(r"(?:[^\W_]|[.,:;()\[\]/+*=@?!’‘“”–—…]|-(?!-)| (?! ))*")
_resolved: dict = {}
_by_key: dict = {}


class Style(plain.Style):
    """The plain style. The list of sources and what shows when a reader rests on a citation ask for the same text, one after the other: it is made once."""

    _last = None

    def format_entry(self, label, entry, bib_data=None):
        """See pybtex."""
        if self._last is None or self._last[:2] != (label, entry.key):
            self._last = label, entry.key, super().format_entry(label, entry, bib_data)
        return self._last[2]


def _from_latex(latex: str, slow=richtext.Text.from_latex) -> richtext.Text:
    """As pybtex; text in which LaTeX means nothing, with or without braces around all of it, is not taken apart."""
    if _NO_LATEX.fullmatch(latex):
        return richtext.Text(latex)
    if latex[:1] == "{" and latex[-1:] == "}" and _NO_LATEX.fullmatch(latex[1:-1]):
        return richtext.Text(richtext.Protected(latex[1:-1]))
    return slow(latex)


def _resolve(domain, env, page, builder, role, target, node, text, slow=BibtexDomain.resolve_xref):
    """As sphinxcontrib-bibtex, which goes through all sources for each citation. A citation looks alike on all pages of a folder but that of the list itself."""
    data = domain.data
    if not _by_key:
        for citation in data["citations"]:
            _by_key.setdefault(citation.key, []).append(citation)
    lists = {key.docname for key in domain.bibliographies}
    place = page if page in lists else posixpath.dirname(page), role, target
    if place not in _resolved:
        keys = [key.strip() for key in target.split(",")]
        if any(key not in _by_key for key in keys):
            return slow(domain, env, page, builder, role, target, node, text)        # which says what is missing, and where
        every, data["citations"] = data["citations"], [citation for key in keys for citation in _by_key[key]]
        try:
            _resolved[place] = slow(domain, env, page, builder, role, target, node, text)
        finally:
            data["citations"] = every
    return _resolved[place].deepcopy()


def _entries(domain, bibfiles, slow=BibtexDomain.get_entries):
    """As sphinxcontrib-bibtex, which compares each source with each citation: while it looks at a source, only the citations of that one are there."""
    every, mine = domain.data["citation_refs"], {}
    for ref in every:
        for target in ref.targets:
            mine.setdefault(target.key, []).append(ref)
    try:
        for entry in slow(domain, bibfiles):
            domain.data["citation_refs"] = mine.get(entry.key, [])
            yield entry
    finally:
        domain.data["citation_refs"] = every


def _cite(domain, slow=BibtexDomain.env_updated) -> list[str]:
    """As sphinxcontrib-bibtex. Where since the last build no source has changed, nor the order in which they are cited, the citations of that build hold.

    Returns the pages that cite a source which has changed: they are to be written again, and sphinxcontrib-bibtex does not say so.
    """
    _by_key.clear()
    _resolved.clear()
    env = domain.env
    lists = [(key, one.list_, one.style, one.filter_ and ast.dump(one.filter_), one.keys, [node["ids"] for node in one.citation_nodes.values()],
              [path.read_bytes() for path in one.bibfiles]) for key, one in domain.bibliographies.items()]
    order = [*dict.fromkeys(domain.get_all_cited_keys([*get_docnames(env)]))]
    mark = hashlib.sha256(repr((lists, order)).encode()).hexdigest()
    last, before = getattr(env, "book_entries", ("", {}))
    if domain.data["citations"] and last == mark:
        return []
    slow(domain)
    now = {citation.key: citation.entry for citation in domain.data["citations"]}
    env.book_entries = mark, now
    changed = {key for key, entry in now.items() if before.get(key, entry) != entry}
    return sorted({ref.docname for ref in domain.citation_refs if any(target.key in changed for target in ref.targets)})


def be_quick() -> None:
    """Puts it in the place of what it makes quick."""
    # Each citation asks for this plug-in, and pybtex would look through every installed package each time.
    register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)
    register_plugin("pybtex.style.formatting", "plain", Style, force=True)
    richtext.Text.from_latex = staticmethod(_from_latex)
    BibtexDomain.resolve_xref, BibtexDomain.get_entries, BibtexDomain.env_updated = _resolve, _entries, _cite
