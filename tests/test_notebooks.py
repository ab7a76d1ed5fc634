"""Every script of notebooks/ runs and writes a figure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
# One asks a running service, and is tried with one: tests/web/test_api_docs.py.
SCRIPTS = sorted(one for one in FOLDER.glob("*.py") if one.stem != "endpoint")

if not FOLDER.is_dir():
    pytest.skip("the notebooks are not here: the package is tested away from its checkout", allow_module_level=True)


def test_there_are_two() -> None:
    assert len(SCRIPTS) >= 2


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.stem)
def test_a_notebook_prints_what_it_shows_and_writes_it(script: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    out = tmp_path / "figure.svg"
    ran = subprocess.run(
        [sys.executable, str(script), str(out)],
        cwd=tmp_path,
        env={**os.environ, "MPLCONFIGDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert any(one.isdigit() for one in ran.stdout)
    assert out.read_text("utf-8").count("<path") > 5
