"""Databases of others load by a mapping file, answer the same questions, and stay where their licence leaves them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import werkzaam
from werkzaam.build import on_disk, write_store
from werkzaam.databases.plan import packaged_plans, plan_of, read_plan
from werkzaam.databases.readers import Record, reader_of, readers
from werkzaam.databases.shelf import databases, unload
from werkzaam.databases.shelf import load as shelve
from werkzaam.errors import InputError, StoreError, UsageError
from werkzaam.linking.decisions import Decisions, decide, decisions_file
from werkzaam.linking.ours import index_of
from werkzaam.linking.proposing import propose
from werkzaam.linking.terms import terms_of
from werkzaam.loading import nothing
from werkzaam.model import Model
from werkzaam.outline import Outline
from werkzaam.upkeep import backup, check, restore
from werkzaam.web.choices import Choices
from werkzaam.web.gapmap import GapMaps

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL", "")
needs_external = pytest.mark.skipif(not EXTERNAL, reason="needs WERKZAAM_EXTERNAL, the folder with data of others")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "linking.md"
BY = "https://creativecommons.org/licenses/by/4.0/"

REVIEW = """werkzaam-mapping: 1
name: pans
title: {nl: pannen, en: pans}
source: https://example.org/pans
licence: none
language: en
records:
- thing: study
  id: pans
  name: a review of pans
- claim: configuration
  id: "{id}"
  scope: {named: a review of pans}
  statement: "{mechanism}"
  effect: {from: effect, values: {works: activates, fails: does not activate}}
  mechanism: {new: "{mechanism}", broader: "{tags}"}
  context: {new: "{context}"}
  outcomes: {outcome: {new: "{outcome}"}}
  source: {said-by: literature, section: "{id}", phrase: "{mechanism}"}
"""
PANS = [
    ("p1", "a lid keeps heat in", "works", "a cold kitchen", "soup stays warm", "heat"),
    ("p2", "a lid keeps heat in", "fails", "an open window", "soup stays warm", "heat"),
    ("p3", "stirring spreads heat", "works", "a cold kitchen", "no burnt soup", "heat"),
]
HEAD = ("id", "mechanism", "effect", "context", "outcome", "tags")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, ontology_nquads: bytes, load: Any, data: Path) -> Path:
    """Give a store with the vocabulary and one small case."""
    place = tmp_path_factory.mktemp("store") / "store"
    ours = load((data / "buurttafel.yaml").read_text("utf-8")).quads()
    write_store(f"oxigraph:{place}", ontology_nquads + "".join(f"{quad} .\n" for quad in ours).encode())
    return place


@pytest.fixture
def store(built: Path, tmp_path: Path) -> str:
    backup(f"oxigraph:{built}", str(tmp_path / "store"))
    return f"oxigraph:{tmp_path / 'store'}"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Write the invented review in every form, with its mapping file."""
    made = {"plan": REVIEW, "csv": "\n".join(",".join(row) for row in (HEAD, *PANS))}
    rows = [dict(zip(HEAD, row, strict=True)) for row in PANS]
    made["json"] = json.dumps(rows)
    paths = {name: tmp_path / ("plan.yaml" if name == "plan" else f"pans.{name}") for name in made}
    for name, text in made.items():
        paths[name].write_text(text, "utf-8")
    paths["wide"] = tmp_path / "wide.csv"
    paths["wide"].write_bytes(made["csv"].replace(",", ";").encode("utf-16"))
    book = openpyxl.Workbook()
    for row in (HEAD, *PANS):
        book.active.append(row)
    paths["xlsx"] = tmp_path / "pans.xlsx"
    book.save(paths["xlsx"])
    return {name: str(path) for name, path in paths.items()}


# ---- every form gives the same


