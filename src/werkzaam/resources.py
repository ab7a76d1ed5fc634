"""The knowledge files that come with the package, read as resources, never by path."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

AXIOMS = "axioms.ttl"
"""The file of `ontology/` that only a reasoner reads: its restrictions need blank nodes, which the data do without."""


def walk(folder: str, suffix: str | tuple[str, ...]) -> Iterator[tuple[str, Traversable]]:
    """Yield (path below the folder, file) of each file with `suffix` (or one of them), in the order of the paths."""

    def below(place: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
        for entry in sorted(place.iterdir(), key=lambda one: one.name):
            name = f"{path}{entry.name}"
            if entry.is_dir():
                yield from below(entry, name + "/")
            elif entry.name.endswith(suffix):
                yield name, entry

    yield from below(files(f"werkzaam.{folder}"), "")


_DATA: dict[str, str | tuple[str, ...]] = {
    "ontology": (".ttl", ".tsv"),
    "shapes": ".ttl",
    "cases": (".yaml", ".csv", ".json"),
}


def digest(*folders: str) -> str:
    """Give the SHA-256 of the knowledge files of `folders`, names included; of all that the built data depend on."""
    total = hashlib.sha256()
    for folder in folders or _DATA:
        for name, file in walk(folder, _DATA[folder]):
            total.update(f"{folder}/{name}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def beside(folder: str, path: str) -> Callable[[str], bytes]:
    """Give a reader of the files that stand in the folder of `path`, by their plain names."""
    place: Traversable = files(f"werkzaam.{folder}")
    for step in path.split("/")[:-1]:
        place = place.joinpath(step)

    def read(name: str) -> bytes:
        if "/" in name or "\\" in name or name.startswith("."):
            raise FileNotFoundError(name)
        return place.joinpath(name).read_bytes()

    return read
