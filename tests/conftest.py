"""What the tests share: a cache of their own, the command line in-process, small collections in memory."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

import werkzaam
from werkzaam.api import Werkzaam
from werkzaam.build import packaged_nquads
from werkzaam.cli import main
from werkzaam.loading import Loaded, loader_for
from werkzaam.model import Model, add_names
from werkzaam.store import Oxigraph
from werkzaam.terms import ONTOLOGY_GRAPH

DATA = Path(__file__).parent / "data"

# Hypothesis keeps what it learnt in a folder; ours must not be in the repository.
_home = tempfile.TemporaryDirectory(prefix="werkzaam-hypothesis-")
set_hypothesis_home_dir(_home.name)
hypothesis.settings.register_profile("werkzaam", database=None, deadline=None, derandomize=True)
hypothesis.settings.load_profile("werkzaam")


@dataclass(frozen=True)
class Ran:
    """How a run of the command line ended."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session", autouse=True)
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what a user has set, and the user's cache, out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WERKZAAM_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("WERKZAAM_LANG", "en")
        for name in ("WERKZAAM_STORE", "WERKZAAM_DEBUG", "LC_ALL", "LC_MESSAGES", "LANG"):
            patch.delenv(name, raising=False)
        packaged_nquads()  # here, so that no test meets the words of a first run by the order in which it comes
        yield


@pytest.fixture(scope="session")
def data() -> Path:
    """Give the folder of the invented study that tests read."""
    return DATA


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Give the command line, run in this process; environment variables as keywords."""

    def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        code = 0
        with monkeypatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                main([str(one) for one in arguments])
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
        return Ran(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Give the environment in which a process of its own finds the package under test."""
    place = str(Path(werkzaam.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": place, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}


@pytest.fixture(scope="session")
def start(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """Give the command line as a process of its own, away from the checkout."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def start(*arguments: str | Path, python: tuple[str, ...] = (), **more: str) -> Ran:
        command = [sys.executable, "-P", *python, "-m", "werkzaam", *map(str, arguments)]
        done = subprocess.run(
            command, cwd=elsewhere, env={**environment, **more}, capture_output=True, text=True, encoding="utf-8"
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return start


@pytest.fixture(scope="session")
def model() -> Model:
    """Give the ontology and the shapes of the package, read once."""
    return Model()


@pytest.fixture(scope="session")
def load(model: Model) -> Callable[..., Loaded]:
    """Give a loader of texts: YAML, or Turtle for a file that ends so."""

    def load(content: str | bytes, file: str = "buurttafel.yaml") -> Loaded:
        content = content.encode() if isinstance(content, str) else content
        names = model.names.copy()
        add_names(names, model, loader_for(file).things(content, model))
        return loader_for(file).load(content, file, model, names)

    return load


@pytest.fixture(scope="session")
def ontology_nquads(model: Model) -> bytes:
    """Give the ontology as N-Quads."""
    return "".join(f"{triple} <{ONTOLOGY_GRAPH}> .\n" for triple in model.ontology).encode()


@pytest.fixture(scope="session")
def collection(model: Model, ontology_nquads: bytes) -> Callable[..., Werkzaam]:
    """Give a collection of nothing but the ontology and the documents that a test writes out."""

    def collection(*documents: str, lang: str = "en") -> Werkzaam:
        store = Oxigraph()
        quads = ontology_nquads
        loader, names = loader_for("buurttafel.yaml"), model.names.copy()
        for document in documents:
            add_names(names, model, loader.things(document.encode(), model))
        for document in documents:
            loaded = loader.load(document.encode(), "buurttafel.yaml", model, names)
            wrong = [f"{one.place}: {one.message('en')}" for one in loaded.findings]
            assert not wrong, wrong
            quads += "".join(f"{quad} .\n" for quad in loaded.quads()).encode()
        store.load_nquads(quads)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("werkzaam.api.open_store", lambda where: store)
            return Werkzaam(lang=lang)

    return collection


@pytest.fixture
def case(data: Path) -> str:
    """Give a small valid case document with its own things, keys in Dutch."""
    return (data / "buurttafel.yaml").read_text("utf-8")
