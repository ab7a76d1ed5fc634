"""Whatever comes in from outside may be wrong, huge or hostile: one clear line a fault, never a traceback."""

from __future__ import annotations

import importlib
import json
import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from werkzaam import foreign, sandbox
from werkzaam.build import packaged_nquads, write_store
from werkzaam.errors import InputError
from werkzaam.foreign import check_query
from werkzaam.messages import catalogue, say

Run = Callable[..., Any]
LANGUAGES = ("nl", "en")

HEAD = "werkzaam: 1\ntaal: nl\nonderzoek: adp\n"
PREFIX = "@prefix wz: <https://w3id.org/werkzaam/ontology#> .\n"


def pattern(key: str, lang: str) -> str:
    """Give what matches the message of `key`, whatever is filled in."""
    parts = Formatter().parse(catalogue()[key][lang])
    return "".join(re.escape(text) + (".*" if name is not None else "") for text, name, _, _ in parts)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def assert_one_line(ran: Any, code: int, key: str, lang: str) -> None:
    assert ran.code == code, ran.out + ran.err
    assert "Traceback" not in ran.out + ran.err
    assert ran.out == ""
    said = [line for line in lines(ran.err) if not line.startswith("  ")]  # a build also names its documents
    assert len(said) == 1, ran.err
    assert re.fullmatch(pattern(key, lang), said[0]), said[0]
    assert len(said[0]) < 500


