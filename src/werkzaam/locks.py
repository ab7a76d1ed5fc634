"""Locks between processes: one writer at a time, and nobody deletes what another reads.

The system lets go of a lock when its holder dies, so that a killed process never leaves one behind.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not POSIX
    fcntl = None  # type: ignore[assignment]

_STEP = 0.05
# A forked child would go on holding what its parent holds: should the parent be killed, nobody could write.
_exclusive: set[int] = set()


class Busy(Exception):
    """Another holds the lock."""


@contextmanager
def exclusive(path: Path, seconds: float = 0.0) -> Iterator[None]:
    """Hold `path` (made where it is not there) alone, after at most `seconds` of waiting; raises `Busy`, `OSError`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        for turn in range(int(seconds / _STEP) + 1):
            if turn:
                time.sleep(_STEP)
            if _take(handle):
                break
        else:
            raise Busy
        _exclusive.add(handle)
        yield
    finally:
        _exclusive.discard(handle)
        os.close(handle)


class Shared:
    """A hold on a file together with others, until it is let go or forgotten; the file need not be writable."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY)
        if fcntl is not None:
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    def holds(self, path: Path) -> bool:
        """Say whether what is held still is the file at `path`."""
        try:
            return os.path.samestat(os.fstat(self._handle), path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Let go."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):  # where opening failed, there is nothing to let go
            self.release()


def _take(handle: int) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def _let_go() -> None:
    for handle in _exclusive:
        os.close(handle)
    _exclusive.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)
