"""What must hold of the packaged data: each document passes, each claim is located, bilingual and attributed."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from werkzaam.api import Werkzaam
from werkzaam.build import packaged_nquads
from werkzaam.evidence import MAX_SENTENCES, check, open_source
from werkzaam.export import record
from werkzaam.resources import walk
from werkzaam.terms import WZ
from werkzaam.validation import validate
from werkzaam.yamltree import Mapping, Node, Sequence, read

pytestmark = pytest.mark.once

REPORT = os.environ.get("WERKZAAM_REPORT", "")
needs_report = pytest.mark.skipif(not REPORT, reason="WERKZAAM_REPORT is not set: the report's text")

PROJECTS = ("de-cirkel", "participatiehuis", "service-voor-de-wijk")
FAMILIES = ("wwb-wmo-relation", "labour-market-and-partners", "client-social-network")


@pytest.fixture(scope="module")
def opened() -> Werkzaam:
    return Werkzaam()


@pytest.fixture(scope="module")
def records(opened: Werkzaam) -> list[dict[str, Any]]:
    found = [record(node) for node in opened.claims()]
    assert found
    return found


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The packaged documents as files, wherever the package lies."""
    folder = tmp_path_factory.mktemp("cases")
    made = []
    for name, file in walk("cases", ".yaml"):
        path = folder / name.replace("/", "--")
        path.write_bytes(file.read_bytes())
        made.append(path)
    assert made
    return made


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name, _ in walk("cases", ".yaml")])
def test_every_document_passes_every_rule_with_advice_alone(name: str, documents: list[Path]) -> None:
    (path,) = (path for path in documents if path.name == name.replace("/", "--"))
    found = validate([str(path)])
    assert [one.message("en") for one in found if one.severity != "info"] == []
    assert len(found) <= 2  # docs/measurements/2026-11-26-rules.md


def test_every_claim_and_part_has_an_id_that_was_given(documents: list[Path]) -> None:
    looked = 0

    def parts(node: Node, key: str = "") -> None:
        nonlocal looked
        if isinstance(node, Sequence):
            for item in node.items:
                parts(item, key)
        elif isinstance(node, Mapping):
            keys = {k.text for k, _ in node.pairs}
            if key in ("beweringen", "betrokkene", "behalve", "uitkomsten", "bron", "gelezen", "argumenten", "zaken"):
                looked += 1
                assert "id" in keys, f"{node.place}: {key} without an id"
            for k, value in node.pairs:
                parts(value, k.text)

    for path in documents:
        tree, findings = read(path.read_bytes(), path.name)
        assert tree is not None
        assert findings == []
        parts(tree)
    assert looked > 100


def test_ids_are_unique_over_all_documents(records: list[dict[str, Any]]) -> None:
    assert [name for name, count in Counter(one["iri"] for one in records).items() if count > 1] == []


def test_every_text_is_dutch_and_english(records: list[dict[str, Any]]) -> None:
    for one in records:
        for key in ("statement", "resource", "reasoning", "value", "note"):
            if one[key] is not None:
                assert set(one[key]) == {"nl", "en"}, f"{one['id']}: {key}"
        assert one["statement"]["nl"] != one["statement"]["en"], one["id"]


def test_every_claim_has_evidence_with_a_place_or_names_the_span_that_was_read(records: list[dict[str, Any]]) -> None:
    for one in records:
        places = one["evidence"] + one["read"]
        assert places or one["class"] == "Position", one["id"]
        for place in places:
            assert place["section"], one["id"]
            assert place["start"] is not None, one["id"]
            assert place["end"] > place["start"], one["id"]


def test_every_document_says_who_coded_it_and_that_no_person_checked_it(opened: Werkzaam) -> None:
    found = opened.cases()
    assert len(found) >= 4
    for one in found:
        assert one["coded_by"].endswith("/agent/taalmodel")
        assert one["review"].endswith("/not-checked")


def test_illustrations_point_to_claims_that_exist(records: list[dict[str, Any]]) -> None:
    known = {one["id"] for one in records}
    for one in records:
        for name, others in one["related"].items():
            assert set(others) <= known, f"{one['id']}: {name}"
            assert one["id"] not in others, f"{one['id']}: {name} itself"


def test_a_theory_is_never_observed_without_a_note(records: list[dict[str, Any]]) -> None:
    for one in records:
        if one["scope"] == ["adp-theorie"] and one["mode"] == "observed" and one["class"] != "Feature":
            assert one["note"], one["id"]


def test_every_cell_of_mechanism_by_context_family_by_project_has_a_value(
    opened: Werkzaam, records: list[dict[str, Any]]
) -> None:
    broader = {
        row["narrow"].rsplit("/", 1)[-1]: row["family"].rsplit("/", 1)[-1]
        for row in opened.store.select(
            "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
            "SELECT ?narrow ?family WHERE { ?narrow skos:inScheme <https://w3id.org/werkzaam/concept/context> . "
            "?narrow skos:broader* ?family MINUS { ?family skos:broader ?any } }"
        )
    }
    filled = {
        (one["mechanism"], broader[one["contexts"][0]], scope)
        for one in records
        if one["class"] == "ContextInfluence" and one["mechanism"]
        for scope in one["scope"]
    }
    mechanisms = {mechanism for mechanism, _, _ in filled} & {
        "tailoring", "self-development", "structure", "meaningful-work", "material-returns", "social-network"
    }  # fmt: skip
    assert len(mechanisms) == 6
    empty = [
        (mechanism, family, project)
        for mechanism in sorted(mechanisms)
        for family in FAMILIES
        for project in PROJECTS
        if (mechanism, family, project) not in filled
    ]
    assert empty == []


