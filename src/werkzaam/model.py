"""The form of a case document, read from the ontology (keys) and the shapes (fields).

A field exists because a property shape says so; its Dutch and English keys stand on the property
(`wz:key`). So a new field, value list or class of claim needs no Python.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import pyoxigraph as ox

from werkzaam.deprecation import Former, former_terms
from werkzaam.resources import AXIOMS, walk
from werkzaam.terms import BASE, RDF, RDFS, SH, SKOS, TERMS, TYPE, WZ, XSD, expand, fold, slug

_Value = ox.Literal | ox.NamedNode | ox.BlankNode
_LABELS = frozenset(
    (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "notation", RDFS + "label", WZ + "name", WZ + "abbreviation")
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a class: its property, its keys, and what it takes.

    `kind` is ``text`` (a text per language), ``node`` (a part of its own, of class `target`),
    ``name`` (something known, of class `target`, None for anything), ``class`` (a kind of
    `target`) or ``literal`` (of datatype `target`). `default` is an IRI, `default_from` a property of the document;
    `base` is where the ids of parts begin that have a name of their own, with ``{study}`` for the study's.
    """

    path: str
    keys: dict[str, str]
    kind: str
    target: str | None
    rule: str
    default: str | None = None
    default_from: str | None = None
    base: str | None = None


@dataclass
class Names:
    """What can be named in a document or command: each IRI with its classes and its names.

    `former` are the deprecated IRIs with what replaced them; their names find that, where nothing else has them.
    """

    classes: dict[str, frozenset[str]] = field(default_factory=dict)
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    former_words: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, iri: str, classes: Iterable[str], words: Iterable[str]) -> None:
        """Make `iri` known as a member of `classes` and under `words`; a term of others is read but never named."""
        classes = set(classes)
        if not iri.startswith(BASE) and not classes.isdisjoint(TERMS):
            return
        self.classes[iri] = self.classes.get(iri, frozenset()) | classes
        for word in (*words, slug(iri), "/".join(iri.split("/")[-2:])):
            self.words[fold(word)] = self.words.get(fold(word), frozenset()) | {iri}

    def replace(self, iri: str, by: str, words: Iterable[str]) -> None:
        """Make `iri` known as what `by` was formerly called, and its `words` as former words."""
        self.former[iri] = by
        for word in (*words, slug(iri), "/".join(iri.split("/")[-2:])):
            self.former_words[fold(word)] = self.former_words.get(fold(word), frozenset()) | {iri}

    def copy(self) -> Self:
        """Give names that can grow without changing these; cheap, as no set in them ever changes."""
        return replace(
            self,
            classes=dict(self.classes),
            words=dict(self.words),
            labels=dict(self.labels),
            former=dict(self.former),
            former_words=dict(self.former_words),
        )

    def kinds(self, iri: str) -> frozenset[str]:
        """Give the classes of what `iri` is, those above included; none where it is not known."""
        return self.classes.get(iri, frozenset())

    def beginning(self, start: str) -> list[str]:
        """Give the IRIs that are known and begin so."""
        return [iri for iri in self.classes if iri.startswith(start)]

    def find(self, name: str, wanted: Iterable[str] | None = None) -> list[str]:
        """Give every IRI, of a wanted class, that `name` (slug, CURIE, IRI, label) stands for."""
        direct = name if "://" in name else expand(name)
        found = {direct} & self.classes.keys() if direct else self.words.get(fold(name), frozenset())
        fitting = {iri for iri in found if self._fits(iri, wanted)}
        return sorted(fitting or {self.former[old] for old in self.formerly(name, wanted)})

    def formerly(self, name: str, wanted: Iterable[str] | None = None) -> list[str]:
        """Give every deprecated IRI that `name` stands for and that something of a wanted class replaced."""
        direct = name if "://" in name else expand(name)
        found = {direct} & self.former.keys() if direct else self.former_words.get(fold(name), frozenset())
        return sorted(old for old in found if self._fits(self.former[old], wanted))

    def near(self, name: str, wanted: Iterable[str] | None = None, lang: str = "en") -> list[str]:
        """Give up to three names, in `lang` where there is one, that look like `name`."""
        from rapidfuzz import fuzz, process

        wanted = None if wanted is None else set(wanted)
        words = [w for w, iris in self.words.items() if any(self._fits(i, wanted) for i in iris)]
        # A slip of the pen first; then a name of which this is a good part.
        hits = process.extract(fold(name), words, scorer=fuzz.ratio, limit=8, score_cutoff=70)
        hits += process.extract(fold(name), words, scorer=fuzz.WRatio, limit=8, score_cutoff=85)
        given = [
            self.labels.get(iri, {}).get(lang) or (slug(iri) if fold(slug(iri)) == word else word)
            for word, _, _ in hits
            for iri in sorted(self.words[word])
            if self._fits(iri, wanted)
        ]
        return list(dict.fromkeys(given))[:3]

    def label(self, iri: str, lang: str) -> str:
        """Give the label in `lang`, in another language, or the slug."""
        texts = self.labels.get(iri, {})
        return texts.get(lang) or next(iter(texts.values()), slug(iri))

    def _fits(self, iri: str, wanted: Iterable[str] | None) -> bool:
        return wanted is None or not self.classes.get(iri, frozenset()).isdisjoint(wanted)


