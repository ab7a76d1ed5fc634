"""The same answers from memory, from disk and from a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam.answers import as_data
from werkzaam.api import Werkzaam
from werkzaam.bench_peers import program, served
from werkzaam.build import packaged_nquads, write_store
from werkzaam.errors import StoreError
from werkzaam.questions import questions
from werkzaam.remote import Server
from werkzaam.store import Oxigraph, Value

pytestmark = pytest.mark.thorough

KINDS = ("memory", "disk", "oxigraph")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str | None]]:
    """Give what `--store` takes for a kind of store that holds the packaged data; each is made once."""
    made: dict[str, str | None] = {"memory": None}
    with ExitStack() as stack:

        def store(kind: str) -> str | None:
            if kind not in made:
                if kind == "disk":
                    made[kind] = f"oxigraph:{tmp_path_factory.mktemp('disk') / 'store'}"
                elif program(kind) is None:
                    pytest.skip(f"no {kind} server on this machine")
                else:
                    made[kind] = stack.enter_context(served(str(tmp_path_factory.mktemp(kind))))
                write_store(str(made[kind]), packaged_nquads())
            return made[kind]

        yield store


def told(value: Value) -> tuple[str, ...]:
    return (str(value), getattr(value, "language", ""), getattr(value, "datatype", ""))


def rows_of(opened: Werkzaam, name: str) -> list[dict[str, Any]]:
    return [{key: told(value) for key, value in row.items()} for row in opened.ask(name)]


@pytest.fixture(scope="module")
def expected() -> dict[str, list[dict[str, Any]]]:
    opened = Werkzaam(lang="en")
    return {name: rows_of(opened, name) for name in questions()}


@pytest.mark.parametrize("kind", KINDS)
def test_each_question_gives_the_same_rows_in_the_same_order(
    stores: Callable[[str], str | None], kind: str, expected: dict[str, list[dict[str, Any]]]
) -> None:
    opened = Werkzaam(stores(kind), lang="en")
    assert sum(map(bool, expected.values())) > 30
    assert [name for name in questions() if rows_of(opened, name) != expected[name]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_works_is_answered_alike_with_labels(stores: Callable[[str], str | None], kind: str) -> None:
    asked = {"mechanism": "maatwerk", "for_": "no-paid-work-wanted"}
    here, there = Werkzaam(lang="nl"), Werkzaam(stores(kind), lang="nl")
    answer = as_data(there.what_works(**asked), there.known, "nl")
    assert answer == as_data(here.what_works(**asked), here.known, "nl")
    assert there.iri("adp/f101") == here.iri("adp/f101")


@pytest.mark.parametrize("kind", KINDS)
def test_any_query_is_answered_in_the_form_that_was_asked_for(stores: Callable[[str], str | None], kind: str) -> None:
    opened = Werkzaam(stores(kind), lang="en")
    table = "SELECT ?s WHERE { ?s a <ontology#Act> } ORDER BY ?s LIMIT 2"
    assert opened.query(table, "csv").splitlines()[0] == "s"
    assert opened.query(table, "tsv").splitlines()[0] == "?s"
    assert opened.query("ASK { ?s a <ontology#Act> }", "json").replace(" ", "") == '{"head":{},"boolean":true}'
    graph = opened.query("CONSTRUCT { ?s a <ontology#Act> } WHERE { ?s a <ontology#Act> }")
    assert len(list(ox.parse(graph, format=ox.RdfFormat.N_TRIPLES))) > 5


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "memory"])
def test_all_quads_come_back_so_that_inferences_can_be_asked_of_any_store(
    stores: Callable[[str], str | None], kind: str
) -> None:
    opened = Werkzaam(stores(kind), lang="en", inferred=True)
    assert rows_of(opened, "fires-in") == rows_of(Werkzaam(lang="en", inferred=True), "fires-in") != []


def test_the_order_of_every_answer_is_total(expected: dict[str, list[dict[str, Any]]]) -> None:
    """Else two engines that are both right give the rows in different orders."""
    loose = {}
    for name, rows in expected.items():
        order = questions()[name].query.rsplit("ORDER BY", 1)[1].split()
        keys = [word.strip("()").removeprefix("DESC(").lstrip("?$") for word in order if "?" in word]
        seen = [tuple(str(row.get(key)) for key in keys) for row in rows]
        if len(set(seen)) < len(seen):
            loose[name] = keys
    assert loose == {}


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("http://localhost:1/query", "store-unreachable"),
        ("http://localhost:1/elsewhere", "store-address"),
        ("http:///query", "store-address"),
        ("https://example.org/query?x=1", "store-address"),
        ("http://me:secret@localhost/query", "store-password-in-address"),
    ],
)
def test_an_address_that_cannot_be_a_store_is_refused_with_what_to_do(address: str, key: str) -> None:
    with pytest.raises(StoreError) as refused:
        Werkzaam(address).store.select("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")
    assert refused.value.key == key
    assert "secret" not in str(refused.value)


def test_where_updates_and_graphs_go_follows_from_the_address_or_is_told() -> None:
    assert Server.at("http://localhost:7878/query", {}).update == "http://localhost:7878/update"
    assert Server.at("https://example.org/ds/sparql", {}).graphs == "https://example.org/ds/sparql-graph-crud-auth"
    told = {"WERKZAAM_STORE_UPDATE": "http://a/u", "WERKZAAM_STORE_GRAPHS": "http://a/g"}
    assert Server.at("http://localhost/repositories/r", told).graphs == "http://a/g"


def test_a_server_without_our_data_says_how_to_load_them(tmp_path: Path) -> None:
    if program("oxigraph") is None:
        pytest.skip("no oxigraph server on this machine")
    with served(str(tmp_path)) as address, pytest.raises(StoreError) as refused:
        Werkzaam(address).ask("conflicts")
    assert refused.value.key == "store-no-union"
    assert f"werkzaam build --store {address}" in str(refused.value)


def test_a_store_in_memory_can_be_made_of_any_other() -> None:
    small = Oxigraph()
    small.load_nquads(
        b"<https://example.org/a> <https://example.org/b> <https://example.org/c> <https://example.org/g> .\n"
    )
    assert {str(quad) for quad in Oxigraph.of(small).quads()} == {str(quad) for quad in small.quads()}
