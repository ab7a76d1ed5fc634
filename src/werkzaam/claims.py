"""Claims as plain objects: everything that a claim and its parts say, read in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from werkzaam.store import Iri, Literal, Store, Value
from werkzaam.terms import TYPE, WZ, slug

PARTS = (
    "actor",
    "exceptFor",
    "hasOutcome",
    "supportedBy",
    "disputedBy",
    "qualifiedBy",
    "readSpan",
    "argument",
)

_QUERY = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?claim ?node ?property ?value ?document
WHERE {{
  {only}
  ?document wz:contains ?claim .
  ?claim ({parts})* ?node .
  ?node ?property ?value .
}}
"""


@dataclass
class Node:
    """A claim or part: its IRI and its values by property, the namespace of werkzaam left out."""

    iri: str
    values: dict[str, list[Value]] = field(default_factory=dict)
    parts: dict[str, list[Node]] = field(default_factory=dict)
    document: str = ""

    @property
    def cls(self) -> str:
        """The name of the class, for example ``Configuration``."""
        return slug(next(iter(self.values.get(TYPE, [])), ""))

    def iris(self, name: str) -> list[str]:
        """Give the IRIs of a property, sorted."""
        return sorted(value for value in self.values.get(name, []) if isinstance(value, Iri))

    def one(self, name: str) -> str | None:
        """Give the one value of a property, or None."""
        return next(iter(sorted(self.values.get(name, []))), None)

    def text(self, name: str) -> dict[str, str] | None:
        """Give the texts of a property a language, or None where there are none."""
        found = {v.language: str(v) for v in self.values.get(name, []) if isinstance(v, Literal) and v.language}
        return dict(sorted(found.items())) or None

    def all(self, name: str) -> list[Node]:
        """Give the parts of a property, in the order of their ids."""
        return self.parts.get(name, [])


def claims(store: Store, only: Iterable[str] | None = None) -> list[Node]:
    """Give all claims of `store`, or those in `only`, in the order of their IRIs."""
    values = "" if only is None else f"VALUES ?claim {{ {' '.join(f'<{iri}>' for iri in only)} }}"
    rows = store.select(_QUERY.format(only=values, parts="|".join(f"wz:{name}" for name in PARTS)))
    nodes: dict[str, Node] = {}
    roots: dict[str, Node] = {}
    for row in rows:
        node = nodes.setdefault(row["node"], Node(row["node"]))
        name = row["property"].removeprefix(WZ)
        kept = node.values.setdefault(name, [])
        if row["value"] not in kept or isinstance(row["value"], Literal):
            kept.append(row["value"])
        if row["node"] == row["claim"]:
            node.document = row["document"]
            roots[node.iri] = node
    for root in (*roots.values(), *nodes.values()):
        for name in PARTS:
            found = [nodes[iri] for iri in root.iris(name) if iri in nodes]
            if found:
                root.parts[name] = sorted(found, key=lambda one: one.iri)
    return [roots[iri] for iri in sorted(roots)]
