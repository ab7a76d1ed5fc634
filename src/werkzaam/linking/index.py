"""What may be the same as a name: candidates from an index, each with the reasons for and against.

Blocking is by meaning: of all names only those that share one with the question are looked at. Places have no meaning
but their spelling, and are compared by that.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import nlargest

from rapidfuzz import process
from rapidfuzz.distance import OSA

from werkzaam.linking.comparing import Compared, Comparing, Entry, held, known
from werkzaam.linking.items import PLACE, Candidate, Feature, Item, data
from werkzaam.linking.lexicon import LANGUAGES, lexicon
from werkzaam.linking.places import Places
from werkzaam.linking.reading import Reader, Reading
from werkzaam.linking.vocabulary import Vocabulary
from werkzaam.linking.weighing import Weighing

LOOKED_AT, OF_EACH = 15, 4
"""How many things that share most with the question are compared in full, and by how many of their names."""
BY_DEFINITION = 12
"""How many things are looked at that say it where they are defined."""
PART = 0.4
"""How much it counts, for being looked at, that a name shares no more than a part of a meaning."""


class Index:
    """Names of things, ready to be asked; reads no file and never changes once it was asked (so children may share it).

    `leave_out` are reasons that shall not count, for measuring.
    """

    def __init__(self, items: Iterable[Item], leave_out: Collection[str] = ()) -> None:
        self.items = list(items)
        self.by_iri = {item.iri: item for item in self.items}
        self.places = frozenset(place for item in self.items for place in item.places)
        self._out = frozenset(leave_out)
        self._reader = Reader(leave_out)
        terms = [(number, item) for number, item in enumerate(self.items) if item.kind != PLACE]
        for _, item in terms:
            for name in item.names:
                self._reader.learn(name.text, name.lang)
        self._entries = [
            Entry(number, name, self._reader.read(name.text, name.lang))
            for number, item in terms
            for name in item.names
        ]
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._plain: dict[str, list[int]] = defaultdict(list)
        self._of_item: dict[int, list[Entry]] = defaultdict(list)
        counts: Counter[str] = Counter()
        for number, entry in enumerate(self._entries):
            self._of_item[entry.item].append(entry)
            self._plain[entry.reading.plain].append(number)
            for sense in held(entry.reading.units):
                whole = sense in entry.reading.senses
                self._postings[sense].append((number, 1.0 if whole else PART))
        for _, item in terms:
            counts.update({s for name in item.names for s in self._reader.read(name.text, name.lang).senses})
        rarest = math.log(len(terms) + 1)
        part = data("weights")["verdict"]["rarity"]
        known = lexicon().weights
        weight = {
            sense: known.get(sense, 1.0) * (1 - part + part * math.log((len(terms) + 1) / count) / rarest)
            for sense, count in counts.items()
        }
        self._comparing = Comparing(weight, self._out)
        self._whole = [math.fsum(map(self._comparing.of, entry.reading.units)) for entry in self._entries]
        vocabulary = Vocabulary(self._of_item, {number: item.kind for number, item in terms})
        self._weighing = Weighing(self.items, self._reader, self._comparing, vocabulary, self._out)
        self._told: dict[str, list[int]] = defaultdict(list)
        for number, item in terms:
            said = {sense for one in self._of_item[number] for sense in one.reading.senses}
            for sense in self._weighing.defined(item) | said:
                self._told[sense].append(number)
        self._letters = [entry.reading.plain.replace(" ", "") for entry in self._entries]
        self._places = Places([item for item in self.items if item.kind == PLACE])

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
        found.sort(key=lambda one: -one.score)
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
        near = [self._entries[number] for number in self._near(reading, lang)]
        found = [self._comparing.compare(reading, one, lang) for one in near if self.items[one.item].iri not in without]
        if all(one.left or one.missing or one.turned for one in found):
            found += self._spelt_alike(reading, lang, without)
        found += self._by_definition(reading, without)
        best: dict[int, Compared] = {}
        for made in found:
            self._weighing.weigh(made, reading, text, asked)
            if made.item not in best or made.looks > best[made.item].looks:
                best[made.item] = made
        shown = data("weights")["verdict"]["shown"]
        return self._judged([one for one in best.values() if one.looks >= shown], wanted)

    def _by_definition(self, asked: Reading, without: Collection[str]) -> Iterator[Compared]:
        """Yield what has no name like it, but says it where it is defined."""
        shared: dict[int, float] = defaultdict(float)
        words: dict[int, list[str]] = defaultdict(list)
        for unit in asked.units:
            for number in {number for sense in unit.senses for number in self._told.get(sense, ())}:
                shared[number] += self._comparing.of(unit)
                words[number].append(unit.word)
        whole = math.fsum(map(self._comparing.of, asked.units))
        for number in nlargest(BY_DEFINITION, shared, key=lambda one: (shared[one], -one)):
            if self.items[number].iri not in without:
                score = data("weights")["for"]["definition-alone"] * shared[number] / whole
                told = (("words", ", ".join(dict.fromkeys(words[number]))),)
                features = [Feature("defined", score, told)]
                yield Compared(number, self.items[number].names[0], score, features, only_defined=True)

    def _spelt_alike(self, asked: Reading, lang: str, without: Collection[str]) -> Iterator[Compared]:
        """Yield names that differ by a letter or two, unless these make another word that is known."""
        letters, limits = asked.plain.replace(" ", ""), data("weights")["spelt"]
        if len(letters) < limits["shortest"] or "slips" in self._out:
            return
        most = max(1, len(letters) // int(limits["letters"]))
        for _, slips, at in process.extract(letters, self._letters, scorer=OSA.distance, score_cutoff=most, limit=5):
            entry = self._entries[at]
            made = self._comparing.compare(asked, entry, lang)
            words, others = set(asked.plain.split()), set(entry.reading.plain.split())
            if words <= others or others <= words or (known(made.left) and known(made.missing)):
                continue  # a word more, or another word, is no slip
            if len(words) == len(others) and max(map(len, words ^ others)) < limits["word"]:
                continue  # nor is another letter in a word as short as *WW* and *WWB*
            if self.items[entry.item].iri in without or made.turned:
                continue
            likeness = limits["score"] * (1 - slips / len(letters))
            name = ("name", entry.name.text)
            yield Compared(entry.item, entry.name, likeness, [Feature("spelt-alike", likeness, (name,))])

    def _near(self, reading: Reading, lang: str) -> list[int]:
        shared: dict[int, float] = defaultdict(float)
        for unit in reading.units:
            seen: dict[int, float] = {}
            for sense in held([unit]):
                weight = self._comparing.weight.get(sense, 1.0) * (1.0 if sense in unit.senses else PART)
                for number, part in self._postings.get(sense, ()):
                    seen[number] = max(seen.get(number, 0.0), weight * part)
            for number, weight in seen.items():
                shared[number] += weight
        whole = math.fsum(map(self._comparing.of, reading.units))
        own = {number: self._entries[number].name.lang == lang for number in shared}
        ranked = nlargest(5 * LOOKED_AT, shared, key=lambda n: (shared[n] / (whole + self._whole[n]), own[n], -n))
        chosen: dict[int, list[int]] = {}
        for number in ranked:
            of_item = chosen.setdefault(self._entries[number].item, [])
            if len(of_item) < OF_EACH and len(chosen) <= LOOKED_AT:
                of_item.append(number)
        near = [number for numbers in chosen.values() for number in numbers]
        return list(dict.fromkeys((*self._plain.get(reading.plain, ()), *near)))

    def _judged(self, found: list[Compared], wanted: frozenset[str]) -> list[Candidate]:
        limits = data("weights")["verdict"]
        ranked = sorted(found, key=lambda one: (-one.score, not one.name.first, self.items[one.item].iri))
        fitting = [one for one in ranked if not wanted or self.items[one.item].kind in wanted]
        judged = []
        for one in ranked:
            item = self.items[one.item]
            fits = not wanted or item.kind in wanted
            verdict = self._verdict(one, fits)
            if one is ranked[0] and fits and self._stands_alone(one, fitting[1].score if len(fitting) > 1 else 0.0):
                verdict = "match"
                one.features.append(Feature("alone", 0.0))
            if verdict == "match" and one is not fitting[0]:
                verdict = "related"
                one.features.append(Feature("not-first", 0.0, (("name", fitting[0].name.text),)))
            elif verdict == "match" and not one.exact and len(fitting) > 1:
                if _as_near(one, fitting[1]):
                    verdict = "related"
                    one.features.append(Feature("ambiguous", 0.0, (("name", fitting[1].name.text),)))
            if not fits:
                one.features.append(Feature("other-kind", 0.0, (("kind", item.kind),)))
            features = tuple(sorted(one.features, key=lambda f: -f.weight))
            # What plays another role comes after what plays the same.
            score = one.score if fits else one.score * limits["other-kind"]
            most = max(f.weight for f in one.features if f.key.startswith("same-")) if one.exact else limits["most"]
            judged.append(
                Candidate(item.iri, item.kind, one.name, verdict, round(min(most, max(0.0, score)), 4), features)
            )
        return judged

    def _stands_alone(self, one: Compared, next_best: float) -> bool:
        """Say whether nothing else comes near, so that a word more or less, or one that nobody knows, is let pass.

        That says something among many only. What is a single word wider, and what names something else, are no match.
        """
        limits = data("weights")["alone"]
        units = self._reader.read(one.name.text, one.name.lang).units
        single = len(units) == 1 and held(units) == units[0].senses
        more = self._weighing.weighty(one.missing) and (self._weighing.weighty(one.left) or not one.left)
        differs = more or (known(one.left) and known(one.missing))
        barred = {"other-head", "other-year", "other-place", "other-number"} & {feature.key for feature in one.features}
        if one.turned or one.strange or one.only_defined or barred or differs or (single and one.left):
            return False
        if "alone" in self._out:
            return False
        enough = limits["from"] <= one.score < data("weights")["verdict"]["match"]
        return bool(enough and one.score - next_best >= limits["ahead"] and len(self._of_item) >= limits["among"])

    def _verdict(self, one: Compared, fits: bool) -> str:
        if one.turned:
            return "no"
        limits = data("weights")["verdict"]
        if one.score >= limits["match" if fits else "related"]:
            return "match" if fits else "related"
        if fits and one.same_head and bool(one.left) != bool(one.missing):
            # All that one says the other says too, and more: that is the narrower.
            return "broader" if one.left else "narrower"
        return "no"


def _as_near(best: Compared, other: Compared) -> bool:
    """Say whether another is so near that nobody knows which is meant; what only a translation says is never."""
    keys, others = ({feature.key for feature in one.features} for one in (best, other))
    if "same-words" in keys and "translated" in others:
        return False
    return best.score - other.score < float(data("weights")["verdict"]["ahead"])


def _rank(one: Candidate) -> tuple[bool, float, str]:
    return one.verdict != "match", -one.score, one.iri
