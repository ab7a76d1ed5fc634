"""What may be the same as a name: candidates from an index, each with the reasons for and against.

Blocking is by meaning: of all names only those that share one with the question are looked at. Places have no meaning
but their spelling, and are compared by that.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from heapq import nlargest

from rapidfuzz import process
from rapidfuzz.distance import OSA

from werkzaam.linking.items import PLACE, Candidate, Feature, Item, Name, data
from werkzaam.linking.places import Places
from werkzaam.linking.reading import LANGUAGES, Reader, Reading, Unit, lexicon, years

LOOKED_AT = 40
"""How many names that share most with the question are compared in full."""


@dataclass(frozen=True, slots=True)
class _Entry:
    item: int
    name: Name
    reading: Reading


@dataclass
class _Compared:
    """One name held against the question."""

    item: int
    name: Name
    score: float
    features: list[Feature]
    left: list[Unit] = field(default_factory=list)
    missing: list[Unit] = field(default_factory=list)
    same_head: bool = True
    turned: bool = False

    @property
    def likeness(self) -> float:
        """What it would score had nothing been held against it."""
        return math.fsum(feature.weight for feature in self.features if feature.favours)


class Index:
    """Names of things, ready to be asked; reads no file and never changes once it was asked (so children may share it).

    `leave_out` are reasons that shall not count, for measuring.
    """

    def __init__(self, items: Iterable[Item], leave_out: Collection[str] = ()) -> None:
        self.items = list(items)
        self.by_iri = {item.iri: item for item in self.items}
        self._out = frozenset(leave_out)
        self._reader = Reader(leave_out)
        terms = [(number, item) for number, item in enumerate(self.items) if item.kind != PLACE]
        for _, item in terms:
            for name in item.names:
                self._reader.learn(name.text, name.lang)
        self._entries = [
            _Entry(number, name, self._reader.read(name.text, name.lang))
            for number, item in terms
            for name in item.names
        ]
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._plain: dict[str, list[int]] = defaultdict(list)
        counts: Counter[str] = Counter()
        for number, entry in enumerate(self._entries):
            self._plain[entry.reading.plain].append(number)
            for sense in _held(entry.reading.units):
                self._postings[sense].append(number)
        for _, item in terms:
            counts.update({s for name in item.names for s in self._reader.read(name.text, name.lang).senses})
        rarest = math.log(len(terms) + 1)
        part = data("weights")["verdict"]["rarity"]
        known = lexicon().weights
        self._weight = {
            sense: known.get(sense, 1.0) * (1 - part + part * math.log((len(terms) + 1) / count) / rarest)
            for sense, count in counts.items()
        }
        self._least: dict[frozenset[str], float] = {}
        self._whole = [math.fsum(map(self._of, entry.reading.units)) for entry in self._entries]
        self._around = {item.iri: self._neighbours(item) for _, item in terms}
        self._letters = [entry.reading.plain.replace(" ", "") for entry in self._entries]
        self._places = Places([item for item in self.items if item.kind == PLACE])

    def _neighbours(self, item: Item) -> frozenset[str]:
        above = [self.by_iri[one] for one in item.broader if one in self.by_iri]
        return frozenset(s for one in above for n in one.names for s in self._reader.read(n.text, n.lang).senses)

    def candidates(
        self,
        text: str,
        kind: str | Sequence[str] = "",
        lang: str = "",
        limit: int = 5,
        *,
        asked: Item | None = None,
        without: Collection[str] = (),
    ) -> list[Candidate]:
        """Give what `text` may stand for, best first; `kind` is one kind, several, or "" for any.

        `lang` is the language of the text, "" where unknown; `asked` says more of what is asked for: places, years.
        `without` are IRIs that are not looked at.
        """
        wanted = [kind] if isinstance(kind, str) and kind else list(kind)
        found: list[Candidate] = []
        if not wanted or PLACE in wanted:
            found += self._places.candidates(text, limit, without)
        if wanted != [PLACE]:
            found += self._terms(text, frozenset(wanted), lang if lang in LANGUAGES else "", asked, without)
        found.sort(key=lambda one: (-one.score, not one.name.first, one.iri))
        return found[:limit]

    def match(
        self, item: Item, kind: Sequence[str] = (), limit: int = 5, *, without: Collection[str] = ()
    ) -> list[Candidate]:
        """Give what an item with several names may be, best first: for each candidate the name that speaks best."""
        best: dict[str, Candidate] = {}
        for name in item.names:
            found = self.candidates(name.text, kind or item.kind, name.lang, limit * 2, asked=item, without=without)
            for one in found:
                if one.iri not in best or _rank(one) < _rank(best[one.iri]):
                    best[one.iri] = one
        ranked = sorted(best.values(), key=_rank)[:limit]
        # Two names of one thing may be those of two of ours: the better counts.
        beaten = Feature("not-first", 0.0, (("name", ranked[0].name.text),)) if ranked else None
        return [
            replace(one, verdict="related", features=(*one.features, beaten))
            if beaten and number and one.verdict == "match"
            else one
            for number, one in enumerate(ranked)
        ]

    # ---- terms

    def _terms(
        self, text: str, wanted: frozenset[str], lang: str, asked: Item | None, without: Collection[str]
    ) -> list[Candidate]:
        reading = self._reader.read(text, lang)
        best: dict[int, _Compared] = {}
        for number in self._near(reading):
            entry = self._entries[number]
            if self.items[entry.item].iri in without:
                continue
            made = self._compare(reading, entry, lang)
            if entry.item not in best or made.score > best[entry.item].score:
                best[entry.item] = made
        if all(made.left or made.missing or made.turned for made in best.values()):
            for made in self._spelt_alike(reading, lang, without):
                if made.item not in best or made.score > best[made.item].score:
                    best[made.item] = made
        shown = data("weights")["verdict"]["shown"]
        whole = [self._around_it(made, text, asked) for made in best.values()]
        # What is refused as the opposite of what looks like it is shown, so that nobody looks for it in vain.
        return self._judged([one for one in whole if max(one.score, one.turned * one.likeness) >= shown], wanted)

    def _spelt_alike(self, asked: Reading, lang: str, without: Collection[str]) -> Iterator[_Compared]:
        """Yield names that differ by a letter or two, unless these make another word that is known."""
        letters, limits = asked.plain.replace(" ", ""), data("weights")["spelt"]
        if len(letters) < limits["shortest"] or "slips" in self._out:
            return
        most = max(1, len(letters) // int(limits["letters"]))
        for _, slips, at in process.extract(letters, self._letters, scorer=OSA.distance, score_cutoff=most, limit=5):
            entry = self._entries[at]
            made = self._compare(asked, entry, lang)
            words, others = set(asked.plain.split()), set(entry.reading.plain.split())
            if words <= others or others <= words or (_known(made.left) and _known(made.missing)):
                continue  # a word more, or another word, is no slip
            if self.items[entry.item].iri in without or made.turned:
                continue
            likeness = limits["score"] * (1 - slips / len(letters))
            name = ("name", entry.name.text)
            yield _Compared(entry.item, entry.name, likeness, [Feature("spelt-alike", likeness, (name,))])

    def _near(self, reading: Reading) -> list[int]:
        shared: dict[int, float] = defaultdict(float)
        for unit in reading.units:
            seen: dict[int, float] = {}
            for sense in _held([unit]):
                weight = self._weight.get(sense, 1.0)
                for number in self._postings.get(sense, ()):
                    seen[number] = max(seen.get(number, 0.0), weight)
            for number, weight in seen.items():
                shared[number] += weight
        whole = math.fsum(map(self._of, reading.units))
        ranked = nlargest(LOOKED_AT, shared, key=lambda n: (shared[n] / (whole + self._whole[n]), -n))
        return list(dict.fromkeys((*self._plain.get(reading.plain, ()), *ranked)))

    def _of(self, unit: Unit, shared: Collection[str] = ()) -> float:
        """Give what a word weighs: by a meaning that it shares; else by the least, as nobody knows which is meant."""
        # What is not known here at all is as rare as can be.
        if shared:
            return max(map(self._of_sense, shared))
        if unit.senses not in self._least:
            self._least[unit.senses] = min(map(self._of_sense, unit.senses), default=1.0)
        return self._least[unit.senses]

    def _of_sense(self, sense: str) -> float:
        return self._weight.get(sense, lexicon().weights.get(sense, 1.0))

    def _compare(self, asked: Reading, entry: _Entry, lang: str) -> _Compared:
        ours, like = entry.reading, data("weights")["likeness"]
        made = _Compared(entry.item, entry.name, 0.0, [])
        name = ("name", entry.name.text)
        if asked.plain == ours.plain:
            key = "same-name" if entry.name.first else "same-other-name"
            made.score = like[key]
            made.features.append(Feature(key, made.score, (name,)))
            return made
        pairs, made.left, made.missing = _paired(asked, ours)
        both = math.fsum(self._of(one, one.senses & other.senses or one.senses) for one, other in pairs)
        left, missing = math.fsum(map(self._of, made.left)), math.fsum(map(self._of, made.missing))
        of_asked, of_ours = (both / (both + rest) if both else 0.0 for rest in (left, missing))
        words = ("words", ", ".join(dict.fromkeys(one.word for one, _ in pairs)))
        if not made.left and not made.missing and asked.negated == ours.negated:
            key = "translated" if lang and entry.name.lang and lang != entry.name.lang else "same-words"
            made.score = like["same-words"]
            made.features.append(Feature(key, made.score, (name,)))
        elif pairs:
            made.score = like["shared-words"] * 2 * of_asked * of_ours / (of_asked + of_ours)
            made.features.append(Feature("shared-words", made.score, (words, name)))
        for key, units in (("left-over", made.left), ("missing", made.missing)):
            if units and pairs:
                told = ", ".join(dict.fromkeys(one.word for one in units))
                made.features.append(Feature(key, 0.0, (("words", told), name)))
        self._held_against(made, asked, ours, pairs)
        return made

    def _held_against(self, made: _Compared, asked: Reading, ours: Reading, pairs: Sequence[tuple[Unit, Unit]]) -> None:
        against = data("weights")["against"]

        def count(key: str, *values: tuple[str, str]) -> None:
            if key not in self._out:
                made.score -= against[key]
                made.features.append(Feature(key, -against[key], values))

        for one, _ in pairs:
            if one.how == "spelling":
                count("spelling", ("word", one.word))
        if asked.units and ours.units:
            made.same_head = bool(asked.units[asked.head].senses & ours.units[ours.head].senses)
            if not made.same_head and (made.left or made.missing):
                count("other-head", ("word", asked.units[asked.head].word), ("other", ours.units[ours.head].word))
        if asked.numbers and ours.numbers and asked.numbers != ours.numbers:
            told = [", ".join(sorted(one)) for one in (asked.numbers, ours.numbers)]
            count("other-number", ("word", told[0]), ("other", told[1]))
        if asked.negated != ours.negated:
            made.turned = True
            count("negation")
        opposites = lexicon().opposites
        for one in made.left:
            turned = {opposites[sense] for sense in one.senses if sense in opposites}
            other = next((unit for unit in made.missing if unit.senses & turned), None)
            if other:
                made.turned = True
                count("opposite", ("word", one.word), ("other", other.word))

    def _around_it(self, made: _Compared, text: str, asked: Item | None) -> _Compared:
        """Let count what stands around: definition, broader concepts, years and places."""
        item, support = self.items[made.item], data("weights")["for"]
        left = {sense for unit in made.left for sense in unit.senses}
        if left and made.score > 0 and not made.turned:
            around = self._around[item.iri]
            for key, held in (("defined", self._defined(item)), ("neighbour", around)):
                words = [unit.word for unit in made.left if unit.senses & held]
                if words and key not in self._out:
                    gain = support[key] * len(words) / len(made.left)
                    made.score += gain
                    made.features.append(Feature(key, gain, (("words", ", ".join(words)),)))
        theirs = set(years(text)) | (set(asked.years) if asked else set())
        for key, one, other in (
            ("other-year", {str(year) for year in theirs}, {str(year) for year in item.years}),
            ("other-place", set(asked.places) if asked else set(), set(item.places)),
        ):
            if one & other and key.replace("other", "same") not in self._out:
                gain = support[key.replace("other", "same")]
                made.score += gain
                made.features.append(Feature(key.replace("other", "same"), gain, (("word", ", ".join(one & other)),)))
            elif one and other and not one & other and key not in self._out:
                weight = data("weights")["against"][key]
                made.score -= weight
                values = (("word", ", ".join(sorted(one))), ("other", ", ".join(sorted(other))))
                made.features.append(Feature(key, -weight, values))
        made.score = min(1.0, made.score)
        return made

    def _defined(self, item: Item) -> frozenset[str]:
        return frozenset(s for one in item.definitions for s in self._reader.read(one.text, one.lang).senses)

    def _judged(self, found: list[_Compared], wanted: frozenset[str]) -> list[Candidate]:
        limits = data("weights")["verdict"]
        ranked = sorted(found, key=lambda one: (-one.score, not one.name.first, self.items[one.item].iri))
        fitting = [one for one in ranked if not wanted or self.items[one.item].kind in wanted]
        judged = []
        for one in ranked:
            item = self.items[one.item]
            fits = not wanted or item.kind in wanted
            verdict = self._verdict(one, fits)
            if verdict == "match" and one is not fitting[0]:
                verdict = "related"
                one.features.append(Feature("not-first", 0.0, (("name", fitting[0].name.text),)))
            elif verdict == "match" and not _clearly(one) and len(fitting) > 1:
                if one.score - fitting[1].score < limits["ahead"]:
                    verdict = "related"
                    one.features.append(Feature("ambiguous", 0.0, (("name", fitting[1].name.text),)))
            if not fits:
                one.features.append(Feature("other-kind", 0.0, (("kind", item.kind),)))
            features = tuple(sorted(one.features, key=lambda f: -f.weight))
            # What plays another role comes after what plays the same.
            score = one.score if fits else one.score * limits["other-kind"]
            judged.append(Candidate(item.iri, item.kind, one.name, verdict, round(max(0.0, score), 4), features))
        return judged

    def _verdict(self, one: _Compared, fits: bool) -> str:
        if one.turned:
            return "no"
        more = max((self._of(unit) for unit in one.left or one.missing), default=0.0)
        if (
            fits
            and one.same_head
            and bool(one.left) != bool(one.missing)
            and more >= data("weights")["verdict"]["more"]
        ):
            return "broader" if one.left else "narrower"
        if one.score >= data("weights")["verdict"]["match"]:
            return "match" if fits else "related"
        if fits and one.same_head and bool(one.left) != bool(one.missing):
            # All that one says the other says too, and more: that is the narrower.
            return "broader" if one.left else "narrower"
        return "no"


def _known(units: Sequence[Unit]) -> bool:
    """Say whether these are words whose meaning is known, every one."""
    return bool(units) and all(not sense.startswith("=") for unit in units for sense in unit.senses)


def _rank(one: Candidate) -> tuple[bool, float, str]:
    return one.verdict != "match", -one.score, one.iri


def _clearly(one: _Compared) -> bool:
    return any(feature.key in ("same-name", "same-other-name") for feature in one.features)


def _paired(asked: Reading, ours: Reading) -> tuple[list[tuple[Unit, Unit]], list[Unit], list[Unit]]:
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
            parts = _held([whole])
            told = [unit for unit in others if unit.senses & parts]
            if len(told) > 1:
                pairs.append((told[0], whole) if ours_first else (whole, told[0]))
                mine.remove(whole)
                others[:] = [unit for unit in others if unit not in told]
    # A word said twice, or held by another that was found, adds nothing.
    said = _held(one for pair in pairs for one in pair)
    left = [unit for unit in left if not unit.senses & said]
    missing = [unit for unit in missing if not unit.senses & said]
    return pairs, left, missing


def _held(units: Iterable[Unit]) -> frozenset[str]:
    return frozenset(one for unit in units for one in _with_parts(unit.senses))


@cache
def _with_parts(senses: frozenset[str]) -> frozenset[str]:
    parts = lexicon().parts
    return senses.union(*(parts.get(sense, ()) for sense in senses))
