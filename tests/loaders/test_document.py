"""A case document: the same content gives the same graph, and whatever is wrong is told at its line and column."""

from __future__ import annotations

import importlib
import json
import pkgutil
import random
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from proef import HEAD

from werkzaam import loading
from werkzaam.export import export
from werkzaam.loading import Loaded, loader_for
from werkzaam.model import Model
from werkzaam.store import Oxigraph
from werkzaam.terms import CONCEPT, ID, RDF, WZ, XSD
from werkzaam.validation import check

Load = Callable[..., Loaded]


def values(loaded: Loaded, subject: str, name: str) -> set[str]:
    return {
        t.object.value
        for t in loaded.triples
        if t.subject == ox.NamedNode(ID + subject) and t.predicate == ox.NamedNode(WZ + name)
    }


def told(loaded: Loaded, lang: str = "en") -> list[tuple[str, str]]:
    """Give (line:column, message) of each finding."""
    return [(f"{one.place.line}:{one.place.column}", one.message(lang)) for one in loaded.findings]


# ---- the same content, the same graph


def test_dutch_and_english_keys_give_the_same_graph(data: Any, load: Load) -> None:
    in_dutch = load((data / "buurttafel.yaml").read_bytes())
    in_english = load((data / "buurttafel-en.yaml").read_bytes())
    assert told(in_dutch) == told(in_english) == []
    assert in_dutch.graph == in_english.graph
    assert len(in_dutch.triples) > 200
    assert in_dutch.triples == in_english.triples