@pytest.mark.parametrize("form", ["csv", "json", "wide", "xlsx"])
def test_every_form_gives_the_same_records_and_graph(form: str, files: dict[str, str], store: str) -> None:
    folder = on_disk(store)
    first = shelve(files["plan"], [files["csv"]], folder, retrieved="2026-11-20")
    graph = (folder.path / "foreign" / "pans.nq").read_text().partition("\n")[2]
    again = shelve(files["plan"], [files[form]], folder, retrieved="2026-11-20")
    assert (again.records, again.kinds) == (first.records, first.kinds) == (3, {"Configuration": 3, "Study": 1})
    assert (folder.path / "foreign" / "pans.nq").read_text().partition("\n")[2] == graph


def test_a_graph_says_whose_it_is_under_which_licence_and_when_it_was_got(files: dict[str, str], store: str) -> None:
    made = shelve(files["plan"], [files["csv"]], on_disk(store), licence=BY, retrieved="2026-11-20")
    held = werkzaam.open(store, foreign=True).store
    said = {t.predicate.value.rsplit("/", 1)[-1]: t.object.value for t in held.about(made.graph)}
    assert (said["source"], said["license"], said["retrievedOn"]) == ("https://example.org/pans", BY, "2026-11-20")
    assert {str(q.graph_name) for q in held.quads(made.graph)} == {f"<{made.graph}>"}


# ---- the same questions, ours and theirs told apart


def test_what_works_answers_over_both_and_tells_them_apart(
    files: dict[str, str], store: str, run: Callable[..., Any]
) -> None:
    ours = werkzaam.open(store).what_works()
    assert ours.databases == {}
    shelve(files["plan"], [files["csv"]], on_disk(store))
    assert werkzaam.open(store).what_works().count == ours.count, "nothing of theirs is met unasked"
    both = werkzaam.open(store, foreign=True).what_works()
    assert both.count == ours.count + 3
    assert list(both.databases.values()) == [3]
    ran = run("what-works", "--foreign", "--mechanism", "a lid keeps heat in", "--store", store)
    assert "Of these 2 from pans [pans]." in ran.out
    assert ran.out.count("[pans] a lid keeps heat in") == 2
    told = json.loads(run("what-works", "--foreign", "--mechanism", "heat", "--store", store, "--format", "json").out)
    assert told["databases"] == {"pans": 3}
    verdicts = {one["verdict"]: [claim["document"] for claim in one["claims"]] for one in told["headings"]}
    assert verdicts == {"for": ["foreign/pans"] * 2, "against": ["foreign/pans"]}
    assert told["silent"] == [], "where their mechanisms were not studied among us is nobody's question"


def test_a_query_meets_them_only_when_told(files: dict[str, str], store: str, run: Callable[..., Any]) -> None:
    shelve(files["plan"], [files["csv"]], on_disk(store))
    asked = b"SELECT ?g { GRAPH ?g { ?s ?p 'a lid keeps heat in'@en } }"
    assert "foreign/pans" in run("query", "-", "--foreign", "--store", store, stdin=asked).out
    assert "foreign/pans" not in run("query", "-", "--store", store, stdin=asked).out


def test_the_gap_map_has_their_mechanisms_and_circumstances(files: dict[str, str], store: str) -> None:
    shelve(files["plan"], [files["csv"]], on_disk(store))
    opened = werkzaam.open(store, foreign=True)
    outline = Outline(opened.store)
    drawn = GapMaps(opened, outline, Choices(opened, outline)).draw("in", None, [], "en")
    label = opened.known.label
    cells = {
        (label(mechanism, "en"), label(cell.column, "en")): cell.state
        for mechanism, _, row in drawn.rows
        for cell in row
    }
    assert cells["a lid keeps heat in", "a cold kitchen"] == "for"
    assert cells["a lid keeps heat in", "an open window"] == "against"
    assert cells["stirring spreads heat", "an open window"] == "not-entered"
    assert len(cells) > 100, "ours are there too"


def test_contradictions_and_where_it_works_and_fails_answer_over_both(files: dict[str, str], store: str) -> None:
    ours = werkzaam.open(store).ask("contradictions")
    shelve(files["plan"], [files["csv"]], on_disk(store))
    opened = werkzaam.open(store, foreign=True)
    assert opened.ask("contradictions") == ours
    lid = opened.ask("counter-evidence", {"mechanism": "a lid keeps heat in"})
    assert any("/pans/" in str(row) for row in lid)


