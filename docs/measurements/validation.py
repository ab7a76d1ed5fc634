"""Measure how fast documents are checked, by engine: python docs/measurements/validation.py [N] > PAGE.md.

A case of twelve claims is made of the invented study of the tests; N of them (1,000) have ids and names of their own.
Everything is timed by turns, so that other work on the machine burdens all alike; processor seconds say what the
machine itself had to do. Needs the extra `fast`.
"""

from __future__ import annotations

import datetime
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox

from werkzaam import prepared, shacl
from werkzaam.contradictions import checks
from werkzaam.loading import Loaded, load_alone
from werkzaam.surroundings import surroundings
from werkzaam.terms import SH
from werkzaam.validation import check

CASE = Path(__file__).resolve().parents[2] / "tests" / "data" / "buurttafel.yaml"
# What the case names, and must be called otherwise in each of many that are checked together.
NAMES = r"buurttafel|koken[ -]in[ -]de[ -]buurt|waterdorp|soepploeg|soup crew|de[ -]keuken|testcodeur|test coder"
ROUNDS = 15
RUNS = 5
MANY = int(sys.argv[1]) if sys.argv[1:] else 1000
PLAIN = max(1, MANY // 20)


def twelve() -> str:
    """Give a case of twelve claims: those of the invented study, and the first of them once more under other ids."""
    text = CASE.read_text("utf-8")
    head, *claims = re.split(r"(?m)^(?=- id: b\d)", text)
    more = [re.sub(r"^- id: b\d+", f"- id: c{number}", one) for number, one in enumerate(claims[: 12 - len(claims)])]
    return head + "".join(claims + more)


def made(number: int) -> str:
    """Give the case under names of its own."""
    return re.sub(NAMES, lambda name: f"{name[0]}{number}", twelve(), flags=re.IGNORECASE)


def load(text: str, name: str = "case.yaml") -> Loaded:
    """Load a case, with the names that it makes known itself."""
    return load_alone(text.encode(), name, prepared.model(), prepared.names(None))[0]


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Give the milliseconds that a work takes, on the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor)


def plainly(loaded: Loaded) -> None:
    """Check as pySHACL does when it is given everything: shapes as they are written, beside the whole ontology."""
    import pyshacl
    import rdflib

    def graph(triples: list[ox.Triple]) -> rdflib.Graph:
        content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
        return rdflib.Graph().parse(data=content, format="nt")

    model = prepared.model()
    pyshacl.validate(graph([*loaded.triples, *model.ontology]), shacl_graph=graph(model.shapes), inplace=True)


def warm() -> list[str]:
    """Give how long the parts take in a process that has done it before."""
    text, model, names = twelve(), prepared.model(), prepared.names(None)
    loaded = load(text)
    data = loaded.triples | surroundings(loaded.triples, model, names)
    works: dict[str, Callable[[], object]] = {
        "read the document": lambda: load(text),
        "the shapes, pySHACL": lambda: shacl.engine("pyshacl", model)(data),
        "the shapes, fast": lambda: shacl.engine("fast", model)(data),
        "all that `validate` asks, pySHACL": lambda: check(load(text), model, names, "case.yaml", "pyshacl"),
        "all that `validate` asks, fast": lambda: check(load(text), model, names, "case.yaml", "fast"),
        "pySHACL with everything as it is written": lambda: plainly(loaded),
    }
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(ROUNDS):
        for name, work in works.items():
            took[name].append(timed(work))
    return [
        f"| {name} | {statistics.median(a for a, _ in times):.1f} | {min(a for a, _ in times):.1f} | "
        f"{statistics.median(b for _, b in times):.1f} |"
        for name, times in took.items()
    ]


def run(*arguments: str) -> tuple[float, float]:
    """Give the seconds that a command takes, on the clock and of the processor, its children's included."""
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "werkzaam", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        time.perf_counter() - clock,
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )


def commands(folder: Path) -> list[str]:
    """Give how long the command takes, for one case and for many."""
    one = folder / "case.yaml"
    one.write_text(twelve(), "utf-8")
    files = [folder / f"{number}.yaml" for number in range(MANY)]
    for number, file in enumerate(files):
        file.write_text(made(number), "utf-8")
    lines = []
    took: dict[str, list[tuple[float, float]]] = {"pyshacl": [], "fast": []}
    for _ in range(RUNS):
        for engine, times in took.items():
            times.append(run("validate", str(one), "--engine", engine))
    for engine, times in took.items():
        clock, processor = (statistics.median(column) for column in zip(*times, strict=True))
        fastest = min(a for a, _ in times)
        lines.append(f"| one case | {engine} | {clock:.2f} | {fastest:.2f} | {processor:.2f} |")
    for engine in took:
        clock, processor = run("validate", *map(str, files), "--engine", engine)
        lines.append(f"| {MANY:,} cases | {engine} | {clock:.1f} | | {processor:.1f} |")
    return lines


def many() -> list[str]:
    """Give how long the shapes alone take for many cases in one process."""
    model, names = prepared.model(), prepared.names(None)
    loaded = [load(made(number)) for number in range(MANY)]
    data = [one.triples | surroundings(one.triples, model, names) for one in loaded]
    works: dict[str, Callable[[], object]] = {
        f"{MANY:,} cases, fast": lambda: [shacl.engine("fast", model)(one) for one in data],
        f"{MANY:,} cases, pySHACL": lambda: [shacl.engine("pyshacl", model)(one) for one in data],
        f"{PLAIN} cases, pySHACL with everything as it is written": lambda: [plainly(one) for one in loaded[:PLAIN]],
    }
    return [
        f"| {name} | {clock / 1000:.1f} | {used / 1000:.1f} |"
        for name, (clock, used) in zip(works, map(timed, works.values()), strict=True)
    ]


def main() -> None:
    """Measure, and write the page."""
    model = prepared.model()
    rules = sum(triple.predicate.value == SH + "message" for triple in model.shapes) // 2
    queries = sum(triple.predicate.value == SH + "select" for triple in model.shapes)
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        lines = [*commands(Path(folder))]
    print("# How fast documents are checked\n")
    versions = ", ".join(f"{name} {version(name)}" for name in ("pyshacl", "rdflib", "shacl", "pyoxigraph"))
    print(
        f"Made by `validation.py` on {datetime.date.today()}: {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {versions}; {rules} rules in {len(model.shapes):,} triples, {queries} of "
        f"them queries, {len(checks())} checks of axioms. The case has twelve claims and "
        f"{len(load(twelve()).triples)} triples.\n"
    )
    print("## The command\n")
    print("| what | engine | median s | fastest s | processor s |\n| --- | --- | ---: | ---: | ---: |")
    print("\n".join(lines))
    print("\n## One case in a process that is warm\n")
    print("| what | median ms | fastest ms | processor ms |\n| --- | ---: | ---: | ---: |")
    print("\n".join(warm()))
    print("\n## The shapes alone, parsed once, for many cases in one process\n")
    print("| what | s | processor s |\n| --- | ---: | ---: |")
    print("\n".join(many()))
    print(f"\nOther work was on the machine: a load of {before:.1f} at the start, {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
