"""What a store on disk remembers, as nanopublications: which superseded which, and which were taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import pyoxigraph as ox

from werkzaam.build import on_disk
from werkzaam.errors import StoreError
from werkzaam.outward.nanopubs import Nanopub, nanopubs, retraction
from werkzaam.records import ERASED, REMOVED, RETRACTED, Record
from werkzaam.sandbox import ChildDied, call
from werkzaam.store import Oxigraph
from werkzaam.terms import GRAPH
from werkzaam.upkeep import SECONDS, read_versions
from werkzaam.withdrawal import claims_of, without_claims


def remembers(where: str | None) -> bool:
    """Say whether `where` is a store on disk in which a document has had more than one version, or lost a claim."""
    if where is None or not where.startswith("oxigraph:"):
        return False
    records = on_disk(where).read().records()
    return any(one.version > 1 or one.action == RETRACTED for one in records)


def with_past(where: str | None) -> Iterator[tuple[str, Nanopub]]:
    """Yield every nanopublication that followed from a version of a document, document by document, in time.

    Each comes with how it stands: ``current``, ``superseded``, ``retracted``, ``gone`` (its claim is no longer in the
    document, or the document not in the collection) or ``retraction``. Raises `StoreError` where a version can no
    longer be read.
    """
    records = sorted(on_disk(where).read().records(), key=lambda one: one.document)
    erased = {one.document for one in records if one.action == ERASED}
    read = _read(where or "", [one for one in records if one.files and one.document not in erased])
    for document, group in groupby(records, key=lambda one: one.document):
        if document not in erased:
            yield from _of_document(GRAPH + document, list(group), read)


def _of_document(graph: str, records: list[Record], read: dict[tuple[str, int], str]) -> Iterator[tuple[str, Nanopub]]:
    plain: dict[str, str] = {}
    now: dict[str, Nanopub] = {}
    taken: set[str] = set()
    for record in records:
        if record.action == RETRACTED and record.claim in now:
            earlier = now.pop(record.claim)
            taken.add(record.claim)
            yield "retracted", earlier
            yield "retraction", retraction(record.claim, earlier.iri, record.at, record.reason)
        elif record.files:
            store = Oxigraph()
            quads = ox.parse(read[record.document, record.version].encode(), format=ox.RdfFormat.N_QUADS)
            store.fill(without_claims(quads, taken))
            claims = sorted(claims_of(store, graph))
            fresh = {one.claim: one for one in nanopubs(store, graph, claims)}
            changed = [claim for claim in claims if claim in now and fresh[claim].iri != plain[claim]]
            before = {claim: now[claim].iri for claim in changed}
            for claim in now.keys() - fresh.keys():
                yield "gone", now.pop(claim)
            for one in nanopubs(store, graph, changed, before):
                yield "superseded", now[one.claim]
                now[one.claim] = one
            now |= {claim: one for claim, one in fresh.items() if claim not in now}
            plain = {claim: one.iri for claim, one in fresh.items()}
        elif record.action == REMOVED:
            yield from (("gone", now.pop(claim)) for claim in sorted(now))
    yield from (("current", now[claim]) for claim in sorted(now))


def _read(where: str, records: list[Record]) -> dict[tuple[str, int], str]:
    if not records:
        return {}
    try:
        made = call(_in_child, where, records, seconds=SECONDS)
    except ChildDied as death:
        raise StoreError("store-damaged", path=where, problem=death.told(where).message("en")) from None
    return {(document, version): quads for document, version, quads in made}


def _in_child(where: str, records: Iterable[Record]) -> list[tuple[str, int, str]]:
    read = read_versions(on_disk(where).read(), records)
    return [(record.document, record.version, "".join(f"{q} .\n" for q in loaded.quads())) for record, loaded in read]
