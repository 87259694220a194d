"""What runs on GitHub: pinned, with few rights, the same commands as here. And what a release and an audit say."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
import yaml
from conftest import ROOT

import auditing
import releasing

FOLDER = ROOT / ".github" / "workflows"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))}
# BaseLoader: "on" stays a word, and "3.10" would stay 3.10.
FLOWS = {name: yaml.load(text, Loader=yaml.BaseLoader) for name, text in TEXTS.items()}
JOBS = [(name, job) for name, flow in FLOWS.items() for job in flow["jobs"]]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAY_WRITE = {("pages.yml", "publish"): {"contents": "write", "pages": "write"}, ("release.yml", "release"): {"contents": "write"}, ("weekly.yml", "report"): {"issues": "write"}}


def lines_of(name, job):
    return "\n".join(step.get("run", "") for step in FLOWS[name]["jobs"][job].get("steps", ()))


def test_the_five_workflows_are_there():
    assert set(FLOWS) == {"test.yml", "audit.yml", "pages.yml", "weekly.yml", "release.yml"}


@pytest.mark.parametrize("name", TEXTS)
def test_every_action_is_pinned_by_its_commit_and_says_its_version(name):
    used = re.findall(r"uses: *(.+)", TEXTS[name])
    assert used
    for line in used:
        assert re.fullmatch(r"\./\.github/workflows/[a-z]+\.yml|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_has_one_commit_in_all_workflows():
    pins = set(re.findall(r"uses: *([\w-]+/[\w-]+)@(\w+)", "\n".join(TEXTS.values())))
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize("name", FLOWS)
def test_a_workflow_may_read_and_a_job_writes_only_what_it_must(name):
    assert FLOWS[name]["permissions"] == {"contents": "read"}
    for job, told in FLOWS[name]["jobs"].items():
        assert told.get("permissions", {}) == MAY_WRITE.get((name, job), {}), job


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_every_job_ends_in_time_on_a_named_system(name, job):
    told = FLOWS[name]["jobs"][job]
    if "uses" not in told:                             # a called workflow has its own
        assert int(told["timeout-minutes"]) <= 60 and re.fullmatch(r"ubuntu-\d\d\.\d\d", told["runs-on"])


def test_no_checkout_leaves_its_key_and_no_text_from_outside_becomes_a_command():
    for name, flow in FLOWS.items():
        for job, told in flow["jobs"].items():
            for step in told.get("steps", ()):
                if step.get("uses", "").startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] == "false", (name, job)
            assert "${{" not in lines_of(name, job), (name, job)


@pytest.mark.parametrize("name", TEXTS)
def test_no_secret_but_the_one_that_github_gives_and_no_address_of_a_repository(name):
    assert set(re.findall(r"secrets\.(\w+)", TEXTS[name])) <= {"GITHUB_TOKEN"}
    assert "github.com/" not in TEXTS[name] and not re.search(r"secrets: *inherit", TEXTS[name])


def test_the_tests_run_on_every_python_that_the_project_promises():
    matrix = FLOWS["test.yml"]["jobs"]["test"]["strategy"]["matrix"]["python"]
    promised = [c.rsplit(" ", 1)[1] for c in PYPROJECT["project"]["classifiers"] if re.search(r"Python :: 3\.\d+$", c)]
    low, below = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PYPROJECT["project"]["requires-python"]).groups()
    assert matrix == promised == [f"3.{minor}" for minor in range(int(low), int(below))]
    assert re.search(r"^make test\b", lines_of("test.yml", "test"), re.M)

def test_known_holes_are_asked_for_on_every_push_for_the_oldest_and_newest_python_and_hold_up_no_publishing():
    assert re.search(r"^make audit\b", lines_of("audit.yml", "audit"), re.M)
    assert FLOWS["audit.yml"]["on"]["push"] == {"branches-ignore": ["gh-pages"]} and "pull_request" in FLOWS["audit.yml"]["on"]
    versions = FLOWS["test.yml"]["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert FLOWS["audit.yml"]["jobs"]["audit"]["strategy"]["matrix"]["python"] == [versions[0], versions[-1]]
    assert not any("audit" in TEXTS[name] for name in ("pages.yml", "release.yml", "test.yml"))


def test_every_push_is_tested_and_what_is_published_was_tested_first():
    assert FLOWS["test.yml"]["on"]["push"] == {"branches-ignore": ["main", "gh-pages"]} and FLOWS["pages.yml"]["on"]["push"] == {"branches": ["main"]}
    for name, job in (("pages.yml", "publish"), ("release.yml", "release")):
        assert FLOWS[name]["jobs"]["test"] == {"uses": "./.github/workflows/test.yml"} and FLOWS[name]["jobs"][job]["needs"] == "test"
    assert FLOWS["weekly.yml"]["jobs"]["build"] == {"uses": "./.github/workflows/test.yml"}


def test_two_publishings_never_run_at_once_and_no_push_goes_untested_for_that():
    assert FLOWS["pages.yml"]["jobs"]["publish"]["concurrency"] == {"group": "publish", "cancel-in-progress": "false"}
    assert not any("concurrency" in flow for flow in FLOWS.values())


def test_the_weekly_report_comes_whatever_became_of_the_others():
    jobs = FLOWS["weekly.yml"]["jobs"]
    assert set(jobs["report"]["needs"]) == set(jobs) - {"report"}
    said = jobs["report"]["if"]
    assert "always()" in said and all(f"needs.{name}.result != 'success'" in said for name in jobs["report"]["needs"]), "a job that ran out of time is cancelled, and not a failure"


def test_every_command_of_a_workflow_is_one_of_the_project():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for name, job in JOBS:
        for line in lines_of(name, job).splitlines():
            assert not (made := re.match(r"make ([a-z-]+)", line)) or made[1] in targets, line
            for path in re.findall(r"(?:chapters/_ext|\.github)/[\w.]+", line):
                assert (ROOT / path).exists(), line


def test_dependabot_leaves_jupyter_book_below_two():
    told = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    pip, actions = told["updates"]
    assert {"dependency-name": "jupyter-book", "versions": [">=2"]} in pip["ignore"] and actions["package-ecosystem"] == "github-actions"
    assert all((ROOT / folder.strip("/")).is_dir() for folder in pip["directories"])
    assert pip["open-pull-requests-limit"] == 0 and pip["groups"]["packages"]["applies-to"] == "security-updates"


@pytest.mark.parametrize("name", ["correction", "missing-fact", "accessibility"])
def test_a_form_asks_for_what_a_maintainer_needs(name):
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text(encoding="utf-8"))
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert form["name"] and form["description"] and len({part["id"] for part in asked}) == len(asked)
    assert all(part["attributes"]["label"] for part in asked) and sum(part.get("validations", {}).get("required", False) for part in asked) >= 2
    assert form["labels"] and all(f"`{label}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8") for label in form["labels"]), "GitHub makes no label"
    if name != "accessibility":
        assert any(part["id"] == "source" and part["validations"]["required"] for part in asked)


def test_the_tools_are_locked_with_hashes():
    lock = (ROOT / ".github" / "tools.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9._-]+)==", lock, re.M)
    assert {re.match(r"[a-z-]+", line)[0] for line in (ROOT / ".github" / "tools.in").read_text(encoding="utf-8").split()} <= set(pins)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", lock)) > len(pins) and "://" not in lock


def test_zenodo_is_told_what_the_citation_file_says():
    zenodo = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert zenodo["title"] == cff["title"] and zenodo["keywords"] == cff["keywords"] and zenodo["upload_type"] == cff["type"] == "dataset"
    assert [one["name"] for one in zenodo["creators"]] == [one["name"] for one in cff["authors"]] and zenodo["license"] in [one.lower() for one in cff["license"]]
    assert re.sub(r"<.*?>", "", zenodo["description"]).split() == cff["abstract"].split()
    assert not {"version", "doi", "publication_date"} & set(zenodo), "Zenodo takes the version from the tag, and mints the DOI"


# The audit.

HOLE = {"dependencies": [{"name": "one", "version": "1.0", "vulns": [{"id": "PYSEC-0000-0", "fix_versions": ["1.1"]}]}, {"name": "two", "version": "1.0", "vulns": []}], "fixes": []}
CLEAN = {"dependencies": [{"name": "two", "version": "1.0", "vulns": []}], "fixes": []}
UNKNOWN = {"dependencies": [{"name": "two", "version": "1.0", "vulns": []}, {"name": "three", "skip_reason": "not found"}], "fixes": []}


@pytest.mark.parametrize(("report", "complaint", "code", "says"), [
    (json.dumps(HOLE), "", 1, "one 1.0: PYSEC-0000-0, mended in 1.1"),
    (json.dumps(CLEAN), "", 0, "audited: no known hole in 1 packages"),
    (json.dumps(UNKNOWN), "", 0, "not audited: the database of known holes knew 1 of the 2 packages, and so said nothing of three"),
    (json.dumps({"dependencies": [], "fixes": []}), "", 0, "not audited: "),
    ("", "Traceback\nConnectionError: no route", 0, "not audited: the database of known holes could not be asked (ConnectionError: no route)"),
    ("", "", 0, "not audited: "),
])
def test_an_audit_says_what_it_found_or_that_it_was_none(report, complaint, code, says, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    told = f"import sys; sys.stdout.write({report!r}); sys.stderr.write({complaint!r})"
    assert auditing.main([sys.executable, "-c", told]) == code
    for text in (capsys.readouterr().out, (tmp_path / "summary.md").read_text(encoding="utf-8")):
        assert says in text and text.startswith("audited") == (report == json.dumps(CLEAN))


# The release.

def test_a_release_has_its_files_with_checksums_and_the_same_bytes_again(tmp_path, monkeypatch):
    bill, site = tmp_path / "bill.json", tmp_path / "site"
    bill.write_text('{"bomFormat": "CycloneDX"}')
    (site / ".doctrees").mkdir(parents=True)
    (site / ".doctrees" / "a").write_text("not read")
    (site / "index.html").write_text("<title>book</title>")
    monkeypatch.setattr(releasing, "SITE", site)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")
    first, second = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in (tmp_path / "a", tmp_path / "b") if releasing.main(folder, bill))
    version = PYPROJECT["project"]["version"]
    assert first == second
    assert set(first) == {f"after_the_hashtag-{version}-py3-none-any.whl", f"after-the-hashtag-data-{version}.zip", f"after-the-hashtag-site-{version}.zip",
                          f"after-the-hashtag-packages-{version}.cdx.json", "SHA256SUMS"}
    told = dict(line.split("  ")[::-1] for line in first["SHA256SUMS"].decode().splitlines())
    assert told == {name: hashlib.sha256(content).hexdigest() for name, content in first.items() if name != "SHA256SUMS"}
    assert set(zipfile.ZipFile(tmp_path / "a" / f"after-the-hashtag-site-{version}.zip").namelist()) == {"README.txt", "index.html"}


def test_a_release_without_pages_says_so(tmp_path, monkeypatch):
    (tmp_path / "bill.json").write_text("{}")
    monkeypatch.setattr(releasing, "SITE", tmp_path / "nowhere")
    monkeypatch.setattr(releasing.data_pages, "write_wheel", lambda folder: None)
    assert "no zip of the site" in releasing.main(tmp_path / "dist", tmp_path / "bill.json")[0]


@pytest.fixture
def versioned(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "figures").mkdir()
    for name in ("pyproject.toml", "CITATION.cff", "CHANGELOG.md", "data/datapackage.json", "figures/book.yml", "Makefile"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_tag_of_the_version_may_be_released(versioned):
    assert releasing.tag_faults(f"v{PYPROJECT['project']['version']}", versioned) == []


def test_the_day_of_the_citation_file_needs_no_quotation_marks(versioned):
    cff = versioned / "CITATION.cff"
    cff.write_text(re.sub(r'date-released: "(.*)"', r"date-released: \1", cff.read_text(encoding="utf-8")), encoding="utf-8")
    assert releasing.day_faults(PYPROJECT["project"]["version"], versioned) == []


def test_a_tag_that_is_not_the_version_is_refused_and_each_file_named(versioned):
    pyproject = versioned / "pyproject.toml"
    pyproject.write_text(re.sub(r'^version = ".*"', 'version = "9.9.9"', pyproject.read_text(encoding="utf-8"), flags=re.M), encoding="utf-8")
    told = "\n".join(releasing.tag_faults("v9.9.8", versioned))
    for part in ("The tag is v9.9.8", "CITATION.cff has", "CITATION.cff, preferred-citation has", "datapackage.json has", "'## 9.9.9 (date)'"):
        assert part in told


@pytest.mark.parametrize(("name", "old", "new", "says"), [
    ("CITATION.cff", r'date-released: ".*"', 'date-released: "2026-11-20"', "CITATION.cff, date-released says 2026-11-20"), ("CITATION.cff", "year: 2026", "year: 2025", "preferred-citation, year says 2025"),
    ("Makefile", r"EPOCH := \d+", "EPOCH := 1795132800", "SOURCE_DATE_EPOCH says 2026-11-20"), ("CHANGELOG.md", r"^(## 0.2.0) \(.*\)", r"\1 (2026-11-20)", "CHANGELOG.md says 2026-11-20")])
def test_a_day_that_one_file_does_not_have_keeps_the_version_from_being_released(versioned, name, old, new, says):
    text = (versioned / name).read_text(encoding="utf-8")
    (versioned / name).write_text(re.sub(old, new, text, count=1, flags=re.M), encoding="utf-8")
    told = releasing.tag_faults(f"v{PYPROJECT['project']['version']}", versioned)
    assert len(told) == 1 and says in told[0] and f"figures/book.yml {yaml.safe_load((ROOT / 'figures' / 'book.yml').read_text())['date']}" in told[0]


def test_the_notes_are_those_of_one_version():
    told = releasing.notes("0.2.0")
    assert told.startswith("What happened next.") and "## " not in told and releasing.notes("9.9.9") == ""


# Publishing, on a branch of a repository that stands here.

@pytest.fixture
def publish(tmp_path):
    """A function that publishes a small site; it returns the exit code, what was said, and the files of the branch."""
    room, remote = tmp_path / "room", tmp_path / "remote.git"
    (room / "_build" / "html").mkdir(parents=True)
    for name in (".github", "chapters", ".venv"):
        (room / name).symlink_to(ROOT / name) if name != ".github" else shutil.copytree(ROOT / name, room / name)
    as_someone = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["git", "init", "-q", "--bare", str(remote)], ["git", "init", "-q", str(room)], [*as_someone, "-C", str(room), "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(command, check=True)

    def run(files, to=remote, words=()):
        shutil.rmtree(room / "_build" / "html")
        for name, text in files.items():
            (room / "_build" / "html" / name).parent.mkdir(parents=True, exist_ok=True)
            (room / "_build" / "html" / name).write_text(text, encoding="utf-8")
        ran = subprocess.run([room / ".github" / "publish", *words], capture_output=True, text=True, env={**os.environ, "PUBLISH_TO": str(to)}, check=False)
        names = subprocess.run(["git", "-C", remote, "ls-tree", "-r", "--name-only", "gh-pages"], capture_output=True, text=True, check=False).stdout.split()
        return ran.returncode, ran.stdout + ran.stderr, names

    run.git = lambda *words: subprocess.run([*as_someone, "-C", str(room), *words], check=True)
    run.room, run.remote = room, remote
    return run


def test_publishing_keeps_earlier_versions_and_refuses_a_changed_one(publish):
    assert publish({"index.html": "one", "_static/a.css": "a", "v0.1.0/figures/a/a.csv": "1", ".doctrees/x": "x"})[::2] == (
        0, [".nojekyll", "_static/a.css", "index.html", "v0.1.0/figures/a/a.csv"])
    assert publish({"index.html": "two", "v0.2.0/figures/a/a.csv": "2"})[::2] == (0, [".nojekyll", "index.html", "v0.1.0/figures/a/a.csv", "v0.2.0/figures/a/a.csv"])
    code, said, names = publish({"index.html": "three", "v0.2.0/figures/a/a.csv": "3"})
    assert code == 1 and "new version" in said and len(names) == 4
    code, said, _ = publish({"index.html": "two", "v0.2.0/figures/a/a.csv": "2"})
    assert code == 0 and "Nothing changed" in said
    assert publish({"index.html": "five"}, to="/nowhere/at/all")[0] != 0


def test_comparing_publishes_nothing(publish):
    assert publish({"v0.2.0/figures/a/a.csv": "2"}, words=["compare"])[::2] == (0, [])
    publish({"v0.2.0/figures/a/a.csv": "2"})
    code, said, names = publish({"v0.2.0/figures/a/a.csv": "3"}, words=["compare"])
    assert code == 1 and "new version" in said and names == [".nojekyll", "v0.2.0/figures/a/a.csv"]


def test_an_old_run_does_not_publish_over_a_newer_one(publish):
    publish.git("push", "-q", str(publish.remote), "HEAD:refs/heads/main")
    assert publish({"index.html": "one"})[2] == [".nojekyll", "index.html"], "it is what main holds"
    publish.git("commit", "-q", "--allow-empty", "-m", "y")
    publish.git("push", "-q", str(publish.remote), "HEAD:refs/heads/main")
    publish.git("reset", "-q", "--hard", "HEAD~1")
    code, said, names = publish({"old.html": "one"})
    assert code == 0 and "main has gone on" in said and names == [".nojekyll", "index.html"]


def test_the_address_of_the_site_stays_and_pages_that_run_are_taken_where_they_are_of_this_build(publish, tmp_path):
    publish({"index.html": "one"})
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "-b", "gh-pages", str(publish.remote), str(clone)], check=True)
    (clone / "CNAME").write_text("book.example.org\n")
    for words in (["add", "CNAME"], ["commit", "-q", "-m", "address"], ["push", "-q"]):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(clone), *words], check=True)
    other = publish.room / "_build" / "browser"
    other.mkdir()
    (other / "build.json").write_text("this build")
    (other / "run.js").write_text("")
    assert publish({"index.html": "two", "build.json": "another build"})[2] == [".nojekyll", "CNAME", "build.json", "index.html"]
    assert publish({"index.html": "two", "build.json": "this build"})[2] == [".nojekyll", "CNAME", "build.json", "run.js"]
