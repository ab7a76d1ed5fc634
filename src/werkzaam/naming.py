"""How a document of one study names things, and what is the shortest name that it would find again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from werkzaam.model import Field, Model, Names
from werkzaam.terms import ID, RDFS, WZ, shorten, slug

_ROOT = WZ + "CaseDocument"


def by_content(one: Field, content: list[str]) -> str:
    """Give the id of a part without one from what it says: the same in every form, wherever it stands."""
    return f"{one.keys['en'][0]}-{hashlib.sha256(repr(content).encode()).hexdigest()[:8]}"


class Naming:
    """The names that a document of `study` may use."""

    def __init__(self, model: Model, names: Names, study: str) -> None:
        self.model, self.names, self.study = model, names, study
        # What is known by its id within the study alone, and never by a label.
        self.bases = {
            one.target: self.base(one)
            for one in model.fields_of(_ROOT).values()
            if one.target and one.base and "{study}" in one.base
        }

    def base(self, one: Field) -> str:
        """Give where the ids of the parts under a field of the document begin."""
        return ID + (one.base or "").replace("{study}", self.study)

    def wanted(self, one: Field) -> set[str] | None:
        """Give the classes that a field takes, None for anything."""
        return None if one.target is None else self.model.children.get(one.target, {one.target})

    def find(self, name: str, wanted: set[str] | None) -> list[str]:
        """Give every IRI of a wanted class that `name` stands for."""
        own = next((base for cls, base in self.bases.items() if wanted is not None and cls in wanted), None)
        if own is not None and "://" not in name:
            return self.names.find(own + name, wanted)
        hits = self.names.find(name, wanted)
        if "/" not in name:  # what is known by its id within a study is never meant by that alone in another
            hits = [hit for hit in hits if self.bases.keys().isdisjoint(self.names.kinds(hit))]
            hits = hits or [iri for base in self.bases.values() for iri in self.names.find(base + name, wanted)]
        # A topic only helps filters to find, a measure to count, and a study is what a publication of the same name is
        # about; where something else has the name, that is meant.
        helping = {WZ + "Topic", WZ + "Measure", WZ + "Publication", *self.bases}
        hits = [hit for hit in hits if helping.isdisjoint(self.names.kinds(hit))] or hits
        exact = [hit for hit in hits if hit.endswith("/" + name)]
        return exact if len(exact) == 1 else hits

    def near(self, name: str, wanted: set[str] | None, lang: str) -> list[str]:
        """Give names that look like `name`: of what is known within the study alone, only the study's own."""
        own = next((base for cls, base in self.bases.items() if wanted is not None and cls in wanted), None)
        if own is None:
            return self.names.near(name, wanted, lang)
        from rapidfuzz import process

        ids = sorted(iri.removeprefix(own) for iri in self.names.beginning(own))
        return [found for found, _, _ in process.extract(name, [one for one in ids if "/" not in one], limit=3)]

    def name(self, iri: str, one: Field, lang: str) -> str:
        """Give the shortest name by which a field finds `iri`: what people say, else slug, CURIE or the IRI itself."""
        wanted = self.wanted(one)
        return next((name for name in self._names(iri, lang) if self.find(name, wanted) == [iri]), iri)

    def _names(self, iri: str, lang: str) -> Iterator[str]:
        own = next((base for base in self.bases.values() if iri.startswith(base)), None)
        if own:
            yield iri.removeprefix(own)
        elif not iri.startswith(ID):
            label = self.names.labels.get(iri, {}).get(lang, "")
            if label and not self.names.formerly(label):
                yield label
        for name in (slug(iri), "/".join(iri.split("/")[-2:])):
            if not self.names.formerly(name):
                yield name
        yield shorten(iri)

    def kind(self, cls: str, above: str, lang: str) -> str:
        """Give the name of a class at or below `above`."""
        label = self.model.in_both(cls, RDFS + "label").get(lang, "")
        return label if label and self.model.class_named(label, above) == cls else slug(cls)
