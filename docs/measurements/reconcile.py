"""Measure reconciliation on ten messy spreadsheets: python docs/measurements/reconcile.py ORGANISATIONS.json > PAGE.md.

ORGANISATIONS.json is the register of Dutch public bodies (TOOI) as Django's fixtures have it. Each sheet has rows of
municipality, mechanism and performance field, with seeded slips of the pen, and rows that name nothing of ours.
"""

from __future__ import annotations

import datetime
import http.client
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import werkzaam
from werkzaam.api import Werkzaam
from werkzaam.outward.reconciling import Reconciler
from werkzaam.terms import TOOI_MUNICIPALITY, WZ

SHEETS, ROWS = 10, 60
COLUMNS = ("Municipality", "Mechanism", "PerformanceField")
# What stands in such columns and is none of ours: other bodies, other ways of working, other fields of policy.
NOT_OURS = {
    "Municipality": "Provincie Gelderland|Regio Twente|UWV|Caribisch Nederland|Antwerpen|n.v.t.|landelijk|onbekend"
    "|Waterschap Vallei|GGD Zuid",
    "Mechanism": "budgethulp|rijbewijs|kinderopvang|toezicht|computercursus|n.v.t.|huisvesting|loonkostensubsidie"
    "|zwangerschap|anders, namelijk",
    "PerformanceField": "belastingen|ruimtelijke ordening|onderwijshuisvesting|afvalinzameling|n.v.t.|cultuureducatie"
    "|parkeerbeleid|burgerzaken|veiligheidsregio|monumenten",
}
_KEYS = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "n": "bm", "r": "et", "t": "ry", "s": "ad", "d": "sf", "l": "k"}


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, of which type it should be, and what is meant ("" for nothing of ours)."""

    text: str
    cls: str
    meant: str


def names(opened: Werkzaam, register: Path | None) -> dict[str, list[tuple[str, str]]]:
    """Give what may be meant in each column, by the names that people use: those of the register, and ours."""
    found: dict[str, list[tuple[str, str]]] = {}
    for cls in COLUMNS:
        query = (
            f"SELECT DISTINCT ?it ?name WHERE {{ ?it a <{WZ}{cls}> . ?it ?path ?name . FILTER (LANG(?name) = 'nl') "
            f"VALUES ?path {{ <http://www.w3.org/2004/02/skos/core#prefLabel> <{WZ}name> }} }} ORDER BY ?it ?name"
        )
        found[cls] = [(str(row["it"]), str(row["name"])) for row in opened.store.select(query)]
    if register is not None:
        bodies = [one["fields"] for one in json.loads(register.read_text("utf-8"))]
        known = {iri for iri, _ in found["Municipality"]}
        found["Municipality"] = [
            (one["identifier"], re.sub("^gemeente ", "", one["naam"]))
            for one in bodies
            if one["identifier"].startswith(TOOI_MUNICIPALITY) and (one["identifier"] in known or not known)
        ]
    return found


def sheets(names: dict[str, list[tuple[str, str]]], count: int = SHEETS, rows: int = ROWS) -> Iterator[list[Cell]]:
    """Yield the cells of each sheet; the same each time."""
    for number in range(count):
        chance = random.Random(f"sheet {number}")
        cells = []
        for _ in range(rows):
            for cls in COLUMNS:
                if chance.random() < 0.1:
                    cells.append(Cell(chance.choice(NOT_OURS[cls].split("|")), cls, ""))
                else:
                    iri, name = chance.choice(names[cls])
                    cells.append(Cell(messy(name, cls, chance), cls, iri))
        yield cells


def messy(name: str, cls: str, chance: random.Random) -> str:
    """Write a name as people do: none, one or two slips, other capitals, a word before it, blanks."""
    for _ in range(chance.choices((0, 1, 2), (35, 50, 15))[0]):
        name = slip(name, chance)
    way = chance.random()
    if way < 0.12:
        name = name.upper()
    elif way < 0.24:
        name = name.lower()
    if cls == "Municipality" and chance.random() < 0.2:
        name = f"{chance.choice(('gemeente', 'Gem.'))} {name}"
    return chance.choice(("", "", " ")) + name + chance.choice(("", "", " ", "  "))


def slip(name: str, chance: random.Random) -> str:
    """Make one slip of the pen, not in the first letter: a letter left out, doubled, swapped or another."""
    places = [at for at in range(1, len(name)) if name[at].isalpha()]
    if len(places) < 3:
        return name
    at = chance.choice(places)
    match chance.randrange(4):
        case 0:
            return name[:at] + name[at + 1 :]
        case 1:
            return name[:at] + name[at] + name[at:]
        case 2 if at + 1 < len(name):
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        case _:
            return name[:at] + chance.choice(_KEYS.get(name[at].lower(), "ae")) + name[at + 1 :]


Ask = Callable[[dict[str, dict[str, object]]], dict[str, dict[str, list[dict[str, object]]]]]


@dataclass
class Judged:
    """How it went: counts a column, times of the batches in milliseconds, and what went wrong."""

    counts: Counter[tuple[str, str]]
    took: list[float]
    wrong: list[tuple[Cell, str]]

    def precision(self, columns: Sequence[str] = COLUMNS) -> float:
        """Give the part of the matches that is right."""
        right = sum(self.counts[cls, "right"] for cls in columns)
        return right / (right + sum(self.counts[cls, "wrong"] for cls in columns))

    def recall(self, columns: Sequence[str] = COLUMNS) -> float:
        """Give the part of what is ours that was matched rightly."""
        return sum(self.counts[c, "right"] for c in columns) / sum(self.counts[c, "ours"] for c in columns)


def judge(cells: Sequence[Cell], ask: Ask) -> Judged:
    """Ask for all cells, ten at a time, as OpenRefine does, and hold what is called a match against what is meant."""
    made = Judged(Counter(), [], [])
    for start in range(0, len(cells), 10):
        batch = {f"q{at}": cell for at, cell in enumerate(cells[start : start + 10])}
        began = time.perf_counter()
        told = ask({key: {"query": one.text, "type": WZ + one.cls, "limit": 3} for key, one in batch.items()})
        made.took.append(1000 * (time.perf_counter() - began))
        for key, cell in batch.items():
            matched = next((str(one["id"]) for one in told[key]["result"] if one["match"]), "")
            made.counts[cell.cls, "ours"] += bool(cell.meant)
            if matched:
                made.counts[cell.cls, "right" if matched == cell.meant else "wrong"] += 1
            if matched != cell.meant:
                made.wrong.append((cell, matched))
    return made


def served(port: int) -> Ask:
    """Give how to ask a service on this machine, by a form over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(queries: dict[str, dict[str, object]]) -> dict[str, dict[str, list[dict[str, object]]]]:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/reconcile/nl", urlencode({"queries": json.dumps(queries)}), form)
        told: dict[str, dict[str, list[dict[str, object]]]] = json.loads(connection.getresponse().read())
        return told

    return ask


