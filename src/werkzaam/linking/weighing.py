"""What counts beside the words that two names share: all names of a thing together, and what stands around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from werkzaam.linking.comparing import Compared, Comparing, held, known
from werkzaam.linking.items import Feature, Item, data
from werkzaam.linking.reading import Reader, Reading, Unit, years
from werkzaam.linking.vocabulary import Vocabulary


class Weighing:
    """Lets count what is known of the things of an index; `leave_out` are reasons that shall not."""

    def __init__(
        self,
        items: Sequence[Item],
        reader: Reader,
        comparing: Comparing,
        vocabulary: Vocabulary,
        leave_out: Collection[str],
    ) -> None:
        self._items, self._reader, self._comparing = items, reader, comparing
        self._vocabulary, self._out = vocabulary, leave_out
        self._by_iri: Mapping[str, Item] = {item.iri: item for item in items}
        self._near: dict[int, tuple[frozenset[str], frozenset[str]]] = {}

    def weigh(self, made: Compared, reading: Reading, text: str, asked: Item | None) -> None:
        """Change the score of a name by what speaks for and against, each with its reason."""
        self._let_vocabulary_count(made, reading)
        self._let_surroundings_count(made)
        self._let_years_and_places_count(made, text, asked)
        self._hold_back(made, reading)

    def defined(self, item: Item) -> frozenset[str]:
        """Give all meanings that its definitions name."""
        return frozenset(s for one in item.definitions for s in self._reader.read(one.text, one.lang).senses)

    def weighty(self, units: Iterable[Unit]) -> bool:
        """Say whether one of these words makes a name say something else, or something more."""
        return bool(max(map(self._comparing.of, units), default=0.0) >= data("weights")["verdict"]["more"])

    def _let_vocabulary_count(self, made: Compared, reading: Reading) -> None:
        """Let count what all names of a thing say together, and which known words none of them says."""
        weights = data("weights")
        if made.item not in self._vocabulary:
            return
        if "vocabulary" not in self._out and (made.score > 0 or made.turned):
            # The very name needs no more of its kind to be nearer than any other.
            told = 1.0 if made.exact else self._vocabulary.of(reading.units, made.item, self._comparing)
            gain = weights["for"]["vocabulary"] * told
            made.score += gain
            words = [unit.word for unit in reading.units if self._vocabulary.told(unit, made.item)]
            if words and not made.exact:
                made.features.append(Feature("vocabulary", gain, (("words", ", ".join(words)),)))
        strange = [unit for unit in made.left if self._strange(unit, made)] if "elsewhere" not in self._out else []
        if strange:
            loss, made.strange = weights["against"]["elsewhere"], True
            made.score -= loss
            made.features.append(Feature("elsewhere", -loss, (("words", ", ".join(unit.word for unit in strange)),)))

    def _strange(self, unit: Unit, made: Compared) -> bool:
        """Say whether a word, of which the meaning is known, is none by which this thing is ever called."""
        if unit in made.aside or not known([unit]) or self._said(unit, made.item):
            return False
        return bool(self._comparing.of(unit) >= data("weights")["vocabulary"]["strange-from"])

    def _said(self, unit: Unit, item: int) -> bool:
        return bool(self._vocabulary.told(unit, item) > data("weights")["vocabulary"]["strange"])

    def _let_surroundings_count(self, made: Compared) -> None:
        """Let count words that stand in the definition, or in the names of what is broader."""
        if not made.left or made.score <= 0 or made.turned:
            return
        for key, around in zip(("defined", "neighbour"), self._around(made.item), strict=True):
            words = [unit.word for unit in made.left if unit.senses & around and self._telling(unit)]
            if words and key not in self._out:
                gain = data("weights")["for"][key] * len(words) / len(made.left)
                made.score += gain
                made.features.append(Feature(key, gain, (("words", ", ".join(words)),)))

    def _around(self, number: int) -> tuple[frozenset[str], frozenset[str]]:
        if number not in self._near:
            item = self._items[number]
            above = [self._by_iri[one] for one in item.broader if one in self._by_iri]
            said = (s for one in above for n in one.names for s in self._reader.read(n.text, n.lang).senses)
            self._near[number] = self.defined(item), frozenset(said)
        return self._near[number]

    def _let_years_and_places_count(self, made: Compared, text: str, asked: Item | None) -> None:
        item, weights = self._items[made.item], data("weights")
        theirs = set(years(text)) | (set(asked.years) if asked else set())
        for what, one, other in (
            ("year", {str(year) for year in theirs}, {str(year) for year in item.years}),
            ("place", self._called(asked.places if asked else ()), self._called(item.places)),
        ):
            key = ("same-" if one & other else "other-") + what
            if not one or not other or key in self._out:
                continue
            weight = weights["for"][key] if one & other else -weights["against"][key]
            told = (("word", ", ".join(sorted(one & other or one))), ("other", ", ".join(sorted(other))))
            made.score += weight
            made.features.append(Feature(key, weight, told[:1] if one & other else told))

    def _called(self, iris: Iterable[str]) -> set[str]:
        return {self._by_iri[iri].label("nl") if iri in self._by_iri else iri for iri in iris}

    def _hold_back(self, made: Compared, reading: Reading) -> None:
        """Let nothing be the same that says something else or something more, however alike it is."""
        added = [unit for unit in made.left if not self._said(unit, made.item)]
        weighty = self.weighty(added), self.weighty(made.missing)
        more = any(weighty) if made.same_head and bool(made.left) != bool(made.missing) else all(weighty)
        held_back = (more or self._one_word_more(made, reading)) and not self._loosely_more(made, reading)
        mostly_else = made.covered < data("weights")["verdict"]["covered"]
        if held_back or mostly_else or made.only_defined or self._bettered(made, reading) or self._part(made):
            made.score = min(made.score, data("weights")["verdict"]["match"] - 0.01)

    def _one_word_more(self, made: Compared, reading: Reading) -> bool:
        """Say whether one of the two is a single word that tells, to which the other adds one that matters.

        What a thing is called besides adds nothing.
        """
        ours = self._reader.read(made.name.text, made.name.lang)
        least = data("weights")["verdict"]["added"]
        added = [unit for unit in made.left if unit not in made.aside and not self._said(unit, made.item)]
        for units, more in ((reading.units, made.missing), (ours.units, added)):
            telling = [unit for unit in units if self._telling(unit)]
            single = len(telling) == 1 and held(telling) == telling[0].senses
            if single and max(map(self._comparing.of, more), default=0.0) >= least:
                return True
        return False

    def _part(self, made: Compared) -> bool:
        """Say whether all that was asked is said on the way to something else: *toddlers* in *mothers of toddlers*."""
        if made.same_head or made.exact or any(map(self._telling, made.left)):
            return False
        return any(map(self._telling, made.missing))

    def _bettered(self, made: Compared, reading: Reading) -> bool:
        """Say whether ours is that there is less of what was asked for: *less loneliness* is not loneliness."""
        ours = self._reader.read(made.name.text, made.name.lang)
        return ours.lessened and not (reading.lessened or reading.negated or made.exact)

    def _loosely_more(self, made: Compared, reading: Reading) -> bool:
        """Say whether all that is said more stands loosely beside words that hardly anything else is called by."""
        if made.missing or not all(unit in reading.loose for unit in made.left):
            return False
        shared = [unit for unit in reading.units if unit not in made.left]
        sure = data("weights")["vocabulary"]["sure"]
        return bool(shared) and all(self._vocabulary.told(unit, made.item) >= sure for unit in shared)

    def _telling(self, unit: Unit) -> bool:
        """Say whether a word weighs enough to tell anything."""
        return bool(self._comparing.of(unit) >= data("weights")["verdict"]["telling"])
