"""Who answers the questions of the bench: werkzaam, and others in their best known form, each in a child of its own.

A peer is loaded from a file of N-Quads, then asked; it gives how many rows came. All of them answer over the union of
their graphs. What is not installed is left out.
"""

from __future__ import annotations

import http.client
import math
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from werkzaam import bench_servers, summary
from werkzaam.bench_servers import program
from werkzaam.questions import ask, ordered, questions
from werkzaam.store import Oxigraph
from werkzaam.terms import BASE

ENOUGH = 3.0
"""A question that took so many seconds is asked with no more values."""
ROUNDS = 5
"""So often is each question asked at each size, to see how it grows."""
Ask = Callable[[str], int]
"""Answers a query and gives how many rows came."""


@contextmanager
def werkzaam(file: str) -> Iterator[Ask]:
    """Ask as `werkzaam ask` does: rows made into Python values."""
    store = Oxigraph()
    with open(file, "rb") as content:
        store.load_nquads(content)
    yield lambda query: len(ordered(store, query))


@contextmanager
def pyoxigraph(file: str) -> Iterator[Ask]:
    """Ask the engine beneath, raw, in memory, and read the terms of each row."""
    store = ox.Store()
    store.bulk_load(path=file, format=ox.RdfFormat.N_QUADS)

    def ask(query: str) -> int:
        found: Any = store.query(query, base_iri=BASE, use_default_graph_as_union=True)
        return len([tuple(row) for row in found])

    yield ask


@contextmanager
def oxigraph_server(file: str) -> Iterator[Ask]:
    """`oxigraph serve` on a store on disk, over one connection that stays open."""
    with tempfile.TemporaryDirectory() as folder:
        load = [str(program("oxigraph")), "load", "--location", folder, "--file", file, "--format", "nq"]
        subprocess.run(load, check=True, capture_output=True)
        with bench_servers.oxigraph(folder) as address:
            yield _over_http(f"{address}?union-default-graph")


@contextmanager
def virtuoso_server(file: str) -> Iterator[Ask]:
    """Virtuoso, filled by its own bulk loader, and asked as werkzaam does: without paths, on which it loses rows."""
    from werkzaam.flat import flat
    from werkzaam.remote import Remote, Server

    with tempfile.TemporaryDirectory() as folder, bench_servers.virtuoso(folder, file) as address:
        user = {"WERKZAAM_STORE_USER": bench_servers.USER, "WERKZAAM_STORE_PASSWORD": bench_servers.PASSWORD}
        Remote(Server.at(address, user)).replace([], [])  # puts where each path leads
        ask = _over_http(address)
        yield lambda query: ask(flat(query))


def _over_http(address: str) -> Ask:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=3600)  # opens itself when it is closed
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/sparql-results+json"}

    def post(body: str) -> bytes:
        connection.request("POST", f"{parts.path}?{parts.query}", body, headers)
        return connection.getresponse().read()

    def ask(query: str) -> int:
        body = urlencode({"query": f"BASE <{BASE}> {query}"})
        try:
            answer = post(body)
        except ConnectionError:  # it closed while others were asked
            connection.close()
            answer = post(body)
        found: Any = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
        return sum(1 for _ in found)

    return ask


@contextmanager
def oxrdflib(file: str) -> Iterator[Ask]:
    """Rdflib with Oxigraph as its store, read by Oxigraph's own parser."""
    from rdflib import Dataset

    data = Dataset(store="Oxigraph", default_union=True)
    data.parse(file, format="ox-nq")
    yield lambda query: len(list(data.query(query, base=BASE)))


@contextmanager
def rdflib(file: str) -> Iterator[Ask]:
    """Rdflib with its own store in memory."""
    from rdflib import Dataset

    data = Dataset(default_union=True)
    data.parse(file, format="nquads")
    yield lambda query: len(list(data.query(query, base=BASE)))


