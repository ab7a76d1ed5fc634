"""The SPARQL 1.1 Protocol for queries; updates are refused. The query itself is read and answered in a child."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

import pyoxigraph as ox

from werkzaam.errors import InputError
from werkzaam.foreign import MAX_QUERY_BYTES, check_query
from werkzaam.messages import say
from werkzaam.store import Store
from werkzaam.terms import DCTERMS
from werkzaam.web import federated
from werkzaam.web.negotiation import GRAPHS, HTML, MEDIA, RESULTS, best
from werkzaam.web.words import PAGES
from werkzaam.web.worker import Reply

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
SD = "http://www.w3.org/ns/sparql-service-description#"
MAX_BODY = 4 * MAX_QUERY_BYTES
"""In bytes: an encoded form takes up to three times what it holds."""


class Refused(Exception):
    """A request that the protocol does not allow: the status and the key of the message."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status, self.key = status, key


def read(method: str, params: str, media: str, body: bytes) -> dict[str, Any]:
    """Give the query of a request with the graphs that it names; raises `Refused`.

    `params` is the query part of the address, `media` the content type.
    """
    kind, _, parameters = media.partition(";")
    kind = kind.strip().lower()
    pairs = _pairs(params)
    if method == "POST":
        if kind == FORM:
            pairs += _pairs(_utf8(body))
        elif kind == DIRECT:
            charset = parameters.strip().lower().removeprefix("charset=").strip('"')
            if charset not in ("", "utf-8", "utf8"):
                raise Refused(415, "protocol-utf8")
            if any(name == "query" for name, _ in pairs):
                raise Refused(400, "protocol-one-query")
            pairs.append(("query", _utf8(body)))
        elif kind == "application/sparql-update":
            raise Refused(403, "protocol-no-updates")
        else:
            raise Refused(415, "protocol-media")
    elif method not in ("GET", "HEAD"):
        raise Refused(405, "protocol-method")
    if any(name == "update" or name.startswith("using-") for name, _ in pairs):
        raise Refused(403, "protocol-no-updates")
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise Refused(400, "protocol-one-query")
    return {
        "query": queries[0],
        "default": [value for name, value in pairs if name == "default-graph-uri"],
        "named": [value for name, value in pairs if name == "named-graph-uri"],
    }


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except UnicodeDecodeError:
        raise Refused(400, "protocol-utf8") from None
    except ValueError:
        raise Refused(400, "protocol-many-fields") from None


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "protocol-utf8") from None


def description(address: str, accept: str, lang: str, *, federates: bool = False) -> Reply:
    """Give what the endpoint at `address` says of itself, where it is asked nothing; a browser goes to the form.

    It `federates` where there are others that a query may ask.
    """
    media = best(accept, ["text/turtle", HTML, *GRAPHS])
    if media == HTML:
        return Reply(303, {"location": f"/{lang}/{PAGES['sparql'][lang]}", "vary": "accept, accept-language"}, b"")
    if not media:
        return problem(406, say(lang, "protocol-not-acceptable", known=", ".join(GRAPHS)))
    content = pkgutil.get_data("werkzaam.web", "service.ttl") or b""
    triples = [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=address)]
    prefixes = {"dcterms": DCTERMS, "sd": SD}
    if federates:
        named = [ox.NamedNode(iri) for iri in (address, f"{SD}feature", f"{SD}BasicFederatedQuery")]
        triples.append(ox.Triple(*named))
    body = ox.serialize(triples, format=ox.RdfFormat.from_media_type(media), prefixes=prefixes) or b""
    return Reply(200, {"content-type": MEDIA[GRAPHS[media]], "vary": "accept"}, body)


class NotAcceptable(Exception):
    """None of the forms that the client wants is one in which the answer can be given."""


def answer(store: Store, job: dict[str, Any], body: bytes = b"") -> Reply:
    """Answer the query of a job, in the child.

    Where it asks other services, what is to be asked of them is told instead, as JSON under the header ``x-asks``; the
    job that comes then has their answers as its body.
    """
    lang, query = job["lang"], job["query"]
    try:
        _check_graphs((*job["default"], *job["named"]))
        if job.get("services") and federated.asks(query):
            asked = federated.asked(query, job["services"])
            if asked and "answers" not in job:
                return Reply(200, {"x-asks": ""}, json.dumps([asdict(one) for one in asked]).encode())
            query = federated.filled(query, asked, _parts(body, job.get("answers", [])))
        else:
            check_query(query)
        media, content = store.results(query, lambda graph: _media(job["accept"], graph), job["default"], job["named"])
    except NotAcceptable:
        offered = ", ".join((*RESULTS, *GRAPHS))
        return problem(406, say(lang, "protocol-not-acceptable", known=offered))
    except InputError as error:
        return problem(400, error.message(lang))
    except federated.Unreadable as error:
        return problem(502, say(lang, "federate-form", address=job["services"][error.service]))
    except (OSError, ValueError) as error:
        # The query made the engine reach for a file or socket that it may not open.
        return problem(400, say(lang, "query-reaches-out", problem=str(error)))
    text = media if media.startswith("application/") else f"{media}; charset=utf-8"
    return Reply(200, {"content-type": text, "vary": "accept, accept-language"}, content)


def _parts(body: bytes, sizes: Sequence[int | None]) -> list[bytes | None]:
    """Give the answers that stand in a body one after the other; None for one that did not come."""
    parts: list[bytes | None] = []
    for size in sizes:
        parts.append(None if size is None else body[:size])
        body = body[size or 0 :]
    return parts


def _check_graphs(iris: Sequence[str]) -> None:
    for iri in iris:
        if not iri or any(character in '<>"{}|^`\\' or character <= " " for character in iri):
            raise InputError("query-syntax", line=1, problem=f"graph: {iri[:80]}")


def _media(accept: str, graph: bool) -> str:
    chosen = best(accept, list(GRAPHS if graph else RESULTS))
    if not chosen:
        raise NotAcceptable
    return chosen


def problem(status: int, text: str) -> Reply:
    """Give what is wrong as a line of text."""
    return Reply(status, {"content-type": "text/plain; charset=utf-8"}, (text + "\n").encode())
