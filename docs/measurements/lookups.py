"""Look whether a row costs more in a larger store because the caches of the processor no longer hold what is looked up.

The same number of lookups, in stores of 1,000 and 10,000 made-up cases: of claims drawn from the whole store, and of a
hundred claims again and again. Processor time, rounds in turn, the best of each. `python docs/measurements/lookups.py`
"""

from __future__ import annotations

import time
from random import Random

import pyoxigraph as ox

from werkzaam.build import packaged, packaged_nquads
from werkzaam.generator import generate, patterns
from werkzaam.store import Oxigraph
from werkzaam.terms import BASE, WZ

SIZES, LOOKUPS, ROUNDS = (1_000, 10_000), 10_000, 9
SCOPE = ox.NamedNode(WZ + "scope")
LISTED = "SELECT ?claim { VALUES ?claim { %s } %s }"
LOOKED_UP = f"?claim {SCOPE} ?scope"


def filled(cases: int) -> ox.Store:
    """Give a store with the packaged data and so many made-up cases."""
    store = Oxigraph()
    store.load_nquads(packaged_nquads())
    store.fill(quad for case in generate(1, cases, patterns(packaged())) for quad in case)
    return store._store


def timed(store: ox.Store, query: str) -> float:
    """Give the processor seconds that the engine takes to answer a query, rows unread."""
    began = time.process_time()
    sum(1 for _ in store.query(query, base_iri=BASE, use_default_graph_as_union=True))
    return time.process_time() - began


def main() -> None:
    """Print microseconds a lookup."""
    chance = Random(1)
    stores = {cases: filled(cases) for cases in SIZES}
    asked, best = {}, {}
    for cases, store in stores.items():
        claims = [quad.subject for quad in store.quads_for_pattern(None, SCOPE, None, None)]
        few = chance.sample(claims, 100)
        for kind, among in (("all over the store", claims), ("the same hundred", few)):
            listed = " ".join(str(chance.choice(among)) for _ in range(LOOKUPS))
            asked |= {(kind, cases, what): LISTED % (listed, what) for what in ("", LOOKED_UP)}
    for _ in range(ROUNDS):
        for one, query in asked.items():
            best[one] = min(best.get(one, 9.0), timed(stores[one[1]], query))
    for kind, cases in dict.fromkeys(one[:2] for one in asked):
        # Reading the list takes most of the time, and is the same everywhere.
        seconds = best[kind, cases, LOOKED_UP] - best[kind, cases, ""]
        print(f"{kind}, {cases:,} cases: {seconds / LOOKUPS * 1e6:.2f} µs")


if __name__ == "__main__":
    main()
