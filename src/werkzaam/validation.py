"""Check documents: read, resolve, run the shapes and the axioms; every finding at once, each at its place."""

from __future__ import annotations

import gc
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from werkzaam import prepared, shacl
from werkzaam.build import open_store
from werkzaam.contradictions import Given, contradictions, contradictions_of
from werkzaam.errors import Finding, InputError
from werkzaam.foreign import read_file
from werkzaam.loading import Beside, Loaded, load_alone, loader_for
from werkzaam.model import Model, Names, add_names
from werkzaam.sandbox import ChildDied, call_each
from werkzaam.store import Oxigraph
from werkzaam.surroundings import surroundings
from werkzaam.terms import ONTOLOGY_GRAPH, RDFS, SH, SKOS, TYPE
from werkzaam.words import short

SECONDS = 300.0
"""How long one document may take: under pySHACL the rules take some ten seconds for a study of 1,700 claims."""


def validate(files: Sequence[str], store: str | None = None, engine: str | None = None) -> list[Finding]:
    """Check `files` against the vocabulary, the shapes, the axioms and what `store` already holds.

    `engine` is a name of `shacl.ENGINES`, by default what WERKZAAM_SHACL says. Raises `InputError` where a file cannot
    be read or its ending is unknown; everything else is a finding.
    """
    engine = shacl.chosen(engine)
    contents = [(file, read_file(file)) for file in files]
    shacl.engine(engine, prepared.model())  # before the children, which then have it
    found: list[Finding] = []
    for file, answer in each(_findings_of, contents, store, engine):
        if isinstance(answer, ChildDied):
            found.append(answer.told(file))
        else:
            found += map(Finding.from_dict, answer)
    return found


def each(
    work: Callable[..., Any], contents: Sequence[tuple[str, bytes]], store: str | None, *more: Any
) -> Iterator[tuple[str, Any]]:
    """Yield each file with what ``work(file, text, store, others, *more)`` gives in a limited child, or its death.

    The files may name each other: `others` is what all of them make known, and is read once. A text is the bytes of a
    file as Latin-1. What all children need is made once, before. Raises `InputError` for an unknown ending.
    """
    for file, _ in contents:
        loader_for(file)
    texts = [(file, content.decode("latin-1")) for file, content in contents]
    told = list(call_each(_things_of, texts, seconds=SECONDS)) if len(texts) > 1 else []
    others = "".join(one for one in told if isinstance(one, str))
    _known.cache_clear()  # what a store holds may have changed since we were called before
    _known(store, others)
    gc.freeze()  # a child then shares with us what is ready, instead of copying it as its collector passes by
    items = [(file, text, store, others, *more) for file, text in texts]
    try:
        yield from zip([file for file, _ in texts], call_each(work, items, seconds=SECONDS), strict=True)
    finally:
        _known.cache_clear()  # names that are looked up keep hold of their store


def _things_of(file: str, text: str) -> str:
    things = loader_for(file).things(text.encode("latin-1"), prepared.model(), beside_of(file))
    return "".join(f"{one} .\n" for one in things)


def _findings_of(file: str, text: str, store: str | None, others: str, engine: str) -> list[dict[str, Any]]:
    loaded, model, names = load(file, text, store, others)
    return [one.as_dict() for one in check(loaded, model, names, file, engine, lambda: _held(store))]


def _held(store: str | None) -> Oxigraph:
    """Open what is known already, to be read; what a server holds is copied."""
    opened = open_store(store)
    return opened if isinstance(opened, Oxigraph) else Oxigraph.of(opened)


@lru_cache(maxsize=2)
def _known(store: str | None, others: str) -> Names:
    """Give the names of `store` and of all documents that are checked together; in a forked child, ours."""
    names = prepared.names(store)
    if others:
        names = names.copy()
        add_names(names, prepared.model(), ox.parse(others, format=ox.RdfFormat.N_TRIPLES))
    return names


