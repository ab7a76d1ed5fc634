"""What a document names from elsewhere, as far as the rules look at it.

A rule sees the document, the kinds of what it names, and what lies from there along the properties that rules walk
(a concept's broader ones, the opposite of a trait). The whole ontology would say the same in ten times the time.
What rules that are a query read besides is the same for every document (`rulequeries.groups`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

import pyoxigraph as ox

from werkzaam.model import Model, Names
from werkzaam.terms import RDFS, TYPE

_SUBCLASS = RDFS + "subClassOf"


def surroundings(triples: Collection[ox.Triple], model: Model, names: Names) -> set[ox.Triple]:
    """Give what the rules must know besides `triples`: kinds with the classes above them, and where rules walk."""
    walked = _walked(model)
    found: set[ox.Triple] = set()
    classes = {_value(t.object) for t in triples if t.predicate.value == TYPE}
    todo = {_value(t.object) for t in triples} - classes - {""}
    seen: set[str] = set()
    while todo:
        iri = todo.pop()
        seen.add(iri)
        facts = model.about(iri)
        node = ox.NamedNode(iri)
        kinds = {one.value for one in facts.get(TYPE, [])} or model.lowest(names.kinds(iri))
        found.update(ox.Triple(node, ox.NamedNode(TYPE), ox.NamedNode(kind)) for kind in kinds)
        classes |= kinds
        for path in walked & facts.keys():
            found.update(ox.Triple(node, ox.NamedNode(path), value) for value in facts[path])
            todo.update(_value(value) for value in facts[path])
        todo -= seen | {""}
    return found | set(_above(classes, model))


def _above(classes: Collection[str], model: Model) -> Iterator[ox.Triple]:
    for cls in {up for one in classes for up in model.parents(one)} - {""}:
        for up in model.about(cls).get(_SUBCLASS, []):
            yield ox.Triple(ox.NamedNode(cls), ox.NamedNode(_SUBCLASS), up)


@lru_cache(maxsize=4)
def _walked(model: Model) -> frozenset[str]:
    """Give the IRIs that the shapes name, of which some are properties to walk along."""
    return frozenset(_value(triple.object) for triple in model.shapes) - {TYPE, _SUBCLASS}


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
