"""The ontology keeps to the standards of others: OWL 2 DL, NL-SBB; what the alignments name exists there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import owlready2
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib import SH

from werkzaam.cli import main
from werkzaam.resources import walk
from werkzaam.terms import BASE, OWL, RDFS, SKOS, TYPE, WZ
from werkzaam.vocabulary import FORMS, ONTOLOGY, export, vocabulary

pytestmark = pytest.mark.once

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL", "")
JARS = Path("/usr/share/java")
needs_external = pytest.mark.skipif(not EXTERNAL, reason="needs WERKZAAM_EXTERNAL, the folder with data of others")


def has_owl_api() -> bool:
    if shutil.which("java") is None or not (JARS / "owlapi-distribution.jar").exists():
        return False
    modules = subprocess.run(["java", "--list-modules"], capture_output=True, text=True, check=False).stdout
    return "jdk.compiler" in modules


# ---- one file, four forms


@pytest.mark.parametrize(
    ("form", "rdflib_form"), [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml"), ("nt", "nt")]
)
def test_every_form_of_the_export_says_the_same_and_names_its_version(form: str, rdflib_form: str) -> None:
    read = rdflib.Graph().parse(data=export(form), format=rdflib_form)
    assert len(read) == len(vocabulary())
    (version,) = read.objects(rdflib.URIRef(ONTOLOGY), rdflib.OWL.versionIRI)
    assert str(version).startswith(f"{ONTOLOGY}/")
    assert list(read.subjects(rdflib.RDF.type, rdflib.OWL.Ontology)) == [rdflib.URIRef(ONTOLOGY)]
    assert not list(read.objects(None, rdflib.OWL.imports))


def test_the_command_writes_every_form_and_refuses_what_does_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    for form in FORMS:
        main(["export", "--what", "ontology", "--as", form])
        assert len(capsys.readouterr().out) > 100_000
    for wrong in (["--what", "ontology", "--as", "jsonl"], ["--as", "rdf"]):
        with pytest.raises(SystemExit) as end:
            main(["export", *wrong])
        assert end.value.code == 2
        assert "--what" in capsys.readouterr().err


def test_owlready_loads_the_one_rdf_xml_file(tmp_path: Path) -> None:
    file = tmp_path / "werkzaam.rdf"
    file.write_bytes(export("rdf"))
    world = owlready2.World()
    read = world.get_ontology(file.as_uri()).load()
    assert {cls.iri for cls in read.classes()} >= {WZ + "Claim", WZ + "Configuration", WZ + "Mechanism"}
    assert world[WZ + "Configuration"] in world[WZ + "Claim"].subclasses()
    assert world[WZ + "mechanism"] in read.object_properties()


# ---- OWL 2 DL


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if not has_owl_api():
        pytest.skip("needs Java and the OWL API (Debian: default-jdk-headless libowlapi-java)")
    folder = tmp_path_factory.mktemp("owl")

    def profile(content: bytes) -> tuple[list[str], int]:
        """Give what is not OWL 2 DL in an RDF/XML file, and how many axioms were read."""
        file = folder / "ontology.rdf"
        file.write_bytes(content)
        program = Path(__file__).with_name("Profile.java")
        done = subprocess.run(
            ["java", "-cp", f"{JARS}/*", str(program), str(file)], capture_output=True, text=True, check=False
        )
        lines = done.stdout.splitlines()
        assert done.returncode == 0, done.stderr[-2000:]
        assert lines[-1] == "version: " + next(
            t.object.value for t in vocabulary() if t.predicate.value == OWL + "versionIRI"
        )
        return [one for one in lines if one.startswith("violation: ")], int(lines[-2].removeprefix("axioms: "))

    return profile


@pytest.mark.thorough
def test_ontology_with_its_axioms_is_owl_2_dl(profile: Any) -> None:
    violations, axioms = profile(export("rdf"))
    assert violations == []
    assert axioms > 5_000


@pytest.mark.thorough
def test_what_is_not_owl_2_dl_is_found(profile: Any) -> None:
    part_of, two = ox.NamedNode(WZ + "partOf"), ox.BlankNode()
    faults = [  # a transitive property that is counted, and a term of others that is not declared
        ox.Triple(part_of, ox.NamedNode(TYPE), ox.NamedNode(OWL + "TransitiveProperty")),
        ox.Triple(part_of, ox.NamedNode(TYPE), ox.NamedNode(OWL + "FunctionalProperty")),
        ox.Triple(ox.NamedNode(WZ + "Claim"), ox.NamedNode("http://www.w3.org/ns/prov#value"), two),
    ]
    content = ox.serialize([*vocabulary(), *faults], format=ox.RdfFormat.RDF_XML) or b""
    violations, _ = profile(content)
    assert any("partOf" in one for one in violations)
    assert any("prov#value" in one for one in violations)


# ---- NL-SBB, the Dutch profile for concept schemes


@pytest.mark.thorough
@needs_external
def test_the_concept_schemes_conform_to_nl_sbb() -> None:
    """Core rules by pySHACL; the profile's SPARQL rules in bulk, as pySHACL would parse each 650 times."""
    data, rules = rdflib.Graph(), rdflib.Graph().parse(Path(EXTERNAL) / "nl-sbb" / "skos-ap-nl.ttl")
    whole = rdflib.Graph().parse(data=export("nt"), format="nt")
    kept = {
        *whole.subjects(rdflib.RDF.type, rdflib.SKOS.Concept),
        *whole.subjects(rdflib.RDF.type, rdflib.SKOS.ConceptScheme),
    }
    kept -= set(whole.subjects(rdflib.OWL.deprecated))  # these stand in no scheme
    assert len(kept) > 600
    for one in kept | {source for k in kept for source in whole.objects(k, rdflib.DCTERMS.source)}:
        for triple in whole.triples((one, None, None)):
            data.add(triple)
    selects = [
        (str(query), focus)
        for shape, constraint in rules.subject_objects(SH.sparql)
        for query in rules.objects(constraint, SH.select)
        if (focus := _focus(shape, rules, data))
    ]
    assert len(selects) > 5
    rules.remove((None, rdflib.OWL.imports, None))
    rules.remove((None, SH.sparql, None))
    _, report, _ = pyshacl.validate(data, shacl_graph=rules, inplace=True)
    found = Counter(
        f"{str(report.value(one, SH.resultSeverity)).rsplit('#', 1)[1]} {report.value(one, SH.sourceShape)}"
        for one in report.subjects(rdflib.RDF.type, SH.ValidationResult)
    )
    assert dict(found) == {}

    store = ox.Store()
    store.load(data.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    for query, focus in selects:
        aimed = re.sub(r"WHERE\s*\{", f"WHERE {{ VALUES ?this {{ {focus} }}", query, count=1)
        wrong: Any = store.query(f"PREFIX skos: <{SKOS}> {aimed}")
        assert [str(row) for row in wrong] == [], query


def _focus(shape: Any, rules: rdflib.Graph, data: rdflib.Graph) -> str:
    """Give the nodes at which a shape aims, as SPARQL writes them."""
    nodes = {
        *(one for cls in rules.objects(shape, SH.targetClass) for one in data.subjects(rdflib.RDF.type, cls)),
        *(one for path in rules.objects(shape, SH.targetSubjectsOf) for one in data.subjects(path)),
        *(one for path in rules.objects(shape, SH.targetObjectsOf) for one in data.objects(None, path)),
    }
    return " ".join(node.n3() for node in nodes if isinstance(node, rdflib.URIRef))


def test_every_concept_says_that_it_is_one() -> None:
    concepts = [t.subject for t in vocabulary() if t.predicate.value == SKOS + "inScheme"]
    said = {t.subject for t in vocabulary() if t.predicate.value == TYPE and t.object == ox.NamedNode(SKOS + "Concept")}
    gone = {t.subject for t in vocabulary() if t.predicate.value == OWL + "deprecated"}
    assert concepts
    assert set(concepts) == said - gone


# ---- alignments


@cache
def alignments() -> dict[str, list[ox.Triple]]:
    found = {
        name.removeprefix("alignments/"): [q.triple for q in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)]
        for name, file in walk("ontology", ".ttl")
        if name.startswith("alignments/")
    }
    assert len(found) >= 10
    return found


