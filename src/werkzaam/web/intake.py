"""What the child does that changes the store: takes a document in or out, by the functions of `add` and `remove`.

It is forked for a single change from a process that has read the rules and never opens a store.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from werkzaam import prepared, shacl
from werkzaam.build import on_disk
from werkzaam.entered import Entry
from werkzaam.errors import Finding, StoreError, UsageError, WerkzaamError
from werkzaam.records import Submitter
from werkzaam.reports import FORMATS, arranged, as_data
from werkzaam.submissions import submit
from werkzaam.web.inbox import act
from werkzaam.web.linkspage import act as linked
from werkzaam.web.negotiation import JSON
from werkzaam.web.problems import problem
from werkzaam.web.stem import Prepared
from werkzaam.web.worker import Reply
from werkzaam.withdrawal import remove

REPORTS = {
    JSON: "json",
    "application/sarif+json": "sarif",
    "text/plain": "text",
    "text/markdown": "md",
    "text/turtle": "ttl",
}
"""The media types in which it is told what came of a change, with the name of the report."""

CONFLICTS = frozenset(("claim-retracted", "document-other", "document-reserved", "removed-is-named", "told-elsewhere"))
"""Findings that are no fault of the document by itself: it does not agree with what the store holds."""


def prepare(store: str) -> Prepared:
    """Read the rules, so that each child has them."""
    shacl.engine(shacl.chosen(None), prepared.model())

    def handle(job: dict[str, Any], body: bytes) -> Reply:
        return _inbox(store, job) if "inbox" in job else changed(store, job, body)

    return Prepared(handle, {})


def _inbox(store: str, job: Mapping[str, Any]) -> Reply:
    """Do what a page asks of the inbox, and say what came of it."""
    try:
        told, generation = (linked(store, job), "") if job["inbox"] == "links" else act(store, job)
    except (WerkzaamError, OSError) as error:
        told, generation = {"failed": str(error)}, ""
    headers = {"x-generation": generation} if generation else {}
    return Reply(200, headers, json.dumps(told, ensure_ascii=False).encode())


def changed(store: str, job: Mapping[str, Any], body: bytes) -> Reply:
    """Make a change and say what came of it.

    A job has the `media` of the document or is a `removal`; the `name` that it must have, or None; what is told of
    its `submitter`; `dry` where nothing is to be entered; and the `report` and language that are wanted.
    """
    lang, name = job["lang"], job["name"]
    submitter = Submitter(**job["submitter"])
    try:
        if job["removal"]:
            entry = remove(name, store, force=job["force"], submitter=submitter)
        else:
            entry = submit(body, job["media"], store, submitter=submitter, name=name, dry_run=job["dry"])
        generation = on_disk(store).current().name
    except UsageError as error:
        return problem(404, error.message(lang))
    except StoreError as error:
        reply = problem(507 if error.key == "store-full" else 503, error.message(lang))
        reply.headers["retry-after"] = "5"
        return reply
    except WerkzaamError as error:
        return problem(422, error.message(lang))
    return _told(entry, job, body, generation)


def _told(entry: Entry, job: Mapping[str, Any], body: bytes, generation: str) -> Reply:
    found = arranged(entry.findings)
    status = _status(entry, found)
    headers = {"vary": "accept, accept-language", "x-generation": generation}
    one = entry.documents[0] if entry.documents else None
    if status == 201 and one is not None:
        headers["location"] = f"/api/cases/{one.document}"
    if job["report"] != JSON:
        text = FORMATS[REPORTS[job["report"]]](found, [], job["lang"])
        if job["report"] == "text/plain":
            text += "".join(f"{one.told(job['lang'])}\n" for one in entry.documents)
        kind = job["report"] + ("; charset=utf-8" if job["report"].startswith("text/") else "")
        return Reply(status, {**headers, "content-type": kind}, text.encode())
    data = {
        **as_data(found, [], job["lang"]),
        "documents": [asdict(one) for one in entry.documents],
        "sha256": hashlib.sha256(body).hexdigest() if body else None,
        "generation": generation,
    }
    return Reply(status, {**headers, "content-type": JSON}, json.dumps(data, ensure_ascii=False, indent=2).encode())


def _status(entry: Entry, found: Sequence[Finding]) -> int:
    if not entry.refused:
        return 201 if any(one.state == "accepted" for one in entry.documents) else 200
    wrong = {one.rule for one in found if one.severity == "violation"}
    return 409 if wrong <= CONFLICTS else 422