class Model:
    """The ontology and the shapes of the package, as the loaders need them."""

    def __init__(self) -> None:
        self.ontology = list(_triples("ontology"))
        self.shapes = list(_triples("shapes"))
        self._by: dict[str, dict[str, list[ox.Literal | ox.NamedNode | ox.BlankNode]]] = {}
        self._parents: dict[str, tuple[str, ...]] = {}
        self._fields_of: dict[str, dict[str, Field]] = {}
        self._keys: dict[tuple[str, str], dict[str, str]] = {}
        self._classes_named: dict[str, dict[str, str]] = {}
        for triple in (*self.ontology, *self.shapes):
            subject = getattr(triple.subject, "value", "")
            if not isinstance(triple.object, ox.Triple):
                self._by.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(triple.object)

    def _values(self, subject: str, predicate: str) -> list[str]:
        return [one.value for one in self._by.get(subject, {}).get(predicate, [])]

    def _first(self, subject: str, predicate: str) -> str | None:
        return next(iter(self._values(subject, predicate)), None)

    def in_both(self, subject: str, predicate: str) -> dict[str, str]:
        """Give the texts of `predicate` a language; the first of each."""
        texts: dict[str, str] = {}
        for one in self._by.get(subject, {}).get(predicate, []):
            if isinstance(one, ox.Literal) and one.language:
                texts.setdefault(one.language, one.value)
        return texts

    def about(self, iri: str) -> Mapping[str, Sequence[ox.Literal | ox.NamedNode | ox.BlankNode]]:
        """Give what the ontology and the shapes say of `iri`, by property."""
        return self._by.get(iri, {})

    def parents(self, cls: str) -> tuple[str, ...]:
        """Give `cls` and every class above it."""
        if cls not in self._parents:
            found = [cls]
            for one in found:
                found += [up for up in self._values(one, RDFS + "subClassOf") if up not in found]
            self._parents[cls] = tuple(found)
        return self._parents[cls]

    def lowest(self, classes: Collection[str]) -> set[str]:
        """Give those of `classes` that are above no other of them."""
        above = {up for cls in classes for up in self.parents(cls)[1:]}
        return set(classes) - above

    @cached_property
    def children(self) -> dict[str, set[str]]:
        """Each class with itself and every class below it."""
        below: dict[str, set[str]] = {}
        for subject, facts in self._by.items():
            if any(one.value.endswith("#Class") for one in facts.get(TYPE, [])):
                for up in self.parents(subject):
                    below.setdefault(up, set()).add(subject)
        return below

    @cached_property
    def fields(self) -> dict[str, dict[str, Field]]:
        """For each class with a shape, its own fields by property."""
        found: dict[str, dict[str, Field]] = {}
        for shape, facts in self._by.items():
            for target in _targets(facts):
                for rule in self._values(shape, SH + "property"):
                    made = self._field(rule)
                    if made:
                        found.setdefault(target.value, {})[made.path] = made
        return found

    def _field(self, rule: str) -> Field | None:
        path = self._first(rule, SH + "path")
        if path is None or self._first(rule, SH + "order") is None:
            return None
        cls, datatype = self._first(rule, SH + "class"), self._first(rule, SH + "datatype")
        if datatype == RDF + "langString":
            kind, target = "text", None
        elif datatype:
            kind, target = "literal", datatype
        elif self._first(rule, WZ + "kindOf"):
            kind, target = "class", self._first(rule, WZ + "kindOf")
        else:
            kind, target = ("node" if self._first(rule, WZ + "nested") else "name"), cls
        return Field(
            path,
            self.in_both(path, WZ + "key"),
            kind,
            target,
            rule,
            self._first(rule, SH + "defaultValue"),
            self._first(rule, WZ + "defaultFrom"),
            self._first(rule, WZ + "idBase"),
        )

    @cached_property
    def bounds(self) -> dict[tuple[str, str], tuple[int, int | None]]:
        """For each class and property with a shape: how many values at least, and at most (None: any number)."""
        found: dict[tuple[str, str], tuple[int, int | None]] = {}
        for shape, facts in self._by.items():
            for target in _targets(facts):
                for rule in self._values(shape, SH + "property"):
                    key = (target.value, self._first(rule, SH + "path") or "")
                    least, most = found.get(key, (0, None))
                    least = max(least, int(self._first(rule, SH + "minCount") or 0))
                    found[key] = least, min((int(n) for n in self._values(rule, SH + "maxCount")), default=most)
        return found

    def fields_of(self, cls: str) -> Mapping[str, Field]:
        """Give every field of `cls`, its parents' included, by property."""
        if cls not in self._fields_of:
            merged: dict[str, Field] = {}
            for up in reversed(self.parents(cls)):
                merged.update(self.fields.get(up, {}))
            self._fields_of[cls] = merged
        return self._fields_of[cls]

    def keys(self, told: str, lang: str) -> Mapping[str, str]:
        """Give the keys in the language `told` with what they are called in `lang`, where that is one word."""
        if (told, lang) not in self._keys:
            found: dict[str, set[str]] = {}
            for fields in self.fields.values():
                for one in fields.values():
                    if one.keys.keys() >= {told, lang}:
                        found.setdefault(one.keys[told], set()).add(one.keys[lang])
            self._keys[told, lang] = {key: min(those) for key, those in found.items() if len(those) == 1}
        return self._keys[told, lang]

    @cached_property
    def terms(self) -> frozenset[str]:
        """The IRIs of which the ontology says something."""
        return frozenset(t.subject.value for t in self.ontology if isinstance(t.subject, ox.NamedNode))

    @cached_property
    def former(self) -> dict[str, Former]:
        """The terms that went, by IRI."""
        return former_terms(self._by)

    @cached_property
    def names(self) -> Names:
        """The names of everything in the ontology: concepts, acts, ladders, classes."""
        names = Names()
        add_names(names, self, self.ontology)
        return names

    def class_named(self, name: str, above: str) -> str | None:
        """Give the class at or below `above` that `name` (a label or IRI) stands for."""
        if above not in self._classes_named:
            named = self._classes_named[above] = {}
            for cls in sorted(self.children.get(above, {above})):
                for word in (*self.in_both(cls, RDFS + "label").values(), slug(cls), cls, f"wz:{slug(cls)}"):
                    named.setdefault(fold(word), cls)
        return self._classes_named[above].get(fold(name))


