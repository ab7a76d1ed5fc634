"""A service over a store of its own, for the heavy checks."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import werkzaam

sys.path.insert(0, str(Path(__file__).parent / "web"))
from webtools import Service, started, stopped

DATA = Path(__file__).parent / "data"
TOKEN = "noord-zeven-kastanje-41"
CLAIMS = 6
CHILDREN = 2


def environment(**more: str) -> dict[str, str]:
    place = str(Path(werkzaam.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": place, "PYTHONIOENCODING": "utf-8", "WERKZAAM_LANG": "en", **more}


def command(*words: str | Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "werkzaam", *map(str, words)], env=environment(), check=True, capture_output=True
    )


@contextlib.contextmanager
def served(*options: str, small: bool) -> Iterator[tuple[Service, Path]]:
    """Start a service over a store of its own: the packaged data with one document more, or that alone."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "store"
        command("build", "--store", f"oxigraph:{folder}", *(["--what", "ontology"] if small else []))
        command("add", DATA / "buurttafel.yaml", "--store", f"oxigraph:{folder}")
        start = [sys.executable, "-m", "werkzaam", "serve", "--port", "0", "--no-log", "--store", f"oxigraph:{folder}"]
        service = started([*start, "--children", str(CHILDREN), *options], environment(WERKZAAM_TOKEN=TOKEN))
        # What is refused as no HTTP at all is told on stderr, which must not fill up.
        threading.Thread(target=drain, args=(service,), daemon=True).start()
        try:
            yield service, folder
        finally:
            stopped(service)


def drain(service: Service) -> None:
    with contextlib.suppress(ValueError):  # it is closed under our hands in the end
        for _ in service.process.stderr or ():
            pass


def generation(folder: Path) -> str:
    return str(json.loads((folder / "current").read_bytes())["generation"])
