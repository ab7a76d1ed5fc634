"""The service: routes that hand every question to a child, and nothing that works on data in this process."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import pkgutil
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from werkzaam.api import Werkzaam
from werkzaam.messages import say
from werkzaam.resources import digest
from werkzaam.terms import LANGUAGES
from werkzaam.web import endpoint
from werkzaam.web.guard import Guard
from werkzaam.web.negotiation import language
from werkzaam.web.pool import Busy, Died, Pool, TooSlow
from werkzaam.web.site import Site, style
from werkzaam.web.watch import Watch
from werkzaam.web.worker import Reply

BRIEF = 0.02
"""In seconds: whether a client has left is looked at only where an answer takes longer."""
MAX_ADDRESS = 16_000
"""In bytes: the longest path or query part of an address."""


@dataclass(frozen=True)
class Limits:
    """What one question may take.

    `seconds` in all, and as many for it to come; `memory` bytes of its child; `children` at once, `waiting` in queue.
    """

    seconds: float = 10.0
    memory: int = 1 << 30
    children: int = 4
    waiting: int = 64


class Service:
    """The children and what they do; one pool for pages, one for SPARQL, so that neither starves the other."""

    def __init__(self, opened: Werkzaam, limits: Limits) -> None:
        self.opened, self.limits = opened, limits
        self.site = Site(opened)
        # What a child can no longer make, this process makes before: a page for each way of not answering.
        self._faults = {
            (code, lang): self.site.fault(code, lang) for code in (414, 500, 503, 504) for lang in LANGUAGES
        }

        self._warm()

        def pool(children: int) -> Pool:
            return Pool(
                self._handle, size=children, waiting=limits.waiting, seconds=limits.seconds, memory=limits.memory
            )

        self.queries, self.pages = pool(limits.children), pool(2)

    def _warm(self) -> None:
        """Go once through every kind of answer: what Python loads when first needed, a child no longer can."""
        for query in (
            "ASK {}",
            "SELECT (1 AS ?a) {}",
            "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1",
            "SELECT",
            "SERVICE <x> {}",
        ):
            for accept in ("", "text/csv", "application/rdf+xml", "image/png"):
                endpoint.answer(
                    self.opened.store, {"query": query, "default": [], "named": [], "accept": accept, "lang": "en"}
                )
        for path, query in (
            ("/nl/", ""),
            ("/en/what-works", "for=nobody-of-that-name"),
            *((f"/en/what-works.{form}", "for=older") for form in ("csv", "json", "ttl")),
            ("/nl/sparql", "query=SELECT"),
            ("/ontology.jsonld", ""),
            ("/nowhere", ""),
        ):
            job = {"path": path, "query": query, "accept": "", "languages": "", "gzip": True}
            self.site.respond(job)

    def _handle(self, job: dict[str, Any], body: bytes) -> Reply:
        if not job:  # is anybody there?
            return Reply(204, {}, b"")
        return self.site.respond(job) if "path" in job else endpoint.answer(self.opened.store, job)

    @contextlib.asynccontextmanager
    async def running(self, app: Starlette) -> AsyncIterator[None]:
        """Have the children there while the service runs."""
        gc.collect()
        gc.freeze()  # what the children share is not looked through, and so not copied
        await self.pages.start()
        await self.queries.start()
        try:
            yield
        finally:
            await self.pages.stop()
            await self.queries.stop()

    async def sparql(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the SPARQL protocol."""
        headers = dict(scope["headers"])
        lang = language(headers.get(b"accept-language", b"en").decode("latin-1"))
        if scope["method"] in ("GET", "HEAD") and not scope["query_string"]:
            accept = headers.get(b"accept", b"").decode("latin-1")
            try:
                said = endpoint.description(_address(scope, headers), accept, lang)
            except ValueError:  # a host that can stand in no IRI
                said = endpoint.problem(400, say(lang, "protocol-one-query"))
            await _send(said, send)
            return
        body = b""
        more = scope["method"] == "POST"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            media = headers.get(b"content-type", b"").decode("latin-1")
            job = endpoint.read(scope["method"], scope["query_string"].decode("latin-1"), media, body)
        except endpoint.Refused as refused:
            reply = endpoint.problem(refused.status, say(lang, refused.key))
            if refused.status == 405:
                reply.headers["allow"] = "GET, HEAD, POST"
            await _send(reply, send)
            return
        job |= {"lang": lang, "accept": headers.get(b"accept", b"").decode("latin-1")}
        try:
            told = await self._unless_gone(self.queries, job, receive)
        except Busy:
            told = endpoint.problem(503, say(lang, "service-busy"))
            told.headers["retry-after"] = "2"
        except TooSlow:
            told = endpoint.problem(504, say(lang, "service-too-slow", seconds=f"{self.limits.seconds:g}"))
        except Died:
            told = endpoint.problem(400, say(lang, "query-kills-engine"))
        if told is not None:
            await _send(told, send)

    async def health(self, request: Request) -> Response:
        """Say whether a child of each pool answers: 200, or 503 with what does not."""
        told = {"version": self.site.version, "data": digest()[:12], "pages": "ok", "queries": "ok"}
        for name, pool in (("pages", self.pages), ("queries", self.queries)):
            try:
                await pool.run({})
            except (Busy, TooSlow, Died) as error:
                told[name] = type(error).__name__.lower()
        well = told["pages"] == told["queries"] == "ok"
        return JSONResponse(told, 200 if well else 503, {"cache-control": "no-store"})

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
        lang = head if head in LANGUAGES else language(job["languages"])
        if max(len(job["query"]), len(job["path"])) > MAX_ADDRESS:
            await _send(self._faults[414, lang], send)
            return
        try:
            told = await self._unless_gone(self.pages, job, receive)
        except Busy:
            told = self._faults[503, lang]
            told = Reply(503, {**told.headers, "retry-after": "2"}, told.body)
        except TooSlow:
            told = self._faults[504, lang]
        except Died:
            told = self._faults[500, lang]
        if told is not None:
            log = told.headers.pop("x-log", None)
            if log:
                print(log, file=sys.stderr)
            await _send(told, send)

    async def _unless_gone(self, pool: Pool, job: dict[str, Any], receive: Receive) -> Reply | None:
        """Give the answer to a job; None where the client left before, which ends the job."""
        work = asyncio.ensure_future(pool.run(job))
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


