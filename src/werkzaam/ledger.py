"""The documents of a store on a server: they enter and leave as on disk, as far as a server can.

The whole collection is copied into memory, changed and checked there, and each graph that changed is put back whole;
what happened to each document stands in a graph of its own. A server has no place for the bytes of a version or for who
submitted it, and no change of several graphs is all at once: the records are put last, so that a change which was cut
short is made whole by giving the same files again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox

from werkzaam.errors import StoreError
from werkzaam.folder import FORMAT, Draft, Snapshot
from werkzaam.records import RECORDS_GRAPH, Record, Submitter, as_lines, made, read_records, refuse_newer
from werkzaam.remote import Remote
from werkzaam.store import Answers, Oxigraph

_STORE = "https://w3id.org/werkzaam/store#"
_RECORDS = f"SELECT ?p ?o WHERE {{ GRAPH <{RECORDS_GRAPH}> {{ ?s ?p ?o }} }} ORDER BY ?o"


@dataclass
class Ledger:
    """A store on a server, as what changes documents uses it: the counterpart of `Folder`."""

    address: str
    remote: Remote
    _copy: Oxigraph | None = field(default=None, repr=False)

    def records(self) -> list[Record]:
        """Read what is on record; raises `StoreError` where it is damaged or of a newer werkzaam."""
        said: dict[str, list[str]] = {}
        for row in Answers.rows(self.remote, _RECORDS):
            said.setdefault(row["p"].removeprefix(_STORE), []).append(str(row["o"]))
        try:
            for one in said.get("about", []):
                about = json.loads(one)
                refuse_newer(self.address, about["format"], FORMAT, about["made"])
            return read_records("\n".join(one.partition(" ")[2] for one in said.get("record", [])).encode())
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError("store-damaged", path=f"{self.address} <{RECORDS_GRAPH}>", problem=str(error)) from None

    def people(self) -> list[Submitter]:
        """Give who submitted: a server keeps nobody."""
        return []

    def content(self, sha256: str) -> NoReturn:
        """Refuse to give the bytes of a version, which a server does not keep."""
        raise StoreError("store-no-versions", path=self.address)

    def read(self) -> Ledger:
        """Give this, for what on disk is a generation."""
        return self

    def store(self) -> Oxigraph:
        """Give the collection as it was when writing began; a copy in memory."""
        return self._copied()

    @contextmanager
    def writing(self, *, create: bool = False) -> Iterator[None]:
        """Copy what the server holds; raises `StoreError` where it holds no collection and none is to be made."""
        try:
            self.records()
            self._copied()
        except StoreError as error:
            if not create or error.key != "store-no-union":
                raise
            self._copy = Oxigraph()
        try:
            yield
        finally:
            self._copy = None

    def _copied(self) -> Oxigraph:
        if self._copy is None:
            self._copy = Oxigraph()
            self._copy.fill(self.remote.quads())
        return self._copy

    @contextmanager
    def draft(self, *, without: str | None = None, source: Snapshot | None = None) -> Iterator[Draft]:
        """Change the copy; put back what changed when the block ends, unless that raises or it is not `wanted`.

        Raises `StoreError` where another changed the store meanwhile, or names of people are to be kept.
        """
        copy = self._copied()
        before = self._recorded()
        draft = Draft(Path(), copy, list(before), [])
        yield draft
        if not draft.wanted:
            return
        if draft.people:
            raise StoreError("store-no-people", path=self.address)
        if self._recorded() != before:
            raise StoreError("store-busy", path=self.address)
        graphs = list(copy.changed)
        changed = (quad for graph in graphs for quad in copy.quads(graph))
        self.remote.replace([*graphs, RECORDS_GRAPH], chain(changed, _quads(draft.records)))
        copy.changed.clear()

    def _recorded(self) -> list[Record]:
        try:
            return self.records()
        except StoreError as error:
            if error.key != "store-no-union":
                raise
            return []

    def keep(self, content: bytes) -> None:
        """Let the bytes of a document go: a server has no place for them."""

    def alone(self) -> AbstractContextManager[None]:
        """Refuse to erase: what a server's files still hold cannot be seen from here."""
        raise StoreError("store-on-disk", value=self.address)


def _quads(records: list[Record]) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(RECORDS_GRAPH)
    about = json.dumps({"format": FORMAT, "made": asdict(made())})
    yield ox.Quad(graph, ox.NamedNode(_STORE + "about"), ox.Literal(about), graph)
    for number, line in enumerate(as_lines(records).decode().splitlines(), 1):
        yield ox.Quad(graph, ox.NamedNode(_STORE + "record"), ox.Literal(f"{number:08} {line}"), graph)
