"""A mapping file: how the records of a database become claims, things and concepts, as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

from werkzaam.errors import InputError, UsageError
from werkzaam.foreign import read_file
from werkzaam.model import Field, Model
from werkzaam.resources import walk
from werkzaam.terms import LANGUAGES, WZ

FORMAT = "1"
SUFFIX = ".mapping.yaml"
# What a group of records becomes, by the key that says so.
ABOVE = {"claim": WZ + "Claim", "thing": WZ + "Thing", "concept": WZ + "ContentConcept"}
_OWN = {"claim", "thing", "concept", "id", "when", "options"}
_NEEDED = ("name", "title", "source", "licence", "language", "records")
_KEYS = {"werkzaam-mapping", *_NEEDED, "reader", "options", "prefixes"}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Group:
    """What one record becomes: a member of `cls`, called `id`, with a value a field; only `when` its fields say so."""

    cls: str
    above: str
    id: str
    when: Mapping[str, Sequence[str]]
    options: Mapping[str, str]
    fields: Sequence[tuple[Field, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping file; `licence` is "" where none is stated."""

    name: str
    title: Mapping[str, str]
    source: str
    licence: str
    language: str
    reader: str
    options: Mapping[str, str]
    prefixes: Mapping[str, str]
    groups: Sequence[Group]
    file: str


def read_plan(content: bytes, file: str, model: Model) -> Plan:
    """Read a mapping file; raises `InputError`, with the place, where it is none or names what does not exist."""
    from werkzaam.databases.readers import plain
    from werkzaam.yamltree import read

    tree, findings = read(content, file)
    if tree is None or findings:
        first = findings[0]
        raise InputError("mapping-wrong", file=str(first.place), problem=first.text["en"])
    data = plain(tree)
    return _Reading(file, model).plan(data)


class _Reading:
    """A mapping file that is being read."""

    def __init__(self, file: str, model: Model) -> None:
        self.file, self.model = file, model

    def wrong(self, key: str, /, **data: Any) -> InputError:
        return InputError(key, file=self.file, **data)

    def plan(self, data: Any) -> Plan:
        if not isinstance(data, dict) or data.get("werkzaam-mapping") != FORMAT:
            raise self.wrong("mapping-format", version=FORMAT)
        for key in data.keys() - _KEYS:
            raise self.wrong("mapping-key", value=key, known=", ".join(sorted(_KEYS)))
        for key in _NEEDED:
            if not data.get(key):
                raise self.wrong("mapping-lacks", value=key)
        if not _NAME.fullmatch(str(data["name"])):
            raise self.wrong("mapping-name", value=data["name"])
        title = data["title"]
        return Plan(
            data["name"],
            dict.fromkeys(LANGUAGES, title) if isinstance(title, str) else title,
            data["source"],
            "" if data["licence"] in ("none", "geen") else data["licence"],
            data["language"],
            data.get("reader", ""),
            data.get("options") or {},
            data.get("prefixes") or {},
            [self.group(one) for one in data["records"]],
            self.file,
        )

    def group(self, data: Any) -> Group:
        kinds = [key for key in ABOVE if isinstance(data, dict) and key in data]
        if len(kinds) != 1 or not data.get("id"):
            raise self.wrong("mapping-group", known=", ".join(ABOVE))
        above = ABOVE[kinds[0]]
        cls = self.model.class_named(data[kinds[0]], above)
        if cls is None:
            raise self.wrong("mapping-kind", value=data[kinds[0]])
        when = {name: [one] if isinstance(one, str) else one for name, one in (data.get("when") or {}).items()}
        said = {key: value for key, value in data.items() if key not in _OWN}
        return Group(cls, above, data["id"], when, data.get("options") or {}, list(self.fields(cls, said)))

    def fields(self, cls: str, said: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
        """Yield the fields of a class by their keys, Dutch or English, with what fills them."""
        known = {key: one for one in self.model.fields_of(cls).values() for key in one.keys.values()}
        for key, value in said.items():
            if key not in known:
                raise self.wrong("mapping-key", value=key, known=", ".join(sorted(known)))
            one = known[key]
            if one.kind != "node":
                yield one, value
                continue
            for part in value if isinstance(value, list) else [value]:
                if not isinstance(part, dict):
                    raise self.wrong("mapping-part", value=key)
                yield one, list(self.fields(one.target or "", part))


@cache
def packaged_plans() -> Mapping[str, Traversable]:
    """Give the mapping files by name: ours, and those of packages that the group ``werkzaam.databases`` names."""
    from importlib.metadata import entry_points
    from importlib.resources import files

    found = {path.removesuffix(SUFFIX): file for path, file in walk("loaders", SUFFIX)}
    for point in entry_points(group="werkzaam.databases"):
        theirs = files(point.value)
        found |= {one.name.removesuffix(SUFFIX): one for one in theirs.iterdir() if one.name.endswith(SUFFIX)}
    return found


def plan_of(name: str, model: Model) -> Plan:
    """Give the mapping file called `name`, or that stands in the file `name`; raises `UsageError`, `InputError`."""
    known = packaged_plans()
    if name in known:
        return read_plan(known[name].read_bytes(), name + SUFFIX, model)
    if name.endswith((".yaml", ".yml")):
        return read_plan(read_file(name), name, model)
    raise UsageError("database-unknown", value=name, known=", ".join(sorted(known)))
