"""The reconciliation service over HTTP: which address gives what; it runs in a child."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from werkzaam.messages import say
from werkzaam.outward.reconciling import Unreadable
from werkzaam.terms import BASE, LANGUAGES
from werkzaam.web.negotiation import JSON
from werkzaam.web.problems import problem
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

START = "/reconcile/"
_FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
"""The policy of the preview, which a tool shows in a frame of its own."""


def answer(site: Site, job: dict[str, Any], body: bytes) -> Reply | None:
    """Answer below ``/reconcile/nl`` and ``/reconcile/en``; None where nothing is there."""
    lang, _, rest = job["path"].removeprefix(START).partition("/")
    if lang not in LANGUAGES:
        return None
    try:
        asked = _asked(job, body)
        told = _told(site, lang, rest.rstrip("/"), asked, job.get("base", "") + f"{START}{lang}")
    except (Unreadable, ValueError, RecursionError):
        return problem(400, say(lang, "reconcile-unreadable"))
    return told if isinstance(told, Reply) or told is None else _json(told)


def _asked(job: dict[str, Any], body: bytes) -> dict[str, str]:
    """Give the fields of the address and of a form that was sent; of one that comes twice the last counts."""
    pairs = parse_qsl(job["query"], keep_blank_values=True, errors="strict", max_num_fields=20)
    if body:
        if job.get("media", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise Unreadable
        pairs += parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=20)
    return dict(pairs)


def _told(site: Site, lang: str, rest: str, asked: dict[str, str], base: str) -> dict[str, Any] | Reply | None:
    service = site.reconciler
    if rest == "":
        if "queries" in asked:
            return service.batch(json.loads(asked["queries"]), lang)
        if "extend" in asked:
            return service.extend(json.loads(asked["extend"]), lang)
        return service.manifest(base, lang, f"werkzaam ({lang})")
    if rest in ("suggest/entity", "suggest/type", "suggest/property"):
        return service.suggest(rest.removeprefix("suggest/"), asked.get("prefix", ""), lang)
    if rest == "properties":
        return service.proposed(asked.get("type", ""), lang)
    iri = asked.get("id", "")
    if rest == "feature" and iri:
        return Reply(200, {"content-type": "text/plain; charset=utf-8"}, (service.feature(iri, lang) + "\n").encode())
    if not service.holds(iri):
        return None
    if rest == "view":
        to = f"/{lang}/{iri.removeprefix(BASE)}" if iri.startswith(BASE) else iri
        return Reply(303, {"location": to}, b"")
    if rest == "preview":
        made = site.html(
            "preview.html",
            lang,
            iri=iri,
            kind=service.type_name(iri, lang),
            said=service.definition(iri, lang),
        )
        return Reply(200, {**made.headers, "content-security-policy": _FRAMED}, made.body)
    return None


def _json(told: dict[str, Any]) -> Reply:
    return Reply(
        200, {"content-type": JSON, "cache-control": "no-cache"}, json.dumps(told, ensure_ascii=False).encode()
    )
