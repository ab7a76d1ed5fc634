"""A collection of many thousand cases: entering by the folder, answers from disk and in memory, growth.

`make soak CHECK=large N=100000` takes two hours on two processors, 25 GB of disk and some 13 GB of memory. Folders
stand in WERKZAAM_SOAK, else in a temporary one; where it is set, what was made already is used again.
"""

from __future__ import annotations

import collections
import io
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyoxigraph as ox

import werkzaam
from werkzaam.build import on_disk, packaged
from werkzaam.bulk.kept import Joined, Part
from werkzaam.generator import generate, patterns
from werkzaam.questions import ask, questions
from werkzaam.records import states
from werkzaam.store import Oxigraph
from werkzaam.terms import GRAPH

SAMPLE = 2_000
"""So many cases are read by one process and by two."""
SECONDS = 240.0
"""How long a question may take."""
KILLED = 3
"""So many workers are killed while all cases are read."""
ASKED: dict[str, list[str]] = {
    "what-works, all": ["what-works"],
    "what-works --mechanism": ["what-works", "--mechanism", "tailoring"],
    "what-works --mechanism --for": ["what-works", "--mechanism", "tailoring", "--for", "no-paid-work-wanted"],
    "ask gap-map": ["ask", "gap-map", "--format", "csv"],
}


class Counts(collections.Counter[str]):
    """What was counted, with more lines for the page."""

    more: Sequence[str] = ()


