"""Every term and concept says what it is, in both languages, and everything that is named exists."""

from __future__ import annotations

import ast
import importlib
import io
import re
from collections import Counter, defaultdict
from pathlib import Path

import owlready2
import pyoxigraph as ox
import pytest

import werkzaam
from werkzaam.answers import AGAINST, DIMENSIONS, FOR, SILENT
from werkzaam.claims import PARTS
from werkzaam.model import Model
from werkzaam.resources import walk
from werkzaam.terms import BASE, CONCEPT, LANGUAGES, RDFS, SHAPE, SKOS, TYPE, WZ

OWL = "http://www.w3.org/2002/07/owl#"
DCTERMS = "http://purl.org/dc/terms/"
TERM_TYPES = {OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")}

Facts = dict[str, list[ox.NamedNode | ox.Literal]]


def read(folder: str) -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    for name, file in walk(folder, ".ttl"):
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE):
            if name != "axioms.ttl":
                assert isinstance(quad.subject, ox.NamedNode) or folder == "shapes", f"blank node in {name}"
                assert not isinstance(quad.object, ox.BlankNode) or folder == "shapes", f"blank node in {name}"
            elif isinstance(quad.subject, ox.BlankNode):
                continue
            facts = found.setdefault(quad.subject.value, {})
            facts.setdefault(quad.predicate.value, []).append(quad.object)
    assert found, f"{folder} is empty"
    return found


ONTOLOGY = read("ontology")


def values(subject: str, predicate: str) -> list[str]:
    return [one.value for one in ONTOLOGY.get(subject, {}).get(predicate, [])]


def of_type(kinds: set[str]) -> list[str]:
    found = sorted(one for one in ONTOLOGY if kinds & set(values(one, TYPE)))
    assert found, f"nothing is of {kinds}"
    return found


TERMS = [one for one in of_type(TERM_TYPES) if one.startswith(WZ)]
SCHEMES = of_type({SKOS + "ConceptScheme"})
CONCEPTS = [one for one in ONTOLOGY if values(one, SKOS + "inScheme")]


def in_both(subject: str, predicate: str) -> dict[str, str]:
    texts = [one for one in ONTOLOGY[subject].get(predicate, []) if isinstance(one, ox.Literal)]
    by_language = {one.language or "": one.value for one in texts}
    assert len(by_language) == len(texts), f"{subject}: two of one language"
    return by_language


def short(iri: str) -> str:
    return iri.removeprefix(WZ).removeprefix(CONCEPT)


@pytest.mark.parametrize("term", TERMS, ids=short)
def test_a_term_has_label_definition_source_and_module(term: str) -> None:
    assert set(in_both(term, RDFS + "label")) == set(LANGUAGES)
    assert set(in_both(term, SKOS + "definition")) == set(LANGUAGES)
    assert values(term, DCTERMS + "source")
    modules = values(term, RDFS + "isDefinedBy")
    assert len(modules) == 1
    assert OWL + "Ontology" in values(modules[0], TYPE)


@pytest.mark.parametrize("concept", CONCEPTS, ids=short)
def test_a_concept_has_label_definition_source_scheme_and_class(concept: str) -> None:
    assert set(in_both(concept, SKOS + "prefLabel")) == set(LANGUAGES)
    assert set(in_both(concept, SKOS + "definition")) == set(LANGUAGES)
    assert values(concept, DCTERMS + "source")
    (scheme,) = values(concept, SKOS + "inScheme")
    assert concept.startswith(f"{scheme}/")
    assert values(concept, TYPE) == values(scheme, WZ + "conceptClass")


@pytest.mark.parametrize("scheme", SCHEMES, ids=short)
def test_a_scheme_has_label_definition_a_class_and_concepts_with_labels_of_their_own(scheme: str) -> None:
    assert set(in_both(scheme, SKOS + "prefLabel")) == set(LANGUAGES)
    assert set(in_both(scheme, SKOS + "definition")) == set(LANGUAGES)
    (cls,) = values(scheme, WZ + "conceptClass")
    assert SKOS + "Concept" in values(cls, RDFS + "subClassOf")
    members = [one for one in CONCEPTS if scheme in values(one, SKOS + "inScheme")]
    assert members
    for language in LANGUAGES:
        labels = Counter(in_both(one, SKOS + "prefLabel")[language] for one in members)
        assert [label for label, count in labels.items() if count > 1] == []


def test_a_definition_is_one_clean_sentence_that_does_not_begin_with_the_label() -> None:
    wrong = defaultdict(list)
    for subject in (*TERMS, *SCHEMES, *CONCEPTS):
        labels = in_both(subject, RDFS + "label") or in_both(subject, SKOS + "prefLabel")
        for language, text in in_both(subject, SKOS + "definition").items():
            if text != " ".join(text.split()):
                wrong[short(subject)].append("white space")
            if not text.endswith("."):
                wrong[short(subject)].append(f"no full stop: {text}")
            if re.match(rf"{re.escape(labels[language])}\b", text, re.IGNORECASE):
                wrong[short(subject)].append(f"begins with its label: {text}")
    assert wrong == {}


