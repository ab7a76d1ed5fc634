"""Checkout and installed package offer the same files; starting is cheap; a version stands in one place."""

from __future__ import annotations

import importlib
import pkgutil
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from rdflib.plugins.sparql import processor as sparql

from werkzaam.answers import what_works
from werkzaam.build import DOCUMENTS, build
from werkzaam.model import Model
from werkzaam.resources import AXIOMS, walk
from werkzaam.store import Oxigraph
from werkzaam.terms import CONCEPT
from werkzaam.validation import check

CHECKOUT = Path(__file__).resolve().parents[1]
HEAVY = {"csvw", "pyoxigraph", "rdflib", "pyshacl", "owlready2", "yaml", "rapidfuzz", "pyarrow", "pypdf", "openpyxl"}


def in_checkout(folder: str, suffix: str) -> set[str]:
    place = CHECKOUT / folder
    return {file.relative_to(place).as_posix() for file in place.rglob(f"*{suffix}")}


@pytest.mark.parametrize(
    ("folder", "suffix"),
    [
        ("ontology", ".ttl"),
        ("ontology", ".rq"),
        ("ontology", ".tsv"),
        ("ontology", ".toml"),
        ("loaders", ".yaml"),
        ("shapes", ".ttl"),
        ("queries", ".rq"),
        ("cases", ".yaml"),
        ("cases", ".csv"),
    ],
)
def test_package_offers_every_file_of_the_checkout(folder: str, suffix: str) -> None:
    expected = in_checkout(folder, suffix)
    assert expected, f"{CHECKOUT / folder} holds no {suffix}"
    assert {name for name, _ in walk(folder, suffix)} == expected


def test_package_offers_every_loader_of_the_checkout() -> None:
    expected = {name.removesuffix(".py").replace("/", ".") for name in in_checkout("loaders", ".py")}
    assert expected, "loaders/ is empty"
    assert {one.name for one in pkgutil.walk_packages(importlib.import_module("werkzaam.loaders").__path__)} == expected


def test_version_is_the_same_wherever_it_stands(model: Model) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    cited = re.search(r"^version: (.+)$", (CHECKOUT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    of_ontology = {t.object.value for t in model.ontology if t.predicate.value.endswith("#versionInfo")}
    assert cited is not None
    assert {version("werkzaam"), cited[1].strip('"')} | of_ontology == {project}
    changes = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## \[(.+?)\]", changes, re.MULTILINE)[0] == project


# ---- what a start costs


def imported(said: str) -> set[str]:
    lines = [line.split("|")[-1].strip() for line in said.splitlines() if line.startswith("import time:")]
    assert len(lines) > 10, "python reported no imports"
    return {line.split(".")[0] for line in lines}


def test_help_imports_no_library_of_the_engine(start: Callable[..., Any]) -> None:
    ran = start("--help", python=("-X", "importtime"))
    assert ran.code == 0
    assert not imported(ran.err) & HEAVY


def test_what_works_from_the_cache_imports_only_the_store(start: Callable[..., Any]) -> None:
    assert start("cases").code == 0
    ran = start("what-works", python=("-X", "importtime"))
    assert ran.code == 0
    assert imported(ran.err) & HEAVY == {"pyoxigraph"}


# ---- what a build and an answer cost


def test_a_build_parses_each_file_of_the_package_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: Counter[Any] = Counter()
    parse, events = ox.parse, yaml.parse

    def count_rdf(content: Any, *rest: Any, **more: Any) -> Any:
        parsed["jsonld" if more["format"] == ox.RdfFormat.JSON_LD else content] += 1
        return parse(content, *rest, **more)

    def count_yaml(content: Any, *rest: Any, **more: Any) -> Any:
        parsed[content] += 1
        return events(content, *rest, **more)

    monkeypatch.setattr(ox, "parse", count_rdf)
    monkeypatch.setattr(yaml, "parse", count_yaml)
    importlib.import_module("werkzaam.loaders.document")._read.cache_clear()
    build()
    documents = [name for name, _ in walk("cases", DOCUMENTS)]
    tables = [name for name in documents if name.endswith(".json")]
    modules = [
        name
        for folder in ("ontology", "shapes")
        for name, _ in walk(folder, ".ttl")
        if "/" not in name and name != AXIOMS
    ]
    assert parsed.pop("jsonld") == len(documents)
    assert len(parsed) == len(documents) - len(tables) + len(modules)
    assert set(parsed.values()) == {1}


DOCUMENT = """werkzaam: 1
language: en
study: buurttafel
case: de-buurttafel
things:
- {id: study/buurttafel, kind: study, name: {nl: onderzoek, en: study}}
- {id: intervention/de-buurttafel, kind: intervention, name: {nl: De Buurttafel, en: De Buurttafel}}
claims:
"""
CLAIM = "- {{id: b{number}, kind: configuration, statement: choice, mechanism: {mechanism}, effect: activates}}\n"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    queries: list[str] = []
    select = Oxigraph.select

    def count(store: Oxigraph, query: str) -> Any:
        queries.append(query)
        return select(store, query)

    monkeypatch.setattr(Oxigraph, "select", count)
    return queries


def test_an_answer_takes_the_same_few_queries_however_many_claims_it_has(
    collection: Callable[..., Any], sent: list[str]
) -> None:
    claims = "".join(CLAIM.format(number=n, mechanism="tailoring" if n else "structure") for n in range(40))
    opened = collection(DOCUMENT + claims)
    counts = {}
    for mechanism in ("structure", "tailoring"):
        sent.clear()
        answer = what_works(opened.store, [[f"{CONCEPT}mechanism/{mechanism}"]])
        counts[answer.count] = len(sent)
    assert set(counts) == {1, 39}
    assert counts[1] == counts[39] <= 11


def test_a_check_parses_no_query_anew_for_each_claim(
    model: Model, load: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[Any] = []
    parse = sparql.parseQuery

    def count(query: Any) -> Any:
        parsed.append(query)
        return parse(query)

    monkeypatch.setattr(sparql, "parseQuery", count)
    counts = []
    for claims in (1, 4):
        parsed.clear()
        text = DOCUMENT + "".join(CLAIM.format(number=n, mechanism="tailoring") for n in range(claims))
        assert check(load(text), model, model.names, "buurttafel.yaml")
        counts.append(len(parsed))
    assert counts[0] == counts[1], "a document of a thousand claims would take minutes"
