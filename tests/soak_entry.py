"""Heavy checks of entry: killed at any moment, and given mutated documents in every form that a loader reads."""

from __future__ import annotations

import collections
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import yaml

import werkzaam
from werkzaam import entry, folder, sandbox, validation
from werkzaam.build import on_disk, write_store
from werkzaam.errors import InputError, WerkzaamError
from werkzaam.loading import loader_for, loaders
from werkzaam.model import Model, add_names
from werkzaam.records import states
from werkzaam.resources import walk
from werkzaam.terms import GRAPH, ONTOLOGY_GRAPH, WZ
from werkzaam.upkeep import check

Counts = collections.Counter[str]
DATA = Path(__file__).parent / "data"
DOCUMENTS = 10
BATCH = 250
ODD = [
    "",
    " ",
    "\u202e\u2066ab",
    "a\u200bb\u2060",
    "\ufeff",
    "é\u0301" * 40,
    "\U0001f9f5",
    "x" * 50_000,
    "-1",
    "null",
    "{",
    "'",
]


def small_store(where: Path) -> str:
    """Make a store of nothing but the ontology; give how `--store` names it."""
    quads = "".join(f"{triple} <{ONTOLOGY_GRAPH}> .\n" for triple in Model().ontology)
    write_store(f"oxigraph:{where}", quads.encode())
    return f"oxigraph:{where}"


# ---- kill


def kill(seed: int, number: int) -> Counts:
    """Kill `werkzaam add` at moments drawn over its duration: what it acknowledged is whole, and nothing is in part."""
    chance = random.Random(seed)
    counts: Counts = collections.Counter()
    with tempfile.TemporaryDirectory() as made:
        store = small_store(Path(made) / "store")
        file = Path(made) / "document.yaml"
        took = collections.deque[float](maxlen=5)
        first = 3 if number > 10 else 1
        for turn in range(first):
            took.append(uninterrupted(file, store, turn, turn))
        held = {f"buurttafel{turn}/de-buurttafel{turn}": turn for turn in range(first)}
        for turn in range(first, number + first):
            if turn % 20 == 0:  # how long it takes changes with what else the machine does
                took.append(uninterrupted(file, store, DOCUMENTS, turn))
                held = marks(store)
            which = turn % DOCUMENTS
            file.write_bytes(numbered(which, turn))
            process = adding(file, store)
            try:
                process.wait(chance.uniform(0, statistics.median(took)))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                counts["killed before it had ended"] += 1
            told = b"accepted" in process.communicate()[0]
            counts["acknowledged"] += told
            if any(one.is_dir() for one in on_disk(store).leftovers()):
                counts["of these killed while it wrote"] += process.returncode == -signal.SIGKILL
            document = f"buurttafel{which}/de-buurttafel{which}"
            now = marks(store)
            assert not told or now.get(document) == turn, f"turn {turn}: acknowledged and not there"
            assert now.get(document) in (held.get(document), turn), f"turn {turn}: neither the old nor the new"
            if now.get(document) == turn and not told:
                counts["entered whole, killed before it could say so"] += 1
            others = {name: mark for name, mark in now.items() if name != document}
            assert others == {name: mark for name, mark in held.items() if name != document}, f"turn {turn}: others"
            held = now
            if turn % 50 == 0:
                assert not [one for one in check(store) if one.severity != "info"]
        took.append(uninterrupted(file, store, 0, number + first))
        assert check(store) == []
        counts["measured time of one add at the end, in ms"] = round(statistics.median(took) * 1000)
    return counts


def uninterrupted(file: Path, store: str, which: int, mark: int) -> float:
    """Add a document and let it end; give how many seconds it took."""
    file.write_bytes(numbered(which, mark))
    start = time.perf_counter()
    assert b"accepted" in adding(file, store).communicate()[0]
    return time.perf_counter() - start


