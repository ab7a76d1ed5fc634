"""The summary of the claims says what the triples say, after every change."""

from __future__ import annotations

import collections
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam import answers, overviews, prepared, summary, summaryfile, upkeep
from werkzaam.answers import Answer, Entry, as_data
from werkzaam.build import ontology_nquads, packaged
from werkzaam.errors import UsageError
from werkzaam.folder import Folder
from werkzaam.generator import generate, patterns
from werkzaam.known import Known
from werkzaam.overviews import works
from werkzaam.questions import ask, questions
from werkzaam.render import Teller
from werkzaam.store import Oxigraph
from werkzaam.summarydata import Overview, Told
from werkzaam.terms import CONCEPT, ID, ONTOLOGY_GRAPH, WZ, slug

pytestmark = pytest.mark.once

Change = Callable[..., Oxigraph]


@pytest.fixture(scope="module")
def cases() -> list[tuple[str, list[ox.Quad]]]:
    """Twelve made-up cases, each with its graph."""
    made = list(generate(3, 12, patterns(packaged())))
    return [(str(quads[0].graph_name.value), quads) for quads in made]  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def vocabulary() -> list[ox.Quad]:
    return list(ox.parse(ontology_nquads(), format=ox.RdfFormat.N_QUADS))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "store")


@pytest.fixture
def change(folder: Folder, vocabulary: list[ox.Quad]) -> Change:
    """Put graphs into the store, and give it as it then is."""

    def put(*graphs: tuple[str, Iterable[ox.Quad]], without: str | None = None) -> Oxigraph:
        with folder.writing(create=True), folder.draft(without=without) as draft:
            for graph, quads in graphs:
                draft.store.put(graph, quads)
        return folder.read().store()

    put((ONTOLOGY_GRAPH, vocabulary))
    return put


def plain(store: Oxigraph) -> Oxigraph:
    """Give the same triples without a summary."""
    return Oxigraph.of(store)


def agrees(store: Oxigraph) -> bool:
    assert store.summary is not None
    return not summary.differs(store.summary, store)


@pytest.mark.parametrize("every", [2, pytest.param(1, marks=pytest.mark.thorough)])
def test_questions_get_the_same_rows_in_the_same_order_from_summary_and_triples(
    change: Change, cases: list[tuple[str, list[ox.Quad]]], every: int
) -> None:
    store = change(*cases)
    triples, seen = plain(store), 0
    named = sorted({row["value"] for row in ask(triples, "named-in-claims")})
    assert ask(store, "named-in-claims") == ask(triples, "named-in-claims")
    asked = [
        [],
        *([[one]] for one in named[::7]),
        [[named[0], named[9]]],
        *([[a], [b]] for a, b in zip(named, named[5:], strict=False)),
    ]
    for groups in asked[:60:every]:
        rows = ask(store, "what-works", {"wanted": groups})
        assert rows == ask(triples, "what-works", {"wanted": groups}), groups
        seen += len(rows)
        rows = ask(store, "what-works", {"wanted": groups, "without": [[CONCEPT + "trait"]]})
        assert rows == ask(triples, "what-works", {"wanted": groups, "without": [[CONCEPT + "trait"]]}), groups
    assert seen > 150 // every
    for empty in ([[]], [[named[0]], []]):
        assert ask(store, "what-works", {"wanted": empty}) == ask(triples, "what-works", {"wanted": empty})
    cells = ask(store, "gap-map")
    assert cells == ask(triples, "gap-map")
    some = {"of": [[cells[0]["mechanism"]]], "with": [[cells[0]["beside"]]]}
    assert ask(store, "gap-map", some) == ask(triples, "gap-map", some) == cells[: len(ask(store, "gap-map", some))]


def test_what_a_summary_cannot_answer_is_asked_of_the_triples(
    change: Change, cases: list[tuple[str, list[ox.Quad]]]
) -> None:
    store = change(*cases[:4])
    values = {"named": [[CONCEPT + "mechanism/tailoring"]]}
    assert store.summary is not None
    assert summary.rows(store.summary, "named-in-claims", values) is None
    assert ask(store, "named-in-claims", values) == ask(plain(store), "named-in-claims", values)
    assert summary.ANSWERED.keys() < questions().keys()


