"""What every request passes: is the host ours, is the body small and does it come, and headers that protect readers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from werkzaam.web.crossing import Crossing

EDITOR_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""The policy of the one page that runs a script: ours, and it may ask nobody anything."""

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
Answered = Callable[[str, str, int, float, int], None]
"""Is told of each answer: method, path, status, seconds, bytes of the body."""

HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


class TooBig(Exception):
    """A body of more bytes than may be."""


class TooSlowly(Exception):
    """A body that does not come in time."""


class Left(Exception):
    """The client went away before all of its body came."""


@dataclass(frozen=True)
class Body:
    """What a body may be: so many bytes, that come in so many seconds."""

    most: int
    seconds: float


class Guard:
    """The outermost layer of the service; `body` says what a body may be for a path."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str],
        crossing: Crossing,
        body: Callable[[str], Body],
        answered: Answered,
    ) -> None:
        self.app, self.hosts, self.crossing = app, frozenset(host.lower() for host in hosts), crossing
        self.body, self.answered = body, answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        began, started, status, sent = time.perf_counter(), False, 0, 0
        before = scope["method"] == "OPTIONS"
        crossing = self.crossing.headers(_header(scope, b"origin"), asked_before=before, path=scope["path"])

        async def send_guarded(message: Message) -> None:
            nonlocal started, status, sent
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                own = {name for name, _ in message["headers"]}
                ours = [one for one in HEADERS if one[0] not in own]
                message = {**message, "headers": [*message["headers"], *crossing, *ours]}
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                self.answered(scope["method"], scope["path"], status, time.perf_counter() - began, sent)

        if not self._ours(scope):
            await _refuse(send_guarded, 400, b"unknown host")
            return
        try:
            length = int(_header(scope, b"content-length") or 0)
        except ValueError:
            await _refuse(send_guarded, 400, b"content-length is no number")
            return
        allowed = self.body(scope["path"])
        if length > allowed.most:
            await _refuse(send_guarded, 413, b"the body is too large")
            return
        try:
            await self.app(scope, _limited(receive, allowed), send_guarded)
        except TooBig:
            if not started:
                await _refuse(send_guarded, 413, b"the body is too large")
        except TooSlowly:
            if not started:
                await _refuse(send_guarded, 408, b"the body did not come in time")
        except Left:  # there is nobody to be told anything
            return

    def _ours(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return False
        host = given[0].decode("latin-1").lower()
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        return "*" in self.hosts or name in self.hosts


async def whole(receive: Receive) -> bytes:
    """Give the body of a request; raises `Left` where it ends before its end."""
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Left
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _limited(receive: Receive, allowed: Body) -> Receive:
    got = 0
    whole = False
    end = asyncio.get_running_loop().time() + allowed.seconds

    async def limited() -> Message:
        nonlocal got, whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError:
            raise TooSlowly from None
        if message["type"] == "http.request":
            got += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if got > allowed.most:
                raise TooBig
        return message

    return limited


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


async def _refuse(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text) + 1).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": text + b"\n"})
