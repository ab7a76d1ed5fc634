"""Where deprecated terms stand in the text of a Turtle file, whichever way they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from werkzaam.deprecation import Former
from werkzaam.forms.turtle import Lines, tokens

_PLAIN = re.compile(r"\w[\w-]*")


@dataclass(frozen=True, slots=True)
class Name:
    """One deprecated name: offsets in the text, place, and what to write there instead."""

    start: int
    end: int
    line: int
    column: int
    written: str
    instead: str
    old: str


def names_in(text: str, former: Mapping[str, Former]) -> Iterator[Name]:
    """Yield every deprecated name of `text` in order; the same form where the new IRI allows it."""
    lines = Lines(text)
    for token in tokens(text):
        if token.iri in former:
            like = token.text if token.kind == "name" else None
            new = _written(former[token.iri].by, token.prefixes, like)
            line, column = lines.at(token.start)
            yield Name(token.start, token.start + len(token.text), line, column, token.text, new, token.iri)


def _written(iri: str, prefixes: Mapping[str, str], like: str | None) -> str:
    """Give `iri` as the file would write it: by a prefix where the old one had it, else in full."""
    if like is not None:
        first = like.partition(":")[0]
        for prefix in (first, *prefixes):
            local = iri.removeprefix(prefixes[prefix])
            if iri.startswith(prefixes[prefix]) and _PLAIN.fullmatch(local):
                return f"{prefix}:{local}"
    return f"<{iri}>"
