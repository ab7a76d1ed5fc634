"""The examples that people are shown are true: each bad one breaks its rule and no other, each good one breaks none.

They stand on the rules in the shapes; near misses and other forms of the same fault stand in `more-examples.yaml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from framing import framed

from werkzaam.loading import Loaded
from werkzaam.model import Model, add_names
from werkzaam.terms import ID, SH, SHAPE, WZ
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
IDS = [f"{rule}-{'bad' if bad else 'ok'}-{number}" for number, (rule, bad, _) in enumerate(EXAMPLES)]


@pytest.fixture(scope="module")
def fired(model: Model, load: Callable[..., Loaded]) -> dict[int, set[str]]:
    """Give the rules that fire on each example, all checked at once; each document has a study of its own."""
    together, names, whose = Loaded("https://example.org/"), model.names.copy(), {}
    found: dict[int, set[str]] = defaultdict(set)
    for number, (_, _, snippet) in enumerate(EXAMPLES):
        loaded = load(framed(snippet, f"s{number}x"), "snippet.yaml")
        whose.update((t.subject.value, number) for t in loaded.triples if not t.subject.value.startswith(ID + "agent/"))
        found[number] = {one.rule.removeprefix(SHAPE) for one in loaded.findings}
        together.triples |= loaded.triples
    add_names(names, model, together.triples)
    for one in check(together, without_queries(model), names, "snippet.yaml"):
        if one.subject in whose:
            found[whose[one.subject]].add(one.rule.removeprefix(SHAPE))
    for rule, node in answers(model, together.triples):
        found[whose[node]].add(rule.removeprefix(SHAPE))
    return found


def without_queries(model: Model) -> Model:
    """Give the model without the rules that are queries: pySHACL would run each of them for each document."""
    other = Model()
    other.shapes = [one for one in model.shapes if one.predicate.value != SH + "sparql"]
    return other


def answers(model: Model, triples: set[ox.Triple]) -> list[tuple[str, str]]:
    """Give (rule, node at fault) of the rules that are queries, over all documents at once."""
    store = ox.Store()
    store.extend(ox.Quad(*one) for one in (*model.ontology, *triples))
    said = {(one.subject.value, one.predicate.value): one.object for one in model.shapes}
    prefixes = {
        str(said[one.object.value, SH + "prefix"].value): str(said[one.object.value, SH + "namespace"].value)
        for one in model.shapes
        if one.predicate.value == SH + "declare"
    }
    rules = [(one.subject.value, one.object.value) for one in model.shapes if one.predicate.value == SH + "sparql"]
    assert len(rules) > 8
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items())
    found = []
    for rule, constraint in rules:
        for row in store.query(head + said[constraint, SH + "select"].value):
            found.append((rule, row["value"].value))
    return found


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=IDS)
def test_an_example_breaks_its_rule_alone_or_none(number: int, fired: dict[int, set[str]]) -> None:
    rule, bad, snippet = EXAMPLES[number]
    if rule.startswith(ASIDE):
        assert (rule in fired[number]) is bad
    else:
        told = {"ContentConcept-proposed"} if "new-concepts" in snippet and "-proposed-" not in rule else set()
        assert {one for one in fired[number] if not one.startswith(ASIDE)} == ({rule} if bad else set()) | told
