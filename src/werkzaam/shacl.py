"""Run the shapes over data: pySHACL, whose word is the truth, or a faster engine that must say the same.

Everything else in werkzaam sees `Result` alone, so that an engine can go and another come.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from werkzaam import rulequeries
from werkzaam.errors import OurFault, UsageError
from werkzaam.model import Model
from werkzaam.terms import SH, TYPE, WZ

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Triples = Collection[ox.Triple]

# What a shape says to people, not to an engine.
_FOR_PEOPLE = frozenset(SH + name for name in ("message", "order", "defaultValue", "name", "description", "group"))


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a validation: the shape that does not hold of which node, and for which value.

    `path` is a property, "" for none or a longer path; `severity` is ``violation``, ``warning`` or ``info``;
    `component` the local name of the kind of constraint (``MinCountConstraintComponent``).
    """

    focus: Term
    path: str
    shape: str
    severity: str
    value: Term | None
    component: str


Engine = Callable[[Triples], list[Result]]
"""Gives what the shapes that it was made of say of data."""


def pyshacl_engine(shapes: Triples, ontology: Triples = ()) -> Engine:
    """Make an engine of pySHACL; the shapes are made into its graphs once.

    Rules that are a query may read `ontology` beside any data.
    """
    import pyshacl
    from rdflib import Graph

    others, asked = rulequeries.split(shapes)
    # A graph for shapes alone can be the leaner kind, and no graph needs the thirty prefixes that rdflib binds.
    rules = _fill(Graph(store="SimpleMemory", bind_namespaces="none"), _aimed(others))
    queries = [
        (_fill(Graph(store="SimpleMemory", bind_namespaces="none"), group.shapes), group)
        for group in map(rulequeries.Group.ready, rulequeries.groups(asked, ontology))
    ]

    def say(data: Any, shapes: Any) -> Iterator[Result]:
        _, report, said = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
        if not hasattr(report, "objects"):  # pySHACL gives its own failures back as the report
            raise OurFault("our-fault", problem=f"pySHACL: {said}")
        return _reported(report)

    def run(data: Triples) -> list[Result]:
        found = list(say(_fill(Graph(bind_namespaces="none"), data), rules))
        document = _store(data)
        for those, group in queries:
            if group.asked(document):
                with group.held.with_document(document) as store:
                    found += say(store, those)
        return found

    return run


def fast_engine(shapes: Triples, ontology: Triples = ()) -> Engine:
    """Make an engine of the package `shacl`, in Rust; raises `UsageError` where the extra is not installed.

    Rules that are a query are asked of Oxigraph: this package compares no dates.

    Only a child may run what this gives: on data of some hundreds of kilobytes it starts threads, which would not
    survive a fork, and a forked child would wait for them forever. Making it starts none.
    """
    try:
        import shacl
    except ImportError:
        raise UsageError("extra-missing", extra="fast") from None

    others, asked = rulequeries.split(shapes)
    compiled = shacl.Shapes.from_text(_ntriples(others), "ntriples")
    queries = [group.ready() for group in rulequeries.groups(asked, ontology)]

    def run(data: Triples) -> list[Result]:
        found = [
            Result(
                _term(one.focus_node),
                one.path[1:-1] if one.path and one.path[0] == "<" else "",
                (one.source_shape or "").strip("<>"),
                one.severity.lower(),
                _term(one.value) if one.value else None,
                one.component,
            )
            for one in compiled.validate_text(_ntriples(data), "ntriples").results
        ]
        document, text = _store(data), "\n".join(one.object.value for one in data if isinstance(one.object, ox.Literal))
        for group in queries:
            asked = group.asked(document, text)
            if asked:
                with group.held.with_document(document) as store:
                    found += [
                        Result(focus, path, rule.shape, rule.severity, value, "SPARQLConstraintComponent")
                        for rule, focuses in asked
                        for focus, path, value in rule.results(store, focuses)
                    ]
        return found

    return run


ENGINES: Mapping[str, Callable[[Triples, Triples], Engine]] = {"pyshacl": pyshacl_engine, "fast": fast_engine}


def chosen(name: str | None = None) -> str:
    """Give the engine that the caller names, else WERKZAAM_SHACL, else pySHACL; raises `UsageError` for another."""
    name = name or os.environ.get("WERKZAAM_SHACL") or "pyshacl"
    if name not in ENGINES:
        raise UsageError("engine-unknown", value=name, known=", ".join(ENGINES))
    return name