# ---- documents

ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP = "".join(f"{' ' * depth}b:\n" for depth in range(3000))
XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n{}</rdf:RDF>'
PAIRS = '<rdf:Description rdf:about="urn:a"><a:b xmlns:a="urn:">'
XML_BOMB = (
    "<!DOCTYPE a [<!ENTITY a0 'soep'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
    + XML.format("&a11;")
)
DOCUMENT = "<https://w3id.org/werkzaam/graph/{}> a wz:CaseDocument .\n"

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("casus.yaml", b"", "empty-file"),
    "nothing but blanks": ("casus.yaml", b" \n\n", "empty-file"),
    "binary": ("casus.yaml", bytes(range(256)), "not-text"),
    "utf-16": ("casus.yaml", HEAD.encode("utf-16"), "not-text"),
    "nul": ("casus.yaml", HEAD.encode() + b"\0", "not-text"),
    "yaml syntax": ("casus.yaml", b"werkzaam: 1\ntaal: [nl\n", "yaml-syntax"),
    "yaml tab": ("casus.yaml", b"werkzaam: 1\ncodering:\n\tdoor: x\n", "yaml-syntax"),
    "alias bomb": ("casus.yaml", ALIASES.encode(), "yaml-alias"),
    "tag": ("casus.yaml", b"werkzaam: !!python/object/apply:os.system [ls]\n", "yaml-tag"),
    "brackets": ("casus.yaml", b"[" * 300_000, "too-deep"),
    "deep mappings": ("casus.yaml", DEEP.encode(), "too-deep"),
    "two documents": ("casus.yaml", HEAD.encode() + b"---\n" + HEAD.encode(), "yaml-second-document"),
    "a list": ("casus.yaml", b"- werkzaam: 1\n", "not-a-document"),
    "another format": ("casus.yaml", b"case: de-cirkel\n", "format-version-missing"),
    "turtle empty": ("casus.ttl", b"", "empty-file"),
    "turtle syntax": ("casus.ttl", PREFIX.encode() + b"wz:a wz:b\n", "turtle-syntax"),
    "turtle prefix unknown": ("casus.ttl", b"wz:a wz:b wz:c .\n", "turtle-syntax"),
    "turtle binary": ("casus.ttl", bytes(range(256)), "not-text"),
    "turtle utf-16": ("casus.ttl", PREFIX.encode("utf-16"), "not-text"),
    "trig latin-1": ("casus.trig", "# enquête".encode("latin-1"), "not-text"),
    "turtle brackets": ("casus.ttl", b"[" * 300_000, "turtle-syntax"),
    "turtle without document": ("casus.ttl", PREFIX.encode(), "document-count"),
    "json empty": ("casus.jsonld", b"", "empty-file"),
    "json syntax": ("casus.jsonld", b'{"id": }', "json-syntax"),
    "json utf-16": ("casus.json", '{"id": "wzi:a"}'.encode("utf-16"), "not-text"),
    "json brackets": ("casus.jsonld", b"[" * 300_000, "too-deep"),
    "json objects": ("casus.jsonld", b'{"id":' * 300_000, "too-deep"),
    "json without document": ("casus.jsonld", b"{}", "document-count"),
    "remote context": ("casus.jsonld", b'{"@context": "http://127.0.0.1:9/", "@id": "urn:a"}', "context-remote"),
    "context from a file": ("casus.jsonld", b'{"@context": "file:///etc/passwd", "@id": "urn:a"}', "context-remote"),
    "context with an import": ("casus.jsonld", b'{"@context": {"@import": "http://127.0.0.1:9/"}}', "context-remote"),
    "context within a context": (
        "casus.jsonld",
        b'{"@context": {"a": {"@id": "urn:a", "@context": "http://127.0.0.1:9/"}}}',
        "context-remote",
    ),
    "nquads syntax": ("casus.nq", b"<urn:a> <urn:b>\n", "turtle-syntax"),
    "xml empty": ("casus.rdf", b"", "empty-file"),
    "xml syntax": ("casus.rdf", XML.format("<rdf:Description>").encode(), "xml-syntax"),
    "xml that is cut off": ("casus.rdf", XML.format("")[:-3].encode(), "xml-syntax"),
    "xml utf-8 that is none": ("casus.rdf", XML.format("<!-- enquête -->").encode("latin-1"), "not-text"),
    "xml without document": ("casus.rdf", XML.format("").encode(), "document-count"),
    "entity bomb": ("casus.rdf", XML_BOMB.encode(), "xml-doctype"),
    "entity of a file": (
        "casus.rdf",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + XML.format("&b;").encode(),
        "xml-doctype",
    ),
    "xml nested pairs": ("casus.rdf", XML.format(PAIRS * 50_000).encode(), "too-deep"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_a_document_gives_one_finding_in_both_languages(
    run: Run, tmp_path: Path, kind: str
) -> None:
    name, content, key = REFUSED[kind]
    (tmp_path / name).write_bytes(content)
    ran = run("validate", tmp_path / name, "--format", "json")
    assert ran.code == 1, ran.err
    assert "Traceback" not in ran.out + ran.err
    (found,) = json.loads(ran.out)["findings"]
    assert found["file"] == str(tmp_path / name)
    assert found["rule"] == key
    for lang in LANGUAGES:
        assert re.fullmatch(pattern(key, lang), found["message"][lang])
        assert len(found["message"][lang]) < 300


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_finding_is_one_line_that_begins_with_its_place(run: Run, tmp_path: Path, lang: str) -> None:
    place = tmp_path / "casus.yaml"
    place.write_bytes(REFUSED["tag"][1])
    ran = run("validate", place, "--lang", lang)
    (line,) = lines(ran.out)
    assert re.fullmatch(
        re.escape(f"{place}:1:11: {say(lang, 'severity-violation')}: ") + pattern("yaml-tag", lang) + r" \[yaml-tag\]",
        line,
    )
    assert len(lines(ran.err)) == 1


@pytest.mark.parametrize(
    ("turtle", "key"),
    [
        (DOCUMENT.format("a") + DOCUMENT.format("b"), "document-count"),
        (DOCUMENT.format("a") + "<https://w3id.org/werkzaam/graph/a> wz:contains [ a wz:Goal ] .", "blank-nodes"),
    ],
    ids=["two documents", "blank nodes"],
)
def test_turtle_that_is_no_single_document_is_told_beside_what_the_rules_find(
    run: Run, tmp_path: Path, turtle: str, key: str
) -> None:
    (tmp_path / "casus.ttl").write_text(PREFIX + turtle, "utf-8")
    ran = run("validate", tmp_path / "casus.ttl", "--format", "json")
    assert ran.code == 1, ran.err
    assert [one["rule"] for one in json.loads(ran.out)["findings"]].count(key) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("command", "name", "key"),
    [
        ("validate", "weg.yaml", "file-absent"),
        ("validate", "map", "file-is-folder"),
        ("validate", "casus.docx", "format-unknown"),
        ("validate", "casus", "format-unknown"),
        ("query", "weg.rq", "file-absent"),
        ("query", "map", "file-is-folder"),
        ("evidence check", "weg.txt", "file-absent"),
        ("evidence check", "casus.docx", "evidence-text-unknown"),
        ("evidence check", "verslag.pdf", "evidence-text-unknown"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_exit_2(
    run: Run, tmp_path: Path, lang: str, command: str, name: str, key: str
) -> None:
    packaged_nquads()
    (tmp_path / "map").mkdir()
    for file in ("casus.docx", "casus", "verslag.pdf"):
        (tmp_path / file).write_bytes(b"soep")
    ran = run(*command.split(), tmp_path / name, "--lang", lang)
    assert_one_line(ran, 2, key, lang)
    assert str(tmp_path / name) in ran.err


def test_a_file_that_is_too_big_is_not_read(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "groot.yaml").open("wb") as file:
        file.truncate(foreign.MAX_FILE_BYTES + 1)
    ran = run("validate", tmp_path / "groot.yaml")
    assert ran.code == 2
    assert str(foreign.MAX_FILE_BYTES) in ran.err


def test_all_files_are_checked_and_all_faults_told_at_once(run: Run, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.yaml").write_text(HEAD + "soep: 1\nbrood: 2\n", "utf-8")
    ran = run("validate", tmp_path / "1.yaml", tmp_path / "2.yaml")
    unknown = [line for line in lines(ran.out) if "is not known here" in line]
    assert ran.code == 1
    assert [line.split(": ")[0].removeprefix(f"{tmp_path}/") for line in unknown] == [
        f"{file}.yaml:{line}:1" for file in (1, 2) for line in (4, 5)
    ]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only a forked child has the planted fault")
def test_a_file_that_kills_its_reader_is_told_and_the_files_beside_it_are_checked(
    run: Run, tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = importlib.import_module("werkzaam.loaders.document")
    load = reader.load

    def dying(content: bytes, *more: Any) -> Any:
        return os.abort() if b"# dies" in content else load(content, *more)

    monkeypatch.setattr(reader, "load", dying)
    (tmp_path / "1.yaml").write_text(HEAD + "soep: 1\n", "utf-8")
    (tmp_path / "2.yaml").write_text(HEAD + "# dies\n", "utf-8")
    (tmp_path / "3.yaml").write_text(case, "utf-8")
    ran = run("validate", *(tmp_path / f"{number}.yaml" for number in (1, 2, 3)), "--format", "json")
    found = [one for one in json.loads(ran.out)["findings"] if one["severity"] != "info"]
    rules = {(Path(one["file"]).name, one["rule"]) for one in found}
    assert ("2.yaml", "input-kills-reader") in rules
    assert {file for file, _ in rules} == {"1.yaml", "2.yaml"}


# ---- queries

LOCAL = "http://127.0.0.1:{port}/"
ASKED = "SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }"
EX = "PREFIX ex: <http://example.org/>\n"

SERVICES = {
    "plain": "SELECT * { %s }",
    "silent": "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "small letters": "SELECT * { service <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "mixed letters": "SELECT * { SeRvIcE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "variable for the server": "SELECT * { BIND(<http://127.0.0.1:9/> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "escaped letter": "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "long escape": "SELECT * { \\U00000053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "close to a bracket": "SELECT *{?a ?b ?c.SERVICE<http://127.0.0.1:9/>{?s ?p ?o}}",
    "after a comment": "SELECT * { # a comment\n%s }",
    "after a comment that a return ends": "SELECT * { # a comment\r%s }",
    "after a comment with a quote": "SELECT * { # it's\n %s # it's\n }",
    "between strings with an escaped quote": r'SELECT * { BIND("\u0022" AS ?a) %s BIND("\u0022" AS ?b) }',
    "between strings with a quoted quote": r'SELECT * { BIND("\"" AS ?a) %s BIND("\"" AS ?b) }',
    "between long strings": 'SELECT * { BIND("""\\"""" AS ?a) %s BIND("""x""" AS ?b) }',
    "after a hash in a name": EX + "SELECT * { { BIND(ex:a\\# AS ?x) %s \n} }",
    "between a quote in a name and a string": EX + "SELECT * { BIND(ex:a\\' AS ?x) %s BIND('y' AS ?z) }",
    "between comparisons": "SELECT * { ?a ?b ?c FILTER(1<2) %s FILTER(2>1) }",
    "after a hash in an IRI": "SELECT * { <http://example.org/#a> ?b ?c . %s }",
    "in a subquery": "SELECT * { { SELECT * { %s } } }",
    "in an EXISTS": "SELECT * { ?a ?b ?c FILTER EXISTS { %s } }",
}


@pytest.mark.parametrize("kind", SERVICES)
def test_a_query_that_would_ask_another_server_is_refused(kind: str) -> None:
    with pytest.raises(InputError) as refused:
        check_query(SERVICES[kind].replace("%s", ASKED))
    assert refused.value.key == "query-service"


ALIKE = {
    "variable": "SELECT ?service { ?s ?p ?service . ?s ?p $service }",
    "local name": "PREFIX ex: <http://example.org/> SELECT * { ?s ex:service ex:SERVICE }",
    "part of a name": "PREFIX ex: <http://example.org/> SELECT * { ?s ex:my-service ?selfservice . ?s ex:service2 ?p }",
    "prefix": "PREFIX service: <http://example.org/> SELECT * { ?s service:a ?o }",
    "string": 'SELECT * { ?s ?p "at your SERVICE <http://example.org/> { }" }',
    "string in quotes": "SELECT * { ?s ?p 'LOAD and INSERT DATA' }",
    "long string": 'SELECT * { ?s ?p """a "quoted"\nSERVICE""" }',
    "comment": "SELECT * { ?s ?p ?o } # SERVICE <http://example.org/> { } INSERT",
    "IRI": "SELECT * { ?s <http://example.org/SERVICE> <http://example.org/#LOAD> }",
    "blank node": "SELECT * { _:service ?p ?o }",
    "language": "SELECT * { ?s ?p ?o FILTER(?o = 'soep'@nl) }",
}


@pytest.mark.parametrize("kind", ALIKE)
def test_a_query_that_only_looks_so_is_not_refused(kind: str) -> None:
    check_query(ALIKE[kind])


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:9/>",
        "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP GRAPH <a:g>",
        "CREATE GRAPH <a:g>",
        "COPY <a:g> TO <a:h>",
    ],
)
def test_an_update_changes_nothing_and_is_refused(run: Run, packaged: str, update: str) -> None:
    before = run("query", "-", "--store", packaged, stdin=b"SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").out
    ran = run("query", "-", "--store", packaged, stdin=update.encode())
    assert ran.code == 2
    assert len(lines(ran.err)) == 1
    assert run("query", "-", "--store", packaged, stdin=b"SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").out == before


WRONG_QUERIES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "query-syntax"),
    "syntax": (b"SELECT * WHERE { ?s ?p }", "query-syntax"),
    "no query": (b"What works?", "query-syntax"),
    "not utf-8": ("SELECT * { ?s ?p 'é' }".encode("latin-1"), "query-syntax"),
    "binary": (bytes(range(256)), "query-syntax"),
    "utf-16": ("SELECT * { ?s ?p ?o }".encode("utf-16"), "query-syntax"),
    "too long": (b"SELECT * { ?s ?p ?o } #" + b"x" * foreign.MAX_QUERY_BYTES, "query-long"),
    "too deep": (b"SELECT * " + b"{" * 3000 + b"}" * 3000, "query-deep"),
    "too deep in brackets": (b"SELECT * { FILTER" + b"(" * 3000 + b"1" + b")" * 3000 + b" }", "query-deep"),
    "too many UNIONs": (b"SELECT * { {}" + b" UNION {}" * 2000 + b" }", "query-operators"),
    "too many paths": (b"SELECT * { ?s <a:a>" + b"/<a:a>" * 2000 + b" ?o }", "query-operators"),
    "too many signs": (b"SELECT (" + b"-" * 5000 + b"1 AS ?x) {}", "query-operators"),
    "service": (b"SELECT * { " + ASKED.encode() + b" }", "query-service"),
    "load": (b"LOAD <http://127.0.0.1:9/>", "query-update"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", WRONG_QUERIES)
def test_a_wrong_query_is_one_line_and_exit_2(run: Run, kind: str, lang: str) -> None:
    packaged_nquads()
    content, key = WRONG_QUERIES[kind]
    ran = run("query", "-", "--lang", lang, stdin=content)
    assert_one_line(ran, 2, key, lang)


def test_a_query_is_told_on_which_line_it_is_wrong(run: Run) -> None:
    packaged_nquads()
    for text, line in (
        ("SELECT *\nWHERE {\n ?s ?p\n}", 4),
        (f"SELECT *\n{{\n{ASKED} }}", 3),
        ("SELECT *\n\n" + "{" * 201 + "}" * 201, 3),
    ):
        said = run("query", "-", stdin=text.encode()).err
        assert f"line {line}" in said, said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_query_that_never_ends_is_stopped_at_its_time(run: Run, lang: str) -> None:
    packaged_nquads()
    endless = b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?l) }"
    assert_one_line(run("query", "-", "--timeout", "1", "--lang", lang, stdin=endless), 2, "query-takes-too-long", lang)


# ---- the command line itself


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["what-works", "--mechanisme", "maatwerk"], "option-unknown-near"),
        (["what-works", "--xyzzy"], "option-unknown"),
        (["wat-werkt"], "command-unknown"),
        (["validate"], "argument-missing"),
        (["evidence", "locate", "report.txt"], "argument-missing"),
        (["what-works", "--format", "xlsx"], "value-wrong"),
        (["query", "-", "--timeout", "soon"], "value-wrong"),
        (["cases", "soep"], "usage-wrong"),
        (["ask", "wat-kost-het"], "question-unknown"),
        (["ask", "for-whom", "-p", "colour=red"], "parameter-unknown"),
        (["ask", "for-whom", "-p", "maatwerk"], "parameter-form"),
        (["ask", "for-whom", "-p", "mechanism=qqqqqq"], "name-not-known"),
        (["ask", "for-whom", "-p", "mechanism="], "name-not-known"),
        (["what-works", "--mechanism", "maatwrek"], "name-not-known-near"),
        (["what-works", "--mechanism", "qqqqqq"], "name-not-known"),
        (["what-works", "--mechanism", ""], "name-not-known"),
        (["what-works", "--mechanism", "maatwerk,"], "name-not-known"),
        (["what-works", "--for", "maatwerk"], "name-not-known"),
        (["what-works", "--mechanism", "<script>"], "name-not-known"),
        (["what-works", "--mechanism", "x> } DROP ALL #"], "name-not-known"),
        (["cases", "--store", "postgres://x"], "store-kind"),
        (["cases", "--store", "oxigraph:"], "store-kind"),
        (["cases", "--store", "oxigraph:/nonexistent"], "store-missing"),
        (["build", "--store", "postgres://x"], "store-kind"),
        (["build", "--out", "/proc/nothing/x.nq"], "output-unwritable"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_wrong_use_is_one_line_and_exit_2(run: Run, arguments: list[str], key: str, lang: str) -> None:
    packaged_nquads()
    assert_one_line(run(*arguments, WERKZAAM_LANG=lang), 2, key, lang)


def test_wrong_use_is_told_in_dutch_without_english_words(run: Run) -> None:
    for arguments in (
        ["wat-werkt"],
        ["what-works", "--format", "xlsx"],
        ["cases", "soep"],
        ["query", "-", "--timeout", "0"],
    ):
        said = run(*arguments, WERKZAAM_LANG="nl").err
        assert not re.search(r"\b(no such|invalid|is not|got unexpected|argument|range)\b", said, re.IGNORECASE), said


def test_a_parameter_that_takes_one_thing_does_not_silently_drop_a_second(run: Run) -> None:
    for given in (["-p", "mechanism=maatwerk", "-p", "mechanism=structuur"], ["-p", "mechanism=maatwerk,structuur"]):
        one = run("ask", "for-whom", "-p", "mechanism=maatwerk", "--format", "json")
        both = run("ask", "for-whom", *given, "--format", "json")
        assert both.code == 2 or both.out != one.out


def test_a_language_that_there_is_not_is_told(run: Run) -> None:
    ran = run("cases", WERKZAAM_LANG="fr")
    assert ran.code == 2
    assert ran.err == say("en", "language-unknown", value="fr") + "\n"


# ---- the child in which foreign input is read

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are those of Linux")


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a store on disk with the packaged data."""
    where = f"oxigraph:{tmp_path_factory.mktemp('stores') / 'packaged'}"
    # In a child: after a fork, the store's threads of this process would be missing in the children of other tests.
    sandbox.call(write_store, where, packaged_nquads())
    return where


@linux
def test_a_query_that_crashes_the_engine_kills_only_its_child() -> None:
    packaged_nquads()
    with pytest.raises(sandbox.ChildDied) as death:
        sandbox.call(foreign._answer, "SELECT * " + "{" * 3000 + "}" * 3000, None, "csv")
    assert death.value.reason == "crash"


def eat_memory() -> int:
    return len(bytearray(4 << 30))


def wait_for_ever() -> None:
    threading.Event().wait()


def burn() -> None:
    while True:
        pass


def reach_out(port: int) -> list[str]:
    sandbox.forbid_files_and_network()
    reached = []
    for name, attempt in (
        ("socket", lambda: socket.create_connection(("127.0.0.1", port), 2)),
        ("file", lambda: Path("/etc/hostname").open()),
        ("own file", lambda: Path(__file__).open()),
        ("new file", lambda: Path("/tmp/werkzaam-test-must-not-exist").open("w")),
    ):
        try:
            attempt()
        except OSError:
            continue
        reached.append(name)
    return reached


@linux
def test_a_child_that_asks_for_too_much_memory_dies_alone() -> None:
    with pytest.raises(sandbox.ChildDied) as death:
        sandbox.call(eat_memory, memory=1 << 30)
    assert death.value.reason == "crash"


@linux
@pytest.mark.parametrize("function", [wait_for_ever, burn])
def test_a_child_that_does_not_end_is_ended(function: Callable[[], None]) -> None:
    with pytest.raises(sandbox.ChildDied) as death:
        sandbox.call(function, seconds=0.5)
    assert death.value.reason == "time"


class Listener(BaseHTTPRequestHandler):
    """Notes who asks."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(500)
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Any]:
    made = HTTPServer(("127.0.0.1", 0), Listener)
    made.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


@linux
def test_the_child_of_a_query_over_the_packaged_data_opens_no_socket_and_no_file(server: Any) -> None:
    assert sandbox.call(reach_out, server.server_port) == []
    assert server.asked == []


@linux
def test_no_query_reaches_a_server_from_any_store(run: Run, packaged: str, server: Any) -> None:
    there = LOCAL.format(port=server.server_port)
    for kind, text in SERVICES.items():
        query = text.replace("%s", ASKED).replace("http://127.0.0.1:9/", there).encode()
        for store in ([], ["--store", packaged]):
            ran = run("query", "-", *store, stdin=query)
            assert server.asked == [], kind
            assert ran.code == 2, f"{kind}: {ran.err}"
