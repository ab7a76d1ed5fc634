"""A summary of the claims of a store on disk, from which the heaviest questions are answered without the triples.

It stands as a file of SQLite beside the triples of each generation (`summaryfile.py`), made by the change that made the
generation, so that both count from the same moment. It holds nothing that the triples do not say: `told` asks them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

from werkzaam import summaryfile
from werkzaam.errors import OurFault
from werkzaam.store import Oxigraph, Row, Store, language_of
from werkzaam.summarydata import Above, Overview, Pairs, Told
from werkzaam.summarynames import NamesIn
from werkzaam.terms import CONCEPT, MAPPINGS_GRAPH, NAMED, ONTOLOGY_GRAPH

FILE = "summary.sqlite"
_T = TypeVar("_T")
ANSWERED: Mapping[str, frozenset[str]] = {
    "gap-map": frozenset(("of", "with")),
    "named-in-claims": frozenset(),
    "what-works": frozenset(("wanted", "without")),
}
"""The questions that a summary answers, with the parameters that they may be asked with."""

_CONTAINS = "?document wz:contains ?claim ."
_UPWARDS = "?part (skos:broader|wz:partOf)*/dcterms:subject? ?value ."
_PREFIXES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>
"""
_ON = "{ ?lower skos:broader ?upper } UNION { ?lower wz:partOf ?upper }"
_LAST = "?lower dcterms:subject ?upper"
_BELONGS = """
{ ?lower skos:inScheme ?upper }
UNION
{ VALUES ?upper { wz:Mechanism wz:ContextFactor wz:Trait } ?lower a ?upper }
"""
_DOCUMENTS = f"{_PREFIXES} SELECT ?document ?claim WHERE {{ {_CONTAINS} }}"


_CHECKED = f"{_PREFIXES} SELECT ?claim WHERE {{ {_CONTAINS} ?claim wz:review <{CONCEPT}review/checked> }}"
_RESTATES = f"{_PREFIXES} SELECT ?claim ?other WHERE {{ {_CONTAINS} ?claim wz:restates ?other }}"
_CODED = f"{_PREFIXES} SELECT DISTINCT ?document ?coder WHERE {{ {_CONTAINS} ?document wz:coding/wz:codedBy ?coder }}"
_OURS = f"FILTER (?document NOT IN (<{ONTOLOGY_GRAPH}>, <{MAPPINGS_GRAPH}>))"
_CALLED = f"{_PREFIXES} SELECT DISTINCT ?document ?thing ?kind ?label WHERE {{ {_OURS} GRAPH ?document {{ {NAMED} }} }}"
_TYPES = f"""{_PREFIXES}
SELECT DISTINCT ?document ?thing ?class
WHERE {{ {_OURS} GRAPH ?document {{ {NAMED} ?thing a ?class }} }}
"""
_KINDS = f"{_PREFIXES} SELECT ?document ?claim ?class WHERE {{ {_CONTAINS} GRAPH ?document {{ ?claim a ?class }} }}"


def told(store: Store, documents: Sequence[str] | None = None) -> Told:
    """Ask the triples of `store` what a summary holds of the claims of `documents`, or of all."""
    from werkzaam.questions import questions

    if documents is not None:
        documents = [one for one in documents if one not in (ONTOLOGY_GRAPH, MAPPINGS_GRAPH)]
        if not documents:
            return Told()
    named = questions()["named-in-claims"].bind({})
    if _UPWARDS not in named or _CONTAINS not in named:
        raise OurFault("our-fault", problem="named-in-claims")

    def rows(query: str) -> list[Row]:
        if documents is not None:
            those = f"VALUES ?document {{ {' '.join(f'<{one}>' for one in documents)} }}"
            query = query.replace(_CONTAINS, f"{those} {_CONTAINS}").replace(_OURS, those)
        return store.select(query)

    def pairs(query: str, *names: str) -> set[tuple[str, ...]]:
        return {tuple(str(row[name]) for name in names) for row in rows(query)}

    found = rows(questions()["what-works"].bind({}))
    return Told(
        documents={str(row["claim"]): str(row["document"]) for row in rows(_DOCUMENTS)},
        # What lies above is the same for every claim, so the way up is gone once and not from each.
        names=pairs(named.replace(_UPWARDS, "BIND (?part AS ?value)"), "value", "claim"),
        comes={(str(row["verdict"]), str(row["claim"])) for row in found},
        tiers={str(row["claim"]): str(row["tier"]) for row in found},
        checked={str(row["claim"]) for row in rows(_CHECKED)},
        restates=pairs(_RESTATES, "claim", "other"),
        coded=pairs(_CODED, "document", "coder"),
        called={
            (str(row["thing"]), str(row["document"]), str(row["kind"]), str(row["label"]), language_of(row["label"]))
            for row in rows(_CALLED)
        },
        types=pairs(_TYPES, "thing", "class", "document") | pairs(_KINDS, "claim", "class", "document"),
    )


def above(store: Store) -> Above:
    """Ask what lies above what in `store`, and what the gap map shows, as each of its graphs says."""

    def pairs(ways: str) -> Pairs:
        found = store.rows(f"{_PREFIXES} SELECT DISTINCT ?lower ?upper ?graph WHERE {{ GRAPH ?graph {{ {ways} }} }}")
        return frozenset((str(row["lower"]), str(row["upper"]), str(row["graph"])) for row in found)

    return Above(pairs(_ON), pairs(_LAST), pairs(_BELONGS))


