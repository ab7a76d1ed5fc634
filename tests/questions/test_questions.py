"""The competency questions give the answers that people wrote down from the report, item by item.

Each YAML file beside this one names a question, its parameters and the items of its answer: the concepts and cases
that an item is about, and how many claims support it. The items were written from the report and the documents before
the query first ran. No claim is named in them, so that it is the query that finds it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from werkzaam.api import Werkzaam
from werkzaam.build import packaged_nquads
from werkzaam.claims import Node, claims
from werkzaam.questions import questions
from werkzaam.rules import materialise
from werkzaam.store import Iri, Oxigraph
from werkzaam.terms import WZ, slug

pytestmark = pytest.mark.once

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
EFFECT = ox.NamedNode(WZ + "effect")
CLAIM = re.compile(r"https://w3id\.org/werkzaam/id/claim/adp/([^/]+)")

Facts = dict[str, set[str]]


def opened() -> Werkzaam:
    made = Werkzaam.__new__(Werkzaam)
    made.lang = "en"
    made.store = fresh()
    return made


_shared = cache(opened)
"""For those that put nothing in it."""


def fresh() -> Oxigraph:
    store = Oxigraph()
    store.load_nquads(packaged_nquads())
    return store


def load(file: Path) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return made


def facts(asked: Werkzaam, test: dict[str, Any]) -> dict[str, Facts]:
    """Give, of each claim in the answer, the slugs in the answer's columns and in the claim with all its parts."""
    said = rows(asked, test)
    for node in claims(asked.store, said):
        _tell(node, said[node.iri])
    return {slug(iri): known for iri, known in said.items()}


def rows(asked: Werkzaam, test: dict[str, Any]) -> dict[str, Facts]:
    """Give the slugs in the answer's columns, by the IRI of the claim."""
    params = test.get("params", {})
    if test["question"] == "what-works":
        params = {"wanted": [wanted for values in params.values() for wanted in values]}
    said: dict[str, Facts] = defaultdict(lambda: defaultdict(set))
    for row in asked.ask(test["question"], params):
        for column, value in row.items():
            said[row["claim"]][column].add(slug(value) if value.startswith("http") else str(value))
    return said


def _tell(node: Node, known: Facts) -> None:
    """Add what a node and its parts say, by property; `mentions` has all its words, for items on a number or a name."""
    known["class"].add(node.cls)
    for name, values in node.values.items():
        for value in values:
            if isinstance(value, Iri):
                known[name].add(slug(value))
            elif name == "section":
                known[name].add(value)
            elif name in ("statement", "value"):
                known["mentions"].update(re.findall(r"[\w.,-]*\w", value))
    for parts in node.parts.values():
        for part in parts:
            _tell(part, known)


def supporting(said: dict[str, Facts], item: dict[str, Any]) -> set[str]:
    """Give the claims that are about what the item names."""
    wanted = {name: {value} if isinstance(value, str) else set(value) for name, value in item["about"].items()}
    return {
        claim
        for claim, known in said.items()
        if all(values <= known.get(name, set()) for name, values in wanted.items())
    }


def together(said: dict[str, Facts], claims: set[str]) -> list[set[str]]:
    """Group claims that say the same again: an answer counts them once."""
    groups: list[set[str]] = []
    for claim in sorted(claims):
        joined = {claim} | (said[claim].get("restates", set()) & claims)
        for group in [group for group in groups if group & joined]:
            joined |= group
            groups.remove(group)
        groups.append(joined)
    return groups


def items() -> list[Any]:
    return [
        pytest.param(file, index, id=f"{file.stem}-{index + 1}")
        for file in FILES
        for index in range(len(load(file)["items"]))
    ]


def test_there_are_questions_with_items() -> None:
    assert len(FILES) >= 3
    assert all(load(file)["items"] for file in FILES)


@pytest.fixture(scope="module")
def answers() -> dict[Path, dict[str, Facts]]:
    asked = opened()
    return {file: facts(asked, load(file)) for file in FILES}


@pytest.mark.parametrize(("file", "index"), items())
def test_the_answer_holds_the_item_with_as_many_claims_as_written_down(
    file: Path, index: int, answers: dict[Path, dict[str, Facts]]
) -> None:
    item = load(file)["items"][index]
    found = together(answers[file], supporting(answers[file], item))
    assert len(found) == item["claims"], f"{item['says']}: {[sorted(group) for group in found]}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_answer_holds_nothing_that_was_ruled_out(file: Path, answers: dict[Path, dict[str, Facts]]) -> None:
    for item in load(file).get("not", []):
        assert not supporting(answers[file], item), item["says"]


