"""From the packaged files to one store: build once, keep the built data, load in milliseconds."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from werkzaam.errors import OurFault, StoreError
from werkzaam.language import tell
from werkzaam.resources import beside, digest, walk
from werkzaam.store import Oxigraph
from werkzaam.terms import GRAPH, ONTOLOGY_GRAPH

if TYPE_CHECKING:
    from werkzaam.databases.shelf import Database
    from werkzaam.folder import Folder
    from werkzaam.ledger import Ledger
    from werkzaam.remote import Remote

DOCUMENTS = (".yaml", "csvw-metadata.json")
# Raise it when the engine turns the same files into other data.
FORMAT = 1
Sources = dict[str, dict[str, bytes]]
"""For each graph its files by their plain names: the document itself, then what stood beside it."""


def build(progress: Callable[[str], None] = lambda name: None, sources: Sources | None = None) -> bytes:
    """Build all packaged data as N-Quads: sorted, one line a quad, the same bytes on any machine.

    `sources` is filled with the files of each graph. Raises `OurFault` where a packaged document does not load: a
    release never has one.
    """
    import pyoxigraph as ox

    from werkzaam.loading import loader_for, remembering
    from werkzaam.mappings import mapping_sets, quads
    from werkzaam.model import Model, add_names

    model = Model()
    lines = {f"{triple} <{ONTOLOGY_GRAPH}> .\n" for triple in model.ontology}
    lines.update(f"{quad} .\n" for quad in quads(mapping_sets()))
    documents = [(name, file.read_bytes()) for name, file in walk("cases", DOCUMENTS)]
    names = model.names.copy()
    for name, content in documents:
        add_names(names, model, loader_for(name).things(content, model, beside("cases", name)))
    for name, content in documents:
        progress(name)
        read = {name.rpartition("/")[2]: content}
        loaded = loader_for(name).load(content, name, model, names, remembering(beside("cases", name), read))
        if sources is not None:
            sources[loaded.graph] = read
        wrong = [one for one in loaded.findings if one.severity == "violation"]
        if wrong:
            raise OurFault("packaged-data", place=str(wrong[0].place), problem=wrong[0].message("en"))
        lines.update(f"{quad} .\n" for quad in loaded.quads())
    if any(isinstance(t.subject, ox.BlankNode) or isinstance(t.object, ox.BlankNode) for t in model.ontology):
        raise OurFault("packaged-data", place="ontology", problem="blank node")
    return "".join(sorted(lines)).encode()


def ontology_nquads() -> bytes:
    """Give the ontology alone as N-Quads."""
    from werkzaam.model import Model

    return "".join(sorted({f"{triple} <{ONTOLOGY_GRAPH}> .\n" for triple in Model().ontology})).encode()


def cache_folder() -> Path:
    """Give the folder for built data: WERKZAAM_CACHE, else the user's cache folder."""
    chosen = os.environ.get("WERKZAAM_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("werkzaam")


def packaged() -> Oxigraph:
    """Open the packaged data in memory, building them on the first use after a change."""
    store = Oxigraph()
    store.load_nquads(packaged_nquads())
    return store


def open_store(where: str | None) -> Oxigraph | Remote:
    """Open the store that `--store` names: None, ``oxigraph:DIR`` or the address of a server."""
    if where is None:
        return packaged()
    server = _server(where)
    return server or on_disk(where).read().store()


def in_memory(where: str | None) -> Oxigraph:
    """Open in memory what `--store` names; the store itself stays as it is, whatever is done to this."""
    return packaged() if where is None else Oxigraph.of(open_store(where))


def copied(where: str | None) -> Oxigraph:
    """Open in memory what `--store` names, to be asked and never changed: with the summary of its claims."""
    if where is None:
        return packaged()
    source = open_store(where)
    made = Oxigraph.of(source)
    if isinstance(source, Oxigraph):
        made.lean_on(source)
    return made


def _server(where: str) -> Remote | None:
    if not where.startswith(("http://", "https://")):
        return None
    from werkzaam.remote import Remote, Server

    return Remote(Server.at(where))


def documents_of(where: str | None) -> Folder | Ledger:
    """Give where documents enter and leave `where`: the folder of a store on disk, or a server.

    Raises `StoreError` where `where` is neither.
    """
    server = _server(where) if where else None
    if server is None or where is None:
        return on_disk(where)
    from werkzaam.ledger import Ledger

    return Ledger(where, server)


def on_disk(where: str | None) -> Folder:
    """Give the folder of ``oxigraph:DIR``; raises `StoreError` where `where` is no such store."""
    from werkzaam.folder import Folder

    if where is None:
        raise StoreError("store-needed")
    kind, _, rest = where.partition(":")
    if kind == "oxigraph" and rest:
        return Folder(Path(rest))
    if _server(where):
        raise StoreError("store-on-disk", value=where)
    raise StoreError("store-kind", value=where)


def with_inferences(where: str | None) -> Oxigraph:
    """Open in memory what `--store` names, together with what follows from it in a graph of its own.

    The store itself stays as it is: what is asserted and what is inferred never mix where data are kept.
    """
    from werkzaam.rules import materialise

    store = in_memory(where)
    materialise(store)
    return store


def with_others(where: str | None) -> tuple[Oxigraph, list[Database]]:
    """Open in memory what `--store` names together with the databases of others that stand beside it; give these too.

    Raises `StoreError` where it is no store on disk.
    """
    from werkzaam.databases.shelf import merge

    folder = on_disk(where)
    store = in_memory(where)
    return store, merge(store, folder)


def packaged_nquads(*, anew: bool = False) -> bytes:
    """Give the packaged data, from the cache where it holds them and they are not wanted `anew`."""
    kept = cache_folder() / f"packaged-{FORMAT}-{digest()[:32]}.nq"
    if not anew:
        with suppress(OSError):
            return kept.read_bytes()
    tell("building")
    content = build(lambda name: tell("building-document", name=name))
    try:
        write_whole(kept, content)
    except OSError:
        tell("cache-unwritable", path=str(kept.parent))
    return content


def write_store(where: str, content: bytes, sources: Sources | None = None, *, at: str | None = None) -> list[str]:
    """Put the packaged data into ``oxigraph:DIR`` or a server; give the documents that were left alone.

    A folder is made where it is not there. Other graphs stay, and so does what people did: what they replaced, removed
    or retracted.
    Raises `StoreError` where `where` is no such store or cannot be written.
    """
    import hashlib

    import pyoxigraph as ox

    from werkzaam.records import ADDED, BUILT, TOMBSTONES, File, Record, State, made, moment, states
    from werkzaam.withdrawal import without_claims

    folder, by_graph = documents_of(where), dict[str, list[ox.Quad]]()
    for quad in ox.parse(content, format=ox.RdfFormat.N_QUADS):
        if isinstance(quad.graph_name, ox.NamedNode):
            by_graph.setdefault(quad.graph_name.value, []).append(quad)
    left = []
    with folder.writing(create=True), folder.draft() as draft:
        before = states(draft.records)
        for graph in sorted(by_graph.keys() - {TOMBSTONES}):
            state = before.get(graph.removeprefix(GRAPH), State())
            if state.version and (not state.present or (state.entered and state.entered.action == ADDED)):
                left.append(graph.removeprefix(GRAPH))
                continue
            draft.store.put(graph, without_claims(by_graph[graph], state.claims))
            files = (sources or {}).get(graph, {})
            names = tuple(File(name, hashlib.sha256(one).hexdigest()) for name, one in files.items())
            digest = draft.store.digest(graph)
            same = state.entered and state.last and (state.entered.files, state.last.graph) == (names, digest)
            if files and not same:
                for one in files.values():
                    folder.keep(one)
                made_ = Record(graph.removeprefix(GRAPH), state.version + 1, BUILT, moment(at), digest, names, made())
                draft.record(made_, None)
    return left


def write_whole(path: Path, content: bytes) -> None:
    """Write beside and rename, so that nobody ever reads half a file."""
    import tempfile  # costs six milliseconds, and few commands write

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
