"""What the ontology says of itself and how its terms are used: the data of the reference pages, gathered once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from werkzaam.api import Werkzaam
from werkzaam.model import Field, Model
from werkzaam.questions import questions
from werkzaam.resources import walk
from werkzaam.rules import rules
from werkzaam.store import Row, Store
from werkzaam.terms import CONCEPT, RDFS, SKOS, TYPE, WZ, slug

KINDS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Use:
    """A field of a class: which class, the field, and how many values it takes (`most` None for any number)."""

    cls: str
    field: Field
    least: int
    most: int | None


@dataclass
class Term:
    """A class or property with all that a page says of it; `inferred` where nobody says it and rules give it."""

    iri: str
    kind: str
    texts: dict[str, Texts] = field(default_factory=dict)
    iris: dict[str, list[str]] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    used: int = 0
    inferred: bool = False
    from_: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    schemes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name without its namespace."""
        return slug(self.iri)

    @property
    def module(self) -> str:
        """The module that defines it."""
        return next(iter(self.iris.get("isDefinedBy", [])), "")

    @property
    def parents(self) -> list[str]:
        """The terms directly above it."""
        above = self.iris.get("subClassOf", []) + self.iris.get("subPropertyOf", [])
        return [one for one in above if "://" in one]


@dataclass
class Entry:
    """A concept of a scheme: how deep it stands, and how often data name it."""

    iri: str
    depth: int
    texts: dict[str, Texts]
    iris: dict[str, list[str]]
    codes: list[str]
    used: int = 0


@dataclass
class Scheme:
    """A concept scheme with its concepts, each below its broader one."""

    iri: str
    texts: dict[str, Texts]
    cls: str
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Worked:
    """A query that is explained: what it asks, how it works, and its text without the header."""

    name: str
    text: Texts
    explanation: Texts
    query: str


class Reference:
    """Every term, scheme and worked query of the collection."""

    def __init__(self, opened: Werkzaam, model: Model) -> None:
        store = opened.store
        facts = _Facts(store)
        self.terms = {iri: Term(iri, kind, *facts.of(iri)) for iri, kind in _kinds(store)}
        self.modules = list(dict.fromkeys(one.module for one in self.terms.values()))
        for iri, term in self.terms.items():
            for parent in term.parents:
                if parent in self.terms:
                    self.terms[parent].children.append(iri)
        self._fields(model)
        self._asked()
        self.schemes = _schemes(store, facts)
        self._usage(store, model)
        for scheme in self.schemes.values():
            self.terms[scheme.cls].schemes.append(scheme.iri)
        self.concepts = {entry.iri: entry for scheme in self.schemes.values() for entry in scheme.entries}
        self.worked = worked()

    def definition(self, concept: str, lang: str) -> str:
        """Give the definition of a concept, or nothing."""
        entry = self.concepts.get(concept)
        return entry.texts.get("definition", {}).get(lang, "") if entry else ""

    def of(self, kinds: Iterable[str], module: str) -> list[Term]:
        """Give the terms of some kinds in a module, by their names."""
        wanted = set(kinds)
        found = [one for one in self.terms.values() if one.kind in wanted and one.module == module]
        return sorted(found, key=lambda one: one.name.casefold())

    def count(self, *kinds: str) -> int:
        """Count the terms of some kinds."""
        return sum(one.kind in kinds for one in self.terms.values())

    def inherited(self, term: Term) -> list[Use]:
        """Give the fields that a class has from the classes above it."""
        found: list[Use] = []
        above = [one for one in term.parents if one in self.terms]
        for iri in above:
            found += self.terms[iri].uses
            above += [one for one in self.terms[iri].parents if one in self.terms and one not in above]
        return found

    def _fields(self, model: Model) -> None:
        for cls, fields in sorted(model.fields.items()):
            for path, one in fields.items():
                use = Use(cls, one, *model.bounds.get((cls, path), (0, None)))
                for iri in (cls, path):
                    if iri in self.terms:
                        self.terms[iri].uses.append(use)

    def _usage(self, store: Store, model: Model) -> None:
        """Count uses, in one pass over all triples: queries for it take seconds."""
        # As text: the terms of the engine are slow to compare, and there are some hundred thousand.
        triples, classes = set(), dict[str, list[str]]()
        for quad in store.quads():
            predicate, value = quad.predicate.value, quad.object
            if predicate == TYPE or predicate in self.terms:
                subject, told = getattr(quad.subject, "value", ""), getattr(value, "value", "")
                if predicate == TYPE:
                    classes.setdefault(subject, []).append(told)
                if predicate in self.terms:
                    triples.add((subject, predicate, told, getattr(value, "language", "")))
        counts = Counter(above for found in classes.values() for cls in set(found) for above in model.parents(cls))
        named: Counter[str] = Counter()
        ends: dict[str, tuple[set[str], set[str]]] = {}
        for subject, predicate, told, language in triples:
            counts[predicate] += 1
            from_, to = ends.setdefault(predicate, (set(), set()))
            from_.update(classes.get(subject, ()))
            if language == "":  # no text: those have a language, or None
                to.update(classes.get(told, ()))
            if not subject.startswith((CONCEPT, WZ)):
                named[told] += 1
        given = {one.strip("<>") for rule in rules() for pattern in rule.gives for one in pattern}
        for iri, term in self.terms.items():
            term.used = counts[iri]
            term.inferred = not term.used and (iri in given or bool(term.children))
            from_, to = ends.get(iri, (set(), set()))
            term.from_, term.to = sorted(from_ & self.terms.keys()), sorted(to & self.terms.keys())
        for scheme in self.schemes.values():
            for entry in scheme.entries:
                entry.used = named[entry.iri]

    def _asked(self) -> None:
        for one in questions().values():
            code = re.sub(r"^#.*$|\s#\s.*$", "", one.query, flags=re.MULTILINE)
            named = {WZ + name for name in re.findall(r"\bwz:(\w+)", code)}
            named |= {WZ + param.takes for param in one.params}
            for iri in sorted(named & self.terms.keys()):
                self.terms[iri].questions.append(one.name)


