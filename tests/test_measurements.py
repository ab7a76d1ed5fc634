"""What the pages of docs/measurements say is what their scripts make of the raw data beside them."""

from __future__ import annotations

import copy
import importlib.util
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

import werkzaam

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "measurements"

if not FOLDER.is_dir():
    pytest.skip("the pages are not here: the package is tested away from its checkout", allow_module_level=True)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made  # where its data classes look for themselves
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def agreement() -> ModuleType:
    return script("agreement")


@pytest.fixture(scope="module")
def definitions() -> ModuleType:
    return script("definitions")


@pytest.mark.parametrize(
    ("page", "folder"),
    [("2026-11-24-agreement.md", "agreement"), ("2026-11-25-blind-agreement.md", "blind-agreement")],
)
def test_a_page_on_agreement_is_what_the_script_makes_of_the_raw_codings(
    agreement: ModuleType, page: str, folder: str
) -> None:
    assert (FOLDER / page).read_text("utf-8") == agreement.page(FOLDER / folder)


def test_a_coding_agrees_with_itself_and_a_changed_effect_or_a_lost_claim_is_seen(agreement: ModuleType) -> None:
    coding = agreement.load(FOLDER / "agreement" / "self-development-first.yaml", ["6.1/zelfontplooiing"])
    assert len(agreement.pair(coding, coding)) == len(coding)
    other = copy.deepcopy(coding)
    changed = next(claim for claim in other if claim.get("effect") == "activates")
    changed["effect"] = "does-not-activate"
    lost = other.pop()
    told = "\n".join(agreement.tell(coding, other))
    assert f"`{changed['id']}`/`{changed['id']}` effect: activates / does-not-activate" in told
    assert f"- `{lost['id']}` ({lost['soort']}" in told


def test_the_page_on_definitions_is_what_the_script_makes_of_the_answers(definitions: ModuleType) -> None:
    folder = FOLDER / "definitions"
    assert (FOLDER / "2026-11-25-definitions.md").read_text("utf-8") == definitions.page(folder)
    paper = (folder / "paper.md").read_text("utf-8")
    key = json.loads((folder / "key.json").read_text("utf-8"))
    assert len(key) == definitions.TERMS + definitions.CONCEPTS
    for one in key:
        assert f"{one['number']}. {one['definition']}\n" in paper
        assert len(set(one["labels"])) == len(definitions.LETTERS)
        assert f"   - {one['right']}: {one['labels'][definitions.LETTERS.index(one['right'])]}\n" in paper


def test_a_wrong_or_open_answer_lowers_the_score_and_is_told(definitions: ModuleType, tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "definitions", tmp_path / "definitions")
    answers = (tmp_path / "definitions" / "answers.txt").read_text("utf-8")
    before = definitions.page(tmp_path / "definitions")
    (tmp_path / "definitions" / "answers.txt").write_text(answers.replace("\n1 e\n", "\n1 ?\n"), "utf-8")
    after = definitions.page(tmp_path / "definitions")
    assert before != after
    assert "- 1. `concept/" not in before
    assert "- 1. `concept/" in after


def test_a_paper_is_drawn_the_same_each_time_and_holds_no_answer(definitions: ModuleType, tmp_path: Path) -> None:
    for name in ("one", "two"):
        definitions.draw(tmp_path / name)
    assert (tmp_path / "one" / "paper.md").read_text("utf-8") == (tmp_path / "two" / "paper.md").read_text("utf-8")
    assert "https://" not in (tmp_path / "one" / "paper.md").read_text("utf-8")
    rights = [one["right"] for one in json.loads((tmp_path / "one" / "key.json").read_text("utf-8"))]
    assert set(rights) == set(definitions.LETTERS)


def test_a_messy_spreadsheet_is_reconciled_as_the_measurement_says() -> None:
    """The small twin of `reconcile.py`: two sheets, the municipalities by our own names."""
    from werkzaam.outward.reconciling import Reconciler

    measured, opened = script("reconcile"), werkzaam.open()
    service = Reconciler(opened.store, opened.known)
    sheets = measured.sheets(measured.names(opened, None), count=2, rows=20)
    judged = measured.judge([cell for sheet in sheets for cell in sheet], lambda queries: service.batch(queries, "nl"))
    assert judged.counts["Municipality", "ours"] > 30
    for column in measured.COLUMNS:
        assert judged.precision([column]) >= 0.95, judged.wrong
        assert judged.recall([column]) >= 0.9, judged.wrong
