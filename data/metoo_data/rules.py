"""Rules that no schema can say. Each is one function from the sheets to its problems."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from . import bibliography, dates, names, reading, slips, status
from .problems import DataError, Problem, hints, nearest
from .schema import ROOT, tables

Sheets = dict[str, reading.Sheet]
#: Steps that may open a case.
_APPEALS = ("appeal_filed", "appeal_decision", "remand_decision", "became_final")
_PLANNED = {"vote_planned", "hearing"}


def problems(root: Path = ROOT) -> list[Problem]:
    """Every breach of a rule over all tables. Tables whose form is broken are left out: they are told elsewhere."""
    sheets = {name: reading.read(table) for name, table in tables(root).items()}
    return [problem for rule in (*RULES, *slips.RULES) for problem in rule(sheets, root)]


def _say(sheet: reading.Sheet, row: reading.Row, column: str, says: str) -> Problem:
    return Problem(sheet.table.file, says, row.line, column, row[column])


def _span(text: str) -> dates.Edtf | None:
    try:
        return dates.parse(text) if text else None
    except ValueError:
        return None        # the check of the cell tells it


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else None


def _groups(sheet: reading.Sheet, column: str) -> dict[str, list[reading.Row]]:
    groups: dict[str, list[reading.Row]] = {}
    for row in sheet.rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def order_of_steps(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """Steps and stages are numbered 1, 2, 3 in their case or reform, and no later one lies before an earlier one."""
    for name, column in (("case_steps", "case_id"), ("reform_stages", "reform_id")):
        sheet = sheets[name]
        for owner, rows in _groups(sheet, column).items():
            numbered = [row for row in rows if _whole(row["seq"]) is not None]
            numbered.sort(key=lambda row: _whole(row["seq"]))
            for place, row in enumerate(numbered, 1):
                if _whole(row["seq"]) != place:
                    yield _say(sheet, row, "seq", f"'{row['seq']}' should be {place}: the numbers of {owner} go 1, 2, 3 without gap or double.")
                    break
            yield from _backwards(sheet, [row for row in numbered if row["rank"] != "deprecated"])


def _backwards(sheet: reading.Sheet, rows: list[reading.Row]) -> Iterator[Problem]:
    latest_start, holder = None, None
    for row in rows:
        span = _span(row["date"])
        if span is None:
            continue
        if latest_start is not None and span.latest < latest_start:
            which = "the case's first step" if holder is rows[0] else f"number {holder['seq']}"
            yield _say(sheet, row, "date", f"'{row['date']}' (number {row['seq']}) lies before {which}, '{holder['date']}' in line {holder.line}.")
        elif latest_start is None or span.earliest > latest_start:
            latest_start, holder = span.earliest, row


def first_step(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A case does not begin with an appeal, nor with a step from which no status follows: it would count as one of which nothing is recorded."""
    sheet = sheets["case_steps"]
    for owner, rows in _groups(sheet, "case_id").items():
        first = min(rows, key=lambda row: _whole(row["seq"]) or 0)
        if first["step"] in _APPEALS:
            yield _say(sheet, first, "step", f"'{first['step']}' is the first step of {owner}. An appeal needs the decision that it attacks before it.")
        elif status.TABLE.get((first["step"], first["outcome"], first["is_final"])) == "keep":
            yield _say(sheet, first, "step", f"'{first['step']}' is the first step of {owner}, and no status follows from it. Put the decision or complaint that it follows before it; "
                       "its date may be as wide as its source leaves it, such as ../2019.")


