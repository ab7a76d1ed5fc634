"""Case documents that come as Turtle: the RDF itself, with the same defaults as the YAML form."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from werkzaam.deprecation import renamed
from werkzaam.errors import Place, finding
from werkzaam.loading import Beside, Loaded, complete, nothing
from werkzaam.model import Model, Names
from werkzaam.terms import GRAPH, TYPE, WZ
from werkzaam.turtlenames import names_in

SUFFIXES = (".ttl",)


def load(content: bytes, file: str, model: Model, names: Names, beside: Beside = nothing) -> Loaded:
    """Read Turtle that describes one document; its graph is the IRI of that document."""
    loaded = Loaded(GRAPH + "unnamed")
    if not content.strip():
        loaded.findings.append(finding("empty-file", Place(file)))
        return loaded
    try:
        loaded.triples = {quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE)}
    except SyntaxError as error:
        place = Place(file, error.lineno, error.offset)
        loaded.findings.append(finding("turtle-syntax", place, problem=error.msg.split(": ", 1)[-1]))
        return loaded
    except ValueError:
        loaded.findings.append(finding("not-text", Place(file)))
        return loaded
    nested = {t for t in loaded.triples if isinstance(t.object, ox.Triple)}
    if nested:
        loaded.triples -= nested
        loaded.findings.append(finding("triple-terms", Place(file), count=len(nested)))
    loaded.triples, met = renamed(loaded.triples, model.former)
    for name in names_in(content.decode("utf-8-sig"), model.former) if met else []:
        loaded.findings.append(
            finding(
                "deprecated-name",
                Place(file, name.line, name.column),
                severity="warning",
                value=name.written,
                instead=name.instead,
                since=model.former[name.old].since,
            )
        )
    documents = sorted(
        t.subject.value
        for t in loaded.triples
        if t.predicate.value == TYPE
        and isinstance(t.object, ox.NamedNode)
        and t.object.value == WZ + "CaseDocument"
        and isinstance(t.subject, ox.NamedNode)
    )
    if len(documents) == 1:
        loaded.graph = documents[0]
    else:
        loaded.findings.append(finding("document-count", Place(file), count=len(documents)))
    blank = sum(isinstance(t.subject, ox.BlankNode) for t in loaded.triples)
    if blank:
        loaded.findings.append(finding("blank-nodes", Place(file), count=blank))
    complete(loaded, model)
    return loaded


def things(content: bytes, model: Model, beside: Beside = nothing) -> Iterator[ox.Triple]:
    """Give everything in the file; what has a type and a name can be named by others."""
    try:
        found = {quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE)}
        yield from renamed(found, model.former)[0]
    except (SyntaxError, ValueError):
        return