def load(
    file: str, text: str, store: str | None = None, others: str = "", beside: Beside | None = None
) -> tuple[Loaded, Model, Names]:
    """Load a document, its bytes as Latin-1, which may name what it, `store` and `others` make known; see `each`.

    `beside` reads the files of its folder, by default any. To be called in a limited child.
    """
    model, content, beside = prepared.model(), text.encode("latin-1"), beside or beside_of(file)
    names = _known(store, others)
    if others:
        return loader_for(file).load(content, file, model, names, beside), model, names
    loaded, names = load_alone(content, file, model, names, beside)
    return loaded, model, names


def beside_of(file: str) -> Beside:
    """Give a reader of the files in the folder of `file`, and of no other."""

    def read(name: str) -> bytes:
        if Path(name).name != name:
            raise InputError("file-missing", file=name)
        return read_file(str(Path(file).parent / name))

    return read


def check(
    loaded: Loaded,
    model: Model,
    names: Names,
    file: str,
    engine: str | None = None,
    held: Callable[[], Oxigraph] | None = None,
) -> list[Finding]:
    """Give what the loader found and what the shapes and the axioms say, in the order of the file.

    Of one field of one node only the first of these three speaks. `held` opens what is already known; it is
    opened only where a document speaks of the things of others, which may contradict what these say.
    """
    findings = list(loaded.findings)
    if loaded.triples:
        around = surroundings(loaded.triples, model, names)
        shapes = _by_shapes(loaded, around, model, names, file, engine)
        opened = held() if held and _speaks_of_others(loaded, model, names) else None
        for more in (shapes, _by_axioms(loaded, around, model, file, opened)):
            told = {(one.subject, one.path) for one in findings if one.path}
            told |= _following(told, loaded, model)
            findings += [one for one in more if (one.subject, one.path) not in told]
    return sorted(findings, key=_in_order)


def _following(told: set[tuple[str, str]], loaded: Loaded, model: Model) -> set[tuple[str, str]]:
    """Give the fields that have their value from one of the document's that was told, and so miss it for that."""
    wrong = {path for subject, path in told if subject == loaded.graph}
    after = {path for fields in model.fields.values() for path, one in fields.items() if one.default_from in wrong}
    return {(str(t.subject)[1:-1], path) for t in loaded.triples for path in after} if after else set()


def _in_order(one: Finding) -> tuple[int, int, str, str, str]:
    return one.place.line or 0, one.place.column or 0, one.rule, one.subject, one.value


def _by_shapes(
    loaded: Loaded, around: set[ox.Triple], model: Model, names: Names, file: str, engine: str | None
) -> Iterable[Finding]:
    """Give what the shapes say of what is submitted; what they say of what is only known is dropped."""
    # What has no name is refused by the loader; a rule that compares would stop at it.
    named = {t for t in loaded.triples if ox.BlankNode not in (type(t.subject), type(t.object))}
    results = shacl.engine(shacl.chosen(engine), model)(named | around)
    own: dict[shacl.Term, dict[str, set[shacl.Term]]] = {}
    for triple in loaded.triples if results else ():
        if isinstance(triple.subject, ox.NamedNode) and not isinstance(triple.object, ox.Triple):
            own.setdefault(triple.subject, {}).setdefault(triple.predicate.value, set()).add(triple.object)
    found: dict[tuple[str, ...], Finding] = {}
    for result in results:
        at, path, value, sure = result.focus, result.path, result.value, True
        if result.component == "SPARQLConstraintComponent" and value in own:  # asked once a document
            at = value
            said = own[at].get(path, {value})
            value, sure = min(said, key=str), len(said) == 1
        elif not path and at in own and value is not None:  # a path over several: the first is the document's
            path = next((one for one in sorted(own[at]) if value in own[at][one]), "")
        if at in own and isinstance(at, ox.NamedNode):
            place = loaded.place(at.value, path, file, value.value if value and sure else "")
            message = _with_keys_of(loaded.lang, model.in_both(result.shape, SH + "message"), model)
            text, given = _filled(message, value, names)
            one = Finding(result.shape, result.severity, place, text, at.value, path, value=given)
            found.setdefault((one.rule, one.subject, one.path, one.value), one)
    return found.values()


