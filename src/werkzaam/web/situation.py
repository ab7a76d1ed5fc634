"""What was studied beside one's own situation: what matches, what differs and what is unknown, as reasons.

Nothing here is a score: how much two places have in common says nothing of what matters in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from werkzaam.api import Werkzaam
from werkzaam.claims import Node
from werkzaam.outline import Outline
from werkzaam.terms import CONCEPT, slug
from werkzaam.web.choices import Choices
from werkzaam.web.gapmap import GapMaps

OBSERVED, ANTICIPATED = f"{CONCEPT}mode/observed", f"{CONCEPT}mode/anticipated"
_WORKS = frozenset(("activates", "activates-in-part"))
_FAILS = frozenset(("does-not-activate", "works-against"))
_KINDS = (("for", "trait"), ("in", "context"))


@dataclass(frozen=True)
class Situation:
    """Somebody's own situation: the traits and circumstances that hold there, those that do not, and what is wanted."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    outcomes: tuple[str, ...]

    @classmethod
    def read(cls, params: Mapping[str, Sequence[str]], opened: Werkzaam, lang: str) -> Situation:
        """Read the parameters of an address; raises `UsageError`, in `lang`, where a name is not known."""

        def named(name: str, dimension: str) -> list[str]:
            given = [value for value in params.get(name, ()) if value.strip()]
            return [group[0] for value in given for group in opened.groups(dimension, value, lang)]

        yes = [iri for name, dimension in _KINDS for iri in named(name, dimension)]
        no = [iri for name, dimension in _KINDS for iri in named(f"not-{name}", dimension)]
        return cls(tuple(dict.fromkeys(yes)), tuple(dict.fromkeys(no)), tuple(named("outcome", "outcome")))

    def pairs(self) -> list[tuple[str, str]]:
        """Give the parameters of an address that hold it."""
        names = {dimension: name for name, dimension in _KINDS}
        found = [
            (f"{before}{names[iri.split('/')[-2]]}", slug(iri))
            for before, iris in (("", self.yes), ("not-", self.no))
            for iri in iris
        ]
        return [*found, *(("outcome", slug(iri)) for iri in self.outcomes)]


@dataclass(frozen=True)
class Judged:
    """A claim with what of it matches a situation, what differs and what is unknown; `apart`: it excepts the situation.

    `verdict` is for, against, mixed or risk; "" for an influence, of which `needed` says that it cannot be missed.
    """

    claim: Node
    verdict: str
    matches: tuple[str, ...]
    differs: tuple[str, ...]
    unknown: tuple[str, ...]
    apart: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True)
class Told:
    """What the studies say beside a situation.

    `works` and `watch` have something in common with it and nothing against it; `other` differs from it somewhere;
    `open_` counts the claims of which nothing is known to match or differ, `bare` those that name no condition.
    `ask` are the conditions that are unknown, with how many claims turn on each. `unnamed` are conditions of the
    situation that no claim names; `unstudied` gives for each of the others the mechanisms of which nothing is said.
    """

    works: list[Judged]
    watch: list[Judged]
    other: list[Judged]
    open_: int
    bare: int
    ask: list[tuple[str, int]]
    unnamed: list[str]
    unstudied: list[tuple[str, list[str]]]


