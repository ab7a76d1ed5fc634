"""Rules that infer what the axioms entail, without Java, kept as data in `ontology/rules/`.

A rule is one CONSTRUCT with a header: the axiom that it stands for, and in Dutch and English why what it gives holds.
Every rule reads what is asserted alone, so that their order does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox

from werkzaam.errors import OurFault
from werkzaam.resources import walk
from werkzaam.store import Oxigraph, Row
from werkzaam.terms import AXIOM, INFERRED_GRAPH, TYPE

_HEADER = re.compile(r"^# (\w+): +(.*)$", re.MULTILINE)
_TEMPLATE = re.compile(r"CONSTRUCT \{(.*?)\}\s*WHERE \{", re.DOTALL)
_PREFIX = re.compile(r"^PREFIX (\w+): <([^>]*)>$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its axiom, why what it gives holds, the triples that it gives, and its query."""

    name: str
    axiom: str
    why: Mapping[str, str]
    gives: tuple[tuple[str, str, str], ...]
    query: str

    def lines(self, store: Oxigraph) -> set[str]:
        """Give what follows from `store`, as lines of N-Triples.

        As the rows of a SELECT, which the engine writes in half the time that the triples of a CONSTRUCT take.
        """
        names = sorted({term for pattern in self.gives for term in pattern if term.startswith("?")})
        places = {name: f"{{{index}}}" for index, name in enumerate(names)}
        written = [
            "{} {} {} .\n".format(*(places.get(term, term) for term in pattern)).format for pattern in self.gives
        ]
        rows = store.answer(_TEMPLATE.sub(f"SELECT {' '.join(names)} WHERE {{", self.query), "tsv").split("\n")[1:-1]
        return {line(*row.split("\t")) for row in rows for line in written}

    def premises(self, store: Oxigraph, triple: ox.Triple) -> list[Row]:
        """Give each way in which the rule comes to `triple`: its variables and what they stand for."""
        found: list[Row] = []
        said = (str(triple.subject), str(triple.predicate), str(triple.object))
        for pattern in self.gives:
            bound: dict[str, str] = {}
            fits = all(_match(one, term, bound) for one, term in zip(pattern, said, strict=True))
            if fits:
                values = f"VALUES ({' '.join(bound)}) {{ ({' '.join(bound.values())}) }}"
                found += store.select(_TEMPLATE.sub(f"SELECT DISTINCT * WHERE {{ {values}", self.query))
        return found


def _match(pattern: str, term: str, bound: dict[str, str]) -> bool:
    if pattern.startswith("?"):
        return bound.setdefault(pattern, term) == term
    return pattern == term


def header(text: str) -> dict[str, str]:
    """Give the keys and values of the header of a rule."""
    return dict(_HEADER.findall(text.split("\n\n", 1)[0]))


def parse(name: str, text: str) -> Rule:
    """Read a rule from the text of its file; raises `OurFault` where its form is wrong."""
    said, template = header(text), _TEMPLATE.search(text)
    if template is None or said.keys() != {"axiom", "omdat", "because"}:
        raise OurFault("packaged-data", place=f"rules/{name}", problem="header")
    prefixes = dict(_PREFIX.findall(text))
    terms = [_term(one, prefixes) for one in template[1].split() if one != "."]
    gives = tuple((terms[n], terms[n + 1], terms[n + 2]) for n in range(0, len(terms), 3))
    return Rule(name, AXIOM + said["axiom"], {"nl": said["omdat"], "en": said["because"]}, gives, text)


def _term(written: str, prefixes: Mapping[str, str]) -> str:
    if written == "a":
        return f"<{TYPE}>"
    prefix, colon, local = written.partition(":")
    return f"<{prefixes[prefix]}{local}>" if colon and prefix in prefixes else written


@cache
def rules() -> tuple[Rule, ...]:
    """Give all rules."""
    return tuple(
        parse(name.removeprefix("rules/").removesuffix(".rq"), file.read_text("utf-8"))
        for name, file in walk("ontology", ".rq")
        if name.startswith("rules/") and name.count("/") == 1
    )


def materialise(store: Oxigraph) -> None:
    """Put what the rules give in a graph of its own; they leave out what is asserted."""
    store.load_triples(INFERRED_GRAPH, "".join(followed(store)).encode())


def followed(store: Oxigraph) -> set[str]:
    """Give what follows from `store`, as lines of N-Triples."""
    return set[str]().union(*(rule.lines(store) for rule in rules()))


def inferred_about(store: Oxigraph, iri: str) -> list[tuple[ox.Triple, Rule]]:
    """Give what follows about `iri`, as subject or object, from a store of what is asserted, each with its rule."""
    name = f"<{iri}>"
    found = [
        (quad.triple, rule)
        for rule in rules()
        for line in rule.lines(store)
        if name in line
        for quad in ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES)
        if iri in (_value(quad.subject), _value(quad.object))
    ]
    return sorted(found, key=lambda one: (str(one[0]), one[1].name))


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