def numbered(which: int, mark: int) -> bytes:
    """Give a document of a study of its own, with a mark by which it is known again."""
    text = (DATA / "buurttafel.yaml").read_text("utf-8")
    return text.replace("buurttafel", f"buurttafel{which}").replace("keep coming", f"keep coming ({mark})").encode()


def adding(file: Path, store: str) -> subprocess.Popen[bytes]:
    """Start to add a document on the command line."""
    environment = {**os.environ, "PYTHONPATH": str(Path(werkzaam.__file__).parents[1]), "WERKZAAM_LANG": "en"}
    command = [sys.executable, "-m", "werkzaam", "add", str(file), "--store", store]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def marks(store: str) -> dict[str, int]:
    """Give the mark of each document, after seeing that its graph is what the record says."""
    held = on_disk(store).read()
    opened = held.store()
    found: dict[str, int] = {}
    for document, state in states(held.records()).items():
        assert state.last is not None
        assert opened.digest(GRAPH + document) == state.last.graph, f"{document} is there in part"
        for quad in opened.quads(GRAPH + document):
            if quad.predicate.value == WZ + "statement" and "keep coming (" in quad.object.value:
                found[document] = int(quad.object.value.partition("(")[2].partition(")")[0])
        assert document in found, f"{document} has no mark"
    opened.close()
    return found


# ---- mutate


@cache
def sources() -> dict[str, list[bytes]]:
    """Give documents to mutate for each ending that a loader reads."""
    plain = [(DATA / name).read_bytes() for name in ("buurttafel.yaml", "buurttafel-en.yaml")]
    known: dict[str, list[bytes]] = {}
    for suffix in loaders():
        known[suffix] = [one.read_bytes() for one in sorted(DATA.glob(f"*{suffix}"))]
        form = ox.RdfFormat.from_extension(suffix.rpartition(".")[2])
        if suffix in (".yaml", ".yml"):
            known[suffix] = plain
        elif form is not None:
            known[suffix] += [in_form(quads, form) for quads in map(read, plain)]
        elif suffix.endswith(".json"):
            known[suffix] += [file.read_bytes() for name, file in walk("cases", ".json") if name.endswith(suffix)]
    return {suffix: found for suffix, found in known.items() if found}


def read(content: bytes) -> list[ox.Quad]:
    model = Model()
    names = model.names.copy()
    loader = loader_for("x.yaml")
    add_names(names, model, loader.things(content, model))
    return sorted(loader.load(content, "x.yaml", model, names).quads(), key=str)


def in_form(quads: list[ox.Quad], form: ox.RdfFormat) -> bytes:
    made = quads if form.supports_datasets else [quad.triple for quad in quads]
    return ox.serialize(made, format=form) or b""


def bytewise(content: bytes, chance: random.Random) -> bytes:
    """Cut, repeat or overwrite pieces of the bytes."""
    from soak import mutate as mutated

    match chance.randrange(10):
        case 0:
            return content.decode("utf-8", "replace").encode(chance.choice(["utf-16", "latin-1"]), "replace")
        case 1 | 2 | 3:
            return mutated(content, chance)
    made = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(made))
        made[at : at + chance.randrange(3)] = chance.choice([b"e", b"7", b'"', b"\n", b" ", b":", b"<", b"\xc3", b"\0"])
    return bytes(made)


def structural(content: bytes, suffix: str, chance: random.Random) -> bytes:
    """Change what a document says while it stays well-formed: its tree, its triples or a member of its archive."""
    form = ox.RdfFormat.from_extension(suffix.rpartition(".")[2])
    if suffix in (".yaml", ".yml"):
        tree = yaml.load(content, yaml.CBaseLoader)
        return yaml.dump(twisted(tree, chance), Dumper=yaml.CSafeDumper, allow_unicode=True).encode("utf-8", "replace")
    if form is not None:
        quads = list(ox.parse(content, format=form))
        return in_form([twist(quad, quads, chance) for quad in quads if chance.random() > 0.01], form)
    if content.startswith(b"PK"):
        return rezipped(content, chance)
    return json.dumps(twisted(json.loads(content), chance)).encode()


