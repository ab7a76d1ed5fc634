"""Proposals: for each term of others what of ours it may be, with the reasons, and without what was decided before."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzaam.linking.index import Index
from werkzaam.linking.items import PLACE, Candidate, Item, data
from werkzaam.linking.terms import Terms
from werkzaam.terms import SKOS

Pair = tuple[str, str]
RELATIONS = ("match", "broader", "narrower", "related")
PREDICATES = {
    "exact": SKOS + "exactMatch",
    "match": SKOS + "closeMatch",
    "broader": SKOS + "narrowMatch",
    "narrower": SKOS + "broadMatch",
    "related": SKOS + "relatedMatch",
}
"""From ours to theirs: where ours is the broader, theirs is a `narrowMatch` of it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A link that is proposed: what is theirs, what is ours, and how ours relates to it."""

    theirs: Item
    ours: Item
    found: Candidate

    @property
    def id(self) -> str:
        """Give the id of the pair, whatever the relation: what is decided about it is decided for good."""
        return pair_id(self.found.iri, self.theirs.iri)

    @property
    def relation(self) -> str:
        """Give how ours relates to theirs; a place or act of that very name is exactly the same."""
        exact = any(one.key in ("same-name", "same-other-name") for one in self.found.features)
        same = self.found.verdict == "match" and self.found.kind in (PLACE, "act") and exact
        return "exact" if same else self.found.verdict

    @property
    def predicate(self) -> str:
        """Give the predicate from ours to theirs."""
        return PREDICATES[self.relation]


@dataclass(frozen=True, slots=True)
class Asked:
    """A term of others: what is proposed for it, the nearest of ours, and which of ours were decided about."""

    term: Item
    proposals: tuple[Proposal, ...]
    nearest: tuple[Candidate, ...]
    accepted: tuple[str, ...]
    rejected: tuple[str, ...]


def pair_id(ours: str, theirs: str) -> str:
    """Give a short id of a pair.

    >>> pair_id("a", "b") == pair_id("a", "b") != pair_id("b", "a")
    True
    """
    return hashlib.sha256(f"{ours} {theirs}".encode()).hexdigest()[:10]


def propose(
    terms: Terms, index: Index, decided: Mapping[Pair, bool], relations: Collection[str] = RELATIONS, nearest: int = 5
) -> Iterator[Asked]:
    """Yield each term with what is proposed for it.

    `decided` says of a pair (ours, theirs) whether it was accepted. What was rejected is not looked at again; a term
    with an accepted link is known, and nothing more is proposed for it.
    """
    by_term: dict[str, dict[bool, list[str]]] = {}
    for (ours, theirs), accepted in decided.items():
        by_term.setdefault(theirs, {True: [], False: []})[accepted].append(ours)
    for term in terms.items:
        known = by_term.get(term.iri, {True: [], False: []})
        wanted = terms.wanted.get(term.iri, ())
        found = index.match(_placed(term, index), wanted, nearest, without=frozenset((*known[False], term.iri)))
        proposals = () if known[True] else tuple(_chosen(term, found, index, relations))
        yield Asked(term, proposals, tuple(found), tuple(known[True]), tuple(known[False]))


def _placed(term: Item, index: Index) -> Item:
    """Give a term with the places that it names as those that are known here."""
    known: set[str] = set()
    for place in term.places:
        found = [one.iri for one in index.candidates(place, PLACE) if one.verdict == "match"]
        # A list names its places as it likes; where two lists do alike, that is known too.
        known.update([place] if "://" in place or (place in index.places and not found) else found)
    return replace(term, places=frozenset(known))


def _chosen(term: Item, found: list[Candidate], index: Index, relations: Collection[str]) -> Iterator[Proposal]:
    """Give the match, or else the nearest that is wider or narrower, or else what has the name in another role."""
    least: dict[str, Any] = dict(data("weights")["proposed"])
    fitting = [one for one in found if one.verdict in relations and one.score >= least[one.verdict]]
    for group in (("match",), ("broader", "narrower"), ("related",)):
        those = [one for one in fitting if one.verdict in group]
        if those:
            yield from (
                Proposal(term, index.by_iri[one.iri], one) for one in those[: 1 if group != ("related",) else 3]
            )
            return


def proposal(term: Item, ours: str, index: Index, wanted: Collection[str]) -> Proposal:
    """Give the proposal for a pair, with the reasons as they are now; a pair that shares nothing has none."""
    found = index.match(_placed(term, index), tuple(wanted), len(index.items))
    item = index.by_iri[ours]
    alone = Candidate(ours, item.kind, item.names[0], "related", 0.0, ())
    return Proposal(term, item, next((one for one in found if one.iri == ours), alone))
