"""What a query asks of other services (SERVICE): taken out of its text, and their answers put in its place.

The engine never sees a SERVICE: it has no list of whom it may ask, no limit on what comes back, and asks once a row. By
SPARQL 1.1 a SERVICE is the join with what the other service answers to the group in braces, asked by itself; so the
group is sent as a query of its own, and its rows are put where it stood, as VALUES.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from werkzaam.errors import InputError
from werkzaam.foreign import check_query, escaped, line_of, tokens
from werkzaam.store import check_syntax
from werkzaam.terms import BASE

MOST = 8
"""How many groups of a query may be asked of others."""
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_NAMELESS = f"{BASE}.well-known/genid/"
"""Where the names begin that nameless nodes of others get, as RDF 1.1 has it: VALUES takes no nameless nodes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A group that another service is asked: which of those allowed, and the query for it.

    In the text it stands from `start` to `end`, with the service's name at `name`.
    """

    service: int
    query: str
    silent: bool
    start: int
    name: int
    end: int


class Unreadable(Exception):
    """What another service answered is no table; `service` says which."""

    def __init__(self, service: int) -> None:
        super().__init__(service)
        self.service = service


def asks(text: str) -> bool:
    """Say whether a query may ask another service; a text that only has the word somewhere is looked at in vain."""
    return "SERVICE" in text.upper()


def asked(text: str, allowed: Sequence[str]) -> list[Asked]:
    """Give what a query asks of the services that it may ask, in its order.

    Raises `InputError` where it asks another, or in a way that hides which.
    """
    check_query(text, services=True)
    if escaped(text):
        raise InputError("federate-escape")
    found = [token for token in tokens(text) if token.lastgroup != "comment" and not token[0].isspace()]
    start = next((one.start() for one in found if one.lastgroup == "word" and one[0].upper() in _FORMS), 0)
    # Where the query names no base, ours holds.
    prologue = f"BASE <{BASE}>\n{text[:start]}\n"
    made = list(_asked(text, found, prologue, {iri: number for number, iri in enumerate(allowed)}))
    if len(made) > MOST:
        raise InputError("federate-many", limit=MOST)
    # GRAPH stands wherever SERVICE may stand: so the engine judges the whole text, at its own lines.
    check_syntax(_replaced(text, made, [_graph(text, one) for one in made]))
    return made


def _asked(text: str, found: Sequence[re.Match[str]], prologue: str, allowed: Mapping[str, int]) -> Iterator[Asked]:
    at = 0
    while at < len(found):
        first, at = found[at], at + 1
        if not _is(first, "SERVICE"):
            continue
        silent = at < len(found) and _is(found[at], "SILENT")
        at += silent
        named = found[at][0][1:-1] if at < len(found) and found[at].lastgroup == "iri" else ""
        if named not in allowed:
            raise InputError("federate-allowed", line=line_of(text, first.start()), known=_listed(allowed))
        name, begin, at = found[at].start(), at + 1, at + 1
        depth = 0
        while at < len(found):
            depth += (found[at][0] == "{") - (found[at][0] == "}")
            if _is(found[at], "SERVICE"):
                raise InputError("federate-nested", line=line_of(text, found[at].start()))
            at += 1
            if depth == 0:
                break
        if depth or found[begin][0] != "{":
            raise InputError("query-syntax", line=line_of(text, first.start()), problem="SERVICE <…> { … }")
        end = found[at - 1].end()
        query = f"{prologue}SELECT * WHERE {text[found[begin].start() : end]}\n"
        yield Asked(allowed[named], query, silent, first.start(), name, end)


def _is(token: re.Match[str], word: str) -> bool:
    return token.lastgroup == "word" and token[0].upper() == word


def _listed(allowed: Mapping[str, int]) -> str:
    return ", ".join(f"<{one}>" for one in allowed)


def _graph(text: str, one: Asked) -> str:
    """Give a SERVICE as a GRAPH that takes the same lines."""
    return "GRAPH" + re.sub(r"[^\n\r]", " ", text[one.start : one.name])[5:] + text[one.name : one.end]


def _replaced(text: str, made: Sequence[Asked], instead: Sequence[str]) -> str:
    for one, put in zip(reversed(made), reversed(instead), strict=True):
        text = text[: one.start] + put + text[one.end :]
    return text


def filled(text: str, made: Sequence[Asked], answers: Sequence[bytes | None]) -> str:
    """Give the query with the rows of each answer in its place; None is a silent failure, which leaves all as it is.

    Raises `Unreadable` where an answer is no table.
    """
    instead = []
    for number, (one, answer) in enumerate(zip(made, answers, strict=True)):
        try:
            instead.append("{ }" if answer is None else _values(answer, number))
        except (SyntaxError, ValueError):
            raise Unreadable(one.service) from None
    return _replaced(text, made, instead)


def _values(answer: bytes, number: int) -> str:
    """Give the rows of a table as a group of a query; the engine's parser has seen that each term is one."""
    table = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
    if not isinstance(table, ox.QuerySolutions):
        raise ValueError
    names = " ".join(str(one) for one in table.variables)
    rows = [" ".join(_term(term, number) for term in row) for row in table]
    return f"{{ VALUES ({names}) {{ {' '.join(f'({row})' for row in rows)} }} }}"


def _term(term: object, number: int) -> str:
    if term is None:
        return "UNDEF"
    if isinstance(term, ox.BlankNode):
        return f"<{_NAMELESS}{number}-{term.value}>"
    if isinstance(term, ox.NamedNode | ox.Literal):
        return str(term)
    raise ValueError
