"""What the API tells of the documents of the collection: a list of them, and of each what it holds and its history."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox

from werkzaam.messages import say
from werkzaam.records import State, states
from werkzaam.terms import GRAPH, PREFIXES
from werkzaam.web.negotiation import GRAPHS, JSON, MEDIA, best
from werkzaam.web.problems import problem
from werkzaam.web.source import Copy
from werkzaam.web.worker import Reply

VERSION = 1
"""Of the JSON; fields may be added within a version."""


class Held:
    """The documents of one state of the collection."""

    def __init__(self, copy: Copy) -> None:
        self._store, self._generation, self._records = copy.opened.store, copy.generation, copy.records
        self._states = states(copy.records)
        self._cases = {one["document"].removeprefix(GRAPH): one for one in copy.opened.cases()}

    def answer(self, job: dict[str, Any]) -> Reply:
        """Answer a job: the list where its `document` is "", else what is asked of that."""
        name, accept, lang = job["document"], job["accept"], job["lang"]
        if not name:
            if not best(accept, [JSON]):
                return _unacceptable(lang, [JSON])
            return self._json({"cases": [self._told(one) for one in sorted(self._cases)]})
        if name not in self._cases:
            gone = self._states.get(name, State()).version > 0
            return problem(
                410 if gone else 404, say(lang, "document-gone" if gone else "document-not-there", value=name)
            )
        media = best(accept, [JSON, *GRAPHS])
        if not media:
            return _unacceptable(lang, [JSON, *GRAPHS])
        if media == JSON:
            history = [one.as_dict() for one in self._records if one.document == name]
            return self._json({"case": {**self._told(name), "history": history}})
        triples = (quad.triple for quad in self._store.quads(GRAPH + name))
        body = ox.serialize(triples, format=ox.RdfFormat.from_media_type(media), prefixes=PREFIXES) or b""
        return Reply(200, {"content-type": MEDIA[GRAPHS[media]], "vary": "accept"}, body)

    def _told(self, name: str) -> dict[str, Any]:
        state = self._states.get(name, State())
        files = state.entered.files if state.entered else ()
        return {
            "name": name,
            **self._cases[name],
            "version": state.version,
            "entered": state.entered.at if state.entered else None,
            "files": [{"name": one.name, "sha256": one.sha256} for one in files],
        }

    def _json(self, data: dict[str, Any]) -> Reply:
        body = json.dumps({"version": VERSION, "generation": self._generation, **data}, ensure_ascii=False).encode()
        return Reply(200, {"content-type": JSON, "vary": "accept"}, body)


def _unacceptable(lang: str, known: list[str]) -> Reply:
    return problem(406, say(lang, "protocol-not-acceptable", known=", ".join(known)))
