"""The same work over a dask scheduler, wherever its workers are; and what is kept when these are lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam.build import on_disk, packaged
from werkzaam.bulk import entering
from werkzaam.bulk.entering import enter_many
from werkzaam.bulk.piece import unpack
from werkzaam.bulk.spread import Pieces, Spread, dask, processes
from werkzaam.errors import InputError
from werkzaam.generator import generate, patterns

pytestmark = [pytest.mark.once, pytest.mark.thorough]


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Give a scheduler in a process of its own with two workers in theirs."""
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", *arguments]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    scheduler = start("distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
    assert scheduler.stderr is not None
    address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at:" in line)
    workers = [start("distributed.cli.dask_worker", address, "--no-dashboard", "--nthreads", "1") for _ in range(2)]
    yield address, scheduler, workers
    for one in reversed(started):
        one.kill()
        one.wait()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "PIECE", 4)
    monkeypatch.setenv("WERKZAAM_SHACL", "fast")
    pytest.importorskip("shacl", reason="the extra `fast` is not installed")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Give sixteen cases as files."""
    for number, quads in enumerate(generate(5, 16, patterns(packaged()))):
        (tmp_path / f"case-{number:02}.nq").write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    return sorted(map(str, tmp_path.glob("*.nq")))


def test_dask_gives_the_same_result_and_lost_workers_and_schedulers_lose_nothing(
    cluster: Any, files: list[str], tmp_path: Path, ontology_nquads: bytes, put: Callable[[str, bytes], None]
) -> None:
    address, scheduler, workers = cluster
    first, second, third = (f"oxigraph:{tmp_path / name}" for name in ("first", "second", "third"))
    for where in (first, second, third):
        put(where, ontology_nquads)

    def enter(where: str, spread: Spread) -> str:
        return enter_many(files, on_disk(where), where, spread).result

    here = enter(first, processes(1))

    def losing(whom: subprocess.Popen[str]) -> Spread:
        def spread(shared: bytes, pieces: Pieces) -> Iterator[tuple[str, bytes]]:
            for number, answer in enumerate(dask(address)(shared, pieces)):
                yield answer
                if number == 0:
                    whom.kill()

        return spread

    assert enter(second, losing(workers[0])) == here
    with pytest.raises(InputError, match=r"went away"):
        enter(third, losing(scheduler))
    assert [*(on_disk(third).path / "bulk").glob("*.json")]
    with pytest.raises(InputError, match=r"not there"):
        enter(third, dask(address))
    assert enter(third, processes(1)) == here


def test_what_is_wrong_with_the_work_itself_comes_back_instead_of_an_answer(cluster: Any) -> None:
    address, _, _ = cluster
    ((name, answer),) = dask(address)(b"this is no setting", [("one", b"and this no piece")])
    assert name == "one"
    told, _ = unpack(answer)
    assert (told["error"], told["key"]) == ("OurFault", "our-fault")
