"""One name held against another: which words they share, which are left at either side, and what speaks against."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from werkzaam.linking.items import Feature, Name, data
from werkzaam.linking.lexicon import LACK, lexicon
from werkzaam.linking.reading import Reading, Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in an index: whose, and how it was read."""

    item: int
    name: Name
    reading: Reading


@dataclass
class Compared:
    """One name held against the question."""

    item: int
    name: Name
    score: float
    features: list[Feature]
    left: list[Unit] = field(default_factory=list)
    missing: list[Unit] = field(default_factory=list)
    aside: list[Unit] = field(default_factory=list)
    same_head: bool = True
    turned: bool = False
    strange: bool = False
    only_defined: bool = False
    # Which part of what our name says, by weight, the question says too.
    covered: float = 1.0

    @property
    def exact(self) -> bool:
        """Whether it is the very name."""
        return any(one.key in ("same-name", "same-other-name") for one in self.features)

    @property
    def looks(self) -> float:
        """How alike they look: what is refused as the opposite is shown, so that nobody looks for it in vain."""
        whole = self.exact or any(one.key in ("same-words", "translated") for one in self.features)
        if not self.turned and not whole:
            return self.score
        # Where one name is the opposite and another alike by a word, the thing is the opposite; not so where another
        # says the same.
        looks = math.fsum(one.weight for one in self.features if one.favours) if self.turned else self.score
        return looks + float(data("weights")["verdict"]["turned"])


class Comparing:
    """Compares names; `weight` says how much a meaning counts, `leave_out` which reasons do not."""

    def __init__(self, weight: Mapping[str, float], leave_out: Collection[str]) -> None:
        self.weight, self._out = weight, leave_out
        self._least: dict[frozenset[str], float] = {}

    def of(self, unit: Unit, shared: Collection[str] = ()) -> float:
        """Give what a word weighs: by a meaning that it shares; else by the least, as nobody knows which is meant."""
        # What is not known here at all is as rare as can be.
        if shared:
            return max(map(self._of_sense, shared))
        if unit.senses not in self._least:
            self._least[unit.senses] = min(map(self._of_sense, unit.senses), default=1.0)
        return self._least[unit.senses]

    def _of_sense(self, sense: str) -> float:
        return self.weight.get(sense, lexicon().weights.get(sense, 1.0))

    def compare(self, asked: Reading, entry: Entry, lang: str) -> Compared:
        """Hold a name that was asked for, in the language `lang`, against one of an index."""
        ours, like = entry.reading, data("weights")["likeness"]
        made = Compared(entry.item, entry.name, 0.0, [])
        name = ("name", entry.name.text)
        if asked.plain == ours.plain:
            key = "same-name" if entry.name.first else "same-other-name"
            made.score = like[key]
            made.features.append(Feature(key, made.score, (name,)))
            return made
        pairs, made.left, made.missing = paired(asked, ours)
        negated = [denies(asked, made.left), denies(ours, made.missing)]
        for at, units in enumerate((made.left, made.missing)):
            # *Lack of role models* is *no role models*, said with a word of its own.
            lacking = [unit for unit in units if LACK in unit.senses]
            if lacking and negated[1 - at] and not negated[at]:
                units.remove(lacking[0])
                negated[at] = True
            elif lacking and len(units) == 1 and not any(negated):
                negated[at] = True
        both = math.fsum(self.of(one, one.senses & other.senses or one.senses) for one, other in pairs)
        made.aside = [unit for unit in made.left if beside(unit, asked)]
        left = math.fsum(map(self.of, made.left)) - (1 - like["aside"]) * math.fsum(map(self.of, made.aside))
        missing = math.fsum(map(self.of, made.missing))
        of_asked, of_ours = (both / (both + rest) if both else 0.0 for rest in (left, missing))
        made.covered = of_ours
        words = ("words", ", ".join(dict.fromkeys(one.word for one, _ in pairs)))
        # Words that say hardly anything say little together, too.
        telling = min(1.0, both / data("weights")["verdict"]["telling"])
        if not made.left and not made.missing:
            key = "translated" if lang and entry.name.lang and lang != entry.name.lang else "same-words"
            made.score = like[key] * telling
            made.features.append(Feature(key, made.score, (name,)))
        elif pairs:
            made.score = telling * like["shared-words"] * 2 * of_asked * of_ours / (of_asked + of_ours)
            made.features.append(Feature("shared-words", made.score, (words, name)))
        for key, units in (("left-over", made.left), ("missing", made.missing)):
            if units and pairs:
                told = ", ".join(dict.fromkeys(one.word for one in units))
                made.features.append(Feature(key, 0.0, (("words", told), name)))
        self._held_against(made, asked, ours, pairs, negated)
        return made

    def _held_against(
        self,
        made: Compared,
        asked: Reading,
        ours: Reading,
        pairs: Sequence[tuple[Unit, Unit]],
        negated: Sequence[bool],
    ) -> None:
        against = data("weights")["against"]

        def count(key: str, *values: tuple[str, str]) -> None:
            if key not in self._out:
                made.score -= against[key]
                made.features.append(Feature(key, -against[key], values))

        for one, _ in pairs:
            if one.how == "spelling":
                count("spelling", ("word", one.word))
        if asked.units and ours.units:
            heads = asked.units[asked.head], ours.units[ours.head]
            # *Tackling obstacles* and *obstacles tackled*: each head is said in the other name.
            both = all(any(unit is pair[side] for pair in pairs) for side, unit in enumerate(heads))
            made.same_head = both or bool(heads[0].senses & heads[1].senses)
            if not made.same_head and (made.left or made.missing):
                count("other-head", ("word", asked.units[asked.head].word), ("other", ours.units[ours.head].word))
        if asked.numbers and ours.numbers and asked.numbers != ours.numbers:
            told = [", ".join(sorted(one)) for one in (asked.numbers, ours.numbers)]
            count("other-number", ("word", told[0]), ("other", told[1]))
        if (negated[0] or asked.lessened) != (negated[1] or ours.lessened):
            # That there is less nuisance is an outcome in nuisance; that there is none of something is another thing.
            made.turned = any(negated)
            count("negation" if made.turned else "lessened")
        opposites = lexicon().opposites
        for one in made.left:
            turned = {opposites[sense] for sense in one.senses if sense in opposites}
            other = next((unit for unit in made.missing if unit.senses & turned), None)
            if other:
                made.turned = True
                count("opposite", ("word", one.word), ("other", other.word))


