"""A store behind SPARQL 1.1 Query and Graph Store Protocol, on any server.

What a server answers is parsed and written anew here, so that a table looks the same whichever engine made it. A server
that loses rows on paths is asked our questions without them (`flat`); what a user writes is sent as it stands.
"""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

import pyoxigraph as ox

from werkzaam.errors import InputError, StoreError
from werkzaam.flat import DERIVED_GRAPH, flat, leads_to, steps_query
from werkzaam.language import tell
from werkzaam.records import RECORDS_GRAPH
from werkzaam.store import Answers, Oxigraph, Row, Triples, Value
from werkzaam.terms import BASE, ONTOLOGY_GRAPH
from werkzaam.tomlfile import read

SECONDS = 600.0
"""How long a server may take over one request; a command that is to end sooner runs in a limited child."""

_TABLE, _GRAPH = "application/sparql-results+json", "application/n-triples"
# Does the default graph hold what stands in a named one? Every collection has the ontology.
_UNION = f"ASK {{ GRAPH <{ONTOLOGY_GRAPH}> {{ ?s ?p ?o }} ?s ?p ?o }}"
# Questions follow paths from either end, as SPARQL 1.1 asks (section 9); an engine that does not loses rows silently.
_PATHS = "ASK { ?narrow <http://www.w3.org/2004/02/skos/core#broader>+ ?broad }"
_DERIVED = f"ASK {{ GRAPH <{DERIVED_GRAPH}> {{ ?s ?p ?o }} }}"
_FORM = re.compile(r"(?:\s|#[^\n]*\n|BASE\s*<[^>]*>|PREFIX\s+[^\s:]*:\s*<[^>]*>)*(\w+)", re.IGNORECASE)
_DEFINED = re.compile(r"(DEFINE [^\n]*\n)+")
"""Virtuoso's own instructions, which go before all else."""
_ONCE = "SELECT DISTINCT"
_KEPT = (DERIVED_GRAPH, RECORDS_GRAPH)
"""Graphs that we keep on a server for our own use; they are no part of the collection."""


@cache
def _layouts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read("servers.toml")["layout"]
    return found


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server takes queries and graphs, and the credentials that it asks for."""

    query: str
    graphs: str
    user: str = ""
    password: str = ""

    @classmethod
    def at(cls, address: str, environment: Mapping[str, str] = os.environ) -> Server:
        """Give the server that answers queries at `address`; raises `StoreError` where its layout is not known.

        `WERKZAAM_STORE_GRAPHS` names the other address where it does not follow from this one, `WERKZAAM_STORE_USER`
        and `WERKZAAM_STORE_PASSWORD` who asks. A password in the address is refused, as addresses are shown and kept.
        """
        parts = urllib.parse.urlsplit(address)
        if parts.username or parts.password:
            raise StoreError("store-password-in-address", value=address.replace(parts.netloc, parts.hostname or ""))
        layout: dict[str, Any] = next((one for one in _layouts() if address.endswith(one["query"])), {})
        graphs = environment.get("WERKZAAM_STORE_GRAPHS", "")
        if not parts.hostname or parts.query or parts.fragment or not (layout or graphs):
            known = ", ".join(dict.fromkeys(f"…{one['query']} ({one['name']})" for one in _layouts()))
            raise StoreError("store-address", value=address, known=known)
        return cls(
            address,
            graphs or address.removesuffix(layout["query"]) + layout["graphs"],
            environment.get("WERKZAAM_STORE_USER", ""),
            environment.get("WERKZAAM_STORE_PASSWORD", ""),
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Credentials and updates go to the address that the user gave and nowhere else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """Answers a server's challenge, and from then on beforehand: some close the connection over a long body."""

    _challenge: Mapping[str, str] | None = None

    def get_authorization(self, req: urllib.request.Request, chal: Mapping[str, str]) -> str | None:
        self._challenge = chal
        return super().get_authorization(req, chal)

    def http_request(self, req: urllib.request.Request) -> urllib.request.Request:
        if self._challenge is not None and not req.has_header(self.auth_header):
            req.add_unredirected_header(self.auth_header, f"Digest {self.get_authorization(req, self._challenge)}")
        return req

    https_request = http_request


