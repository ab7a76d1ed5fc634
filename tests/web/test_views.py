"""Cases side by side, the pages of cases and concepts, and the interplay of mechanisms say what the graph says."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from webtools import plain

from werkzaam.questions import ask
from werkzaam.terms import BASE, CONCEPT, slug
from werkzaam.web.figures import Figures, disagreeing
from werkzaam.web.interplay import SIGNS, relations
from werkzaam.web.site import Site
from werkzaam.web.times import when
from werkzaam.web.worker import Reply

pytestmark = pytest.mark.once

Page = Callable[..., Reply]
CASES = ("de-cirkel", "participatiehuis", "service-voor-de-wijk")


def rows(text: str, caption: str) -> dict[str, list[str]]:
    """Give the cells of the table with a caption, by the text of their row's head."""
    table = re.search(rf'<caption id="{caption}">.*?</table>', text, re.DOTALL)
    assert table, caption
    found = {}
    for line in re.findall(r"<tr>(.*?)</tr>", table[0], re.DOTALL):
        head = re.search(r'<th scope="row">(.*?)</th>', line, re.DOTALL)
        if head:
            found[plain(head[1])] = [plain(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)]
    return found


# ---- cases side by side


def test_a_cell_of_two_cases_side_by_side_counts_what_it_opens(page: Page, site: Site) -> None:
    text = page("/en/compare?case=de-cirkel&case=participatiehuis").body.decode()
    told = rows(text, "mechanisms-caption")
    assert len(told) == len(site.maps.leaves("en"))
    assert all(len(cells) == 2 for cells in told.values())
    links = re.findall(r'<td class="[\w-]+"><a href="([^"]+)">', text)
    assert len(links) > 20
    for link in map(unescape, links[::7]):
        assert page(link).status == 200
        assert re.search(r"case=(de-cirkel|participatiehuis)", link)


def test_what_a_case_says_nothing_of_is_shown_as_missing(page: Page) -> None:
    nl = page("/nl/vergelijken?case=de-cirkel&case=participatiehuis&case=service-voor-de-wijk").body.decode()
    assert rows(nl, "about-caption")["Onderdeel van"] == [
        "niets over gezegd",
        "niets over gezegd",
        "Stichting Voorwerk",
    ]
    outcomes = rows(nl, "outcomes-caption")
    assert outcomes["betaald werk"][2] == "niets over gezegd"
    assert "gestegen" in outcomes["betaald werk"][0]


def test_the_source_s_own_comparisons_of_the_chosen_cases_stand_between_them(page: Page, site: Site) -> None:
    side = site.comparison.of([f"{BASE}id/intervention/{name}" for name in CASES[:2]], "en")
    assert len(side.between) > 10
    text = page("/en/compare?case=de-cirkel&case=participatiehuis").body.decode()
    for node in side.between:
        assert len(set(node.iris("compares")) & set(side.cases)) == 2
        assert node.iri.removeprefix(BASE) in text


def test_one_case_alone_is_asked_for_another_and_what_is_no_case_is_refused(page: Page) -> None:
    got = page("/nl/vergelijken?case=de-cirkel")
    assert "Kies minstens twee casussen." in got.body.decode()
    assert 'value="de-cirkel" checked' in got.body.decode()
    assert page("/en/compare?case=nowhere&case=de-cirkel").status == 400


# ---- the page of a case


def test_figures_that_do_not_agree_are_said_with_both_numbers_and_the_reason(page: Page) -> None:
    text = plain(page("/en/id/intervention/participatiehuis").body.decode())
    assert "The source gives 103 figures. On 5 points they do not agree with each other." in text
    assert "The parts do not add up to the total. 58 ≠ 52 =" in text
    assert "The caseload is for a full-time job; how many jobs there are is not stated." in text


