"""Asking the other services that a query names: those of the list and nobody else.

No process that holds data or reads queries ever opens a socket. A child of its own, which holds nothing, sends one
query to one address and ends; who asks gives the number of an address in the list, never an address. It follows no
redirect, uses no proxy, and is killed when its time is over or who asked has left.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzaam.errors import UsageError
from werkzaam.messages import say
from werkzaam.web.endpoint import FORM, problem
from werkzaam.web.pool import Died, Standing, TooSlow
from werkzaam.web.stem import Limits, Prepared
from werkzaam.web.worker import Reply

MOST = 5_000_000
"""In bytes: the most that others may answer to a query, together."""
AT_ONCE, WAITING = 4, 32
"""How many services are asked at once, and how many may wait for that."""
TABLE = "application/sparql-results+json"


def service(url: str) -> str:
    """Give the address of another endpoint as it is; raises `UsageError` where it is none.

    >>> service("https://data.example.org/sparql")
    'https://data.example.org/sparql'
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        if not good or "@" in parts.netloc or "#" in url or any(one in '<>"{}|^`\\' or one <= " " for one in url):
            raise ValueError
    except ValueError:
        raise UsageError("serve-federate", value=url) from None
    return url


class Federation:
    """The way to other services, for the queries of an endpoint; each may take `seconds` to answer."""

    def __init__(self, services: Sequence[str], seconds: float) -> None:
        self.services, self._seconds = list(services), seconds
        limits = Limits(seconds, 0, free=True)
        prepare = partial(_prepare, self.services, seconds)
        self._pool = Standing(prepare, limits, size=AT_ONCE, waiting=WAITING, seconds=seconds)

    async def start(self) -> None:
        """Have children there that wait for something to ask, where there is anybody to be asked."""
        if self.services:
            await self._pool.start()

    def stop(self) -> None:
        """End those children."""
        self._pool.stop()

    async def answer(self, run: Callable[[dict[str, Any], bytes], Awaitable[Reply]], job: dict[str, Any]) -> Reply:
        """Give the answer to a query, with what others say to parts of it; `run` has a child do a job.

        No child waits while others are asked. Raises what a pool raises.
        """
        if not self.services:
            return await run(job, b"")
        job = {**job, "services": self.services}
        reply = await run(job, b"")
        if "x-asks" not in reply.headers:
            return reply
        await self.start()
        wanted = json.loads(reply.body)
        asking = [asyncio.ensure_future(self._ask(one["service"], one["query"], job["lang"])) for one in wanted]
        try:
            told = await asyncio.gather(*asking)
        finally:
            for task in asking:  # where one found no place, the others are asked in vain
                task.cancel()
        for one, got in zip(wanted, told, strict=True):
            if got.status != 200 and not one["silent"]:
                return got
        sizes = [len(one.body) if one.status == 200 else None for one in told]
        body = b"".join(one.body for one in told if one.status == 200)
        if len(body) > MOST:
            known = ", ".join(dict.fromkeys(self.services[one["service"]] for one in wanted))
            return problem(502, say(job["lang"], "federate-large", address=known, limit=MOST))
        return await run({**job, "answers": sizes}, body)

    async def _ask(self, number: int, query: str, lang: str) -> Reply:
        address = self.services[number]
        try:
            reply = await self._pool.run({"service": number, "query": query})
        except TooSlow:
            return problem(504, say(lang, "federate-slow", address=address, seconds=f"{self._seconds:g}"))
        except Died:
            return problem(502, say(lang, "federate-unreachable", address=address, problem="?"))
        if reply.status == 200:
            return reply
        told = json.loads(reply.body)
        return problem(502, say(lang, told.pop("key"), **told))


# ---- in the child


def _prepare(services: Sequence[str], seconds: float) -> Prepared:
    return Prepared(lambda job, body: _fetched(services[job["service"]], job["query"], seconds), {})


def _fetched(address: str, query: str, seconds: float) -> Reply:
    """Send a query to an address; give the table that comes back, or what went wrong with 502."""
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Accept": TABLE, "Content-Type": FORM, "User-Agent": "werkzaam", "Connection": "close"}
    try:
        connection.request("POST", target, urlencode({"query": query}), headers)
        answer = connection.getresponse()
        media = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if 300 <= answer.status < 400:
            return _wrong("federate-moved", address=address, code=answer.status)
        if answer.status != 200:
            said = answer.read(2_000).decode("utf-8", "replace").strip() if media == "text/plain" else ""
            first = said.splitlines()[0][:300] if said else answer.reason
            return _wrong("federate-status", address=address, code=answer.status, problem=first)
        if media not in (TABLE, "application/json"):
            return _wrong("federate-form", address=address)
        content = answer.read(MOST + 1)
    except (OSError, HTTPException, ValueError) as error:
        return _wrong("federate-unreachable", address=address, problem=str(error) or type(error).__name__)
    finally:
        connection.close()
    return _wrong("federate-large", address=address, limit=MOST) if len(content) > MOST else Reply(200, {}, content)


def _wrong(key: str, **data: Any) -> Reply:
    return Reply(502, {}, json.dumps({"key": key, **data}).encode())
