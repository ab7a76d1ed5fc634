"""Documents that enter by the folder are in the store as those that enter one by one, whoever read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam import entry, summary, upkeep
from werkzaam import store as store_module
from werkzaam.build import on_disk, packaged
from werkzaam.bulk import entering
from werkzaam.bulk.entering import Outcome, documents_in, enter_many
from werkzaam.bulk.kept import Joined, Part
from werkzaam.bulk.piece import Given, pack, piece, setting, unpack, work
from werkzaam.bulk.spread import TRIES, Pieces, Spread, processes
from werkzaam.bulk.worker import Died, Worker
from werkzaam.errors import InputError
from werkzaam.generator import generate, patterns
from werkzaam.records import Submitter, states
from werkzaam.rules import materialise
from werkzaam.store import Oxigraph
from werkzaam.terms import CONCEPT, GRAPH, ID, INFERRED_GRAPH, TYPE, WZ
from werkzaam.validation import validate

pytestmark = pytest.mark.once

CASES = 12


@pytest.fixture(scope="module")
def cases() -> list[list[ox.Quad]]:
    """Give made-up cases."""
    return list(generate(5, CASES, patterns(packaged())))


@pytest.fixture
def store(tmp_path: Path, ontology_nquads: bytes, put: Callable[[str, bytes], None]) -> str:
    """Give a store of nothing but the ontology."""
    put(f"oxigraph:{tmp_path / 'store'}", ontology_nquads)
    return f"oxigraph:{tmp_path / 'store'}"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pieces of five documents, and use the engine that is quick."""
    monkeypatch.setattr(entering, "PIECE", 5)
    monkeypatch.setenv("WERKZAAM_SHACL", "fast")
    pytest.importorskip("shacl", reason="the extra `fast` is not installed")


