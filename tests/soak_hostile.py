"""Hostile requests of all kinds, drawn at random: none is a fault of ours, none changes anything."""

from __future__ import annotations

import base64
import collections
import contextlib
import random
import socket
from collections.abc import Callable
from urllib.parse import quote

from soak_service import CLAIMS, DATA, TOKEN, generation, served

Counts = collections.Counter[str]
HONEST = "SELECT (COUNT(*) AS ?n) WHERE { ?document <https://w3id.org/werkzaam/ontology#contains> ?claim }"
UPDATES = (
    "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "DELETE WHERE { ?s ?p ?o }",
    "CLEAR ALL",
    "DROP SILENT GRAPH <urn:a>",
    "LOAD <http://127.0.0.1:PORT/>",
    "CREATE GRAPH <urn:a>",
    "COPY DEFAULT TO <urn:a>",
    "MOVE <urn:a> TO DEFAULT",
    "ADD <urn:a> TO DEFAULT",
    "WITH <urn:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
)


class Hostile:
    """Requests of all kinds that nobody means well, drawn at random."""

    def __init__(self, chance: random.Random, port: int, trap: int) -> None:
        self.chance, self.port, self.trap = chance, port, trap
        self.case = (DATA / "buurttafel.yaml").read_bytes()
        self.kinds: dict[str, Callable[[], bytes]] = {
            "no HTTP": self.malformed,
            "odd text": self.odd_text,
            "update": self.update,
            "wrong token": self.wrong_token,
            "path": self.path,
            "reaching out": self.outside,
            "deep": self.deep,
            "heads": self.heads,
            "parameters": self.parameters,
            "documents with the token": self.documents,
        }
        self.weights = [10, 10, 15, 20, 10, 10, 10, 10, 10, 1]

    def draw(self) -> tuple[str, bytes]:
        kind = self.chance.choices(list(self.kinds), self.weights)[0]
        return kind, self.kinds[kind]()

    def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
        named = {"Host": "127.0.0.1", "Connection": "close", **(headers or {})}
        if body:
            named.setdefault("Content-Length", str(len(body)))
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogatepass") + body

    def query(self, text: str | bytes) -> bytes:
        """Ask by one of the ways of the protocol."""
        body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        match self.chance.randrange(3):
            case 0:
                return self.request("GET", "/sparql?query=" + quote(body))
            case 1:
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                return self.request("POST", "/sparql", b"query=" + quote(body).encode(), form)
            case _:
                return self.request("POST", "/sparql", body, {"Content-Type": "application/sparql-query"})

    def malformed(self) -> bytes:
        chance = self.chance
        good = self.request("GET", "/nl/")
        host = b"Host: 127.0.0.1\r\n"
        return chance.choice(
            [
                chance.randbytes(chance.randint(1, 400)),
                b"GET\r\n\r\n",
                b"GET /nl/ HTTP/9.9\r\n" + host + b"\r\n",
                b"GET /nl/\r\n\r\n",
                b"G\0T /nl/ HTTP/1.1\r\n" + host + b"\r\n",
                b"GET /nl/ HTTP/1.1\r\n\r\n",
                b"GET /nl/ HTTP/1.1\r\n" + host + b" folded: x\r\n\r\n",
                b"GET /nl/ HTTP/1.1\r\n" + host + b"X: a\0b\r\n\r\n",
                b"POST /sparql HTTP/1.1\r\n" + host + b"Content-Length: -5\r\n\r\nASK {}",
                b"POST /sparql HTTP/1.1\r\n" + host + b"Content-Length: 6\r\nContent-Length: 60\r\n\r\nASK {}",
                b"POST /api/cases HTTP/1.1\r\n"
                + host
                + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                b"POST /sparql HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nASK\r\n0\r\n\r\n",
                b"CONNECT evil.example:443 HTTP/1.1\r\n" + host + b"\r\n",
                b"GET http://evil.example/nl/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                good[: chance.randint(1, len(good) - 1)],
                good.replace(b"\r\n", b"\n"),
                good * chance.randint(2, 20),
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(60),
            ]
        )

    def odd_text(self) -> bytes:
        text = self.chance.choice(
            ["SELECT ('é' AS ?a) {}", HONEST, "ASK { ?s ?p 'x' }", "SELECT * { ?s ?p ?o } LIMIT 3"]
        )
        made = text.encode(self.chance.choice(["utf-16", "utf-32", "utf-8-sig", "cp1252", "utf-7", "utf-16-be"]))
        spoilt = bytearray(text.encode())
        for _ in range(self.chance.randint(1, 4)):
            spoilt[self.chance.randrange(len(spoilt))] = self.chance.randrange(256)
        raw = f"/sparql?query={text[:8]}%zz%0%\udcff{self.chance.choice(['%c0%ae', '%u0041', '%00', '%ed%a0%80'])}"
        charset = {
            "Content-Type": "application/sparql-query; charset=" + self.chance.choice(["x", "utf-16", "", chr(34)])
        }
        return self.chance.choice(
            [
                self.query(made),
                self.query(bytes(spoilt)),
                self.query(b"ASK {} #\xc0\xae\xed\xa0\x80\xff"),
                self.request("GET", raw.replace(" ", "%20").encode("utf-8", "replace").decode()),
                self.request("POST", "/sparql", made, charset),
            ]
        )

    def update(self) -> bytes:
        chance = self.chance
        text = chance.choice(UPDATES).replace("PORT", str(self.trap))
        text = chance.choice(
            [
                text,
                text.lower(),
                "".join(c.swapcase() if chance.random() < 0.5 else c for c in text),
                "".join(f"\\u{ord(c):04x}" if c.isalpha() and chance.random() < 0.3 else c for c in text),
                text.replace(" ", chance.choice(["\t", "\n", " # x\n", "  "])),
                f"PREFIX a: <urn:a> {text}",
                f"ASK {{}} ; {text}",
                f"ASK {{ {text} }}",
                f"# {text}\n{text}",
                "\ufeff" + text,
            ]
        )
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = text.encode()
        allowed = chance.choice([{}, {}, {"Authorization": f"Bearer {TOKEN}"}])  # nor with the token
        return chance.choice(
            [
                self.query(text),
                self.request("POST", "/sparql", body, {"Content-Type": "application/sparql-update", **allowed}),
                self.request("POST", "/sparql", b"update=" + quote(body).encode(), {**form, **allowed}),
                self.request("POST", "/sparql?update=" + quote(text), b"query=ASK%7B%7D", {**form, **allowed}),
                self.request("GET", "/sparql?query=ASK%7B%7D&update=" + quote(text), b"", allowed),
                self.request(
                    "POST", "/sparql?using-graph-uri=urn:a", b"query=" + quote(body).encode(), {**form, **allowed}
                ),
                self.request(
                    "POST", chance.choice(["/update", "/sparql/update", "/api/update"]), body, {**form, **allowed}
                ),
                self.request(chance.choice(["PUT", "PATCH", "DELETE"]), "/sparql?graph=urn:a", body, allowed),
            ]
        )

    def wrong_token(self) -> bytes:
        chance, token = self.chance, TOKEN
        at = chance.randrange(len(token))
        wrong = chance.choice(
            [
                token[:at] + token[at + 1 :],
                token[:at] + chance.choice("abcxyz") + token[at:],
                token[:at],
                token.upper(),
                token[::-1],
                token + chance.choice(["x", "=", "%20", "%00", ",", ";", '"', "\\0"]),
                quote(token).replace("-", "%2d"),
                base64.b64encode(token.encode()).decode(),
                f'"{token}"',
                f"<{token}>",
                f"{token},{token}",
                "",
                "*",
                "null",
                "' OR 1=1 --",
                "x" * chance.randint(1, 20_000),
            ]
        )
        scheme = chance.choice(["Bearer", "bearer", "BEARER"])
        how: dict[str, str] = chance.choice(
            [
                {"Authorization": f"{scheme} {wrong}"},
                {"Authorization": f"{scheme}{wrong}"},
                {"Authorization": f"{chance.choice(['Basic', 'Digest', 'Token', 'Bearer2', 'Negotiate'])} {token}"},
                {"Authorization": token},
                {"X-Authorization": f"Bearer {token}", "Proxy-Authorization": f"Bearer {token}"},
                {"X-Api-Key": token, "Cookie": f"token={token}; session=Bearer {token}"},
                {"X-HTTP-Method-Override": "GET", "X-Original-URL": "/nl/", "X-Forwarded-For": "127.0.0.1"},
                {"Authorization": f"{scheme} {wrong}\r\nAuthorization: {scheme} {token}"},
                {
                    "Forwarded": f"for=127.0.0.1;by={token}",
                    "From": token,
                    "Referer": f"http://127.0.0.1/?token={token}",
                },
                {},
            ]
        )
        method, path = chance.choice(
            [
                ("POST", "/api/cases"),
                ("POST", "/api/cases/"),
                ("POST", f"/api/cases?access_token={token}"),
                ("POST", f"/api/cases?Authorization=Bearer+{token}"),
                ("PUT", "/api/cases/buurttafel/de-buurttafel"),
                ("DELETE", "/api/cases/buurttafel/de-buurttafel"),
                ("DELETE", "/api/cases/buurttafel/de-buurttafel?force=1"),
                ("PATCH", "/api/cases/buurttafel/de-buurttafel"),
                ("POST", "/api//cases"),
                ("POST", "/API/cases"),
                ("POST", "/api/cases/../cases"),
                ("POST", "/api/%63ases"),
                ("post", "/api/cases"),
            ]
        )
        changed = self.case.replace(b"buurttafel", b"kwaad%d" % chance.randrange(10_000))
        return self.request(method, path, changed, {"Content-Type": "application/yaml", **how})

    def path(self) -> bytes:
        up = self.chance.choice(
            ["../", "..%2f", "%2e%2e/", "..\\", "..%5c", "%252e%252e%252f", "..;/", "\u2025/", "/./"]
        )
        start = self.chance.choice(
            ["/", "/nl/", "/static/", "/api/cases/", "/id/", "/graph/", "/concept/", "/en/id/claim/", "//"]
        )
        end = self.chance.choice(
            ["etc/passwd", "proc/self/environ", "current", "people.jsonl", "", "\0", "%00.ttl", "ontology.ttl"]
        )
        return self.request("GET", start + up * self.chance.randint(1, 12) + end)

    def outside(self) -> bytes:
        place = f"<http://127.0.0.1:{self.trap}/>"
        text = self.chance.choice(
            [
                "SELECT * { SERVICE %s { ?s ?p ?o } }",
                "select * { service silent %s { ?s ?p ?o } }",
                "SELECT * { VALUES ?x { %s } SERVICE ?x { ?s ?p ?o } }",
                "SELECT * { S\\u0045RVICE %s { ?s ?p ?o } }",
                "SELECT * { ?s ?p ?o { SELECT * { { SERVICE # {\n %s { ?s ?p ?o } } } } }",
                "SELECT * FROM %s { ?s ?p ?o }",
                "SELECT * FROM NAMED %s { GRAPH ?g { ?s ?p ?o } }",
                "LOAD %s",
                "BASE %s SELECT * { SERVICE <x> { ?s ?p ?o } }",
            ]
        ).replace("%s", place)
        return self.query(text)

    def deep(self) -> bytes:
        many = self.chance.choice([50, 150, 250, 3_000, 20_000])
        text = self.chance.choice(
            [
                "SELECT * WHERE " + "{" * many + "}" * many,
                "SELECT * WHERE { FILTER (" + "(" * many + "1" + ")" * many + ") }",
                "SELECT * WHERE { " + " UNION ".join(["{ ?s ?p ?o }"] * many) + " } LIMIT 1",
                "SELECT * WHERE { ?s " + "/".join(["<a:b>"] * many) + " ?o }",
                "SELECT * WHERE { ?s ?p ?o FILTER (" + "!" * many + "?s) } LIMIT 1",
                "SELECT * WHERE { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o " * many + "}" * many + " } LIMIT 1",
                "SELECT ?s WHERE { ?s ?p ?o } VALUES ?s { " + "<a:b> " * many + "}",
                "ASK { ?s ?p " + "[ ?p " * many + "?o" + "]" * many + " }",
            ]
        )
        return self.query(text)

    def heads(self) -> bytes:
        chance = self.chance
        accept = chance.choice(
            [",".join(["a/b;q=0.1"] * 2_000), "*/*;" * 500, ";;;,,,", "text/csv;q=" + "9" * 400, "\xff/\xfe"]
        )
        return self.request(
            "GET",
            chance.choice(["/sparql?query=ASK%7B%7D", "/nl/", "/id/claim/buurttafel/b1", "/api/cases", "/sparql"]),
            b"",
            chance.choice(
                [
                    {"Accept": accept},
                    {"Accept-Language": ",".join(["nl;q=x"] * 900) + ";q=nan, en;q=inf"},
                    {"X-Long": "y" * chance.choice([1_000, 70_000, 300_000])},
                    {f"X-{n}": "z" for n in range(chance.choice([200, 3_000]))},
                    {
                        "Host": chance.choice(
                            ["evil.example", "127.0.0.1@evil", "127.0.0.1:99999", "[::1", "", "127.0.0.1\tx"]
                        )
                    },
                    {"Expect": "100-continue", "Upgrade": "websocket", "Connection": "upgrade"},
                    {"Content-Length": "999999999999999999999"},
                    {"Content-Length": "٣"},
                    {"Range": "bytes=0-1,5-9,-2", "If-None-Match": "*", "TE": "trailers"},
                    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil"},
                    {"Origin": "null", "Access-Control-Request-Method": "PUT"},
                ]
            ),
        )

    def parameters(self) -> bytes:
        name = self.chance.choice(
            ["for", "in", "outcome", "mechanism", "case", "none", "heading", "page", "axis", "above", "query"]
        )
        value = self.chance.choice(
            [
                "%00",
                "%ff",
                "<script>",
                "a," * 3_000,
                "-1",
                "9" * 60,
                "'; DROP",
                "{{7*7}}",
                "%0d%0aX:%20y",
                "../..",
                "older",
                "${x}",
            ]
        )
        path = self.chance.choice(
            [
                "/nl/wat-werkt",
                "/en/what-works.csv",
                "/en/what-works.ttl",
                "/nl/witte-vlekken",
                "/nl/sparql",
                "/en/rules",
                "/api/cases",
            ]
        )
        pairs = "&".join([f"{name}={quote(value, safe='%')}"] * self.chance.choice([1, 1, 3, 400]))
        return self.request("GET", f"{path}?{pairs}")

    def documents(self) -> bytes:
        """Send what is broken, with the token, but only to be tried."""
        made = bytearray(self.case)
        for _ in range(self.chance.randint(1, 10)):
            at = self.chance.randrange(len(made))
            made[at : at + self.chance.randint(0, 30)] = self.chance.choice(
                [b"{", b"[" * 5_000, b"&a ", b"*a ", b"\0", b"\xff", b"\n- ", self.chance.randbytes(9), b"@prefix x: <"]
            )
        media = self.chance.choice(
            ["application/yaml", "text/turtle", "application/ld+json", "application/rdf+xml", "application/trig"]
        )
        media = self.chance.choice([media, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"])
        headers = {"Content-Type": media, "Authorization": f"Bearer {TOKEN}"}
        return self.request("POST", "/api/cases?dry-run=1", bytes(made), headers)


def sent(port: int, content: bytes) -> str:
    """Send bytes as they stand; give the status of the first answer, or that there was none."""
    got = b""
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=90) as way:
        with contextlib.suppress(OSError):  # refused, and closed, before all was sent
            way.sendall(content)
            way.shutdown(socket.SHUT_WR)
        while b"\r\n" not in got and (more := way.recv(4096)):
            got += more
    words = got.split(b" ", 2)
    return words[1].decode("latin-1") if got.startswith(b"HTTP/") and len(words) > 1 else "closed"


def hostile(seed: int, number: int, every: int = 50) -> Counts:
    """Send `number` hostile requests: no fault of ours, nothing changed, and the honest question has its answer."""
    counts: Counts = collections.Counter()
    with served("--timeout", "2", small=True) as (service, folder), socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.01)
        made = Hostile(random.Random(seed), service.port, trap.getsockname()[1])
        before = generation(folder)
        for turn in range(1, number + 1):
            kind, content = made.draw()
            status = sent(service.port, content)
            counts[f"{kind}: {status}"] += 1
            fine = status in ("closed", "503", "504") or "200" <= status < "500"
            assert fine, f"seed {seed}, turn {turn}, {kind}: {status} for {content[:300]!r}"
            if turn % every == 0 or turn == number:
                for _ in range(20):  # after a full house the next ones are told to wait
                    got = service.query(HONEST)
                    if got.status not in (503, 504):
                        break
                assert got.status == 200, (turn, got.text)
                assert got.json()["results"]["bindings"][0]["n"]["value"] == str(CLAIMS), turn
                assert generation(folder) == before, turn
                counts["honest question answered"] += 1
        try:
            trap.accept()
        except TimeoutError:
            counts["requests to other servers"] = 0
        else:
            raise AssertionError("a query reached another server")
        assert service.process.poll() is None
    return counts
