"""The text of Turtle, TriG, N-Quads and N-Triples: its tokens, and where each subject and property stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from werkzaam.errors import Place
from werkzaam.terms import TYPE

# What can hide a name comes first: comments, strings; then declarations, IRIs and prefixed names.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
    |(?P<string>\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?:@prefix|\bPREFIX)\s+(?P<prefix>[\w.-]*):\s*<(?P<namespace>[^>]*)>
    |(?:@base|\bBASE)\s*<(?P<base>[^>]*)>
    |<(?P<iri>[^<>"{}|^`\\\x00-\x20]*)>
    |(?P<blank>_:[\w.-]*\w)
    |(?P<name>(?:[^\W\d_][\w.-]*)?:(?:(?:[\w%:-]|\\.)+(?:\.+(?:[\w%:-]|\\.)+)*)?)
    |(?P<number>[+-]?\d*\.?\d+(?:e[+-]?\d+)?)
    |(?P<word>@?[^\W\d][\w-]*)
    |(?P<mark><<\(?|\)?>>|\^\^|[\[\](){};,.])""",
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its text and where that begins; for a name, the IRI that it stands for."""

    kind: str
    text: str
    start: int
    iri: str
    prefixes: dict[str, str]


def tokens(text: str) -> Iterator[Token]:
    """Yield what may matter to a reader of the text; names with the IRI that their prefix gives."""
    prefixes: dict[str, str] = {}
    base = ""
    for found in _TOKEN.finditer(text):
        kind, iri = found.lastgroup or "", ""
        if kind == "namespace":
            prefixes[found["prefix"]] = urljoin(base, found["namespace"])
            continue
        if kind == "base":
            base = urljoin(base, found["base"])
            continue
        if kind == "comment":
            continue
        if kind == "iri":
            iri = urljoin(base, found["iri"]) if base else found["iri"]
        elif kind == "name":
            prefix, _, local = found["name"].partition(":")
            iri = prefixes[prefix] + _ESCAPE.sub(r"\1", local) if prefix in prefixes else ""
        yield Token(kind, found[0], found.start(), iri, prefixes)


class Lines:
    """From an offset in a text to its line and column."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Give line and column, from 1, of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def places(text: str, file: str) -> dict[tuple[str, str], Place]:
    """Give where each (subject, property) and each (subject, "") first stands; at ("", "") the first nameless thing.

    N-Quads read alike: what follows the object up to the point is skipped.
    """
    found: dict[tuple[str, str], Place] = {}
    lines = Lines(text)
    stack: list[_Statement] = [_Statement()]
    for token in tokens(text):
        now = stack[-1]
        match token.text if token.kind == "mark" else "":
            case "." | "{" | "}":
                stack[-1] = _Statement()
            case ";":
                now.predicate = ""
            case "[" | "(" | "<<" | "<<(":
                found.setdefault(("", ""), Place(file, *lines.at(token.start)))
                now.take()
                stack.append(_Statement("_", "" if token.text == "[" else "_"))
            case "]" | ")" | ">>" | ")>>" if len(stack) > 1:
                stack.pop()
            case "":
                iri = TYPE if token.kind == "word" and token.text == "a" else token.iri
                if token.kind == "word" and token.text.upper() == "GRAPH":
                    continue
                place = Place(file, *lines.at(token.start))
                if token.kind == "blank":
                    found.setdefault(("", ""), place)
                if not now.subject:
                    now.subject, now.place = iri or "_", place
                    if token.kind == "blank":
                        found.setdefault((token.text, ""), place)
                elif not now.predicate:
                    now.predicate = iri or "_"
                    if now.subject != "_" and iri:
                        found.setdefault((now.subject, ""), now.place or place)
                        found.setdefault((now.subject, iri), place)
    return found


def places_of_lines(text: str, file: str) -> dict[tuple[str, str], Place]:
    """Give what `places` gives of N-Quads and N-Triples, which have a statement a line; in a tenth of the time."""
    found: dict[tuple[str, str], Place] = {}
    for number, line in enumerate(text.split("\n"), 1):
        said = _LINE.match(line)
        if said is None:  # something else stands there, or nothing
            if line.strip() and not line.lstrip().startswith("#"):
                return places(text, file)
            continue
        subject, predicate = said["subject"], said["predicate"]
        if (subject, predicate) not in found:
            place = Place(file, number, said.start("predicate"))
            found.setdefault((subject, ""), Place(file, number, said.start("subject")))
            found[subject, predicate] = place
    return found


# Only IRIs and literals: what is nameless, quoted or escaped is for the reader of Turtle.
_LINE = re.compile(
    r"""[ \t]*<(?P<subject>[^<>"{}|^`\\\x00-\x20]*)>[ \t]*<(?P<predicate>[^<>"{}|^`\\\x00-\x20]*)>[ \t]*
    (?:<[^<>\x00-\x20]*>|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^<>\x00-\x20]*>)?)[ \t]*
    (?:<[^<>\x00-\x20]*>[ \t]*)?\.[ \t\r]*(?:\#.*)?$""",
    re.VERBOSE,
)


@dataclass(slots=True)
class _Statement:
    """A statement that is being read: what it is about, and what it says of that."""

    subject: str = ""
    predicate: str = ""
    place: Place | None = None

    def take(self) -> None:
        """Note that a nameless thing stands where a term is due."""
        if not self.subject:
            self.subject = "_"
        elif not self.predicate:
            self.predicate = "_"
