"""sphinxcontrib-bibtex made quick for a book that cites two thousand sources ten thousand times. What it writes stays the same."""

from __future__ import annotations

from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from sphinx.application import Sphinx

_every: list = []


def _one_each(app: Sphinx, env) -> None:
    """While the list of sources is made, one citation of each source stands for all: only whether it is cited matters there, and each is compared with each."""
    refs = env.get_domain("cite").data["citation_refs"]
    _every[:] = refs
    refs[:] = {tuple(target.key for target in ref.targets): ref for ref in reversed(refs)}.values()
    refs.reverse()


def _all_again(app: Sphinx, env) -> None:
    env.get_domain("cite").data["citation_refs"][:] = _every


def setup(app: Sphinx) -> None:
    """Connects it around the work of sphinxcontrib-bibtex, whose own priority is 500."""
    # Each citation asks for this plug-in, and pybtex would look through every installed package each time.
    register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)
    app.connect("env-updated", _one_each, priority=400)
    app.connect("env-updated", _all_again, priority=600)
