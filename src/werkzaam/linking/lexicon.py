"""What words mean: `lexicon.csv` and `particles.toml`, read, in Dutch, English and German."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import Stemmer

from werkzaam.tomlfile import read

LANGUAGES = {"nl": "dutch", "en": "english", "de": "german"}
LACK = "lack"
"""The meaning of words that deny as *no* does: lack of, absence of, missing."""
_WORD = re.compile(r"\d+|[^\W\d_]+")


def plain(text: str) -> str:
    """Give a text without capitals and accents, as words alone.

    >>> plain("Re-integratie (België), größer")
    're integratie belgie grosser'
    """
    folded = text.casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        folded = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(_WORD.findall(folded))


@dataclass(frozen=True)
class Particles:
    """The words of a language that name nothing by themselves."""

    skipped: frozenset[str]
    prepositions: frozenset[str]
    negations: frozenset[str]
    joining: frozenset[str]
    joints: tuple[str, ...]
    endings: tuple[str, ...]


@dataclass(frozen=True)
class Denying:
    """What turns a word round, as one word with it."""

    before: tuple[str, ...]
    behind: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """What words mean: by language the entries, as words and as stems; what weighs little; what is the opposite.

    `parts` are meanings that one holds already: who says *daily structure* and *day* says it once. The first of them
    is what makes it this and nothing else. `opening` are the words and stems with which entries of several words begin,
    with how many words the longest has, so that few words have to be looked at together with the next.
    """

    entries: Mapping[str, Mapping[str, frozenset[str]]]
    weights: Mapping[str, float]
    opposites: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]]
    particles: Mapping[str, Particles]
    turning: frozenset[str]
    denying: Mapping[str, Denying]
    persons: frozenset[str]
    opening: Mapping[str, Mapping[str, int]]


@cache
def _stemmer(lang: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(LANGUAGES[lang])


@cache
def stems(words: str, lang: str) -> str:
    """Give the stem of each of some words."""
    return " ".join(_stemmer(lang).stemWords(words.split()))


def _file(name: str) -> str:
    return files("werkzaam.linking").joinpath(name).read_text("utf-8")


@cache
def lexicon() -> Lexicon:
    """Give the packaged lexicon."""
    entries: dict[str, dict[str, set[str]]] = {lang: {} for lang in LANGUAGES}
    weights: dict[str, float] = {}
    opposites: dict[str, str] = {}
    parts: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(_file("lexicon.csv").splitlines()):
        sense = row["sense"]
        weights[sense] = float(row["weight"] or 1)
        parts[sense] = tuple(filter(None, row["parts"].split("|")))
        if row["opposite"]:
            opposites[sense] = row["opposite"]
        for lang, known in entries.items():
            for entry in filter(None, row[lang].split("|")):
                whole = plain(entry)
                stem = stems(whole, lang)
                # A stem that begins otherwise (*gelijke*, of which *lijke* is left) is none of a part of a compound.
                for form in {whole, ("~" if whole.startswith(stem[:2]) else "^") + stem}:
                    known.setdefault(form, set()).add(sense)
    data = read("particles.toml", "werkzaam.linking")
    particles = {}
    for lang in LANGUAGES:
        said = {key: frozenset(plain(text).split()) for key, text in data[lang].items()}
        skipped = said["articles"] | said["prepositions"] | said["joining"] | said["others"]
        joints = ("", *data["compounds"].get(lang, ()))
        endings = tuple(data["endings"].get(lang, ()))
        particles[lang] = Particles(skipped, said["prepositions"], said["negations"], said["joining"], joints, endings)
    fixed = {lang: {form: frozenset(those) for form, those in known.items()} for lang, known in entries.items()}
    turned = data["denying"]
    denying = {lang: Denying(tuple(turned["before"][lang]), tuple(turned["behind"][lang])) for lang in LANGUAGES}
    persons, turning = (frozenset(data[key]["senses"]) for key in ("persons", "turning"))
    opening = {lang: _opening(known) for lang, known in fixed.items()}
    return Lexicon(fixed, weights, opposites, parts, particles, turning, denying, persons, opening)


def _opening(forms: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for form in forms:
        first, *more = form.lstrip("~^").split()
        if more:
            found[first] = max(found.get(first, 0), 1 + len(more))
    return found
