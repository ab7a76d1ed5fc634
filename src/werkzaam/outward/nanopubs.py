"""Each claim as a nanopublication: assertion, provenance, publication information, under a trusty URI.

What one holds follows from the graph of its document alone, so the same version of a document always gives the same
identifiers. Standards: https://nanopub.net/guidelines/working_draft/ and https://trustyuri.net (module RA).
"""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyoxigraph as ox

from werkzaam.outward.projection import construct, content
from werkzaam.store import Store
from werkzaam.terms import BASE, DCTERMS, ID, PREFIXES, RDFS, TYPE, WZ, XSD, slug

NP = "http://www.nanopub.org/nschema#"
NPX = "http://purl.org/nanopub/x/"
PROV = "http://www.w3.org/ns/prov#"
PLACE = BASE + "np/"
"""Where the IRIs of nanopublications begin; study and id of the claim follow, and then the hash."""
_HEAD, _ASSERTION, _PROVENANCE, _INFO = "#head", "#assertion", "#provenance", "#publication"
_ORDER = (_HEAD, _ASSERTION, _PROVENANCE, _INFO)
_CODE = re.compile(r"RA[A-Za-z0-9_-]{43}")
_BLANK = "RA" + "0" * 43
_PREFIXES = {**PREFIXES, "np": NP, "npx": NPX, "prov": PROV}


@dataclass(frozen=True)
class Nanopub:
    """A nanopublication: its IRI, the claim that it is about, its four graphs."""

    iri: str
    claim: str
    quads: tuple[ox.Quad, ...]


@cache
def _parts() -> Mapping[str, Any]:
    """Read which properties and classes of a claim go where."""
    return tomllib.loads(content("nanopub.toml"))


# ---- trusty URIs


def normal(quads: Iterable[ox.Quad], code: str) -> str:
    """Give what is hashed and signed: the quads in order, a line a term, `code` in IRIs as a blank."""
    return "".join(_told(key) for key in sorted({_key(quad, code) for quad in quads}))


def trusty(quads: Iterable[ox.Quad], code: str) -> str:
    """Give the artifact code of quads in whose IRIs `code` stands where it is to come."""
    digest = hashlib.sha256(normal(quads, code).encode()).digest()
    return "RA" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


_Key = tuple[bytes, bytes, bytes, int, bytes, bytes, bytes]


def _key(quad: ox.Quad, code: str) -> _Key:
    def iri(term: Any) -> bytes:
        said: str = term.value if not isinstance(term, ox.DefaultGraph) else ""
        return (said.replace(code, " ") if code else said).encode()

    start = (iri(quad.graph_name), iri(quad.subject), iri(quad.predicate))
    value = quad.object
    if isinstance(value, ox.Literal):
        kind = "" if value.language else value.datatype.value
        return (*start, 1, value.value.encode(), kind.encode(), (value.language or "").lower().encode())
    return (*start, 0, iri(value), b"", b"")


def _told(key: _Key) -> str:
    graph, subject, predicate, literal, value, kind, lang = key
    said = value
    if literal:
        said = value.replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
        said = (b"@" + lang if lang else b"^" + kind) + b" " + said
    return b"".join(line + b"\n" for line in (graph, subject, predicate, said)).decode()


def code_of(iri: str) -> str:
    """Give the artifact code in an IRI, or ""."""
    found = _CODE.search(iri)
    return found[0] if found else ""


# ---- making them


def nanopubs(
    store: Store, document: str, claims: Iterable[str], before: Mapping[str, str] | None = None
) -> Iterator[Nanopub]:
    """Yield a nanopublication for each of `claims`, of a document (its graph's IRI) in `store`.

    `before` are the IRIs of those that they supersede, by their claims.
    """
    frame = {
        part: construct(store, name, [document])
        for part, name in ((_PROVENANCE, "nanopub-provenance.rq"), (_INFO, "nanopub-publication.rq"))
    }
    for claim in claims:
        about: dict[str, list[ox.Triple]] = {_ASSERTION: [], **{part: list(found) for part, found in frame.items()}}
        for part, triple in _split(store, claim):
            about[part].append(triple)
        if claim in (before or {}):
            earlier = ox.NamedNode((before or {})[claim])
            about[_INFO].append(ox.Triple(_here(""), ox.NamedNode(NPX + "supersedes"), earlier))
        yield _made(claim, about)