def test_a_name_that_both_have_means_ours(files: dict[str, str], store: str, tmp_path: Path) -> None:
    plan = tmp_path / "other.yaml"
    plan.write_text(REVIEW.replace("{mechanism}", "daily structure").replace("name: pans", "name: other"))
    shelve(str(plan), [files["csv"]], on_disk(store))
    opened = werkzaam.open(store, foreign=True)
    assert opened.groups("mechanism", "daily structure")[0][0].endswith("/mechanism/structure")


# ---- what has no licence stays


@pytest.mark.parametrize("form", ["nq", "ttl", "jsonl"])
def test_what_has_no_licence_never_leaves(
    form: str, files: dict[str, str], store: str, run: Callable[..., Any]
) -> None:
    shelve(files["plan"], [files["csv"]], on_disk(store))
    ran = run("export", "--as", form, "--foreign", "--store", store)
    assert "lid keeps heat" not in ran.out
    assert "pans has no licence and is left out." in ran.err
    shelve(files["plan"], [files["csv"]], on_disk(store), licence=BY)
    ran = run("export", "--as", form, "--foreign", "--store", store)
    assert ran.out.count("a lid keeps heat in") >= 2
    assert "lid keeps heat" not in run("export", "--as", form, "--store", store).out


def test_what_pages_and_the_endpoint_read_has_nothing_of_others(files: dict[str, str], store: str) -> None:
    shelve(files["plan"], [files["csv"]], on_disk(store), licence=BY)
    held = werkzaam.open(store).store
    assert not held.select('SELECT ?s WHERE { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?o), "a lid")) }')
    graphs = {getattr(quad.graph_name, "value", "") for quad in held.quads()}
    assert graphs
    assert not any("/foreign/" in one for one in graphs)


# ---- the shelf


def test_loading_replaces_and_dry_run_and_remove_do_what_they_say(
    files: dict[str, str], store: str, run: Callable[..., Any]
) -> None:
    ran = run("load", files["plan"], files["csv"], "--dry-run", "--store", store)
    assert (ran.code, "nothing was kept" in ran.err) == (0, True)
    assert databases(on_disk(store)) == []
    assert run("load", files["plan"], files["csv"], "--retrieved", "2026-11-20", "--store", store).code == 0
    told = json.loads(run("databases", "--store", store, "--format", "json").out)["databases"]
    assert [(one["name"], one["records"], one["licence"], one["retrieved"]) for one in told] == [
        ("pans", 3, "", "2026-11-20")
    ]
    assert "geen licentie genoemd" in run("databases", "--store", store, "--lang", "nl").out
    assert run("databases", "--remove", "pots", "--store", store).code == 2
    assert run("databases", "--remove", "pans", "--store", store).out == ""
    with pytest.raises(UsageError):
        unload("pans", on_disk(store))


def test_a_backup_holds_them_and_the_store_stays_in_order(files: dict[str, str], store: str, tmp_path: Path) -> None:
    shelve(files["plan"], [files["csv"]], on_disk(store))
    assert [one for one in check(store) if one.severity != "info"] == []
    backup(store, str(tmp_path / "copy"))
    unload("pans", on_disk(store))
    restore(str(tmp_path / "copy"), store)
    assert [one.name for one in databases(on_disk(store))] == ["pans"]


def test_without_a_store_on_disk_nothing_is_kept(
    files: dict[str, str], tmp_path: Path, run: Callable[..., Any]
) -> None:
    assert run("load", files["plan"], files["csv"]).code == 2
    with pytest.raises(StoreError):
        shelve(files["plan"], [files["csv"]], on_disk(f"oxigraph:{tmp_path / 'none'}"))
    assert run("what-works", "--foreign").code == 2


