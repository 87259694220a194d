"""A page for each country: whole, right about every status, and honest about what is not there."""

import re

import country_map
import country_pages
import country_rows
import metoo_data as md
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from metoo_figures import decks, records

TABLES = ("cases", "reforms", "reform_stages", "ratifications", "events", "hashtags", "backlash", "statistics", "claims")
SITE = ROOT / "_build" / "html" / "chapters" / "generated"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return country_pages.pages()


def country_of(name: str) -> dict[str, str]:
    """The country of each row that stands, read from the tables without the module under test."""
    frame = md.load(name)
    frame = frame[frame["rank"] != "deprecated"]
    if name == "reform_stages":
        frame = frame.merge(md.reforms()[["reform_id", "country_iso3"]], on="reform_id")
    return dict(zip(frame[md.tables()[name].key], frame["country_iso3"].astype(str)))


def links(page: str) -> list[str]:
    return re.findall(r"\]\(#([^)]+)\)", page)


def test_every_country_with_a_row_has_a_page_and_no_other(pages):
    codes = {code for name in (*TABLES, "series") for code in country_of(name).values()}
    assert len(codes) > 100 and pages.keys() == {"countries", *(f"country-{code.lower()}" for code in codes)}


@pytest.mark.parametrize("name", TABLES)
def test_each_row_stands_once_and_on_its_countrys_page_alone(pages, name):
    rows = country_of(name)
    shown = [(row, page) for page, content in pages.items() for row in links(content) if row in rows]
    assert sorted(shown) == sorted((row, f"country-{code.lower()}") for row, code in rows.items())


def test_no_deprecated_row_is_shown(pages):
    gone = {row for name in TABLES for row in md.load(name).query("rank == 'deprecated'")[md.tables()[name].key]}
    assert gone and not gone & {row for page in pages.values() for row in links(page)}


def test_each_series_shows_its_newest_point(pages):
    series = md.series()
    for (name, code), rows in series.groupby(["series", series["country_iso3"].astype(str)]):
        shown = set(links(pages[f"country-{code.lower()}"])) & set(rows["point_id"])
        assert shown == {rows.sort_values("period_latest")["point_id"].iloc[-1]}, name


def test_every_case_shows_its_status_of_today_with_its_date(pages):
    today = md.status_as_of(records.book()["date"])
    for case, code in country_of("cases").items():
        cells = line_of(pages[f"country-{code.lower()}"], case)
        assert cells[1] == md.STATUSES[today.at[case, "status"]]
        assert cells[2].replace("at the latest", "until") == (md.in_words(today.at[case, "since"]) if today["since"].notna()[case] else "")


@pytest.mark.parametrize(("seed", "day"), [("foreign-policy-2019", "2019-03-07"), ("time-2018", "2018-10-09"), ("slate-2018", "2018-01-31"),
                                           ("propergaanda-2018", "2018-12-31"), ("shoutout-2021", None)])
def test_a_case_that_a_seed_tells_shows_its_status_on_the_day_of_the_seed(pages, seed, day):
    day = day or md.sources().at[seed, "published_latest"].date().isoformat()
    then, cases = md.status_as_of(day), md.cases()
    told = cases[cases["source_id"] == seed]
    assert len(told)
    for row in told.itertuples():
        cells = line_of(pages[f"country-{row.country_iso3.lower()}"], row.case_id)
        assert f"{md.STATUSES[then.at[row.case_id, 'status']]}, on {md.in_words(day)} ({{cite:t}}`{seed}`)" in cells[3]


@pytest.mark.parametrize(("code", "case", "now", "then"), [
    ("kor", "case-kor-prosecutor-abuse-of-power", "acquitted, final", "convicted, not final or finality not known, on 7 March 2019"),
    ("kor", "case-kor-governor-abuse", "convicted, final", "acquitted, not final or finality not known, on 9 October 2018"),
    ("fra", "case-fra-journalist-slander", "claim dismissed, final", "proceedings pending, nothing decided, on 7 March 2019"),
    ("chn", "case-chn-intern-v-presenter", "claim dismissed, final", "proceedings pending, nothing decided, on 9 October 2018"),
    ("pak", "case-pak-law-student-attack", "convicted, final", "acquitted, not final or finality not known, on 31 December 2018"),
])
def test_statuses_that_turned_are_told_for_both_days(pages, code, case, now, then):
    cells = line_of(pages[f"country-{code}"], case)
    assert cells[1] == now and then in cells[3]


