"""The engines say the same, and say it of no more than they need.

The truth is pySHACL as it stands, with the shapes as they are written, over the document and the whole ontology.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from test_shapes import FILES, examples

from werkzaam import prepared, rulequeries, shacl, validation
from werkzaam.contradictions import checks
from werkzaam.errors import Finding, UsageError
from werkzaam.loading import Loaded, complete
from werkzaam.model import Model
from werkzaam.rulequeries import iris_of
from werkzaam.shacl import Result
from werkzaam.surroundings import surroundings
from werkzaam.terms import CONCEPT, ID, SH, SHAPE, SKOS, TYPE, WZ

pytestmark = pytest.mark.once

needs_fast = pytest.mark.skipif(find_spec("shacl") is None, reason="the extra `fast` is not installed")
ENGINES = ["pyshacl", pytest.param("fast", marks=needs_fast)]
Told = set[tuple[str, str, str, str]]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep rdflib from reporting each literal that is wrong on purpose, and from rewriting any."""
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        yield


@pytest.fixture(scope="module")
def documents(model: Model) -> Loaded:
    """Give all examples of rules thought out by hand, as one document."""
    loaded = Loaded("https://example.org/")
    for file in FILES:
        loaded.triples |= {quad.triple for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)}
    complete(loaded, model)
    return loaded


def told(results: Iterable[Result]) -> Told:
    return {(str(one.focus), one.path, one.shape, str(one.value)) for one in results}


def truth(triples: Iterable[ox.Triple], model: Model) -> Told:
    """Give what pySHACL says of all there is, without our shortcuts.

    Of rules that are a query too, but over a store, as rdflib would take minutes.
    """

    def graph(those: Iterable[ox.Triple]) -> rdflib.Graph:
        return rdflib.Graph().parse(data=ox.serialize(those, format=ox.RdfFormat.N_TRIPLES), format="nt")

    everything = {*triples, *model.ontology}
    others, queries = rulequeries.split(model.shapes)
    store = ox.Store()
    store.extend(ox.Quad(*one) for one in everything)
    sh = rdflib.Namespace(SH)
    found = set()
    for data, shapes in ((graph(everything), others), (store, {one for rule in queries.values() for one in rule})):
        _, report, _ = pyshacl.validate(data, shacl_graph=graph(shapes), inplace=True)
        for result in report.objects(None, sh.result):
            path, value = report.value(result, sh.resultPath), report.value(result, sh.value)
            there = None if value is None else shacl._of_rdflib(value)
            focus, simple = report.value(result, sh.focusNode), isinstance(path, rdflib.URIRef)
            shape = str(report.value(result, sh.sourceShape))
            found.add((str(shacl._of_rdflib(focus)), str(path) if simple else "", shape, str(there)))
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_finds_in_the_examples_of_all_rules_what_pyshacl_finds_with_the_whole_ontology(
    name: str, documents: Loaded, model: Model
) -> None:
    own = {str(triple.subject) for triple in documents.triples}
    expected = {one for one in truth(documents.triples, model) if one[0] in own}
    assert len(expected) >= len([file for file in FILES if file.stem.startswith("bad-")])
    data = documents.triples | surroundings(documents.triples, model, model.names)
    found = {one for one in told(shacl.engine(name, model)(data)) if one[0] in own}
    assert found == expected


def test_a_rule_that_looks_for_a_pattern_finds_nothing_in_a_document_without_it(model: Model) -> None:
    asked = rulequeries.split(model.shapes)[1]
    looking = [one for group in rulequeries.groups(asked, model.ontology) for one in group.rules if one.where]
    assert len(looking) > 12
    apart = [one for made in examples().values() for one in made]
    passed = 0
    for triples in (one.triples for one in apart):
        store, text = ox.Store(), "\n".join(one.object.value for one in triples if isinstance(one.object, ox.Literal))
        store.extend(ox.Quad(*one) for one in {*triples, *surroundings(triples, model, model.names)})
        for rule in looking:
            if rule.where and not rule.where.search(text):
                passed += 1
                assert list(rule.results(store, rule.focuses(store))) == [], f"{rule.shape}: {text}"
    assert passed > len(apart), "most documents have nothing for most of these rules"


@pytest.mark.thorough
@needs_fast
def test_the_engines_agree_on_every_example_of_a_rule_on_one_field(model: Model) -> None:
    triples = {triple for made in examples().values() for one in made for triple in one.triples}
    data = triples | surroundings(triples, model, model.names)
    results = [set(shacl.engine(name, model)(data)) for name in ("pyshacl", "fast")]
    assert len({one.shape for one in results[0]}) > 200
    assert {one.shape for one in results[0] ^ results[1]} == set()


