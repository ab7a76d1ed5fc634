"""The folder of a store on disk: generations that never change, and one small file that says which of them counts.

::

    DIR/current                  the generation that counts, and with what it was written: form, ontology, shapes;
                                 replaced by renaming, which is the moment of every change
    DIR/lock                     held by who writes
    DIR/documents/SHA256         each version of each document, byte for byte
    DIR/bulk/                    what was done already of many documents that are entering together
    DIR/foreign/NAME.nq          the records of another database: in no generation, so that none meets them unasked
    DIR/foreign/NAME.sssom.tsv   what was decided about links with it
    DIR/g000007/graph/           the triples, as Oxigraph keeps them
    DIR/g000007/summary.sqlite   what heavy questions read instead of the triples
    DIR/g000007/records.jsonl    what happened to each document
    DIR/g000007/people.jsonl     who submitted; for the owner of the folder alone
    DIR/g000007/in-use           held by who reads this generation

A change makes a new generation beside the current one (the big files are shared by hard links). So readers never wait
and never see half of a change, and whatever goes wrong before the last step, a kill included, has changed nothing.
"""

from __future__ import annotations

import hashlib
import json
import operator
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from werkzaam import summary
from werkzaam.durable import replace_file, said, sync, sync_folder, told, write
from werkzaam.errors import StoreError
from werkzaam.locks import Busy, Shared, exclusive
from werkzaam.records import (
    Record,
    Submitter,
    as_lines,
    made,
    read_records,
    read_submitters,
    refuse_newer,
    release,
    until,
)
from werkzaam.store import Oxigraph

FORMAT = 2
"""The form of the folder. The first did not say with which ontology and shapes it was written."""
_T = TypeVar("_T")
WAIT = 5.0
"""How many seconds who writes waits for another who does."""
_GENERATION = re.compile(r"g\d{6}")
_OURS = re.compile(r"current.*|lock|documents|bulk|foreign|g\d{6}")


def _drop(generation: Path) -> None:
    """Remove a generation that does not count; where an engine still writes to it, a moment later."""
    for _ in range(100):
        shutil.rmtree(generation, ignore_errors=True)
        if not generation.exists():
            return
        time.sleep(0.02)


@dataclass
class Snapshot:
    """A generation that is read; it stays as it is for as long as this is held."""

    path: Path
    _hold: Shared

    @property
    def graph(self) -> Path:
        """Where the triples are."""
        return self.path / "graph"

    def store(self) -> Oxigraph:
        """Open the triples, read-only, with the summary of their claims where there is one."""
        return Oxigraph(self.graph, hold=self, summary=self.summary if self.summary.is_file() else None)

    @property
    def summary(self) -> Path:
        """Where the summary of the claims is; a store of an older werkzaam has none before it is changed."""
        return self.path / summary.FILE

    def records(self) -> list[Record]:
        """Read what is on record; raises `StoreError` where it is damaged."""
        return _records(self.path)

    def people(self) -> list[Submitter]:
        """Read who submitted; raises `StoreError` where that is damaged or not for you to read."""
        return _people(self.path)

    def content(self, sha256: str) -> bytes:
        """Give the bytes of a version; raises `StoreError` where they are not what they were."""
        file = self.path.parent / "documents" / sha256
        try:
            content = file.read_bytes()
        except OSError as error:
            raise StoreError("store-damaged", path=str(file), problem=said(error)) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError("store-damaged", path=str(file), problem="SHA-256")
        return content


@dataclass
class Draft:
    """A generation in the making; it counts when its block ends, unless that raises or it is no longer `wanted`."""

    path: Path
    store: Oxigraph
    records: list[Record]
    people: list[Submitter]
    wanted: bool = True
    about: dict[str, Any] = field(default_factory=lambda: {"format": FORMAT, "made": asdict(made())})
    told: summary.Already = summary.NOTHING

    def record(self, made: Record, submitter: Submitter | None) -> None:
        """Write down what happened, with who did it in the other file; let go of the people whose term is over."""
        self.record_all([made], submitter)

    def record_all(self, made: Sequence[Record], submitter: Submitter | None) -> None:
        """Write down what happened at one moment to several documents."""
        self.records += made
        self.people = [one for one in self.people if not made or one.until >= made[0].at[:10]]
        if submitter is not None and (submitter.by or submitter.email or submitter.note):
            for one in made:
                about = replace(submitter, document=one.document, version=one.version, action=one.action)
                self.people.append(replace(about, until=until(one.at)))


