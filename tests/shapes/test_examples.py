"""The examples that people are shown are true: each bad one breaks its rule and no other, each good one breaks none.

They stand on the rules in the shapes; near misses and other forms of the same fault stand in `more-examples.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from framing import framed

from werkzaam.loading import Loaded
from werkzaam.model import Model, add_names
from werkzaam.terms import SHAPE, WZ
from werkzaam.validation import check

MORE: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "more-examples.yaml").read_text("utf-8")
)
# What a document around a snippet lacks is no fault of the snippet.
ASIDE = "Study-"


def examples() -> list[tuple[str, bool, str]]:
    """Give (rule, whether bad, snippet) of everything."""
    shown = {}
    for one in Model().shapes:
        if one.predicate.value in (WZ + "badExample", WZ + "goodExample"):
            shown[one.subject.value.removeprefix(SHAPE), one.predicate.value == WZ + "badExample"] = one.object.value
    assert len(shown) > 100
    found = [(rule, bad, snippet) for (rule, bad), snippet in sorted(shown.items())]
    for rule, those in MORE.items():
        found += [(rule, bad, snippet) for bad, key in ((True, "bad"), (False, "ok")) for snippet in those.get(key, [])]
    return found


EXAMPLES = examples()
pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(find_spec("shacl") is None, reason="the extra `fast` is not installed"),
]
IDS = [f"{rule}-{'bad' if bad else 'ok'}-{number}" for number, (rule, bad, _) in enumerate(EXAMPLES)]


@pytest.fixture(scope="module")
def fired(model: Model, load: Callable[..., Loaded]) -> list[set[str]]:
    """Give the rules that fire on each example, each in a document of its own.

    By the fast engine; that pySHACL says the same of all of them is a test of its own (`test_engines`).
    """
    found = []
    for number, (_, _, snippet) in enumerate(EXAMPLES):
        loaded, names = load(framed(snippet, f"s{number}x"), "snippet.yaml"), model.names.copy()
        add_names(names, model, loaded.triples)
        found.append({one.rule.removeprefix(SHAPE) for one in check(loaded, model, names, "snippet.yaml", "fast")})
    return found


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=IDS)
def test_an_example_breaks_its_rule_alone_or_none(number: int, fired: list[set[str]]) -> None:
    rule, bad, snippet = EXAMPLES[number]
    if rule.startswith(ASIDE):
        assert (rule in fired[number]) is bad
    else:
        told = {"ContentConcept-proposed"} if "new-concepts" in snippet and "-proposed-" not in rule else set()
        assert {one for one in fired[number] if not one.startswith(ASIDE)} == ({rule} if bad else set()) | told
