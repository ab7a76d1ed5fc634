"""HermiT, which comes with owlready2 and needs Java: what it reads of our data, and what it says.

It reads what the axioms can bear on: types, the properties that an axiom names, the hierarchy. Texts and dates are left
out (it refuses some datatypes). owlready2 would classify data properties too and then rebuild every individual;
we call the same jar with less to do and read its answer ourselves.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from werkzaam.errors import InputError, OurFault, UsageError
from werkzaam.resources import AXIOMS, walk
from werkzaam.terms import AXIOM, RDFS, TYPE, WZ

OWL = "http://www.w3.org/2002/07/owl#"
SECONDS = 600.0
MEMORY = 2000
# It runs for seconds: compiling what it does to the utmost, as a JVM would, takes longer than it saves.
_JVM = ("-XX:+IgnoreUnrecognizedVMOptions", "-XX:TieredStopAtLevel=1", f"-Xmx{MEMORY}M")
_NOT_LOGIC = frozenset((WZ + "axiom", WZ + "construct", RDFS + "label", RDFS + "comment"))
_DECLARES = frozenset((OWL + "Class", OWL + "ObjectProperty"))
_ANSWER = re.compile(r"^(\w+)\( ((?:<[^>]+>\s*)+)\)$", re.MULTILINE)
_TURNED = re.compile(r"^SubObjectPropertyOf\( ObjectInverseOf\( <([^>]+)> \) <([^>]+)> \)$", re.MULTILINE)
_VALUES = re.compile(r"^<([^>]+)> \(known instances:\s*(.*?)\s*\|\s*possible instances:", re.MULTILINE)
_PAIR = re.compile(r"\(<([^>]+)>, <([^>]+)>\)")


@dataclass
class Answer:
    """What the reasoner says: whether all holds together, which classes cannot have members, and what follows."""

    consistent: bool
    impossible: list[str] = field(default_factory=list)
    types: set[tuple[str, str]] = field(default_factory=set)
    values: set[tuple[str, str, str]] = field(default_factory=set)


def axioms() -> list[ox.Triple]:
    """Give what `axioms.ttl` says, with its blank nodes."""
    return [
        quad.triple
        for name, file in walk("ontology", ".ttl")
        if name == AXIOMS
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)
    ]


def project(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Give the axioms, and of `triples` (the ontology among them) what they can bear on."""
    logic = [t for t in axioms() if t.predicate.value not in _NOT_LOGIC and not _value(t.subject).startswith(AXIOM)]
    given = set(triples)
    declared: dict[str, set[str]] = {}
    named = {_value(term) for t in logic for term in (t.subject, t.object)}
    for triple in (*given, *logic):
        if triple.predicate.value == TYPE:
            declared.setdefault(_value(triple.object), set()).add(_value(triple.subject))
        elif triple.predicate.value == RDFS + "subPropertyOf":
            named.update((_value(triple.subject), _value(triple.object)))
    classes = declared.get(OWL + "Class", set()) | _DECLARES
    properties = declared.get(OWL + "ObjectProperty", set())
    kept = []
    for triple in given:
        subject, path, value = _value(triple.subject), triple.predicate.value, _value(triple.object)
        if (
            (path == TYPE and value in classes)
            or (path in properties and path in named and value)
            or (path == RDFS + "subClassOf" and value in classes)
            or (path == RDFS + "subPropertyOf" and subject in properties)
        ):
            kept.append(triple)
    return [*kept, *logic]


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def has_java() -> bool:
    """Say whether Java is there."""
    import owlready2

    return shutil.which(str(owlready2.JAVA_EXE)) is not None


def require_java() -> None:
    """Raise `UsageError` where there is no Java, with the way out."""
    if not has_java():
        raise UsageError("reason-no-java")


def ask(triples: Iterable[ox.Triple], *, values: bool = False, seconds: float = SECONDS) -> Answer:
    """Ask whether `triples` and the axioms hold together, and what follows; with `values`, of properties too (slow).

    Raises `UsageError` where there is no Java, `InputError` where it takes longer than `seconds`.
    """
    import owlready2
    from owlready2 import reasoning

    require_java()
    with tempfile.TemporaryDirectory(prefix="werkzaam-") as folder:
        file = Path(folder) / "facts.nt"
        file.write_text("".join(f"{triple} .\n" for triple in project(triples)), "utf-8")
        command = [str(owlready2.JAVA_EXE), *_JVM, "-cp", str(reasoning._HERMIT_CLASSPATH)]
        command += [
            "org.semanticweb.HermiT.cli.CommandLine",
            "-c",
            *(["-O", "-Y"] if values else []),
            "-I",
            file.as_uri(),
        ]
        try:
            ran = subprocess.run(
                command, capture_output=True, text=True, encoding="utf-8", timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise InputError("reason-takes-too-long", seconds=f"{seconds:g}") from None
    said = ran.stdout + ran.stderr
    if ran.returncode:
        if "Inconsistent ontology" in said:
            return Answer(False)
        raise OurFault("our-fault", problem=f"HermiT: {said.strip()[:300]}")
    return _read(said)


def _read(said: str) -> Answer:
    answer = Answer(True)
    above: dict[str, set[str]] = {}
    for relation, terms in _ANSWER.findall(said):
        iris = re.findall(r"<([^>]+)>", terms)
        if relation == "Type":
            answer.types.add((iris[0], iris[1]))
        elif relation == "EquivalentClasses" and OWL + "Nothing" in iris:
            answer.impossible += [iri for iri in iris if iri != OWL + "Nothing"]
        elif relation == "SubClassOf" and iris[1] == OWL + "Nothing" and iris[0] != OWL + "Nothing":
            answer.impossible.append(iris[0])
        if relation in ("SubClassOf", "SubObjectPropertyOf"):
            above.setdefault(iris[0], set()).add(iris[1])
        elif relation in ("EquivalentClasses", "EquivalentObjectProperties"):
            for one in iris:
                above.setdefault(one, set()).update(set(iris) - {one})
    for path, known in _VALUES.findall(said):
        answer.values.update((subject, path, value) for subject, value in _PAIR.findall(known))
    for inverse, path in _TURNED.findall(said):
        answer.values |= {(other, path, one) for one, known, other in answer.values if known == inverse}
    answer.impossible = sorted(set(answer.impossible))
    # It tells the narrowest class and property alone.
    reached = {one: _reach(one, above) for one in above}
    answer.types |= {(thing, up) for thing, cls in answer.types for up in reached.get(cls, ())}
    answer.values |= {(one, up, other) for one, path, other in answer.values for up in reached.get(path, ())}
    return answer


def _reach(start: str, above: dict[str, set[str]]) -> set[str]:
    found, to_do = set[str](), [start]
    while to_do:
        new = above.get(to_do.pop(), set()) - found
        found |= new
        to_do += new
    return found
