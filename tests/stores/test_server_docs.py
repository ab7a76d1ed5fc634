"""The commands of docs/servers.md run as they stand, with the servers themselves where they are installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from werkzaam.bench_servers import program, unused_ports

pytestmark = [pytest.mark.once, pytest.mark.thorough]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "servers.md"
if not PAGE.is_file():
    pytest.skip("the documentation is not here: the package is tested away from its checkout", allow_module_level=True)

NEEDS = {"Oxigraph": ("oxigraph", "curl"), "Virtuoso": ("virtuoso-t", "isql-vt", "curl", "openssl")}
SHOWN = ("7878", "1111", "8890")
"""The ports of the page; tests take others."""


def parts() -> dict[str, str]:
    """Give the text of the page by heading."""
    found = re.split(r"^## (.+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def commands(part: str) -> str:
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", parts()[part], re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("server", NEEDS)
def test_a_server_is_set_up_filled_asked_and_backed_up_as_the_page_says(
    server: str, environment: dict[str, str], apart: None, tmp_path: Path
) -> None:
    missing = [name for name in NEEDS[server] if program(name) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    script = commands(server)
    for shown, port in zip(SHOWN, unused_ports(len(SHOWN)), strict=True):
        script = script.replace(f"127.0.0.1:{shown}", f"127.0.0.1:{port}")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    around = {**environment, "PATH": path, "WERKZAAM_CACHE": os.environ["WERKZAAM_CACHE"], "WERKZAAM_LANG": "en"}
    ran = subprocess.run(
        ["bash", "-c", f"trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\nset -eu\nset -m\n{script}"],
        cwd=tmp_path,
        env=around,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "WORKS (" in ran.stdout
    assert "adp/de-cirkel" in ran.stdout, "the history"
    if server == "Oxigraph":
        assert int(ran.stdout.split("quads\n")[1]) > 50_000, "the copy is whole"


def test_what_was_not_tested_says_so_in_its_heading() -> None:
    """A part with commands is tested here; what is not stands under a heading that says it."""
    untested = [part for part in parts() if part not in NEEDS]
    assert untested
    assert all("not tested here" in part and "```sh" not in parts()[part] for part in untested)
