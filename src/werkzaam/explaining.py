"""Why something was inferred: the claims and evidence from which a rule came to it, in words, with their locators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from werkzaam.messages import say
from werkzaam.rules import Rule, inferred_about
from werkzaam.store import Iri, Oxigraph, Row
from werkzaam.terms import AXIOM, ID, LANGUAGES, TYPE, WZ
from werkzaam.words import called, fill, located

_LEFT_OUT = AXIOM + "hierarchy"


@dataclass(frozen=True, slots=True)
class Premise:
    """One claim or thing that something rests on: its IRI, how it is called and where it stands, a language."""

    iri: str
    text: dict[str, str]
    places: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One inferred statement, why it holds, the axiom, and its premises."""

    statement: tuple[str, str, str]
    axiom: str
    text: dict[str, str]
    why: dict[str, str]
    premises: tuple[Premise, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the explanation as plain data."""
        subject, path, value = self.statement
        return {
            "subject": subject,
            "property": path,
            "object": value,
            "axiom": self.axiom,
            "text": self.text,
            "because": self.why,
            "premises": [{"iri": one.iri, "text": one.text, "places": one.places} for one in self.premises],
        }


def explain(store: Oxigraph, iri: str) -> Iterator[Explanation]:
    """Yield why each thing follows about `iri` from a store of what is asserted.

    What follows from the hierarchy of classes and properties alone is left out, and so are links to itself.
    """
    for triple, rule in inferred_about(store, iri):
        if triple.subject != triple.object and rule.axiom != _LEFT_OUT:
            for row in rule.premises(store, triple):
                yield _explanation(store, rule, triple, row)


def _explanation(store: Oxigraph, rule: Rule, triple: ox.Triple, row: Row) -> Explanation:
    subject, path, value = (getattr(term, "value", "") for term in (triple.subject, triple.predicate, triple.object))
    named = {name: str(term) for name, term in row.items() if isinstance(term, Iri)}
    claims = sorted({one for one in named.values() if one.startswith(ID + "claim/")})
    names = called(store, [subject, path, value, *named.values()])
    text, why = {}, {}
    for lang in LANGUAGES:
        link = say(lang, "word-is-a") if path == TYPE else names[path][lang]
        text[lang] = say(lang, "reason-inferred", subject=names[subject][lang], path=link, value=names[value][lang])
        why[lang] = fill(rule.why[lang], {name: names[one][lang] for name, one in named.items()})
    evidence = [one for one in claims if _is_evidence(store, one)]
    premises = tuple(
        Premise(
            one,
            names[one],
            {lang: located(store, [one], lang) if one in evidence or not evidence else [] for lang in LANGUAGES},
        )
        for one in claims
    )
    return Explanation((subject, path, value), rule.axiom, text, why, premises)


def _is_evidence(store: Oxigraph, iri: str) -> bool:
    return any(t.predicate.value == TYPE and t.object == ox.NamedNode(WZ + "Evidence") for t in store.about(iri))
