"""The page by which a case comes in as a file: what is wrong with it, what it says, and sending it in."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzaam.records import DAYS
from werkzaam.submissions import MEDIA
from werkzaam.web import posted
from werkzaam.web.checking import MOST, Checked
from werkzaam.web.pages import in_other
from werkzaam.web.posted import Posted
from werkzaam.web.words import PAGES, word
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

LARGEST = 400_000
"""In bytes: the largest document that a page checks; a larger one takes the time of the command."""
LONGEST = 500
"""In characters: the longest name, address, note or remark."""
_ENDINGS = sorted({*MEDIA.values(), ".yml"})
_SENDER = {"by": "sender-by", "email": "email", "note": "note"}


def submit(site: Site, lang: str, job: dict[str, Any], body: bytes) -> Reply:
    """Take a document as a file: check it, show what it says, and on a second press of a button send it in."""
    if "media" not in job:
        return _submit(site, lang, job)
    given = posted.read(job["media"], body)
    file, content, problem = _document(given)
    if problem:
        return _submit(site, lang, job, problem=problem, status=400)
    checked = site.checker.check(content, f"case{Path(file).suffix.lower()}", lang)
    sender = sender_of(given)
    if given.field("do") == "send" and checked.good:
        wrong = unsent(given)
        if not wrong:
            return sent(job, lang, file, content, checked, sender) or _submit(
                site, lang, job, checked=checked, file=file, content=content, sender=sender, problem=failed(job)
            )
        return _submit(
            site, lang, job, checked=checked, file=file, content=content, sender=sender, problem=wrong, status=400
        )
    return _submit(site, lang, job, checked=checked, file=file, content=content, sender=sender)


def _submit(
    site: Site,
    lang: str,
    job: dict[str, Any],
    *,
    checked: Checked | None = None,
    file: str = "",
    content: bytes = b"",
    sender: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Reply:
    return site.html(
        "submit.html",
        lang,
        status=status,
        other=in_other("submit", lang),
        takes=job.get("takes", False),
        checked=checked,
        most=MOST,
        file=file,
        content=base64.b64encode(content).decode(),
        lines=lines_of(content, checked) if checked else {},
        sender=sender or {},
        problem=problem_of(problem, lang),
        endings=_ENDINGS,
        days=DAYS,
    )


def problem_of(key: str, lang: str) -> str:
    """Give the sentence for why a document was not taken, or nothing."""
    return word(lang, f"submit-{key}", limit=LARGEST // 1000) if key else ""


def _document(given: Posted) -> tuple[str, bytes, str]:
    """Give the name and content of the document that was sent, and the key of what is wrong with that."""
    if "document" in given.files:
        file, content = given.files["document"]
    else:
        file = given.field("file")
        try:
            content = base64.b64decode(given.field("content"), validate=True)
        except (binascii.Error, ValueError):
            return "", b"", "no-file"
    if not file or not content:
        return "", b"", "no-file"
    if Path(file).suffix.lower() not in _ENDINGS:
        return "", b"", "ending"
    return (file[:80], content, "") if len(content) <= LARGEST else ("", b"", "large")


def sender_of(given: Posted) -> dict[str, str]:
    """Give what a form says of who sends a document."""
    return {name: " ".join(given.field(of).split())[:LONGEST] for name, of in _SENDER.items()}


def unsent(given: Posted) -> str:
    """Give the key of why a document is not sent yet, or nothing."""
    if not given.field("sender-by") or "@" not in given.field("email"):
        return "who"
    return "" if given.field("agreed") else "agree"


def sent(
    job: dict[str, Any], lang: str, file: str, content: bytes, checked: Checked, sender: dict[str, str]
) -> Reply | None:
    """Have a document kept, or lead to its receipt once it is; None where it could not be kept."""
    result = job.get("result")
    if result is None:
        told = {"document": checked.document, "claims": len(checked.told), "lang": lang, "again": checked.again}
        wanted = {
            "inbox": "keep",
            "file": file,
            "content": base64.b64encode(content).decode(),
            "told": told,
            "sender": sender,
        }
        return wanting(wanted)
    if "kept" not in result:
        return None
    to = f"/{lang}/{PAGES['receipt'][lang]}?{urlencode({'number': result['kept']['number']})}"
    return Reply(303, {"location": to, "cache-control": "no-store"}, b"")


def failed(job: dict[str, Any]) -> str:
    """Give the key of why the inbox did not keep a document."""
    result = job.get("result") or {}
    return "full" if "full" in result else "closed" if "closed" in result else "failed"


def unheard(result: dict[str, Any]) -> str:
    """Give the key of why the inbox did nothing: a wrong token, no inbox, a failure; or nothing."""
    return next((name for name in ("wrong", "closed", "failed") if name in result), "")


def wanting(wanted: dict[str, Any]) -> Reply:
    """Say what must be done where files may be opened, before the page can be made."""
    return Reply(200, {"x-do": "1"}, json.dumps(wanted).encode())


def lines_of(content: bytes, checked: Checked) -> dict[int, str]:
    """Give the lines of a text of which something is said."""
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return {}
    wanted = {one.place.line for one in checked.findings if one.place.line and not one.place.cell}
    return {number: lines[number - 1].strip()[:160] for number in wanted if number <= len(lines)}
