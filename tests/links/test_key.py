"""The key for links is judged in full, names what exists, and carries no texts of others."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from werkzaam.model import Model
from werkzaam.terms import CONCEPT

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL", "")
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "measurements"
JUDGEMENTS = {"match", "broader", "narrower", "related", "no"}


def key() -> list[dict[str, str]]:
    with (FOLDER / "linking-key.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_pair_is_judged_with_a_reason() -> None:
    assert len(key()) == 200
    for row in key():
        assert row["first"] in JUDGEMENTS
        assert row["why"].endswith(".")
        assert row["second"] in {"", *JUDGEMENTS}


def test_no_texts_of_others_are_carried() -> None:
    for row in key():
        assert max(len(row["left_label"]), len(row["right_label"])) <= 70, row["pair"]


def test_the_key_has_hard_near_misses_and_pairs_by_chance() -> None:
    near = [row["first"] for row in key() if row["drawn"] == "near"]
    assert len(near) > 150
    assert near.count("no") > 60
    assert all(row["first"] in ("no", "related") for row in key() if row["drawn"] == "chance")


def test_what_is_ours_exists(model: Model) -> None:
    for row in key():
        if row["right_source"] == "werkzaam":
            assert model.about(f"{CONCEPT}{row['right_id']}"), row["pair"]


@pytest.mark.skipif(not EXTERNAL, reason="needs WERKZAAM_EXTERNAL, the folder with data of others")
def test_what_is_theirs_exists() -> None:
    programmes = json.loads((Path(EXTERNAL) / "mvpfde" / "programs.json").read_text("utf-8"))
    names = {one["program_identifier"]: one["program_name"] for one in programmes}
    tags = (Path(EXTERNAL) / "offsets" / "arms_trade_offsets_chapters.yml").read_text("utf-8")
    for row in key():
        for side in ("left", "right"):
            source, id_, label = (row[f"{side}_{name}"] for name in ("source", "id", "label"))
            if source == "mvpfde":
                assert names[id_] == label
            elif source == "offsets":
                assert f"- {id_.partition('/')[2]}\n" in tags, id_
