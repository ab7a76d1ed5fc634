"""Cases made up from the shape of the packaged ones, to measure with and to try things on: nothing in them is found.

What goes together in a claim is drawn together, all else apart: mechanism with effect, mode and stage from one claim,
those concerned from a second, circumstances from a third, outcomes from one with the same effect, evidence from a
fifth. So frequencies are those of the packaged data, no claim is a copy, and texts are made of labels alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import pyoxigraph as ox

from werkzaam.claims import Node, claims
from werkzaam.messages import say
from werkzaam.store import Store
from werkzaam.terms import CONCEPT, GRAPH, ID, LANGUAGES, TYPE, WZ, XSD

CLAIMS = (5, 9)
"""The fewest and the most claims of a case, some 250 statements; a case of the report has fifty times as many."""
KINDS = ("Configuration", "ContextInfluence", "Goal", "MechanismInteraction", "OutcomeFinding")
LINKS = ("explains", "illustrates", "qualifies", "restates", "strongerThan")
"""How a claim may point to another; what could contradict an axiom or is too rare to matter stays out."""
LETTERS = 400_000
"""How long the text would be in which it all stands."""
CODED_ON = "2010-01-01"
_APART = ("context", "resourceKind")
"""What a configuration does not draw together with its mechanism."""

_LABELS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?s ?label WHERE { ?s skos:prefLabel|rdfs:label ?label } ORDER BY ?s ?label
"""


@dataclass(frozen=True, slots=True)
class Patterns:
    """What there is to draw from: claims a class, configurations an effect, and how things are called.

    `said` has for each claim and each part of one its properties that take concepts, with these.
    """

    of_class: Mapping[str, Sequence[Node]]
    of_effect: Mapping[str, Sequence[Node]]
    said: Mapping[str, Mapping[str, Sequence[str]]]
    labels: Mapping[str, Mapping[str, str]]


def patterns(store: Store) -> Patterns:
    """Read from `store` what there is to draw from."""
    of_class: dict[str, list[Node]] = {}
    of_effect: dict[str, list[Node]] = {}
    said: dict[str, dict[str, list[str]]] = {}
    for claim in claims(store):
        for node in (claim, *(part for parts in claim.parts.values() for part in parts)):
            concepts = {
                path: [one for one in node.iris(path) if one.startswith(CONCEPT)] for path in sorted(node.values)
            }
            said[node.iri] = {path: named for path, named in concepts.items() if named}
        of_class.setdefault(claim.cls, []).append(claim)
        if claim.cls == "Configuration":
            of_effect.setdefault(claim.one("effect") or "", []).append(claim)
    labels: dict[str, dict[str, str]] = {}
    for row in store.select(_LABELS):
        labels.setdefault(row["s"], {})[getattr(row["label"], "language", "")] = str(row["label"])
    return Patterns(of_class, of_effect, said, labels)


def generate(seed: int, count: int, source: Patterns, start: int = 0) -> Iterator[list[ox.Quad]]:
    """Yield `count` cases from number `start` on, each the quads of its document.

    A case depends on `seed`, its number and the packaged data alone: the same on any machine, in any order.
    """
    kinds = [kind for kind in KINDS for _ in source.of_class[kind]]
    for number in range(start, start + count):
        yield _Case(seed, number, source, kinds).quads


