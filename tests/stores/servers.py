"""Real servers, started by the tests on ports of their own, with nothing in them."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def program(name: str) -> str | None:
    """Give the path of a program: beside this Python, or on the path."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """Serve an empty Oxigraph store of `folder`; gives the address of its queries."""
    found = program("oxigraph")
    assert found is not None
    port = _free_port()
    command = [found, "serve", "--location", str(folder / "store"), "--bind", f"127.0.0.1:{port}"]
    with (folder / "oxigraph.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(process, f"http://127.0.0.1:{port}/", folder / "oxigraph.log")
        yield f"http://127.0.0.1:{port}/query"
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Wait until a server answers; a server that ends says why in its log."""
    for _ in range(600):
        assert process.poll() is None, log.read_text("utf-8", "replace")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer: {log.read_text('utf-8', 'replace')}")
