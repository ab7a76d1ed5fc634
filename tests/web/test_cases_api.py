"""Documents over HTTP: through the checks of `add`, by whoever has a token and nobody else, while others read."""

from __future__ import annotations

import json
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from webtools import Got, Service, until

from werkzaam.forms.convert import convert
from werkzaam.submissions import MEDIA
from werkzaam.web import api

pytestmark = pytest.mark.thorough

TOKEN, OTHER = "noord-zeven-kastanje-41", "de-vorige-die-nog-even-mag"
CASE, NAME = "/api/cases/buurttafel/de-buurttafel", "Griet Vergeetmij"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (?c = ?f && ?f != ?i) }"
CLAIMS = "SELECT (COUNT(*) AS ?n) WHERE { ?document <https://w3id.org/werkzaam/ontology#contains> ?claim }"


@dataclass(frozen=True)
class Desk:
    """A service over a store of its own."""

    service: Service
    folder: Path

    def send(
        self, method: str, path: str, body: bytes | str = b"", media: str = "application/yaml", **more: str
    ) -> Got:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": media, **more}
        return self.service.ask(path, method, body.encode() if isinstance(body, str) else body, **headers)

    def claims(self) -> int:
        got = self.service.query(CLAIMS)
        assert got.status == 200, got.text
        return int(got.json()["results"]["bindings"][0]["n"]["value"])

    def generation(self) -> str:
        return str(json.loads((self.folder / "current").read_bytes())["generation"])


