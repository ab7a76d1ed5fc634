"""A release of somebody else's terms, read: what each term is called, means and became; `releases.toml` says how."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyoxigraph as ox

from werkzaam.databases.readers import FORMATS, parse_rdf, reader_of
from werkzaam.errors import InputError, UsageError
from werkzaam.loading import Beside
from werkzaam.terms import DCTERMS, OWL, TYPE
from werkzaam.tomlfile import read

_REPLACED = ("http://purl.obolibrary.org/obo/IAO_0100001", DCTERMS + "isReplacedBy")
_PLACED_UNDER = "http://www.geneontology.org/formats/oboInOwl#ObsoleteClass"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a release; `digests` are those of what it means, none where the release does not say."""

    iri: str
    labels: tuple[str, ...]
    definition: str
    digests: tuple[str, ...]
    obsolete: bool
    replaced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """What a file holds: whose terms, whether all of them, under which version, and the terms by IRI."""

    name: str
    source: str
    whole: bool
    version: str
    terms: Mapping[str, Term]


@cache
def known_sources() -> Mapping[str, Mapping[str, Any]]:
    """Give what `releases.toml` says of each source, by name."""
    return read("mappings/releases.toml", "werkzaam.ontology")


def digests(definitions: Iterable[str]) -> tuple[str, ...]:
    """Give a short digest of each way in which a term is defined; space, case, brackets and a source do not count.

    >>> digests(["A <belief> about  money."]) == digests(["a belief about money. [Source: a paper]"])
    True
    """
    plain = (re.sub(r"[<>]|\[Source:[^\]]*\]", "", one) for one in definitions)
    said = {" ".join(one.split()).casefold() for one in plain} - {""}
    return tuple(sorted(hashlib.sha256(one.encode()).hexdigest()[:12] for one in said))


def read_release(content: bytes, file: str, source: str, beside: Beside) -> Release:
    """Read a release; `source` is its name, "" to tell it by what the file holds.

    Raises `InputError` where the file cannot be read or is not known, `UsageError` where there is no such source.
    """
    if source and source not in known_sources():
        raise UsageError("source-unknown", value=source, known=", ".join(known_sources()))
    if file.lower().endswith(tuple(FORMATS)) and not _is_plain_json(content, file):
        return _of_rdf(list(parse_rdf(content, file, beside)), file, source)
    for name, about in known_sources().items():
        if source in ("", name) and "table" in about:
            terms = {term.iri: term for term in _rows(content, file, about, beside)}
            if terms:
                return Release(name, about["source"], about.get("whole") is True, "", terms)
    raise InputError("release-unknown", file=file, known=", ".join(known_sources()))


def _is_plain_json(content: bytes, file: str) -> bool:
    return file.lower().endswith(".json") and b"@id" not in content and b"@context" not in content


def _rows(content: bytes, file: str, about: Mapping[str, Any], beside: Beside) -> Iterator[Term]:
    table = about["table"]
    options = {"records": table["records"]} if "records" in table else {}
    for record in reader_of("", file)(content, file, options, beside):
        prefix, _, rest = record.one(table["id"]).partition(":")
        iri = table.get("prefixes", {}).get(prefix)
        iri = iri + rest.strip() if iri else record.one(table["id"])
        if "://" in iri:
            means = record.values.get(table.get("definition", ""), [])
            obsolete = _says_obsolete(record.values.get(table.get("status", ""), []))
            yield Term(iri, (record.one(table["label"]),), " ".join(means), digests(means), obsolete, ())


def _says_obsolete(statuses: Iterable[str]) -> bool:
    return any(one.casefold().startswith("obsolete") for one in statuses)


def _of_rdf(quads: list[ox.Quad], file: str, source: str) -> Release:
    facts: dict[str, dict[str, list[str]]] = {}
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal | ox.NamedNode):
            facts.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object.value)
    declared = {iri: said for iri, said in facts.items() if OWL + "Ontology" in said.get(TYPE, [])}
    name = source or _named(declared) or _spaced(facts)
    if not name:
        raise InputError("release-unknown", file=file, known=", ".join(known_sources()))
    about = known_sources()[name]
    whole = about["whole"] is True or not declared.keys().isdisjoint(_wholes(about))
    versions = [one for said in declared.values() for one in said.get(OWL + "versionIRI", [])]
    terms = {iri: _term(iri, said, about) for iri, said in facts.items()}
    return Release(name, about["source"], whole, next(iter(versions), ""), terms)


def _named(declared: Iterable[str]) -> str:
    """Give the source of which the file declares itself to be the whole, "" where it does not."""
    declared = set(declared)
    return next((n for n, about in known_sources().items() if not declared.isdisjoint(_wholes(about))), "")


def _wholes(about: Mapping[str, Any]) -> list[str]:
    return [] if about["whole"] is True else about["whole"]


def _spaced(facts: Iterable[str]) -> str:
    """Give the source in whose namespaces most of the file's terms lie, "" where none does."""
    counts = {
        name: sum(iri.startswith(tuple(about["namespaces"])) for iri in facts)
        for name, about in known_sources().items()
    }
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


def _term(iri: str, said: Mapping[str, list[str]], about: Mapping[str, Any]) -> Term:
    def values(key: str) -> list[str]:
        return [value for path in about.get(key, ()) for value in said.get(path, ())]

    labels, means = tuple(sorted({one.strip() for one in values("label")})), values("definition")
    obsolete = (
        "true" in said.get(OWL + "deprecated", ())
        or _PLACED_UNDER in said.get("http://www.w3.org/2000/01/rdf-schema#subClassOf", ())
        or _says_obsolete((*values("status"), *labels))
    )
    replaced = tuple(sorted({one for path in _REPLACED for one in said.get(path, ())}))
    return Term(iri, labels, " ".join(means), digests(means), obsolete, replaced)
