"""What keeps questions as fast as their rows are few: the same answers with less asked of the engine."""

from __future__ import annotations

import gc
import re

import pyoxigraph as ox
import pytest

from werkzaam import known, prepared
from werkzaam.bench import workload
from werkzaam.build import packaged, packaged_nquads
from werkzaam.generator import generate, patterns
from werkzaam.questions import DEFAULTS, ask, ordered, questions
from werkzaam.store import Literal, Oxigraph, Row, uncollected
from werkzaam.terms import WZ

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def grown() -> Oxigraph:
    """The packaged data with thirty made-up cases."""
    store = Oxigraph()
    store.load_nquads(packaged_nquads())
    store.fill(quad for case in generate(1, 30, patterns(packaged())) for quad in case)
    return store


def alike(rows: list[Row], lists: dict[str, str]) -> list[Row]:
    """Give rows with the values of a list in one order: each engine joins them in its own."""
    return [{k: Literal(" ".join(sorted(v.split(lists[k])))) if k in lists else v for k, v in r.items()} for r in rows]


def test_a_question_gives_the_rows_of_its_file_in_the_order_of_its_file(grown: Oxigraph) -> None:
    seen = 0
    for name, one in questions().items():
        rows, lists = grown.select(one.query), dict(one.lists)
        assert alike(ordered(grown, one.bind({})), lists) == alike(rows, lists), name
        seen += len(rows)
    assert seen > 10_000


def test_a_question_with_a_value_gives_the_rows_that_the_engine_orders_itself(grown: Oxigraph) -> None:
    for name, texts in workload(1, 3):
        if not questions()[name].lists:
            assert [ordered(grown, text) for text in texts] == [grown.select(text) for text in texts], name


def test_nothing_is_asked_of_a_parameter_that_is_left_open() -> None:
    shortened = 0
    for name, one in questions().items():
        bound = one.bind({})
        for names, terms in DEFAULTS.findall(bound):
            left_open = [name[1:] for name, term in zip(names.split(), terms.split(), strict=True) if term == "UNDEF"]
            for param in left_open:
                assert not re.search(rf"[*?] [?$]{param} \.$", bound, re.MULTILINE), (name, param)
        shortened += bound != one.query
    assert shortened > 25


def test_a_parameter_with_a_value_is_asked_for_and_the_others_are_not() -> None:
    bound = questions()["facts"].bind({"about": [["https://w3id.org/werkzaam/id/intervention/de-cirkel"]]})
    assert "?scope wz:partOf* $about ." in bound
    assert "$aspect ." not in bound
    assert "?answer) ||" not in bound


def test_the_map_of_a_report_counts_no_claims_on_other_reports() -> None:
    """Reports have sections of the same name: here one of a made-up case is of the name and place of a paragraph."""
    store = packaged()
    before = ask(store, "coverage-map")
    told = next(row for row in before if row["claims"] == "0")
    case = next(generate(1, 1, patterns(store)))
    kept = {WZ + "section": ox.Literal(told["section"])}
    kept |= {WZ + name: ox.Literal(int(told[name])) for name in ("start", "end")}
    for quad in case:
        value = kept.get(quad.predicate.value, quad.object)
        store.fill([ox.Quad(quad.subject, quad.predicate, value, quad.graph_name)])
    assert ask(store, "coverage-map") == before


def test_what_many_documents_describe_is_read_once(grown: Oxigraph) -> None:
    """Who coded the made-up cases is typed and named in each of them: each type beside each name was a row."""
    for query in (known._TYPES % ("", ""), known._LABELS % ("", ""), prepared._HELD):
        rows = [
            tuple(sorted((key, str(value), getattr(value, "language", "")) for key, value in row.items()))
            for row in grown.select(query)
        ]
        assert len(rows) == len(set(rows)) > 1000


def test_what_was_made_while_the_collector_waited_is_not_looked_at_as_soon_as_it_goes_on() -> None:
    gc.unfreeze()  # what another test froze
    with uncollected():
        made = [[number] for number in range(50_000)]
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    young = {id(one) for generation in (0, 1) for one in gc.get_objects(generation=generation)}
    assert not any(id(one) in young for one in made)
