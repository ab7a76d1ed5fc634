"""What RDF can say that no form would let through: names that nothing bears, properties in the wrong place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Set

import pyoxigraph as ox

from werkzaam.deprecation import Former
from werkzaam.errors import Finding, Place, finding
from werkzaam.loading import Loaded
from werkzaam.model import Model, Names
from werkzaam.terms import BASE, GRAPH, ID, TYPE, WZ, shorten, slug
from werkzaam.turtlenames import names_in


def check_statements(loaded: Loaded, file: str, model: Model, names: Names) -> Iterator[Finding]:
    """Yield what is wrong with the terms of a document: classes, properties and names that are not known.

    A form refuses an unknown key; RDF lets it pass, and no question would ever read it.
    """
    kinds: dict[str, set[str]] = {}
    links: dict[str, set[str]] = {}
    for t in loaded.triples:
        if isinstance(t.subject, ox.NamedNode) and isinstance(t.object, ox.NamedNode):
            (kinds if t.predicate.value == TYPE else links).setdefault(t.subject.value, set()).add(t.object.value)
    checker = _Checker(loaded, file, model, names, kinds, model.terms)
    for triple in sorted(loaded.triples, key=str):
        if isinstance(triple.subject, ox.NamedNode):
            yield from checker.triple(triple.subject.value, triple.predicate.value, triple.object)
    yield from checker.loose(links)


class _Checker:
    def __init__(
        self, loaded: Loaded, file: str, model: Model, names: Names, kinds: dict[str, set[str]], terms: Set[str]
    ) -> None:
        self.loaded, self.file, self.model, self.names, self.kinds, self.terms = (
            *(loaded, file, model, names),
            *(kinds, terms),
        )
        self.fields: dict[str, set[str]] = {}

    def place(self, subject: str, path: str = "") -> Place:
        return self.loaded.place(subject, path, self.file)

    def known(self, subject: str) -> set[str]:
        """Give the properties of which the shapes of a thing's classes speak."""
        if subject not in self.fields:
            classes = {up for cls in self.kinds.get(subject, ()) for up in self.model.parents(cls)}
            self.fields[subject] = {path for cls, path in self.model.bounds if cls in classes}
        return self.fields[subject]

    def triple(
        self, subject: str, path: str, value: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple
    ) -> Iterable[Finding]:
        about = {"subject": subject, "path": path}
        if path == TYPE:
            if isinstance(value, ox.NamedNode) and value.value.startswith(WZ) and value.value not in self.terms:
                yield self._kind(shorten(value.value), self.place(subject, path), about)
            return
        if path.startswith(WZ) and path not in self.known(subject) and self.kinds.get(subject, set()) & self.terms:
            yield self._property(subject, path, self.place(subject, path))
        if isinstance(value, ox.NamedNode) and value.value.startswith(BASE) and not self._exists(value.value):
            near = self._near(subject, path, value.value)
            key = "iri-unknown-near" if near else "iri-unknown"
            yield finding(key, self.place(subject, path), value=shorten(value.value), near=", ".join(near), **about)

    def _kind(self, given: str, place: Place, about: dict[str, str]) -> Finding:
        from rapidfuzz import process

        known = sorted(map(slug, self.model.fields))
        near = process.extractOne(given.partition(":")[2], known, score_cutoff=75)
        if near:
            return finding("kind-unknown-near", place, value=given, near=f"wz:{near[0]}", **about)
        return finding("kind-unknown", place, value=given, known=", ".join(known), **about)

    def _property(self, subject: str, path: str, place: Place) -> Finding:
        from rapidfuzz import process

        known = sorted(shorten(one) for one in self.known(subject))
        near = process.extractOne(shorten(path), known, score_cutoff=75)
        key = "property-unknown-near" if near else "property-unknown"
        kinds = ", ".join(sorted(map(slug, self.kinds[subject])))
        more = {"near": near[0]} if near else {"known": ", ".join(known)}
        return finding(key, place, subject=subject, path=path, value=shorten(path), kind=kinds, **more)

    def _near(self, subject: str, path: str, iri: str) -> list[str]:
        """Give known names, of the class that the property takes, that look like an unknown one."""
        beside = iri.rpartition("/")[0] + "/"
        if iri.startswith(ID + "claim/") or any(one.startswith(beside) for one in self.kinds):
            return [
                shorten(one) for one in difflib.get_close_matches(iri, [k for k in self.kinds if k.startswith(beside)])
            ]
        fields = [self.model.fields_of(cls).get(path) for cls in self.kinds.get(subject, ())]
        wanted = {
            one for field in fields if field and field.target for one in self.model.children.get(field.target, ())
        }
        found = (self.names.find(near, wanted or None) for near in self.names.near(slug(iri), wanted or None))
        return list(dict.fromkeys(shorten(one) for hits in found for one in hits[:1]))

    def _exists(self, iri: str) -> bool:
        return bool(self.names.kinds(iri)) or iri in self.terms or iri in self.kinds or iri.startswith(GRAPH)

    def loose(self, links: dict[str, set[str]]) -> Iterator[Finding]:
        """Yield each thing of a class of the form to which no way leads from the document."""
        reached, todo = {self.loaded.graph}, [self.loaded.graph]
        while todo:
            new = links.get(todo.pop(), set()) - reached
            reached |= new
            todo += new
        if self.loaded.graph not in self.kinds:
            return
        for subject in sorted(self.kinds.keys() - reached):
            if any(self.model.fields_of(cls) for cls in self.kinds[subject]):
                yield finding("thing-loose", self.place(subject), subject=subject, value=shorten(subject))


def tell_former(
    text: str, written: bool, quads: Iterable[ox.Quad], loaded: Loaded, file: str, model: Model
) -> Iterator[Finding]:
    """Yield a finding for each deprecated term: where it stands in Turtle's text, else where its statement stands."""

    def tell(place: Place, given: str, instead: str, old: Former) -> Finding:
        more = {"value": given, "instead": instead, "since": old.since}
        return finding("deprecated-name", place, severity="warning", **more)

    former = model.former
    met = {
        (getattr(quad.subject, "value", ""), quad.predicate.value, term.value)
        for quad in quads
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, ox.NamedNode) and term.value in former
    }
    if written:
        for name in names_in(text, former) if met else []:
            yield tell(Place(file, name.line, name.column), name.written, name.instead, former[name.old])
        return
    for subject, path, iri in sorted(met):
        place = loaded.place(subject, path, file)
        yield tell(place, shorten(iri), shorten(former[iri].by), former[iri])
