"""Case documents that come as RDF itself: Turtle, TriG, N-Quads, N-Triples, JSON-LD and RDF/XML.

They get the same defaults as the YAML form. The document stands in the default graph or in the graph that bears its
IRI; what is no part of something has an IRI; nothing that a file points to is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from werkzaam.deprecation import renamed
from werkzaam.errors import Place, finding
from werkzaam.forms import jsonld, rdfxml, turtle
from werkzaam.forms.parts import named
from werkzaam.forms.rdfchecks import check_statements, tell_former
from werkzaam.forms.text import decode, hidden_values
from werkzaam.loading import Beside, Loaded, complete, nothing
from werkzaam.model import Model, Names
from werkzaam.terms import GRAPH, NUMBERS, OWL, TYPE, WZ, XSD

Look = Callable[[bytes, str, Model, Names], jsonld.Looked]


@dataclass(frozen=True)
class Rdf:
    """The loader of one form of RDF: its endings, its format for the engine, and what looks through its text."""

    SUFFIXES: tuple[str, ...]
    format: ox.RdfFormat
    look: Look
    syntax: str

    @property
    def plain(self) -> bool:
        """Whether the engine reads the text as it stands."""
        return self.syntax == "turtle-syntax"

    def load(self, content: bytes, file: str, model: Model, names: Names, beside: Beside = nothing) -> Loaded:
        """Read RDF that describes one document; its graph is the IRI of that document."""
        looked = self.look(content, file, model, names)
        loaded = Loaded(GRAPH + "unnamed", places=looked.places, findings=list(looked.findings))
        if looked.text is None:
            return loaded
        try:
            quads = _parse(looked.text, self.format)
        except SyntaxError as error:
            # The engine reads JSON as we wrote it anew, so that its lines are not those of the file.
            json = self.format == ox.RdfFormat.JSON_LD
            place = Place(file) if json else Place(file, error.lineno, error.offset)
            loaded.findings.append(finding(self.syntax, place, problem=error.msg.split(": ", 1)[-1]))
            return loaded
        self._fill(loaded, quads, file, model, names)
        loaded.findings += tell_former(looked.text, self.plain, quads, loaded, file, model)
        loaded.findings += hidden_values(loaded, file)
        return loaded

    def _fill(self, loaded: Loaded, quads: frozenset[ox.Quad], file: str, model: Model, names: Names) -> None:
        whole = {quad.triple for quad in quads}
        plain = {t for t in whole if not isinstance(t.object, ox.Triple)}
        loaded.triples, _ = renamed(_as_written(plain, model), model.former)
        nested = sum(isinstance(t.object, ox.Triple) for t in whole)
        if nested:
            loaded.findings.append(finding("triple-terms", Place(file), count=nested))
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
            place = loaded.places.get((documents[1], "")) if documents else None
            loaded.findings.append(finding("document-count", place or Place(file), count=len(documents)))
        graphs = {q.graph_name.value for q in quads if not isinstance(q.graph_name, ox.DefaultGraph)}
        for graph in sorted(graphs - {loaded.graph}) if len(documents) == 1 else []:
            loaded.findings.append(finding("graph-other", Place(file), value=graph, graph=loaded.graph))
        imports = {t for t in loaded.triples if t.predicate.value == OWL + "imports"}
        loaded.triples -= imports
        for triple in sorted(imports, key=str):
            place = loaded.places.get((getattr(triple.subject, "value", ""), OWL + "imports")) or Place(file)
            value = getattr(triple.object, "value", "")
            loaded.findings.append(finding("imports-not-followed", place, severity="warning", value=value))
        loaded.triples = named(loaded.triples, loaded.places, model)
        nameless = _nameless(loaded, file, model)
        loaded.findings += (finding("blank-nodes", place) for place in sorted(nameless, key=str))
        loaded.findings += check_statements(loaded, file, model, names)
        complete(loaded, model)

    def things(self, content: bytes, model: Model, beside: Beside = nothing) -> Iterator[ox.Triple]:
        """Give everything in the file; what has a type and a name can be named by others."""
        # Where things stand matters only when the text is loaded.
        text = decode(content, "")[0] if self.plain else self.look(content, "", model, model.names).text
        try:
            quads = _parse(text, self.format) if text else frozenset()
        except SyntaxError:
            return
        found = {quad.triple for quad in quads if not isinstance(quad.object, ox.Triple)}
        yield from renamed(found, model.former)[0]


def _as_written(triples: set[ox.Triple], model: Model) -> set[ox.Triple]:
    """Give numbers as text where text is due: Turtle makes a number of ``wz:page 33``, as JSON and a cell do."""
    due = _texts(model)
    return {
        ox.Triple(t.subject, t.predicate, ox.Literal(t.object.value))
        if t.predicate.value in due and isinstance(t.object, ox.Literal) and t.object.datatype.value in NUMBERS
        else t
        for t in triples
    }


@lru_cache(maxsize=2)
def _texts(model: Model) -> frozenset[str]:
    """Give the properties that take a text."""
    fields = (one for fields in model.fields.values() for one in fields.items())
    return frozenset(path for path, one in fields if one.kind == "literal" and one.target == XSD + "string")


def _nameless(loaded: Loaded, file: str, model: Model) -> set[Place]:
    """Give where nameless things stand that are no part of another; parts of an unknown class may be parts."""
    nodes = {t.subject for t in loaded.triples if isinstance(t.subject, ox.BlankNode)}
    kinds = {(t.subject, str(t.object)[1:-1]) for t in loaded.triples if t.predicate.value == TYPE}
    odd = {subject for subject, _ in kinds} - {subject for subject, kind in kinds if model.fields_of(kind)}
    inner = {t.object for t in loaded.triples if t.subject in nodes or t.subject in odd}
    found = set()
    for node in nodes - inner:
        above = [t for t in loaded.triples if t.object == node]
        known = [(f"_:{node.value}", ""), *((str(t.subject)[1:-1], t.predicate.value) for t in above), ("", "")]
        found.add(next((loaded.places[one] for one in known if one in loaded.places), Place(file)))
    return found


@lru_cache(maxsize=8)
def _parse(text: str, form: ox.RdfFormat) -> frozenset[ox.Quad]:
    """Parse a text once, for what it makes known and for what it says."""
    return frozenset(ox.parse(text, format=form))


def _look_turtle(content: bytes, file: str, model: Model, names: Names) -> jsonld.Looked:
    text, findings = decode(content, file)
    return jsonld.Looked(turtle.places(text, file) if text else {}, findings, text or None)


def _look_lines(content: bytes, file: str, model: Model, names: Names) -> jsonld.Looked:
    text, findings = decode(content, file)
    return jsonld.Looked(turtle.places_of_lines(text, file) if text else {}, findings, text or None)


def _look_json(content: bytes, file: str, model: Model, names: Names) -> jsonld.Looked:
    text, findings = decode(content, file)
    looked = jsonld.look(text, file, model, names) if text else jsonld.Looked()
    return jsonld.Looked(looked.places, [*findings, *looked.findings], looked.text)


def _look_xml(content: bytes, file: str, model: Model, names: Names) -> jsonld.Looked:
    text, findings = rdfxml.text_of(content, file)
    places, refused = rdfxml.look(text, file) if text else ({}, [])
    return jsonld.Looked(places, [*findings, *refused], None if refused or not text else text)


LOADERS = (
    Rdf((".ttl",), ox.RdfFormat.TURTLE, _look_turtle, "turtle-syntax"),
    Rdf((".trig",), ox.RdfFormat.TRIG, _look_turtle, "turtle-syntax"),
    Rdf((".nq",), ox.RdfFormat.N_QUADS, _look_lines, "turtle-syntax"),
    Rdf((".nt",), ox.RdfFormat.N_TRIPLES, _look_lines, "turtle-syntax"),
    Rdf((".jsonld", ".json"), ox.RdfFormat.JSON_LD, _look_json, "jsonld-syntax"),
    Rdf((".rdf", ".xml"), ox.RdfFormat.RDF_XML, _look_xml, "xml-syntax"),
)
