"""What others call things: the terms of a database beside the store, of a file by its mapping, or of a plain list."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from werkzaam import prepared
from werkzaam.databases.readers import FORMATS, Record, parse_rdf, reader_of
from werkzaam.databases.shelf import databases
from werkzaam.errors import InputError, UsageError
from werkzaam.folder import Folder
from werkzaam.foreign import read_file
from werkzaam.linking.items import Item, Name, data, kind_named, kinds
from werkzaam.linking.lexicon import plain
from werkzaam.linking.reading import years
from werkzaam.model import Model
from werkzaam.sandbox import ChildDied, call
from werkzaam.terms import DCTERMS, FOREIGN, OWL, RDFS, SKOS, TOOI_MUNICIPALITY, TYPE, WZ, expand
from werkzaam.validation import beside_of

SECONDS = 120.0
MOST_TERMS = 100_000
FIRST = (SKOS + "prefLabel", WZ + "name", RDFS + "label", DCTERMS + "title", "https://schema.org/name")
OTHER = (SKOS + "altLabel", SKOS + "hiddenLabel", WZ + "abbreviation")
DEFINED = (SKOS + "definition", DCTERMS + "description", "http://purl.obolibrary.org/obo/IAO_0000115")
_NO_TERMS = frozenset((SKOS + "ConceptScheme", OWL + "Ontology", OWL + "NamedIndividual"))
_IN_LANGUAGE = re.compile(r"(.+?)[\s_@.(\[-]+([a-z]{2})[)\]]?")
_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is to be linked: whose, which release, the terms, and of each the kinds of ours that it may be.

    `left` counts the records that have no name.
    """

    name: str
    source: str
    release: str
    items: tuple[Item, ...]
    wanted: Mapping[str, tuple[str, ...]]
    left: int = 0


def terms_of(
    what: str, folder: Folder | None, *, mapping: str = "", kind: str = "", language: str = "", name: str = ""
) -> Terms:
    """Give the terms of the database `what` beside a store, or of the file `what`.

    `mapping` is the mapping file (or its name) by which a file is read; without it a file is RDF or a list. `kind` and
    `language` go for terms that say none. Raises `InputError` and `UsageError`.
    """
    if kind and not kind_named(kind):
        raise UsageError("link-kind-unknown", value=kind, known=", ".join(kinds()["linkable"]))
    held = {one.name: one for one in databases(folder)} if folder is not None and folder.path.is_dir() else {}
    if what in held and folder is not None:
        # We wrote it, so it needs no child to be read in.
        content = (folder.path / "foreign" / f"{what}.nq").read_bytes()
        about = {"name": what, "source": held[what].source, "release": held[what].retrieved}
        return _made(_told(f"{what}.nq", content.decode("latin-1"), about, "", kind, language))
    if not Path(what).exists() and "." not in what:
        raise UsageError("link-unknown", value=what, known=", ".join(held) or "–")
    content = read_file(what)
    about = {"name": name or list_name(what), "source": "", "release": hashlib.sha256(content).hexdigest()[:12]}
    prepared.model()  # before the child, which then has it
    prepared.packaged_names()
    try:
        told = call(_told, what, content.decode("latin-1"), about, mapping, kind, language, seconds=SECONDS)
    except ChildDied as death:
        raise InputError(death.told(what).rule) from None
    return _made(told)


def list_name(file: str) -> str:
    """Give the name under which a list is known, after its file.

    >>> list_name("/tmp/Onze lijst.2026.csv")
    'onze-lijst'
    """
    return _NAME.sub("-", Path(file).name.partition(".")[0].casefold()).strip("-") or "list"


def _made(told: dict[str, Any]) -> Terms:
    items = [
        Item(
            one["iri"],
            one["kind"],
            tuple(Name(**name) for name in one["names"]),
            tuple(one["broader"]),
            tuple(Name(**name) for name in one["definitions"]),
            frozenset(one["places"]),
            frozenset(one["years"]),
        )
        for one in told["items"]
    ]
    if not items:
        raise InputError("link-no-terms", file=told["file"], known=", ".join(data("kinds")["columns"]["label"][:4]))
    wanted = {iri: tuple(those) for iri, those in told["wanted"].items()}
    return Terms(told["name"], told["source"], told["release"], tuple(items), wanted, told["left"])


