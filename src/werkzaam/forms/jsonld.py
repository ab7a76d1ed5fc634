"""JSON-LD: our one @context, made from the form, and what is looked at before an engine parses a text.

An engine drops what no context explains and every IRI that is not absolute, without a word; and it would fetch a
context by its address. Here each of these is a finding, and nothing is fetched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from werkzaam.errors import Finding, Place, finding
from werkzaam.forms import jsontree
from werkzaam.model import Model, Names
from werkzaam.terms import BASE, PREFIXES, TYPE, WZ, XSD, shorten, slug
from werkzaam.yamltree import Mapping, Node, Scalar, Sequence

CONTEXT = BASE + "context"
"""The IRI by which a document may name our context."""


def context(model: Model) -> dict[str, Any]:
    """Give our @context: the English keys of the form, its classes, the prefixes."""
    made: dict[str, Any] = {"@version": 1.1, **PREFIXES, "id": "@id", "kind": "@type"}
    below = {one for cls in model.fields for one in model.children.get(cls, ())}
    for cls in sorted(below | model.fields.keys()):
        made[slug(cls)] = shorten(cls)
    for old in model.former.values():
        if "en" in old.keys:
            made[old.keys["en"]] = {"@id": shorten(old.iri)}
    for fields in model.fields.values():
        for one in fields.values():
            if "en" in one.keys:
                made[one.keys["en"]] = {"@id": shorten(one.path), **_coerced(one.kind, one.target)}
    return made


def _coerced(kind: str, target: str | None) -> dict[str, str]:
    if kind == "text":
        return {"@container": "@language"}
    if kind == "literal":
        return {"@type": shorten(target or "")}
    return {"@type": "@vocab" if kind == "class" else "@id"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a context explains at some point of the text: terms, and how their values are meant."""

    terms: dict[str, str | None] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    containers: dict[str, str] = field(default_factory=dict)
    vocab: str = ""
    base: str = ""

    def with_terms(self, said: dict[str, Any]) -> Scope:
        """Give this scope with what an inline context adds."""
        terms, types, containers = dict(self.terms), dict(self.types), dict(self.containers)
        for term, told in said.items():
            if term.startswith("@"):
                continue
            facts = told if isinstance(told, dict) else {"@id": told}
            terms[term] = facts.get("@id", term) if told is not None else None
            types[term] = facts["@type"] if isinstance(facts.get("@type"), str) else ""
            containers[term] = str(facts.get("@container") or "")
        vocab, base = said.get("@vocab", self.vocab), said.get("@base", self.base)
        scope = Scope(terms, types, containers, str(vocab or ""), str(base or ""))
        return replace(scope, vocab=scope.iri(scope.vocab)) if scope.vocab else scope

    def iri(self, value: str, *, vocab: bool = True, depth: int = 8) -> str:
        """Give the IRI or keyword that `value` stands for, empty where it stands for none."""
        if value.startswith("@") or not depth:
            return value if depth else ""
        if vocab and value in self.terms:
            told = self.terms[value]
            if not isinstance(told, str):
                return ""
            return self.iri(told, vocab=told != value, depth=depth - 1)
        prefix, colon, rest = value.partition(":")
        if colon:
            told = self.terms.get(prefix) if not rest.startswith("//") and prefix != "_" else None
            return self.iri(told, depth=depth - 1) + rest if isinstance(told, str) else value
        if vocab:
            return self.vocab + value if self.vocab else ""
        return self.base + value if self.base else ""


@dataclass
class Looked:
    """What was seen in a text: where things stand, what is wrong, and the text for an engine (None: for none)."""

    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    text: str | None = None


def look(text: str, file: str, model: Model, names: Names) -> Looked:
    """Look through a text in JSON-LD, with our context in the place of its IRI and where there is none."""
    tree, findings = jsontree.read(text, file)
    looked = Looked(findings=findings)
    if tree is None:
        return looked
    data = json.loads(text)
    reader = _Reader(model, names, looked, context(model))
    scope = Scope()
    if not any(isinstance(one, dict) and "@context" in one for one in (data if isinstance(data, list) else [data])):
        scope = scope.with_terms(reader.ours)
        data = {"@context": reader.ours, **(data if isinstance(data, dict) else {"@graph": data})}
        tree = tree if isinstance(tree, Mapping) else Mapping([(Scalar("@graph", tree.place), tree)], tree.place)
    reader.value(tree, data, scope)
    if not reader.refused:
        looked.text = json.dumps(data)
    return looked


