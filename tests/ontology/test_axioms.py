"""Every axiom is named, told in words, has the rule or check that stands for it, and lists all that it should."""

from __future__ import annotations

from collections import defaultdict

import pyoxigraph as ox
import pytest

from werkzaam.contradictions import checks
from werkzaam.hermit import OWL, axioms
from werkzaam.model import Model
from werkzaam.rules import rules
from werkzaam.terms import AXIOM, CONCEPT, LANGUAGES, RDF, RDFS, TYPE, WZ

ENTAILING = {
    OWL + "equivalentClass",
    OWL + "propertyChainAxiom",
    OWL + "TransitiveProperty",
    OWL + "SymmetricProperty",
    OWL + "inverseOf",
    RDFS + "subClassOf",
    RDFS + "subPropertyOf",
    RDFS + "range",
    RDFS + "domain",
}
FORBIDDING = {
    OWL + "AllDisjointClasses",
    OWL + "AllDisjointProperties",
    OWL + "AsymmetricProperty",
    OWL + "FunctionalProperty",
    OWL + "IrreflexiveProperty",
    OWL + "disjointWith",
    OWL + "propertyDisjointWith",
    RDFS + "range",
    RDFS + "domain",
}
# Says that things differ, so that two values of a functional property contradict.
AIDING = {OWL + "AllDifferent"}

FACTS: dict[str, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
for _triple in axioms():
    if not isinstance(_triple.object, ox.Triple):
        FACTS[str(_triple.subject)][_triple.predicate.value].append(_triple.object)


def iris(subject: str, predicate: str) -> set[str]:
    return {one.value for one in FACTS[subject].get(predicate, []) if isinstance(one, ox.NamedNode)}


NAMED = sorted(one.strip("<>") for one in FACTS if WZ + "Axiom" in iris(one, TYPE))


def stated() -> dict[str, set[str]]:
    """Give, for each term or enumeration, the building blocks of OWL that are used on it."""
    found: dict[str, set[str]] = defaultdict(set)
    for subject, facts in FACTS.items():
        for predicate, values in facts.items():
            used = {one.value for one in values if isinstance(one, ox.NamedNode)} if predicate == TYPE else {predicate}
            for one in used & (ENTAILING | FORBIDDING | AIDING):
                if not (subject.startswith("_:") and one == OWL + "inverseOf"):  # a chain's expression, no axiom
                    found[subject].add(one)
    return found


def constructs(axiom: str) -> set[str]:
    return iris(f"<{axiom}>", WZ + "construct")


def test_there_are_axioms_and_every_building_block_is_known() -> None:
    assert len(NAMED) > 30
    used = set().union(*(constructs(one) for one in NAMED))
    assert used <= ENTAILING | FORBIDDING | AIDING


def test_every_statement_of_owl_names_its_axiom_and_every_axiom_its_building_blocks() -> None:
    for subject, used in stated().items():
        named = iris(subject, WZ + "axiom")
        assert named, f"{subject} uses {used} and names no axiom"
        assert used <= set().union(*(constructs(one) for one in named)), subject
    on = defaultdict(set)
    for subject, used in stated().items():
        for one in iris(subject, WZ + "axiom"):
            on[one] |= used
    assert {
        one: constructs(one) - on[one] for one in NAMED if one != AXIOM + "hierarchy" and constructs(one) - on[one]
    } == {}


@pytest.mark.parametrize("axiom", NAMED, ids=lambda one: one.removeprefix(AXIOM))
def test_an_axiom_is_told_in_both_languages(axiom: str) -> None:
    for predicate in (RDFS + "label", RDFS + "comment"):
        said = [one for one in FACTS[f"<{axiom}>"][predicate] if isinstance(one, ox.Literal)]
        assert sorted(one.language or "" for one in said) == sorted(LANGUAGES)


@pytest.mark.parametrize("axiom", NAMED, ids=lambda one: one.removeprefix(AXIOM))
def test_an_axiom_that_infers_has_a_rule_and_one_that_forbids_a_check(axiom: str) -> None:
    assert bool(constructs(axiom) & ENTAILING) == (axiom in {one.axiom for one in rules()})
    assert bool(constructs(axiom) & FORBIDDING) == (axiom in {one.axiom for one in checks()})


def test_rules_and_checks_stand_for_axioms_that_exist() -> None:
    assert {one.axiom for one in (*rules(), *checks())} <= set(NAMED)


def test_lists_of_different_things_are_complete(model: Model) -> None:
    of_class: dict[str, set[str]] = defaultdict(set)
    for triple in model.ontology:
        if triple.predicate.value == TYPE and isinstance(triple.object, ox.NamedNode):
            of_class[triple.object.value].add(triple.subject.value)  # type: ignore[union-attr]
    lists = [members(one) for subject in FACTS for one in FACTS[subject].get(OWL + "distinctMembers", [])]
    classes = ("Effect", "Influence", "LadderStep", "Mechanism", "Party")
    assert sorted(map(sorted, lists)) == sorted(sorted(of_class[WZ + one]) for one in classes)


# Classes that only gather others: what can be counted by, what a document may propose.
HELPING = {WZ + "Measure", WZ + "ContentConcept"}


def test_what_is_disjoint_is_all_there_is_of_its_kind(model: Model) -> None:
    lists = [set(members(one)) for subject in FACTS for one in FACTS[subject].get(OWL + "members", [])]
    above = {"Claim": WZ + "Claim", "Thing": WZ + "Thing", "Concept": "http://www.w3.org/2004/02/skos/core#Concept"}
    for up in above.values():
        below = model.children[up] - {up, *HELPING} if up in model.children else set()
        below = (
            below
            or {
                t.subject.value  # type: ignore[union-attr]
                for t in model.ontology
                if t.predicate.value == RDFS + "subClassOf" and t.object == ox.NamedNode(up)
            }
            - HELPING
        )
        assert below in lists, up


def members(start: object) -> list[str]:
    found, at = [], str(start)
    while at != f"<{RDF}nil>":
        found += [one.value for one in FACTS[at][RDF + "first"] if isinstance(one, ox.NamedNode)]
        (rest,) = FACTS[at][RDF + "rest"]
        at = str(rest)
    return found


def test_the_packaged_ontology_holds_no_axioms(model: Model) -> None:
    assert not any(isinstance(term, ox.BlankNode) for t in model.ontology for term in (t.subject, t.object))
    assert not [t for t in model.ontology if str(t.subject).startswith(f"<{AXIOM}")]
    assert CONCEPT  # concepts alone are data
