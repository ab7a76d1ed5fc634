"""A reviewer accepts and rejects proposed links on a page, with a token and without JavaScript."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from webtools import Service, plain

from werkzaam.build import on_disk
from werkzaam.databases.shelf import load
from werkzaam.mappings import read

TOKEN = "vijf-wilgen-aan-het-water"
PLAN = """werkzaam-mapping: 1
name: pans
title: {nl: pannen, en: pans}
source: https://example.org/pans
licence: none
language: en
records:
- concept: mechanism
  id: "{id}"
  name: "{name}"
"""


@pytest.fixture(scope="module")
def place(small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("linking") / "store"
    shutil.copytree(small_store, made)
    (made.parent / "pans.yaml").write_text(PLAN, "utf-8")
    (made.parent / "pans.csv").write_text("id,name\np1,reciprocity\np2,removing obstacles\np3,boiling\n", "utf-8")
    load(str(made.parent / "pans.yaml"), [str(made.parent / "pans.csv")], on_disk(f"oxigraph:{made}"))
    return made


@pytest.fixture(scope="module")
def taking(serving: Callable[..., Service], place: Path) -> Service:
    return serving("--store", f"oxigraph:{place}", "--timeout", "60", WERKZAAM_TOKEN=TOKEN)


def post(service: Service, path: str, fields: dict[str, str]) -> Any:
    return service.ask(path, "POST", urlencode(fields).encode(), Content_Type="application/x-www-form-urlencoded")


def test_links_are_decided_on_the_page_and_not_proposed_again(taking: Service, place: Path) -> None:
    assert "pans" in post(taking, "/en/links", {"token": TOKEN}).text
    shown = post(taking, "/en/links", {"token": TOKEN, "name": "pans"}).text
    assert "reciprocity: is the same as “reciprocity”" in plain(shown)
    pairs = list(dict.fromkeys(re.findall(r'name="pair-([0-9a-f]+)"', shown)))
    assert len(pairs) == 2
    answers = {f"pair-{pairs[0]}": "accept", f"pair-{pairs[1]}": "reject"}
    unsaid = post(taking, "/en/links", {"token": TOKEN, "name": "pans", **answers}).text
    assert "Fill in who decides" in unsaid
    done = post(taking, "/nl/verbanden", {"token": TOKEN, "name": "pans", "by": "J. Jansen", **answers}).text
    assert "2 beslissingen bewaard." in plain(done)
    # What was rejected may leave the next nearest to be looked at.
    assert not set(pairs) & set(re.findall(r'name="pair-([0-9a-f]+)"', done))
    file = place / "foreign" / "pans.sssom.tsv"
    decided = read(file.read_bytes(), file.name).matches
    assert sorted((one.negated, one.reviewer) for one in decided) == [(False, "J. Jansen"), (True, "J. Jansen")]


def test_without_the_token_nothing_is_shown_or_kept(taking: Service) -> None:
    got = post(taking, "/en/links", {"token": TOKEN[:-1], "name": "pans"})
    assert got.status == 403
    assert "reciprocity" not in got.text
