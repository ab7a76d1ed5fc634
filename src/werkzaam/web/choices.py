"""What a visitor may choose: the values of each dimension, with how many claims each choice would leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from werkzaam.answers import DIMENSIONS
from werkzaam.api import Werkzaam
from werkzaam.outline import Outline
from werkzaam.terms import CONCEPT, slug

NONE = "none"
"""The value of a dimension that asks for claims which name nothing of it."""

# The name in the address (that of the command's option), the dimension, and whether a claim may name several.
ASKED: tuple[tuple[str, str, bool], ...] = (
    ("for", "trait", True),
    ("in", "context", True),
    ("outcome", "outcome", True),
    ("mechanism", "mechanism", False),
    ("case", "case", False),
)
_CONCEPTS = frozenset(("trait", "context", "outcome", "mechanism"))


@dataclass
class Option:
    """One value: its name in the address, its labels, how many claims it would leave, and the narrower ones."""

    iri: str
    name: str
    label: str
    also: list[str]
    count: int
    chosen: bool
    narrower: list[Option] = field(default_factory=list)

    def has_chosen(self) -> bool:
        """Say whether this or a narrower value was chosen."""
        return self.chosen or any(one.has_chosen() for one in self.narrower)


@dataclass
class Choice:
    """One dimension with its options; `together` asks for claims that name all that is chosen."""

    name: str
    options: list[Option]
    none: int | None
    none_chosen: bool
    several: bool
    together: bool

    def chosen(self) -> list[Option]:
        """Give what was chosen, in the order of the options."""

        def below(options: Sequence[Option]) -> Iterator[Option]:
            for one in options:
                if one.chosen:
                    yield one
                yield from below(one.narrower)

        return list(below(self.options))


@dataclass
class Asked:
    """A question as an address holds it."""

    values: dict[str, list[str]]
    together: set[str]
    groups: dict[str, list[list[str]]]
    without: list[str]

    @classmethod
    def read(cls, params: Mapping[str, Sequence[str]], opened: Werkzaam, lang: str) -> Asked:
        """Read the parameters of an address; raises `UsageError`, in `lang`, where a name is not known."""
        asked = cls({}, set(), {}, [])
        for name, dimension, several in ASKED:
            given = [value for item in params.get(name, ()) for value in item.split(",") if value.strip()]
            named = list(dict.fromkeys(value.strip() for value in given))
            if NONE in named and dimension in _CONCEPTS:
                asked.values[name] = [NONE]
                asked.without.append(f"{CONCEPT}{dimension}")
            elif named:
                together = several and bool(params.get(f"{name}-all"))
                groups = opened.groups(dimension, named if together else [",".join(named)], lang)
                asked.groups[name] = [list(group) for group in groups]
                asked.values[name] = [slug(iri) for group in groups for iri in group]
                if together:
                    asked.together.add(name)
        return asked

    def all_groups(self, but: str = "") -> list[list[str]]:
        """Give the groups of all dimensions, except that of `but`."""
        return [group for name, groups in self.groups.items() if name != but for group in groups]

    def address(self, **more: str) -> str:
        """Give the question as the query part of an address."""
        pairs = [(name, value) for name, values in self.values.items() for value in values]
        pairs += [(f"{name}-all", "1") for name in sorted(self.together)]
        return urlencode([*pairs, *more.items()])


class Choices:
    """The dimensions with their values as trees, read once from the store."""

    def __init__(self, opened: Werkzaam, outline: Outline) -> None:
        self._opened, self._outline = opened, outline
        self._up: dict[str, str] = {row["one"]: row["up"] for row in opened.store.select(_BROADER)}
        self._also: dict[tuple[str, str], list[str]] = {}
        self._order: dict[str, str] = {}
        for row in opened.store.select(_ALSO):
            if row["kind"] == "notation":
                self._order[row["one"]] = str(row["word"])
            else:
                key = (str(row["one"]), getattr(row["word"], "language", ""))
                self._also.setdefault(key, []).append(str(row["word"]))
        self._members: dict[str, list[str]] = {}
        for name, dimension, _ in ASKED:
            classes = set(DIMENSIONS[dimension])
            known = opened.known.names.classes
            found = [iri for iri, of in known.items() if of & classes]
            if dimension == "case":
                found = [iri for iri in found if outline.naming.get(iri, set()) & outline.told]
            self._members[name] = found

    def above(self, iri: str) -> str | None:
        """Give the broader concept, or the thing of which `iri` is a part."""
        return self._up.get(iri)

    def opposites(self) -> dict[str, str]:
        """Give the opposite of each value that has one."""
        return {row["one"]: row["other"] for row in self._opened.store.select(_OPPOSITE)}

    def tree(self, name: str, lang: str) -> list[tuple[str, int]]:
        """Give the values of a dimension, each behind its broader one, with how deep it stands."""
        below: dict[str | None, list[str]] = {}
        members = set(self._members[name])
        for iri in members:
            up = self._up.get(iri)
            below.setdefault(up if up in members else None, []).append(iri)

        def walk(above: str | None, depth: int) -> Iterator[tuple[str, int]]:
            for iri in self.ordered(below.get(above, []), lang):
                yield iri, depth
                yield from walk(iri, depth + 1)

        return list(walk(None, 0))

    def members(self, name: str) -> list[str]:
        """Give the values of a dimension."""
        return self._members[name]

    def ordered(self, iris: Sequence[str], lang: str) -> list[str]:
        """Put values in the order in which people look for them: the source's codes, else the labels."""
        return sorted(iris, key=lambda iri: (self._order.get(iri, "~"), self._opened.known.label(iri, lang).casefold()))

    def offer(self, asked: Asked, lang: str) -> list[Choice]:
        """Give every dimension with its options, counted beside what else is asked."""
        without = [self._named_in(scheme) for scheme in asked.without]
        return [self._choice(name, several, asked, without, lang) for name, _, several in ASKED]

    def _named_in(self, scheme: str) -> set[str]:
        name = next(name for name, dimension, _ in ASKED if scheme == f"{CONCEPT}{dimension}")
        return self._outline.named(self._members[name])

    def _choice(self, name: str, several: bool, asked: Asked, without: list[set[str]], lang: str) -> Choice:
        together = name in asked.together
        # Beside values that must all hold, another narrows what is left; else it stands in their place.
        beside = self._outline.among(asked.all_groups(but="" if together else name))
        own = asked.values.get(name) == [NONE]
        dimension = next(dim for one, dim, _ in ASKED if one == name)
        for scheme, named in zip(asked.without, without, strict=True):
            if scheme != f"{CONCEPT}{dimension}":
                beside -= named
        chosen = set(asked.values.get(name, ()))
        options = {iri: self._option(iri, beside, chosen, lang) for iri in self._members[name]}
        roots: list[Option] = []
        for iri in self.ordered(list(options), lang):
            up = self._up.get(iri)
            (options[up].narrower if up in options else roots).append(options[iri])
        none = None
        if dimension in _CONCEPTS:
            none = self._outline.count(beside - self._outline.named(self._members[name]))
        return Choice(name, roots, none, own, several, together)

    def _option(self, iri: str, beside: set[str], chosen: set[str], lang: str) -> Option:
        count = self._outline.count(beside & self._outline.naming.get(iri, set()))
        label = self._opened.known.label(iri, lang)
        return Option(iri, slug(iri), label, self._also.get((iri, lang), []), count, slug(iri) in chosen)


_BROADER = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?one ?up WHERE { ?one skos:broader|wz:partOf ?up } ORDER BY ?one DESC(?up)
"""

_OPPOSITE = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?one ?other WHERE { ?one wz:oppositeOf ?other } ORDER BY ?one DESC(?other)
"""

_ALSO = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?one ?kind ?word
WHERE {
  VALUES (?kind ?path) { ("notation" skos:notation) ("also" skos:altLabel) }
  ?one ?path ?word .
}
ORDER BY ?one ?word
"""
