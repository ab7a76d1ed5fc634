"""How much an answer to *what works* holds, before all of it is read: from a summary, or else from the triples."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from werkzaam import summary, summarydata
from werkzaam.questions import Groups, ask
from werkzaam.store import Row, Store
from werkzaam.summarydata import Overview
from werkzaam.terms import CONCEPT, slug

SILENT = f"{CONCEPT}verdict/not-studied"
"""The heading of claims that a source is silent, which are told apart."""
MOST = 2_000
"""An answer of more claims is not told in full, unless that is asked."""
SOME = 25
"""How many claims a heading has in such an answer: a hundred made nearly five thousand lines of text."""


def said_once(store: Store, among: Collection[str] | None = None) -> dict[str, str]:
    """Give, for each claim that restates another, the one claim by which all that say the same are counted.

    Of a store with a summary only for those that say the same as some of `among`, if there are any.
    """
    held = getattr(store, "summary", None)
    pairs = None if held is None else summary.restated(held, among)
    if pairs is None:
        pairs = [(row["claim"], row["other"]) for row in store.select(_RESTATED)]
    return summarydata.said_once(pairs)


_RESTATED = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?claim ?other WHERE { ?claim wz:restates ?other } ORDER BY ?claim ?other
"""


def asking(groups: Groups, without: Sequence[str]) -> dict[str, Groups]:
    """Give the parameters of *what works*."""
    return {"wanted": groups, **({"without": [list(without)]} if without else {})}


def works(store: Store, groups: Groups, without: Sequence[str], limit: int | None) -> Overview | list[Row]:
    """Give the rows of *what works*, or, where that is more than is told in full, how much it is and some of it.

    More is what has more than `limit` claims under a heading, or without a limit more than `MOST` in all.
    """
    asked = asking(groups, without)
    held = getattr(store, "summary", None)
    more = partial(_is_more, limit)
    told = None if held is None else summary.overview(held, groups, without, SILENT, limit or SOME, more)
    if told is not None:
        return told
    rows = ask(store, "what-works", asked)
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row["verdict"] != SILENT:
            found.setdefault(str(row["verdict"]), {})[str(row["claim"])] = slug(row["tier"])
    counts = {one: len(those) for one, those in found.items()}
    every = set().union(*found.values())
    if not more(counts, len(every)):
        return rows
    same = said_once(store)
    total = len({same.get(one, one) for one in every})
    if not more(counts, total):
        return rows
    shown = {one: sorted(those, key=lambda claim: (those[claim] != "core", claim)) for one, those in found.items()}
    documents = {str(row["document"]) for row in store.select(_OF_CLAIMS) if row["claim"] in every}
    checked = sum(row["claim"] in every for row in store.select(_CHECKED))
    some = {one: those[: limit or SOME] for one, those in shown.items()}
    return Overview(counts, some, total, checked, coders(store, documents))


def _is_more(limit: int | None, counts: Mapping[str, int], total: int) -> bool:
    return total > MOST if limit is None else max(counts.values(), default=0) > limit


_OF_CLAIMS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?claim ?document WHERE { ?document wz:contains ?claim }
"""
_CHECKED = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?claim WHERE { ?claim wz:review <https://w3id.org/werkzaam/concept/review/checked> }
"""


def coders(store: Store, documents: set[str]) -> list[str]:
    """Give who coded the claims of some documents."""
    found = store.select(_CODERS % " ".join(f"<{iri}>" for iri in sorted(documents)))
    return sorted({str(row["coder"]) for row in found})


_CODERS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?coder WHERE { VALUES ?document { %s } ?document wz:coding/wz:codedBy ?coder }
"""
