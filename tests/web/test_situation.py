"""A situation of one's own is laid beside the claims with reasons: what matches, what differs, what is unknown."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from werkzaam.claims import Node
from werkzaam.store import Iri
from werkzaam.terms import CONCEPT, WZ, slug
from werkzaam.web.site import Site
from werkzaam.web.situation import Judged, Situation, Situations, Told
from werkzaam.web.worker import Reply

Page = Callable[..., Reply]


def trait(name: str) -> str:
    return f"{CONCEPT}trait/{name}"


def configuration(traits: list[str], contexts: list[str], *, effect: str = "activates", apart: str = "") -> Node:
    """Make an observed configuration for people with traits in contexts; `apart` is a trait that it excepts."""
    values: dict[str, list[str]] = {
        "mode": [f"{CONCEPT}mode/observed"],
        "effect": [f"{CONCEPT}effect/{effect}"],
        "context": [f"{CONCEPT}context/{name}" for name in contexts],
    }
    node = Node("claim", {name: [Iri(one) for one in found] for name, found in values.items()})
    node.values["http://www.w3.org/1999/02/22-rdf-syntax-ns#type"] = [Iri(WZ + "Configuration")]
    node.parts["actor"] = [Node("claim/a1", {"trait": [Iri(trait(name)) for name in traits]})]
    if apart:
        node.parts["exceptFor"] = [Node("claim/x1", {"trait": [Iri(trait(apart))]})]
    return node


def beside(site: Site, node: Node, yes: str = "", no: str = "") -> Told:
    """Lay a situation, of traits by name, beside one claim."""
    made = Situations({node.iri: node}, site.outline, site.choices, site.maps)
    return made.beside(Situation(tuple(map(trait, yes.split())), tuple(map(trait, no.split())), ()), "en")


def names(iris: tuple[str, ...]) -> list[str]:
    return [slug(iri) for iri in iris]


def only(found: list[Judged]) -> Judged:
    (one,) = found
    return one


def test_what_holds_matches_and_what_is_left_open_is_unknown(site: Site) -> None:
    told = beside(site, configuration(["older"], ["large-caseload"]), "older")
    one = only(told.works)
    assert (names(one.matches), names(one.differs), names(one.unknown)) == (["older"], [], ["large-caseload"])
    assert [(slug(iri), count) for iri, count in told.ask] == [("large-caseload", 1)]


def test_a_narrower_trait_matches_its_broader_one_and_not_the_other_way_round(site: Site) -> None:
    assert names(only(beside(site, configuration(["parent"], []), "mother").works).matches) == ["parent"]
    told = beside(site, configuration(["mother"], []), "parent")
    assert told.works == told.other == []
    assert told.open_ == 1


def test_the_opposite_differs_and_so_does_what_is_narrower_than_what_does_not_hold(site: Site) -> None:
    assert names(only(beside(site, configuration(["younger"], []), "older").other).differs) == ["younger"]
    assert names(only(beside(site, configuration(["mother"], []), "older", "parent").other).differs) == ["mother"]
    assert names(only(beside(site, configuration(["mother"], []), "without-children").other).differs) == ["mother"]


def test_a_group_of_old_and_young_matches_both(site: Site) -> None:
    for name in ("older", "younger"):
        assert only(beside(site, configuration([name], []), "older younger").works).matches


def test_whom_a_claim_excepts_is_told_so(site: Site) -> None:
    one = only(beside(site, configuration([], [], apart="no-paid-work-wanted"), "no-participation-wanted").other)
    assert names(one.apart) == ["no-paid-work-wanted"]


def test_what_did_not_work_is_something_to_watch(site: Site) -> None:
    told = beside(site, configuration(["older"], [], effect="works-against"), "older")
    assert told.works == []
    assert only(told.watch).verdict == "against"


def test_a_dimension_is_no_condition(site: Site) -> None:
    assert beside(site, configuration(["age"], []), "older").bare == 1


def test_every_observed_claim_is_told_once_or_counted(site: Site) -> None:
    told = site.situations.beside(Situation((trait("older"), trait("parent")), (trait("paid-work-wanted"),), ()), "nl")
    shown = [one.claim.iri for one in (*told.works, *told.watch, *told.other) if one.verdict not in ("", "risk")]
    assert len(shown) == len(set(shown))
    seen = [
        node
        for node in site.nodes.values()
        if node.cls == "Configuration"
        and node.one("mode") == f"{CONCEPT}mode/observed"
        and not node.iris("restates")
        and node.one("tier") != f"{CONCEPT}tier/illustration"
    ]
    assert len(shown) + told.open_ + told.bare == len(seen) > 150


def test_what_is_wanted_leaves_only_claims_on_that_outcome(site: Site) -> None:
    wanted = f"{CONCEPT}outcome/motivation"
    told = site.situations.beside(Situation((trait("paid-work-wanted"),), (), (wanted,)), "en")
    assert told.works
    for one in (*told.works, *told.other):
        assert wanted in {part.one("outcome") for part in one.claim.all("hasOutcome")}


def test_a_condition_that_no_claim_names_is_said_to_be_so(site: Site) -> None:
    told = site.situations.beside(Situation((trait("older"), trait("left-handed")), (), ()), "en")
    assert told.unnamed == [trait("left-handed")]
    (known,) = told.unstudied
    assert known[0] == trait("older")
    assert "structure" in map(slug, known[1])
    assert "self-development" not in map(slug, known[1])


def test_no_page_gives_a_score(page: Page) -> None:
    text = page("/en/my-situation?for=older&in=large-caseload").body.decode()
    assert "This is no score and no advice." in text
    assert not re.search(r"\d+ ?%|\d+ out of \d+", re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL))


def test_what_was_ticked_stays_ticked_and_goes_along_to_the_other_language(page: Page) -> None:
    text = page("/nl/mijn-situatie?name=Zw%26lle&for=older&not-in=large-caseload&outcome=motivation").body.decode()
    assert (
        'href="/en/my-situation?name=Zw%26lle&amp;for=older&amp;not-in=large-caseload&amp;outcome=motivation"' in text
    )
    assert len(re.findall(r"<input[^>]+ checked>", text)) == 3
    assert "Mijn situatie: Zw&amp;lle" in text


def test_a_name_that_is_not_known_is_refused_with_a_suggestion(page: Page) -> None:
    got = page("/en/my-situation?for=oldr")
    assert got.status == 400
    assert "older" in got.body.decode()


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_both_ticked_is_read_as_holding_for_some(page: Page, lang: str) -> None:
    text = page(f"/{lang}/{'mijn-situatie' if lang == 'nl' else 'my-situation'}?for=older&not-for=older").body.decode()
    assert ("geldt voor een deel" if lang == "nl" else "holds for some") in text
