"""What a reviewer decided about links: an SSSOM file a database, of which every row is a decision.

A row that was rejected stays, with `predicate_modifier` Not: so it is known, and never proposed again. The subject is
ours and the object theirs, as in `ontology/mappings/`, so that accepted rows can go there as they are.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from werkzaam.durable import replace_file, told
from werkzaam.errors import UsageError
from werkzaam.folder import Folder
from werkzaam.linking.items import texts
from werkzaam.linking.proposing import PREDICATES, Pair, Proposal, pair_id
from werkzaam.linking.terms import Terms
from werkzaam.mappings import SUFFIX, Match, read
from werkzaam.terms import CONCEPT, ID, SKOS, TOOI_MUNICIPALITY

LEXICAL = "https://w3id.org/semapv/vocab/LexicalMatching"
_ORCID = re.compile(r"(?:https://orcid\.org/|orcid:)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
_PREFIXES = {
    "gemeente": TOOI_MUNICIPALITY,
    "orcid": "https://orcid.org/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": SKOS,
    "wzc": CONCEPT,
    "wzi": ID,
}
_SLOTS = (
    "subject_id subject_label predicate_id predicate_modifier object_id object_label mapping_justification reviewer_id"
    " reviewer_label mapping_date confidence object_source object_source_version mapping_tool mapping_tool_version"
    " comment"
).split()


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a pair: how ours relates to theirs, or that it does not."""

    ours: str
    our_label: str
    theirs: str
    their_label: str
    predicate: str
    accepted: bool
    by: str
    day: str
    confidence: float
    release: str
    comment: str = ""

    @property
    def pair(self) -> Pair:
        """What it is about."""
        return self.ours, self.theirs

    @property
    def id(self) -> str:
        """The id of the pair."""
        return pair_id(self.ours, self.theirs)


def decide(one: Proposal, terms: Terms, by: str, *, accept: bool, relation: str = "", comment: str = "") -> Decision:
    """Make a decision about a proposal; `relation` is another one than was proposed, "" for that one."""
    said = "; ".join(texts(one.found.features, "en"))
    return Decision(
        one.found.iri,
        one.ours.label("en"),
        one.theirs.iri,
        one.theirs.names[0].text,
        PREDICATES[relation] if relation else one.predicate,
        accept,
        by.strip(),
        datetime.date.today().isoformat(),
        round(one.found.score, 2),
        terms.release,
        f"{comment}. {said}" if comment else said,
    )


class Decisions:
    """The decisions about one database, in a file; the file is there once something was decided.

    Those of a store, whose `folder` is given, are written by one at a time: what others decided meanwhile is kept.
    """

    def __init__(self, file: Path, name: str, source: str, folder: Folder | None = None) -> None:
        self.file, self._name, self._source, self._folder = file, name, source, folder
        self.held = self._read()

    def _read(self) -> dict[Pair, Decision]:
        if not self.file.exists():
            return {}
        return {one.pair: one for one in map(_decision, read(self.file.read_bytes(), self.file.name).matches)}

    @property
    def decided(self) -> Mapping[Pair, bool]:
        """Whether each pair was accepted."""
        return {pair: one.accepted for pair, one in self.held.items()}

    def add(self, made: Iterable[Decision], *, revise: bool = False) -> list[Decision]:
        """Keep decisions and give those that are new; the same said again is nothing new.

        Raises `UsageError` where one was decided otherwise before, unless it is to be revised, and `StoreError` where
        another writes in the store; then nothing is kept.
        """
        with self._folder.writing(older=True) if self._folder else nullcontext():
            self.held = self._read()
            return self._add(made, revise=revise)

    def _add(self, made: Iterable[Decision], *, revise: bool) -> list[Decision]:
        held, new = dict(self.held), []
        for one in made:
            before = held.get(one.pair)
            if before and (before.accepted, before.predicate if before.accepted else "") == (
                one.accepted,
                one.predicate if one.accepted else "",
            ):
                continue
            if before and not revise:
                raise UsageError("link-decided", value=one.id, by=before.by, day=before.day)
            held[one.pair] = one
            new.append(one)
        if new:
            with told(self.file):
                self.file.parent.mkdir(parents=True, exist_ok=True)
                replace_file(self.file, as_sssom(held.values(), self._name, self._source).encode())
            self.held = held
        return new


def as_sssom(those: Iterable[Decision], name: str, source: str) -> str:
    """Give decisions, or what nobody decided about yet (`by` is ""), as SSSOM."""
    rows = sorted(those, key=lambda one: (one.their_label.casefold(), one.theirs, one.ours))
    prefixes = dict(_PREFIXES) | _prefixes(name, [source, *(one.theirs for one in rows), *(one.ours for one in rows)])
    about = [
        "curie_map:",
        *(f'  {prefix}: "{base}"' for prefix, base in sorted(prefixes.items())),
        f'mapping_set_id: "https://w3id.org/werkzaam/mappings/decided/{name}"',
        f'mapping_set_title: "Links between werkzaam and {name}"',
        'license: "https://creativecommons.org/licenses/by/4.0/"',
    ]
    made = io.StringIO()
    table = csv.writer(made, delimiter="\t", lineterminator="\n")
    table.writerow(_SLOTS)
    table.writerows(_row(one, source, prefixes) for one in rows)
    return "".join(f"#{line}\n" for line in about) + made.getvalue()


def _row(one: Decision, source: str, prefixes: Mapping[str, str]) -> Sequence[str]:
    orcid = _ORCID.fullmatch(one.by)
    row = {
        "subject_id": _curie(one.ours, prefixes),
        "subject_label": one.our_label,
        "predicate_id": _curie(one.predicate, prefixes),
        "predicate_modifier": "" if one.accepted else "Not",
        "object_id": _curie(one.theirs, prefixes),
        "object_label": one.their_label,
        "mapping_justification": _curie(LEXICAL, prefixes),
        "reviewer_id": f"orcid:{orcid[1]}" if orcid else "",
        "reviewer_label": "" if orcid else one.by,
        "mapping_date": one.day,
        "confidence": f"{one.confidence:g}",
        "object_source": _curie(source, prefixes),
        "object_source_version": one.release,
        "mapping_tool": "werkzaam",
        "mapping_tool_version": version("werkzaam"),
        "comment": one.comment,
    }
    return [" ".join(row[slot].split()) for slot in _SLOTS]


def _decision(match: Match) -> Decision:
    return Decision(
        match.subject,
        match.subject_label,
        match.object,
        match.object_label,
        match.predicate,
        not match.negated,
        match.reviewer,
        match.date,
        match.confidence,
        match.release,
        match.comment,
    )


def _prefixes(name: str, iris: Iterable[str]) -> dict[str, str]:
    """Give prefixes for what stands in no namespace that is known."""
    bases: dict[str, str] = {}
    for iri in iris:
        if not iri.startswith(tuple(_PREFIXES.values())) and iri:
            base = iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
            bases.setdefault(base, f"{name}{len(bases) + 1}" if bases else name)
    return {prefix: base for base, prefix in bases.items()}


def _curie(iri: str, prefixes: Mapping[str, str]) -> str:
    fits = [(len(base), prefix) for prefix, base in prefixes.items() if iri.startswith(base) and base]
    if not fits:
        return iri
    length, prefix = max(fits)
    return f"{prefix}:{iri[length:]}"


def decisions_file(name: str, folder: Path | None, given: str = "") -> Path:
    """Give where the decisions about a database stand: where said, else beside it in the store, else here."""
    if given:
        return Path(given)
    return (folder / "foreign" if folder is not None else Path()) / f"{name}{SUFFIX}"
