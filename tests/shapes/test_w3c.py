"""What our shapes are made of works as the W3C's test suite for SHACL says, in both engines.

Which of its tests concern us is computed from the shapes: a construct that is new there is tested from then on.
"""

from __future__ import annotations

import logging
import os
import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox
import pytest

from werkzaam import shacl
from werkzaam.model import Model
from werkzaam.shacl import Term
from werkzaam.terms import SH, TYPE

pytestmark = pytest.mark.once

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL", "")
if not EXTERNAL:
    pytest.skip("WERKZAAM_EXTERNAL is not set: the W3C's SHACL tests", allow_module_level=True)
SUITE = Path(EXTERNAL) / "shacl-tests"

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
needs_fast = pytest.mark.skipif(find_spec("shacl") is None, reason="the extra `fast` is not installed")
ENGINES = ["pyshacl", pytest.param("fast", marks=needs_fast)]

# What says nothing about data, or is in every shape and so would choose every test.
EVERYWHERE = {"NodeShape", "PropertyShape", "property", "path", "order", "defaultValue", "message"}
# What the engines give otherwise, and why that does not touch us.
OTHERWISE = {
    # Oxigraph, of which both ask our queries, gives $this no value in a group that has it in a FILTER or BIND alone.
    # They follow no owl:imports to prefixes and give $shapesGraph no value. The last test here keeps our queries so.
    "sparql/pre-binding/pre-binding-003": {"pyshacl", "fast"},
    "sparql/pre-binding/pre-binding-004": {"pyshacl", "fast"},
    "sparql/pre-binding/pre-binding-005": {"pyshacl", "fast"},
    "sparql/pre-binding/shapesGraph-001": {"pyshacl", "fast"},
    "sparql/node/prefixes-001": {"pyshacl", "fast"},
    # The suite wants `sh:uniqueLang "1"^^xsd:boolean` to ask nothing, as only the term `true` does. We write `true`.
    "core/property/uniqueLang-002": {"pyshacl"},
}

Facts = dict[str, dict[str, list[Term]]]


@cache
def read(file: Path) -> tuple[ox.Triple, ...]:
    return tuple(q.triple for q in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=file.as_uri()))


@cache
def facts(file: Path) -> Facts:
    found: Facts = {}
    for one in read(file):
        found.setdefault(one.subject.value, {}).setdefault(one.predicate.value, []).append(one.object)
    return found


def terms(triples: tuple[ox.Triple, ...] | list[ox.Triple]) -> set[str]:
    """Give the terms of SHACL, without their namespace, that some shapes use."""
    used = {iri.value for t in triples for iri in (t.predicate, t.object) if isinstance(iri, ox.NamedNode)}
    return {iri.removeprefix(SH) for iri in used if iri.startswith(SH)}


@cache
def ours() -> frozenset[str]:
    return frozenset(terms(Model().shapes) - EVERYWHERE)


def graphs(file: Path) -> tuple[tuple[ox.Triple, ...], tuple[ox.Triple, ...], Facts, Term]:
    """Give the data and the shapes of the test in `file`, what it says, and the result that it expects."""
    said = facts(file)
    (test,) = [one for one in said.values() if ox.NamedNode(SHT + "Validate") in one.get(TYPE, [])]
    action = said[test[MF + "action"][0].value]
    data, shapes = (
        read(Path(action[SHT + part][0].value.removeprefix("file://"))) for part in ("dataGraph", "shapesGraph")
    )
    # The report that is expected stands in the same file and names shapes, as if they were nested in it.
    report = {node for node, about in said.items() if ox.NamedNode(SH + "ValidationResult") in about.get(TYPE, [])}
    return data, tuple(t for t in shapes if t.subject.value not in report), said, test[MF + "result"][0]


def tests() -> list[Path]:
    found = [file for file in sorted(SUITE.rglob("*.ttl")) if "sht:Validate" in file.read_text("utf-8")]
    assert len(found) > 100, f"{SUITE} holds no tests"
    return [file for file in found if terms(graphs(file)[1]) & ours()]


def name(term: Term | None) -> str:
    return "none" if term is None else "_" if isinstance(term, ox.BlankNode) else str(term)


Told = Counter[tuple[str, ...]]


def expected(said: Facts, result: Term) -> Told | None:
    """Give the results that a test expects, None where shapes are wrong and must be refused."""
    if result == ox.NamedNode(SHT + "Failure"):
        return None

    def one(node: Term) -> tuple[str, ...]:
        def value(key: str) -> Term | None:
            return next(iter(said[node.value].get(SH + key, [])), None)

        path, component = value("resultPath"), value("sourceConstraintComponent")
        severity = value("resultSeverity")
        assert component
        assert severity
        return (
            name(value("focusNode")),
            path.value if isinstance(path, ox.NamedNode) else "",
            name(value("value")),
            component.value.rpartition("#")[2],
            severity.value.rpartition("#")[2].lower(),
        )

    return Counter(one(node) for node in said[result.value].get(SH + "result", []))


def found(engine: str, shapes: tuple[ox.Triple, ...], data: tuple[ox.Triple, ...]) -> Told | None:
    try:
        results = shacl.ENGINES[engine](shapes, ())(data)
    except Exception:  # an engine says in its own way that shapes are wrong
        return None
    return Counter((name(r.focus), r.path, name(r.value), r.component, r.severity) for r in results)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", tests(), ids=lambda file: file.relative_to(SUITE).with_suffix("").as_posix())
def test_a_construct_of_our_shapes_gives_what_the_suite_says(file: Path, engine: str) -> None:
    logging.disable(logging.CRITICAL)
    data, shapes, said, result = graphs(file)
    same = found(engine, shapes, data) == expected(said, result)
    logging.disable(logging.NOTSET)
    assert same != (engine in OTHERWISE.get(file.relative_to(SUITE).with_suffix("").as_posix(), ()))


def test_every_construct_of_our_shapes_is_in_the_suite() -> None:
    assert ours() - set().union(*(terms(graphs(file)[1]) for file in tests())) == set()


def parts(query: str) -> list[str]:
    """Give what stands between the brackets of each FILTER, BIND and HAVING."""
    found = []
    # Brackets in texts and comments open nothing.
    query = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|# [^\n]*', '""', query)
    for word in re.finditer(r"\b(?:FILTER|BIND|HAVING)\s*(?=\()", query):
        depth, end = 0, word.end()
        while end == word.end() or depth:
            depth += {"(": 1, ")": -1}.get(query[end], 0)
            end += 1
        found.append(query[word.end() : end])
    return found


def test_our_queries_name_this_in_triples_alone_and_their_prefixes_themselves() -> None:
    assert parts("{ FILTER (?a = (1)) $this ?p ?o BIND($this AS ?b) }") == ["(?a = (1))", "($this AS ?b)"]
    shapes = Model().shapes
    for triple in shapes:
        if triple.predicate.value == SH + "select":
            query = triple.object.value
            assert not [part for part in parts(query) if re.search(r"[?$]this\b", part)]
            assert not re.search(r"[?$](shapesGraph|currentShape|PATH)\b", query)
    assert "http://www.w3.org/2002/07/owl#imports" not in {triple.predicate.value for triple in shapes}
