"""Build a release from the tag at HEAD: python release/make.py; see README.md beside it."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Run by the package of the tag itself, so that data and code are of one state; it prints the day of the data.
_DATA = """
import sys
from pathlib import Path
import werkzaam
from werkzaam.outward.crate import date_of
opened, out = werkzaam.open(), Path(sys.argv[1])
(out / "data.nq").write_text("".join(opened.export("nq")), "utf-8")
(out / "crate.zip").write_bytes(b"".join(opened.export_as("crate")))
print(date_of(opened))
"""


def tag_of(root: Path) -> str:
    """Give the tag at HEAD; ends where there is none of this version, or the tree has changes."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()

    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    tags = git("tag", "--points-at", "HEAD").split()
    if f"v{version}" not in tags:
        raise SystemExit(f"HEAD has no tag v{version}: set it with `git tag v{version}` once the changelog is dated.")
    if git("status", "--porcelain", "--untracked-files=no"):
        raise SystemExit("There are changes that the tag does not have: commit or put them aside.")
    return f"v{version}"


def build(root: Path, tag: str, out: Path) -> list[Path]:
    """Build everything of a tag into the folder `out`; give the files."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        source, data = Path(place) / "source", Path(place) / "data"
        data.mkdir()
        archive = Path(place) / "source.tar"
        subprocess.run(["git", "archive", "-o", str(archive), tag], cwd=root, check=True)
        with tarfile.open(archive) as packed:
            packed.extractall(source, filter="data")
        subprocess.run([sys.executable, "-m", "build", "--outdir", str(out), str(source)], check=True)
        environment = {
            "PYTHONPATH": str(source / "src"),
            "WERKZAAM_CACHE": str(data / "cache"),
            "PATH": "/usr/bin:/bin",
        }
        command = [sys.executable, "-c", _DATA, str(data)]
        told = subprocess.run(command, cwd=place, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        day = told.stdout.strip()
        # Without a time in it, so that the same data give the same bytes.
        (out / f"werkzaam-data-{day}.nq.gz").write_bytes(gzip.compress((data / "data.nq").read_bytes(), 9, mtime=0))
        shutil.copy(data / "crate.zip", out / f"werkzaam-data-{day}.crate.zip")
    files = sorted(out.iterdir())
    sums = "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files)
    (out / "SHA256SUMS").write_text(sums, "utf-8")
    return [*files, out / "SHA256SUMS"]


if __name__ == "__main__":
    tag = tag_of(ROOT)
    for made in build(ROOT, tag, ROOT / "dist" / tag):
        print(made.relative_to(ROOT))
