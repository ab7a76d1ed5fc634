"""The way of a form: a child reads and checks it and makes the page; what must be kept or read goes to the inbox.

A child that makes pages can open no file. So where it needs the inbox it answers with what it wants of it, in a header
``x-do``; that is done by the child that changes the store, and the first is asked again with what came of it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from werkzaam.web.api import Api
from werkzaam.web.keeper import Keeper
from werkzaam.web.words import PAGES
from werkzaam.web.worker import Reply

MAX_FORM = 1_500_000
"""In bytes: the largest form with a file that a page takes."""
WRONG = 0.5
"""In seconds: how long a wrong token has to wait."""
POSTED = frozenset(
    f"/{lang}/{PAGES[page][lang]}" for page in ("submit", "form", "review", "links") for lang in ("nl", "en")
)
"""The addresses to which forms are sent."""
_FOR_REVIEWERS = frozenset(("list", "read", "accept", "return", "links"))


def from_elsewhere(headers: Mapping[bytes, bytes]) -> bool:
    """Say whether a browser sends a form that stands on the page of another site."""
    if b"sec-fetch-site" in headers:
        return headers[b"sec-fetch-site"] not in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin.decode("latin-1")).netloc != headers.get(b"host", b"").decode(
        "latin-1"
    )


class Desk:
    """Carries forms between the children."""

    def __init__(self, keeper: Keeper, api: Api) -> None:
        self._keeper, self._api = keeper, api

    async def answer(self, job: dict[str, Any], body: bytes) -> Reply:
        """Give the answer to a form, or to a page that asks after what was sent; raises what a pool raises."""
        job = {**job, "takes": self._api.takes}
        pool = "forms" if "media" in job else "pages"  # a check takes its time, and nobody who reads waits for it
        reply = await self._keeper.now.run(pool, job, body)
        while "x-do" in reply.headers:
            wanted: dict[str, Any] = json.loads(reply.body)
            if not self._api.takes:
                result: dict[str, Any] = {"closed": True}
            elif wanted["inbox"] in _FOR_REVIEWERS and not self._api.fits(wanted.pop("token").encode()):
                await asyncio.sleep(WRONG)
                result = {"wrong": True}
            else:
                result = await self._api.inbox(wanted)
            reply = await self._keeper.now.run(pool, {**job, "result": result}, body)
        return reply
