"""Each statement of an RDF document has its line; what RDF lets pass is told there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam.forms import turtle
from werkzaam.forms.convert import write
from werkzaam.loading import Loaded, loader_for
from werkzaam.model import Model, add_names
from werkzaam.terms import GRAPH, ID, OWL, TYPE, WZ, slug
from werkzaam.validation import check

Load = Callable[..., Loaded]
FORMS = ["ttl", "trig", "nq", "nt", "jsonld", "rdf"]


def text_of(model: Model, load: Load, case: str, form: str) -> str:
    loaded = load(case)
    names = model.names.copy()
    add_names(names, model, loaded.triples)
    return write(loaded, model, names, form, "nl").decode()


def rules(loaded: Loaded) -> list[tuple[str, int | None]]:
    return [(one.rule, one.place.line) for one in loaded.findings]


@pytest.mark.parametrize("form", FORMS)
def test_every_statement_has_the_line_where_its_property_stands(model: Model, load: Load, case: str, form: str) -> None:
    text = text_of(model, load, case, form)
    lines = text.splitlines()
    loaded = load(text, f"case.{form}")
    keys = {path: one.keys["en"] for fields in model.fields.values() for path, one in fields.items()}
    looked_at = 0
    defaults = {"mode", "tier", "reading", "review", "certainty", "scope", "role", "change", "holds"}
    for t in loaded.triples:
        assert isinstance(t.subject, ox.NamedNode)
        subject, path = t.subject.value, t.predicate.value
        place = loaded.places.get((subject, path))
        if place is None:
            assert slug(path) in defaults, (subject, path)
            continue
        looked_at += 1
        assert place.line is not None
        assert place.column is not None
        line = lines[place.line - 1]
        if path == TYPE:
            assert re.search(r"\ba\b|kind|#type|wz:\w+", line), line
        else:
            assert slug(path) in line or keys.get(path, path) in line, (path, line)
        assert loaded.places[subject, ""].line is not None
    assert looked_at > 200


@pytest.mark.parametrize("form", FORMS)
def test_a_misspelt_name_is_told_at_its_line_with_what_was_meant(
    model: Model, load: Load, case: str, form: str
) -> None:
    text = text_of(model, load, case, form)
    wrong = re.sub(r"(?<=mechanism[:/])tailoring", "tailorring", text, count=1)
    line = next(n for n, one in enumerate(wrong.splitlines(), 1) if "tailorring" in one)
    (found,) = load(wrong, f"case.{form}").findings
    assert (found.rule, found.place.line) == ("iri-unknown-near", line)
    assert "wzc:mechanism/tailoring" in found.message("en")


@pytest.mark.parametrize("form", [form for form in FORMS if form != "jsonld"])
def test_a_misspelt_property_is_told_at_its_line(model: Model, load: Load, case: str, form: str) -> None:
    text = text_of(model, load, case, form)
    wrong = re.sub(r"(?<=[:#/])mechanism(?=[ >])", "mechanizm", text, count=1)
    wrong = wrong.replace("<mechanism ", "<mechanizm ", 1) if wrong == text else wrong
    line = next(n for n, one in enumerate(wrong.splitlines(), 1) if "mechanizm" in one)
    found = load(wrong, f"case.{form}").findings
    assert ("property-unknown-near", line) in [(one.rule, one.place.line) for one in found]
    assert any("wz:mechanism" in one.message("nl") for one in found)


def test_a_misspelt_key_of_json_ld_is_told_at_its_line(model: Model, load: Load, case: str) -> None:
    text = text_of(model, load, case, "jsonld")
    head, body = text.split('"claims"', 1) if text.count('"claims"') == 1 else text.rsplit('"claims"', 1)
    wrong = head + '"claims"' + body.replace('"mechanism":', '"mechanizm":', 1)
    line = next(n for n, one in enumerate(wrong.splitlines(), 1) if "mechanizm" in one)
    (found,) = load(wrong, "case.jsonld").findings
    assert (found.rule, found.place.line, found.place.column) == ("key-unknown-near", line, 4)
    assert "“mechanism”" in found.message("en")


@pytest.mark.parametrize("form", FORMS)
def test_what_the_shapes_find_has_a_line_in_every_form(model: Model, load: Load, case: str, form: str) -> None:
    wrong = case.replace("  effect: activeert niet\n", "", 1)
    text = text_of(model, load, wrong, form)
    loaded = load(text, f"case.{form}")
    (found,) = [one for one in check(loaded, model, model.names, f"case.{form}") if "effect-required" in one.rule]
    assert found.place.line is not None
    lines = text.splitlines()
    assert any(
        "claim:b4" in one or "claim/buurttafel/b4" in one for one in lines[found.place.line - 1 : found.place.line + 1]
    )


HEAD = f"""@prefix wz: <{WZ}> .
@prefix wzc: <https://w3id.org/werkzaam/concept/> .
@prefix wzi: <{ID}> .
<{GRAPH}proef> a wz:CaseDocument ; wz:contains wzi:claim\\/proef\\/b1 .
wzi:claim\\/proef\\/b1 a wz:Feature
"""

ODD: list[tuple[str, str, str, int]] = [
    ("a class that is none", " . wzi:x a wz:Featur .", "kind-unknown-near", 6),
    ("a property of another class", " ; wz:trait wzc:trait\\/older .", "property-unknown", 6),
    ("a thing that belongs to nothing", " . wzi:claim\\/proef\\/b2 a wz:Goal .", "thing-loose", 6),
    ("a nameless thing", " ;\n wz:scope [ a wz:Intervention ] .", "blank-nodes", 7),
    ("a nameless part of two", " ;\n wz:actor _:a ; wz:exceptFor _:a .\n_:a a wz:Actor .", "blank-nodes", 8),
    ("a list", " ;\n wz:concerns ( wz:x ) .", "blank-nodes", 7),
    ("an unknown name where text is due", " ;\n wz:period wzc:mechanism\\/zzqqxx .", "iri-unknown", 7),
    ("an import", f" .\n<{GRAPH}proef> <{OWL}imports> <file:///etc/passwd> .", "imports-not-followed", 7),
    ("a second document", f" .\n<{GRAPH}ander> a wz:CaseDocument .", "document-count", 0),
]  # fmt: skip


@pytest.mark.parametrize(("what", "turtle", "rule", "line"), ODD, ids=[one[0] for one in ODD])
def test_what_rdf_lets_pass_is_told_where_it_stands(load: Load, what: str, turtle: str, rule: str, line: int) -> None:
    found = rules(load(HEAD + turtle, "proef.ttl"))
    assert (rule, line) in found if line else rule in dict(found)


def test_plain_rdf_gives_no_finding_of_these(load: Load) -> None:
    turtle = ' ; wz:note "1.5; [soep] # geen <opmerking>"@nl ; wz:period "2008" .  # klaar'
    assert rules(load(HEAD + turtle, "proef.ttl")) == []


def test_a_document_in_two_graphs_is_told(load: Load) -> None:
    trig = HEAD.replace(f"<{GRAPH}proef> a", f"<{GRAPH}proef> {{ <{GRAPH}proef> a", 1) + " . }\n"
    assert rules(load(trig, "proef.trig")) == []
    other = trig + f"<{GRAPH}ander> {{ wzi:claim\\/proef\\/b1 wz:period '2008' . }}"
    assert [rule for rule, _ in rules(load(other, "proef.trig"))] == ["graph-other"]


def test_relative_iris_of_json_ld_are_told_and_not_dropped(load: Load) -> None:
    text = (
        f'{{"id": "{GRAPH}proef", "kind": "CaseDocument",\n "claims": {{"id": "wzi:claim/proef/b1",'
        ' "kind": "Configuration",\n  "mechanism": "tailoring"}}'
    )
    (found,) = [one for one in load(text, "proef.jsonld").findings if one.rule == "iri-expected"]
    assert (found.place.line, found.place.column) == (3, 16)
    assert "wzc:mechanism/tailoring" in found.message("en")


def test_rdf_xml_may_be_in_the_encoding_that_it_declares(model: Model, load: Load, case: str) -> None:
    first = load(case)
    text = text_of(model, load, case, "rdf").replace('encoding="UTF-8"', 'encoding="{}"', 1)
    for encoding in ("ISO-8859-1", "UTF-16", "utf-8"):
        content = text.format(encoding) if "{}" in text else text
        again = load(content.encode(encoding), "case.rdf")
        assert again.triples == first.triples, encoding
    assert load(b"\xef\xbb\xbf" + text.replace("{}", "UTF-8").encode(), "case.rdf").triples == first.triples


def test_deprecated_names_are_told_at_their_line_in_every_form(model: Model, load: Load, case: str) -> None:
    old, former = next(iter(sorted(model.former.items())))
    if not former.by.startswith("https://w3id.org/werkzaam/concept/"):
        old, former = next((o, f) for o, f in sorted(model.former.items()) if "/concept/" in f.by)
    claim = f"{ID}claim/proef/b1"
    for form, kind in (("ttl", ox.RdfFormat.TURTLE), ("nq", ox.RdfFormat.N_QUADS), ("rdf", ox.RdfFormat.RDF_XML)):
        triples = [
            ox.Triple(ox.NamedNode(GRAPH + "proef"), ox.NamedNode(TYPE), ox.NamedNode(WZ + "CaseDocument")),
            ox.Triple(ox.NamedNode(GRAPH + "proef"), ox.NamedNode(WZ + "contains"), ox.NamedNode(claim)),
            ox.Triple(ox.NamedNode(claim), ox.NamedNode(TYPE), ox.NamedNode(WZ + "Feature")),
            ox.Triple(ox.NamedNode(claim), ox.NamedNode(WZ + "concerns"), ox.NamedNode(old)),
        ]
        text = (ox.serialize(triples, format=kind) or b"").decode()
        loaded = load(text, f"proef.{form}")
        (found,) = [one for one in loaded.findings if one.rule == "deprecated-name"]
        assert old in text.splitlines()[(found.place.line or 0) - 1]
        assert ox.NamedNode(former.by) in {t.object for t in loaded.triples}


BYTES = [
    b"\xff\xfe<\x00",
    b"{",
    b'{"@context": [[[]]]}',
    b'[{"@id": {}}]',
    b'{"@type": [[]]}',
    b"<a/>",
    b"<a><b",
    b"PK\x03\x04",
]


@pytest.mark.parametrize("form", [*FORMS, "xlsx"])
@pytest.mark.parametrize("content", BYTES)
def test_odd_bytes_are_findings_and_never_raise(model: Model, content: bytes, form: str) -> None:
    loader: Any = loader_for(f"odd.{form}")
    list(loader.things(content, model))
    assert loader.load(content, f"odd.{form}", model, model.names).findings


@pytest.mark.parametrize("form", ["nq", "nt"])
def test_a_statement_a_line_is_placed_as_by_the_reader_of_turtle(
    model: Model, load: Load, case: str, form: str
) -> None:
    text = text_of(model, load, case, form)
    assert turtle.places_of_lines(text, "x") == turtle.places(text, "x") != {}
    odd = [
        "# a comment\n\n",
        "_:b0 <https://example.org/p> _:b1 .\n",
        '<x:s> <x:p> "\\"quoted\\" and # no comment"@nl-BE . # one\n',
        "  <x:s>\t<x:p>  <x:o>  <x:g> . \r\n",
        '<x:s> <x:p> "7"^^<x:int> .\n<x:s> <x:q> <<( <x:a> <x:b> <x:c> )>> .\n',
        "<x:s> <x:p> <x:o>\n",
        "<x:\\u00e9> <x:p> <x:o> .\n",
        "what is this\n",
    ]
    for one in odd:
        assert turtle.places_of_lines(one + text, "x") == turtle.places(one + text, "x"), one
