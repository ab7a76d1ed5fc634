"""The same answers from memory, from disk and from servers of two makes.

Documents that enter and leave such stores: `test_changes.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam.answers import as_data
from werkzaam.api import Werkzaam
from werkzaam.bench import workload
from werkzaam.bench_servers import SERVERS, program
from werkzaam.build import packaged_nquads, write_store
from werkzaam.errors import StoreError
from werkzaam.questions import questions
from werkzaam.remote import Server
from werkzaam.store import Oxigraph, Value

pytestmark = pytest.mark.thorough

KINDS = ("memory", "disk", "oxigraph", "virtuoso")
REFUSED = {"virtuoso": {"reconciliation"}}
"""What a kind of server cannot answer: the data are then fetched and asked here, and werkzaam says so."""


@pytest.fixture(scope="module")
def stores(started: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str | None]:
    """Give what `--store` takes for a kind of store that holds the packaged data; each is made once."""
    made: dict[str, str | None] = {"memory": None}

    def store(kind: str) -> str | None:
        if kind not in made:
            made[kind] = f"oxigraph:{tmp_path_factory.mktemp('disk') / 'store'}" if kind == "disk" else started(kind)
            write_store(str(made[kind]), packaged_nquads())
        return made[kind]

    return store


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
    stores: Callable[[str], str | None],
    kind: str,
    expected: dict[str, list[dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened = Werkzaam(stores(kind), lang="en")
    assert sum(map(bool, expected.values())) > 30
    refused = set()
    for name in questions():
        assert rows_of(opened, name) == expected[name], name
        if "cannot handle this question" in capsys.readouterr().err:
            refused.add(name)
    assert refused == REFUSED.get(kind, set())


@pytest.mark.parametrize("kind", ["virtuoso"])  # the others are the engine that is in memory
def test_questions_with_values_give_the_same_rows_with_the_same_labels(
    stores: Callable[[str], str | None], kind: str
) -> None:
    here, there = Werkzaam(lang="nl"), Werkzaam(stores(kind), lang="nl")
    for name, texts in workload(1, 2):
        if name not in REFUSED.get(kind, set()) and not questions()[name].lists:  # lists come in any order
            assert there.store.select(texts[-1]) == here.store.select(texts[-1]), name
    assert there.known.names.labels == here.known.names.labels


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


def test_where_graphs_go_follows_from_the_address_or_is_told() -> None:
    assert Server.at("http://localhost:7878/query", {}).graphs == "http://localhost:7878/store"
    assert Server.at("https://example.org/ds/sparql", {}).graphs == "https://example.org/ds/sparql-graph-crud-auth"
    told = {"WERKZAAM_STORE_GRAPHS": "http://a/g"}
    assert Server.at("http://localhost/repositories/r", told).graphs == "http://a/g"


def test_a_server_without_our_data_says_how_to_load_them(tmp_path: Path) -> None:
    if program("oxigraph") is None:
        pytest.skip("no oxigraph server on this machine")
    with SERVERS["oxigraph"][1](str(tmp_path)) as address, pytest.raises(StoreError) as refused:
        Werkzaam(address).ask("conflicts")
    assert refused.value.key == "store-no-union"
    assert f"werkzaam build --store {address}" in str(refused.value)


def test_a_store_in_memory_can_be_made_of_any_other() -> None:
    small = Oxigraph()
    small.load_nquads(
        b"<https://example.org/a> <https://example.org/b> <https://example.org/c> <https://example.org/g> .\n"
    )
    assert {str(quad) for quad in Oxigraph.of(small).quads()} == {str(quad) for quad in small.quads()}
