"""Readers beside writers, for as long as is wanted: no error, counts right, memory flat."""

from __future__ import annotations

import collections
import os
import random
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soak_service import CLAIMS, DATA, TOKEN, command, served
from webtools import Service

from werkzaam.questions import questions

Counts = collections.Counter[str]
SEEN = """PREFIX wz: <https://w3id.org/werkzaam/ontology#>
SELECT (COUNT(DISTINCT ?claim) AS ?n) (SAMPLE(?title) AS ?t) WHERE {
  GRAPH <https://w3id.org/werkzaam/graph/STUDY/de-STUDY> {
    ?document wz:contains ?claim .
    ?counted ?property ?title
    FILTER (CONTAINS(?title, ", telling ") && LANG(?title) = "nl")
  }
}"""


class Work:
    """What readers and writers do at once, and whether what the readers see is right.

    Writers put new versions of a few studies, each with `CLAIMS` claims, in and take some out, so that the store does
    not grow. Readers must see each study whole or not at all, with the version last acknowledged or a later one.
    """

    STUDIES = 8

    def __init__(self, service: Service, folder: Path, base: int, seed: int) -> None:
        self.service, self.folder, self.base = service, folder, base
        self.chance = random.Random(seed)
        self.counts: Counts = collections.Counter()
        self.wrong: list[str] = []
        self.ended = threading.Event()
        self.case = (DATA / "buurttafel.yaml").read_text("utf-8")
        self.acknowledged = [0] * self.STUDIES
        self.begun = [0] * self.STUDIES
        self.queries = [one.query for one in questions().values()]

    def write(self) -> None:
        """Put one study in, as its next version."""
        study = self.chance.randrange(self.STUDIES)
        version = self.begun[study] = self.begun[study] + 1
        text = self.case.replace("buurttafel", f"soak{study}")
        text = text.replace("blijven komen.", f"blijven komen, telling {version}")
        if self.counts["written"] % 5 == 4:
            file = self.folder.parent / f"soak{study}.yaml"
            file.write_text(text, "utf-8")
            command("add", file, "--store", f"oxigraph:{self.folder}")
            self.counts["added beside the service"] += 1
        else:
            headers = {"Authorization": f"Bearer {TOKEN}", "Content_Type": "application/yaml"}
            got = self.service.ask("/api/cases", "POST", text.encode(), **headers)
            if got.status not in (201, 202):
                self.wrong.append(f"a document got {got.status}: {got.text[:300]}")
                return
            if got.status == 201:
                self.acknowledged[study] = version
            else:
                self.counts["entered, and told that it is not served yet"] += 1
        self.counts["written"] += 1

    def read(self, chance: random.Random) -> None:
        """Ask something, and see that it is right."""
        study = chance.randrange(self.STUDIES)
        match chance.randrange(4):
            case 0:
                least = self.acknowledged[study]
                got = self.service.query(SEEN.replace("STUDY", f"soak{study}"))
                most = self.begun[study]
                told = got.json()["results"]["bindings"][0] if got.status == 200 else {}
                claims = int(told["n"]["value"]) if told else -1
                version = int(told["t"]["value"].rpartition(" ")[2]) if "t" in told else 0
                if claims not in (0, CLAIMS) or not least <= version <= most or (version > 0) != (claims > 0):
                    self.wrong.append(f"{got.status}: {claims} claims of version {version}, not of {least} to {most}")
            case 1:
                got = self.service.query(chance.choice(self.queries))
            case 2:
                got = self.service.ask(
                    chance.choice(["/nl/", "/en/what-works?for=older", "/nl/witte-vlekken", "/en/cases"])
                )
            case _:
                got = self.service.ask("/api/cases")
                if got.status == 200 and not self.base <= len(got.json()["cases"]) <= self.base + self.STUDIES:
                    self.wrong.append(f"{len(got.json()['cases'])} documents")
        self.counts[f"read: {got.status}"] += 1
        if got.status != 200:
            self.wrong.append(f"a reader got {got.status}: {got.text[:200]}")

    def run(self, until: Callable[[Work], bool], sample: Callable[[], None], readers: int = 3) -> None:
        """Let readers and one writer work until it is enough; `sample` is called now and then."""

        def reading(seed: int) -> None:
            chance = random.Random(seed)
            while not self.ended.is_set():
                self.read(chance)

        def writing() -> None:
            while not self.ended.is_set():
                self.write()

        def shielded(function: Callable[..., None], *given: Any) -> None:
            try:
                function(*given)
            except Exception as error:
                self.wrong.append(f"{type(error).__name__}: {error}")
                self.ended.set()

        threads = [threading.Thread(target=shielded, args=(reading, seed)) for seed in range(readers)]
        threads.append(threading.Thread(target=shielded, args=(writing,)))
        for one in threads:
            one.start()
        while not self.ended.is_set() and not self.wrong and not until(self):
            self.ended.wait(1)
            sample()
        self.ended.set()
        for one in threads:
            one.join()


def times(pid: int) -> float:
    """Give the processor seconds of a process and of all that it saw end."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Give the megabytes of a process, what it shares counted in part."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    return 0.0


def readers(seed: int, number: int) -> Counts:
    """Read and write for `number` minutes over the packaged data on disk: no error, counts right, memory flat."""
    end = time.monotonic() + 60 * number
    with served("--timeout", "60", small=False) as (service, folder):
        base = len(service.ask("/api/cases").json()["cases"])
        work, front, whole = Work(service, folder, base, seed), list[float](), list[float]()
        began, used = time.monotonic(), sum(map(times, service.processes()))
        highest = used

        def sample() -> None:
            nonlocal highest
            processes = service.processes()
            front.append(memory(service.process.pid))
            whole.append(sum(map(memory, processes)))
            highest = max(highest, sum(map(times, processes)))  # one that ends between two looks is missed once

        work.run(lambda _: time.monotonic() > end, sample)
        assert not work.wrong, work.wrong[:5]
        took = time.monotonic() - began
        work.counts["seconds"] = round(took)
        work.counts["share of a core that the service was busy, in %"] = round(100 * (highest - used) / took)
        assert len(front) >= 8, "there was hardly time to look at the memory: give it more minutes"
        quarter = len(front) // 4
        for name, found in (("the process that speaks HTTP", front), ("all processes", whole)):
            early, late = statistics.median(found[quarter : 2 * quarter]), statistics.median(found[-quarter:])
            work.counts[f"MB of {name}, second quarter"] = round(early)
            work.counts[f"MB of {name}, last quarter"] = round(late)
            assert late <= 1.1 * early + 10, f"{name} grew from {early:.0f} to {late:.0f} MB"
        left = [one.name for one in folder.iterdir() if one.name.startswith("g")]
        assert len(left) <= 2, left
    return work.counts
