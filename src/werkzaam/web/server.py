"""Start the service: bind, say where, and serve until stopped."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from werkzaam.api import Werkzaam
from werkzaam.errors import UsageError
from werkzaam.web.app import Limits, application

CONNECTIONS = 500
"""More connections than this at once are answered with 503."""


class Protocol(HttpToolsProtocol):
    """HTTP as uvicorn reads it, that waits at most `seconds` for the head of the first request."""

    seconds: float

    def connection_made(self, transport: Any) -> None:
        """Start to wait for a request."""
        super().connection_made(transport)
        self._late = self.loop.call_later(self.seconds, self._close_if_silent)

    def on_headers_complete(self) -> None:
        """See that the request has come."""
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
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets=sockets)
        if not self.should_exit:
            self._ready()


def serve(
    opened: Werkzaam,
    bound: socket.socket,
    *,
    hosts: tuple[str, ...],
    limits: Limits,
    log: Callable[[str], None] | None,
    ready: Callable[[], None],
) -> None:
    """Serve on a bound socket until the process is told to stop; `ready` is called when it answers.

    `log` takes a line a request.

    `hosts` are the names under which the service may be asked for, beside those of this machine.
    """
    names = {"127.0.0.1", "localhost", "[::1]", bound.getsockname()[0], *hosts}
    config = uvicorn.Config(
        application(opened, hosts=names, limits=limits, log=log),
        http=type("Protocol", (Protocol,), {"seconds": limits.seconds}),
        loop="auto",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
        limit_concurrency=CONNECTIONS,
    )
    Server(config, ready).run(sockets=[bound])
