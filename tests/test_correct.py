"""From a report to a correction: what make correct prepares and refuses, and one correction walked to the pages. The case is invented."""

import csv
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from playwright.sync_api import expect

import corrected
import versions
from metoo_data import correcting

SITE = ROOT / "_build" / "html"
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
TODAY = dt.date(2026, 11, 22)
CASE, STEP = "case-kor-invented-matter", "step-kor-invented-matter-2"
REASON = 'The court\'s own report says "acquitted", and $5 and `ls` are nothing to a reason.'


def rows(root, table):
    with open(root / "tables" / f"{table}.csv", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def lines(root, table):
    return (root / "tables" / f"{table}.csv").read_bytes().splitlines()


def invent(root):
    """Adds a case of nobody with three steps to the tables under ``root``."""
    case = next(row for row in rows(root, "cases") if row["naming_basis"] == "not_named" and not row["related_case_id"] and row["rank"] == "normal")
    steps = [row for row in rows(root, "case_steps") if row["rank"] == "normal"]
    base = {"case_id": CASE, "date_note": "", "is_final": "not_applicable", "outcome": "none", "favours": "neither", "court_level": "not_a_court", "body": "", "sentence_months": "", "amount": "",
            "currency": "", "amount_kind": "", "as_stated": "", "confidence": "single_source", "rank_reason": "", "note": "", "source_id": "time-2018", "locator": "p1"}
    told = [{"step_id": f"{STEP[:-1]}1", "seq": "1", "date": "2020-01-02", "step": "charge", "summary": "An invented charge."},
            {"step_id": STEP, "seq": "2", "date": "2020-03-03", "step": "first_instance_decision", "outcome": "convicted", "is_final": "no", "favours": "complainant",
             "court_level": "first_instance", "summary": "An invented decision."},
            {"step_id": f"{STEP[:-1]}3", "seq": "3", "date": "2020-04-04", "step": "appeal_filed", "summary": "An invented appeal."}]
    add(root, "cases", case | {"case_id": CASE, "label": "South Korea: an invented matter", "caption": "", "speaker": "", "naming_note": "", "country_iso3": "KOR"})
    for step in told:
        add(root, "case_steps", steps[0] | base | step)


def add(root, table, row):
    with open(root / "tables" / f"{table}.csv", "a", encoding="utf-8", newline="") as handle:
        csv.DictWriter(handle, list(row), lineterminator="\n").writerow(row)


def ask(root, row=f"case_steps:{STEP}", reason=REASON, **more):
    return correcting.prepare(correcting.Request(row=row, reason=reason, **{"values": {}, **more}), "0.3.0", root, TODAY)


def written(done):
    for path, text in done.files.items():
        path.write_text(text, encoding="utf-8", newline="")


@pytest.fixture
def invented(copy):
    invent(copy.root)
    return copy


# What is prepared.

def test_a_wrong_fact_keeps_its_row_and_gets_a_new_one(invented):
    before = {table: lines(invented.root, table) for table in ("case_steps", "corrections", "evidence", "cases")}
    done = ask(invented.root, values={"outcome": "acquitted", "favours": "accused"}, source="slate-2018", locator="p3")
    assert {table: lines(invented.root, table) for table in before} == before, "preparing writes nothing"
    written(done)
    found = {row["step_id"]: row for row in rows(invented.root, "case_steps")}
    old, new = found[STEP], found[f"{STEP}-v2"]
    assert (old["rank"], old["rank_reason"], old["outcome"], old["seq"]) == ("deprecated", REASON, "convicted", "4")
    assert (new["rank"], new["rank_reason"], new["outcome"], new["favours"], new["seq"], new["source_id"], new["locator"]) == ("normal", "", "acquitted", "accused", "2", "slate-2018", "p3")
    one, two = [row for row in rows(invented.root, "corrections") if row["row_id"] == STEP]
    assert (one["correction_id"], one["field"], one["was"], one["now"]) == ("cor-2026-11-22-1", "outcome", "convicted", f"acquitted ({STEP}-v2)")
    assert (two["correction_id"], two["field"], two["reason"], two["version"], two["requested_by_type"]) == ("cor-2026-11-22-2", "favours", REASON, "0.3.0", "author")
    against = rows(invented.root, "evidence")[-1]
    assert (against["row_id"], against["support"], against["source_id"]) == (STEP, "contradicts", "slate-2018")
    # Not a byte of any other line.
    assert [line for line in before["case_steps"] if line not in lines(invented.root, "case_steps")] == [line for line in before["case_steps"] if line.startswith(f"{STEP},".encode())]
    assert lines(invented.root, "corrections")[:-2] == before["corrections"] and lines(invented.root, "evidence")[:-1] == before["evidence"]
    assert invented.problems() == []


def test_a_second_correction_of_the_same_row_goes_on_from_the_first(invented):
    written(ask(invented.root, values={"date": "2020-03-04"}))
    done = ask(invented.root, row=f"{STEP}-v2", values={"date": "2020-03-05"})
    written(done)
    assert done.new == f"{STEP}-v3" and done.ids == ["cor-2026-11-22-2"] and invented.problems() == []


def test_a_slip_and_a_row_that_others_belong_to_are_mended_in_place(invented):
    done = ask(invented.root, values={"body": "Seoul Central District Court"}, slip=True)
    written(done)
    case = ask(invented.root, row=CASE, values={"defendant_role": "an employer"})
    written(case)
    assert not done.new and not case.new and invented.problems() == []
    assert next(row for row in rows(invented.root, "case_steps") if row["step_id"] == STEP)["body"] == "Seoul Central District Court"
    assert rows(invented.root, "cases")[-1]["defendant_role"] == "an employer" and rows(invented.root, "corrections")[-1]["now"] == "an employer"


def test_a_step_that_was_coded_twice_is_corrected_and_what_the_coders_said_stays(copy):
    before = rows(copy.root, "double_coding")
    coding = next(row for row in before if row["field"] == "court_level" and row["resolved"] == "appeal")
    done = ask(copy.root, row=coding["step_id"], values={"summary": "What the court's own report says."})
    written(done)
    step = {row["step_id"]: row for row in rows(copy.root, "case_steps")}
    assert copy.problems() == [] and rows(copy.root, "double_coding") == before
    assert step[done.old]["rank"] == "deprecated" and step[done.new]["summary"] == "What the court's own report says." and any("was coded twice" in line for line in done.left)


def test_a_code_that_two_coders_settled_follows_a_slip(copy):
    coding = next(row for row in rows(copy.root, "double_coding") if row["field"] == "court_level" and row["resolved"] == "appeal")
    done = ask(copy.root, row=coding["step_id"], values={"court_level": "highest"}, slip=True)
    written(done)
    assert next(row for row in rows(copy.root, "double_coding") if row["coding_id"] == coding["coding_id"])["resolved"] == "highest" and copy.problems() == []


def test_a_row_is_taken_out_in_words_that_do_not_say_it_again(invented):
    done = ask(invented.root, row=f"{STEP[:-1]}3", was="a step too many", by="person_concerned")
    written(done)
    last = rows(invented.root, "corrections")[-1]
    assert (last["field"], last["was"], last["now"], last["requested_by_type"]) == ("", "a step too many", "", "person_concerned") and invented.problems() == []


def test_a_name_is_not_said_again_in_the_list(invented):
    written(ask(invented.root, row=CASE, values={"speaker": "Zébulon Vermiculite"}))
    assert (rows(invented.root, "corrections")[-1]["was"], rows(invented.root, "corrections")[-1]["now"]) == ("empty", "a name")


@pytest.mark.parametrize(("asked", "says"), [
    ({"row": "case_step:" + STEP}, "There is no table 'case_step'. Did you mean 'case_steps'?"),
    ({"row": STEP + "0"}, f"There is no row '{STEP}0'. Did you mean '{STEP}'?"),
    ({"values": {"outcom": "acquitted"}}, "'outcom' is no column of case_steps that can be corrected. Did you mean 'outcome'?"),
    ({"values": {"rank": "normal"}}, "'rank' is no column"),
    ({"values": {"outcome": "aquitted"}}, "Did you mean 'acquitted'?"),
    ({"values": {"date": "3 March 2020"}}, "date: "),
    ({"values": {"outcome": "convicted"}}, "the row says 'convicted' already"),
    ({"values": {"outcome": "acquitted"}, "source": "slate-2081"}, "There is no source 'slate-2081' in data/references.bib. Did you mean 'slate-2018'?"),
    ({"values": {"outcome": "acquitted"}, "source": "slate-2018"}, "Say where in it: locator=p12"),
    ({"values": {"outcome": "acquitted"}, "locator": "p3"}, "A locator needs its source"),
    ({"values": {"outcome": "acquitted"}, "reason": "wrong"}, "Say the reason in a sentence"),
    ({"values": {"outcome": "acquitted"}, "by": "somebody"}, "'somebody' cannot have asked"),
    ({"source": "slate-2018", "locator": "p3"}, "only taken out gets no source"),
    ({"row": CASE}, f"3 rows belong to '{CASE}' ({STEP[:-1]}1, {STEP}, {STEP[:-1]}3). Take those out first"),
    ({"values": {"outcome": "granted"}}, "would break a rule. data/tables/case_steps.csv, line "),
    ({"values": {"date": "2021-01-01"}}, "lies before"),
])
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_prepared(invented, asked, says):
    with pytest.raises(correcting.Refused) as refused:
        ask(invented.root, **asked)
    assert any(says in fault for fault in refused.value.faults), refused.value.faults


def test_tables_with_a_problem_are_not_corrected(invented):
    invented.edit("events", "date", "soon")
    with pytest.raises(correcting.Refused, match="problem.? already. Mend"):
        ask(invented.root, values={"date": "2020-03-04"})


# One correction, walked through.

@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A copy of the book in which a chapter tells of the invented case and a figure draws it."""
    book = tmp_path_factory.mktemp("room") / "book"
    shutil.copytree(ROOT, book, ignore=shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__", "generated", "*.png", "*.pdf", "*.zip", "*.pptx"))
    (book / ".venv").symlink_to(ROOT / ".venv")
    invent(book / "data")
    chapter = json.loads((book / "chapters" / "asia.ipynb").read_text(encoding="utf-8"))
    last = [cell for cell in chapter["cells"] if cell["cell_type"] == "markdown"][-1]
    last["source"] = ["".join(last["source"]) + f"\n\nAn invented court decided on [3 March 2020](#{STEP}).\n"]
    (book / "chapters" / "asia.ipynb").write_text(json.dumps(chapter, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    data = book / "figures" / "published" / "asia-cases" / "asia-cases.csv"
    header = data.read_text(encoding="utf-8").splitlines()[0].split(",")
    with open(data, "a", encoding="utf-8", newline="") as handle:
        csv.DictWriter(handle, header, restval="", lineterminator="\n").writerow({"step_id": STEP, "source_id": "time-2018", "locator": "p1"})
    return book


def run(room, *command):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(str(room / part) for part in ("data", "figures", "chapters/_ext"))}
    return subprocess.run(command, cwd=room, env=env, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def walked(room):
    """The room after make correct, what it said, and what the pages then are."""
    data, before = room / "data", {path: path.read_bytes() for path in (room / "data" / "tables").iterdir()}
    refused = run(room, "make", "-o", ".venv/.ready", "correct", f"row={STEP}", "column=outcome", "value=aquitted", f"reason={REASON}")
    assert refused.returncode and "Did you mean 'acquitted'?" in refused.stderr and "Nothing was written" in refused.stderr
    assert {path: path.read_bytes() for path in (data / "tables").iterdir()} == before
    done = run(room, "make", "-o", ".venv/.ready", "correct", f"row=case_steps:{STEP}", "column=outcome;favours", "value=acquitted;accused", f"reason={REASON}")
    assert done.returncode == 0, done.stdout + done.stderr
    made = run(room, sys.executable, "-c", f"""
import datetime as dt, json, sys
import corrected, country_pages, figure_pages, generated, metoo_data as md, takeaway_sources
sheet = next(one for one in figure_pages.decks.published() if one["id"] == "asia-cases")
pages = {{"figure-asia-cases": figure_pages._page(sheet), "country-kor": country_pages._page("KOR", country_pages.known()["KOR"]), "corrections": generated.corrections()}}
banners = corrected.banners()
source = (corrected.ROOT / "chapters" / "asia.ipynb").read_text(encoding="utf-8")
told = {{"pages": {{name: corrected.under_title(text, banners.get("generated/" + name, "")) for name, text in pages.items()}},
        "asia": json.loads(corrected.in_page("asia", source, True))["cells"][0]["source"], "banners": banners,
        "status": str(md.status_as_of(dt.date(2026, 11, 21)).loc["{CASE}", "status"])}}
print(json.dumps(told))
""")
    assert made.returncode == 0, made.stderr
    return room, done.stdout, json.loads(made.stdout)


def test_the_walk_says_what_is_left_to_a_person(walked):
    _, said, _ = walked
    assert "chapters/asia.ipynb" in said and "Figures whose data name the row: asia-cases" in said and "make refresh" in said and "raise the version" in said
    assert f"Read the new row, {STEP}-v2" in said


def test_the_walk_leaves_a_deprecated_row_a_new_one_and_the_reason_as_it_was_typed(walked):
    room, _, _ = walked
    found = {row["step_id"]: row for row in rows(room / "data", "case_steps")}
    assert found[STEP]["rank"] == "deprecated" and found[f"{STEP}-v2"]["outcome"] == "acquitted"
    mine = [row for row in rows(room / "data", "corrections") if row["row_id"] == STEP]
    assert [row["field"] for row in mine] == ["outcome", "favours"] and {row["reason"] for row in mine} == {REASON}
    assert {row["date"] for row in mine} == {dt.date.today().isoformat()}


def test_the_walk_puts_a_line_in_the_changelog_under_what_is_not_released(walked):
    room, _, _ = walked
    text = (room / "CHANGELOG.md").read_text(encoding="utf-8")
    section = text.partition("## Not yet released\n")[2].partition("\n## ")[0]
    assert section.rstrip().splitlines()[-1].startswith(f"- Corrected: `{STEP}`, `outcome` and `favours`. {REASON}")
    old = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in text.splitlines() if line not in old and "Corrected" not in line] in ([], ["## Not yet released", "Corrections."])


def test_the_pages_concerned_say_it_near_their_top_and_link_to_why(walked):
    _, _, told = walked
    ids = re.findall(r"#(cor-\d{4}-\d\d-\d\d-\d)\)", told["banners"]["asia"])
    assert len(ids) >= 2
    for page in ("figure-asia-cases", "country-kor"):
        top = told["pages"][page].partition("\n# ")[2].partition("\n## ")[0]
        assert ":::{div} corrected\nCorrected on " in top and "an invented matter (outcome)](#" in top, page
    before, _, after = told["asia"].partition(":::{div} corrected")
    assert before.startswith("# Asia") and "an invented matter" in after and "generated/figure-asia-timeline" in told["banners"]
    assert "africa" in told["banners"] and "invented" not in told["banners"]["africa"], "no page that has nothing to do with it"
    assert f"({ids[0]})=" in told["pages"]["corrections"]


def test_the_figures_page_has_the_correction_in_its_history(walked):
    _, _, told = walked
    history = told["pages"]["figure-asia-cases"].partition("## History")[2]
    version = next(row["version"] for row in rows(walked[0] / "data", "corrections") if row["row_id"] == STEP)
    assert re.search(rf"- Version {re.escape(version)}, \d+ \w+ \d{{4}}: an entry that it draws was corrected, \[South Korea.*invented matter \(outcome\)\]\(#cor-", history)
    assert "at its own address: `v` and the version, then `figures/asia-cases/`" in history


def test_the_ledger_says_the_new_status(walked):
    assert walked[2]["status"].startswith("acquitted")


def test_the_chapters_link_leads_to_the_new_row_and_the_check_is_content(walked):
    room, _, _ = walked
    text = (room / "chapters" / "asia.ipynb").read_text(encoding="utf-8")
    assert f"(#{STEP}-v2)" in text and f"(#{STEP})" not in text
    checked = run(room, sys.executable, "-m", "metoo_data", "check", "--prose", "chapters")
    assert checked.returncode == 0, checked.stdout


def test_a_number_that_rests_on_a_deprecated_row_is_told(walked):
    room, _, _ = walked
    (room / "pages").mkdir()
    (room / "pages" / "page.md").write_text(f"It was on [3 March 2020](#{STEP}). Of [that decision](#{STEP}) nothing holds.\n", encoding="utf-8")
    checked = run(room, sys.executable, "-m", "metoo_data", "check", "--prose", "pages")
    assert checked.returncode == 1 and checked.stdout.count("which is deprecated") == 1 and "pages/page.md, line 1" in checked.stdout


def test_a_word_that_make_does_not_know_is_no_wish_to_take_a_row_out(room):
    said = run(room, "make", "-o", ".venv/.ready", "correct", f"row={STEP}", "Column=note", "sorce=time-2018", "reason=It was so, they say.")
    assert said.returncode and "There is no 'Column'. Did you mean 'column'?" in said.stderr and "There is no 'sorce'. Did you mean 'source'?" in said.stderr and "Nothing was written" in said.stderr


def test_make_correct_alone_says_how(room):
    said = run(room, "make", "-o", ".venv/.ready", "correct")
    assert said.returncode == 0 and all(f"\n  {word}" in said.stdout for word in ("row", "column", "value", "reason", "source", "slip=yes"))


@pytest.mark.parametrize(("words", "says"), [
    (["row=x", "reasn=y"], "There is no 'reasn'. Did you mean 'reason'?"), (["column=date", "value=2020"], "Say the row"), ([f"row={STEP}", "column=a;b", "value=1", "reason=It was so."], "2 columns and 1 values"),
    ([f"row={STEP}", "column=date", "reason=It was so."], "1 columns and 0 values"), ([f"row={STEP}", "slip=no", "reason=It was so."], "'slip' is yes or left out")])
def test_words_that_do_not_fit_are_refused(words, says):
    import correct

    with pytest.raises(correcting.Refused) as refused:
        correct.request(words)
    assert any(says in fault for fault in refused.value.faults)


def test_a_semicolon_in_a_single_value_is_its_own():
    import correct

    assert correct.request([f"row={STEP}", "column=topics", "value=work;law", "reason=Two topics, in order."]).values == {"topics": "work;law"}
    assert correct.request([f"row={STEP}", "column=body", "value=", "reason=No source says it."]).values == {"body": ""}


# Earlier versions of figures.

def test_the_page_of_an_earlier_version_says_that_a_row_was_corrected_since(tmp_path):
    shown = {path.name: one for path in sorted(corrected.PUBLISHED.iterdir()) for one in corrected.every() if corrected.of_figure(path.name, [one])}
    figure = max(shown)                         # its files stand behind index.html in their folder
    assert figure > "index"
    old = tmp_path / "published" / "v0.0.1" / "figures" / figure
    old.mkdir(parents=True)
    shutil.copy(corrected.PUBLISHED / figure / f"{figure}.csv", old)
    (old / "index.html").write_text("<main><h1>As it was cited</h1><p>x</p></main>", encoding="utf-8")
    for turn in range(2):
        new = tmp_path / f"new{turn}"
        assert versions.keep(tmp_path / "published", new) == ([], [])
        shutil.copytree(new / "v0.0.1", tmp_path / "published" / "v0.0.1", dirs_exist_ok=True)
        text = (new / "v0.0.1" / "figures" / figure / "index.html").read_text(encoding="utf-8")
        assert text.count("Corrected since, on ") == 1 and text.index("</h1>") < text.index("Corrected since") and "corrections.html#cor-" in text
        assert (new / "v0.0.1" / "figures" / figure / f"{figure}.csv").read_bytes() == (corrected.PUBLISHED / figure / f"{figure}.csv").read_bytes()


def test_what_came_with_the_first_version_or_is_older_than_a_year_has_no_banner(monkeypatch):
    assert {one.id for one in corrected.every()}.isdisjoint({"cor-001", "cor-aus-parliament-code-1"}) and corrected.recent()
    monkeypatch.setattr(corrected.records, "book", lambda: {"date": dt.date(2027, 11, 23)})
    assert corrected.recent() == []


# The built pages.

@pytest.mark.site
def test_each_banner_stands_on_its_built_page_before_the_first_section():
    told = corrected.banners()
    assert any("/country-" in page for page in told) and any("/figure-" in page for page in told) and any("/" not in page for page in told)
    for page, banner in told.items():
        soup = BeautifulSoup((SITE / "chapters" / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
        box = soup.select_one("article div.corrected")
        assert box and box.get_text(" ", strip=True).startswith("Corrected on ") and box.find_previous("h1") and not box.find_previous("h2", recursive=True, id=True), page
        links = [a["href"] for a in box.select("a")]
        assert links and all("corrections.html#cor-" in link for link in links) and len(links) == banner.count("](#"), page


@pytest.mark.site
def test_pages_without_a_corrected_row_have_none():
    told = set(corrected.banners())
    for path in [*(SITE / "chapters").glob("*.html"), *(SITE / "chapters" / "generated").glob("*.html")]:
        name = path.relative_to(SITE / "chapters").with_suffix("").as_posix()
        assert name in told or 'class="corrected docutils' not in path.read_text(encoding="utf-8"), name


@pytest.mark.site
@pytest.mark.parametrize("width", [320, 1280])
def test_a_banner_is_seen_without_scrolling_sideways_and_passes_axe(browser, width):
    tab = browser.new_page(viewport={"width": width, "height": 800})
    tab.goto((SITE / "chapters" / "asia.html").as_uri(), wait_until="load")
    expect(tab.locator("div.corrected")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    broken = tab.evaluate("axe.run('div.corrected', {preload: false}).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].target))")
    tab.emulate_media(media="print")
    expect(tab.locator("div.corrected")).to_be_visible()
    tab.close()
    assert broken == []