def _above_in(store: Oxigraph, graphs: Set[str]) -> Above:
    """Ask what some graphs say of what lies above what: of very many of a store where they are, of few apart."""
    found = above(store if len(graphs) > PART else _apart(store, graphs))
    kinds = ((one for one in said if one[-1] in graphs) for said in (found.on, found.last, found.belongs))
    return Above(*map(frozenset, kinds))


@dataclass(frozen=True, slots=True)
class Already:
    """What was told of the claims of `documents` when they were read, in parts."""

    documents: frozenset[str]
    parts: Iterable[Told]


NOTHING = Already(frozenset(), ())


def renew(
    before: Path | None, after: Path, store: Oxigraph, changed: Iterable[str], already: Already = NOTHING
) -> None:
    """Make the summary of `store` in the file `after`: that of `before`, with the documents `changed` told anew.

    So is told whatever names something that now counts as something else. All is told anew where there is none before,
    or another vocabulary. What was told `already` is not asked.
    """
    vocabulary = store.digest(ONTOLOGY_GRAPH)
    if before is not None and before.is_file():
        shutil.copyfile(before, after)
        with suppress(summaryfile.Older), summaryfile.writing(after) as made:
            if made.vocabulary() == vocabulary:
                graphs = set(changed)
                now, then = _above_in(store, graphs), made.above(graphs)
                documents = graphs | made.lean_on(now, then, graphs)
                made.forget(documents)
                made.lead(now, then)
                with made.filling() if already.documents else nullcontext():
                    for part in chain(already.parts, _in_parts(store, documents - already.documents)):
                        made.put(part)
                made.count(documents)
                return
        after.unlink()
    make(after, above(store), chain(already.parts, _in_parts(store, store.graphs() - already.documents)), vocabulary)


PART = 1_000
"""So many documents are told of at once, as what is told of very many does not fit in memory."""


def _in_parts(store: Oxigraph, documents: Set[str]) -> Iterator[Told]:
    """Yield what is told of documents, in parts.

    Each part is laid beside the vocabulary in memory: asked of some documents of very many, the engine would look at
    all of them, and what is told of a document stands in it.
    """
    those = sorted(documents - {ONTOLOGY_GRAPH, MAPPINGS_GRAPH})
    for start in range(0, len(those), PART):
        yield told(_apart(store, (ONTOLOGY_GRAPH, *those[start : start + PART])))


def _apart(store: Oxigraph, graphs: Iterable[str]) -> Oxigraph:
    """Give some graphs of a store in one of their own."""
    made = Oxigraph()
    for graph in graphs:
        made.fill(store.quads(graph))
    return made


def make(file: Path, now: Above, parts: Iterable[Told], vocabulary: str) -> None:
    """Make a summary of what was told in parts, each of other documents."""
    summaryfile.create(file)
    with summaryfile.writing(file) as made:
        made.lead(now, made.above())
        with made.filling():
            for part in parts:
                made.put(part)
        made.count()
        made.finish(vocabulary)


def differs(file: Path, store: Oxigraph) -> bool:
    """Say whether a summary says anything else than the triples."""
    return not _ask(file, lambda held: held.agrees(told(store), above(store)))


def overview(
    file: Path,
    groups: Sequence[Sequence[str]],
    without: Sequence[str],
    but: str,
    most: int,
    is_more: Callable[[Mapping[str, int], int], bool],
) -> Overview | list[Row] | None:
    """Give how much an answer to *what works* holds, with at most `most` claims a heading, or the rows of a small one.

    See `summaryfile.Held.overview`; None as in `rows`.
    """
    return _ask(file, lambda held: held.overview(groups, [without] if without else [], but, most, is_more))


def restated(file: Path, among: Collection[str] | None = None) -> list[tuple[str, str]] | None:
    """Give which claims restate which, as `summaryfile.Held.restated` does; None where it is of an older werkzaam."""
    return _ask(file, lambda held: held.restated(among))


def is_ours(file: Path) -> bool:
    """Say whether a summary is there and not of an older werkzaam."""
    return file.is_file() and _ask(file, lambda held: True) is not None


def _ask(file: Path, ask: Callable[[summaryfile.Held], _T]) -> _T | None:
    """Ask a summary; None where it is of an older werkzaam."""
    try:
        with summaryfile.reading(file) as held:
            return ask(held)
    except summaryfile.Older:
        return None


MANY = 500
"""Of a store with more documents, names are looked up when they are asked for and not read beforehand."""


def names_in(file: Path | None, hold: object = None) -> NamesIn | None:
    """Give what looks up names in the summary of a large store, kept open as `hold` is.

    None of a small store, and where the summary is missing or of an older werkzaam.
    """
    if file is None or not file.is_file():
        return None
    try:
        found = NamesIn(file, hold)
    except summaryfile.Older:
        return None
    return found if found.more_cases_than(MANY) else None


def rows(file: Path, name: str, values: Mapping[str, Sequence[Sequence[str]]]) -> list[Row] | None:
    """Answer one of the questions `ANSWERED`: the rows of the question, in its order.

    None where the summary cannot: it is of an older werkzaam, or more is asked than it holds.
    """
    if not values.keys() <= ANSWERED[name]:
        return None

    def answer(held: summaryfile.Held) -> list[Row]:
        if name == "named-in-claims":
            return held.named()
        if name == "gap-map":
            return held.map(values)
        return held.works(values.get("wanted", ()), values.get("without", ()))

    return _ask(file, answer)