def _address(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """Give the address under which the client, perhaps through a proxy, knows the endpoint."""
    secure = headers.get(b"x-forwarded-proto") == b"https" or scope["scheme"] == "https"
    return f"http{'s' if secure else ''}://{headers[b'host'].decode('latin-1')}/sparql"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(reply: Reply, send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in reply.headers.items()]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


class _Asgi:
    """An ASGI function as an endpoint of a route, for Starlette takes bound methods for something else."""

    def __init__(self, function: ASGIApp) -> None:
        self.function = function

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.function(scope, receive, send)


def application(
    opened: Werkzaam,
    *,
    hosts: Iterable[str],
    limits: Limits | None = None,
    log: Callable[[str], None] | None = None,
) -> ASGIApp:
    """Make the service over an opened collection, for the host names `hosts`; `log` takes a line a request."""
    limits = limits or Limits()
    service = Service(opened, limits)
    watch = Watch(log)
    pools = {"pages": service.pages, "queries": service.queries}
    watch.gauge("children_busy", "Children at work.", {name: pool.busy for name, pool in pools.items()})
    watch.gauge("jobs_waiting", "Jobs that wait for a child.", {name: pool.queued for name, pool in pools.items()})
    address, sheet = style()

    async def css(request: Request) -> Response:
        return Response(sheet, media_type="text/css", headers={"cache-control": "public, max-age=31536000, immutable"})

    async def icon(request: Request) -> Response:
        return Response(picture, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})

    async def metrics(request: Request) -> Response:
        told = watch.numbers()
        return Response(told.body, told.status, told.headers)

    picture = pkgutil.get_data("werkzaam.web", "static/icon.svg") or b""
    app = Starlette(
        routes=[
            Route(address, css, methods=["GET"]),
            Route("/static/icon.svg", icon, methods=["GET"]),
            Route("/metrics", metrics, methods=["GET"]),
            Route("/health", service.health, methods=["GET"]),
            Route("/{path:path}", _Asgi(service.page), methods=["GET", "HEAD"]),
        ],
        lifespan=service.running,
    )

    async def first(scope: Scope, receive: Receive, send: Send) -> None:
        # The endpoint is asked often and briefly: it does not pass through the routes.
        if scope["type"] == "http" and scope["path"] in ("/sparql", "/sparql/"):
            await service.sparql(scope, receive, send)
        else:
            await app(scope, receive, send)

    return Guard(first, hosts=hosts, max_body=endpoint.MAX_BODY, seconds=limits.seconds, answered=watch.answered)
