"""Builds the pages with Jupyter Book, warnings as errors, and says what it is doing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Lines of the log that tell a reader how far the build is, or what went wrong.
_TELL = re.compile(r"(reading sources|writing output|WARNING|ERROR|Exception|build (succeeded|finished)|pickling|copying (static|images))")


def main() -> int:
    """Runs ``jupyter-book build`` over the repository. Returns its exit code; the whole log is in ``_build/build.log``."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT), "-W", "-n", "--keep-going", "--path-output", str(ROOT)]
    (ROOT / "_build").mkdir(exist_ok=True)
    good = ROOT / "_build" / "pages-are-good"
    if os.environ.get("CI") or not good.exists():
        command.append("--all")       # a warm build does not repeat the warnings of the one before
    good.unlink(missing_ok=True)
    with open(ROOT / "_build" / "build.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
                                   env={**os.environ, "BOOK_EXECUTED": str(ROOT / "_build" / "executed"), "NO_COLOR": "1"})
        for line in process.stdout:
            log.write(line)
            plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
            if _TELL.search(plain) and "%]" not in plain or "100%]" in plain:
                print(f"  {plain}", flush=True)
    code = process.wait()
    if not code:
        good.touch()
    else:
        print("The pages were not built. The lines above with WARNING or ERROR say why; the whole log is _build/build.log", file=sys.stderr)
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\n  Stopped. The next make book builds what is missing.", flush=True)
        sys.exit(130)
