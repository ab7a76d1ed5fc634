"""Search over everything that has a name or says something, in both languages, forgiving typing errors.

SQLite finds what shares trigrams with the question; of that, each word is then compared with the words of what was
found. A word that is rare weighs more than one that is everywhere.
"""

from __future__ import annotations

import math
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

CANDIDATES = 250
"""How many of what shares trigrams with a question are looked at."""
LOOKED = 60_000
"""How often trigrams may stand in all texts together: commoner ones are not looked for, as each costs a look."""
MOST_WORDS = 8
"""How many words of a question are looked at."""
NEAR = 72
"""From which likeness, of 100, a word may be meant for another."""
ENOUGH = 0.5
"""Which part of a question, by weight of its words, must be found."""

_WORD = re.compile(r"\w+")
_JOINED = re.compile(r"\w+(?:-\w+)+")


@dataclass(frozen=True)
class Text:
    """Something to be found: its kind, its key, the language of its texts, its name and what it says."""

    kind: str
    key: str
    lang: str
    title: str
    body: str = ""


@dataclass(frozen=True)
class Hit:
    """Something that was found, in the language in which it fits best; the score only puts hits in order."""

    kind: str
    key: str
    lang: str
    title: str
    score: float


@dataclass(frozen=True)
class Found:
    """What was found, best first, and which words of the question were read as others."""

    hits: list[Hit]
    read_as: dict[str, str]


def fold(text: str) -> str:
    """Give a text without capitals and accents.

    >>> fold("Één reïntegratie")
    'een reintegratie'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


class Finder:
    """An index in memory; made before the children are, for it stays the same."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._texts = list(texts)
        folded = [(fold(one.title), fold(one.body)) for one in self._texts]
        self._words = [(_words(title), _words(body)) for title, body in folded]
        counts: Counter[str] = Counter()
        for title, body in self._words:
            counts.update({*title, *body})
        total = len(self._texts)
        self._weight = {known: math.log((total + 1) / count) for known, count in counts.items()}
        self._rare = math.log(total + 1)
        self._known = list(counts)
        # A child may open no file: what SQLite sorts stays in memory. It only reads, so any thread may ask.
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute("PRAGMA temp_store = MEMORY")
        self._index.execute("CREATE VIRTUAL TABLE told USING fts5(title, body, tokenize = 'trigram')")
        self._index.executemany(
            "INSERT INTO told (rowid, title, body) VALUES (?, ?, ?)",
            ((number, title, body) for number, (title, body) in enumerate(folded)),
        )
        self._index.execute("CREATE VIRTUAL TABLE trigrams USING fts5vocab(told, row)")
        self._held: dict[str, int] = dict(self._index.execute("SELECT term, doc FROM trigrams"))
        self._index.commit()

    def find(self, asked: str) -> Found:
        """Find what a text asks for."""
        words = list(dict.fromkeys(_words(fold(asked))))[:MOST_WORDS]
        read_as = {one: near for one in words if (near := self._near(one))}
        wanted = [read_as.get(one, one) for one in words]
        trigrams = self._telling(wanted)
        if not trigrams:
            return Found([], {})
        rows = self._index.execute(
            "SELECT rowid FROM told WHERE told MATCH ? ORDER BY bm25(told, 5.0, 1.0) LIMIT ?",
            (" OR ".join(f'"{one}"' for one in trigrams), CANDIDATES),
        )
        best: dict[tuple[str, str], Hit] = {}
        for (number,) in rows:
            score = self._score(wanted, *self._words[number])
            one = self._texts[number]
            before = best.get((one.kind, one.key))
            if score >= ENOUGH and (before is None or score > before.score):
                best[one.kind, one.key] = Hit(one.kind, one.key, one.lang, one.title, score)
        return Found(sorted(best.values(), key=lambda hit: (-hit.score, len(hit.title), hit.key)), read_as)

    def _telling(self, words: Sequence[str]) -> list[str]:
        """Give the trigrams of `words` by which to look, the rarest first: all of them, unless that is too much."""
        grams = {one[at : at + 3] for one in words for at in range(len(one) - 2)}
        found: list[str] = []
        looked = 0
        for gram in sorted(grams, key=lambda gram: (self._held.get(gram, 0), gram)):
            looked += self._held.get(gram, 0)
            if found and looked > LOOKED:
                break
            found.append(gram)
        return found

    def _near(self, asked: str) -> str:
        """Give the known word that an unknown one may be meant for; nothing where it is known, or part of one."""
        if len(asked) < 4 or asked in self._weight or any(asked in known for known in self._known):
            return ""
        hit = process.extractOne(asked, self._known, scorer=fuzz.ratio, score_cutoff=NEAR)
        return hit[0] if hit else ""

    def _score(self, wanted: Sequence[str], title: Sequence[str], body: Sequence[str]) -> float:
        """Give which part of the question is there; what is named counts for a little more than what is said."""
        found, whole = 0.0, 0.0
        for one in wanted:
            weight = self._weight.get(one, self._rare)
            whole += weight
            found += weight * max(_likeness(one, title), 0.9 * _likeness(one, body))
        exact = 0.1 * (list(wanted) == list(title))
        return found / whole + exact if whole else 0.0


def _words(text: str) -> list[str]:
    """Give the words of a folded text; one with a hyphen also as a whole.

    >>> _words("re-integratie")
    ['re', 'integratie', 'reintegratie']
    """
    return [*_WORD.findall(text), *(one.replace("-", "") for one in _JOINED.findall(text))]


def _likeness(wanted: str, words: Sequence[str]) -> float:
    best = 0.0
    for one in words:
        if one == wanted:
            return 1.0
        if len(wanted) > 2 and wanted in one:
            best = max(best, 0.95 if one.startswith(wanted) else 0.85)
        elif len(wanted) > 3:
            best = max(best, fuzz.ratio(wanted, one, score_cutoff=NEAR) / 110)
    return best
