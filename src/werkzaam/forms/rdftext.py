"""A document as RDF text: Turtle, TriG, N-Quads, N-Triples, RDF/XML, and JSON-LD with our context."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from werkzaam.forms.jsonld import context
from werkzaam.model import Field, Model
from werkzaam.terms import CONCEPT, GRAPH, ID, PREFIXES, TYPE, WZ, natural, shorten, slug

FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
}
Facts = dict[str, dict[str, list[Any]]]


def write(graph: str, triples: Iterable[ox.Triple], form: str, model: Model) -> bytes:
    """Give the triples of the document `graph` in one of `FORMATS` or as ``jsonld``; the document first, in order."""
    ordered = sorted(triples, key=lambda t: (str(t.subject) != f"<{graph}>", natural(str(t.subject)), str(t)))
    if form == "jsonld":
        return (json.dumps(_Compact(graph, ordered, model).data(), ensure_ascii=False, indent=1) + "\n").encode()
    prefixes = _prefixes(graph, ordered, model) if form in ("ttl", "trig") else PREFIXES if form == "rdf" else None
    if form in ("trig", "nq"):
        quads = [ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(graph)) for t in ordered]
        return ox.serialize(quads, format=FORMATS[form], prefixes=prefixes) or b""
    content = ox.serialize(ordered, format=FORMATS[form], prefixes=prefixes) or b""
    # A reader of XML makes a line feed of a carriage return that is not written so.
    return content.replace(b"\r", b"&#13;") if form == "rdf" else content


def _prefixes(graph: str, triples: Iterable[ox.Triple], model: Model) -> dict[str, str]:
    """Give the prefixes that a text needs; one a scheme and a kind of things, as slashes in names are hard to read."""
    study = graph.removeprefix(GRAPH).partition("/")[0]
    bases = [one.base or "" for one in model.fields_of(WZ + "CaseDocument").values()]
    own = [ID + base.replace("{study}", study) for base in bases if "{study}" in base]
    iris = {one.value for t in triples for one in (t.subject, t.predicate, t.object) if isinstance(one, ox.NamedNode)}
    found: dict[str, str] = {}
    for iri in sorted(iris):
        space = next((one for one in (*own, CONCEPT, ID) if iri.startswith(one)), "")
        if space in own:
            found[space.removeprefix(ID).partition("/")[0]] = space
        elif space and "/" in iri.removeprefix(space):
            name = iri.removeprefix(space).partition("/")[0]
            found.setdefault(name, space + name + "/")
    used = {prefix: base for prefix, base in PREFIXES.items() if any(iri.startswith(base) for iri in iris)}
    return {**used, **{name: base for name, base in found.items() if name not in PREFIXES}}


class _Compact:
    """JSON-LD as people write it: the keys of the form, parts within what they belong to."""

    def __init__(self, graph: str, triples: Iterable[ox.Triple], model: Model) -> None:
        self.graph, self.model = graph, model
        self.facts: Facts = {}
        for t in triples:
            facts = self.facts.setdefault(self._id(t.subject), {})
            facts.setdefault(t.predicate.value, []).append(t.object)
        self.terms = context(model)
        self.used = {"@version", "id", "kind"}
        self.told: set[str] = set()

    def data(self) -> Mapping[str, Any]:
        """Give the whole: the document, and beside it what no way leads to."""
        nodes = [self._node(self.graph)] if self.graph in self.facts else []
        nodes += [self._node(one) for one in self.facts if one not in self.told]
        told = {term: said for term, said in self.terms.items() if term in self.used}
        return {"@context": told, **nodes[0]} if len(nodes) == 1 else {"@context": told, "@graph": nodes}

    def _node(self, iri: str) -> dict[str, Any]:
        self.told.add(iri)
        facts = self.facts[iri]
        kinds = [one.value for one in facts.get(TYPE, []) if isinstance(one, ox.NamedNode)]
        fields = {path: one for cls in sorted(kinds) for path, one in self.model.fields_of(cls).items()}
        made: dict[str, Any] = {"id": self._short(iri)}
        if kinds:
            made["kind"] = _one([self._term(kind) for kind in sorted(kinds)])
        order = {path: place for place, path in enumerate(fields)}
        for path in sorted(facts, key=lambda path: (order.get(path, len(order)), path)):
            for value in facts[path]:
                if not (path == TYPE and isinstance(value, ox.NamedNode)):
                    self._say(made, path, fields.get(path), value)
        return {key: _one(value) if isinstance(value, list) else value for key, value in made.items()}

    def _say(self, made: dict[str, Any], path: str, one: Field | None, value: Any) -> None:
        term = one.keys.get("en", "") if one else ""
        if one and term in self.terms:
            if one.kind == "text" and isinstance(value, ox.Literal) and value.language:
                texts = made.setdefault(term, {})
                told = texts.setdefault(value.language, value.value)
                if told != value.value:
                    texts[value.language] = [*(told if isinstance(told, list) else [told]), value.value]
                self.used.add(term)
                return
            said = self._value(one, value)
            if said is not None:
                self.used.add(term)
                self._short(path)  # the term is explained by the prefix of its property
                made.setdefault(term, []).append(said)
                return
        made.setdefault(self._short(path), []).append(self._in_full(value))

    def _value(self, one: Field, value: Any) -> Any:
        """Give a value as the term of its field takes it, None where it does not."""
        if one.kind == "literal":
            fits = isinstance(value, ox.Literal) and not value.language and value.datatype.value == one.target
            self._short(one.target or "")
            return value.value if fits else None
        if not isinstance(value, ox.NamedNode) or one.kind == "text":
            return None
        if one.kind == "class":
            return self._term(value.value)
        if one.kind == "node" and value.value in self.facts and value.value not in self.told:
            return self._node(value.value)
        return self._short(value.value)

    def _in_full(self, value: Any) -> dict[str, str]:
        if not isinstance(value, ox.Literal):
            return {"@id": self._short(self._id(value))}
        if value.language:
            return {"@value": value.value, "@language": value.language}
        return {"@value": value.value, "@type": self._short(value.datatype.value)}

    def _term(self, cls: str) -> str:
        name = slug(cls)
        if self.terms.get(name) == shorten(cls):
            self.used.add(name)
            self._short(cls)
            return name
        return self._short(cls)

    def _short(self, iri: str) -> str:
        made = shorten(iri)
        prefix, _, rest = made.partition(":")
        if made == iri or rest.startswith("//"):
            return iri
        self.used.add(prefix)
        return made

    def _id(self, node: Any) -> str:
        return node.value if isinstance(node, ox.NamedNode) else f"_:{node.value}"


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