def cases_have_steps(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """Every case has a step: a case without one has no status and no date."""
    sheet, known = sheets["cases"], {row["case_id"] for row in sheets["case_steps"].rows}
    if not sheets["case_steps"].is_broken:
        for row in sheet.rows:
            if row["case_id"] not in known:
                yield _say(sheet, row, "case_id", f"'{row['case_id']}' has no step in data/tables/case_steps.csv.")


def finality_of_step(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """Finality and whom a step favours are told exactly where a decision was taken. Which outcome a step may have is checked with the table itself."""
    sheet = sheets["case_steps"]
    for row in sheet.rows:
        decides = row["outcome"] not in ("none", "granted", "refused")
        if decides and row["is_final"] == "not_applicable":
            yield _say(sheet, row, "is_final", "'not_applicable' with a decision. Allowed: yes, no, unknown")
        if not decides and row["is_final"] != ("yes" if row["step"] == "became_final" else "not_applicable"):
            yield _say(sheet, row, "is_final", f"'{row['is_final']}', but the step decides nothing on the merits. Allowed: "
                       f"{'yes' if row['step'] == 'became_final' else 'not_applicable'}")
        if not decides and row["favours"] != "neither" and row["step"] != "closed":
            yield _say(sheet, row, "favours", f"'{row['favours']}', but the step decides nothing on the merits. Allowed: neither")


def names_have_a_basis(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A caption says on what basis it names an accused person, or that it names none."""
    sheet = sheets["cases"]
    for row in sheet.rows:
        if (row["caption"] or row["naming_basis"] != "not_named") and not row["naming_note"]:
            yield _say(sheet, row, "naming_note", "is empty, but the case has a caption or a naming basis. Say where the basis stands, "
                       "or that the caption names no accused person.")
        if row["naming_basis"] != "not_named" and not row["caption"]:
            yield _say(sheet, row, "caption", f"is empty, but naming_basis is '{row['naming_basis']}'. Without a name it is not_named.")


def names_stay_in_captions(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """The name of an accused person stands in a caption or nowhere; in a source's title only if a caption has it."""
    for sheet in sheets.values():
        yield from _named_outside(sheet, root)
    try:
        known = bibliography.read(root)
    except DataError:
        return
    text, named = (root / "references.bib").read_text(encoding="utf-8"), named_people(sheets, root)
    for key, entry in known.items():
        slug = re.sub(r"[\W\d_]+", " ", entry["url"]).title()
        told = bibliography.NAMES_A_PERSON in entry["note"]
        for name in dict.fromkeys([*names.found(f"{entry['title']} . {entry['note']}", root, named), *([] if told else names.found(slug, root, named))]):
            yield Problem(bibliography.FILE, f"'{key}' names a person whom no caption names ({name}). In the title the role stands in square brackets; "
                          f"for an address write in the note: {bibliography.NAMES_A_PERSON}", bibliography.line_of(text, key))


@functools.lru_cache(maxsize=64)
def _named_outside(sheet: reading.Sheet, root: Path) -> tuple[Problem, ...]:
    """The names of accused people in the cells of one table, without captions."""
    free = [f.name for f in sheet.table.fields if not f.codes and f.type == "string" and (sheet.table.name, f.name) != ("cases", "caption")]
    return tuple(Problem(sheet.table.file, f"holds the name of an accused person ({name}). Allowed: the role. A name stands in the caption of a case alone, "
                         "with its naming basis.", row.line, column)
                 for row in sheet.rows for column in free if row[column] and not row[column].islower() for name in names.found(row[column], root))


def named_people(sheets: Sheets, root: Path) -> frozenset[str]:
    """The digests of the names that captions with a naming basis hold."""
    return names.named([row["caption"] for row in sheets["cases"].rows if row["naming_basis"] != "not_named" and row["caption"]], root)


def deprecated_rows(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A deprecated row has a reason and a row in the corrections."""
    corrected = {(row["table"], row["row_id"]) for row in sheets["corrections"].rows}
    for name, sheet in sheets.items():
        for row in sheet.rows:
            if row.cells.get("rank") != "deprecated":
                continue
            if not row["rank_reason"]:
                yield _say(sheet, row, "rank_reason", "is empty, but the row is deprecated: say why.")
            if not sheets["corrections"].is_broken and (name, row[sheet.table.key]) not in corrected:
                yield _say(sheet, row, "rank", "'deprecated', but data/tables/corrections.csv has no row for it.")


def pointers(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """What evidence and corrections point to is there: table, row and column."""
    every = {name: {row[sheet.table.key] for row in sheet.rows} for name, sheet in sheets.items()}
    for name in ("evidence", "corrections"):
        sheet = sheets[name]
        hint = {other: hints((row["row_id"] for row in sheet.rows if row["table"] == other and row["row_id"] not in ids), ids) for other, ids in every.items()}
        for row in sheet.rows:
            other = sheets.get(row["table"])
            if other is None:
                if name == "corrections":
                    yield _say(sheet, row, "table", f"'{row['table']}' is no table.{nearest(row['table'], sheets)}")
                continue
            ids = every[row["table"]]
            if not other.is_broken and row["row_id"] not in ids:
                yield _say(sheet, row, "row_id", f"'{row['row_id']}' leads nowhere: it does not stand in {other.table.file}.{hint[row['table']][row['row_id']]}")
            if row["field"] and row["field"] not in other.table.columns:
                yield _say(sheet, row, "field", f"'{row['field']}' is no column of {other.table.file}.{nearest(row['field'], other.table.columns)}")


def coded_twice(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A step that was coded twice stands in the tables as it was settled, a difference has its reason, and the coding's id holds step and field."""
    sheet, steps, cases = sheets["double_coding"], sheets["case_steps"], sheets["cases"]
    if steps.is_broken or cases.is_broken:
        return
    of_step = {row["step_id"]: row for row in steps.rows}
    of_case = {row["case_id"]: row for row in cases.rows}
    for row in sheet.rows:
        step = of_step.get(row["step_id"])
        owner = step if step and row["field"] in steps.table.columns else step and of_case.get(step["case_id"])
        if owner and row["field"] in owner.cells and row["resolved"] != owner[row["field"]]:
            yield _say(sheet, row, "resolved", f"'{row['resolved']}', but the table says '{owner[row['field']]}' for {row['field']} of {row['step_id']}.")
        if row["coding_id"] != (wanted := f"cod-{row['step_id'].removeprefix('step-')}-{row['field']}"):
            yield _say(sheet, row, "step_id", f"'{row['step_id']}' with the field '{row['field']}' would have the id '{wanted}', and this one has '{row['coding_id']}'.")
        if row["first"] != row["second"] and not row["reason"]:
            yield _say(sheet, row, "reason", f"is empty, but the two codes differ ('{row['first']}', '{row['second']}'): say why.")


def two_sources(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """'two_sources' is true only where evidence holds a second, other source that supports the row."""
    if sheets["evidence"].is_broken:
        return
    backing: dict[tuple[str, str], set[str]] = {}
    for row in sheets["evidence"].rows:
        if row["support"] == "supports" and row["rank"] != "deprecated":
            backing.setdefault((row["table"], row["row_id"]), set()).add(row["source_id"])
    for name, sheet in sheets.items():
        if "confidence" not in sheet.table.columns:
            continue
        for row in sheet.rows:
            others = backing.get((name, row[sheet.table.key]), set()) - {row["source_id"]}
            if row["confidence"] == "two_sources" and not others:
                yield _say(sheet, row, "confidence", "'two_sources', but data/tables/evidence.csv has no second source that supports "
                           f"'{row[sheet.table.key]}'. Add it, or write single_source.")


def stages_of_reforms(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A law is not in force before it was adopted; a treaty not before it was ratified; the main topic leads the topics."""
    sheet = sheets["reform_stages"]
    for rows in _groups(sheet, "reform_id").values():
        adopted = [s for row in rows if row["stage"] == "adopted" and (s := _span(row["date"]))]
        for row in rows:
            span = _span(row["date"])
            if row["stage"] == "in_force" and span and adopted and span.latest < adopted[0].earliest:
                yield _say(sheet, row, "date", f"'{row['date']}': in force before it was adopted ('{adopted[0].text}').")
    sheet = sheets["ratifications"]
    for row in sheet.rows:
        ratified, force = _span(row["ratified_date"]), _span(row["in_force_date"])
        if ratified and force and force.latest < ratified.earliest:
            yield _say(sheet, row, "in_force_date", f"'{row['in_force_date']}' lies before the ratification, '{row['ratified_date']}'.")
    sheet = sheets["reforms"]
    for row in sheet.rows:
        if row["topics"].split(";")[0] != row["main_topic"]:
            yield _say(sheet, row, "topics", f"'{row['topics']}' does not begin with the main topic, '{row['main_topic']}'.")


def numbers(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """Bounds enclose their value, percentages lie in 0 to 100, money has a currency and a kind."""
    sheet = sheets["statistics"]
    for row in sheet.rows:
        value, low, high = (_number(row[c]) for c in ("value", "value_low", "value_high"))
        if value is not None and low is not None and low > value:
            yield _say(sheet, row, "value_low", f"'{row['value_low']}' is above the value, {row['value']}.")
        if value is not None and high is not None and high < value:
            yield _say(sheet, row, "value_high", f"'{row['value_high']}' is below the value, {row['value']}.")
        if row["bound"] == "range" and (low is None or high is None):
            yield _say(sheet, row, "bound", "'range' needs value_low and value_high.")
    for name in ("statistics", "series"):
        for row in sheets[name].rows:
            value = _number(row["value"])
            if row["unit"] == "percent" and value is not None and not 0 <= value <= 100:
                yield _say(sheets[name], row, "value", f"'{row['value']}' percent. Allowed: 0 to 100 (a change in percent has the unit percent_change)")
            if (row["unit"] == "currency") != bool(row["currency"]):
                yield _say(sheets[name], row, "currency", "stands exactly where the unit is 'currency', and there it is needed.")
    sheet = sheets["events"]
    for row in sheet.rows:
        low, high = _number(row["participants_low"]), _number(row["participants_high"])
        if low is not None and high is not None and low > high:
            yield _say(sheet, row, "participants_low", f"'{row['participants_low']}' is above participants_high, {row['participants_high']}.")
    sheet = sheets["case_steps"]
    for row in sheet.rows:
        filled = [bool(row[c]) for c in ("amount", "currency", "amount_kind")]
        if any(filled) and not all(filled):
            yield _say(sheet, row, "amount", "amount, currency and amount_kind stand together or not at all.")


def no_future(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """Nothing happened after the day on which it was recorded, but what is planned."""
    for name in ("events", "case_steps", "reform_stages", "backlash", "hashtags", "statistics", "series", "claims", "ratifications"):
        sheet = sheets[name]
        column = {"statistics": "period", "series": "period", "ratifications": "ratified_date"}.get(name, "date")
        for row in sheet.rows:
            span, recorded = _span(row[column]), _span(row["recorded_date"])
            planned = row.cells.get("stage") in _PLANNED or row.cells.get("step") in _PLANNED
            if span and recorded and not planned and span.earliest > recorded.latest:
                yield _say(sheet, row, column, f"'{row[column]}' lies after {row['recorded_date']}, the day on which the row was recorded.")


def locators(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """A locator in a seed article is pNN, a line that the article has."""
    try:
        known = bibliography.read(root)
    except DataError:
        return
    for sheet in sheets.values():
        if "locator" not in sheet.table.columns:
            continue
        for row in sheet.rows:
            lines = known.get(row["source_id"], {}).get("lines")
            if not lines or not row["locator"]:
                continue
            if not re.fullmatch(r"p[0-9]{1,4}(;p[0-9]{1,4})*", row["locator"]):
                yield _say(sheet, row, "locator", f"'{row['locator']}' is not a line of the article. Allowed: p12, or several as p3;p14")
            elif beyond := [p for p in row["locator"].split(";") if not 1 <= int(p[1:]) <= int(lines)]:
                yield _say(sheet, row, "locator", f"'{beyond[0]}': the article '{row['source_id']}' has the lines p1 to p{lines}.")


def sources_are_used(sheets: Sheets, root: Path) -> Iterator[Problem]:
    """No source stands in the bibliography that no row uses."""
    try:
        known = bibliography.read(root)
    except DataError:
        return
    used = {row[field.name] for sheet in sheets.values() for field in sheet.table.fields if field.is_source for row in sheet.rows}
    if any(sheet.is_broken for sheet in sheets.values()):
        return             # a table that could not be read may use it
    text = (root / "references.bib").read_text(encoding="utf-8")
    for key in known:
        if key not in used:
            yield Problem(bibliography.FILE, f"'{key}' is used by no row. Delete it, or cite it in a row.", bibliography.line_of(text, key))


RULES: tuple[Callable[[Sheets, Path], Iterator[Problem]], ...] = (
    order_of_steps, first_step, cases_have_steps, finality_of_step, names_have_a_basis, names_stay_in_captions, deprecated_rows, pointers,
    coded_twice, two_sources, stages_of_reforms, numbers, no_future, locators, sources_are_used,
)
