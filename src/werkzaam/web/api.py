"""The documents over HTTP, under ``/api/cases``: listed, read, and for who has a token, put in and taken out.

Everything is told as problem details (RFC 9457) where there is nothing better to tell.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.types import Receive, Scope

from werkzaam.errors import InputError, UsageError
from werkzaam.messages import say
from werkzaam.submissions import ending_of
from werkzaam.web import intake
from werkzaam.web.guard import whole
from werkzaam.web.keeper import Keeper
from werkzaam.web.negotiation import best, language
from werkzaam.web.pool import Busy, Died, Standing, TooSlow
from werkzaam.web.problems import problem
from werkzaam.web.stem import Limits
from werkzaam.web.worker import Reply

SECONDS = 60.0
"""How long a change may take, the wait for others included."""
WAITING = 16
"""How many changes may wait for the one that is being made."""
SHORTEST = 16
"""In characters: a shorter token could be guessed."""
METHODS = {"": ("GET", "HEAD", "POST"), "document": ("GET", "HEAD", "PUT", "DELETE")}
_DOCUMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_FLAGS = {"POST": {"dry-run"}, "PUT": {"dry-run"}, "DELETE": {"force"}}
_SAID = {"by": b"werkzaam-by", "email": b"werkzaam-email", "note": b"werkzaam-note"}


def tokens(environment: Mapping[str, str]) -> tuple[bytes, ...]:
    """Give the digests of the tokens that allow changes: the words of WERKZAAM_TOKEN.

    Several may stand there, so that one can be replaced without a gap. Raises `UsageError` where one is too short.
    """
    given = environment.get("WERKZAAM_TOKEN", "").split()
    if any(len(one) < SHORTEST for one in given):
        raise UsageError("serve-token-short", limit=SHORTEST)
    return tuple(hashlib.sha256(one.encode()).digest() for one in given)


class Refused(Exception):
    """A request that is not carried out, with what is answered."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Api:
    """Answers what lies under ``/api/cases``; changes `store`, where there is one and a token."""

    def __init__(self, keeper: Keeper, store: str | None, allowed: tuple[bytes, ...], seconds: float) -> None:
        self._keeper, self._store, self._allowed, self._seconds = keeper, store, allowed, seconds
        # Without a store nothing is ever started.
        prepare = partial(intake.prepare, store or "")
        self._pool = Standing(prepare, Limits(SECONDS, 0, free=True), size=1, waiting=WAITING, seconds=SECONDS)

    async def start(self) -> None:
        """Have a child there that waits for a change, where changes are possible."""
        if self.takes:
            await self._pool.start()

    def stop(self) -> None:
        """End that child."""
        self._pool.stop()

    @property
    def takes(self) -> bool:
        """Whether documents can be taken in: there is a store, and a token for who decides."""
        return self._store is not None and bool(self._allowed)

    def fits(self, token: bytes) -> bool:
        """Say whether a token allows changes; each is compared, and in whole, so that the time tells nothing."""
        digest = hashlib.sha256(token.strip()).digest()
        return True in [hmac.compare_digest(digest, one) for one in self._allowed]

    async def inbox(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do what a page asks of the inbox; raises what a pool raises."""
        await self.start()
        reply = await self._pool.run(job)
        generation = reply.headers.get("x-generation", "")
        if generation:
            await self._keeper.reaches(generation, SECONDS)  # who decided shall see it on the next page
        told: dict[str, Any] = json.loads(reply.body)
        return told

    async def answer(self, scope: Scope, receive: Receive) -> Reply:
        """Give the answer to a request."""
        headers = dict(scope["headers"])
        lang = language(_text(headers, b"accept-language") or "en")
        path = scope["path"].removeprefix("/api/cases").strip("/")
        try:
            if path and not _DOCUMENT.fullmatch(path):
                raise Refused(problem(404, say(lang, "document-not-there", value=path[:80])))
            known = METHODS["document" if path else ""]
            if scope["method"] not in known:
                raise Refused(problem(405, say(lang, "api-method", known=", ".join(known)), allow=", ".join(known)))
            if scope["method"] in ("GET", "HEAD"):
                return await self._read(path, _text(headers, b"accept"), lang)
            self._allow(scope, lang)
            return await self._change(scope, headers, path, lang, receive)
        except Refused as refused:
            return refused.reply
        except Busy:
            return problem(503, say(lang, "service-busy"), retry_after="2")
        except TooSlow:
            return problem(504, say(lang, "service-too-slow", seconds=f"{self._seconds:g}"))
        except Died:
            return problem(500, say(lang, "api-died"))

    async def _read(self, document: str, accept: str, lang: str) -> Reply:
        return await self._keeper.now.run("pages", {"document": document, "accept": accept, "lang": lang})

    def _allow(self, scope: Scope, lang: str) -> None:
        """Let nobody change anything without a token that is allowed."""
        if self._store is None:
            raise Refused(problem(403, say(lang, "api-packaged")))
        if not self._allowed:
            raise Refused(problem(403, say(lang, "api-no-token")))
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        scheme, _, token = given[0].strip().partition(b" ") if len(given) == 1 else (b"", b"", b"")
        if not self.fits(token) or scheme.lower() != b"bearer":
            error = ', error="invalid_token"' if given else ""
            raise Refused(problem(401, say(lang, "api-token"), www_authenticate=f'Bearer realm="werkzaam"{error}'))

    async def _change(
        self, scope: Scope, headers: Mapping[bytes, bytes], document: str, lang: str, receive: Receive
    ) -> Reply:
        method = scope["method"]
        flags = _flags(scope["query_string"], _FLAGS[method], lang)
        report = best(_text(headers, b"accept"), list(intake.REPORTS))
        if not report:
            raise Refused(problem(406, say(lang, "protocol-not-acceptable", known=", ".join(intake.REPORTS))))
        media = _text(headers, b"content-type")
        removal = method == "DELETE"
        if not removal:
            try:
                ending_of(media)
            except InputError as error:
                raise Refused(problem(415, error.message(lang), accept_post=error.data["known"])) from None
        if headers.get(b"content-encoding", b"identity") != b"identity":
            raise Refused(problem(415, say(lang, "api-encoding"), accept_encoding="identity"))
        job = {
            "removal": removal,
            "media": media,
            "name": document or None,
            "submitter": {name: unquote(_text(headers, header)) for name, header in _SAID.items()},
            "dry": "dry-run" in flags,
            "force": "force" in flags,
            "report": report,
            "lang": lang,
        }
        body = b"" if removal else await whole(receive)
        return await self._made(job, body, lang)

    async def _made(self, job: dict[str, Any], body: bytes, lang: str) -> Reply:
        await self.start()
        try:
            reply = await self._pool.run(job, body)
        except TooSlow:
            return problem(504, say(lang, "api-too-slow", seconds=f"{SECONDS:g}"))
        generation = reply.headers.pop("x-generation", "")
        if reply.status < 300 and generation and not job["dry"]:
            # Who asks next shall see it, whoever it is; where that takes too long, it is said.
            if not await self._keeper.reaches(generation, SECONDS):
                reply = reply._replace(status=202)
        return reply


def _flags(query: bytes, known: set[str], lang: str) -> set[str]:
    """Give which flags are set; what is not known is refused, for a misspelt `dry-run` must not enter anything."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    for name, value in pairs:
        if name not in known or value not in ("", "1", "true", "0", "false"):
            raise Refused(problem(400, say(lang, "api-parameter", value=name[:40], known=", ".join(sorted(known)))))
    return {name for name, value in pairs if value not in ("0", "false")}


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str:
    value = headers.get(name, b"")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
