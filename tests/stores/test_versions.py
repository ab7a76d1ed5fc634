"""A store says with what it was written: an older one is migrated after a copy, a newer one is left alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam import prepared, summary
from werkzaam.api import Werkzaam
from werkzaam.build import on_disk, write_store
from werkzaam.errors import StoreError
from werkzaam.records import made, release
from werkzaam.sandbox import ChildDied
from werkzaam.terms import CONCEPT, GRAPH, SKOS

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("quick")]

DOCUMENT = "buurttafel/de-buurttafel"
AT = "2026-11-26T12:00:00+00:00"
TAILORING = ox.NamedNode(CONCEPT + "mechanism/tailoring")
LABEL = ox.NamedNode(SKOS + "prefLabel")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, data: Path, ontology_nquads: bytes) -> Path:
    """Give the folder of a store with one document, of which a claim was retracted, to be copied."""
    place = tmp_path_factory.mktemp("filled") / "store"
    write_store(f"oxigraph:{place}", ontology_nquads, at=AT)
    opened = Werkzaam(f"oxigraph:{place}")
    assert not opened.add(str(data / "buurttafel.yaml"), at=AT).refused
    opened.retract("buurttafel/b1", nl="Verkeerd gelezen.", en="Misread.", at=AT)
    opened.store.close()  # type: ignore[attr-defined]
    return place


@pytest.fixture
def place(filled: Path, tmp_path: Path) -> Path:
    """Give the folder of such a store."""
    return Path(shutil.copytree(filled, tmp_path / "store"))


def age(place: Path, **about: Any) -> None:
    """Make the folder say that another werkzaam wrote it; without anything, the first form, which said nothing."""
    now = json.loads((place / "current").read_bytes())
    (place / "current").write_text(json.dumps({"format": 1, "generation": now["generation"], **about}))


def spoil(place: Path) -> None:
    """Make of the vocabulary and the document what an older werkzaam could have made of them."""
    store = ox.Store(str(on_disk(f"oxigraph:{place}").current() / "graph"))
    for quad in store.quads_for_pattern(TAILORING, LABEL, None, None):
        store.remove(quad)
    claim = ox.NamedNode("https://w3id.org/werkzaam/id/claim/buurttafel/b2")
    store.remove(next(iter(store.quads_for_pattern(claim, None, None, ox.NamedNode(GRAPH + DOCUMENT)))))
    store.flush()
    del store
    records = on_disk(f"oxigraph:{place}").current() / "records.jsonl"
    lines = [json.loads(line) for line in records.read_text("utf-8").splitlines()]
    records.write_text("".join(json.dumps({**one, "graph": "0" * 64}) + "\n" for one in lines), "utf-8")


def labels(store: str) -> int:
    return sum(triple.predicate == LABEL for triple in Werkzaam(store).store.about(TAILORING.value))


def test_a_store_says_with_what_it_was_written(place: Path) -> None:
    about = on_disk(f"oxigraph:{place}").about()
    assert (about["format"], about["made"]["ontology"]) == (2, made().ontology)
    assert about["made"]["shapes_sha256"] == made().shapes_sha256
    assert not on_disk(f"oxigraph:{place}").older()


@pytest.mark.parametrize("made_with", [{}, {"format": 2, "made": {"ontology": "0.0.1"}}])
def test_an_older_store_is_read_as_it_is_and_migrated_after_a_copy(
    run: Callable[..., Any], place: Path, tmp_path: Path, data: Path, made_with: dict[str, Any]
) -> None:
    where = f"oxigraph:{place}"
    spoil(place)
    age(place, **made_with)
    assert labels(where) == 0
    refused = run("add", data / "buurttafel.yaml", "--store", where)
    assert (refused.code, "werkzaam store migrate" in refused.err) == (2, True)
    done = run("store", "migrate", "--store", where, "--at", AT)
    assert (done.code, DOCUMENT in done.out) == (0, True)
    assert labels(where) == 2
    opened = Werkzaam(where)
    assert [one for one in opened.check() if one.severity == "violation"] == []
    assert [one["action"] for one in opened.history(DOCUMENT)] == ["added", "retracted", "migrated"]
    assert "b1" not in {claim.iri.rsplit("/", 1)[-1] for claim in opened.claims()}
    (kept,) = (one for one in tmp_path.iterdir() if one.name.startswith("store-"))
    assert labels(f"oxigraph:{kept}") == 0
    assert run("store", "migrate", "--store", where, "--lang", "en").err.startswith("The store is of this werkzaam")


def test_a_store_too_large_to_be_read_without_its_summary_says_so_and_gets_one(
    run: Callable[..., Any], place: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long(function: Callable[..., Any], *given: Any, **more: Any) -> Any:
        raise ChildDied("time")

    where, folder = f"oxigraph:{place}", on_disk(f"oxigraph:{place}")
    with closing(sqlite3.connect(folder.read().summary)) as made_:
        made_.execute("PRAGMA user_version = 1")
    monkeypatch.setattr(prepared, "call", long)
    refused = run("validate", data / "buurttafel.yaml", "--store", where)
    assert (refused.code, f"werkzaam store migrate --store {where}" in refused.err) == (2, True)
    before = folder.current()
    made_anew = run("store", "migrate", "--store", where, "--lang", "en")
    assert (made_anew.code, "only its summary was made anew" in made_anew.err) == (0, True)
    assert summary.is_ours(folder.read().summary)
    after = folder.current()
    assert after != before
    again = run("store", "migrate", "--store", where, "--lang", "en")
    assert (again.code, "nothing has changed" in again.err) == (0, True)
    assert folder.current() == after


def test_a_document_that_is_no_longer_read_stops_the_migration_and_nothing_changes(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from werkzaam import renewal

    age(place)
    before = (place / "current").read_bytes()
    monkeypatch.setattr(renewal, "_in_child", lambda store, documents: {DOCUMENT: ("", "line 3: no such mechanism")})
    with pytest.raises(StoreError, match="line 3: no such mechanism"):
        renewal.migrate(f"oxigraph:{place}")
    assert (place / "current").read_bytes() == before


@pytest.mark.parametrize(
    ("about", "key"),
    [
        ({"format": 3}, "store-format"),
        ({"format": "x"}, "store-format"),
        ({"format": 2, "made": {"ontology": "99.0.0"}}, "store-newer"),
    ],
)
def test_a_newer_store_is_neither_read_nor_written(place: Path, about: dict[str, Any], key: str) -> None:
    age(place, **about)
    for act in (lambda: Werkzaam(f"oxigraph:{place}"), lambda: on_disk(f"oxigraph:{place}").older()):
        with pytest.raises(StoreError) as refused:
            act()
        assert refused.value.key == key


def test_what_was_copied_from_an_older_store_is_older_when_it_is_put_back(place: Path, tmp_path: Path) -> None:
    from werkzaam import upkeep

    age(place)
    upkeep.backup(f"oxigraph:{place}", str(tmp_path / "copy"))
    upkeep.restore(str(tmp_path / "copy"), f"oxigraph:{tmp_path / 'back'}")
    assert on_disk(f"oxigraph:{tmp_path / 'back'}").older()


def test_versions_are_ordered_as_numbers() -> None:
    assert release("0.10.0") > release("0.9.0") > release("")
    assert release(made().ontology) > release("0.0.1")
