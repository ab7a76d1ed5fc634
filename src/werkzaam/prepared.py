"""What every check needs and no document changes, made once a process: the model, and what is known by name.

The names of the packaged data are kept in the user's cache beside these data, as making them takes a second.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from multiprocessing import current_process
from typing import Any

from werkzaam.build import FORMAT, cache_folder, open_store, write_whole
from werkzaam.model import Model, Names
from werkzaam.resources import digest
from werkzaam.sandbox import call
from werkzaam.store import Store

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

    A store on disk is opened in a child, so that this process can still fork; a child opens it itself.
    """
    if store is None:
        return packaged_names()
    return names_with(held_in(store))


def held_in(store: str) -> list[list[str]]:
    """Give what the documents in the store that is named so make known, as `held` does."""
    return _held_in(store) if current_process().daemon else call(_held_in, store)


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
    for thing, kind, *called in held:
        found.add(thing, model.parents(kind), called)
    return found


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
