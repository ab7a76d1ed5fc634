"""Measure werkzaam beside others: the competency questions over made-up cases, in one run on one machine.

Each question is asked with other values each time, so no answer can come from a cache; the values are drawn from the
names of the data by a seed. Numbers are printed as measured, with on what, and are never compared with a limit here.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from random import Random
from typing import Any

import pyoxigraph as ox

from werkzaam.bench_peers import answer_all, check, materialise
from werkzaam.bench_servers import told_version
from werkzaam.build import packaged
from werkzaam.generator import generate, patterns
from werkzaam.known import Known
from werkzaam.questions import Question, ask, questions
from werkzaam.terms import SKOS, WZ, expand

MOST_ENDED = 3
"""A peer that was ended so often at a size is asked no more, there or at a larger one: it is read anew each time."""
PACKAGES = ("pyoxigraph", "oxigraph", "oxrdflib", "rdflib", "pyshacl", "shacl")
CHECKED = 10
"""How many cases are checked by each engine for SHACL."""


@dataclass
class Measured:
    """What one peer did at one size: seconds to load, seconds and rows of each query by question, memory in bytes.

    A question without seconds took longer than was allowed, or the peer failed at it, or was out of time. `inferred`
    are the seconds in which what follows is made, by ours alone.
    """

    peer: str
    cases: int
    load: float | None = None
    memory: float | None = None
    seconds: dict[str, list[float]] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    inferred: float | None = None


def checking(seed: int) -> dict[str, list[float]]:
    """Give the seconds that each of some made-up cases takes to be checked, for each engine for SHACL that is there."""
    from werkzaam.errors import WerkzaamError
    from werkzaam.shacl import ENGINES

    found = {}
    for engine in ENGINES:
        try:
            found[engine] = _in_child(check, engine, seed, CHECKED)
        except WerkzaamError:  # the extra that brings it is not there
            continue
    return found


def _in_child(work: Callable[..., Any], *given: object) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def workload(seed: int, rounds: int) -> list[tuple[str, list[str]]]:
    """Give each question with `rounds` queries: the first with its defaults, the others with a value for a parameter.

    No two queries of a question are the same; a question that takes nothing is asked once.
    """
    store = packaged()
    classes = Known(store).names.classes
    said = {row["value"] for row in ask(store, "named-in-claims")}
    chance = Random(f"werkzaam bench {seed}")
    return [(name, _queries(one, classes, said, chance, rounds)) for name, one in questions().items()]


def _queries(
    question: Question, classes: Mapping[str, Collection[str]], said: Collection[str], chance: Random, rounds: int
) -> list[str]:
    """Give queries with values that claims name, as far as a parameter takes any of these."""
    drawn: list[tuple[str, str]] = []
    for param in question.params:
        kinds = {SKOS + "Concept", WZ + "Thing"} if param.takes == "Any" else {expand(param.takes) or WZ + param.takes}
        taken = [iri for iri in sorted(classes) if not kinds.isdisjoint(classes[iri])]
        drawn += [(param.name, iri) for iri in [one for one in taken if one in said] or taken]
    chance.shuffle(drawn)
    made = {question.bind({}): None} | {question.bind({name: [[iri]]}): None for name, iri in drawn[:rounds]}
    return list(made)[:rounds]


def run(
    sizes: Sequence[int],
    peers: Sequence[str],
    *,
    seed: int,
    rounds: int,
    seconds: float,
    budget: float,
    progress: Callable[[str, int, str], None],
) -> list[Measured]:
    """Measure each peer at each size (a number of cases beside the packaged data), one after the other.

    A question on which a peer takes more than `seconds` is ended, and not asked of it at a larger size; one that was
    ended too often is asked nothing there. `budget` are the seconds that all questions together may take a peer at a
    size. `progress` is told of peer, size and question.
    """
    asked = workload(seed, rounds)
    found: list[Measured] = []
    ended: dict[str, set[str]] = {peer: set() for peer in peers}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            file = str(Path(folder) / f"{size}.nq")
            _write(file, seed, size)
            for peer in peers:
                if len(ended[peer]) >= MOST_ENDED:
                    continue
                queries = [one for one in asked if one[0] not in ended[peer]]
                measured, too_slow = _measure(peer, file, size, queries, seconds, budget, progress)
                ended[peer] |= too_slow
                if peer == "werkzaam":
                    measured.inferred = _in_child(materialise, file)
                found.append(measured)
            os.unlink(file)
    return found


def _write(file: str, seed: int, size: int) -> None:
    store = packaged()
    source = patterns(store)
    with open(file, "wb") as out:
        out.write(ox.serialize(store.quads(), format=ox.RdfFormat.N_QUADS) or b"")
        for quads in generate(seed, size, source):
            out.write(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")


def _measure(
    peer: str,
    file: str,
    size: int,
    queries: list[tuple[str, list[str]]],
    seconds: float,
    budget: float,
    progress: Callable[[str, int, str], None],
) -> tuple[Measured, set[str]]:
    """Ask a peer everything; one that takes too long is killed, and a fresh one asked what was left.

    Gives what was measured, and the questions at which it was killed or failed.
    """
    measured, ended = Measured(peer, size), set[str]()
    context = multiprocessing.get_context("spawn")
    left, spent = list(queries), 0.0
    while left and len(ended) < MOST_ENDED and spent < budget:
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=answer_all, args=(theirs, peer, file, left))
        child.start()
        theirs.close()
        began: float | None = None
        try:
            while ours.poll(None if began is None else seconds):  # loading takes what it takes
                name, took, rows = ours.recv()
                if name == "end":
                    measured.memory = took[0]
                    return measured, ended
                if name:
                    progress(peer, size, name)
                    measured.seconds[name], measured.rows[name] = took, rows
                    left.pop(0)
                    if began is not None and spent + time.monotonic() - began > budget:
                        return measured, ended
                else:
                    began, measured.load = time.monotonic(), measured.load or took[0]
        except EOFError:
            if began is None:
                return measured, ended
        finally:
            spent += time.monotonic() - (began or time.monotonic())
            if child.pid and hasattr(os, "killpg"):
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.pid, signal.SIGKILL)
            child.kill()
            child.join()
            ours.close()
        if left:
            ended.add(left.pop(0)[0])  # what it was at
    return measured, ended


def machine() -> str:
    """Say on what was measured: processors, load, system, Python and the packages of the peers."""
    told = [f"{os.cpu_count()} processors", f"load {os.getloadavg()[0]:.1f} at the start", platform.platform()]
    told.append(f"Python {platform.python_version()}")
    for name in PACKAGES:
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    if virtuoso := told_version("virtuoso-t"):
        told.append(f"Virtuoso {virtuoso}")
    return ", ".join(told)


def median(seconds: Sequence[float]) -> float:
    """Give the median of the later queries, of the only one where there is one."""
    return statistics.median(seconds[1:] or seconds)


def p95(seconds: Sequence[float]) -> float:
    """Give the time within which 95 of 100 queries are answered."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
