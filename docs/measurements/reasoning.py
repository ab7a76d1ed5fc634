"""Measure our rules beside owlrl and HermiT, in one run: python docs/measurements/reasoning.py [MINUTES] > PAGE.md.

Needs `owlrl` and Java. owlrl and HermiT get the axioms, and of the facts only those that an axiom can bear on; our
rules all. For the rules and owlrl reading the data is not counted; HermiT does it all in one run, its start included.
Each of owlrl and HermiT has MINUTES (4) for a size, HermiT 2 GB, and is not asked a larger size than one of the
made-up cases that it did not finish.
"""

from __future__ import annotations

import datetime
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import owlready2
import pyoxigraph as ox

from werkzaam import hermit
from werkzaam.build import packaged
from werkzaam.errors import WerkzaamError
from werkzaam.generator import generate, patterns
from werkzaam.reasoning import reason
from werkzaam.rules import materialise, rules
from werkzaam.store import Oxigraph
from werkzaam.terms import INFERRED_GRAPH, ONTOLOGY_GRAPH

SEED = 1
SIZES = (10, 100, 1000)
RUNS = 9
Facts = set[tuple[str, str, str]]


def stores() -> Iterator[tuple[str, Oxigraph]]:
    """Yield the report, and made-up cases beside the ontology."""
    report = packaged()
    yield "the report", report
    source = patterns(report)
    for size in SIZES:
        store = Oxigraph()
        quads = [*report.quads(ONTOLOGY_GRAPH), *(quad for case in generate(SEED, size, source) for quad in case)]
        store.load_nquads(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        yield f"{size:,} made-up cases", store


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Give the seconds that `work` takes by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def by_rules(store: Oxigraph) -> tuple[float, float, float, Facts]:
    """Give the median and the least seconds, the least of the processor, and what the rules give."""
    took = []
    for _ in range(RUNS):
        copy = Oxigraph.of(store)
        took.append(timed(lambda: materialise(copy)))  # noqa: B023
    inferred = {fact(quad.triple) for quad in copy.quads(INFERRED_GRAPH)}
    clocks = [clock for clock, _ in took]
    return statistics.median(clocks), min(clocks), min(processor for _, processor in took), inferred


def fact(triple: ox.Triple) -> tuple[str, str, str]:
    """Give a triple as the texts of its terms."""
    subject, path, value = (getattr(one, "value", "") for one in (triple.subject, triple.predicate, triple.object))
    return subject, path, value


def by_owlrl(content: bytes, answer: Any) -> None:
    """Close the triples under OWL 2 RL; put the seconds and what is then known in `answer`."""
    import owlrl
    import rdflib

    graph = rdflib.Graph().parse(data=content, format="nt")
    seconds, _ = timed(lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph))
    answer.put((seconds, {(str(s), str(p), str(o)) for s, p, o in graph}))


def limited(content: bytes, limit: float) -> tuple[float, Facts] | None:
    """Give what owlrl comes to within `limit` seconds, reading not counted, or None."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    child = context.Process(target=by_owlrl, args=(content, answer))
    child.start()
    try:
        return answer.get(timeout=limit)  # type: ignore[no-any-return]
    except Exception:
        return None
    finally:
        child.kill()
        child.join()


def by_hermit(triples: set[ox.Triple], limit: float) -> tuple[float, Facts] | None:
    """Give what HermiT comes to within `limit` seconds, or None."""
    started = time.perf_counter()
    try:
        answer = hermit.ask(triples, values=True, seconds=limit)
    except WerkzaamError:
        return None
    assert answer.consistent
    seconds = time.perf_counter() - started
    return seconds, answer.values | {(thing, hermit.TYPE, cls) for thing, cls in answer.types}


def told(found: tuple[float, Facts] | None, ours: Facts, limit: float) -> str:
    """Tell the seconds, and how many of the triples of our rules are not among what was found."""
    if found is None:
        return f"not in {limit:.0f} s | –"
    return f"{found[0]:.1f} s | {len(ours - found[1]):,}"


def main(minutes: float = 4) -> None:
    """Measure, and write the page."""
    limit = 60 * minutes
    load = os.getloadavg()[0]
    lines = [
        "| data | quads | inferred | rules ms (median) | least | processor | owlrl | lacks | HermiT | lacks |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    slowest: dict[str, list[float]] = {}
    gave_up: set[str] = set()
    for name, store in stores():
        print(name, file=sys.stderr)
        median, least, processor, inferred = by_rules(store)
        for rule in rules():
            took = min(timed(lambda: rule.lines(store))[0] for _ in range(RUNS))  # noqa: B023
            slowest.setdefault(rule.name, []).append(1000 * took)
        asserted = {quad.triple for quad in store.quads()}
        content = "".join(f"{triple} .\n" for triple in hermit.project(asserted)).encode()
        cells = []
        for other, run in (
            ("owlrl", lambda: limited(content, limit)),  # noqa: B023
            ("HermiT", lambda: by_hermit(asserted, limit)),  # noqa: B023
        ):
            found = None if other in gave_up else run()
            cells.append("not asked | –" if other in gave_up else told(found, inferred, limit))
            if found is None and name != "the report":
                gave_up.add(other)
        quads = sum(1 for _ in store.quads())
        figures = " | ".join(f"{1000 * seconds:,.0f}" for seconds in (median, least, processor))
        lines.append(f"| {name} | {quads:,} | {len(inferred):,} | {figures} | {' | '.join(cells)} |")
    whole = [timed(lambda: reason([], data=False))[0] for _ in range(5)]
    ran = subprocess.run([str(owlready2.JAVA_EXE), "-version"], capture_output=True, text=True, check=True)
    java = ran.stderr.splitlines()[0]
    print("# Reasoning: our rules beside owlrl and HermiT\n")
    print(
        f"Made by `reasoning.py` on {datetime.date.today()}: {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, pyoxigraph {version('pyoxigraph')}, owlrl {version('owlrl')}, "
        f"HermiT of owlready2 {version('owlready2')} on {java}; load of the machine {load:.1f} before and "
        f"{os.getloadavg()[0]:.1f} after. Cases of seed {SEED}. "
        "*Lacks*: triples that our rules give and the other does not.\n"
    )
    print("\n".join(lines))
    print(
        f"\nOntology and schemes, by `reason --ontology` with HermiT: median {statistics.median(whole):.1f} s, "
        f"least {min(whole):.1f} s of five.\n"
    )
    names = ["the report", *(f"{size:,}" for size in SIZES)]
    print(f"| dearest rules, least ms | {' | '.join(names)} |\n| --- |{' ---: |' * len(names)}")
    for rule_name, took_each in sorted(slowest.items(), key=lambda one: -one[1][-1])[:8]:
        print(f"| `{rule_name}` | {' | '.join(f'{one:.1f}' for one in took_each)} |")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
