"""The answer in the README is what the command gives, and every link in it leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_pasted_answer_is_what_the_command_gives() -> None:
    found = re.search(r"```console\n\$ (werkzaam [^\n]+)\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert found
    done = subprocess.run(
        [sys.executable, "-m", "werkzaam", *found[1].split()[1:]],
        capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip
    assert done.stdout.strip() == found[2].strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_of_ours_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_every_command_has_a_line_in_the_documentation() -> None:
    from werkzaam.commands import cli

    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name in cli.commands:
        assert f"`werkzaam {name}" in text, name
