"""A release is what its tag says and no more; licences and notices are those of the sources."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import re
import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import ModuleType
from typing import Any

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.once

if not (ROOT / "release").is_dir():
    pytest.skip("release/ is not here: the package is tested away from its checkout", allow_module_level=True)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"release_{name}", ROOT / "release" / f"{name}.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_licences_and_notices_are_those_of_the_sources() -> None:
    try:
        made = script("licences").made()
    except PackageNotFoundError as missing:
        pytest.skip(f"{missing} is not installed")
    for file, content in made.items():
        assert file.read_text("utf-8") == content, f"{file.name} is old: make licences"


def test_every_set_of_mappings_and_every_vendored_file_is_told_of() -> None:
    page = (ROOT / "docs" / "licences.md").read_text("utf-8")
    for file in (ROOT / "ontology" / "mappings").glob("*.sssom.tsv"):
        kind = re.sub("-.*", "", file.name.removesuffix(".sssom.tsv"))
        assert kind in page or kind in ("acts", "places"), file.name
    assert "MIT" in (ROOT / "NOTICE").read_text("utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a small repository with a version and no tag."""
    made = tmp_path / "tree"
    made.mkdir()
    (made / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', "utf-8")
    git(made, "init", "-q")
    git(made, "add", ".")
    git(made, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "first")
    return made


def git(where: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=where, check=True, capture_output=True)


def test_a_release_needs_the_tag_of_its_version_and_a_clean_tree(tree: Path) -> None:
    make = script("make")
    git(tree, "tag", "v1.2.2")
    with pytest.raises(SystemExit, match=r"v1\.2\.3"):
        make.tag_of(tree)
    git(tree, "tag", "v1.2.3")
    assert make.tag_of(tree) == "v1.2.3"
    (tree / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\nname = "x"\n', "utf-8")
    with pytest.raises(SystemExit, match="changes"):
        make.tag_of(tree)


@pytest.mark.thorough
def test_a_release_holds_the_data_under_their_own_day_and_sums_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, ran = script("make"), subprocess.run

    def run(command: list[str], **options: Any) -> Any:
        if command[1:3] == ["-m", "build"]:  # it fetches what it builds with; `make wheel` shows that it builds
            return Path(command[command.index("--outdir") + 1], "werkzaam.whl").write_bytes(b"wheel")
        return ran(command, **options)

    monkeypatch.setattr(make.subprocess, "run", run)
    made = {file.name: file for file in make.build(ROOT, "HEAD", tmp_path / "out")}
    day = next(found[1] for name in made if (found := re.fullmatch(r"werkzaam-data-(\d{4}-\d\d-\d\d)\.nq\.gz", name)))
    assert made.keys() == {
        *("werkzaam.whl", "SHA256SUMS"),
        *(f"werkzaam-data-{day}.{ending}" for ending in ("nq.gz", "crate.zip")),
    }
    sums = dict(line.split("  ")[::-1] for line in made["SHA256SUMS"].read_text("utf-8").splitlines())
    for name in made.keys() - {"SHA256SUMS"}:
        assert sums[name] == hashlib.sha256(made[name].read_bytes()).hexdigest()
    data = gzip.decompress(made[f"werkzaam-data-{day}.nq.gz"].read_bytes())
    assert len(list(ox.parse(data, format=ox.RdfFormat.N_QUADS))) > 90_000
