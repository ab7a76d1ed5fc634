"""Which words are said of which thing: all names of a thing taken together, beside each name on its own."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from werkzaam.linking.comparing import Comparing, Entry, held
from werkzaam.linking.items import data
from werkzaam.linking.reading import Unit


class Vocabulary:
    """How often each meaning stands in the names of a thing, among the things of its kind."""

    def __init__(self, entries: Mapping[int, Sequence[Entry]], kinds: Mapping[int, str]) -> None:
        self._kinds = kinds
        self._shares: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        limits = data("weights")["vocabulary"]
        part = limits["part"]
        self._known = frozenset(number for number, names in entries.items() if len(names) >= limits["names"])
        for number in self._known:
            names = entries[number]
            counts: dict[str, float] = defaultdict(float)
            for entry in names:
                whole = entry.reading.senses
                for sense in held(entry.reading.units):
                    counts[sense] += 1.0 if sense in whole else part
            for sense, count in counts.items():
                self._shares[kinds[number], sense][number] = count / len(names)
        self._kept: dict[tuple[str, frozenset[str]], dict[int, float]] = {}

    def __contains__(self, item: int) -> bool:
        """Say whether a thing has names enough to tell how it is called."""
        return item in self._known

    def told(self, unit: Unit, item: int) -> float:
        """Give how surely a word tells that this thing is meant, of all of its kind: 0 where it is never said of it."""
        return self._told(unit.senses, self._kinds[item]).get(item, 0.0)

    def _told(self, senses: frozenset[str], kind: str) -> dict[int, float]:
        if (kind, senses) not in self._kept:
            most: dict[int, float] = {}
            for sense in senses:
                for number, share in self._shares.get((kind, sense), {}).items():
                    most[number] = max(most.get(number, 0.0), share)
            # What a single name says once tells less than what many say.
            whole = math.fsum(most.values()) + data("weights")["vocabulary"]["doubt"]
            self._kept[kind, senses] = {number: share / whole for number, share in most.items()}
        return self._kept[kind, senses]

    def of(self, units: Sequence[Unit], item: int, comparing: Comparing) -> float:
        """Give how surely words together tell that this thing is meant, from 0 to 1, each by its weight."""
        weights = [comparing.of(unit) for unit in units]
        whole = math.fsum(weights)
        told = math.fsum(weight * self.told(unit, item) for unit, weight in zip(units, weights, strict=True))
        return told / whole if whole else 0.0
