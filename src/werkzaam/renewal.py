"""A store of an older werkzaam becomes one of this: its vocabulary is put in, its documents are read anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from werkzaam import summary
from werkzaam.build import on_disk, ontology_nquads
from werkzaam.errors import StoreError
from werkzaam.records import MIGRATED, Record, made, moment, states
from werkzaam.sandbox import ChildDied, call
from werkzaam.terms import GRAPH, ONTOLOGY_GRAPH
from werkzaam.upkeep import SECONDS, backup, read_anew
from werkzaam.withdrawal import without_claims


@dataclass(frozen=True, slots=True)
class Migrated:
    """What came of it: where the copy of before is, and which documents have become another graph.

    There is no copy where only the summary was made anew, as no document changes by that.
    """

    backup: Path | None
    documents: tuple[str, ...] = ()


def migrate(store: str | None, at: str | None = None) -> Migrated | None:
    """Make a store on disk one of this werkzaam, after a copy beside it; None where it is already.

    Of such a store a summary that is missing or of an older form is made anew, and nothing else.

    Raises `StoreError` where a document can no longer be read: nothing has changed then. Mend the document, add it with
    the werkzaam that wrote the store, and migrate again.
    """
    folder, at = on_disk(store), moment(at)
    if not folder.older():
        if summary.is_ours(folder.read().summary):
            return None
        with folder.writing(), folder.draft():
            pass  # a change makes it
        return Migrated(None)
    about = folder.about()
    version = about["made"].get("ontology") or f"format-{about['format']}"
    kept = folder.path.with_name(f"{folder.path.name}-{version}")
    with folder.writing(older=True):
        backup(store, str(kept))
        with folder.draft() as draft:
            draft.store.put(ONTOLOGY_GRAPH, _parsed(ontology_nquads()))
            known = states(draft.records)
            present = sorted(one for one, state in known.items() if state.present and state.entered)
            changed = []
            for document, content in _read(store, present).items():
                state = known[document]
                draft.store.put(GRAPH + document, without_claims(_parsed(content.encode()), state.claims))
                digest = draft.store.digest(GRAPH + document)
                if state.last and digest != state.last.graph:
                    draft.record(Record(document, state.version, MIGRATED, at, digest, made=made()), None)
                    changed.append(document)
    return Migrated(kept, tuple(changed))


def _parsed(content: bytes) -> Iterator[ox.Quad]:
    return ox.parse(content, format=ox.RdfFormat.N_QUADS)


def _read(store: str | None, documents: list[str]) -> dict[str, str]:
    if not documents:
        return {}
    try:
        told: dict[str, Any] = call(_in_child, store, documents, seconds=SECONDS)
    except ChildDied as death:
        raise StoreError(
            "migrate-refused", path=store, value="", problem=death.told(store or "").message("en")
        ) from None
    for document, (_, problem) in told.items():
        if problem:
            raise StoreError("migrate-refused", path=store, value=document, problem=problem)
    return {document: content for document, (content, _) in told.items()}


def _in_child(store: str | None, documents: list[str]) -> dict[str, tuple[str, str]]:
    found = {}
    for document, loaded, _ in read_anew(store, documents):
        wrong = [f"{one.place}: {one.message('en')}" for one in loaded.findings if one.severity == "violation"]
        found[document] = ("".join(f"{quad} .\n" for quad in loaded.quads()), "; ".join(wrong[:1]))
    return found