class Situations:
    """Lays a situation beside the claims."""

    def __init__(self, nodes: Mapping[str, Node], outline: Outline, choices: Choices, maps: GapMaps) -> None:
        self._outline, self._choices, self._maps = outline, choices, maps
        self._opposites = choices.opposites()
        kept = [
            node
            for node in nodes.values()
            if not node.iris("restates") and slug(node.one("tier") or "core") != "illustration"
        ]
        self._configurations = [node for node in kept if node.cls == "Configuration"]
        self._influences = [node for node in kept if node.cls == "ContextInfluence" and node.one("mode") == OBSERVED]

    def beside(self, situation: Situation, lang: str) -> Told:
        """Say what the claims say beside a situation."""
        judge = self._judge(situation)
        works: list[Judged] = []
        watch: list[Judged] = []
        other: list[Judged] = []
        open_ = bare = 0
        for node in self._configurations:
            verdict = _verdict(node)
            if not verdict or not self._wanted(node, situation.outcomes):
                continue
            one = judge(node, verdict)
            if one.differs or one.apart:
                if verdict != "risk":
                    other.append(one)
            elif one.matches:
                (works if verdict in ("for", "mixed") else watch).append(one)
            elif one.unknown:
                open_ += verdict != "risk"
            else:
                bare += verdict != "risk"
        for node in self._influences:
            one = judge(node, "")
            hinders = slug(node.one("influence") or "") == "negative"
            if (hinders and one.matches and not one.differs) or (one.needed and (one.differs or one.unknown)):
                watch.append(one)
        ask: Counter[str] = Counter(iri for one in (*works, *watch) for iri in one.unknown)
        named = [iri for iri in situation.yes if self._outline.naming.get(iri, set()) & self._outline.told]
        return Told(
            sorted(works, key=_order),
            sorted(watch, key=_order),
            sorted((one for one in other if one.matches or one.apart), key=_order)
            + sorted((one for one in other if not one.matches and not one.apart), key=_order),
            open_,
            bare,
            sorted(ask.items(), key=lambda item: (-item[1], item[0])),
            [iri for iri in situation.yes if iri not in named],
            [(iri, found) for iri in named if (found := self._unstudied(iri, lang))],
        )

    def _judge(self, situation: Situation) -> Callable[[Node, str], Judged]:
        """Give what lays one claim beside the situation."""
        # What holds somewhere holds of its broader concepts too; what does not hold, neither do the narrower ones.
        # The topmost are dimensions: that something hangs on age is no more true of one age than of another.
        holds = {up for iri in situation.yes for up in self._upward(iri)}
        fails = set(situation.no)

        def differs(iri: str) -> bool:
            above = self._upward(iri)
            return not fails.isdisjoint(above) or any(self._opposites.get(one) in holds for one in above)

        def judge(node: Node, verdict: str) -> Judged:
            given = {*node.iris("context"), *(iri for part in node.all("actor") for iri in part.iris("trait"))}
            named = sorted(iri for iri in given if self._choices.above(iri))
            matches = [iri for iri in named if iri in holds]
            different = [iri for iri in named if iri not in holds and differs(iri)]
            unknown = [iri for iri in named if iri not in holds and iri not in different]
            apart = [iri for part in node.all("exceptFor") for iri in part.iris("trait") if iri in holds]
            needed = slug(node.one("necessary") or "") == "yes"
            return Judged(node, verdict, tuple(matches), tuple(different), tuple(unknown), tuple(apart), needed)

        return judge

    def _upward(self, iri: str) -> list[str]:
        found = [iri]
        while (above := self._choices.above(found[-1])) and above not in found:
            found.append(above)
        return found

    def _wanted(self, node: Node, outcomes: Iterable[str]) -> bool:
        wanted = set(outcomes)
        named = (iri for part in node.all("hasOutcome") for iri in part.iris("outcome"))
        return not wanted or any(not wanted.isdisjoint(self._upward(iri)) for iri in named)

    def _unstudied(self, condition: str, lang: str) -> list[str]:
        naming = self._outline.naming
        said = naming.get(condition, set())
        cells = [
            (one, self._maps.cell(said & naming.get(one, set()), one, condition)) for one in self._maps.leaves(lang)
        ]
        return [one for one, cell in cells if cell.state == "not-studied"]


def _verdict(node: Node) -> str:
    effect = slug(node.one("effect") or "")
    if node.one("mode") == ANTICIPATED:
        return "risk" if effect in _FAILS else ""
    if node.one("mode") != OBSERVED:
        return ""
    return "for" if effect in _WORKS else "against" if effect in _FAILS else "mixed"


def _order(one: Judged) -> tuple[bool, int, int, str, str]:
    """Put first what an observation says, then what leaves least unknown."""
    return (one.verdict == "risk", len(one.unknown), -len(one.matches), one.claim.one("mechanism") or "", one.claim.iri)