def test_alignments_only_relate_our_terms_to_others_and_never_as_the_same() -> None:
    ours = {t.subject.value for t in vocabulary() if isinstance(t.subject, ox.NamedNode)}
    honest = {RDFS + "subClassOf", RDFS + "subPropertyOf", SKOS + "exactMatch", SKOS + "broadMatch"}
    honest |= {SKOS + kind for kind in ("closeMatch", "narrowMatch", "relatedMatch")}
    for name, triples in alignments().items():
        for triple in triples:
            assert isinstance(triple.subject, ox.NamedNode)
            assert isinstance(triple.object, ox.NamedNode)
            assert triple.subject.value in ours, f"{name}: {triple}"
            assert not triple.object.value.startswith(BASE), f"{name}: {triple}"
            assert triple.predicate.value in honest, f"{name}: {triple}"


def test_every_alignment_is_justified_by_a_comment_of_its_own() -> None:
    for name, file in walk("ontology", ".ttl"):
        if name.startswith("alignments/"):
            blocks = file.read_text("utf-8").strip().split("\n\n")[2:]
            assert len(blocks) == len(alignments()[name.removeprefix("alignments/")]), name
            assert all(re.fullmatch(r"(# .+\n)+wz:\w+ [\w:-]+ [\w:-]+ \.", one) for one in blocks), name


def test_alignments_are_not_part_of_what_is_loaded_or_exported() -> None:
    aligned = {triple for triples in alignments().values() for triple in triples}
    assert aligned.isdisjoint(vocabulary())


@needs_external
def test_what_is_aligned_with_bcio_exists_there_under_that_label() -> None:
    bcio = rdflib.Graph().parse(Path(EXTERNAL) / "bcio" / "bcio.owl")
    text = next(file.read_text("utf-8") for name, file in walk("ontology", ".ttl") if name == "alignments/bcio.ttl")
    told = re.findall(r"^# (BCIO_\d+) ([^:]+): .*\nwz:\w+ \S+ bcio:(\w+) \.$", text, re.MULTILINE)
    assert len(told) == len(alignments()["bcio.ttl"])
    for id_, label, named in told:
        assert id_ == named
        iri = rdflib.URIRef("http://humanbehaviourchange.org/ontology/" + id_)
        assert label in {str(one) for one in bcio.objects(iri, rdflib.RDFS.label)}


@needs_external
def test_what_is_aligned_with_cids_is_a_class_there() -> None:
    cids = rdflib.Graph().parse(Path(EXTERNAL) / "cids" / "cids.ttl")
    for triple in alignments()["cids.ttl"]:
        assert (rdflib.URIRef(triple.object.value), rdflib.RDF.type, rdflib.OWL.Class) in cids, triple
