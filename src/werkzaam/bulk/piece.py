"""A piece of the work: some documents go in as bytes, what came of each comes out as bytes; the same wherever it runs.

`work` is pure: what it gives depends on its arguments, and on the vocabulary and the rules that this werkzaam has.
"""

from __future__ import annotations

import gc
import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from werkzaam import prepared, shacl, summary
from werkzaam.asked import Missed
from werkzaam.entered import is_no_documents
from werkzaam.errors import Finding, Place, UsageError, error_as_dict, finding
from werkzaam.loading import Beside, Loaded, load_alone, nothing, remembering
from werkzaam.model import Names
from werkzaam.resources import digest
from werkzaam.rules import followed
from werkzaam.sandbox import ChildDied, call_each
from werkzaam.store import Oxigraph, digest_of
from werkzaam.terms import ID, ONTOLOGY_GRAPH
from werkzaam.validation import SECONDS, check, refused

_LENGTH = struct.Struct(">Q")


def pack(header: Mapping[str, Any], *blobs: bytes) -> bytes:
    """Make one text of bytes of plain data and some more bytes."""
    told = zlib.compress(json.dumps({**header, "sizes": [len(one) for one in blobs]}).encode(), 1)
    return b"".join((_LENGTH.pack(len(told)), told, *blobs))


