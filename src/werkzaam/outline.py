"""Which claims name what, read once from a store: how much an answer would hold, known before it is asked."""

from __future__ import annotations

from collections.abc import Iterable

from werkzaam.overviews import SILENT, said_once
from werkzaam.questions import Groups, ask
from werkzaam.store import Store


class Outline:
    """The claims of a store by what they name and by the heading under which they come.

    `naming` gives, for a concept or thing, the claims that name it or something narrower; `under` gives, for a
    heading, its claims. Both say of each claim what the question *what works* says of it.
    """

    def __init__(self, store: Store) -> None:
        self.naming: dict[str, set[str]] = {}
        self.under: dict[str, set[str]] = {}
        for row in ask(store, "named-in-claims"):
            self.naming.setdefault(row["value"], set()).add(row["claim"])
        for row in ask(store, "what-works"):
            self.under.setdefault(row["verdict"], set()).add(row["claim"])
        self.told = set().union(*(found for verdict, found in self.under.items() if verdict != SILENT))
        self._same = said_once(store)

    def named(self, iris: Iterable[str]) -> set[str]:
        """Give the claims that name any of `iris`."""
        found: set[str] = set()
        return found.union(*(self.naming.get(iri, found) for iri in iris))

    def among(self, groups: Groups) -> set[str]:
        """Give the claims that an answer for all of `groups` would tell."""
        found = set(self.told)
        for group in groups:
            found &= self.named(group)
        return found

    def count(self, claims: Iterable[str]) -> int:
        """Count claims; those that say the same count once."""
        return len({self._same.get(claim, claim) for claim in claims})
