"""What the service tells machines beside the collection: a dataset as a whole, the rules, the words of schema.org."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
from markupsafe import Markup

from werkzaam.model import Model
from werkzaam.outward.projection import construct, content
from werkzaam.rulebook import Rule
from werkzaam.store import Oxigraph, Store
from werkzaam.terms import AXIOM, BASE, RDFS, SHAPE, TYPE

DATASET = BASE + "id/dataset/werkzaam"
SHAPES = SHAPE.rstrip("#")
RULES = (SHAPES, AXIOM)
"""Where the IRIs of rules begin; people read them on one page."""
_SCHEMA = "https://schema.org/"
_RDFS_LABEL, _DEFINED_BY = ox.NamedNode(RDFS + "label"), ox.NamedNode(RDFS + "isDefinedBy")


def beside(store: Store, model: Model, rules: Iterable[Rule]) -> Oxigraph:
    """Give what is published and stands in no document: the dataset, which is counted here, and the rules."""
    made = Oxigraph()
    told = [
        quad.triple for quad in ox.parse(content("dataset.ttl").encode(), format=ox.RdfFormat.TURTLE, base_iri=BASE)
    ]
    told += construct(store, "void.rq")
    made.put(DATASET, _within(DATASET, told))
    made.put(SHAPES, _within(SHAPES, model.shapes))
    axioms = []
    for rule in rules:
        if rule.kind == "axiom":
            subject = ox.NamedNode(rule.iri)
            axioms += [ox.Quad(subject, _RDFS_LABEL, ox.Literal(t, language=lang)) for lang, t in rule.text.items()]
            axioms.append(ox.Quad(subject, _DEFINED_BY, ox.NamedNode(BASE + "ontology")))
    made.put(AXIOM, axioms)
    return made


def _within(graph: str, triples: Iterable[ox.Triple]) -> Iterable[ox.Quad]:
    return (ox.Quad(one.subject, one.predicate, one.object, ox.NamedNode(graph)) for one in triples)


def schema_org(stores: list[Store], iri: str, lang: str) -> Markup:
    """Give one thing in the words of schema.org, as JSON-LD that can stand in a page; "" where it has none for it."""
    for store in stores:
        triples = construct(store, "schema-org.rq", [iri])
        if triples:
            break
    else:
        return Markup("")
    made: dict[str, Any] = {"@context": _SCHEMA.rstrip("/"), "@id": iri}
    for triple in triples:
        key, value = triple.predicate.value.removeprefix(_SCHEMA), triple.object
        if isinstance(value, ox.NamedNode):
            said = value.value.removeprefix(_SCHEMA) if key == TYPE else {"@id": value.value}
            made.setdefault("@type" if key == TYPE else key, []).append(said)
        elif isinstance(value, ox.Literal) and value.language in (None, lang):
            made.setdefault(key, []).append(value.value)
    made = {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in made.items()}
    return Markup(json.dumps(made, ensure_ascii=False).replace("<", "\\u003c"))
