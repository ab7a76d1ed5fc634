"""The documents of a store, as `werkzaam.open(store)` gives them: put in, taken out, looked back at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzaam.build import documents_of
from werkzaam.errors import UsageError
from werkzaam.store import Oxigraph, Store

if TYPE_CHECKING:
    from werkzaam.entered import Entry
    from werkzaam.errors import Finding
    from werkzaam.questions import Groups


class Documents(ABC):
    """What can be done to documents; all of it needs a store of your own and raises `StoreError` where there is none.

    >>> import werkzaam
    >>> werkzaam.open().history()
    Traceback (most recent call last):
    werkzaam.errors.StoreError: ...
    """

    store: Store
    _where: str | None

    @abstractmethod
    def _opened(self) -> Store:
        """Open the store as it is now."""

    @abstractmethod
    def groups(self, dimension: str, wanted: str, /) -> Groups:
        """Resolve names."""

    @abstractmethod
    def iri(self, name: str) -> str:
        """Give the IRI of anything in the collection."""

    @abstractmethod
    def cases(self) -> list[dict[str, Any]]:
        """Give the documents of the store."""

    def add(
        self, *files: str, by: str = "", email: str = "", note: str = "", at: str | None = None, dry_run: bool = False
    ) -> Entry:
        """Check documents and put each in the store, a new version of it where it was there before; all or none.

        Who submits stays outside the data. Raises `InputError` where a file cannot be read, `StoreError` where there
        is no store of your own or it cannot be written.
        """
        from werkzaam.entry import add
        from werkzaam.records import Submitter

        where = self._place()
        with self._changing():
            return add(files, where, submitter=Submitter(by, email, note), at=at, dry_run=dry_run)

    def remove(
        self,
        case: str,
        *,
        erase: bool = False,
        force: bool = False,
        by: str = "",
        email: str = "",
        note: str = "",
        at: str | None = None,
    ) -> Entry:
        """Take a document out of the store, by its name or that of the only case it is about; with `erase`, for good.

        Refused where others point to it, unless `force`. Raises `UsageError` where there is no such document.
        """
        from werkzaam.records import Submitter
        from werkzaam.withdrawal import remove

        where, document = self._place(), self.document(case)
        with self._changing():
            submitter = Submitter(by, email, note)
            return remove(document, where, erase=erase, force=force, submitter=submitter, at=at)

    def retract(
        self, claim: str, *, nl: str, en: str, by: str = "", email: str = "", note: str = "", at: str | None = None
    ) -> Entry:
        """Take back a claim (an IRI, or as ``adp/k017``), for a reason in Dutch and English that is published.

        Raises `UsageError` where the store holds no such claim.
        """
        from werkzaam.records import Submitter
        from werkzaam.withdrawal import retract

        where, iri = self._place(), self.iri(claim)
        with self._changing():
            return retract(iri, {"nl": nl, "en": en}, where, submitter=Submitter(by, email, note), at=at)

    def document(self, name: str) -> str:
        """Give a document of the store by its name (``study/case``), its IRI or the case it is about.

        Raises `UsageError` where there is none, or more than one.
        """
        from werkzaam.records import states
        from werkzaam.terms import GRAPH

        short = name.removeprefix(GRAPH)
        if short in states(documents_of(self._where).read().records()):
            return short
        held = {one["document"].removeprefix(GRAPH): one["case"] for one in self.cases()}
        if short in held:
            return short
        try:
            case = self.groups("case", name)[0][0]
        except UsageError:
            raise UsageError("document-not-there", value=name) from None
        found = sorted(document for document, about in held.items() if about == case)
        if len(found) > 1:
            raise UsageError("document-of-several", value=name, known=", ".join(found))
        if not found:
            raise UsageError("document-not-there", value=name)
        return str(found[0])

    def history(self, document: str | None = None, *, people: bool = False) -> list[dict[str, Any]]:
        """Give what happened to the documents of the store, or to one, oldest first; with `people`, who submitted too.

        Raises `UsageError` where there is no such document.
        """
        held = documents_of(self._where).read()
        name = None if document is None else self.document(document)
        who = {(one.document, one.version, one.action): one for one in (held.people() if people else [])}
        found: list[dict[str, Any]] = []
        for record in held.records():
            if name in (None, record.document):
                one = who.get((record.document, record.version, record.action))
                more = {"by": one.by, "email": one.email, "note": one.note, "until": one.until} if one else {}
                found.append({**record.as_dict(), **more})
        return found

    def printed(self, document: str, version: int, file: str | None = None) -> bytes:
        """Give a version of a document as it was submitted, byte for byte; `file` names one of those beside it.

        Raises `UsageError` where there is no such version or file.
        """
        held = documents_of(self._where).read()
        name = self.document(document)
        versions = {one.version: one.files for one in held.records() if one.document == name and one.files}
        files = [one for one in versions.get(version, ()) if file in (None, one.name)]
        if not files:
            known = [f"{number} ({', '.join(one.name for one in files)})" for number, files in versions.items()]
            raise UsageError("version-unknown", value=name, version=version, known=", ".join(known) or "–")
        return held.content(files[0].sha256)

    def check(self) -> list[Finding]:
        """Say what is wrong with the store on disk: a violation is damage, the rest is good to know."""
        from werkzaam.upkeep import check

        return check(self._where)

    def backup(self, target: str) -> int:
        """Copy the store on disk, as it is at this moment, into a new folder; give how many documents it holds."""
        from werkzaam.upkeep import backup

        return backup(self._where, target)

    def _place(self) -> str:
        documents_of(self._where)
        return self._where or ""

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let go of the store, and open it as it is afterwards."""
        if isinstance(self.store, Oxigraph):
            self.store.close()
        try:
            yield
        finally:
            self.store = self._opened()
            self.__dict__.pop("known", None)
