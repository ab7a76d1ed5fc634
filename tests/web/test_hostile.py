"""A case full of hostile strings runs through every page and every download, and stays text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from webtools import address

from werkzaam.loading import loader_for, nothing
from werkzaam.model import add_names
from werkzaam.prepared import known_names, model
from werkzaam.store import Oxigraph
from werkzaam.terms import GRAPH, LANGUAGES
from werkzaam.web.site import Site
from werkzaam.web.source import Held
from werkzaam.web.worker import Reply

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></textarea></style><svg onload=alert(1)>",
    '=HYPERLINK("http://elsewhere.example")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "{{7*7}} {% raw %} ${7*7}",
    "javascript:alert(1)",
    "%0d%0aSet-Cookie: a=b",
    "\u202etxt.exe",
]


def document() -> str:
    """Write a case in which every text is hostile."""

    things = "".join(
        f"- {{id: {identity}, kind: {kind}, name: {said(number)}, description: {said(number + 3)}{more}}}\n"
        for number, (identity, kind, more) in enumerate(
            (
                ("study/hostile", "study", ""),
                ("agent/mallory", "agent", ""),
                ("intervention/one", "intervention", ""),
                ("intervention/two", "intervention", ""),
                ("municipality/nowhere", "municipality", ""),
            )
        )
    )
    return (
        "werkzaam: 1\nlanguage: en\nstudy: hostile\ncase: one\n"
        'coding: {id: coding, by: mallory, date: "2024-01-01", guide: "1"}\n'
        f"things:\n{things}claims:\n" + "".join(claim(number) for number in range(len(HOSTILE)))
    )


def said(number: int) -> str:
    text = json.dumps(HOSTILE[number % len(HOSTILE)], ensure_ascii=False)
    return f"{{nl: {text}, en: {text}}}"


def claim(number: int) -> str:
    plain = json.dumps(HOSTILE[number])
    return f"""- id: k{number}
  kind: configuration
  scope: [one, two]
  statement: {said(number)}
  mechanism: tailoring
  effect: activates
  context: large-caseload
  resource: {said(number + 1)}
  reasoning: {said(number + 2)}
  note: {said(number + 3)}
  period: {plain}
  actor: {{id: a1, role: client, traits: [older], description: {said(number + 4)}}}
  outcomes: {{id: o1, outcome: motivation}}
  source: {{id: e1, said-by: client, section: {plain}, page: {plain}, phrase: {plain}}}
