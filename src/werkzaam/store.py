"""The narrow interface behind which a triple store stands, and the two that are embedded.

Every store answers over the union of its named graphs.
"""

from __future__ import annotations

import gc
import hashlib
import re
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

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
_MANY = 5_000
_REPEATED = 5_000
"""What is said of a thing more often than this is mostly the same, said by very many documents."""
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

    def rows(self, query: str) -> Iterable[Row]:
        """Yield the rows of a SELECT: of many that are looked at once, Python's collector would look at all."""
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


class Triples:
    """A graph that answers a query, as N-Triples; iterates over its triples."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[ox.Triple]:
        return (quad.triple for quad in ox.parse(self._content, format=ox.RdfFormat.N_TRIPLES))

    def serialize(self, *, format: ox.RdfFormat) -> bytes:
        """Give the graph in another form."""
        if format == ox.RdfFormat.N_TRIPLES:
            return self._content
        return ox.serialize(iter(self), format=format) or b""


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python's collector wait while much is made that is kept: it would look at all of it, time and again.

    Nor does it look at once when it may again: what was made counts as old by then, which takes no time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            if not gc.get_freeze_count():  # else somebody wants that these stay
                gc.freeze()
                gc.unfreeze()
            gc.enable()


class Answers(ABC):
    """What every store does with an answer, wherever it came from."""

    @abstractmethod
    def _query(self, query: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> Any:
        """Give solutions, a boolean or a graph as pyoxigraph does; without graphs named, over the union of all."""

    def _reading(self) -> AbstractContextManager[None]:
        """Say in our words what goes wrong while an answer is read."""
        return nullcontext()

    def select(self, query: str) -> list[Row]:
        """Give the rows of a SELECT."""
        return list(self.rows(query))

    def rows(self, query: str) -> Iterable[Row]:
        """Yield the rows of a SELECT."""
        with self._reading():
            found = self._query(query)
            names = [variable.value for variable in found.variables]
            for solution in found:  # a comprehension would take a fifth longer
                row: Row = {}
                for name, term in zip(names, solution, strict=True):
                    if term is not None:
                        row[name] = Iri(term.value) if type(term) is ox.NamedNode else _value(term)
                yield row

    def answer(self, query: str, form: str) -> str:
        """Answer any query as text, serialised by the engine in the thread that asked."""
        media = {
            "json": ox.QueryResultsFormat.JSON,
            "csv": ox.QueryResultsFormat.CSV,
            "tsv": ox.QueryResultsFormat.TSV,
            "xml": ox.QueryResultsFormat.XML,
        }
        with self._reading():
            found = self._query(query)
            graph = isinstance(found, ox.QueryTriples | Triples)
            made = found.serialize(format=ox.RdfFormat.N_TRIPLES if graph else media[form])
        return (made or b"").decode("utf-8")

    def results(
        self, query: str, choose: Callable[[bool], str], default: Sequence[str] = (), named: Sequence[str] = ()
    ) -> tuple[str, bytes]:
        """Answer any query as bytes, with the media type that `choose` gives for a table (False) or a graph (True).

        `default` and `named` are the graphs that the client names; without them, the union of all is the default graph.
        """
        with self._reading():
            found = self._query(query, default, named)
            graph = isinstance(found, ox.QueryTriples | Triples)
            media = choose(graph)
            known: Any = ox.RdfFormat if graph else ox.QueryResultsFormat
            return media, found.serialize(format=known.from_media_type(media)) or b""


class Oxigraph(Answers):
    """An Oxigraph store in this process, in memory or in a directory.

    What lies in a directory is only read, unless opened to `write`; `hold` is kept for as long as the store is open.
    `summary` is the file of a summary of its claims, where there is one, and `changed` has the graphs that were `put`.
    """

    def __init__(
        self, directory: Path | None = None, *, write: bool = False, hold: object = None, summary: Path | None = None
    ) -> None:
        self._where, self._hold, self.summary = str(directory), hold, summary
        self.changed: dict[str, None] = {}
        if directory is not None:
            sandbox.fork_is_safe = False
        with self._reading():
            if directory is None or write:
                self._store = ox.Store(str(directory)) if directory else ox.Store()
            else:
                self._store = ox.Store.read_only(str(directory))

    def close(self) -> None:
        """See what was written in its files, and let them go; the store is of no use afterwards."""
        made, self._store = self._store, ox.Store()
        if self._where != "None":
            with suppress(RuntimeError):  # a store that is only read has nothing to flush
                made.flush()
        self._hold = None

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say in our words that the files of a store are damaged."""
        try:
            yield
        except RuntimeError as error:
            if "Corruption" not in str(error):
                raise
            raise StoreError("store-damaged", path=self._where, problem=str(error)) from None
        except FileNotFoundError as error:
            if self._where == "None":
                raise
            raise StoreError("store-damaged", path=self._where, problem=str(error)) from None

    def backup(self, directory: Path) -> None:
        """Make a copy in `directory`, which shares the files that do not change."""
        with self._reading():
            self._store.backup(str(directory))

    def fill(self, quads: Iterable[ox.Quad]) -> None:
        """Put `quads` into a store that nobody reads yet; fast, and not all at once."""
        with self._reading():
            self._store.bulk_extend(quads)

    def dump(self, file: IO[bytes]) -> None:
        """Write everything as N-Quads, in no order."""
        with self._reading():
            self._store.dump(file, format=ox.RdfFormat.N_QUADS)

    def load_nquads(self, content: bytes | IO[bytes]) -> None:
        """Load N-Quads of our own making into a store that has none of them."""
        self._store.bulk_load(content, format=ox.RdfFormat.N_QUADS, lenient=True)  # checked when they were made

    def load_many(self, graphs: Iterable[str], content: IO[bytes]) -> None:
        """Load N-Quads of our own making, of graphs that it does not have; not all at once: for a draft."""
        self.changed.update(dict.fromkeys(graphs))
        with self._reading():
            self.load_nquads(content)

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

    def load_triples(self, graph: str, content: bytes) -> None:
        """Put N-Triples of our own making in the place of everything in `graph`."""
        self._store.remove_graph(ox.NamedNode(graph))
        self._store.load(content, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph), lenient=True)

    @classmethod
    def of(cls, store: Store) -> Oxigraph:
        """Give a store in memory that holds the same as another."""
        made = cls()
        made._store.bulk_extend(store.quads())
        return made

    def lean_on(self, other: Oxigraph) -> None:
        """Have the summary of a store of which this is a copy, for as long as both stay as they are."""
        self.summary, self._hold = other.summary, other

    def replace(self, graphs: Iterable[str], quads: Iterable[ox.Quad]) -> None:
        """Replace whole graphs in one transaction."""
        with self._reading():
            self._store.update(update(graphs, quads))

    def put(self, graph: str, quads: Iterable[ox.Quad]) -> None:
        """Put `quads` in the place of everything in `graph`; fast, not all at once: for a draft that nobody reads."""
        content = list(quads)
        self.changed[graph] = None
        with self._reading():
            self._store.remove_graph(ox.NamedNode(graph))
            # Of a few quads the fast way would make a file for each order in which they are kept.
            (self._store.bulk_extend if len(content) > _MANY else self._store.extend)(content)

    def quads(self, graph: str | None = None) -> Iterable[ox.Quad]:
        """Give the quads of one graph or of all."""
        name = ox.NamedNode(graph) if graph else None
        with self._reading():
            yield from self._store.quads_for_pattern(None, None, None, name)

    def graphs(self) -> set[str]:
        """Give the named graphs."""
        with self._reading():
            return {one.value for one in self._store.named_graphs() if isinstance(one, ox.NamedNode)}

    def count(self, *pattern: Any) -> int:
        """Count the quads with a subject, predicate, object and graph; None is any."""
        with self._reading():
            return sum(1 for _ in self._store.quads_for_pattern(*pattern))

    def pointing(self, iri: str) -> set[ox.Quad]:
        """Give the quads with `iri` as object."""
        with self._reading():
            return set(self._store.quads_for_pattern(None, None, ox.NamedNode(iri), None))

    def said(self, iri: str, predicate: Any = None, value: Any = None) -> Iterator[ox.Quad]:
        """Yield the quads with `iri` as subject as long as they are asked for: there may be one a document."""
        with self._reading():
            yield from self._store.quads_for_pattern(ox.NamedNode(iri), predicate, value, None)

    def saying(self, iri: str) -> set[ox.Quad]:
        """Give the quads with `iri` as subject."""
        return set(self.said(iri))

    def saying_briefly(self, iri: str, graphs: Iterable[str] = (), but: str = "") -> list[ox.Quad]:
        """Give the quads with `iri` as subject in all graphs `but` one; where these are very many, each triple once.

        Then it is told of one of `graphs` if it stands there, or else of any.
        """

        def said(*more: Any) -> Iterator[ox.Quad]:
            return (quad for quad in self.said(iri, *more) if getattr(quad.graph_name, "value", "") != but)

        quads = list(islice(said(), _REPEATED + 1))
        if len(quads) <= _REPEATED:
            return quads
        found: list[ox.Quad] = []
        for predicate, value in self._query(f"SELECT DISTINCT ?p ?o WHERE {{ <{iri}> ?p ?o }}"):
            own = (ox.Quad(ox.NamedNode(iri), predicate, value, ox.NamedNode(graph)) for graph in graphs)
            found += [quad for quad in own if quad in self._store] or islice(said(predicate, value), 1)
        return found

    def about(self, iri: str) -> Iterable[ox.Triple]:
        """Give the triples with `iri` as subject."""
        return {quad.triple for quad in self.saying(iri)}

    def lines(self, graph: str) -> list[str]:
        """Give what a graph holds as sorted lines of N-Triples."""
        return sorted(f"{quad.triple} .\n" for quad in self.quads(graph))

    def digest(self, graph: str) -> str:
        """Give the SHA-256 of what a graph holds."""
        return digest_of(self.lines(graph))


