"""The bench measures what it says, over the same data and questions for everyone."""

from __future__ import annotations

import multiprocessing
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from werkzaam import bench, bench_peers
from werkzaam.bench import Measured, median, p95, workload
from werkzaam.bench_peers import Grown
from werkzaam.bench_report import page, picture
from werkzaam.questions import questions
from werkzaam.summary import ANSWERED

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def ran() -> tuple[list[Measured], dict[str, list[Grown]]]:
    return bench.run(
        [0, 1, 2], ["werkzaam", "pyoxigraph"], seed=1, rounds=2, seconds=60, budget=600, progress=lambda *_: None
    )


@pytest.fixture(scope="module")
def measured(ran: tuple[list[Measured], dict[str, list[Grown]]]) -> list[Measured]:
    return ran[0]


def test_every_question_is_asked_and_none_twice_alike() -> None:
    asked = workload(1, 5)
    assert [name for name, _ in asked] == list(questions())
    assert all(len(set(texts)) == len(texts) for _, texts in asked)
    assert sum(len(texts) for _, texts in asked) > 4 * len(asked)
    assert workload(1, 5) == asked != workload(2, 5)


def test_peers_give_as_many_rows_and_each_question_has_its_times(measured: list[Measured]) -> None:
    ours, raw = (one for one in measured if one.cases == 2)
    assert ours.rows == raw.rows
    assert ours.seconds.keys() == set(questions())
    assert sum(map(any, ours.rows.values())) > 30
    assert sum(any(later) for _, *later in ours.rows.values()) > 10  # values are of what claims name
    assert all(one.load and one.memory for one in measured)


def test_more_cases_give_more_rows(measured: list[Measured]) -> None:
    few, _, many = (one for one in measured if one.peer == "werkzaam")
    assert many.rows["what-works"] > few.rows["what-works"]


def test_growth_is_measured_of_every_question_and_with_the_summary_where_that_answers(
    ran: tuple[list[Measured], dict[str, list[Grown]]],
) -> None:
    measured, grown = ran
    assert grown.keys() == {*questions(), *(f"{name}, summary" for name in ANSWERED)}
    for name in ANSWERED:
        rows = [one.rows[name][0] for one in measured if one.peer == "werkzaam"]
        assert [one.rows for one in grown[name]] == [one.rows for one in grown[f"{name}, summary"]] == rows


def test_the_page_has_a_row_a_question_and_the_picture_a_bar_a_measurement(
    ran: tuple[list[Measured], dict[str, list[Grown]]],
) -> None:
    measured, grown = ran
    text = "\n".join(page(measured, grown, "a machine", "werkzaam bench", {"pyshacl": [0.1, 0.2]}))
    assert "| pyshacl |" in text
    assert len(re.findall(r"^\| what-works \|", text, re.M)) == 4  # three sizes, and the growth
    assert "Growth from 1 to 2 cases, beyond what there is at 0" in text
    assert "≠ |" not in text
    drawn = ElementTree.fromstring(picture(measured))
    assert len(drawn.findall("{http://www.w3.org/2000/svg}rect")) == len(measured)


@contextmanager
def _stuck(file: str) -> Iterator[Callable[[str], int]]:
    def ask(query: str) -> int:
        if "# id:        comparisons" in query:
            time.sleep(600)
        if "# id:        facts" in query:
            os._exit(1)
        return 1

    yield ask


def _plant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bench_peers.PEERS, "stuck", (_stuck, lambda: True))
    forking = multiprocessing.get_context("fork")  # a spawned child would not know of this peer
    monkeypatch.setattr(bench.multiprocessing, "get_context", lambda method: forking)


def test_what_takes_too_long_or_fails_is_left_out_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch)
    found = _run([0], seconds=1.0, budget=600)[0]
    assert questions().keys() - found.seconds.keys() == {"comparisons", "facts"}


def _run(sizes: list[int], *, seconds: float, budget: float) -> list[Measured]:
    return bench.run(sizes, ["stuck"], seed=1, rounds=1, seconds=seconds, budget=budget, progress=lambda *_: None)[0]


def test_who_is_ended_too_often_is_asked_nothing_at_a_larger_size(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch)
    monkeypatch.setattr(bench, "MOST_ENDED", 2)
    small = _run([0, 1], seconds=1.0, budget=600)
    assert [one.cases for one in small] == [0]
    assert "figures" not in small[0].seconds  # it stands behind what ended it


def test_what_there_is_no_time_for_is_left_open_and_asked_again_at_a_larger_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _plant(monkeypatch)
    found = _run([0, 1], seconds=1.0, budget=1.0)
    assert [one.cases for one in found] == [0, 1]
    assert "conflicts" not in found[0].seconds  # the question before it used all of it
    assert "conflicts" in found[1].seconds


def test_growth_is_told_beyond_the_smallest_size_and_marked_where_it_is_more_than_that_of_rows() -> None:
    def told(*grown: tuple[int, float]) -> str:
        found = {"harm": [Grown(rows, ms / 1000) for rows, ms in grown]}
        measured = [Measured("werkzaam", at) for at in range(len(grown))]
        return [line for line in page(measured, found, "", "", {}) if line.startswith("| harm | ")][-1]

    assert told((10, 5), (20, 10), (110, 50)).endswith("| 10.0 | 9.0 |")
    assert told((10, 5), (20, 10), (110, 90)).endswith("| 10.0 | 17.0 ! |")
    assert told((10, 5), (20, 5.1), (110, 50)).endswith("| 10.0 | – |")
    assert told((10, 30), (10, 32), (10, 36)).endswith("| 1.0 | 3.0 |")  # it found nothing more, and took hardly longer


def test_a_ratio_is_of_the_queries_that_both_were_asked() -> None:
    ours = Measured("werkzaam", 1, seconds={"harm": [4.0]}, rows={"harm": [9]})
    raw = Measured("pyoxigraph", 1, seconds={"harm": [2.0, 0.1, 0.1]}, rows={"harm": [9, 1, 1]})
    (line,) = (one for one in page([ours, raw], {}, "", "", {}) if one.startswith("| harm |"))
    assert line.startswith("| harm | 9 | 2.00 |")


def test_a_peer_that_is_not_there_is_named_with_those_that_are(run: Any) -> None:
    ran = run("bench", "--peer", "Jena", "--lang", "en")
    assert ran.code == 2
    assert "pyoxigraph" in ran.err


def test_the_first_time_stands_apart_and_the_slowest_counts() -> None:
    assert median([9.0, 1.0, 3.0, 2.0]) == 2.0
    assert p95([float(n) for n in range(1, 101)]) == 96.0


def test_the_command_writes_page_and_picture(run: Any, tmp_path: Path) -> None:
    out = tmp_path / "bench.md"
    ran = run("bench", "--cases", "0", "--peer", "pyoxigraph", "--rounds", "1", "--out", out)
    assert ran.code == 0
    assert "bench.svg" in out.read_text("utf-8")
    assert (tmp_path / "bench.svg").read_text("utf-8").startswith("<svg")
