"""What comes of a change to the documents of a store."""

from __future__ import annotations

from dataclasses import dataclass, field

from werkzaam.errors import Finding
from werkzaam.flat import DERIVED_GRAPH
from werkzaam.messages import say
from werkzaam.records import RECORDS_GRAPH, TOMBSTONES
from werkzaam.terms import GRAPH, INFERRED_GRAPH, MAPPINGS_GRAPH, ONTOLOGY_GRAPH

RESERVED = frozenset(
    (ONTOLOGY_GRAPH, MAPPINGS_GRAPH, INFERRED_GRAPH, DERIVED_GRAPH, RECORDS_GRAPH, TOMBSTONES, GRAPH + "unnamed")
)
"""Graphs that are no document's."""


def is_no_documents(graph: str) -> bool:
    """Say whether a graph can be no document's."""
    return graph in RESERVED or not graph.startswith(GRAPH)


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a document: its version and how many claims it has, which are `new` in it and which are `gone`.

    `state` is ``accepted``, ``unchanged`` (the same files gave the same graph), ``dry-run``, ``retracted``
    (a claim of it), ``removed`` or ``erased``.
    """

    document: str
    version: int
    state: str
    claims: int = 0
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def told(self, lang: str) -> str:
        """Say in a line what became of it."""
        return say(lang, f"entered-{self.state}", document=self.document, version=self.version, claims=self.claims)


@dataclass
class Entry:
    """What came of it: every finding, and what became of each document; nothing where anything is a violation."""

    findings: list[Finding] = field(default_factory=list)
    documents: list[Entered] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether nothing has changed because something is wrong."""
        return any(one.severity == "violation" for one in self.findings)
