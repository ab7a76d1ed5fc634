"""Check that every locator holds against the source's text, and make locators.

Offsets count Unicode characters of the text file, from 0; `end` is exclusive.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from werkzaam.claims import Node, claims
from werkzaam.errors import Finding, InputError, Place, UsageError, finding
from werkzaam.store import Row, Store
from werkzaam.terms import slug

MAX_SENTENCES = 5
_STANCES = ("supportedBy", "disputedBy", "qualifiedBy")
_SENTENCE_END = re.compile(r"[.?!:][’”')]*(?=\s+[A-Z‘“'0-9•(])")

_PLACES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?publication ?kind ?name ?start ?end ?footer
WHERE {
  VALUES (?kind ?has ?named) { ("section" wz:hasSection wz:section) ("page" wz:hasPage wz:page) }
  ?publication wz:textDigest "%s" .
  ?publication ?has ?part .
  ?part ?named ?name .
  ?part wz:start ?start .
  ?part wz:end ?end .
  OPTIONAL { ?publication wz:pageFooter ?footer }
}
"""

_DIGESTS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?publication WHERE { ?publication wz:textDigest ?digest . ?publication wz:hasSection ?s }
"""

_PAGES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

SELECT ?name WHERE { <%s> wz:hasPage ?part . ?part wz:page ?name . ?part wz:start ?start } ORDER BY xsd:integer(?start)
"""

_OF_STUDY = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?claim WHERE { ?document wz:contains ?claim . ?document wz:study/wz:publication <%s> }
"""

_OF_THINGS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?node ?has ?property ?value
WHERE {
  ?document wz:study/wz:publication <%s> .
  ?document wz:describes|wz:figure|wz:quickscanEntry|wz:reportingScore ?thing .
  VALUES ?has { wz:supportedBy wz:readSpan }
  ?thing ?has ?node .
  ?node ?property ?value .
}
"""


@dataclass(frozen=True, slots=True)
class Span:
    """A named stretch of the text: a section or a page."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """The text of a publication with its sections and pages."""

    publication: str
    text: str
    footer: str
    sections: dict[str, Span]
    pages: tuple[Span, ...]

    def page(self, offset: int) -> str:
        """Give the printed page of an offset, "" where none is known."""
        at = bisect_right([page.start for page in self.pages], offset) - 1
        return self.pages[at].name if at >= 0 and offset < self.pages[at].end else ""

    def normal(self, start: int, end: int) -> str:
        """Give a passage in its normalised form."""
        return normalise(self.text[start:end], self.footer)

    def fingerprint(self, start: int, end: int) -> str:
        """Give the SHA-256 of a passage in its normalised form."""
        return hashlib.sha256(self.normal(start, end).encode()).hexdigest()


def normalise(text: str, footer: str = "") -> str:
    r"""Join words broken over lines, drop page footers, fold white space to one blank, compose Unicode.

    >>> normalise("een com-\n\nputercursus  is")
    'een computercursus is'
    """
    if footer:
        text = re.sub(rf"^[\W\d]*{re.escape(footer)}[\W\d]*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"-\s*\n\s*(?=[a-zà-ÿ])", "", text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def sentences(text: str) -> int:
    """Count the sentences of a normalised passage; what a colon introduces counts as its own.

    >>> sentences("Zij zegt: Dat werkt. Maar niet voor mij.")
    3
    """
    return len(_SENTENCE_END.findall(text)) + 1


def open_source(store: Store, content: bytes, file: str) -> Source:
    """Find the publication of which `content` is the text; raises `InputError` where it is none."""
    digest = hashlib.sha256(content).hexdigest()
    rows = store.select(_PLACES % digest)
    if not rows:
        known = len(store.select(_DIGESTS))
        raise InputError("evidence-text-unknown", file=file, digest=digest[:12], known=known)
    spans = {
        kind: sorted((_span(row) for row in rows if row["kind"] == kind), key=lambda one: one.start)
        for kind in ("section", "page")
    }
    return Source(
        rows[0]["publication"],
        content.decode("utf-8"),
        str(rows[0].get("footer", "")),
        {one.name: one for one in spans["section"]},
        tuple(spans["page"]),
    )


def _span(row: Row) -> Span:
    return Span(str(row["name"]), int(row["start"]), int(row["end"]))


def check_pdf(store: Store, content: bytes, file: str) -> tuple[int, list[Finding]]:
    """Check by phrase and page against a PDF of the one publication whose text is known.

    Raises `InputError` where the PDF cannot be read or none of the phrases stands in it.
    """
    from werkzaam.evidence_pdf import check_pages, pages_of

    pages = pages_of(content, file)
    tried: list[tuple[int, int, list[Finding]]] = []
    for row in store.select(_DIGESTS):
        publication = row["publication"]
        names = [str(one["name"]) for one in store.select(_PAGES % publication)]
        nodes = [node for node, kind in _all_places(store, publication) if kind != "readSpan"]
        try:
            count, findings = check_pages(nodes, pages, names, file)
        except InputError:
            continue
        tried.append((len(findings) - count, count, findings))
    if not tried:
        raise InputError("pdf-other", file=file, count=0)
    _, count, findings = min(tried, key=lambda one: one[0])
    return count, sorted(findings, key=lambda one: (one.subject, one.rule))


def check(store: Store, source: Source, file: str) -> tuple[int, list[Finding]]:
    """Check each locator of the source's claims and things; give how many places were looked at, and what is wrong."""
    count = 0
    findings: list[Finding] = []
    for node, kind in _all_places(store, source.publication):
        count += 1
        findings += _check_read(node, source, file) if kind == "readSpan" else _check_place(node, source, file)
    return count, sorted(findings, key=lambda one: (one.subject, one.rule))


