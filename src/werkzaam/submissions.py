"""Documents that somebody sends instead of naming a file: from bytes and their media type, by the way of `add`."""

from __future__ import annotations

from werkzaam.entered import Entry
from werkzaam.entry import enter
from werkzaam.errors import InputError
from werkzaam.records import Submitter

MEDIA = {
    "application/yaml": ".yaml",
    "application/x-yaml": ".yaml",
    "text/yaml": ".yaml",
    "text/x-yaml": ".yaml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/ld+json": ".jsonld",
    "application/json": ".jsonld",
    "text/turtle": ".ttl",
    "application/trig": ".trig",
    "application/n-quads": ".nq",
    "application/n-triples": ".nt",
    "application/rdf+xml": ".rdf",
}
"""The media types in which a document may come, with the ending of a file of that kind."""


def ending_of(media: str) -> str:
    """Give the ending of files of a media type, whatever its parameters; raises `InputError` where it is not ours.

    >>> ending_of("Text/Turtle; charset=utf-8")
    '.ttl'
    """
    try:
        return MEDIA[media.partition(";")[0].strip().lower()]
    except KeyError:
        raise InputError("media-unknown", value=media[:80], known=", ".join(MEDIA)) from None


def submit(
    content: bytes,
    media: str,
    store: str,
    *,
    submitter: Submitter | None = None,
    name: str | None = None,
    dry_run: bool = False,
) -> Entry:
    """Check a document and put it in `store`, a new version of it where it was there before, or say what is wrong.

    It has no files beside it, and in findings it is called ``case`` with the ending of its kind. Where a `name` is
    given (``study/case``), the document must have it. Raises `InputError` where `media` is none of `MEDIA`,
    `StoreError` where the store cannot be written.

    The document is read in a limited child; what judges and writes runs in this process and opens the store.
    """
    contents = [(f"case{ending_of(media)}", content)]
    return enter(contents, store, submitter=submitter, dry_run=dry_run, alone=True, name=name)
