"""What can be wrong: findings are values and are collected; errors stop the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzaam.messages import say


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; `line` and `column` count from 1, None where unknown.

    In a workbook `cell` names sheet and cell (``Claims!B3``), and line and column are those of the cell in its sheet.
    """

    file: str
    line: int | None = None
    column: int | None = None
    cell: str = ""

    def __str__(self) -> str:
        parts = [self.file, self.cell] if self.cell else [self.file, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with an input: which rule, how grave, where, and how to mend it.

    `severity` is ``violation`` (refused), ``warning`` (accepted and listed) or ``info``.
    `text` holds the message a language; `instead` what to write there, where that is sure; `value` what was given.
    """

    rule: str
    severity: str
    place: Place
    text: dict[str, str]
    subject: str = ""
    path: str = ""
    instead: str = ""
    value: str = ""

    def message(self, lang: str) -> str:
        """Give the message in `lang`, or in whatever language there is."""
        return self.text.get(lang) or next(iter(self.text.values()))

    def as_dict(self) -> dict[str, Any]:
        """Give the finding as plain data, for the JSON form and for the way out of a child."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            **({"cell": self.place.cell} if self.place.cell else {}),
            "subject": self.subject,
            "path": self.path,
            "message": dict(self.text),
            **({"instead": self.instead} if self.instead else {}),
            **({"value": self.value} if self.value else {}),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Finding:
        """Rebuild a finding from `as_dict`."""
        place = Place(data["file"], data["line"], data["column"], data.get("cell", ""))
        more = (data.get("instead", ""), data.get("value", ""))
        return cls(data["rule"], data["severity"], place, data["message"], data["subject"], data["path"], *more)


def finding(
    key: str,
    place: Place,
    /,
    *,
    severity: str = "violation",
    subject: str = "",
    path: str = "",
    rule: str = "",
    then: str = "",
    **data: Any,
) -> Finding:
    """Make a finding of which the message stands in the catalogue under `key`, with that under `then` behind it.

    A value in `data` that differs by language is a mapping from language to text.
    """

    def told(lang: str) -> str:
        filled = {name: value[lang] if isinstance(value, dict) else value for name, value in data.items()}
        return " ".join(say(lang, one, **filled) for one in (key, then) if one)

    text = {lang: told(lang) for lang in ("nl", "en")}
    more = (str(data.get("instead", "")), str(data.get("value", "")))
    return Finding(rule or key, severity, place, text, subject, path, *more)


@dataclass
class WerkzaamError(Exception):
    """What stops a run: the key of a message and what to fill in."""

    key: str
    data: dict[str, Any] = field(default_factory=dict)
    exit_code = 2

    def __init__(self, key: str, /, **data: Any) -> None:
        super().__init__(key)
        self.key = key
        self.data = data

    def message(self, lang: str) -> str:
        """Say what is wrong, where, and what to do, in `lang`."""
        return say(lang, self.key, **self.data)

    def __str__(self) -> str:
        return self.message("en")


def error_as_dict(error: Exception) -> dict[str, Any]:
    """Give an error as plain data, for the way out of a child; what is none of ours becomes a fault of ours."""
    if isinstance(error, WerkzaamError):
        return {"error": type(error).__name__, "key": error.key, "data": error.data}
    return error_as_dict(OurFault("our-fault", problem=f"{type(error).__name__}: {error}"))


def error_from_dict(data: Mapping[str, Any]) -> WerkzaamError:
    """Rebuild an error from `error_as_dict`."""
    kinds = {kind.__name__: kind for kind in WerkzaamError.__subclasses__()}
    return kinds[data["error"]](data["key"], **data["data"])


class UsageError(WerkzaamError):
    """A command, option, name or question that does not exist or does not fit."""


class InputError(WerkzaamError):
    """A file or query from outside that cannot be read at all."""


class StoreError(WerkzaamError):
    """A store that cannot be opened or written."""


class OurFault(WerkzaamError):
    """Something that should have been impossible."""

    exit_code = 3
