"""The documentation says of every term what the ontology says, counts what is there, and works from disk."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from werkzaam.model import Model
from werkzaam.questions import questions
from werkzaam.rulebook import rules
from werkzaam.terms import BASE, CONCEPT, LANGUAGES, SKOS, WZ, slug
from werkzaam.web import coremap, refpages
from werkzaam.web.reference import worked
from werkzaam.web.site import Site
from werkzaam.web.worker import Reply

pytestmark = pytest.mark.thorough

Page = Callable[..., Reply]


class Reader(HTMLParser):
    """The ids of a page, where its links lead, and what an element with an id holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        for name in ("href", "src"):
            self.links += [given[name] or ""] if name in given else []


def entry(text: str, name: str) -> str:
    """Give the words of a term on the page of the ontology."""
    found = text.partition(f'<div class="term" id="{name}">')[2].partition('<div class="term"')[0]
    assert found, name
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found.replace("</dt>", ": "))))


@pytest.fixture(scope="module")
def disk(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    assert refpages.write(site, folder) == len([one for one in folder.rglob("*") if one.is_file()])
    return folder


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_term_stands_on_the_page_under_its_own_name_with_all_its_texts(
    page: Page, site: Site, model: Model, lang: str
) -> None:
    text = page(f"/{lang}/ontology").body.decode()
    ids = Reader(text).ids
    assert len(ids) == len(set(ids))
    declared = {
        triple.subject.value
        for triple in model.ontology
        if triple.predicate.value == SKOS + "definition" and triple.subject.value.startswith(WZ)
    }
    assert len(declared) > 200
    assert declared == site.reference.terms.keys()
    for iri in sorted(declared):
        said = entry(text, slug(iri))
        for name in ("definition", "scopeNote", "example"):
            texts = model.in_both(iri, SKOS + name)
            assert all(texts[lang] in said for _ in texts), (iri, name)
            assert len(set(texts.values())) < 2 or all(texts[one] not in said for one in texts if one != lang), iri
        assert f"wz:{slug(iri)}" in said


def test_every_kind_of_claim_has_an_example_from_a_claim_of_that_kind(model: Model, site: Site) -> None:
    kinds = site.reference.terms[WZ + "Claim"].children
    assert len(kinds) == 8
    for cls in kinds:
        for text in model.in_both(cls, SKOS + "example").values():
            (named,) = re.findall(r"\((\w+/\w+)\)", text)
            assert site.nodes[f"{BASE}id/claim/{named}"].cls == slug(cls)


def test_every_claim_that_an_example_names_exists_and_is_linked(page: Page, model: Model, site: Site) -> None:
    named = {
        one
        for triple in model.ontology
        if triple.predicate.value == SKOS + "example"
        for one in re.findall(r"\badp/\w+", getattr(triple.object, "value", ""))
    }
    assert len(named) > 12
    links = Reader(page("/en/ontology").body.decode()).links
    for one in named:
        assert f"{BASE}id/claim/{one}" in site.nodes
        assert f"/en/id/claim/{one}" in links


def test_how_often_a_term_is_used_is_what_a_query_counts(site: Site) -> None:
    store = site.opened.store
    for name in ("Configuration", "Evidence", "Mechanism"):
        (row,) = store.select(f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ ?x a <{WZ}{name}> }}")
        assert site.reference.terms[WZ + name].used == int(row["n"]) > 10
    (row,) = store.select(f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ ?d <{WZ}contains> ?x }}")
    assert site.reference.terms[WZ + "Claim"].used == int(row["n"])
    for name in ("mechanism", "saidBy"):
        rows = store.select(f"SELECT DISTINCT ?s ?o WHERE {{ ?s <{WZ}{name}> ?o }}")
        assert site.reference.terms[WZ + name].used == len(rows) > 10
    structure = CONCEPT + "mechanism/structure"
    rows = store.select(
        f"SELECT DISTINCT ?s ?p WHERE {{ ?s ?p <{structure}> FILTER (!STRSTARTS(STR(?s), '{CONCEPT}')) }}"
    )
    assert site.reference.concepts[structure].used == len([one for one in rows if one["p"].startswith(WZ)])