def test_it_follows_documents_that_enter_change_and_leave(
    change: Change, cases: list[tuple[str, list[ox.Quad]]]
) -> None:
    store = change(*cases[:6])
    assert agrees(store)
    some, many = len(ask(store, "what-works")), len(ask(change(*cases[6:]), "what-works"))
    assert many > some > 0
    graph, quads = cases[0]
    claim = next(q.object for q in quads if q.predicate.value == WZ + "contains")
    fewer = change((graph, [q for q in quads if claim not in (q.subject, q.object)]))
    assert agrees(fewer)
    assert claim.value not in {row["claim"] for row in ask(fewer, "named-in-claims")}  # type: ignore[union-attr]
    gone = change((graph, []))
    assert agrees(gone)
    assert not any(row["claim"].startswith(f"{ID}claim/made-up-3-0/") for row in ask(gone, "named-in-claims"))


def test_it_follows_what_one_document_tells_of_the_things_of_another(
    change: Change, cases: list[tuple[str, list[ox.Quad]]]
) -> None:
    store = change(*cases[:3])
    part, whole = ox.NamedNode(f"{ID}intervention/made-up-3-0"), ox.NamedNode(f"{ID}organisation/made-up-3-1")
    assert not any(
        row["value"] == whole.value and "made-up-3-0/" in row["claim"] for row in ask(store, "named-in-claims")
    )
    graph, quads = cases[2]
    told = change((graph, [*quads, ox.Quad(part, ox.NamedNode(WZ + "partOf"), whole, ox.NamedNode(graph))]))
    assert agrees(told)
    assert any(row["value"] == whole.value and "made-up-3-0/" in row["claim"] for row in ask(told, "named-in-claims"))
    assert agrees(change((graph, quads)))