def retraction(claim: str, earlier: str, at: str, reason: Mapping[str, str]) -> Nanopub:
    """Give the nanopublication that took back another (`earlier`), about `claim`, at a moment."""
    collection, this = ox.NamedNode(ID + "dataset/werkzaam"), _here("")
    info = [
        ox.Triple(this, ox.NamedNode(DCTERMS + "created"), ox.Literal(at, datatype=ox.NamedNode(XSD + "dateTime"))),
        ox.Triple(this, ox.NamedNode(DCTERMS + "creator"), collection),
    ]
    for lang, text in reason.items():
        info.append(ox.Triple(this, ox.NamedNode(RDFS + "comment"), ox.Literal(text, language=lang)))
    return _made(
        claim,
        {
            _ASSERTION: [ox.Triple(collection, ox.NamedNode(NPX + "retracts"), ox.NamedNode(earlier))],
            _PROVENANCE: [ox.Triple(_here(_ASSERTION), ox.NamedNode(PROV + "wasAttributedTo"), collection)],
            _INFO: info,
        },
    )


def _here(part: str) -> ox.NamedNode:
    """Give the placeholder in the queries of this package for a part of the nanopublication ("": for itself)."""
    return ox.NamedNode(PLACE + (part.removeprefix("#") or "this"))


def _split(store: Store, claim: str) -> Iterator[tuple[str, ox.Triple]]:
    """Yield the triples of a claim and its parts, each with where it goes."""
    parts = _parts()
    queue = [claim]
    for iri in queue:
        found = list(store.about(iri))
        kinds = {slug(_value(one.object)) for one in found if one.predicate.value == TYPE}
        home = next((f"#{part}" for part, told in parts.items() if kinds.intersection(told["classes"])), _ASSERTION)
        for one in found:
            name = one.predicate.value.removeprefix(WZ)
            yield next((f"#{part}" for part, told in parts.items() if name in told["properties"]), home), one
            below = _value(one.object)
            if below.startswith(iri + "/") and below not in queue:
                queue.append(below)


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _made(claim: str, about: Mapping[str, list[ox.Triple]]) -> Nanopub:
    base = PLACE + claim.removeprefix(ID + "claim/") + "/"
    this = base + _BLANK
    quads = [
        _quad(this, TYPE, NP + "Nanopublication", this + _HEAD),
        _quad(this, NP + "hasAssertion", this + _ASSERTION, this + _HEAD),
        _quad(this, NP + "hasProvenance", this + _PROVENANCE, this + _HEAD),
        _quad(this, NP + "hasPublicationInfo", this + _INFO, this + _HEAD),
        _quad(this, DCTERMS + "isVersionOf", claim, this + _INFO),
    ]
    stands_for = {_here(part).value: ox.NamedNode(this + part) for part in ("", _ASSERTION)}
    for part, triples in about.items():
        for one in triples:
            subject: Any = stands_for.get(_value(one.subject), one.subject)
            quads.append(ox.Quad(subject, one.predicate, one.object, ox.NamedNode(this + part)))
    quads.sort(key=lambda quad: (_ORDER.index(_value(quad.graph_name).removeprefix(this)), _key(quad, "")))
    code = trusty(quads, _BLANK)
    return Nanopub(base + code, claim, tuple(_renamed(quad, code) for quad in quads))


def _quad(subject: str, predicate: str, value: str, graph: str) -> ox.Quad:
    return ox.Quad(*map(ox.NamedNode, (subject, predicate, value, graph)))


def _renamed(quad: ox.Quad, code: str) -> ox.Quad:
    def new(term: Any) -> Any:
        return ox.NamedNode(term.value.replace(_BLANK, code)) if isinstance(term, ox.NamedNode) else term

    return ox.Quad(new(quad.subject), new(quad.predicate), new(quad.object), new(quad.graph_name))


# ---- as text, and back


def as_trig(made: Iterable[Nanopub]) -> Iterator[str]:
    """Yield nanopublications as TriG, one after the other."""
    for one in made:
        yield (ox.serialize(one.quads, format=ox.RdfFormat.TRIG, prefixes=_PREFIXES) or b"").decode()


def read_back(quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    """Give what nanopublications say of claims: all of it but what is about the publication itself."""
    return {quad.triple for quad in quads if getattr(quad.subject, "value", "").startswith(ID + "claim/")}