def digest_of(lines: Iterable[str]) -> str:
    """Give the SHA-256 of the sorted lines of a graph."""
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def language_of(value: Value) -> str:
    """Give the language of a text, "" where it has none."""
    return getattr(value, "language", "")


def check_syntax(query: str) -> None:
    """See that the engine can read a query; raises `InputError`. It is asked of nothing."""
    Oxigraph()._query(query)


def update(graphs: Iterable[str], quads: Iterable[ox.Quad]) -> str:
    """Give the one update that puts `quads` in the place of everything in `graphs`."""
    drops = " ; ".join(f"DROP SILENT GRAPH <{graph}>" for graph in graphs)
    return f"{drops} ; INSERT DATA {{ {_group(quads)} }}"


def _group(quads: Iterable[ox.Quad]) -> str:
    by_graph: dict[str, list[str]] = {}
    for quad in quads:
        by_graph.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .")
    return " ".join(f"GRAPH {graph} {{ {' '.join(lines)} }}" for graph, lines in by_graph.items())


def _value(term: Any) -> Value:
    if isinstance(term, ox.Literal):
        return Literal(term.value, term.language or "", term.datatype.value)
    return Iri(getattr(term, "value", str(term)))


def _problem(error: SyntaxError) -> tuple[int, str]:
    """Give the line and a short form of what the engine says, which lists all that it expected."""
    said = " ".join(str(error.msg).split())
    at = re.match(r"error at (\d+):\d+: ", said)
    short = said[at.end() :] if at else said
    return int(at[1]) if at else error.lineno or 1, textwrap.shorten(short, 120, placeholder=" …")
