"""The gap map: for each mechanism and each context or trait, what the claims say, and where nothing is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from werkzaam.answers import AGAINST, FOR
from werkzaam.api import Werkzaam
from werkzaam.outline import Outline
from werkzaam.overviews import SILENT
from werkzaam.terms import CONCEPT
from werkzaam.web.choices import Choices

NONE_FOUND = f"{CONCEPT}verdict/none-found"

# The state of a cell with the sign by which it is known; the words stand in the catalogue under `state-…`.
SIGNS = {
    "for": "+",
    "against": "−",
    "mixed": "±",
    "none-found": "0",
    "mentioned": "?",
    "not-addressed": "×",
    "not-studied": "·",
    "not-entered": "",
}


@dataclass(frozen=True)
class Cell:
    """A cell: its state, how many claims stand for and against, and how many in all."""

    state: str
    pro: int
    con: int
    count: int
    column: str

    @property
    def sign(self) -> str:
        """The sign of the state."""
        return SIGNS[self.state]


@dataclass(frozen=True)
class GapMap:
    """A map: its columns, and a row of cells for each mechanism; `deeper` are the columns that can be opened."""

    axis: str
    above: str | None
    columns: list[str]
    deeper: set[str]
    rows: list[tuple[str, str, list[Cell]]]

    def states(self) -> list[str]:
        """Give the states that occur, in their fixed order."""
        found = {cell.state for _, _, cells in self.rows for cell in cells}
        return [state for state in SIGNS if state in found]


class GapMaps:
    """Makes maps from the outline of the claims; what was read in full is asked of the store once."""

    def __init__(self, opened: Werkzaam, outline: Outline, choices: Choices) -> None:
        self._outline, self._choices = outline, choices
        self._covered = {row["mechanism"] for row in opened.store.select(_COVERED)}

    def draw(self, axis: str, above: str | None, case: Iterable[str], lang: str) -> GapMap:
        """Give the map of the mechanisms by the values of `axis` (in, for) right below `above`, or by the topmost."""
        children: dict[str | None, list[str]] = {}
        members = set(self._choices.members(axis))
        for iri in members:
            up = self._choices.above(iri)
            children.setdefault(up if up in members else None, []).append(iri)
        columns = self._choices.ordered(children.get(above, []), lang) if above in {None, *members} else []
        within = self._outline.named(case) if list(case) else None
        rows = []
        for mechanism in self.leaves(lang):
            said = self._outline.naming.get(mechanism, set())
            said = said if within is None else said & within
            cells = [self.cell(said & self._outline.naming.get(one, set()), mechanism, one) for one in columns]
            rows.append((mechanism, self._choices.above(mechanism) or "", cells))
        return GapMap(axis, above, columns, {one for one in columns if one in children}, rows)

    def across(self, cases: Sequence[str], lang: str) -> list[tuple[str, list[Cell]]]:
        """Give, for each mechanism, what is said of it in each of `cases`."""
        naming = self._outline.naming
        rows = []
        for mechanism in self.leaves(lang):
            said = naming.get(mechanism, set())
            rows.append((mechanism, [self.cell(said & naming.get(case, set()), mechanism, case) for case in cases]))
        return rows

    def leaves(self, lang: str) -> Sequence[str]:
        """Give the mechanisms that have none below them, in their order."""
        mechanisms = self._choices.members("mechanism")
        broader = {self._choices.above(one) for one in mechanisms}
        return self._choices.ordered([one for one in mechanisms if one not in broader], lang)

    def cell(self, claims: set[str], mechanism: str, column: str) -> Cell:
        """Give what claims on a mechanism say, for the column that they also name."""
        under = self._outline.under
        counts = {name: self._outline.count(claims & under.get(name, set())) for name in (FOR, AGAINST)}
        pro, con = counts[FOR], counts[AGAINST]
        told = claims & self._outline.told
        if pro and con:
            state = "mixed"
        elif pro or con:
            state = "for" if pro else "against"
        elif claims & under.get(NONE_FOUND, set()):
            state = "none-found"
        elif told:
            state = "mentioned"
        elif claims & under.get(SILENT, set()):
            state = "not-addressed"
        else:
            state = "not-studied" if mechanism in self._covered else "not-entered"
        return Cell(state, pro, con, self._outline.count(claims), column)


# A mechanism of which every case has a document that says to hold all of its configurations and influences.
_COVERED = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?mechanism
WHERE {
  ?document wz:coverage ?coverage .
  ?coverage wz:codedFor wz:Configuration .
  ?coverage wz:codedFor wz:ContextInfluence .
  ?coverage wz:codedConcept ?covering .
  ?mechanism skos:broader* ?covering .
  ?mechanism a wz:Mechanism .
}
"""
