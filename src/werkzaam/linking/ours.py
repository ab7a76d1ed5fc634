"""What of ours others may link to: concepts, municipalities, acts and interventions, with all their names."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from importlib.resources import files

from werkzaam.linking.index import Index
from werkzaam.linking.items import Item, Name, kinds
from werkzaam.linking.lexicon import LANGUAGES
from werkzaam.linking.reading import years
from werkzaam.model import Model
from werkzaam.prepared import model
from werkzaam.store import Store
from werkzaam.terms import BASE, CONCEPT, OWL, RDFS, SKOS, TYPE, WZ

_FIRST = (SKOS + "prefLabel", RDFS + "label", WZ + "name")
_OTHER = (SKOS + "altLabel", SKOS + "hiddenLabel", WZ + "abbreviation")


def items(held: Model, *, called: bool = True) -> Iterator[Item]:
    """Yield what the ontology holds that may be linked; what is deprecated or a scheme is not.

    Without what others call it where `called` is false, for measuring.
    """
    by_class = {WZ + kinds()[kind]["class"]: kind for kind in kinds()["linkable"]}
    others = _called() if called else {}
    subjects = dict.fromkeys(getattr(t.subject, "value", "") for t in held.ontology if t.predicate.value == TYPE)
    for iri in sorted(subjects):
        about = held.about(iri)
        kind = next((by_class[one.value] for one in about.get(TYPE, ()) if one.value in by_class), "")
        if not kind or OWL + "deprecated" in about:
            continue
        names: dict[Name, None] = {}
        for path in (*_FIRST, *_OTHER):
            for one in about.get(path, ()):
                names[Name(one.value, getattr(one, "language", "") or "", path in _FIRST)] = None
        names |= dict.fromkeys(others.get(iri, ()))
        seen: dict[tuple[str, str], Name] = {}
        for name in names:
            seen.setdefault((name.text, name.lang), name)
        yield Item(
            iri,
            kind,
            tuple(seen.values()),
            tuple(one.value for one in about.get(SKOS + "broader", ())),
            tuple(Name(one.value, getattr(one, "language", "") or "") for one in about.get(SKOS + "definition", ())),
            years=frozenset(year for name in seen.values() for year in years(name.text)),
        )


def _called() -> dict[str, list[Name]]:
    """Give what others call ours, which the vocabulary does not have; the first of each in German is the usual one."""
    found: dict[str, list[Name]] = {}
    for row in csv.DictReader(files("werkzaam.linking").joinpath("names.csv").read_text("utf-8").splitlines()):
        iri = (CONCEPT if "/" in row["concept"] else BASE) + row["concept"]
        found[iri] = [
            Name(text, lang, lang == "de" and not number)
            for lang in LANGUAGES
            for number, text in enumerate(filter(None, row[lang].split("|")))
        ]
    return found


_INTERVENTIONS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?it ?name ?municipality
WHERE {
  ?it a wz:Intervention .
  ?it wz:name ?name .
  OPTIONAL { ?it wz:municipality ?municipality }
}
"""


def interventions(store: Store) -> Iterator[Item]:
    """Yield the interventions of a collection, with the municipalities in which they work."""
    names: dict[str, dict[Name, None]] = {}
    places: dict[str, set[str]] = {}
    for row in store.select(_INTERVENTIONS):
        iri, name = str(row["it"]), row["name"]
        names.setdefault(iri, {})[Name(str(name), getattr(name, "language", "") or "", True)] = None
        places.setdefault(iri, set()).update([str(row["municipality"])] if "municipality" in row else [])
    for iri in sorted(names):
        told = frozenset(year for name in names[iri] for year in years(name.text))
        yield Item(iri, "intervention", tuple(names[iri]), places=frozenset(places[iri]), years=told)


@cache
def our_index() -> Index:
    """Give the index of what the ontology holds, made once a process; whoever forks makes it before."""
    return Index(items(model()))


def index_of(store: Store, leave_out: Collection[str] = ()) -> Index:
    """Give the index of all that is ours in a collection: what the ontology holds, and its interventions."""
    return _index(tuple(interventions(store)), frozenset(leave_out))


@lru_cache(maxsize=2)
def _index(there: tuple[Item, ...], leave_out: frozenset[str]) -> Index:
    return Index([*items(model()), *there], leave_out)
