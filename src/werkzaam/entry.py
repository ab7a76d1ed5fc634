"""How documents enter a store: checked first, and all of it at once or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from werkzaam import prepared, shacl
from werkzaam import records as on_record
from werkzaam.contradictions import Given, contradictions_of
from werkzaam.entered import Entered, Entry, is_no_documents
from werkzaam.errors import Finding, Place, finding
from werkzaam.folder import Draft, Folder
from werkzaam.foreign import read_file
from werkzaam.ledger import Ledger
from werkzaam.loading import nothing, remembering
from werkzaam.records import ADDED, TOMBSTONES, File, Record, State, Submitter, states
from werkzaam.sandbox import ChildDied
from werkzaam.store import Oxigraph
from werkzaam.terms import GRAPH, ID, ONTOLOGY_GRAPH, WZ, slug
from werkzaam.validation import beside_of, check, each, load
from werkzaam.withdrawal import claims_of, pointing


@dataclass(frozen=True, slots=True)
class Read:
    """A file as a child read it."""

    file: str
    files: tuple[tuple[str, bytes], ...]
    graph: str
    triples: frozenset[ox.Triple]
    places: dict[tuple[str, str], Place]

    @property
    def document(self) -> str:
        """The name of the document: the end of its graph's IRI."""
        return self.graph.removeprefix(GRAPH)

    @property
    def subjects(self) -> set[str]:
        """The IRIs of everything that it tells of."""
        return {one.subject.value for one in self.triples if isinstance(one.subject, ox.NamedNode)}

    @property
    def contains(self) -> set[str]:
        """The claims of the document."""
        return self.objects(WZ + "contains")

    def objects(self, path: str) -> set[str]:
        """Give what the document itself names by `path`."""
        return {
            one.object.value
            for one in self.triples
            if one.predicate.value == path and isinstance(one.object, ox.NamedNode)
        }

    def place(self, subject: str, path: str = "") -> Place:
        """Give where something stands, or at least the nearest whole of which it is a part."""
        while subject.startswith(ID):
            found = self.places.get((subject, path)) or self.places.get((subject, ""))
            if found:
                return found
            subject = subject.rpartition("/")[0]
        return Place(self.file)


def add(
    files: Sequence[str],
    store: str,
    *,
    submitter: Submitter | None = None,
    at: str | None = None,
    dry_run: bool = False,
) -> Entry:
    """Check `files` together and put each in `store` as a document, a new version of it where it was there before.

    They may name each other, and enter together or not at all. `at` is the moment that goes on record. Raises
    `InputError` where a file cannot be read, `UsageError` where `at` is no moment, `StoreError` where the store cannot
    be written.
    """
    contents = [(file, read_file(file)) for file in files]
    return enter(contents, store, submitter=submitter, at=at, dry_run=dry_run)


def enter(
    contents: Sequence[tuple[str, bytes]],
    store: str,
    *,
    submitter: Submitter | None = None,
    at: str | None = None,
    dry_run: bool = False,
    alone: bool = False,
    name: str | None = None,
) -> Entry:
    """Do what `add` does with files that were read; what is `alone` came from elsewhere and has no files beside it.

    Where a `name` is given, it is the only one that a document may have.
    """
    from werkzaam.build import documents_of

    folder, entry, at = documents_of(store), Entry(), on_record.moment(at)
    with folder.writing():
        read = read_all(contents, store, entry, alone)
        entry.findings += _unnamed(read, name)
        if entry.refused:
            return entry
        with folder.draft() as draft:
            _enter(folder, draft, read, entry, submitter, at, dry_run)
            draft.wanted = not dry_run and any(one.state == "accepted" for one in entry.documents)
    return entry


def read_all(contents: Sequence[tuple[str, bytes]], store: str, entry: Entry, alone: bool) -> list[Read]:
    """Read files in limited children, and collect what is wrong with them in `entry`."""
    content = dict(contents)
    read: list[Read] = []
    shacl.engine(shacl.chosen(), prepared.model())  # before the children, which then have it
    for file, told in each(_in_child, contents, store, alone):
        if isinstance(told, ChildDied):
            entry.findings.append(told.told(file))
            continue
        entry.findings += map(Finding.from_dict, told["findings"])
        triples = frozenset(quad.triple for quad in ox.parse(told["triples"].encode(), format=ox.RdfFormat.N_TRIPLES))
        beside = [(name, text.encode("latin-1")) for name, text in told["beside"].items()]
        places = {(subject, path): Place(*place) for subject, path, *place in told["places"]}
        read.append(Read(file, ((Path(file).name, content[file]), *beside), told["graph"], triples, places))
    return read


def _in_child(file: str, text: str, store: str, others: str, alone: bool) -> dict[str, Any]:
    read: dict[str, bytes] = {}
    reader = remembering(nothing if alone else beside_of(file), read)
    loaded, model, names = load(file, text, store, others, reader)
    return {
        "findings": [one.as_dict() for one in check(loaded, model, names, file)],
        "graph": loaded.graph,
        "triples": "".join(f"{triple} .\n" for triple in loaded.triples),
        "places": [[*key, at.file or file, at.line, at.column, at.cell] for key, at in loaded.places.items()],
        "beside": {name: content.decode("latin-1") for name, content in read.items()},
    }


