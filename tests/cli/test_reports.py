"""A check tells the same in five forms: each finding once, in order, at its line or cell."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam.errors import Finding, Place, finding
from werkzaam.reports import FORMATS, arranged, as_data, count
from werkzaam.rulebook import rules
from werkzaam.terms import ID, LANGUAGES, SH, SHAPE, TYPE, WZ

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL", "")
needs_external = pytest.mark.skipif(not EXTERNAL, reason="WERKZAAM_EXTERNAL is not set: data of others")

CLAIM = ID + "claim/buurttafel/b1"
FILES = ("een map/buurttafel.yaml", "werkboek.xlsx", "goed.yaml")
TEXT = {"nl": "Noem A | B <nu>.", "en": "Name A | B <now>."}
FINDINGS = [
    Finding(SHAPE + "Claim-mode", "violation", Place(FILES[0], 20, 3), TEXT, CLAIM, WZ + "mode", value="dromend"),
    Finding(SHAPE + "Claim-statement-nl", "warning", Place(FILES[0], 3), TEXT, CLAIM),
    Finding(SHAPE + "Claim-statement-nl", "warning", Place(FILES[0], 3), TEXT, CLAIM),
    Finding(SHAPE + "ContentConcept-proposed", "info", Place(FILES[1], 3, 2, "Claims!B3"), TEXT),
    finding("key-unknown", Place(FILES[0], 3, 1), key="modes", known="mode"),
    finding("input-kills-reader", Place("weg.yaml")),
]


def made(form: str, lang: str = "en") -> str:
    return FORMATS[form](arranged(FINDINGS), FILES, lang)


def test_findings_come_by_file_and_place_and_each_once() -> None:
    found = arranged(FINDINGS)
    assert [str(one.place) for one in found] == [
        "een map/buurttafel.yaml:3",
        "een map/buurttafel.yaml:3:1",
        "een map/buurttafel.yaml:20:3",
        "weg.yaml",
        "werkboek.xlsx:Claims!B3",
    ]
    assert arranged(reversed(FINDINGS)) == found
    assert count(found) == {"violation": 3, "warning": 1, "info": 1}


def test_text_has_a_line_a_finding_with_place_severity_message_and_code() -> None:
    lines = made("text").splitlines()
    assert lines[0] == "een map/buurttafel.yaml:3: warning: Name A | B <now>. [Claim-statement-nl]"
    assert lines[-1] == "werkboek.xlsx:Claims!B3: advice: Name A | B <now>. [ContentConcept-proposed]"
    assert "waarschuwing: Noem A | B <nu>." in made("text", "nl")


def test_json_is_versioned_and_has_both_languages() -> None:
    data = json.loads(made("json"))
    assert data == json.loads(json.dumps(as_data(arranged(FINDINGS), FILES, "nl")))
    assert (data["version"], data["files"]) == (1, list(FILES))
    assert data["counts"] == {"violation": 3, "warning": 1, "info": 1}
    one = data["findings"][2]
    assert (one["code"], one["line"], one["column"], one["value"]) == ("Claim-mode", 20, 3, "dromend")
    assert set(one["message"]) == set(LANGUAGES)
    assert data["findings"][-1]["cell"] == "Claims!B3"


def test_markdown_has_a_table_a_file_and_nothing_that_breaks_it() -> None:
    text = made("md")
    assert "## een map/buurttafel.yaml" in text
    assert "| 20:3 | error | Name A \\| B &lt;now>. | `Claim-mode` |" in text
    assert "| Claims!B3 | advice |" in text
    assert "## goed.yaml\n\nNothing to remark." in text
    assert "## weg.yaml" in text


@needs_external
@pytest.mark.parametrize("lang", LANGUAGES)
def test_sarif_is_valid_by_the_official_schema(lang: str) -> None:
    validator = pytest.importorskip("jsonschema").Draft4Validator

    schema = json.loads((Path(EXTERNAL) / "sarif" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    assert "$ref" in json.dumps(schema)
    every = [Finding(one.iri or code, one.severity, Place("a.yaml", 1, 1), TEXT) for code, one in rules().items()]
    for found in (arranged(FINDINGS), [], every):
        log = json.loads(FORMATS["sarif"](found, FILES, lang))
        assert [one.message for one in validator(schema).iter_errors(log)] == []
    broken = json.loads(made("sarif"))
    broken["runs"][0]["results"][0]["level"] = "very bad"
    assert list(validator(schema).iter_errors(broken))


def test_sarif_points_to_line_and_cell_and_carries_the_help_of_the_rule() -> None:
    (run,) = json.loads(made("sarif", "nl"))["runs"]
    results = run["results"]
    first = results[2]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "een%20map/buurttafel.yaml"
    assert place["region"] == {"startLine": 20, "startColumn": 3}
    assert results[-1]["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "Claims!B3", "kind": "cell"}]
    assert [one["level"] for one in results] == ["warning", "error", "error", "error", "note"]
    ids = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert all(ids[one["ruleIndex"]] == one["ruleId"] for one in results)
    help_ = next(one for one in run["tool"]["driver"]["rules"] if one["id"] == "Claim-statement-nl")["help"]
    assert "Zo niet" in help_["text"]
    assert "```yaml" in help_["markdown"]


def test_turtle_is_a_validation_report_with_all_that_one_needs() -> None:
    quads = list(ox.parse(made("ttl"), format=ox.RdfFormat.TURTLE))
    said = [(one.predicate.value.removeprefix(SH), one.object.value, one.subject) for one in quads]
    assert [value for name, value, _ in said if name == "conforms"] == ["false"]
    results = {node for name, value, node in said if (name, value) == (TYPE, SH + "ValidationResult")}
    assert len(results) == 5
    for node in results:  # what SHACL 3.6.2 asks of a result
        names = [name for name, _, whose in said if whose == node]
        for name in ("focusNode", "resultSeverity", "sourceConstraintComponent"):
            assert names.count(name) == 1, name
        assert names.count("resultMessage") == 2
    shape = next(node for name, value, node in said if (name, value) == ("sourceShape", SHAPE + "Claim-mode"))
    own = {name: value for name, value, node in said if node == shape}
    assert own["focusNode"] == CLAIM
    assert own["resultPath"] == WZ + "mode"
    assert own["sourceConstraintComponent"] == SH + "ClassConstraintComponent"
    assert own["value"] == "dromend"
    good = list(ox.parse(FORMATS["ttl"]([], FILES, "en"), format=ox.RdfFormat.TURTLE))
    assert ["true"] == [one.object.value for one in good if one.predicate.value == SH + "conforms"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_command_gives_each_form_and_counts_to_stderr(
    form: str, run: Callable[..., Any], case: str, tmp_path: Path
) -> None:
    file = tmp_path / "buurttafel.yaml"
    file.write_text(case.replace("invloed: bevordert", "invloed: bevordertt"), "utf-8")
    done = run("validate", "--format", form, file, "--lang", "nl")
    assert done.code == 1
    assert "ContextInfluence-influence" in done.out
    assert "Bedoel je" in done.out
    assert "1 fout(en)" in done.err


def test_what_is_private_is_told_without_being_repeated(run: Callable[..., Any], case: str, tmp_path: Path) -> None:
    file = tmp_path / "buurttafel.yaml"
    file.write_text(case.replace("nl: het is mijn eigen gerecht", "nl: bel 06-12345678"), "utf-8")
    done = run("validate", "--format", "json", file)
    codes = [one["code"] for one in json.loads(done.out)["findings"]]
    assert "Text-phone" in codes
    assert "12345678" not in done.out