def test_targets_are_moved_to_the_rules_of_a_shape_that_no_other_points_to() -> None:
    written = """
    @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <http://example.org/> .
    :Claim sh:targetClass :A ; sh:property :Claim-scope .
    :Trait sh:targetClass :B ; sh:property :Trait-label .
    :Actor sh:targetClass :C ; sh:node :Trait .
    :Cell sh:targetClass :E ; sh:property :Cell-sign . :Cell-sign sh:qualifiedValueShapesDisjoint true .
    :Old sh:targetClass :D ; sh:deactivated true ; sh:property :Old-label .
    """
    shapes = [quad.triple for quad in ox.parse(written, format=ox.RdfFormat.TURTLE)]
    moved = {(str(t.subject), str(t.predicate)) for t in set(shacl._aimed(shapes)) - set(shapes)}
    assert moved == {("<http://example.org/Claim-scope>", f"<{SH}targetClass>")}


# ---- what lies around a document


def triple(subject: str, path: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(path), ox.NamedNode(value))


def test_what_lies_around_is_what_rules_walk_along_and_no_more(model: Model) -> None:
    trait = CONCEPT + "trait/no-paid-work-wanted"
    near = surroundings({triple(ID + "actor/a", WZ + "trait", trait)}, model, model.names)
    opposite = triple(trait, WZ + "oppositeOf", CONCEPT + "trait/paid-work-wanted")
    assert {opposite, triple(trait, TYPE, WZ + "Trait")} <= near
    assert len(near) < 100 < len(model.ontology)
    assert SKOS + "prefLabel" not in {one.predicate.value for one in near}


def test_a_name_that_nobody_knows_has_nothing_around_it(model: Model) -> None:
    assert surroundings({triple(ID + "actor/a", WZ + "trait", "https://example.org/x")}, model, model.names) == set()


def test_a_query_names_its_iris_by_prefixes_and_in_full() -> None:
    query = """PREFIX ex: <http://example.org/>
    SELECT ?value WHERE { $this ex:has/wz:mode ?value . FILTER (?value != <http://example.org/b> && ?x > "a:b") }"""
    ours = {one for one in iris_of(query) if one != "http://example.org/"}
    assert ours == {"http://example.org/has", WZ + "mode", "http://example.org/b"}


# ---- findings


@pytest.fixture(scope="module")
def special() -> Model:
    """Give a model with a rule more that quotes the value, and one on the document as a whole."""
    more = f"""
    @prefix sh: <{SH}> . @prefix wz: <{WZ}> . @prefix wzs: <{SHAPE}> .
    wzs:Claim-quoting a sh:NodeShape ; sh:targetClass wz:Claim ; sh:property wzs:Claim-quoted , wzs:Claim-short .
    wzs:Claim-quoted a sh:PropertyShape ; sh:path wz:mode ; sh:in ( wz:nothing ) ;
        sh:message "«{{value}}» mag hier niet."@nl , "“{{value}}” is not allowed here."@en .
    wzs:Claim-short a sh:PropertyShape ; sh:path wz:statement ; sh:maxLength 80 ; sh:severity sh:Warning ;
        sh:message "Te lang: {{value}}"@nl , "Too long: {{value}}"@en .
    wzs:CaseDocument-twice a sh:NodeShape ; sh:targetClass wz:CaseDocument ; sh:sparql wzs:CaseDocument-twice-query ;
        sh:severity sh:Info ; sh:message "{{value}} staat er."@nl , "{{value}} is there."@en .
    wzs:CaseDocument-twice-query sh:select '''
        PREFIX wz: <{WZ}>
        SELECT $this ?value ?path WHERE {{ $this wz:contains ?value . ?value a wz:Goal BIND (wz:mode AS ?path) }}
    ''' .
    """
    made = Model()
    extra = [quad.triple for quad in ox.parse(more, format=ox.RdfFormat.TURTLE)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "werkzaam.model._triples", lambda folder: made.ontology if folder == "ontology" else made.shapes + extra
        )
        return Model()


@pytest.fixture
def fired(special: Model, load: Callable[..., Loaded]) -> Callable[[str, str], list[Finding]]:
    def fired(name: str, document: str) -> list[Finding]:
        found = validation.check(load(document), special, special.names, "x.yaml", name)
        return [one for one in found if one.rule in {SHAPE + rule for rule in RULES}]

    return fired


RULES = ("Claim-quoted", "Claim-short", "CaseDocument-twice")
LONG = "Wie naar de tuin komt, " + "en blijft, " * 12 + "raakt gemotiveerd."
DOCUMENT = f"""werkzaam: 1
language: en
study: adp
claims:
- {{id: d1, kind: goal, mode: observed, statement: {{nl: "{LONG}", en: "Short."}}}}
"""


@pytest.mark.parametrize("name", ENGINES)
def test_a_message_quotes_the_value_by_its_label_or_shortened_and_the_finding_holds_it_whole(
    name: str, fired: Callable[[str, str], list[Finding]]
) -> None:
    by_rule = {one.rule.removeprefix(SHAPE): one for one in fired(name, DOCUMENT)}
    quoted, long = by_rule["Claim-quoted"], by_rule["Claim-short"]
    assert quoted.text == {"nl": "«waargenomen» mag hier niet.", "en": "“observed” is not allowed here."}
    assert quoted.value == CONCEPT + "mode/observed"
    assert long.value == LONG
    assert long.text["nl"].startswith("Te lang: Wie naar de tuin komt, en blijft,")
    assert long.text["nl"].endswith(" …")
    assert len(long.text["nl"]) < 80
    assert long.severity == "warning"


