"""The W3C's tests of the SPARQL 1.1 Protocol: those of queries pass, those of updates are refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node
from webtools import Service

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL")
if not EXTERNAL:
    pytest.skip("WERKZAAM_EXTERNAL is not set: the W3C's tests are not here", allow_module_level=True)

FOLDER = Path(EXTERNAL) / "sparql11-protocol"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {"application/sparql-results+json", "application/sparql-results+xml", "text/csv"},
    "RDF": {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"},
}


def manifest() -> Graph:
    return Graph().parse(FOLDER / "manifest.ttl", publicID=FOLDER.as_uri() + "/")


GRAPH = manifest()
TESTS = [
    entry
    for top in GRAPH.subjects(RDF.type, MF.Manifest)
    for entry in Collection(GRAPH, GRAPH.value(top, MF.entries))  # type: ignore[arg-type]
]


def name(test: Node) -> str:
    return str(test).rsplit("#", 1)[-1]


QUERIES = [test for test in TESTS if "update" not in name(test)]
UPDATES = [test for test in TESTS if "update" in name(test)]


def requests(test: Node) -> list[Node]:
    connection = GRAPH.value(test, MF.action)
    return list(Collection(GRAPH, GRAPH.value(connection, HT.requests)))  # type: ignore[arg-type]


def headers(request: Node) -> dict[str, str]:
    listed = GRAPH.value(request, HT.headers)
    given = Collection(GRAPH, listed) if listed else []  # type: ignore[arg-type]
    return {str(GRAPH.value(one, HT.fieldName)): str(GRAPH.value(one, HT.fieldValue)) for one in given}


def body(request: Node) -> bytes | None:
    content = GRAPH.value(request, HT.body)
    if content is None:
        return None
    return str(GRAPH.value(content, CNT.chars)).encode(str(GRAPH.value(content, CNT.characterEncoding) or "UTF-8"))


def send(service: Service, request: Node) -> tuple[int, dict[str, str], bytes]:
    connection = service.connect()
    path, method = str(GRAPH.value(request, HT.absolutePath)), str(GRAPH.value(request, HT.methodName))
    connection.request(method, path, body=body(request), headers={"Host": "www.example", **headers(request)})
    answer = connection.getresponse()
    got = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    connection.close()
    return got


@pytest.fixture(scope="module")
def protocol(serving: Callable[..., Service]) -> Service:
    given = {}
    for one in GRAPH.objects(None, UT.graphData):
        file = GRAPH.value(one, UT.graph)
        assert isinstance(file, URIRef)
        given[str(GRAPH.value(one, RDFS.label))] = str(FOLDER / file.rsplit("/", 1)[-1])
    assert given
    return serving(*(f"{graph}={file}" for graph, file in given.items()), script="graphs.py")


def test_the_suite_is_whole() -> None:
    assert (len(QUERIES), len(UPDATES)) == (20, 14)


@pytest.mark.parametrize("test", QUERIES, ids=name)
def test_a_query_is_answered_as_the_protocol_says(protocol: Service, test: Node) -> None:
    asked = requests(test)
    assert asked
    for request in asked:
        status, given, content = send(protocol, request)
        expected = GRAPH.value(request, HT.resp)
        allowed = {str(one).rsplit("StatusCode", 1)[-1] for one in GRAPH.objects(expected, MF.expectedStatus)}
        assert any(match(status, pattern) for pattern in allowed), (status, allowed, content[:200])
        kind = GRAPH.value(expected, MF.expectedFormat)
        if kind is not None:
            assert given["content-type"].partition(";")[0] in FORMATS[str(kind)]
        wanted: Any = GRAPH.value(expected, MF.expectedBoolean)
        if wanted is not None:
            assert json.loads(content)["boolean"] is bool(wanted.toPython())


def match(status: int, pattern: str) -> bool:
    return all(p in ("x", s) for s, p in zip(str(status), pattern, strict=True))


@pytest.mark.parametrize("test", UPDATES, ids=name)
def test_an_update_is_refused_whatever_it_says(protocol: Service, test: Node) -> None:
    request = requests(test)[0]
    before = protocol.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").body
    status, _, _ = send(protocol, request)
    assert status in (403, 405, *((415,) if name(test).startswith("bad_") else ())), status
    assert protocol.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").body == before
