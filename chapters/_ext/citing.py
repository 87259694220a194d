"""sphinxcontrib-bibtex made quick for a book that cites two thousand sources ten thousand times. What it writes stays the same."""

from __future__ import annotations

import posixpath
import re

from pybtex import richtext
from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from pybtex.style.formatting import plain
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.domain import BibtexDomain

#: Text in which LaTeX means nothing: letters of any script, figures, single spaces, and signs that stand for themselves.
_NO_LATEX = re.compile(r"(?:[^\W_]|[.,:;()\[\]/+*=@?!’‘“”–—…]|-(?!-)| (?! ))*")
_every: list = []
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


def _one_each(app: Sphinx, env) -> None:
    """While the list of sources is made, one citation of each source stands for all: only whether it is cited matters there, and each is compared with each."""
    refs = env.get_domain("cite").data["citation_refs"]
    _every[:] = refs
    refs[:] = {tuple(target.key for target in ref.targets): ref for ref in reversed(refs)}.values()
    refs.reverse()


def _all_again(app: Sphinx, env) -> None:
    env.get_domain("cite").data["citation_refs"][:] = _every
    _by_key.clear()
    _resolved.clear()


def setup(app: Sphinx) -> None:
    """Connects it around the work of sphinxcontrib-bibtex, whose own priority is 500."""
    # Each citation asks for this plug-in, and pybtex would look through every installed package each time.
    register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)
    register_plugin("pybtex.style.formatting", "plain", Style, force=True)
    richtext.Text.from_latex = staticmethod(_from_latex)
    BibtexDomain.resolve_xref = _resolve
    app.connect("env-updated", _one_each, priority=400)
    app.connect("env-updated", _all_again, priority=600)
