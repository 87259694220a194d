"""What one cell may hold, and the sentence that says so where it does not."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from . import dates, untrusted
from .problems import nearest
from .schema import Field

#: More digits than that neither a float nor a 64-bit integer holds whole.
_DIGITS = 15
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf]|â€|Â[\u0080-\u00bf]|\ufffd")
_MISSING = {"NULL", "NONE", "NAN", "NA", "N/A", "-", "--", "?", "."}
_SPREADSHEET_ERROR = re.compile(r"#(NAME\?|REF!|VALUE!|DIV/0!|N/A|NUM!|NULL!)")


def wrong(field: Field, value: str) -> str | None:
    """A sentence about the first thing that is wrong with ``value``, or None."""
    if value == "":
        return "is empty, but every row needs it." if field.required else None
    for test in (_spelling, _closed_list, _date, _number, _day, _shape):
        if says := test(field, value):
            return says
    return None


def convert(field: Field, value: str):
    """The cell as a value of the field's type; None where it is empty. The cell has been checked."""
    if value == "":
        return None
    if field.type == "integer":
        return int(value)
    if field.type == "number":
        return float(value)
    return value


def _spelling(field: Field, value: str) -> str | None:
    if value != value.strip():
        side = "end" if value != value.rstrip() else "start"
        allowed = f" Did you mean '{value.strip()}'?" if not field.codes or value.strip() in field.codes else ""
        return f"'{value}' has a space at the {side}.{allowed}"
    if told := untrusted.hidden(value):
        return damaged(value) if _MOJIBAKE.search(value) else f"'{value}' holds a {told}. Type the cell again."
    if says := damaged(value):
        return says
    if _SPREADSHEET_ERROR.fullmatch(value):
        return f"'{value}' is an error message of a spreadsheet, not a value."
    if value.upper() in _MISSING and not field.codes:
        return f"'{value}' stands for a missing value. Leave the cell empty."
    if field.type not in ("integer", "number") and (says := untrusted.formula(value)):
        return f"'{value}' {says}"
    return None


def damaged(value: str) -> str | None:
    """A sentence about letters that came to harm on their way: those of a wrong encoding, accents that stand apart. None where there are none."""
    if value.isascii():
        return None        # most are, and nothing of this can be wrong with them
    if _MOJIBAKE.search(value):
        return f"'{value}' looks like a file saved in a wrong encoding. Save it as UTF-8 and restore the letters."
    if unicodedata.normalize("NFC", value) != value:
        return f"'{value}' is not in the composed form of Unicode (NFC). Did you mean '{unicodedata.normalize('NFC', value)}'?"
    return None


def _closed_list(field: Field, value: str) -> str | None:
    if not field.codes or value in field.codes:
        return None
    return f"'{value}' is not in the list.{nearest(value, field.codes)} Allowed: {', '.join(field.codes)}"


def _date(field: Field, value: str) -> str | None:
    if not field.is_edtf:
        return None
    try:
        dates.parse(value)
    except ValueError as error:
        return str(error)
    return None


def _number(field: Field, value: str) -> str | None:
    if field.type not in ("integer", "number"):
        return None
    kind, form = ("a whole number", r"-?[0-9]+") if field.type == "integer" else ("a number", r"-?[0-9]+(\.[0-9]+)?")
    if not re.fullmatch(form, value):
        decimal = re.fullmatch(r"-?[0-9]+,[0-9]{1,2}", value) and field.type == "number"
        plain = value.replace(",", ".") if decimal else re.sub(r"[,\s_]|\.0+$", "", value)
        guess = f" Did you mean '{plain}'?" if re.fullmatch(form, plain) else ""
        return f"'{value}' is not {kind}.{guess} Allowed: digits only, a point before decimals, no unit, no thousands mark"
    if len(re.sub(r"\D", "", value)) > _DIGITS:
        return f"'{value}' has more than {_DIGITS} digits. Allowed: {kind} of at most {_DIGITS} digits"
    if field.minimum is not None and float(value) < field.minimum:
        return f"'{value}' is below {field.minimum:g}, the least that is allowed."
    return None


def _day(field: Field, value: str) -> str | None:
    if field.type != "date":
        return None
    try:
        dt.date.fromisoformat(value) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else dates.parse(value)
    except ValueError as error:
        return f"{error}. Allowed: one day, as 2026-11-21" if "Allowed" not in str(error) else str(error)
    return None if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else f"'{value}' is not one day. Allowed: 2026-11-21"


def _shape(field: Field, value: str) -> str | None:
    if not field.pattern or re.fullmatch(field.pattern, value):
        return None
    if field.pattern.endswith(r"(-[a-z0-9]+)+"):
        prefix = field.pattern.split("(")[0]
        lowered = re.sub(r"[^a-z0-9]+", "-", value.casefold()).strip("-")
        guess = lowered if re.fullmatch(field.pattern, lowered) else f"{prefix}-{lowered}"
        return (f"'{value}' is not an id of this table. Did you mean '{guess}'? "
                f"Allowed: '{prefix}-' and then small letters, digits and single hyphens")
    return f"'{value}' does not have the form {field.pattern}"
