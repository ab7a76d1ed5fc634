"""Case pages: what a project is, what is claimed of it, and its configurations as diagrams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from werkzaam.answers import AGAINST, FOR
from werkzaam.api import Werkzaam
from werkzaam.claims import Node
from werkzaam.terms import CONCEPT, WZ, slug
from werkzaam.web.choices import Choices
from werkzaam.web.diagram import Box, draw
from werkzaam.web.figures import Figure, Figures, Flag, disagreeing
from werkzaam.web.times import moment
from werkzaam.web.words import word

_KINDS = ("Intervention", "Organisation", "Part", "Study", "ProgrammeTheory")
# How a configuration's arrow is drawn, by its effect; modes other than observed are drawn as expected.
_DRAWN = {
    "activates": ("+", "for"),
    "activates-in-part": ("+", "for"),
    "does-not-activate": ("−", "against"),
    "works-against": ("−", "against"),
    "mixed": ("±", "mixed"),
}


@dataclass
class CasePage:
    """A project with its claims: facts by aspect, configurations by mechanism, the rest by class.

    `law` has the claims by the act or performance field that they are about, `timeline` those that say when,
    `wrong` what does not agree between the figures.
    """

    iri: str
    facts: list[tuple[str, list[Node]]]
    law: list[tuple[str, list[Node]]]
    timeline: list[tuple[str, list[Node]]]
    figures: list[Figure]
    wrong: list[Flag]
    mechanisms: list[tuple[str, list[Node]]]
    others: list[tuple[str, list[Node]]]
    diagrams: dict[str, Markup]
    parts: list[str] = field(default_factory=list)
    count: int = 0


class CasePages:
    """Makes case pages from the claims by their scope."""

    def __init__(self, opened: Werkzaam, nodes: Mapping[str, Node], choices: Choices) -> None:
        self._opened, self._nodes, self._choices = opened, nodes, choices
        self._figures = Figures(opened)
        self._below: dict[str, set[str]] = {}
        for row in opened.store.select(_PARTS):
            self._below.setdefault(row["whole"], set()).add(row["part"])
        self._cases = [row["case"] for row in opened.store.select(_CASES)]
        self._scoped: dict[str, list[Node]] = {}
        for node in nodes.values():
            for scope in node.iris("scope"):
                self._scoped.setdefault(scope, []).append(node)

    def projects(self, lang: str) -> list[tuple[str, str]]:
        """Give the cases that have a document of their own, with their labels."""
        return [(iri, self._opened.known.label(iri, lang)) for iri in self._cases]

    def listed(self, lang: str) -> list[tuple[str, int, dict[str, int]]]:
        """Give each case with how many claims stand on it and how many of its configurations work or do not."""
        listed = []
        for iri, _ in self.projects(lang):
            nodes = self.of(iri)
            counts = {FOR: 0, AGAINST: 0}
            for node in nodes:
                verdict = _verdict(node)
                counts[FOR] += verdict in ("for", "mixed")
                counts[AGAINST] += verdict in ("against", "mixed")
            listed.append((iri, len(nodes), {slug(key): value for key, value in counts.items()}))
        return listed

    def has_page(self, iri: str) -> bool:
        """Say whether an IRI is a project, part, organisation, study or theory of which something is claimed."""
        classes = self._opened.known.names.classes.get(iri, frozenset())
        return not classes.isdisjoint(WZ + kind for kind in _KINDS) and bool(self.of(iri))

    def of(self, iri: str) -> list[Node]:
        """Give the claims on a thing and its parts."""
        found = {node.iri: node for one in (iri, *self._below.get(iri, ())) for node in self._scoped.get(one, ())}
        return [found[one] for one in sorted(found)]

    def page(self, iri: str, lang: str) -> CasePage:
        """Give the page of a case."""
        nodes = self.of(iri)
        law: dict[str, list[Node]] = {}
        facts: dict[str, list[Node]] = {}
        mechanisms: dict[str, list[Node]] = {}
        others: dict[str, list[Node]] = {}
        for node in nodes:
            acts = [one for one in node.iris("concerns") if self._is_law(one)]
            for act in acts:
                law.setdefault(act, []).append(node)
            if node.cls == "Feature" and not acts:
                facts.setdefault(node.one("aspect") or "", []).append(node)
            elif node.cls == "Configuration":
                mechanisms.setdefault(node.one("mechanism") or "", []).append(node)
            elif node.cls != "Feature":
                others.setdefault(node.cls, []).append(node)
        label = self._opened.known.label
        parts = sorted(self._below.get(iri, set()) - {iri}, key=lambda one: label(one, lang))
        figures = self._figures.of([iri, *parts])
        dated: dict[str, list[Node]] = {}
        for node in nodes:
            if period := node.one("period"):
                dated.setdefault(period, []).append(node)
        ordered = [(one, mechanisms[one]) for one in self._choices.ordered(list(mechanisms), lang)]
        return CasePage(
            iri,
            sorted(facts.items(), key=lambda item: label(item[0], lang).casefold()),
            sorted(law.items(), key=lambda item: ("/performance-field/" in item[0], label(item[0], lang).casefold())),
            sorted(dated.items(), key=lambda item: moment(item[0])),
            figures,
            disagreeing(figures),
            ordered,
            sorted(others.items()),
            {one: self.summary(one, found, lang) for one, found in ordered},
            parts,
            len(nodes),
        )

    def _is_law(self, iri: str) -> bool:
        classes = self._opened.known.names.classes.get(iri, frozenset())
        return not classes.isdisjoint((WZ + "Act", WZ + "ActGoal", WZ + "PerformanceField"))

    def summary(self, mechanism: str, nodes: list[Node], lang: str) -> Markup:
        """Draw what a case says of one mechanism: who and which circumstances, what came of it.

        Only observed core claims; each value once, with the sign of the claims that name it.
        """
        label = self._opened.known.label
        seen = [node for node in nodes if _verdict(node) != "expected" and slug(node.one("tier") or "") == "core"]
        left: dict[tuple[str, str], set[str]] = {}
        right: dict[str, set[str]] = {}
        for node in seen:
            verdict = _verdict(node)
            for trait in (iri for part in node.all("actor") for iri in part.iris("trait")):
                left.setdefault(("actor", label(trait, lang)), set()).add(verdict)
            for context in node.iris("context"):
                left.setdefault(("context", label(context, lang)), set()).add(verdict)
            for part in node.all("hasOutcome"):
                said = f"{label(part.one('outcome') or '', lang)}: {label(part.one('change') or '', lang)}"
                right.setdefault(said, set()).add(verdict)
        if not seen:
            return Markup("")
        boxes = []
        for kind in ("actor", "context"):
            lines = [f"{_signs(found)} {said}" for (of, said), found in sorted(left.items()) if of == kind]
            if lines:
                boxes.append(Box(kind, word(lang, f"cmo-{kind}"), lines))
        outcomes = [f"{_signs(found)} {said}" for said, found in sorted(right.items())]
        verdicts = {_verdict(node) for node in seen}
        sign = _signs(verdicts)
        kind = "mixed" if len(verdicts) > 1 else next(iter(verdicts))
        return draw(
            boxes,
            Box("mechanism", word(lang, "cmo-mechanism"), [label(mechanism, lang)]),
            [Box("outcome", word(lang, "cmo-outcome"), outcomes or [word(lang, "cmo-no-outcome")])],
            sign=sign,
            verdict=kind,
            title=word(lang, "cmo-case-title", mechanism=label(mechanism, lang)),
        )

    def diagram(self, node: Node, lang: str) -> Markup:
        """Draw one configuration; nothing for a claim of another class."""
        if node.cls != "Configuration":
            return Markup("")
        label = self._opened.known.label
        left = []
        for part in node.all("actor"):
            traits = [label(iri, lang) for iri in part.iris("trait")]
            said = (part.text("description") or {}).get(lang)
            lines = [said] if said else [label(part.one("role") or "", lang), *traits]
            left.append(Box("actor", word(lang, "cmo-actor"), lines))
        contexts = [label(iri, lang) for iri in node.iris("context")]
        if contexts:
            left.append(Box("context", word(lang, "cmo-context"), contexts))
        resource = (node.text("resource") or {}).get(lang)
        left.append(Box("resource", word(lang, "cmo-resource"), [resource or word(lang, "cmo-not-stated")]))
        reasoning = (node.text("reasoning") or {}).get(lang)
        middle = [label(node.one("mechanism") or "", lang), label(node.one("effect") or "", lang)]
        right = [
            Box(
                "outcome",
                word(lang, "cmo-outcome"),
                [label(p.one("outcome") or "", lang), label(p.one("change") or "", lang)],
            )
            for p in node.all("hasOutcome")
        ]
        sign, verdict = _DRAWN.get(slug(node.one("effect") or ""), ("?", "expected"))
        if _verdict(node) == "expected":
            verdict = "expected"
        return draw(
            left,
            Box("mechanism", word(lang, "cmo-mechanism"), [*middle, *([f"“{reasoning}”"] if reasoning else [])]),
            right or [Box("outcome", word(lang, "cmo-outcome"), [word(lang, "cmo-no-outcome")])],
            sign=sign,
            verdict=verdict,
            title=word(lang, "cmo-title", id=slug(node.iri)),
        )


def _verdict(node: Node) -> str:
    """Give how a configuration is drawn and counted: for, against, mixed, or expected; "" for another claim."""
    if node.cls != "Configuration":
        return ""
    if node.one("mode") != f"{CONCEPT}mode/observed":
        return "expected"
    return _DRAWN[slug(node.one("effect") or "")][1]


def _signs(verdicts: set[str]) -> str:
    signs = {"for": "+", "against": "−", "mixed": "±", "expected": "?"}
    return signs[next(iter(verdicts))] if len(verdicts) == 1 else "±"


_PARTS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?whole ?part WHERE { ?part wz:partOf+ ?whole }
"""

_CASES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?case WHERE { ?document wz:caseOf ?case } ORDER BY ?case
"""
