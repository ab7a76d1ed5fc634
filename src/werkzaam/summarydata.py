"""What goes into a summary of claims, and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

Pairs = frozenset[tuple[str, str, str]]
"""Lower, upper, and the graph that says so."""
_T = TypeVar("_T", str, int)


@dataclass(frozen=True)
class Told:
    """What triples say of claims: the document and tier of each, what each itself names, and how each comes.

    `names` are pairs of a thing and a claim, `comes` of a heading and a claim, `restates` of two claims, `coded` of a
    document and who coded it. `called` has what a document calls a thing: thing, document, kind as in `terms.NAMED`,
    text and language; `types` thing, class and document of what has a name, and of claims.
    """

    documents: dict[str, str] = field(default_factory=dict)
    names: set[tuple[str, ...]] = field(default_factory=set)
    comes: set[tuple[str, ...]] = field(default_factory=set)
    tiers: dict[str, str] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    restates: set[tuple[str, ...]] = field(default_factory=set)
    coded: set[tuple[str, ...]] = field(default_factory=set)
    called: set[tuple[str, ...]] = field(default_factory=set)
    types: set[tuple[str, ...]] = field(default_factory=set)


@dataclass(frozen=True)
class Above:
    """What counts as what: steps that go on, steps after which goes no other, and of which class or scheme it is."""

    on: Pairs
    last: Pairs
    belongs: Pairs

    @cached_property
    def _next(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        ways: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
        for way, pairs in zip(ways, (self.on, self.last), strict=True):
            for lower, upper, _ in pairs:
                way.setdefault(lower, []).append(upper)
        return ways

    def of(self, thing: str) -> set[str]:
        """Give everything that `thing` counts as, itself included: what is broader, the whole, and what it is about."""
        on, last = self._next
        found, todo = {thing}, [thing]
        while todo:
            new = set(on.get(todo.pop(), ())) - found
            found |= new
            todo += new
        return found.union(*(last.get(one, ()) for one in found))


@dataclass(frozen=True, slots=True)
class Overview:
    """How much an answer to *what works* holds.

    `counts` are the claims under each heading, `shown` some of these by heading; `total` counts a claim under two
    headings once, and claims that say the same once; `checked` are those that a person checked; `coders` who coded
    them.
    """

    counts: dict[str, int]
    shown: dict[str, list[str]]
    total: int
    checked: int
    coders: list[str]


def said_once(pairs: Iterable[tuple[_T, _T]]) -> dict[_T, _T]:
    """Give, for each claim of pairs that say the same, the one claim by which all that do are counted."""
    first: dict[_T, _T] = {}

    def of(claim: _T) -> _T:
        while (one := first.setdefault(claim, claim)) != claim:
            first[claim] = claim = first[one]  # the next way is shorter
        return claim

    for one, other in pairs:
        one, other = of(one), of(other)
        if one < other:
            first[other] = one
        else:
            first[one] = other
    return {claim: of(claim) for claim in first}
