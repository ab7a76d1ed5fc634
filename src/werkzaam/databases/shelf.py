"""Where the records of others stand: a file a database beside the store, never in it.

So no question, export, page or dump of the endpoint meets them unless it asks for them; and what has no licence is read
where it stands and goes nowhere. A file is N-Quads of one graph, whose first line says of it what people ask.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from werkzaam import prepared
from werkzaam.databases.making import make
from werkzaam.databases.plan import IRI, plan_of
from werkzaam.durable import replace_file, told
from werkzaam.errors import InputError, StoreError, UsageError
from werkzaam.folder import Folder
from werkzaam.foreign import read_file
from werkzaam.mappings import SUFFIX, quads, read
from werkzaam.sandbox import ChildDied, call
from werkzaam.store import Oxigraph
from werkzaam.terms import DCTERMS, FOREIGN, LANGUAGES, RDFS, TYPE, XSD
from werkzaam.validation import beside_of

SECONDS = 300.0
_PAV = "http://purl.org/pav/"
_DATASET = "http://www.w3.org/ns/dcat#Dataset"


@dataclass(frozen=True, slots=True)
class Database:
    """What is on the shelf: whose, under which licence ("" where none is stated), got when, and how much.

    `records` were read, of which `left` made nothing; `kinds` counts what was made; `unknown` the names that the
    mapping file should have found here and did not.
    """

    name: str
    title: dict[str, str]
    source: str
    licence: str
    retrieved: str
    files: dict[str, str]
    records: int
    left: int
    kinds: dict[str, int]
    unknown: dict[str, int]

    @property
    def graph(self) -> str:
        """The IRI of its graph."""
        return FOREIGN + self.name


def load(
    mapping: str,
    files: Sequence[str],
    folder: Folder,
    *,
    licence: str = "",
    retrieved: str = "",
    dry_run: bool = False,
) -> Database:
    """Read the files of a database by a mapping file and put them on the shelf of a store, in the place of before.

    `licence` and `retrieved` go over what the mapping file says and over today. Raises `InputError` where a file or the
    mapping cannot be read, `UsageError` where a value has not its form, `StoreError` where the store cannot be written.
    """
    folder.current()
    day = _day(retrieved)
    if licence and licence != "none" and not IRI.fullmatch(licence):
        raise UsageError("licence-form", value=licence)
    contents = [(file, read_file(file).decode("latin-1")) for file in files]
    prepared.model()  # before the child, which then has them
    prepared.packaged_names()
    try:
        lines, data = call(_in_child, mapping, contents, seconds=SECONDS)
    except ChildDied as death:
        raise InputError(death.told(files[0]).rule) from None
    digests = {Path(file).name: hashlib.sha256(text.encode("latin-1")).hexdigest() for file, text in contents}
    made = Database(**data, retrieved=day, files=digests)
    made = replace(made, licence="" if licence == "none" else licence or made.licence)
    if not made.kinds:
        raise InputError("records-none", file=", ".join(files), value=made.name)
    if not dry_run:
        about = "".join(sorted(f"{quad} .\n" for quad in _about(made)))
        head = json.dumps(asdict(made), ensure_ascii=False)
        with folder.writing(), told(folder.path):
            (folder.path / "foreign").mkdir(exist_ok=True)
            replace_file(folder.path / "foreign" / f"{made.name}.nq", f"# {head}\n{about}{lines}".encode())
    return made


def _in_child(mapping: str, contents: list[tuple[str, str]]) -> tuple[str, dict[str, Any]]:
    model, names = prepared.model(), prepared.packaged_names()
    plan = plan_of(mapping, model)
    files = [(Path(file).name, text.encode("latin-1"), beside_of(file)) for file, text in contents]
    made = make(plan, files, model, names)
    lines = "".join(sorted({f"{quad} .\n" for quad in made.loaded.quads()}))
    return lines, {
        "name": plan.name,
        "title": dict(plan.title),
        "source": plan.source,
        "licence": plan.licence,
        "records": made.records,
        "left": made.left,
        "kinds": dict(sorted(made.kinds.items())),
        "unknown": dict(made.unknown.most_common(50)),
    }


def _day(given: str) -> str:
    try:
        return (datetime.date.fromisoformat(given) if given else datetime.date.today()).isoformat()
    except ValueError:
        raise UsageError("day-form", value=given) from None


def _about(made: Database) -> Iterator[ox.Quad]:
    """Say of the graph itself whose it is, under which licence, and when it was got."""
    graph = ox.NamedNode(made.graph)

    def quad(path: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(graph, ox.NamedNode(path), value, graph)

    yield quad(TYPE, ox.NamedNode(_DATASET))
    yield quad(DCTERMS + "source", ox.NamedNode(made.source))
    yield quad(_PAV + "retrievedOn", ox.Literal(made.retrieved, datatype=ox.NamedNode(XSD + "date")))
    for lang in LANGUAGES:
        yield quad(DCTERMS + "title", ox.Literal(made.title.get(lang, made.name), language=lang))
        yield quad(RDFS + "label", ox.Literal(made.title.get(lang, made.name), language=lang))
    if made.licence:
        yield quad(DCTERMS + "license", ox.NamedNode(made.licence))


def databases(folder: Folder) -> list[Database]:
    """Give what is on the shelf of a store, by name; raises `StoreError` where a file there is damaged."""
    found = []
    for file in sorted((folder.path / "foreign").glob("*.nq")):
        with file.open("rb") as opened:
            first = opened.readline()
        try:
            found.append(Database(**json.loads(first.removeprefix(b"# "))))
        except (ValueError, TypeError) as error:
            raise StoreError("store-damaged", path=str(file), problem=str(error)) from None
    return found


def unload(name: str, folder: Folder) -> None:
    """Take a database off the shelf; raises `UsageError` where there is none of that name."""
    known = {one.name: one for one in databases(folder)}
    if name not in known:
        raise UsageError("database-not-there", value=name, known=", ".join(known) or "–")
    with folder.writing(), told(folder.path):
        (folder.path / "foreign" / f"{name}.nq").unlink()


def merge(store: Oxigraph, folder: Folder) -> list[Database]:
    """Put all that is on the shelf into a store in memory, to be asked together; give what that is.

    The links with them that a reviewer accepted go along.
    """
    held = databases(folder)
    for one in held:
        content = (folder.path / "foreign" / f"{one.name}.nq").read_bytes()
        store.fill(ox.parse(content, format=ox.RdfFormat.N_QUADS))
        links = folder.path / "foreign" / f"{one.name}{SUFFIX}"
        if links.exists():
            store.fill(quads([read(links.read_bytes(), links.name)]))
    return held
