"""Claims as plain objects: everything that a claim and its parts say, read in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from werkzaam.store import Iri, Literal, Store, Value, uncollected
from werkzaam.terms import TYPE, WZ, slug

PARTS = frozenset(
    {
        "actor",
        "exceptFor",
        "hasOutcome",
        "supportedBy",
        "disputedBy",
        "qualifiedBy",
        "readSpan",
        "argument",
    }
)

_DOCUMENTS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?claim ?document WHERE {{ {only} ?document wz:contains ?claim }}
"""

# No more columns than needed, as making rows takes most of the time. Not DISTINCT, by which the engine takes twice as
# long: what is reached from two claims is rare.
_STATEMENTS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?node ?property ?value
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


@uncollected()
def claims(store: Store, only: Iterable[str] | None = None) -> list[Node]:
    """Give all claims of `store`, or those in `only`, in the order of their IRIs."""
    values = "" if only is None else f"VALUES ?claim {{ {' '.join(f'<{iri}>' for iri in only)} }}"
    nodes: dict[str, Node] = {}
    for row in store.rows(_STATEMENTS.format(only=values, parts="|".join(f"wz:{name}" for name in sorted(PARTS)))):
        iri = row["node"]
        node = nodes.get(iri)
        if node is None:
            node = nodes[iri] = Node(iri)
        node.values.setdefault(row["property"].removeprefix(WZ), []).append(row["value"])
    for node in nodes.values():
        for name, found in node.values.items():
            if len(found) > 1:
                node.values[name] = _each_once(found)
        for name in sorted(node.values.keys() & PARTS):
            node.parts[name] = [nodes[iri] for iri in node.iris(name) if iri in nodes]
    roots: dict[str, Node] = {}
    for row in store.select(_DOCUMENTS.format(only=values)):
        root = roots[row["claim"]] = nodes[row["claim"]]
        root.document = row["document"]
    return [roots[iri] for iri in sorted(roots)]


def _each_once(values: Sequence[Value]) -> list[Value]:
    """Give values without those that are there before; texts in two languages, or an IRI and a text, are two."""
    return list(
        {(type(one), getattr(one, "language", ""), getattr(one, "datatype", ""), one): one for one in values}.values()
    )
