"""A document goes from any form into any other and says the same; what a form cannot hold is told, never lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proef import HEAD

from werkzaam.forms.convert import FORMS, rewritten, write
from werkzaam.loading import Loaded
from werkzaam.model import Field, Model, add_names
from werkzaam.terms import CONCEPT, GRAPH, RDFS, WZ, XSD
from werkzaam.validation import load as load_with_store

pytestmark = pytest.mark.once

Load = Callable[..., Loaded]


def told(loaded: Loaded) -> list[str]:
    return [f"{one.place}: {one.message('en')}" for one in loaded.findings]


def as_form(model: Model, loaded: Loaded, form: str, lang: str = "nl") -> bytes:
    names = model.names.copy()
    add_names(names, model, loaded.triples)
    made = rewritten(loaded, model, names, form, lang, "buurttafel.yaml")
    assert [one.message("en") for one in made.findings] == []
    return made.content


# ---- there and back


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_the_same_case_in_any_form_gives_the_same_graph(
    model: Model, load: Load, case: str, form: str, lang: str
) -> None:
    first = load(case)
    again = load(as_form(model, first, form, lang), f"buurttafel.{form}")
    assert told(again) == []
    assert len(first.triples) > 200
    assert (again.graph, again.triples) == (first.graph, first.triples)


@pytest.mark.parametrize("form", FORMS)
def test_and_from_that_form_back_into_yaml(model: Model, load: Load, case: str, form: str) -> None:
    first = load(case)
    there = load(as_form(model, first, form), f"buurttafel.{form}")
    back = load(as_form(model, there, "yaml"), "buurttafel.yaml")
    assert back.triples == first.triples


def test_a_shipped_case_goes_into_yaml_and_a_workbook_and_back(model: Model) -> None:
    source = Path(__file__).parents[2] / "cases" / "activeren-door-participeren" / "participatiehuis.yaml"
    loaded, _, names = load_with_store(str(source), source.read_bytes().decode("latin-1"))
    assert len(loaded.triples) > 9000
    for form in ("yaml", "xlsx"):
        made = rewritten(loaded, model, names, form, "en", str(source))
        assert made.findings == []
        assert len(made.content) > 50_000


@pytest.mark.parametrize("form", ["ttl", "trig", "nq", "nt", "jsonld", "rdf"])
def test_what_others_read_in_it_is_the_same(model: Model, load: Load, case: str, form: str) -> None:
    first = load(case)
    kinds = {"ttl": "turtle", "nq": "nquads", "jsonld": "json-ld", "rdf": "xml"}
    graph = rdflib.Dataset().parse(data=as_form(model, first, form), format=kinds.get(form, form))
    others = {(str(s), str(p), str(o)) for s, p, o, _ in graph.quads()}
    assert others == {(t.subject.value, t.predicate.value, t.object.value) for t in first.triples}


def test_yaml_is_what_a_person_would_write(model: Model, load: Load, case: str) -> None:
    text = as_form(model, load(case), "yaml").decode()
    assert "  mechanisme: maatwerk\n  effect: activeert\n" in text
    assert "  betrokkene: {id: a1, kenmerken: moeder van jonge kinderen}\n" in text
    assert "modus" not in text, "a default need not be written"
    assert "http" not in text
    assert "wzc:" not in text


def test_a_name_that_two_things_bear_is_written_so_that_it_is_found(model: Model, load: Load) -> None:
    claims = "".join(
        f"- {{id: b{n}, soort: feit, betreft: {name}}}\n"
        for n, name in enumerate(["context/compulsory-participation", "resource/compulsion", "wzc:trait/older"])
    )
    loaded = load(HEAD + claims)
    assert told(loaded) == []
    assert load(as_form(model, loaded, "yaml")).triples == loaded.triples


# ---- whatever the form of the document has, goes into every form

TEXT = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"])
        | st.sampled_from(" ;,:#'\"-=[]{}&*!|>%@`\\_x0041_<&"),
        min_size=1,
        max_size=30,
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
LITERALS: dict[str, st.SearchStrategy[str]] = {
    XSD + "string": TEXT,
    XSD + "integer": st.integers(0, 10**9).map(str),
    XSD + "decimal": st.decimals(0, 10**6, places=2).map(str),
    XSD + "date": st.dates().map(str),
    XSD + "gYear": st.integers(1900, 2100).map(str),
    XSD + "anyURI": st.just("https://example.org/a?b=c&d#e"),
}


THINGS = {"study/proef": "study", "intervention/a": "intervention", "organisation/b": "organisation"}


@st.composite
def documents(draw: st.DrawFn, model: Model) -> dict[str, Any]:
    """Give a document of which every field comes from the model: a new field is tried without a change here."""
    kinds = {target: sorted(found) for target, found in _known(model).items()}
    claims = [f"k{n}" for n in range(draw(st.integers(1, 3)))]

    def value(one: Field, depth: int) -> Any:
        if one.kind == "text":
            return draw(st.dictionaries(st.sampled_from(["nl", "en"]), TEXT, min_size=1))
        if one.kind == "literal":
            return draw(LITERALS[one.target or ""])
        if one.kind == "class":
            return draw(st.sampled_from(sorted(model.children[one.target or ""])))
        if one.kind == "node":
            return part(one.target or "", depth + 1) if depth < 3 else None
        if one.target == WZ + "Claim":
            return draw(st.sampled_from(claims))
        options = kinds.get(one.target or "", []) if one.target else kinds[WZ + "Trait"]
        return draw(st.sampled_from(options)) if options else None

    def part(cls: str, depth: int, **given: str) -> dict[str, Any]:
        below = sorted(model.children.get(cls, {cls}) - ({cls} if len(model.children.get(cls, {cls})) > 1 else set()))
        kind = draw(st.sampled_from(below))
        made: dict[str, Any] = {**given, **({"kind": f"wz:{kind.rpartition('#')[2]}"} if len(below) > 1 else {})}
        fields = [one for one in model.fields_of(kind).values() if "en" in one.keys]
        for one in (
            draw(st.lists(st.sampled_from(fields), max_size=6, unique_by=lambda one: one.path)) if fields else []
        ):
            said = value(one, depth)
            if said is not None:
                made[one.keys["en"]] = said
        return made

    return {
        **{"werkzaam": "1", "language": "en", "study": "proef", "case": "a"},
        "coding": {"id": "coding", **part(WZ + "Coding", 1)},
        "things": [{"id": one, "kind": kind} for one, kind in THINGS.items()],
        "claims": [part(WZ + "Claim", 0, id=name) for name in claims],
        "figures": [part(WZ + "Figure", 0, id=f"f{n}") for n in range(draw(st.integers(0, 2)))],
        "complete": [{"id": "c1", **part(WZ + "Coverage", 1)}],
    }


def _known(model: Model) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for iri, classes in model.names.classes.items():
        for cls in classes:
            known.setdefault(cls, set()).add(iri)
    return known


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_document_with_any_fields_keeps_its_statements_in_every_form(model: Model, load: Load, data: Any) -> None:
    document = data.draw(documents(model))
    first = load(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
    assert [one for one in told(first) if "invisible" not in one] == []
    for form in FORMS:
        again = load(as_form(model, first, form, data.draw(st.sampled_from(["nl", "en"]))), f"document.{form}")
        assert again.triples == first.triples, form


def test_every_field_of_the_form_has_a_value_in_that_test(model: Model) -> None:
    literals = {one.target for fields in model.fields.values() for one in fields.values() if one.kind == "literal"}
    assert literals <= LITERALS.keys()


# ---- what a form cannot hold

CLAIM = "https://w3id.org/werkzaam/id/claim/proef/b1"
DOCUMENT = f"""@prefix wz: <{WZ}> .
<{GRAPH}proef> a wz:CaseDocument ; wz:contains <{CLAIM}> .
<{CLAIM}> a wz:Feature ;
    wz:statement "soep"@nl ;