class _Case:
    """One case in the making."""

    def __init__(self, seed: int, number: int, source: Patterns, kinds: Sequence[str]) -> None:
        self.chance = Random(f"werkzaam {seed} {number}")
        self.source = source
        self.quads: list[ox.Quad] = []
        self.slug = f"made-up-{seed}-{number}"
        self.document = f"{GRAPH}{self.slug}/case"
        self._graph = ox.NamedNode(self.document)
        self.things = {
            kind: f"{ID}{kind}/{self.slug}" for kind in ("intervention", "part", "organisation", "study", "publication")
        }
        self._frame(number)
        self.made: list[str] = []
        for kind in ("Configuration", "Feature", *self.chance.choices(kinds, k=self.chance.randint(*CLAIMS) - 2)):
            self._claim(kind, f"{ID}claim/{self.slug}/c{len(self.made) + 1}")

    def _add(self, subject: str, path: str, *values: ox.NamedNode | ox.Literal) -> None:
        node, link = ox.NamedNode(subject), _node(path if "://" in path else WZ + path)
        self.quads += [ox.Quad(node, link, value, self._graph) for value in values]

    def _say(self, subject: str, path: str, text: Mapping[str, str]) -> None:
        self._add(subject, path, *(ox.Literal(text[lang], language=lang) for lang in LANGUAGES))

    def _frame(self, number: int) -> None:
        """Make the document, and the things that it describes."""
        agent = f"{ID}agent/generator"
        self._add(self.document, TYPE, _node(WZ + "CaseDocument"))
        self._add(self.document, "study", _node(self.things["study"]))
        self._add(self.document, "caseOf", _node(self.things["intervention"]))
        self._add(self.document, "coding", _node(f"{self.document}/coding"))
        self._add(f"{self.document}/coding", TYPE, _node(WZ + "Coding"))
        self._add(f"{self.document}/coding", "codedBy", _node(agent))
        self._add(f"{self.document}/coding", "codedOn", ox.Literal(CODED_ON, datatype=_node(XSD + "date")))
        self._add(f"{self.document}/coding", "guideVersion", ox.Literal("3"))
        self._add(f"{self.document}/coding", "review", _node(CONCEPT + "review/not-checked"))
        classes = ("Intervention", "InterventionPart", "Organisation", "Study", "Publication", "Agent")
        for cls, iri in zip(classes, (*self.things.values(), agent), strict=True):
            label = self.source.labels[WZ + cls]
            self._add(self.document, "describes", _node(iri))
            self._add(iri, TYPE, _node(WZ + cls))
            told = {lang: f"{label[lang]} {number + 1}" if iri != agent else label[lang] for lang in LANGUAGES}
            self._say(iri, "name", told)
        self._add(self.things["part"], "partOf", _node(self.things["intervention"]))
        self._add(self.things["intervention"], "partOf", _node(self.things["organisation"]))
        self._add(self.things["study"], "publication", _node(self.things["publication"]))
        self._say(self.things["study"], "description", _notice())

    def _claim(self, kind: str, iri: str) -> None:
        draw, nodes = self.chance.choice, self.source.of_class[kind]
        core = draw(nodes)
        whom, around, told = draw(nodes), draw(nodes), draw(nodes)
        while not self._fits(whom, core, told):
            whom = draw(nodes)
        results = core
        if kind == "Configuration":
            results = draw(self.source.of_effect[core.one("effect") or ""])
        self._add(self.document, "contains", _node(iri))
        self._add(iri, TYPE, _node(WZ + kind))
        self._add(iri, "scope", _node(self.things["part" if _on_part(core) else "intervention"]))
        apart = _APART if kind == "Configuration" else ()
        named = self._concepts(iri, core, leave_out=("tier", *apart))
        named += self._concepts(iri, around, only=apart)
        self._concepts(iri, whom, only=("tier",))
        if core.one("reading") == CONCEPT + "reading/ours":
            self._say(iri, "note", _notice())
        for index, actor in enumerate(whom.all("actor") or self._someone(kind), 1):
            named += self._part(iri, "actor", f"a{index}", actor)
        for index, outcome in enumerate(results.all("hasOutcome"), 1):
            named += self._part(iri, "hasOutcome", f"o{index}", outcome)
        self._texts(iri, core, named)
        silent = core.all("readSpan")
        for index, span in enumerate(silent, 1):
            self._part(iri, "readSpan", f"r{index}", span)
            self._passage(f"{iri}/r{index}", self.chance.randrange(LETTERS))
            self._add(f"{iri}/r{index}", "searchedFor", ox.Literal(self.slug))
        if not silent:
            # What goes against expectation rests on evidence of its own kind.
            self._evidence(iri, told if told.all("supportedBy") and not core.one("stage") else core)
        self._links(iri, whom)
        self.made.append(iri)

    def _fits(self, whom: Node, *evidence: Node) -> bool:
        """Say whether those concerned, drawn apart, can stand here."""
        if not self.made and whom.one("tier") != CONCEPT + "tier/core":  # the others point to a claim before them
            return False
        alone = any(
            CONCEPT + "quantifier/one" in one.iris("quantifier") for e in evidence for one in e.all("supportedBy")
        )
        return not alone or all(len(actor.iris("trait")) < 2 for actor in whom.all("actor"))  # else a person is known

    def _someone(self, kind: str) -> list[Node]:
        """Give an actor where one must be told."""
        return self.source.of_class[kind][0].all("actor") if kind == "Configuration" else []

    def _concepts(
        self, iri: str, node: Node, only: Sequence[str] | None = None, leave_out: Sequence[str] = ()
    ) -> list[str]:
        """Say of `iri` the concepts that are said of `node`; give them."""
        found: list[str] = []
        for path, concepts in self.source.said[node.iri].items():
            if path not in leave_out and (only is None or path in only):
                self._add(iri, path, *map(_node, concepts))
                found += concepts
        return found

    def _part(self, iri: str, path: str, id_: str, node: Node) -> list[str]:
        part = f"{iri}/{id_}"
        self._add(iri, path, _node(part))
        self._add(part, TYPE, _node(WZ + node.cls))
        return self._concepts(part, node)

    def _texts(self, iri: str, core: Node, named: Sequence[str]) -> None:
        """Write the texts that a claim must have, of the labels of what it names."""
        labels = self.source.labels
        told = [one for one in dict.fromkeys(named) if not one.startswith(_UNTOLD)]
        text = {lang: ", ".join(labels[one][lang] for one in told) for lang in LANGUAGES}
        kind = labels[WZ + core.cls]
        self._say(iri, "statement", {lang: f"{kind[lang]} {len(self.made) + 1}: {text[lang]}." for lang in LANGUAGES})
        for path in ("resource", "reasoning", "value"):
            if core.text(path):
                self._say(iri, path, {lang: f"{labels[WZ + path][lang]}: {text[lang]}" for lang in LANGUAGES})

    def _evidence(self, iri: str, node: Node) -> None:
        index = 0
        for path in ("supportedBy", "disputedBy", "qualifiedBy"):
            for one in node.all(path):
                index += 1
                self._part(iri, path, f"e{index}", one)
                self._place(f"{iri}/e{index}")
                if one.one("gatheredIn"):
                    self._add(f"{iri}/e{index}", "gatheredIn", _node(self.things["part"]))

    def _place(self, iri: str) -> None:
        """Say where evidence would stand."""
        start = self.chance.randrange(LETTERS)
        phrase = f"{self.slug}, {start}"
        self._passage(iri, start)
        self._add(iri, "page", ox.Literal(str(1 + start // 2_500)))
        self._add(iri, "phrase", ox.Literal(phrase))
        self._add(iri, "fingerprint", ox.Literal(hashlib.sha256(phrase.encode()).hexdigest()))

    def _passage(self, iri: str, start: int) -> None:
        """Say from where to where a text would have been read, and in which section."""
        self._add(iri, "section", ox.Literal(f"{1 + start // 60_000}.{1 + start // 2_500 % 5}"))
        for path, value in (("start", start), ("end", start + self.chance.randint(60, 400))):
            self._add(iri, path, ox.Literal(str(value), datatype=_node(XSD + "integer")))

    def _links(self, iri: str, node: Node) -> None:
        """Point to another claim of the case where the pattern does; the first has none to point to."""
        others = list(self.made)
        self.chance.shuffle(others)
        for path in LINKS:
            if node.iris(path) and others:
                self._add(iri, path, _node(others.pop()))


_UNTOLD = tuple(f"{CONCEPT}{scheme}/" for scheme in ("missing", "party", "reading", "review"))
"""Schemes whose concepts a statement does not tell."""


def _notice() -> dict[str, str]:
    return {lang: say(lang, "made-up") for lang in LANGUAGES}


def _on_part(node: Node) -> bool:
    return any(one.startswith(f"{ID}part/") for one in node.iris("scope"))


@lru_cache(maxsize=10_000)
def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)
