"""The competency questions give the answers that people wrote down from the report, item by item.

Each YAML file beside this one names a question, its parameters and the items of its answer: the concepts and cases
that an item is about, and how many claims support it. The items were written from the report and the documents before
the query first ran. No claim is named in them, so that it is the query that finds it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from werkzaam.answers import what_works
from werkzaam.api import Werkzaam
from werkzaam.build import packaged_nquads
from werkzaam.questions import questions
from werkzaam.store import Oxigraph, Store
from werkzaam.terms import WZ, slug

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
EFFECT = ox.NamedNode(WZ + "effect")

Facts = dict[str, set[str]]


def opened(store: Store | None = None) -> Werkzaam:
    made = Werkzaam.__new__(Werkzaam)
    made.lang = "en"
    made.store = store or fresh()
    return made


def fresh() -> Oxigraph:
    store = Oxigraph()
    store.load_nquads(packaged_nquads())
    return store


def load(file: Path) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return made


def facts(asked: Werkzaam, test: dict[str, Any]) -> dict[str, Facts]:
    """Give what the answer says of each claim: the slugs in each column, or the heading it stands under."""
    params = test.get("params", {})
    said: dict[str, Facts] = defaultdict(lambda: defaultdict(set))
    if test["question"] == "what-works":
        groups = [g for name, wanted in params.items() for g in asked.groups(name, wanted)]
        for verdict, entries in what_works(asked.store, groups).headings:
            todo = list(entries)
            while todo:
                entry = todo.pop()
                todo += entry.folded
                node, known = entry.claim, said[slug(entry.claim.iri)]
                known["verdict"].add(slug(verdict))
                for name in ("mechanism", "effect", "context", "influence", "interaction", "scope", "tier", "mode",
                             "interactionFrom", "interactionTo", "resourceKind"):  # fmt: skip
                    known[name].update(slug(iri) for iri in node.iris(name))
                known["trait"].update(slug(i) for part in node.all("actor") for i in part.iris("trait"))
                known["outcome"].update(slug(i) for part in node.all("hasOutcome") for i in part.iris("outcome"))
    else:
        for row in asked.ask(test["question"], params):
            for column, value in row.items():
                said[slug(row["claim"])][column].add(slug(value) if value.startswith("http") else str(value))
    return said


def supporting(said: dict[str, Facts], item: dict[str, Any]) -> set[str]:
    wanted = {name: {value} if isinstance(value, str) else set(value) for name, value in item["about"].items()}
    return {
        claim
        for claim, known in said.items()
        if all(values <= known.get(name, set()) for name, values in wanted.items())
    }


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
    found = supporting(answers[file], item)
    assert len(found) == item["claims"], f"{item['says']}: {sorted(found)}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_answer_holds_nothing_that_was_ruled_out(file: Path, answers: dict[Path, dict[str, Facts]]) -> None:
    for item in load(file).get("not", []):
        assert not supporting(answers[file], item), item["says"]


@pytest.mark.parametrize(("file", "index"), items())
def test_taking_away_any_one_supporting_claim_is_noticed(
    file: Path, index: int, answers: dict[Path, dict[str, Facts]]
) -> None:
    test = load(file)
    item = test["items"][index]
    for claim in sorted(supporting(answers[file], item)):
        store = fresh()
        gone = [q for q in store.quads() if f"/{claim}" in f"{q.subject}{q.object}" and _of(claim, q)]
        assert gone, claim
        for quad in gone:
            store._store.remove(quad)
        assert len(supporting(facts(opened(store), test), item)) == item["claims"] - 1


def _of(claim: str, quad: ox.Quad) -> bool:
    """Say whether a quad speaks of the claim or its parts, or points to it."""

    def named(term: Any) -> bool:
        value = getattr(term, "value", "")
        return value.endswith(f"/{claim}") or f"/{claim}/" in value

    return named(quad.subject) or (isinstance(quad.object, ox.NamedNode) and named(quad.object))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_look_alike_with_another_effect_changes_no_other_claim(
    file: Path, answers: dict[Path, dict[str, Facts]]
) -> None:
    test, before = load(file), answers[file]
    store = fresh()
    effects = {slug(q.subject.value) for q in store.quads() if q.predicate == EFFECT}
    twins = sorted(set(before) & effects)
    assert twins, "no claim with an effect to make a look-alike of"
    _add_look_alike(store, twins[0])
    after = facts(opened(store), test)
    assert {claim: dict(known) for claim, known in after.items() if claim in before} == {
        claim: dict(known) for claim, known in before.items()
    }


def _add_look_alike(store: Oxigraph, claim: str) -> None:
    quads = [q for q in store.quads() if _of(claim, q)]
    other = {"activates": "does-not-activate"}
    effect = next(slug(q.object.value) for q in quads if q.predicate == EFFECT)
    new = ox.NamedNode(f"https://w3id.org/werkzaam/concept/effect/{other.get(effect, 'activates')}")

    def twin(term: Any) -> Any:
        if isinstance(term, ox.NamedNode) and (f"/{claim}/" in term.value or term.value.endswith(f"/{claim}")):
            return ox.NamedNode(term.value.replace(f"/{claim}", f"/{claim}twin"))
        return term

    for q in quads:
        if q.predicate == EFFECT:
            store._store.add(ox.Quad(twin(q.subject), q.predicate, new, q.graph_name))
        else:
            store._store.add(ox.Quad(twin(q.subject), q.predicate, twin(q.object), q.graph_name))


def test_no_question_code_or_claim_stands_in_a_query() -> None:
    assert questions()
    for question in questions().values():
        assert "/id/claim/" not in question.query, question.name
        assert not re.search(r"\bP\d\d\b|\bk\d{3}\b", question.query), question.name


@pytest.mark.parametrize("name", sorted(questions()))
def test_each_question_answers_something_with_its_defaults_and_gives_its_columns(name: str) -> None:
    rows = opened().ask(name)
    assert rows
    allowed = set(questions()[name].columns)
    assert all(set(row) <= allowed for row in rows)
    assert set().union(*rows) == allowed or len(allowed - set().union(*rows)) <= 1
