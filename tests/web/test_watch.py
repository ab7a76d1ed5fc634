"""What the service tells of itself, and that it tells nothing of who asked what."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from webtools import Service

from werkzaam.web.negotiation import GRAPHS
from werkzaam.web.watch import Watch, kind_of

SD = "http://www.w3.org/ns/sparql-service-description#"


def count(service: Service, kind: str, status: int) -> float:
    found = re.search(rf'^werkzaam_requests_total{{kind="{kind}",status="{status}"}} (\S+)$', numbers(service), re.M)
    return float(found[1]) if found else 0.0


def numbers(service: Service) -> str:
    got = service.ask("/metrics")
    assert got.status == 200
    assert got.headers["content-type"].startswith("text/plain")
    return got.text


def test_each_answer_is_counted_by_kind_and_status(service: Service) -> None:
    before = [count(service, *one) for one in (("what-works", 200), ("sparql", 200), ("sparql", 400), ("other", 404))]
    service.ask("/nl/wat-werkt?for=older")
    service.query("ASK {}")
    service.query("ASK {")
    service.ask("/niets")
    after = [count(service, *one) for one in (("what-works", 200), ("sparql", 200), ("sparql", 400), ("other", 404))]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1, 1]


def test_children_at_work_and_jobs_in_the_queue_are_shown_by_pool(service: Service) -> None:
    said = numbers(service)
    for pool in ("pages", "queries"):
        assert f'werkzaam_children_busy{{pool="{pool}"}} 0.0' in said
        assert f'werkzaam_jobs_waiting{{pool="{pool}"}} 0.0' in said


def test_a_service_that_is_well_says_so_with_its_versions(service: Service) -> None:
    got = service.ask("/health")
    assert (got.status, got.headers["cache-control"]) == (200, "no-store")
    told = got.json()
    assert (told["pages"], told["queries"]) == ("ok", "ok")
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])


def test_a_line_tells_kind_outcome_and_duration_and_nothing_of_what_was_asked() -> None:
    lines: list[str] = []
    watch = Watch(lines.append)
    watch.answered("GET", "/nl/wat-werkt", 200, 0.0123, 8432)
    watch.answered("GET", "/jan.jansen@example.org", 404, 0.001, 10)
    watch.answered("JANSEN", "/id/claim/adp/f101/jansen", 405, 0.001, 0)
    assert [line.split(" ", 1)[1] for line in lines] == [
        "GET what-works 200 12.3ms 8432B",
        "GET other 404 1.0ms 10B",
        "OTHER id 405 1.0ms 0B",
    ]
    assert "jansen" not in watch.numbers().body.decode().lower()


def test_a_running_service_logs_no_query(serving: Callable[..., Service]) -> None:
    logging = serving("--log")
    assert logging.process.stderr
    logging.query("SELECT ('Jansen' AS ?a) {}")
    logging.ask("/en/what-works?for=Jansen")
    assert [logging.process.stderr.readline().split(" ", 1)[1].rsplit(" ", 2)[0] for _ in range(2)] == [
        "POST sparql 200",
        "GET what-works 400",
    ]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "start"),
        ("/nl/", "start"),
        ("/en/what-works.csv", "what-works"),
        ("/nl/concept/trait/older", "concept"),
        ("/ontology.ttl", "ontology"),
        ("/en/jansen", "other"),
        ("//evil", "other"),
    ],
)
def test_kinds_are_few_whatever_is_asked(path: str, kind: str) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize("media", GRAPHS)
def test_the_endpoint_describes_itself_where_it_is_asked_nothing(service: Service, media: str) -> None:
    got = service.ask("/sparql", Accept=media)
    assert (got.status, got.headers["content-type"].partition(";")[0]) == (200, media)
    triples = {quad.triple for quad in ox.parse(got.body, format=ox.RdfFormat.from_media_type(media))}
    own = ox.NamedNode(f"{service.url}/sparql")
    assert ox.Triple(own, ox.NamedNode(SD + "endpoint"), own) in triples
    assert ox.Triple(own, ox.NamedNode(SD + "feature"), ox.NamedNode(SD + "UnionDefaultGraph")) in triples


def test_the_address_is_that_of_the_proxy(service: Service) -> None:
    got = service.ask("/sparql", Accept="text/turtle", X_Forwarded_Proto="https")
    assert f"<https://127.0.0.1:{service.port}/sparql>" in got.text


def test_a_browser_that_asks_nothing_gets_the_form_and_an_image_cannot_be_had(service: Service) -> None:
    got = service.ask("/sparql", Accept="text/html,*/*;q=0.8", Accept_Language="nl")
    assert (got.status, got.headers["location"]) == (303, "/nl/sparql")
    assert service.ask("/sparql", Accept="image/png").status == 406
