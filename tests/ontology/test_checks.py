"""The checks of `queries/checks/` find nothing in the ontology, and each finds the fault that it is for."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

import werkzaam
from werkzaam.answers import DIMENSIONS
from werkzaam.build import packaged_nquads
from werkzaam.claims import PARTS
from werkzaam.questions import questions
from werkzaam.resources import walk
from werkzaam.terms import BASE, CONCEPT, GRAPH, WZ

FAULTS = Path(__file__).parent / "faults"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "ontology-quality.md"
HEADER = re.compile(r"^# (id|controle|check|pitfall|columns): +(.*)$", re.MULTILINE)
KEYS = ["id", "controle", "check", "pitfall", "columns"]


@dataclass(frozen=True)
class Check:
    """One check: its header and its query, of which every row is a fault."""

    id: str
    text: dict[str, str]
    pitfall: str
    columns: list[str]
    query: str


@cache
def checks() -> dict[str, Check]:
    found = {}
    for name, file in walk("queries", ".rq"):
        if name.startswith("checks/"):
            query = file.read_text("utf-8")
            header = dict(HEADER.findall(query))
            assert list(header) == KEYS, f"{name}: the header has the keys {KEYS}, in that order"
            columns = [part.split()[0] for part in re.split(r", (?![^(]*\))", header["columns"])]
            text = {"nl": header["controle"], "en": header["check"]}
            found[header["id"]] = Check(header["id"], text, header["pitfall"], columns, query)
    assert len(found) > 40
    return found


# ---- what the checks look at


def named_in_queries() -> Iterator[tuple[str, str]]:
    """Yield (file, IRI) for every IRI that a query names."""
    for name, file in (*walk("queries", ".rq"), *walk("ontology", ".rq")):
        if name.startswith("checks/"):
            continue
        text = file.read_text("utf-8")
        prefixes = dict(re.findall(r"^PREFIX ([\w-]+): <([^>]*)>", text, re.MULTILINE))
        body = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
        for prefix, local in re.findall(r"(?<![\w<])([\w-]+):([A-Za-z][\w-]*)", body):
            yield f"queries/{name}", prefixes[prefix] + local
        for iri in re.findall(r"<([^>\s]+)>", re.sub(r"^PREFIX.*$", "", body, flags=re.MULTILINE)):
            yield f"queries/{name}", iri


def named_in_python() -> Iterator[tuple[str, str]]:
    """Yield (file, IRI) for every term that the engine names, in whatever form it does so."""
    folders = [Path(werkzaam.__file__).parent, *map(Path, importlib.import_module("werkzaam.loaders").__path__)]
    for file in sorted({file for folder in folders for file in folder.rglob("*.py")}):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for local in re.findall(r"\bwz:([A-Za-z]\w*)", node.value):
                    yield f"src/{file.name}", WZ + local
            elif isinstance(node, ast.BinOp) and getattr(node.left, "id", "") in ("WZ", "CONCEPT"):
                if isinstance(node.right, ast.Constant):
                    yield f"src/{file.name}", (WZ if node.left.id == "WZ" else CONCEPT) + str(node.right.value)  # type: ignore[attr-defined]
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("one", "iris", "text", "all"):
                if node.args and isinstance(node.args[0], ast.Constant):
                    yield f"src/{file.name}", WZ + str(node.args[0].value)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_slug", "_slugs"):
                if isinstance(node.args[1], ast.Constant):
                    yield f"src/{file.name}", WZ + str(node.args[1].value)
    yield from (("src/answers.py", cls) for classes in DIMENSIONS.values() for cls in classes)
    yield from (("src/claims.py", WZ + name) for name in PARTS)


def named_in_tables() -> Iterator[tuple[str, str]]:
    for name, file in walk("cases", ".json"):
        for local in re.findall(r'"wz:([A-Za-z]\w*)"', file.read_text("utf-8")):
            yield f"cases/{name}", WZ + local


@cache
def knowledge() -> ox.Store:
    """Give everything there is: ontology, shapes, data, and what queries and programs name."""
    store = ox.Store()
    store.bulk_load(packaged_nquads(), format=ox.RdfFormat.N_QUADS)
    for folder in ("ontology", "shapes"):
        for name, file in walk(folder, ".ttl"):
            if "/" not in name:
                graph = ox.NamedNode(GRAPH + folder)
                store.load(file.read_bytes(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    said = {*named_in_queries(), *named_in_python(), *named_in_tables()}
    assert len(said) > 200
    graph = ox.NamedNode(GRAPH + "named")
    names = ox.NamedNode("http://purl.org/dc/terms/references")
    store.extend(
        ox.Quad(ox.NamedNode(f"{BASE}file/{file}"), names, ox.NamedNode(iri), graph)
        for file, iri in said
        if iri.startswith(BASE) and not iri.endswith(("/", "#"))
    )
    return store


def rows(store: ox.Store, check: Check) -> list[str]:
    found: Any = store.query(check.query, use_default_graph_as_union=True)
    assert [one.value for one in found.variables] == check.columns
    return [" ".join("" if value is None else value.value for value in row) for row in found]


# ---- the checks


@pytest.mark.parametrize("id_", sorted(checks()))
def test_the_ontology_passes(id_: str) -> None:
    if id_ == "disjointness" and "axioms.ttl" not in dict(walk("ontology", ".ttl")):
        pytest.skip("the axioms are not there")
    assert rows(knowledge(), checks()[id_]) == []


@pytest.mark.parametrize("id_", sorted(checks()))
def test_the_check_finds_its_fault(id_: str) -> None:
    store = ox.Store()
    store.load((FAULTS / f"{id_}.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    assert len(rows(store, checks()[id_])) >= 1


def test_every_fault_is_that_of_a_check() -> None:
    assert {file.stem for file in FAULTS.glob("*.ttl")} == set(checks())
    assert {
        name.removeprefix("checks/").removesuffix(".rq")
        for name, _ in walk("queries", ".rq")
        if name.startswith("checks/")
    } == set(checks())


def test_no_check_is_offered_as_a_question() -> None:
    assert not set(checks()) & set(questions())


# ---- the catalogue of pitfalls


def table() -> dict[str, tuple[str, list[str], str]]:
    """Give the table of the page: pitfall to its name, its checks, and why it does not apply."""
    found = {}
    for number, name, by, why in re.findall(
        r"^\| (P\d\d) \|([^|]+)\|([^|]*)\|([^|]*)\|$", PAGE.read_text("utf-8"), re.MULTILINE
    ):
        found[number] = (name.strip(), re.findall(r"`([a-z-]+)`", by), why.strip())
    return found


@pytest.mark.skipif(not PAGE.is_file(), reason="the checkout is not there")
def test_every_pitfall_of_the_catalogue_has_a_check_or_a_reason() -> None:
    told = table()
    assert list(told) == [f"P{number:02}" for number in range(1, 42)]
    by_pitfall: dict[str, list[str]] = {}
    for check in checks().values():
        number, _, name = check.pitfall.partition(" ")
        if number != "no":
            by_pitfall.setdefault(number, []).append(check.id)
            assert told[number][0] == name, check.id
    assert {number: sorted(ids) for number, (_, ids, _) in told.items() if ids} == {
        number: sorted(ids) for number, ids in by_pitfall.items()
    }
    assert {number for number, (_, ids, why) in told.items() if not ids and not why} == set()