def written(folder: Path, cases: Sequence[Sequence[ox.Quad]]) -> list[str]:
    """Write each case to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, quads in enumerate(cases):
        (folder / f"case-{number:02}.nq").write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    return documents_in([str(folder)])


def graph_of(quads: Sequence[ox.Quad]) -> ox.NamedNode:
    graph = quads[0].graph_name
    assert isinstance(graph, ox.NamedNode)
    return graph


def claim_of(quads: Sequence[ox.Quad]) -> ox.NamedNode:
    return next(q.object for q in quads if q.predicate.value == WZ + "contains")  # type: ignore[return-value]


def said(quads: Sequence[ox.Quad], subject: ox.NamedNode, path: str, value: ox.Term) -> list[ox.Quad]:
    """Give a case that says one thing more."""
    return [*quads, ox.Quad(subject, ox.NamedNode(WZ + path), value, graph_of(quads))]


def enter(files: Sequence[str], store: str, spread: Spread | None = None, **more: object) -> Outcome:
    return enter_many(files, on_disk(store), store, spread or processes(1), **more)  # type: ignore[arg-type]


def wrong(outcome: entry.Entry) -> set[tuple[str, str, str, int | None]]:
    found = [one for one in outcome.findings if one.severity != "info"]
    return {(one.rule, one.severity, Path(one.place.file).name, one.place.line) for one in found}


def agrees(store: str) -> None:
    with closing(on_disk(store).read().store()) as opened:
        assert opened.summary is not None
        assert not summary.differs(opened.summary, opened)


def graphs(store: str) -> dict[str, str]:
    """Give the digest of each document, as on record and as it is."""
    held = on_disk(store).read()
    known = {name: state.last.graph for name, state in states(held.records()).items() if state.last and state.present}
    with closing(held.store()) as opened:
        assert {name: opened.digest(GRAPH + name) for name in known} == known
    return known


def test_a_folder_enters_as_its_files_do_one_by_one_and_the_same_with_two_processes(
    tmp_path: Path, ontology_nquads: bytes, put: Callable[[str, bytes], None], store: str, cases: list[list[ox.Quad]]
) -> None:
    files, other = written(tmp_path / "cases", cases), f"oxigraph:{tmp_path / 'other'}"
    put(other, ontology_nquads)
    third = f"oxigraph:{tmp_path / 'third'}"
    put(third, ontology_nquads)
    told: list[tuple[str, int, int]] = []
    one = enter(files, store, submitter=Submitter(by="Griet"), progress=lambda *stage: told.append(stage))
    two = enter(files, other, processes(2))
    entry.add(files, third)
    assert len(one.documents) == CASES
    assert {document.state for document in one.documents} == {"accepted"}
    assert one.result == two.result != ""
    assert one.advice == two.advice
    assert one.advice.total() > 0
    assert graphs(store) == graphs(other) == graphs(third)
    assert [line for line in told if line[0] == "read"][-1] == ("read", CASES, CASES)
    assert len(on_disk(store).read().people()) == CASES
    for where in (store, other):
        assert [found for found in upkeep.check(where) if found.severity == "violation"] == []
        agrees(where)
        assert not (on_disk(where).path / "bulk").exists()
    again = enter(files, store)
    assert {document.state for document in again.documents} == {"unchanged"}
    assert again.result == one.result


def test_where_one_is_wrong_none_enters_or_the_others_do(
    tmp_path: Path, store: str, cases: list[list[ox.Quad]]
) -> None:
    bad = said(cases[2], claim_of(cases[2]), "mechanism", ox.NamedNode(f"{ID}mechanism/no-such-thing"))
    files = written(tmp_path / "cases", [*cases[:2], bad, *cases[3:7]])
    (tmp_path / "cases" / "broken.yaml").write_text("a: [", "utf-8")
    (tmp_path / "cases" / "README.txt").write_text("not a document", "utf-8")
    files = documents_in([str(tmp_path / "cases")])
    outcome = enter(files, store)
    assert {Path(one.place.file).name for one in outcome.findings} == {"case-02.nq", "broken.yaml"}
    assert outcome.refused
    assert outcome.documents == []
    assert graphs(store) == {}
    assert (on_disk(store).path / "bulk").is_dir()
    rest = enter(files, store, skip_wrong=True)
    assert len(rest.documents) == 6
    assert wrong(rest) == wrong(outcome)
    assert graph_of(bad).value.removeprefix(GRAPH) not in graphs(store)
    assert len(graphs(store)) == 6


def test_a_document_that_calls_its_graph_the_vocabulary_takes_it_from_no_other(
    tmp_path: Path, store: str, cases: list[list[ox.Quad]], case: str
) -> None:
    files = written(tmp_path / "cases", cases[:3])
    bad = case.replace("casus: de-buurttafel\n", "").replace("onderzoek: buurttafel", "onderzoek: ontology")
    (tmp_path / "cases" / "a-first.yaml").write_text(bad, "utf-8")
    outcome = enter([str(tmp_path / "cases" / "a-first.yaml"), *files], store, skip_wrong=True)
    assert "document-reserved" in {rule for rule, _, file, _ in wrong(outcome) if file == "a-first.yaml"}
    assert len(outcome.documents) == 3
    agrees(store)


@pytest.mark.thorough
def test_documents_may_name_each_other_and_what_only_shows_together_is_told_as_by_add(
    tmp_path: Path, ontology_nquads: bytes, put: Callable[[str, bytes], None], store: str, cases: list[list[ox.Quad]]
) -> None:
    first, second = claim_of(cases[0]), claim_of(cases[1])
    told = [
        said(said(cases[0], first, "restates", second), first, "contradicts", claim_of(cases[3])),
        cases[1],
        said(cases[2], ox.NamedNode(f"{ID}part/made-up-5-3"), "partOf", ox.NamedNode(f"{ID}organisation/made-up-5-2")),
        said(cases[3], claim_of(cases[3]), "restates", first),
        said(cases[4], claim_of(cases[4]), "explains", ox.NamedNode(f"{ID}claim/nowhere/at-all")),
        *cases[5:7],
    ]
    files, other = written(tmp_path / "cases", told), f"oxigraph:{tmp_path / 'other'}"
    put(other, ontology_nquads)
    many, few = enter(files, store), entry.add(files, other)
    assert wrong(many) == wrong(few)
    assert {"iri-unknown", "iri-unknown-near"} & {rule for rule, *_ in wrong(many)}
    # Without what points nowhere, what is left is what two of them say together.
    files = written(tmp_path / "cases", [*told[:4], cases[4], *told[5:]])
    many, few = enter(files, store), entry.add(files, other)
    assert wrong(many) == wrong(few)
    assert "told-elsewhere" in {rule for rule, *_ in wrong(many)}
    assert any("axiom" in rule for rule, *_ in wrong(many)), wrong(many)
    more = said(cases[7], claim_of(cases[7]), "context", ox.NamedNode(f"{CONCEPT}context/slack-labour-market"))
    twice = written(tmp_path / "twice", [*cases[7:10], more])
    assert {rule for rule, *_ in wrong(enter(twice, store))} == {"document-twice"}
    assert len(enter(twice, store, skip_wrong=True).documents) == 3
    agrees(store)
    # What was there already counts too, also where its file is given again and unchanged.
    part, whole = ox.NamedNode(f"{ID}part/made-up-5-8"), ox.NamedNode(f"{ID}organisation/made-up-5-10")
    beside = said(cases[10], part, "partOf", whole)
    told_again = enter(written(tmp_path / "twice", [*cases[7:10], beside]), store)
    assert {rule for rule, *_ in wrong(told_again)} == {"told-elsewhere"}
    assert told_again.refused
    assert told_again.documents == []


@pytest.mark.thorough
def test_what_enters_a_large_store_is_judged_beside_what_it_names_there_and_nobody_reads_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str, cases: list[list[ox.Quad]]
) -> None:
    enter(written(tmp_path / "cases", cases[:8]), store)
    there, other = ox.NamedNode(f"{ID}organisation/made-up-5-2"), ox.NamedNode(f"{WZ}Intervention")
    new = {
        "right": said(cases[8], claim_of(cases[8]), "restates", claim_of(cases[0])),
        "nowhere": said(cases[9], claim_of(cases[9]), "explains", ox.NamedNode(f"{ID}claim/nowhere/at-all")),
        "together": [*cases[8], ox.Quad(there, ox.NamedNode(TYPE), other, graph_of(cases[8]))],
    }
    files = {name: written(tmp_path / name, [quads])[0] for name, quads in new.items()}
    both = [*written(tmp_path / "both", [cases[10], new["right"]])]
    every = [[file] for file in files.values()] + [both]

    def judged() -> list[Any]:
        told: list[Any] = []
        for some in every:
            many, few = enter(some, store, dry_run=True), entry.add(some, store, dry_run=True)
            assert wrong(many) == wrong(few)
            told.append((wrong(many), [one.state for one in many.documents]))
        return [*told, wrong(entry.Entry(validate([files["together"]], store)))]

    small, quads = judged(), Oxigraph.quads
    assert [bool(states_) for _, states_ in small[:-1]] == [True, False, False, True]
    assert any("axiom" in rule for rule, *_ in small[-1])
    monkeypatch.setattr(summary, "MANY", 5)
    monkeypatch.setattr(store_module, "_REPEATED", 2)

    def of_a_graph(self: Oxigraph, graph: str | None = None) -> Any:
        assert graph is not None or self._where == "None", "all of the store is read"
        return quads(self, graph)

    monkeypatch.setattr(Oxigraph, "quads", of_a_graph)
    assert judged() == small
    assert enter(both, store).documents
    assert entry.add(written(tmp_path / "more", [cases[11]]), store).documents
    assert len(graphs(store)) == 11
    agrees(store)


def test_a_new_version_takes_the_place_of_the_old_and_tells_who_is_pointed_to(
    tmp_path: Path, store: str, cases: list[list[ox.Quad]]
) -> None:
    second = claim_of(cases[1])
    pointing = said(cases[0], claim_of(cases[0]), "restates", second)
    enter(written(tmp_path / "cases", [pointing, *cases[1:4]]), store)
    gone = [
        quad
        for quad in cases[1]
        if second.value not in (quad.object.value, *(part for part in [str(quad.subject)[1:-1]]))  # type: ignore[union-attr]
        and not str(quad.subject)[1:-1].startswith(second.value + "/")
    ]
    outcome = enter(written(tmp_path / "cases", [pointing, gone, *cases[2:5]]), store)
    assert sorted(one.state for one in outcome.documents) == ["accepted", "accepted", *["unchanged"] * 3]
    assert {one.version for one in outcome.documents if one.state == "accepted"} == {1, 2}
    assert "gone-is-named" in {rule for rule, *_ in wrong(outcome)}
    assert len(graphs(store)) == 5
    agrees(store)


def test_who_was_stopped_goes_on_where_it_was_and_ends_the_same(
    tmp_path: Path, ontology_nquads: bytes, put: Callable[[str, bytes], None], store: str, cases: list[list[ox.Quad]]
) -> None:
    files, other = written(tmp_path / "cases", cases), f"oxigraph:{tmp_path / 'other'}"
    put(other, ontology_nquads)
    asked: list[str] = []

    def counting(shared: bytes, pieces: Pieces) -> Iterator[tuple[str, bytes]]:
        def counted() -> Iterator[tuple[str, bytes]]:
            for name, one in pieces:
                asked.append(name)
                yield name, one

        return processes(1)(shared, counted())

    def stopping(shared: bytes, pieces: Pieces) -> Iterator[tuple[str, bytes]]:
        answers = counting(shared, pieces)
        yield next(answers)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enter(files, store, stopping)
    assert graphs(store) == {}
    (cut,) = [*(on_disk(store).path / "bulk").glob("*.nq")][:1]
    cut.with_name("half.json.new").write_bytes(b"cut short")
    asked.clear()
    outcome = enter(files, store, counting)
    assert len(asked) == 2  # of three pieces
    assert outcome.result == enter(files, other).result
    assert graphs(store) == graphs(other)


def test_a_worker_that_is_killed_gives_its_piece_to_another_and_one_that_keeps_dying_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, store: str, cases: list[list[ox.Quad]]
) -> None:
    files, ask, killed = written(tmp_path / "cases", cases), Worker.ask, []

    def killing(self: Worker, one: bytes) -> bytes:
        if len(killed) < TRIES - 1:
            process = self._start()
            killed.append(process)
            process.kill()
        return ask(self, one)

    monkeypatch.setattr(Worker, "ask", killing)
    assert len(enter(files, store).documents) == CASES
    assert len(killed) == TRIES - 1

    def dying(self: Worker, one: bytes) -> bytes:
        raise Died

    monkeypatch.setattr(Worker, "ask", dying)
    with pytest.raises(InputError, match="kept dying"):
        enter([*files, *written(tmp_path / "more", generated(1))], store)
    assert len(graphs(store)) == CASES


def generated(count: int) -> list[list[ox.Quad]]:
    return list(generate(6, count, patterns(packaged())))


def test_a_piece_gives_the_same_wherever_it_is_worked_on_and_refuses_another_version(
    tmp_path: Path, cases: list[list[ox.Quad]]
) -> None:
    files = written(tmp_path / "cases", cases[:2])
    given = piece([Given(Path(one).name, Path(one).read_bytes(), {}) for one in files])
    shared = setting([], "fast")
    worker = Worker(shared)
    try:
        answer = worker.ask(given)
        assert answer == worker.ask(given) == work(shared, given)
        documents = unpack(answer)[0]["documents"]
        assert [one["file"] for one in documents] == ["case-00.nq", "case-01.nq"]
        assert all(one["digest"] and one["claims"] and one["told"]["names"] for one in documents)
    finally:
        worker.end()
    told, blobs = unpack(shared)
    assert unpack(work(pack({**told, "knowledge": "other"}, *blobs), given))[0]["key"] == "bulk-other-version"
    with pytest.raises(ValueError, match=r"."):
        unpack(answer[:-3])


def test_parts_of_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    (tmp_path / "b").write_bytes(b"abcdef")
    a, b = tmp_path / "a", tmp_path / "b"
    parts = [Part(a, 0, 2), Part(a, 2, 4), Part(a, 6, 6), Part(a, 7, 9), Part(b, 1, 3), Part(a, 9, 10)]
    assert Joined(parts).read() == b"012378bc9"
    assert Joined([]).read() == b""


def test_the_command_tells_of_a_folder_in_few_lines_and_as_json_and_writes_what_follows(
    run: Callable[..., Any], tmp_path: Path, store: str, cases: list[list[ox.Quad]], ontology_nquads: bytes
) -> None:
    files = written(tmp_path / "cases", cases[:3])
    command = ["add", str(tmp_path / "cases"), "--workers", "1", "--store", store]
    ran = run(*command, "--dry-run", "--lang", "nl")
    assert ran.code == 0
    assert "3 van 3 documenten zouden worden aangenomen" in ran.out
    assert "3 van 3 documenten gelezen" in ran.err
    assert graphs(store) == {}
    ran = run(*command, "--format", "json", "--inferences", str(tmp_path / "follows.nq"))
    told = json.loads(ran.out)
    assert (ran.code, told["version"], told["files"], len(told["documents"])) == (0, 1, 3, 3)
    assert told["findings"] == []
    assert sum(told["advice"].values()) > 0
    follows = {quad.triple for quad in ox.parse(path=tmp_path / "follows.nq", format=ox.RdfFormat.N_QUADS)}
    alone = Oxigraph()
    for content in (ontology_nquads, *(Path(file).read_bytes() for file in files)):
        alone.load_nquads(content)
    materialise(alone)
    assert follows <= {quad.triple for quad in alone.quads(INFERRED_GRAPH)}
    assert {ox.NamedNode(WZ + "voicedBy"), ox.NamedNode(WZ + "within")} <= {one.predicate for one in follows}
    assert run("add", str(tmp_path / "nothing-here"), "--workers", "1", "--store", store).code == 2
    (tmp_path / "empty").mkdir()
    ran = run("add", str(tmp_path / "empty"), "--store", store, "--lang", "en")
    assert (ran.code, "no document in this folder" in ran.err) == (2, True)
    ran = run("add", str(tmp_path / "cases"), "--store", "http://localhost:1/", "--lang", "en")
    assert (ran.code, "store on disk" in ran.err) == (2, True)
