"""The process that holds the data: made once for a state of the collection, and forked for each child that works on it.

The process that speaks HTTP holds no data. It has a stem read them, and then sends the stem one end of a socket pair
for each child that it wants; the stem forks, and the child answers jobs on that socket. A newer state gets a stem of
its own beside the old one, which ends when nobody waits for its children any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import select
import signal
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from werkzaam.errors import WerkzaamError, error_as_dict, error_from_dict
from werkzaam.web.worker import Handler, keep_only, serve

_COMMAND = struct.Struct("!cI")
_FORK, _KILL = b"f", b"k"
_REST = 5.0
"""In seconds: how often a stem that is asked nothing looks whether a child of it has ended."""


@dataclass(frozen=True)
class Prepared:
    """What a stem made ready: what its children do with a job, and what is told of it to who asked for the stem."""

    handler: Handler
    told: dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """What a child of a stem may do: `seconds` of processor time a job, `memory` bytes beyond those at its start.

    One that is `free` may open files and takes a single job; the others can open nothing.
    """

    seconds: float
    memory: int
    free: bool = False


class Failed(Exception):
    """A stem could not make itself ready; `error` is what the user can be told of it."""

    def __init__(self, problem: str, error: WerkzaamError | None = None) -> None:
        super().__init__(problem)
        self.error = error


class Stem:
    """The way to a stem, from the process that speaks HTTP."""

    def __init__(self, prepare: Callable[[], Prepared], limits: Limits) -> None:
        self._prepare, self.limits = prepare, limits
        self._number = 0
        self._pid = 0
        self._control: socket.socket | None = None

    async def start(self) -> dict[str, Any]:
        """Fork the stem and wait until it is ready; give what it tells. Raises `Failed`; stop it also then."""
        self._control, theirs = socket.socketpair()
        ours, report = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            _stem(theirs, report, self._prepare, self.limits)
        theirs.close()
        report.close()
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        try:
            said = await reader.read()
        finally:
            writer.close()
        if not said:
            raise Failed("the process that reads the data ended")
        told: dict[str, Any] = json.loads(said)
        if "failed" in told:
            raise Failed(told["problem"], error_from_dict(told) if "error" in told else None)
        return told

    def fork(self) -> tuple[int, socket.socket]:
        """Have a child forked; give its number and our end of the way to it. Raises `OSError` where the stem is gone.

        A child that could not be made is one whose socket is closed.
        """
        if self._control is None:
            raise BrokenPipeError
        ours, theirs = socket.socketpair()
        self._number += 1
        try:
            socket.send_fds(self._control, [_COMMAND.pack(_FORK, self._number)], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        return self._number, ours

    def kill(self, number: int) -> None:
        """End a child at once."""
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.send(_COMMAND.pack(_KILL, number))

    def lives(self) -> bool:
        """Say whether the stem is there."""
        if self._control is not None:
            with contextlib.suppress(ChildProcessError):
                return os.waitpid(self._pid, os.WNOHANG) == (0, 0)
        return False

    def stop(self) -> None:
        """End the stem, and with it every child of it."""
        if self._control is not None:
            self._control.close()
            self._control = None
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                if os.waitpid(self._pid, os.WNOHANG) == (0, 0):
                    os.kill(self._pid, signal.SIGTERM)
                    os.waitpid(self._pid, 0)


# ---- in the stem


def _stem(control: socket.socket, report: socket.socket, prepare: Callable[[], Prepared], limits: Limits) -> NoReturn:
    children: dict[int, int] = {}
    try:
        _settle(control, report, children)
        handler = _ready(report, prepare)
        gc.collect()
        gc.freeze()  # what the children share is not looked through, and so not copied
        while True:
            if not select.select([control], [], [], _REST)[0]:
                _reap(children)
                continue
            said, handles, _, _ = socket.recv_fds(control, _COMMAND.size, 1)
            if len(said) < _COMMAND.size:  # who asked is gone
                break
            command, number = _COMMAND.unpack(said)
            _reap(children)
            if command == _FORK:
                children[number] = _fork(control, handles[0], handler, limits)
            elif number in children:
                _end(children.pop(number))
    except BaseException:
        _end(*children.values())
        os._exit(1)
    _end(*children.values())
    os._exit(0)


def _settle(control: socket.socket, report: socket.socket, children: dict[int, int]) -> None:
    """Let go of what belongs to the process that speaks HTTP: its signals, its sockets."""

    def leave(number: int, frame: object) -> NoReturn:
        _end(*children.values())
        os._exit(0)

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to all of us, and running requests are to end
    keep_only(0, 1, 2, control.fileno(), report.fileno())
    control.setblocking(True)


def _ready(report: socket.socket, prepare: Callable[[], Prepared]) -> Handler:
    try:
        made = prepare()
    except BaseException as error:
        told: dict[str, Any] = {"failed": type(error).__name__, "problem": f"{type(error).__name__}: {error}"}
        if isinstance(error, WerkzaamError):
            told |= error_as_dict(error)
        report.sendall(json.dumps(told, default=str).encode())
        raise
    report.sendall(json.dumps(made.told).encode())
    report.close()
    return made.handler


def _fork(control: socket.socket, handle: int, handler: Handler, limits: Limits) -> int:
    pid = os.fork()
    if pid == 0:
        control.close()
        ours = socket.socket(fileno=handle)
        serve(ours, handler, seconds=limits.seconds, memory=limits.memory, free=limits.free)
    os.close(handle)
    return pid


def _reap(children: dict[int, int]) -> None:
    for number, pid in list(children.items()):
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            del children[number]


def _end(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