def twisted(tree: Any, chance: random.Random) -> Any:
    """Change some of the nodes of a tree."""
    made = json.loads(json.dumps(tree))
    places: list[tuple[Any, Any]] = []
    stack = [made]
    while stack:
        at = stack.pop()
        keys = list(at) if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else []
        for key in keys:
            places.append((at, key))
            stack.append(at[key])
    for at, key in chance.sample(places, min(len(places), chance.randint(1, 4))):
        if isinstance(at, dict) and key not in at:
            continue
        other, name = chance.choice(places)
        value = at[key]
        match chance.randrange(7):
            case 0 if isinstance(at, dict):
                del at[key]
            case 1:
                at[key] = chance.choice(ODD)
            case 2:
                at[key] = [value, value]
            case 3:
                at[key] = {str(name): value}
            case 4 if isinstance(at, dict):
                at[chance.choice([str(name), *ODD])] = at.pop(key)
            case 5 if isinstance(other, list) or name in other:
                at[key] = json.loads(json.dumps(other[name]))
            case _:
                for _ in range(chance.choice([3, 150])):
                    value = [value]
                at[key] = value
    return made


def twist(quad: ox.Quad, quads: list[ox.Quad], chance: random.Random) -> ox.Quad:
    """Change a statement now and then."""
    if chance.random() > 0.02:
        return quad
    other = chance.choice(quads)
    subject, predicate, value = quad.subject, quad.predicate, quad.object
    match chance.randrange(6):
        case 0:
            subject = other.subject
        case 1:
            predicate = other.predicate
        case 2:
            value = other.object
        case 3:
            value = ox.Literal(chance.choice(ODD))
        case 4:
            value = ox.BlankNode()
        case _:
            value = ox.Literal("x", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))
    return ox.Quad(subject, predicate, value, quad.graph_name)