@pytest.mark.parametrize("name", ENGINES)
def test_a_rule_on_the_whole_document_speaks_of_the_node_at_fault_at_its_place(
    name: str, fired: Callable[[str, str], list[Finding]]
) -> None:
    (one,) = [one for one in fired(name, DOCUMENT) if one.rule == SHAPE + "CaseDocument-twice"]
    assert one.subject.endswith("/d1")
    assert (one.path, one.place.line, one.severity) == (WZ + "mode", 5, "info")
    assert one.text["en"] == "observed is there."
    assert one.value == CONCEPT + "mode/observed"


# ---- which engine, and how often it is made


def test_the_engine_is_the_one_asked_for_then_that_of_the_environment_then_pyshacl(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WERKZAAM_SHACL", raising=False)
    assert shacl.chosen() == "pyshacl"
    monkeypatch.setenv("WERKZAAM_SHACL", "fast")
    assert shacl.chosen() == "fast"
    assert shacl.chosen("pyshacl") == "pyshacl"
    monkeypatch.setenv("WERKZAAM_SHACL", "snel")
    with pytest.raises(UsageError, match="pyshacl, fast"):
        shacl.chosen()


def test_without_the_extra_the_fast_engine_says_which_to_install(run: Any, data: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "shacl", None)
        shacl.engine.cache_clear()
        ran = run("validate", data / "buurttafel.yaml", "--engine", "fast")
    shacl.engine.cache_clear()
    assert ran.code == 2
    assert "werkzaam[fast]" in ran.err


@pytest.mark.parametrize("name", ENGINES)
def test_shapes_are_read_once_for_many_documents_and_by_no_child(
    name: str, tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{number}.yaml" for number in range(4)]
    for file in files:
        file.write_text(case, "utf-8")
    noted, make = tmp_path / "noted", shacl.ENGINES[name]

    def noting(shapes: Any, ontology: Any) -> Any:
        with noted.open("a") as file:  # a child's memory is gone when it ends, a file is not
            file.write("made\n")
        return make(shapes, ontology)

    monkeypatch.setattr(shacl, "ENGINES", {name: noting})
    shacl.engine.cache_clear()
    assert not validation.refused(validation.validate([str(file) for file in files], engine=name))
    shacl.engine.cache_clear()
    assert noted.read_text() == "made\n"


@needs_fast
@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="no /proc to count threads in")
def test_making_the_fast_engine_starts_no_thread_that_a_fork_would_lose() -> None:
    before = len(os.listdir("/proc/self/task"))
    shacl.fast_engine(prepared.model().shapes)
    assert len(os.listdir("/proc/self/task")) == before


@pytest.mark.parametrize("name", ENGINES)
def test_a_case_is_checked_by_one_query_for_each_rule_that_is_a_query(
    name: str, load: Callable[..., Loaded], model: Model, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    query = rdflib.Graph.query
    monkeypatch.setattr(rdflib.Graph, "query", lambda self, *a, **k: asked.append("shapes") or query(self, *a, **k))
    select = validation.Oxigraph.select
    monkeypatch.setattr(validation.Oxigraph, "select", lambda self, text: asked.append("axioms") or select(self, text))
    loaded = load(case)
    validation.check(loaded, model, model.names, "x.yaml", name)
    rules = [one for one in model.shapes if one.predicate.value == SH + "select"]
    said = {triple.predicate.value for triple in loaded.triples}
    assert sum(check.may_find(said) for check in checks()) <= asked.count("axioms") <= len(checks())
    assert asked.count("shapes") <= len(rules)


@pytest.fixture(scope="module")
def loaded_by(environment: dict[str, str], data: Path) -> Callable[[str], set[str]]:
    """Give the modules that a run of `validate` has loaded, its child's work done in the same process."""

    def loaded_by(name: str) -> set[str]:
        program = (
            "import sys; from werkzaam import validation; from werkzaam.cli import main\n"
            "validation.call_each = lambda function, items, **more: [function(*item) for item in items]\n"
            "try: main()\n"
            "finally: print(*sys.modules)"
        )
        command = [sys.executable, "-P", "-c", program, "validate", str(data / "buurttafel.yaml"), "--engine", name]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=True)
        return set(done.stdout.split())

    return loaded_by


def test_validate_loads_no_package_that_it_does_not_use(loaded_by: Callable[[str], set[str]]) -> None:
    loaded = loaded_by("pyshacl")
    assert "pyshacl" in loaded
    assert loaded & {"owlready2", "starlette", "uvicorn", "jinja2", "csvw", "openpyxl", "pyarrow", "shacl"} == set()


@needs_fast
def test_the_fast_engine_needs_neither_rdflib_nor_pyshacl(loaded_by: Callable[[str], set[str]]) -> None:
    loaded = loaded_by("fast")
    assert "shacl" in loaded
    assert loaded & {"rdflib", "pyshacl", "owlready2", "starlette", "csvw"} == set()
