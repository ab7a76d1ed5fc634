"""The data as others take them: one JSON line a claim, N-Quads, Turtle."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from werkzaam.claims import Node, claims
from werkzaam.store import Store
from werkzaam.terms import GRAPH, PREFIXES, slug

JSONL_VERSION = 1
FORMS = ("jsonl", "nq", "ttl")

# How claims relate, in the order in which people read it.
RELATED = (
    "restates",
    "strongerThan",
    "contradicts",
    "qualifies",
    "illustrates",
    "explains",
    "followedBy",
    "revises",
)
_STANCES = {"supportedBy": "supports", "disputedBy": "disputes", "qualifiedBy": "qualifies"}


def record(node: Node) -> dict[str, Any]:
    """Give a claim as the plain data of one JSON line; docs/jsonl.md says what each key holds."""
    evidence = [_evidence(part, stance) for name, stance in _STANCES.items() for part in node.all(name)]
    places = evidence or [_place(part) for part in node.all("readSpan")] or [{}]
    made: dict[str, Any] = {
        "version": JSONL_VERSION,
        "id": slug(node.iri),
        "iri": node.iri,
        "class": node.cls,
        "document": node.document.removeprefix(GRAPH),
        "statement": node.text("statement"),
        **{key: places[0].get(key) for key in ("section", "page", "phrase", "start", "end")},
        "scope": _slugs(node, "scope"),
        "mechanism": _slug(node, "mechanism"),
        "effect": _slug(node, "effect"),
        "why_not": _slug(node, "whyNot"),
        "resource": node.text("resource"),
        "resource_kinds": _slugs(node, "resourceKind"),
        "resource_missing": _slug(node, "resourceMissing"),
        "reasoning": node.text("reasoning"),
        "reasoning_missing": _slug(node, "reasoningMissing"),
        "actors": [_actor(part) for part in node.all("actor")],
        "except_for": [_actor(part) for part in node.all("exceptFor")],
        "contexts": _slugs(node, "context"),
        "outcomes": [
            {"outcome": _slug(part, "outcome"), "change": _slug(part, "change")} for part in node.all("hasOutcome")
        ],
        "influence": _slug(node, "influence"),
        "necessary": _slug(node, "necessary"),
        "interaction": _slug(node, "interaction"),
        "from": _slug(node, "interactionFrom"),
        "to": _slug(node, "interactionTo"),
        "goal_of": _slugs(node, "goalOf"),
        "official": _slug(node, "official"),
        "aspect": _slug(node, "aspect"),
        "value": node.text("value"),
        "holds": _slug(node, "holds"),
        "compares": _slugs(node, "compares"),
        "result": _slug(node, "result"),
        "more_in": _slugs(node, "moreIn"),
        "less_in": _slugs(node, "lessIn"),
        "arguments": [part.text("statement") for part in node.all("argument")],
        "open_question": _slug(node, "openQuestion"),
        "concerns": _slugs(node, "concerns"),
        "period": node.one("period"),
        "phase": _slug(node, "phase"),
        "mode": _slug(node, "mode"),
        "stage": _slug(node, "stage"),
        "tier": _slug(node, "tier"),
        "reading": _slug(node, "reading"),
        "note": node.text("note"),
        "review": _slug(node, "review"),
        "related": {name: _slugs(node, name) for name in RELATED if node.iris(name)},
        "evidence": evidence,
        "read": [_place(part) for part in node.all("readSpan")],
    }
    return made


def _slug(node: Node, name: str) -> str | None:
    value = node.one(name)
    return None if value is None else slug(value)


def _slugs(node: Node, name: str) -> list[str]:
    return [slug(iri) for iri in node.iris(name)]


def _actor(part: Node) -> dict[str, Any]:
    return {
        "id": slug(part.iri),
        "role": _slug(part, "role"),
        "traits": _slugs(part, "trait"),
        "description": part.text("description"),
    }


def _place(part: Node) -> dict[str, Any]:
    start, end = part.one("start"), part.one("end")
    made: dict[str, Any] = {
        "section": part.one("section"),
        "page": part.one("page"),
        "phrase": part.one("phrase"),
        "start": None if start is None else int(start),
        "end": None if end is None else int(end),
    }
    if part.one("searchedFor"):
        made["searched_for"] = sorted(map(str, part.values["searchedFor"]))
    return made


def _evidence(part: Node, stance: str) -> dict[str, Any]:
    return {
        "id": slug(part.iri),
        "stance": stance,
        "said_by": _slug(part, "saidBy"),
        "account": _slug(part, "account"),
        "kind": _slug(part, "evidenceKind"),
        "how_many": _slug(part, "quantifier"),
        "of_whom": _slug(part, "quantifierOf"),
        "certainty": _slug(part, "certainty"),
        "gathered_in": _slugs(part, "gatheredIn"),
        "cites": _slugs(part, "cites"),
        **_place(part),
        "fingerprint": part.one("fingerprint"),
    }


def export(store: Store, form: str) -> Iterator[str]:
    """Yield the lines of an export: `form` is one of `FORMS`."""
    if form == "jsonl":
        for node in claims(store):
            yield json.dumps(record(node), ensure_ascii=False, sort_keys=False) + "\n"
    elif form == "nq":
        yield from sorted({f"{quad} .\n" for quad in store.quads()})
    else:
        yield from _turtle(store.quads())


def _turtle(quads: Iterable[ox.Quad]) -> Iterator[str]:
    triples = sorted({quad.triple for quad in quads}, key=str)
    made = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    yield from (made or b"").decode("utf-8").splitlines(keepends=True)