class Remote(Answers):
    """A store on a server, over the union of its graphs."""

    def __init__(self, server: Server) -> None:
        self._server, self._engine = server, ""
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if server.user:
            known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            for address in (server.query, server.graphs):
                known.add_password(None, address, server.user, server.password)
            handlers += [_Digest(known), urllib.request.HTTPBasicAuthHandler(known)]
        self._opener = urllib.request.build_opener(*handlers)

    def _send(self, address: str, method: str, content: bytes | None = None, **headers: str) -> tuple[str, bytes]:
        """Send a request; give the media type and the body of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(address, content, named, method=method)
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                self._engine = answer.headers.get("Server", "")
                most = answer.headers.get("X-SPARQL-MaxRows")  # Virtuoso says so where it left out the rest
                if most:
                    raise StoreError("store-cuts", path=self._server.query, value=most)
                return answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as error:
            said = error.read(2000).decode("utf-8", "replace").strip()
            problem = said.splitlines()[0][:200] if said else error.reason
            if error.code in (401, 403):
                raise StoreError("store-forbidden", path=address) from None
            if error.code == 400 and address == self._server.query:
                raise InputError("query-refused", problem=problem) from None
            raise StoreError("store-refuses", path=address, code=error.code, problem=problem) from None
        except (OSError, HTTPException) as error:  # URLError is an OSError
            problem = str(getattr(error, "reason", error))
            raise StoreError("store-unreachable", path=address, problem=problem) from None

    @cached_property
    def _union(self) -> dict[str, str]:
        """What to send with a query so that its default graph is the union; raises `StoreError` where nothing helps.

        Virtuoso and GraphDB give the union by themselves, Oxigraph when asked, Fuseki when it is so configured.
        """
        asking: tuple[dict[str, str], ...] = ({}, {"union-default-graph": ""})
        for more in asking:
            try:
                if self._ask(_UNION, more):
                    return more
            except (InputError, StoreError):
                if not more:
                    raise
                break
        raise StoreError("store-no-union", path=self._server.query)

    def _follows(self) -> bool:
        """Say whether the server follows a path with two open ends; refusing it is not to."""
        try:
            return bool(self._ask(_PATHS, self._union))
        except (InputError, StoreError):
            return False

    @cached_property
    def _flat(self) -> bool:
        """Whether our questions are asked without paths; raises `StoreError` where what they then read is not there."""
        if self._follows():
            return False
        if not self._ask(_DERIVED, self._union):
            raise StoreError("store-paths", path=self._server.query)
        return True

    def _ask(self, query: str, more: Mapping[str, str] | Sequence[tuple[str, str]]) -> Any:
        pairs = [("query", query), *(more.items() if isinstance(more, Mapping) else more)]
        found = _FORM.match(query)
        form = found[1].upper() if found else ""
        media, content = self._send(
            self._server.query,
            "POST",
            urllib.parse.urlencode(pairs).encode(),
            Accept=_GRAPH
            if form in ("CONSTRUCT", "DESCRIBE")
            else _TABLE,  # one of the two, as Virtuoso gives a table for a graph when it may
            Content_Type="application/x-www-form-urlencoded",
        )
        try:
            if media == _GRAPH:
                return Triples(content)
            made = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
            if form == "ASK" and isinstance(made, ox.QuerySolutions):  # a table of one cell, from Virtuoso
                said = b"true" if [row[0].value for row in made] == ["1"] else b"false"
                return ox.parse_query_results(b'{"boolean":%s}' % said, format=ox.QueryResultsFormat.JSON)
            return made
        except (SyntaxError, ValueError) as error:
            raise StoreError("store-answers-strangely", path=self._server.query, problem=f"{media}: {error}") from None

    def _query(self, query: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> Any:
        defined = _DEFINED.match(query)
        first = defined[0] if defined else ""
        # On a line that is there, so that the lines of an error are the user's.
        based = f"{first}BASE <{BASE}> {query[len(first) :]}"
        if default or named:
            graphs = [("default-graph-uri", one) for one in default] + [("named-graph-uri", one) for one in named]
            return self._ask(based, graphs)
        return self._ask(based, self._union)

    def rows(self, query: str) -> Iterable[Row]:
        """Give the rows of a SELECT of ours; where it says DISTINCT, each once, also where the server repeats some."""
        if not self._flat:
            return super().rows(query)
        try:
            rows = list(super().rows(self._prologue() + flat(query)))
        except (InputError, StoreError) as error:
            if error.key not in ("query-refused", "store-refuses"):
                raise
            tell("store-cannot", path=self._server.query, problem=error.data["problem"])
            return self._copy.select(query)
        return list({tuple(map(_told, row.items())): row for row in rows}.values()) if _ONCE in query else rows

    def _prologue(self) -> str:
        known: dict[str, str] = read("servers.toml")["prologue"]
        return "".join(f"{line}\n" for name, line in known.items() if self._engine.startswith(name))

    @cached_property
    def _copy(self) -> Oxigraph:
        """All of the collection in memory, for what the server cannot do."""
        return Oxigraph.of(self)

    def load(self, quads: Iterable[ox.Quad]) -> None:
        """Put each graph of `quads` in the place of what it held before, one request a graph."""
        graphs: dict[str, list[ox.Quad]] = {}
        for quad in quads:
            graphs.setdefault(getattr(quad.graph_name, "value", ""), []).append(quad)
        self.replace(graphs, (quad for one in graphs.values() for quad in one))

    def replace(self, graphs: Iterable[str], quads: Iterable[ox.Quad]) -> None:
        """Put `quads` in the place of everything in `graphs`: each graph whole, in this order, not all at once."""
        content: dict[str, list[ox.Triple]] = {graph: [] for graph in graphs}
        for quad in quads:
            content[getattr(quad.graph_name, "value", "")].append(quad.triple)
        with suppress(InputError, StoreError):  # be asked who we are before a long body is under way
            self._send(f"{self._server.graphs}?{urllib.parse.urlencode({'graph': ONTOLOGY_GRAPH})}", "HEAD")
        for graph, triples in content.items():
            self._put(graph, triples)
        self.__dict__.pop("_flat", None)
        self.__dict__.pop("_copy", None)
        if not self._follows():
            self._put(DERIVED_GRAPH, (quad.triple for quad in leads_to(super().rows(steps_query()))))

    def _put(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        address = f"{self._server.graphs}?{urllib.parse.urlencode({'graph': graph})}"
        content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
        if content:
            self._send(address, "PUT", content, Content_Type=_GRAPH)
            return
        try:
            self._send(address, "DELETE")
        except StoreError as error:
            if error.data.get("code") != 404:  # what is not there need not go
                raise

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """Give the quads of one graph or of all documents and the ontology."""
        names = [graph] if graph else [row["g"] for row in super().rows(_GRAPHS) if row["g"] not in _KEPT]
        for name in names:
            found = list(self._query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"))
            (count,) = super().rows(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
            if len(found) < int(count["n"]):  # a graph that is cut short does not say so
                raise StoreError("store-cuts", path=self._server.query, value=len(found))
            for triple in found:
                yield ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(name))

    def about(self, iri: str) -> Iterable[ox.Triple]:
        """Give the triples with `iri` as subject."""
        rows = self._query(f"SELECT ?p ?o WHERE {{ GRAPH ?g {{ <{iri}> ?p ?o }} FILTER (?g NOT IN ({_OURS})) }}")
        return {ox.Triple(ox.NamedNode(iri), *row) for row in rows}


def _told(named: tuple[str, Value]) -> tuple[str, ...]:
    """Give what makes a value another, which is more than its text."""
    name, value = named
    return name, value, getattr(value, "language", ""), getattr(value, "datatype", "")


_OURS = ", ".join(f"<{graph}>" for graph in _KEPT)
_GRAPHS = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (STRSTARTS(STR(?g), '{BASE}')) }} ORDER BY ?g"
