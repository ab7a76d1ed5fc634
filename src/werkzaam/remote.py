"""A store behind SPARQL 1.1 Protocol and Graph Store Protocol, on any server.

What a server answers is parsed and written anew here, so that a table looks the same whichever engine made it.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

import pyoxigraph as ox

from werkzaam.errors import InputError, StoreError
from werkzaam.store import Answers, Triples, update
from werkzaam.terms import BASE, ONTOLOGY_GRAPH
from werkzaam.tomlfile import read

SECONDS = 600.0
"""How long a server may take over one request; a command that is to end sooner runs in a limited child."""

_TABLE, _GRAPH = "application/sparql-results+json", "application/n-triples"
# Does the default graph hold what stands in a named one? Every collection has the ontology.
# Questions follow paths from either end, as SPARQL 1.1 asks (section 9); an engine that does not loses rows silently.
_PATHS = "ASK { ?narrow <http://www.w3.org/2004/02/skos/core#broader>+ ?broad }"
_UNION = f"ASK {{ GRAPH <{ONTOLOGY_GRAPH}> {{ ?s ?p ?o }} ?s ?p ?o }}"


@cache
def _layouts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read("servers.toml")["layout"]
    return found


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server takes queries, updates and graphs, and the credentials that it asks for."""

    query: str
    update: str
    graphs: str
    user: str = ""
    password: str = ""

    @classmethod
    def at(cls, address: str, environment: Mapping[str, str] = os.environ) -> Server:
        """Give the server that answers queries at `address`; raises `StoreError` where its layout is not known.

        `WERKZAAM_STORE_UPDATE` and `WERKZAAM_STORE_GRAPHS` name the other two addresses where they do not follow from
        it, `WERKZAAM_STORE_USER` and `WERKZAAM_STORE_PASSWORD` who asks. A password in the address is refused, since
        addresses are shown and kept.
        """
        parts = urllib.parse.urlsplit(address)
        if parts.username or parts.password:
            raise StoreError("store-password-in-address", value=address.replace(parts.netloc, parts.hostname or ""))
        layout: dict[str, Any] = next((one for one in _layouts() if address.endswith(one["query"])), {})
        given = (environment.get("WERKZAAM_STORE_UPDATE"), environment.get("WERKZAAM_STORE_GRAPHS"))
        if not parts.hostname or parts.query or parts.fragment or not (layout or all(given)):
            known = ", ".join(dict.fromkeys(f"…{one['query']} ({one['name']})" for one in _layouts()))
            raise StoreError("store-address", value=address, known=known)
        stem = address.removesuffix(layout.get("query", ""))
        return cls(
            address,
            given[0] or stem + layout["update"],
            given[1] or stem + layout["graphs"],
            environment.get("WERKZAAM_STORE_USER", ""),
            environment.get("WERKZAAM_STORE_PASSWORD", ""),
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Credentials and updates go to the address that the user gave and nowhere else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


class Remote(Answers):
    """A store on a server, over the union of its graphs."""

    def __init__(self, server: Server) -> None:
        self._server = server
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if server.user:
            known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            for address in (server.query, server.update, server.graphs):
                known.add_password(None, address, server.user, server.password)
            handlers += [urllib.request.HTTPDigestAuthHandler(known), urllib.request.HTTPBasicAuthHandler(known)]
        self._opener = urllib.request.build_opener(*handlers)

    def _send(self, address: str, method: str, content: bytes | None = None, **headers: str) -> tuple[str, bytes]:
        """Send a request; give the media type and the body of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(address, content, named, method=method)
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
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
        Virtuoso 7 is then refused all the same: it does not follow a path of which both ends are open.
        """
        asking: tuple[dict[str, str], ...] = ({}, {"union-default-graph": ""})
        for more in asking:
            try:
                united = bool(self._ask(_UNION, more))
            except (InputError, StoreError):
                if not more:
                    raise
                break
            if united:
                self._require_paths(more)
                return more
        raise StoreError("store-no-union", path=self._server.query)

    def _require_paths(self, more: Mapping[str, str]) -> None:
        try:
            if bool(self._ask(_PATHS, more)):
                return
        except (InputError, StoreError):
            pass
        raise StoreError("store-paths", path=self._server.query)

    def _ask(self, query: str, more: Mapping[str, str] | Sequence[tuple[str, str]]) -> Any:
        pairs = [("query", query), *(more.items() if isinstance(more, Mapping) else more)]
        media, content = self._send(
            self._server.query,
            "POST",
            urllib.parse.urlencode(pairs).encode(),
            Accept=f"{_TABLE}, {_GRAPH};q=0.9",
            Content_Type="application/x-www-form-urlencoded",
        )
        try:
            if media == _GRAPH:
                return Triples(content)
            return ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise StoreError("store-answers-strangely", path=self._server.query, problem=f"{media}: {error}") from None

    def _query(self, query: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> Any:
        based = f"BASE <{BASE}> {query}"  # on the first line, so that the lines of an error are the user's
        if default or named:
            graphs = [("default-graph-uri", one) for one in default] + [("named-graph-uri", one) for one in named]
            return self._ask(based, graphs)
        return self._ask(based, self._union)

    def load(self, quads: Iterable[ox.Quad]) -> None:
        """Put each graph of `quads` in the place of what it held before, one request a graph."""
        graphs: dict[str, list[ox.Triple]] = {}
        for quad in quads:
            graphs.setdefault(getattr(quad.graph_name, "value", ""), []).append(quad.triple)
        for graph, triples in graphs.items():
            self._put(graph, triples)

    def replace(self, graphs: Iterable[str], quads: Iterable[ox.Quad]) -> None:
        """Put `quads` in the place of everything in `graphs`, in one request: all at once where the server does so."""
        self._send(
            self._server.update, "POST", update(graphs, quads).encode(), Content_Type="application/sparql-update"
        )

    def _put(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        address = f"{self._server.graphs}?{urllib.parse.urlencode({'graph': graph})}"
        content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
        self._send(address, "PUT", content, Content_Type=_GRAPH)

    def quads(self, graph: str | None = None) -> Iterable[ox.Quad]:
        """Give the quads of one graph or of all named ones."""
        names = [graph] if graph else [str(row["g"]) for row in self.select(_GRAPHS)]
        for name in names:
            found = self._query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
            for triple in found:
                yield ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(name))

    def about(self, iri: str) -> Iterable[ox.Triple]:
        """Give the triples with `iri` as subject."""
        return set(self._query(f"CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ <{iri}> ?p ?o }}"))


_GRAPHS = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (STRSTARTS(STR(?g), '{BASE}')) }} ORDER BY ?g"
