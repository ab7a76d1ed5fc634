"""Do the data and the axioms hold together: the checks say what is wrong, HermiT that nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from werkzaam import hermit
from werkzaam.build import in_memory
from werkzaam.contradictions import Given, contradictions
from werkzaam.errors import Finding, Place, finding
from werkzaam.foreign import read_file
from werkzaam.loading import Loaded
from werkzaam.model import Model
from werkzaam.sandbox import ChildDied
from werkzaam.store import Oxigraph
from werkzaam.terms import ONTOLOGY_GRAPH, slug
from werkzaam.validation import each, load, refused

_DEFINED = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?class WHERE { ?class a owl:Class . ?class rdfs:isDefinedBy <https://w3id.org/werkzaam/ontology/inferred> }
"""


@dataclass
class Report:
    """What came of it.

    `consistent` is HermiT's word, None where it was not asked; `members` counts the members of each defined class.
    """

    findings: list[Finding] = field(default_factory=list)
    consistent: bool | None = None
    impossible: list[str] = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)


def reason(files: Sequence[str], store: str | None = None, *, java: bool = True, data: bool = True) -> Report:
    """Reason over `files` with what they point to, or without files over the whole of `store`.

    Without `data`, over the ontology and its schemes alone; without `java`, by the checks alone.
    Raises `UsageError` where there is no Java, `InputError` where a file cannot be read.
    """
    if java:
        hermit.require_java()
    model = Model()
    report = Report()
    if data:
        held = in_memory(store)
    else:
        held = Oxigraph()
        held.load_triples(ONTOLOGY_GRAPH, "".join(f"{one} .\n" for one in model.ontology).encode())
    named, given = _read(files, store, held, report)
    if refused(report.findings):
        return report
    report.findings = [one for one in contradictions(held, given) if not files or one.subject in named]
    if java:
        about = {*model.ontology, *(around(held, named) if files else (quad.triple for quad in held.quads()))}
        _confirm(about, report, [str(row["class"]) for row in held.select(_DEFINED)], files)
    return report


def _confirm(triples: Iterable[ox.Triple], report: Report, defined: Iterable[str], files: Sequence[str]) -> None:
    answer = hermit.ask(triples)
    report.consistent, report.impossible = answer.consistent, answer.impossible
    report.members = {one: sum(cls == one for _, cls in answer.types) for one in sorted(defined)}
    place = Place(files[0] if files else "")
    if not answer.consistent and not report.findings:
        report.findings.append(finding("reason-unexplained", place))
    for cls in answer.impossible:
        report.findings.append(finding("reason-impossible", place, subject=cls, name=slug(cls)))


def _read(files: Sequence[str], store: str | None, held: Oxigraph, report: Report) -> tuple[set[str], Given]:
    """Put the documents of `files` into `held`; give the IRIs that they name, and where what stands."""
    named: set[str] = set()
    given = Given()
    for file, loaded in each(_in_child, [(file, read_file(file)) for file in files], store):
        if isinstance(loaded, ChildDied):
            report.findings.append(loaded.told(file))
            continue
        report.findings += map(Finding.from_dict, loaded["findings"])
        content = loaded["triples"].encode()
        held.load_triples(loaded["graph"], content)
        for triple in ox.parse(content, format=ox.RdfFormat.N_TRIPLES):
            named.update(term.value for term in (triple.subject, triple.object) if isinstance(term, ox.NamedNode))
        given.files[loaded["graph"]] = file
        given.places.update(
            {(subject, path): Place(file, line, column) for subject, path, line, column in loaded["places"]}
        )
    return named, given


def _in_child(file: str, text: str, store: str | None, others: str) -> dict[str, Any]:
    loaded, _, _ = load(file, text, store, others)
    places = loaded.places or _sought(loaded, text)
    return {
        "findings": [one.as_dict() for one in loaded.findings],
        "graph": loaded.graph,
        "triples": "".join(f"{triple} .\n" for triple in loaded.triples),
        "places": [[*key, place.line, place.column] for key, place in places.items()],
    }


def _sought(loaded: Loaded, text: str) -> dict[tuple[str, str], Place]:
    """Give, for a form that keeps no places, the line that first names a subject and, from there, a property."""
    lines = text.splitlines()

    def line(name: str, start: int) -> int | None:
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w/-])")
        return next((n for n, one in enumerate(lines[start:], start) if word.search(one)), None)

    found: dict[tuple[str, str], Place] = {}
    for triple in loaded.triples:
        if isinstance(triple.subject, ox.NamedNode):
            subject, path = triple.subject.value, triple.predicate.value
            at = line(slug(subject), 0)
            if at is not None:
                found[subject, ""] = Place("", at + 1)
                below = line(slug(path), at)
                found[subject, path] = Place("", (at if below is None else below) + 1)
    return found


def around(store: Oxigraph, iris: Iterable[str], steps: int = 2) -> set[ox.Triple]:
    """Give what `store` says of `iris` and of what that names, `steps` far."""
    found: set[ox.Triple] = set()
    done: set[str] = set()
    at = set(iris)
    for _ in range(steps):
        new = {triple for iri in at - done for triple in store.about(iri)}
        found |= new
        done |= at
        at = {triple.object.value for triple in new if isinstance(triple.object, ox.NamedNode)}
    return found
