"""The narrow interface behind which a triple store stands, and the two that are embedded.

Every store answers over the union of its named graphs.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyoxigraph as ox

from werkzaam import sandbox
from werkzaam.errors import InputError, StoreError
from werkzaam.terms import BASE


class Iri(str):
    """The IRI of a thing, as text."""

    __slots__ = ()


class Literal(str):
    """The text of a literal, with its language ("" for none) and datatype."""

    __slots__ = ("datatype", "language")
    language: str
    datatype: str

    def __new__(cls, text: str, language: str = "", datatype: str = "") -> Literal:
        """Make a literal; `text` is its lexical form."""
        made = super().__new__(cls, text)
        made.language, made.datatype = language, datatype
        return made


Value = Iri | Literal
Row = dict[str, Value]

MEDIA = {
    "json": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xml": "application/sparql-results+xml",
}


class Store(Protocol):
    """What the engine asks of a store."""

    def select(self, query: str) -> list[Row]:
        """Give the rows of a SELECT; an unbound variable is missing from its row."""
        ...

    def answer(self, query: str, form: str) -> str:
        """Answer any query as text: `form` is json, csv, tsv or xml, or nt for graphs."""
        ...

    def results(
        self, query: str, choose: Callable[[bool], str], default: Sequence[str] = (), named: Sequence[str] = ()
    ) -> tuple[str, bytes]:
        """Answer any query as bytes, over the graphs that a client names."""
        ...

    def replace(self, graphs: Iterable[str], quads: Iterable[ox.Quad]) -> None:
        """Put `quads` in the place of everything in `graphs`, all at once or not at all."""
        ...

    def quads(self, graph: str | None = None) -> Iterable[ox.Quad]:
        """Give the quads of `graph`, or of all graphs."""
        ...

    def about(self, iri: str) -> Iterable[ox.Triple]:
        """Give the triples with `iri` as subject."""
        ...


class Oxigraph:
    """An Oxigraph store in this process, in memory or in a directory."""

    def __init__(self, directory: Path | None = None, *, create: bool = False) -> None:
        if directory is not None and not create and not (directory / "CURRENT").is_file():
            raise StoreError("store-missing", path=str(directory))
        if directory is not None:
            sandbox.fork_is_safe = False
        try:
            self._store = ox.Store(str(directory)) if directory else ox.Store()
        except (OSError, RuntimeError) as error:
            raise StoreError("store-unreadable", path=str(directory), problem=str(error)) from None

    def load_nquads(self, content: bytes) -> None:
        """Load N-Quads of our own making into an empty store."""
        self._store.bulk_load(content, format=ox.RdfFormat.N_QUADS, lenient=True)  # checked when they were made

    def _query(self, query: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> Any:
        try:
            if default or named:
                return self._store.query(
                    query,
                    base_iri=BASE,
                    default_graph=[ox.NamedNode(iri) for iri in default],
                    named_graphs=[ox.NamedNode(iri) for iri in named],
                )
            return self._store.query(query, base_iri=BASE, use_default_graph_as_union=True)
        except SyntaxError as error:
            line, problem = _problem(error)
            raise InputError("query-syntax", line=line, problem=problem) from None

    def select(self, query: str) -> list[Row]:
        """Give the rows of a SELECT."""
        found = self._query(query)
        names = [variable.value for variable in found.variables]
        return [
            {name: _value(term) for name, term in zip(names, solution, strict=True) if term is not None}
            for solution in found
        ]

    def load_triples(self, graph: str, content: bytes) -> None:
        """Put N-Triples of our own making in the place of everything in `graph`."""
        self._store.remove_graph(ox.NamedNode(graph))
        self._store.load(content, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)

    def copy(self) -> Oxigraph:
        """Give a store in memory that holds the same."""
        made = Oxigraph()
        made._store.bulk_extend(self._store)
        return made

    def answer(self, query: str, form: str) -> str:
        """Answer any query as text, serialised by the engine in the thread that asked."""
        found = self._query(query)
        if isinstance(found, ox.QueryTriples):
            made = found.serialize(format=ox.RdfFormat.N_TRIPLES)
        else:
            media = {
                "json": ox.QueryResultsFormat.JSON,
                "csv": ox.QueryResultsFormat.CSV,
                "tsv": ox.QueryResultsFormat.TSV,
                "xml": ox.QueryResultsFormat.XML,
            }[form]
            made = found.serialize(format=media)
        return (made or b"").decode("utf-8")

    def results(
        self, query: str, choose: Callable[[bool], str], default: Sequence[str] = (), named: Sequence[str] = ()
    ) -> tuple[str, bytes]:
        """Answer any query as bytes, with the media type that `choose` gives for a table (False) or a graph (True).

        `default` and `named` are the graphs that the client names; without them, the union of all is the default graph.
        """
        found = self._query(query, default, named)
        graph = isinstance(found, ox.QueryTriples)
        media = choose(graph)
        if graph:
            return media, found.serialize(format=ox.RdfFormat.from_media_type(media)) or b""
        return media, found.serialize(format=ox.QueryResultsFormat.from_media_type(media)) or b""

    def replace(self, graphs: Iterable[str], quads: Iterable[ox.Quad]) -> None:
        """Replace whole graphs in one transaction."""
        drops = " ; ".join(f"DROP SILENT GRAPH <{graph}>" for graph in graphs)
        self._store.update(f"{drops} ; INSERT DATA {{ {_group(quads)} }}")

    def quads(self, graph: str | None = None) -> Iterable[ox.Quad]:
        """Give the quads of one graph or of all."""
        name = ox.NamedNode(graph) if graph else None
        return self._store.quads_for_pattern(None, None, None, name)

    def about(self, iri: str) -> Iterable[ox.Triple]:
        """Give the triples with `iri` as subject."""
        return {quad.triple for quad in self._store.quads_for_pattern(ox.NamedNode(iri), None, None, None)}


def _group(quads: Iterable[ox.Quad]) -> str:
    by_graph: dict[str, list[str]] = {}
    for quad in quads:
        by_graph.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .")
    return " ".join(f"GRAPH {graph} {{ {' '.join(lines)} }}" for graph, lines in by_graph.items())


def _value(term: Any) -> Value:
    if type(term) is ox.NamedNode:
        return Iri(term.value)
    if isinstance(term, ox.Literal):
        return Literal(term.value, term.language or "", term.datatype.value)
    return Iri(getattr(term, "value", str(term)))


def _problem(error: SyntaxError) -> tuple[int, str]:
    """Give the line and a short form of what the engine says, which lists all that it expected."""
    said = " ".join(str(error.msg).split())
    at = re.match(r"error at (\d+):\d+: ", said)
    short = said[at.end() :] if at else said
    return int(at[1]) if at else error.lineno or 1, textwrap.shorten(short, 120, placeholder=" …")