def _told(file: str, text: str, about: dict[str, str], mapping: str, kind: str, language: str) -> dict[str, Any]:
    content, model = text.encode("latin-1"), prepared.model()
    wanted = kind_named(kind) if kind else ()
    source = about["source"] or FOREIGN + about["name"]
    collecting = _Collecting(about["name"], wanted, language, model)
    if mapping:
        from werkzaam.databases.making import make
        from werkzaam.databases.plan import plan_of

        plan = plan_of(mapping, model)
        about, source = {**about, "name": plan.name}, plan.source
        made = make(plan, [(Path(file).name, content, beside_of(file))], model, prepared.packaged_names())
        collecting.name = plan.name
        collecting.of_quads(made.loaded.quads())
    elif file.lower().endswith(tuple(FORMATS)) and not (file.lower().endswith(".json") and b"@context" not in content):
        collecting.of_quads(parse_rdf(content, file, beside_of(file)))
    else:
        collecting.of_records(reader_of("", file)(_headless(content, file), file, {}, beside_of(file)))
    if len(collecting.items) > MOST_TERMS:
        raise InputError("link-many-terms", file=file, limit=MOST_TERMS)
    items = [
        {**asdict(one), "places": sorted(one.places), "years": sorted(one.years)} for one in collecting.items.values()
    ]
    told = {"items": items, "wanted": collecting.wanted, "left": collecting.left, "file": file}
    return {**about, "source": source, **told}


def _headless(content: bytes, file: str) -> bytes:
    """Give a table without the lines that SSSOM has before it."""
    if not file.lower().endswith(".tsv"):
        return content
    lines = content.splitlines(keepends=True)
    return b"".join(lines[next((n for n, line in enumerate(lines) if not line.startswith(b"#")), 0) :])