class _Reader:
    """Walks the tree, which has the places, beside the data, which have the types."""

    def __init__(self, model: Model, names: Names, looked: Looked, ours: dict[str, Any]) -> None:
        self.model, self.names, self.looked, self.ours = model, names, looked, ours
        self.refused = False

    def wrong(self, key: str, place: Place, /, **data: Any) -> None:
        self.looked.findings.append(finding(key, place, **data))

    def value(self, tree: Node, data: Any, scope: Scope) -> None:
        if isinstance(tree, Sequence):
            for one, said in zip(tree.items, data, strict=True):
                self.value(one, said, scope)
        elif isinstance(tree, Mapping):
            self.node(tree, data, scope)

    def node(self, tree: Mapping, data: dict[str, Any], scope: Scope) -> None:
        keys = {key.text: node for key, node in tree.pairs}
        if "@context" in data and "@context" in keys:
            scope, data["@context"] = self.context(keys["@context"], data["@context"], scope)
        meant = {key.text: scope.iri(key.text) for key, _ in tree.pairs}
        known = set(meant.values())
        subject = next((scope.iri(str(data[key]), vocab=False) for key, iri in meant.items() if iri == "@id"), "")
        given: Any = next((data[key] for key, iri in meant.items() if iri == "@type"), [])
        kinds = [scope.iri(str(one)) for one in (given if isinstance(given, list) else [given])]
        if not known & {"@value", "@list", "@set", "@graph"} and known - {"@context", "@id", ""} and not subject:
            self.looked.places.setdefault(("", ""), tree.place)
        if subject:
            self.looked.places.setdefault((subject, ""), tree.place)
        for key, node in tree.pairs:
            iri = meant[key.text]
            if key.text == "@context":
                continue
            if iri == "@type":
                self.looked.places.setdefault((subject, TYPE), key.place)
            if iri.startswith("@"):
                self.keyword(iri, key, node, data, scope)
            elif ":" not in iri:
                self.unknown_key(key, kinds)
            else:
                place = node.place if isinstance(node, Scalar) else key.place
                self.looked.places.setdefault((subject, iri), place)
                self.property(key.text, node, data, scope)

    def keyword(self, keyword: str, key: Scalar, node: Node, data: dict[str, Any], scope: Scope) -> None:
        if keyword == "@id" and isinstance(node, Scalar):
            self.check_iri(node, scope, None)
        elif keyword == "@type":
            for one in node.items if isinstance(node, Sequence) else [node]:
                if isinstance(one, Scalar) and ":" not in scope.iri(one.text) and "@value" not in data:
                    known = ", ".join(slug(cls) for cls in sorted(self.model.children[WZ + "Claim"]))
                    self.wrong("kind-unknown", one.place, value=one.text, known=known)
        elif keyword in ("@graph", "@list", "@set", "@included"):
            self.value(node, data[key.text], scope)
        elif keyword == "@reverse" and isinstance(node, Mapping):
            for _, one in node.pairs:
                self.value(one, data[key.text][_.text], scope)

    def property(self, key: str, node: Node, data: dict[str, Any], scope: Scope) -> None:
        if "@language" in scope.containers.get(key, "") and isinstance(node, Mapping):
            return
        coerced = scope.iri(scope.types.get(key, "")) if scope.types.get(key) else ""
        many = isinstance(node, Sequence)
        said = data[key] if many else [data[key]]
        for at, (one, value) in enumerate(zip(node.items if isinstance(node, Sequence) else [node], said, strict=True)):
            if isinstance(one, Scalar):
                if coerced in ("@id", "@vocab") and isinstance(value, str):
                    self.check_iri(one, scope, key, vocab=coerced == "@vocab")
                elif coerced.startswith(XSD) and isinstance(value, int | float):
                    # As it was written: an engine would make 4.1E0 of 4.10.
                    said[at] = one.text
        if not many:
            data[key] = said[0]
        self.value(node, data[key], scope)

    def check_iri(self, node: Scalar, scope: Scope, key: str | None, *, vocab: bool = False) -> None:
        if ":" in scope.iri(node.text, vocab=vocab):
            return
        found = self.names.find(node.text) if node.text else []
        near = shorten(found[0]) if len(found) == 1 else "wzc:mechanism/tailoring"
        self.wrong("iri-expected", node.place, value=node.text, near=near)

    def context(self, tree: Node, data: Any, scope: Scope) -> tuple[Scope, Any]:
        """Give the scope below a @context, and that context with ours in the place of its IRI."""
        if isinstance(tree, Sequence):
            made = []
            for one, said in zip(tree.items, data, strict=True):
                scope, kept = self.context(one, said, scope)
                made.append(kept)
            return scope, made
        if isinstance(tree, Mapping):
            for key, node in tree.pairs:
                if key.text == "@import":
                    self.remote(key.text, node.place)
                elif isinstance(node, Mapping):
                    for inner, below in node.pairs:
                        if inner.text == "@context":
                            self.context(below, data[key.text]["@context"], scope)
            return scope.with_terms(data), data
        if data is None:
            return Scope(), data
        if data == CONTEXT:
            return scope.with_terms(self.ours), self.ours
        self.remote(tree.text, tree.place)
        return scope.with_terms(self.ours), {}  # it was most likely ours that was meant

    def remote(self, value: str, place: Place) -> None:
        self.refused = True
        self.wrong("context-remote", place, value=value, known=CONTEXT)

    def unknown_key(self, key: Scalar, kinds: list[str]) -> None:
        from rapidfuzz import process

        fields = [one for cls in kinds for one in self.model.fields_of(cls).values()]
        known = [one.keys["en"] for one in fields if "en" in one.keys] or [k for k in self.ours if k.islower()]
        near = process.extractOne(key.text, known, score_cutoff=60)
        if near:
            self.wrong("key-unknown-near", key.place, key=key.text, near=near[0])
        else:
            self.wrong("key-unknown", key.place, key=key.text, known=", ".join(sorted(known)[:40]))
