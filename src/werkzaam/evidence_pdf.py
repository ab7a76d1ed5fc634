"""Check locators against the PDF of a report: phrase and page decide.

What text a PDF gives depends on who reads it, so a passage that differs is no finding here; the text file is for that.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable

from werkzaam.claims import Node
from werkzaam.errors import Finding, InputError, Place, UsageError, finding
from werkzaam.evidence import normalise


def pages_of(content: bytes, file: str) -> list[str]:
    """Give the text of each page; raises `InputError` where it is no PDF, `UsageError` where pypdf is not installed."""
    try:
        import pypdf
    except ImportError:
        raise UsageError("extra-missing", extra="pdf") from None
    try:
        return [normalise(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    except Exception as error:  # whatever a broken file makes of the reader
        raise InputError("pdf-unreadable", file=file, problem=type(error).__name__) from None


def check_pages(nodes: Iterable[Node], pages: list[str], names: list[str], file: str) -> tuple[int, list[Finding]]:
    """Check that each phrase stands on its printed page, or on the next where it is broken over two.

    `names` are the printed page numbers in their order; by how many sheets they lie off is what most phrases say.
    """
    placed = [(node, node.one("phrase") or "", node.one("page") or "") for node in nodes if node.one("phrase")]
    order = {name: index for index, name in enumerate(names)}
    where = {phrase: [at for at, text in enumerate(pages) if phrase in text] for _, phrase, _ in placed}
    votes = Counter(at - order[page] for _, phrase, page in placed if page in order for at in where[phrase])
    if not votes:
        raise InputError("pdf-other", file=file, count=len(placed))
    offset = votes.most_common(1)[0][0]
    findings = []
    for node, phrase, page in placed:
        found = where[phrase]
        if not found:
            findings.append(finding("pdf-phrase", Place(file), subject=node.iri, phrase=phrase))
        elif page in order and order[page] + offset not in found:
            printed = ", ".join(names[at - offset] for at in found if 0 <= at - offset < len(names)) or "-"
            findings.append(finding("pdf-page", Place(file), subject=node.iri, phrase=phrase, given=page, page=printed))
    return len(placed), findings
