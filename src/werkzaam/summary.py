"""A summary of the claims of a store on disk, from which the heaviest questions are answered without the triples.

It stands as a file of SQLite beside the triples of each generation, made by the change that made the generation, so
that both count from the same moment. It holds nothing that the triples do not say: `told` asks them the same questions.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from werkzaam.store import Iri, Oxigraph, Row, Store
from werkzaam.terms import ONTOLOGY_GRAPH

FILE = "summary.sqlite"
ANSWERED = frozenset(("what-works", "named-in-claims"))
"""The questions that a summary answers, as far as they are asked for `wanted` alone."""
_CONTAINS = "?document wz:contains ?claim ."

_STEPS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?lower ?upper WHERE { ?lower skos:broader|wz:partOf|dcterms:subject ?upper }
"""
_DOCUMENTS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?document ?claim WHERE { ?document wz:contains ?claim . }
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What triples say of claims: the document of each, what each names, and how each comes in an answer."""

    documents: dict[str, str]
    names: set[tuple[str, str]]
    comes: set[tuple[str, str, str]]


def told(store: Store, documents: Sequence[str] | None = None) -> Told:
    """Ask the triples of `store` what a summary holds of the claims of `documents`, or of all."""
    from werkzaam.questions import questions

    def rows(query: str) -> list[Row]:
        if documents is not None:
            named = " ".join(f"<{one}>" for one in documents)
            query = query.replace(_CONTAINS, f"VALUES ?document {{ {named} }} {_CONTAINS}")
        return store.select(query)

    return Told(
        {row["claim"]: row["document"] for row in rows(_DOCUMENTS)},
        {(row["value"], row["claim"]) for row in rows(questions()["named-in-claims"].bind({}))},
        {(row["verdict"], row["claim"], row["tier"]) for row in rows(questions()["what-works"].bind({}))},
    )


def renew(before: Path | None, after: Path, store: Oxigraph, changed: Iterable[str]) -> None:
    """Make the summary of `store` in the file `after`: that of `before`, with the documents `changed` told anew.

    So is told whatever names something that now counts as something else. All is told anew where there is none before,
    or another vocabulary.
    """
    vocabulary = store.digest(ONTOLOGY_GRAPH)
    steps = {(str(row["lower"]), str(row["upper"])) for row in store.select(_STEPS)}
    if before is not None and before.is_file():
        shutil.copyfile(before, after)
        with _writing(after) as made:
            if made.vocabulary() == vocabulary:
                documents = set(changed) | made.lean_on({lower for lower, _ in made.steps() ^ steps})
                made.forget(documents)
                made.put(told(store, sorted(documents)), steps, vocabulary)
                return
        after.unlink()
    with closing(sqlite3.connect(after)) as empty:
        empty.executescript(files("werkzaam").joinpath("summary.sql").read_text("utf-8"))
    with _writing(after) as made:
        made.put(told(store), steps, vocabulary)


def differs(file: Path, store: Oxigraph) -> bool:
    """Say whether a summary says anything else than the triples."""
    with _reading(file) as held:
        return held.told() != told(store)


def rows(file: Path, name: str, values: Mapping[str, Sequence[Sequence[str]]]) -> list[Row]:
    """Answer one of the questions `ANSWERED`: the rows of the question, in its order."""
    with _reading(file) as held:
        if name == "named-in-claims":
            return held.named()
        return held.works(values.get("wanted", ()))


class _Held:
    """A summary that is open."""

    def __init__(self, made: sqlite3.Connection) -> None:
        self._made = made

    def vocabulary(self) -> str:
        found = self._made.execute("SELECT as_it_was FROM told WHERE what = 'vocabulary'").fetchone()
        return str(found[0]) if found else ""

    def steps(self) -> set[tuple[str, str]]:
        return set(self._made.execute(_HELD_STEPS))

    def lean_on(self, things: Iterable[str]) -> set[str]:
        """Give the documents with a claim that names any of `things`."""
        found: set[str] = set()
        for thing in things:
            found.update(one for (one,) in self._made.execute(_LEANING, (thing,)))
        return found

    def forget(self, documents: Iterable[str]) -> None:
        for document in documents:
            for table in ("names", "comes"):
                self._made.execute(f"DELETE FROM {table} WHERE claim IN ({_OF_DOCUMENT})", (document,))
            self._made.execute(f"DELETE FROM claim WHERE id IN ({_OF_DOCUMENT})", (document,))

    def put(self, said: Told, steps: Iterable[tuple[str, str]], vocabulary: str) -> None:
        steps = set(steps)
        tiers = {claim: tier for _, claim, tier in said.comes}
        texts = {*said.documents, *said.documents.values(), *tiers.values()}
        texts.update(*said.names, *((verdict, claim) for verdict, claim, _ in said.comes), *steps)
        many = self._made.executemany
        many("INSERT OR IGNORE INTO iri (text) VALUES (?)", ((one,) for one in sorted(texts)))
        number = {one: self._number(one) for one in texts}
        tier = {claim: number[one] for claim, one in tiers.items()}
        claims = ((number[one], number[document], tier.get(one, 0)) for one, document in said.documents.items())
        many("INSERT INTO claim VALUES (?, ?, ?)", sorted(claims))
        many("INSERT INTO names VALUES (?, ?)", sorted((number[thing], number[claim]) for thing, claim in said.names))
        many("INSERT INTO comes VALUES (?, ?)", sorted((number[v], number[claim]) for v, claim, _ in said.comes))
        self._made.execute("DELETE FROM step")
        many("INSERT INTO step VALUES (?, ?)", sorted((number[lower], number[upper]) for lower, upper in steps))
        self._made.execute("INSERT OR REPLACE INTO told VALUES ('vocabulary', ?)", (vocabulary,))

    def _number(self, text: str) -> int:
        return int(self._made.execute("SELECT id FROM iri WHERE text = ?", (text,)).fetchone()[0])

    def told(self) -> Told:
        return Told(
            dict(self._made.execute(_HELD_CLAIMS)),
            {(str(row["value"]), str(row["claim"])) for row in self.named()},
            {(str(row["verdict"]), str(row["claim"]), str(row["tier"])) for row in self.works(())},
        )

    def named(self) -> list[Row]:
        return [{"claim": Iri(claim), "value": Iri(thing)} for claim, thing in self._made.execute(_NAMED)]

    def works(self, groups: Sequence[Sequence[str]]) -> list[Row]:
        wanted = "".join(_WANTED % ", ".join("?" * len(group)) for group in groups)
        found = self._made.execute(_WORKS % wanted, [iri for group in groups for iri in group])
        return [{"claim": Iri(claim), "verdict": Iri(verdict), "tier": Iri(tier)} for claim, verdict, tier in found]


_OF_DOCUMENT = "SELECT claim.id FROM claim JOIN iri ON iri.id = claim.document WHERE iri.text = ?"
_HELD_CLAIMS = """
SELECT a.text, b.text FROM claim JOIN iri AS a ON a.id = claim.id JOIN iri AS b ON b.id = claim.document
"""
_HELD_STEPS = "SELECT a.text, b.text FROM step JOIN iri AS a ON a.id = step.lower JOIN iri AS b ON b.id = step.upper"
_LEANING = """
SELECT DISTINCT document.text
FROM iri AS thing
JOIN names ON names.thing = thing.id
JOIN claim ON claim.id = names.claim
JOIN iri AS document ON document.id = claim.document
WHERE thing.text = ?
"""
_NAMED = """
SELECT claim.text, thing.text
FROM names JOIN iri AS claim ON claim.id = names.claim JOIN iri AS thing ON thing.id = names.thing
ORDER BY claim.text, thing.text
"""
_WORKS = """
SELECT said.text, verdict.text, tier.text
FROM comes
JOIN claim ON claim.id = comes.claim
JOIN iri AS said ON said.id = comes.claim
JOIN iri AS verdict ON verdict.id = comes.verdict
JOIN iri AS tier ON tier.id = claim.tier
WHERE TRUE %s
ORDER BY verdict.text, said.text
"""
_WANTED = """AND comes.claim IN (
  SELECT names.claim FROM names JOIN iri AS thing ON thing.id = names.thing WHERE thing.text IN (%s)
)
"""


@contextmanager
def _writing(file: Path) -> Iterator[_Held]:
    # Nobody reads the file yet, and it is seen on the disk with all others: no journal, no waiting.
    with closing(sqlite3.connect(file, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode = OFF")
        made.execute("PRAGMA synchronous = OFF")
        made.execute("BEGIN")
        yield _Held(made)
        made.execute("COMMIT")


@contextmanager
def _reading(file: Path) -> Iterator[_Held]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as made:
        yield _Held(made)
