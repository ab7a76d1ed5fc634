"""Start the service: bind, say where, and serve until stopped."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from werkzaam.errors import OurFault, UsageError
from werkzaam.web import api
from werkzaam.web.app import Service, Setting, application

CONNECTIONS = 500
"""More connections than this at once are answered with 503."""


MAX_HEAD = 64_000
"""In bytes: a head that has not ended after these is refused."""
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """HTTP as uvicorn reads it, that waits at most `seconds` for the head of the first request and for no long one."""

    seconds: float
    _head = 0
    _in_head = True

    def connection_made(self, transport: Any) -> None:
        """Start to wait for a request."""
        super().connection_made(transport)
        self._late = self.loop.call_later(self.seconds, self._close_if_silent)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request."""
        super().data_received(data)
        self._head = self._head + len(data) if self._in_head else 0
        if self._head > MAX_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        """See a request begin."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """See that the request has come."""
        self._in_head = False
        self._late.cancel()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._late.cancel()
        super().connection_lost(exc)

    def _close_if_silent(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def bind(host: str, port: int) -> socket.socket:
    """Bind a socket; raises `UsageError` where that cannot be, or where processes cannot be forked."""
    if not hasattr(os, "fork"):
        raise UsageError("serve-posix")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except (OSError, OverflowError) as error:
        made.close()
        problem = getattr(error, "strerror", None) or str(error)
        raise UsageError("serve-bind", host=host, port=port, problem=problem) from None
    return made


class Server(uvicorn.Server):
    """A server that says when it is ready, and that ends by itself where it is asked to."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service, self._ready = service, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so; not where the collection cannot be read."""
        await self._service.start()
        if self._service.failure is None:
            await super().startup(sockets=sockets)
        self.should_exit = self.should_exit or not self.started
        if not self.should_exit:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let running requests end, and then the children."""
        await super().shutdown(sockets=sockets)
        await self._service.stop()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, and not send it to ourselves again when all is done: to be stopped is no failure."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(setting: Setting, bound: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve on a bound socket until the process is told to stop; `ready` is called when it answers.

    Requests that run are answered before it stops. Raises `StoreError` where the collection cannot be read.
    """
    names = ("127.0.0.1", "localhost", "[::1]", bound.getsockname()[0], *setting.hosts)
    app, service = application(replace(setting, hosts=names))
    config = uvicorn.Config(
        app,
        http=type("Protocol", (Protocol,), {"seconds": setting.limits.seconds}),
        loop="auto",
        lifespan="off",
        access_log=False,
        log_level="warning",
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=int(setting.limits.seconds + api.SECONDS),
        limit_concurrency=CONNECTIONS,
    )
    Server(config, service, ready).run(sockets=[bound])
    if service.failure is not None:
        raise service.failure.error or OurFault("our-fault", problem=str(service.failure))