def test_fields_say_what_the_shapes_say(page: Page) -> None:
    text = page("/en/ontology").body.decode()
    said = entry(text, "Configuration")
    assert "effect wz:effect: known value of the kind effect, exactly one" in said
    assert "wz:whyNot: known value of the kind reason why not, at most one" in said
    assert "with outcome wz:hasOutcome: a part of the class outcome change, none, one or more" in said
    assert "Keys: effect, effect" in entry(text, "effect")


def test_a_term_leads_to_the_questions_that_use_it_and_only_to_those(page: Page, site: Site) -> None:
    assert "for-whom" in site.reference.terms[WZ + "effect"].questions
    assert "quickscan" not in site.reference.terms[WZ + "effect"].questions
    reader = Reader(page("/nl/ontology").body.decode())
    assert {f"q-{name}" for name in questions()} <= set(reader.ids)
    assert {one[1:] for one in reader.links if one.startswith("#")} <= set(reader.ids)


def test_the_picture_holds_what_its_table_holds(page: Page, site: Site) -> None:
    for lang in LANGUAGES:
        text = page(f"/{lang}/ontology").body.decode()
        svg, table = text.partition("<svg")[2].partition("</svg>")[::2]
        table = table.partition("</table>")[0]
        assert 'role="img"' in svg
        for edge in coremap.EDGES:
            for name in edge:
                label = site.opened.known.label(WZ + name, lang)
                assert f">{label}</text>" in unescape(svg), name
                assert f">{label}</a>" in unescape(table), name


def test_every_worked_query_answers_in_full_and_stands_on_the_page(page: Page, site: Site) -> None:
    text = unescape(page("/en/ontology").body.decode())
    assert len(worked()) == 3
    for one in worked():
        rows = site.opened.store.select(one.query)
        assert len(rows) >= 3, one.name
        assert one.query.rstrip() in text
        assert one.text["en"] in text
        assert not re.search(r"^#", one.query, re.MULTILINE)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_a_scheme_has_every_concept_with_definition_and_code(page: Page, site: Site, lang: str) -> None:
    assert len(site.reference.schemes) > 30
    shown = 0
    for iri, scheme in site.reference.schemes.items():
        text = unescape(page(f"/{lang}/{iri.removeprefix(BASE)}").body.decode())
        ids = Reader(text).ids
        for one in scheme.entries:
            assert slug(one.iri) in ids
            assert one.texts["definition"][lang] in text
            assert all(code in text for code in one.codes)
            shown += 1
    (row,) = site.opened.store.select(f"SELECT (COUNT(DISTINCT ?c) AS ?n) WHERE {{ ?c <{SKOS}inScheme> ?s }}")
    assert shown == int(row["n"])


@pytest.mark.parametrize("name", ["voicedBy", "relatedClaim", "hasEvidence", "CounterExample", "firesIn"])
def test_a_term_that_is_only_inferred_says_so_and_gives_rows_only_then(page: Page, run: Any, name: str) -> None:
    assert "Used: only with “--inferred”" in entry(page("/en/ontology").body.decode(), name)
    text = f"SELECT ?s {{ {{ ?s wz:{name} ?o }} UNION {{ ?s a wz:{name} }} }}"
    query = f"PREFIX wz: <{WZ}> {text}".encode()
    assert len(run("query", "-", "--format", "csv", stdin=query).out.splitlines()) == 1
    assert len(run("query", "-", "--format", "csv", "--inferred", stdin=query).out.splitlines()) > 1


@pytest.mark.parametrize("name", ["Claim", "saidBy", "Quickscan", "supportedBy"])
def test_a_term_that_people_use_does_not_say_that_it_is_inferred(page: Page, name: str) -> None:
    assert "--inferred" not in entry(page("/en/ontology").body.decode(), name)


