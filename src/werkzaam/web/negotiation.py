"""Which form and which language a client wants, by its headers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import mimeparse

from werkzaam.terms import LANGUAGES

HTML, JSON = "text/html", "application/json"
GRAPHS = {
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
}
"""The media types of a graph with the ending of an address that asks for each."""

RESULTS = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/xml": "xml",
}
"""The media types of a table of results; the first that fits best is taken, JSON where anything goes.

The last two are what clients ask that know no better; the content is the same.
"""


MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json",
    "xml": "application/sparql-results+xml",
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
"""The content type of each ending."""


def best(accept: str, offered: Sequence[str]) -> str:
    """Give the offered media type that `accept` wants most, the first where all are alike, "" where none will do.

    >>> best("text/turtle;q=0.5, text/html", [HTML, "text/turtle"])
    'text/html'
    >>> best("image/png", [HTML])
    ''
    """
    if not accept.strip():
        return offered[0]
    ranges = []
    for part in accept.lower().split(","):
        with suppress(mimeparse.MimeTypeParseException, ValueError):  # what cannot be read wants nothing
            ranges.append(mimeparse.parse_media_range(part))
    if not ranges:
        return ""
    weighed = [(mimeparse.quality_and_fitness_parsed(one, ranges)[0], -at, one) for at, one in enumerate(offered)]
    quality, _, chosen = max(weighed)
    return chosen if quality > 0 else ""


def language(accept: str) -> str:
    """Give the language of ours that a client wants most: Dutch, unless English comes first.

    >>> language("en-GB,en;q=0.9,nl;q=0.5")
    'en'
    >>> language("fr")
    'nl'
    """
    weighed = []
    for at, part in enumerate(accept.split(",")):
        tag, _, rest = part.strip().partition(";")
        try:
            quality = float(rest.partition("=")[2]) if "=" in rest else 1.0
        except ValueError:
            continue
        if tag[:2].lower() in LANGUAGES and quality > 0:
            weighed.append((-quality, at, tag[:2].lower()))
    return min(weighed)[2] if weighed else "nl"
