"""Draws a paper of definitions with five labels each, and scores the answers of a reader who saw only the paper.

    python docs/measurements/definitions.py draw FOLDER     writes FOLDER/paper.md and FOLDER/key.json
    python docs/measurements/definitions.py score FOLDER    writes the page, from these and FOLDER/answers.txt

A paper never changes when the ontology does: the page is made of the folder alone. `notes.md` there says what was done
about a wrong answer.
"""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path
from typing import Any

SEED = 20261125
TERMS, CONCEPTS = 30, 70
LETTERS = "abcde"
WZ = "https://w3id.org/werkzaam/ontology#"
GOAL = 95  # per cent: what the issue asks

Facts = dict[str, Any]


def everything() -> list[Facts]:
    """Give every term and concept with its definition and labels, its pool of rivals and its nearer kin."""
    import werkzaam

    rows = werkzaam.open().store.select(_EVERYTHING)
    found: dict[str, Facts] = {}
    for row in rows:
        one = found.setdefault(row["thing"], {"iri": str(row["thing"]), "label": {}, "definition": {}})
        one["pool"] = str(row["pool"])
        one["kin"] = str(row.get("kin", ""))
        one["label"][row["label"].language] = str(row["label"])  # type: ignore[union-attr]
        one["definition"][row["definition"].language] = str(row["definition"])  # type: ignore[union-attr]
    return [found[iri] for iri in sorted(found)]


def rivals(one: Facts, all_: list[Facts], lang: str, dice: random.Random) -> list[str]:
    """Give four other labels: of its siblings first, then of its scheme or kind, then of the short lists."""
    taken = {one["label"][lang].casefold()}
    chosen: list[str] = []
    term = one["iri"].startswith(WZ)
    near = [x for x in all_ if x["kin"] == one["kin"] and x["pool"] == one["pool"]]
    same = [x for x in all_ if x["pool"] == one["pool"]]
    rest = [x for x in all_ if x["iri"].startswith(WZ) == term]
    for pool in (near, same, rest):
        for other in dice.sample(pool, len(pool)):
            label = other["label"][lang]
            if other is not one and label.casefold() not in taken and len(chosen) < len(LETTERS) - 1:
                taken.add(label.casefold())
                chosen.append(label)
    return chosen


def draw(folder: Path) -> None:
    """Write a paper and, apart, its key."""
    all_, dice = everything(), random.Random(SEED)
    drawn = dice.sample([x for x in all_ if x["iri"].startswith(WZ)], TERMS)
    drawn += dice.sample([x for x in all_ if not x["iri"].startswith(WZ)], CONCEPTS)
    dice.shuffle(drawn)
    lines, key = ["# Which label belongs to this definition?", ""], []
    for number, one in enumerate(drawn, 1):
        lang = ("nl", "en")[number % 2]
        labels = [*rivals(one, all_, lang, dice), one["label"][lang]]
        dice.shuffle(labels)
        right = LETTERS[labels.index(one["label"][lang])]
        lines += [f"{number}. {one['definition'][lang]}", ""]
        lines += [f"   - {letter}: {label}" for letter, label in zip(LETTERS, labels, strict=True)] + [""]
        key.append({"number": number, "right": right, "lang": lang} | {k: one[k] for k in ("iri", "definition")})
        key[-1]["labels"] = labels
        key[-1]["definition"] = one["definition"][lang]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "paper.md").write_text("\n".join(lines), "utf-8")
    (folder / "key.json").write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", "utf-8")


def answers(folder: Path) -> dict[int, str]:
    """Read the answers: a number and a letter a line."""
    lines = (folder / "answers.txt").read_text("utf-8").splitlines()
    return {int(number): letter for number, letter in (line.split() for line in lines if line and line[0] != "#")}


def by_words(one: Facts) -> str:
    """Give the label that shares most of its words with the definition: what a reader who cannot think would pick."""
    said = _stems(one["definition"])
    shares = [len(_stems(label) & said) / max(1, len(_stems(label))) for label in one["labels"]]
    return LETTERS[shares.index(max(shares))] if max(shares) else ""


def _share(count: int, chosen: list[Facts]) -> str:
    return f"{100 * count / len(chosen):.0f}%"


def _label(one: Facts, letter: str) -> str:
    return f"“{one['labels'][LETTERS.index(letter)]}”" if letter in LETTERS else "undecided (?)"


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w{4,}", text.casefold())}


def page(folder: Path) -> str:
    """Give the page on a paper: the score, each wrong answer, and what was done about it."""
    key, given = json.loads((folder / "key.json").read_text("utf-8")), answers(folder)
    assert given.keys() == {one["number"] for one in key}, "an answer a question, no more, no less"
    rows = []
    for name, chosen in (
        ("all", key),
        ("classes and properties", [x for x in key if x["iri"].startswith(WZ)]),
        ("concepts", [x for x in key if not x["iri"].startswith(WZ)]),
        ("definitions in Dutch", [x for x in key if x["lang"] == "nl"]),
        ("definitions in English", [x for x in key if x["lang"] == "en"]),
        ("where common words mislead", [x for x in key if by_words(x) != x["right"]]),
    ):
        right = sum(given[x["number"]] == x["right"] for x in chosen)
        words = sum(by_words(x) == x["right"] for x in chosen)
        rows.append(f"| {name} | {len(chosen)} | {right} | {_share(right, chosen)} | {_share(words, chosen)} |")
    wrong = [x for x in key if given[x["number"]] != x["right"]]
    missed = [
        f"- {x['number']}. `{x['iri'].removeprefix('https://w3id.org/werkzaam/')}`: “{x['definition']}” was read as "
        f"{_label(x, given[x['number']])}, and is {_label(x, x['right'])}."
        for x in wrong
    ]
    reached = 100 * (len(key) - len(wrong)) >= GOAL * len(key)
    return "\n".join(
        [
            "# Definitions alone: a blind trial",
            "",
            f"Asked: who sees only a definition picks its label out of five in {GOAL}% of cases. "
            f"{'Reached' if reached else 'Not reached'}: {len(key) - len(wrong)} of {len(key)}.",
            "",
            "| drawn | definitions | right | share | by common words |",
            "| --- | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            "*By common words*: what one gets by taking the label that shares most words (first five letters) with the",
            "definition; chance alone gives 20%. It shows how much of the score is owed to repeating the label; the",
            "last row leaves those definitions out.",
            "",
            "## Wrong answers",
            "",
            *(missed or ["None."]),
            "",
            (folder / "notes.md").read_text("utf-8").strip(),
            "",
            "Made by `definitions.py`, from `definitions/paper.md`, `key.json`, `answers.txt` and `notes.md`.",
            "",
        ]
    )


_EVERYTHING = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?thing ?pool ?kin ?label ?definition
WHERE {
  {
    VALUES ?pool { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }
    ?thing a ?pool .
    ?thing rdfs:isDefinedBy ?kin .
  } UNION {
    ?thing skos:inScheme ?pool .
    OPTIONAL { ?thing skos:broader ?kin }
  }
  ?thing rdfs:label|skos:prefLabel ?label .
  ?thing skos:definition ?definition .
  FILTER (STRSTARTS(STR(?thing), "https://w3id.org/werkzaam/"))
}
ORDER BY ?thing ?kin
"""

if __name__ == "__main__":
    doing, where = sys.argv[1], Path(sys.argv[2])
    if doing == "draw":
        draw(where)
    else:
        (where.parent / f"2026-11-25-{where.name}.md").write_text(page(where), "utf-8")
