"""What a page says is in the graph, its counts are those of its downloads, and every IRI of ours answers."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pyoxigraph as ox
import pytest
from webtools import Service

from werkzaam.questions import ask
from werkzaam.terms import BASE, CONCEPT, slug
from werkzaam.web.choices import ASKED, Asked, Option
from werkzaam.web.diagram import Box, draw
from werkzaam.web.site import Site
from werkzaam.web.things import LABELS
from werkzaam.web.worker import Reply

pytestmark = pytest.mark.once

Page = Callable[..., Reply]
ANSWER = {"nl": "/nl/wat-werkt", "en": "/en/what-works"}
MOST = 100_000
LINK = re.compile(r'(?:href|action)="([^"]+)"')
EVERY = 6  # one in so many choices is tried here; the soak check tries all


def options(found: list[Option]) -> Iterator[Option]:
    for one in found:
        yield one
        yield from options(one.narrower)


@pytest.fixture(scope="session")
def choices(site: Site) -> list[tuple[str, Option]]:
    offered = site.choices.offer(Asked({}, set(), {}, []), "nl")
    return [(choice.name, one) for choice in offered for one in options(choice.options)]


def headings(text: str) -> dict[str, int]:
    """Give the count under each heading of an answer's page."""
    found = re.findall(r'<h2 id="([\w-]+)"><span class="sign".*?<data value="(\d+)">', text)
    return {name: int(count) for name, count in found}


@pytest.mark.thorough
def test_counts_before_choosing_are_those_of_the_answer_and_of_its_downloads(
    page: Page, choices: list[tuple[str, Option]]
) -> None:
    assert len(choices) > 150
    for number, (name, one) in enumerate(choices[::EVERY]):
        lang = ("nl", "en")[number % 2]
        check_answer(page, lang, f"{name}={one.name}", one.count)


def check_answer(page: Page, lang: str, query: str, count: int) -> None:
    text = page(f"{ANSWER[lang]}?{query}").body.decode()
    told = json.loads(page(f"{ANSWER[lang]}.json?{query}").body)
    lines = list(csv.DictReader(io.StringIO(page(f"{ANSWER[lang]}.csv?{query}").body.decode())))
    by_heading = {one["verdict"]: one for one in told["headings"]}
    assert told["count"] == count, query
    assert headings(text) == {name: len(one["claims"]) for name, one in by_heading.items()}, query
    said = re.search(r'id="summary">[^<]*?(\d+)', text)
    assert (int(said[1]) if said else 0) == count, query
    roots = [line["verdict"] for line in lines if not line["under"]]
    for name, one in by_heading.items():
        assert roots.count(one["label"]) == len(one["claims"]), (query, name)
    triples = list(ox.parse(page(f"{ANSWER[lang]}.ttl?{query}").body, format=ox.RdfFormat.TURTLE))
    assert {line["id"] for line in lines} <= {slug(q.subject.value) for q in triples} or not lines, query


@pytest.mark.thorough
def test_choosing_beside_another_choice_leaves_as_many_as_was_said(page: Page, site: Site) -> None:
    for start in ("case=de-cirkel", "mechanism=tailoring", "for=older&for=younger", "for=none&case=de-cirkel"):
        params: dict[str, list[str]] = {}
        for pair in start.split("&"):
            key, _, value = pair.partition("=")
            params.setdefault(key, []).append(value)
        for choice in site.choices.offer(Asked.read(params, site.opened, "en"), "en"):
            if choice.name in params:
                continue
            for one in list(options(choice.options))[:: EVERY * 3]:
                check_answer(page, "en", f"{start}&{choice.name}={one.name}", one.count)
            if choice.none is not None:
                check_answer(page, "en", f"{start}&{choice.name}=none", choice.none)


def test_what_must_hold_together_is_counted_together(page: Page, site: Site) -> None:
    asked = Asked.read({"for": ["no-paid-work-wanted"], "for-all": ["1"]}, site.opened, "en")
    (choice,) = [one for one in site.choices.offer(asked, "en") if one.name == "for"]
    assert choice.together
    both = [one for one in options(choice.options) if 0 < one.count and not one.chosen]
    assert both
    for one in both[:4]:
        check_answer(page, "en", f"for=no-paid-work-wanted&for={one.name}&for-all=1", one.count)
    either = json.loads(page("/en/what-works.json?for=older&for=younger").body)["count"]
    alone = json.loads(page("/en/what-works.json?for=older").body)["count"]
    assert either > alone


