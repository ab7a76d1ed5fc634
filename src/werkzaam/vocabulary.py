"""The ontology as one file for the tools of others: Turtle, JSON-LD, RDF/XML, N-Triples."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from werkzaam.resources import walk
from werkzaam.terms import BASE, OWL, PREFIXES, TYPE

ONTOLOGY = BASE + "ontology"
FORMS = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "nt": ox.RdfFormat.N_TRIPLES,
}


def vocabulary() -> list[ox.Triple]:
    """Give every statement of the packaged ontology, axioms and deprecated terms included, alignments left out.

    It is one ontology with one header, as OWL 2 DL wants: the modules stay what `rdfs:isDefinedBy` names, and lose
    their type. Nothing is imported; others' terms that are used are declared (``others.ttl``).
    """
    return sorted(set(_statements()), key=str)


def _statements() -> Iterator[ox.Triple]:
    header = ox.NamedNode(OWL + "Ontology")
    for name, file in walk("ontology", ".ttl"):
        if "/" in name:
            continue
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE):
            module = quad.predicate.value == TYPE and quad.object == header and quad.subject != ox.NamedNode(ONTOLOGY)
            if not module:
                yield quad.triple


def export(form: str) -> bytes:
    """Give the ontology in one of `FORMS`; its header holds the version IRI."""
    return ox.serialize(vocabulary(), format=FORMS[form], prefixes=PREFIXES) or b""
