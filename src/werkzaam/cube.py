"""Figures with a number as observations of the RDF Data Cube Vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from werkzaam.terms import ID, TYPE, WZ

_QB = "http://purl.org/linked-data/cube#"


def observations(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield what makes observations of the figures with a number: their data set and the place of printing."""
    by: dict[str, dict[str, list[Any]]] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode):
            by.setdefault(triple.subject.value, {}).setdefault(triple.predicate.value, []).append(triple.object)
    sets = set()
    for subject, facts in by.items():
        if WZ + "inTable" not in facts:
            continue
        table = facts[WZ + "inTable"][0]
        if not isinstance(table, ox.NamedNode):
            continue
        sources = facts.get(WZ + "supportedBy") or by.get(table.value, {}).get(WZ + "supportedBy", [])
        node = ox.NamedNode(subject)
        if WZ + "place" not in facts:
            for source in sorted(sources, key=str)[:1]:
                yield ox.Triple(node, ox.NamedNode(WZ + "place"), source)
        if WZ + "numericValue" in facts:
            yield ox.Triple(node, ox.NamedNode(TYPE), ox.NamedNode(_QB + "Observation"))
            yield ox.Triple(node, ox.NamedNode(_QB + "dataSet"), table)
            # A table of another document is described there.
            if TYPE in by.get(table.value, {}):
                sets.add(table.value)
    for table in sorted(sets):
        yield ox.Triple(ox.NamedNode(table), ox.NamedNode(TYPE), ox.NamedNode(_QB + "DataSet"))
        yield ox.Triple(ox.NamedNode(table), ox.NamedNode(_QB + "structure"), ox.NamedNode(ID + "cube/figures"))
