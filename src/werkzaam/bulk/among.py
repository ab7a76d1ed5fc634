"""What only shows among many documents: that they tell of the same thing, or point to each other.

It is looked for only where it can be, so that few of very many documents are read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzaam.bulk.kept import Part
from werkzaam.bulk.piece import short
from werkzaam.contradictions import Given as Places
from werkzaam.contradictions import contradictions
from werkzaam.entered import Entry
from werkzaam.entry import Read, missed, read_all, taken
from werkzaam.errors import Finding
from werkzaam.folder import Draft
from werkzaam.foreign import read_file
from werkzaam.records import TOMBSTONES, File, State
from werkzaam.store import Oxigraph
from werkzaam.terms import GRAPH, MAPPINGS_GRAPH, ONTOLOGY_GRAPH

_OURS = frozenset((ONTOLOGY_GRAPH, MAPPINGS_GRAPH, TOMBSTONES))


@dataclass(slots=True)
class Document:
    """What is kept in mind of a document that was read."""

    file: str
    graph: str
    digest: str
    files: tuple[File, ...]
    part: Part
    claims: int
    same: bool = False

    @property
    def name(self) -> str:
        """Give it as it is called in the records."""
        return self.graph.removeprefix(GRAPH)


def subjects(store: Oxigraph, but: set[str]) -> set[int]:
    """Give in short what the documents of a store tell of, but for some of them."""
    but = but | _OURS
    iris = {one.subject for one in store.quads() if getattr(one.graph_name, "value", "") not in but}
    return {int(short(str(one)[1:-1]), 16) for one in iris}


def subjects_shared(store: Oxigraph, new: Collection[str]) -> set[int]:
    """Give in short what the documents `new` in a store tell of and others too: quicker where they are few."""
    ours = _OURS.union(new)
    iris = {str(quad.subject)[1:-1] for graph in new for quad in store.quads(graph)}
    shared = (one for one in iris if any(getattr(q.graph_name, "value", "") not in ours for q in store.said(one)))
    return {int(short(one), 16) for one in shared}


class Among:
    """Looks for what only shows among many documents."""

    def __init__(
        self,
        draft: Draft,
        new: Mapping[str, Document],
        found: Iterable[dict[str, Any]],
        known: set[int],
        before: Mapping[str, State],
        where: str,
    ) -> None:
        self._where = where
        self._store, self._new, self._found, self._known = draft.store, new, found, known
        self._tombs = {claim: state.last.document for state in before.values() if state.last for claim in state.claims}

    def findings(self, held: Mapping[str, set[str]]) -> list[Finding]:
        """Give everything that is wrong with documents together, at its place."""
        odd, joined = self._differing(), set[str]()
        for one in self._theirs():
            graph = one["graph"]
            for iri in one["outward"]:
                graphs = {one.graph_name.value for one in self._store.saying(iri)} - {TOMBSTONES}  # type: ignore[union-attr]
                if not graphs:
                    odd.add(graph)
                elif graph not in graphs:
                    joined |= {graph, *graphs}
        for one in self._theirs():
            if any(claim in self._tombs for claim in one["claims"]):
                odd.add(one["graph"])
        for graph in held.keys() & self._new.keys():  # others may have pointed to it before
            for iri in {str(quad.subject)[1:-1] for quad in self._store.quads(graph)}:
                graphs = {getattr(quad.graph_name, "value", "") for quad in self._store.pointing(iri)}
                joined |= graphs | {graph} if graphs - {graph} else set()
        told: list[Finding] = []
        for read in self._read(odd | (set(held) & self._new.keys())):
            told += taken(self._store, read, self._tombs)
            gone = held.get(read.graph, set()) - read.contains - self._tombs.keys()
            told += missed(self._store, read, gone)
        return told + self._contradicting(odd | joined, {(one.rule, one.subject) for one in told})

    def _differing(self) -> set[str]:
        """Give the documents that say of something what no other that tells of it says."""
        seen, shared = self._known, set[int]()
        for _, those in self._told_of():
            for one in those:
                (shared if one in seen else seen).add(one)
        odd: set[str] = set()
        iris: dict[int, str] = {}
        for graph, those in self._told_of():
            if not shared.isdisjoint(those) and any(one in shared and one not in iris for one in those):
                quads = self._store.quads(graph)
                iris.update((int(short(iri), 16), iri) for iri in {str(quad.subject)[1:-1] for quad in quads})
        for iri in sorted({iris[one] for one in shared}):
            told: dict[str, set[Any]] = {}
            for quad in self._store.saying(iri):
                told.setdefault(quad.graph_name.value, set()).add((quad.predicate, quad.object))  # type: ignore[union-attr]
            times = Counter(one for those in told.values() for one in those)
            odd |= {g for g, those in told.items() if len(told) > 1 and any(times[one] == 1 for one in those)}
        return odd & self._new.keys()

    def _told_of(self) -> Iterator[tuple[str, list[int]]]:
        for one in self._theirs():
            text = one["subjects"]
            yield one["graph"], [int(text[at : at + 16], 16) for at in range(0, len(text), 16)]

    def _theirs(self) -> Iterator[dict[str, Any]]:
        """Yield what came of the documents that are new."""
        files = {one.file for one in self._new.values()}
        return (one for one in self._found if one["file"] in files)

    def _read(self, graphs: Iterable[str]) -> list[Read]:
        """Read some documents again, for the places of what they say."""
        files = [self._new[graph].file for graph in sorted(graphs)]
        return read_all([(file, read_file(file)) for file in files], self._where, Entry(), False) if files else []

    def _contradicting(self, graphs: set[str], told: set[tuple[str, str]]) -> list[Finding]:
        """Give which axioms documents contradict together that tell of the same or point to each other."""
        if not graphs:
            return []
        beside = Oxigraph()
        for graph in (ONTOLOGY_GRAPH, *sorted(graphs)):
            beside.fill(self._store.quads(graph))
        files = {graph: self._new[graph].file for graph in graphs & self._new.keys()}

        def found(places: Places) -> list[Finding]:
            those = contradictions(beside, places)
            return [one for one in those if one.place.file in files.values() and (one.rule, one.subject) not in told]

        wrong = {one.place.file for one in found(Places(files))}
        read = self._read(graph for graph, file in files.items() if file in wrong)
        return found(Places(files, {key: place for one in read for key, place in one.places.items()})) if wrong else []
