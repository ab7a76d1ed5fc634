"""Heavy checks, seeded and bounded: ``make soak CHECK=foreign SEED=1 N=1000``; each has a small twin in the tests.

What a check found is written to docs/measurements/, with the seed, the number and the versions.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import logging
import platform
import random
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from werkzaam import prepared, shacl
from werkzaam.build import packaged_nquads
from werkzaam.errors import WerkzaamError
from werkzaam.foreign import answer_query
from werkzaam.loading import loader_for
from werkzaam.model import Model
from werkzaam.printed import as_bytes
from werkzaam.questions import ask, questions
from werkzaam.resources import walk
from werkzaam.store import Oxigraph
from werkzaam.surroundings import surroundings
from werkzaam.terms import ONTOLOGY_GRAPH, XSD

Counts = collections.Counter[str]


def foreign(seed: int, number: int) -> Counts:
    """Mutate documents and queries at random; each must be read, refused or answered, and none may raise or kill us."""
    chance = random.Random(seed)
    model = Model()
    documents = [file.read_bytes()[:20_000] for _, file in walk("cases", ".yaml")]
    queries = [question.query.encode() for question in questions().values()]
    assert documents
    assert queries
    counts: Counts = collections.Counter()
    for turn in range(number):
        if turn % 4:
            text = mutate(chance.choice(documents), chance)
            name = "soak.yaml" if turn % 3 else "soak.ttl"
            loaded = loader_for(name).load(text, name, model, model.names)
            counts["document with findings" if loaded.findings else "document without"] += 1
        else:
            try:
                answer_query(mutate(chance.choice(queries), chance), None, "json", 5.0)
                counts["query answered"] += 1
            except WerkzaamError as error:
                counts[f"query refused: {error.key}"] += 1
    assert not any("our-fault" in name for name in counts), counts
    return counts


def mutate(content: bytes, chance: random.Random) -> bytes:
    """Cut, repeat, swap or overwrite pieces of `content`."""
    made = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        at, length = chance.randrange(len(made) + 1), chance.randint(1, 60)
        piece = bytes(made[at : at + length])
        match chance.randrange(5):
            case 0:
                del made[at : at + length]
            case 1:
                made[at:at] = piece * chance.randint(1, 200)
            case 2:
                made[at:at] = chance.choice(
                    [b"{", b"[", b"(", b"&a ", b"*a ", b'"', b"\0", b"\xff", b"\n", b": ", b"!!x "]
                )
            case 3:
                made[at:at] = chance.choice([b"{", b"[", b"("]) * chance.randint(1, 5000)
            case 4:
                made[at : at + length] = chance.randbytes(length)
    return bytes(made)


def figures(seed: int, number: int) -> Counts:
    """Change a digit in a cell of a printed table, drawn at random; say whether the reconciliation shows it.

    What it cannot show has nothing else in the source beside it; those cells are counted by table.
    """
    import test_figures as tables

    chance = random.Random(seed)
    store = Oxigraph()
    store.load_nquads(packaged_nquads())
    before = {tuple(sorted(row.items())) for row in ask(store, "reconciliation")}
    cells = [
        (name, row, column)
        for name in tables.PRINTED
        for row, line in enumerate(tables.cells(tables.FILES[name]))
        for column, cell in enumerate(line)
        if row and column and any(c.isdigit() for c in cell) and cell != "<3"
    ]
    counts: Counts = collections.Counter()
    for name, row, column in chance.sample(cells, min(number, len(cells))):
        table = tables.cells(tables.FILES[name])
        at, digit = next((at, c) for at, c in enumerate(table[row][column]) if c.isdigit())
        table[row][column] = table[row][column][:at] + str((int(digit) + 1) % 10) + table[row][column][at + 1 :]
        after = {tuple(sorted(one.items())) for one in tables.with_table(name, as_bytes(table, "csv"))}
        counts["shown" if after != before else f"nothing beside it: {name}"] += 1
    return counts


def crawl(seed: int, number: int) -> Counts:
    """Try `number` of all choices of a visitor and of all IRIs of ours, drawn at random.

    A choice must leave as many claims as stood beside it, on the page and in each download; an IRI must answer as a
    page, as Turtle and as JSON-LD.
    """
    sys.path.insert(0, str(Path(__file__).parent / "web"))
    import test_pages as pages

    import werkzaam
    from werkzaam.web.choices import Asked
    from werkzaam.web.site import Site

    site = Site(werkzaam.open(lang="en"))

    def page(address: str, accept: str = "text/html", languages: str = "nl") -> Any:
        path, _, query = address.partition("#")[0].partition("?")
        job = {"path": path, "query": query, "accept": accept, "languages": languages, "gzip": False}
        return site.respond(job)

    offered = site.choices.offer(Asked({}, set(), {}, []), "nl")
    choices = [(choice.name, one) for choice in offered for one in pages.options(choice.options)]
    iris = pages.all_iris(site)
    chance = random.Random(seed)
    counts: Counts = collections.Counter()
    for name, one in chance.sample(choices, min(number, len(choices))):
        pages.check_answer(page, chance.choice(["nl", "en"]), f"{name}={one.name}", one.count)
        counts["choice with as many claims as was said, on the page and in its downloads"] += 1
    for iri in chance.sample(iris, min(number, len(iris))):
        pages.check_iri(page, iri, chance.choice(["nl", "en"]))
        counts["IRI that answers as page, Turtle and JSON-LD"] += 1
    counts[f"choices in all: {len(choices)}, IRIs in all"] = len(iris)
    return counts


def engines(seed: int, number: int) -> Counts:
    """Break drawn parts of the packaged data at random; both engines must find the same wrong with each."""
    chance = random.Random(seed)
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # it reports each literal that is wrong on purpose
    model, names = prepared.model(), prepared.names(None)
    by_subject: dict[str, list[ox.Triple]] = collections.defaultdict(list)
    for quad in ox.parse(packaged_nquads(), format=ox.RdfFormat.N_QUADS):
        if quad.graph_name != ox.NamedNode(ONTOLOGY_GRAPH):
            by_subject[quad.subject.value].append(quad.triple)
    subjects = sorted(by_subject)
    slow, fast = shacl.engine("pyshacl", model), shacl.engine("fast", model)
    counts: Counts = collections.Counter()
    for turn in range(number):
        drawn = [by_subject[one] for one in chance.sample(subjects, 12)]
        near = sorted({getattr(t.object, "value", "") for those in drawn for t in those} & by_subject.keys())
        drawn += [by_subject[one] for one in near[:12]]
        triples = sorted({triple for those in drawn for triple in those}, key=str)
        for _ in range(chance.randint(1, 12)):
            break_one(triples, chance)
        data = set(triples) | surroundings(triples, model, names)
        theirs, ours = set(slow(data)), set(fast(data))
        assert theirs == ours, f"seed {seed}, turn {turn}: {theirs ^ ours}"
        counts.update(one.shape for one in ours)
    counts["documents"] = number
    return counts


def break_one(triples: list[ox.Triple], chance: random.Random) -> None:
    """Drop a triple, or give it another value: one from elsewhere, of another type or language, or nonsense."""
    at = chance.randrange(len(triples))
    one, other = triples[at], chance.choice(triples)
    text = chance.choice([getattr(one.object, "value", ""), "", "7", "-1", "2009", "2009-13-45", "x\ny", "é́ «»" * 30])
    made: list[ox.Term] = [
        other.object,
        ox.Literal(text),
        ox.Literal(text, language=chance.choice(["nl", "en", "de", "nl-BE", "EN"])),
        ox.Literal(
            text, datatype=ox.NamedNode(XSD + chance.choice(["integer", "decimal", "date", "gYear", "boolean"]))
        ),
        ox.NamedNode("https://example.org/vreemd"),
        one.subject,
    ]
    match chance.randrange(3):
        case 0 if len(triples) > 1:
            del triples[at]
        case 1:
            triples.append(ox.Triple(one.subject, one.predicate, chance.choice(made)))
        case _:
            triples[at] = ox.Triple(one.subject, one.predicate, chance.choice(made))


def _of(module: str, name: str) -> Callable[[int, int], Counts]:
    def run(seed: int, number: int) -> Counts:
        from importlib import import_module

        counts: Counts = getattr(import_module(module), name)(seed, number)
        return counts

    return run


CHECKS: dict[str, Callable[[int, int], Counts]] = {
    "crawl": crawl,
    "engines": engines,
    "figures": figures,
    "foreign": foreign,
    "gap-map": _of("soak_gapmap", "gap_map"),
    "hostile": _of("soak_hostile", "hostile"),
    "large": _of("soak_large", "large"),
    "kill": _of("soak_entry", "kill"),
    "mutate": _of("soak_entry", "mutate"),
    "readers": _of("soak_readers", "readers"),
}


def main() -> None:
    """Run one check and record what it found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", choices=sorted(CHECKS), required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=1000)
    asked = parser.parse_args()
    counts = CHECKS[asked.check](asked.seed, asked.number)
    lines = [
        f"# soak: {asked.check}, seed {asked.seed}, {asked.number} turns",
        "",
        f"{datetime.date.today()}, Python {platform.python_version()}, werkzaam {version('werkzaam')}, "
        f"pyoxigraph {version('pyoxigraph')}, PyYAML {version('PyYAML')}. No crash, no traceback, no fault of ours.",
        "",
        "| outcome | times |",
        "| --- | --- |",
        *(f"| {name} | {count} |" for name, count in sorted(counts.items())),
        *getattr(counts, "more", ()),
    ]
    folder = Path(__file__).resolve().parents[1] / "docs" / "measurements"
    target = folder / f"{datetime.date.today()}-soak-{asked.check}-{asked.seed}.md"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
