"""The rules of nanopublications, as their test suite has them: structure, literals, trusty URIs, signatures.

https://nanopub.net/guidelines/working_draft/, https://trustyuri.net, github.com/Nanopublication/nanopub-testsuite.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
from rdflib import Dataset, Literal, URIRef

from werkzaam.outward.nanopubs import NP, NPX, code_of, normal, trusty
from werkzaam.terms import TYPE

LINKS = ("hasAssertion", "hasProvenance", "hasPublicationInfo")
Quads = list[ox.Quad]


def read(path: Path) -> Quads:
    """Read a file of nanopublications in TriG, N-Quads or TriX."""
    content = path.read_bytes()
    if path.suffix == ".xml":
        content = Dataset().parse(data=content, format="trix").serialize(format="nquads").encode()
        return list(ox.parse(content, format=ox.RdfFormat.N_QUADS))
    form = ox.RdfFormat.N_QUADS if path.suffix == ".nq" else ox.RdfFormat.TRIG
    return list(ox.parse(content, format=form, lenient=True))


def check(quads: Quads) -> list[str]:
    """Give what is wrong with the nanopublications in a file; nothing where all are good."""
    heads = {
        quad.graph_name
        for quad in quads
        if quad.predicate.value == TYPE and _iri(quad.object) == NP + "Nanopublication"
    }
    if not heads:
        return ["no nanopublication"]
    found: list[str] = []
    seen: set[object] = set()
    for head in sorted(heads, key=str):
        graphs, wrong = _graphs(quads, head)
        seen |= graphs
        found += wrong
        if not wrong:
            found += _one(quads, head)
    found += [f"a graph that belongs to none: {quad.graph_name}" for quad in quads if quad.graph_name not in seen][:1]
    return found


def _graphs(quads: Quads, head: object) -> tuple[set[object], list[str]]:
    subject = next(q.subject for q in quads if q.graph_name == head and _iri(q.object) == NP + "Nanopublication")
    linked = {
        name: {
            q.object for q in quads if q.graph_name == head and q.subject == subject and _iri(q.predicate) == NP + name
        }
        for name in LINKS
    }
    graphs = {head, *(graph for found in linked.values() for graph in found)}
    wrong = [f"{len(found)} times {name}" for name, found in linked.items() if len(found) != 1]
    assertions = {q.object for q in quads if q.graph_name == head and _iri(q.predicate) == NP + "hasSubgraph"}
    graphs |= assertions
    if not wrong and len(graphs) != 4 + len(assertions):
        wrong.append("graphs that are the same")
    return graphs, wrong


def _one(quads: Quads, head: object) -> Iterator[str]:
    heading = {_iri(q.predicate): q for q in quads if q.graph_name == head}
    this = next(_iri(q.subject) for q in quads if q.graph_name == head and _iri(q.object) == NP + "Nanopublication")
    assertion, provenance, info = (heading[NP + name].object for name in LINKS)
    parts = {one: [q for q in quads if q.graph_name == one] for one in (head, assertion, provenance, info)}
    for graph, content in parts.items():
        if not content and graph != assertion:
            yield f"empty: {graph}"
        if not _iri(graph).startswith(this):
            yield f"a graph whose IRI does not begin with that of the nanopublication: {graph}"
    subgraphs = {q.object for q in quads if _iri(q.predicate) == NP + "hasSubgraph"}
    if not parts[assertion] and not subgraphs:
        yield "empty assertion"
    about = {assertion, *subgraphs}
    if not any(q.subject in about for q in parts[provenance]):
        yield "provenance that does not speak of the assertion"
    if not any(_iri(q.subject) == this for q in parts[info]):
        yield "publication information that does not speak of the nanopublication"
    mine = [q for content in parts.values() for q in content] + [q for q in quads if q.graph_name in subgraphs]
    yield from _literals(mine)
    code = code_of(this)
    if code and trusty(mine, code) != code:
        yield "a trusty URI that is not that of the content"
    yield from _signature(mine, this, code)


def _literals(quads: Quads) -> Iterator[str]:
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # it tells of each that it cannot read
    for quad in quads:
        if isinstance(quad.object, ox.Literal) and not quad.object.language:
            value = Literal(quad.object.value, datatype=URIRef(quad.object.datatype.value))
            if value.ill_typed:
                yield f"a literal that its datatype does not allow: {quad.object}"


def _signature(quads: Quads, this: str, code: str) -> Iterator[str]:
    """Verify what is signed: all but the signature itself, in the normal form."""
    signatures = {
        q.subject for q in quads if _iri(q.predicate) == NPX + "hasSignature" and isinstance(q.object, ox.Literal)
    }
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import dsa, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    for node in signatures:
        said = {
            _iri(q.predicate).removeprefix(NPX): q.object.value
            for q in quads
            if q.subject == node and not isinstance(q.object, ox.Triple)
        }
        if said.get("hasSignatureTarget") != this:
            continue
        key = load_der_public_key(base64.b64decode(said["hasPublicKey"]))
        signature = base64.b64decode(said["hasSignature"])
        signed = [q for q in quads if not (q.subject == node and _iri(q.predicate) == NPX + "hasSignature")]
        content = normal(signed, code).encode()
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(key, dsa.DSAPublicKey):
                key.verify(signature, content, hashes.SHA256())
        except (InvalidSignature, UnsupportedAlgorithm):
            yield "a signature that is not that of the content"


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