@lru_cache(maxsize=4)
def engine(name: str, model: Model) -> Engine:
    """Give the engine `name` with the shapes of `model`, made when first asked for.

    It leaves out an order between values of which one is of the wrong type, as the type is told already. pySHACL orders
    what cannot be compared and finds nothing there, where SHACL 4.5.3 wants a result.
    """
    shapes = [one for one in model.shapes if _for_an_engine(one)]
    run = ENGINES[name](shapes, model.ontology)
    other = {str(t.subject)[1:-1]: str(t.object)[1:-1] for t in model.shapes if t.predicate.value == SH + "lessThan"}

    def sensible(data: Triples) -> list[Result]:
        found = run(data)
        wrong = {(one.focus, one.path) for one in found if one.component == "DatatypeConstraintComponent"}
        return [
            one
            for one in found
            if one.component != "LessThanConstraintComponent"
            or wrong.isdisjoint({(one.focus, one.path), (one.focus, other.get(one.shape, ""))})
        ]

    return sensible


def _for_an_engine(triple: ox.Triple) -> bool:
    path = triple.predicate.value
    return path in rulequeries.OURS or not (path in _FOR_PEOPLE or path.startswith(WZ))


def _aimed(shapes: Triples) -> Iterator[ox.Triple]:
    """Yield `shapes` with the targets of a node shape moved to the property shapes that it lists.

    What they find is the same (SHACL 2.1.3 and 4.8.2), but pySHACL then looks at a property shape once for all nodes
    and not once for each, which halves the time. A node shape keeps its properties where others point to it, where it
    is switched off, and where something depends on which they are.
    """
    aims = [t for t in shapes if t.predicate.value.startswith(SH + "target")]
    stay = {t.object for t in shapes if t.predicate.value not in (SH + "property", TYPE)}
    stay |= {t.subject for t in shapes if t.predicate.value == SH + "deactivated"}
    joined = {t.subject for t in shapes if t.predicate.value == SH + "qualifiedValueShapesDisjoint"}
    stay |= {t.subject for t in shapes if t.predicate.value == SH + "closed"}
    stay |= {t.subject for t in shapes if t.predicate.value == SH + "property" and t.object in joined}
    moved = {t.subject for t in aims} - stay
    for triple in shapes:
        rule = triple.object
        if triple.predicate.value == SH + "property" and triple.subject in moved and not isinstance(rule, ox.Literal):
            yield from (ox.Triple(rule, t.predicate, t.object) for t in aims if t.subject == triple.subject)
        else:
            yield triple


def _store(triples: Iterable[ox.Triple]) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in triples)
    return store


def _fill(graph: Any, triples: Iterable[ox.Triple]) -> Any:
    """Put `triples` into an rdflib graph; a literal stays as it was written."""
    from rdflib import BNode, Literal, URIRef

    made: dict[Any, Any] = {}  # a term stands in many triples, and is costly to make

    def term(one: Any) -> Any:
        known = made.get(one)
        if known is None:
            if isinstance(one, ox.NamedNode):
                known = URIRef(one.value)
            elif isinstance(one, ox.BlankNode):
                known = BNode(one.value)
            elif one.language:
                known = Literal(one.value, lang=one.language)
            else:
                plain = one.datatype.value.endswith("#string")
                known = Literal(one.value, datatype=None if plain else URIRef(one.datatype.value), normalize=False)
            made[one] = known
        return known

    for triple in triples:
        graph.add((term(triple.subject), term(triple.predicate), term(triple.object)))
    return graph


def _reported(report: Any) -> Iterator[Result]:
    from rdflib import URIRef

    def read(result: Any, name: str) -> Any:
        return report.value(result, URIRef(SH + name))

    for result in report.objects(None, URIRef(SH + "result")):
        path, value = read(result, "resultPath"), read(result, "value")
        yield Result(
            _of_rdflib(read(result, "focusNode")),
            str(path) if isinstance(path, URIRef) else "",
            str(read(result, "sourceShape")),
            str(read(result, "resultSeverity")).rpartition("#")[2].lower(),
            None if value is None else _of_rdflib(value),
            str(read(result, "sourceConstraintComponent")).rpartition("#")[2],
        )


def _of_rdflib(term: Any) -> Term:
    from rdflib import BNode, Literal

    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=str(term.language))
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)
    return ox.BlankNode(str(term)) if isinstance(term, BNode) else ox.NamedNode(str(term))


def _ntriples(triples: Iterable[ox.Triple]) -> str:
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


def _term(written: str) -> Term:
    """Read a term in the syntax of N-Triples."""
    (quad,) = ox.parse(f"<x:s> <x:p> {written} .", format=ox.RdfFormat.N_TRIPLES)
    term: Term = quad.object
    return term
