"""The answer to *what works*: claims for, claims against, what was only expected, and the silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzaam.claims import Node, claims
from werkzaam.export import record
from werkzaam.known import Known
from werkzaam.overviews import SILENT, asking, coders, said_once, works
from werkzaam.questions import Groups, ask
from werkzaam.store import Row, Store
from werkzaam.summarydata import Overview
from werkzaam.terms import CONCEPT, FOREIGN, WZ, slug

ANSWER_VERSION = 1
FOR, AGAINST = (f"{CONCEPT}verdict/{name}" for name in ("for", "against"))

# The filters of the command, and the classes of what each takes.
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "mechanism": (WZ + "Mechanism",),
    "trait": (WZ + "Trait",),
    "context": (WZ + "ContextFactor",),
    "outcome": (WZ + "Outcome",),
    "case": (WZ + "Intervention", WZ + "Organisation"),
}

_ORDER = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?thing ?rank
WHERE { { ?thing a wz:Verdict . ?thing wz:rank ?rank } UNION { ?thing a wz:Mechanism . ?thing skos:notation ?rank } }
"""


@dataclass
class Entry:
    """One claim of an answer with the claims that only illustrate, explain or repeat it."""

    claim: Node
    folded: list[Entry] = field(default_factory=list)


@dataclass
class Pattern:
    """A mechanism across cases: where it works and where not, and what is said of only one side."""

    mechanism: str
    works_in: list[str]
    fails_in: list[str]
    only_works: list[str]
    only_fails: list[str]


@dataclass
class Answer:
    """What works, as it will be told; headings in their order, each with its entries.

    `count` is that of the claims: one that stands under two headings, or is said again, counts once. `databases` counts
    those among them that are not ours, by the graph of the database of others in which they stand.

    Of a large answer not every claim is told: `left_out` counts those under each heading that are not, and there are no
    patterns then, as these would be of some claims alone. Where `listed` is false there are too many cases to say of
    each whether it is silent.
    """

    asked: list[list[str]]
    headings: list[tuple[str, list[Entry]]]
    silent: dict[bool, dict[str, list[str]]]
    unmatched: list[str]
    patterns: list[Pattern]
    coders: list[str]
    checked: int
    count: int
    databases: dict[str, int]
    left_out: dict[str, int] = field(default_factory=dict)
    listed: bool = True


MANY_CASES = 500
"""In a collection of more cases it is not told of each whether it is silent."""


def what_works(
    store: Store,
    groups: Groups,
    without: Sequence[str] = (),
    known: Mapping[str, Node] | None = None,
    limit: int | None = None,
) -> Answer:
    """Answer *what works* for all of `groups`, each met by any of its IRIs.

    Claims that name a concept of one of the schemes `without` are left out. `known` holds claims that were read
    before; else those of the answer are read from the store: all of them, or at most `limit` under each heading; where
    there are more than `overviews.MOST`, and no limit is given, some.
    """
    if known is not None:
        return _answer(store, groups, _verdicts(ask(store, "what-works", asking(groups, without))), known)
    found = works(store, groups, without, limit)
    if not isinstance(found, Overview):
        verdicts = _verdicts(found)
        return _answer(store, groups, verdicts, _read(store, verdicts))
    verdicts = {}
    for verdict, some in found.shown.items():
        for iri in some:
            verdicts.setdefault(iri, []).append(verdict)
    return _answer(store, groups, verdicts, _read(store, verdicts), found)