def unpack(content: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Give what `pack` was given; raises `ValueError` where it is cut short."""
    start = _LENGTH.size + _LENGTH.unpack_from(content)[0]
    try:
        header: dict[str, Any] = json.loads(zlib.decompress(content[_LENGTH.size : start]))
    except zlib.error as error:
        raise ValueError(str(error)) from None
    blobs = []
    for size in header.pop("sizes"):
        blobs.append(content[start : start + size])
        start += size
    if start != len(content):
        raise ValueError("length")
    return header, blobs


@dataclass(frozen=True, slots=True)
class Given:
    """A document to be read: the name of its file, its bytes, and what stands beside it, by plain name."""

    file: str
    content: bytes
    beside: Mapping[str, bytes]


def piece(documents: Sequence[Given]) -> bytes:
    """Pack documents as a piece of work."""
    header = {"documents": [[one.file, list(one.beside)] for one in documents]}
    return pack(header, *(blob for one in documents for blob in (one.content, *one.beside.values())))


def setting(held: Sequence[Sequence[str]], engine: str, *, infer: bool = False) -> bytes:
    """Pack what all pieces share: what is `held` already (`prepared.held_in`), and the engine of the shapes.

    With `infer`, what follows from each document is given too.
    """
    return pack({"knowledge": digest(), "engine": engine, "infer": infer, "held": held})


def work(shared: bytes, one: bytes) -> bytes:
    """Read and check the documents of a piece; give what came of each, and as N-Quads those that are right.

    Each is read in a limited child. What is wrong with the work itself comes back as an ``error``.
    """
    try:
        return _worked(shared, one)
    except Exception as error:
        return pack(error_as_dict(error))


def _worked(shared: bytes, one: bytes) -> bytes:
    header, blobs = unpack(one)
    _ready(shared)
    left = iter(blobs)
    items = []
    for file, names in header["documents"]:
        text = next(left).decode("latin-1")
        items.append((file, text, {name: next(left).decode("latin-1") for name in names}, shared))
    documents: list[dict[str, Any]] = []
    quads: list[bytes] = []
    start = 0
    for (file, *_), told in zip(items, call_each(_in_child, items, seconds=SECONDS), strict=True):
        if isinstance(told, ChildDied):
            told = {"graph": "", "findings": [told.told(file).as_dict()], "quads": "", "held": [], "missed": []}
        lines = told.pop("quads").encode()
        documents.append({"file": file, "at": [start, start + len(lines)], **told})
        quads.append(lines)
        start += len(lines)
    return pack({"documents": documents}, *quads)


@dataclass(frozen=True, slots=True)
class _Ready:
    names: Names
    engine: str
    vocabulary: Oxigraph
    follows: frozenset[str] | None
    """What follows from the vocabulary alone, where it is asked what follows."""


@lru_cache(maxsize=2)
def _ready(shared: bytes) -> _Ready:
    """Make what all documents need, once a process; a forked child has it from its parent."""
    told, _ = unpack(shared)
    if told["knowledge"] != digest():
        raise UsageError("bulk-other-version")
    model = prepared.model()
    names = prepared.names_with(told["held"])
    shacl.engine(told["engine"], model)
    vocabulary = Oxigraph()
    vocabulary.load_nquads("".join(f"{one} <{ONTOLOGY_GRAPH}> .\n" for one in model.ontology).encode())
    follows = frozenset(followed(vocabulary)) if told["infer"] else None
    gc.freeze()  # a child then shares with us what is ready, instead of copying it as its collector passes by
    return _Ready(names, told["engine"], vocabulary, follows)


def _in_child(file: str, text: str, beside: dict[str, str], shared: bytes) -> dict[str, Any]:
    ready = _ready(shared)
    read: dict[str, bytes] = {}
    model, asked = prepared.model(), Missed(**vars(ready.names))
    loaded, names = load_alone(text.encode("latin-1"), file, model, asked, remembering(_reader(beside), read))
    findings = check(loaded, model, names, file, ready.engine)
    if is_no_documents(loaded.graph):
        findings.append(finding("document-reserved", Place(file), value=loaded.graph))
    return {
        "graph": loaded.graph,
        "missed": sorted(asked.missed) if refused(findings) else [],
        "findings": [one.as_dict() for one in findings],
        "files": [[file.rpartition("/")[2], _sha(text)], *([name, _sha(content)] for name, content in read.items())],
        **_as_kept(loaded, findings, ready),
    }


def _reader(beside: Mapping[str, str]) -> Beside:
    def reader(name: str) -> bytes:
        return beside[name].encode("latin-1") if name in beside else nothing(name)

    return reader


def _sha(content: str | bytes) -> str:
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode("latin-1")).hexdigest()


def _as_kept(loaded: Loaded, findings: Sequence[Finding], ready: _Ready) -> dict[str, Any]:
    """Give what a document makes known to others; of one that is right also its quads, and what is told of its claims.

    The quads are as the engine keeps them.
    """
    if is_no_documents(loaded.graph):
        return {"held": [], "quads": ""}  # the next document in this process needs the vocabulary as it is
    vocabulary = ready.vocabulary
    vocabulary.put(loaded.graph, loaded.quads())
    held = sorted(prepared.held(vocabulary))
    if refused(findings):
        vocabulary.put(loaded.graph, [])
        return {"held": held, "quads": ""}
    lines = vocabulary.lines(loaded.graph)
    own = {one.subject.value for one in loaded.triples if isinstance(one.subject, ox.NamedNode)}
    named = {one.object.value for one in loaded.triples if isinstance(one.object, ox.NamedNode)}
    told = summary.told(vocabulary, [loaded.graph])
    follows = [] if ready.follows is None else sorted(followed(vocabulary) - ready.follows)
    vocabulary.put(loaded.graph, [])
    return {
        "held": held,
        "quads": "".join(f"{line[:-2]}<{loaded.graph}> .\n" for line in lines),
        "digest": digest_of(lines),
        "follows": follows,
        "subjects": "".join(short(one) for one in sorted(own)),
        "outward": sorted(one for one in named - own if one.startswith(ID)),
        "claims": sorted(told.documents),
        "told": {
            **{name: sorted(getattr(told, name)) for name in TOLD},
            "tiers": told.tiers,
            "documents": told.documents,
        },
    }


TOLD = ("names", "comes", "checked", "restates", "coded", "called", "types")
"""The sets of what is told of the claims of a document."""


def short(iri: str) -> str:
    """Give sixteen letters that stand for an IRI among millions."""
    return hashlib.blake2b(iri.encode(), digest_size=8).hexdigest()
