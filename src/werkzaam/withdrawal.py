"""How documents are taken out of a store and claims are taken back: all of it at once, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext

import pyoxigraph as ox

from werkzaam import records as on_record
from werkzaam.entered import RESERVED, Entered, Entry
from werkzaam.errors import Finding, Place, UsageError, finding
from werkzaam.records import REMOVED, RETRACTED, TOMBSTONES, Record, State, Submitter, states
from werkzaam.store import Oxigraph
from werkzaam.terms import GRAPH, ONTOLOGY_GRAPH, WZ, slug


def remove(
    document: str,
    store: str,
    *,
    erase: bool = False,
    force: bool = False,
    submitter: Submitter | None = None,
    at: str | None = None,
) -> Entry:
    """Take a document (the end of its graph's IRI) out; refused where others point to it, unless `force`.

    Its versions stay in the history, unless `erase`: then its files, who submitted them and every byte of its graph go,
    and only that there was a document of this name stays. Raises `UsageError` where there is none, `StoreError` where
    the store cannot be written, or, to erase, is being read.
    """
    from werkzaam.build import documents_of

    folder, at, graph = documents_of(store), on_record.moment(at), GRAPH + document
    with folder.writing():
        held = folder.read()
        state = states(held.records()).get(document, State())
        opened = held.store()
        known = state.present or (erase and state.version) or any(opened.quads(graph))
        if graph in RESERVED or not known:
            raise UsageError("document-not-there", value=document)
        entry = Entry(list(_named(opened, graph, "warning" if force else "violation")))
        opened.close()
        del held, opened
        if entry.refused:
            return entry
        with folder.alone() if erase else nullcontext(), folder.draft(without=graph if erase else None) as draft:
            if erase:
                draft.records = on_record.forget(draft.records, document, at)
                draft.people = [one for one in draft.people if one.document != document]
            else:
                draft.record(Record(document, state.version, REMOVED, at), submitter)
            draft.store.put(graph, [])
            draft.store.put(TOMBSTONES, on_record.tombstones(draft.records))
        entry.documents.append(Entered(document, state.version, "erased" if erase else "removed"))
    return entry


def _named(held: Oxigraph, graph: str, severity: str) -> Iterable[Finding]:
    """Yield which claims of other documents point to what only `graph` tells of."""
    place = Place(graph.removeprefix(GRAPH))
    for subject in sorted({_iri(quad.subject) for quad in held.quads(graph)}):
        if any(_iri(q.graph_name) != graph for q in held.said(subject)):
            continue
        for by, path, other in pointing(held, subject, graph):
            yield finding(
                "removed-is-named",
                place,
                severity=severity,
                subject=by,
                path=path,
                value=slug(subject),
                by=slug(by),
                other=other.removeprefix(GRAPH),
            )


def retract(
    claim: str,
    reason: Mapping[str, str],
    store: str,
    *,
    submitter: Submitter | None = None,
    at: str | None = None,
) -> Entry:
    """Take back a claim (an IRI): it leaves every answer; that it was there, when it went and why stays.

    `reason` has a text in Dutch and in English. What points to the claim is told as warnings. Raises `UsageError`
    where no document holds such a claim, `StoreError` where the store cannot be written.
    """
    from werkzaam.build import documents_of

    folder, at = documents_of(store), on_record.moment(at)
    with folder.writing(), folder.draft() as draft:
        holders = [q for q in draft.store.pointing(claim) if q.predicate.value == WZ + "contains"]
        if not holders:
            raise UsageError("claim-not-there", value=slug(claim))
        graph = _iri(holders[0].graph_name)
        document = graph.removeprefix(GRAPH)
        draft.store.put(graph, list(without_claims(draft.store.quads(graph), {claim})))
        version = states(draft.records).get(document, State()).version
        made = Record(document, version, RETRACTED, at, draft.store.digest(graph), claim=claim, reason=dict(reason))
        draft.record(made, submitter)
        draft.store.put(TOMBSTONES, on_record.tombstones(draft.records))
        found = [
            finding(
                "retracted-is-named",
                Place(other.removeprefix(GRAPH)),
                severity="warning",
                subject=by,
                path=path,
                value=slug(claim),
                by=slug(by),
            )
            for by, path, other in pointing(draft.store, claim, "")
        ]
        return Entry(found, [Entered(document, version, "retracted", len(claims_of(draft.store, graph)))])


def pointing(store: Oxigraph, iri: str, graph: str) -> list[tuple[str, str, str]]:
    """Give (subject, property, graph) of each triple outside `graph` that points to `iri`, in order."""
    found = ((_iri(q.subject), q.predicate.value, _iri(q.graph_name)) for q in store.pointing(iri))
    return sorted(one for one in found if one[2] not in (graph, ONTOLOGY_GRAPH))


def claims_of(store: Oxigraph, graph: str) -> set[str]:
    """Give the claims that a document lists."""
    return {_iri(quad.object) for quad in store.quads(graph) if quad.predicate.value == WZ + "contains"}


def without_claims(quads: Iterable[ox.Quad], claims: Iterable[str]) -> Iterable[ox.Quad]:
    """Yield the quads that are not of `claims` or their parts, and do not list them."""
    gone = tuple(claims)
    parts = tuple(f"{claim}/" for claim in gone)
    for quad in quads:
        listed = quad.predicate.value == WZ + "contains" and _iri(quad.object) in gone
        if not listed and _iri(quad.subject) not in gone and not _iri(quad.subject).startswith(parts):
            yield quad


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
