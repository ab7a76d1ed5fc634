"""Measures `werkzaam link`: on the key, on terms that others might use, on names held out, on places and slips.

    WERKZAAM_EXTERNAL=… python docs/measurements/linking.py > tables.md

Prints the tables of the page of that day, which says how they came about. What was measured on stands in `linking/`.
"""

from __future__ import annotations

import csv
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from linking_key import Item as Drawn
from linking_key import ours, programmes, tags

from werkzaam.linking import Index, Item, Name
from werkzaam.linking.ours import items
from werkzaam.mappings import mapping_sets
from werkzaam.prepared import model
from werkzaam.terms import CONCEPT, TOOI_MUNICIPALITY

FOLDER = Path(__file__).parent
SEED = 11
CONCEPTS = ("mechanism", "resource", "context", "trait", "outcome")
LEFT_OUT = (
    *("meanings", "parts", "slips", "vocabulary", "elsewhere", "other-head", "negation", "opposite", "defined"),
    *("neighbour", "alone"),
)


def rows(name: str) -> list[dict[str, str]]:
    """Give the rows of a table that stands beside."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Score:
    """Counts what was proposed, what of it was right, and what should have been."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, right: str, proposed: str, near: Sequence[str]) -> None:
        """Count one question: the right answer ("" for none), the one that was proposed, and the five nearest."""
        self.counts["asked"] += 1
        self.counts["known"] += bool(right)
        self.counts["proposed"] += bool(proposed)
        self.counts["hit"] += bool(right) and proposed == right
        self.counts["near"] += bool(right) and right in near

    def line(self, name: str) -> str:
        """Give a line of a table."""
        of = self.counts
        precision = f"{of['hit'] / of['proposed']:.3f}" if of["proposed"] else "–"
        recall, five = (f"{of[what] / of['known']:.3f}" if of["known"] else "–" for what in ("hit", "near"))
        return f"| {name} | {of['asked']} | {of['known']} | {of['proposed']} | {precision} | {recall} | {five} |"


HEAD = "| {} | names | of ours | proposed | precision | recall | recall at five |\n" + "| --- " * 7 + "|"


def ask(index: Index, text: str, kind: str, lang: str) -> tuple[str, list[str]]:
    """Give what is proposed as the same, "" for nothing, and the five nearest."""
    found = index.candidates(text, kind, lang, 5)
    return next((one.iri for one in found if one.verdict == "match"), ""), [one.iri for one in found]


def of_terms(index: Index, those: Iterable[dict[str, str]], *, with_kind: bool = True) -> dict[str, Score]:
    """Score the terms of a test set, all together and a language."""
    scores: dict[str, Score] = defaultdict(Score)
    for row in those:
        proposed, near = ask(index, row["text"], row["kind"] if with_kind else "", row["language"])
        right = CONCEPT + row["ours"] if row["ours"] else ""
        for name in ("all", row["language"], row["kind"]):
            scores[name].add(right, proposed, near)
    return scores


# ---- what is measured


def terms(held: Sequence[Item]) -> Iterator[str]:
    """Score the test sets as the linker is now, each and all together, a language and a kind."""
    index = Index(held)
    yield HEAD.format("set")
    together: list[dict[str, str]] = []
    for path in sorted((FOLDER / "linking").glob("terms*.csv")):
        those = rows(f"linking/{path.name}")
        together += those
        yield of_terms(index, those)["all"].line(path.stem)
    scores = of_terms(index, together)
    for part in ("all", "nl", "en", "de", *CONCEPTS):
        yield scores[part].line(f"all sets, {part}")


def left_out(held: Sequence[Item]) -> Iterator[str]:
    """Score all test sets with each reason left out."""
    those = [row for path in sorted((FOLDER / "linking").glob("terms*.csv")) for row in rows(f"linking/{path.name}")]
    yield HEAD.format("left out")
    yield of_terms(Index(held), those)["all"].line("nothing")
    for one in LEFT_OUT:
        yield of_terms(Index(held, [one]), those)["all"].line(one)
    first = [replace(one, names=tuple(name for name in one.names if name.first)) for one in held]
    yield of_terms(Index(first), those)["all"].line("other names than the first")
    yield of_terms(Index(list(items(model(), called=False))), those)["all"].line("what others call ours (names.csv)")
    yield of_terms(Index(held), those, with_kind=False)["all"].line("the kind of what is asked")
    unsaid = [{**row, "language": ""} for row in those]
    yield of_terms(Index(held), unsaid)["all"].line("the language of what is asked")


