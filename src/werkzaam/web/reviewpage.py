"""What becomes of a case that was sent in: its receipt, and the inbox in which a reviewer decides on it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from werkzaam.errors import Finding
from werkzaam.records import DAYS
from werkzaam.web import posted
from werkzaam.web.checking import MOST
from werkzaam.web.pages import in_other
from werkzaam.web.posted import Posted
from werkzaam.web.submitpage import LONGEST, lines_of, unheard, wanting
from werkzaam.web.words import number as numbered
from werkzaam.web.words import word
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site


def receipt(site: Site, lang: str, job: dict[str, Any], body: bytes) -> Reply:
    """Show what became of a document to who has its number."""
    number = next(iter(parse_qs(job["query"]).get("number", [])), "").strip()
    result = job.get("result")
    if number and result is None:
        return wanting({"inbox": "ask", "number": number})
    about = (result or {}).get("about")
    return site.html(
        "receipt.html",
        lang,
        status=404 if number and about is None else 200,
        other=in_other("receipt", lang) + (f"?{urlencode({'number': number})}" if number else ""),
        number=number,
        numbered=lambda value: numbered(value, lang),
        about=about,
        days=DAYS,
    )


def review(site: Site, lang: str, job: dict[str, Any], body: bytes) -> Reply:
    """Show the inbox to a reviewer, one document of it, or what was decided.

    The token goes along in each form: nothing is kept by the browser, so no other site can use it.
    """
    given = posted.read(job["media"], body) if "media" in job else Posted()
    token, doing, number = given.field("token"), given.field("do") or "list", given.field("number")
    remarks = given.field("remarks")[:LONGEST]
    result = job.get("result")
    problem = ""
    if token and result is None:
        if doing == "return" and not remarks:
            doing, problem = "read", "need-remarks"
        return wanting({"inbox": doing, "token": token, "number": number, "remarks": remarks})
    result = result or {}
    if doing == "return" and not remarks:
        problem = "need-remarks"
    if unheard(result):
        problem, token = unheard(result), ""
    checked = None
    whole = result.get("whole")
    if whole:
        content = base64.b64decode(whole["content"])
        checked = site.checker.check(content, f"case{Path(whole['file']).suffix.lower()}", lang)
    decided = result.get("decided")
    return site.html(
        "review.html",
        lang,
        status=403 if problem == "wrong" else 200,
        other=in_other("review", lang),
        takes=job.get("takes", False),
        token=token,
        listed=result.get("listed"),
        whole=whole,
        decided=decided,
        refused=[Finding.from_dict(one) for one in (decided or {}).get("findings", [])],
        checked=checked,
        most=MOST,
        lines=lines_of(content, checked) if checked else {},
        problem=word(lang, f"review-{problem}") if problem else "",
    )