def _targets(facts: dict[str, list[_Value]]) -> list[_Value]:
    """Give the classes of which a shape is the form: those it aims at, or those it says."""
    return facts.get(SH + "targetClass", []) + facts.get(WZ + "formOf", [])


def add_names(names: Names, model: Model, triples: Iterable[ox.Triple | ox.Quad]) -> None:
    """Make everything in `triples` that has a type known to `names`, under its labels."""
    found: dict[str, tuple[set[str], list[str]]] = {}
    for triple in triples:
        if not isinstance(triple.subject, ox.NamedNode) or isinstance(triple.object, ox.Triple):
            continue
        subject, predicate = triple.subject.value, triple.predicate.value
        if predicate == TYPE:
            if isinstance(triple.object, ox.NamedNode):
                found.setdefault(subject, (set(), []))[0].update(model.parents(triple.object.value))
        elif predicate in _LABELS:
            found.setdefault(subject, (set(), []))[1].append(triple.object.value)
            if isinstance(triple.object, ox.Literal) and triple.object.language and predicate != SKOS + "altLabel":
                names.labels[subject] = {triple.object.language: triple.object.value} | names.labels.get(subject, {})
    for subject, (classes, words) in found.items():
        if subject in model.former:
            names.replace(subject, model.former[subject].by, words)
        elif classes:
            names.add(subject, classes, words)


def _triples(folder: str) -> Iterator[ox.Triple]:
    for name, file in walk(folder, ".ttl"):
        if "/" not in name and name != AXIOMS:
            for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE):
                yield quad.triple


__all__ = ["XSD", "Field", "Model", "Names", "add_names", "fold"]
