"""Whatever the engine says stands in the catalogue, in both languages, and nothing stands there unsaid."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import werkzaam
from werkzaam import errors
from werkzaam.answers import DIMENSIONS
from werkzaam.linking.items import FEATURES
from werkzaam.linking.proposing import PREDICATES
from werkzaam.messages import catalogue
from werkzaam.terms import LANGUAGES

# Functions that take the key of a message, and at which argument.
SAYING = {"say": 1, "tell": 0, "finding": 0, "_wrong": 0, "wrong": 0}
SAYING["Refused"] = 1
SAYING |= dict.fromkeys((one.__name__ for one in errors.WerkzaamError.__subclasses__()), 0)
ADDED = {"_wrong": {"key"}}
# Keys that a name is put behind, and the names.
FAMILIES = {
    "kind-": {*DIMENSIONS, "any"},
    "entered-": {"accepted", "dry-run", "unchanged", "removed", "erased", "retracted"},
    "many-": {"accepted", "dry-run", "unchanged"},
    "stage-": {"read", "load", "check", "keep"},
    "severity-": {"violation", "warning", "info"},
    "report-": {"where", "severity", "what", "code"},
    "explain-": {"good", "bad"},
    "history-": {"document", "version", "action", "at", "sha256", "ontology", "claim", "by"},
    "linked-": FEATURES,
    "relation-": {*PREDICATES},
    "drift-": {"gone", "obsolete", "replaced", "renamed", "redefined"},
}
# Keys that are handed on before they are said.
HANDED_ON = re.compile(
    r"(word|heading|way-of|name-goes|pattern|validate|query|template|explain)-[a-z-]+|(turtle|jsonld|xml)-syntax"
)


def modules() -> Iterator[tuple[str, ast.Module]]:
    folders = [Path(werkzaam.__file__).parent, *map(Path, importlib.import_module("werkzaam.loaders").__path__)]
    for file in sorted({file for folder in folders for file in folder.rglob("*.py")}):
        yield file.name, ast.parse(file.read_text("utf-8"))


def texts(node: ast.expr, within: ast.AST) -> Iterator[str]:
    """Give each text that `node` may stand for: a constant, either branch, what a name was given."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, within)
        yield from texts(node.orelse, within)
    elif isinstance(node, ast.JoinedStr):
        start = str(getattr(node.values[0], "value", ""))
        yield from (f"{start}{name}" for name in FAMILIES.get(start, ()))
    elif isinstance(node, ast.Name) and not isinstance(within, ast.Module):
        for one in ast.walk(within):
            if isinstance(one, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in one.targets):
                yield from texts(one.value, within)


def uses() -> Iterator[tuple[str, str, set[str] | None]]:
    """Give (module, key, names that are filled in; None where they are not written out)."""
    for name, module in modules():
        functions = [one for one in ast.walk(module) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        for within in (module, *functions):
            for node in ast.walk(within):
                if not isinstance(node, ast.Call):
                    continue
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if called == "_help" and node.args:
                    yield from ((name, f"help-{text}", set()) for text in texts(node.args[0], within))
                at = SAYING.get(called)
                if at is not None:
                    at = 0 if isinstance(node.func, ast.Attribute) and called == "say" else at
                    given = {one.arg for one in node.keywords if one.arg}
                    spread = any(one.arg is None for one in node.keywords)
                    filled = None if spread else given | ADDED.get(called, set())
                    for argument in node.args[at : at + 1]:
                        yield from ((name, text, filled) for text in texts(argument, within))
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and HANDED_ON.fullmatch(node.value):
                yield name, node.value, None


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_key_that_is_said_stands_in_the_catalogue_and_the_other_way_round() -> None:
    said: dict[str, set[str]] = defaultdict(set)
    for module, key, _ in uses():
        said[key].add(module)
    assert len(said) > 50, "hardly any key was found in the sources"
    missing = {key: where for key, where in said.items() if key not in catalogue()}
    assert missing == {}
    assert set(catalogue()) - set(said) == set()


def test_every_use_fills_in_what_its_sentence_asks() -> None:
    looked_at = [(module, key, filled) for module, key, filled in uses() if filled is not None]
    assert looked_at
    wanting = {
        f"{module}: {key}": sorted(placeholders(catalogue()[key]["en"]) - filled)
        for module, key, filled in looked_at
        if key in catalogue() and placeholders(catalogue()[key]["en"]) - filled
    }
    assert wanting == {}


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_a_message_says_the_same_in_both_languages(key: str) -> None:
    message = catalogue()[key]
    assert set(message) == set(LANGUAGES)
    assert all(text.strip() for text in message.values())
    assert placeholders(message["nl"]) == placeholders(message["en"])
