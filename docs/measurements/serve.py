"""Measure the SPARQL endpoint beside `oxigraph serve` on the same data: python docs/measurements/serve.py > PAGE.md.

Needs `oxigraph` (the server) and `httptools`; both servers run on this machine, and are asked in turns, so that other
work on the machine burdens both alike. Each figure is the median of all answers, in milliseconds.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from werkzaam.build import packaged_nquads
from werkzaam.questions import questions

ROUNDS = 6
PAGES = ["/nl/", "/nl/wat-werkt?for=no-paid-work-wanted", "/nl/witte-vlekken", "/nl/id/intervention/de-cirkel"]
POINT = "SELECT ?p ?o WHERE { <https://w3id.org/werkzaam/id/claim/adp/k459> ?p ?o }"
SUM = """SELECT ?party (COUNT(?o) AS ?n) WHERE {
  ?claim <https://w3id.org/werkzaam/ontology#supportedBy> ?evidence .
  ?evidence <https://w3id.org/werkzaam/ontology#saidBy> ?party .
  ?claim ?p ?o .
  ?evidence ?q ?r } GROUP BY ?party"""


async def ask(port: int, path: str, query: str, clients: int, times: int) -> list[float]:
    """Ask a query `times` times by so many clients at once; give how long each answer took."""
    body = query.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sparql-query\r\n"
        f"Accept: application/sparql-results+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    took: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(times // clients):
            started = time.perf_counter()
            writer.write(head.encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert b" 200 " in answer.splitlines()[0], answer
            length = re.search(rb"content-length: *(\d+)", answer)
            if length:
                await reader.readexactly(int(length[1]))
            else:
                while size := int(await reader.readuntil(b"\r\n"), 16):
                    await reader.readexactly(size + 2)
                await reader.readexactly(2)
            took.append(1000 * (time.perf_counter() - started))
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return took


async def page(port: int, path: str) -> float:
    """Give how long a page takes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    started = time.perf_counter()
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
    )
    await reader.read()
    writer.close()
    return 1000 * (time.perf_counter() - started)


async def measure(ours: int, theirs: int) -> list[str]:
    """Give the lines of the page."""
    asked = {"a claim by its IRI": POINT, "a sum over all claims": SUM}
    asked |= {name: questions()[name].query for name in ("what-works", "facts", "for-whom", "reconciliation")}
    lines = [
        "| query | clients | oxigraph serve ms | werkzaam serve ms | × | more ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, query in asked.items():
        for clients in (1, 16):
            got: dict[int, list[float]] = {ours: [], theirs: []}
            for _ in range(ROUNDS):
                for port, path in ((theirs, "/query"), (ours, "/sparql")):
                    times = 160 if name == "a claim by its IRI" else 16
                    got[port] += await ask(port, path, query, clients, times)
            a, b = statistics.median(got[theirs]), statistics.median(got[ours])
            lines.append(f"| {name} | {clients} | {a:.2f} | {b:.2f} | {b / a:.2f} | {b - a:.2f} |")
    lines += ["", "| page | median ms | slowest ms |", "| --- | ---: | ---: |"]
    for path in PAGES:
        took = [await page(ours, path) for _ in range(12)][2:]
        lines.append(f"| `{path}` | {statistics.median(took):.0f} | {max(took):.0f} |")
    return lines


def main() -> None:
    """Start both servers, measure, and write the page."""
    server = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.nq"
        data.write_bytes(packaged_nquads())
        subprocess.run(
            [server, "load", "-l", f"{folder}/store", "-f", str(data)], check=True, stderr=subprocess.DEVNULL
        )
        theirs = subprocess.Popen(
            [server, "serve-read-only", "-l", f"{folder}/store", "-b", "127.0.0.1:7879", "--union-default-graph"],
            stderr=subprocess.DEVNULL,
        )
        ours = subprocess.Popen(
            [sys.executable, "-m", "werkzaam", "serve", "--port", "0"], stderr=subprocess.PIPE, text=True
        )
        try:
            assert ours.stderr
            found = next(m for line in ours.stderr if (m := re.search(r"127\.0\.0\.1:(\d+)", line)))
            lines = asyncio.run(measure(int(found[1]), 7879))
        finally:
            theirs.kill()
            ours.terminate()
    print("# The web service beside `oxigraph serve`\n")
    print(
        f"Made by `serve.py` on {datetime.date.today()}: {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"pyoxigraph {version('pyoxigraph')}, oxigraph {version('oxigraph')}, uvicorn {version('uvicorn')}, "
        f"{packaged_nquads().count(10):,} quads; load of the machine {os.getloadavg()[0]:.1f} at the end. "
        "Oxigraph serves from disk, as it does; ours from memory.\n"
    )
    print("\n".join(lines))


if __name__ == "__main__":
    main()
