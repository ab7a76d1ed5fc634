"""Keep a store in order: check it, copy it, put a copy back."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from werkzaam import summary
from werkzaam.build import on_disk
from werkzaam.durable import sync, told
from werkzaam.errors import Finding, Place, StoreError, finding
from werkzaam.folder import Folder, Snapshot
from werkzaam.loading import Loaded, loader_for
from werkzaam.model import Model, add_names
from werkzaam.prepared import known_names
from werkzaam.records import ERASED, TOMBSTONES, Record, State, made, states, tombstones
from werkzaam.sandbox import ChildDied, call
from werkzaam.store import Oxigraph
from werkzaam.terms import GRAPH, LANGUAGES, MAPPINGS_GRAPH, ONTOLOGY_GRAPH
from werkzaam.withdrawal import without_claims

SECONDS = 3600.0
"""How long reading all documents anew may take."""


def check(store: str | None) -> list[Finding]:
    """Say what is wrong with a store on disk: a violation is damage, the rest is good to know.

    Each version's bytes and each document's graph must be what the record says, and a document that is read anew must
    give the same graph. Raises `StoreError` where `store` names none.
    """
    folder = on_disk(store)
    if not folder.exists():
        raise StoreError("store-missing", path=str(folder.path))
    try:
        held = folder.read()
        records = held.records()
        opened = held.store()
        found = [*_indexes(opened, held.path), *_documents(held, opened, records), *_people(held)]
        found += _summary(held, opened)
        opened.close()
        if not any(one.severity == "violation" for one in found):
            found += _anew(store, held, records)
    except StoreError as error:
        return [_found(error, Place(str(folder.path)))]
    return found + [finding("store-leftover", Place(str(one)), severity="info") for one in folder.leftovers()]


def _indexes(opened: Oxigraph, path: Path) -> Iterator[Finding]:
    """Read every quad by each way in which the engine keeps it; all must agree."""
    counts = Counter[str]()
    graphs, predicates, things = set[Any](), set[ox.NamedNode](), set[ox.NamedNode]()
    for quad in opened.quads():
        counts["all"] += 1
        graphs.add(quad.graph_name)
        predicates.add(quad.predicate)
        # Of things with an IRI alone: asked for an integer, the engine also gives others that lie behind it on disk.
        if isinstance(quad.object, ox.NamedNode):
            counts["thing"] += 1
            things.add(quad.object)
    by_graph = sum(opened.count(None, None, None, one) for one in graphs)
    by_predicate = sum(opened.count(None, one, None, None) for one in predicates)
    by_thing = sum(opened.count(None, None, one, None) for one in things)
    if (by_graph, by_predicate, by_thing) != (counts["all"], counts["all"], counts["thing"]):
        yield finding("store-indexes", Place(str(path)))


def _documents(held: Snapshot, opened: Oxigraph, records: list[Record]) -> Iterator[Finding]:
    known = states(records)
    expected: dict[str, int] = {}
    for one in records:
        place = Place(one.document)
        last = expected.get(one.document, 0)
        expected[one.document] = one.version
        if one.version < last + bool(one.files):
            yield finding("record-order", place, version=one.version)
        for file in one.files:
            try:
                held.content(file.sha256)
            except StoreError as error:
                yield _found(error, place)
    for document, state in known.items():
        place = Place(document)
        if state.present and state.last and opened.digest(GRAPH + document) != state.last.graph:
            yield finding("graph-differs", place, version=state.version)
        elif not state.present and any(opened.quads(GRAPH + document)):
            yield finding("graph-remains", place)
    if set(opened.quads(TOMBSTONES)) != set(tombstones(records)):
        yield finding("graph-differs", Place(TOMBSTONES.removeprefix(GRAPH)), version="")
    ours = {ONTOLOGY_GRAPH, MAPPINGS_GRAPH, TOMBSTONES, *(GRAPH + one for one in known)}
    for graph in sorted({getattr(quad.graph_name, "value", "") for quad in opened.quads()} - ours):
        yield finding("graph-unrecorded", Place(graph), severity="info")


def _summary(held: Snapshot, opened: Oxigraph) -> Iterator[Finding]:
    """Say where the summary of the claims is not what the triples say, or is not there yet."""
    if opened.summary is None:
        yield finding("summary-missing", Place(str(held.summary)), severity="info")
    elif summary.differs(opened.summary, opened):
        yield finding("summary-differs", Place(str(held.summary)))


def _found(error: StoreError, place: Place) -> Finding:
    return Finding(error.key, "violation", place, {lang: error.message(lang) for lang in LANGUAGES})


def _people(held: Snapshot) -> Iterator[Finding]:
    file = held.path / "people.jsonl"
    held.people()
    if os.name == "posix" and file.stat().st_mode & 0o077:
        yield finding("people-readable", Place(str(file)), severity="warning")


def _anew(store: str | None, held: Snapshot, records: list[Record]) -> Iterator[Finding]:
    """Read each document anew from its bytes; yield where that gives another graph than the store holds."""
    present = {document: state for document, state in states(records).items() if state.present and state.entered}
    try:
        digests: dict[str, str] = call(_in_child, store, sorted(present), seconds=SECONDS) if present else {}
    except ChildDied as death:
        yield death.told(store or "")
        return
    for document, state in present.items():
        entered = state.entered
        other = entered is not None and entered.made != made()
        if state.last and digests[document] != state.last.graph:
            yield finding("reads-otherwise-other" if other else "reads-otherwise", Place(document), severity="warning")


def _in_child(store: str | None, documents: list[str]) -> dict[str, str]:
    digests = {}
    for document, loaded, state in read_anew(store, documents):
        read = Oxigraph()
        read.replace([loaded.graph], without_claims(loaded.quads(), state.claims))
        digests[document] = read.digest(GRAPH + document)
    return digests


def read_anew(store: str | None, documents: list[str]) -> Iterator[tuple[str, Loaded, State]]:
    """Yield each of `documents` as it is read now from the files that were submitted; to be called in a child."""
    held = on_disk(store).read()
    known = states(held.records())
    entered = [state.entered for state in map(known.__getitem__, documents) if state.entered]
    for record, loaded in read_versions(held, entered):
        yield record.document, loaded, known[record.document]


def read_versions(held: Snapshot, records: Iterable[Record]) -> Iterator[tuple[Record, Loaded]]:
    """Yield what the files of each record give when they are read now; to be called in a child."""
    model = Model()
    names = known_names(held.store(), model)
    contents = [(one, {file.name: held.content(file.sha256) for file in one.files}) for one in records]
    for _, files in contents:
        name, content = next(iter(files.items()))
        add_names(names, model, loader_for(name).things(content, model, files.__getitem__))
    for record, files in contents:
        name, content = next(iter(files.items()))
        yield record, loader_for(name).load(content, name, model, names, files.__getitem__)


def backup(store: str | None, target: str) -> int:
    """Copy a store, as it is at this moment, into the new folder `target`; give how many documents it holds.

    Writers and readers go on meanwhile. Raises `StoreError` where `target` is there already or cannot be written.
    """
    folder, place = on_disk(store), Path(target)
    held = folder.read()
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise StoreError("backup-exists", path=target)
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    records = held.records()
    with told(place):
        try:
            (beside / "documents").mkdir(parents=True)
            for one in {file.sha256 for record in records for file in record.files}:
                (beside / "documents" / one).write_bytes(held.content(one))
            shutil.copytree(held.path, beside / held.path.name)
            _copy_foreign(held.path.parent, beside)
            said = {**folder.about(), "generation": held.path.name}
            (beside / "current").write_text(json.dumps(said))
            sync(beside)
            if place.exists():
                place.rmdir()
            beside.rename(place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return sum(state.present for state in states(records).values())


def restore(source: str, store: str | None) -> int:
    """Put the copy in the folder `source` in the place of what `store` holds; give how many documents that are.

    Raises `StoreError` where the copy is damaged, or holds a document that was erased here since.
    """
    folder = on_disk(store)
    wrong = [one for one in check(f"oxigraph:{source}") if one.severity == "violation"]
    if wrong:
        raise StoreError("backup-damaged", path=source, problem=wrong[0].text["en"])
    held = Folder(Path(source)).read()
    records = held.records()
    with folder.writing(create=True, older=True):
        back = sorted(_erased(folder) & {one.document for one in records if one.files})
        if back:
            raise StoreError("backup-erased", path=source, value=", ".join(back))
        with folder.draft(source=held) as draft:
            draft.records, draft.people, draft.about = records, held.people(), Folder(Path(source)).about()
            for one in {file.sha256 for record in records for file in record.files}:
                folder.keep(held.content(one))
        with told(folder.path):
            shutil.rmtree(folder.path / "foreign", ignore_errors=True)
            _copy_foreign(Path(source), folder.path)
    return sum(state.present for state in states(records).values())


def _copy_foreign(source: Path, target: Path) -> None:
    if (source / "foreign").is_dir():
        shutil.copytree(source / "foreign", target / "foreign")


def _erased(folder: Folder) -> set[str]:
    """Give the documents that were erased, as far as a damaged store still can say."""
    try:
        records = folder.read().records() if folder.exists() else []
    except StoreError:
        return set()
    return {name for name, state in states(records).items() if state.last and state.last.action == ERASED}
