"""Names that are looked up when somebody asks for them, and names of which it is noted that they were not there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from werkzaam.model import Names
from werkzaam.terms import expand, fold

if TYPE_CHECKING:  # costs the import of SQLite, which small stores do without
    from werkzaam.summarynames import NamesIn


@dataclass
class Asked(Names, ABC):
    """Names of which some are known, and the others are looked up `beside` when they are asked for."""

    beside: NamesIn = field(kw_only=True)
    asked: set[str] = field(default_factory=set)

    def copy(self) -> Self:
        """Give names that can grow without changing these."""
        return replace(super().copy(), asked=set(self.asked))

    def find(self, name: str, wanted: Iterable[str] | None = None) -> list[str]:
        """Give every IRI, of a wanted class, that `name` stands for."""
        for thing in self.meant_by(name):
            self.ask(thing)
        return super().find(name, wanted)

    def kinds(self, iri: str) -> frozenset[str]:
        """Give the classes of what `iri` is; none where it is not known."""
        self.ask(iri)
        return super().kinds(iri)

    def label(self, iri: str, lang: str) -> str:
        """Give the label in `lang`, in another language, or the slug."""
        self.ask(iri)
        return super().label(iri, lang)

    def beginning(self, start: str) -> list[str]:
        """Give the IRIs that begin so, of those that are looked up claims alone and some thousand at most."""
        return sorted({*super().beginning(start), *self.beside.beginning(start)})

    def near(self, name: str, wanted: Iterable[str] | None = None, lang: str = "en") -> list[str]:
        """Give up to three names that look like `name`; of those that are looked up, they begin like it."""
        from rapidfuzz import fuzz, process

        word = fold(name)
        like = process.extract(word, self.beside.words_like(word[:3]), scorer=fuzz.ratio, limit=8, score_cutoff=70)
        for thing in {thing for found, _, _ in like for thing in self.found_by(found)}:
            self.ask(thing)
        return super().near(name, wanted, lang)

    def meant_by(self, name: str) -> list[str]:
        """Give what `name` (IRI, CURIE, word) may stand for among what is looked up."""
        direct = name if "://" in name else expand(name)
        return [direct] if direct else self.found_by(fold(name))

    def found_by(self, word: str) -> list[str]:
        """Give what a folded word stands for among what is looked up."""
        return sorted(self.beside.found_by(word))

    def ask(self, thing: str) -> None:
        """Look a thing up, once."""
        if thing not in self.asked:
            self.asked.add(thing)
            self.learn(thing, self.beside.called(thing))

    @abstractmethod
    def learn(self, thing: str, called: list[tuple[str, str, str]]) -> None:
        """Make known what a thing is called: kind (as in `terms.NAMED`), text and language."""


@dataclass
class Missed(Names):
    """Names that note what was asked and is not known."""

    missed: set[str] = field(default_factory=set)

    def find(self, name: str, wanted: Iterable[str] | None = None) -> list[str]:
        """Give every IRI, of a wanted class, that `name` stands for."""
        found = super().find(name, wanted)
        if not found:
            self.missed.add(name)
        return found

    def kinds(self, iri: str) -> frozenset[str]:
        """Give the classes of what `iri` is; none where it is not known."""
        found = super().kinds(iri)
        if not found:
            self.missed.add(iri)
        return found