# ---- what is wrong is told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("werkzaam-mapping: 1", "werkzaam-mapping: 2", "begins with werkzaam-mapping: 1"),
        ("licence: none\n", "", "write licence: none"),
        ("name: pans", "name: Pans & pots", "lower-case letters"),
        ("- thing: study", "- ding: study", "says by one of claim, thing, concept"),
        ("- claim: configuration", "- claim: recipe", "no kind “recipe”"),
        ("  statement:", "  utterance:", "“utterance” cannot stand here"),
        ("source: {said-by: literature, ", "source: page 3 #", "belong fields"),
        ("records:\n", "records: [\n", "no mapping"),
        ("language: en", "language: en\nreader: punch-card", "no reader “punch-card”"),
        ('"{id}"', '"{number}"', "nothing came of this"),
        ("source: https://example.org/pans", "source: a book", "is no address"),
        ("licence: none", "licence: CC BY", "is no address"),
        ("language: en", "language: English", "no code of a language"),
        ('{new: "{context}"}', '{make: "{context}"}', "“context” takes a text or one of"),
        ("{from: effect,", "{form: effect,", "“effect” takes a text or one of"),
    ],
)
def test_a_mapping_file_that_is_wrong_is_told(
    old: str, new: str, told: str, files: dict[str, str], store: str, run: Callable[..., Any]
) -> None:
    assert old in REVIEW
    text = REVIEW.replace(old, new)
    if "nothing came" in told:
        text = re.sub(r"- thing: study\n.*\n.*\n", "", text)
    Path(files["plan"]).write_text(text)
    ran = run("load", files["plan"], files["csv"], "--store", store)
    assert (ran.code, told in ran.err) == (2, True), ran.err


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.csv", b"id,b\n1,2,3\n"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b"id\n\xe9\n"),
        ("a.json", b"{"),
        ("a.json", b"[" * 100_000),
        ("a.xlsx", b"PK"),
        ("a.yaml", b"a: &b [*b]"),
        ("a.ttl", b"<a> <b>"),
        ("a.owl", b"<rdf"),
        ("a.jsonld", b'{"@context": "https://example.org/context.jsonld"}'),
        ("a.docx", b""),
    ],
)
def test_a_file_that_cannot_be_read_is_told(file: str, content: bytes) -> None:
    with pytest.raises(InputError):
        list(reader_of("", file)(content, file, {}, nothing))


def test_names_that_are_not_known_here_are_told_and_left_out(
    files: dict[str, str], store: str, run: Callable[..., Any]
) -> None:
    Path(files["plan"]).write_text(REVIEW.replace("fails: does not activate", "fails: explodes"))
    ran = run("load", files["plan"], files["csv"], "--store", store)
    assert "effect: explodes" in ran.err
    assert "1×" in ran.err
    assert run("load", files["plan"], files["csv"], "--licence", "free", "--store", store).code == 2
    assert run("load", files["plan"], files["csv"], "--retrieved", "gisteren", "--store", store).code == 2
    assert "choose one of" in run("load", "pots", files["csv"], "--store", store).err


# ---- forms of others


CIDS = """@prefix cids: <https://ontology.commonapproach.org/cids#> .
<https://example.org/warm> a cids:Organization ; cids:hasLegalName "Warm Kitchens" .
<https://example.org/o1> a cids:Outcome ; cids:hasName "Neighbours eat together" ;
    cids:forOrganization <https://example.org/warm> .
"""
CONTEXT = {"@context": {"cids": "https://ontology.commonapproach.org/cids#", "hasName": "cids:hasName"}}


def test_cids_is_read_as_turtle_in_utf_16_and_as_json_ld_with_its_context_beside(store: str, tmp_path: Path) -> None:
    wide, linked = tmp_path / "cids.ttl", tmp_path / "cids.jsonld"
    wide.write_bytes(CIDS.encode("utf-16"))
    made = shelve("cids", [str(wide)], on_disk(store))
    assert made.kinds == {"Goal": 1, "Organisation": 1, "Outcome": 1}
    opened = werkzaam.open(store, foreign=True)
    answer = opened.what_works(outcome="Neighbours eat together")
    assert [verdict.rsplit("/", 1)[-1] for verdict, _ in answer.headings] == ["expected"]
    (tmp_path / "context.jsonld").write_text(json.dumps(CONTEXT))
    linked.write_text(
        json.dumps(
            {
                "@context": "https://example.org/context.jsonld",
                "@id": "https://example.org/o1",
                "@type": "cids:Outcome",
                "hasName": "Neighbours eat together",
            }
        )
    )
    assert shelve("cids", [str(linked)], on_disk(store)).kinds == {"Goal": 1, "Outcome": 1}


