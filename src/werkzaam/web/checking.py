"""A document that somebody sends through a page: checked by the rules of `validate`, and told in plain words.

It runs in a child that can open nothing: what the check needs was read before.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from werkzaam import prepared, shacl
from werkzaam.claims import Node, claims
from werkzaam.errors import Finding, InputError, finding
from werkzaam.errors import Place as At
from werkzaam.loading import Loaded, load_alone
from werkzaam.model import Names
from werkzaam.render import Teller
from werkzaam.store import Oxigraph, Store
from werkzaam.submissions import MEDIA
from werkzaam.terms import GRAPH, slug
from werkzaam.validation import check, refused

MOST = 200
"""How many findings a page shows."""


@dataclass(frozen=True)
class Change:
    """A claim that is new, gone or changed since the version that the store holds, with what it said and says."""

    kind: str
    claim: str
    before: str
    after: str


@dataclass
class Checked:
    """What came of a check: the findings, the claims with what each says, and what changed since the last version."""

    file: str
    document: str
    findings: list[Finding] = field(default_factory=list)
    told: list[tuple[str, str, list[str]]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    again: bool = False

    @property
    def good(self) -> bool:
        """Whether nothing is a violation."""
        return not refused(self.findings)

    def counts(self) -> dict[str, int]:
        """Give how many findings there are of each severity."""
        return {name: sum(one.severity == name for one in self.findings) for name in ("violation", "warning", "info")}


_SMALL = b"""werkzaam: 1
language: en
study: adp
claims:
- {id: k1, kind: configuration, statement: {nl: a, en: b}, mechanism: tailoring, effect: nonsense, actor: {id: a1}}
"""


class Checker:
    """Checks documents beside what a collection holds."""

    def __init__(self, store: Store) -> None:
        self._store, self.model = store, prepared.model()
        self.names = prepared.known_names(store, self.model)
        self.engine = shacl.chosen(None)
        shacl.engine(self.engine, self.model)
        # What Python loads when first needed, a child no longer can.
        for ending in dict.fromkeys(MEDIA.values()):
            self.check(b"{}", f"case{ending}", "nl")
        self.check(_SMALL, "case.yaml", "nl")
        with contextlib.suppress(ImportError):
            import openpyxl

            book = io.BytesIO()
            openpyxl.Workbook().save(book)
            self.check(book.getvalue(), "case.xlsx", "nl")

    def check(self, content: bytes, file: str, lang: str) -> Checked:
        """Check a document; `file` says by its ending what kind it is."""
        try:
            loaded, names = load_alone(content, file, self.model, self.names)
            findings = check(loaded, self.model, names, file, self.engine)
        except InputError as error:
            return Checked(file, "", [finding(error.key, At(file), **error.data)])
        made = Checked(file, loaded.graph.removeprefix(GRAPH), findings)
        made.told = _told(loaded, names, lang)
        held = [quad.triple for quad in self._store.quads(loaded.graph)]
        made.again = bool(held)
        if held:
            made.changes = _changes(held, loaded.triples, lang)
        return made


def _told(loaded: Loaded, names: Names, lang: str) -> list[tuple[str, str, list[str]]]:
    """Give each claim of a document: its id, what it states, and sentences of what else it says."""
    store = Oxigraph()
    store.load_nquads("".join(f"{quad} .\n" for quad in loaded.quads()).encode())
    teller = Teller(names, lang)
    return [
        (slug(node.iri), teller.text(node.text("statement")), list(_sentences(node, teller))) for node in claims(store)
    ]


def _sentences(node: Node, teller: Teller) -> Iterable[str]:
    head = teller.head(node)
    yield f"{head[:1].upper()}{head[1:]}."
    for key, value in teller.facts(node):
        called = teller.say(key)
        yield f"{called[:1].upper()}{called[1:]}: {value.rstrip('.')}."


def _changes(held: Sequence[ox.Triple], given: Iterable[ox.Triple], lang: str) -> list[Change]:
    """Compare the claims of two versions of a document, parts included."""
    before, after = _by_claim(held), _by_claim(given)
    found = []
    for claim in sorted(before.keys() | after.keys()):
        old, new = before.get(claim, set()), after.get(claim, set())
        if old != new:
            kind = "new" if not old else "gone" if not new else "changed"
            found.append(Change(kind, slug(claim), _statement(old, lang), _statement(new, lang)))
    return found


def _by_claim(triples: Iterable[ox.Triple]) -> dict[str, set[ox.Triple]]:
    found: dict[str, set[ox.Triple]] = {}
    for triple in triples:
        subject = getattr(triple.subject, "value", "")
        before, marker, rest = subject.partition("/id/claim/")
        if marker:
            claim = "/".join(rest.split("/")[:2])
            found.setdefault(f"{before}{marker}{claim}", set()).add(triple)
    return found


def _statement(triples: Iterable[ox.Triple], lang: str) -> str:
    said = {
        one.object.language: one.object.value
        for one in triples
        if one.predicate.value.endswith("#statement") and isinstance(one.object, ox.Literal)
    }
    return said.get(lang) or next(iter(said.values()), "")
