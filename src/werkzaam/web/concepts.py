"""Concept pages: what a concept is, where it works and where not, and what stands around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from werkzaam.api import Werkzaam
from werkzaam.claims import Node
from werkzaam.outline import Outline
from werkzaam.web.cases import CasePages
from werkzaam.web.choices import ASKED, Choices
from werkzaam.web.gapmap import Cell, GapMaps
from werkzaam.web.interplay import Relation, circle, relations
from werkzaam.web.reference import Reference
from werkzaam.web.words import word


@dataclass(frozen=True)
class ConceptPage:
    """A concept that claims name.

    `name` is the parameter by which *what works* asks for it, `count` how many claims it tells, `headings` how many
    under each. `places` and `mechanisms` have a cell for each place and each mechanism of which something is said,
    `silent` and `unstudied` are the others; the places among `askable` can be asked for.
    """

    name: str
    count: int
    headings: list[tuple[str, int]]
    places: list[tuple[str, Cell]]
    mechanisms: list[tuple[str, Cell]]
    askable: list[str]
    silent: list[str]
    unstudied: list[str]
    relations: list[Relation]
    picture: Markup


class ConceptPages:
    """Makes the pages of concepts."""

    def __init__(
        self,
        opened: Werkzaam,
        nodes: Mapping[str, Node],
        outline: Outline,
        choices: Choices,
        maps: GapMaps,
        cases: CasePages,
        reference: Reference,
    ) -> None:
        self._opened, self._nodes, self._outline, self._choices = opened, nodes, outline, choices
        self._maps, self._cases, self._reference = maps, cases, reference

    def page(self, iri: str, lang: str) -> ConceptPage | None:
        """Give the page of a concept; None where *what works* cannot ask for it."""
        name = next((name for name, _, _ in ASKED if iri in self._choices.members(name)), None)
        if name is None:
            return None
        answer = self._opened.what_works_of([[iri]], (), self._nodes)
        naming = self._outline.naming
        said = naming.get(iri, set())
        cases = [case for case, _ in self._cases.projects(lang)]
        scopes = {scope for claim in said for scope in self._nodes[claim].iris("scope")} - set(cases)
        places = []
        for place in [*cases, *self._choices.ordered(sorted(scopes), lang)]:
            here = naming.get(place, set()) or {node.iri for node in self._cases.of(place)}
            places.append((place, self._maps.cell(said & here, iri, place)))
        mechanisms = []
        if name not in ("mechanism", "case"):
            mechanisms = [
                (one, self._maps.cell(said & naming.get(one, set()), one, iri)) for one in self._maps.leaves(lang)
            ]
        found = relations(self._opened, self._nodes, iri) if name == "mechanism" else []
        return ConceptPage(
            name,
            answer.count,
            [(verdict, len(entries)) for verdict, entries in answer.headings],
            [(one, cell) for one, cell in places if cell.count] if name != "case" else [],
            [(one, cell) for one, cell in mechanisms if cell.count],
            self._choices.members("case"),
            [one for one, cell in places if not cell.count],
            [one for one, cell in mechanisms if cell.state == "not-studied"],
            found,
            self.picture(found, lang, word(lang, "interplay-picture-of", concept=self._opened.known.label(iri, lang))),
        )

    def picture(self, found: list[Relation], lang: str, title: str) -> Markup:
        """Draw relations around an ellipse, mechanisms and traits alike."""
        named = {iri for one in found for iri in (one.start, one.end)}
        labels = {iri: self._opened.known.label(iri, lang) for iri in named}
        return circle(found, self._choices.ordered(sorted(named), lang), labels, title)

    def kin(self, iri: str) -> list[tuple[str, list[str]]]:
        """Give the concepts around a concept, by how they stand to it; `alike`: on its topic, in another role."""
        entries = self._reference.concepts
        if iri not in entries:
            return []
        own = entries[iri].iris
        narrower = [one for one, entry in entries.items() if iri in entry.iris.get("broader", [])]
        topics = set(own.get("subject", []))
        alike = [
            one
            for one, entry in entries.items()
            if topics & set(entry.iris.get("subject", [])) and one.rpartition("/")[0] != iri.rpartition("/")[0]
        ]
        found = (
            ("broader", own.get("broader", [])),
            ("narrower", narrower),
            ("opposite", own.get("oppositeOf", [])),
            ("alike", alike),
        )
        return [(name, iris) for name, iris in found if iris]
