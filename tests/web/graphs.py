"""Serve the packaged data with graphs of others beside them: python graphs.py GRAPH=FILE.nt …."""

from __future__ import annotations

import sys

import pyoxigraph as ox

from werkzaam.web.app import Setting
from werkzaam.web.server import bind, serve
from werkzaam.web.source import Copy, Packaged


class WithGraphs(Packaged):
    """The packaged data with more graphs."""

    def copy(self) -> Copy:
        made = super().copy()
        for given in sys.argv[1:]:
            graph, _, file = given.partition("=")
            store = made.opened.store._store  # type: ignore[attr-defined]
            store.load(path=file, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph))
        return made


bound = bind("127.0.0.1", 0)
serve(
    Setting(source=WithGraphs(), hosts=("www.example",)),
    bound,
    ready=lambda: print(f"http://127.0.0.1:{bound.getsockname()[1]}", file=sys.stderr, flush=True),
)
