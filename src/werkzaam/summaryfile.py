"""The file of a summary: tables of SQLite, of which `summary.sql` says what each holds."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from werkzaam import summaryqueries as sql
from werkzaam.store import Iri, Literal, Row
from werkzaam.summarydata import Above, Overview, Pairs, Told, said_once
from werkzaam.terms import CONCEPT, XSD, fold, slug

FORM = 5
"""The form of the tables; raise it when `summary.sql` changes, and a summary of another form is made anew."""

Groups = Sequence[Sequence[str]]
_WAYS: Mapping[str, tuple[str, str, tuple[int, ...]]] = {
    "on": ("step", sql.STEPS, (0,)),
    "last": ("step", sql.STEPS, (1,)),
    "belongs": ("belongs", sql.BELONGS, ()),
}
"""Where each kind of way up stands: its table, its query, and what tells it from others there."""
CORE = f"{CONCEPT}tier/core"
MAPPED = 2_000_000_000
"""So many bytes of a summary are read where the system keeps them: copying its pages takes as long as answering."""
MANY = 20_000
"""Of more claims under a heading it is quicker to look for those that are shown than to put all in order."""


class _Iris(dict[Any, Iri]):
    """IRIs by their numbers, also as text; each is looked up once, as millions of rows name few."""

    def __init__(self, made: sqlite3.Connection) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, number: int | str) -> Iri:
        found = self._made.execute("SELECT text FROM iri WHERE id = ?", (number,)).fetchone()
        made = self[number] = Iri(found[0])
        return made


class Older(Exception):
    """The file has tables of another form than ours."""


def create(file: Path) -> None:
    """Make an empty summary."""
    with closing(sqlite3.connect(file)) as empty:
        empty.executescript(files("werkzaam").joinpath("summary.sql").read_text("utf-8"))
        empty.execute(f"PRAGMA user_version = {FORM}")


class Held:
    """A summary that is open."""

    def __init__(self, made: sqlite3.Connection) -> None:
        self._made = made
        if made.execute("PRAGMA user_version").fetchone() != (FORM,):
            raise Older

    # ---- what it was made of

    def vocabulary(self) -> str:
        """Give the digest of the vocabulary."""
        return str(self._made.execute("SELECT as_it_was FROM told WHERE what = 'vocabulary'").fetchone()[0])

    def above(self, graphs: Collection[str] | None = None) -> Above:
        """Give what counts as what, as all graphs say, or some."""

        def said(query: str, *values: int) -> Pairs:
            if graphs is None:
                return frozenset(self._made.execute(query, values))
            some = f"{query} AND {sql.OF_NAME}"
            return frozenset(pair for graph in graphs for pair in self._made.execute(some, (*values, graph)))

        return Above(**{kind: said(query, *last) for kind, (_, query, last) in _WAYS.items()})

    def lean_on(self, now: Above, then: Above, graphs: Set[str]) -> set[str]:
        """Give the documents with a claim that names what counts as something else, as `graphs` say other than then."""
        found: set[str] = set()
        for kind, (_, query, last) in _WAYS.items():
            for lower, upper in _pairs(now, kind) ^ _pairs(then, kind):
                said = self._made.execute(f"{query} AND a.text = ? AND b.text = ?", (*last, lower, upper))
                if all(its in graphs for _, _, its in said):
                    found.update(one for (one,) in self._made.execute(sql.LEANING, (lower,)))
        return found

    def agrees(self, told: Told, above: Above) -> bool:
        """Say whether it holds this and no more."""
        names = {(up, claim) for thing, claim in told.names for up in above.of(thing)}
        comes = {(verdict, claim, told.tiers[claim]) for verdict, claim in told.comes}
        counted = set(self._made.execute(sql.CELLS % "TRUE"))
        self._made.execute("CREATE TEMP TABLE some AS SELECT id FROM claim")
        return (
            self.above() == above
            and dict(self._made.execute(sql.CLAIMS)) == told.documents
            and {(str(row["value"]), str(row["claim"])) for row in self.named()} == names
            and set(self._made.execute(sql.ITSELF)) == told.names
            and {(str(row["verdict"]), str(row["claim"]), str(row["tier"])) for row in self.works((), ())} == comes
            and set(self._made.execute(sql.COUNTED)) == counted
            and {one for (one,) in self._made.execute(sql.CHECKED)} == told.checked
            and set(self.restated()) == told.restates
            and set(self._made.execute(sql.CODED)) == told.coded
            and set(self._made.execute(sql.CALLED % "TRUE")) == told.called
            and set(self._made.execute(sql.TYPES % "TRUE")) == told.types
        )

    # ---- making it

    def forget(self, documents: Collection[str]) -> None:
        """Take out the claims of `documents`."""
        self._some(documents)
        self._made.execute(sql.FEWER)
        self._made.execute("DELETE FROM cell WHERE claims <= 0")
        for table in ("names", "comes", "restates"):
            self._made.execute(f"DELETE FROM {table} WHERE claim IN (SELECT id FROM some)")
        self._made.execute("DELETE FROM claim WHERE id IN (SELECT id FROM some)")
        for table in ("coded", "called", "word", "type"):
            self._made.executemany(f"DELETE FROM {table} WHERE {sql.OF_NAME}", ((one,) for one in documents))

    def lead(self, above: Above, then: Above) -> None:
        """Say what counts as what instead of what it said `then`, before claims are put."""
        ways = {kind: (getattr(above, kind), getattr(then, kind)) for kind in _WAYS}
        number = self._numbers({one for now, old in ways.values() for said in now ^ old for one in said})
        for kind, (now, old) in ways.items():
            table, _, last = _WAYS[kind]
            for pairs, change in ((old - now, sql.GONE[table]), (now - old, sql.NEW[table])):
                rows = sorted((number[lower], number[upper], *last, number[its]) for lower, upper, its in pairs)
                self._made.executemany(change, rows)

    def put(self, told: Told) -> None:
        """Put in claims that it does not have."""
        texts = {*told.documents, *told.documents.values(), *told.tiers.values()}
        texts.update(*told.names, *told.comes, *told.restates, *told.coded, *told.types)
        number = self._numbers(texts.union(*(one[:2] for one in told.called)))

        def many(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
            filled = sorted(set(rows))
            if filled:
                self._made.executemany(f"INSERT INTO {table} VALUES ({_marks(filled[0])})", filled)

        def numbered(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[int, ...]]:
            return (tuple(number[one] for one in row) for row in rows)

        many(
            "claim",
            (
                (number[one], number[document], number.get(told.tiers.get(one, ""), 0), int(one in told.checked))
                for one, document in told.documents.items()
            ),
        )
        itself = {(number[thing], number[claim]) for thing, claim in told.names}
        ways = {thing: self._made.execute(sql.WAYS, (thing,)).fetchall() for thing in {thing for thing, _ in itself}}
        names = {(up, claim): 0 for thing, claim in itself for (up,) in ways[thing]}
        names.update(dict.fromkeys(itself, 1))
        many("names", ((*pair, is_itself) for pair, is_itself in names.items()))
        many("comes", numbered(told.comes))
        many("restates", numbered(told.restates))
        many("coded", numbered(told.coded))
        many("type", numbered(told.types))
        many("called", ((number[thing], number[its], *more) for thing, its, *more in told.called))
        many(
            "word",
            (
                (fold(word), number[thing], number[its])
                for thing, its, _, text, _ in told.called
                for word in (text, slug(thing), "/".join(thing.split("/")[-2:]))
            ),
        )

    def count(self, documents: Iterable[str] | None = None) -> None:
        """Count the claims of `documents`, or of all, in the cells of the map."""
        if documents is None:
            self._made.execute("CREATE TEMP TABLE some AS SELECT id FROM claim")
        else:
            self._some(documents)
        self._made.execute(sql.MORE)

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Be filled with many claims: they are put in order once, which takes a third of the time."""
        for index in sql.INDEXES:
            self._made.execute(f"DROP INDEX IF EXISTS {index}")
        yield
        for index, on in sql.INDEXES.items():
            self._made.execute(f"CREATE INDEX {index} ON {on}")

    def finish(self, vocabulary: str) -> None:
        """Say with which vocabulary it was made."""
        self._made.execute("INSERT OR REPLACE INTO told VALUES ('vocabulary', ?)", (vocabulary,))

    def _some(self, documents: Iterable[str]) -> None:
        self._these(sql.OF_DOCUMENT, documents)

    def _these(self, query: str, values: Iterable[str]) -> None:
        """Put what a query gives of each value in the table `some`."""
        self._made.execute("DROP TABLE IF EXISTS temp.some")
        self._made.execute("CREATE TEMP TABLE some (id INTEGER PRIMARY KEY)")
        self._made.executemany(f"INSERT OR IGNORE INTO some {query}", ((one,) for one in values))

    def _numbers(self, texts: Collection[str]) -> dict[str, int]:
        self._made.executemany("INSERT OR IGNORE INTO iri (text) VALUES (?)", ((one,) for one in sorted(texts)))
        one_by_one = "SELECT id FROM iri WHERE text = ?"
        return {one: int(self._made.execute(one_by_one, (one,)).fetchone()[0]) for one in texts}

    # ---- answering from it

    def named(self) -> list[Row]:
        """Answer `named-in-claims`."""
        iri, rows = _Iris(self._made), list[Row]()
        for claim, things in self._made.execute(sql.NAMED):
            said = Iri(claim)
            rows += [{"claim": said, "value": thing} for thing in sorted(map(iri.__getitem__, things.split(",")))]
        return rows

    def works(self, groups: Groups, without: Groups) -> list[Row]:
        """Answer `what-works`."""
        asked, values = _asked(groups, without)
        iri, under = _Iris(self._made), defaultdict[Iri, list[Row]](list)
        for claim, verdict, tier in self._made.execute(sql.WORKS % asked if values else sql.WORKS_OF_ALL, values):
            heading = iri[verdict]
            under[heading].append({"claim": Iri(claim), "verdict": heading, "tier": iri[tier]})
        return [row for heading in sorted(under) for row in under[heading]]

    def restated(self, among: Collection[str] | None = None) -> list[tuple[str, str]]:
        """Give which claims restate which, all of them or those that say the same as some of `among`."""
        if among is None or len(among) > MANY:
            return list(self._made.execute(sql.RESTATED % sql.PAIRS))
        self._these("SELECT id FROM iri WHERE text = ?", among)
        return list(self._made.execute(sql.RESTATED % sql.NEAR))

    def overview(
        self, groups: Groups, without: Groups, but: str, most: int, is_more: Callable[[Mapping[str, int], int], bool]
    ) -> Overview | list[Row]:
        """Give how much an answer holds but for one heading, with at most `most` claims a heading: the core first.

        Where it `is_more`, which is told the claims under each heading and in all; else the answer itself.
        """
        asked, values = _asked(groups, without)
        kind = "TABLE" if values else "VIEW"  # what is asked of everything need not be copied
        told = f"CREATE TEMP {kind} found AS {asked} AND comes.verdict != {self._number(but)}"
        self._made.execute(told, values)
        if values:
            self._made.execute("CREATE INDEX found_claim ON found (claim)")
        counts = self._made.execute(sql.BY_VERDICT).fetchall()
        sizes = {iri: count for _, iri, count in counts}
        total = int(self._made.execute("SELECT COUNT(DISTINCT claim) FROM found").fetchone()[0])
        if is_more(sizes, total):
            same = said_once(self._made.execute(sql.PAIRS))
            again = [same[claim] for (claim,) in self._made.execute(sql.FOUND_AGAIN)]
            total += len(set(again)) - len(again)
        if not is_more(sizes, total):
            return self.works(groups, without)
        shown = {iri: self._shown(number, count, most) for number, iri, count in counts}
        checked = int(self._made.execute(sql.HOW_MANY_CHECKED).fetchone()[0])
        coders = sorted(one for (one,) in self._made.execute(sql.CODERS))
        return Overview(sizes, shown, total, checked, coders)

    def _shown(self, verdict: int, count: int, most: int) -> list[str]:
        """Give at most `most` of the `count` claims that were found under a heading."""
        core = self._number(CORE)
        if count > MANY:
            asked = (self._first, verdict, core, most)
            some = [claim for (claim,) in self._made.execute(sql.SHOWN_OF_MANY, asked)]
            if len(some) == most:
                return some
        return [claim for (claim,) in self._made.execute(sql.SHOWN, (verdict, core, most))]

    @cached_property
    def _first(self) -> str:
        """The first claim in the order of IRIs."""
        return str(self._made.execute(sql.FIRST).fetchone()[0])

    def _number(self, iri: str) -> int:
        """Give the number of an IRI, 0 where there is none."""
        found = self._made.execute("SELECT id FROM iri WHERE text = ?", (iri,)).fetchone()
        return int(found[0]) if found else 0

    def map(self, values: Mapping[str, Groups]) -> list[Row]:
        """Answer `gap-map`."""
        asked = {name: values[key][0][0] for key, name in (("of", "m"), ("with", "b")) if values.get(key)}
        where = " AND ".join(f"{name}.text = ?" for name in asked) or "TRUE"
        return [
            {
                "mechanism": Iri(mechanism),
                "beside": Iri(beside),
                "verdict": Iri(verdict),
                "claims": Literal(str(claims), "", XSD + "integer"),
            }
            for mechanism, beside, verdict, claims in self._made.execute(sql.CELLS % where, [*asked.values()])
        ]