def rezipped(content: bytes, chance: random.Random) -> bytes:
    """Change the bytes of one member of an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = chance.choice(old.namelist())
        for name in old.namelist():
            member = old.read(name)
            new.writestr(name, bytewise(member, chance) if name == chosen and member else member)
    return out.getvalue()


@cache
def tables() -> dict[str, bytes]:
    """Give the tables that stand beside a description of tables."""
    return {name.rpartition("/")[2]: file.read_bytes() for name, file in walk("cases", ".csv")}


def beside(name: str) -> bytes:
    """Read a table."""
    if name not in tables():
        raise InputError("file-missing", file=name)
    return tables()[name]


def document(seed: int, turn: int) -> tuple[str, bytes]:
    """Give the mutated document of a turn, with its name."""
    chance = random.Random(f"{seed}/{turn}")
    known = sorted(sources())
    # Tables take a hundred times as long to read as a document.
    suffix = chance.choices(known, [0.02 if one.endswith(".json") and one[0] != "." else 1 for one in known])[0]
    content = chance.choice(sources()[suffix])
    name = suffix if suffix[0] != "." else f"soak{suffix}"
    return name, bytewise(content, chance) if turn % 2 else structural(content, suffix, chance)


def depth(name: str, content: bytes, model: Model) -> str:
    """Read a document; say how deep it got."""
    names = model.names.copy()
    loader = loader_for(name)
    add_names(names, model, loader.things(content, model, beside))
    loaded = loader.load(content, name, model, names, beside)
    if not loaded.triples:
        return "1 nothing made of it"
    if loaded.graph == GRAPH + "unnamed":
        return "2 statements, of no document"
    if not any(triple.predicate.value == WZ + "contains" for triple in loaded.triples):
        return "3 a document without claims"
    return "4 claims, with findings" if loaded.findings else "5 claims, nothing found by the loader"


def readings(seed: int, turns: list[int]) -> dict[str, int]:
    """Read some mutated documents; to be called in a child."""
    model = Model()
    return dict(collections.Counter(_reading(seed, turn, model) for turn in turns))


def _reading(seed: int, turn: int, model: Model) -> str:
    name, content = document(seed, turn)
    half = "bytes" if turn % 2 else "structure"
    try:
        return f"{half}: {depth(name, content, model)}"
    except WerkzaamError as error:
        return f"{half}: 0 refused: {error.key}"
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        return f"FAULT turn {turn} ({name}): {type(error).__name__}: {error}"[:300]


def acceptances(seed: int, turns: list[int], store: str) -> dict[str, int]:
    """Give some mutated documents to `add`; to be called in a child, which reads them itself."""
    validation.call_each = lambda work, items, seconds: [json.loads(json.dumps(work(*one))) for one in items]  # type: ignore
    folder.WAIT = 0.0
    counts: Counts = collections.Counter()
    with tempfile.TemporaryDirectory() as made:
        for table, content in tables().items():
            (Path(made) / table).write_bytes(content)
        for turn in turns:
            name, content = document(seed, turn)
            file = Path(made) / name
            file.write_bytes(content)
            half = "bytes" if turn % 2 else "structure"
            try:
                came = entry.add([str(file)], store)
                counts[f"{half}: {'refused' if came.refused else came.documents[0].state} by add"] += 1
            except WerkzaamError as error:
                counts[f"{half}: refused by add: {error.key}"] += 1
            except (MemoryError, RecursionError):
                raise
            except Exception as error:
                counts[f"FAULT turn {turn} ({name}) in add: {type(error).__name__}: {error}"[:300]] += 1
    return dict(counts)


def mutate(seed: int, number: int) -> Counts:
    """Mutate documents, half by bytes, half by what they say: `number` through the readers, a fiftieth through `add`.

    Each is read, refused or found to kill its reader (which is a child, so that it is a finding); none raises.
    """
    counts: Counts = collections.Counter()
    sources()
    with tempfile.TemporaryDirectory() as made:
        store = f"oxigraph:{made}/store"
        sandbox.call(small_store_at, f"{made}/store", seconds=300)
        for turns in batches(range(number)):
            counts.update(survived(readings, seed, turns))
        for turns in batches(range(number, number + max(2, number // 50))):
            counts.update(survived(acceptances, seed, turns, store))
        wrong: int = sandbox.call(wrongs, store, seconds=3600)
        assert wrong == 0, f"the store has {wrong} faults"
    faults = [name for name in counts if name.startswith("FAULT")]
    assert not faults, faults
    for suffix, found in sources().items():
        counts[f"documents to begin with, {suffix}"] = len(found)
    return counts


def small_store_at(where: str) -> str:
    return small_store(Path(where))


def wrongs(store: str) -> int:
    import werkzaam.upkeep

    werkzaam.upkeep.call = lambda function, *given, seconds: function(*given)  # type: ignore[attr-defined]
    return sum(one.severity == "violation" for one in check(store))


def batches(turns: range) -> Iterator[list[int]]:
    for start in range(0, len(turns), BATCH):
        yield list(turns[start : start + BATCH])


def survived(function: Callable[..., dict[str, int]], seed: int, turns: list[int], *more: str) -> dict[str, int]:
    """Call a batch in a child; where it dies, find the document that killed it by halving."""
    try:
        found: dict[str, int] = sandbox.call(function, seed, turns, *more, seconds=60.0 + len(turns))
        return found
    except sandbox.ChildDied as death:
        if len(turns) == 1:
            return {
                f"{'bytes' if turns[0] % 2 else 'structure'}: killed its reader ({death.reason}), told as a finding": 1
            }
    middle = len(turns) // 2
    halves = (survived(function, seed, part, *more) for part in (turns[:middle], turns[middle:]))
    return dict(sum((collections.Counter(one) for one in halves), collections.Counter[str]()))
