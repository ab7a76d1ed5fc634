"""The reasoner on documents and on the whole report: what it refuses, in which words, and what it infers.

`reasoning/` has for each axiom that can be contradicted a document that passes all shapes and contradicts it (bad), and
one that looks like it and is right (ok).
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam import hermit
from werkzaam import store as store_module
from werkzaam.api import Werkzaam
from werkzaam.build import packaged, with_inferences
from werkzaam.contradictions import Given, checks, contradictions, contradictions_of
from werkzaam.loading import Loaded, loader_for
from werkzaam.model import Model, Names, add_names
from werkzaam.prepared import known_names
from werkzaam.questions import questions
from werkzaam.reasoning import around
from werkzaam.rules import rules
from werkzaam.store import Oxigraph
from werkzaam.terms import AXIOM, CONCEPT, GRAPH, ID, INFERRED_GRAPH, LANGUAGES, ONTOLOGY_GRAPH, TYPE, WZ
from werkzaam.validation import check

pytestmark = pytest.mark.once

Run = Callable[..., Any]

FOLDER = Path(__file__).parent / "reasoning"
FILES = sorted(FOLDER.iterdir())
BAD = [file for file in FILES if file.name.startswith("bad-")]
OK = [file for file in FILES if file.name.startswith("ok-")]
# HermiT takes minutes over all examples and the report: CI asks for it.
needs_java = pytest.mark.skipif(
    not (os.environ.get("WERKZAAM_HERMIT") and hermit.has_java()),
    reason="HermiT (Java, WERKZAAM_HERMIT=1) was not asked; the rules were tested without it",
)


def axiom_of(file: Path) -> str:
    return AXIOM + file.stem.partition("-")[2]


@pytest.fixture(scope="module")
def collection_() -> Oxigraph:
    return packaged()


@pytest.fixture(scope="module")
def known(collection_: Oxigraph, model: Model) -> Names:
    return known_names(collection_, model)


@pytest.fixture(scope="module")
def loaded(known: Names, model: Model) -> Callable[[Path], Loaded]:
    def loaded(file: Path) -> Loaded:
        content, loader, names = file.read_bytes(), loader_for(file.name), known.copy()
        add_names(names, model, loader.things(content, model))
        return loader.load(content, file.name, model, names)

    return loaded


@pytest.fixture
def joined(
    collection_: Oxigraph, loaded: Callable[[Path], Loaded]
) -> Iterator[Callable[[Path], tuple[Oxigraph, Loaded]]]:
    """Give the collection with one document added, which goes again."""
    graphs = []

    def joined(file: Path) -> tuple[Oxigraph, Loaded]:
        made = loaded(file)
        graphs.append(made.graph)
        collection_.load_triples(made.graph, "".join(f"{one} .\n" for one in made.triples).encode())
        return collection_, made

    yield joined
    for graph in graphs:
        collection_.load_triples(graph, b"")


def iris(made: Loaded) -> set[str]:
    return {t.value for one in made.triples for t in (one.subject, one.object) if isinstance(t, ox.NamedNode)}


def test_each_axiom_that_can_be_contradicted_has_a_bad_and_a_right_document() -> None:
    assert len(BAD) >= 10
    assert {axiom_of(file) for file in BAD} == {axiom_of(file) for file in OK} == {one.axiom for one in checks()}


def test_the_collection_contradicts_nothing(collection_: Oxigraph) -> None:
    assert list(contradictions(collection_)) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_document_is_refused_by_its_axiom_alone_though_it_passes_all_shapes(
    file: Path,
    joined: Callable[[Path], tuple[Oxigraph, Loaded]],
    model: Model,
    known: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, made = joined(file)
    found = check(made, model, known, file.name, held=lambda: store)
    told = {one.rule for one in found if one.severity == "violation"}
    assert told == ({axiom_of(file)} if file in BAD else set())
    given = Given({made.graph: file.name}, made.places)
    found = list(contradictions(store, given))
    assert {one.rule for one in found} == ({axiom_of(file)} if file in BAD else set())
    # Asked of what is said near the document alone, they are the same: so a store may be large.
    vocabulary, brief = list(store.quads(ONTOLOGY_GRAPH)), partial(store.saying_briefly, graphs=[made.graph])
    assert list(contradictions_of(iris(made), given, store.saying, vocabulary)) == found
    monkeypatch.setattr(store_module, "_REPEATED", 1)
    assert list(contradictions_of(iris(made), given, brief, vocabulary)) == found
    for one in found:
        assert one.subject
        assert one.place.file == file.name or file.name in one.message("en")
        for lang in LANGUAGES:
            assert "{" not in one.message(lang)
            assert one.message(lang).count("(") >= 1, "no statement is told"
            assert "http" not in one.message(lang)
            assert "owl:" not in one.message(lang)
        assert one.message("nl") != one.message("en")


@needs_java
@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_hermit_refuses_the_same_documents(
    file: Path, joined: Callable[[Path], tuple[Oxigraph, Loaded]], model: Model
) -> None:
    store, made = joined(file)
    assert not hermit.ask({*model.ontology, *around(store, iris(made))}).consistent


@needs_java
def test_hermit_accepts_all_right_documents_together(
    collection_: Oxigraph, model: Model, loaded: Callable[[Path], Loaded]
) -> None:
    given = set(model.ontology)
    for file in OK:
        text = "".join(f"{one} .\n" for one in loaded(file).triples)
        for start in ("claim/proef/", "claim/adp/b1"):
            text = text.replace(f"{ID}{start}", f"{ID}{file.stem}/{start}")
        given |= {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)}
    named = {t.value for one in given for t in (one.subject, one.object) if isinstance(t, ox.NamedNode)}
    assert hermit.ask(given | around(collection_, {one for one in named if one.startswith(ID)})).consistent


# ---- the report

MEMBERS = {
    "Activation": (["claim/adp/k734"], ["claim/adp/k753"]),
    "CounterExample": (["claim/adp/k147"], ["claim/adp/k753", "claim/adp/t266"]),
    "EmergentClaim": (["claim/adp/k746"], ["claim/adp/k634"]),
    "EmergentMechanism": (["concept/mechanism/time-and-attention"], ["concept/mechanism/tailoring"]),
    "ExplainedFailure": (["claim/adp/k147"], ["claim/adp/k613"]),
    "FiringConfiguration": (["claim/adp/k734"], ["claim/adp/t253", "claim/adp/k753"]),
    "ObservedConflict": (["claim/adp/k552"], ["claim/adp/t250"]),
    "ObservedOverlap": (["claim/adp/k129"], ["claim/adp/t267"]),
    "RevisedMechanism": (["concept/mechanism/social-network"], ["concept/mechanism/time-and-attention"]),
    "TheorisedClaim": (["claim/adp/t250"], ["claim/adp/k552"]),
    "TriangulatedClaim": (["claim/adp/k506"], ["claim/adp/p117"]),
}
LINKS = {
    "firesIn": ("mechanism/tailoring", "intervention/de-cirkel"),
    "overlapsWith": ("mechanism/clearing-obstacles", "mechanism/tailoring"),
    "conflictsWith": ("mechanism/positive-approach", "mechanism/realistic-approach"),
}


@pytest.fixture(scope="module")
def inferred() -> Oxigraph:
    return with_inferences(None)


def test_every_defined_class_has_a_member_and_a_near_miss_in_the_report(inferred: Oxigraph) -> None:
    module = ox.NamedNode("https://w3id.org/werkzaam/ontology/inferred")
    terms = {
        q.subject.value  # type: ignore[union-attr]
        for q in inferred.quads(GRAPH + "ontology")
        if q.object == module and q.predicate.value.endswith("isDefinedBy")
    }
    classes = {one for one in terms if one.removeprefix(WZ)[0].isupper()} - {WZ + "Axiom"}
    assert {WZ + one for one in MEMBERS} == classes
    known = {(q.subject, q.object) for q in inferred.quads() if q.predicate.value == TYPE}
    for name, (members, misses) in MEMBERS.items():
        cls = ox.NamedNode(WZ + name)
        base = ID.removesuffix("id/")
        here = {iri: base + (iri if iri.startswith("concept/") else f"id/{iri}") for iri in (*members, *misses)}
        assert [one for one in members if (ox.NamedNode(here[one]), cls) not in known] == [], name
        assert [one for one in misses if (ox.NamedNode(here[one]), cls) in known] == [], name
        assert all(any(s == ox.NamedNode(here[one]) for s, _ in known) for one in misses), name


def test_what_is_inferred_stands_in_a_graph_of_its_own_and_only_where_asked_for(inferred: Oxigraph) -> None:
    apart = {q.triple for q in inferred.quads(INFERRED_GRAPH)}
    asserted = {q.triple for q in packaged().quads()}
    assert apart
    assert apart & asserted == set()
    assert {q.triple for q in inferred.quads()} == apart | asserted
    assert not list(packaged().quads(INFERRED_GRAPH))


def test_what_a_rule_gives_is_what_its_query_constructs(collection_: Oxigraph) -> None:
    for rule in rules():
        assert rule.lines(collection_) == set(collection_.answer(rule.query, "nt").splitlines(keepends=True)), rule.name


LOSING = sorted(name for name, one in questions().items() if one.inferred)


def test_five_questions_or_more_read_what_is_inferred() -> None:
    assert len(LOSING) >= 5


@pytest.mark.parametrize("name", LOSING)
def test_a_question_loses_rows_when_inference_is_off(name: str, inferred: Oxigraph) -> None:
    on, off = Werkzaam.__new__(Werkzaam), Werkzaam()
    on.lang, on.store = "en", inferred
    with_, without = ({tuple(sorted(row.items())) for row in one.ask(name)} for one in (on, off))
    assert without < with_


@needs_java
def test_hermit_and_the_rules_infer_the_same_from_the_whole_report_per_predicate(inferred: Oxigraph) -> None:
    asserted = {q.triple for q in packaged().quads()}
    answer = hermit.ask(asserted, values=True)
    assert answer.consistent
    assert answer.impossible == []
    read = hermit.project(asserted)
    classes = {
        t.subject.value
        for t in read
        if t.object == ox.NamedNode(hermit.OWL + "Class") and isinstance(t.subject, ox.NamedNode)
    }
    paths = {path for _, path, _ in answer.values}
    by_hermit, by_rules = defaultdict(set), defaultdict(set)
    for thing, cls in answer.types:
        if cls in classes:
            by_hermit[TYPE].add((thing, cls))
    for one, path, other in answer.values:
        by_hermit[path].add((one, other))
    for triple in {q.triple for q in inferred.quads()}:
        path, value = triple.predicate.value, getattr(triple.object, "value", "")
        if value in classes if path == TYPE else path in paths:
            by_rules[path].add((triple.subject.value, value))  # type: ignore[union-attr]
    assert len(by_hermit) > 30
    for path in {*by_hermit, *(q.predicate.value for q in inferred.quads(INFERRED_GRAPH))}:
        assert by_rules[path] - by_hermit[path] == set(), path
        assert by_hermit[path] - by_rules[path] == set(), path


# ---- the command


def test_reason_names_individual_statements_and_axiom_at_their_line(run: Run) -> None:
    file = FOLDER / "bad-part-one-way.yaml"
    ran = run("reason", file, "--without-java", "--lang", "nl")
    assert ran.code == 1
    assert "De Proeftuin is deel van De Kas, en De Kas is weer deel van De Proeftuin" in ran.out
    lines = file.read_text("utf-8").splitlines()
    for number in (n + 1 for n, line in enumerate(lines) if "deel-van" in line):
        assert f"{file}:{number}" in ran.out
    data = json.loads(run("reason", file, "--without-java", "--format", "json").out)
    assert [one["rule"] for one in data["findings"]] == [AXIOM + "part-one-way"]
    assert data["consistent"] is None


@needs_java
def test_reason_accepts_what_is_right_and_asks_hermit(run: Run) -> None:
    ran = run("reason", FOLDER / "ok-part-one-way.yaml", "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["consistent"] is True


def test_without_java_reason_says_the_way_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("owlready2.JAVA_EXE", "no-java-here")
    ran = run("reason", FOLDER / "ok-part-one-way.yaml")
    assert ran.code == 2
    assert "--without-java" in ran.err
    assert run("reason", "--ontology", "--without-java").code == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_explain_gives_the_premises_with_their_places(run: Run, lang: str) -> None:
    ran = run("reason", "--explain", "concept/mechanism/x", "--lang", lang)
    assert ran.code == 2
    ran = run("reason", "--explain", CONCEPT + "mechanism/self-development", "--lang", lang)
    assert ran.code == 0
    assert "De Cirkel" in ran.out
    assert "6.1/zelfontplooiing" in ran.out
    assert "http" not in ran.out


def test_explain_tells_what_a_rule_adds_only_where_nobody_said_it(run: Run) -> None:
    """A contradiction that was entered on one side follows on the other, and it is said from which."""
    ran = run("reason", "--explain", "adp/p139", "--lang", "en", "--format", "json")
    told = [one for one in json.loads(ran.out)["explanations"] if one["axiom"] == AXIOM + "contradicts"]
    assert {one["subject"].removeprefix(ID) for one in told} == {"claim/adp/f101"}
    assert {one["iri"].removeprefix(ID) for one in told[0]["premises"]} == {"claim/adp/f101", "claim/adp/p139"}


def test_ask_and_query_infer_only_when_told(run: Run) -> None:
    text = b"SELECT * { ?m <https://w3id.org/werkzaam/ontology#firesIn> ?place }"
    assert len(run("query", "-", "--format", "csv", stdin=text).out.splitlines()) == 1
    assert len(run("query", "-", "--format", "csv", "--inferred", stdin=text).out.splitlines()) > 1
    off, on = run("ask", "fires-in"), run("ask", "fires-in", "--inferred")
    assert "--inferred" in off.err
    assert "--inferred" not in on.err
    assert "De Cirkel" in on.out
