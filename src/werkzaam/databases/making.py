"""From records to triples in a graph of their own, as a mapping file says."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from werkzaam.databases.plan import IRI, Group, Plan
from werkzaam.databases.readers import Record, reader_of
from werkzaam.loading import Beside, Loaded, complete
from werkzaam.model import Field, Model, Names
from werkzaam.naming import Naming
from werkzaam.terms import CONCEPT, DCTERMS, FOREIGN, ID, SKOS, TYPE, WZ, slug

_FIELD = re.compile(r"\{([^{}]+)\}")
# Where what a mapping makes anew gets its name, by the class that the field takes.
_SCHEMES = {
    "Mechanism": "mechanism",
    "ContextFactor": "context",
    "Trait": "trait",
    "Outcome": "outcome",
    "ResourceKind": "resource",
    "Aspect": "aspect",
    "Indicator": "indicator",
}


@dataclass
class Made:
    """What became of the records: the graph, how many were read and how many of each class were made.

    `unknown` counts, a text, the names that a field should have found here and did not.
    """

    loaded: Loaded
    records: int = 0
    left: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)


def make(plan: Plan, files: Iterable[tuple[str, bytes, Beside]], model: Model, names: Names) -> Made:
    """Read files by a plan; raises `InputError` where one cannot be read."""
    making = _Making(plan, model, names)
    for file, content, beside in files:
        reader = reader_of(plan.reader, file)
        for options in _different(plan):
            groups = [group for group in plan.groups if group.options == options]
            for record in reader(content, file, {**plan.options, **options}, beside):
                making.take(record, groups)
    return making.done()


def _different(plan: Plan) -> list[Any]:
    """Give the options of the groups, each once: groups with the same read the same records."""
    found: list[Any] = []
    for group in plan.groups:
        if group.options not in found:
            found.append(group.options)
    return found


class _Making:
    def __init__(self, plan: Plan, model: Model, names: Names) -> None:
        self.plan, self.model, self.names = plan, model, names
        self.graph = FOREIGN + plan.name
        self.made = Made(Loaded(self.graph))
        self.naming = Naming(model, names, plan.name)
        self.by_name: dict[str, str] = {}
        self.waiting: list[tuple[str, str, str]] = []
        self.seen: Counter[str] = Counter()
        self.parts: Counter[tuple[str, str]] = Counter()

    # ---- triples

    def say(self, subject: str, path: str, value: ox.NamedNode | ox.Literal) -> None:
        self.made.loaded.triples.add(ox.Triple(ox.NamedNode(subject), ox.NamedNode(path), value))

    def link(self, subject: str, path: str, value: str) -> None:
        self.say(subject, path, ox.NamedNode(value))

    def done(self) -> Made:
        for subject, path, name in self.waiting:
            if name.casefold() in self.by_name:
                self.link(subject, path, self.by_name[name.casefold()])
        complete(self.made.loaded, self.model)
        return self.made

    # ---- records

    def take(self, record: Record, groups: Sequence[Group]) -> None:
        self.made.records += 1
        fitting = [one for one in groups if all(record.one(name) in wanted for name, wanted in one.when.items())]
        self.made.left += not fitting
        for group in fitting:
            for name in _texts(group.id, record):
                self.member(group, name, record)

    def member(self, group: Group, name: str, record: Record) -> None:
        once = not _FIELD.search(str(group.id))
        iri = self.iri(group, name)
        if iri in self.seen and once:
            return
        if iri in self.seen:  # two records of one name are two things
            iri = f"{iri}-{self.seen[iri] + 1}"
        self.seen[iri] += 1
        if not self.fill(iri, group.cls, group.fields, record, once=once):
            return
        self.made.kinds[slug(group.cls)] += 1
        if slug(group.above) == "ContentConcept":
            self.concept(iri, group.cls)
        else:
            self.link(self.graph, WZ + ("contains" if slug(group.above) == "Claim" else "describes"), iri)

    def iri(self, group: Group, name: str) -> str:
        prefix, _, rest = name.partition(":")
        whole = self.plan.prefixes[prefix] + rest.strip() if prefix in self.plan.prefixes else name
        if IRI.fullmatch(whole):
            return whole
        if slug(group.above) == "ContentConcept":
            return f"{CONCEPT}{_scheme(group.cls)}/{self.plan.name}/{_plain(name)}"
        kind = "claim" if slug(group.above) == "Claim" else slug(group.cls).lower()
        return f"{ID}{kind}/{self.plan.name}/{_plain(name)}"

    def fill(
        self, iri: str, cls: str, fields: Iterable[tuple[Field, Any]], record: Record, *, once: bool = False
    ) -> bool:
        """Say of `iri` what the fields take from a record; one that takes nothing from it is not made."""
        said: list[tuple[str, str | ox.Literal]] = []
        told = once
        for one, spec in fields:
            values = list(self.values(one, spec, record, iri))
            said += [(one.path, value) for value in values]
            told |= bool(values) and _varies(spec)
        if told:
            self.link(iri, TYPE, cls)
            for path, value in said:
                self.say(iri, path, ox.NamedNode(value) if isinstance(value, str) else value)
        return told

    def values(self, one: Field, spec: Any, record: Record, iri: str) -> Iterator[str | ox.Literal]:
        if one.kind == "node":
            part = f"{iri}/{one.keys['en'][0]}{self.parts[iri, one.path] + 1}"
            if self.fill(part, one.target or "", spec, record):
                self.parts[iri, one.path] += 1
                yield part
        elif one.kind == "text":
            for language, template in self.languages(spec):
                text = "; ".join(_texts(template, record))
                if text:
                    if one.path == WZ + "name":
                        self.by_name.setdefault(text.casefold(), iri)
                    yield ox.Literal(text, language=language)
        elif one.kind == "literal":
            for text in _texts(spec, record):
                yield ox.Literal(text, datatype=ox.NamedNode(one.target or ""))
        elif isinstance(spec, dict) and "new" in spec:
            yield from self.new(one, spec, record)
        elif isinstance(spec, dict) and "named" in spec:
            self.waiting += [(iri, one.path, name) for name in _texts(spec["named"], record)]
        else:
            yield from filter(None, (self.find(one, name) for name in _texts(spec, record)))

    def languages(self, spec: Any) -> Iterable[tuple[str, Any]]:
        """Give what fills a text, by language: the database's own, or those that the mapping file names."""
        return spec.items() if isinstance(spec, dict) and "from" not in spec else [(self.plan.language, spec)]

    def find(self, one: Field, name: str) -> str | None:
        """Give what a name stands for: an IRI of this database, or something that is known here."""
        if IRI.fullmatch(name):
            return name
        hits = self.naming.find(name, self.naming.wanted(one))
        if len(hits) != 1:
            self.made.unknown[f"{one.keys['en']}: {name}"] += 1
            return None
        return hits[0]

    # ---- concepts of their own

    def new(self, one: Field, spec: Any, record: Record) -> Iterator[str]:
        """Make a concept of each text, the same for the same text; `broader` are concepts made likewise."""
        cls = one.target or ""
        above = [self.named(cls, text) for text in _texts(spec.get("broader", ""), record)]
        for text in _texts(spec["new"], record):
            made = self.named(cls, text)
            for up in above:
                self.link(made, SKOS + "broader", up) if up != made else None
            yield made

    def named(self, cls: str, text: str) -> str:
        iri = f"{CONCEPT}{_scheme(cls)}/{self.plan.name}/{_plain(text)}"
        if iri not in self.seen:
            self.seen[iri] += 1
            self.link(iri, TYPE, cls)
            self.say(iri, SKOS + "prefLabel", ox.Literal(text, language=self.plan.language))
            self.concept(iri, cls)
        return iri

    def concept(self, iri: str, cls: str) -> None:
        scheme = f"{CONCEPT}{_scheme(cls)}/{self.plan.name}"
        self.link(iri, TYPE, SKOS + "Concept")
        self.link(iri, SKOS + "inScheme", scheme)
        self.link(scheme, TYPE, SKOS + "ConceptScheme")
        self.link(scheme, DCTERMS + "isPartOf", self.graph)


