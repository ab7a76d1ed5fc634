"""What the store knows by name: names to IRIs for commands, IRIs to labels for answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from werkzaam import summary
from werkzaam.asked import Asked
from werkzaam.errors import UsageError
from werkzaam.model import Names
from werkzaam.store import Store, language_of
from werkzaam.terms import NAMED, ONTOLOGY_GRAPH, WZ, slug

_PREFIXES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>
"""
# Labels and classes apart, each once: what many documents describe, such as who coded them, is named and typed in each.
_LABELS = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?kind ?label
WHERE {{ %s {NAMED} %s }}
"""
_TYPES = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?type
WHERE {{ %s {{ SELECT DISTINCT ?thing WHERE {{ {NAMED} }} }} ?thing a ?type . %s }}
"""
_PARENTS = f"{_PREFIXES} SELECT DISTINCT ?class ?above WHERE {{ ?class rdfs:subClassOf ?above }}"

# What others define has no type here, and what we call it is for pages only: nobody may mean it in a document.
_OTHERS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?thing ?label
WHERE {
  ?thing rdfs:label ?label .
  FILTER NOT EXISTS { ?thing a ?type }
}
"""


_FORMER = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?old ?new ?label
WHERE {
  ?old owl:deprecated true .
  ?old dcterms:isReplacedBy ?new .
  ?old skos:prefLabel|rdfs:label ?label .
}
"""


# What comes with the databases of others: where ours has the name too, ours is meant.
_FOREIGN = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?thing
WHERE {
  ?scheme dcterms:isPartOf ?database .
  ?thing skos:inScheme ?scheme .
}
"""


@dataclass
class _Asked(Asked):
    """Names of which those of the vocabulary are known, and those that documents give when they are asked for."""

    parents: Mapping[str, set[str]] = field(kw_only=True)

    def learn(self, thing: str, called: list[tuple[str, str, str]]) -> None:
        """Make known what a thing is called, with its labels."""
        if called:
            _learn(self, thing, self.beside.types(thing), called, self.parents)


def _learn(
    names: Names,
    thing: str,
    classes: Iterable[str],
    called: Iterable[tuple[str, str, str]],
    parents: Mapping[str, set[str]],
) -> None:
    """Make known what a thing is called: kind (as in `terms.NAMED`), text and language."""
    words = []
    for kind, text, language in called:
        words.append(text)
        texts = names.labels.setdefault(thing, {}) if language and kind != "2" else {}
        if language not in texts or kind == "0":  # a study's own name for a thing goes before ours
            texts[language] = text
    if thing not in names.former:
        names.add(thing, {up for cls in classes for up in _with_above(cls, parents)}, words)


def _parents(store: Store) -> dict[str, set[str]]:
    """Give the classes right above each class."""
    parents: dict[str, set[str]] = {}
    for row in store.select(_PARENTS):
        parents.setdefault(str(row["class"]), set()).add(str(row["above"]))
    return parents


class Known:
    """The names and labels of everything in a store, read in one query when first needed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def names(self) -> Names:
        """Every name, with the classes of what it names; of a large store on disk, those that are asked for."""
        beside, parents = summary.names_in(getattr(self._store, "summary", None)), _parents(self._store)
        if beside is None:
            return self._read(Names(), parents, "", "")
        return self._read(_Asked(beside=beside, parents=parents), parents, f"GRAPH <{ONTOLOGY_GRAPH}> {{", "}")

    def _read(self, names: Names, parents: Mapping[str, set[str]], start: str, end: str) -> Names:
        classes: dict[str, set[str]] = {}
        called: dict[str, list[tuple[str, str, str]]] = {}
        for row in self._store.select(_TYPES % (start, end)):
            classes.setdefault(str(row["thing"]), set()).add(str(row["type"]))
        for row in self._store.select(_LABELS % (start, end)):
            told = (str(row["kind"]), str(row["label"]), language_of(row["label"]))
            called.setdefault(str(row["thing"]), []).append(told)
        for row in self._store.select(_FORMER):
            names.replace(row["old"], row["new"], [row["label"]])
        for thing, found in classes.items():
            _learn(names, thing, found, called[thing], parents)
        for row in self._store.select(_OTHERS):
            names.labels.setdefault(str(row["thing"]), {})[language_of(row["label"])] = str(row["label"])
        return names

    @cached_property
    def foreign(self) -> frozenset[str]:
        """The concepts of the databases of others."""
        return frozenset(str(row["thing"]) for row in self._store.select(_FOREIGN))

    def label(self, iri: str, lang: str) -> str:
        """Give the label in `lang`, in another language, or the slug."""
        return self.names.label(iri, lang)

    def resolve(self, name: str, kind: str, classes: Iterable[str], lang: str) -> str:
        """Give the IRI of what `name` stands for among `classes`, or else among the topics.

        Raises `UsageError` where nothing or more than one thing fits; `kind` is for its message.
        """
        from werkzaam.messages import say

        wanted = set(classes)
        hits = self.names.find(name, wanted) or self.names.find(name, {WZ + "Topic"})
        hits = [hit for hit in hits if slug(hit) == name] or hits
        if len(hits) > 1:
            hits = [hit for hit in hits if hit not in self.foreign] or hits
        if len(hits) == 1:
            return hits[0]
        what = say(lang, f"kind-{kind}")
        if hits:
            known = ", ".join("/".join(hit.split("/")[-2:]) for hit in hits)
            raise UsageError("name-of-several", value=name, known=known)
        near = ", ".join(self.names.near(name, wanted, lang))
        raise UsageError("name-not-known-near" if near else "name-not-known", value=name, kind=what, near=near)


def _with_above(cls: str, parents: Mapping[str, set[str]]) -> set[str]:
    """Give a class with all classes above it."""
    found, left = {cls}, [cls]
    while left:
        new = parents.get(left.pop(), set()) - found
        found |= new
        left += new
    return found