def _with_keys_of(lang: str, text: dict[str, str], model: Model) -> dict[str, str]:
    """Give a message that names keys as the document has them, whatever language it is in."""

    def changed(told: str, one: str) -> str:
        keys = model.keys(told, lang)
        return re.sub(r"(?<=[«“])[a-z-]+(?=[»”])", lambda key: keys.get(key[0], key[0]), one)

    return {told: changed(told, one) for told, one in text.items()} if lang else text


def _filled(text: dict[str, str], value: shacl.Term | None, names: Names) -> tuple[dict[str, str], str]:
    """Give a message with the value that it quotes, a thing by its label and a text shortened, and that value whole.

    A message that quotes nothing keeps the value out of every report.
    """
    if value is None or not any("{value}" in one for one in text.values()):
        return text, ""
    if isinstance(value, ox.Literal):
        called = dict.fromkeys(text, textwrap.shorten(value.value, 60, placeholder=" …"))
    else:
        called = dict.fromkeys(text, short(value.value)) | names.labels.get(value.value, {})
    return {lang: one.replace("{value}", called[lang]) for lang, one in text.items()}, value.value


def _speaks_of_others(loaded: Loaded, model: Model, names: Names) -> bool:
    """Say whether a document says something of what it does not enter, or enters it as another kind of thing."""
    kinds: dict[str, set[str]] = {}
    for triple in loaded.triples:
        if isinstance(triple.subject, ox.NamedNode):
            own = kinds.setdefault(triple.subject.value, set())
            if triple.predicate.value == TYPE and isinstance(triple.object, ox.NamedNode):
                own.add(triple.object.value)
    return any(not own or model.lowest(own) != model.lowest(names.kinds(iri) or own) for iri, own in kinds.items())


def _by_axioms(
    loaded: Loaded, around: set[ox.Triple], model: Model, file: str, held: Oxigraph | None
) -> Iterable[Finding]:
    """Give which axioms the document contradicts: by itself and what it names, or else beside all that is `held`."""
    if held is not None:
        return _by_axioms_beside(loaded, file, held)
    # What another document says is nobody's to show here, so it lies in no named graph.
    known = (f"{t} <{ONTOLOGY_GRAPH}> .\n" if model.about(str(t.subject)[1:-1]) else f"{t} .\n" for t in around)
    quads = "".join([*(f"{quad} .\n" for quad in loaded.quads()), *known])
    given = Given({loaded.graph: file}, loaded.places)
    said = {t.predicate.value for t in (*loaded.triples, *around)}
    if not any(contradictions(_store(quads), given, said)):
        return []
    labels = (f"{t} <{ONTOLOGY_GRAPH}> .\n" for t in model.ontology if t.predicate.value in _LABELS)
    return list(contradictions(_store(quads + "".join(labels)), given))


def _by_axioms_beside(loaded: Loaded, file: str, held: Oxigraph) -> Iterable[Finding]:
    """Give which axioms the document contradicts beside all that is `held`, but for its own earlier version."""
    said: dict[str, list[ox.Quad]] = {}
    for quad in loaded.quads():
        if isinstance(quad.subject, ox.NamedNode):
            said.setdefault(quad.subject.value, []).append(quad)

    def saying(iri: str) -> Iterator[ox.Quad]:
        yield from said.get(iri, ())
        yield from held.saying_briefly(iri, but=loaded.graph)

    return contradictions_of(
        said.keys(), Given({loaded.graph: file}, loaded.places), saying, held.quads(ONTOLOGY_GRAPH)
    )


_LABELS = frozenset((SKOS + "prefLabel", RDFS + "label"))


def _store(quads: str) -> Oxigraph:
    store = Oxigraph()
    store.load_nquads(quads.encode())
    return store


def refused(findings: Iterable[Finding]) -> bool:
    """Say whether any finding is a violation."""
    return any(one.severity == "violation" for one in findings)
