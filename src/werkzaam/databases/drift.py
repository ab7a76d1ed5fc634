"""What broke in our mappings when the other side moved: each link held against a newer release of its terms."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from werkzaam.databases.plan import packaged_plans
from werkzaam.databases.releases import Release, Term, known_sources, read_release
from werkzaam.errors import InputError
from werkzaam.folder import Folder
from werkzaam.foreign import read_file
from werkzaam.linking.terms import list_name, terms_of
from werkzaam.mappings import SUFFIX, Match, mapping_sets, read
from werkzaam.resources import walk
from werkzaam.sandbox import ChildDied, call
from werkzaam.validation import beside_of

SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Link:
    """One of our links to a term of others: where it stands, and what it says of the term."""

    where: str
    subject: str
    predicate: str
    object: str
    label: str = ""
    digests: tuple[str, ...] = ()
    release: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the term of a link.

    `kind` is ``gone``, ``obsolete`` (it is there and should not be used), ``replaced`` (either, and what took its place
    is known), ``renamed`` or ``redefined``. `now` is the new label, the new definition, or what took its place.
    """

    kind: str
    link: Link
    now: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """How a release compares: whose, how many links were held against it, how many it does not speak of, what broke."""

    source: str
    version: str
    compared: int
    silent: int
    changes: tuple[Change, ...]

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data: the contract of ``--format json``."""
        return {"version": 1, **{("release" if k == "version" else k): v for k, v in asdict(self).items()}}


def links(folder: Folder | None = None) -> Iterator[tuple[str, Link]]:
    """Yield (IRI of the source, link) of every mapping and alignment to a term of others.

    Of the store in `folder` also what a reviewer accepted.
    """
    for one in mapping_sets():
        for match in one.matches:
            if match.found:
                yield match.source, _of(match, f"mappings/{one.name}{SUFFIX}")
    for name, file in walk("ontology", ".ttl"):
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE) if name.startswith("alignments/") else ():
            for about in known_sources().values():
                ours, how, theirs = (getattr(one, "value", "") for one in (quad.subject, quad.predicate, quad.object))
                if theirs.startswith(tuple(about["namespaces"])):
                    yield about["source"], Link(name, ours, how, theirs)
    for link in decided(folder):
        for about in known_sources().values():
            if link.object.startswith(tuple(about["namespaces"])):
                yield about["source"], link


def decided(folder: Folder | None, name: str = "*") -> Iterator[Link]:
    """Yield the links that a reviewer accepted in a store, of every database or of one."""
    for file in sorted((folder.path / "foreign").glob(f"{name}{SUFFIX}")) if folder is not None else ():
        for match in read(file.read_bytes(), file.name).matches:
            if not match.negated:
                yield _of(match, f"foreign/{file.name}")


def _of(match: Match, file: str) -> Link:
    where = f"{file}:{match.line}"
    told = (match.object_label, match.digests, match.release)
    return Link(where, match.subject, match.predicate, match.object, *told)


def drift(file: str, source: str = "", folder: Folder | None = None, mapping: str = "") -> Drift:
    """Hold our links against the release in `file`, which is read in a limited child.

    Given the `folder` of a store, also what a reviewer accepted there. `source` may then name a database or list of
    which links were decided; such a file is read by its `mapping`, as for links with it.

    Raises `InputError` where it cannot be read or is nobody's whose terms we link, `UsageError` for an unknown source.
    """
    name = source or list_name(file)
    if name not in known_sources() and (held := list(decided(folder, glob.escape(name)))):
        return compare(_list(file, name, folder, mapping), held)
    content = read_file(file)
    with_store = str(folder.path) if folder is not None else ""
    try:
        found = call(_in_child, content.decode("latin-1"), file, source, with_store, seconds=SECONDS)
    except ChildDied as death:
        raise InputError(death.told(file).rule) from None
    changes = tuple(Change(kind, Link(**link), now) for kind, link, now in found.pop("changes"))
    return Drift(**found, changes=changes)


def _list(file: str, name: str, folder: Folder | None, mapping: str) -> Release:
    """Read a list or database of others as a release: all of it, by the names that it gives."""
    known = mapping or (name if name in packaged_plans() else "")
    terms = terms_of(file, folder, mapping=known, name=name)
    held = {one.iri: Term(one.iri, tuple(n.text for n in one.names), "", (), False, ()) for one in terms.items}
    return Release(name, terms.source, True, terms.release, held)


def _in_child(text: str, file: str, source: str, store: str) -> dict[str, Any]:
    beside, folder = beside_of(file), Folder(Path(store)) if store else None
    release = read_release(text.encode("latin-1"), Path(file).name, source, beside)
    made = compare(release, (link for of, link in links(folder) if of == release.source))
    data = asdict(made)
    return data | {"changes": [(one["kind"], one["link"], one["now"]) for one in data["changes"]]}


def compare(release: Release, held: Iterable[Link]) -> Drift:
    """Hold links against a release; a term that a part of a release lacks is not gone, nothing is said of it."""
    compared = silent = 0
    changes: list[Change] = []
    successors: dict[str, list[str]] = {}
    for term in release.terms.values():
        for label in term.labels if not term.obsolete else ():
            successors.setdefault(label.casefold(), []).append(term.iri)
    for link in held:
        term_now = release.terms.get(link.object)
        if term_now is None and not release.whole:
            silent += 1
            continue
        compared += 1
        changes += _changes(link, term_now, successors)
    order = sorted(changes, key=lambda one: (one.link.where, one.link.object, one.kind))
    return Drift(release.name, release.version, compared, silent, tuple(order))


def _changes(link: Link, term: Term | None, successors: dict[str, list[str]]) -> Iterator[Change]:
    if term is None or term.obsolete:
        label = link.label or next(iter(term.labels), "") if term else link.label
        same = [iri for iri in successors.get(label.casefold(), ()) if iri != link.object]
        by = (term.replaced if term else ()) or tuple(sorted(same))
        kind = "replaced" if by else "gone" if term is None else "obsolete"
        yield Change(kind, link, ", ".join(by))
        return
    if link.label and term.labels and link.label not in term.labels:
        yield Change("renamed", link, term.labels[0])
    before, after = set(link.digests), set(term.digests)
    # One form of a release may give a term fewer definitions than another.
    if before and after and not (before <= after or after <= before):
        yield Change("redefined", link, term.definition)