def line_of(page: str, case: str) -> list[str]:
    """The cells of a case's line."""
    (line,) = [line for line in page.splitlines() if f"(#{case})" in line]
    return [cell.strip().replace("\\", "") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_the_laws_show_where_they_stand(pages):
    now, labels = md.reforms_as_of(records.book()["date"]), country_rows.label
    for reform, code in country_of("reforms").items():
        (line,) = [line for line in pages[f"country-{code.lower()}"].splitlines() if f"(#{reform})" in line]
        status = f"{labels('reform_stages', 'stage', now.at[reform, 'stage'])}, since {md.in_words(now.at[reform, 'since'])}"
        assert status in line.replace("\\", "").replace("at the latest", "until")


def test_the_counts_at_the_top_are_those_of_the_tables(pages):
    for name, (one, many) in country_rows.KINDS.items():
        rows = [] if name == "case_steps" else list(country_of(name).values())
        for code in set(rows):
            top, n = pages[f"country-{code.lower()}"].split("# ", 1)[1].split("\n")[2], rows.count(code)
            assert re.search(rf"\b{n} {one if n == 1 else many}\b", top), (code, name)


def test_the_way_in_leads_to_every_page_by_map_and_by_list(pages):
    names = pages.keys() - {"countries"}
    way_in = pages["countries"]
    assert sorted(re.findall(r"\]\((country-\w+)\.md\)", way_in)) == sorted(names)
    tiles = BeautifulSoup(way_in, "html.parser").select(".country-map a")
    assert sorted(tile["href"].removesuffix(".html") for tile in tiles) == sorted(names - {"country-wld"})
    for tile in tiles:
        code = tile.b.get_text()
        assert tile["aria-label"].startswith(country_rows.country(code)) and tile.get_text() in tile["aria-label"]


def test_the_map_has_one_tile_a_cell_and_a_shade_by_the_number_of_rows(pages):
    tiles = BeautifulSoup(pages["countries"], "html.parser").select(".country-map li")
    places, rules = {tuple(tile["class"]) for tile in tiles}, (ROOT / "chapters" / "_static" / "book.css").read_text(encoding="utf-8")
    assert len(places) == len(tiles) == len(md.countries()) - 1
    assert all(f".country-map .{place} {{" in rules for cell in places for place in cell)
    assert "style=" not in pages["countries"], "the pages' policy would refuse it"
    for tile in tiles:
        n = int(re.search(r"\d+|$", tile.get_text())[0] or 0)
        assert f"rows-{sum(n >= low for low in country_map.SHADES)}" in tile.select_one(".country-tile")["class"]


def test_a_country_without_cases_says_so_and_no_section_is_empty(pages):
    with_cases = set(country_of("cases").values())
    for code in country_rows.known():
        page = pages[f"country-{code.lower()}"]
        assert ("No case is recorded" in page) == ("## Cases" not in page) == (code not in with_cases), code
        assert not re.search(r"(^## [^\n]*|[^:]:)\n+(?=## |\Z)", page, re.M), code
    assert all(f"{text}" in pages["country-alb"] for text in ("ratified on 6 May 2022", "Nothing is recorded under", "Languages: the sources are in"))


def test_a_figure_stands_with_each_country_that_it_draws(pages):
    cases = country_of("cases")
    for sheet in decks.published():
        data = pd.read_csv(ROOT / "figures" / "published" / sheet["id"] / f"{sheet['id']}.csv", dtype=str)
        drawn = {*sheet["countries"], *data.get("iso3", []), *data.get("country_iso3", []), *(cases.get(case) for case in data.get("case_id", []))}
        for code in drawn & {name.removeprefix("country-").upper() for name in pages}:
            assert f"(figure-{sheet['id']}.md)" in pages[f"country-{code.lower()}"], (sheet["id"], code)
    assert "figure-asia-taiwan" not in pages["country-nga"]


@pytest.mark.parametrize("name", (*TABLES, "case_steps", "series"))
def test_the_source_of_each_row_is_among_the_sources_of_its_country(pages, name):
    frame = md.load(name).query("rank != 'deprecated'")
    if name in ("case_steps", "reform_stages"):
        owner, key = ("cases", "case_id") if name == "case_steps" else ("reforms", "reform_id")
        frame = frame.merge(md.load(owner)[[key, "country_iso3"]], on=key)
    for row in frame.itertuples():
        assert f"- {{cite:t}}`{row.source_id}`" in pages[f"country-{row.country_iso3.lower()}"], row[1]


def test_text_of_the_tables_cannot_become_markup(monkeypatch):
    bad, fine = "<b>x</b> | [y](z) *s* `c` {d}", r"\<b\>x\</b\> \| \[y\](z) \*s\* \`c\` \{d\}"
    mine = {name: rows.copy() for name, rows in country_rows.known()["IND"].items()}
    cells = ("cases label", "reforms title_en", "reform_stages summary", "events title", "events summary", "hashtags tag", "hashtags meaning_en",
             "backlash summary", "statistics indicator", "statistics measured_by", "claims speaker", "claims summary")
    for name, column in map(str.split, cells):
        mine[name][column] = bad
        page = country_pages._page("IND", mine)
        assert fine in page and bad not in page.split("---", 2)[2], column
    monkeypatch.setattr(country_map, "country", lambda code: '"><script>')
    assert "<script>" not in country_map._tile("IND", 1, 1)


def test_no_page_names_an_accused_person(pages):
    from metoo_data import names

    assert not [(name, hit) for name, page in pages.items() for hit in names.found(page)]


@pytest.mark.site
def test_every_link_of_the_map_leads_to_a_built_page():
    page = built("countries")
    tiles = page.select(".country-map a")
    assert len(tiles) > 100 and all((SITE / tile["href"]).exists() for tile in tiles)
    assert page.find(id=page.select_one(".country-map-box p a")["href"].removeprefix("#"))


@pytest.mark.site
def test_built_pages_have_one_heading_of_the_first_level_in_order_and_a_description():
    for code in country_rows.known():
        page = built(f"country-{code.lower()}")
        levels = [int(heading.name[1]) for heading in page.select("article h1, article h2, article h3, article h4")]
        assert levels.count(1) == 1 and levels[0] == 1 and all(after <= before + 1 for before, after in zip(levels, levels[1:])), code
        assert page.find("meta", {"name": "description"})["content"].startswith(country_rows.country(code))
        assert page.h1.get_text().replace("’", "'").startswith(country_rows.country(code))


@pytest.mark.site
def test_tables_of_cases_have_headers_and_links_to_their_entries():
    page = built("country-kor")
    heads = [[cell.get_text() for cell in table.select("thead th")] for table in page.select(".country-cases table")]
    assert heads and all(head[0] == "Case" and head[1].startswith("Status on ") and head[2] == "Since" for head in heads)
    assert all(row.td.a["href"].startswith("table-cases.html#case-") for row in page.select(".country-cases tbody tr"))


def built(name: str) -> BeautifulSoup:
    path = SITE / f"{name}.html"
    assert path.exists(), f"{name} is not built: run make book first"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