class _Collecting:
    def __init__(self, name: str, kinds_wanted: tuple[str, ...], language: str, model: Model) -> None:
        self.name, self.kinds, self.language, self.model = name, kinds_wanted, language, model
        self.items: dict[str, Item] = {}
        self.wanted: dict[str, tuple[str, ...]] = {}
        self.left = 0

    def add(self, item: Item, wanted: tuple[str, ...]) -> None:
        """Keep a term; one that is told twice has the names of both."""
        before = self.items.get(item.iri)
        if before:
            item = Item(
                item.iri,
                before.kind or item.kind,
                tuple(dict.fromkeys((*before.names, *item.names))),
                tuple(dict.fromkeys((*before.broader, *item.broader))),
                tuple(dict.fromkeys((*before.definitions, *item.definitions))),
                before.places | item.places,
                before.years | item.years,
            )
        self.items[item.iri] = item
        self.wanted[item.iri] = self.wanted.get(item.iri) or wanted

    # ---- RDF

    def of_quads(self, quads: Iterable[ox.Quad]) -> None:
        """Take what has a name: of a class of ours that may be linked, or else a concept or class."""
        facts: dict[str, dict[str, list[Any]]] = {}
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.BlankNode | ox.Triple):
                facts.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object)
        by_class = {WZ + kinds()[kind]["class"]: kind for kind in kinds()["linkable"]}
        for iri, about in facts.items():
            types = {up for one in about.get(TYPE, ()) for up in self.model.parents(one.value)}
            kind = next((by_class[one] for one in sorted(types) if one in by_class), "")
            gone = any(one.value == "true" for one in about.get(OWL + "deprecated", ()))
            ours = any(one.startswith(WZ) for one in types)
            if gone or types & _NO_TERMS or (ours and not kind):
                continue
            names = tuple(self._names(about))
            dated = (*self._told(about, "year"), *(one.text for one in names))
            if not names or not (types or self.kinds):
                continue
            item = Item(
                iri,
                kind or (self.kinds[0] if self.kinds else ""),
                names,
                tuple(one.value for path in (SKOS + "broader", RDFS + "subClassOf") for one in about.get(path, ())),
                tuple(self._texts(about, DEFINED)),
                frozenset(self._told(about, "place")),
                frozenset(year for text in dated for year in years(text)),
            )
            self.add(item, (kind,) if kind else self.kinds)

    def _told(self, about: Mapping[str, Sequence[Any]], what: str) -> Iterator[str]:
        """Yield what is said of a place or time; a place that is no text counts where it is a municipality."""
        for path in data("kinds")["properties"][what]:
            for one in about.get(path, ()):
                if isinstance(one, ox.Literal) or one.value.startswith(TOOI_MUNICIPALITY):
                    yield one.value

    def _names(self, about: Mapping[str, Sequence[Any]]) -> Iterator[Name]:
        seen: set[tuple[str, str]] = set()
        for paths, first in ((FIRST, True), (OTHER, False)):
            for one in self._texts(about, paths):
                if (one.text, one.lang) not in seen:
                    seen.add((one.text, one.lang))
                    yield Name(one.text, one.lang, first)

    def _texts(self, about: Mapping[str, Sequence[Any]], paths: Iterable[str]) -> Iterator[Name]:
        for path in paths:
            for one in about.get(path, ()):
                if isinstance(one, ox.Literal) and one.value.strip():
                    yield Name(one.value.strip(), (one.language or self.language)[:2])

    # ---- lists

    def of_records(self, records: Iterable[Record]) -> None:
        """Take the terms of a list: one a row, or one a cell of the columns that are called as a kind."""
        for record in records:
            if not record.values:
                continue
            before = len(self.items), sum(len(one.names) for one in self.items.values())
            self._record(record)
            self.left += before == (len(self.items), sum(len(one.names) for one in self.items.values()))

    def _record(self, record: Record) -> None:
        held: dict[str, list[Name]] = {}
        lone: list[tuple[str, tuple[str, ...]]] = []
        for column, values in record.values.items():
            role, lang = _column(column)
            texts = [part.strip() for value in values for part in (value.split("|") if role == "other" else [value])]
            if role:
                held.setdefault(role, []).extend(Name(text, lang) for text in texts if text)
            elif kind_named(column):
                lone += [(text, kind_named(column)) for value in values for text in value.split("|")]
        if "label" not in held and len(record.values) == 1 and not lone:
            held["label"] = [Name(text) for values in record.values.values() for text in values]
        if "label" not in held:
            lone += [(one.text, kind_named("place")) for one in held.get("place", ())]
            for text, wanted in lone:
                self._term(text.strip(), [Name(text.strip(), self.language, True)], wanted)
            return
        told = next((_language(one.text) for one in held.get("language", ())), "") or self.language
        wanted = next((kind_named(one.text) for one in held.get("kind", ())), ()) or self.kinds
        names = [Name(one.text, one.lang or told, True) for one in held["label"]]
        names += [Name(one.text, one.lang or told) for one in held.get("other", ())]
        key = next((one.text for one in held.get("id", ())), "")
        self._term(
            key or names[0].text,
            names,
            wanted,
            tuple(self._iri(one.text) for one in held.get("broader", ())),
            tuple(Name(one.text, one.lang or told) for one in held.get("definition", ())),
            frozenset(one.text for one in held.get("place", ())) if wanted != ("place",) else frozenset(),
            frozenset(year for one in (*held.get("year", ()), *names) for year in years(one.text)),
        )

    def _term(
        self,
        key: str,
        names: Sequence[Name],
        wanted: tuple[str, ...],
        broader: tuple[str, ...] = (),
        definitions: tuple[Name, ...] = (),
        places: frozenset[str] = frozenset(),
        told: frozenset[int] = frozenset(),
    ) -> None:
        if key:
            kind = wanted[0] if wanted else ""
            self.add(Item(self._iri(key), kind, tuple(names), broader, definitions, places, told), wanted)

    def _iri(self, key: str) -> str:
        if "://" in key:
            return key
        return expand(key) or f"{FOREIGN}{self.name}#{quote('-'.join(key.split()), safe='')}"


@cache
def _columns() -> dict[str, str]:
    return {plain(word): role for role, words in data("kinds")["columns"].items() for word in words}


def _column(name: str) -> tuple[str, str]:
    """Give what a column holds, "" where nobody knows, and the language that its name says.

    >>> _column("Naam (nl)"), _column("prefLabel"), _column("Kosten")
    (('label', 'nl'), ('label', ''), ('', ''))
    """
    known = _columns()
    parted = _IN_LANGUAGE.fullmatch(name.strip().casefold())
    if parted and plain(parted[1]) in known and _language(parted[2]):
        return known[plain(parted[1])], _language(parted[2])
    return known.get(plain(name), ""), ""


def _language(word: str) -> str:
    """Give the language that a word names, "" where it names none of ours."""
    asked = plain(word)
    return next((lang for lang, words in data("kinds")["languages"].items() if asked in words), "")
