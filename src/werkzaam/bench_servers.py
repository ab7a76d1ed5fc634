"""Triple stores as servers of one run, on ports of their own and gone afterwards: for the bench and for tests."""

from __future__ import annotations

import http.client
import pkgutil
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PASSWORD = "dba", "dba"
"""Those of every new Virtuoso; here on loopback, for one run."""
_MEGABYTES = 1_000
"""What Virtuoso may keep in memory; it takes pages of eight kilobytes."""


def program(name: str) -> str | None:
    """Give the path of a program: beside this Python, or on the path."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def told_version(name: str) -> str:
    """Give the version that a program tells of itself, or "" where it is not there."""
    path = program(name)
    if path is None:
        return ""
    said = subprocess.run([path, "-?" if name == "virtuoso-t" else "--version"], capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found[0] if found else ""


@contextmanager
def oxigraph(folder: str) -> Iterator[str]:
    """Run `oxigraph serve` on a folder; gives the address of its queries once it answers."""
    (port,) = unused_ports(1)
    command = [str(program("oxigraph")), "serve", "--location", folder, "--bind", f"127.0.0.1:{port}"]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}/query"


@contextmanager
def virtuoso(folder: str, data: str | None = None) -> Iterator[str]:
    """Run Virtuoso on an empty folder; gives the address of its queries once it answers. Its user is ``dba``.

    The N-Quads of the file `data` are loaded by its own bulk loader.
    """
    port, http_port = unused_ports(2)
    pages = _MEGABYTES * 1_000 // 8
    ini = (
        (pkgutil.get_data("werkzaam", "virtuoso.ini") or b"")
        .decode()
        .format(folder=folder, port=port, http=http_port, buffers=pages, dirty=pages * 3 // 4)
    )
    file = Path(folder) / "virtuoso.ini"
    file.write_text(ini, "utf-8")
    with _running([str(program("virtuoso-t")), "+foreground", "+configfile", str(file)], http_port):
        if data is not None:
            (Path(folder) / "data.nq").hardlink_to(data)
            load = f"ld_dir('{folder}', 'data.nq', 'urn:unused');\nrdf_loader_run();\ncheckpoint;\n"
            command = [str(program("isql-vt")), f"127.0.0.1:{port}", USER, PASSWORD]
            subprocess.run(command, input=load, text=True, check=True, capture_output=True)
        yield f"http://127.0.0.1:{http_port}/sparql"


SERVERS = {"oxigraph": ("oxigraph", oxigraph), "virtuoso": ("virtuoso-t", virtuoso)}
"""Each kind of server, with the program that must be there."""


def unused_ports(count: int) -> list[int]:
    """Give ports on which nobody listens."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return found


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    """Run a server until the block ends.

    Raises `RuntimeError`, with what the server said, where it ends or does not answer within a minute.
    """
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for _ in range(600):
                if server.poll() is not None or _answers(port):
                    break
                time.sleep(0.1)
            if server.poll() is not None or not _answers(port):
                log.seek(0)
                raise RuntimeError(log.read().decode("utf-8", "replace"))
            yield
        finally:
            server.kill()
            server.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True
