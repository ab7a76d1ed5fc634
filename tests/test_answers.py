"""What works: each claim under its heading, once; filters that mean what they say; silence only where it is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from werkzaam.answers import Answer, Entry, as_data
from werkzaam.api import Werkzaam
from werkzaam.errors import UsageError
from werkzaam.terms import slug

Collection = Callable[..., Werkzaam]

THINGS = """things:
- {id: study/cooking, kind: study, name: {en: cooking}}
- {id: organisation/the-kitchen, kind: organisation, name: {en: The Kitchen}}
- {id: intervention/the-table, kind: intervention, name: {en: The Table}, part-of: the-kitchen}
- {id: part/soup-crew, kind: part, name: {en: the soup crew}, part-of: the-table}
- {id: intervention/tea-house, kind: intervention, name: {en: the Tea House}}
"""
FULL = "complete:\n- {id: c1, claim-kinds: [configuration], concepts: [value-judgements]}\n"


def document(*claims: dict[str, Any], case: str = "the-table", coverage: str = "", things: str = THINGS) -> str:
    """Write a document; JSON is YAML too."""
    head = f"werkzaam: 1\nlanguage: en\nstudy: cooking\ncase: {case}\n{coverage}{things}"
    return head + "claims:\n" + "".join(f"- {json.dumps(one)}\n" for one in claims)


def configuration(name: str, effect: str = "activates", **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "configuration", "mechanism": "tailoring", "effect": effect, **more}


def influence(name: str, value: str, **more: Any) -> dict[str, Any]:
    base = {"id": name, "kind": "context influence", "context": "slack labour market", "mechanism": "tailoring"}
    return {**base, "influence": value, **more}


def interaction(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "interaction",
        "interaction": value,
        "from": "daily structure",
        "to": "tailoring",
        **more,
    }


def who(*traits: str) -> dict[str, Any]:
    return {"actor": {"id": "a1", "traits": list(traits)}}


def with_outcome(outcome: str, change: str = "raised", name: str = "o1") -> dict[str, Any]:
    return {"id": name, "outcome": outcome, "change": change}


def headings(answer: Answer) -> dict[str, list[str]]:
    """Give the ids of the claims under each heading, those that are folded in brackets behind their parent."""

    def told(entry: Entry) -> str:
        below = " ".join(told(one) for one in entry.folded)
        return slug(entry.claim.iri) + (f" ({below})" if below else "")

    return {slug(verdict): sorted(told(one) for one in entries) for verdict, entries in answer.headings}


def found(answer: Answer) -> set[str]:
    return {name for names in headings(answer).values() for name in names}


# ---- headings


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (configuration("k", "activates"), ["for"]),
        (configuration("k", "activates in part"), ["for"]),
        (configuration("k", "does not activate"), ["against"]),
        (configuration("k", "works against"), ["against"]),
        (configuration("k", "mixed"), ["for", "against"]),
        (influence("k", "positive"), ["for"]),
        (influence("k", "negative"), ["against"]),
        (influence("k", "plausible"), ["conceivable"]),
        (influence("k", "none found"), ["none-found"]),
        (influence("k", "not addressed"), []),
        (interaction("k", "reinforces"), ["interplay"]),
        (interaction("k", "conflicts"), ["interplay"]),
        (interaction("k", "interaction/none-found"), ["none-found"]),
        ({"id": "k", "kind": "outcome finding", "outcomes": with_outcome("motivation")}, ["for"]),
        ({"id": "k", "kind": "outcome finding", "outcomes": with_outcome("motivation", "not reached")}, ["against"]),
        (
            {"id": "k", "kind": "outcome finding", "outcomes": with_outcome("motivation", "not-observed")},
            ["none-found"],
        ),
        (
            {
                "id": "k",
                "kind": "outcome finding",
                "outcomes": [with_outcome("motivation"), with_outcome("paid-work", "lowered", "o2")],
            },
            ["for", "against"],
        ),
        ({"id": "k", "kind": "goal", "outcomes": with_outcome("motivation")}, ["expected"]),
        ({"id": "k", "kind": "feature", "aspect": "caseload", "value": "few"}, ["background"]),
        ({"id": "k", "kind": "position", "open-question": "yes"}, ["background"]),
        ({"id": "k", "kind": "comparison", "compares": ["the-table", "tea-house"], "result": "same"}, ["background"]),
    ],
    ids=lambda value: value if isinstance(value, list) else None,
)
def test_a_claim_stands_under_its_heading(collection: Collection, claim: dict[str, Any], expected: list[str]) -> None:
    answer = collection(document(claim)).what_works()
    assert headings(answer) == {verdict: ["k"] for verdict in expected}
    assert [slug(verdict) for verdict, _ in answer.headings] == expected, "headings come in the order of their rank"
    assert answer.count == bool(expected)


@pytest.mark.parametrize("mode", ["theorised", "intended", "anticipated"])
@pytest.mark.parametrize(
    "claim",
    [
        configuration("k"),
        configuration("k", "works against"),
        influence("k", "positive"),
        interaction("k", "reinforces"),
    ],
)
def test_what_was_not_observed_is_only_expected_whatever_its_value(
    collection: Collection, claim: dict[str, Any], mode: str
) -> None:
    answer = collection(document({**claim, "mode": mode})).what_works()
    assert headings(answer) == {"expected": ["k"]}


def test_every_claim_of_a_document_is_told_but_for_the_silent_ones(collection: Collection, case: str) -> None:
    answer = collection(case).what_works()
    assert headings(answer) == {"for": ["b1 (b5)", "b2"], "against": ["b4"], "interplay": ["b3"]}


def test_a_look_alike_with_another_effect_changes_its_own_heading_alone(collection: Collection) -> None:
    claims = [configuration("k1"), configuration("k2", "does not activate"), influence("k3", "plausible")]
    before = collection(document(*claims)).what_works()
    after = collection(document(*claims, configuration("k4", "works against"))).what_works()
    assert headings(after) == {**headings(before), "against": ["k2", "k4"]}


# ---- folding


def test_an_illustration_stands_under_the_claim_that_it_illustrates(collection: Collection) -> None:
    shown = configuration("k2", tier="illustration", illustrates="k1")
    answer = collection(document(configuration("k1"), shown)).what_works()
    assert headings(answer) == {"for": ["k1 (k2)"]}
    assert answer.count == 2


@pytest.mark.parametrize("link", ["explains", "qualifies"])
def test_a_detail_stands_under_the_claim_that_it_belongs_to_and_a_core_claim_does_not(
    collection: Collection, link: str
) -> None:
    for tier, expected in (("detail", ["k1 (k2)"]), ("core", ["k1", "k2"])):
        below = configuration("k2", tier=tier, **{link: "k1"})
        assert headings(collection(document(configuration("k1"), below)).what_works()) == {"for": expected}


def test_a_restated_claim_is_told_once_and_both_places_stay(collection: Collection) -> None:
    opened = collection(document(configuration("k1"), configuration("k2", restates="k1")))
    answer = opened.what_works()
    assert headings(answer) == {"for": ["k1 (k2)"]}
    (heading,) = as_data(answer, opened.known, "en")["headings"]
    assert [claim["id"] for claim in heading["claims"]] == ["k1"]
    assert [claim["id"] for claim in heading["claims"][0]["folded"]] == ["k2"]


def test_an_illustration_of_a_claim_under_another_heading_stands_by_itself(collection: Collection) -> None:
    shown = configuration("k2", "works against", tier="illustration", illustrates="k1")
    answer = collection(document(configuration("k1"), shown)).what_works()
    assert headings(answer) == {"for": ["k1"], "against": ["k2"]}


def test_an_illustration_of_which_the_claim_is_filtered_out_stands_by_itself(collection: Collection) -> None:
    shown = configuration("k2", tier="illustration", illustrates="k1", **who("mother"))
    assert headings(collection(document(configuration("k1"), shown)).what_works(for_="mother")) == {"for": ["k2"]}


def test_a_chain_and_a_circle_of_claims_lose_none(collection: Collection) -> None:
    chain = [configuration("k1"), configuration("k2", restates="k1"), configuration("k3", restates="k2")]
    assert headings(collection(document(*chain)).what_works()) == {"for": ["k1 (k2 (k3))"]}
    circle = [configuration("k1", restates="k3"), *chain[1:]]
    answer = collection(document(*circle)).what_works()
    assert answer.count == 1, "what is said again counts once"
    assert len(headings(answer)["for"]) == 1


def test_a_mixed_claim_is_counted_once(collection: Collection) -> None:
    answer = collection(document(configuration("k1", "mixed"), configuration("k2"))).what_works()
    assert headings(answer) == {"for": ["k1", "k2"], "against": ["k1"]}
    assert answer.count == 2


# ---- filters

MANY = document(
    configuration("both", **who("mother", "older")),
    configuration("mother", **who("mother")),
    configuration("young", **who("mother of young children")),
    configuration("older", **who("older"), context="slack labour market"),
    configuration("none", mechanism="daily structure", outcomes=with_outcome("voluntary-work")),
    configuration("at-home", mechanism="mechanism/social-network", context="children living at home"),
    interaction("play", "reinforces"),
    influence("market", "positive", mechanism="mastery experience"),
)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"both", "mother", "young", "older", "none", "at-home", "play", "market"}),
        ({"for_": "mother"}, {"both", "mother", "young"}),
        ({"for_": ["mother", "older"]}, {"both"}),
        ({"for_": ["mother,older"]}, {"both", "mother", "young", "older"}),
        ({"for_": ["mother", "mother,older"]}, {"both", "mother", "young"}),
        ({"for_": "mother of young children"}, {"young"}),
        ({"for_": "household"}, {"both", "mother", "young"}),
        ({"for_": "moeder"}, {"both", "mother", "young"}),
        ({"for_": "wzc:trait/mother"}, {"both", "mother", "young"}),
        ({"for_": "older", "in_": "slack-labour-market"}, {"older"}),
        ({"for_": "mother", "in_": "slack-labour-market"}, set()),
        ({"in_": "local labour market"}, {"older", "market"}),
        ({"outcome": "voluntary work"}, {"none"}),
        ({"outcome": "step up the participation ladder"}, {"none"}),
        ({"mechanism": "structuur"}, {"none", "play"}),
        ({"mechanism": "maatwerk"}, {"both", "mother", "young", "older", "play"}),
        ({"mechanism": "M1"}, {"both", "mother", "young", "older", "none", "at-home", "play"}),
        ({"mechanism": "maatwerk,structuur", "for_": "older"}, {"both", "older"}),
        ({"for_": "topic/children"}, {"both", "mother", "young", "at-home"}),
        ({"in_": "topic/children"}, {"both", "mother", "young", "at-home"}),
        ({"for_": "topic/social-network"}, {"at-home"}),
        ({"mechanism": ["maatwerk", "structuur"]}, {"play"}),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_a_filter_means_what_it_says(collection: Collection, asked: dict[str, Any], expected: set[str]) -> None:
    assert found(collection(MANY).what_works(**asked)) == expected


def test_a_topic_finds_what_concerns_it_in_any_role(collection: Collection) -> None:
    claims = [
        configuration("as-trait", **who("socially isolated")),
        configuration("as-context", context="little contact with family and friends"),
        configuration("as-outcome", outcomes=with_outcome("new-contacts")),
        configuration("as-mechanism", mechanism="mechanism/social-network"),
        configuration("as-resource", **{"resource-kind": "coffee hour"}),
        configuration("not", **who("older")),
    ]
    answer = collection(document(*claims)).what_works(for_="topic/social-network")
    assert found(answer) == {"as-trait", "as-context", "as-outcome", "as-mechanism", "as-resource"}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("the-kitchen", {"of-kitchen", "of-table", "of-crew"}),
        ("the-table", {"of-table", "of-crew"}),
        ("The Table", {"of-table", "of-crew"}),
        ("tea-house", {"of-tea"}),
        ("tea-house,the-table", {"of-table", "of-crew", "of-tea"}),
    ],
)
def test_a_case_includes_its_parts_and_not_the_whole(collection: Collection, case: str, expected: set[str]) -> None:
    claims = [
        configuration("of-kitchen", scope="the-kitchen"),
        configuration("of-table"),
        configuration("of-crew", scope="soup-crew"),
        configuration("of-tea", scope="tea-house"),
    ]
    assert found(collection(document(*claims)).what_works(case=case)) == expected


def test_a_name_that_is_unknown_or_of_several_is_an_error_that_helps(collection: Collection) -> None:
    opened = collection(MANY)
    with pytest.raises(UsageError, match="Did you mean: mother"):
        opened.what_works(for_="mothr")
    with pytest.raises(UsageError, match="not known as a mechanism"):
        opened.what_works(mechanism="the-table")


def test_a_claim_with_several_scopes_is_told_once(collection: Collection) -> None:
    answer = collection(document(configuration("k", scope=["the-table", "tea-house"]))).what_works()
    assert headings(answer) == {"for": ["k"]}
    assert answer.count == 1


# ---- silence

LEAVES = {"tailoring", "self-development", "structure", "meaningful-work", "material-returns", "social-network"}


def silent(answer: Answer, covered: bool) -> set[str]:
    return {slug(mechanism) for mechanism in answer.silent[covered]}


def test_silence_is_not_studied_where_the_document_is_complete_and_not_entered_elsewhere(
    collection: Collection,
) -> None:
    answer = collection(document(configuration("k"), coverage=FULL)).what_works()
    assert silent(answer, True) == LEAVES - {"tailoring"}
    assert "mastery experience" not in silent(answer, True)
    assert {"success-experience", "clearing-obstacles"} <= silent(answer, False)
    assert not silent(answer, True) & silent(answer, False)
    bare = collection(document(configuration("k"))).what_works()
    assert silent(bare, True) == set()
    assert LEAVES - {"tailoring"} <= silent(bare, False)


@pytest.mark.parametrize(
    ("claim", "breaks"),
    [
        (configuration("k"), True),
        (configuration("k", "does not activate"), True),
        (configuration("k", scope="soup-crew"), True),
        (influence("k", "positive"), True),
        (influence("k", "none found"), True),
        (influence("k", "not addressed"), False),
        (configuration("k", mode="intended"), False),
        (configuration("k", mode="theorised"), False),
        (configuration("k", scope="tea-house"), False),
        (configuration("k", scope="the-kitchen"), False),
        (configuration("k", mechanism="value judgements on returns"), False),
    ],
)
def test_only_an_observation_on_the_case_breaks_its_silence(
    collection: Collection, claim: dict[str, Any], breaks: bool
) -> None:
    answer = collection(document(claim, coverage=FULL)).what_works()
    assert ("tailoring" in silent(answer, True)) != breaks


def test_silence_is_told_for_what_was_asked_alone(collection: Collection) -> None:
    tea = document(configuration("t1"), case="tea-house", things="", coverage=FULL)
    opened = collection(document(configuration("k1", **who("mother")), coverage=FULL), tea)
    of_mechanism = opened.what_works(mechanism="structure")
    assert silent(of_mechanism, True) == {"structure"}
    assert sorted(slug(one) for one in next(iter(of_mechanism.silent[True].values()))) == ["tea-house", "the-table"]
    of_case = opened.what_works(case="tea-house")
    assert {slug(one) for cases in of_case.silent[True].values() for one in cases} == {"tea-house"}
    for_older = opened.what_works(mechanism="tailoring", for_="older")
    assert headings(for_older) == {}
    assert silent(for_older, True) == {"tailoring"}, "nothing was found on tailoring for older people"


def test_values_that_were_asked_and_of_which_nothing_is_said_are_named(collection: Collection) -> None:
    answer = collection(document(configuration("k", **who("mother of young children")))).what_works(for_="household")
    named = {slug(one) for one in answer.unmatched}
    assert {"without-children", "children-living-at-home"} <= named
    assert not {"mother-of-young-children", "mother", "parent", "household"} & named


# ---- across cases


def test_a_mechanism_that_works_here_and_not_there_is_told_with_what_differs(collection: Collection) -> None:
    here = configuration("k1", **who("wants paid work"), context="slack labour market")
    there = configuration("k2", "works against", scope="tea-house", **who("older"), context="slack labour market")
    (pattern,) = collection(document(here, there)).what_works().patterns
    assert slug(pattern.mechanism) == "tailoring"
    assert ([slug(one) for one in pattern.works_in], [slug(one) for one in pattern.fails_in]) == (
        ["the-table"],
        ["tea-house"],
    )
    assert [slug(one) for one in pattern.only_works] == ["paid-work-wanted"]
    assert [slug(one) for one in pattern.only_fails] == ["older"]


def test_one_case_is_no_pattern_and_an_expectation_is_none(collection: Collection) -> None:
    expected = configuration("k2", mode="intended", scope="tea-house")
    assert collection(document(configuration("k1"), expected)).what_works().patterns == []


# ---- as data


def test_the_answer_as_data_is_plain_and_holds_every_part(collection: Collection, case: str) -> None:
    opened = collection(case)
    answer = opened.what_works(mechanism="maatwerk")
    data = json.loads(json.dumps(as_data(answer, opened.known, "nl")))
    assert data["version"] == 1
    assert data["asked"] == [[{"iri": answer.asked[0][0], "label": "maatwerk"}]]
    assert [one["verdict"] for one in data["headings"]] == [slug(verdict) for verdict, _ in answer.headings]
    (first,) = data["headings"][0]["claims"]
    assert first["id"] == "b1"
    assert first["evidence"][0]["phrase"] == "zelf het menu"
    assert first["actors"] == [{"id": "a1", "role": "client", "traits": [], "description": None}]
    assert [one["id"] for one in first["folded"]] == ["b5"]
