"""Questions for a server that does not follow paths as SPARQL 1.1 asks: the same, over triples of where paths lead.

Which paths those are stands in `servers.toml`, and nothing else is written anew: a question stands once, with paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox

from werkzaam.questions import DEFAULTS
from werkzaam.store import Row
from werkzaam.terms import GRAPH, ONTOLOGY_GRAPH, expand
from werkzaam.tomlfile import read

DERIVED_GRAPH = GRAPH + "derived"
_LEADS_TO = "https://w3id.org/werkzaam/derived#"


@dataclass(frozen=True, slots=True)
class _Path:
    """A path of any length over `follows`, with one step of `ends` behind it or none ("": none there)."""

    path: str
    predicate: str
    follows: tuple[str, ...]
    ends: str


@cache
def _paths() -> tuple[_Path, ...]:
    return tuple(
        _Path(one["path"], _LEADS_TO + one["name"], tuple(map(_iri, one["follows"])), _iri(one.get("ends", "")))
        for one in read("servers.toml")["path"]
    )


def _iri(curie: str) -> str:
    return expand(curie) or ""


def flat(query: str) -> str:
    """Give one of our questions without the paths that a server may lose rows on, and without parameters left open.

    A parameter that is given is written as a value, one that is not goes with the filters on it: some engines make
    neither head nor tail of a row of VALUES with UNDEF in it, or of EXISTS beside ``||``.

    >>> flat("VALUES ($a $b) { (UNDEF <x:y>) } ?c skos:broader* $b .").split(" ?c ")[0]
    'VALUES ($b) { (<x:y>) }'
    """
    for names, terms in DEFAULTS.findall(query):
        for name, term in zip(names.split(), terms.split(), strict=True):
            of = rf"FILTER \(!BOUND\([?$]{name[1:]}\) \|\| (.*)\)$"
            query = re.sub(of, "" if term == "UNDEF" else r"FILTER (\1)", query, flags=re.MULTILINE)
    query = DEFAULTS.sub(_given, query)
    for one in _paths():
        query = query.replace(one.path, f"<{one.predicate}>")
    return query


def _given(defaults: re.Match[str]) -> str:
    # Each by itself: of several in a row Virtuoso's compiler may lose one that stands in a filter.
    pairs = zip(defaults[1].split(), defaults[2].split(), strict=True)
    return " ".join(f"VALUES ({name}) {{ ({term}) }}" for name, term in pairs if term != "UNDEF")


def steps_query() -> str:
    """Give the query for what `leads_to` needs: every step (p, a, b), and (b alone) whatever a path may begin at."""
    steps = sorted({iri for one in _paths() for iri in (*one.follows, one.ends) if iri})
    return _STEPS % (" ".join(f"<{iri}>" for iri in steps), ONTOLOGY_GRAPH)


_STEPS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?p ?a ?b
WHERE {
  { VALUES ?p { %s } ?a ?p ?b }
  UNION
  { ?b a skos:Concept }
  UNION
  { ?document wz:describes ?b }
  UNION
  { GRAPH <%s> { ?b a ?class } }
}
"""


def leads_to(steps: Iterable[Row]) -> Iterator[ox.Quad]:
    """Yield where each path leads from each thing, itself included as a path of no steps does."""
    ahead: dict[str, dict[str, set[str]]] = {}
    nodes: set[str] = set()
    for row in steps:
        nodes.update((row["b"], row.get("a", row["b"])))
        if "p" in row:
            ahead.setdefault(row["p"], {}).setdefault(row["a"], set()).add(row["b"])
    graph = ox.NamedNode(DERIVED_GRAPH)
    for one in _paths():
        predicate = ox.NamedNode(one.predicate)
        ways = [ahead.get(iri, {}) for iri in one.follows]
        last = ahead.get(one.ends, {})
        for node in sorted(nodes):
            reached = _reached(node, ways)
            for end in sorted(reached.union(*(last.get(there, ()) for there in reached))):
                yield ox.Quad(ox.NamedNode(node), predicate, ox.NamedNode(end), graph)


def _reached(start: str, ways: Iterable[dict[str, set[str]]]) -> set[str]:
    found, left = {start}, [start]
    while left:
        at = left.pop()
        new = set[str]().union(*(way.get(at, ()) for way in ways)) - found
        found |= new
        left += new
    return found
