"""What every check needs and no document changes, made once a process: the model, and what is known by name.

The names of the packaged data are kept in the user's cache beside these data, as making them takes a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import current_process
from typing import Any

from werkzaam.asked import Asked
from werkzaam.build import FORMAT, cache_folder, documents_of, open_store, write_whole
from werkzaam.errors import StoreError
from werkzaam.model import Model, Names
from werkzaam.resources import digest
from werkzaam.sandbox import ChildDied, call
from werkzaam.store import Store
from werkzaam.terms import ID

# Step by step, each thing once: what many documents describe is typed and named in each of them.
_HELD = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?s ?t ?n
WHERE {
  {
    SELECT DISTINCT ?s ?t
    WHERE {
      { SELECT DISTINCT ?s WHERE { ?d wz:contains|wz:describes|wz:proposes ?s } }
      ?s a ?t .
    }
  }
  OPTIONAL { ?s wz:name ?n }
}
"""


@cache
def model() -> Model:
    """Give the ontology and the shapes."""
    return Model()


def names(store: str | None) -> Names:
    """Give the names of the ontology and of what `store` holds now; to be copied before they grow.

    A store on disk is opened in a child, so that this process can still fork; a child opens it itself. Of a large one
    the names are looked up when they are asked for.
    """
    if store is None:
        return packaged_names()
    return looked_up(store) or names_with(held_in(store))


@dataclass
class LookedUp(Asked):
    """The names of the ontology, and those that documents make known when they are asked for."""

    def found_by(self, word: str) -> list[str]:
        """Give what a folded word may stand for; a claim is called by its id behind that of its study."""
        claims = [f"{ID}claim/{word}"] if "/" in word else []
        return super().found_by(word) + claims

    def learn(self, thing: str, called: list[tuple[str, str, str]]) -> None:
        """Make a thing known by the name that documents give it; what else it is called, nobody means in a document."""
        _add(self, self.rows_of(thing, called), model())

    def rows_of(self, thing: str, called: list[tuple[str, str, str]]) -> list[list[str]]:
        """Give what is known of a thing as rows of IRI, class and, where it has one, a name."""
        names = [[text] for kind, text, _ in called if kind == "0"]
        return [[thing, kind, *name] for kind in self.beside.types(thing) for name in names or [[]]]

    def held(self, asked: Iterable[str]) -> list[list[str]]:
        """Give what is known of whatever some names and IRIs stand for, as `held_in` gives it of everything."""
        things = {thing for name in asked for thing in self.meant_by(name)}
        return sorted(row for thing in things for row in self.rows_of(thing, self.beside.called(thing)))


def looked_up(store: str) -> LookedUp | None:
    """Give names that are looked up when they are asked for; None where `store` is not large, or no store on disk."""
    from werkzaam import summary
    from werkzaam.folder import Folder

    place = documents_of(store)
    if not isinstance(place, Folder):
        return None
    held = place.read()
    beside = summary.names_in(held.summary, held)
    return None if beside is None else LookedUp(**vars(model().names.copy()), beside=beside)


def held_in(store: str) -> list[list[str]]:
    """Give what the documents in the store that is named so make known, as `held` does.

    Raises `StoreError` where that takes too long, as a large store is looked up in its summary.
    """
    if current_process().daemon:
        return _held_in(store)
    try:
        found: list[list[str]] = call(_held_in, store)
    except ChildDied:
        raise StoreError("store-names-unread", path=store) from None
    return found


def names_with(held: Sequence[Sequence[str]]) -> Names:
    """Give the names of the ontology and of what is in such rows."""
    return _with_held(model(), held)


@cache
def packaged_names() -> Names:
    """Give the names of the ontology and of the packaged data, from the cache where it holds them."""
    kept = cache_folder() / f"names-{FORMAT}-{digest()[:32]}.json"
    with suppress(OSError, LookupError, TypeError, ValueError):
        return _read(json.loads(kept.read_bytes()))
    made = _with_held(model(), _held_in(None))
    with suppress(OSError):  # whoever builds the packaged data says so where the cache cannot be written
        write_whole(kept, json.dumps(_written(made), ensure_ascii=False).encode())
    return made


def known_names(store: Store, model: Model) -> Names:
    """Give the names of the ontology and of what the documents in `store` hold."""
    return _with_held(model, held(store))


def _held_in(store: str | None) -> list[list[str]]:
    return held(open_store(store))


def held(store: Store) -> list[list[str]]:
    """Give what the documents in a store make known: rows of IRI, class and, where it has one, a name."""
    return [[str(value) for value in row.values()] for row in store.select(_HELD)]


def _with_held(model: Model, held: Sequence[Sequence[str]]) -> Names:
    found = model.names.copy()
    _add(found, held, model)
    return found


def _add(names: Names, rows: Iterable[Sequence[str]], model: Model) -> None:
    for thing, kind, *called in rows:
        names.add(thing, model.parents(kind), called)


def _written(names: Names) -> dict[str, Any]:
    """Give what JSON can hold: each IRI and each set of classes once, and numbers that stand for them."""
    iris = {iri: number for number, iri in enumerate(names.classes)}
    kinds = {those: number for number, those in enumerate(dict.fromkeys(names.classes.values()))}
    return {
        "iris": list(iris),
        "kinds": [sorted(those) for those in kinds],
        "classes": [kinds[those] for those in names.classes.values()],
        "words": {word: sorted(iris[iri] for iri in those) for word, those in names.words.items()},
        "labels": names.labels,
        "former": names.former,
        "former_words": {word: sorted(those) for word, those in names.former_words.items()},
    }


def _read(data: dict[str, Any]) -> Names:
    iris: list[str] = data["iris"]
    kinds = [frozenset(those) for those in data["kinds"]]
    return Names(
        classes={iri: kinds[number] for iri, number in zip(iris, data["classes"], strict=True)},
        words={word: frozenset([iris[number] for number in those]) for word, those in data["words"].items()},
        labels=data["labels"],
        former=data["former"],
        former_words={word: frozenset(those) for word, those in data["former_words"].items()},
    )
