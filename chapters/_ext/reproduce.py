"""``make reproduce``: makes the book twice, in two clean clones of the last commit whose surroundings differ, and compares what came out byte for byte.

Folder, user, home, time zone, language, hash seed, file modes and the number of processes differ. Both clones use the environment of this folder, which is
the lock's: set up twice it would be the same packages twice. Runs in parallel, as long as two builds of the pages take.
"""

from __future__ import annotations

import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from comparing import differences

ROOT = Path(__file__).resolve().parents[2]
#: What a person does to make it all: the Makefile's own targets, in a clone whose environment stands already.
TARGETS = ("book", "epub", "wheel")
#: What is compared: notebooks with outputs, figures, slides, pages with the data's zip and the wheel in them, and the files to take away.
PLACES = ("_build/executed", "chapters/generated", "figures/published", "figures/decks", "_build/html", "_build/wheel", "_build/take-away/after-the-hashtag-{version}.epub")


@dataclass(frozen=True)
class Surroundings:
    """All that is not the book's and may differ from one person to the next."""

    name: str
    folder: str
    user: str
    zone: str
    language: str
    seed: int
    umask: int
    jobs: int

    def variables(self) -> dict[str, str]:
        """What the Makefile would set to the book's own, told on its command line, where it is the person's that counts."""
        return {"TZ": self.zone, "LC_ALL": self.language, "PYTHONHASHSEED": str(self.seed)}


def surroundings() -> tuple[Surroundings, Surroundings]:
    """Two people far apart; the second has another language where this machine knows one, and a hash seed that nobody chose."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    other = next((name for name in known if name.startswith(("tr_TR", "de_DE", "ja_JP", "en_US"))), "C")
    return (Surroundings("first", "one", "ada", "Pacific/Kiritimati", "C.UTF-8", 0, 0o022, os.cpu_count() or 1),
            Surroundings("second", "another place/with spaces and a longer name", "grace", "America/St_Johns", other, random.randrange(1, 2**32), 0o077, 1))


def main() -> int:
    """Makes both books and compares them. Returns 0 where every file is the same, 1 where one differs or a book could not be made; the clones stay then."""
    version, changed = _git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain")
    print(f"  Two clones of the last commit, {version}{', without what is changed here since' if changed else ''}. Both books are made side by side: some minutes.", flush=True)
    folder, people = Path(tempfile.mkdtemp(prefix="reproduce-")), surroundings()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda around: make(around, folder), people))
    if any(codes):
        print(f"A book could not be made; the lines above say why. The clones are in {folder}", file=sys.stderr)
        return 1
    first, second = (folder / around.folder / "book" for around in people)
    number = tomllib.loads((first / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    count, told = differences(first, second, tuple(place.format(version=number) for place in PLACES))
    if told:
        print("\n".join([*told, f"{len(told)} of {count} files differ. The clones are in {folder}"]))
        return 1
    shutil.rmtree(folder)
    print(f"  {count} files compared, every one the same to the byte: notebooks, figures, slides, pages, data, wheel and EPUB.")
    return 0


def make(around: Surroundings, folder: Path) -> int:
    """Clones the last commit and makes the book there in other surroundings, telling each line. Returns the exit code."""
    book, home = folder / around.folder / "book", folder / around.folder / f"home of {around.user}"
    home.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(book)], check=True, umask=around.umask)
    (book / ".venv").symlink_to(ROOT / ".venv")
    told = around.variables()
    # The environment knows the packages of this folder; the clone's come first. What a person's shell has of Python's own settings is left out.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON", "LC_", "LANG"))} | told | {
        "HOME": str(home), "USER": around.user, "LOGNAME": around.user, "LANG": around.language, "BOOK_JOBS": str(around.jobs),
        "PYTHONPATH": os.pathsep.join(str(book / room) for room in ("data", "figures"))}
    process = subprocess.Popen(["make", "--no-print-directory", "-o", ".venv/.ready", *TARGETS, *(f"{name}={value}" for name, value in told.items())], cwd=book, umask=around.umask,
                               env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace")
    for line in process.stdout:
        print(f"  {around.name}: {line.rstrip()}", flush=True)
    return process.wait()


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\n  Stopped.", flush=True)
        os._exit(130)
