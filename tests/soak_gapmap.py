"""The gap map and search over many made-up cases: how long they take; the map counts what the outline counts."""

from __future__ import annotations

import collections
import tempfile
import time

from werkzaam.build import packaged_nquads
from werkzaam.generator import generate, patterns
from werkzaam.outline import Outline
from werkzaam.store import Oxigraph
from werkzaam.web.choices import Choices
from werkzaam.web.finder import Finder, Text
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
        began = time.process_time()
        drawn = maps.draw(axis, None, [], "nl")
        counts[f"processor milliseconds to draw the map by {axis}"] = round((time.process_time() - began) * 1000)
        for mechanism, _, cells in drawn.rows:
            said = outline.naming.get(mechanism, set())
            for cell in cells:
                assert cell.count == outline.count(said & outline.naming.get(cell.column, set()))
                counts[f"claims in cells by {axis}"] += cell.count
    counts |= _searches(store)
    return counts


def _searches(store: Oxigraph) -> collections.Counter[str]:
    """Search all statements; one that is there is found by its own words."""
    rows = store.select(_STATEMENTS)
    finder = Finder(Text("claim", row["claim"], "", str(row["said"])) for row in rows)
    counts: collections.Counter[str] = collections.Counter()
    for asked in (*ASKED, str(rows[0]["said"])):
        began = time.process_time()
        found = finder.find(asked)
        took = round((time.process_time() - began) * 1000)
        counts["processor milliseconds of the slowest search"] = max(
            took, counts["processor milliseconds of the slowest search"]
        )
        counts["found by searches"] += len(found.hits)
    assert str(rows[0]["claim"]) in {hit.key for hit in found.hits}
    counts["statements searched"] = len(rows)
    return counts


ASKED = (
    "geen betaald werk",
    "zelfvertrouwen",
    "selfconfidense training",
    "maatwerk voor moeders",
    "what works for single mothers in a slack labour market",
    "inkomen uitkering korting",
)
_STATEMENTS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?claim ?said WHERE { ?document wz:contains ?claim . ?claim wz:statement ?said }
"""
