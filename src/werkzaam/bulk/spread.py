"""Spread pieces of work over processes of this machine, or over the workers of a dask scheduler anywhere.

Either yields what `piece.work` gives, in whatever order it comes; a worker that dies gives its piece to another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

from werkzaam.bulk.worker import Died, Worker
from werkzaam.errors import InputError, UsageError

TRIES = 4
"""How often a piece is given to a worker before it is given up."""

Pieces = Iterable[tuple[str, bytes]]
Spread = Callable[[bytes, Pieces], Iterator[tuple[str, bytes]]]
"""Takes what all pieces share, and pieces by name; yields each name with its answer."""


def processes(count: int) -> Spread:
    """Work in `count` processes of this machine."""
    return partial(_here, count)


def _here(count: int, shared: bytes, pieces: Pieces) -> Iterator[tuple[str, bytes]]:
    workers: list[Worker] = []
    mine = threading.local()

    def ask(one: bytes) -> bytes:
        if not hasattr(mine, "worker"):
            mine.worker = Worker(shared)
            workers.append(mine.worker)
        return _insisting(mine.worker, one)

    pool = ThreadPoolExecutor(count)
    try:
        yield from _flowing(lambda one: pool.submit(ask, one), pieces, count + 1)
    finally:
        for one in workers:
            one.end()
        pool.shutdown(cancel_futures=True)


def _insisting(worker: Worker, one: bytes) -> bytes:
    for _ in range(TRIES - 1):
        with suppress(Died):
            return worker.ask(one)
    try:
        return worker.ask(one)
    except Died:
        raise InputError("bulk-worker-died", count=TRIES) from None


def _flowing(submit: Callable[[bytes], Future[bytes]], pieces: Pieces, most: int) -> Iterator[tuple[str, bytes]]:
    """Keep `most` pieces under way, so that neither workers nor memory are without."""
    under_way: dict[Future[bytes], str] = {}
    for name, one in pieces:
        under_way[submit(one)] = name
        while len(under_way) >= most:
            yield from _done(under_way)
    while under_way:
        yield from _done(under_way)


def _done(under_way: dict[Future[bytes], str]) -> Iterator[tuple[str, bytes]]:
    for one in wait(under_way, return_when=FIRST_COMPLETED).done:
        yield under_way.pop(one), one.result()


def dask(address: str) -> Spread:
    """Work on the workers of the dask scheduler at `address`; raises `UsageError` where the extra is not installed."""
    try:
        import distributed
    except ImportError:
        raise UsageError("extra-missing", extra="dask") from None
    return partial(_over_dask, distributed, address)


def _over_dask(distributed: Any, address: str, shared: bytes, pieces: Pieces) -> Iterator[tuple[str, bytes]]:
    try:
        with distributed.Client(address, timeout=10, name="werkzaam") as client:
            everywhere = client.scatter(shared, broadcast=True)
            most = 2 * sum(client.nthreads().values()) or 2
            under_way: dict[Any, str] = {}
            for name, one in pieces:
                under_way[client.submit(_on_a_worker, everywhere, one, pure=False, retries=TRIES)] = name
                while len(under_way) >= most:
                    yield from _done_over_dask(distributed, under_way)
            while under_way:
                yield from _done_over_dask(distributed, under_way)
    except (OSError, TimeoutError, CancelledError, distributed.scheduler.KilledWorker) as error:
        raise InputError(
            "bulk-scheduler", address=address, problem=str(error).partition("\n")[0] or type(error).__name__
        ) from None


def _done_over_dask(distributed: Any, under_way: dict[Any, str]) -> Iterator[tuple[str, bytes]]:
    for one in distributed.wait(list(under_way), return_when="FIRST_COMPLETED").done:
        yield under_way.pop(one), one.result()


def _on_a_worker(shared: bytes, one: bytes) -> bytes:
    # In a process of its own: a worker of dask has threads, which do not survive the fork of a limited child.
    return _insisting(_of_this_thread(threading.get_ident(), shared), one)


@lru_cache(maxsize=64)
def _of_this_thread(thread: int, shared: bytes) -> Worker:
    return Worker(shared)
