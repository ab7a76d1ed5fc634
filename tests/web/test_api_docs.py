"""The examples of docs/api.md and the notebook run as they stand, against a service over a store of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from webtools import Service

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]
PAGE, NOTEBOOK = ROOT / "docs" / "api.md", ROOT / "notebooks" / "endpoint.py"
TOKEN, SHOWN = "noord-zeven-kastanje-41", "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOW = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"], "r": ["Rscript", "-e"]}

if not PAGE.is_file():
    pytest.skip("the documentation is not here: the package is tested away from its checkout", allow_module_level=True)

BLOCKS = [(kind, text) for kind, text in BLOCK.findall(PAGE.read_text("utf-8")) if kind != "text"]


@pytest.fixture(scope="module")
def own(serving: Callable[..., Service], small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = shutil.copytree(small_store, tmp_path_factory.mktemp("docs") / "store")
    return serving("--store", f"oxigraph:{folder}", "--timeout", "60", WERKZAAM_TOKEN=TOKEN)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder in which the examples run, one after the other."""
    return tmp_path_factory.mktemp("examples")


@pytest.fixture
def around(environment: dict[str, str]) -> dict[str, str]:
    """Give the environment of someone who has installed werkzaam and has a token."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**environment, "PATH": path, "WERKZAAM_TOKEN": TOKEN}


def test_there_are_examples_for_every_kind_of_reader() -> None:
    assert {kind for kind, _ in BLOCKS} == set(HOW)
    assert len(BLOCKS) >= 10
    assert all(SHOWN in text for _, text in BLOCKS)


@pytest.mark.parametrize("number", range(len(BLOCKS)), ids=lambda one: f"{one + 1}-{BLOCKS[one][0]}")
def test_an_example_runs_as_it_stands(own: Service, place: Path, around: dict[str, str], number: int) -> None:
    kind, text = BLOCKS[number]
    if kind == "sh" and shutil.which("curl") is None:
        pytest.skip("curl is not here")
    if kind == "r" and shutil.which("Rscript") is None:
        pytest.skip("R is not here; the test below asks what it asks")
    if "SPARQLWrapper" in text and find_spec("SPARQLWrapper") is None:
        pytest.skip("SPARQLWrapper is not installed")
    ran = subprocess.run(
        [*HOW[kind], text.replace(SHOWN, own.url)],
        cwd=place,
        env=around,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.strip()
    if "mechanisms.rq" in text:
        assert re.search(r"\w+.*[ ,]\d+\s*$", ran.stdout)


def test_what_r_asks_is_a_table_also_where_there_is_no_r(own: Service, place: Path) -> None:
    code = next(text for kind, text in BLOCKS if kind == "r")
    assert "URLencode(query, reserved = TRUE)" in code
    from urllib.parse import quote

    query = (place / "mechanisms.rq").read_text("utf-8").rstrip("\n")
    got = own.ask("/sparql?query=" + quote(query, safe="-._~"), Accept="text/csv", User_Agent="R (4.5.0)")
    lines = got.text.splitlines()
    assert lines[0] == "label,claims"
    assert len(lines) > 2


def test_the_notebook_draws_the_table(own: Service, around: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    out = tmp_path / "figure.svg"
    ran = subprocess.run(
        [sys.executable, str(NOTEBOOK), str(out)],
        cwd=tmp_path,
        env={**around, "MPLCONFIGDIR": str(tmp_path), "WERKZAAM_ENDPOINT": f"{own.url}/sparql"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert any(one.isdigit() for one in ran.stdout)
    assert out.read_text("utf-8").count("<path") > 5
