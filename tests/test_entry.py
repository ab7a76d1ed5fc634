"""Documents enter a store whole or not at all, and leave it as they were told to."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import werkzaam
from werkzaam import entry as entry_module
from werkzaam import folder, locks, sandbox, summary, upkeep, validation
from werkzaam import store as store_module
from werkzaam.api import Werkzaam
from werkzaam.build import on_disk, write_store
from werkzaam.errors import InputError, StoreError, UsageError
from werkzaam.model import Model
from werkzaam.records import states
from werkzaam.terms import GRAPH, WZ

pytestmark = pytest.mark.once

DATA = Path(__file__).parent / "data"

Run = Callable[..., Any]
AT = "2026-11-26T12:00:00+00:00"
NAME = "Griet Vergeetmij"
DOCUMENT = "buurttafel/de-buurttafel"


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory, ontology_nquads: bytes) -> Path:
    """Give a store of nothing but the ontology, to be copied."""
    made = tmp_path_factory.mktemp("stores") / "empty"
    # In a child: after a fork, the store's threads of this process would be missing in the children of other tests.
    sandbox.call(put, str(made), ontology_nquads.decode())
    return made


def put(where: str, content: str) -> None:
    write_store(f"oxigraph:{where}", content.encode())


@pytest.fixture
def place(empty: Path, tmp_path: Path) -> Path:
    """Give the folder of a store of nothing but the ontology."""
    return Path(shutil.copytree(empty, tmp_path / "store"))


@pytest.fixture
def store(place: Path) -> str:
    """Give how `--store` names that store."""
    return f"oxigraph:{place}"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    """Give a writer of documents: name and text, to the path."""

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, "utf-8")
        return str(tmp_path / name)

    return write


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for another."""
    monkeypatch.setattr(folder, "WAIT", 0.0)


