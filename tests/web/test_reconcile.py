"""The reconciliation service answers as its standard says, in both languages, with reasons for each candidate."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from webtools import Service

from werkzaam.linking.items import FEATURES
from werkzaam.terms import BASE, SKOS, TOOI_MUNICIPALITY, WZ
from werkzaam.web.site import Site
from werkzaam.web.worker import Reply

pytestmark = pytest.mark.once

Page = Callable[..., Reply]
EXTERNAL = Path(os.environ.get("WERKZAAM_EXTERNAL", "/nowhere")) / "reconciliation-0.2"
official = pytest.mark.skipif(not EXTERNAL.is_dir(), reason="WERKZAAM_EXTERNAL holds no reconciliation-0.2")
RECIPROCITY = f"{BASE}concept/mechanism/reciprocity"


def schema(name: str) -> jsonschema.Draft7Validator:
    """Give a validator of an official schema; what it refers to lies beside it, and nothing is fetched."""

    def beside(uri: str) -> Resource[Any]:
        file = EXTERNAL / "schemas" / uri.rpartition("/")[2]
        # The one schema of another standard, on how to log in, is not looked at.
        elsewhere: Any = {"definitions": {"securityDefinitions": {"additionalProperties": {}}}}
        return DRAFT7.create_resource(json.loads(file.read_text("utf-8")) if file.is_file() else elsewhere)

    content = json.loads((EXTERNAL / "schemas" / f"{name}.json").read_text("utf-8"))
    return jsonschema.Draft7Validator(content, registry=Registry(retrieve=beside))


def told(page: Page, lang: str = "nl", rest: str = "", **asked: object) -> Any:
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()}
    reply = page(f"/reconcile/{lang}{rest}" + (f"?{urlencode(fields)}" if fields else ""))
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def best(page: Page, query: str, lang: str = "nl", **more: Any) -> Any:
    found = told(page, lang, queries={"q0": {"query": query, **more}})["q0"]["result"]
    return found[0] if found else None


# ---- by the official schemas and examples


@official
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_answer_keeps_the_official_schema(page: Page, lang: str) -> None:
    queries = {
        "q0": {"query": "wederkerigheid"},
        "q1": {"query": "Almeer", "type": f"{WZ}Municipality", "limit": 3},
        "q2": {"query": "zzz"},
        "q3": {"properties": [{"pid": SKOS + "broader", "v": {"id": f"{BASE}concept/mechanism/value-judgements"}}]},
    }
    schema("reconciliation-query-batch").validate(queries)
    schema("reconciliation-result-batch").validate(told(page, lang, queries=queries))
    schema("manifest").validate(told(page, lang))
    for what, name in (("entity", "entities"), ("type", "types"), ("property", "properties")):
        schema(f"suggest-{name}-response").validate(told(page, lang, f"/suggest/{what}", prefix="me"))
    schema("data-extension-property-proposal").validate(told(page, lang, "/properties", type=f"{WZ}Mechanism"))
    query = {"ids": [RECIPROCITY, "nothing"], "properties": [{"id": SKOS + "definition"}, {"id": SKOS + "broader"}]}
    schema("data-extension-query").validate(query)
    schema("data-extension-response").validate(told(page, lang, extend=query))


@official
@pytest.mark.parametrize("kind", ["valid", "invalid"])
def test_the_official_examples_of_queries_are_taken_or_refused(page: Page, kind: str) -> None:
    files = sorted((EXTERNAL / "examples" / "reconciliation-query-batch" / kind).glob("*.json"))
    assert files
    for file in files:
        reply = page("/reconcile/en?" + urlencode({"queries": file.read_text("utf-8")}))
        assert reply.status == (200 if kind == "valid" else 400), file.name
        if kind == "valid":
            assert json.loads(reply.body).keys() == json.loads(file.read_text("utf-8")).keys()


@official
def test_a_manifest_that_is_wrong_is_seen_by_the_same_schema() -> None:
    files = sorted((EXTERNAL / "examples" / "manifest" / "invalid").glob("*.json"))
    assert files
    refused = [file.name for file in files if not schema("manifest").is_valid(json.loads(file.read_text("utf-8")))]
    assert {"missing-version.json", "old-version.json", "feature-view.json"} <= set(refused)


# ---- what it finds


@pytest.mark.parametrize(
    ("lang", "query", "cls", "iri"),
    [
        ("nl", "wederkerigheid", "Mechanism", RECIPROCITY),
        ("en", "reciprocity", "wz:Mechanism", RECIPROCITY),
        ("nl", "wederkerigeid", f"{WZ}Mechanism", RECIPROCITY),
        ("nl", "gemeente Almere", "Municipality", f"{TOOI_MUNICIPALITY}gm0034"),
        ("nl", "Den Bosch", "gemeente", f"{TOOI_MUNICIPALITY}gm0796"),
        ("en", "performance field 4", "PerformanceField", f"{BASE}id/performance-field/4"),
        ("nl", "mantelzorgers en vrijwiligers", "PerformanceField", f"{BASE}id/performance-field/4"),
        ("nl", "WWB", "Act", f"{BASE}id/act/wwb"),
    ],
)
def test_a_name_with_a_slip_in_either_language_is_matched(
    page: Page, lang: str, query: str, cls: str, iri: str
) -> None:
    found = best(page, query, lang, type=cls)
    assert (found["id"], found["match"]) == (iri, True)


def test_what_is_not_ours_is_no_match(page: Page) -> None:
    for query, cls in (
        ("Antwerpen", "Municipality"),
        ("kwantummechanica", "Mechanism"),
        ("vulkanen", ""),
    ):
        found = told(page, queries={"q": {"query": query, "type": cls}})["q"]["result"]
        assert not any(one["match"] for one in found), query
    assert told(page, queries={"q": {"query": "wederkerigheid", "type": "Volcano"}})["q"]["result"] == []


def test_a_bad_slip_is_matched_where_only_municipalities_are_meant_and_one_is_near(page: Page) -> None:
    assert best(page, "Enscehdde", type="Municipality")["features"][-1] == {"id": "alone", "value": True}
    assert best(page, "Enscehdde", type="Municipality")["match"]
    assert not best(page, "Enscehdde")["match"]
    assert not best(page, "landelijk", type="Municipality")["match"]


def test_a_type_limits_and_no_other_type_comes_as_a_match(page: Page) -> None:
    found = told(page, queries={"q": {"query": "sociaal netwerk", "type": ["ContextFactor"], "limit": 2}})["q"][
        "result"
    ]
    assert 0 < len(found) <= 2
    assert all(one["type"][0]["id"] == f"{WZ}ContextFactor" for one in found if one["match"])


def test_each_candidate_says_what_speaks_for_and_against_it(page: Page) -> None:
    found = best(page, "wederkerigeid", type="Mechanism")
    assert {one["id"] for one in found["features"]} <= FEATURES
    assert page("/reconcile/en/feature?id=alone").body.startswith(b"no other")
    assert found["features"]
    said = page(f"/reconcile/nl/feature?id={found['features'][0]['id']}")
    assert (said.status, said.headers["content-type"].partition(";")[0]) == (200, "text/plain")
    assert page("/reconcile/nl/feature?id=no-such").status == 400


def test_a_property_that_differs_makes_it_no_match(page: Page) -> None:
    same = [{"pid": "wz:fieldOf", "v": "wmo"}]
    other = [{"pid": "wz:fieldOf", "v": {"id": f"{BASE}id/act/wwb"}}]
    query = "mantelzorgers en vrijwilligers"
    found = [best(page, query, type="PerformanceField", properties=one) for one in (same, other)]
    assert [one["match"] for one in found] == [True, False]
    assert [one["features"][-1]["value"] for one in found] == [True, False]
    assert found[0]["score"] > found[1]["score"]
    fields = told(page, queries={"q": {"type": "PerformanceField", "properties": same, "limit": 20}})["q"]["result"]
    assert len(fields) == 9


def test_suggestions_come_by_the_beginning_of_any_word(page: Page) -> None:
    named = [one["name"] for one in told(page, "nl", "/suggest/entity", prefix="vrijwil")["result"]]
    assert "mantelzorgers en vrijwilligers" in named
    assert [one["name"] for one in told(page, "en", "/suggest/type", prefix="municip")["result"]] == ["municipality"]
    assert told(page, "nl", "/suggest/entity", prefix="amersfoord")["result"][0]["name"] == "Amersfoort"
    assert told(page, "nl", "/suggest/entity", prefix="")["result"] == []


def test_values_are_fetched_in_the_language_that_was_asked(page: Page) -> None:
    query = {"ids": [RECIPROCITY], "properties": [{"id": SKOS + "prefLabel"}, {"id": SKOS + "broader"}]}
    rows = [told(page, lang, extend=query)["rows"][RECIPROCITY] for lang in ("nl", "en")]
    assert [row[SKOS + "prefLabel"] for row in rows] == [[{"str": "wederkerigheid"}], [{"str": "reciprocity"}]]
    assert all(row[SKOS + "broader"][0]["id"].startswith(BASE) for row in rows)
    assert rows[0][SKOS + "broader"] != rows[1][SKOS + "broader"]


def test_a_preview_stands_in_a_frame_and_a_view_leads_to_the_page(page: Page) -> None:
    shown = page(f"/reconcile/nl/preview?id={quote(RECIPROCITY)}")
    assert "wederkerigheid" in shown.body.decode()
    assert "frame-ancestors *" in shown.headers["content-security-policy"]
    assert (
        page(f"/reconcile/nl/view?id={quote(RECIPROCITY)}").headers["location"] == "/nl/concept/mechanism/reciprocity"
    )
    tooi = f"{TOOI_MUNICIPALITY}gm0034"
    assert page(f"/reconcile/en/view?id={quote(tooi)}").headers["location"] == tooi
    for rest in ("view", "preview"):
        assert page(f"/reconcile/nl/{rest}?id=https://evil.example/").status == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"queries": "{"},
        {"queries": "[]"},
        {"queries": '{"q0": "wederkerigheid"}'},
        {"queries": '{"q0": {}}'},
        {"queries": '{"q0": {"query": 3}}'},
        {"queries": '{"q0": {"query": "a", "limit": true}}'},
        {"queries": '{"q0": {"query": "a", "limit": NaN}}'},
        {"queries": '{"q0": {"query": "a", "properties": [{"pid": 1}]}}'},
        {"queries": json.dumps({str(number): {"query": "a"} for number in range(201)})},
        {"queries": "[" * 50_000},
        {"extend": "{}"},
        {"extend": '{"ids": [1], "properties": []}'},
        {"extend": '{"ids": [], "properties": [{}]}'},
    ],
    ids=lambda asked: next(iter(asked.values()))[:40],
)
def test_what_cannot_be_read_is_refused_with_what_to_send(page: Page, asked: dict[str, str]) -> None:
    reply = page(f"/reconcile/en?{urlencode(asked)}")
    assert reply.status == 400
    assert "queries" in json.loads(reply.body)["detail"]
    assert page("/reconcile/de").status == page("/reconcile/nl/nothing").status == 404


def test_a_batch_of_ten_asks_the_index_ten_times_and_no_store(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard what keeps a batch fast: the matcher alone is asked, once a query and index."""
    asked: list[str] = []
    ours = site.reconciler._ours.candidates

    def counted(text: str, *given: Any, **more: Any) -> Any:
        asked.append(text)
        return ours(text, *given, **more)

    monkeypatch.setattr(site.reconciler._ours, "candidates", counted)
    monkeypatch.setattr(site.opened.store, "select", None)
    names = [
        "maatwerk",
        "structuur",
        "Ede",
        "Almere",
        "Wmo",
        "ouderen",
        "moeders",
        "salaris",
        "sociaal netwerk",
        "werk",
    ]
    site.reconciler.batch({str(at): {"query": one} for at, one in enumerate(names)}, "nl")
    assert asked == names


# ---- as OpenRefine asks


def test_a_tool_of_another_site_may_ask_by_form_and_learns_where_it_is(service: Service) -> None:
    body = urlencode({"queries": json.dumps({"q0": {"query": "Almere", "type": f"{WZ}Municipality"}})}).encode()
    form = "application/x-www-form-urlencoded"
    got = service.ask(
        "/reconcile/nl", "POST", body, Content_Type=form, Origin="http://refine.example", Sec_Fetch_Site="cross-site"
    )
    assert got.status == 200, got.text
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.json()["q0"]["result"][0]["match"] is True
    manifest = service.ask("/reconcile/en", Origin="http://refine.example").json()
    assert manifest["suggest"]["entity"]["service_url"] == f"{service.url}/reconcile/en"
    before = service.ask(
        "/reconcile/nl", "OPTIONS", Origin="http://refine.example", Access_Control_Request_Method="POST"
    )
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in service.ask("/nl/", Origin="http://refine.example").headers
    assert service.ask("/reconcile/nl", "POST", b"{}", Content_Type="application/json").status == 400
    assert service.ask("/reconcile/nl", "DELETE").status == 405
