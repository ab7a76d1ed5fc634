"""The collection in the words of others: CONSTRUCT queries as files, asked for some things or for all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from werkzaam.errors import OurFault
from werkzaam.store import Store

_ANY = re.compile(r"VALUES \?it \{ UNDEF \}")


@cache
def content(name: str) -> str:
    """Give the text of a file of this package."""
    return files("werkzaam.outward").joinpath(name).read_text("utf-8")


def ready() -> None:
    """Read every file of this package now, for who can open none later."""
    for file in files("werkzaam.outward").iterdir():
        if not file.name.endswith((".py", ".pyc")) and file.is_file():
            content(file.name)


def construct(store: Store, name: str, iris: Iterable[str] | None = None) -> list[ox.Triple]:
    """Give the triples of the query of a file, in order; `iris` are what its ``?it`` may be (None: anything)."""
    query = content(name)
    if iris is not None:
        query, count = _ANY.subn(f"VALUES ?it {{ {' '.join(f'<{iri}>' for iri in iris)} }}", query)
        if not count:
            raise OurFault("our-fault", problem=f"{name}: no VALUES ?it")
    said = store.answer(query, "nt").encode()
    return sorted((quad.triple for quad in ox.parse(said, format=ox.RdfFormat.N_TRIPLES)), key=str)
