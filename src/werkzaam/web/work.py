"""What the children do that answer: pages, queries, what the API tells of documents; and how they are made ready."""

from __future__ import annotations

from typing import Any

from werkzaam import prepared, shacl
from werkzaam.questions import questions
from werkzaam.rulebook import rules
from werkzaam.terms import LANGUAGES
from werkzaam.web import documents, endpoint
from werkzaam.web.public import rooted
from werkzaam.web.site import Site, templates
from werkzaam.web.source import Source
from werkzaam.web.stem import Prepared
from werkzaam.web.worker import Reply

_FAULTS = (414, 500, 503, 504)


def settle() -> None:
    """Read what is the same in every state of a collection, so that a newer one is there in half the time."""
    shacl.engine(shacl.chosen(None), prepared.model())
    templates()
    rules()
    questions()
    import openpyxl  # noqa: F401 - half a second, for who sends a workbook


def prepare(source: Source, root: str) -> Prepared:
    """Read the collection as it is now, and everything that its children need and can no longer open.

    `root` stands before each address of ours in pages.
    """
    copy = source.copy()
    site = Site(copy.opened, root)
    held = documents.Held(copy)

    def handle(job: dict[str, Any], body: bytes) -> Reply:
        if not job:  # is anybody there?
            return Reply(204, {}, b"")
        if "path" in job:
            return site.respond(job, body)
        if "document" in job:
            return held.answer(job)
        return endpoint.answer(copy.opened.store, job, body)

    _warm(handle)
    # What a child can no longer make, who speaks HTTP has from here: a page for each way of not answering.
    faults = {f"{code} {lang}": rooted(site.fault(code, lang), root) for code in _FAULTS for lang in LANGUAGES}
    told = {
        "generation": copy.generation,
        "version": site.version,
        "faults": {key: [one.status, one.headers, one.body.decode()] for key, one in faults.items()},
    }
    return Prepared(handle, told)


def _warm(handle: Any) -> None:
    """Go once through every kind of answer: what Python loads when first needed, a child no longer can."""
    for query in (
        "ASK {}",
        "SELECT (1 AS ?a) {}",
        "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1",
        "SELECT",
        "SERVICE <x> {}",
    ):
        for accept in ("", "text/csv", "application/rdf+xml", "image/png"):
            handle({"query": query, "default": [], "named": [], "accept": accept, "lang": "en"}, b"")
    other = "http://localhost/"
    asking = {"query": f"ASK {{ SERVICE <{other}> {{ }} }}", "services": [other], "answers": [2]}
    handle({**asking, "default": [], "named": [], "accept": "", "lang": "en"}, b"{}")
    for path, query in (
        ("/nl/", ""),
        ("/en/what-works", "for=nobody-of-that-name"),
        *((f"/en/what-works.{form}", "for=older") for form in ("csv", "json", "ttl")),
        ("/nl/sparql", "query=SELECT"),
        ("/ontology.jsonld", ""),
        ("/nowhere", ""),
    ):
        handle({"path": path, "query": query, "accept": "", "languages": "", "gzip": True}, b"")
    for path in ("/nl/insturen", "/en/form", "/en/receipt", "/nl/beoordelen"):
        for more in ({}, {"media": "application/x-www-form-urlencoded"}):
            handle(
                {"path": path, "query": "", "accept": "", "languages": "", "gzip": True, "takes": True, **more},
                b"do=check",
            )
    for document in ("", "nobody"):
        handle({"document": document, "accept": "", "lang": "en"}, b"")
