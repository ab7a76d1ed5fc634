"""Which axiom is contradicted, by what, and where: checks kept as data in `ontology/rules/violations/`.

HermiT says that something is wrong and never what. A check is a query that gives a row for each contradiction of one
axiom; its header has the message in Dutch and English and the statements that together contradict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache

import pyoxigraph as ox

from werkzaam.errors import Finding, OurFault, Place
from werkzaam.messages import say
from werkzaam.resources import walk
from werkzaam.rules import header
from werkzaam.store import Iri, Oxigraph, Row
from werkzaam.terms import AXIOM, GRAPH, ID, LANGUAGES, RDF, TYPE, WZ
from werkzaam.words import called, fill, short


@dataclass(frozen=True, slots=True)
class Given:
    """Documents that were read from files: the file of each graph, and where each (subject, property) stands."""

    files: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)


_WHERE = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?graph
WHERE {
  GRAPH ?graph { <%s> <%s> <%s> }
}
ORDER BY ?graph
"""


@dataclass(frozen=True, slots=True)
class Check:
    """The check of one axiom: its message a language, the statements that contradict, and its query."""

    axiom: str
    text: Mapping[str, str]
    statements: tuple[tuple[str, str, str], ...]
    query: str

    def may_find(self, said: Set[str]) -> bool:
        """Say whether it can find anything where these are all properties with which something is said."""
        return all(WZ + path[3:] in said for _, path, _ in self.statements if path.startswith("wz:"))


def parse(name: str, text: str) -> Check:
    """Read a check from the text of its file; raises `OurFault` where its form is wrong."""
    said = header(text)
    if said.keys() != {"axiom", "melding", "message", "statements"} or said["axiom"] != name:
        raise OurFault("packaged-data", place=f"violations/{name}", problem="header")
    parts = [one.split() for one in said["statements"].split(", ")]
    statements = tuple((subject, path, value) for subject, path, value in parts)
    return Check(AXIOM + name, {"nl": said["melding"], "en": said["message"]}, statements, text)


@cache
def checks() -> tuple[Check, ...]:
    """Give all checks."""
    start = "rules/violations/"
    return tuple(
        parse(name.removeprefix(start).removesuffix(".rq"), file.read_text("utf-8"))
        for name, file in walk("ontology", ".rq")
        if name.startswith(start)
    )


def contradictions(store: Oxigraph, given: Given | None = None, said: Set[str] | None = None) -> Iterator[Finding]:
    """Yield a finding for each contradiction in `store`; its rule is the axiom.

    A statement of a `given` document is told with its line, another with the name of the document that holds it. Where
    all properties are known that stand in the store (`said`), checks that need others are left out.
    """
    for check in checks():
        if said is not None and not check.may_find(said):
            continue
        for row in store.select(check.query):
            yield _finding(check, row, store, given or Given())


def contradictions_of(
    named: Set[str], given: Given, saying: Callable[[str], Iterable[ox.Quad]], vocabulary: Iterable[ox.Quad]
) -> Iterator[Finding]:
    """Yield the contradictions of what is `named`, as `contradictions` does, whatever the size of the store.

    A check looks from what contradicts itself to what that names and no further. So it is asked of what is said of
    both (`saying` gives the quads with a subject), beside the `vocabulary`, and not of all that there is.
    """
    near = Oxigraph()
    near.fill(vocabulary)
    said = dict[ox.Triple, ox.Quad]()
    todo = named
    for _ in range(2):
        following = set[str]()
        for iri in todo:
            for quad in saying(iri):
                # What many documents say of a thing is said once, in the graph of which its place is told.
                if quad.triple not in said or _rank(quad, given) < _rank(said[quad.triple], given):
                    said[quad.triple] = quad
                if isinstance(quad.object, ox.NamedNode):
                    following.add(quad.object.value)
        todo = following - named
    near.fill(said.values())
    return (one for one in contradictions(near, given) if one.subject in named)


def _rank(quad: ox.Quad, given: Given) -> tuple[bool, str]:
    graph = getattr(quad.graph_name, "value", "")
    return graph not in given.files, graph


def _finding(check: Check, row: Row, store: Oxigraph, given: Given) -> Finding:
    said = [(_iri(s, row), _iri(p, row), _iri(o, row)) for s, p, o in check.statements]
    held = [(one, _place(one, store, given)) for one in dict.fromkeys(said)]
    told = [(one, place) for one, place in held if place is not None]
    names = called(store, [*(str(v) for v in row.values() if isinstance(v, Iri)), *(t for one, _ in told for t in one)])
    text = {}
    for lang in LANGUAGES:
        sentence = fill(check.text[lang], {name: names.get(str(v), {}).get(lang, str(v)) for name, v in row.items()})
        statements = [
            say(
                lang,
                "reason-statement",
                subject=_name(s, names, lang),
                path=_name(p, names, lang),
                value=_name(o, names, lang),
                place=at,
            )
            for (s, p, o), at in told
        ]
        text[lang] = " ".join([sentence, *statements])
    place = next((at for _, at in told if at.line), next((at for _, at in told), Place("")))
    return Finding(check.axiom, "violation", place, text, str(row["it"]), said[0][1])


def _name(iri: str, names: Mapping[str, Mapping[str, str]], lang: str) -> str:
    """Give how a statement calls something: a claim, of which the text was told before, by its id."""
    return say(lang, "word-is-a") if iri == TYPE else short(iri) if iri.startswith(ID + "claim/") else names[iri][lang]


def _iri(word: str, row: Row) -> str:
    """Give what a word of a statement stands for: a property of ours, the type, or a column of the row."""
    if word == "a":
        return RDF + "type"
    return WZ + word.removeprefix("wz:") if word.startswith("wz:") else str(row[word])


def _place(statement: tuple[str, str, str], store: Oxigraph, given: Given) -> Place | None:
    subject, path, _ = statement
    graphs = [str(row["graph"]) for row in store.select(_WHERE % statement)]
    for graph in graphs:
        if graph in given.files:
            at = given.places.get((subject, "" if path == TYPE else path)) or given.places.get((subject, ""))
            return at or Place(given.files[graph])
    return Place(graphs[0].removeprefix(GRAPH)) if graphs else None
