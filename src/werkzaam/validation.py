"""Check documents: read, resolve, run the shapes; every finding at once, each at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from werkzaam.errors import Finding, InputError, OurFault, Place, finding
from werkzaam.foreign import read_file
from werkzaam.loading import Loaded, loader_for
from werkzaam.model import Model, Names, add_names
from werkzaam.sandbox import ChildDied, call
from werkzaam.store import Store
from werkzaam.terms import SH, TYPE, slug

SECONDS = 300.0
"""How long one document may take: the rules alone take half a minute for a study of 1,700 claims."""

_SEVERITY = {"Violation": "violation", "Warning": "warning", "Info": "info"}


def validate(files: Sequence[str], store: str | None = None) -> list[Finding]:
    """Check `files` against the vocabulary, the shapes and what `store` already holds.

    Each file is read in a limited child process. Raises `InputError` where a file cannot be read
    or its ending is unknown; everything else is a finding.
    """
    found: list[Finding] = []
    contents = [(file, read_file(file)) for file in files]
    for file, _ in contents:
        loader_for(file)
    texts = [(file, content.decode("latin-1")) for file, content in contents]
    for index, (file, _) in enumerate(texts):
        try:
            found += map(Finding.from_dict, call(_in_child, texts, index, store, seconds=SECONDS))
        except ChildDied as death:
            found.append(
                finding("input-kills-reader" if death.reason == "crash" else "input-takes-too-long", Place(file))
            )
    return found


def _in_child(texts: list[tuple[str, str]], index: int, store: str | None) -> list[dict[str, Any]]:
    loaded, model, names = load(texts, index, store)
    return [one.as_dict() for one in check(loaded, model, names, texts[index][0])]


def load(texts: Sequence[tuple[str, str]], index: int, store: str | None) -> tuple[Loaded, Model, Names]:
    """Load one of `texts` (files with their bytes as Latin-1), which may name what the others and `store` make known.

    To be called in a limited child.
    """
    from werkzaam.build import open_store

    contents = [(file, text.encode("latin-1")) for file, text in texts]
    model = Model()
    names = known_names(open_store(store), model)
    for file, content in contents:
        add_names(names, model, loader_for(file).things(content, model, _beside(file)))
    file, content = contents[index]
    return loader_for(file).load(content, file, model, names, _beside(file)), model, names


def known_names(store: Store, model: Model) -> Names:
    """Give the names of the ontology and of what the documents in `store` hold."""
    names = model.names.copy()
    for row in store.select(_HELD):
        names.add(row["s"], model.parents(row["t"]), [row["n"]] if "n" in row else [])
    return names


_HELD = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?s ?t ?n
WHERE { ?s a ?t . ?d wz:contains|wz:describes|wz:proposes ?s . OPTIONAL { ?s wz:name ?n } }
"""


def _beside(file: str) -> Callable[[str], bytes]:
    """Give a reader of the files in the folder of `file`, and of no other."""

    def read(name: str) -> bytes:
        if Path(name).name != name:
            raise InputError("file-missing", file=name)
        return read_file(str(Path(file).parent / name))

    return read


def check(loaded: Loaded, model: Model, names: Names, file: str) -> list[Finding]:
    """Give what the loader found and what the shapes find, in the order of the file."""
    findings = list(loaded.findings)
    told = {(one.subject, one.path) for one in findings if one.path}
    if loaded.triples:
        findings += [one for one in _run_shapes(loaded, model, names, file) if (one.subject, one.path) not in told]
    return sorted(findings, key=lambda one: (one.place.line or 0, one.place.column or 0, one.rule, one.subject))


def _run_shapes(loaded: Loaded, model: Model, names: Names, file: str) -> Iterable[Finding]:
    from pyshacl import validate as run
    from rdflib import URIRef

    data = _graph((*loaded.triples, *_context(loaded, model, names)))
    shapes = _graph(model.shapes)
    # What is only known, not submitted, is checked too and its findings dropped: pySHACL's own `focus_nodes` would
    # also keep nested shapes from looking at values outside it, and they would silently hold.
    typed = {t.subject.value for t in loaded.triples if isinstance(t.subject, ox.NamedNode)}
    _, results, said = run(data, shacl_graph=shapes, inplace=True)
    if not hasattr(results, "objects"):  # pySHACL gives its own failures back as the results
        raise OurFault("our-fault", problem=f"pySHACL: {said}")
    said_of = {name: URIRef(SH + name) for name in _SAID}
    for result in results.objects(None, URIRef(SH + "result")):
        said_here = {name: results.value(result, iri) for name, iri in said_of.items()}
        focus, value, path = said_here["focusNode"], said_here["value"], said_here["resultPath"]
        if said_here["sourceConstraint"] is not None:  # a query: asked once a document, its value is the node at fault
            focus, value = value, next(data.objects(value, path), None) if path else None
        elif path is not None and not isinstance(path, URIRef):  # a path over several properties: the one at fault
            path = next(data.predicates(focus, value), None)
        if str(focus) not in typed:
            continue
        shape, severity = str(said_here["sourceShape"]), str(said_here["resultSeverity"]).rsplit("#", 1)[-1]
        subject, at = str(focus), str(path or "")
        place = loaded.places.get((subject, at)) or loaded.places.get((subject, "")) or Place(file)
        told = _filled(model.in_both(shape, SH + "message"), value, names)
        yield Finding(shape, _SEVERITY[severity], place, *told[:1], subject, at, "", told[1])


_SAID = ("focusNode", "resultPath", "value", "sourceShape", "sourceConstraint", "resultSeverity")
_LONGEST = 60


def _filled(text: dict[str, str], value: Any, names: Names) -> tuple[dict[str, str], str]:
    """Fill in the value that a message asks for, and give it; a message that names none keeps it out of the report."""
    if value is None or not any("{value}" in one for one in text.values()):
        return text, ""
    labels = names.labels.get(str(value), {})
    given = {lang: labels.get(lang) or (slug(str(value)) if "://" in str(value) else str(value)) for lang in text}
    short = {lang: one if len(one) <= _LONGEST else one[: _LONGEST - 1] + "…" for lang, one in given.items()}
    return {lang: one.replace("{value}", short[lang]) for lang, one in text.items()}, str(value)


def _context(loaded: Loaded, model: Model, names: Names) -> Iterable[ox.Triple]:
    """Yield what the shapes must know besides: the ontology, and the types of what is named."""
    yield from model.ontology
    named = {t.object.value for t in loaded.triples if isinstance(t.object, ox.NamedNode)}
    for iri in sorted(named & names.classes.keys()):
        for cls in sorted(names.classes[iri]):
            yield ox.Triple(ox.NamedNode(iri), ox.NamedNode(TYPE), ox.NamedNode(cls))


def _graph(triples: Iterable[ox.Triple]) -> Any:
    import rdflib

    graph = rdflib.Graph()

    def term(one: Any) -> Any:
        if isinstance(one, ox.NamedNode):
            return rdflib.URIRef(one.value)
        if isinstance(one, ox.BlankNode):
            return rdflib.BNode(one.value)
        if one.language:
            return rdflib.Literal(one.value, lang=one.language)
        plain = one.datatype.value.endswith("#string")
        return rdflib.Literal(one.value, datatype=None if plain else rdflib.URIRef(one.datatype.value))

    for triple in triples:
        graph.add((term(triple.subject), term(triple.predicate), term(triple.object)))
    return graph


def refused(findings: Iterable[Finding]) -> bool:
    """Say whether any finding is a violation."""
    return any(one.severity == "violation" for one in findings)