@pytest.mark.parametrize(("file", "index"), items())
def test_taking_away_what_any_one_claim_says_is_noticed(
    file: Path, index: int, answers: dict[Path, dict[str, Facts]], spoilt: Werkzaam
) -> None:
    test, before = load(file), answers[file]
    item = test["items"][index]
    held = supporting(before, item)
    for group in together(before, held):
        gone = {quad for claim in group for quad in about(claim)}
        assert gone
        for quad in gone:
            store_of(spoilt).remove(quad)
        left = {slug(iri) for iri in rows(spoilt, test)}
        store_of(spoilt).extend(gone)
        assert len(together(before, held & left)) < item["claims"]  # one may lead to another


@pytest.fixture(scope="module")
def spoilt() -> Werkzaam:
    """Open a store to spoil; whoever does, puts back what was taken."""
    return opened()


def _oxigraph(asked: Werkzaam) -> Oxigraph:
    assert isinstance(asked.store, Oxigraph)
    return asked.store


def store_of(asked: Werkzaam) -> ox.Store:
    return _oxigraph(asked)._store


@cache
def _by_claim() -> dict[str, list[ox.Quad]]:
    found: dict[str, list[ox.Quad]] = defaultdict(list)
    for quad in fresh().quads():
        for term in (quad.subject, quad.object):
            if isinstance(term, ox.NamedNode) and (at := CLAIM.match(term.value)):
                found[at[1]].append(quad)
    return found


def about(claim: str) -> list[ox.Quad]:
    """Give the quads that speak of the claim or its parts, or point to it."""
    return _by_claim()[claim]


# Answers on which an effect bears; where a negation is asked, a look-alike rightly changes the answer.
ON_EFFECTS = [
    file for file in FILES if any({"effect", "whyNot", "verdict"} & set(i["about"]) for i in load(file)["items"])
]


@pytest.mark.parametrize("file", ON_EFFECTS, ids=lambda file: file.stem)
def test_a_look_alike_with_another_effect_changes_no_other_claim(
    file: Path, answers: dict[Path, dict[str, Facts]], spoilt: Werkzaam
) -> None:
    test, before = load(file), answers[file]
    added = _look_alike(min(claim for claim, known in before.items() if known.get("effect")))
    store_of(spoilt).extend(added)
    after = facts(spoilt, test)
    for quad in added:
        store_of(spoilt).remove(quad)
    for claim, known in before.items():
        for name, values in known.items():
            assert {v for v in after[claim][name] if not v.endswith("twin")} == values, (claim, name)


def _look_alike(claim: str) -> list[ox.Quad]:
    """Give a second claim that says the same of everything but the effect."""
    quads = about(claim)
    other = {"activates": "does-not-activate"}
    effect = next(slug(q.object.value) for q in quads if q.predicate == EFFECT)
    new = ox.NamedNode(f"https://w3id.org/werkzaam/concept/effect/{other.get(effect, 'activates')}")

    def twin(term: Any) -> Any:
        if isinstance(term, ox.NamedNode) and (at := CLAIM.match(term.value)) and at[1] == claim:
            return ox.NamedNode(term.value[: at.end(1)] + "twin" + term.value[at.end(1) :])
        return term

    return [
        ox.Quad(twin(q.subject), q.predicate, new if q.predicate == EFFECT else twin(q.object), q.graph_name)
        for q in quads
    ]


def test_no_question_code_or_claim_stands_in_a_query() -> None:
    assert questions()
    for question in questions().values():
        assert "/id/claim/" not in question.query, question.name
        assert not re.search(r"\bP\d\d\b|\bk\d{3}\b", question.query), question.name


@pytest.mark.parametrize("name", sorted(questions()))
def test_each_question_answers_something_with_its_defaults_and_gives_its_columns(name: str) -> None:
    asked = _shared()
    if questions()[name].inferred:
        asked = opened()
        materialise(_oxigraph(asked))
    rows = asked.ask(name)
    assert rows
    allowed = set(questions()[name].columns)
    assert all(set(row) <= allowed for row in rows)
    assert set().union(*rows) == allowed or len(allowed - set().union(*rows)) <= 1
