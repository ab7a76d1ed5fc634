"""The parent's side: a fixed number of children, a short queue before them, and no mercy.

A job that takes too long, or whose client has gone, has its child killed; a fresh one is forked in its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from werkzaam.web.stem import Limits, Prepared, Stem
from werkzaam.web.worker import FRAME, Reply


class Busy(Exception):
    """All children are at work and as many jobs wait as may wait."""


class TooSlow(Exception):
    """A job did not end in its time; its child is dead."""


class Died(Exception):
    """A child ended without an answer: a query that crashes the engine, or that needs too much memory."""


class Child(asyncio.Protocol):
    """One forked process and the answer that it is making."""

    def __init__(self, stem: Stem) -> None:
        self._stem = stem
        self._number, self.socket = stem.fork()
        self.transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._answer: asyncio.Future[Reply] | None = None
        self.alive = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the child."""
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Put the parts of an answer together."""
        self._got += data
        if len(self._got) < FRAME.size:
            return
        head, body = FRAME.unpack_from(self._got)
        if len(self._got) < FRAME.size + head + body:
            return
        whole = bytes(self._got)
        self._got.clear()
        status, headers, last = json.loads(whole[FRAME.size : FRAME.size + head])
        self.alive = not last
        self._end(Reply(status, headers, whole[FRAME.size + head :]))

    def connection_lost(self, error: Exception | None) -> None:
        """See the child end."""
        self.alive = False
        self._end(None)

    def _end(self, reply: Reply | None) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            if reply is None:
                answer.set_exception(Died())
            else:
                answer.set_result(reply)

    def ask(self, head: bytes, body: bytes) -> asyncio.Future[Reply]:
        """Send a job; the future gives its answer, or `Died`."""
        self._answer = asyncio.get_running_loop().create_future()
        if not self.alive or self.transport is None:
            self._end(None)
        else:
            self.transport.write(FRAME.pack(len(head), len(body)) + head + body)
        return self._answer or _died()

    def lives(self) -> bool:
        """Say whether the child is still there to be asked."""
        if self.alive:
            try:
                self.alive = self.socket.recv(1, socket.MSG_PEEK) != b""
            except BlockingIOError:
                pass
            except OSError:
                self.alive = False
        return self.alive

    def kill(self) -> None:
        """End the child at once and leave no trace of it."""
        self.alive = False
        if self.transport is not None:
            self.transport.abort()
        self._stem.kill(self._number)


def _expire(answer: asyncio.Future[Reply]) -> None:
    if not answer.done():
        answer.set_exception(TooSlow())


def _died() -> asyncio.Future[Reply]:
    future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    future.set_exception(Died())
    return future


class Pool:
    """`size` children of a stem, with at most `waiting` jobs in the queue before them.

    A job may take `seconds` in all, the wait for a child included.
    """

    def __init__(self, stem: Stem, *, size: int, waiting: int, seconds: float) -> None:
        self.stem, self.size, self.waiting, self.seconds = stem, size, waiting, seconds
        self._free: list[Child] = []
        self._all: set[Child] = set()
        self._queue: deque[asyncio.Future[Child]] = deque()

    async def start(self) -> None:
        """Have the children forked."""
        for _ in range(self.size):
            self._free.append(await self._fork())

    def stop(self) -> None:
        """Kill the children."""
        for child in list(self._all):
            child.kill()
        self._all.clear()
        self._free.clear()

    def busy(self) -> int:
        """Give how many children are at work."""
        return len(self._all) - len(self._free)

    def queued(self) -> int:
        """Give how many jobs wait for a child."""
        return len(self._queue)

    async def run(self, job: dict[str, Any], body: bytes = b"") -> Reply:
        """Give the answer to a job; raises `Busy`, `TooSlow` or `Died`. Cancel it, and its child is killed."""
        deadline = asyncio.get_running_loop().time() + self.seconds
        child = await self._take(deadline)
        clean = False
        answer = child.ask(json.dumps(job).encode(), body)
        # A timer and no asyncio.timeout: most answers take less than setting that up.
        timer = asyncio.get_running_loop().call_at(deadline, _expire, answer)
        try:
            reply = await answer
            clean = True
            return reply
        finally:
            timer.cancel()
            if clean and child.alive:
                self._offer(child)
            else:
                await self._replace(child)

    async def _take(self, deadline: float) -> Child:
        while self._free:
            child = self._free.pop()
            if child.lives():
                return child
            await self._replace(child)
        if len(self._queue) >= self.waiting:
            raise Busy
        waiter: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._queue.append(waiter)
        try:
            async with asyncio.timeout_at(deadline):
                return await waiter
        except BaseException as error:
            if waiter.done() and not waiter.cancelled():
                self._offer(waiter.result())
            else:
                with contextlib.suppress(ValueError):
                    self._queue.remove(waiter)
            if isinstance(error, TimeoutError):
                raise Busy from None
            raise

    async def _replace(self, child: Child) -> None:
        child.kill()
        self._all.discard(child)
        with contextlib.suppress(OSError):  # without its stem a pool runs empty, until another takes its place
            self._offer(await self._fork())

    def _offer(self, child: Child) -> None:
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(child)
                return
        self._free.append(child)

    async def _fork(self) -> Child:
        child = Child(self.stem)
        await asyncio.get_running_loop().create_unix_connection(lambda: child, sock=child.socket)
        self._all.add(child)
        return child


class Standing:
    """A pool of a stem of its own, which is made when it is started, and anew where that stem has died."""

    def __init__(
        self, prepare: Callable[[], Prepared], limits: Limits, *, size: int, waiting: int, seconds: float
    ) -> None:
        self._prepare, self._limits = prepare, limits
        self._size, self._waiting, self._seconds = size, waiting, seconds
        self._pool: Pool | None = None

    async def start(self) -> None:
        """Have the children there."""
        if self._pool is not None and self._pool.stem.lives():
            return
        self._pool = Pool(
            Stem(self._prepare, self._limits), size=self._size, waiting=self._waiting, seconds=self._seconds
        )
        await self._pool.stem.start()
        await self._pool.start()

    def stop(self) -> None:
        """End the children and their stem."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.stem.stop()

    async def run(self, job: dict[str, Any], body: bytes = b"") -> Reply:
        """Give the answer to a job, once started; raises what a pool raises."""
        assert self._pool is not None
        return await self._pool.run(job, body)
