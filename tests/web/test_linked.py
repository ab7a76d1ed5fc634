"""Every IRI of ours answers, and who knows the start page and the media types alone reaches them all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from webtools import Service

from werkzaam.terms import AXIOM, BASE, RDFS, SHAPE, SKOS, WZ
from werkzaam.web.linked import DATASET
from werkzaam.web.site import Site
from werkzaam.web.worker import Reply

pytestmark = pytest.mark.once

Page = Callable[..., Reply]
FORMS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
LINK = re.compile(r'<(?:a|link)\b[^>]*\bhref="(/[^"#?]*)')
ELSEWHERE = ("/static/", "/sparql", "/nl/sparql", "/en/sparql")


def ours(content: bytes, form: ox.RdfFormat) -> set[str]:
    """Give the paths of all IRIs of ours in a graph."""
    found = set()
    for quad in ox.parse(content, format=form):
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
                found.add("/" + term.value.removeprefix(BASE).partition("#")[0])
    return found


def published(site: Site) -> set[str]:
    """Give the paths of all IRIs of ours in the published graphs, their names included."""
    found = set()
    for quad in site.opened.store.quads():
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            value = getattr(term, "value", "")
            if isinstance(term, ox.NamedNode) and value.startswith(BASE):
                found.add("/" + value.removeprefix(BASE).partition("#")[0])
    return found


def crawl(page: Page, most: int, every: int) -> Iterator[tuple[str, str, Reply]]:
    """Yield (path, media type, reply) of what is found from the start page on: links of pages, IRIs of graphs.

    Each IRI is asked for in one form, going round, and one in `every` of them in all; `most` pages are read.
    """
    seen, queue, read = {"/"}, ["/"], 0
    kinds = list(FORMS)
    for number, path in enumerate(queue):
        plain = path == "/" or path.startswith(("/nl/", "/en/")) or re.search(r"\.(ttl|jsonld|nt|rdf|csv|json)$", path)
        some = kinds if number % every == 0 else [kinds[number % len(kinds)]]
        for media in ["text/html"] if plain else ["text/html", *some]:
            if plain and path.startswith(("/nl/", "/en/")):
                read += 1
                if read > most:
                    continue
            reply = page(path, accept=media)
            yield path, media, reply
            kind = reply.headers.get("content-type", "").partition(";")[0]
            found = ours(reply.body, FORMS[kind]) if kind in FORMS else set()
            if kind == "text/html":
                found = set(map(unescape, LINK.findall(reply.body.decode())))
            elif "location" in reply.headers:
                found = {reply.headers["location"].partition("#")[0]}
            for one in sorted(found - seen):
                if not one.startswith(ELSEWHERE) and not one.startswith("/np/"):
                    seen.add(one)
                    queue.append(one)


def check(path: str, media: str, reply: Reply) -> None:
    if media in FORMS:
        assert reply.status == 200, path
        assert reply.headers["content-type"].partition(";")[0] == media, path
        assert reply.headers["vary"] == "accept"
    else:
        assert reply.status in (200, 302, 303), (path, reply.headers.get("x-log"))


def test_from_the_start_page_a_crawler_finds_every_published_iri(page: Page, site: Site) -> None:
    # The small twin: it reads few pages, and is content with having found an IRI, where the long one asks for each.
    wanted = published(site) - {"/"}
    for path, media, reply in crawl(page, most=4, every=100):
        check(path, media, reply)
        wanted.discard(path)
        kind = reply.headers.get("content-type", "").partition(";")[0]
        wanted -= ours(reply.body, FORMS[kind]) if kind in FORMS else set()
        if not wanted:
            break
    assert not wanted


@pytest.mark.thorough
def test_a_crawler_gets_no_error_from_any_iri_in_any_form_and_no_page_of_one(page: Page, site: Site) -> None:
    asked: dict[str, set[str]] = {}
    for path, media, reply in crawl(page, most=300, every=1):
        check(path, media, reply)
        asked.setdefault(path, set()).add(media)
    assert not published(site) - asked.keys() - {"/"}
    assert all(asked[path] == {"text/html", *FORMS} for path in published(site) - {"/"})


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_collection_tells_of_itself_where_void_is_looked_for(page: Page, site: Site, lang: str) -> None:
    got = page("/.well-known/void", accept="text/turtle")
    graph = {
        (q.subject.value, q.predicate.value, getattr(q.object, "value", ""))
        for q in ox.parse(got.body, format=ox.RdfFormat.TURTLE)
    }
    void = "http://rdfs.org/ns/void#"
    assert {o for s, p, o in graph if s == DATASET and p == void + "subset"} == {
        quad.graph_name.value for quad in site.opened.store.quads()
    }
    (size,) = (int(o) for s, p, o in graph if s == DATASET and p == void + "triples")
    assert size == sum(1 for _ in site.opened.store.quads())
    said = {p.rpartition("/")[2] for s, p, o in graph if s == DATASET}
    assert {"license", "modified", "conformsTo", "title", "description"} <= said
    html = page("/.well-known/void", languages=lang)
    assert (html.status, html.headers["location"]) == (303, f"/{lang}/id/dataset/werkzaam")


def test_a_graph_says_how_what_it_mentions_is_called(page: Page) -> None:
    got = page("/id/claim/adp/k1001", accept="application/n-triples")
    quads = list(ox.parse(got.body, format=ox.RdfFormat.N_TRIPLES))
    named = {q.subject.value for q in quads if q.predicate.value in (RDFS + "label", SKOS + "prefLabel", WZ + "name")}
    mentioned = {
        q.object.value for q in quads if isinstance(q.object, ox.NamedNode) and "/claim/" not in q.object.value
    }
    assert {one for one in mentioned if one.startswith(BASE)} <= named
    assert WZ + "mechanism" in named


def test_a_rule_answers_by_its_iri(page: Page, site: Site) -> None:
    for iri in (SHAPE, AXIOM + next(one.code for one in site.rules.values() if one.kind == "axiom")):
        path = "/" + iri.removeprefix(BASE).rstrip("#")
        assert page(path, accept="text/turtle").status == 200
        way = page(path, languages="en").headers["location"]
        assert way.startswith("/en/rules")
        assert page(way).status == 200
    assert page("/axiom/no-such-axiom", accept="text/turtle").status == 404


def test_no_version_answers_that_was_never_published(page: Page, site: Site) -> None:
    assert page(f"/ontology/{site.ontology}", accept="text/turtle").status == 200
    assert page("/ontology/9.9.9", accept="text/turtle").status == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/nl/", "Dataset"),
        ("/en/id/claim/adp/k1001", "Claim"),
        ("/nl/id/intervention/de-cirkel", "Service"),
        ("/nl/concept/mechanism/structure", "DefinedTerm"),
        ("/en/concept/mechanism", "DefinedTermSet"),
        ("/en/ontology", "DefinedTermSet"),
        ("/en/graph/adp/de-cirkel", "Dataset"),
    ],
)
def test_a_page_tells_a_search_engine_what_it_is_about_in_its_own_language(page: Page, path: str, kind: str) -> None:
    (said,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page(path).body.decode())
    told = json.loads(said)
    assert told["@type"] == kind
    assert told["@context"] == "https://schema.org"
    assert urlsplit(told["@id"]).scheme == "https"
    texts = [text for value in told.values() for text in (value if isinstance(value, list) else [value])]
    assert not any("\u003c" in str(text) for text in texts)


def test_the_words_for_a_search_engine_are_those_of_the_language_of_the_page(page: Page) -> None:
    said = [
        json.loads(
            re.findall(r"ld\+json\">(.*?)</script>", page(f"/{lang}/concept/mechanism/structure").body.decode())[0]
        )
        for lang in ("nl", "en")
    ]
    assert [one["name"] for one in said] == ["structuur", "daily structure"]


def test_a_page_without_an_iri_of_its_own_tells_nothing(page: Page) -> None:
    assert "ld+json" not in page("/en/gap-map").body.decode()


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"]
)
def test_a_running_service_gives_exactly_what_was_asked_for(service: Service, accept: str) -> None:
    for path in ("/concept/mechanism/structure", "/.well-known/void", "/ontology"):
        got = service.ask(path, Accept=f"{accept}, text/html;q=0.1")
        assert (got.status, got.headers["content-type"].partition(";")[0]) == (200, accept)
        assert list(ox.parse(got.body, format=FORMS[accept]))
        assert 'rel="canonical"' in got.headers["link"]


def test_a_running_service_gives_the_nanopublication_of_a_claim(service: Service) -> None:
    way = service.ask("/np/adp/k1001", Accept="application/trig").headers["location"]
    got = service.ask(way, Accept="application/trig")
    assert (got.status, got.headers["content-type"]) == (200, "application/trig")
    assert len({q.graph_name for q in ox.parse(got.body, format=ox.RdfFormat.TRIG)}) == 4


def test_a_nanopublication_answers_by_its_content_and_no_other_does(page: Page) -> None:
    way = page("/np/adp/k1001", accept="application/trig")
    assert way.status == 303
    path = way.headers["location"]
    got = page(path, accept="application/trig")
    quads = list(ox.parse(got.body, format=ox.RdfFormat.TRIG))
    assert {q.subject.value for q in quads} >= {BASE + path.lstrip("/"), f"{BASE}id/claim/adp/k1001"}
    assert page(path, accept="text/html", languages="en").headers["location"] == "/en/id/claim/adp/k1001"
    assert page(path, accept="image/png").status == 406
    other = path[:-1] + ("A" if path[-1] != "A" else "B")
    assert page(other, accept="application/trig").status == 404
    assert page("/np/adp/k0", accept="application/trig").status == 404


def test_the_redirects_for_w3id_lead_each_iri_to_its_path_and_say_that_a_person_must_register_them(page: Page) -> None:
    folder = Path(__file__).parents[2] / "docs" / "w3id"
    if not folder.is_dir():
        pytest.skip("docs/ is not in the wheel")
    (rule,) = re.findall(r"^RewriteRule (\S+) (\S+) \[R=303,L,NE\]$", (folder / ".htaccess").read_text("utf-8"), re.M)
    to = re.sub(rule[0], rule[1].replace("$1", r"\1"), "concept/mechanism/structure", count=1)
    assert page(urlsplit(to).path, accept="text/turtle").status == 200
    assert "a person must" in (folder / "README.md").read_text("utf-8")
