"""Rules that are a query: told apart from the other rules, and asked of a store instead of a graph in Python.

Such a rule reads the whole document, and may look for words or dates in the ontology; rdflib takes seconds for what
Oxigraph answers in a millisecond. Both SHACL engines therefore ask these of a store that holds what queries read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from werkzaam.terms import PREFIXES, RDFS, SH, TYPE, WZ

Triples = Collection[ox.Triple]
Node = ox.NamedNode | ox.BlankNode

_SPARQL = SH + "sparql"
_TARGET = SH + "target"
_SUBCLASS = RDFS + "subClassOf"
READS = WZ + "readsOntology"
"""Says of a rule that it reads the ontology beside the document."""
WHERE = WZ + "looksFor"
"""Says of a rule what pattern a text must have in it for the rule to find something."""

OURS = frozenset((READS, WHERE))
"""What rules say to this module in words of ours."""

_OF_A_SHAPE = frozenset((TYPE, _SPARQL, *OURS, SH + "severity", SH + "deactivated"))
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
    about: dict[object, list[tuple[str, ox.Triple]]] = {}
    held: dict[str, set[object]] = {"target": set(), SH + "path": set(), _SPARQL: set()}
    nested: set[object] = set()
    for triple in shapes:
        subject, path, value = triple.subject, triple.predicate.value, triple.object
        about.setdefault(subject, []).append((path, triple))
        if path != TYPE and not isinstance(value, ox.Literal):
            nested.add(value)
        if path in held or path.startswith(_TARGET):
            held[path if path in held else "target"].add(subject)
    asking = held[_SPARQL] & held["target"] - nested - held[SH + "path"]
    others = [triple for node, said in about.items() for path, triple in said if path != _SPARQL or node not in asking]
    asked: dict[object, list[ox.Triple]] = {}
    for shape in asking:
        found = asked[shape] = [triple for path, triple in about[shape] if _belongs(path)]
        todo: list[object] = [triple.object for path, triple in about[shape] if path == _SPARQL]
        for node in todo:
            told = [triple for _, triple in about.get(node, [])]
            found += told
            todo += {triple.object for triple in told}.difference(todo)
    return others, asked


def _belongs(path: str) -> bool:
    return path in _OF_A_SHAPE or path.startswith(_TARGET)


def groups(asked: Mapping[object, Triples], ontology: Triples) -> list[Group]:
    """Give the rules that read the document alone, and those that say that they read the ontology, with their store.

    Apart, as the former would look through every label for nothing; and apart by what they aim at, as most documents
    have nothing for some of the latter, whose part of the ontology is then never looked up.
    """
    apart: dict[object, list[ox.Triple]] = {}
    for rule in asked.values():
        reads = any(one.predicate.value == READS for one in rule)
        aims = frozenset(str(one.object) for one in rule if one.predicate.value.startswith(_TARGET))
        apart.setdefault(aims if reads else None, []).extend(rule)
    return [Group(frozenset(rules), Held(rules if aims else (), ontology)) for aims, rules in apart.items()]


def _along(names: set[str], ontology: Triples) -> list[ox.Triple]:
    """Give what queries that name `names` may read: along properties, with the types of their subjects, and classes."""
    paths, found, typed, above = names - {TYPE}, [], [], []
    for triple in ontology:
        path = triple.predicate.value
        if path in paths:
            found.append(triple)
        elif path == TYPE:
            typed.append(triple)
        if path == _SUBCLASS:
            above.append(triple)
    subjects = {triple.subject for triple in found}
    found += [one for one in typed if one.subject in subjects or getattr(one.object, "value", "") in names]
    return found + above


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
    """Gives stores that hold what `rules` read of `ontology`, and one document at a time."""

    def __init__(self, rules: Triples, ontology: Triples) -> None:
        self._rules, self._ontology = rules, ontology

    @cached_property
    def store(self) -> ox.Store:
        """What lies along the properties that the rules name; looked up when first needed."""
        queries = [getattr(one.object, "value", "") for one in self._rules if one.predicate.value == SH + "select"]
        store = ox.Store()
        store.extend(
            ox.Quad(*triple) for triple in _along({iri for one in queries for iri in iris_of(one)}, self._ontology)
        )
        return store

    @contextmanager
    def with_document(self, document: ox.Store) -> Iterator[ox.Store]:
        """Give a store with what `document` holds, which goes again."""
        if not self._rules:
            yield document
            return
        quads = [quad for quad in document if quad not in self.store]
        self.store.extend(quads)
        try:
            yield self.store
        finally:
            for quad in quads:
                self.store.remove(quad)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is a query: its shape, how grave it is, what it aims at, and the query with its prefixes.

    It has nothing to say of a document without a text in which `where` is found.
    """

    shape: str
    severity: str
    aims: Mapping[str, tuple[Node, ...]]
    query: str
    where: re.Pattern[str] | None

    def results(
        self, store: ox.Store, focuses: Iterable[Node]
    ) -> Iterator[tuple[Node, str, ox.NamedNode | ox.BlankNode | ox.Literal]]:
        """Yield (focus, path, value) of each result."""
        for focus in sorted(focuses, key=str):
            found = store.query(self.query, substitutions={ox.Variable("this"): focus})
            if not isinstance(found, ox.QuerySolutions):
                continue
            names = {variable.value for variable in found.variables}
            for row in found:
                path = row["path"] if "path" in names else None
                value = row["value"] if "value" in names else None
                yield focus, path.value if isinstance(path, ox.NamedNode) else "", value or focus

    def focuses(self, document: ox.Store) -> set[Node]:
        """Give what the rule looks at of a document, which comes with the classes above its own."""
        found = set(self.aims.get("targetNode", ()))
        todo = list(self.aims.get("targetClass", ()))
        for cls in todo:
            below = document.quads_for_pattern(None, ox.NamedNode(_SUBCLASS), cls)
            todo += [one.subject for one in below if isinstance(one.subject, Node) and one.subject not in todo]
        looked: list[tuple[ox.NamedNode, Node | None]] = [(ox.NamedNode(TYPE), cls) for cls in todo]
        looked += [(path, None) for path in self.aims.get("targetSubjectsOf", ()) if isinstance(path, ox.NamedNode)]
        for path, value in looked:
            quads = document.quads_for_pattern(None, path, value)
            found |= {one.subject for one in quads if isinstance(one.subject, Node)}
        return found


class Group:
    """Rules that are asked of one store: as shapes, and as the queries that they are."""

    def __init__(self, shapes: frozenset[ox.Triple], held: Held) -> None:
        self.shapes, self.held = shapes, held

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules as queries."""
        return rules(self.shapes)

    def ready(self) -> Group:
        """Give these rules with all that any document asks of them, so that children need not make it."""
        if any("targetClass" in one.aims for one in self.rules):
            _ = self.held.store
        return self

    def asked(self, document: ox.Store, text: str | None = None) -> list[tuple[Rule, set[Node]]]:
        """Give the rules that find what they look at in `document`, with that; by its whole `text` too where given."""
        may = [one for one in self.rules if text is None or one.where is None or one.where.search(text)]
        return [(one, focuses) for one in may if (focuses := one.focuses(document))]


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
            aims = {
                path.removeprefix(SH): tuple(one for one in those if isinstance(one, Node))
                for path, those in said.items()
                if path.startswith(_TARGET)
            }
            where = next((re.compile(getattr(one, "value", "")) for one in said.get(WHERE, [])), None)
            found.append(Rule(getattr(shape, "value", ""), severity, aims, prefixes + query, where))
    return found
