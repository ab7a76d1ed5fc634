"""Serve the packaged data with graphs of others beside them: python graphs.py GRAPH=FILE.nt …."""

from __future__ import annotations

import sys

import pyoxigraph as ox

import werkzaam
from werkzaam.web.app import Limits
from werkzaam.web.server import bind, serve

opened = werkzaam.open()
for given in sys.argv[1:]:
    graph, _, file = given.partition("=")
    opened.store._store.load(path=file, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph))
bound = bind("127.0.0.1", 0)
serve(
    opened,
    bound,
    hosts=("www.example",),
    limits=Limits(),
    log=None,
    ready=lambda: print(f"http://127.0.0.1:{bound.getsockname()[1]}", file=sys.stderr, flush=True),
)
