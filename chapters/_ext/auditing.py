"""Are there known holes in the locked packages? Runs pip-audit, and says plainly where it could not find out.

Needs nothing but Python and pip-audit, so that it runs before the book's own packages are installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys


def main(command: list[str]) -> int:
    """Runs ``command``, which prints pip-audit's JSON, and says what it found, in the summary of the workflow too. Returns 1 where a package has a known hole."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    code, sentence = verdict(ran.stdout, ran.stderr)
    print(sentence)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8") as handle:
            handle.write(sentence + "\n")
    return code


def verdict(report: str, complaint: str) -> tuple[int, str]:
    """1 and the holes; or 0, and whether that means that none is known.

    pip-audit calls all well too where its database knows none of the packages, as a mirror may answer. That is no audit, and is not told as one.
    """
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        last = complaint.strip().splitlines() or ["pip-audit gave no report"]
        return 0, f"not audited: the database of known holes could not be asked ({last[-1][:200]})"
    holes = [f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}" for one in packages for hole in one.get("vulns", ())]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if holes:
        return 1, "\n".join(["Known holes in locked packages:", *(f"- {hole}" for hole in holes)])
    if skipped or not packages:
        return 0, f"not audited: the database of known holes knew {len(packages) - len(skipped)} of the {len(packages)} packages, and so said nothing of {', '.join(skipped[:3]) or 'any'}"
    return 0, f"audited: no known hole in {len(packages)} packages"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
