"""Documents that enter by the thousand: read in pieces, loaded together, checked together, and there all at once.

What a document says by itself is checked where it is read (`piece.py`), what only shows among many by `among.py`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path
from typing import Any

from werkzaam import prepared, shacl, summary
from werkzaam import records as on_record
from werkzaam.bulk.among import Among, Document, subjects, subjects_shared
from werkzaam.bulk.kept import Joined, Kept
from werkzaam.bulk.piece import TOLD, Given, piece, setting
from werkzaam.bulk.spread import Spread
from werkzaam.entered import Entered, Entry
from werkzaam.errors import Finding, InputError, Place, UsageError, finding
from werkzaam.folder import Draft, Folder
from werkzaam.foreign import read_file
from werkzaam.loading import loader_for
from werkzaam.records import ADDED, TOMBSTONES, File, Record, State, Submitter, states
from werkzaam.summarydata import Told
from werkzaam.terms import GRAPH, INFERRED_GRAPH
from werkzaam.withdrawal import claims_of

PIECE = 100
"""How many documents are a piece of work: some seconds for a worker, and some megabytes."""
BESIDE = "csvw-metadata.json"
"""The one kind of document that has files beside it."""

Progress = Callable[[str, int, int], None]
"""Is told of each stage (``read``, ``load``, ``check``, ``keep``), how far it is and how far it goes."""


@dataclass
class Outcome(Entry):
    """What came of many documents: advice is counted by rule and not kept; `result` is the SHA-256 of all of it.

    The same documents give the same result, whoever worked on them and however often it was begun anew.
    """

    advice: Counter[str] = field(default_factory=Counter)
    result: str = ""


def documents_in(places: Sequence[str]) -> list[str]:
    """Give the files of documents in folders, and files as they are; raises `InputError` for a folder without."""
    found: list[str] = []
    for one in places:
        if not Path(one).is_dir():
            found.append(one)
            continue
        inside = sorted(str(file) for file in Path(one).rglob("*") if file.is_file() and _is_document(file))
        if not inside:
            raise InputError("folder-without-documents", file=one)
        found += inside
    return list(dict.fromkeys(found))


def _is_document(file: Path) -> bool:
    if any(part.startswith(".") for part in file.parts):
        return False
    try:
        loader_for(file.name)
    except InputError:
        return False
    return True


def enter_many(
    files: Sequence[str],
    folder: Folder,
    store: str,
    spread: Spread,
    *,
    submitter: Submitter | None = None,
    at: str | None = None,
    dry_run: bool = False,
    skip_wrong: bool = False,
    inferences: str = "",
    progress: Progress = lambda stage, done, all_: None,
) -> Outcome:
    """Do what `entry.add` does, with as many files as there are.

    Where one is wrong none enters, or, with `skip_wrong`, the others do. What was read stays beside the store until all
    of it is there, so that who starts again goes on. What follows from each document by itself is written as N-Quads to
    the file `inferences`, where one is named. Raises as `add` does, and `InputError` where workers or their scheduler
    are lost.
    """
    at, outcome = on_record.moment(at), Outcome()
    with folder.writing():
        kept = Kept(folder.path / "bulk")
        names, wrong = _read_all(files, kept, store, spread, progress, infer=bool(inferences))
        kept.tidy(names)
        found = _Found(kept, names, frozenset(wrong))
        documents = _collected(found, outcome)
        if outcome.refused and not skip_wrong:
            return outcome
        with folder.draft() as draft:
            _enter(folder, draft, documents, found, outcome, (store, submitter, at, dry_run, skip_wrong), progress)
            draft.wanted = not dry_run and any(one.state == "accepted" for one in outcome.documents)
        if outcome.documents:
            _write_inferences(found, {one.document for one in outcome.documents}, inferences)
        if not outcome.refused or skip_wrong:
            kept.forget()
    return outcome


def _read_all(
    files: Sequence[str], kept: Kept, store: str, spread: Spread, progress: Progress, *, infer: bool
) -> tuple[list[str], list[str]]:
    """Have all files read, and those that are wrong alone once more; give the names of the pieces, and those files."""
    large = prepared.looked_up(store)
    held = [] if large else prepared.held_in(store)
    names = _read(files, kept, setting(held, shacl.chosen(), infer=infer), spread, progress)
    wrong = [one["file"] for one in kept.documents(names) if _is_wrong(one)]
    if len(files) == 1 and not large:
        wrong = []  # there is nobody else to name
    if wrong:
        # They may name each other: what all of them make known is known now, and what they missed of a large store.
        held += [row for one in kept.documents(names) for row in one["held"]]
        held += large.held(name for one in kept.documents(names) for name in one["missed"]) if large else []
        names += _read(wrong, kept, setting(held, shacl.chosen(), infer=infer), spread, progress)
    return names, wrong


def _write_inferences(found: Iterable[dict[str, Any]], documents: set[str], file: str) -> None:
    """Write what follows from each document, if anybody wants to know."""
    if not file:
        return
    try:
        with Path(file).open("w", encoding="utf-8") as out:
            for one in found:
                if one["graph"].removeprefix(GRAPH) in documents and "digest" in one:
                    out.writelines(f"{line[:-2]}<{INFERRED_GRAPH}> .\n" for line in one["follows"])
    except OSError as error:
        raise UsageError("output-unwritable", path=file, problem=error.strerror or "") from None


def _is_wrong(one: Mapping[str, Any]) -> bool:
    return any(said["severity"] == "violation" for said in one["findings"])


def _read(files: Sequence[str], kept: Kept, shared: bytes, spread: Spread, progress: Progress) -> list[str]:
    """Have all files read in pieces, but for the pieces that were; give the names of the pieces."""
    names: list[str] = []
    done = 0

    def due() -> Iterator[tuple[str, bytes]]:
        nonlocal done
        for start in range(0, len(files), PIECE):
            one = piece([_given(file) for file in files[start : start + PIECE]])
            names.append(kept.name(shared, one))
            if kept.has(names[-1]):
                done += 1
                progress("read", min(done * PIECE, len(files)), len(files))
            else:
                yield names[-1], one

    for name, answer in spread(shared, due()):
        kept.keep(name, answer)
        done += 1
        progress("read", min(done * PIECE, len(files)), len(files))
    return names


def _given(file: str) -> Given:
    if Path(file).name != BESIDE:
        return Given(file, read_file(file), {})
    others = (one for one in sorted(Path(file).parent.iterdir()) if one.is_file() and one.suffix == ".csv")
    return Given(file, read_file(file), {one.name: read_file(str(one)) for one in others})


class _Found:
    """What came of each document, to be gone through as often as needed; of one that was read again the second time."""

    def __init__(self, kept: Kept, names: Sequence[str], again: frozenset[str]) -> None:
        self._kept, self._names, self._again = kept, names, again

    def __iter__(self) -> Iterator[dict[str, Any]]:
        first = set(self._again)
        for one in self._kept.documents(self._names):
            if one["file"] in first:
                first.discard(one["file"])  # the first time it stood alone
            else:
                yield one


def _collected(found: Iterable[dict[str, Any]], outcome: Outcome) -> list[Document]:
    """Collect what was found, and give the documents that are right so far."""
    documents: dict[str, Document] = {}
    told: list[str] = []
    for one in found:
        said = [Finding.from_dict(each) for each in one["findings"]]
        what = sorted((each.rule, each.subject, str(replace(each.place, file=""))) for each in said)
        told.append(f"{one['graph']} {one.get('digest', '')} {what}\n")
        for each in said:
            if each.severity == "info":
                outcome.advice[each.rule] += 1
            else:
                outcome.findings.append(each)
        if "digest" not in one:
            continue
        graph, place = one["graph"], Place(one["file"])
        if graph in documents:
            name, other = graph.removeprefix(GRAPH), documents[graph].file
            outcome.findings.append(finding("document-twice", place, value=name, other=other))
        else:
            files = tuple(File(*each) for each in one["files"])
            documents[graph] = Document(one["file"], graph, one["digest"], files, one["part"], len(one["claims"]))
    outcome.result = hashlib.sha256("".join(sorted(told)).encode()).hexdigest()
    return list(documents.values())


def _enter(
    folder: Folder,
    draft: Draft,
    documents: list[Document],
    found: Iterable[dict[str, Any]],
    outcome: Outcome,
    how: tuple[str, Submitter | None, str, bool, bool],
    progress: Progress,
) -> None:
    """Load the documents in the draft, look for what only shows among many, and write down what happened."""
    store, submitter, at, dry_run, skip_wrong = how
    before = states(draft.records)
    for one in documents:
        state = before.get(one.name, State())
        entered, last = (state.entered, state.last) if state.present else (None, None)
        one.same = bool(entered and last and (entered.files, last.graph) == (one.files, one.digest))
    new = [one for one in documents if not one.same]
    held = {one.graph: claims_of(draft.store, one.graph) for one in new if one.name in before}
    graphs = [one.graph for one in new]
    few = len(new) < len(before)
    known = subjects(draft.store, set(graphs)) if before and not few else set()
    for graph in held:
        draft.store.put(graph, [])
    progress("load", 0, len(new))
    draft.store.load_many(graphs, BufferedReader(Joined([one.part for one in new]), 1 << 20))
    progress("check", 0, len(new))
    known |= subjects_shared(draft.store, graphs) if few else set()
    said = Among(draft, {one.graph: one for one in new}, found, known, before, store).findings(held)
    outcome.findings += said
    refused = {one.place.file for one in said if one.severity == "violation"}
    if refused and not skip_wrong:
        return
    for one in new:
        if one.file in refused:
            draft.store.put(one.graph, [])
    right = [one for one in new if one.file not in refused]
    for one in documents:
        if one.same:
            outcome.documents.append(Entered(one.name, before[one.name].version, "unchanged", one.claims))
    made = []
    for index, one in enumerate(right):
        version = before.get(one.name, State()).version + 1
        outcome.documents.append(Entered(one.name, version, "dry-run" if dry_run else "accepted", one.claims))
        made.append(Record(one.name, version, ADDED, at, one.digest, one.files, on_record.made()))
        if not dry_run:
            _keep(folder, one)
        if index % PIECE == 0:
            progress("keep", index, len(right))
    if not dry_run:
        draft.record_all(made, submitter)
    draft.store.put(TOMBSTONES, on_record.tombstones(draft.records))
    files = frozenset(one.file for one in right)
    draft.told = summary.Already(frozenset(one.graph for one in right), _parts(found, files))


def _keep(folder: Folder, one: Document) -> None:
    """Keep the bytes of a document, which must still be those that were read."""
    given = _given(one.file)
    content = {Path(one.file).name: given.content, **given.beside}
    for file in one.files:
        if folder.keep(content.get(file.name, b""), seen=False) != file.sha256:
            raise InputError("file-changed", file=one.file)


def _parts(found: Iterable[dict[str, Any]], files: frozenset[str]) -> Iterator[Told]:
    """Yield what is told of the claims in `files`, some thousand documents at a time."""
    told = Told()
    for one in found:
        if one["file"] in files:
            told.documents.update(one["told"]["documents"])
            told.tiers.update(one["told"]["tiers"])
            told.checked.update(one["told"]["checked"])
            for name in TOLD:
                if name != "checked":
                    getattr(told, name).update(map(tuple, one["told"][name]))
        if len(told.documents) > 20_000:
            yield told
            told = Told()
    yield told
