"""Cases side by side: what each says on the same thing, and where it says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzaam.claims import Node
from werkzaam.terms import CONCEPT, slug
from werkzaam.web.cases import CasePages
from werkzaam.web.choices import Choices
from werkzaam.web.gapmap import Cell, GapMaps

_CORE = f"{CONCEPT}tier/core"
_OBSERVED = f"{CONCEPT}mode/observed"


@dataclass(frozen=True)
class Said:
    """What one case says on an aspect: the claims that carry something, and how many others there are."""

    first: Sequence[Node]
    others: int


@dataclass(frozen=True)
class Side:
    """Cases side by side; each row has a thing and, for each case in turn, what is said of it.

    `between` are the claims by which a source itself compares at least two of them.
    """

    cases: Sequence[str]
    mechanisms: list[tuple[str, list[Cell]]]
    outcomes: list[tuple[str, list[list[tuple[str, int]]]]]
    aspects: list[tuple[str, list[Said]]]
    between: list[Node]


FIRST = 2
"""How many claims a cell shows before it counts the others."""


class Comparison:
    """Puts cases side by side."""

    def __init__(self, cases: CasePages, maps: GapMaps, choices: Choices, nodes: Mapping[str, Node]) -> None:
        self._cases, self._maps, self._choices, self._nodes = cases, maps, choices, nodes

    def of(self, cases: Sequence[str], lang: str) -> Side:
        """Compare some cases."""
        claims = [self._cases.of(iri) for iri in cases]
        return Side(
            cases,
            self._maps.across(cases, lang),
            self._outcomes(claims, lang),
            self._aspects(claims, lang),
            self._between(set(cases)),
        )

    def _outcomes(self, claims: Sequence[list[Node]], lang: str) -> list[tuple[str, list[list[tuple[str, int]]]]]:
        """Give, for each outcome, how often each case observed which change."""
        counted: list[dict[str, dict[str, int]]] = []
        for nodes in claims:
            found: dict[str, dict[str, int]] = {}
            for node in nodes:
                if node.one("mode") != _OBSERVED or node.cls == "Goal" or node.iris("restates"):
                    continue
                for part in node.all("hasOutcome"):
                    changes = found.setdefault(part.one("outcome") or "", {})
                    changes[part.one("change") or ""] = changes.get(part.one("change") or "", 0) + 1
            counted.append(found)
        seen = self._choices.ordered(sorted(set().union(*counted)), lang)
        return [(one, [sorted(found.get(one, {}).items()) for found in counted]) for one in seen]

    def _aspects(self, claims: Sequence[list[Node]], lang: str) -> list[tuple[str, list[Said]]]:
        by_case: list[dict[str, list[Node]]] = []
        for nodes in claims:
            found: dict[str, list[Node]] = {}
            for node in nodes:
                if node.cls == "Feature":
                    found.setdefault(node.one("aspect") or "", []).append(node)
            by_case.append(found)
        seen = self._choices.ordered(sorted(set().union(*by_case)), lang)
        return [(one, [_said(found.get(one, [])) for found in by_case]) for one in seen]

    def _between(self, cases: set[str]) -> list[Node]:
        found = [node for node in self._nodes.values() if len(cases & set(node.iris("compares"))) > 1]
        return sorted((node for node in found if not node.iris("restates")), key=lambda node: (_rank(node), node.iri))


def _said(nodes: Sequence[Node]) -> Said:
    told = sorted((node for node in nodes if not node.iris("restates")), key=lambda node: (_rank(node), node.iri))
    return Said(told[:FIRST], len(nodes) - len(told[:FIRST]))


def _rank(node: Node) -> int:
    return ("core", "illustration", "detail").index(slug(node.one("tier") or "core"))
