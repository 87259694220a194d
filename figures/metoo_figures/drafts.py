"""Files that stand whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, and leaves it alone where nothing changed."""
    write_all(path.parent, {path.name: content})


def write_all(folder: Path, files: dict[str, bytes]) -> None:
    """Writes files into a folder, those that changed: every one of them stands whole as a draft before the first takes its place. Where one fails, none does."""
    drafts: dict[Path, Path] = {}
    try:
        for name, content in files.items():
            path = folder / name
            if not (path.exists() and path.read_bytes() == content):
                drafts[path] = path.with_name(f".{name}.{os.getpid()}")
                drafts[path].write_bytes(content)
        for path, draft in drafts.items():
            os.replace(draft, path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
