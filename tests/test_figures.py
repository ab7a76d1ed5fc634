"""Figures say what is printed; the cube is sound; what does not agree is computed; small counts stay unseen."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from werkzaam.api import Werkzaam
from werkzaam.build import packaged_nquads
from werkzaam.errors import UsageError
from werkzaam.evidence import normalise, open_source
from werkzaam.loaders import csvw as loader
from werkzaam.loading import loader_for
from werkzaam.model import Model, Names, add_names
from werkzaam.printed import SMALL, as_bytes, printed
from werkzaam.questions import ask
from werkzaam.resources import beside, walk
from werkzaam.store import Oxigraph, Row
from werkzaam.terms import GRAPH, TOOI_MUNICIPALITY, WZ, slug

pytestmark = pytest.mark.once

STUDY = "activeren-door-participeren"
METADATA = f"{STUDY}/tables/csvw-metadata.json"
FILES = {name.rsplit("/", 1)[-1].removesuffix(".csv"): file.read_text("utf-8") for name, file in walk("cases", ".csv")}
GRIDS = json.loads(dict(walk("cases", ".json"))[METADATA].read_text("utf-8"))["tables"]
PRINTED = sorted(one["url"].removesuffix(".csv") for one in GRIDS if one["wz:form"] == "grid")
YES, NO = ("https://w3id.org/werkzaam/concept/answer/" + one for one in ("yes", "no"))


@pytest.fixture(scope="module")
def store() -> Oxigraph:
    made = Oxigraph()
    made.load_nquads(packaged_nquads())
    return made


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


# ---- what is printed


def test_every_numbered_table_of_the_report_is_there() -> None:
    wanted = {f"table-{one}" for one in ("1.1", "1.2", "3.2", "4.1", "5.1", "5.2")}
    assert set(PRINTED) == wanted | {f"annex-2-table-{one}" for one in range(1, 8)}


@pytest.mark.parametrize("name", PRINTED)
def test_a_table_comes_back_cell_by_cell(store: Oxigraph, name: str) -> None:
    expected, found = cells(FILES[name]), printed(store, name)
    if found[0][-1] == SMALL:
        found = [row[:-1] for row in found]
    assert found == expected
    assert cells(as_bytes(found, "csv").decode()) == expected


@pytest.mark.parametrize("name", PRINTED)
def test_parquet_holds_the_same_cells(store: Oxigraph, name: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = printed(store, name)
    read = parquet.read_table(io.BytesIO(as_bytes(table, "parquet")))
    assert read.column_names == table[0]
    assert [list(row) for row in zip(*(column.to_pylist() for column in read.columns), strict=True)] == table[1:]


@pytest.mark.skipif("WERKZAAM_REPORT" not in os.environ, reason="WERKZAAM_REPORT is not set")
@pytest.mark.parametrize("name", PRINTED)
def test_every_number_of_a_table_stands_in_the_section_of_its_caption(store: Oxigraph, name: str) -> None:
    path = Path(os.environ["WERKZAAM_REPORT"])
    source = open_source(store, path.read_bytes(), path.name)
    (row,) = store.select(
        f"PREFIX wz: <{WZ}> SELECT ?section WHERE {{ ?t a wz:FigureTable . ?t wz:supportedBy/wz:section ?section . "
        f"FILTER (STRENDS(STR(?t), '/{name}')) }}"
    )
    span = source.sections[str(row["section"])]
    words = set(re.findall(r"[\d.,%()/–-]*\d[\d.,%()/-]*", normalise(source.text[span.start : span.end])))
    digits = {re.sub(r"[^\d.,]", " ", word).split()[0].strip(".,") for word in words}
    wanted = {
        one for line in cells(FILES[name])[1:] for cell in line[1:] for one in re.findall(r"\d[\d.]*(?:,\d+)?", cell)
    }
    wanted -= {"3"} if name == "table-3.2" else set()
    assert wanted
    assert {one for one in wanted if one not in digits and one not in " ".join(words)} == set()


def test_a_table_that_is_not_there_is_named_with_those_that_are(store: Oxigraph) -> None:
    with pytest.raises(UsageError) as error:
        printed(store, "table-9.9")
    assert "table-4.1" in error.value.message("en")


def test_export_gives_a_printed_table_in_the_forms_of_tables(run: Callable[..., Any]) -> None:
    assert cells(run("export", "--as", "csv", "--table", "table-1.1").out) == cells(FILES["table-1.1"])
    assert run("export", "--as", "nq", "--table", "table-1.1").code == 2
    listed = cells(run("export", "--as", "csv", "--table", "running-text").out)
    assert len(listed) == len(cells(FILES["running-text"]))


def test_every_percentage_names_its_whole_or_says_that_the_source_does_not(store: Oxigraph) -> None:
    rows = [row for row in ask(store, "figures") if slug(row["unit"]) == "percent" and "number" in row]
    assert len(rows) > 40
    assert [slug(row["figure"]) for row in rows if "of" not in row] == []


def test_table_3_1_has_names_and_no_numbers_of_its_own(store: Oxigraph) -> None:
    rows = ask(store, "figures", {"table": [["https://w3id.org/werkzaam/id/table/table-3.1"]]})
    assert {(slug(row["entity"]), str(row["number"]), slug(row["state"])) for row in rows} == {
        ("g4", "4", "recomputed"),
        ("g32", "32", "recomputed"),
    }


# ---- the cube: the integrity constraints of the Data Cube vocabulary that apply

QB = "PREFIX qb: <http://purl.org/linked-data/cube#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
CONSTRAINTS = {
    "IC-1 one data set": """SELECT ?o WHERE { { ?o a qb:Observation FILTER NOT EXISTS { ?o qb:dataSet ?d } }
        UNION { ?o qb:dataSet ?a, ?b FILTER (?a != ?b) } }""",
    "IC-2 one structure": """SELECT ?d WHERE { { ?d a qb:DataSet FILTER NOT EXISTS { ?d qb:structure ?s } }
        UNION { ?d qb:structure ?a, ?b FILTER (?a != ?b) } }""",
    "IC-3 a measure": """SELECT ?s WHERE { ?s a qb:DataStructureDefinition
        FILTER NOT EXISTS { ?s qb:component/qb:measure ?m . ?m a qb:MeasureProperty } }""",
    "IC-4 dimensions have a range": """SELECT ?p WHERE { ?p a qb:DimensionProperty
        FILTER NOT EXISTS { ?p rdfs:range ?r } }""",
    "IC-11 all dimensions": """SELECT ?o ?p WHERE { ?o qb:dataSet/qb:structure/qb:component/qb:dimension ?p
        FILTER NOT EXISTS { ?o ?p ?value } }""",
    "IC-12 no duplicates": """SELECT ?a ?b WHERE { ?a qb:dataSet ?d . ?b qb:dataSet ?d . FILTER (STR(?a) < STR(?b))
        ?a wz:indicator ?i . ?b wz:indicator ?i . ?a wz:entity ?e . ?b wz:entity ?e .
        ?a wz:period ?t . ?b wz:period ?t .
        ?a wz:breakdown ?k . ?b wz:breakdown ?k . ?a wz:method ?m . ?b wz:method ?m . ?a wz:unit ?u . ?b wz:unit ?u .
        ?a wz:place ?p . ?b wz:place ?p }""",
    "IC-14 all measures": """SELECT ?o WHERE { ?o qb:dataSet/qb:structure/qb:component/qb:measure ?m
        FILTER NOT EXISTS { ?o ?m ?value } }""",
    "IC-19 codes from the list": """SELECT ?o ?v WHERE { ?o qb:dataSet/qb:structure/qb:component/qb:dimension ?p .
        ?p qb:codeList ?list . ?o ?p ?v
        FILTER NOT EXISTS { ?v <http://www.w3.org/2004/02/skos/core#inScheme> ?list } }""",
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_cube_is_sound(store: Oxigraph, name: str) -> None:
    assert store.select(f"PREFIX wz: <{WZ}> {QB}{CONSTRAINTS[name]}") == []


def test_a_figure_with_a_number_is_an_observation_and_one_without_is_not(store: Oxigraph) -> None:
    rows = store.select(
        f"PREFIX wz: <{WZ}> {QB} SELECT ?f ?n ?o WHERE {{ ?f a wz:Figure OPTIONAL {{ ?f wz:numericValue ?n }} "
        "OPTIONAL { ?f a qb:Observation BIND(1 AS ?o) } }"
    )
    assert len(rows) > 400
    assert [row["f"] for row in rows if ("n" in row) != ("o" in row)] == []
    assert any("n" not in row for row in rows)


# ---- what agrees and what does not


@cache
def packaged() -> tuple[Model, Names, bytes]:
    """Give the model, the names of all documents but the tables, and what describes these."""
    model = Model()
    names = model.names.copy()
    for name, one in walk("cases", ".yaml"):
        add_names(names, model, loader_for(name).things(one.read_bytes(), model))
    return model, names, dict(walk("cases", ".json"))[METADATA].read_bytes()


@cache
def changed(file: str, old: str, new: str) -> tuple[Row, ...]:
    """Give what does not agree once `old` reads `new` in a file of the tables."""
    content = FILES[file]
    assert content.count(old) == 1, f"{old} stands {content.count(old)} times in {file}"
    return with_table(file, content.replace(old, new).encode())


def with_table(file: str, content: bytes) -> tuple[Row, ...]:
    """Give what does not agree once a table has another content."""
    model, known, metadata = packaged()
    names = known.copy()
    read = beside("cases", METADATA)

    def other(name: str) -> bytes:
        return content if name == f"{file}.csv" else read(name)

    add_names(names, model, loader.things(metadata, model, other))
    loaded = loader.load(metadata, METADATA, model, names, other)
    assert loaded.findings == []
    store = Oxigraph()
    store.load_nquads(packaged_nquads())
    store.replace([GRAPH + "adp/tables"], loaded.quads())
    return tuple(ask(store, "reconciliation"))


@pytest.mark.parametrize(
    ("file", "old", "new", "figure"),
    [
        ("annex-2-table-1", "Gerealiseerde instroom,33,", "Gerealiseerde instroom,34,", "a2.1.inflow.total"),
        ("annex-2-table-6", "148,377,320,205", "148,378,320,205", "a2.6.all.inflow"),
        ("annex-2-table-7", "30,6,7,62,68,173", "30,6,7,62,68,174", "a2.7.orientation.all"),
        ("annex-2-table-7", "66 (21%)", "66 (22%)", "a2.7.all.work.percent"),
        ("table-1.2", "36.775", "36.776", "t1.2.g4.households"),
        ("table-3.2", "Man,1,0,2,4,2,3,12", "Man,1,0,2,4,2,3,13", "t3.2.men.total"),
        ("table-4.1", "79,525", "78,525", "t4-1-ever-dc-annex"),
        ("table-4.1", "10 (12,7%)", "10 (12,9%)", "t4.1.drop-out.dc.percent"),
        ("table-5.1", "187.000", "188.000", "t5.1.flevoland.labour-force"),
        ("annex-2-table-5", "Detentie,1", "Detentie,2", "a2.5.all.total"),
    ],
)
@pytest.mark.thorough
def test_a_changed_digit_shows(store: Oxigraph, file: str, old: str, new: str, figure: str) -> None:
    before = {slug(row["figure"]) for row in ask(store, "reconciliation")}
    assert figure not in before
    assert figure in {slug(row["figure"]) for row in changed(file, old, new)}


def test_what_was_set_right_is_no_longer_told() -> None:
    rows = {slug(row["figure"]) for row in changed("annex-2-table-4", "Totaal,8,58", "Totaal,8,52")}
    assert "a2.4.all.total" not in rows
    assert "t5.1.limburg.labour-force" in rows


def test_sums_and_percentages_that_do_not_agree_are_these_four(store: Oxigraph) -> None:
    rows = [row for row in ask(store, "reconciliation") if row["kind"] in ("sum", "percentage", "same-quantity")]
    assert {(row["kind"], slug(row["figure"])) for row in rows} == {
        ("sum", "a2.4.all.total"),
        ("sum", "t5.1.limburg.labour-force"),
        ("percentage", "a2.7.all.no-right.percent"),
        ("percentage", "t5.2.almere.jobseekers.percent"),
    }


def test_more_agrees_than_not_and_both_can_be_asked(store: Oxigraph) -> None:
    agree = ask(store, "reconciliation", {"answer": [[YES]]})
    not_ = ask(store, "reconciliation", {"answer": [[NO]]})
    assert not_ == ask(store, "reconciliation")
    assert len(agree) > len(not_) > 30
    assert {row["kind"] for row in agree} == {"sum", "percentage", "same-quantity", "check"}


@pytest.mark.parametrize("check", ["ph-ever-inflow", "ph-inflow-month", "sv-maximum", "dc-total", "benefits-almere"])
def test_a_declared_relation_that_fails_names_both_sides_with_their_pages(store: Oxigraph, check: str) -> None:
    (row,) = (row for row in ask(store, "reconciliation") if slug(row["figure"]) == check)
    assert re.search(r"p\. \d+", str(row["value"]))
    assert re.search(r"p\. \d+", str(row["others"]))
    assert float(row["difference"]) != 0


def test_no_file_says_whether_a_relation_holds() -> None:
    header = cells(FILES["checks"])[0]
    assert header[:6] == ["id", "name.nl", "name.en", "left", "relation", "right"]
    assert not {"agrees", "holds", "difference", "conflict"} & set(header)


# ---- small counts


def test_no_count_below_three_of_two_traits_is_anywhere(store: Oxigraph, run: Callable[..., Any]) -> None:
    crossed = store.select(
        f"PREFIX wz: <{WZ}> SELECT ?f ?n ?p WHERE {{ ?f wz:breakdown/wz:hasTwoTraits true . ?f wz:printed ?p "
        "OPTIONAL { ?f wz:numericValue ?n } }"
    )
    assert len(crossed) == 14
    assert [row["f"] for row in crossed if "n" in row and float(row["n"]) < 3] == []
    assert {str(row["p"]) for row in crossed if "n" not in row} == {"-", "<3"}
    for line in cells(FILES["table-3.2"]):
        if "waarvan ouder" in line[0]:
            assert {cell for cell in line[1:] if cell not in ("-", "<3")} <= {"3", "4"}
    assert run("export", "--as", "csv", "--table", "table-3.2").out.count("<3") == 6


def test_a_withheld_count_does_not_follow_from_the_others(store: Oxigraph) -> None:
    for row in printed(store, "table-3.2")[1:]:
        hidden = [cell for cell in row[1:-1] if cell == "<3"]
        assert len(hidden) != 1, f"{row[0]}: the one that is hidden is what the others leave"


def test_counts_of_one_or_two_by_one_trait_are_marked(store: Oxigraph) -> None:
    told = [row for row in ask(store, "figures") if "small" in row]
    assert len(told) > 10
    assert {float(row["number"]) for row in told} == {1.0, 2.0}
    assert all(slug(row["figure"]).startswith("t3.2.") for row in told)
    marked = {row[0]: row[-1] for row in printed(store, "table-3.2")[1:]}
    assert "De Cirkel, interviews" in marked["Man"]
    assert marked["Gemiddeld geboortejaar"] == ""


# ---- how we know


def test_all_items_of_rameses_ii_are_scored_once_each_with_a_place_or_a_search(store: Oxigraph) -> None:
    rows = ask(store, "reporting")
    assert [int(row["number"]) for row in rows] == list(range(1, 21))
    assert all(row["section"] and row["phrase"] for row in rows)
    assert {slug(row["judgement"]) for row in rows} == {"reported", "partly-reported", "not-reported"}
    assert all(("page" in row) == (slug(row["judgement"]) != "not-reported") for row in rows)


@pytest.mark.skipif("WERKZAAM_EXTERNAL" not in os.environ, reason="WERKZAAM_EXTERNAL is not set")
def test_the_items_are_those_of_the_standard(store: Oxigraph) -> None:
    content = (Path(os.environ["WERKZAAM_EXTERNAL"]) / "rameses-ii.csv").read_text("utf-8")
    wanted = {row["item"]: row["name"] for row in csv.DictReader(io.StringIO(content))}
    opened = Werkzaam(lang="en")
    assert {str(row["number"]): opened.known.label(row["item"], "en") for row in ask(store, "reporting")} == wanted


@pytest.mark.skipif("WERKZAAM_EXTERNAL" not in os.environ, reason="WERKZAAM_EXTERNAL is not set")
def test_every_municipality_has_its_identifier_of_tooi_and_all_of_tooi_are_known(store: Oxigraph, model: Model) -> None:
    (file,) = (Path(os.environ["WERKZAAM_EXTERNAL"]) / "tooi").glob("*.json")
    fields = [one["fields"] for one in json.loads(file.read_text("utf-8"))]
    known = {one["identifier"]: one["naam"] for one in fields if one.get("identifier")}
    rows = store.select(
        f"PREFIX wz: <{WZ}> "
        "SELECT DISTINCT ?m ?n WHERE { ?m a wz:Municipality . ?m wz:name ?n FILTER (LANG(?n) = 'nl') }"
    )
    assert len(rows) == 38
    other = {"Den Bosch": "'s-Hertogenbosch", "Alphen a/d Rijn": "Alphen aan den Rijn"}
    names = {row["m"]: other.get(str(row["n"]), str(row["n"])) for row in rows}
    assert {iri: name for iri, name in names.items() if not known.get(iri, "").startswith(f"gemeente {name}")} == {}
    theirs = {iri: name for iri, name in known.items() if iri.startswith(TOOI_MUNICIPALITY)}
    assert len(theirs) > 600
    assert {name for iri, name in theirs.items() if model.names.find(name, {WZ + "Municipality"}) != [iri]} == set()


def test_the_quickscan_holds_every_row_with_the_four_that_meet_both(store: Oxigraph) -> None:
    rows = ask(store, "quickscan")
    assert (len(rows), len({row["municipality"] for row in rows})) == (39, 38)
    groups = [slug(row["of"]) for row in rows]
    assert (groups.count("g4"), groups.count("g32"), groups.count("neither")) == (4, 33, 2)
    both = ask(store, "quickscan", {"relation": [[YES]], "target": [[YES]]})
    assert [slug(row["entry"]) for row in both] == ["almere", "heerlen", "hengelo", "sittard-geleen"]
    chosen = ask(store, "quickscan", {"selected": [[YES]]})
    assert [slug(row["entry"]) for row in chosen] == ["almere", "ede-service-voor-de-wijk", "sittard-geleen"]


# ---- the loader


SMALL_SET: dict[str, Any] = {
    "wz:document": {"werkzaam": "1", "language": "en", "study": "bt", "document": "tables", "things": [
        {"id": "study/bt", "kind": "study", "name": {"nl": "onderzoek", "en": "study of bt"}},
        {"id": "table/t", "kind": "table", "name": {"nl": "tabel", "en": "table"}},
        {"id": "intervention/tafel", "kind": "intervention", "name": {"nl": "tafel", "en": "table meal"}},
    ]},
    "tables": [{
        "url": "t.csv", "wz:form": "grid", "wz:key": "t",
        "wz:figures": {"table": "t", "entity": "tafel", "indicator": "participants", "unit": "persons",
                       "period": "2025"},
        "wz:rows": [{"label": "a", "key": "a", "breakdown": "men"}, {"label": "b", "key": "b", "breakdown": "women"}],
        "tableSchema": {"columns": [
            {"titles": "wie", "name": "label"}, {"titles": "n", "name": "n", "wz:figures": {"key": "n"}},
        ]},
    }],
}  # fmt: skip


def load(content: str, metadata: Any = SMALL_SET) -> Any:
    model = Model()
    names = model.names.copy()
    data = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    add_names(names, model, loader.things(data, model, lambda name: content.encode()))
    return loader.load(data, "x/csvw-metadata.json", model, names, lambda name: content.encode())


def numbers(loaded: Any) -> dict[str, str]:
    value = WZ + "numericValue"
    return {slug(t.subject.value): t.object.value for t in loaded.triples if t.predicate.value == value}


def test_a_grid_gives_a_figure_a_cell_in_the_dutch_way_of_writing() -> None:
    loaded = load('wie,n\na,1.234\nb,"12,5%"\n')
    assert loaded.findings == []
    assert numbers(loaded) == {"t.a.n": "1234", "t.b.n": "12.5"}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("30 (38%)", {"t.a.n": "30", "t.a.n.percent": "38"}),
        ("6.435/ 6,9%", {"t.a.n": "6435", "t.a.n.percent": "6.9"}),
        ("67 (1e kwartaal)", {"t.a.n": "67"}),
        ("4**", {"t.a.n": "4"}),
        ("35-40", {}),
        ("-", {}),
        ("Onduidelijk", {}),
        ("", {}),
    ],
)
def test_a_cell_is_read_as_it_is_printed(text: str, made: dict[str, str]) -> None:
    loaded = load(f"wie,n\na,{json.dumps(text)}\nb,7\n")
    assert {key: value for key, value in numbers(loaded).items() if key != "t.b.n"} == made


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("wie,n\na,1\n", "table-rows"),
        ("wie,n\nb,1\na,2\n", "table-rows"),
        ("wie,m\na,1\nb,2\n", "table-unreadable"),
        ("wie,n\na,1,2\nb,2\n", "table-unreadable"),
        ("wie,n\na,veel\nb,2\n", "table-cell"),
        ("", "table-unreadable"),
    ],
)
def test_a_table_that_is_not_as_described_is_told_with_its_file(content: str, rule: str) -> None:
    found = load(content).findings
    assert rule in {one.rule for one in found}
    assert all(one.place.file.startswith("x/t.csv") for one in found if one.rule == rule)


@pytest.mark.parametrize("metadata", [b"", b"[]", b"{}", b'{"tables": 7}', b"\xff", b'{"tables": []}'])
def test_metadata_that_cannot_be_read_are_told(metadata: bytes) -> None:
    assert [one.rule for one in load("", metadata).findings][:1] == ["table-metadata"]


def test_only_files_beside_are_read(tmp_path: Path) -> None:
    read = beside("cases", METADATA)
    for name in ("../study.yaml", "/etc/passwd", "https://example.org/x.csv", "..\\study.yaml", ".hidden"):
        with pytest.raises(FileNotFoundError):
            read(name)


@pytest.mark.thorough
def test_the_packaged_tables_pass_the_shapes(run: Callable[..., Any]) -> None:
    file = Path(loader.__file__).parents[1] / "cases" / METADATA
    if not file.is_file():
        pytest.skip("the package is tested away from its checkout")
    ran = run("validate", str(file))
    assert (ran.code, ran.out) == (0, "")
