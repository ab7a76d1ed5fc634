"""Which place a name is: places have no meaning but their spelling, and are compared by that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from werkzaam.linking.items import Candidate, Feature, Item, Name, data
from werkzaam.linking.lexicon import plain


class Places:
    """The names of places, ready to be asked."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        named: dict[tuple[str, int], Name] = {}
        self._bare: dict[str, set[int]] = defaultdict(set)
        for number, item in enumerate(items):
            for name in item.names:
                named.setdefault((place_name(name.text), number), name)
                if "(" in name.text:
                    self._bare[place_name(name.text.partition("(")[0])].add(number)
        self._named = [(spelt, number, name) for (spelt, number), name in named.items() if spelt]
        self._spelt = [spelt for spelt, _, _ in self._named]

    def candidates(self, text: str, limit: int, without: Collection[str] = ()) -> list[Candidate]:
        """Give the places that are written most like `text`; one that is written as two others is none of both."""
        asked, limits = place_name(text), data("weights")["places"]
        if not asked or not self._items:
            return []
        best: dict[int, tuple[float, Name]] = {}
        hits = process.extract(
            asked, self._spelt, scorer=OSA.normalized_similarity, limit=4 * limit, score_cutoff=limits["shown"]
        )
        for _, likeness, at in hits:
            _, number, name = self._named[at]
            if number not in best or likeness > best[number][0]:
                best[number] = likeness, name
        for number in self._bare.get(asked, ()):  # Bergen, of which there are two
            best[number] = limits["bare"], self._items[number].names[0]
        best = {number: one for number, one in best.items() if self._items[number].iri not in without}
        ranked = sorted(best.items(), key=lambda one: (-one[1][0], self._items[one[0]].iri))
        return [self._judged(number, best, number == ranked[0][0]) for number, _ in ranked[:limit]]

    def _judged(self, number: int, best: dict[int, tuple[float, Name]], first: bool) -> Candidate:
        limits = data("weights")["places"]
        item, (likeness, name) = self._items[number], best[number]
        features = [Feature("same-name" if likeness == 1 else "spelt-alike", likeness, (("name", name.text),))]
        others = sorted((like, n.text) for other, (like, n) in best.items() if other != number)
        verdict = "match" if likeness >= limits["match"] and first else "no"
        if others and likeness < 1 and likeness - others[-1][0] < limits["ahead"] and likeness >= limits["match"]:
            verdict = "related"
            features.append(Feature("ambiguous", 0.0, (("name", others[-1][1]),)))
        return Candidate(item.iri, item.kind, name, verdict, round(likeness, 4), tuple(features))


@cache
def _around() -> tuple[frozenset[str], dict[str, str]]:
    said = data("particles")["places"]
    return frozenset(plain(said["words"]).split()), {plain(name): short for short, name in said["provinces"].items()}


def place_name(text: str) -> str:
    """Give the name of a place without what stands before it, its province in short.

    >>> place_name("Gemeente 's-Gravenhage")
    's gravenhage'
    >>> place_name("Bergen (Noord-Holland)")
    'bergen nh'
    """
    skipped, provinces = _around()
    words = plain(text).split()
    while len(words) > 1 and words[0] in skipped:
        words = words[1:]
    name = " ".join(words)
    for province, short in provinces.items():
        if name.endswith(" " + province):
            return name.removesuffix(province) + short
    return name
