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
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from random import Random
from typing import Any

import pyoxigraph as ox

from werkzaam.bench_peers import Grown, answer_all, check, grow, materialise
from werkzaam.bench_servers import told_version
from werkzaam.build import packaged
from werkzaam.generator import generate, patterns
from werkzaam.known import Known
from werkzaam.questions import Question, ask, questions
from werkzaam.terms import SKOS, WZ, expand

MOST_ENDED = 3
"""A peer that was ended so often is asked no more, there or at a larger size: it is read anew each time."""
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
) -> tuple[list[Measured], dict[str, list[Grown]]]:
    """Measure the peers at each size (a number of cases beside the packaged data); give this, and how ours grows.

    All peers stand side by side, and each question is asked of one after the other, so that a machine that is slow for
    a while is so for all. A question on which a peer takes more than `seconds` is ended, and not asked of it at a
    larger size; one that was ended too often is asked nothing there. `budget` are the seconds that all questions
    together may take a peer at a size. `progress` is told of peer, size and question.
    """
    asked = workload(seed, rounds)
    found: list[Measured] = []
    ended: dict[str, set[str]] = {peer: set() for peer in peers}
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / f"{size}.nq") for size in sizes]
        for size, file in zip(sizes, files, strict=True):
            _write(file, seed, size)
            some = [Measured(peer, size) for peer in peers if len(ended[peer]) < MOST_ENDED]
            with ExitStack() as stack:
                running = [(one, stack.enter_context(_Running(one.peer, file))) for one in some]
                _ask(running, asked, ended, seconds, budget, progress)
            found += some
        grown = _in_child(grow, files) if "werkzaam" in peers and len(sizes) > 1 else {}
        for one in found:
            if one.peer == "werkzaam":
                one.inferred = _in_child(materialise, files[sizes.index(one.cases)])
    return found, grown


def _write(file: str, seed: int, size: int) -> None:
    store = packaged()
    source = patterns(store)
    with open(file, "wb") as out:
        out.write(ox.serialize(store.quads(), format=ox.RdfFormat.N_QUADS) or b"")
        for quads in generate(seed, size, source):
            out.write(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")


class _Running:
    """A peer that is loaded in a child of its own; where it is ended, a fresh one stands in its place."""

    def __init__(self, peer: str, file: str) -> None:
        self._given = peer, file
        self.load: float | None = None
        self.there = True
        """Whether it can be asked: one that failed as it was loaded cannot."""

    def __enter__(self) -> _Running:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=answer_all, args=(theirs, *self._given))
        self._child.start()
        theirs.close()
        told = None
        with suppress(EOFError, ConnectionError):
            told = self._told(None)  # loading takes what it takes
        self.there = told is not None
        if told and self.load is None:
            self.load = told[0][0]
        return self

    def _told(self, seconds: float | None) -> tuple[list[float], list[int]] | None:
        told: tuple[list[float], list[int]] | None = self._pipe.recv() if self._pipe.poll(seconds) else None
        return told

    def ask(self, texts: Sequence[str], seconds: float) -> tuple[list[float], list[int]] | None:
        """Give the seconds and the rows of each query; None where it took too long or failed."""
        with suppress(EOFError, ConnectionError):
            self._pipe.send(texts)
            return self._told(seconds)
        return None

    def memory(self, seconds: float) -> float | None:
        """Give the most bytes that it had; it can be asked no more."""
        told = self.ask([], seconds)
        return told[0][0] if told else None

    def again(self) -> None:
        """Have a fresh one."""
        self.__exit__()
        self.__enter__()

    def __exit__(self, *error: object) -> None:
        if self._child.pid and hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
        self._child.kill()
        self._child.join()
        self._pipe.close()


def _ask(
    running: Sequence[tuple[Measured, _Running]],
    asked: Sequence[tuple[str, list[str]]],
    ended: Mapping[str, set[str]],
    seconds: float,
    budget: float,
    progress: Callable[[str, int, str], None],
) -> None:
    """Ask each question of each peer in turn; `ended` gets the questions at which a peer was ended or failed."""
    spent = dict.fromkeys(ended, 0.0)
    for name, texts in asked:
        for one, peer in running:
            given_up = ended[one.peer]
            if not peer.there or name in given_up or len(given_up) >= MOST_ENDED or spent[one.peer] > budget:
                continue
            progress(one.peer, one.cases, name)
            began = time.monotonic()
            told = peer.ask(texts, seconds)
            spent[one.peer] += time.monotonic() - began
            if told is not None:
                one.seconds[name], one.rows[name] = told
                continue
            given_up.add(name)
            if len(given_up) < MOST_ENDED:
                peer.again()
    for one, peer in running:
        one.load = peer.load
        if peer.there and len(ended[one.peer]) < MOST_ENDED:
            one.memory = peer.memory(seconds)


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
