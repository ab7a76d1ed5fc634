"""From the graph of a document back to the form that people fill in: the tree that a loader would read as that graph.

What the form has no place for is not in the tree; who needs to know reads the tree again and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox

from werkzaam.errors import Place
from werkzaam.model import Field, Model, Names
from werkzaam.naming import Naming
from werkzaam.terms import GRAPH, LANGUAGES, SH, TYPE, WZ, natural
from werkzaam.yamltree import Mapping, Node, Scalar, Sequence

VERSION = "1"
KIND = {"nl": "soort", "en": "kind"}
LANGUAGE = {"nl": "taal", "en": "language"}
_ROOT = WZ + "CaseDocument"
_HERE = Place("")

Value = ox.NamedNode | ox.Literal


def text(value: str) -> Scalar:
    """Give a text that stands nowhere yet."""
    return Scalar(value, _HERE)


def mapping(pairs: Iterable[tuple[str, Node]]) -> Mapping:
    """Give a mapping that stands nowhere yet."""
    return Mapping([(text(key), value) for key, value in pairs], _HERE)


def as_form(graph: str, triples: Iterable[ox.Triple], model: Model, names: Names, lang: str) -> Mapping:
    """Give the tree of the document `graph` with its keys, kinds and names in `lang`."""
    facts: dict[str, dict[str, list[Value]]] = {}
    for t in triples:
        if isinstance(t.subject, ox.NamedNode) and isinstance(t.object, ox.NamedNode | ox.Literal):
            facts.setdefault(t.subject.value, {}).setdefault(t.predicate.value, []).append(t.object)
    study, _, name = graph.removeprefix(GRAPH).partition("/")
    return _Former(facts, model, Naming(model, names, study), lang).document(graph, study, name)


class _Former:
    def __init__(self, facts: dict[str, dict[str, list[Value]]], model: Model, naming: Naming, lang: str) -> None:
        self.facts, self.model, self.naming, self.lang = facts, model, naming, lang
        self.told: set[str] = set()
        self.document_facts: dict[str, list[Value]] = {}

    def document(self, graph: str, study: str, name: str) -> Mapping:
        self.document_facts = self.facts.get(graph, {})
        fields = self.model.fields_of(_ROOT)
        by_name = fields[WZ + "caseOf"].keys[self.lang] if WZ + "caseOf" in self.document_facts else "document"
        head = [("werkzaam", VERSION), (LANGUAGE[self.lang], self.lang), (fields[WZ + "study"].keys[self.lang], study)]
        pairs: list[tuple[str, Node]] = [(key, text(value)) for key, value in head]
        if name:
            pairs.append((by_name, text(name)))
        body = self._pairs(graph, _ROOT, without={WZ + "study", WZ + "caseOf"})
        return mapping([*pairs, *body])

    def _pairs(self, subject: str, cls: str, without: set[str] | None = None) -> list[tuple[str, Node]]:
        """Give keys and values of what is said of `subject` as of one of `cls`: short ones first, then its parts."""
        facts = self.facts.get(subject, {})
        fields = self.model.fields_of(cls)
        pairs: list[tuple[str, Node]] = []
        late = WZ + "Evidence"
        for path, one in sorted(fields.items(), key=lambda item: (item[1].kind == "node") + (item[1].target == late)):
            values = facts.get(path, [])
            if self.lang not in one.keys or path in (without or ()) or self._is_default(one, values):
                continue
            made = self._values(one, values, subject)
            if made:
                pairs.append((one.keys[self.lang], made[0] if len(made) == 1 else Sequence(made, _HERE)))
        return pairs

    def _is_default(self, one: Field, values: list[Value]) -> bool:
        default = (
            [one.default] if one.default else [v.value for v in self.document_facts.get(one.default_from or "", [])]
        )
        return {value.value for value in values} == set(default)

    def _values(self, one: Field, values: list[Value], subject: str) -> list[Node]:
        if one.kind == "text":
            return self._texts([v for v in values if isinstance(v, ox.Literal) and v.language in LANGUAGES])
        if one.kind == "literal":
            return [text(v.value) for v in sorted(values, key=str) if isinstance(v, ox.Literal)]
        iris = sorted((v.value for v in values if isinstance(v, ox.NamedNode)), key=natural)
        if one.kind == "node":
            return [part for iri in iris if (part := self._part(iri, one, subject)) is not None]
        if one.kind == "class":
            return [text(self.naming.kind(iri, one.target or "", self.lang)) for iri in iris]
        return [text(name) for name in sorted(self.naming.name(iri, one, self.lang) for iri in iris)]

    def _texts(self, values: list[ox.Literal]) -> list[Node]:
        """Give texts by language: together where each language has one, else each of its own."""
        if len(values) == 1 and values[0].language == self.lang:
            return [text(values[0].value)]
        pairs = sorted((LANGUAGES.index(v.language or ""), v.language or "", v.value) for v in values)
        spoken = [lang for _, lang, _ in pairs]
        if len(set(spoken)) == len(spoken):
            return [mapping((lang, text(said)) for _, lang, said in pairs)] if pairs else []
        return [mapping([(lang, text(said))]) for _, lang, said in pairs]

    def _part(self, iri: str, one: Field, parent: str) -> Node | None:
        cls = self._class(iri, one.target or "")
        if cls is None or iri in self.told:
            return None
        self.told.add(iri)
        base = parent + "/" if one.base is None else self.naming.base(one)
        local = iri.removeprefix(base)
        pairs: list[tuple[str, Node]] = [("id", text(local))]
        if len(self.model.children.get(one.target or "", {cls})) > 1:
            pairs.append((KIND[self.lang], text(self.naming.kind(cls, one.target or "", self.lang))))
        return mapping([*pairs, *self._pairs(iri, cls)])

    def _class(self, iri: str, above: str) -> str | None:
        """Give the class of a part, None where it has none that the form takes there."""
        below = self.model.children.get(above, {above})
        found = sorted(v.value for v in self.facts.get(iri, {}).get(TYPE, []) if v.value in below)
        return found[0] if found else None


def explained(model: Model, one: Field, lang: str) -> str:
    """Say what a field is for and what to fill in, with an example."""
    about, ask = (model.in_both(one.rule, SH + name).get(lang, "") for name in ("description", "message"))
    ask = re.sub(r"; [«“]\{value\}[^.]*", "", ask)  # what is only said of a value that was given
    return " ".join(part for part in (about, ask) if part)
