"""A query asks other services only where that is allowed, and gets what they answer; nobody else is ever called."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from webtools import Service, until

from werkzaam.errors import InputError, UsageError
from werkzaam.web.federated import MOST, Unreadable, asked, filled
from werkzaam.web.federation import service as an_endpoint

CLAIM = "https://w3id.org/werkzaam/ontology#Configuration"
OTHER, THIRD = "https://data.example.org/sparql", "http://127.0.0.1:9/sparql"
ALLOWED = [OTHER, THIRD]
ASKED = f"SERVICE <{OTHER}> {{ ?s ?p ?o }}"
SKOS = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
WZ = "PREFIX wz: <https://w3id.org/werkzaam/ontology#>\n"

# ---- what is read in a query

TAKEN = {
    "alone": ("SELECT * { %s }", 1),
    "small letters": (f"select * {{ service <{OTHER}> {{ ?s ?p ?o }} }}", 1),
    "silent": (f"SELECT * {{ SERVICE SILENT <{OTHER}> {{ ?s ?p ?o }} }}", 1),
    "in a subselect": ("SELECT * { { SELECT ?s { %s } } }", 1),
    "where another pattern has to hold": ("SELECT * { ?s ?q ?r FILTER EXISTS { %s } }", 1),
    "optional": ("SELECT * { ?s ?q ?r OPTIONAL { %s } }", 1),
    "several": (f"SELECT * {{ %s SERVICE <{THIRD}> {{ ?s ?q ?r }} }}", 2),
    "after a comment with a brace": (f"SELECT * {{ SERVICE # }}\n <{OTHER}> # {{\n {{ ?s ?p '}}' }} }}", 1),
    "a subselect there": (f"SELECT * {{ SERVICE <{OTHER}> {{ SELECT ?s {{ ?s ?p ?o }} LIMIT 3 }} }}", 1),
    "only as a string": ("SELECT * { ?s ?p 'SERVICE <http://127.0.0.1:8/> { }' }", 0),
    "only as a comment": ("SELECT * { ?s ?p ?o } # SERVICE <http://127.0.0.1:8/> { }", 0),
    "only as a name": ("PREFIX service: <http://example.org/> SELECT * { ?service service:SERVICE ?o }", 0),
}
REFUSED = {
    "another address": (f"SELECT * {{ SERVICE <{OTHER}2> {{ ?s ?p ?o }} }}", "federate-allowed"),
    "another path": ("SELECT * { SERVICE <https://data.example.org/sparql/> { ?s ?p ?o } }", "federate-allowed"),
    "another scheme": ("SELECT * { SERVICE <http://data.example.org/sparql> { ?s ?p ?o } }", "federate-allowed"),
    "a user in the address": ("SELECT * { SERVICE <https://a@data.example.org/sparql> { } }", "federate-allowed"),
    "another silently": ("SELECT * { SERVICE SILENT <http://127.0.0.1:8/> { ?s ?p ?o } }", "federate-allowed"),
    "the second of two": ("SELECT * { %s SERVICE <http://127.0.0.1:8/> { } }", "federate-allowed"),
    "a variable": (f"SELECT * {{ VALUES ?x {{ <{OTHER}> }} SERVICE ?x {{ ?s ?p ?o }} }}", "federate-allowed"),
    "a short name": (f"PREFIX x: <{OTHER}> SELECT * {{ SERVICE x: {{ ?s ?p ?o }} }}", "federate-allowed"),
    "a relative name": ("BASE <https://data.example.org/> SELECT * { SERVICE <sparql> { } }", "federate-allowed"),
    "a file": ("SELECT * { SERVICE <file:///etc/passwd> { ?s ?p ?o } }", "federate-allowed"),
    "in a subselect": ("SELECT * { { SELECT * { SERVICE <http://127.0.0.1:8/> { } } } }", "federate-allowed"),
    "within another": (f"SELECT * {{ SERVICE <{OTHER}> {{ SERVICE <{THIRD}> {{ ?s ?p ?o }} }} }}", "federate-nested"),
    "within itself": (f"SELECT * {{ SERVICE <{OTHER}> {{ SELECT * {{ %s }} }} }}", "federate-nested"),
    "an escape in the address": (f"SELECT * {{ SERVICE <{OTHER[:-1]}\\u006c> {{ }} }}", "federate-escape"),
    "an escape in the word": (f"SELECT * {{ S\\u0045RVICE <{OTHER}> {{ ?s ?p ?o }} %s }}", "federate-escape"),
    "an escape elsewhere": ("SELECT * { %s FILTER (?s != '\\u0022') }", "federate-escape"),
    "no braces": (f"SELECT * {{ SERVICE <{OTHER}> ?s ?p ?o }}", "query-syntax"),
    "braces that stay open": (f"SELECT * {{ SERVICE <{OTHER}> {{ ?s ?p ?o }}", "query-syntax"),
    "nothing after it": ("SELECT * { SERVICE", "federate-allowed"),
    "a place where none may stand": (f"SELECT * {{ ?s SERVICE <{OTHER}> {{ ?s ?p ?o }} }}", "query-syntax"),
    "after OPTIONAL without braces": ("SELECT * { ?s ?q ?r OPTIONAL %s }", "query-syntax"),
    "wrong within": (f"SELECT * {{ SERVICE <{OTHER}> {{ ?s ?p }} }}", "query-syntax"),
    "a name that it does not have": (f"SELECT * {{ SERVICE <{OTHER}> {{ ?s skos:broader ?o }} }}", "query-syntax"),
    "an update": ("INSERT { ?s ?p ?o } WHERE { %s }", "query-update"),
    "an update in it": (f"SELECT * {{ SERVICE <{OTHER}> {{ }} }} ; DROP ALL", "query-update"),
    "too many": ("SELECT * { " + "%s " * (MOST + 1) + "}", "federate-many"),
    "too deep": (f"SELECT * {{ SERVICE <{OTHER}> {'{' * 3_000}{'}' * 3_000} }}", "query-deep"),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_what_is_asked_of_an_allowed_service_is_taken_out(kind: str) -> None:
    text, count = TAKEN[kind]
    text = text.replace("%s", ASKED)
    found = asked(text, ALLOWED)
    assert len(found) == count
    assert [ALLOWED[one.service] for one in found] == ALLOWED[:count]
    assert all(one.silent == ("SILENT" in text) for one in found)
    assert all("SERVICE <" not in one.query for one in found)
    nothing = filled(text, found, [b'{"head": {"vars": []}, "results": {"bindings": []}}'] * count)
    assert not re.search(r"(?i)\bservice\s", re.sub(r"#.*|'.*?'", "", nothing)) or not count


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_asked_of_anybody_else_is_refused(kind: str) -> None:
    text, key = REFUSED[kind]
    with pytest.raises(InputError) as refused:
        asked(text.replace("%s", ASKED), ALLOWED)
    assert refused.value.key == key
    if key == "federate-allowed":
        assert all(one in refused.value.message("en") for one in ALLOWED)


def test_the_other_gets_the_group_with_its_names_and_nothing_else() -> None:
    text = SKOS + f"SELECT ?label\nFROM <urn:ours>\n{{ ?a ?b ?c . SERVICE <{OTHER}> {{ ?c skos:prefLabel ?label }} }}"
    [one] = asked(text, ALLOWED)
    assert (
        one.query.split()
        == f"""BASE <https://w3id.org/werkzaam/> {SKOS}
        SELECT * WHERE {{ ?c skos:prefLabel ?label }}""".split()
    )


def test_a_mistake_is_told_at_its_own_line() -> None:
    with pytest.raises(InputError) as refused:
        asked(f"SELECT *\n{{\n SERVICE\n SILENT # {{\n <{OTHER}>\n {{ ?s ?p ?o }}\n ?s ?p\n}}", ALLOWED)
    assert refused.value.data["line"] == 8


def rows(*bindings: dict[str, Any], names: str = "s o") -> bytes:
    return json.dumps({"head": {"vars": names.split()}, "results": {"bindings": bindings}}).encode()


def test_rows_stand_where_the_service_stood() -> None:
    text = f"SELECT * {{ ?s ?q ?r . SERVICE <{OTHER}> {{ ?s ?p ?o }} }}"
    iri = {"type": "uri", "value": "https://example.org/a"}
    label = {"type": "literal", "value": 'a "quote" }', "xml:lang": "nl"}
    nameless = {"type": "bnode", "value": "b0"}
    assert filled(text, asked(text, ALLOWED), [rows({"s": iri, "o": label}, {"o": nameless})]) == (
        'SELECT * { ?s ?q ?r . { VALUES (?s ?o) { (<https://example.org/a> "a \\"quote\\" }"@nl) '
        "(UNDEF <https://w3id.org/werkzaam/.well-known/genid/0-b0>) } } }"
    )


def test_of_a_silent_failure_nothing_is_left() -> None:
    text = f"SELECT * {{ ?s ?q ?r . SERVICE SILENT <{OTHER}> {{ ?s ?p ?o }} }}"
    assert filled(text, asked(text, ALLOWED), [None]) == "SELECT * { ?s ?q ?r . { } }"


HOSTILE = {
    "an IRI that ends early": rows({"s": {"type": "uri", "value": "http://a> } SERVICE <http://b"}}),
    "a language that ends early": rows({"s": {"type": "literal", "value": "a", "xml:lang": "nl} ?x"}}),
    "a type that ends early": rows({"s": {"type": "literal", "value": "a", "datatype": "http://a> }"}}),
    "a nameless node that ends early": rows({"s": {"type": "bnode", "value": "a> }"}}),
    "a column that ends early": rows({}, names="s) } ?x"),
    "yes": b'{"head": {}, "boolean": true}',
    "no table": b"<html>",
    "nothing": b"",
    "half a table": rows({"s": {"type": "uri", "value": "http://a"}})[:-9],
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_answer_that_would_become_more_than_rows_is_refused(kind: str) -> None:
    text = f"SELECT * {{ SERVICE <{OTHER}> {{ ?s ?p ?o }} }}"
    with pytest.raises(Unreadable):
        filled(text, asked(text, ALLOWED), [HOSTILE[kind]])


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "data.example.org", "http://", "http://a:b@c.example/", "http://a/#b", "http://a/ b", ""],
)
def test_what_is_no_address_is_wrong_use(url: str) -> None:
    with pytest.raises(UsageError):
        an_endpoint(url)


# ---- two services, each in a process of its own, and one that behaves badly


class Bad(BaseHTTPRequestHandler):
    """Answers by the last word of its path, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]] = []
    elsewhere: ClassVar[str] = ""
    over: ClassVar[threading.Event] = threading.Event()

    def do_POST(self) -> None:
        kind = self.path.rpartition("/")[2]
        self.seen.append(kind)
        self.rfile.read(int(self.headers["Content-Length"]))
        table = rows({"s": {"type": "uri", "value": "https://example.org/a"}}, names="s")
        if kind == "moved":
            self._say(302, b"", Location=self.elsewhere)
        elif kind == "hangs":
            self.over.wait(60)
        elif kind == "drips":
            self._say(200, None, Content_Type="application/sparql-results+json")
            with suppress(OSError):
                while not self.over.wait(0.1):
                    self.wfile.write(b" ")
        elif kind == "large":
            self._say(200, b" " * 5_000_001 + table, Content_Type="application/sparql-results+json")
        elif kind == "dies":
            self._say(200, None, Content_Length="1000", Content_Type="application/sparql-results+json")
            self.wfile.write(table[:20])
        elif kind == "fails":
            self._say(500, b"a fault of mine\nand its traceback", Content_Type="text/plain")
        elif kind == "page":
            self._say(200, b"<p>hello</p>", Content_Type="text/html")
        elif kind == "yes":
            self._say(200, b'{"head":{},"boolean":true}', Content_Type="application/sparql-results+json")
        self.close_connection = True

    def _say(self, status: int, body: bytes | None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


KINDS = {
    "moved": (502, "points to another address"),
    "hangs": (504, "had not answered after 2 seconds"),
    "drips": (504, "had not answered after 2 seconds"),
    "large": (502, "larger than 5000000 bytes"),
    "dies": (502, "no table"),
    "fails": (502, "(500): a fault of mine"),
    "page": (502, "no table"),
    "yes": (502, "no table"),
}


@pytest.fixture(scope="module")
def trap() -> Iterator[socket.socket]:
    """Give a place that listens and that nobody may ever call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        yield listening
        with pytest.raises(TimeoutError):
            listening.accept()


@pytest.fixture(scope="module")
def bad(trap: socket.socket) -> Iterator[str]:
    Bad.elsewhere = f"http://127.0.0.1:{trap.getsockname()[1]}/sparql"
    with ThreadingHTTPServer(("127.0.0.1", 0), Bad) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        Bad.over.set()
        server.shutdown()


@pytest.fixture(scope="module")
def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def ours(serving: Callable[..., Service], bad: str, free: int) -> Service:
    """Give a service over the packaged data that may ask the other, the bad ones, and where nobody is."""
    others = [f"http://127.0.0.1:{free}/sparql", *(f"{bad}/{kind}" for kind in KINDS), "http://127.0.0.1:1/sparql"]
    return serving("--timeout", "2", *(word for url in others for word in ("--federate", url)))


@pytest.fixture(scope="module")
def other(serving: Callable[..., Service], small_store: Path, free: int, ours: Service) -> Service:
    """Give a service over another collection, that may ask ours."""
    return serving("--port", str(free), "--store", f"oxigraph:{small_store}", "--federate", f"{ours.url}/sparql")


def table(service: Service, query: str) -> list[dict[str, str]]:
    got = service.query(query)
    assert got.status == 200, got.text
    return [{name: one["value"] for name, one in row.items()} for row in got.json()["results"]["bindings"]]


def mechanisms(other: Service) -> str:
    """Give a query that joins claims of one service with the labels of another."""
    return f"""{SKOS}{WZ}
        SELECT ?label (COUNT(?claim) AS ?claims)
        {{
          ?claim a wz:Configuration ; wz:mechanism ?mechanism .
          SERVICE <{other.url}/sparql> {{ ?mechanism skos:prefLabel ?label FILTER (LANG(?label) = "nl") }}
        }}
        GROUP BY ?label ORDER BY ?label"""


together = pytest.mark.thorough


@together
def test_claims_of_one_service_are_joined_with_the_labels_of_another(ours: Service, other: Service) -> None:
    found = table(ours, mechanisms(other))
    local = re.sub(r"SERVICE <[^>]*>", "", mechanisms(other))
    assert len(found) > 10
    assert found == table(ours, local)
    assert found != table(other, local), "the other has claims of its own"
    # And the other way round: what ours has is counted by the other.
    count = f"SELECT (COUNT(*) AS ?n) {{ ?c a <{CLAIM}> }}"
    assert table(other, f"SELECT ?n {{ SERVICE <{ours.url}/sparql> {{ {count} }} }}") == table(ours, count)


@together
def test_the_example_of_the_documentation_runs_as_it_stands(ours: Service, other: Service, tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "federation.md"
    if not page.is_file() or shutil.which("curl") is None:
        pytest.skip("the documentation or curl is not here")
    [example] = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for shown, there in (("http://127.0.0.1:8001", other.url), ("http://127.0.0.1:8000", ours.url)):
        assert shown in example
        example = example.replace(shown, there)
    ran = subprocess.run(["bash", "-euc", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[0] == "label,claims"
    assert len(ran.stdout.splitlines()) > 10


@together
def test_a_service_that_may_ask_itself_or_one_that_may_ask_it_does_not_go_on_for_ever(
    ours: Service, other: Service
) -> None:
    there, here = f"{other.url}/sparql", f"{ours.url}/sparql"
    within = f"SELECT * {{ SERVICE <{there}> {{ SERVICE <{here}> {{ SERVICE <{there}> {{ ?s ?p ?o }} }} }} }}"
    assert (ours.query(within).status, other.query(within).status) == (400, 400)
    assert "SERVICE within a SERVICE" in ours.query(within).text


@together
@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_fails_is_told_or_left_out(ours: Service, bad: str, kind: str) -> None:
    status, said = KINDS[kind]
    got = ours.query(f"SELECT * {{ SERVICE <{bad}/{kind}> {{ ?s ?p ?o }} }}")
    assert got.status == status
    assert f"{bad}/{kind}" in got.text
    assert said in got.text
    assert got.text.count("\n") == 1
    if kind not in ("dies", "page", "yes"):
        silent = f"SELECT ?a {{ VALUES ?a {{ 1 }} SERVICE SILENT <{bad}/{kind}> {{ ?s ?p ?o }} }}"
        assert table(ours, silent) == [{"a": "1"}]


@together
def test_a_service_that_is_not_there_is_told_in_the_language_of_the_reader(ours: Service) -> None:
    query = "SELECT * { SERVICE <http://127.0.0.1:1/sparql> { ?s ?p ?o } }"
    assert "did not answer" in ours.query(query).text
    assert "gaf geen antwoord" in ours.query(query, Accept_Language="nl").text


@together
def test_nobody_else_is_ever_called(ours: Service, bad: str, trap: socket.socket) -> None:
    place = f"http://127.0.0.1:{trap.getsockname()[1]}/sparql"
    for kind, (text, _) in REFUSED.items():
        got = ours.query(text.replace("%s", ASKED).replace(OTHER, place).replace("http://127.0.0.1:8/", place))
        assert got.status in (400, 403), kind
    ours.query(f"SELECT * {{ SERVICE SILENT <{bad}/moved> {{ ?s ?p ?o }} }}")
    assert "moved" in Bad.seen
    with pytest.raises(TimeoutError):
        trap.accept()
    assert ours.query(f"SELECT * {{ SERVICE <{bad}/unknown> {{ }} }}").status == 400
    assert "unknown" not in Bad.seen


@together
def test_others_read_on_while_a_service_hangs(ours: Service, bad: str) -> None:
    slow = f"SELECT * {{ SERVICE <{bad}/hangs> {{ ?s ?p ?o }} }}"
    waiting = [threading.Thread(target=ours.query, args=(slow,)) for _ in range(8)]
    for one in waiting:
        one.start()
    assert until(lambda: Bad.seen[-1] == "hangs", 5)
    assert table(ours, "SELECT * { VALUES ?a { 1 } }") == [{"a": "1"}]
    assert ours.ask("/en/").status == 200
    for one in waiting:
        one.join()


@together
def test_when_the_client_leaves_the_other_is_left_too(ours: Service, other: Service) -> None:
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (?c = ?f && ?f != ?i) }"
    connection = ours.connect()
    query = f"SELECT * {{ SERVICE <{other.url}/sparql> {{ {endless} }} }}"
    connection.request("POST", "/sparql", query.encode(), {"Content-Type": "application/sparql-query"})
    assert until(lambda: _working(other), 2)
    connection.close()
    assert until(lambda: not _working(other), 5)


def _working(service: Service) -> bool:
    return 'werkzaam_children_busy{pool="queries"} 1' in service.ask("/metrics").text


@together
def test_no_process_that_reads_queries_can_open_anything(ours: Service) -> None:
    """The one kind of child that can is forked from a process that holds no data."""
    limits = [Path(f"/proc/{one}/limits").read_text() for one in ours.children()]
    closed = [one for one in limits if re.search(r"Max open files +0 +0 ", one)]
    assert len(closed) == 7, "the children for pages, forms and queries"
    assert len(limits) - len(closed) == 4, "those that ask others"


@together
def test_what_it_says_of_itself_tells_that_it_asks_others(ours: Service, service: Service) -> None:
    feature = "http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery"
    assert feature in ours.ask("/sparql", Accept="application/n-triples").text
    assert feature not in service.ask("/sparql", Accept="application/n-triples").text
    assert service.query(f"SELECT * {{ SERVICE <{ours.url}/sparql> {{ ?s ?p ?o }} }}").status == 400