@dataclass
class Folder:
    """A store on disk."""

    path: Path
    _writing: bool = field(default=False, repr=False)
    _unseen: bool = field(default=False, repr=False)
    _known: tuple[Path, list[Record]] | None = field(default=None, repr=False)

    def exists(self) -> bool:
        """Say whether a store is there."""
        return (self.path / "current").is_file()

    def current(self) -> Path:
        """Give the generation that counts; raises `StoreError` where there is none, or a newer werkzaam wrote it."""
        return self.path / str(self.about()["generation"])

    def about(self) -> dict[str, Any]:
        """Give which generation counts, and the form, ontology and shapes with which it was written.

        Raises `StoreError` where there is none, or a newer werkzaam wrote it.
        """
        if not self.exists():
            raise StoreError("store-missing", path=str(self.path))
        try:
            told = json.loads((self.path / "current").read_bytes())
            name, form, made_with = told["generation"], told["format"], told.get("made", {})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError("store-damaged", path=str(self.path / "current"), problem=said(error)) from None
        refuse_newer(str(self.path), form, FORMAT, made_with)
        if not _GENERATION.fullmatch(str(name)):
            raise StoreError("store-damaged", path=str(self.path / "current"), problem=str(name))
        return {"generation": name, "format": form, "made": made_with}

    def older(self) -> bool:
        """Say whether an older werkzaam wrote the store: it is read as it is, and must be migrated to be changed."""
        about = self.about()
        return about["format"] < FORMAT or release(about["made"].get("ontology", "")) < release(made().ontology)

    def read(self) -> Snapshot:
        """Take hold of the current generation; raises `StoreError` where there is none."""
        while True:
            found = self.current()
            try:
                hold = Shared(found / "in-use")
            except FileNotFoundError as error:
                if found == self.current():
                    raise StoreError("store-damaged", path=str(found), problem=said(error)) from None
                continue  # a writer was quicker
            except OSError as error:
                raise StoreError("store-unreadable", path=str(found), problem=said(error)) from None
            if hold.holds(found / "in-use") and found == self.current():
                return Snapshot(found, hold)
            hold.release()

    @contextmanager
    def writing(self, *, create: bool = False, older: bool = False) -> Iterator[None]:
        """Be the only one who writes, after tidying up what others left unfinished.

        Raises `StoreError` where another writes, nothing can be written, there is no store and none to `create`, or
        it is of an older werkzaam and may not be `older`.
        """
        if create and not self.exists():
            self._make()
        if not create:
            self.current()
        if not older and self.exists() and self.older():
            raise StoreError("store-older", path=str(self.path))
        with told(self.path):
            try:
                with exclusive(self.path / "lock", WAIT):
                    self._writing = True
                    self.tidy()
                    yield
            except Busy:
                raise StoreError("store-busy", path=str(self.path)) from None
            finally:
                self._writing = False

    def _make(self) -> None:
        with told(self.path):
            if self.path.is_dir() and any(not _OURS.fullmatch(one.name) for one in self.path.iterdir()):
                raise StoreError("store-foreign", path=str(self.path))
            (self.path / "documents").mkdir(parents=True, exist_ok=True)

    @contextmanager
    def draft(self, *, without: str | None = None, source: Snapshot | None = None) -> Iterator[Draft]:
        """Make the next generation, while writing; it begins as the current one, or as `source`.

        `without` leaves out a graph such that not a byte of it stays: the engine never deletes a text from its files.
        Raises `StoreError` where it cannot be written; nothing has changed then.
        """
        assert self._writing
        before = source.path if source else self.current() if self.exists() else None
        place = self.path / f"g{max([0, *(int(one.name[1:]) for one in self._generations())]) + 1:06}"
        with told(self.path):
            draft: Draft | None = None
            try:
                place.mkdir()
                (place / "in-use").touch(mode=0o644)
                if source:
                    shutil.copytree(source.graph, place / "graph")
                store = _copy(None if source or not before else before / "graph", place / "graph", without)
                records = [*self._records(before)] if before else []
                draft = Draft(place, store, records, _people(before) if before else [])
                yield draft
                if draft.wanted:
                    known = None if source or without or not before else before / summary.FILE
                    summary.renew(known, place / summary.FILE, store, store.changed, draft.told)
                    store.close()
                    self._commit(draft)
            finally:
                if draft is not None:
                    with suppress(Exception):  # what made it fail has been said
                        draft.store.close()
                if not self._counts(place):
                    _drop(place)
        self.tidy()

    def _commit(self, draft: Draft) -> None:
        if self._unseen and hasattr(os, "sync"):
            os.sync()
        self._unseen = False
        write(draft.path / "records.jsonl", self._lines(draft.records))
        write(draft.path / "people.jsonl", as_lines(draft.people), 0o600)
        sync(draft.path)
        sync_folder(self.path)
        replace_file(self.path / "current", json.dumps({**draft.about, "generation": draft.path.name}).encode())
        self._known = draft.path, draft.records

    def _lines(self, records: Sequence[Record]) -> bytes:
        """Give records as lines; those that were read, and stand in front as they did, are not written anew."""
        if self._known is not None:
            generation, known = self._known
            if known and len(known) <= len(records) and all(map(operator.is_, known, records)):
                lines = (generation / "records.jsonl").read_bytes()
                if lines.endswith(b"\n"):  # else somebody edited it
                    return lines + as_lines(records[len(known) :])
        return as_lines(records)

    def _records(self, generation: Path) -> list[Record]:
        """Give what is on record in a generation, which never changes: read once, as it may take seconds."""
        if self._known is None or self._known[0] != generation:
            self._known = generation, _records(generation)
        return self._known[1]

    def _counts(self, generation: Path) -> bool:
        try:
            return self.current() == generation
        except StoreError:
            return False

    def _generations(self) -> list[Path]:
        return [one for one in self.path.iterdir() if _GENERATION.fullmatch(one.name)]

    def keep(self, content: bytes, *, seen: bool = True) -> str:
        """Keep the bytes of a document, to be named by a record later; give their SHA-256.

        Unless `seen`, they are on the disk only when the change counts, which is quicker for many files.
        """
        assert self._writing
        name = hashlib.sha256(content).hexdigest()
        file = self.path / "documents" / name
        with told(self.path):
            if not file.is_file() or file.read_bytes() != content:
                replace_file(file, content, seen=seen)
        self._unseen |= not seen
        return name

    def leftovers(self) -> list[Path]:
        """Give what a change that was not finished, or a reader who was still at it, left behind."""
        now = self.current() if self.exists() else None
        named = {one.sha256 for record in (self._records(now) if now else []) for one in record.files}
        found = [one for one in self._generations() if one != now]
        found += self.path.glob("current?*")
        return found + [one for one in (self.path / "documents").iterdir() if one.name not in named]

    def tidy(self) -> None:
        """Delete the leftovers that nobody reads, while writing."""
        assert self._writing
        left: list[Path] = []
        with suppress(StoreError):  # of a damaged store nothing is deleted
            left = self.leftovers()
        for one in left:
            if one.is_dir():
                with suppress(Busy, OSError), exclusive(one / "in-use"):
                    shutil.rmtree(one, ignore_errors=True)
            else:
                with suppress(OSError):
                    one.unlink()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have, while writing, no reader; afterwards no generation is left but the one that then counts.

        Raises `StoreError` where a reader stays.
        """
        assert self._writing
        with ExitStack() as stack:
            found = self._generations()
            try:
                for one in found:
                    stack.enter_context(exclusive(one / "in-use", WAIT))
            except Busy:
                raise StoreError("store-read", path=str(self.path)) from None
            yield
            with told(self.path):
                for one in found:
                    if one != self.current():
                        shutil.rmtree(one)


def _copy(graph: Path | None, target: Path, without: str | None) -> Oxigraph:
    if graph is None:
        return Oxigraph(target, write=True)
    old = Oxigraph(graph)
    try:
        if without is None:
            old.backup(target)
            return Oxigraph(target, write=True)
        made = Oxigraph(target, write=True)
        made.fill(quad for quad in old.quads() if getattr(quad.graph_name, "value", "") != without)
        return made
    finally:
        old.close()


def _records(generation: Path) -> list[Record]:
    return _parsed(generation / "records.jsonl", read_records)


def _people(generation: Path) -> list[Submitter]:
    return _parsed(generation / "people.jsonl", read_submitters)


def _parsed(file: Path, read: Callable[[bytes], list[_T]]) -> list[_T]:
    try:
        return read(file.read_bytes())
    except PermissionError as error:
        raise StoreError("store-unreadable", path=str(file), problem=said(error)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError("store-damaged", path=str(file), problem=said(error)) from None
