"""What a document names from elsewhere, as far as the rules look at it.

A rule sees the document, the kinds of what it names, and what lies from there along the properties that rules walk
(a concept's broader ones, the opposite of a trait). The whole ontology would say the same in ten times the time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

import pyoxigraph as ox

from werkzaam.model import Model, Names
from werkzaam.terms import PREFIXES, RDFS, SH, TYPE

_SUBCLASS = RDFS + "subClassOf"
_NAME = re.compile(r"<([^<>\s]+)>|(?<![\w:])(\w*):([\w.-]*[\w-])")
_PREFIX = re.compile(r"PREFIX\s+(\w*):\s*<([^>]*)>", re.IGNORECASE)


def surroundings(triples: Collection[ox.Triple], model: Model, names: Names) -> set[ox.Triple]:
    """Give what the rules must know besides `triples`: kinds with the classes above them, and where rules walk."""
    walked, start = _asked(model)
    found: set[ox.Triple] = set()
    classes = {_value(t.object) for t in triples if t.predicate.value == TYPE}
    todo = {_value(t.object) for t in triples} - classes - {""} | start
    seen: set[str] = set()
    while todo:
        iri = todo.pop()
        seen.add(iri)
        facts = model.about(iri)
        node = ox.NamedNode(iri)
        kinds = {one.value for one in facts.get(TYPE, [])} or model.lowest(names.classes.get(iri, ()))
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
def _asked(model: Model) -> tuple[frozenset[str], frozenset[str]]:
    """Give the IRIs that the shapes name, of which some are properties to walk, and those that their queries name.

    A query may start at what it names itself, such as a list of words.
    """
    named = {_value(triple.object) for triple in model.shapes}
    asked = [t.object for t in model.shapes if t.predicate.value == SH + "select"]
    queries = {iri for one in asked if isinstance(one, ox.Literal) for iri in iris_of(one.value)}
    things = {iri for iri in queries if not _is_term(iri, model)}
    return frozenset(named | queries) - {TYPE, _SUBCLASS}, frozenset(things)


def _is_term(iri: str, model: Model) -> bool:
    return all(kind.value.endswith(("Class", "Property")) for kind in model.about(iri).get(TYPE, []))


def iris_of(query: str) -> set[str]:
    """Give the IRIs that a query names, in full or by a prefix of its own or a known one.

    >>> sorted(iris_of("SELECT ?x WHERE { ?x skos:broader <https://example.org/a> }"))
    ['http://www.w3.org/2004/02/skos/core#broader', 'https://example.org/a']
    """
    prefixes = {**PREFIXES, **dict(_PREFIX.findall(query))}
    return {
        full or prefixes[prefix] + local for full, prefix, local in _NAME.findall(query) if full or prefix in prefixes
    }


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
