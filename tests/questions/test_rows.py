"""Questions on figures, the quickscan and reporting give the rows that people wrote down from the report.

Each YAML file in `rows/` names a question, its parameters, what rows it must hold, how many, and what it must not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from werkzaam.api import Werkzaam
from werkzaam.terms import slug

FILES = sorted((Path(__file__).parent / "rows").glob("*.yaml"))


def load(file: Path) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return made


@pytest.fixture(scope="module")
def opened() -> Werkzaam:
    return Werkzaam(lang="en")


def plain(value: Any) -> str:
    return slug(str(value)) if str(value).startswith("http") else str(value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_answer_holds_the_rows_that_were_written_down(opened: Werkzaam, file: Path) -> None:
    test = load(file)
    rows = [
        {key: plain(value) for key, value in row.items()} for row in opened.ask(test["question"], test.get("params"))
    ]

    def count(item: dict[str, Any]) -> int:
        return sum(all(row.get(key) == value for key, value in item["has"].items()) for row in rows)

    assert test["rows"]
    assert {item["says"]: count(item) for item in test["rows"]} == {item["says"]: item["rows"] for item in test["rows"]}
    assert [item["says"] for item in test.get("not", []) if count(item)] == []


def test_answers_on_figures_differ_and_some_rest_on_a_negation() -> None:
    tests = [load(file) for file in FILES]
    assert len({str((test["question"], test.get("params"))) for test in tests}) == len(tests) >= 13
    assert sum(bool(test.get("not")) for test in tests) >= 5