def beside(unit: Unit, asked: Reading) -> bool:
    """Say whether a word tells whose something is, or who does it: a person who is not the head."""
    return unit.senses <= lexicon().persons and unit is not asked.units[asked.head]


def denies(reading: Reading, apart: Collection[Unit]) -> bool:
    """Say whether a name denies what another says; what it denies in words that stand `apart` is none of that."""
    return reading.negated and not (reading.denied and all(unit in apart for unit in reading.denied))


def known(units: Sequence[Unit]) -> bool:
    """Say whether these are words whose meaning is known, every one."""
    return bool(units) and all(not sense.startswith("=") for unit in units for sense in unit.senses)


def paired(asked: Reading, ours: Reading) -> tuple[list[tuple[Unit, Unit]], list[Unit], list[Unit]]:
    """Pair the words that may mean the same; give the pairs, and what is left at either side."""
    missing = list(ours.units)
    pairs: list[tuple[Unit, Unit]] = []
    left: list[Unit] = []
    for unit in asked.units:
        other = next((one for one in missing if one.senses & unit.senses), None)
        if other is None:
            left.append(unit)
        else:
            missing.remove(other)
            pairs.append((unit, other))
    # One word here may be several there: *Sprachkurs*, lessons in the language.
    for mine, others, ours_first in ((left, missing, False), (missing, left, True)):
        for whole in list(mine):
            every = held([whole])
            told = [unit for unit in others if unit.senses & every]
            first = {parts[0] for sense in whole.senses if (parts := lexicon().parts.get(sense))}
            if len(told) > 1 and any(unit.senses & first for unit in told):
                pairs.append((told[0], whole) if ours_first else (whole, told[0]))
                mine.remove(whole)
                others[:] = [unit for unit in others if unit not in told]
    # A word said twice, or held by another that was found, adds nothing.
    said = held(one for pair in pairs for one in pair)
    left = [unit for unit in left if not unit.senses & said]
    missing = [unit for unit in missing if not unit.senses & said]
    return pairs, left, missing


def held(units: Iterable[Unit]) -> frozenset[str]:
    """Give what words mean, with what that holds already (`parts` in the lexicon)."""
    return frozenset(one for unit in units for one in _with_parts(unit.senses))


@cache
def _with_parts(senses: frozenset[str]) -> frozenset[str]:
    parts = lexicon().parts
    return senses.union(*(parts.get(sense, ()) for sense in senses))
