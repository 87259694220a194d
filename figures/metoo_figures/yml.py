"""A YAML file of the figures as a mapping, or sentences that say where it is none. YAML itself takes a key that stands twice, and of odd words makes dates and truths."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from metoo_data import DataError, files


class YamlError(ValueError):
    """A file of the figures that cannot be used. ``faults`` are its sentences, each with file and, where it has one, line."""

    def __init__(self, faults: list[str]):
        self.faults = faults
        super().__init__("\n".join(faults))


class Sheet:
    """What stands in a YAML file, and in which line each of its keys does."""

    def __init__(self, file: str, raw: dict, lines: dict[str, int]):
        self.file, self.raw, self.lines = file, raw, lines

    def fault(self, key: str | None, says: str) -> str:
        """A sentence with its place: the line of the key, or the file alone where the key is not there."""
        return f"{self.file}{f', line {self.lines[key]}' if key in self.lines else ''}: {says}"


def read(path: Path, file: str) -> Sheet:
    """The mapping in a file that messages call ``file``. Raises YamlError where it cannot be read or is no mapping of words to values."""
    try:
        text = files.text(files.raw(path, file), file)
    except DataError as error:
        raise YamlError([str(problem) for problem in error.problems]) from None
    try:
        node, raw = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise YamlError([_unreadable(file, text, error)]) from None
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise YamlError([f"{file}: not readable as YAML: {error}. Put quotation marks around what looks like a date or a number and is none."]) from None
    if not isinstance(raw, dict) or not raw:
        raise YamlError([f"{file}, line 1: the file is {'empty' if not raw else 'no list of fields'}. Each line begins with the name of a field and a colon."])
    lines, faults = {}, []
    for key, value in node.value:
        for inner, _ in value.value if isinstance(value, yaml.MappingNode) else ():
            if [one.value for one, _ in value.value].count(inner.value) > 1:
                faults.append(f"{file}, line {inner.start_mark.line + 1}: '{inner.value}' stands twice under '{key.value}'. Keep one.")
        if str(key.value) in lines:
            faults.append(f"{file}, line {key.start_mark.line + 1}: '{key.value}' stands in line {lines[key.value]} already. Keep one.")
        lines.setdefault(str(key.value), key.start_mark.line + 1)
    faults += [f"{file}: '{key}' is no name of a field. Allowed: words" for key in raw if not isinstance(key, str)]
    if faults:
        raise YamlError(faults)
    return Sheet(file, raw, lines)


def _unreadable(file: str, text: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
    says = re.sub(r"\s+", " ", str(getattr(error, "problem", None) or getattr(error, "reason", None) or error))
    return f"{file}, line {line}: not readable as YAML: {says}. A text with a colon, a hash or a quotation mark in it stands in quotation marks. Fields begin where the line begins; what belongs to one stands on lines below it with two spaces more, and nothing is indented with tabs."