"""


@pytest.fixture(scope="module")
def hostile(apart: None) -> Site:
    """Give the pages of a collection that holds the ontology and a hostile case."""
    made, known = model(), Oxigraph()
    known.load_triples(f"{GRAPH}ontology", "".join(f"{one} .\n" for one in made.ontology).encode())
    names, content = known_names(known, made).copy(), document().encode()
    loader = loader_for("case.yaml")
    add_names(names, made, loader.things(content, made, nothing))
    loaded = loader.load(content, "case.yaml", made, names, nothing)
    assert loaded.graph == f"{GRAPH}hostile/one"
    known.load_triples(loaded.graph, "".join(f"{one} .\n" for one in loaded.triples).encode())
    return Site(Held(known))


class Seen(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # What is no script but data is JSON, and can hold no element.
        self.tags.add("data" if dict(attrs).get("type") == "application/ld+json" else tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def get(site: Site, path: str, body: bytes | None = None) -> Reply:
    plain, _, query = path.partition("#")[0].partition("?")
    job = {"path": plain, "query": query, "accept": "text/html", "languages": "", "gzip": False, "takes": True}
    if body is not None:
        job["media"] = "application/x-www-form-urlencoded"
    return site.respond(job, body or b"")


def harmless(reply: Reply, path: str) -> None:
    """Assert that a page has no element, handler or link that is not ours, and a head no line that is not."""
    assert reply.status in (200, 400, 403, 404), (path, reply.headers.get("x-log"))
    seen = Seen()
    seen.feed(reply.body.decode())
    assert not seen.tags & {"img", "iframe", "object", "embed", "base", "form-"}, path
    assert ("script" in seen.tags) == ("editor=1" in path), path
    assert seen.handlers == [], path
    allowed = ("/", "#", "http://", "https://")
    assert [link for link in seen.links if not link.startswith(allowed)] == [], path
    assert not any("\n" in value or "\r" in value for value in reply.headers.values()), path


PAGES = [
    "/{lang}/",
    "/{lang}/{what-works}",
    "/{lang}/{what-works}?case=one",
    "/{lang}/{gap-map}?case=one",
    "/{lang}/{cases}",
    "/{lang}/{compare}?case=one&case=two",
    "/{lang}/{interplay}?case=one",
    "/{lang}/{situation}?for=older&in=large-caseload",
    "/{lang}/{about}",
    "/{lang}/sparql?editor=1",
    "/{lang}/sparql?query=SELECT+%2A+WHERE+%7B+GRAPH+%3Fg+%7B+%3Fs+%3Fp+%3Fo+%7D+FILTER%28CONTAINS%28STR%28%3Fg%29%2C%22hostile%22%29%29+%7D",
    "/{lang}/id/intervention/one",
    "/{lang}/id/study/hostile",
    "/{lang}/id/claim/hostile/k1",
    "/{lang}/id/claim/hostile/k3/e1",
    "/{lang}/graph/hostile/one",
    "/{lang}/concept/trait/older",
    "/{lang}/concept/mechanism/tailoring",
    "/{lang}/{search}?q=alert",
]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hostile_case_stays_text_on_every_page(hostile: Site, lang: str) -> None:
    shown = 0
    for pattern in PAGES:
        path = address(pattern, lang)
        got = get(hostile, path)
        assert got.status == 200, (path, got.headers.get("x-log"), got.body[-400:])
        harmless(got, path)
        shown += "&lt;script&gt;alert(1)" in got.body.decode()
    assert shown > 8, "the hostile texts are not on the pages that were looked at"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hostile_question_stays_text_wherever_it_is_asked(hostile: Site, lang: str, text: str) -> None:
    for pattern in (
        "/{lang}/{search}?q=%s",
        "/{lang}/{situation}?for=older&name=%s",
        "/{lang}/{situation}?for=%s",
        "/{lang}/{what-works}?for=%s",
        "/{lang}/{compare}?case=%s",
        "/{lang}/{gap-map}?case=%s",
        "/{lang}/{interplay}?case=%s",
        "/{lang}/{receipt}?number=%s",
        "/{lang}/sparql?query=%s",
        "/{lang}/sparql?editor=1&query=%s",
        "/{lang}/id/%s",
    ):
        path = address(pattern, lang) % quote(text)
        got = get(hostile, path)
        if "x-do" not in got.headers:
            harmless(got, path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hostile_form_stays_text_and_is_saved_as_it_was_typed(
    hostile: Site, lang: str, page: Callable[..., Reply]
) -> None:
    fields = {"claim": "k1", "k1.kind": "Configuration", "k1.actor": "a1", "k1.supportedBy": "s1"}
    names = ["case.nl", "case.en", "municipality", "study.nl", "study.en", "publication", "by", "date"]
    names += ["k1.statement.nl", "k1.mechanism", "k1.actor.a1.trait", "k1.supportedBy.s1.section", "k1.scope"]
    given = {name: HOSTILE[number % len(HOSTILE)] for number, name in enumerate(names)}
    for doing in ("check", "add Feature", "remove k9", HOSTILE[0], "add-part k1.<b>"):
        got = get(hostile, address("/{lang}/{form}", lang), urlencode({**fields, **given, "do": doing}).encode())
        harmless(got, doing)
    saved = get(hostile, address("/{lang}/{form}", lang), urlencode({**fields, **given, "do": "save"}).encode())
    draft, _ = hostile.text.resumed(saved.body)
    assert draft.claims[0].values["statement.nl"] == [given["k1.statement.nl"]]
    assert draft.head["municipality"] == given["municipality"]


def test_a_hostile_document_is_told_back_as_text_with_its_hostile_name(hostile: Site) -> None:
    import base64

    for name in ("<script>.yaml", "a\r\nb.yaml", "../../x.yaml", "=cmd.yaml"):
        fields = {"file": name, "content": base64.b64encode(document().encode()).decode(), "do": "check"}
        harmless(get(hostile, "/en/submit", urlencode(fields).encode()), name)


def test_no_cell_of_a_download_runs_as_a_formula(hostile: Site) -> None:
    body = get(hostile, "/en/what-works.csv?case=one").body.decode()
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) > len(HOSTILE)
    assert any("HYPERLINK" in cell for row in rows for cell in row)
    assert [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")] == []
