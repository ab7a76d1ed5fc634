"""Compare two independent codings of the same sections, element by element.

    python docs/measurements/agreement.py agreement > docs/measurements/2026-11-24-agreement.md
    python docs/measurements/agreement.py blind-agreement > docs/measurements/2026-11-25-blind-agreement.md

Prints a page in Markdown on the pairs of the folder's `pairs.yaml`, whose raw codings stand beside it. Claims of the
two codings are paired one to one: only if a passage of the one shares a sentence with one of the other, best pairs
first. A pair's worth is the share of sentences in common, plus one each for the same class and for the same subject
(mechanism, aspect or kind of interaction). Claims without a pair count as missed by the other coder. Agreement on an
element is counted over pairs of one class; for elements with one value Cohen's kappa stands beside it, for those with
several the mean Jaccard index.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Claim = dict[str, Any]

SINGLE = {
    "configuratie": ["mechanisme", "effect", "waarom-niet"],
    "contextinvloed": ["mechanisme", "invloed"],
    "samenspel": ["samenspel", "van", "naar"],
    "feit": ["aspect", "geldt"],
    "vergelijking": ["aspect", "uitslag"],
    "doel": ["doel-van", "officieel"],
}
ALL_SINGLE = {"modus": "observed", "rang": "core", "lezing": "explicit", "fase": "-"}
SETS = ["over", "context", "kenmerken", "uitkomsten", "middelsoort", "gezegd-door", "hoeveel", "zekerheid"]


def many(value: Any) -> list[Any]:
    """Give a value that may stand alone as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def evidence(claim: Claim) -> Iterator[dict[str, Any]]:
    """Yield all evidence of a claim, that of its arguments included, and the spans read."""
    for key in ("bron", "bestreden-door", "genuanceerd-door"):
        yield from many(claim.get(key))
    for argument in many(claim.get("argumenten")):
        yield from many(argument.get("bron"))


def spans(claim: Claim) -> list[tuple[int, int]]:
    """Give the first and last sentence of each passage, as offsets."""
    found = [tuple(map(int, one["passage"])) for one in evidence(claim) if "passage" in one]
    found += [(int(one["begin"]), int(one["eind"])) for one in many(claim.get("gelezen"))]
    return [(a, b) for a, b in found]


def in_sections(claim: Claim, sections: list[str]) -> bool:
    """Say whether any place of a claim lies in one of `sections`."""
    places = [*evidence(claim), *many(claim.get("gelezen"))]
    return any(one.get("paragraaf") in sections for one in places)


def subject(claim: Claim) -> tuple[Any, ...]:
    """Give what a claim is about: mechanism and context, aspect, or the two sides of an interaction."""
    names = ("mechanisme", "aspect", "samenspel", "van", "naar")
    return tuple(str(claim.get(name)) for name in names if claim.get(name))


def worth(one: Claim, other: Claim) -> float:
    """Give how well two claims pair; 0 where they share no sentence."""
    shared = 0.0
    for a, b in spans(one):
        for c, d in spans(other):
            if a <= d and c <= b:
                shared = max(shared, (min(b, d) - max(a, c) + 1) / (max(b, d) - min(a, c) + 1))
    if not shared:
        return 0.0
    same_class = one["soort"] == other["soort"]
    return shared + same_class + (subject(one) == subject(other)) + 0.5 * same_polarity(one, other)


def same_polarity(one: Claim, other: Claim) -> bool:
    """Say whether two claims give the same effect or influence in the same scope."""
    same = all(one.get(name) == other.get(name) for name in ("effect", "invloed"))
    return same and values(one, "over") == values(other, "over")


def pair(first: list[Claim], second: list[Claim]) -> list[tuple[Claim, Claim]]:
    """Pair the claims of two codings one to one, best pairs first; ties by the order of the files."""
    worths = ((worth(a, b), i, j) for i, a in enumerate(first) for j, b in enumerate(second))
    found = sorted((one for one in worths if one[0] > 1), key=lambda one: (-one[0], one[1], one[2]))
    used: tuple[set[int], set[int]] = (set(), set())
    pairs = []
    for _, i, j in found:
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            pairs.append((first[i], second[j]))
    return pairs


def values(claim: Claim, name: str) -> set[str]:
    """Give the values of an element that may have several."""
    if name == "kenmerken":
        return {str(v) for actor in many(claim.get("betrokkene")) for v in many(actor.get("kenmerken"))}
    if name == "uitkomsten":
        return {f"{o.get('uitkomst')} {o.get('verandering', 'raised')}" for o in many(claim.get("uitkomsten"))}
    if name in ("gezegd-door", "hoeveel", "zekerheid"):
        default = {"stated"} if name == "zekerheid" else set()
        return {str(e[name]) for e in evidence(claim) if name in e} or default
    return {str(v) for v in many(claim.get(name))}


def kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Give Cohen's kappa, or None where chance alone would agree always."""
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(left[v] * right[v] for v in left) / len(pairs) ** 2
    return None if chance == 1 else (sum(a == b for a, b in pairs) / len(pairs) - chance) / (1 - chance)


def tell(first: list[Claim], second: list[Claim]) -> Iterator[str]:
    """Yield the lines of the page."""
    pairs = pair(first, second)
    same = [(a, b) for a, b in pairs if a["soort"] == b["soort"]]
    yield "| | first | second | paired | of first | of second |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    groups = [("all claims", None), *((kind, kind) for kind in sorted({c["soort"] for c in (*first, *second)}))]
    for name, kind in groups:
        left = [c for c in first if kind in (None, c["soort"])]
        right = [c for c in second if kind in (None, c["soort"])]
        met_left = sum(kind in (None, a["soort"]) for a, _ in pairs)
        met_right = sum(kind in (None, b["soort"]) for _, b in pairs)
        both = f"{met_left}/{met_right}" if met_left != met_right else str(met_left)
        told = f"{len(left)} | {len(right)} | {both} | {share(met_left, left)} | {share(met_right, right)}"
        yield f"| {name} | {told} |"
    core = [c for c in first if c.get("rang", "core") == "core"]
    met_core = sum(a.get("rang", "core") == "core" for a, _ in pairs)
    yield f"| core claims of the first | {len(core)} | | {met_core} | {share(met_core, core)} | |"
    yield ""
    yield "| element | pairs | agree | share | kappa or Jaccard |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    yield row("class", [(a["soort"], b["soort"]) for a, b in pairs])
    for kind, names in SINGLE.items():
        for name in names:
            told = [(str(a.get(name, "-")), str(b.get(name, "-"))) for a, b in same if a["soort"] == kind]
            if told:
                yield row(f"{kind}: {name}", told)
    for name, default in ALL_SINGLE.items():
        yield row(name, [(str(a.get(name, default)), str(b.get(name, default))) for a, b in same])
    for name in SETS:
        sets = [(values(a, name), values(b, name)) for a, b in same]
        sets = [(x, y) for x, y in sets if x or y]
        if sets:
            mean = sum(len(x & y) / len(x | y) for x, y in sets) / len(sets)
            agree = sum(x == y for x, y in sets)
            yield f"| {name} | {len(sets)} | {agree} | {share(agree, sets)} | {mean:.2f} |"
    paired = [[a for a, _ in pairs], [b for _, b in pairs]]
    for title, coding, met in (("Only in the first", first, paired[0]), ("Only in the second", second, paired[1])):
        yield ""
        yield f"{title}:"
        yield ""
        for claim in coding:
            if claim not in met:
                yield f"- `{claim['id']}` ({claim['soort']}, {claim.get('rang', 'core')}) {claim['bewering']['en']}"
    yield ""
    yield "Pairs that differ in class, subject, effect or influence:"
    yield ""
    for a, b in pairs:
        differ = [
            n for n in ("soort", "mechanisme", "aspect", "effect", "invloed", "samenspel") if a.get(n) != b.get(n)
        ]
        if differ:
            said = "; ".join(f"{n}: {a.get(n, '-')} / {b.get(n, '-')}" for n in differ)
            yield f"- `{a['id']}`/`{b['id']}` {said} — {a['bewering']['en']} / {b['bewering']['en']}"


def share(part: int, whole: list[Any]) -> str:
    """Give a part of a whole as a percentage."""
    return f"{100 * part / len(whole):.0f}%" if whole else "-"


def row(name: str, pairs: list[tuple[str, str]]) -> str:
    """Give the line of an element with one value."""
    agree = sum(a == b for a, b in pairs)
    value = kappa(pairs) if pairs else None
    return f"| {name} | {len(pairs)} | {agree} | {share(agree, pairs)} | {'-' if value is None else f'{value:.2f}'} |"


def load(file: Path, sections: list[str]) -> list[Claim]:
    """Give the claims of a raw coding that stand in `sections`; all scalars are text."""
    told = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)
    return [claim for claim in told["beweringen"] if in_sections(claim, sections)]


HEAD = """# Agreement of two codings, element by element

Made by `agreement.py` from the raw codings in [`{folder}/`]({folder}/); nothing here is typed in.
How claims are paired stands in the script.
"""


def page(folder: Path) -> str:
    """Make the whole page from the pairs and raw codings in `folder`."""
    lines = [HEAD.format(folder=folder.name)]
    for pair_ in yaml.safe_load((folder / "pairs.yaml").read_text("utf-8")):
        sections = pair_["sections"]
        lines += [f"## {pair_['title']}", "", pair_["independent"], ""]
        lines += [*tell(load(folder / pair_["first"], sections), load(folder / pair_["second"], sections)), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page(Path(__file__).parent / sys.argv[1]))
