"""A process that works on pieces: what all share comes in first, then piece after piece, and each answer goes out.

It ends when nothing comes in any more, also where who started it was killed.
"""

from __future__ import annotations

import gc
import os
import struct
import subprocess
import sys
from contextlib import suppress
from typing import IO

_LENGTH = struct.Struct(">Q")


class Died(Exception):
    """The process ended in the middle of its work."""


def _send(out: IO[bytes], content: bytes) -> None:
    out.write(_LENGTH.pack(len(content)))
    out.write(content)
    out.flush()


def _receive(source: IO[bytes]) -> bytes | None:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    length = _LENGTH.unpack(head)[0]
    content = source.read(length)
    return content if len(content) == length else None


class Worker:
    """A worker in a process of its own, which is started when first asked, and again where it died."""

    def __init__(self, shared: bytes) -> None:
        self._shared = shared
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, piece: bytes) -> bytes:
        """Give the answer to a piece of work; raises `Died`."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _send(process.stdin, piece)
            answer = _receive(process.stdout)
        except (OSError, ValueError):  # it is gone, or was sent away while it worked
            answer = None
        if answer is None:
            self.end()
            raise Died
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        # It must find what we find, wherever we were started.
        told = {**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
        command = [sys.executable, "-m", "werkzaam.bulk.worker"]
        made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=told)
        self._process = made
        assert made.stdin is not None
        with suppress(OSError):
            _send(made.stdin, self._shared)
        return made

    def end(self) -> None:
        """Send the process away."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


def main() -> None:
    """Work until nothing comes in."""
    from werkzaam.bulk.piece import work

    gc.disable()  # each document is read in a child that ends: its rubbish goes with it
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not stand between the answers
    shared = _receive(sys.stdin.buffer)
    while shared is not None and (piece := _receive(sys.stdin.buffer)) is not None:
        _send(out, work(shared, piece))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main()
