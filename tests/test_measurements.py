"""What the pages of docs/measurements say is what their scripts make of the raw data beside them."""

from __future__ import annotations

import copy
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "measurements"

if not FOLDER.is_dir():
    pytest.skip("the pages are not here: the package is tested away from its checkout", allow_module_level=True)


@pytest.fixture(scope="module")
def agreement() -> ModuleType:
    spec = importlib.util.spec_from_file_location("agreement", FOLDER / "agreement.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


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
