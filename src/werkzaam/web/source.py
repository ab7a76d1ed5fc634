"""Where the service has its collection from: which state of it counts now, and a copy in memory of that state."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from werkzaam.api import Werkzaam
from werkzaam.build import on_disk, packaged_nquads
from werkzaam.durable import said
from werkzaam.errors import StoreError
from werkzaam.records import Record
from werkzaam.store import Oxigraph, Store


class Held(Werkzaam):
    """A collection over a store that is there already."""

    def __init__(self, store: Store, *, lang: str = "en") -> None:
        self._held = store
        super().__init__(lang=lang)

    def _opened(self) -> Store:
        return self._held


@dataclass(frozen=True)
class Copy:
    """A state of the collection in memory: its name, its data, and what is on record of its documents."""

    generation: str
    opened: Werkzaam
    records: Sequence[Record] = field(default=())


class Source(Protocol):
    """Where a collection comes from."""

    def state(self) -> str:
        """Say, at no cost, something that is another once another state counts; "" where that cannot be said."""
        ...

    def copy(self) -> Copy:
        """Read the state that counts now; raises `StoreError` where that cannot be done."""
        ...


class Packaged:
    """The packaged data, which never change."""

    def state(self) -> str:
        """Say that it is the same as ever."""
        return "packaged"

    def copy(self) -> Copy:
        """Read the packaged data."""
        made = Oxigraph()
        made.load_nquads(packaged_nquads())
        return Copy("packaged", Held(made))


class OnDisk:
    """A store on disk, of which others may make new generations at any time."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._current = on_disk(where).path / "current"

    def state(self) -> str:
        """Say which file tells what generation counts: it is replaced by every change."""
        try:
            found = os.stat(self._current)
        except OSError:
            return ""
        return f"{found.st_ino}-{found.st_mtime_ns}"

    def copy(self) -> Copy:
        """Read the generation that counts; it is not held any longer than that takes."""
        snapshot = on_disk(self._where).read()
        made = Oxigraph()
        ours, theirs = os.pipe()
        # In a child: an engine that opened files leaves threads behind, and we are going to be forked.
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            _write_out(snapshot.store, theirs)
        os.close(theirs)
        problem = ""
        with open(ours, "rb") as pipe:
            try:
                made.load_nquads(pipe)
            except (SyntaxError, OSError, ValueError) as error:
                problem = said(error)
        if os.waitpid(pid, 0)[1] or problem:
            raise StoreError("store-damaged", path=str(snapshot.graph), problem=problem or "Oxigraph")
        return Copy(snapshot.path.name, Held(made), snapshot.records())


def _write_out(opened: Callable[[], Oxigraph], handle: int) -> NoReturn:
    """Write a store to a pipe, and end."""
    try:
        with open(handle, "wb") as pipe:
            opened().dump(pipe)
    except BaseException:
        os._exit(1)
    os._exit(0)
