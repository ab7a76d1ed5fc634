"""Rules that are a query: told apart from the other rules, and asked of a store instead of a graph in Python.

Such a rule reads the whole document, and may look for words or dates in the ontology; rdflib takes seconds for what
Oxigraph answers in a millisecond. Both SHACL engines therefore ask these of a store that holds what queries read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pyoxigraph as ox

from werkzaam.terms import PREFIXES, RDFS, SH, TYPE, WZ

Triples = Collection[ox.Triple]
Node = ox.NamedNode | ox.BlankNode

_SPARQL = SH + "sparql"
READS = WZ + "readsOntology"
"""Says of a rule that it reads the ontology beside the document."""

_OF_A_SHAPE = frozenset((TYPE, _SPARQL, READS, SH + "severity", SH + "deactivated"))
_NAME = re.compile(r"<([^<>\s]+)>|(?<![\w:])(\w*):([\w.-]*[\w-])")
_PREFIX = re.compile(r"PREFIX\s+(\w*):\s*<([^>]*)>", re.IGNORECASE)
# What cannot be asked by giving $this a value (SHACL 5.3.2 and appendix A), or what an engine need not offer.
_REFUSED = re.compile(
    r"\b(MINUS|VALUES|SERVICE)\b|\bAS\s+[?$]this\b|[?$](?-i:PATH|shapesGraph|currentShape)\b", re.IGNORECASE
)
_SELECT = re.compile(r"\bSELECT\b(.*?)(?:\bWHERE\b|\{)", re.IGNORECASE | re.DOTALL)
_THIS = re.compile(r"[?$]this\b")


def split(shapes: Triples) -> tuple[list[ox.Triple], dict[object, list[ox.Triple]]]:
    """Give the shapes without the queries of node shapes that have a target and stand alone, and these, by shape."""
    targeted = {t.subject for t in shapes if t.predicate.value.startswith(SH + "target")}
    nested = {t.object for t in shapes if t.predicate.value != TYPE}
    paths = {t.subject for t in shapes if t.predicate.value == SH + "path"}
    asking = {t.subject for t in shapes if t.predicate.value == _SPARQL} & targeted - nested - paths
    others = [t for t in shapes if t.predicate.value != _SPARQL or t.subject not in asking]
    about: dict[object, list[ox.Triple]] = {}
    for triple in shapes:
        about.setdefault(triple.subject, []).append(triple)
    asked: dict[object, list[ox.Triple]] = {}
    for shape in asking:
        found = asked[shape] = [t for t in about[shape] if _belongs(t.predicate.value)]
        todo = [t.object for t in found if t.predicate.value == _SPARQL]
        for node in todo:
            found += about.get(node, [])
            todo += {t.object for t in about.get(node, [])}.difference(todo)
    return others, asked


def _belongs(path: str) -> bool:
    return path in _OF_A_SHAPE or path.startswith(SH + "target")


def groups(asked: Mapping[object, Triples], ontology: Triples) -> list[tuple[set[ox.Triple], Held]]:
    """Give the rules that read the document alone, and those that say that they read the ontology, with their store.

    Apart, as the former would look through every label for nothing.
    """
    reading = {shape for shape, rule in asked.items() if any(one.predicate.value == READS for one in rule)}
    queries = [one.object for shape in reading for one in asked[shape] if one.predicate.value == SH + "select"]
    named = {iri for one in queries if isinstance(one, ox.Literal) for iri in iris_of(one.value)}
    by_path: dict[str, list[ox.Triple]] = {}
    for triple in ontology if reading else ():
        by_path.setdefault(triple.predicate.value, []).append(triple)
    kinds = [(asked.keys() - reading, Held(())), (reading, Held(_along(named, by_path)))]
    return [({t for shape in shapes for t in asked[shape]}, held) for shapes, held in kinds if shapes]


def _along(names: set[str], by_path: Mapping[str, list[ox.Triple]]) -> set[ox.Triple]:
    """Give what queries that name `names` may read: along properties, with the types of their subjects, and classes."""
    found = {triple for path in names - {TYPE} for triple in by_path.get(path, [])}
    subjects = {triple.subject for triple in found}
    typed = by_path.get(TYPE, [])
    found |= {one for one in typed if one.subject in subjects or getattr(one.object, "value", "") in names}
    return found | set(by_path.get(RDFS + "subClassOf", []))


def iris_of(query: str) -> set[str]:
    """Give the IRIs that a query names, in full or by a prefix of its own or a known one.

    >>> sorted(iris_of("SELECT ?x WHERE { ?x skos:broader <https://example.org/a> }"))
    ['http://www.w3.org/2004/02/skos/core#broader', 'https://example.org/a']
    """
    prefixes = {**PREFIXES, **dict(_PREFIX.findall(query))}
    return {
        full or prefixes[prefix] + local for full, prefix, local in _NAME.findall(query) if full or prefix in prefixes
    }


class Held:
    """Gives stores that hold what all documents share, and one document at a time."""

    def __init__(self, shared: Iterable[ox.Triple]) -> None:
        self._store = ox.Store()
        self._store.extend(ox.Quad(*triple) for triple in shared)
        self._shares = bool(self._store)

    @contextmanager
    def with_document(self, data: Iterable[ox.Quad]) -> Iterator[ox.Store]:
        """Give a store with `data`, which go again."""
        if not self._shares:  # a new store is made faster than an old one is emptied
            store = ox.Store()
            store.extend(data)
            yield store
            return
        quads = [quad for quad in data if quad not in self._store]
        self._store.extend(quads)
        try:
            yield self._store
        finally:
            for quad in quads:
                self._store.remove(quad)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is a query: its shape, how grave it is, whose turn it is, and the query with its prefixes."""

    shape: str
    severity: str
    classes: tuple[ox.NamedNode, ...]
    nodes: tuple[Node, ...]
    query: str

    def results(self, store: ox.Store) -> Iterator[tuple[Node, str, ox.NamedNode | ox.BlankNode | ox.Literal]]:
        """Yield (focus, path, value) of each result."""
        for focus in sorted(self._focus(store), key=str):
            found = store.query(self.query, substitutions={ox.Variable("this"): focus})
            if not isinstance(found, ox.QuerySolutions):
                continue
            names = {variable.value for variable in found.variables}
            for row in found:
                path = row["path"] if "path" in names else None
                value = row["value"] if "value" in names else None
                yield focus, path.value if isinstance(path, ox.NamedNode) else "", value or focus

    def _focus(self, store: ox.Store) -> set[Node]:
        found = set(self.nodes)
        todo = list(self.classes)
        for cls in todo:
            of_it = store.quads_for_pattern(None, ox.NamedNode(TYPE), cls)
            found |= {quad.subject for quad in of_it if not isinstance(quad.subject, ox.Triple)}
            below = store.quads_for_pattern(None, ox.NamedNode(RDFS + "subClassOf"), cls)
            todo += [q.subject for q in below if isinstance(q.subject, ox.NamedNode) and q.subject not in todo]
        return found


