"""Where deprecated terms stand in the text of a Turtle file, whichever way they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from werkzaam.deprecation import Former

# What can hide a name comes first: comments, strings; then declarations, IRIs and prefixed names.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
    |(?P<string>\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?:@prefix|\bPREFIX)\s+(?P<prefix>[\w.-]*):\s*<(?P<namespace>[^>]*)>
    |<(?P<iri>[^<>"{}|^`\\\x00-\x20]*)>
    |(?P<name>(?:[^\W\d_][\w.-]*)?:[\w%:-]+(?:\.+[\w%:-]+)*)""",
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)
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
    prefixes: dict[str, str] = {}
    for token in _TOKEN.finditer(text):
        if token["namespace"] is not None:
            prefixes[token["prefix"]] = token["namespace"]
            continue
        if token["iri"] is not None:
            iri = token["iri"]
        elif token["name"] is not None:
            prefix, _, local = token["name"].partition(":")
            if prefix not in prefixes:
                continue
            iri = prefixes[prefix] + local
        else:
            continue
        if iri in former:
            start = token.start()
            line_start = text.rfind("\n", 0, start) + 1
            new = _written(former[iri].by, prefixes, token["name"])
            yield Name(start, token.end(), text.count("\n", 0, start) + 1, start - line_start + 1, token[0], new, iri)


def _written(iri: str, prefixes: Mapping[str, str], like: str | None) -> str:
    """Give `iri` as the file would write it: by a prefix where the old one had it, else in full."""
    if like is not None:
        first = like.partition(":")[0]
        for prefix in (first, *prefixes):
            local = iri.removeprefix(prefixes[prefix])
            if iri.startswith(prefixes[prefix]) and _PLAIN.fullmatch(local):
                return f"{prefix}:{local}"
    return f"<{iri}>"