def held_out(held: Sequence[Item]) -> Iterator[str]:
    """Score each other name of ours, asked of an index that does not have it (ten parts, each left out in turn)."""
    luck = random.Random(SEED)
    asked = [(item, name) for item in held if item.kind in CONCEPTS for name in item.names if not name.first]
    asked = [one for one in asked if len(one[1].text) > 3]
    luck.shuffle(asked)
    scores: dict[str, Score] = defaultdict(Score)
    for part in range(10):
        without = {(item.iri, name.text) for item, name in asked[part::10]}
        index = Index([_without(item, without) for item in held])
        for item, name in asked[part::10]:
            proposed, near = ask(index, name.text, item.kind, name.lang)
            for key in ("all", name.lang):
                scores[key].add(item.iri, proposed, near)
    yield HEAD.format("language")
    for key in ("all", "nl", "en", "de"):
        yield scores[key].line(key)


def _without(item: Item, gone: set[tuple[str, str]]) -> Item:
    return replace(item, names=tuple(name for name in item.names if (item.iri, name.text) not in gone))


def slips(held: Sequence[Item]) -> Iterator[str]:
    """Score one name of each concept and municipality with a slip of the pen in it: a letter lost, doubled, swapped."""
    luck = random.Random(SEED)
    index = Index(held)
    yield HEAD.format("kind")
    scores: dict[str, Score] = defaultdict(Score)
    for item in held:
        wanted = ("nl", "en", "de") if item.kind in CONCEPTS else ("nl",)
        for name in [one for one in item.names if one.first and one.lang in wanted and len(one.text) > 4]:
            proposed, near = ask(index, slip(name.text, luck), item.kind, name.lang)
            scores["concepts" if item.kind in CONCEPTS else item.kind].add(item.iri, proposed, near)
    for key in ("concepts", "place", "act"):
        yield scores[key].line(key)


def slip(text: str, luck: random.Random) -> str:
    """Give a text with one slip behind its first two letters."""
    at = luck.randrange(2, len(text) - 1)
    how: list[Callable[[], str]] = [
        lambda: text[:at] + text[at + 1 :],
        lambda: text[:at] + text[at] + text[at:],
        lambda: text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        lambda: text[:at] + luck.choice("aeiounrst") + text[at + 1 :],
    ]
    return luck.choice(how)()


def places(held: Sequence[Item]) -> Iterator[str]:
    """Score names of places as people write them, and of places that are no municipality."""
    score, index = Score(), Index(held)
    for row in rows("linking/places.csv"):
        proposed, near = ask(index, row["text"], "place", "nl")
        score.add(TOOI_MUNICIPALITY + row["tooi"] if row["tooi"] else "", proposed, near)
    yield HEAD.format("set")
    yield score.line("places")


def judged_elsewhere(held: Sequence[Item]) -> Iterator[str]:
    """Score the terms of BCIO, CIDS and others that our mappings judged: close ones, and those that do not do."""
    score, index = Score(), Index(held)
    for one in mapping_sets():
        for match in one.matches:
            kind = match.subject.removeprefix(CONCEPT).partition("/")[0]
            if kind not in CONCEPTS or not match.found:
                continue
            proposed, near = ask(index, match.object_label, kind, "nl" if one.name == "ggm" else "en")
            close = match.predicate.endswith(("closeMatch", "exactMatch"))
            score.add(match.subject if close else "", proposed, near)
    yield HEAD.format("set")
    yield score.line("terms in our mappings")


