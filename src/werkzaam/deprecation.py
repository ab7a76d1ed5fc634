"""Terms that went: what replaced them, and what to write instead of their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from werkzaam.terms import DCTERMS, OWL, WZ, expand, fold, shorten, slug


@dataclass(frozen=True, slots=True)
class Former:
    """A term that went: the IRI of what replaced it (`by`), the version, and the keys it had in documents."""

    iri: str
    by: str
    since: str
    keys: dict[str, str]


def former_terms(
    about: Mapping[str, Mapping[str, Sequence[ox.Literal | ox.NamedNode | ox.BlankNode]]],
) -> dict[str, Former]:
    """Give the deprecated terms by IRI, of what is said of each IRI by property."""
    return {
        iri: Former(
            iri,
            facts[DCTERMS + "isReplacedBy"][0].value,
            next((one.value for one in facts.get(WZ + "deprecatedSince", [])), ""),
            {key.language or "": key.value for key in facts.get(WZ + "key", []) if isinstance(key, ox.Literal)},
        )
        for iri, facts in about.items()
        if OWL + "deprecated" in facts and DCTERMS + "isReplacedBy" in facts
    }


def instead(written: str, old: str, new: str, label: str) -> str:
    """Give what to write for `new` in the way in which somebody wrote `old`: IRI, CURIE, slug or label.

    >>> base = "https://w3id.org/werkzaam/concept/aspect/"
    >>> instead("law-joining", base + "law-joining", base + "joining-of-acts", "link with both acts")
    'joining-of-acts'
    >>> instead("wzc:aspect/law-joining", base + "law-joining", base + "joining-of-acts", "link with both acts")
    'wzc:aspect/joining-of-acts'
    """
    if "://" in written:
        return new
    if expand(written):
        return shorten(new)
    if fold(written) == fold(slug(old)):
        return slug(new)
    if fold(written) == fold("/".join(old.split("/")[-2:])):
        return "/".join(new.split("/")[-2:])
    return label or slug(new)


def renamed(triples: set[ox.Triple], former: dict[str, Former]) -> tuple[set[ox.Triple], set[str]]:
    """Give `triples` with what replaced the deprecated terms in them, and which of these there were."""
    met: set[str] = set()
    if not any(getattr(term, "value", "") in former for triple in triples for term in triple):
        return triples, met

    def new(term: ox.NamedNode) -> ox.NamedNode:
        found = former.get(term.value)
        if found is None:
            return term
        met.add(term.value)
        return ox.NamedNode(found.by)

    def terms(triple: ox.Triple) -> Iterator[ox.Triple]:
        subject = new(triple.subject) if isinstance(triple.subject, ox.NamedNode) else triple.subject
        value = new(triple.object) if isinstance(triple.object, ox.NamedNode) else triple.object
        yield ox.Triple(subject, new(triple.predicate), value)

    return {made for triple in triples for made in terms(triple)}, met