def _unnamed(read: Sequence[Read], name: str | None) -> Iterable[Finding]:
    """Yield what is wrong with the names of the documents themselves."""
    seen: dict[str, str] = {}
    for one in read:
        if is_no_documents(one.graph):
            yield finding("document-reserved", Place(one.file), value=one.graph)
        elif one.graph in seen:
            yield finding("document-twice", Place(one.file), value=one.document, other=seen[one.graph])
        elif name not in (None, one.document):
            yield finding("document-other", Place(one.file), value=one.document, name=name)
        seen.setdefault(one.graph, one.file)


def _enter(
    folder: Folder | Ledger,
    draft: Draft,
    read: Sequence[Read],
    entry: Entry,
    submitter: Submitter | None,
    at: str,
    dry_run: bool,
) -> None:
    """Put the documents in the draft, judge the whole as it then is, and write down what happened."""
    before = states(draft.records)
    held = {one.graph: claims_of(draft.store, one.graph) for one in read}
    for one in read:
        graph = ox.NamedNode(one.graph)
        draft.store.put(one.graph, (ox.Quad(t.subject, t.predicate, t.object, graph) for t in one.triples))
    tombs = {claim: state.last.document for state in before.values() if state.last for claim in state.claims}
    for one in read:
        entry.findings += taken(draft.store, one, tombs)
        gone = held[one.graph] - one.contains - tombs.keys()
        entry.findings += missed(draft.store, one, gone)
    told = {(known.rule, known.subject) for known in entry.findings}
    named = {iri for one in read for t in one.triples for iri in (_iri(t.subject), _iri(t.object))} - {""}
    given = Given(
        {one.graph: one.file for one in read}, {key: place for one in read for key, place in one.places.items()}
    )
    saying = partial(draft.store.saying_briefly, graphs=given.files)
    wrong = contradictions_of(named, given, saying, draft.store.quads(ONTOLOGY_GRAPH))
    entry.findings += [found for found in wrong if (found.rule, found.subject) not in told]
    if entry.refused:
        return
    for one in read:
        state = before.get(one.document, State())
        files = tuple(File(name, hashlib.sha256(content).hexdigest()) for name, content in one.files)
        digest = draft.store.digest(one.graph)
        claims = one.contains
        same = state.present and state.entered is not None and state.last is not None
        if same and state.entered and state.last and (state.entered.files, state.last.graph) == (files, digest):
            entry.documents.append(Entered(one.document, state.version, "unchanged", len(claims)))
            continue
        version = state.version + 1
        new = sorted(map(slug, claims - held[one.graph])) if state.version else []
        lost = sorted(map(slug, held[one.graph] - claims))
        result = "dry-run" if dry_run else "accepted"
        entry.documents.append(Entered(one.document, version, result, len(claims), tuple(new), tuple(lost)))
        if not dry_run:
            for _, content in one.files:
                folder.keep(content)
            draft.record(Record(one.document, version, ADDED, at, digest, files, on_record.made()), submitter)
    draft.store.put(TOMBSTONES, on_record.tombstones(draft.records))


def taken(store: Oxigraph, read: Read, tombs: Mapping[str, str]) -> Iterable[Finding]:
    """Yield what the document says of things that are not its own, and what it points to that is not there."""
    own, described = read.subjects, read.objects(WZ + "describes")
    for subject in sorted(own):
        place = read.place(subject)
        if subject in tombs:
            yield finding("claim-retracted", place, subject=subject, value=slug(subject))
        own_graphs = (read.graph, TOMBSTONES)
        if not _elsewhere(store.said(subject), own_graphs):
            continue
        mine = (store.said(subject, t.predicate, t.object) for t in read.triples if _iri(t.subject) == subject)
        if all(_elsewhere(quads, own_graphs) for quads in mine):
            continue
        theirs = any(subject == one or subject.startswith(one + "/") for one in described) and subject.startswith(ID)
        graph = min({_iri(q.graph_name) for q in store.said(subject)}.difference(own_graphs)).removeprefix(GRAPH)
        severity = "warning" if theirs else "violation"
        yield finding("told-elsewhere", place, severity=severity, subject=subject, value=slug(subject), other=graph)
    for triple in sorted(read.triples, key=str):
        value = _iri(triple.object)
        if value.startswith(ID) and value not in own and next(store.said(value), None) is None:
            subject, path = _iri(triple.subject), triple.predicate.value
            yield finding("points-nowhere", read.place(subject, path), subject=subject, path=path, value=slug(value))


def _elsewhere(quads: Iterable[ox.Quad], graphs: Sequence[str]) -> bool:
    return any(_iri(quad.graph_name) not in graphs for quad in quads)


def missed(store: Oxigraph, read: Read, gone: Iterable[str]) -> Iterable[Finding]:
    """Yield which claims of other documents point to claims that this version no longer has."""
    for claim in sorted(gone):
        for subject, path, graph in pointing(store, claim, read.graph):
            yield finding(
                "gone-is-named",
                Place(read.file),
                severity="warning",
                subject=subject,
                path=path,
                value=slug(claim),
                by=slug(subject),
                other=graph.removeprefix(GRAPH),
            )


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