def test_published_data_have_no_blank_nodes() -> None:
    lines = packaged_nquads().decode("utf-8").splitlines()
    assert lines
    assert [line for line in lines if line.startswith("_:") or " _:" in line.split('"')[0]] == []


def test_each_line_of_the_export_is_one_claim(opened: Werkzaam) -> None:
    lines = list(opened.export("jsonl"))
    other = {WZ + kind for kind in ("Figure", "Check", "QuickscanEntry", "ReportingScore")}
    kinds = [(kind, count) for one in opened.cases() for kind, count in one["kinds"].items()]
    assert other < {kind for kind, _ in kinds}
    assert len(lines) == sum(count for kind, count in kinds if kind not in other)
    assert all(json.loads(line)["version"] == 1 for line in lines)


@needs_report
def test_every_locator_holds_against_the_report(opened: Werkzaam) -> None:
    source = open_source(opened.store, Path(REPORT).read_bytes(), REPORT)
    count, findings = check(opened.store, source, REPORT)
    assert count > 300
    assert [f"{one.subject}: {one.message('en')}" for one in findings] == []
    assert MAX_SENTENCES == 5


@needs_report
def test_one_broken_locator_is_found(opened: Werkzaam) -> None:
    source = open_source(opened.store, Path(REPORT).read_bytes(), REPORT)
    node = next(node for node in opened.claims() if node.all("supportedBy"))
    evidence = node.all("supportedBy")[0]
    good = dict(evidence.values)
    from werkzaam.evidence import _check_place

    assert list(_check_place(evidence, source, REPORT)) == []
    for name, value in (("phrase", "staat nergens zo"), ("page", "1"), ("start", "0"), ("fingerprint", "0" * 64)):
        evidence.values = {**good, name: [type(good[name][0])(value)]}
        assert list(_check_place(evidence, source, REPORT)), name
    evidence.values = good


@needs_report
def test_the_sections_and_pages_cover_the_whole_text() -> None:
    text = Path(REPORT).read_bytes()
    source = open_source(Werkzaam().store, text, REPORT)
    assert hashlib.sha256(text).hexdigest().startswith("42b7f87b")
    assert all(source.page(offset) for offset in range(0, 309_000, 997))
    assert len(source.sections) > 60


def test_a_claim_is_about_something_that_can_be_studied(opened: Werkzaam) -> None:
    classes = {str(row["class"]).rpartition("#")[2] for row in opened.store.select(_SCOPES)}
    able = {"Intervention", "InterventionPart", "Organisation", "Municipality", "Study", "Theory", "Act", "CitedSource"}
    assert classes
    assert classes <= able


_SCOPES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>
SELECT DISTINCT ?class WHERE { ?claim wz:scope ?thing . ?thing a ?class }
"""


# ---- the coverage map

_COVERED = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>
SELECT DISTINCT ?section WHERE { ?document wz:coverage/wz:codedSection ?section }
"""


def covered(section: str, declared: set[str]) -> bool:
    return any(section == one or section.startswith((f"{one}/", f"{one}.")) for one in declared)


def test_where_a_section_is_declared_complete_each_paragraph_has_a_claim_or_says_why_not(opened: Werkzaam) -> None:
    declared = {str(row["section"]) for row in opened.store.select(_COVERED)}
    paragraphs = [row for row in opened.ask("coverage-map") if covered(row["section"], declared)]
    assert len(paragraphs) > 100
    assert [row["paragraph"] for row in paragraphs if row["claims"] == "0" and "why" not in row] == []
    assert [row["paragraph"] for row in paragraphs if row["claims"] != "0" and "why" in row] == []


def test_the_paragraphs_of_chapters_4_to_7_leave_nothing_out(opened: Werkzaam) -> None:
    sections = {
        str(row["name"]): (int(row["start"]), int(row["end"]))
        for row in opened.store.select(_SECTIONS)
        if row["name"][0] in "4567"
    }
    spans: dict[str, list[tuple[int, int]]] = {name: [] for name in sections}
    for row in opened.ask("coverage-map"):
        spans[str(row["section"])].append((int(row["start"]), int(row["end"])))
    for name, (start, end) in sections.items():
        at = start
        for first, last in sorted(spans[name]):
            assert first - at < 60, f"{name}: nothing between {at} and {first}"  # blanks and page footers lie between
            at = last
        assert end - at < 60, f"{name}: nothing between {at} and {end}"


_SECTIONS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>
SELECT ?name ?start ?end
WHERE { ?publication wz:hasSection ?part . ?part wz:section ?name . ?part wz:start ?start . ?part wz:end ?end }
"""