def judged(folder: Path, left_out: Sequence[str] = ()) -> Iterator[tuple[dict[str, str], str]]:
    """Give each of the 200 pairs with what is proposed for it."""
    drawn: dict[str, list[Drawn]] = {"werkzaam": ours(), "mvpfde": programmes(folder), "offsets": tags(folder)}
    indexes = {name: Index([_item(one) for one in those], left_out) for name, those in drawn.items()}
    texts = {(one.source, one.id): one for those in drawn.values() for one in those}
    for row in rows("linking-key.csv"):
        asked, right = (_item(texts[row[f"{side}_source"], row[f"{side}_id"]]) for side in ("left", "right"))
        found = indexes[row["right_source"]].match(asked, (asked.kind,), 10, without={asked.iri})
        yield row, next((one.verdict for one in found if one.iri == right.iri), "no")


def key(folder: Path) -> Iterator[str]:
    """Say for each of the 200 pairs what is proposed, beside what was judged."""
    table: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row, said in judged(folder):
        table[f"{row['left_source']} – {row['right_source']}"][row["first"], said] += 1
        if "match" in (row["first"], said) and row["first"] != said:
            told = f"{row['pair']} {row['left_label']} – {row['right_label']}: {row['first']}, proposed {said}"
            print(told, file=sys.stderr)
    yield "| pairs | judged | " + " | ".join(VERDICTS) + " |"
    yield "| --- " * (len(VERDICTS) + 2) + "|"
    for kind, counts in table.items():
        for first in VERDICTS:
            if any(counts[first, said] for said in VERDICTS):
                cells = " | ".join(str(counts[first, said]) for said in VERDICTS)
                yield f"| {kind} | {first} | {cells} |"


def key_left_out(folder: Path) -> Iterator[str]:
    """Score the 200 pairs with each reason left out: what is the same, and what is linked in any way."""
    yield "| left out | precision, recall of the same | of any link | pairs as judged |"
    yield "| --- | --- | --- | --- |"
    for one in ("", *LEFT_OUT):
        those = [(row["first"], said) for row, said in judged(folder, [one] if one else ())]
        same = _both([(first == "match", said == "match") for first, said in those])
        linked = _both([(first != "no", said != "no") for first, said in those])
        yield f"| {one or 'nothing'} | {same} | {linked} | {sum(first == said for first, said in those)} |"


def _both(pairs: Sequence[tuple[bool, bool]]) -> str:
    right, proposed, hit = (sum(map(test, pairs)) for test in (lambda p: p[0], lambda p: p[1], all))
    return f"{hit / proposed:.2f}, {hit / right:.2f}" if proposed else "–, 0.00"


VERDICTS = ("match", "broader", "narrower", "related", "no")


def _item(one: Drawn) -> Item:
    kind = "intervention" if one.source == "mvpfde" else one.id.partition("/")[0]
    told = one.text.partition(". ")[2]
    return Item(f"{one.source}:{one.id}", kind, (Name(one.label, "en", True),), definitions=(Name(told, "en"),))


def speed(held: Sequence[Item]) -> Iterator[str]:
    """Time an index of the names of ours, and questions to it."""
    began = time.perf_counter()
    index = Index(held)
    made = time.perf_counter()
    asked = [(name.text + " extra", item.kind, name.lang) for item in held for name in item.names]
    asked = asked[:: max(1, len(asked) // 1000)]
    for text, kind, lang in asked:
        index.candidates(text, kind, lang)
    done = time.perf_counter()
    yield f"{len(held)} things: index made in {made - began:.2f} s; {len(asked)} questions in {done - made:.2f} s"


def main() -> None:
    """Print all tables."""
    held = list(items(model()))
    parts: list[tuple[str, Callable[[], Iterator[str]]]] = [
        ("Terms of others", lambda: terms(held)),
        ("Each reason left out", lambda: left_out(held)),
        ("Names held out", lambda: held_out(held)),
        ("Slips of the pen", lambda: slips(held)),
        ("Places", lambda: places(held)),
        ("Terms judged elsewhere", lambda: judged_elsewhere(held)),
        ("Time", lambda: speed(held)),
    ]
    if "WERKZAAM_EXTERNAL" in os.environ:
        folder = Path(os.environ["WERKZAAM_EXTERNAL"])
        parts[:0] = [("The key", lambda: key(folder)), ("The key, each reason left out", lambda: key_left_out(folder))]
    wanted = sys.argv[1:]
    for title, part in parts:
        if not wanted or title in wanted:
            print(f"## {title}\n", *part(), "", sep="\n")


if __name__ == "__main__":
    main()
