"""The knowledge files that come with the package, read as resources, never by path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable


def walk(folder: str, suffix: str) -> Iterator[tuple[str, Traversable]]:
    """Yield (path below the folder, file) of each file with `suffix`, in the order of the paths."""

    def below(place: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
        for entry in sorted(place.iterdir(), key=lambda one: one.name):
            name = f"{path}{entry.name}"
            if entry.is_dir():
                yield from below(entry, name + "/")
            elif entry.name.endswith(suffix):
                yield name, entry

    yield from below(files(f"werkzaam.{folder}"), "")


def digest() -> str:
    """Give the SHA-256 of all knowledge files that the built data depend on, names included."""
    total = hashlib.sha256()
    for folder, suffix in (("ontology", ".ttl"), ("shapes", ".ttl"), ("cases", ".yaml")):
        for name, file in walk(folder, suffix):
            total.update(f"{folder}/{name}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