def test_the_outline_is_what_the_question_answers_for_every_value(
    site: Site, choices: list[tuple[str, Option]]
) -> None:
    silent = f"{CONCEPT}verdict/not-studied"
    for _, one in choices[:: EVERY * 2]:
        rows = ask(site.opened.store, "what-works", {"wanted": [[one.iri]]})
        assert site.outline.among([[one.iri]]) == {row["claim"] for row in rows if row["verdict"] != silent}, one.iri


def test_a_heading_goes_on_over_pages_and_each_claim_comes_once(page: Page) -> None:
    base = "/nl/wat-werkt?case=participatiehuis"
    text = page(base).body.decode()
    whole = headings(text)["background"]
    address, seen = unescape(re.search(r'href="([^"]+heading=background)"', text)[1]), []  # type: ignore[index]
    for _ in range(40):
        text = page(address).body.decode()
        seen += re.findall(r'<li class="card" id="([\w.-]+)">', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        if following is None:
            break
        address = unescape(following[1])
    assert len(seen) == len(set(seen)) == whole > 40
    assert page(f"{address}0").status == 404


@pytest.mark.parametrize("every", [10, pytest.param(5, marks=pytest.mark.thorough)])
def test_the_gap_map_counts_what_its_cells_open(page: Page, every: int) -> None:
    opened = 0
    for axis in ("in", "for"):
        for case in ("", "&case=de-cirkel"):
            text = page(f"/en/gap-map?axis={axis}{case}").body.decode()
            cells = re.findall(r'<td class="([\w-]+)">(.*?)</td>', text, re.DOTALL)
            assert len(cells) > 60
            for state, cell in cells[::every]:
                link = re.search(r'href="([^"]+)"', cell)
                assert (link is None) == (state in ("not-studied", "not-entered"))
                if link is None:
                    continue
                answer = page(unescape(link[1])).body.decode()
                told = json.loads(page(unescape(link[1]).replace("?", ".json?").partition("#")[0]).body)
                counts = {one["verdict"] for one in told["headings"]}
                said = re.sub(r"<[^>]+>", "", cell)
                assert ("for" in counts) == (state in ("for", "mixed")), (link[1], counts)
                assert ("against" in counts) == (state in ("against", "mixed")), (link[1], counts)
                assert state != "none-found" or "none-found" in counts
                if state == "not-addressed":
                    assert "silent on this" in answer
                for sign in re.findall(r"[+−]\d+", said):
                    assert int(sign[1:]) > 0
                opened += 1
    assert opened > 75 // every


def test_every_state_of_the_map_is_told_by_sign_word_and_colour(page: Page) -> None:
    text = page("/en/gap-map").body.decode() + page("/en/gap-map?axis=for").body.decode()
    states = {"for", "against", "mixed", "none-found", "not-addressed", "not-studied"}
    assert states <= set(re.findall(r'<td class="([\w-]+)">', text))
    signs = {state: set(re.findall(rf'<td class="{state}">.*?<span class="sign"[^>]*>(.)<', text)) for state in states}
    assert all(len(found) == 1 for found in signs.values())
    assert len(set.union(*signs.values())) == len(states)


# ---- every IRI


@pytest.fixture(scope="session")
def iris(site: Site) -> list[str]:
    return all_iris(site)


def all_iris(site: Site) -> list[str]:
    found: set[str] = set()
    for quad in site.opened.store.quads():
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            value = getattr(term, "value", "")
            if isinstance(term, ox.NamedNode) and value.startswith(BASE):
                found.add(value.partition("#")[0])
    return sorted(found)


def test_every_iri_of_ours_answers_as_a_page_as_turtle_and_as_json_ld(page: Page, iris: list[str]) -> None:
    assert len(iris) > 8_000
    for number, iri in enumerate(iris[:: EVERY * 12]):
        check_iri(page, iri, ("nl", "en")[number % 2])


def check_iri(page: Page, iri: str, lang: str) -> None:
    path = "/" + iri.removeprefix(BASE)
    way = page(path, languages=lang)
    assert (way.status, way.headers["location"]) == (303, f"/{lang}{path}")
    html = page(f"/{lang}{path}")
    assert html.status == 200, iri
    assert len(gzip.compress(html.body)) < MOST, iri
    for accept, form, ending in (
        ("text/turtle", ox.RdfFormat.TURTLE, "ttl"),
        ("application/ld+json", ox.RdfFormat.JSON_LD, "jsonld"),
    ):
        got = page(path, accept=accept)
        assert got.status == 200, iri
        assert got.headers["content-type"].partition(";")[0] == accept
        assert got.body == page(f"{path}.{ending}").body
        if "/ontology" not in path and "/graph/" not in path:
            quads = ox.parse(got.body, format=form)
            assert all(iri in quad.subject.value or quad.predicate.value in LABELS for quad in quads), iri


def test_a_path_that_names_nothing_is_a_404_in_every_form(page: Page) -> None:
    for path in ("/id/claim/adp/k0", "/concept/mechanism/luck", "/graph/nowhere", "/id", "/concept/"):
        for accept in ("text/html", "text/turtle"):
            assert page(path, accept=accept).status == 404
        assert page(f"/nl{path}").status == 404


def test_a_form_that_there_is_not_is_a_406_that_names_those_that_there_are(page: Page) -> None:
    got = page("/id/claim/adp/k459", accept="image/png")
    assert got.status == 406
    assert "text/turtle" in got.body.decode()


# ---- pages


@pytest.mark.thorough
def test_every_link_of_every_kind_of_page_leads_to_a_page(page: Page) -> None:
    seen: set[str] = set()
    queue = ["/nl/", "/en/"]
    per_kind: dict[str, int] = {}
    for address in queue:
        got = page(address)
        assert got.status in (200, 302, 303), address
        if got.headers.get("content-type", "").startswith("text/html"):
            assert len(gzip.compress(got.body)) < MOST, address
        for link in map(unescape, LINK.findall(got.body.decode() if got.status == 200 else "")):
            to = link.partition("#")[0]
            if not to.startswith("/") or to.startswith("/static/") or to in seen:
                continue
            seen.add(to)
            kind = "/".join(to.partition("?")[0].split("/")[:4])
            kind += "?" + "&".join(sorted(part.partition("=")[0] for part in to.partition("?")[2].split("&")))
            per_kind[kind] = per_kind.get(kind, 0) + 1
            if per_kind[kind] == 1:
                queue.append(to)
    assert len(queue) > 120


def test_every_claim_on_a_page_is_in_the_graph_with_the_words_that_the_graph_has(page: Page, site: Site) -> None:
    for lang in ("nl", "en"):
        text = page(f"{ANSWER[lang]}?for=no-paid-work-wanted").body.decode()
        cards = re.findall(r'<p class="statement"><a href="/\w\w/([^"]+)">(.*?)</a>', text)
        assert len(cards) > 10
        for path, said in cards:
            assert unescape(said) == (site.nodes[BASE + path].text("statement") or {})[lang]


def test_each_claim_says_who_how_sure_and_where(page: Page) -> None:
    text = page("/en/what-works?mechanism=reciprocity").body.decode()
    cards = text.split('<li class="card"')[1:]
    assert len(cards) > 10
    for card in cards:
        assert "Said by" in card
        assert re.search(r"§ [\w./-]+, p\. \d+", card)
        assert re.search(r"concept/certainty/", card)


def test_what_was_only_expected_stands_apart_and_what_illustrates_stands_folded(page: Page) -> None:
    text = page("/en/what-works?mechanism=tailoring").body.decode()
    assert re.search(r'<h2 id="expected">', text)
    assert "Whether it came about is not said here." in text
    assert re.search(r'<details class="folded">.*?Example: ', text, re.DOTALL)


def test_an_empty_answer_says_that_there_is_no_evidence_and_not_that_it_does_not_work(page: Page) -> None:
    text = page("/nl/wat-werkt?for=pet-owner&in=sales-targets").body.decode()
    assert "Dat betekent niet dat het niet werkt" in text
    assert (
        "no evidence for it and none against it" in page("/en/what-works?for=pet-owner&in=sales-targets").body.decode()
    )


def test_a_name_with_a_mistake_in_it_gets_a_suggestion(page: Page) -> None:
    got = page("/nl/wat-werkt?mechanism=maatwrk")
    assert got.status == 400
    assert "maatwerk" in got.body.decode()


def test_the_sparql_that_is_shown_gives_the_claims_of_the_answer(page: Page, site: Site) -> None:
    text = page("/en/what-works?for=older&in=none").body.decode()
    query = unescape(re.search(r"<pre[^>]*><code>(.*?)</code>", text, re.DOTALL)[1])  # type: ignore[index]
    told = json.loads(page("/en/what-works.json?for=older&in=none").body)

    def below(found: list[dict[str, Any]]) -> Iterator[str]:
        for one in found:
            yield one["iri"]
            yield from below(one["folded"])

    expected = {iri for heading in told["headings"] for iri in below(heading["claims"])}
    assert expected
    assert {row["claim"] for row in site.opened.store.select(query)} == expected


def test_every_example_of_the_sparql_page_answers(page: Page) -> None:
    text = page("/en/sparql").body.decode()
    examples = [unescape(one) for one in re.findall(r'<li><a href="(/en/sparql\?[^"]+)"', text)]
    assert len(examples) > 20
    for one in examples[::4]:
        got = page(one.partition("#")[0])
        assert got.status == 200
        assert re.search(r"\d+ rows?\.", got.body.decode())


def test_a_query_with_a_mistake_says_which_line(page: Page) -> None:
    got = page("/en/sparql?query=SELECT+%3Fs%0AWHERE+%7B+nonsense+%7D")
    assert got.status == 400
    assert "line 2" in got.body.decode()


def test_the_result_of_a_query_downloads_in_each_form(page: Page) -> None:
    query = "query=SELECT+%3Fs+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+3"
    for form, start in (("csv", b"s\r\n"), ("json", b"{"), ("tsv", b"?s"), ("xml", b"<?xml")):
        assert page(f"/nl/sparql.{form}?{query}").body.startswith(start)
    assert page("/nl/sparql.ttl?query=CONSTRUCT+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+3").status == 200
    assert page(f"/nl/sparql.exe?{query}").status == 404


def test_the_diagram_of_a_claim_holds_what_its_table_holds(page: Page, site: Site) -> None:
    drawn = [node for node in site.nodes.values() if node.cls == "Configuration"]
    assert len(drawn) > 200
    for node in drawn[::40]:
        text = page(f"/nl/{node.iri.removeprefix(BASE)}").body.decode()
        svg, table = text.partition("<svg")[2].partition("</svg>")[::2]
        assert 'role="img"' in svg
        for iri in (node.one("mechanism"), node.one("effect"), *(p.one("outcome") for p in node.all("hasOutcome"))):
            label = site.opened.known.label(iri or "", "nl")
            assert label.split()[0] in unescape(svg), (node.iri, label)
            assert label in unescape(table), (node.iri, label)


def test_a_diagram_grows_with_its_text_and_lets_no_mark_up_in() -> None:
    def height(lines: list[str]) -> float:
        box = Box("outcome", "Outcome", lines)
        made = draw([box], Box("mechanism", "Mechanism", ["<b>"]), [box], sign="+", verdict="for", title='"<x>')
        assert "<b>" not in made
        assert '"<x>' not in made
        return float(re.search(r'viewBox="0 0 \d+ ([\d.]+)"', made)[1])  # type: ignore[index]

    assert height(["one"] * 9) > height(["one"])
    assert height(["a word " * 40]) > height(["a word"])


def test_the_first_address_leads_to_the_language_of_the_reader(service: Service) -> None:
    for accept, to in (("en-GB,en;q=0.9", "/en/"), ("nl", "/nl/"), ("", "/nl/"), ("en;q=0.4, nl;q=0.8", "/nl/")):
        got = service.ask("/", Accept_Language=accept)
        assert (got.status, got.headers["location"]) == (302, to)


def test_pages_come_zipped_to_who_takes_that(service: Service) -> None:
    got = service.ask("/nl/", Accept_Encoding="gzip")
    assert got.headers["content-encoding"] == "gzip"
    assert gzip.decompress(got.body) == service.ask("/nl/").body


def test_names_of_the_address_are_those_of_the_command() -> None:
    from werkzaam.commands import what_works

    assert {name for name, _, _ in ASKED} == {one.opts[0].lstrip("-") for one in what_works.params[:5]}
