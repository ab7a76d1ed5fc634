"""Each rule fires on what it forbids and on nothing that looks like it; what the rules name exists.

Rules on one field (required, single, of a class, of a datatype, texts per language) are read from the shapes and
broken here. Those that were thought out by hand have examples that people are shown (`test_examples.py`), and some in
`rules/`, in Turtle: `bad-RULE….ttl` breaks that one rule and no other, `ok-RULE….ttl` looks like it and breaks none.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from werkzaam.loading import Loaded, complete
from werkzaam.model import Model
from werkzaam.resources import walk
from werkzaam.terms import CONCEPT, LANGUAGES, RDF, RDFS, SH, SHAPE, SKOS, TYPE, WZ, XSD
from werkzaam.validation import check

RULES = Path(__file__).parent / "rules"

# The terms of SHACL that the rules use; a new one is added here when a rule first needs it.
SHACL = {
    *("NodeShape", "PropertyShape", "IRI", "Warning", "Info"),
    *(
        "targetClass",
        "targetObjectsOf",
        "targetSubjectsOf",
        "property",
        "order",
        "defaultValue",
        "severity",
        "message",
        "description",
    ),
    *("path", "zeroOrMorePath", "inversePath", "alternativePath"),
    *("minCount", "maxCount", "class", "datatype", "nodeKind", "pattern", "flags", "minInclusive", "maxInclusive"),
    *("lessThan", "lessThanOrEquals", "hasValue", "in", "uniqueLang", "languageIn", "disjoint"),
    *("or", "and", "not", "node", "qualifiedValueShape", "qualifiedMaxCount", "qualifiedMinCount"),
    *("sparql", "SPARQLConstraint", "select", "prefixes", "declare", "prefix", "namespace"),
}
# What a rule may ask of one field, and so be broken by machine.
MECHANICAL = {"minCount", "maxCount", "class", "datatype", "nodeKind", "minInclusive", "uniqueLang", "languageIn"}
# What stands beside that in a rule and asks nothing by itself.
SILENT = {"path", "order", "defaultValue", "severity", "message", "description"}

Term = ox.NamedNode | ox.Literal
Facts = dict[str, list[Term]]


@cache
def shapes() -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    for _, file in walk("shapes", ".ttl"):
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE):
            found.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object)
    return found


def facts(shape: str) -> dict[str, list[str]]:
    """Give what a shape says in terms of SHACL, their namespace left out."""
    said = shapes().get(shape, {})
    return {key.removeprefix(SH): [one.value for one in objects] for key, objects in said.items()}


def rules() -> list[str]:
    """Give every rule: whatever has a message."""
    found = sorted(shape for shape in shapes() if "message" in facts(shape))
    assert len(found) > 200, "the shapes were not read"
    return found


def classes_of(rule: str) -> list[str]:
    """Give the classes to which a rule applies."""
    return targets(rule) or [
        cls for shape in shapes() if rule in facts(shape).get("property", []) for cls in targets(shape)
    ]


def targets(shape: str) -> list[str]:
    """Give the classes at which a shape aims, or of which it is the form."""
    proposed = [WZ + "ContentConcept"] if "targetObjectsOf" in facts(shape) else []
    return facts(shape).get("targetClass", []) or proposed


def name(rule: str) -> str:
    return rule.removeprefix(SHAPE)


# ---- what the shapes are made of


def test_only_known_terms_of_shacl_are_used() -> None:
    used = {
        iri.removeprefix(SH)
        for said in shapes().values()
        for predicate, objects in said.items()
        for iri in (predicate, *(one.value for one in objects if isinstance(one, ox.NamedNode)))
        if iri.startswith(SH)
    }
    assert used == SHACL


def test_every_path_and_class_of_a_rule_is_declared(model: Model) -> None:
    declared = {t.subject.value for t in model.ontology if t.predicate.value == TYPE}
    named: dict[str, set[str]] = defaultdict(set)
    for said in shapes().values():
        for key in (SH + "path", SH + "class", SH + "targetClass", SH + "lessThan", SH + "disjoint", RDF + "first"):
            named[key].update(one.value for one in said.get(key, []) if isinstance(one, ox.NamedNode))
    assert len(named) == 6
    named[SH + "path"] |= {iri for query in queries().values() for iri in iris_of(query)}
    iris = set().union(*named.values())
    assert {one for one in iris if one.startswith(WZ)} <= declared
    others = {SKOS + name for name in ("Concept", "broader", "prefLabel", "altLabel", "hiddenLabel")}
    assert {one for one in iris if not one.startswith((WZ, CONCEPT, XSD))} == others
    concepts = {one for one in iris if one.startswith(CONCEPT)}
    assert concepts <= declared


def queries() -> dict[str, str]:
    """Give the rules that Core cannot say, with their query."""
    found = {shape: facts(facts(shape)["sparql"][0])["select"][0] for shape in shapes() if "sparql" in facts(shape)}
    assert len(found) > 8
    return found


def iris_of(query: str) -> set[str]:
    """Give the IRIs that a query names by the prefixes that the shapes declare."""
    said = [facts(one) for one in shapes() if "namespace" in facts(one)]
    known = {one["prefix"][0]: one["namespace"][0] for one in said}
    found = set()
    for prefix, local in re.findall(r"(?<![\w<\"])([a-z]+(?:-[a-z]+)*):([\w-]+)", re.sub(r"#.*", "", query)):
        found.add(known[prefix] + local)
    return found


@pytest.mark.parametrize("rule", queries(), ids=name)
def test_a_query_is_asked_once_a_document_and_gives_the_node_at_fault_with_its_field(rule: str) -> None:
    told = facts(rule).get("targetClass", []) + facts(rule).get("targetSubjectsOf", [])
    assert told in ([WZ + "CaseDocument"], [WZ + "figure"], [WZ + "proposes"]), "what a document is, or has of its own"
    assert re.search(r"SELECT DISTINCT \$this \?value \?path\s", queries()[rule])
    assert not re.search(r"\b(MINUS|VALUES|SERVICE)\b", queries()[rule]), "SHACL forbids it"


def test_texts_of_all_fields_are_looked_at(model: Model) -> None:
    texts = {
        one.path
        for fields in model.fields.values()
        for one in fields.values()
        if one.kind == "text" or one.target == XSD + "string"
    }
    assert len(texts) > 20
    digests = {WZ + name for name in ("fingerprint", "textDigest")}
    for rule in ("email", "phone", "birth-date", "postcode"):
        assert texts - digests - iris_of(queries()[f"{SHAPE}Text-{rule}"]) == set()
    assert texts - digests - {WZ + "printed"} - iris_of(queries()[f"{SHAPE}Text-bsn"]) == set()


@pytest.mark.parametrize("rule", rules(), ids=name)
def test_a_rule_has_a_name_and_says_in_both_languages_what_to_do(rule: str) -> None:
    assert rule.startswith(SHAPE)
    messages = {one.language: one.value for one in shapes()[rule][SH + "message"] if isinstance(one, ox.Literal)}
    assert set(messages) == set(LANGUAGES)
    assert all(text.endswith(".") and len(text) > 10 for text in messages.values())


def test_every_property_shape_is_listed_by_one_node_shape_and_every_listed_one_exists() -> None:
    listed = [rule for shape in shapes() for rule in facts(shape).get("property", []) if rule.startswith(SHAPE)]
    made = {shape for shape in shapes() if SH + "PropertyShape" in facts(shape).get(TYPE, [])}
    assert made
    assert sorted(listed) == sorted(made)


def test_a_rule_for_a_class_stands_under_the_name_of_that_class() -> None:
    wrong = {
        name(rule): classes
        for rule in rules()
        if rule not in queries()
        and [name(rule).split("-")[0]] != (classes := [cls.removeprefix(WZ) for cls in classes_of(rule)])
    }
    assert wrong == {}
    classes = {cls.removeprefix(WZ) for shape in shapes() for cls in targets(shape)}
    assert {name(rule).split("-")[0] for rule in queries()} - classes == {"Text"}


# ---- rules on one field


@dataclass(frozen=True)
class Example:
    """A node with values for the field of a rule: `bad` must fire it, the others must not."""

    rule: str
    why: str
    bad: bool
    node: str
    triples: tuple[ox.Triple, ...]


def literal(value: str, datatype: str = XSD + "string") -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(datatype))


def text(value: str, language: str) -> ox.Literal:
    return ox.Literal(value, language=language)


GOOD = {
    XSD + "string": [literal("een"), literal("twee")],
    XSD + "integer": [literal("0", XSD + "integer"), literal("7", XSD + "integer")],
    XSD + "decimal": [literal("0.5", XSD + "decimal"), literal("7", XSD + "decimal")],
    XSD + "date": [literal("2009-05-01", XSD + "date"), literal("2009-05-02", XSD + "date")],
    RDF + "langString": [text("soep", "nl"), text("soup", "en")],
}
OF_WRONG_TYPE = {
    XSD + "string": [text("een", "nl"), literal("1", XSD + "integer")],
    XSD + "integer": [literal("zeven"), literal("zeven", XSD + "integer"), literal("1.5", XSD + "decimal")],
    XSD + "decimal": [literal("1.5"), literal("anderhalf", XSD + "decimal"), literal("1", XSD + "integer")],
    XSD + "date": [literal("2009-05-01"), literal("2009-13-45", XSD + "date")],
    RDF + "langString": [literal("soep")],
}


class Maker:
    """Makes the examples of one rule on nodes of `cls`."""

    def __init__(self, rule: str, cls: str) -> None:
        self.rule, self.cls = rule, cls
        self.said = facts(rule)
        self.path = ox.NamedNode(self.said["path"][0])
        self.count = 0

    def _iri(self, part: str) -> ox.NamedNode:
        self.count += 1
        return ox.NamedNode(f"https://example.org/{name(self.rule)}/{part}{self.count}")

    def fitting(self) -> tuple[list[Term], list[ox.Triple]]:
        """Give two values that suit every rule on this field of this class, and what must be known of them."""
        siblings = [
            facts(one)
            for shape in shapes()
            if self.cls in targets(shape)
            for one in facts(shape).get("property", [])
            if facts(one)["path"] == [self.path.value]
        ]
        datatype = next((one["datatype"][0] for one in siblings if "datatype" in one), None)
        if datatype:
            return list(GOOD[datatype]), []
        values: list[Term] = [self._iri("value"), self._iri("value")]
        wanted = {cls for one in siblings for cls in one.get("class", [])}
        return values, [ox.Triple(one, ox.NamedNode(TYPE), ox.NamedNode(cls)) for one in values for cls in wanted]

    def example(self, why: str, values: list[Term], known: list[ox.Triple], *, bad: bool) -> Example:
        node = self._iri("node")
        triples = [ox.Triple(node, ox.NamedNode(TYPE), ox.NamedNode(self.cls)), *known]
        triples += [ox.Triple(node, self.path, value) for value in values]
        return Example(self.rule, why, bad, node.value, tuple(triples))

    def examples(self) -> Iterator[Example]:
        """Yield, for each thing that the rule asks, what breaks it and what keeps it."""
        values, known = self.fitting()
        least, most = int(self.said.get("minCount", ["0"])[0]), self.said.get("maxCount")
        yield self.example("kept", values if most is None else values[:1], known, bad=False)
        if "minCount" in self.said:
            yield self.example("too few", values[: least - 1], known, bad=True)
            yield self.example("just enough", values[:least], known, bad=False)
        else:
            yield self.example("left out", [], [], bad=False)
        if most is not None:
            assert most == ["1"]
            yield self.example("two", values, known, bad=True)
        if "class" in self.said:
            yield self.example("something of no class", [self._iri("stranger")], [], bad=True)
            other = self._iri("other")
            typed = ox.Triple(other, ox.NamedNode(TYPE), ox.NamedNode("http://www.w3.org/2002/07/owl#Thing"))
            yield self.example("of another class", [other], [typed], bad=True)
            yield self.example("a text", [literal("maatwerk")], [], bad=True)
        if "nodeKind" in self.said:
            assert self.said["nodeKind"] == [SH + "IRI"]
            yield self.example("a text", [literal("maatwerk")], [], bad=True)
        for datatype in self.said.get("datatype", []):
            for value in OF_WRONG_TYPE[datatype]:
                yield self.example(f"of another type: {value}", [value], [], bad=True)
            yield self.example("a thing", [self._iri("thing")], [], bad=True)
        if "minInclusive" in self.said:
            assert self.said["minInclusive"] == ["0"]
            yield self.example("below zero", [literal("-1", XSD + "integer")], [], bad=True)
        if "uniqueLang" in self.said:
            yield self.example("twice in Dutch", [text("soep", "nl"), text("bouillon", "nl")], [], bad=True)
        if "languageIn" in self.said:
            yield self.example("in German", [text("Suppe", "de")], [], bad=True)


def mechanical() -> list[str]:
    found = [rule for rule in rules() if "path" in facts(rule) and set(facts(rule)) & MECHANICAL]
    for rule in found:
        beside = {key for key in facts(rule) if "://" not in key} - MECHANICAL - SILENT
        assert not beside, f"{rule} also asks {beside}; break that by hand"
    return found


@cache
def examples() -> dict[str, list[Example]]:
    return {rule: [one for cls in classes_of(rule) for one in Maker(rule, cls).examples()] for rule in mechanical()}


@pytest.fixture(scope="module")
def fired() -> dict[str, bool]:
    """Say of each example whether its rule fired; each node meets its own rule alone."""
    made = [one for those in examples().values() for one in those]
    asked = {
        ox.Triple(ox.NamedNode(rule), ox.NamedNode(predicate), value)
        for rule in mechanical()
        for predicate, values in shapes()[rule].items()
        for value in values
    }
    lists = [one for one in shapes() if RDF + "first" in shapes()[one]]
    asked |= {
        ox.Triple(ox.BlankNode(one), ox.NamedNode(key), value)
        for one in lists
        for key, values in shapes()[one].items()
        for value in values
    }
    target = ox.NamedNode(SH + "targetNode")
    asked |= {ox.Triple(ox.NamedNode(one.rule), target, ox.NamedNode(one.node)) for one in made}
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # it reports each literal that is wrong on purpose
    conforms, report, said = pyshacl.validate(
        as_rdflib({triple for one in made for triple in one.triples}), shacl_graph=as_rdflib(asked), inplace=True
    )
    assert not conforms, said
    focus, source = rdflib.URIRef(SH + "focusNode"), rdflib.URIRef(SH + "sourceShape")
    found = {(str(node), str(report.value(result, source))) for result, node in report.subject_objects(focus)}
    return {one.node: (one.node, one.rule) in found for one in made}


def as_rdflib(triples: set[ox.Triple]) -> rdflib.Graph:
    content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert content
    return rdflib.Graph().parse(data=content, format="nt")


@pytest.mark.parametrize("rule", mechanical(), ids=name)
def test_a_rule_on_one_field_fires_on_what_breaks_it_alone(rule: str, fired: dict[str, bool]) -> None:
    made = examples()[rule]
    assert {one.bad for one in made} == {True, False}
    assert [one.why for one in made if fired[one.node] != one.bad] == []


# ---- rules thought out by hand


def fire(triples: set[ox.Triple], model: Model) -> dict[str, set[str]]:
    """Give the rules that fire in a validation, by the node on which."""
    fired: dict[str, set[str]] = defaultdict(set)
    for one in check(Loaded("https://example.org/", triples), model, model.names, "examples"):
        fired[one.subject].add(one.rule)
    return fired


FILES = sorted(RULES.glob("*.ttl"))


def example_of(file: Path) -> tuple[bool, str]:
    """Give whether a file is a bad example, and of which rule."""
    kind, _, rest = file.stem.partition("-")
    assert kind in ("ok", "bad"), file.name
    found = [rule for rule in rules() if f"{rest}-".startswith(f"{name(rule)}-")]
    assert found, f"{file.name} names no rule"
    return kind == "bad", max(found, key=len)


@pytest.fixture(scope="module")
def fired_by_file(model: Model) -> dict[str, set[str]]:
    """Check all files at once; each keeps to IRIs of its own."""
    assert FILES, f"{RULES} is empty"
    loaded = Loaded("https://example.org/")
    own: dict[str, str] = {}
    for file in FILES:
        base = f"https://example.org/{file.stem}/"
        triples = {quad.triple for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)}
        assert all(one.subject.value.startswith(base) for one in triples), f"{file.name} speaks of others' nodes"
        own.update((one.subject.value, file.stem) for one in triples)
        loaded.triples |= triples
    complete(loaded, model)
    found: dict[str, set[str]] = defaultdict(set)
    for node, those in fire(loaded.triples, model).items():
        found[own[node]] |= those
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_breaks_its_own_rule_and_a_look_alike_breaks_none(
    file: Path, fired_by_file: dict[str, set[str]]
) -> None:
    bad, rule = example_of(file)
    assert fired_by_file[file.stem] == ({rule} if bad else set())


def test_every_rule_fires_somewhere_and_has_a_look_alike_on_which_it_does_not(
    fired: dict[str, bool], fired_by_file: dict[str, set[str]]
) -> None:
    by_machine = [one for made in examples().values() for one in made]
    shown = {rule for rule in shapes() if {WZ + "badExample", WZ + "goodExample"} <= shapes()[rule].keys()}
    seen = {one.rule for one in by_machine if fired[one.node]} | {
        rule for those in fired_by_file.values() for rule in those
    }
    assert set(rules()) - seen - shown == set()
    assert set(rules()) - by_rule(by_machine) == shown, "what is not broken by machine has examples to show"
    accepted = {one.rule for one in by_machine if not fired[one.node]}
    accepted |= {rule for bad, rule in map(example_of, FILES) if not bad}
    assert set(rules()) - accepted - shown == set()


def by_rule(made: list[Example]) -> set[str]:
    return {one.rule for one in made}


def test_rules_of_a_class_hold_for_the_classes_below_it(model: Model) -> None:
    below = sorted(model.children[WZ + "Claim"])
    assert len(below) > 5
    nodes = {f"https://example.org/{number}": cls for number, cls in enumerate(below)}
    triples = {ox.Triple(ox.NamedNode(n), ox.NamedNode(TYPE), ox.NamedNode(cls)) for n, cls in nodes.items()}
    found = fire(triples, model)
    assert [cls for node, cls in nodes.items() if SHAPE + "Claim-statement-required" not in found[node]] == []


def test_a_field_that_the_loader_spoke_of_is_not_spoken_of_twice(model: Model, load: Callable[..., Loaded]) -> None:
    loaded = load("""werkzaam: 1
language: en
study: adp
claims:
- {id: b1, kind: goal, mode: dreamt}
""")
    told = [one.rule for one in check(loaded, model, model.names, "x.yaml") if one.path == WZ + "mode"]
    assert told == [SHAPE + "Claim-mode"]


def test_a_message_names_its_field_by_the_key_of_the_document(model: Model) -> None:
    wrong = {}
    for rule in mechanical():
        path = facts(rule)["path"][0]  # what no form has goes by its label
        keys = model.in_both(path, WZ + "key") or model.in_both(path, RDFS + "label")
        for one in shapes()[rule][SH + "message"]:
            assert isinstance(one, ox.Literal)
            key = keys.get(one.language or "", "")
            if not re.search(rf"[«“]{re.escape(key)}[»”]", one.value):
                wrong[name(rule), one.language] = one.value
    assert wrong == {}
