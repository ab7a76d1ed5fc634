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
_NO_LICENCE = ("none", "geen")
_NEEDED = ("name", "title", "source", "licence", "language", "records")
_KEYS = {"werkzaam-mapping", *_NEEDED, "reader", "options", "prefixes"}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
IRI = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"{}|\\^`]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
# What a value may be besides a text: which keys it has, of which the first must be there.
_FROM, _NEW, _NAMED = ("from", "split", "values"), ("new", "broader"), ("named",)


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

    def plan(self, data: Any) -> Plan:
        if not isinstance(data, dict) or data.get("werkzaam-mapping") != FORMAT:
            raise InputError("mapping-format", file=self.file, version=FORMAT)
        for key in data.keys() - _KEYS:
            raise InputError("mapping-key", file=self.file, value=key, known=", ".join(sorted(_KEYS)))
        for key in _NEEDED:
            if not data.get(key):
                raise InputError("mapping-lacks", file=self.file, value=key)
        if not _NAME.fullmatch(str(data["name"])):
            raise InputError("mapping-name", file=self.file, value=data["name"])
        for key in ("source", "licence"):
            if data[key] not in _NO_LICENCE and not IRI.fullmatch(str(data[key])):
                raise InputError("mapping-iri", file=self.file, value=f"{key}: {data[key]}")
        self.language(data["language"])
        title = data["title"]
        return Plan(
            data["name"],
            dict.fromkeys(LANGUAGES, title) if isinstance(title, str) else title,
            data["source"],
            "" if data["licence"] in _NO_LICENCE else data["licence"],
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
            raise InputError("mapping-group", file=self.file, known=", ".join(ABOVE))
        above = ABOVE[kinds[0]]
        cls = self.model.class_named(data[kinds[0]], above)
        if cls is None:
            raise InputError("mapping-kind", file=self.file, value=data[kinds[0]])
        when = {name: [one] if isinstance(one, str) else one for name, one in (data.get("when") or {}).items()}
        said = {key: value for key, value in data.items() if key not in _OWN}
        return Group(cls, above, data["id"], when, data.get("options") or {}, list(self.fields(cls, said)))

    def fields(self, cls: str, said: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
        """Yield the fields of a class by their keys, Dutch or English, with what fills them."""
        known = {key: one for one in self.model.fields_of(cls).values() for key in one.keys.values()}
        for key, value in said.items():
            if key not in known:
                raise InputError("mapping-key", file=self.file, value=key, known=", ".join(sorted(known)))
            one = known[key]
            if one.kind != "node":
                self.value(one, key, value)
                yield one, value
                continue
            for part in value if isinstance(value, list) else [value]:
                if not isinstance(part, dict):
                    raise InputError("mapping-part", file=self.file, value=key)
                yield one, list(self.fields(one.target or "", part))

    def value(self, one: Field, key: str, value: Any) -> None:
        """Refuse what a value cannot be."""
        if isinstance(value, dict) and one.kind == "text" and "from" not in value:
            for language in value:
                self.language(language)
            return
        for part in value if isinstance(value, list) else [value]:
            forms = (_FROM, _NEW, _NAMED) if one.kind == "name" else (_FROM,)
            fits = isinstance(part, str) or any(form[0] in part and part.keys() <= set(form) for form in forms)
            if not fits:
                known = " · ".join(f"{{{', '.join(form)}}}" for form in forms)
                raise InputError("mapping-value", file=self.file, value=key, known=known)

    def language(self, value: Any) -> None:
        if not _LANGUAGE.fullmatch(str(value)):
            raise InputError("mapping-language", file=self.file, value=value)


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