def rules(asked: Triples) -> list[Rule]:
    """Read the rules of `split`; raises `ValueError` for a query that pre-binding does not allow."""
    about: dict[object, dict[str, list[object]]] = {}
    for triple in asked:
        about.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)

    def texts(node: object, path: str) -> list[str]:
        return [getattr(one, "value", "") for one in about.get(node, {}).get(SH + path, [])]

    found = []
    for shape, said in about.items():
        for constraint in said.get(_SPARQL, []):
            if "true" in (*texts(shape, "deactivated"), *texts(constraint, "deactivated")):
                continue
            (query,) = texts(constraint, "select")
            if _REFUSED.search(query) or not all(_THIS.search(chosen) for chosen in _SELECT.findall(query)):
                raise ValueError(f"{shape}: {query}")
            declared = [
                one
                for where in about[constraint].get(SH + "prefixes", [])
                for one in about.get(where, {}).get(SH + "declare", [])
            ]
            prefixes = "".join(
                f"PREFIX {texts(one, 'prefix')[0]}: <{texts(one, 'namespace')[0]}>\n" for one in declared
            )
            severity = (texts(shape, "severity") or [SH + "Violation"])[0].removeprefix(SH).lower()
            classes = tuple(one for one in said.get(SH + "targetClass", []) if isinstance(one, ox.NamedNode))
            nodes = tuple(one for one in said.get(SH + "targetNode", []) if isinstance(one, Node))
            found.append(Rule(getattr(shape, "value", ""), severity, classes, nodes, prefixes + query))
    return found