@pytest.fixture(scope="session")
def filled(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store with one document in it, to be copied."""
    made = Path(shutil.copytree(empty, tmp_path_factory.mktemp("stores") / "filled"))
    file = tmp_path_factory.mktemp("documents") / "tafel.yaml"
    file.write_text((DATA / "buurttafel.yaml").read_text("utf-8"), "utf-8")
    opened = werkzaam.open(f"oxigraph:{made}")
    entry = opened.add(str(file), by=NAME, email="griet@example.org", note="eerste versie", at=AT)
    assert [(one.document, one.version, one.state) for one in entry.documents] == [(DOCUMENT, 1, "accepted")]
    opened.store.close()  # type: ignore[attr-defined]
    return made


@pytest.fixture
def opened(filled: Path, place: Path, store: str) -> Werkzaam:
    """Give a store with one document in it."""
    shutil.rmtree(place)
    shutil.copytree(filled, place)
    return werkzaam.open(store)


def without(case: str, claim: str) -> str:
    """Give the document without a claim; the last of the file may stand behind it or not."""
    head, _, rest = case.partition(f"- id: {claim}\n")
    _, again, tail = rest.partition("- id: b")
    return head + again + tail


def generations(place: Path) -> list[str]:
    return sorted(one.name for one in place.iterdir() if one.name.startswith("g"))


def rules(entry: Any) -> list[str]:
    return sorted(one.rule for one in entry.findings if one.severity == "violation")


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, model: Model, filled: Path) -> None:
    """Read documents in this process, with the ontology as it was read before and without the shapes.

    `filled` went the whole way, and so do tests that ask for `whole`.
    """

    def here(function: Callable[..., Any], *given: Any, seconds: float = 0) -> Any:
        return json.loads(json.dumps(function(*given)))

    if "whole" not in request.fixturenames:
        monkeypatch.setattr(validation, "call_each", lambda work, items, seconds: [here(work, *one) for one in items])
        monkeypatch.setattr(entry_module, "check", lambda loaded, *more: loaded.findings)
        monkeypatch.setattr(upkeep, "call", here)
        for module in (validation, upkeep):
            monkeypatch.setattr(module, "Model", lambda: model)


@pytest.fixture
def whole() -> None:
    """Let documents be read in a child and go through every check."""


# ---- add


def test_a_script_of_three_lines_adds_a_document(
    store: str, case: str, write: Callable[[str, str], str], environment: dict[str, str]
) -> None:
    path = write("tafel.yaml", case)
    script = write(
        "script.py", f"import werkzaam\nopened = werkzaam.open({store!r})\nprint(opened.add({path!r}).refused)\n"
    )
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")


def test_a_document_that_was_added_is_answered_from_and_on_record(opened: Werkzaam, case: str) -> None:
    assert {claim.iri.rsplit("/", 1)[-1] for claim in opened.claims()} == {"b1", "b2", "b3", "b4", "b5", "b6"}
    assert opened.what_works(mechanism="maatwerk").count == 3
    [record] = opened.history()
    assert (record["document"], record["version"], record["action"], record["at"]) == (DOCUMENT, 1, "added", AT)
    assert record["files"][0]["name"] == "tafel.yaml"
    assert set(record["made"]) == {"ontology", "ontology_sha256", "shapes_sha256", "werkzaam"}
    assert opened.printed(DOCUMENT, 1) == case.encode()
    assert opened.check() == []


def test_what_follows_from_a_document_is_inferred_as_soon_as_it_is_in(store: str, opened: Werkzaam) -> None:
    inferred = werkzaam.open(store, inferred=True)
    held = json.loads(inferred.query(f"ASK {{ ?claim <{WZ}voicedBy> ?who }}"))
    assert held["boolean"] is True
    assert json.loads(opened.query(f"ASK {{ ?claim <{WZ}voicedBy> ?who }}"))["boolean"] is False


def test_a_violation_in_one_document_refuses_all_and_changes_nothing(
    store: str, place: Path, case: str, write: Callable[[str, str], str], whole: None
) -> None:
    good = write("good.yaml", case)
    bad = write(
        "bad.yaml", case.replace("casus: de-buurttafel\n", "").replace("effect: activeert\n", "effect: blauw\n")
    )
    before = sorted(str(one) for one in place.rglob("*"))
    entry = werkzaam.open(store).add(good, bad)
    assert entry.refused
    assert entry.documents == []
    assert {one.place.file for one in entry.findings if one.severity != "info"} == {bad}
    assert sorted(str(one) for one in place.rglob("*") if "LOG" not in one.name) == [
        o for o in before if "LOG" not in o
    ]


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a store as small, of which all names are read, or as large, in which they are looked up."""
    if request.param == "large":
        monkeypatch.setattr(summary, "MANY", 0)
        monkeypatch.setattr(store_module, "_REPEATED", 0)


def test_a_document_names_what_a_store_holds_whether_that_is_read_or_looked_up(
    size: None, opened: Werkzaam, case: str, write: Callable[[str, str], str]
) -> None:
    head = "werkzaam: 1\ntaal: nl\nonderzoek: {}\ndocument: ander\n"
    head += 'codering: {{id: coding, door: testcodeur, datum: 2024-05-01, leidraad: "1"}}\nbeweringen:\n'
    claim = case[case.index("- id: b2\n") : case.index("- id: b3\n")]
    claim = claim.replace("- id: b2\n", "- id: c2\n  over: De Buurttafel\n  herhaalt: b1\n  betreft: b1\n")

    def found(study: str, claim: str) -> list[tuple[str, str]]:
        told = opened.add(write("ander.yaml", head.format(study) + claim), dry_run=True).findings
        return [(one.rule.rpartition("#")[2], one.value) for one in told if one.severity == "violation"]

    assert found("buurttafel", claim) == []
    # A claim of another study goes by the name of that too.
    unknown = [("CaseDocument-study", "soeptafel")]
    assert found("soeptafel", claim) == [*unknown, ("Claim-restates", "b1"), ("Claim-concerns", "b1")]
    other = claim.replace("herhaalt: b1", "herhaalt: https://w3id.org/werkzaam/id/claim/buurttafel/b1")
    assert found("soeptafel", other.replace("betreft: b1", "betreft: buurttafel/b1")) == unknown
    # What looks like a name is told.
    told = opened.add(write("ander.yaml", head.format("buurttafel") + claim.replace("b1", "soepploek"))).findings
    messages = [one.message("nl") for one in told if one.severity == "violation"]
    assert [("Bedoel je: b" in one, "soepploeg" in one) for one in messages] == [(True, False), (False, True)]


def test_files_given_together_may_name_each_other(store: str, case: str, write: Callable[[str, str], str]) -> None:
    head, _, claims = case.partition("beweringen:\n")
    study = write("study.yaml", head.replace("casus: de-buurttafel\n", "").replace("coverage-2", "coverage-1"))
    alone = write(
        "case.yaml",
        "werkzaam: 1\ntaal: nl\nonderzoek: buurttafel\ncasus: de-buurttafel\n"
        'codering: {id: coding, door: testcodeur, datum: 2024-05-01, leidraad: "1"}\nbeweringen:\n' + claims,
    )
    opened = werkzaam.open(store)
    assert opened.add(alone).refused
    entry = opened.add(alone, study)
    assert [one.document for one in entry.documents] == [DOCUMENT, "buurttafel"]
    assert opened.add(alone).documents[0].state == "unchanged"


def test_a_new_version_takes_the_place_of_the_old_and_both_can_be_printed(
    opened: Werkzaam, place: Path, case: str, write: Callable[[str, str], str]
) -> None:
    second = without(case, "b6").replace("id: b3", "id: b7")
    [entered] = opened.add(write("tafel.yaml", second)).documents
    assert (entered.version, entered.new, entered.gone) == (2, ("b7",), ("b3", "b6"))
    assert {claim.iri.rsplit("/", 1)[-1] for claim in opened.claims()} == {"b1", "b2", "b4", "b5", "b7"}
    assert opened.printed(DOCUMENT, 1) == case.encode()
    assert opened.printed(DOCUMENT, 2) == second.encode()
    assert len(generations(place)) == 1
    assert opened.check() == []
    with pytest.raises(UsageError, match=r"no version 3 .* 1 \(tafel.yaml\), 2"):
        opened.printed(DOCUMENT, 3)


def test_the_same_files_make_no_new_version(opened: Werkzaam, case: str, write: Callable[[str, str], str]) -> None:
    assert opened.add(write("tafel.yaml", case)).documents[0].state == "unchanged"
    assert len(opened.history()) == 1


def test_a_dry_run_tells_what_would_be_and_keeps_nothing(
    store: str, place: Path, case: str, write: Callable[[str, str], str]
) -> None:
    [entered] = werkzaam.open(store).add(write("tafel.yaml", case), dry_run=True).documents
    assert (entered.state, entered.version, entered.claims) == ("dry-run", 1, 6)
    assert generations(place) == ["g000001"]
    assert list((place / "documents").iterdir()) == []


@pytest.mark.parametrize("name", ["ontology", "inferred", "tombstones", "unnamed"])
def test_a_document_cannot_take_the_place_of_a_graph_of_ours(
    store: str, case: str, write: Callable[[str, str], str], name: str
) -> None:
    text = case.replace("casus: de-buurttafel\n", "").replace("onderzoek: buurttafel", f"onderzoek: {name}")
    assert "document-reserved" in rules(werkzaam.open(store).add(write("one.yaml", text)))


def test_a_document_says_nothing_of_terms_and_of_claims_of_others(
    size: None, opened: Werkzaam, case: str, write: Callable[[str, str], str]
) -> None:
    second = "- {id: intervention/de-soeptafel, soort: interventie, naam: {nl: De Soeptafel, en: De Soeptafel}}\n"
    other = case.replace("casus: de-buurttafel", "casus: de-soeptafel").replace("zaken:\n", "zaken:\n" + second)
    entry = opened.add(write("ander.yaml", other.replace("en: Waterdorp}", "en: Watervillage}")))
    told = {(one.rule, one.severity, one.subject.rsplit("/", 1)[-1]) for one in entry.findings}
    assert ("told-elsewhere", "violation", "b1") in told
    assert ("told-elsewhere", "warning", "waterdorp") in told
    place = next(one.place for one in entry.findings if one.subject.endswith("/b1"))
    assert place.line == 1 + other[: other.index("- id: b1")].count("\n")


def test_turtle_that_redefines_a_concept_is_refused(
    store: str, opened: Werkzaam, write: Callable[[str, str], str]
) -> None:
    lines = [f"{quad.triple} ." for quad in on_disk(store).read().store().quads(GRAPH + DOCUMENT)]
    concept = "https://w3id.org/werkzaam/concept/mechanism/tailoring"
    lines.append(f'<{concept}> <http://www.w3.org/2004/02/skos/core#prefLabel> "toverkracht"@nl .')
    entry = opened.add(write("tafel.ttl", "\n".join(lines)))
    assert ("told-elsewhere", concept) in {(one.rule, one.subject) for one in entry.findings}
    assert entry.refused


def test_a_new_version_may_not_lean_on_what_only_the_old_one_said(
    size: None, opened: Werkzaam, case: str, write: Callable[[str, str], str]
) -> None:
    crew = next(line for line in case.splitlines(keepends=True) if "part/soepploeg" in line)
    entry = opened.add(write("tafel.yaml", case.replace(crew, "")))
    assert "points-nowhere" in rules(entry)


def test_an_axiom_that_is_contradicted_refuses_the_document(
    size: None, opened: Werkzaam, case: str, write: Callable[[str, str], str]
) -> None:
    text = case.replace("deel-van: stichting-de-keuken\n", "deel-van: soepploeg\n")
    entry = opened.add(write("tafel.yaml", text))
    assert entry.refused
    assert any("/axiom/" in one.rule for one in entry.findings), rules(entry)


BOMBS = {
    "aliases.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{two}: &{two} [{','.join([f'*{one}'] * 9)}]\n" for one, two in pairwise("abcdefghijkl")),
    "nested.yaml": "[" * 200_000,
    "nested.ttl": "<a:b> <a:c> " + "[ <a:d> " * 100_000,
    "lists.ttl": "<a:b> <a:c> " + "( " * 100_000,
    "nul.yaml": "werkzaam: 1\n\0\0\0",
    "text.ttl": '<a:b> <a:c> """' + "x" * 10_000_000,
    "type.ttl": '<https://w3id.org/werkzaam/id/x> a "soep" . <a:y> <a:b> <https://w3id.org/werkzaam/id/x> .',
    "keys.yaml": "".join(f"sleutel{n}: 1\n" for n in range(50_000)),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_finding_and_leaves_the_store_alone(
    opened: Werkzaam, place: Path, write: Callable[[str, str], str], whole: None, name: str
) -> None:
    entry = opened.add(write(name, BOMBS[name]))
    assert entry.refused
    assert all(one.message("nl") and one.message("en") for one in entry.findings)
    assert generations(place) == ["g000002"]
    assert len(opened.claims()) == 6


def test_a_file_of_200_megabytes_is_not_even_read(opened: Werkzaam, tmp_path: Path) -> None:
    with (tmp_path / "groot.yaml").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(InputError, match="larger than"):
        opened.add(str(tmp_path / "groot.yaml"))
    assert len(opened.claims()) == 6


# ---- who submitted


def test_who_submitted_stands_outside_the_data_for_the_owner_alone(opened: Werkzaam, place: Path, store: str) -> None:
    holding = [one.name for one in place.rglob("*") if one.is_file() and NAME.encode() in one.read_bytes()]
    assert holding == ["people.jsonl"]
    [people] = place.rglob("people.jsonl")
    assert stat.S_IMODE(people.stat().st_mode) == 0o600
    assert NAME not in "".join(opened.export("nq")) + json.dumps(opened.history())
    [told] = opened.history(people=True)
    assert (told["by"], told["email"], told["note"], told["until"]) == (
        NAME,
        "griet@example.org",
        "eerste versie",
        "2028-11-25",
    )
    people.chmod(0o644)
    assert [one.rule for one in opened.check()] == ["people-readable"]


def test_a_name_goes_when_its_term_is_over(
    opened: Werkzaam, place: Path, case: str, write: Callable[[str, str], str]
) -> None:
    opened.add(write("tafel.yaml", case + "# mended\n"), at="2028-11-26T00:00:00+00:00")
    assert not [one for one in place.rglob("*") if one.is_file() and NAME.encode() in one.read_bytes()]


# ---- remove and erase


def test_what_is_on_record_stays_as_it_is_written_and_a_record_has_a_line_of_its_own(
    store: str, case: str, write: Callable[[str, str], str]
) -> None:
    werkzaam.open(store).add(write("tafel.yaml", case))
    file = on_disk(store).current() / "records.jsonl"
    [line] = [json.loads(one) for one in file.read_text("utf-8").splitlines()]
    told = json.dumps(dict(reversed(line.items())))  # the same, written by somebody else
    file.write_text(told + "\n", "utf-8")
    werkzaam.open(store).remove(DOCUMENT)
    file = on_disk(store).current() / "records.jsonl"
    assert file.read_text("utf-8").startswith(told + "\n")
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    werkzaam.open(store).add(write("tafel.yaml", case))
    assert [one["action"] for one in werkzaam.open(store).history()] == ["added", "removed", "added"]


def test_a_removed_document_leaves_a_tombstone_and_its_history(
    opened: Werkzaam, case: str, write: Callable[[str, str], str]
) -> None:
    entry = opened.remove("De Buurttafel", at=AT)
    assert [(one.document, one.state) for one in entry.documents] == [(DOCUMENT, "removed")]
    assert opened.claims() == []
    assert opened.printed(DOCUMENT, 1) == case.encode()
    rows = json.loads(opened.query(f"SELECT ?on WHERE {{ <{GRAPH}{DOCUMENT}> <{WZ}retractedOn> ?on }}"))
    assert [row["on"]["value"] for row in rows["results"]["bindings"]] == ["2026-11-26"]
    assert opened.check() == []
    with pytest.raises(UsageError, match="no document"):
        opened.remove(DOCUMENT)
    assert opened.add(write("tafel.yaml", case)).documents[0].version == 2
    assert opened.check() == []


def test_removing_a_document_that_others_point_to_is_refused_with_a_list(
    opened: Werkzaam, case: str, write: Callable[[str, str], str]
) -> None:
    text = (
        "werkzaam: 1\ntaal: nl\nonderzoek: buurttafel\n"
        'codering: {id: coding, door: testcodeur, datum: 2024-05-01, leidraad: "1"}\nbeweringen:\n'
        + "- id: b5"
        + case.partition("- id: b5")[2].partition("- id: b6")[0].replace("b5", "b9")
    ).replace("id: b5", "id: b9")
    assert not opened.add(write("study.yaml", text)).refused
    entry = opened.remove(DOCUMENT)
    assert entry.refused
    assert ("b9", "illustrates") in {
        (one.subject.rsplit("/", 1)[-1], one.path.rsplit("#", 1)[-1]) for one in entry.findings
    }
    assert len(opened.claims()) == 7
    assert not opened.remove(DOCUMENT, force=True).refused
    assert len(opened.claims()) == 1


def test_erasing_leaves_not_a_byte_of_a_document_and_who_gave_it(
    opened: Werkzaam, place: Path, case: str, write: Callable[[str, str], str]
) -> None:
    word = "Zonderlingenstraat"
    opened.add(write("tafel.yaml", case.replace("Waterdorp}", f"{word}}}")), by=NAME)

    def holding(text: str) -> list[Path]:
        return [one for one in place.rglob("*") if one.is_file() and text.encode() in one.read_bytes()]

    assert holding(word)
    assert holding(NAME)
    assert holding("tafel.yaml")
    opened.remove(DOCUMENT, erase=True, at=AT)
    for text in (word, NAME, "griet@example.org", "tafel.yaml", "Deelnemers die het menu zelf"):
        assert holding(text) == []
    assert [(one["action"], one["version"]) for one in opened.history()] == [("erased", 2)]
    assert list((place / "documents").iterdir()) == []
    assert opened.check() == []
    assert opened.add(write("tafel.yaml", case)).documents[0].version == 3


def test_what_is_read_is_not_erased_under_the_reader(opened: Werkzaam, store: str) -> None:
    reader = werkzaam.open(store)
    with pytest.raises(StoreError, match="reading"):
        opened.remove(DOCUMENT, erase=True)
    assert len(reader.claims()) == 6
    assert opened.history()[-1]["action"] == "added"


# ---- retract


def test_a_retracted_claim_leaves_the_answers_and_says_why(
    opened: Werkzaam, case: str, write: Callable[[str, str], str]
) -> None:
    entry = opened.retract("buurttafel/b1", nl="De bladzijde klopte niet.", en="The page was wrong.", at=AT)
    assert [(one.rule, one.subject.rsplit("/", 1)[-1]) for one in entry.findings] == [("retracted-is-named", "b5")]
    assert opened.what_works(mechanism="maatwerk").count == 2
    claim = opened.iri("buurttafel/b1")
    told = {(one.predicate.value.rsplit("#", 1)[-1], one.object.value) for one in opened.store.about(claim)}
    assert told == {
        ("type", WZ + "Tombstone"),
        ("retractedOn", "2026-11-26"),
        ("retractedBecause", "De bladzijde klopte niet."),
        ("retractedBecause", "The page was wrong."),
    }
    assert opened.check() == []
    for question in ("evidence", "what-works", "not-studied"):
        if question in opened.questions():
            opened.ask(question)
    with pytest.raises(UsageError, match="no claim"):
        opened.retract("buurttafel/b1", nl="weer", en="again")
    again = opened.add(write("tafel.yaml", case + "# mended\n"))
    assert "claim-retracted" in rules(again)
    mended = without(case, "b1").replace("  illustreert: b1\n", "").replace("  rang: voorbeeld\n", "")
    assert not opened.add(write("tafel.yaml", mended)).refused
    assert any(one.predicate.value == WZ + "retractedOn" for one in opened.store.about(claim))
    assert opened.check() == []


# ---- readers and writers


def test_a_second_writer_is_told_that_another_is_writing(
    store: str, place: Path, case: str, write: Callable[[str, str], str]
) -> None:
    path = write("tafel.yaml", case)
    with locks.exclusive(place / "lock"), pytest.raises(StoreError, match="Another program is writing"):
        werkzaam.open(store).add(path)
    assert not werkzaam.open(store).add(path).refused


def test_a_reader_goes_on_with_what_it_opened_while_a_document_enters(
    store: str, place: Path, opened: Werkzaam, case: str, write: Callable[[str, str], str]
) -> None:
    reader, other = werkzaam.open(store), werkzaam.open(store)
    opened.add(write("tafel.yaml", without(case, "b6")))
    assert (len(reader.claims()), len(other.claims()), len(opened.claims())) == (6, 6, 5)
    assert len(generations(place)) == 2
    assert [(one.rule, one.severity) for one in opened.check()] == [("store-leftover", "info")]
    for one in (reader, other):
        one.store.close()  # type: ignore[attr-defined]
    opened.add(write("tafel.yaml", case))
    assert len(generations(place)) == 1


def test_a_writer_that_is_killed_leaves_no_lock_behind(place: Path, environment: dict[str, str]) -> None:
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom werkzaam.locks import exclusive\n"
        f"with exclusive(Path({str(place / 'lock')!r})):\n"
        "    if os.fork() == 0:\n        time.sleep(60)\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) as held:
        assert held.stdout is not None
        held.stdout.readline()
        children = Path(f"/proc/{held.pid}/task/{held.pid}/children").read_text().split()
        with pytest.raises(locks.Busy), locks.exclusive(place / "lock"):
            pass
        held.send_signal(signal.SIGKILL)
        held.wait()
        with locks.exclusive(place / "lock", 20):  # its child lets go as soon as it gets to run
            pass
        for child in children:
            os.kill(int(child), signal.SIGKILL)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the child dies with its parent on Linux alone")
def test_the_child_that_reads_a_document_dies_with_its_parent(environment: dict[str, str]) -> None:
    code = "import time\nfrom werkzaam import sandbox\nsandbox.call(time.sleep, 60)\n"
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        while not (child := children.read_text().split()):
            time.sleep(0.01)
        while str(sandbox.MEMORY) not in Path(f"/proc/{child[0]}/limits").read_text():  # it is ready to die then
            time.sleep(0.01)
        parent.kill()
    for _ in range(3000):
        if not alive(int(child[0])):
            break
        time.sleep(0.01)
    assert not alive(int(child[0]))


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# ---- a store that cannot be written or read


def test_a_store_that_is_not_there_is_not_made_by_adding(run: Run, tmp_path: Path, case: str, write: Any) -> None:
    ran = run("add", write("tafel.yaml", case), "--store", f"oxigraph:{tmp_path / 'tpyo'}")
    assert (ran.code, ran.out) == (2, "")
    assert "werkzaam build --store" in ran.err
    assert not (tmp_path / "tpyo").exists()


def test_the_packaged_data_have_no_documents_to_change(run: Run, case: str, write: Any) -> None:
    for command in (["add", write("tafel.yaml", case)], ["history"], ["store", "check"], ["remove", "adp"]):
        ran = run(*command)
        assert (ran.code, ran.out) == (2, ""), command
        assert "--store oxigraph:DIR" in ran.err


def test_a_folder_with_other_things_does_not_become_a_store(tmp_path: Path, ontology_nquads: bytes) -> None:
    (tmp_path / "belangrijk.txt").write_text("van mij")
    with pytest.raises(StoreError, match="something else"):
        write_store(f"oxigraph:{tmp_path}", ontology_nquads)
    assert [one.name for one in tmp_path.iterdir()] == ["belangrijk.txt"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs users")
def test_a_read_only_folder_can_be_read_and_not_written(
    opened: Werkzaam, place: Path, store: str, environment: dict[str, str], case: str, write: Any
) -> None:
    path = write("tafel.yaml", without(case, "b6"))
    opened.store.close()  # type: ignore[attr-defined]
    folders = [place, *(one for one in place.rglob("*") if one.is_dir())]
    for one in folders:
        one.chmod(0o555)
    code = (
        f"import os, werkzaam\nfrom werkzaam import documents, entry\nwerkzaam.open({store!r}).claims()\n"
        "from werkzaam.loading import loaders\nfrom werkzaam.messages import catalogue\nloaders(), catalogue()\n"
        "if os.geteuid() == 0:\n    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        f"opened = werkzaam.open({store!r})\nprint(len(opened.claims()))\nopened.add({path!r})"
    )
    above = Path(tempfile.gettempdir())
    for one in place.parents:
        if one != above and one.is_relative_to(above):
            one.chmod(one.stat().st_mode | 0o055)
    try:
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    finally:
        for one in folders:
            one.chmod(0o755)
    assert done.stdout == "6\n", done.stderr
    assert "StoreError" in done.stderr
    assert "cannot be written to (Permission denied). Nothing has changed." in done.stderr
    assert len(werkzaam.open(store).claims()) == 6


@pytest.mark.thorough
def test_a_full_disk_is_told_and_nothing_is_lost(
    opened: Werkzaam, store: str, place: Path, environment: dict[str, str], case: str, write: Any
) -> None:
    path = write("tafel.yaml", without(case, "b6"))
    # No file may grow beyond some size: the system's answer to a write is an error, as on a full disk.
    for limit in (0, 100_000):
        code = (
            "import resource, signal, sys\nfrom werkzaam import cli, entry, sandbox\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "draft = entry.Folder.draft\n"
            "def limited(self, **more):\n"
            f"    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n    return draft(self, **more)\n"
            "entry.Folder.draft = limited\n"
            f"cli.main(['add', {path!r}, '--store', {store!r}])\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (2, ""), (limit, done.stderr)
        assert "Nothing has changed." in done.stderr
        assert "Traceback" not in done.stderr
        assert opened.check() == []
        assert len(generations(place)) == 1
    assert not opened.add(path).refused


DAMAGE: dict[str, Callable[[Path], None]] = {
    "current": lambda place: (place / "current").write_text('{"format": 1, "gen'),
    "records": lambda place: _cut(place, "records.jsonl"),
    "people": lambda place: _cut(place, "people.jsonl"),
    "manifest": lambda place: _cut(place, "graph/MANIFEST-*"),
    "tables": lambda place: _cut(place, "graph/*.sst"),
    "graph": lambda place: [one.unlink() for one in place.glob("g*/graph/*")] and None,
    "generation": lambda place: [one.unlink() for one in place.glob("g*/in-use")] and None,
    "document": lambda place: [one.write_bytes(b"werkzaam: 1") for one in (place / "documents").iterdir()] and None,
}


def _cut(place: Path, pattern: str) -> None:
    files = sorted(place.glob(f"g*/{pattern}"), key=lambda one: one.stat().st_size)
    os.truncate(files[-1], files[-1].stat().st_size // 2)


@pytest.mark.thorough
@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_store_is_told_and_a_backup_can_be_put_back(
    opened: Werkzaam, place: Path, store: str, run: Run, tmp_path: Path, case: str, write: Any, what: str
) -> None:
    copy = tmp_path / "copy"
    assert opened.backup(str(copy)) == 1
    opened.store.close()  # type: ignore[attr-defined]
    DAMAGE[what](place)
    before = {str(one): one.read_bytes() for one in place.rglob("*") if one.is_file() and "LOG" not in one.name}
    ran = run("store", "check", "--store", store)
    assert ran.code == 1, ran
    assert "is damaged" in ran.out
    if what != "document":
        ran = run("add", write("tafel.yaml", without(case, "b6")), "--store", store)
        assert ran.code == 2, ran
        assert "is damaged" in ran.err
    assert {str(one): one.read_bytes() for one in place.rglob("*") if one.is_file() and "LOG" not in one.name} == before
    ran = run("store", "restore", copy, "--store", store)
    assert ran.code == 0, ran
    again = werkzaam.open(store)
    assert len(again.claims()) == 6
    assert again.check() == []
    assert again.history(people=True)[0]["by"] == NAME


# ---- backup


def test_a_backup_is_a_store_of_its_own_that_shares_no_file(opened: Werkzaam, place: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    opened.backup(str(copy))
    inodes = {one.stat().st_ino for one in place.rglob("*") if one.is_file()}
    assert inodes.isdisjoint(one.stat().st_ino for one in copy.rglob("*") if one.is_file())
    assert werkzaam.open(f"oxigraph:{copy}").check() == []
    with pytest.raises(StoreError, match="there already"):
        opened.backup(str(copy))


def test_a_backup_does_not_bring_back_what_was_erased(opened: Werkzaam, store: str, run: Run, tmp_path: Path) -> None:
    opened.backup(str(tmp_path / "copy"))
    opened.remove(DOCUMENT, erase=True)
    ran = run("store", "restore", tmp_path / "copy", "--store", store)
    assert ran.code == 2
    assert DOCUMENT in ran.err
    assert opened.claims() == []


def test_a_damaged_backup_is_not_put_back(opened: Werkzaam, store: str, run: Run, tmp_path: Path) -> None:
    opened.backup(str(tmp_path / "copy"))
    next((tmp_path / "copy" / "documents").iterdir()).write_bytes(b"")
    ran = run("store", "restore", tmp_path / "copy", "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert "damaged" in ran.err
    assert len(werkzaam.open(store).claims()) == 6


def test_what_entered_otherwise_than_it_is_read_is_told(opened: Werkzaam, place: Path, store: str) -> None:
    held = on_disk(store)
    opened.store.close()  # type: ignore[attr-defined]
    with held.writing(), held.draft() as draft:
        draft.store.replace([GRAPH + DOCUMENT], list(draft.store.quads(GRAPH + DOCUMENT))[1:])
    assert [one.rule for one in werkzaam.open(store).check()] == ["graph-differs"]


# ---- building into a store


def test_building_again_leaves_what_people_changed(opened: Werkzaam, store: str, case: str, write: Any) -> None:
    opened.retract("buurttafel/b2", nl="dubbel", en="twice")
    opened.store.close()  # type: ignore[attr-defined]
    quads = "".join(f"{quad} .\n" for quad in on_disk(store).read().store().quads(GRAPH + DOCUMENT)).encode()
    assert write_store(store, quads.replace(b"/b4", b"/b8")) == [DOCUMENT]
    assert len(werkzaam.open(store).claims()) == 5
    assert states(on_disk(store).read().records())[DOCUMENT].version == 1


# ---- the command line


def test_the_command_line_adds_shows_and_retracts(run: Run, store: str, case: str, write: Any, whole: None) -> None:
    path = write("tafel.yaml", case)
    ran = run("add", path, "--store", store, "--by", NAME, "--at", AT)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, f"{DOCUMENT}: version 1 accepted; claims: 6")
    ran = run("history", DOCUMENT, "--store", store, "--format", "csv")
    assert ran.out.splitlines()[1].startswith(f"{DOCUMENT},1,added,{AT},")
    assert NAME not in ran.out
    assert NAME in run("history", "--people", "--store", store).out
    ran = run("retract", "buurttafel/b2", "--store", store, "--reason-nl", "dubbel")
    assert ran.code == 2
    ran = run("retract", "buurttafel/b2", "--store", store, "--reason-nl", "dubbel", "--reason-en", "twice")
    assert (ran.code, ran.out) == (0, f"{DOCUMENT}: claim retracted; left: 5\n")
    ran = run("add", path, "--store", store, "--format", "json")
    assert ran.code == 1
    assert [one["rule"] for one in json.loads(ran.out)["findings"] if one["severity"] == "violation"] == [
        "claim-retracted"
    ]
    ran = run("remove", "de-buurttafel", "--erase", "--store", store, lang="nl")
    assert (ran.code, ran.out.partition(":")[0]) == (0, DOCUMENT)
    assert run("add", path, "--store", store, "--at", "gisteren").code == 2