def test_broader_stays_within_its_scheme_and_has_no_circle() -> None:
    links = [(one, up) for one in CONCEPTS for up in values(one, SKOS + "broader")]
    assert links
    for one, up in links:
        assert values(one, SKOS + "inScheme") == values(up, SKOS + "inScheme"), one
        above = [up]
        for step in above:
            above += [next_ for next_ in values(step, SKOS + "broader") if next_ not in above]
        assert one not in above
    for one in CONCEPTS:
        top = values(one, SKOS + "topConceptOf")
        assert bool(top) != bool(values(one, SKOS + "broader")), f"{one} is neither top nor below one"
        assert set(top) <= set(values(one, SKOS + "inScheme"))


def test_opposites_point_to_each_other_within_their_scheme() -> None:
    pairs = {(one, other) for one in CONCEPTS for other in values(one, WZ + "oppositeOf")}
    assert pairs
    assert {(one, other) for one, other in pairs if (other, one) not in pairs} == set()
    assert all(values(one, SKOS + "inScheme") == values(other, SKOS + "inScheme") for one, other in pairs)


def test_what_counts_as_something_counts_as_a_verdict() -> None:
    counting = {up for one in ONTOLOGY for up in values(one, WZ + "countsAs")}
    assert counting
    verdicts = set(of_type({WZ + "Verdict"}))
    assert counting <= verdicts
    assert {FOR, AGAINST, SILENT} <= verdicts
    ranks = [values(one, WZ + "rank") for one in verdicts]
    assert sorted(ranks, key=lambda one: int(one[0])) == [[str(n + 1)] for n in range(len(verdicts))]


def test_a_key_of_the_document_means_one_property() -> None:
    by_key = defaultdict(set)
    for term in TERMS:
        for language, key in in_both(term, WZ + "key").items():
            by_key[language, key].add(short(term))
    assert by_key
    assert {key: terms for key, terms in by_key.items() if len(terms) > 1} == {}


# ---- everything that is named exists


def is_declared(iri: str) -> bool:
    return bool(values(iri, TYPE)) or iri in of_shapes or any(iri == one.rstrip("/#") for one in (BASE, WZ))


of_shapes = {one for one in read("shapes") if one.startswith(SHAPE)}


@pytest.mark.parametrize("folder", ["ontology", "shapes"])
def test_every_iri_of_ours_in_the_turtle_is_declared(folder: str) -> None:
    named = {
        one
        for subject, facts in read(folder).items()
        for predicate, objects in facts.items()
        for one in (subject, predicate, *(value.value for value in objects if isinstance(value, ox.NamedNode)))
        if one.startswith(BASE)
    }
    assert named
    # a version of the ontology is named by owl:versionIRI and by nothing else
    versions = {value for one in ONTOLOGY for value in values(one, OWL + "versionIRI")}
    assert {one for one in named - versions if not is_declared(one)} == set()


def test_every_iri_of_ours_in_a_query_is_declared() -> None:
    files = [*walk("queries", ".rq")]
    assert files
    for name, file in files:
        text = file.read_text("utf-8")
        prefixes = dict(re.findall(r"^PREFIX (\w+): <([^>]*)>", text, re.MULTILINE))
        body = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
        named = {prefixes[p] + local for p, local in re.findall(r"(?<![\w<])(\w+):([A-Za-z][\w-]*)", body)}
        named |= set(re.findall(r"<([^>\s]+)>", re.sub(r"^PREFIX.*$", "", body, flags=re.MULTILINE)))
        ours = {one for one in named if one.startswith(BASE)}
        assert ours, f"{name} names nothing of ours"
        assert {one for one in ours if not is_declared(one)} == set(), name


def test_every_term_that_the_engine_names_is_declared(model: Model) -> None:
    folders = [Path(werkzaam.__file__).parent, *map(Path, importlib.import_module("werkzaam.loaders").__path__)]
    named: dict[str, set[str]] = defaultdict(set)
    for file in sorted({file for folder in folders for file in folder.glob("*.py")}):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for local in re.findall(r"\bwz:([A-Za-z]\w*)", node.value):
                    named[file.name].add(WZ + local)
            elif isinstance(node, ast.BinOp) and getattr(node.left, "id", "") == "WZ":
                if isinstance(node.right, ast.Constant):
                    named[file.name].add(WZ + str(node.right.value))
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("one", "iris", "text", "all"):
                if node.args and isinstance(node.args[0], ast.Constant):
                    named[file.name].add(WZ + str(node.args[0].value))
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_slug", "_slugs"):
                if isinstance(node.args[1], ast.Constant):
                    named[file.name].add(WZ + str(node.args[1].value))
    assert len(named) > 5
    named["DIMENSIONS"] = {cls for classes in DIMENSIONS.values() for cls in classes}
    named["PARTS"] = {WZ + name for name in PARTS}
    undeclared = {file: {one for one in iris if not is_declared(one)} for file, iris in named.items()}
    assert {file: iris for file, iris in undeclared.items() if iris} == {}


def test_owlready_reads_the_ontology_and_knows_its_classes(model: Model) -> None:
    content = "".join(f"{triple} .\n" for triple in model.ontology).encode()
    ontology = owlready2.World().get_ontology(WZ).load(fileobj=io.BytesIO(content))
    known = {cls.iri for cls in ontology.classes()}
    assert known
    assert {one for one in of_type({OWL + "Class"}) if one.startswith(WZ)} <= known
    assert ontology.world[WZ + "Configuration"] in ontology.world[WZ + "Claim"].subclasses()
