"""The child's side: a process without files or sockets of its own that answers one job after the other.

A child is forked from the process that holds the store, so the data are there at once. It keeps nothing open
but its end of one socket pair, may open nothing more, and has a limit on memory and processor time. What a job
does to it is never ours: the parent kills it, or sees it end, and forks another.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

FRAME = struct.Struct("!II")
"""Before each message: how many bytes of head (JSON) and of body follow."""

KEEP_GROWN = 64 << 20
"""A child that has grown by more bytes than this ends after its answer; a fresh one takes its place."""


class Reply(NamedTuple):
    """What a job gives: an HTTP status, headers, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes


Handler = Callable[[dict[str, Any], bytes], Reply]


def serve(ours: socket.socket, handler: Handler, *, seconds: float, memory: int) -> None:
    """Answer jobs from `ours` until its other end closes; never returns into the parent's code."""
    try:
        _shut_in(ours, memory)
        _allow_seconds(seconds)
        started = _resident()
        while True:
            head, body = _read(ours)
            _allow_seconds(seconds)
            reply = handler(json.loads(head), body)
            _write(ours, reply)
            if _resident() - started > KEEP_GROWN:
                break
    except BaseException:
        os._exit(1)
    os._exit(0)


def _shut_in(ours: socket.socket, memory: int) -> None:
    import resource

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    highest = os.sysconf("SC_OPEN_MAX")
    os.closerange(3, ours.fileno())
    os.closerange(ours.fileno() + 1, min(highest, 1 << 16))
    ours.setblocking(True)
    resource.setrlimit(resource.RLIMIT_AS, (_virtual() + memory,) * 2)
    # No more files or sockets, so no SERVICE either, whatever a query says.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _allow_seconds(seconds: float) -> None:
    """Let this process use the processor for `seconds` from now, should the parent no longer be there to kill it."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _virtual() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _resident() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _read(ours: socket.socket) -> tuple[bytes, bytes]:
    head, body = FRAME.unpack(_exactly(ours, FRAME.size))
    return _exactly(ours, head), _exactly(ours, body)


def _exactly(ours: socket.socket, count: int) -> bytes:
    got = bytearray()
    while len(got) < count:
        part = ours.recv(min(count - len(got), 1 << 20))
        if not part:
            os._exit(0)  # the parent has gone
        got += part
    return bytes(got)


def _write(ours: socket.socket, reply: Reply) -> None:
    head = json.dumps([reply.status, reply.headers]).encode()
    frame = FRAME.pack(len(head), len(reply.body)) + head
    if len(reply.body) < 1 << 16:
        ours.sendall(frame + reply.body)
    else:
        ours.sendall(frame)
        ours.sendall(reply.body)