PEERS: dict[str, tuple[Callable[[str], Any], Callable[[], bool]]] = {
    "werkzaam": (werkzaam, lambda: True),
    "pyoxigraph": (pyoxigraph, lambda: True),
    "oxigraph serve": (oxigraph_server, lambda: program("oxigraph") is not None),
    "Virtuoso": (virtuoso_server, lambda: None not in (program("virtuoso-t"), program("isql-vt"))),
    "oxrdflib": (oxrdflib, lambda: find_spec("oxrdflib") is not None),
    "rdflib": (rdflib, lambda: True),
}
"""Each peer by its name, and whether it is installed."""


def answer_all(pipe: Any, name: str, file: str) -> None:
    """Load a peer in this process and ask it what the pipe brings; tell the pipe of each how long it took.

    Sends ``([seconds], [])`` once loaded; then for each list of queries that comes the seconds and the rows of each;
    for an empty one ``([peak memory in bytes], [])``, and ends.
    """
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # so that the servers that it starts can be ended with it
    began = time.perf_counter()
    with PEERS[name][0](file) as ask:
        pipe.send(([time.perf_counter() - began], []))
        while texts := pipe.recv():
            seconds, rows = list[float](), list[int]()
            for text in texts:
                if sum(seconds) > ENOUGH:
                    break
                began = time.perf_counter()
                rows.append(ask(text))
                seconds.append(time.perf_counter() - began)
            pipe.send((seconds, rows))
        pipe.send(([_peak()], []))


class Grown(NamedTuple):
    """What a question gave and took at one size."""

    rows: int
    seconds: float
    """Of the processor, the least of some."""


def grow(files: Sequence[str]) -> dict[str, list[Grown]]:
    """Ask each question with its defaults of ours at each size, one size right after the other, time and again.

    What a summary answers is asked with one too, and has a name of its own.
    """
    stores = [_with_summary(file) for file in files]
    return {
        f"{name}, summary" if summed else name: _grown(stores, name, summed=summed)
        for name in questions()
        for summed in ((False, True) if name in summary.ANSWERED else (False,))
    }


def _with_summary(file: str) -> tuple[Oxigraph, Path]:
    store, made = Oxigraph(), Path(file).with_suffix(".sqlite")
    with open(file, "rb") as content:
        store.load_nquads(content)
    summary.renew(None, made, store, ())
    return store, made


def _grown(stores: Sequence[tuple[Oxigraph, Path]], name: str, *, summed: bool) -> list[Grown]:
    rows, took = [0] * len(stores), [math.inf] * len(stores)
    began = time.perf_counter()
    for _ in range(ROUNDS):
        for at, (store, made) in enumerate(stores):
            store.summary = made if summed else None
            start = time.process_time()
            rows[at] = len(ask(store, name))
            took[at] = min(took[at], time.process_time() - start)
        if time.perf_counter() - began > ENOUGH:
            break
    return [Grown(*one) for one in zip(rows, took, strict=True)]


def _peak() -> float:
    """Give the most bytes that this process and the servers that it started had in memory."""
    import resource

    try:
        own = [Path("/proc/self/status")]
        servers = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        told = [one.read_text() for one in (*own, *(Path(f"/proc/{server}/status") for server in servers))]
        return sum(1024.0 * int(text.partition("VmHWM:")[2].split()[0]) for text in told)
    except OSError:  # not Linux
        return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def materialise(file: str) -> float:
    """Give the seconds in which our rules make what follows from the data of a file."""
    from werkzaam.rules import materialise

    store = Oxigraph()
    store.load_nquads(Path(file).read_bytes())
    began = time.perf_counter()
    materialise(store)
    return time.perf_counter() - began


def check(engine: str, seed: int, count: int) -> list[float]:
    """Give the seconds that each of `count` made-up cases takes to be checked by an engine for SHACL, axioms too."""
    from werkzaam import prepared
    from werkzaam.build import packaged
    from werkzaam.generator import generate, patterns
    from werkzaam.loading import load_alone
    from werkzaam.validation import check

    model, name, seconds = prepared.model(), "case.nq", []
    for quads in generate(seed, count + 1, patterns(packaged())):
        content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
        began = time.perf_counter()
        loaded, names = load_alone(content, name, model, prepared.names(None))
        check(loaded, model, names, name, engine)
        seconds.append(time.perf_counter() - began)
    return seconds[1:]  # what is made once was made for the first