def test_what_two_documents_tell_of_a_thing_counts_until_neither_does(
    change: Change, cases: list[tuple[str, list[ox.Quad]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    part, whole = ox.NamedNode(f"{ID}intervention/made-up-3-0"), ox.NamedNode(f"{ID}organisation/made-up-3-1")
    change(cases[0])
    for graph, quads in cases[1:3]:
        change((graph, [*quads, ox.Quad(part, ox.NamedNode(WZ + "partOf"), whole, ox.NamedNode(graph))]))
    asked: list[set[str]] = []
    those = summary.told

    def told_of(store: Oxigraph, documents: Sequence[str] | None = None) -> Told:
        found = those(store, documents)
        asked.append(set(found.documents.values()))
        return found

    def counts(store: Oxigraph) -> bool:
        rows = ask(store, "named-in-claims")
        return any(row["value"] == whole.value and "made-up-3-0/" in row["claim"] for row in rows)

    monkeypatch.setattr(summary, "told", told_of)
    one = change(cases[1])
    assert asked == [{cases[1][0]}], "what the other document says stands, so nobody who leans on it is told anew"
    assert agrees(one)
    assert counts(one)
    asked.clear()
    none = change(cases[2])
    assert asked == [{cases[0][0], cases[2][0]}]
    assert agrees(none)
    assert not counts(none)


def test_another_vocabulary_makes_all_of_it_anew(
    change: Change, cases: list[tuple[str, list[ox.Quad]]], vocabulary: list[ox.Quad]
) -> None:
    change(*cases[:3])
    effect = ox.NamedNode(CONCEPT + "effect/activates")
    quads = [quad for quad in vocabulary if (quad.subject, quad.predicate.value) != (effect, WZ + "countsAs")]
    assert agrees(change((ONTOLOGY_GRAPH, quads)))


def test_a_summary_of_an_older_form_is_not_read_and_the_next_change_makes_it_anew(
    change: Change, cases: list[tuple[str, list[ox.Quad]]]
) -> None:
    store = change(*cases[:2])
    assert store.summary is not None
    with closing(sqlite3.connect(store.summary)) as made, made:
        made.execute("PRAGMA user_version = 1")
    assert summary.rows(store.summary, "what-works", {}) is None
    assert summary.differs(store.summary, store)
    assert ask(store, "what-works") == ask(plain(store), "what-works") != []
    assert agrees(change(cases[2]))


def test_the_cells_of_the_map_follow_a_concept_that_a_document_proposes(
    change: Change, cases: list[tuple[str, list[ox.Quad]]]
) -> None:
    graph, quads = cases[0]
    claim = next(q for q in quads if q.predicate.value == WZ + "mechanism").subject
    new = ox.NamedNode(CONCEPT + "context/of-our-own")
    told = change((graph, [*quads, ox.Quad(claim, ox.NamedNode(WZ + "context"), new, ox.NamedNode(graph))]))
    assert not any(row["beside"] == new.value for row in ask(told, "gap-map"))
    other, more = cases[1]
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    told = change((other, [*more, ox.Quad(new, kind, ox.NamedNode(WZ + "ContextFactor"), ox.NamedNode(other))]))
    assert any(row["beside"] == new.value for row in ask(told, "gap-map"))
    assert ask(told, "gap-map") == ask(plain(told), "gap-map")
    assert agrees(told)


def test_what_is_erased_leaves_no_byte_in_it(
    folder: Folder, change: Change, cases: list[tuple[str, list[ox.Quad]]]
) -> None:
    store = change(*cases[:3])
    assert b"made-up-3-1/" in store.summary.read_bytes()  # type: ignore[union-attr]
    erased = change(without=cases[1][0])
    assert b"made-up-3-1/" not in erased.summary.read_bytes()  # type: ignore[union-attr]
    assert agrees(erased)


def test_check_says_where_it_differs_or_is_missing_and_the_next_change_makes_it(
    folder: Folder, change: Change, cases: list[tuple[str, list[ox.Quad]]]
) -> None:
    def found() -> set[str]:
        told = upkeep._summary(folder.read(), folder.read().store())
        return {f"{one.severity} {one.rule}" for one in told}

    file = change(*cases[:2]).summary
    assert file is not None
    assert found() == set()
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("DELETE FROM comes WHERE claim = (SELECT MIN(claim) FROM comes)")
    assert found() == {"violation summary-differs"}
    file.unlink()
    assert found() == {"info summary-missing"}
    assert ask(folder.read().store(), "what-works") != []
    assert agrees(change(cases[2]))


def test_a_large_answer_is_told_in_part_and_counted_in_full_the_same_from_summary_and_triples(
    change: Change, cases: list[tuple[str, list[ox.Quad]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, quads = cases[0]
    claims = [q.object for q in quads if q.predicate.value == WZ + "contains"]
    more = [
        ox.Quad(claims[0], ox.NamedNode(WZ + "restates"), claims[1], ox.NamedNode(graph)),  # type: ignore[arg-type]
        ox.Quad(claims[2], ox.NamedNode(WZ + "review"), ox.NamedNode(CONCEPT + "review/checked"), ox.NamedNode(graph)),  # type: ignore[arg-type]
    ]
    store = change((graph, [*quads, *more]), *cases[1:])
    full = answers.what_works(plain(store), [])
    assert told(answers.what_works(store, []), store) == told(full, store)
    assert full.listed
    assert full.left_out == {}
    monkeypatch.setattr(overviews, "MOST", 20)
    monkeypatch.setattr(answers, "MANY_CASES", 5)
    monkeypatch.setattr(overviews, "SOME", 3)
    for limit in (None, 2):
        some = answers.what_works(store, [], limit=limit)
        assert told(some, store) == told(answers.what_works(plain(store), [], limit=limit), store)
        assert (some.count, some.coders, some.checked) == (full.count, full.coders, full.checked)
        assert some.patterns == some.unmatched == []
        shown = {verdict: flat(entries) for verdict, entries in some.headings}
        assert max(map(len, shown.values())) == (limit or 3)
        assert {v: len(shown[v]) + some.left_out[v] for v in shown} == {v: len(flat(e)) for v, e in full.headings}
        assert all(set(shown[v]) <= set(flat(e)) for v, e in full.headings if v in shown)
    text = " ".join(Teller(Known(store), "nl").table(some))
    assert "… en nog" in text
    assert "welke erover zwijgen" in " ".join(text.split())
    assert full.checked == 1


@pytest.mark.parametrize("many", [0, pytest.param(20_000, marks=pytest.mark.thorough)])
def test_the_size_of_a_narrow_answer_is_the_same_from_summary_and_triples(
    change: Change, cases: list[tuple[str, list[ox.Quad]]], monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(summaryfile, "MANY", many)
    store = change(*cases)
    mechanism, trait, context = (CONCEPT + one for one in ("mechanism/tailoring", "trait", "context"))
    named = collections.Counter(row["value"] for row in ask(store, "named-in-claims"))
    often = [iri for iri, _ in named.most_common() if iri.startswith(CONCEPT)][:4]
    sizes = []
    for groups in ([], [[often[0]]], [often[:2], often[2:]], [[often[0]], [mechanism]], [[CONCEPT + "none"]]):
        for without in ((), (trait,), (trait, context)):
            ours, theirs = (works(one, groups, without, 1) for one in (store, plain(store)))
            assert ours == theirs
            sizes.append(ours.total if isinstance(ours, Overview) else len(ours))
    assert sorted(sizes)[0] == 0
    assert len(set(sizes)) > 8


def told(answer: Answer, store: Oxigraph) -> dict[str, Any]:
    return as_data(answer, Known(store), "en")


def flat(entries: Sequence[Entry]) -> list[str]:
    return [iri for one in entries for iri in (one.claim.iri, *flat(one.folded))]


def test_names_of_a_large_store_are_looked_up_when_asked_for_and_are_the_same(
    change: Change, cases: list[tuple[str, list[ox.Quad]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary, "MANY", 5)
    store = change(*cases)
    late, whole = Known(store), Known(plain(store))
    asked = [*whole.names.classes, *list(whole.names.words), "nothing of the kind", "Intervention 3", "interventie 4"]
    assert len(late.names.classes) < len(whole.names.classes)
    for name in asked:
        assert late.names.find(name) == whole.names.find(name), name
    for iri in whole.names.labels:
        for lang in ("nl", "en"):
            assert late.label(iri, lang) == whole.label(iri, lang), iri
    classes = ["Intervention", "Organisation"]
    wanted = [WZ + one for one in classes]
    assert late.resolve("made-up-3-4", "case", [wanted[0]], "nl") == f"{ID}intervention/made-up-3-4"
    with pytest.raises(UsageError, match="made-up-3-99"):
        late.resolve("made-up-3-99", "case", wanted, "nl")


def test_names_that_documents_may_use_are_looked_up_in_a_large_store_and_are_the_same(
    change: Change, folder: Folder, cases: list[tuple[str, list[ox.Quad]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = change(*cases)
    where = f"oxigraph:{folder.path}"
    assert prepared.looked_up(where) is None, "a small store is read"
    monkeypatch.setattr(summary, "MANY", 5)
    late, whole = prepared.names(where).copy(), prepared.names_with(prepared.held(store))
    assert len(late.classes) < len(whole.classes)
    claims = [iri for iri in whole.classes if iri.startswith(f"{ID}claim/")]
    assert claims
    for iri in whole.classes:
        assert late.kinds(iri) == whole.kinds(iri), iri
        assert late.find(iri) == whole.find(iri) == [iri]
    assert not late.kinds(f"{ID}claim/nowhere/at-all")
    ids = {slug(iri) for iri in claims}  # by that alone a claim is known in its study, see `Naming.find`
    for word in [*whole.words.keys() - ids, "nothing of the kind"]:
        assert late.find(word) == whole.find(word), word
    study = claims[0].rpartition("/")[0] + "/"
    assert late.beginning(study) == sorted(whole.beginning(study)) != []
    # What looks like a name is told too, if it begins like it.
    fresh = prepared.names(where)
    assert fresh.near("made-up-3-44", [WZ + "Intervention"])[0].startswith("made-up-3-4")


def test_what_is_told_in_parts_of_many_documents_is_what_is_told_at_once(
    change: Change, cases: list[tuple[str, list[ox.Quad]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary, "PART", 5)
    store = change(*cases)
    assert store.summary is not None
    assert not summary.differs(store.summary, store)