def _all_places(store: Store, publication: str) -> Iterator[tuple[Node, str]]:
    """Yield each place that the claims, things, figures and scores of a publication's study name."""
    only = [row["claim"] for row in store.select(_OF_STUDY % publication)]
    yield from _places(claims(store, only))
    things: dict[str, tuple[Node, str]] = {}
    for row in store.select(_OF_THINGS % publication):
        one, _ = things.setdefault(row["node"], (Node(row["node"]), slug(row["has"])))
        one.values.setdefault(slug(row["property"]), []).append(row["value"])
    yield from things.values()


def _places(nodes: list[Node]) -> Iterator[tuple[Node, str]]:
    for node in nodes:
        for kind in (*_STANCES, "readSpan"):
            for part in node.all(kind):
                yield part, kind
        yield from _places(node.all("argument"))


def _check_place(node: Node, source: Source, file: str) -> Iterator[Finding]:
    def wrong(key: str, **data: Any) -> Finding:
        return finding(key, Place(file), subject=node.iri, **data)

    name, phrase = node.one("section") or "", node.one("phrase") or ""
    section = source.sections.get(name)
    if section is None:
        yield wrong("evidence-section", section=name)
        return
    hits = source.text.count(phrase, section.start, section.end) if phrase else 0
    if hits != 1:
        yield wrong("evidence-phrase", phrase=phrase, section=name, count=hits)
        return
    if not 2 <= len(phrase.split()) <= 6:
        yield wrong("evidence-phrase-length", phrase=phrase, count=len(phrase.split()))
    at = source.text.index(phrase, section.start, section.end)
    page = source.page(at)
    if (node.one("page") or "") != page and page:
        yield wrong("evidence-page", phrase=phrase, given=node.one("page") or "-", page=page)
    start, end = node.one("start"), node.one("end")
    if start is None or end is None:
        yield wrong("evidence-no-passage", phrase=phrase)
        return
    first, last = int(start), int(end)
    if not section.start <= first < last <= section.end:
        yield wrong("evidence-outside", start=first, end=last, section=name)
        return
    if not first <= at <= at + len(phrase) <= last:
        yield wrong("evidence-phrase-outside", phrase=phrase, start=first, end=last)
    count = sentences(source.normal(first, last))
    if count > MAX_SENTENCES:
        yield wrong("evidence-long", count=count, limit=MAX_SENTENCES)
    if node.one("fingerprint") != source.fingerprint(first, last):
        yield wrong("evidence-fingerprint", start=first, end=last)


def _check_read(node: Node, source: Source, file: str) -> Iterator[Finding]:
    start, end = int(node.one("start") or 0), int(node.one("end") or 0)
    section = source.sections.get(node.one("section") or "")
    if section is None or not section.start <= start < end <= section.end:
        yield finding(
            "evidence-outside",
            Place(file),
            subject=node.iri,
            start=start,
            end=end,
            section=node.one("section") or "-",
        )
        return
    text = source.normal(start, end).casefold()
    for word in node.values.get("searchedFor", []):
        if word.casefold() in text:
            yield finding("evidence-word-found", Place(file), subject=node.iri, word=word, section=section.name)


def locate(source: Source, section: str, phrase: str, *, count: int = 1) -> dict[str, str]:
    """Make the locator of `phrase` in `section`: the sentence that holds it and the `count` - 1 after it.

    Raises `UsageError` where the section is unknown, or the phrase is not there exactly once within a line.
    """
    span = source.sections.get(section)
    if span is None:
        raise UsageError("locate-section", section=section, known=", ".join(source.sections))
    hits = source.text.count(phrase, span.start, span.end)
    if hits != 1 or "\n" in phrase:
        raise UsageError("locate-phrase", phrase=phrase, section=section, count=hits)
    if not 2 <= len(phrase.split()) <= 6:
        raise UsageError("locate-phrase-length", phrase=phrase, count=len(phrase.split()))
    at = source.text.index(phrase, span.start, span.end)
    ends = [m.end() for m in _SENTENCE_END.finditer(source.text, span.start, span.end)] + [span.end]
    start = max((end for end in ends if end <= at), default=span.start)
    after = [end for end in ends if end >= at + len(phrase)]
    fitting = [end for end in after if sentences(source.normal(start, end).rstrip()) <= count]
    end = fitting[-1] if fitting else after[0]
    start += len(source.text[start:end]) - len(source.text[start:end].lstrip())
    end -= len(source.text[start:end]) - len(source.text[start:end].rstrip())
    return {
        "section": section,
        "page": source.page(at),
        "phrase": phrase,
        "start": str(start),
        "end": str(end),
        "fingerprint": source.fingerprint(start, end),
    }
