"""Proposals as a table that people fill in elsewhere, and that is read back with every mistake at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from werkzaam.databases.readers import Record, read_csv, text_of
from werkzaam.errors import Finding, Place, finding
from werkzaam.linking.decisions import Decision, decide
from werkzaam.linking.index import Index
from werkzaam.linking.items import data
from werkzaam.linking.lexicon import plain
from werkzaam.linking.proposing import Asked, pair_id, proposal
from werkzaam.linking.terms import Terms
from werkzaam.loading import nothing
from werkzaam.tables import as_csv

COLUMNS = ("decision", "relation", "their_label", "our_label", "kind", "score", "for", "against", "comment")
KEYS = ("id", "theirs", "ours")
_NEEDED = ("decision", *KEYS)


def written(asked: Iterable[Asked], lang: str) -> str:
    """Give the proposals as CSV with an empty decision; no cell of it runs in a spreadsheet."""
    return as_csv((*COLUMNS, *KEYS), (row for one in asked for row in _rows(one, lang)))


def _rows(asked: Asked, lang: str) -> Iterator[list[str]]:
    for one in asked.proposals:
        reasons = ["; ".join(f.text(lang) for f in one.found.features if f.favours is good) for good in (True, False)]
        label, ours = one.theirs.names[0].text, one.ours.label(lang)
        said = ["", one.relation, label, ours, one.found.kind, f"{one.found.score:.2f}", *reasons, ""]
        yield [*said, one.id, one.theirs.iri, one.found.iri]


def read_back(content: bytes, file: str, terms: Terms, index: Index, by: str) -> tuple[list[Decision], list[Finding]]:
    """Give the decisions of a filled-in table, and what is wrong with it; raises `InputError` where it is no table.

    A row may be about a pair that was not proposed: then `theirs` and `ours` say which, and `id` may be empty.
    """
    header = plain_header(text_of(content, file))
    missing = [name for name in _NEEDED if name not in header and name != "id"]
    if missing:
        return [], [finding("link-columns", Place(file, 1), value=", ".join(missing), known=", ".join(_NEEDED))]
    reading = _Reading(file, terms, index, by)
    for record in read_csv(content, file, {}, nothing):
        reading.take(record, int(record.place.rpartition(":")[2]))
    return list(reading.made.values()), reading.findings


def plain_header(text: str) -> set[str]:
    """Give the names in the first line of a table, whatever stands between them."""
    line = text.partition("\n")[0]
    delimiter = max(",;\t|", key=line.count)
    return {name.strip().strip('"').casefold() for name in line.split(delimiter)}


class _Reading:
    def __init__(self, file: str, terms: Terms, index: Index, by: str) -> None:
        self.file, self.terms, self.index, self.by = file, terms, index, by
        self.by_iri = {one.iri: one for one in terms.items}
        self.made: dict[str, Decision] = {}
        self.findings: list[Finding] = []

    def wrong(self, key: str, line: int, **values: str) -> None:
        self.findings.append(finding(key, Place(self.file, line), **values))

    def take(self, record: Record, line: int) -> None:
        cells = {name.casefold(): _plain_cell(record.one(name)) for name in record.values}
        said, ours, theirs = cells.get("decision", ""), cells.get("ours", ""), cells.get("theirs", "")
        if not said:
            return
        before = len(self.findings)
        accept = _word("decisions", said)
        relation = _word("relations", cells.get("relation", ""))
        if not accept:
            self.wrong("link-decision-word", line, value=said)
        if cells.get("relation") and not relation:
            self.wrong("link-relation-word", line, value=cells["relation"], known=", ".join(data("kinds")["relations"]))
        if theirs not in self.by_iri:
            self.wrong("link-theirs-unknown", line, value=theirs, name=self.terms.name)
        if ours not in self.index.by_iri:
            self.wrong("link-ours-unknown", line, value=ours)
        if cells.get("id") and cells["id"] != pair_id(ours, theirs):
            self.wrong("link-row-mixed", line, value=cells["id"])
        if len(self.findings) > before:
            return
        wanted = self.terms.wanted.get(theirs, ())
        one = proposal(self.by_iri[theirs], ours, self.index, wanted)
        same = relation == one.relation or not relation
        relation = "" if same else relation
        comment = cells.get("comment", "")
        made = decide(one, self.terms, self.by, accept=accept == "accept", relation=relation, comment=comment)
        other = self.made.get(made.id)
        if other and (other.accepted, other.predicate) != (made.accepted, made.predicate):
            self.wrong("link-row-twice", line, value=made.id)
        self.made[made.id] = made


def _plain_cell(cell: str) -> str:
    """Give a cell without the sign by which it was made text."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _word(what: str, said: str) -> str:
    asked = plain(said)
    return next((one for one, words in data("kinds")[what].items() if asked in words), "")
