"""The endpoint as other programs and other sites meet it: forms, methods, proxies, browsers."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from webtools import Service

from werkzaam.web.negotiation import GRAPHS, RESULTS

ROWS = 'SELECT ?a ?b WHERE { VALUES (?a ?b) { ("een" 1) ("tw\\"ee, é" UNDEF) } }'
GRAPH = "CONSTRUCT WHERE { ?claim a <https://w3id.org/werkzaam/ontology#Configuration> } LIMIT 7"
SITE = "https://kaart.example"


@pytest.fixture(scope="module")
def proxied(serving: Callable[..., Service], small_store: Path) -> Service:
    """Give a service that stands behind a proxy, and may be read by pages of another site."""
    options = ("--public-url", "https://data.example.org/werkzaam/", "--allow-origin", SITE)
    return serving("--store", f"oxigraph:{small_store}", *options)


def ways(query: str) -> dict[str, tuple[str, str, bytes | None, str]]:
    """Give the ways of the protocol to ask a query: method, path, body, media type."""
    form = urlencode({"query": query})
    return {
        "get": ("GET", f"/sparql?{form}", None, ""),
        "form": ("POST", "/sparql", form.encode(), "application/x-www-form-urlencoded"),
        "form with charset": ("POST", "/sparql", form.encode(), "application/x-www-form-urlencoded; charset=UTF-8"),
        "direct": ("POST", "/sparql", query.encode(), "application/sparql-query"),
        "direct with charset": ("POST", "/sparql/", query.encode(), 'application/sparql-query; charset="utf-8"'),
    }


def rows(content: bytes, form: str) -> list[list[str]]:
    """Read a table of any form."""
    text = content.decode("utf-8")
    if form == "json":
        told = json.loads(text)
        return [
            [one.get(name, {}).get("value", "") for name in told["head"]["vars"]] for one in told["results"]["bindings"]
        ]
    if form == "xml":
        place = "{http://www.w3.org/2005/sparql-results#}"
        read = []
        for result in ET.fromstring(text).iter(place + "result"):
            found = {one.get("name", ""): "".join(one.itertext()).strip() for one in result}
            read.append([found.get("a", ""), found.get("b", "")])
        return read
    if form == "csv":
        return list(csv.reader(io.StringIO(text)))[1:]
    lines = [line.split("\t") for line in text.splitlines()[1:]]
    return [[re.sub(r'^"|"$', "", cell).replace('\\"', '"') for cell in line] for line in lines]


@pytest.mark.parametrize("media", RESULTS)
def test_a_table_says_the_same_in_every_form_whichever_way_it_is_asked(service: Service, media: str) -> None:
    for way, (method, path, body, kind) in ways(ROWS).items():
        more = {"Content_Type": kind} if kind else {}
        got = service.ask(path, method, body, Accept=media, **more)
        assert (got.status, got.headers["content-type"].partition(";")[0]) == (200, media), way
        assert rows(got.body, RESULTS[media]) == [["een", "1"], ['tw"ee, é', ""]], way


@pytest.mark.parametrize("media", GRAPHS)
def test_a_graph_says_the_same_in_every_form(service: Service, media: str) -> None:
    got = service.query(GRAPH, Accept=media)
    assert (got.status, got.headers["content-type"].partition(";")[0]) == (200, media)
    assert len({quad.triple for quad in ox.parse(got.body, format=ox.RdfFormat.from_media_type(media))}) == 7


@pytest.mark.parametrize(
    ("accept", "table", "graph"),
    [
        ("application/json", "application/json", ""),
        ("text/csv;q=0.9, text/turtle;q=0.8", "text/csv", "text/turtle"),
        ("text/csv;q=0, */*", "application/sparql-results+json", "text/turtle"),
        ("application/*;q=0.2, text/tab-separated-values;q=0.3", "text/tab-separated-values", "application/ld+json"),
        (
            "application/sparql-results+xml, application/rdf+xml",
            "application/sparql-results+xml",
            "application/rdf+xml",
        ),
        ("APPLICATION/N-TRIPLES", "", "application/n-triples"),
        ("text/html", "", ""),
        ("*/*;q=0", "", ""),
        ("nonsense", "", ""),
        ("nonsense, text/csv", "text/csv", ""),
        ("text/csv;q=2", "text/csv", ""),
    ],
)
def test_the_form_is_the_one_that_is_wanted_most_or_none(service: Service, accept: str, table: str, graph: str) -> None:
    for query, wanted in ((ROWS, table), (GRAPH, graph)):
        got = service.query(query, Accept=accept)
        assert got.status == (200 if wanted else 406), (query, got.text)
        if wanted:
            assert got.headers["content-type"].partition(";")[0] == wanted
            assert "accept" in got.headers["vary"]


def test_graphs_that_the_client_names_are_the_dataset_in_every_way(service: Service) -> None:
    ontology, study = "https://w3id.org/werkzaam/graph/ontology", "https://w3id.org/werkzaam/graph/adp"
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    named = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
    whole = int(service.query(count).json()["results"]["bindings"][0]["n"]["value"])
    for method, path, body, kind in ways(count).values():
        sizes = []
        for graphs in ([ontology], [study], [ontology, study], ["https://example.org/none"]):
            asked = "&".join(f"default-graph-uri={quote(one, safe='')}" for one in graphs)
            at, content = path, body
            if kind.startswith("application/x-www"):
                content = (body or b"") + b"&" + asked.encode()
            else:
                at += ("&" if "?" in path else "?") + asked
            got = service.ask(at, method, content, Content_Type=kind or "text/plain")
            assert got.status == 200, got.text
            sizes.append(int(got.json()["results"]["bindings"][0]["n"]["value"]))
        assert sizes[0] > 100
        assert sizes[1] > 100
        assert max(sizes[:2]) < sizes[2] <= sizes[0] + sizes[1] <= whole + sizes[0]
        assert sizes[3] == 0
    got = service.ask(f"/sparql?{urlencode({'query': named, 'named-graph-uri': study})}")
    assert [one["g"]["value"] for one in got.json()["results"]["bindings"]] == [study]


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/sparql", "GET, HEAD, POST, OPTIONS"),
        ("/api/cases", "GET, HEAD, POST, OPTIONS"),
        ("/api/cases/buurttafel/de-buurttafel", "GET, HEAD, PUT, DELETE, OPTIONS"),
        ("/health", "GET, HEAD, OPTIONS"),
        ("/nl/", "GET, HEAD, OPTIONS"),
        ("*", "GET, HEAD, OPTIONS"),
    ],
)
def test_what_an_address_takes_is_told_to_who_asks(service: Service, path: str, allow: str) -> None:
    got = service.ask(path, "OPTIONS")
    assert (got.status, got.headers["allow"], got.body) == (204, allow, b"")


def test_a_head_has_the_headers_of_a_get(service: Service) -> None:
    for path in (f"/sparql?{urlencode({'query': ROWS})}", "/sparql", "/api/cases", "/health", "/api/openapi.json"):
        get, head = service.ask(path), service.ask(path, "HEAD")
        assert (head.status, head.body) == (get.status, b"")
        for name in ("content-type", "content-length"):
            assert head.headers[name] == get.headers[name], (path, name)


# ---- other sites


def test_no_other_site_reads_what_is_not_allowed(service: Service, proxied: Service) -> None:
    for one, origin in ((service, SITE), (proxied, "https://kwaad.example"), (proxied, "null")):
        for method in ("GET", "OPTIONS"):
            got = one.ask("/sparql?query=ASK%20%7B%7D", method, Origin=origin)
            assert "access-control-allow-origin" not in got.headers


def test_a_site_that_is_named_may_ask_and_not_change(proxied: Service) -> None:
    asked = {"Origin": SITE, "Access_Control_Request_Method": "POST"}
    got = proxied.ask("/sparql", "OPTIONS", **asked, Access_Control_Request_Headers="content-type")
    assert (got.status, got.headers["access-control-allow-origin"]) == (204, SITE)
    assert "content-type" in got.headers["access-control-allow-headers"]
    assert "authorization" not in got.headers["access-control-allow-headers"]
    assert not {"PUT", "DELETE"} & set(got.headers["access-control-allow-methods"].split(", "))
    assert proxied.query("ASK {}", Origin=SITE).headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in got.headers


# ---- behind a proxy


def test_behind_a_proxy_every_address_of_ours_lies_below_its_root(proxied: Service) -> None:
    seen = 0
    for path in ("/nl/", "/en/what-works?for=older", "/nl/witte-vlekken", "/en/cases", "/nl/sparql", "/en/ontology"):
        for asked in (path, f"/werkzaam{path}"):  # whether the proxy takes its root away or not
            got = proxied.ask(asked, Host="data.example.org")
            assert got.status == 200, asked
            links = re.findall(r'(?:href|src|action)="(/[^"]*)"', got.text)
            assert all(one.startswith("/werkzaam/") for one in links), links
            seen += len(links)
    assert seen > 100
    sheet = re.search(r'rel="stylesheet" href="([^"]+)"', got.text)
    assert sheet
    assert proxied.ask(sheet[1]).status == 200


def test_behind_a_proxy_the_way_elsewhere_is_the_one_that_readers_know(proxied: Service) -> None:
    for path, accept, to in (
        ("/", "text/html", "/werkzaam/nl/"),
        ("/sparql", "text/html", "/werkzaam/nl/sparql"),
        ("/ontology", "text/html", "/werkzaam/nl/ontology"),
    ):
        got = proxied.ask(path, Accept=accept, Accept_Language="nl", X_Forwarded_Host="kwaad.example")
        assert (got.status // 100, got.headers["location"]) == (3, to)
    told = proxied.ask("/sparql", Accept="text/turtle", X_Forwarded_Host="kwaad.example", X_Forwarded_Proto="http").text
    assert "<https://data.example.org/werkzaam/sparql>" in told
    assert "kwaad" not in told
    servers = proxied.ask("/werkzaam/api/openapi.json").json()["servers"]
    assert servers == [{"url": "https://data.example.org/werkzaam"}]


def test_a_fault_behind_a_proxy_leads_back_below_its_root(proxied: Service) -> None:
    got = proxied.ask("/nl/" + "a" * 20_000)
    assert got.status == 414
    assert 'href="/nl/' not in got.text


@pytest.mark.parametrize(
    "url", ["data.example.org", "ftp://x", "https://x/?a", "https://u:p@x/", "https://x/a b", "https://"]
)
def test_a_public_address_that_is_none_stops_the_start(run: Callable[..., object], url: str) -> None:
    ran = run("serve", "--public-url", url)
    assert (ran.code, "--public-url" in ran.err) == (2, True)  # type: ignore[attr-defined]


# ---- the wire


def test_a_head_without_end_is_not_read_to_its_end(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as way:
        got = b""
        try:
            way.sendall(b"GET /nl/ HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            for turn in range(200):
                way.sendall(f"X-{turn}: {'y' * 8000}\r\n".encode())
        except ConnectionError:
            pass
        try:
            got = way.recv(65536)
        except ConnectionError:
            return
    assert b" 431 " in got.splitlines()[0]
