"""Whatever a client sends gets a clear refusal, and the next honest question its answer."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from webtools import Service, parent, until

pytestmark = pytest.mark.thorough

HONEST = "SELECT (COUNT(*) AS ?n) WHERE { ?claim a <https://w3id.org/werkzaam/ontology#Configuration> }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (?c = ?f && ?f != ?i) }"

# Queries that end the engine's process, by its own stack, where nothing looks at them before.
CRASHES = {
    "braces": "SELECT * WHERE " + "{" * 3_000 + "}" * 3_000,
    "brackets": "SELECT * WHERE { FILTER (" + "(" * 6_000 + "1" + ")" * 6_000 + ") }",
    "unions": "SELECT * WHERE { " + " UNION ".join(["{ ?s ?p ?o }"] * 8_000) + " }",
    "ors": "SELECT * WHERE { ?s ?p ?o FILTER (" + " || ".join(["?s = ?o"] * 12_000) + ") }",
    "paths": "SELECT * WHERE { ?s " + "/".join(["<a:b>"] * 20_000) + " ?o }",
    "nots": "SELECT * WHERE { ?s ?p ?o FILTER (" + "!" * 30_000 + "?s) }",
    "strings": "SELECT * WHERE { ?s ?p ?o FILTER (" + "STR(" * 10_000 + "?s" + ")" * 10_000 + ") }",
    "huge": "SELECT * WHERE { ?s ?p ?o } # " + "x" * 200_000,
}
OUTSIDE = {
    "plain": "SELECT * { SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
    "small": "select * { service <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
    "variable": "SELECT * { VALUES ?x { <http://127.0.0.1:{port}/> } SERVICE ?x { ?s ?p ?o } }",
    "escaped": "SELECT * { S\\u0045RVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
    "hidden": "SELECT * { # }\n SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
    "spaced": "SELECT * { SERVICE\n\t<http://127.0.0.1:{port}/>{?s ?p ?o}}",
    "prefixed": "PREFIX x: <http://127.0.0.1:{port}/> SELECT * { SERVICE x: { ?s ?p ?o } }",
    "load": "LOAD <http://127.0.0.1:{port}/>",
}
UPDATES = ["INSERT DATA { <a:a> <a:b> <a:c> }", "DELETE WHERE { ?s ?p ?o }", "CLEAR ALL", "DROP ALL", "insert data {}"]


def honest(service: Service) -> int:
    got = service.query(HONEST)
    assert got.status == 200, got.text
    return int(got.json()["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize("name", CRASHES)
def test_a_query_that_crashes_the_engine_is_a_400(service: Service, name: str) -> None:
    before = honest(service)
    got = service.query(CRASHES[name])
    assert got.status == 400
    assert got.text.strip()
    assert "Traceback" not in got.text
    assert honest(service) == before > 100


def test_a_query_that_passes_the_first_look_and_kills_its_child_is_a_400(service: Service) -> None:
    memory = "SELECT (GROUP_CONCAT(?x) AS ?g) WHERE { { SELECT (CONCAT(STR(?a), STR(?c), STR(?f)) AS ?x) "
    memory += "WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } } }"
    got = service.query(memory)
    assert got.status in (400, 504)
    assert honest(service) > 100


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_query_reaches_another_server(service: Service, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.3)
        got = service.query(OUTSIDE[name].replace("{port}", str(trap.getsockname()[1])))
        assert got.status in (400, 403), got.text
        with pytest.raises(TimeoutError):
            trap.accept()
    assert honest(service) > 100


def test_a_child_can_open_neither_a_file_nor_a_socket(service: Service) -> None:
    """Even where the first look is passed: the limit of the kernel holds, and little is open."""
    honest(service)
    children = service.children()
    assert len(children) >= 2
    for pid in children:
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert "Max open files            0                    0" in limits
        opened = [os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir()]
        assert sorted(name.partition(":")[0] for name in opened) == ["/dev/null"] * 3 + ["socket"]
        assert any(line.startswith("Max address space") and "unlimited" not in line for line in limits.splitlines())
        assert any(
            line.startswith("Max cpu time") and not line.split()[3] == "unlimited" for line in limits.splitlines()
        )


@pytest.mark.parametrize("update", UPDATES)
def test_no_update_is_done_in_any_spelling(service: Service, update: str) -> None:
    before = honest(service)
    for path, body, media in (
        ("/sparql", update.encode(), "application/sparql-query"),
        ("/sparql", update.encode(), "application/sparql-update"),
        ("/sparql", b"update=" + update.encode().replace(b" ", b"+"), "application/x-www-form-urlencoded"),
        ("/sparql?update=" + update.replace(" ", "+"), b"", "application/x-www-form-urlencoded"),
    ):
        got = service.ask(path, "POST", body, Content_Type=media)
        assert got.status in (400, 403), (path, got.status)
    for method in ("PUT", "DELETE", "PATCH"):
        assert service.ask("/sparql", method, update.encode()).status == 405
        assert service.ask("/nl/", method).status == 405
    assert honest(service) == before


@pytest.fixture(scope="module")
def hasty(serving: Callable[..., Service]) -> Service:
    """Give a service with little time and few places."""
    return serving("--timeout", "1", "--children", "2")


def test_after_a_504_nothing_of_ours_is_busy(hasty: Service) -> None:
    got = hasty.query(ENDLESS)
    assert got.status == 504
    assert "1" in got.text
    time.sleep(0.2)
    before = hasty.cpu()
    time.sleep(1)
    assert hasty.cpu() - before < 0.1
    assert honest(hasty) > 100


def test_when_the_client_leaves_its_query_is_stopped(service: Service) -> None:
    connection = service.connect()
    connection.request("POST", "/sparql", ENDLESS.encode(), {"Content-Type": "application/sparql-query"})
    time.sleep(0.5)
    connection.close()
    time.sleep(0.3)
    before = service.cpu()
    time.sleep(1)
    assert service.cpu() - before < 0.1
    assert honest(service) > 100


def test_a_full_house_is_a_503_and_empties_again(hasty: Service) -> None:
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(hasty.query(ENDLESS).status)) for _ in range(80)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(codes) <= {503, 504}
    assert codes.count(503) >= 10
    assert codes.count(504) >= 2
    assert until(lambda: hasty.query(HONEST).status == 200, 30)


def test_pages_answer_while_every_place_for_queries_is_taken(hasty: Service) -> None:
    threads = [threading.Thread(target=hasty.query, args=(ENDLESS,)) for _ in range(4)]
    for one in threads:
        one.start()
    assert hasty.ask("/nl/").status == 200
    for one in threads:
        one.join()


def test_a_child_that_is_killed_is_replaced(service: Service) -> None:
    children = service.children()
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: not any(_runs(pid) for pid in children), 5)
    assert honest(service) > 100
    assert service.ask("/nl/").status == 200


def test_a_process_with_the_data_that_is_killed_is_replaced(serving: Callable[..., Service]) -> None:
    own = serving("--children", "1")
    assert own.ask("/health").status == 200
    stem = parent(own.children()[0])
    os.kill(stem, signal.SIGKILL)
    assert until(lambda: own.ask("/health").status == 200 and parent((own.children() or [0])[0]) not in (0, stem), 60)
    assert honest(own) > 100
    assert own.ask("/nl/").status == 200


def test_a_service_that_is_killed_leaves_no_child(serving: Callable[..., Service]) -> None:
    own = serving("--children", "1")
    children = [pid for pid in own.processes() if pid != own.process.pid]
    assert children
    os.kill(own.process.pid, signal.SIGKILL)
    own.process.wait(10)
    assert until(lambda: not any(_runs(pid) for pid in children), 5)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def raw(service: Service, *parts: bytes, pause: float = 0, seconds: float = 20) -> bytes:
    """Send bytes as they stand, and give what comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=seconds) as way:
        got = b""
        try:
            for part in parts:
                way.sendall(part)
                time.sleep(pause)
            while more := way.recv(65536):
                got += more
                if b"\r\n\r\n" in got and pause == 0:
                    break
        except (TimeoutError, ConnectionError):
            pass
        return got


