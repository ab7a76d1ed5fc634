"""The child's side: a process without files or sockets of its own that answers one job after the other.

A child is forked from the process that holds the data (`stem.py`), so they are there at once. It keeps nothing open
but its end of one socket pair, may open nothing more, and has a limit on memory and processor time. What a job
does to it is never ours: it is killed, or seen to end, and another is forked.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

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


def serve(ours: socket.socket, handler: Handler, *, seconds: float, memory: int, free: bool = False) -> NoReturn:
    """Answer jobs from `ours` until its other end closes; never returns into the parent's code.

    One that is `free` may open files, and answers a single job.
    """
    try:
        _leave(ours)
        if not free:
            _shut_in(memory)
        _allow_seconds(seconds)
        started = _resident()
        while True:
            head, body = _read(ours)
            _allow_seconds(seconds)
            reply = handler(json.loads(head), body)
            last = free or _resident() - started > KEEP_GROWN
            _write(ours, reply, last)
            if last:
                break
    except BaseException:
        os._exit(1)
    os._exit(0)


def keep_only(*handles: int) -> None:
    """Close every file and socket but these."""
    highest = min(os.sysconf("SC_OPEN_MAX"), 1 << 16)
    after = 0
    for handle in sorted(handles):
        if after < handle:  # os.closerange(0, 0) closes all
            os.closerange(after, handle)
        after = handle + 1
    os.closerange(after, highest)


def _leave(ours: socket.socket) -> None:
    """Let go of all that belongs to the parent but our end of the way to it."""
    # A stop is for who speaks HTTP to arrange: he lets us finish, and closes our socket.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    keep_only(0, 1, 2, ours.fileno())
    ours.setblocking(True)


def _shut_in(memory: int) -> None:
    import resource

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


def _write(ours: socket.socket, reply: Reply, last: bool) -> None:
    head = json.dumps([reply.status, reply.headers, last]).encode()
    frame = FRAME.pack(len(head), len(reply.body)) + head
    if len(reply.body) < 1 << 16:
        ours.sendall(frame + reply.body)
    else:
        ours.sendall(frame)
        ours.sendall(reply.body)