NAMES = [
    "tailoring",
    "mechanism/tailoring",
    "maatwerk",
    "Maatwerk",
    "traject op maat",
    "traject-op-maat",
    "tailor-made support",
    "M1a",
    "wzc:mechanism/tailoring",
    f"{CONCEPT}mechanism/tailoring",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_be_a_slug_label_notation_curie_or_iri(load: Load, name: str) -> None:
    loaded = load(f"{HEAD}- {{id: b1, soort: configuratie, mechanisme: '{name}'}}\n")
    assert told(loaded) == []
    assert values(loaded, "claim/proef/b1", "mechanism") == {f"{CONCEPT}mechanism/tailoring"}


@pytest.mark.parametrize(
    "name", ["proef", "de proef", "the trial", "study/proef", "wzi:study/proef", ID + "study/proef"]
)
def test_a_thing_of_the_document_itself_may_be_named_in_each_of_these_ways(load: Load, name: str) -> None:
    loaded = load(f"{HEAD}- {{id: b1, soort: feit, over: '{name}'}}\n")
    assert told(loaded) == []
    assert values(loaded, "claim/proef/b1", "scope") == {ID + "study/proef"}


def test_a_thing_of_the_document_goes_before_one_of_others_with_the_same_name(load: Load) -> None:
    things = "- {id: municipality/urk, soort: gemeente, naam: {nl: Urk, en: Urk}}\n"
    place = "- {id: intervention/tafel, soort: interventie, naam: {nl: tafel, en: table}, gemeente: Urk}\n"
    loaded = load(HEAD.replace("beweringen:", f"{things}{place}beweringen:") + "- {id: b1, soort: feit}\n")
    assert told(loaded) == []
    assert values(loaded, "intervention/tafel", "municipality") == {ID + "municipality/urk"}


@pytest.mark.parametrize("kind", ["contextinvloed", "context influence", "ContextInfluence", "wz:ContextInfluence"])
def test_a_kind_may_be_a_label_in_either_language_or_a_class(load: Load, kind: str) -> None:
    loaded = load(f"{HEAD}- {{id: b1, soort: '{kind}', invloed: bevordert}}\n")
    assert told(loaded) == []


@pytest.mark.parametrize("text", ["4.10", "no", "1:30", "0x10", "~", "null", "1e3", "2009-05-01", "007", "true"])
def test_a_scalar_stays_the_text_that_was_written(load: Load, text: str) -> None:
    loaded = load(f"{HEAD}- {{id: b1, soort: feit, bron: {{id: e1, paragraaf: {text}, bladzijde: {text}}}}}\n")
    assert told(loaded) == []
    for name in ("section", "page"):
        assert values(loaded, "claim/proef/b1/e1", name) == {text}


def test_a_number_or_date_has_the_type_that_its_field_says(load: Load) -> None:
    loaded = load(f"{HEAD}- {{id: b1, soort: feit, bron: {{id: e1, begin: 7, paragraaf: 7}}}}\n")
    types = {t.predicate.value: t.object.datatype.value for t in loaded.triples if isinstance(t.object, ox.Literal)}
    assert types[WZ + "start"] == XSD + "integer"
    assert types[WZ + "section"] == XSD + "string"


def test_a_text_without_language_is_in_that_of_the_document(load: Load) -> None:
    loaded = load(f"{HEAD}- {{id: b1, soort: feit, waarde: twaalf deelnemers}}\n")
    assert ox.Literal("twaalf deelnemers", language="nl") in {t.object for t in loaded.triples}


DEFAULTS = [("modus", "mode", "observed", "beoogd", "intended"), ("rang", "tier", "core", "detail", "detail")]


@pytest.mark.parametrize(("key", "name", "default", "other", "chosen"), DEFAULTS)
def test_a_default_is_added_and_gives_way_to_what_is_written(
    load: Load, key: str, name: str, default: str, other: str, chosen: str
) -> None:
    for written, expected in (("", default), (f", {key}: {other}", chosen)):
        loaded = load(f"{HEAD}- {{id: b1, soort: feit{written}}}\n")
        assert told(loaded) == []
        assert values(loaded, "claim/proef/b1", name) == {f"{CONCEPT}{name}/{expected}"}


def test_a_claim_is_about_the_case_of_its_document_unless_it_says_otherwise(load: Load, case: str) -> None:
    loaded = load(case)
    assert values(loaded, "claim/buurttafel/b1", "scope") == {ID + "intervention/de-buurttafel"}
    assert values(loaded, "claim/buurttafel/b5", "scope") == {ID + "part/soepploeg"}


def test_the_graph_is_called_by_study_and_case(load: Load, case: str) -> None:
    assert load(case).graph == "https://w3id.org/werkzaam/graph/buurttafel/de-buurttafel"
    assert load(HEAD).graph == "https://w3id.org/werkzaam/graph/proef"


# ---- parts without an id


def part_without_id(*evidence: str) -> str:
    return f"{HEAD}- id: b1\n  soort: feit\n  bron:\n" + "".join(f"  - {{{one}}}\n" for one in evidence)


def test_a_part_without_id_is_called_by_its_content_not_by_its_place(load: Load) -> None:
    one, other = "gezegd-door: cliënt, paragraaf: 1", "gezegd-door: begeleider, paragraaf: 2"
    assert load(part_without_id(one, other)).triples == load(part_without_id(other, one)).triples
    alone, both = load(part_without_id(one)), load(part_without_id(other, one))
    assert values(alone, "claim/proef/b1", "supportedBy") < values(both, "claim/proef/b1", "supportedBy")


def test_a_part_without_id_keeps_its_name_when_its_keys_change_places(load: Load) -> None:
    one, other = "gezegd-door: cliënt, paragraaf: 1", "paragraaf: 1, gezegd-door: cliënt"
    assert load(part_without_id(one)).triples == load(part_without_id(other)).triples


def test_a_part_without_id_keeps_its_name_however_its_values_are_named(load: Load) -> None:
    one, other = "gezegd-door: cliënt, paragraaf: 1", "gezegd-door: wzc:party/client, paragraaf: '1'"
    assert load(part_without_id(one)).triples == load(part_without_id(other)).triples


def test_a_part_without_id_keeps_its_name_in_either_language(load: Load) -> None:
    in_dutch = load(part_without_id("gezegd-door: cliënt, paragraaf: 1"))
    in_english = load(
        "werkzaam: 1\nlanguage: en\nstudy: proef\n"
        "things:\n- {id: study/proef, kind: study, name: {nl: de proef, en: the trial}}\n"
        "claims:\n- {id: b1, kind: feature, source: {said-by: client, section: 1}}\n"
    )
    assert told(in_dutch) == told(in_english) == []
    assert in_dutch.triples == in_english.triples


# ---- what is wrong, where, and how to mend it

CLAIM = HEAD.count("\n") + 1

WRONG = [
    ("id twice", "- {id: b1, soort: feit}\n- {id: b1, soort: feit}", f"{CLAIM + 1}:8", "id “b1” occurs twice"),
    ("id missing", "- {soort: feit}", f"{CLAIM}:3", "an “id” of its own"),
    ("id with accent", "- {id: bé, soort: feit}", f"{CLAIM}:8", "id “bé” may hold only unaccented letters"),
    ("id with blank", "- {id: b 1, soort: feit}", f"{CLAIM}:8", "id “b 1” may hold only unaccented letters"),
    ("id of no scheme", "- {id: 'a b://1', soort: feit}", f"{CLAIM}:8", "id “a b://1” may hold only"),
    ("key misspelt", "- {id: b1, soort: feit, aspekt: caseload}", f"{CLAIM}:25", "did you mean “aspect”?"),
    ("key in English", "- {id: b1, soort: doel, goal-of: cliënt}", f"{CLAIM}:25", "did you mean “doel-van”?"),
    ("key unheard of", "- {id: b1, soort: feit, xyz: 1}", f"{CLAIM}:25", "“xyz” is not known here; known are:"),
    (
        "key twice",
        "- {id: b1, soort: feit, aspect: caseload, aspect: caseload}",
        f"{CLAIM}:43",
        "“aspect” stands here twice",
    ),
    (
        "name misspelt",
        "- {id: b1, soort: configuratie, mechanisme: maatwerkk}",
        f"{CLAIM}:45",
        "Did you mean: maatwerk",
    ),
    (
        "name unheard of",
        "- {id: b1, soort: configuratie, mechanisme: qqqqq}",
        f"{CLAIM}:45",
        "“qqqqq” is not known under",
    ),
    (
        "name of another class",
        "- {id: b1, soort: configuratie, mechanisme: mode/observed}",
        f"{CLAIM}:45",
        "does not fit under",
    ),
    ("claim unknown", "- {id: b1, soort: feit, herhaalt: b9}", f"{CLAIM}:35", "“b9” is not known under “herhaalt”"),
    (
        "name of several",
        "- {id: b1, soort: feit, betreft: verplichte deelname}",
        f"{CLAIM}:34",
        "more than one thing under “betreft”: context/compulsory-participation, resource/compulsion",
    ),
    ("kind unknown", "- {id: b1, soort: gedicht}", f"{CLAIM}:19", "“gedicht” is not a known kind; choose from: "),
    ("kind of another", "- {id: b1, soort: interventie}", f"{CLAIM}:19", "“interventie” is not a known kind"),
    ("kind missing", "- {id: b1, waarde: soep}", f"{CLAIM}:3", "Say with “soort” what this is; choose from: "),
    ("name empty", "- {id: b1, soort: feit, aspect: }", f"{CLAIM}:33", "“aspect” has no value"),
    ("text empty", "- {id: b1, soort: feit, toelichting: }", f"{CLAIM}:38", "“toelichting” has no value"),
    ("text empty in one language", "- {id: b1, soort: feit, waarde: {nl: ''}}", f"{CLAIM}:34", "Give “waarde” as {nl:"),
    ("text in German", "- {id: b1, soort: feit, waarde: {de: Suppe}}", f"{CLAIM}:34", "Give “waarde” as {nl:"),
    ("text as a list", "- {id: b1, soort: feit, waarde: {nl: [soep]}}", f"{CLAIM}:34", "Give “waarde” as {nl:"),
    ("a group for a name", "- {id: b1, soort: feit, aspect: {nl: soep}}", f"{CLAIM}:33", "takes a name or short text"),
    ("a name for a group", "- {id: b1, soort: feit, betrokkene: ouders}", f"{CLAIM}:37", "takes a group of keys"),
]


@pytest.mark.parametrize(("text", "place", "words"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_a_fault_is_told_where_it_stands_with_how_to_mend_it(load: Load, text: str, place: str, words: str) -> None:
    loaded = load(f"{HEAD}{text}\n")
    assert [where for where, _ in told(loaded)] == [place]
    assert words in told(loaded)[0][1]
    assert told(loaded, "nl")[0][1] != told(loaded)[0][1]


def test_a_suggestion_is_in_the_language_of_the_document(load: Load) -> None:
    ((_, message),) = told(load(f"{HEAD}- {{id: b1, soort: feit, modus: waargenome}}\n"))
    assert "waargenomen" in message
    assert "observed" not in message


HEADERS = [
    ("", "", "The file is empty"),
    ("taal: nl\nonderzoek: adp\n", "1:1", "must start with the line `werkzaam: 1`"),
    ("werkzaam: 2\ntaal: nl\nonderzoek: adp\n", "1:11", "Version 2 of the case document is not known"),
    ("werkzaam: 1\nonderzoek: adp\n", "1:1", "Say in which language the keys are"),
    ("werkzaam: 1\ntaal: fr\nonderzoek: adp\n", "2:7", "Say in which language the keys are"),
    ("werkzaam: 1\ntaal: nl\n", "1:1", "Name the study"),
    ("werkzaam: 1\ntaal: nl\nonderzoek: het onderzoek\n", "3:12", "Name the study"),
    ("- werkzaam\n", "1:1", "consists of keys with values"),
    ("soep\n", "1:1", "consists of keys with values"),
]


@pytest.mark.parametrize(("text", "place", "words"), HEADERS)
def test_a_wrong_head_is_told_and_nothing_below_it_is_guessed(load: Load, text: str, place: str, words: str) -> None:
    loaded = load(text + "beweringen: [onzin]\n" * bool(place and ":" in text))
    ((where, message),) = told(loaded)
    assert where == (place or "None:None")
    assert words in message
    assert loaded.triples == set()


SEVEN = """- id: b1
  soort: configuratie
  mechanizme: maatwerk
  effect: activeerdt
  betrokkene: ouders
  context: {ruime: arbeidsmarkt}
  fase:
- {id: b1, soort: feit}
- {id: b2, soort: gedicht}
"""


def test_seven_faults_give_seven_findings_in_the_order_of_the_file(model: Model, load: Load) -> None:
    loaded = load(HEAD + SEVEN)
    assert [where for where, _ in told(loaded)] == [
        f"{CLAIM + 2}:3",
        f"{CLAIM + 3}:11",
        f"{CLAIM + 4}:15",
        f"{CLAIM + 5}:12",
        f"{CLAIM + 6}:8",
        f"{CLAIM + 7}:8",
        f"{CLAIM + 8}:19",
    ]
    lines = [one.place.line or 0 for one in check(loaded, model, model.names, "buurttafel.yaml")]
    assert len(lines) > 7, "the shapes said nothing beside the loader"
    assert lines == sorted(lines)


# ---- other forms of the same graph


def test_what_stands_under_an_unknown_kind_is_looked_at_too(load: Load) -> None:
    loaded = load(f"{HEAD}- id: b1\n  soort: configuratei\n  mechanisme: maatwrek\n  bron: {{gezegd-door: clent}}\n")
    assert [one.rule.rpartition("-")[2] for one in loaded.findings] == ["unknown", "mechanism", "saidBy"]
    assert "claim/proef/b1" not in str(loaded.triples)


def test_what_is_wrong_with_one_language_of_a_text_is_told_at_its_line(model: Model, load: Load) -> None:
    texts = "  bewering:\n    nl: De gesprekken duurden een uur.\n    en: The talks are half open. They took an hour.\n"
    text = f"{HEAD}- id: b1\n  soort: feit\n{texts}"
    found = check(load(text), model, model.names, "case.yaml")
    places = [one.place for one in found if one.rule.endswith("Claim-one-sentence")]
    assert [(at.file, text.splitlines()[(at.line or 0) - 1].strip()[:3]) for at in places] == [("case.yaml", "en:")]


def test_turtle_written_from_a_document_loads_to_the_same_triples(load: Load, case: str) -> None:
    from_yaml = load(case)
    turtle = ox.serialize(from_yaml.triples, format=ox.RdfFormat.TURTLE)
    assert turtle is not None
    from_turtle = load(turtle, "buurttafel.ttl")
    assert told(from_turtle) == []
    assert from_turtle.graph == from_yaml.graph
    assert from_turtle.triples == from_yaml.triples


def test_turtle_too_gets_the_defaults(load: Load) -> None:
    loaded = load(
        """@prefix wz: <https://w3id.org/werkzaam/ontology#> .
        <https://w3id.org/werkzaam/graph/proef/soep> a wz:CaseDocument ;
            wz:caseOf <https://w3id.org/werkzaam/id/intervention/soep> ;
            wz:describes <https://w3id.org/werkzaam/id/intervention/soep> ;
            wz:contains <https://w3id.org/werkzaam/id/claim/proef/b1> .
        <https://w3id.org/werkzaam/id/intervention/soep> a wz:Intervention .
        <https://w3id.org/werkzaam/id/claim/proef/b1> a wz:Goal .""",
        "proef.ttl",
    )
    assert told(loaded) == []
    assert values(loaded, "claim/proef/b1", "mode") == {CONCEPT + "mode/observed"}
    assert values(loaded, "claim/proef/b1", "scope") == {ID + "intervention/soep"}


def test_a_document_is_json_ld_once_its_names_are_resolved(
    load: Load, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    parse = ox.parse

    def keep(content: Any, **more: Any) -> Any:
        if more["format"] == ox.RdfFormat.JSON_LD:
            seen.append(content)
        return parse(content, **more)

    monkeypatch.setattr(ox, "parse", keep)
    load(case)
    (written,) = seen
    assert isinstance(json.loads(written)["@context"], dict), "the context is in the document"
    by_other = rdflib.Graph().parse(data=written, format="json-ld").serialize(format="nt")
    ours = {quad.triple for quad in parse(written, format=ox.RdfFormat.JSON_LD)}
    assert len(ours) > 150
    assert {quad.triple for quad in parse(by_other, format=ox.RdfFormat.N_TRIPLES)} == ours
    assert not [t for t in ours if isinstance(t.subject, ox.BlankNode)]


# ---- anything at all

WORDS = ["id", "soort", "naam", "over", "bron", "betrokkene", "mechanisme", "configuratie", "feit", "maatwerk", "nl"]
WORDS += [
    "bewering",
    "uitkomsten",
    "kenmerken",
    "paragraaf",
    "begin",
    "b1",
    "study/proef",
    "en",
    "é",
    "a b",
    "x://y",
    "",
]
scalars = st.sampled_from(WORDS) | st.text(max_size=8)
trees = st.recursive(
    scalars, lambda one: st.lists(one, max_size=3) | st.dictionaries(scalars, one, max_size=4), max_leaves=12
)


def anything(content: bytes, model: Model) -> Loaded:
    for file in ("anything.yaml", "anything.ttl"):
        loader = loader_for(file)
        list(loader.things(content, model))
        loaded = loader.load(content, file, model, model.names)
        assert all(one.message("nl") and one.message("en") for one in loaded.findings)
    return loaded


@given(content=st.binary(max_size=200))
@example(content=b"\xff\xfew\x00e\x00")
@example(content=b"werkzaam: 1\0")
def test_no_bytes_make_a_loader_raise(model: Model, content: bytes) -> None:
    anything(content, model)


@given(tree=trees)
@example(tree={"zaken": [{"id": "intervention/de cirkel", "soort": "interventie"}]})
@example(tree={"beweringen": [{"id": "1://b", "soort": "feit"}]})
@example(tree={"codering": {"id": "a b"}})
def test_no_tree_makes_a_loader_raise(model: Model, tree: Any) -> None:
    head: dict[str, Any] = {"werkzaam": "1", "taal": "nl", "onderzoek": "proef"}
    for document in (
        tree,
        {**head, "zaken": tree},
        {**head, "beweringen": [tree, {"id": "b1", "soort": "feit", **as_mapping(tree)}]},
    ):
        anything(yaml.safe_dump(document, allow_unicode=True).encode(), model)


def as_mapping(tree: Any) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if key not in ("id", "soort")} if isinstance(tree, dict) else {}


@given(study=scalars, case=scalars)
@example(study="het onderzoek", case="de cirkel")
def test_no_name_of_a_study_or_case_makes_a_loader_raise(model: Model, study: str, case: str) -> None:
    claim = {"id": "b1", "soort": "feit", "bewering": "soep"}
    document = {"werkzaam": "1", "taal": "nl", "onderzoek": study, "casus": case, "beweringen": [claim]}
    anything(yaml.safe_dump(document, allow_unicode=True).encode(), model)


@pytest.mark.parametrize(
    "turtle",
    [
        "<https://e.org/d> a wz:CaseDocument ; wz:contains [ a wz:Goal ] .",
        "<https://e.org/d> a wz:CaseDocument ; wz:caseOf 'de-cirkel' . <https://e.org/k> a wz:Goal .",
        "<https://e.org/d> a wz:CaseDocument ; wz:contains <<( <https://e.org/k> a wz:Goal )>> .",
        "<https://e.org/d> a wz:CaseDocument, 'document' ; wz:contains ( 1 2 ) .",
    ],
    ids=["blank node", "text for a thing", "triple term", "list"],
)
def test_odd_turtle_gives_findings_and_never_raises(model: Model, turtle: str) -> None:
    content = f"@prefix wz: <{WZ}> .\n{turtle}".encode()
    loader = loader_for("odd.ttl")
    list(loader.things(content, model))
    loaded = loader.load(content, "odd.ttl", model, model.names)
    assert check(loaded, model, model.names, "odd.ttl")


def shuffled(node: Any, dice: random.Random) -> Any:
    """Give the same content with keys and items in another order."""
    if isinstance(node, list):
        made = [shuffled(one, dice) for one in node]
        dice.shuffle(made)
        return made
    if isinstance(node, dict):
        pairs = [(key, shuffled(value, dice)) for key, value in node.items()]
        dice.shuffle(pairs)
        return dict(pairs)
    return node


def without_ids(node: Any, depth: int = 0) -> Any:
    """Give a document of which the parts of claims have no ids."""
    if isinstance(node, list):
        return [without_ids(one, depth) for one in node]
    if isinstance(node, dict):
        return {key: without_ids(value, depth + 1) for key, value in node.items() if key != "id" or depth < 2}
    return node


@pytest.mark.parametrize("with_ids", [True, False], ids=["with ids", "parts without ids"])
@settings(max_examples=10, phases=[Phase.generate])
@given(seed=st.integers(min_value=0))
def test_the_order_of_keys_and_claims_means_nothing(load: Load, data: Any, seed: int, with_ids: bool) -> None:
    written = yaml.load((data / "buurttafel.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    written = written if with_ids else without_ids(written)
    head = {key: written.pop(key) for key in ("werkzaam", "taal")}
    first, other = ({**head, **body} for body in (written, shuffled(written, random.Random(seed))))
    loaded, again = (load(yaml.safe_dump(one, sort_keys=False, allow_unicode=True)) for one in (first, other))
    assert told(loaded) == told(again) == []
    assert loaded.triples == again.triples


@settings(max_examples=60)
@given(text=st.text(min_size=1).map(str.strip).filter(bool))
@example(text="=1+1")
@example(text='"nl": \\u0041 # \' & * ! | > % @ `')
@example(text="e\u0301\u2028\x85\u00a0\x00\x7f\ufeff😀‏العربية")
def test_a_statement_of_any_characters_survives_to_the_export(load: Load, text: str) -> None:
    claim = {"id": "b1", "soort": "feit", "bewering": {"nl": text}}
    loaded = load(HEAD + yaml.safe_dump([claim], allow_unicode=True))
    store = Oxigraph()
    store.load_nquads("".join(f"{quad} .\n" for quad in loaded.quads()).encode())
    (line,) = export(store, "jsonl")
    assert line.count("\n") == 1
    assert json.loads(line)["statement"] == {"nl": text}
    literal = ox.Literal(text, language="nl")
    for form, kind in (("nq", ox.RdfFormat.N_QUADS), ("ttl", ox.RdfFormat.TURTLE)):
        again = {quad.object for quad in ox.parse("".join(export(store, form)), format=kind)}
        assert literal in again, form


def test_every_kind_of_claim_can_be_written(model: Model, load: Load) -> None:
    kinds = sorted(model.children[WZ + "Claim"] - {WZ + "Claim"})
    assert len(kinds) == 8
    for number, kind in enumerate(kinds):
        label = model.in_both(kind, "http://www.w3.org/2000/01/rdf-schema#label")["nl"]
        loaded = load(f"{HEAD}- {{id: b{number}, soort: {label}, bewering: soep}}\n")
        assert told(loaded) == []
        types = {t.object.value for t in loaded.triples if t.predicate.value == RDF + "type"}
        assert kind in types


def test_the_endings_that_are_written_down_are_those_of_the_readers() -> None:
    folder = importlib.import_module("werkzaam.loaders").__path__
    modules = {
        one.name: importlib.import_module(f"werkzaam.loaders.{one.name}") for one in pkgutil.iter_modules(folder)
    }
    said = {
        name: tuple(suffix for one in getattr(module, "LOADERS", (module,)) for suffix in one.SUFFIXES)
        for name, module in modules.items()
    }
    assert said == loading._OURS
    assert len(loading.loaders()) >= 13