def test_records_lie_at_a_path_and_the_keys_on_the_way_are_fields() -> None:
    found = list(
        reader_of("", "a.yaml")(b"soup: {cmos: {s1: {m: heat, t: [a, b]}}}", "a.yaml", {"records": "*.cmos.*"}, nothing)
    )
    assert found == [Record({"key-1": ["soup"], "key-2": ["s1"], "m": ["heat"], "t": ["a", "b"]}, "a.yaml:soup/s1")]


def test_a_table_of_interventions_is_read_by_the_fields_that_databases_of_them_have(store: str, tmp_path: Path) -> None:
    file = tmp_path / "interventies.csv"
    file.write_text(
        "naam;doel;doelgroep;aanpak;werkzame elementen;onderbouwing;randvoorwaarden;overdraagbaarheid\n"
        'De Soeppan;Buren kennen elkaar;ouderen;samen koken;"elkaar helpen; iets te doen hebben";een dagboek;'
        "een keuken;draaiboek\n",
        "utf-8",
    )
    made = shelve("interventions", [str(file)], on_disk(store))
    assert made.kinds == {"Configuration": 1, "ContextInfluence": 1, "Feature": 4, "Goal": 1, "Intervention": 1}
    assert made.unknown == {}
    opened = werkzaam.open(store, foreign=True)
    assert opened.what_works(mechanism="elkaar helpen").databases
    assert {str(row["scope"]).rsplit("/", 1)[-1][:8] for row in opened.ask("goals") if "interventions" in str(row)}


# ---- what comes with us, and what others bring


def test_every_mapping_file_of_ours_is_right_and_says_whether_it_has_a_licence(model: Model) -> None:
    assert {"offsets", "mvpfde", "bcio-mechanisms", "cids", "interventions"} <= set(packaged_plans())
    for name in packaged_plans():
        plan = plan_of(name, model)
        assert plan.name == name
        assert set(plan.title) == {"nl", "en"}


def test_other_packages_bring_mapping_files_and_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Any]
) -> None:
    (tmp_path / "kitchenware").mkdir()
    (tmp_path / "kitchenware" / "__init__.py").write_text("def read(content, file, options, beside):\n    return []\n")
    (tmp_path / "kitchenware" / "pans.mapping.yaml").write_text(REVIEW)
    monkeypatch.syspath_prepend(str(tmp_path))
    points = {
        "werkzaam.databases": [EntryPoint("pans", "kitchenware", "werkzaam.databases")],
        "werkzaam.readers": [EntryPoint("spoons", "kitchenware:read", "werkzaam.readers")],
    }
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: points.get(group, []))
    for one in (packaged_plans, readers):
        one.cache_clear()
    try:
        ran = run("loaders")
        assert "pans (…)" in ran.out
        assert "spoons" in ran.err
        assert {one["name"] for one in json.loads(run("loaders", "--format", "json").out)["databases"]} >= {"pans"}
    finally:
        packaged_plans.cache_clear()
        readers.cache_clear()