def _scheme(cls: str) -> str:
    return _SCHEMES.get(slug(cls), slug(cls).lower())


def _varies(spec: Any) -> bool:
    """Say whether a value comes of the record, and is not the same for all."""
    if isinstance(spec, dict):
        return "from" in spec or any(_varies(one) for one in spec.values())
    if isinstance(spec, list):
        return any(_varies(one[1] if isinstance(one, tuple) else one) for one in spec)
    return bool(_FIELD.search(str(spec)))


def _texts(spec: Any, record: Record) -> list[str]:
    """Give the texts of a value: a text with ``{field}``, a list of these, or ``from`` a field by a list of `values`.

    >>> _texts("{town}, {land}", Record({"town": ["Ede"], "land": ["NL"]}, ""))
    ['Ede, NL']
    >>> _texts({"from": "tags", "split": ";", "values": {"a": "x", "*": "y"}}, Record({"tags": ["a; b"]}, ""))
    ['x', 'y']
    """
    if isinstance(spec, list):
        return [text for one in spec for text in _texts(one, record)]
    if isinstance(spec, dict):
        split = spec.get("split")
        given = record.values.get(spec["from"], [])
        parts = [part.strip() for one in given for part in (one.split(split) if split else [one])]
        values = spec.get("values")
        told = [values.get(one, values.get("*", "")) for one in parts] if values else parts
        return list(dict.fromkeys(filter(None, told)))
    whole = _FIELD.fullmatch(spec)
    if whole:
        return list(record.values.get(whole[1], []))
    named = _FIELD.findall(spec)
    if any(not record.values.get(name) for name in named):
        return []
    text = _FIELD.sub(lambda found: record.one(found[1]), spec)
    return [text] if text else []


def _plain(name: str) -> str:
    """Give a name as it may stand in an IRI: short, of plain letters, and no two names the same.

    >>> _plain("Bafög Reform 2001")[:17]
    'baf-g-reform-2001'
    >>> _plain("k17")
    'k17'
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", name):
        return name
    return f"{plain[:48].strip('-').lower()}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
