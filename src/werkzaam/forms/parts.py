"""Nameless parts of an RDF document get the ids that a form would give them: from what they say."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from werkzaam.errors import Place
from werkzaam.model import Field, Model
from werkzaam.naming import by_content
from werkzaam.terms import TYPE

Facts = dict[Any, dict[str, list[Any]]]


def named(triples: set[ox.Triple], places: dict[tuple[str, str], Place], model: Model) -> set[ox.Triple]:
    """Give `triples` with an IRI for each nameless part of something that has one; what is no part stays nameless.

    A part stands under a property of the form that takes parts (evidence, an actor, an outcome) and under no other.
    """
    if not any(isinstance(t.subject, ox.BlankNode) for t in triples):
        return triples
    facts: Facts = {}
    uses: dict[Any, int] = {}
    for t in triples:
        facts.setdefault(t.subject, {}).setdefault(t.predicate.value, []).append(t.object)
        uses[t.object] = uses.get(t.object, 0) + 1
    namer = _Namer(facts, uses, model)
    for subject in [one for one in facts if isinstance(one, ox.NamedNode)]:
        namer.below(subject.value, subject)
    for iri, one, parent in namer.found.values():
        place = places.get((parent, one.path))
        if place:
            places.setdefault((iri, ""), place)
    new = {part: ox.NamedNode(iri) for part, (iri, _, _) in namer.found.items()}
    made = {ox.Triple(new.get(t.subject, t.subject), t.predicate, new.get(t.object, t.object)) for t in triples}
    for part, (iri, one, _) in namer.found.items():
        if TYPE not in facts.get(part, {}) and one.target:
            made.add(ox.Triple(ox.NamedNode(iri), ox.NamedNode(TYPE), ox.NamedNode(one.target)))
    return made


class _Namer:
    def __init__(self, facts: Facts, uses: dict[Any, int], model: Model) -> None:
        self.facts, self.uses, self.model = facts, uses, model
        self.found: dict[Any, tuple[str, Field, str]] = {}

    def below(self, iri: str, node: Any) -> None:
        """Name the nameless parts of a thing, and theirs."""
        for one in self._parts(node):
            for value in self.facts[node].get(one.path, []):
                if isinstance(value, ox.BlankNode) and self.uses[value] == 1 and value not in self.found:
                    name = f"{iri}/{by_content(one, self._content(value, one.target or '', 8))}"
                    self.found[value] = (name, one, iri)
                    if value in self.facts:
                        self.below(name, value)

    def _parts(self, node: Any) -> list[Field]:
        known = self.found.get(node)
        kinds = [one.value for one in self.facts[node].get(TYPE, []) if isinstance(one, ox.NamedNode)]
        kinds = kinds or ([known[1].target or ""] if known else [])
        fields = (one for cls in kinds for one in self.model.fields_of(cls).values())
        # Where there are several classes to choose from, or ids of their own, a form asks for them too.
        return [one for one in fields if one.kind == "node" and one.base is None and self._only(one)]

    def _only(self, one: Field) -> bool:
        return len(self.model.children.get(one.target or "", {one.target})) == 1

    def _content(self, node: Any, cls: str, depth: int) -> list[str]:
        """Give what a part says as `loaders/document.py` does for a form."""
        fields = self.model.fields_of(cls)
        said: list[Any] = []
        for path, values in self.facts.get(node, {}).items():
            one = fields.get(path)
            for value in values if path != TYPE else ():
                if one and one.kind == "node" and isinstance(value, ox.BlankNode) and depth:
                    said.append((path, self._content(value, one.target or "", depth - 1)))
                elif isinstance(value, ox.Literal) and value.language:
                    said.append((path, (value.language, value.value)))
                elif not one or value.value != one.default:
                    said.append((path, value.value))
        return sorted(map(repr, said))
