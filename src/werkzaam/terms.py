"""The namespaces of werkzaam and the few terms that the engine itself must know."""

from __future__ import annotations

import re

from werkzaam.hidden import visible

BASE = "https://w3id.org/werkzaam/"
WZ = BASE + "ontology#"
SHAPE = BASE + "shape#"
CONCEPT = BASE + "concept/"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
ONTOLOGY_GRAPH = GRAPH + "ontology"
INFERRED_GRAPH = GRAPH + "inferred"
MAPPINGS_GRAPH = GRAPH + "mappings"
FOREIGN = GRAPH + "foreign/"
"""Where the IRIs of the graphs of other databases begin."""
AXIOM = BASE + "axiom/"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
DCTERMS = "http://purl.org/dc/terms/"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SH = "http://www.w3.org/ns/shacl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = frozenset((XSD + "integer", XSD + "decimal"))
TOOI_MUNICIPALITY = "https://identifier.overheid.nl/tooi/id/gemeente/"

PREFIXES = {
    "dcterms": DCTERMS,
    "gemeente": TOOI_MUNICIPALITY,
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "sh": SH,
    "skos": SKOS,
    "wz": WZ,
    "wza": AXIOM,
    "wzc": CONCEPT,
    "wzi": ID,
    "wzs": SHAPE,
    "xsd": XSD,
}

TYPE = RDF + "type"
TERMS = frozenset(OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"))
"""The kinds of terms of an ontology."""

LANGUAGES = ("nl", "en")


def expand(curie: str) -> str | None:
    """Give the IRI of a CURIE with a known prefix, else None.

    >>> expand("wzc:mechanism/tailoring")
    'https://w3id.org/werkzaam/concept/mechanism/tailoring'
    >>> expand("maatwerk") is None
    True
    """
    prefix, colon, rest = curie.partition(":")
    base = PREFIXES.get(prefix)
    return base + rest if colon and base else None


def shorten(iri: str) -> str:
    """Give the CURIE of an IRI, or the IRI itself where no prefix fits.

    >>> shorten("https://w3id.org/werkzaam/id/claim/adp/k017")
    'wzi:claim/adp/k017'
    """
    fits = [(len(base), prefix) for prefix, base in PREFIXES.items() if iri.startswith(base)]
    if not fits:
        return iri
    length, prefix = max(fits)
    return f"{prefix}:{iri[length:]}"


def fold(word: str) -> str:
    """Fold a name for comparison: case, and hyphen, underscore and space alike; what nobody sees left out.

    >>> fold("Sociaal  Netwerk") == fold("sociaal-netwerk")
    True
    """
    return " ".join(visible(word).casefold().replace("-", " ").replace("_", " ").split())


def natural(name: str) -> list[tuple[int, str]]:
    """Give what sorts names as people count: k2 before k10.

    >>> sorted(["k10", "k2", "e1"], key=natural)
    ['e1', 'k2', 'k10']
    """
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def slug(iri: str) -> str:
    """Give the last part of an IRI, by which people name a thing."""
    return iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]


NAMED = """VALUES (?kind ?path) {
    (0 wz:name) (1 skos:prefLabel) (1 rdfs:label) (2 skos:altLabel) (2 skos:notation) (2 wz:abbreviation)
  }
  ?thing ?path ?label ."""
"""How queries ask what things are called: 0 by a study's own name, 1 by a label, 2 by another name."""
