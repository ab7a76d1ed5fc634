"""The figures of a case, with which of them agree with each other and which do not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from werkzaam.api import Werkzaam
from werkzaam.questions import ask
from werkzaam.store import Row
from werkzaam.terms import CONCEPT, slug

_ID = re.compile(r"\([^\s,()]+, (?=p\. )")
_ALL = f"{CONCEPT}breakdown/all"


@dataclass(frozen=True)
class Flag:
    """That a figure agrees, or not, with what is computed from others; `rule` is the check that says so, if one does.

    `kind` is that of the question *reconciliation*; `value` and `others` are as the source prints them, with pages.
    """

    kind: str
    agrees: bool
    rule: str
    value: str
    expected: Decimal
    others: str
    why: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    @property
    def computed(self) -> bool:
        """Whether what was expected is another number than the one that is printed."""
        return not self.value.replace(".", "").startswith(str(self.expected))

    @property
    def decimals(self) -> int:
        """How many decimals the number that was expected has."""
        return _decimals(self.expected)


@dataclass
class Figure:
    """A figure of a source."""

    iri: str
    entity: str
    quantity: str
    parts: list[str]
    period: str
    printed: str
    value: Decimal | None
    unit: str
    exactness: str
    state: str
    page: str
    of: str
    flags: list[Flag] = field(default_factory=list)

    @property
    def agrees(self) -> bool | None:
        """Whether it agrees with all that it was compared with; None where it was compared with nothing."""
        return all(flag.agrees for flag in self.flags) if self.flags else None

    @property
    def decimals(self) -> int:
        """How many decimals the number has."""
        return _decimals(self.value) if self.value is not None else 0


class Figures:
    """All figures, read once."""

    def __init__(self, opened: Werkzaam) -> None:
        store = opened.store
        self._by_entity: dict[str, list[Figure]] = {}
        figures: dict[str, Figure] = {}
        for row in ask(store, "figures"):
            figures[row["figure"]] = made = _figure(row)
            self._by_entity.setdefault(made.entity, []).append(made)
        why: dict[str, dict[str, str]] = {}
        for row in store.select(_WHY):
            why.setdefault(row["check"], {})[getattr(row["note"], "language", "")] = str(row["note"])
        sides: dict[str, list[str]] = {}
        for row in store.select(_SIDES):
            sides.setdefault(row["check"], []).append(row["figure"])
        for answer in ("no", "yes"):
            for row in ask(store, "reconciliation", {"answer": [[f"{CONCEPT}answer/{answer}"]]}):
                if row["kind"] == "claims":
                    continue  # claims that contradict each other say so themselves
                flag = _flag(row, why.get(row["figure"], {}))
                for iri in sides.get(row["figure"], [row["figure"]]):
                    if iri in figures:
                        figures[iri].flags.append(flag)

    def of(self, entities: Sequence[str]) -> list[Figure]:
        """Give the figures of some things."""
        return [figure for iri in entities for figure in self._by_entity.get(iri, [])]


def disagreeing(figures: Sequence[Figure]) -> list[Flag]:
    """Give what does not agree, each once."""
    return list(dict.fromkeys(flag for figure in figures for flag in figure.flags if not flag.agrees))


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _figure(row: Row) -> Figure:
    return Figure(
        row["figure"],
        row["entity"],
        row["quantity"],
        [row[name] for name in ("part", "method") if row[name] != _ALL],
        str(row["period"]),
        str(row["value"]),
        Decimal(row["number"]) if "number" in row else None,
        row["unit"],
        row["exactness"],
        row["state"],
        str(row.get("page", "")),
        str(row.get("of", "")),
    )


def _flag(row: Row, why: Mapping[str, str]) -> Flag:
    rule = row["figure"] if row["kind"] == "check" else ""
    value, others = (_ID.sub("(", str(row.get(name, ""))) for name in ("value", "others"))
    return Flag(str(row["kind"]), slug(row["agrees"]) == "yes", rule, value, Decimal(row["expected"]), others, why)


_SIDES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?check ?figure WHERE { ?check wz:left|wz:right ?figure } ORDER BY ?check ?figure
"""

_WHY = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?check ?note WHERE { ?check a wz:Check . ?check wz:note ?note } ORDER BY ?check ?note
"""
