"""What each export keeps of all claims is told by comparing graphs; nothing is invented, and what can be kept is."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

import werkzaam
from werkzaam.api import Werkzaam
from werkzaam.outward.forms import FORMS, about_claims
from werkzaam.outward.losses import Loss, compare
from werkzaam.terms import TYPE, WZ

# What a form can hold, and so must keep of every claim that it takes; all else is computed.
TABLE = {
    "statement",
    "mechanism",
    "effect",
    "scope",
    "context",
    "resource",
    "reasoning",
    "mode",
    "supportedBy",
    "explains",
}
PICO = {"statement", "type", "hasOutcome", "actor"}


@pytest.fixture(scope="module")
def opened(apart: None) -> Werkzaam:
    return werkzaam.open()


@pytest.fixture(scope="module")
def held(opened: Werkzaam) -> set[ox.Triple]:
    return about_claims(opened.store)


@pytest.fixture(scope="module")
def back(opened: Werkzaam, held: set[ox.Triple]) -> Callable[[str], tuple[dict[tuple[str, str], Loss], set[ox.Triple]]]:
    def back(form: str) -> tuple[dict[tuple[str, str], Loss], set[ox.Triple]]:
        found, invented = compare(held, FORMS[form].back(b"".join(FORMS[form].write(opened))))
        return {(one.cls, one.property): one for one in found}, invented

    return back


Back = Callable[[str], tuple[dict[tuple[str, str], Loss], set[ox.Triple]]]


def test_nanopublications_lose_nothing_of_any_claim(back: Back) -> None:
    found, invented = back("nanopub")
    assert invented == set()
    assert [one for one in found.values() if one.kept < one.held] == []
    assert sum(one.held for one in found.values()) > 60_000


@pytest.mark.parametrize("form", ["csv", pytest.param("xlsx", marks=pytest.mark.thorough), "parquet"])
def test_the_evidence_table_keeps_what_has_a_column_of_every_claim(back: Back, form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    found, invented = back(form)
    assert invented == set()
    kept = [one for one in found.values() if one.property in TABLE and one.cls != "Argument"]
    assert kept
    assert [one for one in kept if one.kept < one.held] == []
    lost = {(one.cls, one.property) for one in found.values() if one.kept == 0}
    assert ("Argument", "statement") in lost


def test_pico_keeps_which_intervention_whom_and_which_outcome_of_every_configuration(back: Back) -> None:
    found, invented = back("pico")
    assert invented == set()
    kept = [one for (cls, name), one in found.items() if cls == "Configuration" and name in PICO]
    assert len(kept) == len(PICO)
    assert [one for one in kept if one.kept < one.held] == []
    assert found["Configuration", "mechanism"].kept == 0


def test_cids_takes_what_fired_and_nothing_that_did_not(opened: Werkzaam, held: set[ox.Triple]) -> None:
    content = b"".join(FORMS["cids"].write(opened))
    triples = FORMS["cids"].back(content)
    assert compare(held, triples)[1] == set()
    effects = {one.subject: getattr(one.object, "value", "") for one in held if one.predicate.value == WZ + "effect"}
    told = {one.subject for one in triples if one.predicate.value == TYPE and one.subject in effects}
    assert {effects[one].rpartition("/")[2] for one in told} == {"activates", "activates-in-part"}
    outcomes = {one.subject for one in held if one.predicate.value == WZ + "hasOutcome"}
    assert (
        told == {s for s, effect in effects.items() if effect.endswith(("/activates", "/activates-in-part"))} & outcomes
    )


def test_losses_are_told_by_the_command_as_they_are_computed(run: Callable[..., Any], back: Back) -> None:
    ran = run("export", "--as", "pico", "--losses")
    assert ran.code == 0, ran.err
    told = [line.split() for line in ran.out.splitlines()[2:]]
    assert {(cls, name): (int(all_), int(kept)) for cls, name, all_, kept in told} == {
        key: (one.held, one.kept) for key, one in back("pico")[0].items()
    }


def test_what_was_invented_is_found() -> None:
    one = ox.Triple(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.Literal("c"))
    other = ox.Triple(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.Literal("d"))
    assert compare({one}, [other]) == ([Loss("", "a:b", 1, 0)], {other})


# ---- the validators of the other side


@pytest.mark.skipif(not os.environ.get("WERKZAAM_EXTERNAL"), reason="WERKZAAM_EXTERNAL is not set")
def test_what_goes_out_as_cids_conforms_to_its_basic_tier(opened: Werkzaam) -> None:
    from pyshacl import validate
    from rdflib import RDF, Graph, URIRef
    from rdflib.namespace import SH

    cids = Path(os.environ["WERKZAAM_EXTERNAL"]) / "cids"
    shapes, ontology = Graph().parse(cids / "shacl" / "basic.ttl"), Graph().parse(cids / "cids.ttl")

    def violations(data: Graph) -> Counter[str]:
        _, report, _ = validate(data, shacl_graph=shapes, ont_graph=ontology)
        found = (one for one in report.subjects(SH.resultSeverity, SH.Violation))
        return Counter(str(report.value(one, SH.focusNode)) for one in found)

    lists = Graph().parse(cids / "PopulationServed.ttl")
    ours = Graph().parse(data=b"".join(FORMS["cids"].write(opened)), format="turtle")
    assert len(ours) > 3_000
    assert violations(ours + lists) == violations(lists)  # their own list does not conform
    kind = URIRef("https://ontology.commonapproach.org/cids#Program")
    program = next(ours.subjects(RDF.type, kind))
    ours.remove((program, None, None))
    ours.add((program, RDF.type, kind))
    assert str(program) in violations(ours)


def test_a_crate_holds_a_collection_and_says_what_each_file_is(
    collection: Callable[..., Werkzaam], case: str, tmp_path: Path
) -> None:
    check_crate(collection(case), tmp_path)


@pytest.mark.thorough
def test_the_crate_of_the_whole_collection_holds_it(opened: Werkzaam, tmp_path: Path) -> None:
    check_crate(opened, tmp_path)


def check_crate(opened: Werkzaam, folder: Path) -> None:
    body = b"".join(opened.export_as("crate"))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        metadata = {one["@id"]: one for one in json.loads(archive.read("ro-crate-metadata.json"))["@graph"]}
        named = {one["@id"] for one in metadata["./"]["hasPart"]}
        assert named == set(archive.namelist()) - {"ro-crate-metadata.json"}
        for name in named:
            assert hashlib.sha256(archive.read(name)).hexdigest() == metadata[name]["sha256"]
        quads = set(ox.parse(archive.read("data/werkzaam.nq"), format=ox.RdfFormat.N_QUADS))
        archive.extractall(folder)
    assert quads == set(opened.store.quads())
    assert metadata["./"]["datePublished"] == max(one["coded_on"] for one in opened.cases())
    validated(folder)


def validated(folder: Path) -> None:
    """Have the validator of the RO-Crate community look at a crate; its context comes with the library, not the web."""
    services = pytest.importorskip("rocrate_validator.services", reason="roc-validator is not installed")
    context = pytest.importorskip("rocrate", reason="rocrate is not installed")
    import requests
    from rdflib.plugins.shared.jsonld import context as reading
    from rocrate_validator.models import Severity, ValidationSettings
    from rocrate_validator.utils.http import HttpRequester

    content = files(context).joinpath("data/ro-crate.jsonld").read_bytes()

    class Session:
        cache = None

        def get(self, url: str, **options: Any) -> requests.Response:
            made = requests.Response()
            made.status_code, made._content, made.url = 200 if "context" in url else 404, content, url
            made.headers["Content-Type"] = "application/ld+json"
            return made

        head = get

    settings = ValidationSettings(
        rocrate_uri=str(folder), profile_identifier="ro-crate-1.1", requirement_severity=Severity.RECOMMENDED
    )
    validator = services._build_validator(settings, None)
    HttpRequester().session = Session()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "source_to_json", lambda *given, **more: (json.loads(content), None))
        result = validator.validate()
    assert [f"{one.check.identifier}: {one.message}" for one in result.get_issues()] == []
