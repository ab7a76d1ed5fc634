"""How our concepts relate to the terms of others: SSSOM files of `ontology/mappings/`, read, and told as a graph.

A row holds what was judged, by which justification, how surely, against which label and release. The form is that of
SSSOM; the few slots of our own (`searched`, `rejected`, `definition_digest`) are declared in each file, as SSSOM asks.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyoxigraph as ox

from werkzaam.errors import InputError
from werkzaam.resources import walk
from werkzaam.terms import DCTERMS, ID, MAPPINGS_GRAPH, OWL, RDFS, TYPE, XSD

SUFFIX = ".sssom.tsv"
SSSOM = "https://w3id.org/sssom/"
NOT_FOUND = SSSOM + "NoTermFound"
MISSING_SLOTS = "subject_id predicate_id object_id mapping_justification confidence object_source object_source_version"


@dataclass(frozen=True, slots=True)
class Match:
    """One row: IRIs, labels, and on what the judgement rests.

    `object` is `NOT_FOUND` where nothing fits; then `searched` holds the labels that were looked for and `rejected` the
    nearest terms. `digests` are those of the definitions when it was judged, none where the term had none. What is
    `negated` was looked at and does not hold.
    """

    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    justification: str
    confidence: float
    source: str
    release: str
    date: str
    searched: tuple[str, ...]
    rejected: tuple[str, ...]
    digests: tuple[str, ...]
    comment: str
    line: int
    negated: bool = False
    reviewer: str = ""

    @property
    def found(self) -> bool:
        """Whether there is a term at the other side."""
        return self.object != NOT_FOUND

    def iri(self, within: str) -> str:
        """Give the IRI of the mapping itself `within` a set, made of what it relates and whose terms it looked at."""
        said = f"{within} {self.subject} {self.predicate} {self.object} {self.source}"
        return f"{ID}mapping/{hashlib.sha256(said.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class MatchSet:
    """A file: its name, what it says of itself, and its rows."""

    name: str
    about: Mapping[str, Any]
    matches: tuple[Match, ...]


def read(content: bytes, file: str) -> MatchSet:
    """Read a file of SSSOM; raises `InputError` where it is none."""
    import yaml

    try:
        lines = content.decode("utf-8-sig").splitlines()
        count = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
        # As text alone: YAML's own types would make a date of a release.
        about = yaml.load("\n".join(line[1:] for line in lines[:count]), yaml.BaseLoader)
        table = csv.DictReader(io.StringIO("\n".join(lines[count:])), delimiter="\t", quoting=csv.QUOTE_MINIMAL)
        prefixes = about["curie_map"]
        rows = [_match(row, prefixes, number) for number, row in enumerate(table, count + 2)]
    except (UnicodeDecodeError, yaml.YAMLError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise InputError("mappings-unreadable", file=file, problem=str(error), slots=MISSING_SLOTS) from None
    return MatchSet(file.rpartition("/")[2].removesuffix(SUFFIX), about, tuple(rows))


def _match(row: Mapping[str, str], prefixes: Mapping[str, str], line: int) -> Match:
    def expand(curie: str) -> str:
        prefix, _, rest = curie.partition(":")
        return curie if "://" in curie else prefixes[prefix] + rest

    def several(slot: str) -> tuple[str, ...]:
        return tuple(filter(None, (row.get(slot) or "").split("|")))

    rejected = tuple(expand(one.partition(" ")[0]) for one in several("rejected"))
    return Match(
        expand(row["subject_id"]),
        row.get("subject_label") or "",
        expand(row["predicate_id"]),
        expand(row["object_id"]),
        row.get("object_label") or "",
        expand(row["mapping_justification"]),
        float(row["confidence"]),
        expand(row["object_source"]),
        row["object_source_version"],
        row.get("mapping_date") or "",
        several("searched"),
        rejected,
        several("definition_digest"),
        row.get("comment") or "",
        line,
        row.get("predicate_modifier") == "Not",
        row.get("reviewer_id") or row.get("reviewer_label") or "",
    )


@cache
def mapping_sets() -> tuple[MatchSet, ...]:
    """Give the packaged sets."""
    return tuple(
        read(file.read_bytes(), name) for name, file in walk("ontology", SUFFIX) if name.startswith("mappings/")
    )


def quads(sets: Iterable[MatchSet]) -> Iterator[ox.Quad]:
    """Tell mappings as a graph of their own: each link, and beside it a node with what it rests on.

    That nothing was found is a node alone; so is a name of ours for what has the same IRI at the other side.
    """
    graph = ox.NamedNode(MAPPINGS_GRAPH)

    def quad(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, graph)

    for one in sets:
        where = str(one.about["mapping_set_id"])
        yield quad(where, TYPE, ox.NamedNode(SSSOM + "MappingSet"))
        yield quad(where, DCTERMS + "title", ox.Literal(str(one.about["mapping_set_title"]), language="en"))
        yield quad(where, DCTERMS + "license", ox.NamedNode(str(one.about["license"])))
        for match in one.matches:
            if match.negated:
                continue
            if match.found and match.subject != match.object:
                yield quad(match.subject, match.predicate, ox.NamedNode(match.object))
            iri = match.iri(one.name)
            yield quad(where, SSSOM + "mappings", ox.NamedNode(iri))
            yield quad(iri, TYPE, ox.NamedNode(SSSOM + "Mapping"))
            for path, value in (
                (OWL + "annotatedSource", match.subject),
                (OWL + "annotatedProperty", match.predicate),
                (OWL + "annotatedTarget", match.object),
                (SSSOM + "mapping_justification", match.justification),
                (SSSOM + "object_source", match.source),
            ):
                yield quad(iri, path, ox.NamedNode(value))
            for path, text in (
                (SSSOM + "subject_label", match.subject_label),
                (SSSOM + "object_label", match.object_label),
                (SSSOM + "object_source_version", match.release),
                (RDFS + "comment", match.comment),
            ):
                if text:
                    yield quad(iri, path, ox.Literal(text))
            sure = ox.Literal(f"{match.confidence:g}", datatype=ox.NamedNode(XSD + "decimal"))
            yield quad(iri, SSSOM + "confidence", sure)
            if match.date:
                day = ox.Literal(match.date, datatype=ox.NamedNode(XSD + "date"))
                yield quad(iri, SSSOM + "mapping_date", day)
