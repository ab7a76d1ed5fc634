"""`werkzaam explain`: every rule can be looked up, and says in both languages what it asks and how that looks."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import werkzaam
from werkzaam.errors import UsageError
from werkzaam.messages import catalogue
from werkzaam.model import Model
from werkzaam.rulebook import _readings, rule, rules, told
from werkzaam.terms import LANGUAGES, SH


def test_all_shapes_with_a_message_all_axioms_checked_and_all_readings_have_a_rule(model: Model) -> None:
    messages = {t.subject.value for t in model.shapes if t.predicate.value == SH + "message"}
    assert {one.iri for one in rules().values() if one.kind == "shape"} == messages
    kinds = [one.kind for one in rules().values()]
    assert kinds.count("axiom") > 15
    assert kinds.count("reading") == len(_readings())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_rule_says_what_it_asks_and_shows_it_done_right_and_wrong(lang: str) -> None:
    for one in rules().values():
        assert one.text[lang], one.code
        if one.kind == "shape":
            assert one.text[lang].endswith("."), one.code
            assert one.good[lang], one.code
            assert one.bad[lang], one.code
            assert one.good[lang] != one.bad[lang], one.code
            assert (Path(one.file).suffix, one.line > 0) == (".ttl", True), one.code


def test_what_is_thought_out_says_why_or_is_plain() -> None:
    """A rule that only says what form a value has is plain; one that weighs content says why it exists."""
    lint = [one for one in rules().values() if one.kind == "shape" and one.severity != "violation"]
    without = [one.code for one in lint if not one.why and not one.meaning]
    assert len(without) < 12, without


def test_a_snippet_speaks_the_language_of_the_reader() -> None:
    one = rule("Claim-circle")
    assert "explains: k002" in one.good["en"]
    assert "verklaart: k002" in one.good["nl"]
    assert "soort: uitkomstbevinding" in rule("OutcomeFinding-output").bad["nl"]


def test_a_code_is_found_in_any_case_with_prefix_or_as_iri_and_a_near_miss_is_helped() -> None:
    expected = rule("Claim-scope")
    for name in ("claim-scope", "wzs:Claim-scope", expected.iri):
        assert rule(name) == expected
    with pytest.raises(UsageError) as error:
        rule("Claim-scoop")
    assert "Claim-scope" in error.value.message("nl")


def test_a_message_without_a_document_has_no_braces() -> None:
    assert not [one.code for one in rules().values() for lang in LANGUAGES if re.search(r"\{\w+\}", told(one, lang))]


def found_by_readers() -> Iterator[str]:
    """Yield the keys of the messages that readers of documents make findings of."""
    folders = [
        Path(werkzaam.__file__).parent,
        Path(werkzaam.__file__).parent / "forms",
        *map(Path, import_module("werkzaam.loaders").__path__),
    ]
    for file in sorted({file for folder in folders for file in folder.glob("*.py")}):
        if file.name in ("evidence.py", "evidence_pdf.py", "reasoning.py", "commands_reason.py", "errors.py"):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
            if called in ("finding", "_wrong") and isinstance(node, ast.Call):
                yield from (
                    one.value
                    for one in ast.walk(node.args[0])
                    if isinstance(one, ast.Constant) and one.value in catalogue()
                )


def test_whatever_a_reader_may_find_can_be_explained() -> None:
    used = set(found_by_readers())
    assert len(used) > 20
    assert used - set(_readings()) == set()
    assert set(_readings()) <= set(catalogue())
    for said in _readings().values():
        assert all(said[lang].endswith(".") for lang in LANGUAGES)


def test_the_command_explains_a_rule_lists_all_and_gives_data(run: Callable[..., Any]) -> None:
    told_ = run("explain", "Text-bsn", "--lang", "en")
    assert told_.code == 0
    assert "eleven test" in told_.out
    assert "Not like this" in told_.out
    assert "shapes/text.ttl:" in told_.out
    assert len(run("explain").out.splitlines()) == len(rules())
    data = json.loads(run("explain", "Text-bsn", "--format", "json").out)
    assert (data["version"], data["severity"], set(data["text"])) == (1, "violation", set(LANGUAGES))
    assert len(json.loads(run("explain", "--format", "json").out)["rules"]) == len(rules())
    wrong = run("explain", "Text-bns", "--lang", "nl")
    assert (wrong.code, "Text-bsn" in wrong.err) == (2, True)
