"""What is linked, why, and how that turned out: the nouns of linking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from werkzaam.linking.lexicon import plain
from werkzaam.tomlfile import read

PLACE = "place"
FOR = frozenset(
    "same-name same-other-name same-words translated shared-words spelt-alike defined neighbour vocabulary"
    " same-year same-place alone".split()
)
AGAINST = frozenset(
    "left-over missing elsewhere spelling other-head negation lessened opposite other-number other-year other-place"
    " other-kind not-first ambiguous".split()
)
FEATURES = FOR | AGAINST


@dataclass(frozen=True, slots=True)
class Name:
    """How something is called, in which language ("" where nobody said), and whether it is the first of its names."""

    text: str
    lang: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something that may be linked: its kind, its names, and what stands around it."""

    iri: str
    kind: str
    names: tuple[Name, ...]
    broader: tuple[str, ...] = ()
    definitions: tuple[Name, ...] = ()
    places: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()

    def label(self, lang: str) -> str:
        """Give its first name in `lang`, or else in whatever language there is."""
        return next((one.text for one in self.names if one.first and one.lang == lang), self.names[0].text)


@dataclass(frozen=True, slots=True)
class Feature:
    """A reason for a link, or against one; `values` are what its sentence names.

    `weight` is what it adds to the score; 0 where it decided otherwise than by the score.
    """

    key: str
    weight: float
    values: tuple[tuple[str, str], ...] = ()

    @property
    def favours(self) -> bool:
        """Whether it speaks for the link."""
        return self.key in FOR

    def text(self, lang: str) -> str:
        """Say it in words."""
        from werkzaam.messages import say

        values = dict(self.values)
        if "kind" in values:
            values["kind"] = kinds()[values["kind"]][lang]
        return say(lang, f"linked-{self.key}", **values)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a name may stand for: how it relates (`match`, `broader`, `narrower`, `related`, `no`), and why.

    `broader` says that the candidate is wider than what was asked for. `score` puts candidates in order, from 0 to 1.
    """

    iri: str
    kind: str
    name: Name
    verdict: str
    score: float
    features: tuple[Feature, ...]


def texts(features: Iterable[Feature], lang: str) -> Iterator[str]:
    """Say features in words, each with a sign."""
    for one in features:
        yield ("+ " if one.favours else "− ") + one.text(lang)


@cache
def data(name: str) -> Mapping[str, Any]:
    """Give a file of `werkzaam.linking`: `weights`, `kinds` or `particles`."""
    return read(f"{name}.toml", "werkzaam.linking")


def kinds() -> Mapping[str, Any]:
    """Give what may be linked, by kind (`kinds.toml`)."""
    return data("kinds")


def kind_named(word: str) -> tuple[str, ...]:
    """Give the kinds that a word of a list means, none where it means none.

    >>> kind_named("Zielgruppe"), kind_named("interventies")
    (('trait',), ('intervention', 'resource'))
    """
    wanted = plain(word)
    for kind in kinds()["linkable"]:
        about = kinds()[kind]
        if wanted == kind or wanted in {plain(one) for one in (*about["words"], about["class"])}:
            return (kind, *about.get("also", ()))
    return ()
