"""Which address is answered by what, and by which methods."""

from __future__ import annotations

import gzip
import json
import pkgutil
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from werkzaam.resources import digest
from werkzaam.web.negotiation import JSON
from werkzaam.web.openapi import described
from werkzaam.web.pool import Busy, Died, TooSlow
from werkzaam.web.static import KINDS, content, static_files

if TYPE_CHECKING:
    from werkzaam.web.app import Service
    from werkzaam.web.watch import Watch

ALLOWED = {
    "/sparql": "GET, HEAD, POST, OPTIONS",
    "/api/cases": "GET, HEAD, POST, OPTIONS",
    "/api/cases/": "GET, HEAD, PUT, DELETE, OPTIONS",
    "/reconcile/": "GET, HEAD, POST, OPTIONS",
    "": "GET, HEAD, OPTIONS",
}
"""The methods of an address that begins so; the longest beginning counts."""


class Asgi:
    """An ASGI function as an endpoint of a route, for Starlette takes bound methods for something else."""

    def __init__(self, function: ASGIApp) -> None:
        self.function = function

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await self.function(scope, receive, send)


def allowed(path: str) -> str:
    """Give the methods that an address takes.

    >>> allowed("/api/cases/adp/de-cirkel")
    'GET, HEAD, PUT, DELETE, OPTIONS'
    """
    plain = "/api/cases" if path == "/api/cases/" else path
    return ALLOWED[max((start for start in ALLOWED if plain.startswith(start)), key=len)]


def routes(service: Service, watch: Watch) -> list[Route]:
    """Give the routes of a service."""
    picture = pkgutil.get_data("werkzaam.web", "static/icon.svg") or b""

    def file(name: str) -> Route:
        body = gzip.compress(content(name), mtime=0)

        async def give(request: Request) -> Response:
            headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
            if "gzip" in request.headers.get("accept-encoding", ""):
                return Response(body, media_type=KINDS[name], headers={**headers, "content-encoding": "gzip"})
            return Response(content(name), media_type=KINDS[name], headers=headers)

        return Route(static_files()[name], give, methods=["GET"])

    async def icon(request: Request) -> Response:
        return Response(picture, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})

    async def metrics(request: Request) -> Response:
        told = watch.numbers()
        return Response(told.body, told.status, told.headers)

    async def openapi(request: Request) -> Response:
        server = service.public.origin + service.public.root
        told = described(server or "/", service.keeper.now.told["version"])
        return Response(json.dumps(told, ensure_ascii=False), 200, {"cache-control": "no-cache"}, JSON)

    async def health(request: Request) -> Response:
        """Say whether a child of each pool answers: 200, or 503 with what does not."""
        keeper = service.keeper
        told = {
            "version": keeper.now.told["version"],
            "data": digest()[:12],
            "generation": keeper.now.name,
            "store": "behind" if keeper.behind else "ok",
        }
        for name in keeper.now.pools:
            try:
                await keeper.now.run(name, {})
                told[name] = "ok"
            except (Busy, TooSlow, Died) as error:
                told[name] = type(error).__name__.lower()
        well = told["pages"] == told["queries"] == "ok"
        return Response(json.dumps(told), 200 if well else 503, {"cache-control": "no-store"}, JSON)

    cases = Asgi(service.cases)
    return [
        *map(file, KINDS),
        Route("/static/icon.svg", icon, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        Route("/health", health, methods=["GET"]),
        Route("/api/openapi.json", openapi, methods=["GET"]),
        Route("/api/cases", cases),
        Route("/api/cases/{document:path}", cases),
        Route("/{path:path}", Asgi(service.page), methods=["GET", "HEAD", "POST"]),
    ]
