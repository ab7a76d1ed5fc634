"""Foreign input is read in a child process with limits; its death is a finding, never ours.

A short query can kill the engine by a segmentation fault, a small document can eat all memory, and
a query could ask the network. The child has a limit on memory, processor time and wall time.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, Any

from werkzaam.errors import Finding, Place, error_as_dict, error_from_dict, finding

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MEMORY = 3 << 30

# False once this process has opened a store on disk: its threads do not survive a fork. From then on children are
# forked from a server that never opened one.
fork_is_safe = True
SECONDS = 60.0


class ChildDied(Exception):
    """The child ended without an answer: `reason` is ``time`` or ``crash``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def told(self, file: str) -> Finding:
        """Give the finding that the content of `file` ended its reader."""
        return finding("input-kills-reader" if self.reason == "crash" else "input-takes-too-long", Place(file))


def call(function: Callable[..., Any], *arguments: Any, seconds: float = SECONDS, memory: int = MEMORY) -> Any:
    """Give what a module-level `function` returns in a limited child; arguments and result are plain data.

    Raises `ChildDied` where the child gave no answer, and the child's own `WerkzaamError`.
    """
    import multiprocessing

    linux = sys.platform.startswith("linux")
    forks = linux and fork_is_safe
    context: Any = multiprocessing.get_context("fork" if forks else "forkserver" if linux else "spawn")
    if linux and not forks:
        context.set_forkserver_preload(["pyoxigraph", "pyshacl", "rdflib", "yaml"])
    ours, theirs = context.Pipe(duplex=False)
    # What a fork server knows of the environment is what that was when it started.
    limits = (seconds, memory, None if forks else dict(os.environ))
    child = context.Process(target=_child, args=(theirs, ours, function, arguments, limits), daemon=True)
    with nullcontext() if forks else _without_main():
        child.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise ChildDied("time")
        answer = json.loads(ours.recv_bytes())
    except EOFError:
        child.join(5)
        # SIGXCPU and SIGKILL are how the limits on processor time end a child.
        raise ChildDied("time" if child.exitcode in (-24, -9) else "crash") from None
    finally:
        if child.is_alive():  # of a child that has ended another process may have the number
            child.kill()
            child.join()
        ours.close()
    if "error" in answer:
        raise error_from_dict(answer)
    return answer["result"]


AT_ONCE = 16
"""How many pieces of work share a child, as starting one costs as much as a small piece."""


def call_each(
    function: Callable[..., Any], items: Sequence[tuple[Any, ...]], *, seconds: float = SECONDS
) -> Iterator[Any]:
    """Yield for each of `items` what `function` returns for it, or the `ChildDied` of a child that had it alone.

    Some share a child; where that dies or takes long, each gets a child of its own, so that none suffers by another.
    """
    for start in range(0, len(items), AT_ONCE):
        some = items[start : start + AT_ONCE]
        try:
            done = call(_all, function, some, seconds=min(seconds, SECONDS)) if len(some) > 1 else None
        except ChildDied:
            done = None
        yield from done if done is not None else _apart(function, some, seconds)


def _all(function: Callable[..., Any], items: Sequence[tuple[Any, ...]]) -> list[Any]:
    return [function(*item) for item in items]


def _apart(function: Callable[..., Any], items: Sequence[tuple[Any, ...]], seconds: float) -> Iterator[Any]:
    for item in items:
        try:
            yield call(function, *item, seconds=seconds)
        except ChildDied as death:
            yield death


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep a child that is not forked from running the user's script anew, which need not be written for that."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _child(
    theirs: Connection,
    ours: Connection,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    limits: tuple[float, int, dict[str, str] | None],
) -> None:
    seconds, memory, told = limits
    ours.close()
    if told is not None:
        os.environ.clear()
        os.environ.update(told)
    _limit(seconds, memory)
    try:
        answer = {"result": function(*arguments)}
    except (MemoryError, RecursionError):
        return
    except Exception as error:
        answer = error_as_dict(error)
    theirs.send_bytes(json.dumps(answer).encode())
    theirs.close()


def forbid_files_and_network() -> None:
    """Let this process open nothing more: no file, no socket. POSIX only."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _die_with_parent() -> None:
    import ctypes
    import signal

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(signal.SIGKILL))


def _limit(seconds: float, memory: int) -> None:
    # What a dying engine prints is not for the user: the parent says what happened.
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if sys.platform.startswith("linux"):
        _die_with_parent()
    try:
        import resource
    except ImportError:  # not POSIX: the wall time alone limits the child
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
