"""The worked examples of CONTRIBUTING.md run, on a copy of the checkout, and give what the page says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
FOLDERS = ("ontology", "shapes", "queries", "cases", "loaders", "src")

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not PAGE.is_file() or not (ROOT / "src").is_dir():
        pytest.skip("the checkout is not there: these examples change files of a checkout")
    copy = tmp_path_factory.mktemp("checkout")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for kind, text in BLOCK.findall(PAGE.read_text("utf-8")):
        first, _, rest = text.partition("\n")
        if found := re.fullmatch(r"# (append to|new file) (\S+)", first):
            target = copy / found[2]
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("a" if found[1] == "append to" else "x", encoding="utf-8") as file:
                file.write(rest)
        else:
            assert kind in ("console", "text"), f"a block that is neither file, command nor output: {first}"
    return copy


def run(copy: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "werkzaam"
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "WERKZAAM_CACHE": str(copy / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "werkzaam", *words[1:]],
        cwd=copy, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_every_command_of_the_page_runs_and_gives_what_the_page_says(copy: Path) -> None:
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    consoles = [i for i, (kind, _) in enumerate(blocks) if kind == "console"]
    assert len(consoles) >= 2
    for index in consoles:
        said = ""
        for line in blocks[index][1].splitlines():
            done = run(copy, line.removeprefix("$ "))
            assert done.returncode == 0, done.stderr + done.stdout
            said += done.stdout
        kind, expected = blocks[index + 1]
        assert kind == "text"
        for line in expected.splitlines():
            assert " ".join(line.split()) in " ".join(said.split())


def test_the_example_case_passes_every_rule(copy: Path) -> None:
    done = run(copy, "werkzaam validate cases/buurtkeuken/buurtkeuken.yaml --lang en")
    assert "0 error(s), 0 warning(s)" in done.stderr


def test_no_example_touches_python() -> None:
    files = re.findall(r"^# (?:append to|new file) (\S+)", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(files) >= 4
    assert not [file for file in files if file.endswith(".py")]


def test_every_path_that_the_page_names_exists() -> None:
    text = PAGE.read_text("utf-8")
    made = set(re.findall(r"^# new file (\S+)", text, re.MULTILINE))
    named = set(re.findall(r"`((?:ontology|shapes|queries|tests|docs|cases)/[\w./-]*)`", text)) | set(
        re.findall(r"\]\((docs/[\w./-]+)\)", text)
    )
    assert named
    for path in named - made - {"ontology/deprecated.ttl"}:
        assert (ROOT / path).exists(), path
