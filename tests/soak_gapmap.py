"""The gap map over many made-up cases: how long it takes to draw, and that it counts what the outline counts."""

from __future__ import annotations

import collections
import tempfile
import time

from werkzaam.build import packaged_nquads
from werkzaam.generator import generate, patterns
from werkzaam.outline import Outline
from werkzaam.store import Oxigraph
from werkzaam.web.choices import Choices
from werkzaam.web.gapmap import GapMaps
from werkzaam.web.source import Held


def gap_map(seed: int, number: int) -> collections.Counter[str]:
    """Draw both maps over `number` made-up cases beside the packaged ones; every claim in a cell is told somewhere."""
    store = Oxigraph()
    store.load_nquads(packaged_nquads())
    found = patterns(store)
    with tempfile.TemporaryFile("w+b") as file:
        for case in generate(seed, number, found):
            file.write("".join(f"{quad} .\n" for quad in case).encode())
        file.seek(0)
        store.load_nquads(file)
    outline = Outline(store)
    choices = Choices(Held(store), outline)
    maps = GapMaps(Held(store), outline, choices)
    counts: collections.Counter[str] = collections.Counter()
    for axis in ("in", "for"):
        began = time.perf_counter()
        drawn = maps.draw(axis, None, [], "nl")
        counts[f"milliseconds to draw the map by {axis}"] = round((time.perf_counter() - began) * 1000)
        for mechanism, _, cells in drawn.rows:
            said = outline.naming.get(mechanism, set())
            for cell in cells:
                assert cell.count == outline.count(said & outline.naming.get(cell.column, set()))
                counts[f"claims in cells by {axis}"] += cell.count
    return counts