def test_the_example_of_the_page_loads_as_it_stands(store: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    blocks = dict(re.findall(r"^```(csv|yaml)\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE))
    for form, text in blocks.items():
        (tmp_path / f"kitchens.{form}").write_text(text, "utf-8")
    ran = run("load", tmp_path / "kitchens.yaml", tmp_path / "kitchens.csv", "--store", store)
    assert (ran.code, "2 records read" in ran.err) == (0, True), ran.err
    ran = run("what-works", "--mechanism", "structure", "--foreign", "--store", store)
    assert "[kitchens] daily structure" in ran.out
    assert "Of these 1 from neighbourhood kitchens [kitchens]." in ran.out


def test_what_a_reviewer_accepted_answers_with_the_database_and_what_was_rejected_does_not(
    run: Callable[..., Any], store: str, tmp_path: Path
) -> None:
    (tmp_path / "plan.yaml").write_text(REVIEW, "utf-8")
    pans = [("p1", "reciprocity", "works", "tight job market", "self-reliance", "")]
    (tmp_path / "pans.csv").write_text("\n".join(",".join(row) for row in (HEAD, *pans)), "utf-8")
    assert run("load", tmp_path / "plan.yaml", tmp_path / "pans.csv", "--store", store).code == 0
    proposed = json.loads(run("link", "pans", "--store", store, "--format", "json").out)["terms"]
    pairs = {one["label"]: one["proposed"][0]["pair"] for one in proposed if one["proposed"]}
    assert set(pairs) == {"reciprocity", "tight job market", "self-reliance"}
    chosen = ("--accept", pairs["reciprocity"], "--reject", pairs["self-reliance"])
    ran = run("link", "review", "pans", "--by", "J. Jansen", *chosen, "--store", store)
    assert ran.code == 0, ran.err
    held = werkzaam.open(store, foreign=True).store.select(LINKED)
    assert [(row["ours"].rpartition("/")[2], row["theirs"].rpartition("/")[2]) for row in held] == [
        ("reciprocity", "reciprocity")
    ]
    assert werkzaam.open(store).store.select(LINKED) == []
    assert run("link", "pans", "--store", store, "--format", "csv").out.count("\n") == 2


def test_two_who_decide_at_once_lose_nothing_and_nobody_decides_while_another_writes(
    run: Callable[..., Any], store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pots.csv").write_text("id,label,kind\n1,huisbezoeken,resource\n2,wederkerigheid,mechanism\n", "utf-8")
    folder = on_disk(store)
    file = decisions_file("pots", folder.path)
    terms = terms_of("pots.csv", folder)
    index = index_of(werkzaam.open(store).store)
    made = [decide(one, terms, "J. Jansen", accept=True) for a in propose(terms, index, {}) for one in a.proposals]
    first, second = (Decisions(file, "pots", terms.source, folder) for _ in range(2))
    first.add(made[:1])
    second.add(made[1:])
    assert set(Decisions(file, "pots", terms.source).held) == {one.pair for one in made}
    assert len(made) == 2
    monkeypatch.setattr("werkzaam.folder.WAIT", 0.0)
    pair = made[0].id
    with folder.writing():
        ran = run("link", "review", "pots.csv", "--by", "J. Jansen", "--reject", pair, "--revise", "--store", store)
    assert (ran.code, "0 accepted" in ran.err) == (2, False)
    assert all(one.accepted for one in Decisions(file, "pots", terms.source).held.values())


def test_a_list_of_which_links_were_decided_in_a_store_breaks_loudly_too(
    run: Callable[..., Any], store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    head = "id,label,kind\n"
    Path("pots.csv").write_text(head + "1,huisbezoeken,resource\n2,wederkerigheid,mechanism\n", "utf-8")
    table = run("link", "pots.csv", "--store", store, "--format", "csv").out
    pairs = [row["id"] for row in csv.DictReader(io.StringIO(table))]
    decided = ("--by", "J. Jansen", "--accept", pairs[0], "--reject", pairs[1])
    assert run("link", "review", "pots.csv", *decided, "--store", store).code == 0
    Path("newer.csv").write_text(head + "1,bezoek aan huis,resource\n", "utf-8")
    ran = run("link", "drift", "newer.csv", "--source", "pots", "--store", store, "--format", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["source"], told["compared"]) == (1, "pots", 1)
    assert [(one["kind"], one["now"], one["link"]["where"]) for one in told["changes"]] == [
        (
            "renamed",
            "bezoek aan huis",
            f"foreign/pots.sssom.tsv:{told['changes'][0]['link']['where'].rpartition(':')[2]}",
        )
    ]
    Path("pots.csv").write_text(head + "1,huisbezoeken,resource\n", "utf-8")
    assert run("link", "drift", "pots.csv", "--store", store).code == 0
    # The rejected one is no link that may break; without the store nobody knows of either.
    assert run("link", "drift", "pots.csv").code == 2


LINKED = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?ours ?theirs WHERE { ?ours skos:closeMatch ?theirs . FILTER (CONTAINS(STR(?theirs), "/pans/")) }
"""


def test_readers_are_short() -> None:
    import ast
    import inspect

    for name, reader in readers().items():
        (function,) = ast.parse(inspect.getsource(reader)).body
        assert (function.end_lineno or 0) < 60, name


# ---- the databases themselves


@needs_external
@pytest.mark.parametrize(
    ("name", "files", "records", "kinds"),
    [
        ("offsets", ["offsets/cmo_statements.csv"], 740, {"Configuration": 740, "Study": 1}),
        (
            "offsets-yaml",
            ["offsets/arms_trade_offsets_chapters.yml", "offsets/economic-offsets.yml"],
            740,
            {"Configuration": 740, "Study": 1},
        ),
        ("mvpfde", ["mvpfde/programs.json"], 51, {"Feature": 51, "Intervention": 51}),
        ("bcio-mechanisms", ["bcio/bcio_moa.xlsx"], 639, {"Mechanism": 624}),
        ("cids", ["cids/TestData1.ttl"], 25, {"Goal": 8, "Indicator": 15, "Organisation": 2, "Outcome": 8}),
    ],
)
def test_the_counts_match_the_source(
    name: str, files: list[str], records: int, kinds: dict[str, int], store: str
) -> None:
    made = shelve(name, [str(Path(EXTERNAL) / one) for one in files], on_disk(store), dry_run=True)
    assert (made.records, made.kinds, made.unknown) == (records, kinds, {})


@needs_external
def test_the_740_answer_what_works(store: str) -> None:
    shelve("offsets", [str(Path(EXTERNAL) / "offsets" / "cmo_statements.csv")], on_disk(store))
    ours, both = werkzaam.open(store).what_works(), werkzaam.open(store, foreign=True).what_works()
    assert both.count - ours.count == 740
    assert list(both.databases.values()) == [740]


@needs_external
def test_json_ld_of_cids_is_read_with_its_own_context_beside(tmp_path: Path, store: str) -> None:
    (tmp_path / "cidsContext.jsonld").write_bytes((Path(EXTERNAL) / "cids" / "cidsContext.jsonld").read_bytes())
    address = "https://ontology.commonapproach.org/contexts/cidsContext.jsonld"
    warm = {"@context": address, "@id": "https://example.org/w", "@type": "cids:Outcome", "hasName": "Warm evenings"}
    (tmp_path / "warm.jsonld").write_text(json.dumps(warm))
    assert shelve("cids", [str(tmp_path / "warm.jsonld")], on_disk(store)).kinds == {"Goal": 1, "Outcome": 1}


@needs_external
def test_utf_16_gives_the_same_as_utf_8(tmp_path: Path, store: str) -> None:
    file, wide = Path(EXTERNAL) / "cids" / "TestData1.ttl", tmp_path / "TestData1.ttl"
    wide.write_bytes(file.read_text("utf-8-sig").encode("utf-16"))
    folder = on_disk(store)
    graphs = []
    for one in (file, wide):
        shelve("cids", [str(one)], folder)
        graphs.append((folder.path / "foreign" / "cids.nq").read_text().partition("\n")[2])
    assert graphs[0] == graphs[1]


def test_a_plan_is_read_the_same_wherever_it_stands(model: Model) -> None:
    plan = read_plan(REVIEW.encode(), "pans.yaml", model)
    assert [one.cls.rsplit("#", 1)[-1] for one in plan.groups] == ["Study", "Configuration"]
    assert plan.licence == ""