def test_a_concept_page_gives_narrower_broader_and_opposite_concepts(page: Page) -> None:
    text = page("/en/concept/mechanism/counsellor-client-relation").body.decode()
    assert re.search(r"<dt>Narrower</dt><dd>.*mechanism/reciprocity", text)
    text = page("/en/concept/context/slack-labour-market").body.decode()
    assert re.search(r"<dt>Opposite of</dt><dd>.*context/demand-for-workers", text)
    assert re.search(r"<dt>Broader</dt>", text)


def test_a_concept_page_counts_the_claims_for_and_against_as_the_answer_does(page: Page) -> None:
    text = page("/en/concept/mechanism/structure").body.decode()
    found = re.findall(r'<li><a href="([^"]+heading=[\w-]+)">[^<]+</a>: <data value="(\d+)">', text)
    assert {"for", "against"} <= {unescape(one).rpartition("=")[2] for one, _ in found}
    for address, count in found:
        told = page(unescape(address)).body.decode()
        (said,) = re.findall(r'<h2 id="[\w-]+"><span class="sign".*?<data value="(\d+)">', told)
        assert said == count


def test_a_page_names_properties_by_labels_and_never_by_their_iri(page: Page) -> None:
    for address in ("/nl/concept/trait/older", "/nl/concept/mechanism/structure", "/nl/id/act/wwb"):
        for said in re.findall(r"<dt>(.*?)</dt>", page(address).body.decode()):
            assert not re.search(r"https?:|prefLabel|inScheme|topConceptOf", re.sub(r"<[^>]+>", "", said)), said


def test_the_files_work_from_disk(disk: Path) -> None:
    files = sorted(disk.rglob("*.html"))
    assert len(files) > 80
    ids = {file: set(Reader(file.read_text("utf-8")).ids) for file in files}
    followed = 0
    for file in files:
        for link in set(Reader(file.read_text("utf-8")).links):
            if link.startswith(("http://", "https://")):
                assert not link.startswith(BASE), (file, link)
                continue
            assert not link.startswith(("/", "file:")), (file, link)
            path, _, anchor = link.partition("#")
            to = (file.parent / path).resolve() if path else file
            assert to.is_file(), (file, link)
            assert not anchor or anchor in ids[to], (file, link)
            followed += 1
    assert followed > 1_000


def test_the_files_hold_no_script_and_the_same_terms_as_the_service(disk: Path, page: Page) -> None:
    for lang in LANGUAGES:
        text = (disk / lang / "ontology.html").read_text("utf-8")
        assert "<script" not in text
        terms: Any = re.compile(r'<div class="term" id="(\w+)"')
        assert terms.findall(text) == terms.findall(page(f"/{lang}/ontology").body.decode())


def test_the_command_writes_the_files_and_says_where_to_begin(run: Any, tmp_path: Path) -> None:
    ran = run("docs", "--out", str(tmp_path / "made"), "--lang", "en")
    assert ran.code == 0
    assert (tmp_path / "made" / "index.html").is_file()
    assert "index.html" in ran.err
    assert ran.out == ""
    (tmp_path / "file").write_text("")
    ran = run("docs", "--out", str(tmp_path / "file"), "--lang", "nl")
    assert ran.code == 2
    assert "kan niet worden geschreven" in ran.err


@pytest.mark.parametrize(("lang", "address"), [("nl", "/nl/regels"), ("en", "/en/rules")])
def test_the_page_of_rules_has_each_rule_with_its_code_and_examples(page: Page, lang: str, address: str) -> None:
    text = unescape(page(address).body.decode())
    for one in rules().values():
        assert f'<details id="{one.code}">' in text
    assert one_of(text, "Claim-circle").count("<pre ") == 2
    assert ("Zo niet" if lang == "nl" else "Not like this") in text


def one_of(text: str, code: str) -> str:
    return text.partition(f'<details id="{code}">')[2].partition("</details>")[0]
