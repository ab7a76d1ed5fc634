"""The page of the bench: tables and a picture of what was measured."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from werkzaam.bench import Measured, median, p95
from werkzaam.bench_peers import Grown

_READING = (
    "Times are of one run; on a shared machine differences under one and a half times mean nothing. Each question is",
    "asked of one peer after the other, with its defaults first (*first*), then with other values each time (*later*:",
    "the median), fewer of them where they take seconds. A dash: not in the time allowed, or the peer failed at it,",
    "was ended three times before, or had used the time for all. A peer that is missing was ended three times at a",
    "smaller size. All peers answer over the union of graphs; ≠ marks rows that differ from those of pyoxigraph.",
)
_GROWING = (
    "Of the processor, the least of five times or of as many as three seconds hold, each time at every size in turn.",
    "*Summary*: with the summary that a store on disk keeps of its claims. A time is marked that is more than one and",
    "a half times what the rows lead to expect; a dash: too little to say.",
)
RAW = "pyoxigraph"
_COLOURS = ("#1b5e8c", "#b3541e", "#4f772d", "#6d4c7d", "#7a6a4f", "#444444")


def page(
    measured: Sequence[Measured],
    grown: Mapping[str, Sequence[Grown]],
    told: str,
    command: str,
    checked: Mapping[str, Sequence[float]],
) -> Iterator[str]:
    """Yield the lines of the page in Markdown; `told` says on what was measured, `command` how.

    `grown` has each question with what it took of ours at each size; `checked` the seconds a case of each engine for
    SHACL.
    """
    yield from ("# Bench", "", f"Measured by `{command}` on {told}.", "")
    yield from _READING
    yield ""
    yield from _loads(measured)
    yield from _checks(checked)
    sizes = sorted({one.cases for one in measured})
    for size in sizes:
        yield from _questions([one for one in measured if one.cases == size])
    if grown:
        yield from _growth(sizes, grown)


def _loads(measured: Sequence[Measured]) -> Iterator[str]:
    yield from ("## Loading, memory, and what follows", "")
    yield "| cases | peer | load s | × pyoxigraph | peak memory MB | what follows, s |"
    yield "| ---: | --- | ---: | ---: | ---: | ---: |"
    raw = {one.cases: one.load for one in measured if one.peer == RAW}
    for one in measured:
        load = "–" if one.load is None else f"{one.load:.2f}"
        memory = "–" if one.memory is None else f"{one.memory / 1e6:.0f}"
        inferred = "–" if one.inferred is None else f"{one.inferred:.2f}"
        times = _times(one.load, raw.get(one.cases))
        yield f"| {one.cases:,} | {one.peer} | {load} | {times} | {memory} | {inferred} |"
    yield ""


def _times(one: float | None, other: float | None) -> str:
    return f"{one / other:.2f}" if one and other else "–"


def _checks(checked: Mapping[str, Sequence[float]]) -> Iterator[str]:
    if not checked:
        return
    yield from ("## Checking a made-up case, rules and axioms, milliseconds", "", "| engine | median | slowest |")
    yield "| --- | ---: | ---: |"
    for engine, took in checked.items():
        yield f"| {engine} | {median(took) * 1000:.0f} | {max(took) * 1000:.0f} |"
    yield ""


def _questions(measured: Sequence[Measured]) -> Iterator[str]:
    names = sorted({name for one in measured for name in one.seconds})
    truth = next((one for one in measured if one.peer == RAW), measured[0])
    ours = next((one for one in measured if one.peer == "werkzaam"), truth)
    yield from (f"## Questions over {measured[0].cases:,} cases, milliseconds", "")
    heads = " | ".join(f"{one.peer}: first | later | p95" for one in measured)
    yield f"| question | rows | werkzaam × {RAW} | {heads} |"
    yield "| --- | ---: | ---: | " + " | ".join("---: | ---: | ---:" for _ in measured) + " |"
    for name in names:
        cells = []
        for one in measured:
            took = one.seconds.get(name)
            if took is None:
                cells += ["–", "–", "–"]
                continue
            same = all(ours == raw for ours, raw in zip(one.rows[name], truth.rows.get(name, []), strict=False))
            other = "" if same else " ≠"
            cells += [f"{took[0] * 1000:.1f}{other}", f"{median(took) * 1000:.1f}", f"{p95(took) * 1000:.1f}"]
        two = [one.seconds.get(name, []) for one in (ours, truth)]
        asked = min(map(len, two))  # of the same queries: who took seconds was asked no more
        both = [statistics.median(one[:asked]) if asked else None for one in two]
        yield f"| {name} | {truth.rows.get(name, [0])[0]:,} | {_times(*both)} | " + " | ".join(cells) + " |"
    yield ""


def _growth(cases: Sequence[int], grown: Mapping[str, Sequence[Grown]]) -> Iterator[str]:
    """Say how rows and times grow; with three sizes, beyond what the smallest has, most of which is packaged data."""
    sizes = [f"{one:,}" for one in cases]
    beyond = f", beyond what there is at {sizes[0]}" if len(sizes) > 2 else ""
    yield from (f"## Growth from {sizes[-2]} to {sizes[-1]} cases{beyond}, werkzaam with its defaults", "")
    yield from _GROWING
    yield ""
    heads = [f"rows at {size}" for size in sizes] + [f"ms at {size}" for size in sizes]
    yield f"| question | {' | '.join(heads)} | rows × | time × |"
    yield "| --- |" + " ---: |" * (len(heads) + 2)
    for name, found in sorted(grown.items()):
        rows, took = [one.rows for one in found], [one.seconds * 1000 for one in found]
        more, longer = _factor(rows, 1) or 1, _factor(took, 1.0)
        base = took[0] if len(took) > 2 else 0
        mark = " !" if longer and took[-1] > 1.5 * (base + more * (took[-2] - base)) else ""
        told = [f"{one:,}" for one in rows] + [f"{one:.1f}" for one in took]
        told += [f"{more:.1f}", f"{longer:.1f}{mark}" if longer else "–"]
        yield f"| {name} | {' | '.join(told)} |"
    yield ""


def _factor(values: Sequence[float], least: float) -> float | None:
    """Give how many times the last is the one before, the first taken off from both where there are three.

    None where that is less than `least`, so that nothing can be said.

    >>> _factor([10, 20, 110], 1)
    10.0
    """
    base = values[0] if len(values) > 2 else 0
    before, last = values[-2] - base, values[-1] - base
    return last / before if before >= least and last >= least else None


def picture(measured: Sequence[Measured]) -> str:
    """Draw, as SVG, the time of all questions together by peer and size, on a logarithmic scale."""
    bars = [(one, sum(median(took) for took in one.seconds.values())) for one in measured if one.seconds]
    peers = list(dict.fromkeys(one.peer for one, _ in bars))
    top = max(total for _, total in bars)
    low = min(total for _, total in bars) / 2
    height = 24 * len(bars) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" role="img" font-family="sans-serif">',
        "<title>All questions together, seconds (logarithmic)</title>",
    ]
    for at, (one, total) in enumerate(bars):
        width = 380 * math.log(total / low) / math.log(top / low)
        y = 24 * at + 10
        missing = (
            "" if len(one.seconds) == max(len(other.seconds) for other, _ in bars) else f", {len(one.seconds)} only"
        )
        lines += [
            f'<text x="190" y="{y + 13}" font-size="12" text-anchor="end">{escape(one.peer)}, {one.cases:,}</text>',
            f'<rect x="200" y="{y}" width="{width:.1f}" height="18" fill="{_COLOURS[peers.index(one.peer) % 6]}"/>',
            f'<text x="{206 + width:.1f}" y="{y + 13}" font-size="12">{total:.2f} s{missing}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
