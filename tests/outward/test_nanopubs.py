"""A claim is a nanopublication that others accept, says where it comes from, and is known by its content."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nanopub_rules as rules
import pyoxigraph as ox
import pytest

import werkzaam
from werkzaam.api import Werkzaam
from werkzaam.outward.nanopubs import NPX, PLACE, PROV, Nanopub, as_trig, code_of, nanopubs, trusty
from werkzaam.outward.past import with_past
from werkzaam.terms import DCTERMS, GRAPH, ID, WZ

pytestmark = pytest.mark.once  # the rules want cryptography, which is for developers

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL", "")
SUITE = Path(EXTERNAL) / "nanopub-testsuite"
suite = pytest.mark.skipif(not EXTERNAL or not SUITE.is_dir(), reason="WERKZAAM_EXTERNAL holds no nanopub-testsuite")
CLAIM = ID + "claim/adp/k1001"
DOCUMENT = GRAPH + "adp/service-voor-de-wijk"


@pytest.fixture(scope="module")
def opened(apart: None) -> Werkzaam:
    return werkzaam.open()


@pytest.fixture(scope="module")
def made(opened: Werkzaam) -> Nanopub:
    (one,) = nanopubs(opened.store, DOCUMENT, [CLAIM])
    return one


def files(kind: str) -> list[Path]:
    return sorted(path for path in (SUITE / kind).rglob("*") if path.is_file())


@pytest.fixture
def keys() -> None:
    pytest.importorskip("cryptography", reason="cryptography is not installed")


@suite
@pytest.mark.usefixtures("keys")
def test_the_rules_accept_every_valid_nanopublication_of_the_suite() -> None:
    found = files("valid")
    assert len(found) == 91
    assert {str(path): wrong for path in found if (wrong := rules.check(rules.read(path)))} == {}


@suite
@pytest.mark.usefixtures("keys")
@pytest.mark.filterwarnings("ignore:Parsing weird boolean")
@pytest.mark.parametrize("path", files("invalid"), ids=lambda path: path.stem[:40])
def test_the_rules_refuse_each_invalid_nanopublication_of_the_suite(path: Path) -> None:
    assert rules.check(rules.read(path))


@suite
def test_there_are_seventeen_invalid_ones() -> None:
    assert len(files("invalid")) == 17


def test_every_claim_is_a_nanopublication_that_keeps_the_rules(opened: Werkzaam) -> None:
    count = 0
    for document in opened.cases()[1:3]:  # all of them: the round trip in test_losses.py, and `make thorough`
        claims = [one.iri for one in opened.claims() if one.document == document["document"]]
        for one in nanopubs(opened.store, document["document"], claims[::4]):
            assert rules.check(list(one.quads)) == [], one.iri
            count += 1
    assert count > 100


@pytest.mark.thorough
def test_all_claims_are_nanopublications_that_keep_the_rules(opened: Werkzaam) -> None:
    claims = opened.claims()
    for document in opened.cases():
        mine = [one.iri for one in claims if one.document == document["document"]]
        for one in nanopubs(opened.store, document["document"], mine):
            assert rules.check(list(one.quads)) == [], one.iri


def test_evidence_is_provenance_and_the_claim_is_asserted(made: Nanopub) -> None:
    where = {(q.subject.value, q.predicate.value): q.graph_name.value.rpartition("#")[2] for q in made.quads}
    assert where[CLAIM, WZ + "mechanism"] == where[f"{CLAIM}/a1", WZ + "trait"] == "assertion"
    assert where[CLAIM, WZ + "supportedBy"] == where[f"{CLAIM}/e1", WZ + "saidBy"] == "provenance"
    assert where[f"{made.iri}#assertion", PROV + "wasDerivedFrom"] == "provenance"
    assert where[made.iri, DCTERMS + "creator"] == where[made.iri, DCTERMS + "license"] == "publication"


def test_the_same_claim_has_the_same_name_and_another_has_another(opened: Werkzaam, made: Nanopub) -> None:
    (again,) = nanopubs(opened.store, DOCUMENT, [CLAIM])
    assert again == made
    assert made.iri.startswith(f"{PLACE}adp/k1001/RA")
    changed = [q for q in made.quads if q.predicate.value != WZ + "effect"]
    assert trusty(changed, code_of(made.iri)) != code_of(made.iri)
    assert rules.check(changed) == ["a trusty URI that is not that of the content"]


def test_as_trig_it_is_the_same_publication(made: Nanopub) -> None:
    assert rules.check(list(ox.parse("".join(as_trig([made])), format=ox.RdfFormat.TRIG))) == []


@pytest.mark.thorough
def test_a_store_tells_what_superseded_what_and_what_was_taken_back(
    tmp_path: Path, start: Callable[..., Any], run: Callable[..., Any], case: str
) -> None:
    store, file = f"oxigraph:{tmp_path / 'store'}", tmp_path / "buurttafel.yaml"
    file.write_text(case, "utf-8")
    assert start("build", "--what", "ontology", "--store", store).code == 0
    assert start("add", file, "--store", store).code == 0
    first = {one.claim: one for _, one in with_past(store)}
    changed, kept = sorted(first)[:2]
    node = next(one for one in werkzaam.open(store).claims() if one.iri == changed)
    words = (node.text("statement") or {})["nl"]
    file.write_text(case.replace(words, words + " Zo was het."), "utf-8")
    assert start("add", file, "--store", store).code == 0
    reason = ("--reason-nl", "onjuist", "--reason-en", "wrong")
    ran = start("retract", "buurttafel/" + kept.rpartition("/")[2], *reason, "--store", store)
    assert ran.code == 0, ran.err

    found = list(with_past(store))
    by = {standing: [one for how, one in found if how == standing] for standing, _ in found}
    assert [one.iri for one in by["superseded"]] == [first[changed].iri]
    assert [one.iri for one in by["retracted"]] == [first[kept].iri]
    (now,) = (one for one in by["current"] if one.claim == changed)
    assert objects(now, NPX + "supersedes") == {first[changed].iri}
    (back,) = by["retraction"]
    assert objects(back, NPX + "retracts") == {first[kept].iri}
    assert all(rules.check(list(one.quads)) == [] for _, one in found)

    shown = run("export", "--as", "nanopub", "--store", store).out
    assert now.iri in shown
    assert f"<{first[kept].iri}>" not in shown
    whole = run("export", "--as", "nanopub", "--history", "--store", store).out
    assert all(one.iri in whole for _, one in found)


def objects(one: Nanopub, predicate: str) -> set[str]:
    return {getattr(q.object, "value", "") for q in one.quads if q.predicate.value == predicate}


def test_the_past_needs_a_store_on_disk(run: Callable[..., Any]) -> None:
    ran = run("export", "--as", "nanopub", "--history")
    assert ran.code == 2
    assert "oxigraph:DIR" in ran.err