class _Facts:
    """The texts and links of every term, scheme and concept, read in one query."""

    def __init__(self, store: Store) -> None:
        self._texts: dict[str, dict[str, Texts]] = {}
        self._iris: dict[str, dict[str, list[str]]] = {}
        for row in store.select(_FACTS):
            thing, name, value = str(row["thing"]), slug(row["property"]), row["value"]
            language = getattr(value, "language", None)
            if language is None:
                self._iris.setdefault(thing, {}).setdefault(name, []).append(str(value))
            else:
                texts = self._texts.setdefault(thing, {}).setdefault(name, {})
                texts[language] = f"{texts[language]}; {value}" if language in texts else str(value)

    def of(self, iri: str) -> tuple[dict[str, Texts], dict[str, list[str]]]:
        """Give the texts by property and language, and the other values by property."""
        return self._texts.get(iri, {}), self._iris.get(iri, {})


def _kinds(store: Store) -> list[tuple[str, str]]:
    rows: list[Row] = store.select(_KINDS)
    return [(str(row["term"]), slug(row["kind"])) for row in rows]


def _schemes(store: Store, facts: _Facts) -> dict[str, Scheme]:
    found: dict[str, Scheme] = {}
    below: dict[str, list[str]] = {}
    for row in store.select(_CONCEPTS):
        found.setdefault(row["scheme"], Scheme(str(row["scheme"]), facts.of(row["scheme"])[0], str(row["class"])))
        below.setdefault(row.get("broader") or row["scheme"], []).append(str(row["concept"]))

    def walk_down(iri: str, depth: int) -> Iterable[Entry]:
        for one in below.get(iri, []):
            texts, iris = facts.of(one)
            codes = [*iris.get("notation", []), *texts.get("notation", {}).values()]
            yield Entry(one, depth, texts, iris, codes)
            yield from walk_down(one, depth + 1)

    for iri, scheme in found.items():
        seen: set[str] = set()
        for entry in walk_down(iri, 0):
            if entry.iri not in seen:
                seen.add(entry.iri)
                scheme.entries.append(entry)
    return found


def worked() -> list[Worked]:
    """Read the explained queries, in the order of their names."""
    found = []
    for name, file in walk("queries", ".rq"):
        if name.startswith("worked/"):
            text = file.read_text("utf-8")
            head = dict(re.findall(r"^# (\w+): +(.*)$", text, re.MULTILINE))
            query = re.sub(r"\A(?:#.*\n)+\n*", "", text)
            asked = {"nl": head["vraag"], "en": head["question"]}
            told = {"nl": head["uitleg"], "en": head["explanation"]}
            found.append(Worked(name.removeprefix("worked/").removesuffix(".rq"), asked, told, query))
    return found


_PREFIXES = f"""
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <{RDFS}>
PREFIX skos: <{SKOS}>
PREFIX wz: <{WZ}>
"""

_KINDS = f"""{_PREFIXES}
SELECT DISTINCT ?term ?kind
WHERE {{
  VALUES ?kind {{ owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }}
  ?term a ?kind .
  ?term rdfs:isDefinedBy ?module .
  ?ontology <http://purl.org/dc/terms/hasPart> ?module .
  FILTER (STRSTARTS(STR(?term), "{WZ}"))
}}
ORDER BY ?module ?term
"""

_FACTS = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?property ?value
WHERE {{
  VALUES ?property {{
    rdfs:label skos:prefLabel skos:altLabel skos:notation skos:definition skos:scopeNote skos:example
    <http://purl.org/dc/terms/source> <http://purl.org/dc/terms/isReplacedBy>
    rdfs:isDefinedBy rdfs:subClassOf rdfs:subPropertyOf skos:broader wz:oppositeOf <http://purl.org/dc/terms/subject>
  }}
  ?thing ?property ?value .
  FILTER (STRSTARTS(STR(?thing), "{WZ}") || STRSTARTS(STR(?thing), "{CONCEPT}"))
}}
ORDER BY ?thing ?property ?value
"""

_CONCEPTS = f"""{_PREFIXES}
SELECT ?scheme ?class ?concept ?broader
WHERE {{
  ?scheme wz:conceptClass ?class .
  ?concept skos:inScheme ?scheme .
  OPTIONAL {{ ?concept skos:broader ?broader }}
  OPTIONAL {{ ?concept wz:rank ?rank }}
}}
ORDER BY ?scheme ?rank ?concept ?broader
"""