def test_a_body_of_a_hundred_megabytes_is_not_taken_in(service: Service) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sparql-query\r\n"
    got = raw(service, head + b"Content-Length: 100000000\r\n\r\n" + b"x" * 100_000)
    assert b" 413 " in got.splitlines()[0]
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    got = raw(service, head + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 20)
    assert not got or b" 413 " in got.splitlines()[0]
    assert honest(service) > 100


def test_a_body_that_does_not_come_is_not_waited_for(hasty: Service) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sparql-query\r\n"
    head += b"Content-Length: 50\r\n\r\n"
    got = raw(hasty, head + b"SELECT", seconds=60)
    assert b" 408 " in got.splitlines()[0]
    assert honest(hasty) > 100


def test_a_head_that_does_not_come_is_not_waited_for(hasty: Service) -> None:
    got = raw(hasty, b"GET /nl/ HTTP/1.1\r\nHost: 127", pause=0.01, seconds=60)
    assert got == b""
    assert honest(hasty) > 100


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "[::2]", "", "a b"])
def test_a_forged_host_is_refused(service: Service, host: str) -> None:
    got = raw(service, f"GET /nl/ HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert b" 400 " in got.splitlines()[0]
    assert host.encode() not in got or not host


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8000"])
def test_the_names_of_this_machine_are_ours(service: Service, host: str) -> None:
    got = raw(service, f"GET /nl/ HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert b" 200 " in got.splitlines()[0]


def test_two_hosts_are_refused(service: Service) -> None:
    got = raw(service, b"GET /nl/ HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
    assert b" 400 " in got.splitlines()[0]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/nl/../../etc/passwd",
        "/nl/..%2f..%2fetc%2fpasswd",
        "/id/claim/%3E%20%3Fp%20%3Fo%20%7D%20%23",
        "/nl/concept/mechanism/structure%3E",
        "/nl/id/" + "a/" * 5_000,
        "/nl/%00",
        "/nl/%ff%fe",
        "//evil.example/nl/",
    ],
)
def test_a_path_that_leads_elsewhere_leads_nowhere(service: Service, path: str) -> None:
    got = service.ask(path)
    assert got.status in (400, 404, 414), got.status
    assert b"root:" not in got.body
    assert "Traceback" not in got.text


@pytest.mark.parametrize(
    "query",
    [
        "for=%3Cscript%3Ealert(1)%3C/script%3E",
        "for=older%22%3E%3Cscript%3E",
        "for=" + "a," * 3_000,
        "&".join(f"for={n}" for n in range(400)),
        "for=%00",
        "for=%ff",
        "heading=%3Cb%3E",
        "heading=for&page=99999999999999999999",
        "page=-1",
    ],
)
def test_an_address_that_makes_no_sense_gets_a_page_that_says_so(service: Service, query: str) -> None:
    for path in ("/nl/wat-werkt", "/en/gap-map", "/nl/sparql", "/en/"):
        got = service.ask(f"{path}?{query}")
        assert got.status in (200, 400, 404, 414), (path, got.status)
        assert b"<script" not in got.body.replace(b'<script type="application/ld+json">{', b"")
        assert b"Traceback" not in got.body


def test_what_protects_readers_is_in_every_answer(service: Service) -> None:
    for path in ("/nl/", "/sparql", "/nl/nothing", "/id/claim/adp/k603", "/static/icon.svg"):
        got = service.ask(path)
        policy = got.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["referrer-policy"] == "no-referrer"
    assert service.ask("/nl/", Host="evil.example").headers["content-security-policy"]


def test_a_head_is_answered_without_a_body(service: Service) -> None:
    for path in ("/nl/", "/sparql?query=ASK%20%7B%7D"):
        got = service.ask(path, "HEAD")
        assert (got.status, got.body) == (200, b"")


def test_the_answer_comes_in_the_form_that_is_wanted_most(service: Service) -> None:
    for accept, media in (
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv;q=0.3, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
    ):
        assert service.query("SELECT (1 AS ?a) {}", Accept=accept).headers["content-type"] == media, accept
    assert service.query("SELECT (1 AS ?a) {}", Accept="image/png").status == 406
    graph = service.query("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3", Accept="application/ld+json")
    assert graph.headers["content-type"] == "application/ld+json"
    assert json.loads(graph.body)