def test_the_flags_of_figures_are_those_of_the_question(site: Site) -> None:
    figures = Figures(site.opened)
    named = sorted({row["entity"] for row in ask(site.opened.store, "figures")})
    mine = disagreeing(figures.of(named))
    answer = [row for row in ask(site.opened.store, "reconciliation") if row["kind"] != "claims"]
    assert len(mine) == len(answer) > 20


def test_numbers_and_times_are_written_as_the_language_does(page: Page) -> None:
    almere = "/id/intervention/participatiehuis"
    nl, en = (plain(page(f"/{lang}{almere}").body.decode()) for lang in ("nl", "en"))
    assert "december 2008" in nl
    assert "December 2008" in en
    assert "tot en met april 2010" in nl
    assert "until April 2010" in en
    assert "Beweringen 2.344" in plain(page("/nl/over").body.decode())
    assert "Claims 2,344" in plain(page("/en/about").body.decode())
    assert when("no time at all", "nl") == "no time at all"


def test_the_timeline_goes_forward_and_the_claims_on_an_act_stand_under_it(page: Page, site: Site) -> None:
    made = site.cases.page(f"{BASE}id/intervention/de-cirkel", "nl")
    starts = [period.removeprefix("../") for period, _ in made.timeline]
    assert starts == sorted(starts)
    acts = {slug(act): nodes for act, nodes in made.law}
    assert {"wwb", "wmo"} <= acts.keys()
    assert all(f"{BASE}id/act/wmo" in node.iris("concerns") for node in acts["wmo"])
    assert [slug(act) for act, _ in made.law][-1] == "1"  # performance fields come last


# ---- the interplay of mechanisms


def test_the_picture_of_the_interplay_holds_what_its_table_holds(page: Page, site: Site) -> None:
    found = relations(site.opened, site.nodes)
    assert len(found) > 25
    text = page("/nl/samenspel").body.decode()
    drawn = re.findall(r'<path class="arrow ([\w-]+)( theorised)?"', text)
    assert sorted(kind for kind, _ in drawn) == sorted(slug(one.kind) for one in found)
    assert sum(bool(mark) for _, mark in drawn) == sum(not one.seen for one in found)
    table = text.partition("</dl>")[2]
    for one in found:
        assert all(iri.removeprefix(BASE) in table for iri in (one.start, one.end, *one.claims))


def test_every_kind_of_interplay_has_a_sign_of_its_own(site: Site) -> None:
    kinds = {iri for iri in site.reference.concepts if iri.startswith(f"{CONCEPT}interaction/")}
    assert {slug(kind) for kind in kinds} == SIGNS.keys()
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_the_interplay_of_one_case_is_less_than_of_all(page: Page) -> None:
    assert page("/en/interplay?case=participatiehuis").body.count(b'class="arrow') < page("/en/interplay").body.count(
        b'class="arrow'
    )


# ---- the page of a concept


def test_a_concept_says_where_it_works_and_where_not_and_stands_in_both_languages(page: Page) -> None:
    text = page("/en/concept/trait/older").body.decode()
    assert plain(text).count("ouder: Heeft een hogere leeftijd") == 1
    assert rows(text, "mechanisms")["self-development"] == ["− against −1"]
    assert "Nothing said separately of: De Cirkel, Participatiehuis, Service voor de Wijk." in plain(text)
    assert "daily structure" in plain(text).partition("Not studied:")[2]


def test_the_parts_of_a_claim_are_named_by_what_the_claim_says(page: Page) -> None:
    text = plain(page("/en/concept/trait/older").body.decode())
    assert "Older clients who no longer expect a job do not see the use of the training" in text
    assert " a1 " not in text


def test_a_mechanism_shows_with_what_it_interacts(page: Page) -> None:
    text = page("/nl/concept/mechanism/tailoring").body.decode()
    assert text.count("<svg") == 1
    assert "persoonlijk doel" in text.partition("<svg")[2].partition("</svg>")[0]
    assert "<svg" not in page("/nl/concept/trait/older").body.decode()
