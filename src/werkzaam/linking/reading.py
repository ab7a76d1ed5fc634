"""What a name says: its words brought back to what they mean, in Dutch, English or German.

A word is looked up in `lexicon.csv` as it stands, by its stem, by the parts of a compound, or by the nearest spelling.
What nobody knows is itself. So *Nachbarschaftszentrum*, *wijkcentrum* and *community centre* are two meanings each, of
which the last is the head. What does not name anything (`particles.toml`) is left out, but a negation is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from werkzaam.linking.lexicon import LACK, LANGUAGES, lexicon, plain, stems

LONGEST_TEXT = 300
"""In characters: a name is short; what comes after is not read."""
TWO_SLIPS = 12
"""Only in a word of so many letters may two be wrong: in a shorter one that is another word."""
_LONGEST_WORD = 40
_YEAR = re.compile(r"(?:19|20)\d\d")
_SHORT_FORM = re.compile(r"(?<=\S)\s*\([A-ZÄÖÜ][\w-]{0,4}[A-Z]\)")
"""How what was said is written for short: *Integrationszulage (IZU)*."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word or part of one: what it may mean, how it was written, and how it was understood."""

    senses: frozenset[str]
    word: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A name that was read: its meanings in order, which of them is the head, and its numbers that are no years.

    It may deny what it says, or say that there is less of it. `denied` are the words denied behind a preposition (cut
    for *not* cooperating): where another name has none of these, nothing of it is denied. `loose` are words that stand
    behind a preposition or before *and*: they say on what occasion, or what else, rather than make it another thing.
    """

    plain: str
    units: tuple[Unit, ...]
    head: int
    negated: bool
    lessened: bool
    numbers: frozenset[str]
    denied: tuple[Unit, ...] = ()
    loose: tuple[Unit, ...] = ()

    @property
    def senses(self) -> frozenset[str]:
        """All meanings that any of its words may have."""
        return frozenset(sense for unit in self.units for sense in unit.senses)


class Reader:
    """Reads names by the lexicon and by the words of an index, which `learn` adds.

    For measuring it can do without the `meanings` of the lexicon, the `parts` of compounds, or `slips` of the pen.
    """

    def __init__(self, leave_out: Collection[str] = ()) -> None:
        self._lexicon, self._out = lexicon(), frozenset(leave_out)
        self._learnt: dict[str, set[str]] = {lang: set() for lang in LANGUAGES}
        self._spelt: dict[str, list[str]] = {}
        self._kept: dict[tuple[str, str], Reading] = {}
        self._words: dict[tuple[str, str], tuple[Unit, ...]] = {}

    def learn(self, text: str, lang: str) -> None:
        """Make the words of a name known, so that a slip in one is seen."""
        for one in [lang] if lang in LANGUAGES else LANGUAGES:
            self._learnt[one].update(word for word in plain(text).split() if len(word) > 3)
        self._spelt.clear()

    def read(self, text: str, lang: str = "") -> Reading:
        """Read a name; `lang` is "" where nobody said in which language it is."""
        text = text[:LONGEST_TEXT]
        if (text, lang) not in self._kept:
            if len(self._kept) > 50_000:
                self._kept.clear()
            self._kept[text, lang] = self._read(text, lang)
        return self._kept[text, lang]

    def _read(self, text: str, lang: str) -> Reading:
        # What stands between brackets explains; it is read, but the head stands before.
        words, order = plain(_SHORT_FORM.sub("", text)).split(), _order(lang)
        units: list[Unit] = []
        loose: list[Unit] = []
        head, negated, lessened, at, denied_from = -1, False, False, 0, -1
        while at < len(words):
            length, unit = self._entry(words[at:], order)
            if unit:
                units.append(unit)
                at += length
                continue
            word = words[at]
            at += 1
            kinds = [self._lexicon.particles[one] for one in ([lang] if lang in LANGUAGES else order)]
            if any(word in one.negations for one in kinds):
                denied_from = len(units) if not negated and head >= 0 else -1
                negated = True
            elif any(word in one.prepositions for one in kinds):
                if units and head < 0:
                    head = len(units) - 1
            elif any(word in one.joining for one in kinds):
                loose += units[-1:]
            elif not word.isdecimal() and not any(word in one.skipped for one in kinds):
                units += self._word(word, lang)
        denied = tuple(units[denied_from:]) if denied_from >= 0 else ()
        loose += units[head + 1 :] if head >= 0 else []
        if any(unit.senses <= self._lexicon.turning for unit in units):
            kept = [unit for unit in units if not unit.senses <= self._lexicon.turning]
            head = kept.index(units[head]) if head >= 0 and units[head] in kept else -1
            units, lessened = kept, True
        numbers = frozenset(word for word in words if word.isdecimal() and not _YEAR.fullmatch(word))
        head = head if head >= 0 else len(units) - 1
        return Reading(" ".join(words), tuple(units), head, negated, lessened, numbers, denied, tuple(loose))

    def _entry(self, words: Sequence[str], order: Sequence[str]) -> tuple[int, Unit | None]:
        """Give the longest entry of several words at the start of `words`, and how many words that is."""
        longest = max(self._opens(words[0], lang) for lang in order)
        for length in range(min(longest, len(words)), 1, -1):
            whole = " ".join(words[:length])
            for lang in order:
                found = self._senses(whole, lang)
                if found:
                    return length, Unit(found, whole)
        if len(words) > 1 and self._one_word(words[0], words[1], order):
            return 2, Unit(self._known(words[0] + words[1], order), " ".join(words[:2]), "spelling")
        return 0, None

    def _opens(self, word: str, lang: str) -> int:
        """Give how many words the longest entry has that may begin with this one."""
        opening = self._lexicon.opening[lang]
        return max(opening.get(word, 0), opening.get(stems(word, lang), 0))

    def _one_word(self, first: str, second: str, order: Sequence[str]) -> bool:
        """Say whether two words are one, written apart: *wederkerig heid*."""
        if min(len(first), len(second)) < 3 or not any(first + second in self._lexicon.entries[one] for one in order):
            return False
        particles = (self._lexicon.particles[one] for one in order)
        if any({first, second} & (one.skipped | one.negations) for one in particles):
            return False
        return not (self._known(first, order) and self._known(second, order))

    def _senses(self, words: str, lang: str, *, part: bool = False) -> frozenset[str]:
        if "meanings" in self._out:
            return frozenset()
        known, stem = self._lexicon.entries[lang], stems(words, lang)
        found = known.get(words)
        if found is None and (not part or words.startswith(stem[:2])):
            found = known.get("~" + stem) or (None if part else known.get("^" + stem))
        if found is None:
            # What a stemmer leaves: *betaald* and *betaalde*, *krap* and *krappe*.
            found = next((known[one] for one in self._bare(words, lang) if one in known), None)
        return found or frozenset()

    def _bare(self, word: str, lang: str) -> Iterator[str]:
        for ending in self._lexicon.particles[lang].endings:
            bare = word.removesuffix(ending)
            if bare != word and len(bare) > 3:
                yield bare
                if bare[-1] == bare[-2]:
                    yield bare[:-1]
                elif bare[-2] in "aeou":
                    yield bare[:-1] + bare[-2:]  # *plaatsbare* and *plaatsbaar*

    def _known(self, word: str, order: Sequence[str]) -> frozenset[str]:
        # A word of another language is one as it stands; by its stem *zwanger* would be a German *Zwang*.
        if len(order) == 1 or "meanings" in self._out:
            return self._senses(word, order[0])
        others = (self._lexicon.entries[lang].get(word) for lang in order[1:])
        return self._senses(word, order[0]) or next(filter(None, others), frozenset())

    def _word(self, word: str, lang: str) -> tuple[Unit, ...]:
        if (word, lang) not in self._words:
            self._words[word, lang] = self._understood(word, lang)
        return self._words[word, lang]

    def _understood(self, word: str, lang: str) -> tuple[Unit, ...]:
        order = _order(lang)
        own_order = [lang] if lang in LANGUAGES else order
        if lang in LANGUAGES:
            senses = self._known(word, order)
        else:
            senses = frozenset(sense for one in order for sense in self._senses(word, one))
        if senses:
            return (Unit(senses, word),)
        denied = self._denied(word, own_order)
        if denied:
            return denied
        parts = [] if "parts" in self._out else self._parts(word, own_order)
        if parts:
            return tuple(Unit(senses, part, "part") for part, senses in parts)
        learnt = any(word in self._learnt[one] for one in order)
        meant = "" if learnt or "slips" in self._out else self._meant(word, lang)
        if meant:
            return tuple(Unit(unit.senses, word, "spelling") for unit in self._word(meant, lang))
        own = frozenset(f"={stems(word, one)}" for one in own_order)
        tail = () if learnt or "parts" in self._out else self._tail(word, own_order)
        return tail or (Unit(own | {"=" + word}, word),)

    def _denied(self, word: str, order: Sequence[str]) -> tuple[Unit, ...]:
        """Give a word that denies another as that other and a word for *lack*: *unmotivated* lacks motivation."""
        for lang in order:
            denying = self._lexicon.denying[lang]
            bare = [word.removeprefix(one) for one in denying.before if word.startswith(one)]
            bare += [word.removesuffix(one) for one in denying.behind if word.endswith(one)]
            for rest in bare:
                senses = self._senses(rest, lang) if len(rest) > 3 else frozenset()
                if senses:
                    return Unit(frozenset({LACK}), word, "part"), Unit(senses, rest, "part")
        return ()

    def _parts(self, word: str, order: Sequence[str]) -> list[tuple[str, frozenset[str]]]:
        """Give the parts of a compound of which every part is known, as few as there can be."""
        for lang in _joining(order):
            joints = self._lexicon.particles[lang].joints
            if 6 < len(word) <= _LONGEST_WORD:
                found = self._split(word, lang, joints, 3)
                if found:
                    return found
        return []

    def _split(self, word: str, lang: str, joints: Sequence[str], most: int) -> list[tuple[str, frozenset[str]]]:
        best: list[tuple[str, frozenset[str]]] = []
        for at in range(len(word) - 3, 2, -1):
            first = word[:at]
            for joint in joints:
                stem = first.removesuffix(joint) if joint else first
                senses = self._senses(stem, lang, part=True) if len(stem) > 2 and (not joint or stem != first) else None
                if not senses:
                    continue
                rest = word[at:]
                whole = self._senses(rest, lang, part=True)
                parts = [(rest, whole)] if whole else self._split(rest, lang, joints, most - 1) if most > 2 else []
                if parts and (not best or len(parts) + 1 < len(best)):
                    best = [(stem, senses), *parts]
        return best

    def _tail(self, word: str, order: Sequence[str]) -> tuple[Unit, ...]:
        """Give the parts of a compound of which only the head is known, or only what stands before it."""
        for lang in _joining(order):
            for at in range(4, len(word) - 4):
                senses = self._senses(word[at:], lang, part=True)
                if senses:
                    return (Unit(frozenset({"=" + word[:at]}), word[:at]), Unit(senses, word[at:], "part"))
        # Of what stands before, a word as it is rather than one of its forms: *wijk-service*, not *wijks-ervice*.
        for whole in (True, False):
            for lang in _joining(order):
                for at in range(len(word) - 4, 3, -1):
                    if whole and word[:at] not in self._lexicon.entries[lang]:
                        continue
                    senses = self._senses(word[:at], lang, part=True)
                    if senses:
                        return (Unit(senses, word[:at], "part"), Unit(frozenset({"=" + word[at:]}), word[at:]))
        return ()

    def _meant(self, word: str, lang: str) -> str:
        """Give the known word for which an unknown one is a slip of the pen, "" where there is none."""
        if len(word) < 5 or len(word) > _LONGEST_WORD:
            return ""
        if lang not in self._spelt:
            known = {
                entry
                for one in ([lang] if lang in LANGUAGES else LANGUAGES)
                for entry in (*(() if "meanings" in self._out else self._lexicon.entries[one]), *self._learnt[one])
                if entry[0] not in "~^" and " " not in entry and len(entry) > 4
            }
            self._spelt[lang] = sorted(known)
        most = 1 if len(word) < TWO_SLIPS else 2
        hits = process.extract(word, self._spelt[lang], scorer=OSA.distance, score_cutoff=most, limit=5)
        # What differs at the very start is another word (*erkenning*, *verkenning*); one of the index is meant first.
        learnt = set().union(*self._learnt.values())
        ranked = sorted((slips, hit not in learnt, hit) for hit, slips, _ in hits if hit[0] == word[0])
        return ranked[0][2] if ranked else ""


def _order(lang: str) -> list[str]:
    """Give the languages in the order in which a word is looked up: its own, then the others."""
    return [lang, *(one for one in LANGUAGES if one != lang)] if lang in LANGUAGES else list(LANGUAGES)


def _joining(order: Sequence[str]) -> list[str]:
    """Give the languages that write compounds as one word, of those in which a name may be."""
    return [one for one in order if one != "en"]


def years(text: str) -> Iterator[int]:
    """Yield the years that a text names.

    >>> list(years("Maternity Leave Reform 1979 (till 1986)"))
    [1979, 1986]
    """
    yield from (int(found) for found in _YEAR.findall(text))
