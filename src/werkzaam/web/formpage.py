"""The page by which a case comes in as a form: claims and parts come and go, a draft is saved and resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzaam.errors import Finding
from werkzaam.records import DAYS
from werkzaam.terms import slug
from werkzaam.web import posted
from werkzaam.web.caseform import HEAD, Draft
from werkzaam.web.casetext import place_of
from werkzaam.web.checking import MOST, Checked
from werkzaam.web.pages import in_other
from werkzaam.web.submitpage import LARGEST, failed, problem_of, sender_of, sent, unsent
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site


def form(site: Site, lang: str, job: dict[str, Any], body: bytes) -> Reply:
    """Show the form, do what a button of it asks for, and check what stands in it."""
    if "media" not in job:
        draft = Draft()
        site.form.add(draft, "Configuration")
        return _form(site, lang, job, draft)
    given = posted.read(job["media"], body)
    if "draft" in given.files and given.field("do") == "resume":
        draft, left_out = site.text.resumed(given.files["draft"][1][:LARGEST])
        return _form(site, lang, job, draft, left_out=left_out, resumed=True)
    draft = site.form.read(given.pairs)
    doing, _, what = given.field("do").partition(" ")
    if doing in ("add", "remove", "add-part", "remove-part"):
        return _form(site, lang, job, draft, at=_changed(site, draft, doing, what or given.field("new-kind")))
    text, names = site.text.written(draft, lang)
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
    sender = sender_of(given)
    if missing:
        return _form(site, lang, job, draft, missing=missing, sender=sender, status=400)
    checked = site.checker.check(text.encode(), "case.yaml", lang)
    problem = ""
    if doing == "send" and checked.good:
        problem = unsent(given)
        if not problem:
            done = sent(job, lang, "case.yaml", text.encode(), checked, sender)
            if done is not None:
                return done
            problem = failed(job)
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
        problem=problem_of(problem, lang),
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