def main(register: Path) -> None:
    """Write the page."""
    opened = werkzaam.open()
    known = names(opened, register)
    cells = [cell for sheet in sheets(known) for cell in sheet]
    asked = Reconciler(opened.store, opened.known)
    alone = judge(cells, lambda queries: asked.batch(queries, "nl"))
    command = [sys.executable, "-m", "werkzaam", "serve", "--port", "0", "--no-log", "--lang", "en"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        port = next(int(found[1]) for line in process.stderr if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
        over = judge(cells, served(port))
        process.terminate()
    print("# Reconciliation of ten messy spreadsheets\n")
    print(
        f"{datetime.date.today()}, Python {platform.python_version()}, {os.cpu_count()} processors shared with other "
        f"work. {SHEETS} sheets of {ROWS} rows made by [`reconcile.py`](reconcile.py): seeded, municipalities of the "
        "TOOI register, our Dutch labels of mechanisms and performance fields; two cells in three have a slip or two, "
        "one in ten names nothing of ours. A match is what the service itself calls a match.\n"
    )
    print("| column | ours | matched rightly | wrongly | precision | recall |\n|---|---|---|---|---|---|")
    for name, columns in (*((one, (one,)) for one in COLUMNS), ("all", COLUMNS)):
        counts = [sum(alone.counts[cls, what] for cls in columns) for what in ("ours", "right", "wrong")]
        told = [*map(str, counts), f"{alone.precision(columns):.3f}", f"{alone.recall(columns):.3f}"]
        print(f"| {name} | {' | '.join(told)} |")
    print("\nA batch of ten, each asked for the first time, in milliseconds:\n")
    print("| | median | 95% | most |\n|---|---|---|---|")
    for name, one in (("the matcher", alone), ("over HTTP, a running service", over)):
        cuts = statistics.quantiles(one.took, n=20)
        print(f"| {name} | {statistics.median(one.took):.1f} | {cuts[-1]:.1f} | {max(one.took):.1f} |")
    print("\nWhat went wrong most:\n")
    for cell, matched in alone.wrong[:12]:
        said = "not matched" if not matched else "taken for another"
        print(f"- `{cell.text.strip()}` ({cell.cls}): {said}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