@pytest.fixture(scope="module")
def desk(serving: Callable[..., Service], small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = Path(shutil.copytree(small_store, tmp_path_factory.mktemp("desk") / "store"))
    service = serving("--store", f"oxigraph:{folder}", "--timeout", "60", WERKZAAM_TOKEN=f"{OTHER}\n{TOKEN}")
    return Desk(service, folder)


@pytest.fixture
def unchanged(desk: Desk) -> Iterator[None]:
    """See that nothing changed."""
    before = desk.generation()
    yield
    assert desk.generation() == before


@pytest.fixture(scope="module")
def case(data: Path) -> str:
    return (data / "buurttafel.yaml").read_text("utf-8")


def study(name: str, case: str) -> str:
    """Give the case as one of another study, with things and claims of its own."""
    return case.replace("buurttafel", name)


# ---- reading


def test_the_documents_are_listed_with_where_they_come_from(desk: Desk) -> None:
    told = desk.service.ask("/api/cases").json()
    assert told["version"] == 1
    one = next(one for one in told["cases"] if one["name"] == "buurttafel/de-buurttafel")
    assert (one["case"], one["version"]) == ("https://w3id.org/werkzaam/id/intervention/de-buurttafel", 1)
    assert one["files"][0]["name"] == "buurttafel.yaml"


def test_a_document_is_told_with_its_history_or_given_as_data(desk: Desk) -> None:
    told = desk.service.ask(CASE).json()["case"]
    assert [one["action"] for one in told["history"]] == ["added"]
    sizes = set()
    for media in ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"):
        got = desk.service.ask(CASE, Accept=media)
        assert (got.status, got.headers["content-type"].partition(";")[0]) == (200, media)
        sizes.add(len({quad.triple for quad in ox.parse(got.body, format=ox.RdfFormat.from_media_type(media))}))
    assert len(sizes) == 1
    assert sizes.pop() > 100


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/api/cases/buurttafel/niemand", "", 404),
        ("/api/cases/tombstones", "", 404),
        ("/api/cases/..%2f..%2fetc%2fpasswd", "", 404),
        ("/api/cases/a/b/c", "", 404),
        ("/api/niets", "", 404),
        (CASE, "image/png", 406),
        ("/api/cases", "text/turtle", 406),
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(desk: Desk, path: str, accept: str, status: int) -> None:
    assert desk.service.ask(path, Accept=accept).status == status


# ---- who may


WRONG: dict[str, dict[str, str]] = {
    "nothing": {},
    "no token": {"Authorization": "Bearer"},
    "an empty one": {"Authorization": "Bearer "},
    "another": {"Authorization": "Bearer noord-zeven-kastanje-42"},
    "a part": {"Authorization": f"Bearer {TOKEN[:-1]}"},
    "more": {"Authorization": f"Bearer {TOKEN}x"},
    "twice": {"Authorization": f"Bearer {TOKEN} {TOKEN}"},
    "both": {"Authorization": f"Bearer {OTHER} {TOKEN}"},
    "in capitals": {"Authorization": f"Bearer {TOKEN.upper()}"},
    "by itself": {"Authorization": TOKEN},
    "as a password": {"Authorization": "Basic OnBhc3N3b3Jk"},
    "of another scheme": {"Authorization": f"Token {TOKEN}"},
    "in another header": {"X_Authorization": f"Bearer {TOKEN}", "Proxy_Authorization": f"Bearer {TOKEN}"},
    "as a cookie": {"Cookie": f"token={TOKEN}; Authorization=Bearer {TOKEN}"},
    "odd": {"Authorization": "Bearer \xff\xfe'\";--"},
}


@pytest.mark.parametrize("how", WRONG)
def test_without_the_token_nothing_is_changed(desk: Desk, case: str, unchanged: None, how: str) -> None:
    for method, path in (("POST", "/api/cases"), ("PUT", CASE), ("DELETE", CASE)):
        got = desk.service.ask(path, method, case.encode(), Content_Type="application/yaml", **WRONG[how])
        assert got.status == 401, (method, got.text)
        assert got.headers["www-authenticate"].startswith("Bearer")
        assert TOKEN not in got.text


@pytest.mark.parametrize("query", [f"access_token={TOKEN}", f"token={TOKEN}", f"Authorization=Bearer%20{TOKEN}"])
def test_a_token_in_the_address_is_none(desk: Desk, case: str, unchanged: None, query: str) -> None:
    got = desk.service.ask(f"/api/cases?{query}", "POST", case.encode(), Content_Type="application/yaml")
    assert got.status == 401


def test_two_tokens_at_once_are_none(desk: Desk, case: str, unchanged: None) -> None:
    connection = desk.service.connect()
    connection.putrequest("POST", "/api/cases")
    for name, value in (
        ("Authorization", f"Bearer {TOKEN}"),
        ("Authorization", "Bearer x"),
        ("Content-Type", "application/yaml"),
        ("Content-Length", str(len(case.encode()))),
    ):
        connection.putheader(name, value)
    connection.endheaders(case.encode())
    assert connection.getresponse().status == 401
    connection.close()


def test_a_service_over_the_packaged_data_takes_nothing(service: Service, case: str) -> None:
    got = service.ask(
        "/api/cases", "POST", case.encode(), Content_Type="application/yaml", Authorization=f"Bearer {TOKEN}"
    )
    assert got.status == 403
    assert "--store" in got.json()["detail"]


def test_a_service_that_was_given_no_token_takes_nothing() -> None:
    assert api.tokens({}) == api.tokens({"WERKZAAM_TOKEN": "  \n"}) == ()


def test_a_token_that_can_be_guessed_stops_the_start(run: Callable[..., Any], small_store: Path) -> None:
    ran = run("serve", "--store", f"oxigraph:{small_store}", "--port", "0", WERKZAAM_TOKEN="geheim")
    assert (ran.code, "16" in ran.err) == (2, True)


# ---- what is wrong


@pytest.mark.parametrize(
    ("path", "media", "more", "status"),
    [
        ("/api/cases", "text/plain", {}, 415),
        ("/api/cases", "", {}, 415),
        ("/api/cases", "application/sparql-update", {}, 415),
        ("/api/cases", "multipart/form-data; boundary=x", {}, 415),
        ("/api/cases", "application/yaml", {"Content_Encoding": "gzip"}, 415),
        ("/api/cases", "application/yaml", {"Accept": "image/png"}, 406),
        ("/api/cases?dryrun=1", "application/yaml", {}, 400),
        ("/api/cases?dry-run=ja", "application/yaml", {}, 400),
        ("/api/cases?force=1", "application/yaml", {}, 400),
    ],
)
def test_a_request_that_is_not_understood_changes_nothing(
    desk: Desk, case: str, unchanged: None, path: str, media: str, more: dict[str, str], status: int
) -> None:
    assert desk.send("POST", path, study("vreemd", case), media, **more).status == status


def test_a_document_larger_than_a_file_may_be_is_not_taken_in(desk: Desk, unchanged: None) -> None:
    connection = desk.service.connect()
    connection.putrequest("POST", "/api/cases")
    connection.putheader("Authorization", f"Bearer {TOKEN}")
    connection.putheader("Content-Length", "20000001")
    connection.endheaders(b"x")
    assert connection.getresponse().status == 413
    connection.close()


def test_methods_that_an_address_does_not_take_are_named(desk: Desk) -> None:
    got = desk.send("PUT", "/api/cases")
    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, POST")
    got = desk.send("POST", CASE)
    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, PUT, DELETE")


def test_all_that_is_wrong_with_a_document_is_told_with_its_places(desk: Desk, case: str, unchanged: None) -> None:
    wrong = case.replace("soort: onderzoek", "soort: onderzoekje").replace("mechanisme:", "mechanismen:", 1)
    told = desk.send("POST", "/api/cases", wrong)
    assert told.status == 422
    found = [one for one in told.json()["findings"] if one["severity"] == "violation"]
    assert len(found) >= 2
    assert all(one["line"] for one in found)
    sarif = desk.send("POST", "/api/cases", wrong, Accept="application/sarif+json")
    assert (sarif.status, sarif.headers["content-type"]) == (422, "application/sarif+json")
    errors = [one for one in sarif.json()["runs"][0]["results"] if one["level"] == "error"]
    assert len(errors) == len(found)
    text = desk.send("POST", "/api/cases", wrong, Accept="text/plain", Accept_Language="nl")
    assert text.text.count(": fout: ") == len(found)


@pytest.mark.parametrize("media", sorted(MEDIA))
def test_bytes_that_are_no_document_are_findings_in_every_form(desk: Desk, unchanged: None, media: str) -> None:
    got = desk.send("POST", "/api/cases", b"\xff\xfe{[<not a document", media)
    assert got.status == 422, got.text
    assert any(one["severity"] == "violation" for one in got.json()["findings"])


def test_a_document_under_the_name_of_another_is_a_conflict(desk: Desk, case: str, unchanged: None) -> None:
    got = desk.send("PUT", "/api/cases/buurttafel/een-ander", case)
    assert got.status == 409
    assert [one["code"] for one in got.json()["findings"] if one["severity"] == "violation"] == ["document-other"]


def test_a_document_that_takes_the_claims_of_another_is_a_conflict(desk: Desk, case: str, unchanged: None) -> None:
    taken = case.replace("casus: de-buurttafel", "casus: de-tweede").replace(
        "intervention/de-buurttafel", "intervention/de-tweede"
    )
    assert taken != case
    got = desk.send("POST", "/api/cases", taken)
    assert got.status == 409, got.text
    assert "told-elsewhere" in {one["code"] for one in got.json()["findings"]}


# ---- what is right


@pytest.mark.parametrize("form", ["yaml", "jsonld", "ttl", "trig", "nq", "nt", "rdf", "xlsx"])
def test_a_case_may_come_in_every_form(desk: Desk, data: Path, unchanged: None, form: str) -> None:
    media = next(media for media, ending in MEDIA.items() if ending == f".{form}")
    body = convert(str(data / "buurttafel.yaml"), form, "nl").content
    assert body
    got = desk.send("POST", "/api/cases?dry-run=1", body, f"{media}; charset=utf-8")
    assert got.status == 200, got.text
    told = got.json()["documents"][0]
    assert (told["state"], told["claims"], told["new"], told["gone"]) == ("dry-run", 6, [], [])


def test_who_asks_after_a_case_came_in_sees_it_and_nobody_sees_who_sent_it(desk: Desk, case: str) -> None:
    before, text = desk.claims(), study("wijktafel", case)
    said = {"Werkzaam_By": "Griet%20Vergeetmij", "Werkzaam_Email": "griet@example.org", "Werkzaam_Note": "eerste"}
    got = desk.send("POST", "/api/cases", text, **said)
    assert got.status == 201, got.text
    place = got.headers["location"]
    assert place == "/api/cases/wijktafel/de-wijktafel"
    assert got.json()["documents"][0]["claims"] == 6
    assert desk.claims() == before + 6
    assert desk.service.ask(place).json()["case"]["version"] == 1
    assert desk.service.ask("/nl/id/intervention/de-wijktafel").status == 200
    again = desk.send("POST", "/api/cases", text)
    assert (again.status, again.json()["documents"][0]["state"]) == (200, "unchanged")
    everything = desk.service.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", Accept="application/n-triples").text
    for seen in (everything, desk.service.ask(place).text, desk.service.ask("/api/cases").text, got.text):
        assert "griet" not in seen.lower()
    kept = (desk.folder / desk.generation() / "people.jsonl").read_text("utf-8")
    assert NAME in kept


def test_a_document_that_is_put_is_a_new_version_and_one_that_is_taken_out_is_gone(desk: Desk, case: str) -> None:
    text, place = study("pleintafel", case), "/api/cases/pleintafel/de-pleintafel"
    assert desk.send("PUT", place, text).status == 201
    got = desk.send("PUT", place, text + "\n")
    assert (got.status, got.json()["documents"][0]["version"]) == (201, 2)
    assert desk.send("DELETE", place).status == 200
    assert desk.service.ask(place).status == 410
    assert desk.send("DELETE", place).status == 404


def test_a_document_without_claims_is_served_as_well(desk: Desk, run: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    assert run("template", "--as", "yaml", "--empty", "--out", file).code == 0
    got = desk.send("POST", "/api/cases", file.read_bytes())
    assert got.status == 201, got.text
    told = desk.service.ask(got.headers["location"]).json()
    assert (told["generation"], told["case"]["kinds"]) == (desk.generation(), {})


def test_what_is_added_beside_the_service_is_served_without_a_restart(
    desk: Desk, case: str, start: Callable[..., Any], tmp_path: Path
) -> None:
    before, file = desk.claims(), tmp_path / "straattafel.yaml"
    file.write_text(study("straattafel", case), "utf-8")
    assert start("add", file, "--store", f"oxigraph:{desk.folder}").code == 0
    assert until(lambda: desk.claims() == before + 6, 60)


def test_a_store_that_is_damaged_later_leaves_what_is_served_as_it_is(desk: Desk) -> None:
    before, current = desk.claims(), desk.folder / "current"
    kept = current.read_bytes()
    try:
        current.write_bytes(b"{}")
        assert until(lambda: desk.service.ask("/health").json()["store"] == "behind", 30)
        assert desk.claims() == before
    finally:
        current.write_bytes(kept)
    assert until(lambda: desk.service.ask("/health").json()["store"] == "ok", 60)


def test_a_query_that_runs_ends_on_what_it_began_with_also_when_the_service_is_to_stop(
    serving: Callable[..., Service], small_store: Path, tmp_path: Path, case: str
) -> None:
    folder = Path(shutil.copytree(small_store, tmp_path / "store"))
    own = serving("--store", f"oxigraph:{folder}", "--timeout", "8", "--log", WERKZAAM_TOKEN=TOKEN)
    answers: list[int] = []
    long = threading.Thread(target=lambda: answers.append(own.query(ENDLESS).status))
    long.start()
    assert until(lambda: 'children_busy{pool="queries"} 1.0' in own.ask("/metrics").text, 10)
    said = {"Authorization": f"Bearer {TOKEN}", "Content_Type": "application/yaml", "Werkzaam_By": NAME}
    assert own.ask("/api/cases", "POST", study("wijktafel", case).encode(), **said).status == 201
    own.process.send_signal(signal.SIGTERM)
    long.join(60)
    # Its time ended, and neither the change nor the stop ended it before.
    assert answers == [504]
    assert own.process.wait(30) == 0
    assert own.process.stderr
    log = own.process.stderr.read()
    assert "POST api 201" in log
    assert "POST sparql 504" in log
    assert not any(word in log for word in ("wijktafel", "Griet", TOKEN, "COUNT"))


@pytest.mark.parametrize("store", ["oxigraph:nowhere", "http://127.0.0.1:1/query", "elsewhere"])
def test_a_store_that_cannot_be_served_stops_the_start(run: Callable[..., Any], store: str) -> None:
    ran = run("serve", "--store", store, "--port", "0")
    assert ran.code == 2
    assert store.partition(":")[2] in ran.err
