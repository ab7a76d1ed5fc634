"""Draw the pairs of the key for `werkzaam link`: what looks alike, by several measures, and some by chance.

    WERKZAAM_EXTERNAL=… python docs/measurements/linking_key.py > pairs.csv

The same seed gives the same pairs. Only identifiers, names and tags of others go in, no texts of theirs.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from werkzaam.model import Model
from werkzaam.terms import CONCEPT, SKOS, TYPE, slug

SEED = 10
# For each kind of pair: how many that look alike, and how many by chance.
KINDS = {
    ("mvpfde", "werkzaam"): (48, 12),
    ("mvpfde", "mvpfde"): (32, 8),
    ("offsets", "werkzaam"): (44, 16),
    ("offsets", "offsets"): (32, 8),
}
SCHEMES = ("mechanism", "resource", "context", "trait", "outcome")


@dataclass(frozen=True)
class Item:
    """Something that may be linked; `text` is what it is compared by and is not written."""

    source: str
    id: str
    label: str
    text: str = field(default="", compare=False)


def ours() -> list[Item]:
    """Give our concepts with their definitions in English."""
    model = Model()
    subjects = sorted({t.subject.value for t in model.ontology if t.predicate.value == TYPE})
    found = []
    for iri in subjects:
        scheme = iri.removeprefix(CONCEPT).partition("/")[0]
        label = model.in_both(iri, SKOS + "prefLabel").get("en")
        if iri.startswith(CONCEPT) and scheme in SCHEMES and label and iri != CONCEPT + scheme:
            definition = model.in_both(iri, SKOS + "definition").get("en", "")
            found.append(Item("werkzaam", f"{scheme}/{slug(iri)}", label, f"{label}. {definition}"))
    return found


def programmes(folder: Path) -> list[Item]:
    """Give the German programmes."""
    data = json.loads((folder / "mvpfde" / "programs.json").read_text("utf-8"))
    return [
        Item(
            "mvpfde",
            one["program_identifier"],
            one["program_name"],
            f"{one['program_name']}. {one['category']}. {one['short_description']}",
        )
        for one in data
    ]


def tags(folder: Path) -> list[Item]:
    """Give the tags of mechanisms, circumstances and outcomes of the review."""
    text = (folder / "offsets" / "arms_trade_offsets_chapters.yml").read_text("utf-8")
    data = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    found = {
        (kind, tag)
        for chapter in data.values()
        for one in chapter["cmos"].values()
        for kind in ("context", "mechanism", "outcome")
        for tag in one.get(f"{kind}_tags") or []
    }
    return [
        Item("offsets", f"{kind}/{tag}", tag.replace("_", " "), tag.replace("_", " ")) for kind, tag in sorted(found)
    ]


class Likeness:
    """How alike two items look: the words that they share, rare ones first, and the letters of their names."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.words = {one: self._words(one.text) for one in items}
        counts = Counter(word for words in self.words.values() for word in words)
        self.weight = {word: math.log(len(self.words) / count) for word, count in counts.items()}

    @staticmethod
    def _words(text: str) -> frozenset[str]:
        """Give the beginnings of the words: train for training, trained and trainee."""
        return frozenset(word[:5] for word in re.findall(r"[a-zäöüß]{3,}", text.lower()))

    def _length(self, words: Iterable[str]) -> float:
        return math.sqrt(math.fsum(self.weight[word] ** 2 for word in words)) or 1.0

    def of(self, left: Item, right: Item) -> float:
        """Give a number: the higher, the more alike."""
        a, b = self.words[left], self.words[right]
        shared = math.fsum(self.weight[word] ** 2 for word in a & b) / (self._length(a) * self._length(b))
        return shared + 0.3 * fuzz.token_sort_ratio(left.label, right.label) / 100


def drawn(
    left: Sequence[Item], right: Sequence[Item], near: int, chance: int, luck: random.Random
) -> Iterator[tuple[Item, Item, str]]:
    """Yield pairs: of those that look most alike some, and of all others some by chance."""
    like = Likeness({*left, *right})
    pairs = [(a, b) for a in left for b in right if (a.source, a.id) < (b.source, b.id) or a.source != b.source]
    pairs.sort(key=lambda pair: (-like.of(*pair), pair[0].id, pair[1].id))
    seen: Counter[str] = Counter()
    top: list[tuple[Item, Item]] = []
    for a, b in pairs:
        # What looks like everything would fill the key, and so would one word in two roles.
        alike = "same word" if a.label == b.label else ""
        if max(seen[a.id], seen[b.id]) < 3 and not (alike and seen[alike] == 12):
            seen.update((a.id, b.id, alike))
            top.append((a, b))
        if len(top) == near * 3 // 2:
            break
    chosen = dict.fromkeys(luck.sample(top, near), "near")
    others = [pair for pair in luck.sample(pairs, 4 * (near + chance)) if pair not in top]
    chosen |= dict.fromkeys(others[:chance], "chance")
    yield from ((a, b, how) for (a, b), how in sorted(chosen.items(), key=lambda one: (one[0][0].id, one[0][1].id)))


def main() -> None:
    """Write the pairs as CSV."""
    folder = Path(os.environ["WERKZAAM_EXTERNAL"])
    items = {"werkzaam": ours(), "mvpfde": programmes(folder), "offsets": tags(folder)}
    luck = random.Random(SEED)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["pair", "left_source", "left_id", "left_label", "right_source", "right_id", "right_label", "drawn"])
    number = 0
    for (left, right), (near, chance) in KINDS.items():
        for a, b, how in drawn(items[left], items[right], near, chance, luck):
            number += 1
            out.writerow([f"p{number:03}", a.source, a.id, a.label, b.source, b.id, b.label, how])


if __name__ == "__main__":
    main()
