"""Small twins of the heavy checks."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", Path(__file__).with_name("soak.py"))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_mutated_documents_and_queries_are_refused_or_answered_and_never_raise(soak: ModuleType) -> None:
    counts = soak.foreign(seed=7, number=24)
    assert counts.total() == 24


@pytest.mark.parametrize(("number", "shown"), [(4, 2), pytest.param(6, 4, marks=pytest.mark.thorough)])
def test_a_digit_that_is_changed_at_random_is_shown_or_has_nothing_beside_it(
    soak: ModuleType, number: int, shown: int
) -> None:
    counts = soak.figures(seed=3, number=number)
    assert counts.total() == number
    assert counts["shown"] >= shown


@pytest.mark.parametrize("number", [2, pytest.param(4, marks=pytest.mark.thorough)])
def test_choices_and_iris_drawn_at_random_answer(soak: ModuleType, number: int) -> None:
    counts = soak.crawl(seed=5, number=number)
    assert sorted(counts.values())[:2] == [number, number]


def test_both_engines_find_the_same_wrong_with_documents_broken_at_random(soak: ModuleType) -> None:
    pytest.importorskip("shacl", reason="the extra `fast` is not installed")
    counts = soak.engines(seed=11, number=8)
    assert counts["documents"] == 8
    assert len(counts) > 30, "hardly a rule was broken"


def test_the_same_seed_gives_the_same_mutations(soak: ModuleType) -> None:
    import random

    assert soak.mutate(b"werkzaam: 1\n" * 9, random.Random(3)) == soak.mutate(b"werkzaam: 1\n" * 9, random.Random(3))


def test_an_add_that_is_killed_enters_whole_or_not_at_all(soak: ModuleType) -> None:
    counts = soak.CHECKS["kill"](seed=1, number=3)
    assert counts["killed before it had ended"] + counts["acknowledged"] >= 3


@pytest.mark.thorough
def test_mutated_documents_in_every_form_are_read_or_refused(soak: ModuleType) -> None:
    counts = soak.CHECKS["mutate"](seed=1, number=24)
    assert sum(count for name, count in counts.items() if name.startswith(("bytes", "structure"))) == 26


def test_hostile_requests_change_nothing_and_the_honest_question_is_answered(soak: ModuleType) -> None:
    counts = soak.CHECKS["hostile"](seed=2, number=150)
    assert counts["honest question answered"] == 3
    assert counts["requests to other servers"] == 0
    assert counts["wrong token: 401"] > 10
    assert not [name for name in counts if name.startswith(("wrong token: 2", "update: 5"))]


@pytest.mark.thorough
def test_readers_beside_writers_see_each_document_whole(soak: ModuleType) -> None:
    import soak_readers
    import soak_service

    with soak_service.served("--timeout", "60", small=True) as (service, folder):
        work = soak_readers.Work(service, folder, base=1, seed=1)
        work.run(lambda one: one.counts["written"] >= 2, lambda: None, readers=1)
    assert work.wrong == []
    assert work.counts["read: 200"] > 10


def test_the_gap_map_of_made_up_cases_counts_their_claims(soak: ModuleType) -> None:
    counts = soak.CHECKS["gap-map"](2, 12)
    assert counts["claims in cells by in"] > 20
    assert counts["claims in cells by for"] > 20


@pytest.mark.thorough
def test_many_cases_enter_and_are_asked_from_disk_and_in_memory(
    soak: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the command does with a folder, killed workers included, has its small twins in stores/test_bulk.py."""
    pytest.importorskip("shacl", reason="the extra `fast` is not installed")
    import soak_large

    monkeypatch.setattr(soak_large, "SAMPLE", 10)
    counts = soak.CHECKS["large"](seed=1, number=30)
    assert counts["documents in the store"] == 30
    assert sum(line.startswith("| what-works") for line in counts.more) == 7
