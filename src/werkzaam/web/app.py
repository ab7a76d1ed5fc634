"""The service: routes that hand every question to a child, and nothing that works on data in this process."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from werkzaam.foreign import MAX_FILE_BYTES
from werkzaam.messages import say
from werkzaam.terms import LANGUAGES
from werkzaam.web import api, endpoint, reconcile, routes, work
from werkzaam.web.crossing import Crossing
from werkzaam.web.desk import MAX_FORM, POSTED, Desk, from_elsewhere
from werkzaam.web.federation import Federation
from werkzaam.web.guard import Body, Guard, whole
from werkzaam.web.keeper import Keeper, Limits
from werkzaam.web.negotiation import language
from werkzaam.web.pool import Busy, Died, Pool, TooSlow
from werkzaam.web.public import Public
from werkzaam.web.source import OnDisk, Packaged, Source
from werkzaam.web.stem import Failed
from werkzaam.web.watch import Watch
from werkzaam.web.worker import Reply

BRIEF = 0.02
"""In seconds: whether a client has left is looked at only where an answer takes longer."""
MAX_ADDRESS = 16_000
"""In bytes: the longest path or query part of an address."""


@dataclass(frozen=True)
class Setting:
    """How a service is set up.

    `store` is what `--store` names, None for the packaged data; `tokens` are the digests of those that allow changes;
    `hosts` are the names under which it may be asked for; pages of the `origins` may read it in a browser; `services`
    are the endpoints that a query may ask; `log` takes a line a request.
    """

    store: str | None = None
    source: Source | None = None
    hosts: Iterable[str] = ()
    origins: Iterable[str] = ()
    services: Sequence[str] = ()
    public: Public = field(default_factory=Public)
    tokens: tuple[bytes, ...] = ()
    limits: Limits = field(default_factory=Limits)
    log: Callable[[str], None] | None = None


class Service:
    """What answers: SPARQL, pages, and the documents of the API."""

    def __init__(self, setting: Setting) -> None:
        self.limits, self.public = setting.limits, setting.public
        source = setting.source or (Packaged() if setting.store is None else OnDisk(setting.store))
        self.keeper = Keeper(source, setting.limits, setting.public.root, _trouble)
        self.api = api.Api(self.keeper, setting.store, setting.tokens, setting.limits.seconds)
        self.desk = Desk(self.keeper, self.api)
        self.federation = Federation(setting.services, setting.limits.seconds)
        self.failure: Failed | None = None

    async def start(self) -> None:
        """Have the children there; where the collection cannot be read, `failure` says why."""
        work.settle()
        try:
            await self.federation.start()
            await self.api.start()
            await self.keeper.start()
        except Failed as failure:
            self.failure = failure
            await self.stop()

    async def stop(self) -> None:
        """End the children."""
        await self.keeper.stop()
        self.api.stop()
        self.federation.stop()

    async def sparql(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the SPARQL protocol."""
        headers = dict(scope["headers"])
        lang = language(headers.get(b"accept-language", b"en").decode("latin-1"))
        accept = headers.get(b"accept", b"").decode("latin-1")
        if scope["method"] in ("GET", "HEAD") and not scope["query_string"]:
            try:
                address = f"{self._address(scope, headers)}/sparql"
                said = endpoint.description(address, accept, lang, federates=bool(self.federation.services))
            except ValueError:  # a host that can stand in no IRI
                said = endpoint.problem(400, say(lang, "protocol-one-query"))
            await self.send(said, send)
            return
        body = await whole(receive) if scope["method"] == "POST" else b""
        try:
            media = headers.get(b"content-type", b"").decode("latin-1")
            job = endpoint.read(scope["method"], scope["query_string"].decode("latin-1"), media, body)
        except endpoint.Refused as refused:
            reply = endpoint.problem(refused.status, say(lang, refused.key))
            if refused.status == 405:
                reply.headers["allow"] = routes.allowed("/sparql")
            await self.send(reply, send)
            return
        job |= {"lang": lang, "accept": accept}
        try:
            run = partial(self.keeper.now.run, "queries")
            told = await self._unless_gone(self.federation.answer(run, job), receive)
        except Busy:
            told = endpoint.problem(503, say(lang, "service-busy"))
            told.headers["retry-after"] = "2"
        except TooSlow:
            told = endpoint.problem(504, say(lang, "service-too-slow", seconds=f"{self.limits.seconds:g}"))
        except Died:
            told = endpoint.problem(400, say(lang, "query-kills-engine"))
        if told is not None:
            await self.send(told, send)

    async def page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page, or with the data of an IRI."""
        headers = dict(scope["headers"])
        job = {
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "accept": headers.get(b"accept", b"").decode("latin-1"),
            "languages": headers.get(b"accept-language", b"").decode("latin-1"),
            "gzip": b"gzip" in headers.get(b"accept-encoding", b""),
        }
        head = scope["path"].lstrip("/").partition("/")[0]
        body = b""
        if scope["method"] == "POST":
            open_ = scope["path"].startswith(reconcile.START)
            if scope["path"] not in POSTED and not open_:
                await self.send(Reply(405, {"allow": routes.allowed("")}, b""), send)
                return
            if not open_ and from_elsewhere(headers):
                await self.send(Reply(403, {"content-type": "text/plain"}, b"this form stands on another site\n"), send)
                return
            job["media"] = headers.get(b"content-type", b"").decode("latin-1")
            body = await whole(receive)
        if scope["path"].startswith(reconcile.START):
            job["base"] = self._address(scope, headers)
        lang = head if head in LANGUAGES else language(job["languages"])
        fault = self.keeper.now.fault
        if max(len(job["query"]), len(job["path"])) > MAX_ADDRESS:
            await self.send(fault(414, lang), send)
            return
        try:
            told = await self._unless_gone(self.desk.answer(job, body), receive)
        except Busy:
            told = fault(503, lang)
            told.headers["retry-after"] = "2"
        except TooSlow:
            told = fault(504, lang)
        except Died:
            told = fault(500, lang)
        if told is not None:
            log = told.headers.pop("x-log", None)
            if log:
                print(log, file=sys.stderr)
            await self.send(told, send)

    async def cases(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is asked of documents."""
        await self.send(await self.api.answer(scope, receive), send)

    async def _unless_gone(self, answer: Coroutine[Any, Any, Reply], receive: Receive) -> Reply | None:
        """Wait for an answer and give it; None where the client left before, which ends the job."""
        work = asyncio.ensure_future(answer)
        await asyncio.wait({work}, timeout=BRIEF)
        if work.done():
            return work.result()
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            if gone.exception() is not None:
                gone.result()
            return None
        finally:
            gone.cancel()
            if not work.done():
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError, Busy, TooSlow, Died):
                    await work

    def _address(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """Give the address under which the client, perhaps through a proxy, knows the service."""
        if self.public.origin:
            return self.public.origin + self.public.root
        secure = headers.get(b"x-forwarded-proto") == b"https" or scope["scheme"] == "https"
        return f"http{'s' if secure else ''}://{headers[b'host'].decode('latin-1')}"

    async def send(self, reply: Reply, send: Send) -> None:
        """Send a reply."""
        headers = dict(reply.headers)
        if headers.get("location", "").startswith("/"):
            headers["location"] = self.public.root + headers["location"]
        told = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
        told.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": told})
        await send({"type": "http.response.body", "body": reply.body})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _trouble(failure: Failed) -> None:
    from werkzaam.language import default_language

    said = failure.error.message(default_language()) if failure.error else str(failure)
    print(said, file=sys.stderr, flush=True)


def application(setting: Setting) -> tuple[ASGIApp, Service]:
    """Make the service that is set up so; also what answers in it."""
    service = Service(setting)
    watch = Watch(setting.log)
    keeper, limits, public = service.keeper, setting.limits, setting.public

    def reading(function: Callable[[Pool], int]) -> dict[str, Callable[[], float]]:
        return {name: partial(lambda one: function(keeper.now.pools[one]), name) for name in keeper.now.pools}

    watch.gauge("children_busy", "Children at work.", reading(Pool.busy))
    watch.gauge("jobs_waiting", "Jobs that wait for a child.", reading(Pool.queued))
    app = Starlette(routes=routes.routes(service, watch))

    async def first(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if public.root:
            path = public.within(scope["path"])
            scope = {**scope, "path": path, "raw_path": path.encode()}
        if scope["method"] == "OPTIONS":
            await service.send(Reply(204, {"allow": routes.allowed(scope["path"])}, b""), send)
        # The endpoint is asked often and briefly: it does not pass through the routes.
        elif scope["path"] in ("/sparql", "/sparql/"):
            await service.sparql(scope, receive, send)
        else:
            await app(scope, receive, send)

    def body(path: str) -> Body:
        if public.within(path).startswith("/api/"):
            return Body(MAX_FILE_BYTES, max(limits.seconds, api.SECONDS))
        if public.within(path) in POSTED:
            return Body(MAX_FORM, limits.seconds)
        return Body(endpoint.MAX_BODY, limits.seconds)

    hosts = {*setting.hosts, *public.hosts}
    # What names stand for is published vocabulary, and tools of others ask it from their own pages.
    crossing = Crossing(setting.origins, everyone=lambda path: public.within(path).startswith(reconcile.START))
    return Guard(first, hosts=hosts, crossing=crossing, body=body, answered=watch.answered), service
