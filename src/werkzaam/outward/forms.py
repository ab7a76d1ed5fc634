"""The forms in which others take the claims: how each is written, and what can be read back of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from werkzaam.outward import nanopubs, table
from werkzaam.outward.projection import construct
from werkzaam.records import TOMBSTONES
from werkzaam.store import Oxigraph, Store
from werkzaam.terms import ID, PREFIXES

if TYPE_CHECKING:
    from werkzaam.api import Werkzaam

_CIDS = {
    "cids": "https://ontology.commonapproach.org/cids#",
    "i72": "http://ontology.eil.utoronto.ca/ISO21972/iso21972#",
    "org": "http://ontology.eil.utoronto.ca/tove/organization#",
    "prov": "http://www.w3.org/ns/prov#",
}
_PICO = {"pico": "http://data.cochrane.org/ontologies/pico/"}
CLAIMS = ID + "claim/"


@dataclass(frozen=True)
class Form:
    """One form: how an opened collection is written in it, and which statements on claims such a file gives back."""

    write: Callable[[Werkzaam], Iterator[bytes]]
    back: Callable[[bytes], set[ox.Triple]]


def _projected(name: str, prefixes: dict[str, str]) -> Form:
    """Give the form of a CONSTRUCT query, with that of the query that goes back."""

    def write(opened: Werkzaam) -> Iterator[bytes]:
        made = construct(opened.store, f"{name}.rq")
        yield ox.serialize(made, format=ox.RdfFormat.TURTLE, prefixes={**PREFIXES, **prefixes}) or b""

    def back(content: bytes) -> set[ox.Triple]:
        held = Oxigraph()
        held.fill(ox.parse(content, format=ox.RdfFormat.TURTLE))
        return set(construct(held, f"{name}-back.rq"))

    return Form(write, back)


def _tabled(form: str) -> Form:
    def write(opened: Werkzaam) -> Iterator[bytes]:
        yield table.as_bytes(table.lines(opened.claims()), form)

    return Form(write, lambda content: table.read_back(table.read(content, form)))


def _nanopubs(opened: Werkzaam) -> Iterator[bytes]:
    documents: dict[str, list[str]] = {}
    for claim in opened.claims():
        documents.setdefault(claim.document, []).append(claim.iri)
    for document, claims in sorted(documents.items()):
        for text in nanopubs.as_trig(nanopubs.nanopubs(opened.store, document, claims)):
            yield text.encode()


FORMS = {
    "nanopub": Form(_nanopubs, lambda content: nanopubs.read_back(ox.parse(content, format=ox.RdfFormat.TRIG))),
    "cids": _projected("cids", _CIDS),
    "pico": _projected("pico", _PICO),
    "csv": _tabled("csv"),
    "xlsx": _tabled("xlsx"),
    "parquet": _tabled("parquet"),
}


def about_claims(store: Store) -> set[ox.Triple]:
    """Give all that a collection says of its claims and their parts, not of what was taken back."""
    found = (quad.triple for quad in store.quads() if _is_claim(quad.subject))
    gone = {q.subject for q in store.quads(TOMBSTONES)}
    return {one for one in found if one.subject not in gone}


def _is_claim(term: object) -> bool:
    return isinstance(term, ox.NamedNode) and term.value.startswith(CLAIMS)
