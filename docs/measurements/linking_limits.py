"""Measures `werkzaam link` with limits chosen on the other sets and words of the time: the estimate for a set to come.

    python docs/measurements/linking_limits.py > table.md

Each set is asked under every choice of limits below. A set of `THEN` is read with names and lexicon as they stood when
it was first asked (from git), so that it lacks what was learnt from it. For each set those limits are chosen which give
the highest recall on all other sets at a precision of `LEAST`, and what they give on the set itself is printed.
"""

from __future__ import annotations

import itertools
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path

from linking import FOLDER, Score, of_terms, rows

THEN = {"terms-6": "7548171", "terms-7": "0dfa2f8", "terms-8": "763ef6e", "terms-9": "ae7cb80"}
LEAST = 0.97
"""High, as the words of the other sets were learnt from these."""
LIMITS = {
    ("against", "other-head"): (0.05, 0.12),
    ("against", "elsewhere"): (0.15, 0.2),
    ("for", "vocabulary"): (0.3, 0.5),
    ("verdict", "match"): (0.6, 0.65),
    ("verdict", "ahead"): (0.02, 0.05),
}


def asked(name: str) -> list[Score]:
    """Score a set under each choice of limits, in a process of its own, as lexicon and names are kept once read."""
    from werkzaam.linking import Index, lexicon, ours
    from werkzaam.linking.items import data
    from werkzaam.prepared import model

    with tempfile.TemporaryDirectory() as folder:
        then = Path(folder)
        for file in ("names.csv", "lexicon.csv"):
            text = files("werkzaam.linking").joinpath(file).read_text("utf-8")
            if name in THEN:
                path = f"{THEN[name]}:src/werkzaam/linking/{file}"
                text = subprocess.run(["git", "show", path], capture_output=True, text=True, check=True).stdout
            (then / file).write_text(text, "utf-8")
        lexicon.files = ours.files = lambda _: then  # type: ignore[attr-defined]
        index = Index(list(ours.items(model())))
    scores = []
    for choice in choices():
        for (part, key), value in choice.items():
            data("weights")[part][key] = value
        index._weighing._vocabulary._kept.clear()
        scores.append(of_terms(index, rows(f"linking/{name}.csv"))["all"])
    return scores


def choices() -> Iterator[Mapping[tuple[str, str], float]]:
    """Yield each choice of limits."""
    for values in itertools.product(*LIMITS.values()):
        yield dict(zip(LIMITS, values, strict=True))


def pooled(scores: list[Score]) -> Score:
    """Add up scores."""
    whole = Score()
    for score in scores:
        whole.counts += score.counts
    return whole


def worth(score: Score) -> tuple[bool, float]:
    """Say how good limits are: recall where precision is enough, else precision."""
    precision = score.counts["hit"] / score.counts["proposed"]
    enough = precision >= LEAST
    return enough, score.counts["hit"] / score.counts["known"] if enough else precision


def main() -> None:
    """Print the table."""
    names = sorted(path.stem for path in (FOLDER / "linking").glob("terms*.csv"))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        held = dict(zip(names, pool.map(asked, names), strict=True))
    shown = ", ".join(key for _, key in LIMITS)
    print(f"| set | words | limits chosen on the others: {shown} | precision | recall | recall at five |")
    print("| --- " * 6 + "|")
    blind = []
    for name in names:
        others = [pooled([held[one][at] for one in names if one != name]) for at in range(len(held[name]))]
        best = max(range(len(others)), key=lambda at: worth(others[at]))
        blind += [held[name][best]] if name in THEN else []
        chosen = ", ".join(map(str, list(choices())[best].values()))
        print(line(name, "then" if name in THEN else "now", chosen, held[name][best]))
    print(line(f"{', '.join(THEN)} together", "then", "", pooled(blind)))


def line(name: str, words: str, chosen: str, score: Score) -> str:
    """Give a line of the table."""
    return f"| {name} | {words} | {chosen} | " + " | ".join(score.line("").split(" | ")[4:])


if __name__ == "__main__":
    main()
