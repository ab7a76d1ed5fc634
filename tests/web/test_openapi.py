"""What the description of the API says is what the service does, and the service does nothing that it does not say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from webtools import Got, Service

from werkzaam.submissions import MEDIA
from werkzaam.web import app, routes
from werkzaam.web.intake import REPORTS
from werkzaam.web.negotiation import GRAPHS, JSON, RESULTS
from werkzaam.web.openapi import described
from werkzaam.web.watch import Watch

pytestmark = pytest.mark.once

TOKEN = "noord-zeven-kastanje-41"
DOCUMENT = described("/", "1.2.3")
METHODS = ("get", "put", "post", "delete", "patch")
EXAMPLES, TRIALS = 12, 5
"""How often an address is asked, and how often something is sent to it."""
# Not for programs: pages, and what makes them look well.
PAGES = re.compile(r"/static/.*|/\{path\}")


def operations() -> list[tuple[str, str]]:
    return [(path, method) for path, one in DOCUMENT["paths"].items() for method in METHODS if method in one]


def resolved(node: Any) -> Any:
    """Give a part of the description with every reference followed."""
    if isinstance(node, dict):
        if "$ref" in node:
            found: Any = DOCUMENT
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            return resolved(found)
        return {key: resolved(value) for key, value in node.items()}
    return [resolved(one) for one in node] if isinstance(node, list) else node


@pytest.fixture(scope="module")
def described_service(serving: Callable[..., Service], small_store: Path) -> Service:
    """Give a service with a token over a store; what is sent to it here is refused or only tried."""
    return serving("--store", f"oxigraph:{small_store}", "--timeout", "30", WERKZAAM_TOKEN=TOKEN)


def test_every_route_is_described_and_every_description_has_a_route() -> None:
    service = app.Service(app.Setting())
    made = {re.sub(r":path\}", "}", one.path) for one in routes.routes(service, Watch())} | {"/sparql"}
    programs = {path for path in made if not PAGES.fullmatch(path)}
    one_document = {"/api/cases/{study}", "/api/cases/{study}/{case}"}
    assert {*programs - {"/api/cases/{document}"}, *one_document} == set(DOCUMENT["paths"])


def test_every_method_is_described_and_every_description_is_a_method(described_service: Service) -> None:
    for path, one in DOCUMENT["paths"].items():
        place = path.replace("{study}", "buurttafel").replace("{case}", "de-buurttafel")
        allowed = set(described_service.ask(place, "OPTIONS").headers["allow"].lower().split(", "))
        assert {method for method in METHODS if method in one} == allowed - {"head", "options"}, path
        for method in METHODS:
            if method not in one:
                assert described_service.ask(place, method.upper()).status == 405, (method, path)


def test_what_is_served_is_what_is_kept_with_address_and_version(described_service: Service) -> None:
    told = described_service.ask("/api/openapi.json").json()
    assert told == {**DOCUMENT, "info": {**DOCUMENT["info"], "version": told["info"]["version"]}}
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["info"]["version"])


def test_the_forms_that_are_described_are_those_that_are_taken_and_given() -> None:
    answers = resolved(DOCUMENT["paths"]["/sparql"]["get"]["responses"]["200"])["content"]
    assert set(answers) == {*RESULTS, *GRAPHS}
    sent = resolved(DOCUMENT["paths"]["/api/cases"]["post"]["requestBody"])["content"]
    assert {MEDIA[one] for one in sent} == set(MEDIA.values())
    told = resolved(DOCUMENT["paths"]["/api/cases"]["post"]["responses"]["422"])["content"]
    assert set(told) == set(REPORTS)
    read = resolved(DOCUMENT["paths"]["/api/cases/{study}"]["get"]["responses"]["200"])["content"]
    assert set(read) == {JSON, *GRAPHS}


def test_what_changes_something_asks_for_the_token_and_nothing_else_does() -> None:
    changing = {(path, method) for path, method in operations() if "security" in DOCUMENT["paths"][path][method]}
    assert changing == {one for one in operations() if one[0] != "/sparql" and one[1] != "get"}


def test_the_description_is_one_of_openapi() -> None:
    names = [DOCUMENT["paths"][path][method]["operationId"] for path, method in operations()]
    assert len(set(names)) == len(names) >= 12
    for one in (DOCUMENT["components"]["schemas"]).values():
        jsonschema.Draft202012Validator.check_schema(one)
    assert all("summary" in DOCUMENT["paths"][path][method] for path, method in operations())


def check_answer(path: str, method: str, got: Got) -> None:
    """See that an answer is one that the description knows: status, media type, content, headers."""
    answers = DOCUMENT["paths"][path][method]["responses"]
    assert str(got.status) in answers, (path, method, got.status, got.text[:300])
    answer = resolved(answers[str(got.status)])
    for name, header in answer.get("headers", {}).items():
        assert name.lower() in got.headers or not header.get("required"), name
    if not answer.get("content"):
        return
    media = got.headers["content-type"].partition(";")[0]
    assert media in answer["content"], (path, method, got.status, media)
    if media.endswith("json"):
        schema = answer["content"][media].get("schema", True)
        jsonschema.validate(json.loads(got.body), schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(("path", "method"), operations(), ids=lambda one: str(one))
def test_whatever_is_sent_gets_an_answer_that_is_described(described_service: Service, path: str, method: str) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, given, settings

    schema = schemathesis.openapi.from_dict(DOCUMENT)
    operation = schema[path][method.upper()]
    seen: list[int] = []
    most = TRIALS if "security" in DOCUMENT["paths"][path][method] else EXAMPLES

    @given(case=operation.as_strategy())
    @settings(
        derandomize=True, deadline=None, database=None, max_examples=most, suppress_health_check=list(HealthCheck)
    )
    def asked(case: Any) -> None:
        allowed = {"Authorization": f"Bearer {TOKEN}"} if method != "get" else {}
        # Nothing is to come in or go out by chance, so changes are only tried.
        tried = {"params": {"dry-run": "1"}} if method in ("post", "put") and path != "/sparql" else {}
        answer = case.call(base_url=described_service.url, headers=allowed, **tried)
        got = Got(answer.status_code, {k.lower(): v[0] for k, v in answer.headers.items()}, answer.content)
        check_answer(path, method, got)
        seen.append(got.status)

    asked()
    assert len(seen) >= (most if "parameters" in DOCUMENT["paths"][path][method] else 1)
    assert not [one for one in seen if one >= 500]


def test_after_all_that_the_honest_question_has_its_answer(described_service: Service) -> None:
    assert described_service.ask("/api/cases").json()["cases"][0]["name"] == "buurttafel/de-buurttafel"
    assert described_service.query("ASK { ?s ?p ?o }").json()["boolean"] is True
