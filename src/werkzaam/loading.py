"""What every loader gives, and how loaders are found.

A loader is a module of `werkzaam.loaders`, or an entry point of the group ``werkzaam.loaders``,
with `SUFFIXES` (file endings) and `load(content, file, model, names, beside) -> Loaded`; a module that has several
gives them as `LOADERS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Protocol

import pyoxigraph as ox

from werkzaam.cube import observations
from werkzaam.errors import Finding, InputError, Place
from werkzaam.model import Model, Names, add_names
from werkzaam.terms import TYPE, WZ

Beside = Callable[[str], bytes]
"""Reads a file that stands beside the one that is loaded, by its plain name."""


def nothing(name: str) -> bytes:
    """Read nothing: there are no files beside; raises `InputError`."""
    raise InputError("file-missing", file=name)


def remembering(inner: Beside, read: dict[str, bytes]) -> Beside:
    """Give a reader that puts what `inner` reads into `read`."""

    def remembered(name: str) -> bytes:
        read[name] = inner(name)
        return read[name]

    return remembered


@dataclass
class Loaded:
    """What a loader made of a file: one named graph, where each value stood, and what is wrong.

    `places` maps (subject, property) to a place, and (subject, "") to the place of the subject itself; `values` maps
    (subject, property, value), where a reader tells the values of a list or the languages of a text apart. `lang` is
    the language of the keys, "" for a form without.
    """

    graph: str
    triples: set[ox.Triple] = field(default_factory=set)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    values: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    lang: str = ""

    def place(self, subject: str, path: str, file: str, value: str = "") -> Place:
        """Give where a value of something stands, or else its property, the thing itself, or the file."""
        found = self.values.get((subject, path, value)) or self.places.get((subject, path))
        found = found or self.places.get((subject, ""))
        return replace(found, file=file) if found else Place(file)

    def quads(self) -> Iterable[ox.Quad]:
        """Give the triples in their named graph."""
        graph = ox.NamedNode(self.graph)
        return (ox.Quad(t.subject, t.predicate, t.object, graph) for t in self.triples)


class Loader(Protocol):
    """A module that reads one kind of file."""

    SUFFIXES: tuple[str, ...]

    def load(self, content: bytes, file: str, model: Model, names: Names, beside: Beside = nothing) -> Loaded:
        """Read `content`; everything that is wrong with it is in the findings."""
        ...

    def things(self, content: bytes, model: Model, beside: Beside = nothing) -> Iterable[ox.Triple]:
        """Give types and names of what the file itself makes known, before it is loaded."""
        ...


# Written down, so that a document costs the import of its own reader and of no other.
_OURS = {
    "csvw": ("csvw-metadata.json",),
    "document": (".yaml", ".yml"),
    "rdf": (".ttl", ".trig", ".nq", ".nt", ".jsonld", ".json", ".rdf", ".xml"),
    "workbook": (".xlsx", ".xlsm"),
}


@cache
def _of(module: str) -> Mapping[str, Loader]:
    # By name, since the folder stands beside src/ in a checkout, where no type checker looks.
    made = importlib.import_module(f"werkzaam.loaders.{module}")
    return {suffix: loader for loader in getattr(made, "LOADERS", (made,)) for suffix in loader.SUFFIXES}


@cache
def loaders() -> Mapping[str, Loader]:
    """Give the loader of each file ending, ours and those of other packages; an ending of ours stays ours."""
    from importlib.metadata import entry_points

    found: dict[str, Loader] = {}
    for point in entry_points(group="werkzaam.loaders"):
        other: Loader = point.load()
        found.update(dict.fromkeys(other.SUFFIXES, other))
    for module in _OURS:
        found.update(_of(module))
    return found


def loader_for(file: str) -> Loader:
    """Give the loader of `file` by its ending; raises `InputError` where there is none."""
    name = file.lower()
    ours = {suffix: module for module, those in _OURS.items() for suffix in those if name.endswith(suffix)}
    if ours:
        suffix = max(ours, key=len)
        return _of(ours[suffix])[suffix]
    fitting = [suffix for suffix in loaders() if name.endswith(suffix)]
    if fitting:
        return loaders()[max(fitting, key=len)]
    raise InputError("format-unknown", file=file, known=", ".join(sorted(loaders())))


def load_alone(content: bytes, file: str, model: Model, names: Names, beside: Beside = nothing) -> tuple[Loaded, Names]:
    """Load a document that names what it makes known itself and what `names` has, which stays as it is; give both."""
    loader, names = loader_for(file), names.copy()
    add_names(names, model, loader.things(content, model, beside))
    return loader.load(content, file, model, names, beside), names


def complete(loaded: Loaded, model: Model) -> None:
    """Add what a document need not write: the defaults of the shapes, the document's scope, what figures observe."""
    facts: dict[str, dict[str, list[str]]] = {}
    for triple in loaded.triples:
        if not isinstance(triple.subject, ox.NamedNode) or isinstance(triple.object, ox.Triple):
            continue
        subject = triple.subject.value
        value = triple.object.value if isinstance(triple.object, ox.NamedNode) else ""
        facts.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(value)
    document = next((s for s, f in facts.items() if WZ + "CaseDocument" in f.get(TYPE, [])), "")
    for subject, known in facts.items():
        for cls in known.get(TYPE, []):
            for path, one in model.fields_of(cls).items():
                if path in known:
                    continue
                values = [one.default] if one.default else facts.get(document, {}).get(one.default_from or "", [])
                for value in filter(None, values):
                    loaded.triples.add(ox.Triple(ox.NamedNode(subject), ox.NamedNode(path), ox.NamedNode(value)))
    loaded.triples |= set(observations(loaded.triples))
