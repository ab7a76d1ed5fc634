"""What `werkzaam.open()` gives: the object whose methods the commands call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from werkzaam.answers import DIMENSIONS, Answer, what_works
from werkzaam.build import copied, open_store, with_inferences, with_others
from werkzaam.claims import Node, claims
from werkzaam.documents import Documents
from werkzaam.errors import OurFault
from werkzaam.known import Known
from werkzaam.questions import Groups, Question, ask, question, questions
from werkzaam.store import Row, Store
from werkzaam.terms import ID, WZ, expand

if TYPE_CHECKING:
    from werkzaam.databases.shelf import Database
    from werkzaam.errors import Finding
    from werkzaam.outward.losses import Loss

Wanted = str | Sequence[str]


class Werkzaam(Documents):
    """An open collection of claims; with `inferred`, a copy in memory that holds what follows from them too.

    With `foreign`, a copy in memory that holds the databases of others beside the store too (`databases` names them);
    with `memory`, one that holds the same as the store.

    What changes its documents (`add`, `remove`, `retract` and so on) is told at `Documents`.

    >>> import werkzaam
    >>> answer = werkzaam.open().what_works(mechanism="maatwerk")
    >>> answer.count > 0
    True
    """

    def __init__(
        self,
        store: str | None = None,
        *,
        lang: str = "en",
        inferred: bool = False,
        foreign: bool = False,
        memory: bool = False,
    ) -> None:
        self.lang = lang
        self._where, self._inferred, self._foreign, self._memory = store, inferred, foreign, memory
        self.databases: list[Database] = []
        self.store: Store = self._opened()

    def _opened(self) -> Store:
        if self._foreign:
            held, self.databases = with_others(self._where)
            if self._inferred:
                from werkzaam.rules import materialise

                materialise(held)
            return held
        if self._inferred:
            return with_inferences(self._where)
        return copied(self._where) if self._memory else open_store(self._where)

    @cached_property
    def known(self) -> Known:
        """The names and labels of everything in the store."""
        return Known(self.store)

    def groups(self, dimension: str, wanted: Wanted | None, lang: str | None = None) -> Groups:
        """Resolve names: each item is a group, of which a comma separates the alternatives.

        `lang` is the language of the reader, where it is not that of this object.

        Raises `UsageError` where a name is unknown or may be more than one thing.
        """
        items = [] if wanted is None else [wanted] if isinstance(wanted, str) else list(wanted)
        classes = DIMENSIONS[dimension]
        return [
            [self.known.resolve(name.strip(), dimension, classes, lang or self.lang) for name in item.split(",")]
            for item in items
        ]

    def what_works(
        self,
        *,
        mechanism: Wanted | None = None,
        for_: Wanted | None = None,
        in_: Wanted | None = None,
        outcome: Wanted | None = None,
        case: Wanted | None = None,
        limit: int | None = None,
    ) -> Answer:
        """Answer *what works*: items given twice mean both, a comma means either.

        With a `limit`, at most so many claims stand under each heading; without, all of them, or some of very many.
        """
        asked = {"mechanism": mechanism, "trait": for_, "context": in_, "outcome": outcome, "case": case}
        return self.what_works_of([g for name, wanted in asked.items() for g in self.groups(name, wanted)], limit=limit)

    def what_works_of(
        self,
        groups: Groups,
        without: Sequence[str] = (),
        known: Mapping[str, Node] | None = None,
        limit: int | None = None,
    ) -> Answer:
        """Answer *what works* for groups of IRIs, leaving out claims that name a concept of the schemes `without`.

        `known` are claims that were read before.
        """
        return what_works(self.store, groups, without, known, limit)

    def questions(self) -> Mapping[str, Question]:
        """Give the competency questions by name."""
        return questions()

    def ask(self, name: str, params: Mapping[str, Wanted] | None = None) -> list[Row]:
        """Answer a competency question; a parameter is given by name, as slug, CURIE, IRI or label.

        Raises `UsageError` where the question, a parameter or a name is unknown.
        """
        asked = question(name)
        values: dict[str, Groups] = {}
        for key, wanted in (params or {}).items():
            param = asked.param(key)
            classes = None if param.takes == "Any" else [expand(param.takes) or WZ + param.takes]
            items = [wanted] if isinstance(wanted, str) else list(wanted)
            values[key] = [[self._any(part.strip(), classes) for part in item.split(",")] for item in items]
        return ask(self.store, name, values)

    def _any(self, name: str, classes: Iterable[str] | None) -> str:
        concept = "http://www.w3.org/2004/02/skos/core#Concept"
        return self.known.resolve(name, "any", classes or [concept, WZ + "Thing"], self.lang)

    def iri(self, name: str) -> str:
        """Give the IRI of anything in the collection by its IRI, CURIE, slug or label; a claim also as ``adp/k017``.

        Raises `UsageError` where nothing has that name.
        """
        direct = name if "://" in name else expand(name)
        for iri in (direct, f"{ID}claim/{name}"):
            if iri is not None and next(iter(self.store.about(iri)), None) is not None:
                return iri
        return self._any(name, None)

    def query(self, sparql: str, form: str = "json") -> str:
        """Answer any SPARQL query of your own as text; read-only, in this process."""
        return self.store.answer(sparql, form)

    def claims(self) -> list[Node]:
        """Give all claims as objects."""
        return claims(self.store)

    def export(self, form: str) -> Iterator[str]:
        """Yield the lines of an export: jsonl, nq or ttl. A database of others without a licence is left out."""
        from werkzaam.export import export
        from werkzaam.store import Oxigraph

        secret = {one.graph for one in self.databases if not one.licence}
        if not secret:
            return export(self.store, form)
        open_ = Oxigraph()
        open_.fill(q for q in self.store.quads() if getattr(q.graph_name, "value", "") not in secret)
        return export(open_, form)

    def export_as(self, form: str, *, history: bool = False) -> Iterator[bytes]:
        """Yield an export in a form of others: nanopub, cids, pico; the evidence table (csv, xlsx, parquet); a crate.

        With `history`, nanopublications that were superseded or taken back come too, which takes a store on disk.
        """
        from werkzaam.outward import crate, past
        from werkzaam.outward.forms import FORMS
        from werkzaam.outward.nanopubs import as_trig

        if history:
            return (text.encode() for text in as_trig(one for _, one in past.with_past(self._where)))
        if form == "crate":
            return iter([crate.zipped(crate.files(self))])
        if form == "nanopub" and past.remembers(self._where):
            current = (one for standing, one in past.with_past(self._where) if standing == "current")
            return (text.encode() for text in as_trig(current))
        return FORMS[form].write(self)

    def losses(self, form: str) -> list[Loss]:
        """Say what an export keeps of each property of the claims: written, read back and compared."""
        from werkzaam.outward.forms import FORMS, about_claims
        from werkzaam.outward.losses import compare

        found, invented = compare(about_claims(self.store), FORMS[form].back(b"".join(FORMS[form].write(self))))
        if invented:
            raise OurFault("our-fault", problem=f"{form}: {min(map(str, invented))}")
        return found

    def table(self, name: str) -> list[list[str]]:
        """Give a printed table (`name` is its slug, such as ``table-4.1``), header first, each cell as printed.

        Raises `UsageError` where there is no such table.
        """
        from werkzaam.printed import printed

        return printed(self.store, name)

    def check_evidence(self, content: bytes, file: str) -> tuple[int, list[Finding]]:
        """Check every locator against a report, its text or its PDF; give how many, and what is wrong."""
        from werkzaam.evidence import check, check_pdf, open_source

        if content.startswith(b"%PDF-"):
            return check_pdf(self.store, content, file)
        return check(self.store, open_source(self.store, content, file), file)

    def cases(self) -> list[dict[str, Any]]:
        """Give the documents of the store, with how many claims, figures and the like each holds and who coded it."""
        rows = self.store.select(_CASES)
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            one = found.setdefault(row["document"], {"document": str(row["document"]), "kinds": {}})
            one["case"] = str(row["case"]) if "case" in row else None
            one["coded_by"], one["coded_on"] = str(row["by"]), str(row["on"])
            one["review"] = str(row["review"])
            if "kind" in row:  # a document may have no claims yet
                one["kinds"][str(row["kind"])] = int(row["claims"])
        return list(found.values())


_CASES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?document ?case ?by ?on ?review ?kind (COUNT(?claim) AS ?claims)
WHERE {
  ?document a wz:CaseDocument .
  ?document wz:coding ?coding .
  ?coding wz:codedBy ?by .
  ?coding wz:codedOn ?on .
  ?coding wz:review ?review .
  OPTIONAL { ?document wz:caseOf ?case }
  OPTIONAL {
    ?document wz:contains|wz:figure|wz:check|wz:quickscanEntry|wz:reportingScore ?claim .
    ?claim a ?kind .
    FILTER (STRSTARTS(STR(?kind), STR(wz:)))
  }
}
GROUP BY ?document ?case ?by ?on ?review ?kind
ORDER BY ?document ?kind
"""