"""

CANNOT = [
    ("a language", 'wz:value "de la soupe"@fr', ["yaml", "xlsx"], ["ttl", "jsonld", "rdf", "nq"]),
    ("a property of others", '<http://purl.org/dc/terms/creator> "x"', ["yaml", "xlsx"], ["ttl", "jsonld", "trig"]),
    ("a type", 'wz:period "2008"^^<http://www.w3.org/2001/XMLSchema#gYear>', ["yaml", "xlsx"], ["jsonld", "nt"]),
    ("blanks at the end", 'wz:value "soep  "@nl', ["yaml", "xlsx"], ["ttl", "jsonld", "rdf"]),
    ("two texts in a language", 'wz:note "soep"@nl , "brood"@nl', ["xlsx"], ["yaml", "jsonld"]),
]


@pytest.mark.parametrize(("what", "statement", "refusing", "holding"), CANNOT, ids=[one[0] for one in CANNOT])
def test_what_a_form_cannot_hold_is_told_with_its_line(
    model: Model, load: Load, what: str, statement: str, refusing: list[str], holding: list[str]
) -> None:
    loaded = load(DOCUMENT + f"    {statement} .\n", "proef.ttl")
    for form in [*refusing, *holding]:
        made = rewritten(loaded, model, model.names, form, "nl", "proef.ttl")
        rules = [(one.rule, one.place.line) for one in made.findings]
        assert bool(rules) == (form in refusing), (form, rules)
        assert set(rules) <= {("form-cannot-hold", 5)}


def test_control_characters_do_not_fit_in_rdf_xml(model: Model, load: Load) -> None:
    loaded = load(HEAD + '- {id: b1, soort: feit, waarde: "a\\x01b"}\n')
    loaded.findings = []  # it is refused for this very character; here only the writer is looked at
    assert {one.rule for one in rewritten(loaded, model, model.names, "rdf", "nl", "x.yaml").findings}
    assert load(write(loaded, model, model.names, "xlsx", "nl"), "x.xlsx").triples == loaded.triples


def test_a_document_that_was_not_read_whole_is_not_converted(
    run: Callable[..., Any], tmp_path: Path, case: str
) -> None:
    (tmp_path / "a.yaml").write_text(case.replace("mechanisme: maatwerk", "mechanisme: maatwerkk", 1), "utf-8")
    ran = run("convert", tmp_path / "a.yaml", "--to", "ttl", "--out", tmp_path / "a.ttl")
    assert ran.code == 1
    assert "Did you mean: maatwerk" in ran.out
    assert "was not converted to ttl: 1 finding" in ran.err
    assert not (tmp_path / "a.ttl").exists()


# ---- JSON-LD


def test_json_ld_names_its_own_context_and_nothing_else(model: Model, load: Load, case: str) -> None:
    content = as_form(model, load(case), "jsonld")
    said = json.loads(content)
    assert said["claims"][0]["mechanism"] == "wzc:mechanism/tailoring"
    assert said["@context"]["mechanism"] == {"@id": "wz:mechanism", "@type": "@id"}
    assert "scope" in said["@context"]
    assert "argument" not in said["@context"], "only what is used stands in it"


@pytest.mark.parametrize("context", ["none", "iri", "list"])
def test_our_context_may_be_named_or_left_out(model: Model, load: Load, case: str, context: str) -> None:
    first = load(case)
    said = json.loads(as_form(model, first, "jsonld"))
    del said["@context"]
    ours = "https://w3id.org/werkzaam/context"
    said = said if context == "none" else {"@context": [ours] if context == "list" else ours, **said}
    again = load(json.dumps(said), "buurttafel.json")
    assert told(again) == []
    assert again.triples == first.triples


def test_the_context_covers_every_key_once(model: Model) -> None:
    from werkzaam.forms.jsonld import context

    made = context(model)
    keys = {one.keys["en"]: one.path for fields in model.fields.values() for one in fields.values() if "en" in one.keys}
    assert len(keys) > 100
    for key, path in keys.items():
        assert made[key]["@id"].replace("wz:", WZ).endswith(path.rpartition("#")[2]), key
    labels = model.in_both(WZ + "Claim", RDFS + "label")
    assert labels
    assert made["Claim"] == "wz:Claim"


def test_a_number_in_json_ld_stays_as_it_was_written(load: Load) -> None:
    loaded = load(
        '{"id": "https://w3id.org/werkzaam/graph/proef", "kind": "CaseDocument", "figures":'
        ' {"id": "wzi:figure/proef/f1", "kind": "Figure", "number": 4.10, "decimals": 2}}',
        "proef.jsonld",
    )
    values = {t.object for t in loaded.triples if isinstance(t.object, ox.Literal)}
    assert ox.Literal("4.10", datatype=ox.NamedNode(XSD + "decimal")) in values
    assert ox.Literal("2", datatype=ox.NamedNode(XSD + "integer")) in values
    assert CONCEPT in str(loaded.triples), "the defaults are there"


# ---- parts without ids


def without_part_ids(node: Any) -> Any:
    """Give JSON-LD of which the parts of claims and things have no ids and no kinds."""
    if isinstance(node, list):
        return [without_part_ids(one) for one in node]
    if isinstance(node, dict):
        part = node.get("kind") in ("Actor", "Evidence", "OutcomeChange", "ReadSpan")
        return {key: without_part_ids(one) for key, one in node.items() if not (part and key in ("id", "kind"))}
    return node


def test_a_part_without_id_gets_the_same_one_in_every_form(model: Model, load: Load, case: str) -> None:
    ids = re.compile(r"id: (?:[aor]|e)\d(?:, |\n *)")
    in_yaml = load(ids.sub("", case).replace("  - id: e1\n    gezegd", "  - gezegd"))
    assert told(in_yaml) == []
    said = without_part_ids(json.loads(as_form(model, load(case), "jsonld")))
    in_json = load(json.dumps(said), "buurttafel.jsonld")
    assert told(in_json) == []
    assert len(in_json.triples) > 200
    assert in_json.triples == in_yaml.triples
    turtle = (ox.serialize(_nameless(in_yaml.triples), format=ox.RdfFormat.TURTLE) or b"").decode()
    assert "_:" in turtle
    assert told(load(turtle, "buurttafel.ttl")) == []


def _nameless(triples: set[ox.Triple]) -> list[ox.Triple]:
    """Give the statements with the parts of claims nameless."""

    def node(term: Any) -> Any:
        part = isinstance(term, ox.NamedNode) and re.search(r"/claim/buurttafel/b\d/(.*)", term.value)
        return ox.BlankNode(re.sub(r"\W", "", term.value)) if part else term

    return sorted((ox.Triple(node(t.subject), t.predicate, node(t.object)) for t in triples), key=str)
