"""The pages by which a case comes in: a file or a form, what is wrong with it, a receipt; and its review."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from werkzaam.errors import Finding
from werkzaam.records import DAYS
from werkzaam.submissions import MEDIA
from werkzaam.terms import slug
from werkzaam.web import posted
from werkzaam.web.caseform import HEAD, Draft, place_of
from werkzaam.web.checking import MOST, Checked
from werkzaam.web.pages import in_other
from werkzaam.web.posted import Posted
from werkzaam.web.words import PAGES, word
from werkzaam.web.words import number as numbered
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
    sender = _sender(given)
    if given.field("do") == "send" and checked.good:
        wrong = _unsent(given)
        if not wrong:
            return _send(job, lang, file, content, checked, sender) or _submit(
                site, lang, job, checked=checked, file=file, content=content, sender=sender, problem=_failed(job)
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
        lines=_lines(content, checked) if checked else {},
        sender=sender or {},
        problem=_problem(problem, lang),
        endings=_ENDINGS,
        days=DAYS,
    )


def _problem(key: str, lang: str) -> str:
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


def _sender(given: Posted) -> dict[str, str]:
    return {name: " ".join(given.field(of).split())[:LONGEST] for name, of in _SENDER.items()}


def _unsent(given: Posted) -> str:
    """Give the key of why a document is not sent yet, or nothing."""
    if not given.field("sender-by") or "@" not in given.field("email"):
        return "who"
    return "" if given.field("agreed") else "agree"


def _send(
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


def _failed(job: dict[str, Any]) -> str:
    result = job.get("result") or {}
    return "full" if "full" in result else "closed" if "closed" in result else "failed"


def wanting(wanted: dict[str, Any]) -> Reply:
    """Say what must be done where files may be opened, before the page can be made."""
    return Reply(200, {"x-do": "1"}, json.dumps(wanted).encode())


def _lines(content: bytes, checked: Checked) -> dict[int, str]:
    """Give the lines of a text of which something is said."""
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return {}
    wanted = {one.place.line for one in checked.findings if one.place.line and not one.place.cell}
    return {number: lines[number - 1].strip()[:160] for number in wanted if number <= len(lines)}


# ---- the form


def form(site: Site, lang: str, job: dict[str, Any], body: bytes) -> Reply:
    """Show the form, do what a button of it asks for, and check what stands in it."""
    if "media" not in job:
        draft = Draft()
        site.form.add(draft, "Configuration")
        return _form(site, lang, job, draft)
    given = posted.read(job["media"], body)
    if "draft" in given.files and given.field("do") == "resume":
        draft, left_out = site.form.resumed(given.files["draft"][1][:LARGEST])
        return _form(site, lang, job, draft, left_out=left_out, resumed=True)
    draft = site.form.read(given.pairs)
    doing, _, what = given.field("do").partition(" ")
    if doing in ("add", "remove", "add-part", "remove-part"):
        return _form(site, lang, job, draft, at=_changed(site, draft, doing, what or given.field("new-kind")))
    text, names = site.form.written(draft, lang)
    if doing == "save":
        headers = {
            "content-type": "application/yaml; charset=utf-8",
            "content-disposition": 'attachment; filename="case.yaml"',
            "cache-control": "no-store",
        }
        return Reply(200, headers, text.encode())
    missing = [
        name
        for name in ("study.nl", "study.en", "publication", "by", "date", "case.nl", "case.en")
        if not draft.head[name]
    ]
    sender = _sender(given)
    if missing:
        return _form(site, lang, job, draft, missing=missing, sender=sender, status=400)
    checked = site.checker.check(text.encode(), "case.yaml", lang)
    problem = ""
    if doing == "send" and checked.good:
        problem = _unsent(given)
        if not problem:
            done = _send(job, lang, "case.yaml", text.encode(), checked, sender)
            if done is not None:
                return done
            problem = _failed(job)
    return _form(site, lang, job, draft, checked=checked, names=names, sender=sender, problem=problem)


def _changed(site: Site, draft: Draft, doing: str, what: str) -> str:
    """Add or remove a claim or a part of one; give where on the page that is."""
    claim, _, rest = what.partition(".")
    found = next((one for one in draft.claims if one.id == claim), None)
    if doing == "add":
        site.form.add(draft, what)
        return draft.claims[-1].id if draft.claims else ""
    if doing == "remove" and found:
        at = draft.claims.index(found)
        draft.claims.remove(found)
        return draft.claims[max(at - 1, 0)].id if draft.claims else ""
    if doing == "add-part" and found:
        site.form.add_part(found, rest)
    elif doing == "remove-part" and found:
        name, _, part = rest.partition(".")
        found.parts[name] = [one for one in found.parts.get(name, []) if one.id != part]
    return claim


def _form(
    site: Site,
    lang: str,
    job: dict[str, Any],
    draft: Draft,
    *,
    checked: Checked | None = None,
    names: list[str] | None = None,
    missing: list[str] | None = None,
    sender: dict[str, str] | None = None,
    left_out: list[str] | None = None,
    resumed: bool = False,
    problem: str = "",
    at: str = "",
    status: int = 200,
) -> Reply:
    wrong: dict[str, list[Finding]] = {}
    for one in checked.findings if checked else []:
        where = _field_of(site, draft, one, names or [])
        wrong.setdefault(where, []).append(one)
    return site.html(
        "form.html",
        lang,
        status=status,
        other=in_other("form", lang),
        takes=job.get("takes", False),
        draft=draft,
        heads=HEAD,
        kinds=site.form.kinds(),
        fields=site.form.fields,
        checked=checked,
        wrong=wrong,
        missing=missing or [],
        sender=sender or {},
        left_out=left_out or [],
        resumed=resumed,
        problem=_problem(problem, lang),
        at=at,
        days=DAYS,
        most=MOST,
        open_below=lambda part, where, fields: any(
            any(any(part.values.get(name, ())) for name in (one.name, f"{one.name}.nl", f"{one.name}.en"))
            or part.parts.get(one.name)
            or any(name == f"{where}.{one.name}" or name.startswith(f"{where}.{one.name}.") for name in wrong)
            for one in fields
        ),
    )


def _field_of(site: Site, draft: Draft, one: Finding, names: list[str]) -> str:
    """Give the name of the field that a finding is about: by its property where that has one, else by its line."""
    at = place_of(names, one.place.line)
    claim, *below = at.split(".")
    part = next((found for found in draft.claims if found.id == claim), None)
    prefix = [claim]
    while part is not None and one.path:
        parts = part.parts.get(below[0], []) if below else []
        inner = next((found for found in parts if len(below) > 1 and found.id == below[1]), None)
        if inner is None:
            name = slug(one.path)
            shown = [*site.form.fields(part.cls, "nl")[0], *site.form.fields(part.cls, "nl")[1]]
            if any(each.name == name for each in shown):
                kind = next(each.field.kind for each in shown if each.name == name)
                return ".".join([*prefix, name]) + (".nl" if kind == "text" else "")
            break
        prefix += below[:2]
        part, below = inner, below[2:]
    return at


# ---- afterwards


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
    if "wrong" in result or "closed" in result or "failed" in result:
        problem, token = next(name for name in ("wrong", "closed", "failed") if name in result), ""
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
        lines=_lines(content, checked) if checked else {},
        problem=word(lang, f"review-{problem}") if problem else "",
    )
