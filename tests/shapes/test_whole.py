"""Whole cases from other reports: a good one is accepted, and each planted error is found, it alone, at its line.

The cases are invented; `whole/planted.yaml` says what is changed in which, and what must be found.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from werkzaam.errors import Finding
from werkzaam.loading import Loaded
from werkzaam.model import Model, add_names
from werkzaam.rulebook import code_of
from werkzaam.terms import ID, slug
from werkzaam.validation import check

FOLDER = Path(__file__).parent / "whole"
CASES = sorted(file.stem for file in FOLDER.glob("*.yaml") if file.stem != "planted")
# The fast engine where it is there: that pySHACL says the same is tested elsewhere.
ENGINE = "pyshacl" if find_spec("shacl") is None else "fast"
PLANTED: list[dict[str, Any]] = yaml.safe_load((FOLDER / "planted.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def findings(model: Model, load: Callable[..., Loaded]) -> Callable[[str], list[Finding]]:
    def findings(text: str) -> list[Finding]:
        loaded = load(text, "case.yaml")
        names = model.names.copy()
        add_names(names, model, loaded.triples)
        return check(loaded, model, names, "case.yaml", ENGINE)

    return findings


@pytest.fixture(scope="module")
def good(findings: Callable[[str], list[Finding]]) -> dict[str, set[str]]:
    """Give the codes of the advice on each good case."""
    found = {case: findings((FOLDER / f"{case}.yaml").read_text("utf-8")) for case in CASES}
    told = {case: [one for one in those if one.severity != "info"] for case, those in found.items()}
    assert {case: [one.message("en") for one in those] for case, those in told.items()} == {case: [] for case in CASES}
    return {case: {code_of(one.rule) for one in those} for case, those in found.items()}


def test_a_good_case_from_another_report_is_accepted_with_advice_alone(good: dict[str, set[str]]) -> None:
    assert len(good) > 2
    assert "ContentConcept-proposed" in good["schuldhulp"], "its words are not ours, and are no reason to refuse it"


def test_a_concept_that_a_case_brings_is_asked_for_by_name_by_what_is_broader_and_has_a_label(
    collection: Callable[..., Any],
) -> None:
    opened = collection((FOLDER / "schuldhulp.yaml").read_text("utf-8"), lang="nl")
    for name in ("schuldenrust", "peace of mind about debts", "waardeoordelen"):
        answer = opened.what_works(mechanism=[name])
        told = {slug(entry.claim.iri) for _, entries in answer.headings for entry in entries}
        assert {"k001", "k002"} <= told, name
    assert opened.known.label(ID + "concept/schuldhulp/schuldenrust", "en") == "peace of mind about debts"
    assert {slug(e.claim.iri) for _, those in opened.what_works(outcome=["minder schulden"]).headings for e in those}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: f"{one['finds']}-{one['case']}")
def test_a_planted_error_is_found_alone_and_at_its_line(
    planted: dict[str, Any], good: dict[str, set[str]], findings: Callable[[str], list[Finding]]
) -> None:
    text = (FOLDER / f"{planted['case']}.yaml").read_text("utf-8")
    for old, new in {planted["old"]: planted["new"], **planted.get("and", {})}.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    found = [one for one in findings(text) if code_of(one.rule) not in good[planted["case"]]]
    expected = {planted["finds"], *([planted["beside"]] if "beside" in planted else [])}
    assert {code_of(one.rule) for one in found} == expected
    at = planted.get("at") or planted["new"].strip().splitlines()[0]
    line = text[: text.index(at)].count("\n") + 1
    assert line in [one.place.line for one in found if code_of(one.rule) == planted["finds"]]
