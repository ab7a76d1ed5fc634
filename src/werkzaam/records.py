"""What is on record of each document of a store: who gave which version when, read with what; as lines of JSON.

The records hold no person. Who submitted stands in a file of its own, which no export, query or page reads.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import pyoxigraph as ox

from werkzaam.errors import StoreError, UsageError
from werkzaam.terms import GRAPH, TYPE, WZ, XSD

TOMBSTONES = GRAPH + "tombstones"
RECORDS_GRAPH = GRAPH + "records"
"""On a server, where there are no files, the records stand in a graph of their own."""
ADDED, BUILT, RETRACTED, REMOVED, ERASED = "added", "built", "retracted", "removed", "erased"
MIGRATED = "migrated"
"""Read anew from the same files, with another ontology, to another graph."""
DAYS = 730
"""How long a submitter's name and address are kept: two years, in which a reviewer may have questions."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a document: its plain name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Made:
    """With what a document was read: version and digest of the ontology, digest of the shapes, version of the code."""

    ontology: str
    ontology_sha256: str
    shapes_sha256: str
    werkzaam: str


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened to a document.

    `document` is the end of its graph's IRI; `graph` the digest of what the graph held afterwards; `files` the
    document itself, then what stood beside it. `claim` and `reason` are of a retraction.
    """

    document: str
    version: int
    action: str
    at: str
    graph: str = ""
    files: tuple[File, ...] = ()
    made: Made | None = None
    claim: str = ""
    reason: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give the record as plain data, without what is empty."""
        told = {name: value for name, value in _plain(self).items() if value}
        if self.made:
            told["made"] = _plain(self.made)
        if self.files:
            told["files"] = tuple(map(_plain, self.files))
        return told

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Record:
        """Rebuild a record from `as_dict`; raises `KeyError` or `TypeError` where it is none."""
        made = Made(**data["made"]) if "made" in data else None
        return cls(**{**data, "made": made, "files": tuple(File(**one) for one in data.get("files", []))})


def _plain(item: Record | Made | File) -> dict[str, Any]:
    """Give the fields of one thing; of a hundred thousand records in a fifth of the time of `asdict`."""
    return {name: getattr(item, name) for name in item.__slots__}


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who submitted a version, and what they said with it; kept until the day `until`, for questions about it."""

    by: str = ""
    email: str = ""
    note: str = ""
    document: str = ""
    version: int = 0
    action: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Where a document stands: its last version, with what it was entered, which of its claims were retracted."""

    version: int = 0
    last: Record | None = None
    entered: Record | None = None
    retracted: tuple[Record, ...] = ()

    @property
    def present(self) -> bool:
        """Whether the document is in the collection."""
        return self.last is not None and self.last.action not in (REMOVED, ERASED)

    @property
    def claims(self) -> frozenset[str]:
        """The claims that were retracted."""
        return frozenset(one.claim for one in self.retracted)


_NOWHERE = State()


def states(records: Iterable[Record]) -> dict[str, State]:
    """Give where each document stands."""
    found: dict[str, State] = {}
    for one in records:
        before = found.get(one.document, _NOWHERE)
        entered = one if one.action in (ADDED, BUILT) else before.entered
        retracted = (*before.retracted, one) if one.action == RETRACTED else before.retracted
        found[one.document] = State(one.version, one, entered, retracted)
    return found


def forget(records: Iterable[Record], document: str, at: str) -> list[Record]:
    """Give the records with all of `document` gone but that it was there, and which of its claims were retracted."""
    kept: list[Record] = []
    version = 0
    for one in records:
        if one.document != document:
            kept.append(one)
            continue
        version = one.version
        if one.action == RETRACTED:
            kept.append(Record(document, one.version, RETRACTED, one.at, claim=one.claim))
    return [*kept, Record(document, version, ERASED, at)]


def tombstones(records: Iterable[Record]) -> list[ox.Quad]:
    """Give what is published of what was taken back: each retracted claim and removed document, with day and reason."""
    quads: list[ox.Quad] = []
    graph = ox.NamedNode(TOMBSTONES)

    def say(subject: ox.NamedNode, path: str, value: ox.NamedNode | ox.Literal) -> None:
        quads.append(ox.Quad(subject, ox.NamedNode(path), value, graph))

    for document, state in states(records).items():
        gone = [state.last] if state.last is not None and not state.present else []
        for one in (*state.retracted, *gone):
            subject = ox.NamedNode(one.claim or GRAPH + document)
            say(subject, TYPE, ox.NamedNode(WZ + "Tombstone"))
            say(subject, WZ + "retractedOn", ox.Literal(one.at[:10], datatype=ox.NamedNode(XSD + "date")))
            for lang, text in one.reason.items():
                say(subject, WZ + "retractedBecause", ox.Literal(text, language=lang))
    return quads


def as_lines(items: Iterable[Record | Submitter]) -> bytes:
    """Give records or submitters as lines of JSON."""
    data = (one.as_dict() if isinstance(one, Record) else asdict(one) for one in items)
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in data).encode()


def read_records(content: bytes) -> list[Record]:
    """Read records from lines of JSON; raises `ValueError`, `KeyError` or `TypeError` where they are none."""
    return [Record.from_dict(json.loads(line)) for line in content.splitlines()]


def read_submitters(content: bytes) -> list[Submitter]:
    """Read submitters from lines of JSON; raises `ValueError` or `TypeError` where they are none."""
    return [Submitter(**json.loads(line)) for line in content.splitlines()]


def moment(given: str | None = None) -> str:
    """Give a moment (None: now) as it is put on record: in UTC, to the second; raises `UsageError` where it is none.

    >>> moment("2026-11-26T13:00+01:00")
    '2026-11-26T12:00:00+00:00'
    """
    try:
        at = datetime.datetime.fromisoformat(given) if given else datetime.datetime.now(datetime.UTC)
    except ValueError:
        raise UsageError("moment-form", value=given) from None
    if at.tzinfo is None:
        raise UsageError("moment-form", value=given)
    return at.astimezone(datetime.UTC).isoformat(timespec="seconds")


def until(at: str) -> str:
    """Give the last day on which the name that came at `at` is kept.

    >>> until("2026-01-01T12:00:00+00:00")
    '2028-01-01'
    """
    return (datetime.date.fromisoformat(at[:10]) + datetime.timedelta(days=DAYS)).isoformat()


def refuse_newer(path: str, form: object, known: int, made_with: Mapping[str, str]) -> None:
    """Raise `StoreError` where a store is of a later form, or was last written with a later vocabulary, than ours."""
    if not isinstance(form, int) or form > known:
        raise StoreError("store-format", path=path, value=form, known=known)
    theirs, ours = made_with.get("ontology", ""), made().ontology
    if release(theirs) > release(ours):
        raise StoreError("store-newer", path=path, value=theirs, known=ours)


def release(version: str) -> tuple[int, ...]:
    """Give what orders versions.

    >>> release("0.10.0") > release("0.9.1") > release("")
    True
    """
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


@cache
def made() -> Made:
    """Give with what documents are read here."""
    import re
    from importlib.metadata import version

    from werkzaam.resources import digest, walk

    header = next(file.read_text("utf-8") for name, file in walk("ontology", ".ttl") if name == "ontology.ttl")
    said = re.search(r'owl:versionInfo "([^"]*)"', header)
    return Made(said[1] if said else "", digest("ontology"), digest("shapes"), version("werkzaam"))