def _pairs(above: Above, kind: str) -> set[tuple[str, str]]:
    return {(lower, upper) for lower, upper, _ in getattr(above, kind)}


def _asked(groups: Groups, without: Groups) -> tuple[str, list[str]]:
    """Give the query of the claims that are asked and their headings, with the values of its marks."""
    wanted = " INTERSECT ".join(sql.WANTED % _marks(group) for group in groups)
    asked = sql.THOSE % wanted if wanted else sql.ALL
    asked += " ".join(["", *(sql.UNWANTED % _marks(group) for group in without)])
    return asked, [iri for group in (*groups, *without) for iri in group]


def _marks(group: Sequence[str]) -> str:
    return ", ".join("?" * len(group))


@contextmanager
def writing(file: Path) -> Iterator[Held]:
    """Open a summary that nobody reads yet."""
    # It is seen on the disk with all other files of its generation: no journal, no waiting.
    with closing(sqlite3.connect(file, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode = OFF")
        made.execute("PRAGMA synchronous = OFF")
        made.execute("PRAGMA cache_size = -200000")
        held = Held(made)
        made.execute("BEGIN")
        yield held
        made.execute("COMMIT")


@contextmanager
def reading(file: Path) -> Iterator[Held]:
    """Open a summary that does not change."""
    with closing(sqlite3.connect(address(file), uri=True)) as made:
        made.execute(f"PRAGMA mmap_size = {MAPPED}")
        yield Held(made)


def address(file: Path) -> str:
    """Give by what a summary that does not change is opened."""
    return f"{file.absolute().as_uri()}?mode=ro&immutable=1"
