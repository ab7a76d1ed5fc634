"""The states of the collection that are served: the one that counts, and older ones until their last request ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzaam.web import work
from werkzaam.web.pool import Pool
from werkzaam.web.source import Source
from werkzaam.web.stem import Failed, Stem
from werkzaam.web.stem import Limits as OfChildren
from werkzaam.web.worker import Reply

LOOK = 0.5
"""In seconds: how often the keeper looks whether another state counts."""
RETRY = 10.0
"""In seconds: how long it waits after a state that could not be read."""


@dataclass(frozen=True)
class Limits:
    """What one question may take.

    `seconds` in all, and as many for it to come; `memory` bytes of its child; `children` at once, `waiting` in queue.
    """

    seconds: float = 10.0
    memory: int = 1 << 30
    children: int = 4
    waiting: int = 64


class Generation:
    """A state of the collection with its children: a pool for pages, one for SPARQL, one for forms: none starves."""

    def __init__(self, state: str, source: Source, limits: Limits, root: str) -> None:
        self.state = state
        self.stem = Stem(lambda: work.prepare(source, root), OfChildren(limits.seconds, limits.memory))
        sizes = {"pages": 2, "queries": limits.children, "forms": 1}
        self.pools = {
            name: Pool(self.stem, size=size, waiting=limits.waiting, seconds=limits.seconds)
            for name, size in sizes.items()
        }
        self.told: dict[str, Any] = {}
        self._users = 0
        self._retired = False

    @property
    def name(self) -> str:
        """Give the name of the state, by which a store knows it."""
        return str(self.told["generation"])

    async def start(self) -> None:
        """Read the collection and have the children there; raises `Failed`."""
        try:
            self.told = await self.stem.start()
            for pool in self.pools.values():
                await pool.start()
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise Failed(str(error)) from None
            raise

    async def run(self, pool: str, job: dict[str, Any], body: bytes = b"") -> Reply:
        """Give the answer to a job; raises what a pool raises."""
        self._users += 1
        try:
            return await self.pools[pool].run(job, body)
        finally:
            self._users -= 1
            if self._retired and not self._users:
                self.stop()

    def retire(self) -> None:
        """End as soon as nobody waits for an answer."""
        self._retired = True
        if not self._users:
            self.stop()

    def stop(self) -> None:
        """End at once."""
        for pool in self.pools.values():
            pool.stop()
        self.stem.stop()

    def fault(self, status: int, lang: str) -> Reply:
        """Give the page, made beforehand, that says why no child could make one."""
        code, headers, body = self.told["faults"][f"{status} {lang}"]
        return Reply(code, dict(headers), body.encode())


class Keeper:
    """Holds the generation that is served, and puts a newer one in its place as soon as that is ready.

    `root` stands before each address of ours in pages; `trouble` is told of a state that cannot be read.
    """

    def __init__(self, source: Source, limits: Limits, root: str, trouble: Callable[[Failed], None]) -> None:
        self._source, self._limits, self._root, self._trouble = source, limits, root, trouble
        self._look = asyncio.Event()
        self._newer = asyncio.Condition()
        self._following: asyncio.Task[None] | None = None
        self.behind = False
        self.now = Generation("", source, limits, root)

    async def start(self) -> None:
        """Have the collection there; raises `Failed`."""
        self.now = await self._made()
        self._following = asyncio.ensure_future(self._follow())

    async def stop(self) -> None:
        """End all children."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        self.now.stop()

    async def _made(self) -> Generation:
        # The state is asked first: should it change meanwhile, we read once more, and never too seldom.
        made = Generation(self._source.state(), self._source, self._limits, self._root)
        await made.start()
        return made

    async def _follow(self) -> None:
        failed, again = "", 0.0  # a state that could not be read, and when that is tried again
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), LOOK)
            self._look.clear()
            state, now = self._source.state(), asyncio.get_running_loop().time()
            if state in ("", self.now.state) and self.now.stem.lives():
                self.behind = not state
                continue
            if state == failed and now < again:
                continue
            try:
                made = await self._made()
            except Failed as failure:
                self.behind, failed, again = True, state, now + RETRY
                self._trouble(failure)
                continue
            async with self._newer:
                before, self.now, self.behind = self.now, made, False
                self._newer.notify_all()
            before.retire()

    async def reaches(self, name: str, seconds: float) -> bool:
        """Wait until what is served is the state called `name` or a later one; say whether it came to that."""
        self._look.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._newer:
                await self._newer.wait_for(lambda: self.now.name >= name)
        return self.now.name >= name
