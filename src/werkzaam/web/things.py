"""What the store says of one IRI: as rows for a page, and as triples for a machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from werkzaam.store import Iri, Literal, Store, Value
from werkzaam.terms import BASE, DCTERMS, ONTOLOGY_GRAPH, PREFIXES, RDFS, SKOS, WZ

MOST = 200
"""How many things that point to an IRI a page names; it says how many there are."""

LABELS = (RDFS + "label", SKOS + "prefLabel", WZ + "name", WZ + "statement", DCTERMS + "title")
"""By what a thing is called where another mentions it."""

_SAFE = re.compile(r"[A-Za-z0-9._~%/-]*")
_FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
}


@dataclass
class Thing:
    """An IRI with what is said of it (`facts`: property to values) and what points to it (`from_`)."""

    iri: str
    facts: dict[str, list[Value]]
    from_: dict[str, list[str]]
    pointing: int


def iri_of(path: str) -> str | None:
    """Give the IRI of ours that the path of an address stands for, or None where it cannot be one."""
    return BASE + path.lstrip("/") if _SAFE.fullmatch(path) else None


def describe(store: Store, iri: str) -> Thing | None:
    """Give what is said of an IRI, or None where nothing is."""
    facts: dict[str, list[Value]] = {}
    for row in store.select(f"SELECT DISTINCT ?p ?o WHERE {{ <{iri}> ?p ?o }} ORDER BY ?p ?o"):
        value = row["o"]
        if not (isinstance(value, Iri) and value == iri):
            facts.setdefault(row["p"], []).append(value)
    rows = store.select(f"SELECT DISTINCT ?s ?p WHERE {{ ?s ?p <{iri}> }} ORDER BY ?p ?s LIMIT {MOST + 1}")
    pointing = len(rows)
    if pointing > MOST:
        (total,) = store.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ SELECT DISTINCT ?s ?p WHERE {{ ?s ?p <{iri}> }} }}")
        pointing = int(total["n"])
    found: dict[str, list[str]] = {}
    for row in rows[:MOST]:
        found.setdefault(row["p"], []).append(row["s"])
    return Thing(iri, facts, found, pointing) if facts or found else None


def triples(store: Store, iri: str) -> list[ox.Triple]:
    """Give the triples of an IRI: a whole graph, or what is said of a thing and its parts, and how all else is called.

    A graph holds what it holds, and no labels from elsewhere.
    """
    if iri.startswith(BASE + "ontology"):
        return sorted((quad.triple for quad in store.quads(ONTOLOGY_GRAPH)), key=str)
    whole = [quad.triple for quad in store.quads(iri)]
    if whole:
        return sorted(whole, key=str)
    found = about(store, [iri])
    return sorted({*found, *_called(store, found)}, key=str)


def _called(store: Store, found: Iterable[ox.Triple]) -> Iterable[ox.Triple]:
    """Yield the labels of what `found` mentions."""
    named = {term.value for one in found for term in (one.predicate, one.object) if isinstance(term, ox.NamedNode)}
    for iri in named:
        yield from (one for one in store.about(iri) if one.predicate.value in LABELS)


def about(store: Store, iris: Iterable[str]) -> list[ox.Triple]:
    """Give all triples that have one of `iris` or a part of it (an IRI that goes on below it) as subject."""
    found: set[ox.Triple] = set()
    queue = list(dict.fromkeys(iris))
    for iri in queue:
        for triple in store.about(iri):
            found.add(triple)
            below = getattr(triple.object, "value", "")
            if isinstance(triple.object, ox.NamedNode) and below.startswith(iri + "/") and below not in queue:
                queue.append(below)
    return sorted(found, key=str)


def serialise(graph: Iterable[ox.Triple], form: str) -> bytes:
    """Give triples as bytes: ttl, jsonld, nt or rdf."""
    made = ox.serialize(graph, format=_FORMATS[form], prefixes=PREFIXES)
    return made or b""


def is_text(value: Value) -> bool:
    """Say whether a value is a literal."""
    return isinstance(value, Literal)
