"""Search finds in both languages what somebody means, also with a typing error."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from werkzaam.terms import BASE, CONCEPT
from werkzaam.web.finder import Finder, Text
from werkzaam.web.search import KINDS
from werkzaam.web.site import Site
from werkzaam.web.worker import Reply

Page = Callable[..., Reply]
TAILORING = f"{CONCEPT}mechanism/tailoring"


@pytest.mark.parametrize(
    "asked", ["maatwerk", "Maatwerk", "maatwrk", "maatwekr", "traject op maat", "tailoring", "tayloring", "tailorng"]
)
def test_a_concept_is_found_by_its_names_in_both_languages_and_with_a_mistake(site: Site, asked: str) -> None:
    concepts = [hit.key for hit in site.finder.find(asked).hits if hit.kind == "concept"]
    assert TAILORING in concepts[:3]


def test_accents_capitals_and_hyphens_do_not_matter(site: Site) -> None:
    for one, other in (("reïntegratie", "re-integratie"), ("CLIËNT", "client")):
        assert {hit.key for hit in site.finder.find(one).hits} & {hit.key for hit in site.finder.find(other).hits}


def test_a_question_is_found_by_its_words_and_its_answer_opens(page: Page) -> None:
    text = page("/nl/zoeken?q=wat+helpt+tegen+uitvl").body.decode()
    section = text.partition('<section aria-labelledby="question">')[2].partition("</section>")[0]
    link = re.search(r'<a href="([^"]+)">Wat helpt tegen uitval\?</a>', section)
    assert link
    assert page(unescape(link[1])).status == 200


def test_what_was_found_in_the_other_language_is_told_in_that_of_the_page(page: Page) -> None:
    text = page("/en/search?q=maatwerk").body.decode()
    assert re.search(
        r'<a href="/en/concept/mechanism/tailoring">tailoring</a> <span class="where" lang="nl">maatwerk', text
    )


def test_which_word_was_read_for_another_is_said(page: Page) -> None:
    assert "Voor «maatwrk» is «maatwerk» gelezen." in page("/nl/zoeken?q=maatwrk").body.decode()
    assert "was read" not in page("/en/search?q=tailoring").body.decode()


@pytest.mark.parametrize(
    "asked", ["", "a", "xqzvw", "'; DROP TABLE told; --", '"* OR NEAR(', "NOT AND", "\0", "%25" * 50]
)
def test_whatever_is_asked_gets_an_answer(page: Page, asked: str) -> None:
    from urllib.parse import quote

    for lang, name in (("nl", "zoeken"), ("en", "search")):
        assert page(f"/{lang}/{name}?q={quote(asked)}").status == 200


def test_every_kind_can_be_found_and_leads_somewhere(page: Page, site: Site) -> None:
    seen = set()
    for asked in ("Almere", "mechanisme", "self-development", "De Cirkel", "wie zegt", "wwb"):
        text = page(f"/nl/zoeken?q={asked}").body.decode().partition('<main id="content">')[2].partition("</main>")[0]
        seen |= set(re.findall(r'<section aria-labelledby="(\w+)">', text))
        for link in map(unescape, re.findall(r'<li><a href="([^"]+)"', text)[::5]):
            assert page(link.partition("#")[0]).status == 200, link
    assert seen == KINDS.keys()


def test_every_claim_is_found_by_its_own_words(site: Site) -> None:
    for node in list(site.nodes.values())[::200]:
        said = (node.text("statement") or {})["nl"]
        assert node.iri in {hit.key for hit in site.finder.find(said).hits}, said
        assert node.iri.startswith(BASE)


def test_a_rare_word_weighs_more_than_one_that_is_everywhere() -> None:
    finder = Finder(
        [Text("claim", f"k{n}", "en", f"the clients of project {n}") for n in range(20)]
        + [Text("claim", "k99", "en", "a dog of the house")]
    )
    assert [hit.key for hit in finder.find("the dog").hits] == ["k99"]
