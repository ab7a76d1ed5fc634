"""What no query over the built data can see: the files themselves, the headings of answers, what Owlready makes of it.

That every term says what it is and everything that is named exists is checked by queries, in test_checks.py.
"""

from __future__ import annotations

import io

import owlready2
import pyoxigraph as ox
import pytest

from werkzaam.answers import AGAINST, FOR, SILENT
from werkzaam.model import Model
from werkzaam.resources import walk
from werkzaam.terms import OWL, TOOI_MUNICIPALITY, TYPE, WZ


def test_only_the_axioms_have_blank_nodes() -> None:
    files = {name: file for name, file in walk("ontology", ".ttl") if name != "axioms.ttl"}
    assert len(files) > 20
    for name, file in files.items():
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE):
            assert isinstance(quad.subject, ox.NamedNode), f"blank node in {name}"
            assert not isinstance(quad.object, ox.BlankNode), f"blank node in {name}"


def test_what_counts_as_something_counts_as_a_verdict(model: Model) -> None:
    verdicts = {
        t.subject.value for t in model.ontology if t.predicate.value == TYPE and t.object.value == WZ + "Verdict"
    }
    counting = {t.object.value for t in model.ontology if t.predicate.value == WZ + "countsAs"}
    assert counting
    assert counting <= verdicts
    assert {FOR, AGAINST, SILENT} <= verdicts
    ranks = [
        int(t.object.value) for t in model.ontology if t.predicate.value == WZ + "rank" and t.subject.value in verdicts
    ]
    assert sorted(ranks) == [n + 1 for n in range(len(verdicts))]


def test_owlready_reads_the_ontology_and_knows_its_classes(model: Model) -> None:
    content = "".join(f"{triple} .\n" for triple in model.ontology).encode()
    ontology = owlready2.World().get_ontology(WZ).load(fileobj=io.BytesIO(content))
    known = {cls.iri for cls in ontology.classes()}
    ours = {
        t.subject.value
        for t in model.ontology
        if t.predicate.value == TYPE and t.object.value == OWL + "Class" and t.subject.value.startswith(WZ)
    }
    assert ours
    assert ours <= known
    assert ontology.world[WZ + "Configuration"] in ontology.world[WZ + "Claim"].subclasses()


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Urk", "gm0184"),
        ("Gemeente Eindhoven", "gm0772"),
        ("'s-Gravenhage", "gm0518"),
        ("’s-Gravenhage", "gm0518"),
        ("The Hague", "gm0518"),
        ("Den Bosch", "gm0796"),
        ("gemeente 's-Hertogenbosch", "gm0796"),
        ("Bergen (NH)", "gm0373"),
        ("Bergen", None),
        ("sudwest fryslan", "gm1900"),
        ("municipality of Utrecht", "gm0344"),
        ("Weesp", "gm0457"),
    ],
)
def test_a_municipality_has_the_names_that_people_write_and_no_name_stands_for_two(
    name: str, number: str | None, model: Model
) -> None:
    assert model.names.find(name, {WZ + "Municipality"}) == ([TOOI_MUNICIPALITY + number] if number else [])