def _verdicts(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Give the headings of each claim."""
    verdicts: dict[str, list[str]] = {}
    for row in rows:
        verdicts.setdefault(row["claim"], []).append(row["verdict"])
    return verdicts


def _read(store: Store, verdicts: Mapping[str, Sequence[str]]) -> dict[str, Node]:
    return {node.iri: node for node in claims(store, verdicts)} if verdicts else {}


def _answer(
    store: Store,
    groups: Groups,
    verdicts: Mapping[str, Sequence[str]],
    known: Mapping[str, Node],
    size: Overview | None = None,
) -> Answer:
    """Make an answer of claims under their headings: all there are, or some of an answer of that `size`."""
    nodes = {iri: known[iri] for iri in verdicts}
    order = {str(row["thing"]): str(row["rank"]) for row in store.select(_ORDER)}
    headings: dict[str, list[Node]] = {}
    for iri, found in verdicts.items():
        for verdict in found:
            headings.setdefault(verdict, []).append(nodes[iri])
    headings.pop(SILENT, None)
    below = _below(store, groups)
    told = [
        (verdict, _fold(sorted(found, key=lambda node: _rank(node, order))))
        for verdict, found in sorted(headings.items(), key=lambda item: int(order[item[0]]))
    ]
    listed = len(store.select(_CASES)) <= MANY_CASES
    every = _told(headings)
    said = said_once(store, every) if size is None else {}
    return Answer(
        [list(group) for group in groups],
        told,
        _silence(store, groups, below) if listed else {True: {}, False: {}},
        [] if size else _unmatched(store, below, list(nodes.values())),
        [] if size else _patterns(headings.get(FOR, []), headings.get(AGAINST, [])),
        size.coders if size else coders(store, {node.document for node in nodes.values()}),
        size.checked if size else sum(slug(node.one("review") or "") == "checked" for node in nodes.values()),
        size.total if size else len({said.get(iri, iri) for iri in every}),
        dict(Counter(nodes[iri].document for iri in every if nodes[iri].document.startswith(FOREIGN))),
        {one: count - len(size.shown[one]) for one, count in size.counts.items()} if size else {},
        listed,
    )


_CASES = f"""
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?case WHERE {{ ?document wz:caseOf ?case }} LIMIT {MANY_CASES + 1}
"""


def _told(headings: Mapping[str, Sequence[Node]]) -> set[str]:
    return {node.iri for found in headings.values() for node in found}


def _rank(node: Node, order: Mapping[str, str]) -> tuple[str, ...]:
    mechanism = node.one("mechanism") or node.one("interactionTo") or ""
    return (order.get(mechanism, "~"), mechanism, node.cls, node.one("effect") or "", node.iri)


def _fold(nodes: Sequence[Node]) -> list[Entry]:
    """Put illustrations, details and repetitions under the claim that they point to, where it is there."""
    entries = {node.iri: Entry(node) for node in nodes}
    roots = []
    for iri, entry in entries.items():
        names = ["restates"]
        if slug(entry.claim.one("tier") or "") != "core":
            names += ["illustrates", "explains", "qualifies"]
        parent = next((up for name in names for up in entry.claim.iris(name) if up in entries and up != iri), None)
        if parent is not None and not _above(parent, iri, entries):
            entries[parent].folded.append(entry)
        else:
            roots.append(entry)
    return roots


def _above(start: str, wanted: str, entries: Mapping[str, Entry]) -> bool:
    below = [one.claim.iri for one in entries[wanted].folded]
    return start in below or any(_above(start, one, entries) for one in below)


def _below(store: Store, groups: Groups) -> dict[str, set[str]]:
    """Give each IRI that is asked with itself and everything narrower."""
    below: dict[str, set[str]] = {iri: set() for group in groups for iri in group}
    for row in store.select(_NARROWER % " ".join(f"<{iri}>" for iri in sorted(below))):
        below[row["wanted"]].add(row["thing"])
    return below


def _silence(store: Store, groups: Groups, below: Mapping[str, set[str]]) -> dict[bool, dict[str, list[str]]]:
    """Give, for *not studied* (True) and *not entered* (False), the cases of each mechanism without a claim."""
    asked = set(below)
    mechanisms = [iri for iri in asked if iri.startswith(f"{CONCEPT}mechanism/")]
    within: set[str] = set().union(*(below[iri] for iri in mechanisms))
    cases = {r["thing"] for r in store.select(_PART % " ".join(f"<{iri}>" for iri in sorted(asked)))}
    silent: dict[bool, dict[str, list[str]]] = {True: {}, False: {}}
    for row in ask(store, "not-studied", {"wanted": groups}):
        if mechanisms and row["mechanism"] not in within:
            continue
        if cases and row["case"] not in cases:
            continue
        silent[row["covered"] == "yes"].setdefault(row["mechanism"], []).append(row["case"])
    return silent


_NARROWER = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?wanted ?thing WHERE { VALUES ?wanted { %s } ?thing skos:broader* ?wanted }
"""

_PART = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?thing WHERE { VALUES ?wanted { %s } ?document wz:caseOf ?thing . ?thing wz:partOf* ?wanted }
"""


def _unmatched(store: Store, below: Mapping[str, set[str]], nodes: Sequence[Node]) -> list[str]:
    """Give the values below what was asked on which no claim of the answer says anything."""
    said: set[str] = set()
    for node in nodes:
        said.update(node.iris("context"), node.iris("mechanism"))
        said.update(*(part.iris("trait") for part in node.all("actor")))
        said.update(*(part.iris("outcome") for part in node.all("hasOutcome")))
    above = {r["thing"] for r in store.select(_ABOVE % " ".join(f"<{iri}>" for iri in sorted(said)))}
    silent = set().union(*below.values()) - set(below) - above
    return sorted(iri for iri in silent if not iri.startswith(f"{CONCEPT}mechanism/"))


_ABOVE = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?thing WHERE { VALUES ?said { %s } ?said skos:broader* ?thing }
"""


def _patterns(works: Sequence[Node], fails: Sequence[Node]) -> list[Pattern]:
    """Give the mechanisms that recur over cases or that work in one place and not in another."""
    found = []
    for mechanism in sorted({m for node in (*works, *fails) for m in node.iris("mechanism")}):
        pro = [node for node in works if mechanism in node.iris("mechanism")]
        con = [node for node in fails if mechanism in node.iris("mechanism")]
        works_in = sorted({scope for node in pro for scope in node.iris("scope")})
        fails_in = sorted({scope for node in con for scope in node.iris("scope")})
        if len(set(works_in) | set(fails_in)) < 2:
            continue
        for_pro, for_con = _conditions(pro), _conditions(con)
        found.append(Pattern(mechanism, works_in, fails_in, sorted(for_pro - for_con), sorted(for_con - for_pro)))
    return found


def _conditions(nodes: Sequence[Node]) -> set[str]:
    said: set[str] = set()
    for node in nodes:
        said.update(node.iris("context") if node.cls == "Configuration" else [])
        said.update(*(part.iris("trait") for part in node.all("actor")))
    return said


def as_data(answer: Answer, known: Known, lang: str) -> dict[str, Any]:
    """Give the answer as plain data: the contract of `--format json`."""

    def entry(one: Entry) -> dict[str, Any]:
        return {**record(one.claim), "folded": [entry(below) for below in one.folded]}

    return {
        "version": ANSWER_VERSION,
        "language": lang,
        "coded_by": [known.label(iri, lang) for iri in answer.coders],
        "checked_by_a_person": answer.checked,
        "count": answer.count,
        "left_out": {slug(verdict): count for verdict, count in sorted(answer.left_out.items()) if count},
        "silence_told": answer.listed,
        "databases": {slug(graph): count for graph, count in sorted(answer.databases.items())},
        "asked": [[{"iri": iri, "label": known.label(iri, lang)} for iri in group] for group in answer.asked],
        "headings": [
            {
                "verdict": slug(verdict),
                "label": known.label(verdict, lang),
                "claims": [entry(e) for e in entries],
            }
            for verdict, entries in answer.headings
        ],
        "silent": [
            {"mechanism": slug(mechanism), "cases": [slug(c) for c in cases], "status": status}
            for covered, status in ((True, "not-studied"), (False, "not-entered"))
            for mechanism, cases in answer.silent[covered].items()
        ],
        "without_claims": [slug(iri) for iri in answer.unmatched],
        "patterns": [
            {
                "mechanism": slug(p.mechanism),
                "works_in": [slug(i) for i in p.works_in],
                "fails_in": [slug(i) for i in p.fails_in],
                "only_where_it_works": [slug(i) for i in p.only_works],
                "only_where_it_fails": [slug(i) for i in p.only_fails],
            }
            for p in answer.patterns
        ],
    }