def large(seed: int, number: int) -> Counts:
    """Measure a collection of `number` made-up cases; what can be right or wrong is asserted."""
    counts = Counts()
    with _place() as place:
        files = place / f"files-{seed}-{number}"
        counts["seconds to make up the cases"] = _timed(lambda: _write(files, seed, number))
        few = place / "few"
        shutil.rmtree(few, ignore_errors=True)
        _write(few, seed, min(number, SAMPLE))
        told = [_add(few, place / f"store-{workers}", workers, counts) for workers in (1, 2) * 2]
        assert len({one["result"] for one in told}) == 1
        one, two = (min(given["read"] for given in told[first::2]) for first in (0, 1))
        counts["one process over two, hundredths, reading the sample"] = round(100 * one / two)
        _loading(files, place, counts)
        store = place / f"store-{seed}-{number}"
        if not (store / "whole").is_file():
            shutil.rmtree(store, ignore_errors=True)
            _add_with_trouble(files, store, seed, number, counts)
            (store / "whole").touch()
        rows = _from_disk(f"oxigraph:{store}")
        small = place / f"store-{seed}-{max(number // 100, 10)}"
        _add(_write(place / "small", seed, max(number // 100, 10)), small, 2, Counts())
        lines = _in_memory(f"oxigraph:{small}", f"oxigraph:{store}", counts)
        counts.more = [*rows, *lines]
        _one_more(store, place, seed + 1, counts)
    return counts


@contextmanager
def _place() -> Iterator[Path]:
    if os.environ.get("WERKZAAM_SOAK"):
        yield Path(os.environ["WERKZAAM_SOAK"])
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _timed(work: Callable[[], object]) -> int:
    began = time.monotonic()
    work()
    return round(time.monotonic() - began)


def _write(folder: Path, seed: int, number: int) -> Path:
    """Write each case to a file, a thousand to a folder."""
    if (folder / "done").is_file():
        return folder
    source = patterns(packaged())
    for index, quads in enumerate(generate(seed, number, source)):
        inner = folder / f"{index // 1000:03}"
        if index % 1000 == 0:
            inner.mkdir(parents=True, exist_ok=True)
        (inner / f"case-{index:06}.nq").write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    (folder / "done").touch()
    return folder


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "werkzaam", *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "WERKZAAM_SHACL": "fast", "WERKZAAM_LANG": "en", "PYTHONPATH": os.pathsep.join(sys.path)}


def _add(files: Path, store: Path, workers: int, counts: Counts) -> dict[str, Any]:
    """Enter a folder in a new store; give the result and how long reading took."""
    shutil.rmtree(store, ignore_errors=True)
    where = _build(store)
    began, read = time.monotonic(), 0.0
    command = _command("add", str(files), "--store", where)
    command += ["--workers", str(workers), "--format", "json"]
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(command, env=_environment(), stdout=out, stderr=subprocess.PIPE, text=True) as running,
    ):
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("Loading"):
                read = time.monotonic() - began
        running.wait()
        out.seek(0)
        told = json.load(out)
    assert running.returncode == 0, told["findings"][:3]
    counts[f"seconds to read {told['files']} cases with {workers} process(es)"] = round(read)
    counts[f"seconds for all of it with {workers} process(es)"] = round(time.monotonic() - began)
    return {"result": told["result"], "read": read}


def _add_with_trouble(files: Path, store: Path, seed: int, number: int, counts: Counts) -> None:
    """Enter all cases while workers are killed, and once all of it; what was read is not read again."""
    where, chance = _build(store), random.Random(seed)
    command = _command("add", str(files), "--store", where, "--format", "json")
    began, killed, again = time.monotonic(), 0, number < 2 * SAMPLE
    while True:
        with (
            tempfile.TemporaryFile("w+") as out,
            subprocess.Popen(command, env=_environment(), stdout=out, stderr=subprocess.DEVNULL) as running,
        ):
            while running.poll() is None:
                try:
                    running.wait(chance.uniform(10, 40))
                except subprocess.TimeoutExpired:
                    workers = _children(running.pid)
                    if killed < KILLED and workers:
                        os.kill(chance.choice(workers), signal.SIGKILL)
                        killed += 1
                    elif not again:
                        running.send_signal(signal.SIGKILL)
                        again = True
            out.seek(0)
            told = out.read()
        if running.returncode == 0:
            break
        assert running.returncode == -signal.SIGKILL
        counts["all of it killed, and begun again"] += 1
    counts["workers killed"] = killed
    counts["seconds to enter all cases, killing included"] = round(time.monotonic() - began)
    entered = len(json.loads(told)["documents"])
    assert entered == len(states(on_disk(where).read().records()))
    assert entered == number, "made-up cases break no rule"
    counts["documents in the store"] = entered
    counts["MB at most, a process that enters them"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _one_more(store: Path, place: Path, seed: int, counts: Counts) -> None:
    """Add one case to all that are there, and take it out again."""
    case = _write(place / "one", seed, 1) / "000" / "case-000000.nq"
    document = str(next(ox.parse(case.read_bytes(), format=ox.RdfFormat.N_QUADS)).graph_name)[1:-1]
    for name, asked in (
        ("check a case beside all", ["validate", str(case)]),
        ("add a case to all", ["add", str(case)]),
        ("take a case out of all", ["remove", document.removeprefix(GRAPH)]),
    ):
        began = time.monotonic()
        subprocess.run(_command(*asked, "--store", f"oxigraph:{store}"), env=_environment(), check=True)
        counts[f"seconds to {name}"] = round(time.monotonic() - began)


def _build(store: Path) -> str:
    """Make a store of the ontology alone."""
    where = f"oxigraph:{store}"
    subprocess.run(_command("build", "--what", "ontology", "--store", where), env=_environment(), check=True)
    return where


def _children(pid: int) -> list[int]:
    """Give the processes that any thread of a process started."""
    found: list[int] = []
    for task in Path("/proc").glob(f"{pid}/task/*/children"):
        with suppress(OSError):  # it ended meanwhile
            found += map(int, task.read_text().split())
    return found


def _loading(files: Path, place: Path, counts: Counts) -> None:
    """Load all cases by the engine's own loader, and as `add` does, in processes of their own."""
    whole, parts = place / "whole.nq", []
    with whole.open("wb") as out:
        for file in sorted(files.rglob("*.nq")):
            content = file.read_bytes()
            out.write(content)
            parts.append(Part(file, 0, len(content)))
    for name, work in (("the engine's own loader", _by_the_engine), ("add's", _as_add)):
        target = place / "loaded"
        shutil.rmtree(target, ignore_errors=True)
        counts[f"seconds to load by {name}"] = round(_apart(work, str(target), str(whole), parts)[0])
    shutil.rmtree(place / "loaded")
    whole.unlink()


def _by_the_engine(target: str, whole: str, parts: Sequence[Part]) -> None:
    store = ox.Store(target)
    store.bulk_load(path=whole, format=ox.RdfFormat.N_QUADS)
    store.flush()


def _as_add(target: str, whole: str, parts: Sequence[Part]) -> None:
    store = Oxigraph(Path(target), write=True)
    store.load_many([], io.BufferedReader(Joined(parts), 1 << 20))
    store.close()


def _apart(work: Callable[..., Any], *given: Any) -> tuple[float, Any, int]:
    """Give how long work took in a process of its own, what it gave, and the most memory it had, in MB."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_measured, args=(theirs, work, given))
    child.start()
    theirs.close()
    told: tuple[float, Any, int] = ours.recv()
    child.join()
    return told


def _measured(out: Any, work: Callable[..., Any], given: Sequence[Any]) -> None:
    began = time.monotonic()
    gave = work(*given)
    out.send((time.monotonic() - began, gave, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def _from_disk(where: str) -> list[str]:
    """Ask from disk by the command, each three times."""
    lines = ["", "## From disk, by the command, seconds", "", "| asked | first | least | lines |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for name, asked in ASKED.items():
        took, told = [], ""
        for _ in range(3):
            began = time.monotonic()
            command = _command(*asked, "--store", where)
            told = subprocess.run(command, env=_environment(), check=True, stdout=subprocess.PIPE, text=True).stdout
            took.append(time.monotonic() - began)
        lines.append(f"| {name} | {took[0]:.2f} | {min(took):.2f} | {told.count(chr(10)):,} |")
        assert told
    return lines


def _in_memory(small: str, where: str, counts: Counts) -> list[str]:
    """Ask every question of two sizes in memory; give the table of growth."""
    _, told, most = _apart(_all_questions, small, where)
    counts["MB at most, all questions in memory"] = most
    counts["seconds to load in memory"] = round(told["load"])
    lines = ["", "## In memory, seconds", "", "| asked | first | least | claims |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| {name} | {took[0]:.3f} | {min(took):.3f} | {count:,} |" for name, (took, count) in told["works"].items()
    ]
    lines += ["", "## Growth in memory, milliseconds of processor; a dash: not within the time allowed", ""]
    lines += [
        "| question | rows | ms | rows | ms | rows × | time × |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, ((a, x), (b, y)) in told["asked"].items():
        if y is None or x is None:
            lines.append(f"| {name} | {a:,} | {'–' if x is None else round(x, 1)} | – | – | – | – |")
            continue
        grew = f"{b / a:.1f} | {y / x:.1f}" if a and x > 1 else "– | –"
        lines.append(f"| {name} | {a:,} | {x:.1f} | {b:,} | {y:.1f} | {grew} |")
    return lines


def _all_questions(small: str, where: str) -> dict[str, Any]:
    """Ask all of two stores, each question of the one and at once of the other, so that both had the same machine."""
    few = werkzaam.open(small, memory=True)
    began = time.monotonic()
    many = werkzaam.open(where, memory=True)
    load = time.monotonic() - began
    asked: dict[str, Callable[[], int]] = {
        "what-works, all": lambda: many.what_works().count,
        "what-works, a mechanism": lambda: many.what_works(mechanism="tailoring").count,
        "what-works, a mechanism and a trait": lambda: (
            many.what_works(mechanism="tailoring", for_="no-paid-work-wanted").count
        ),
        "gap-map (cells)": lambda: len(ask(many.store, "gap-map")),
    }
    works: dict[str, tuple[list[float], int]] = {}
    for name, work in asked.items():
        took, count = [], 0
        for _ in range(3):
            began = time.monotonic()
            count = work()
            took.append(time.monotonic() - began)
        works[name] = (took, count)
    growth = {name: (_in_time(few.store, name), _in_time(many.store, name)) for name in questions()}
    return {"load": load, "works": works, "asked": growth}


def _in_time(store: Any, name: str) -> tuple[int, float | None]:
    """Ask a question in a forked child, which has the store and is ended when it takes too long."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_ask, args=(theirs, store, name))
    child.start()
    theirs.close()
    try:
        told: tuple[int, float | None] = ours.recv() if ours.poll(SECONDS) else (0, None)
    except EOFError:
        told = (0, None)
    child.kill()
    child.join()
    return told


def _ask(out: Any, store: Any, name: str) -> None:
    took = []
    for _ in range(2):
        began = time.process_time()
        rows = len(ask(store, name))
        took.append(time.process_time() - began)
        if took[0] > 60:  # the first time a child also gets its own copy of what it touches
            break
    out.send((rows, min(took) * 1000))
