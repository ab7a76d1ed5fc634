"""Cheap looks at foreign queries and files before anything reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from werkzaam.errors import InputError

MAX_QUERY_BYTES = 100_000
MAX_QUERY_DEPTH = 200
MAX_QUERY_OPERATORS = 1_000
MAX_FILE_BYTES = 20_000_000

# The tokens of SPARQL, longest first: what can hide a word, names, words, and single characters.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<string>\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<name>(?:[^\W\d_][\w.-]*)?:(?:[\w:]|\\.|%[0-9A-Fa-f]{2})?(?:[\w.:-]|\\.|%[0-9A-Fa-f]{2})*)
    |(?P<variable>[?$]\w+|@[A-Za-z0-9-]+|_:[\w.-]+)
    |(?P<word>\w+)
    |(?P<mark>\|\||&&|.)""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_REFUSED = {"SERVICE": "query-service"} | dict.fromkeys(
    ("LOAD", "INSERT", "DELETE", "CLEAR", "DROP", "CREATE"), "query-update"
)
_OPERATORS = frozenset(("||", "&&", "|", "/", "!", "^", "+", "*", "-"))


def check_query(text: str, *, services: bool = False) -> None:
    """Refuse a query that is too long, too deep, or that asks another server; raises `InputError`.

    The engine dies of some 2,200 nested braces or 6,700 UNIONs, and would really call a SERVICE. With `services` that
    word is let pass, for who takes it out himself. Escapes are read both before and after the words are told apart, as
    engines differ in this.
    """
    if len(text.encode("utf-8", "replace")) > MAX_QUERY_BYTES:
        raise InputError("query-long", limit=MAX_QUERY_BYTES)
    refused = {word: why for word, why in _REFUSED.items() if not (services and word == "SERVICE")}
    _check_tokens(text, refused)
    if escaped(text):
        _check_tokens(_ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text), refused)


def escaped(text: str) -> bool:
    """Say whether a character of a query may be written by its number."""
    return "\\u" in text or "\\U" in text


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Give the tokens of a query, each with its kind as the group that matched."""
    return _TOKEN.finditer(text)


def _check_tokens(text: str, refused: dict[str, str]) -> None:
    depth = operators = 0
    for token in tokens(text):
        said = token[0]
        if token.lastgroup == "mark":
            depth += (said in "{([") - (said in "})]")
            operators += said in _OPERATORS
            if depth > MAX_QUERY_DEPTH:
                raise InputError("query-deep", limit=MAX_QUERY_DEPTH, line=line_of(text, token.start()))
        elif token.lastgroup == "word":
            operators += said.upper() == "UNION"
            if said.upper() in refused:
                raise InputError(refused[said.upper()], line=line_of(text, token.start()))
        if operators > MAX_QUERY_OPERATORS:
            raise InputError("query-operators", limit=MAX_QUERY_OPERATORS)


def line_of(text: str, at: int) -> int:
    """Give the number of the line on which a character stands."""
    return text.count("\n", 0, at) + 1


def read_file(path: str) -> bytes:
    """Give the content of a file of the user's; raises `InputError` where it cannot be read or is too big."""
    try:
        place = Path(path)
        if place.is_dir():
            raise InputError("file-is-folder", file=path)
        with place.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise InputError("file-absent", file=path) from None
    except OSError as error:
        raise InputError("file-unreadable", file=path, problem=error.strerror or "") from None
    if len(content) > MAX_FILE_BYTES:
        raise InputError("file-big", file=path, limit=MAX_FILE_BYTES)
    return content


def answer_query(
    content: bytes, store: str | None, form: str, seconds: float, *, inferred: bool = False, foreign: bool = False
) -> str:
    """Answer a foreign query as text in a limited child process.

    Over what follows too where `inferred`, and over the databases of others beside the store where `foreign`. `form` is
    csv, tsv, json or xml; a graph comes as N-Triples. Raises `InputError` where the query is refused, wrong, too slow,
    or kills the engine.
    """
    from werkzaam.sandbox import ChildDied, call

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("query-syntax", line=content[: error.start].count(b"\n") + 1, problem="UTF-8") from None
    check_query(text)
    if store is None:
        from werkzaam.build import packaged_nquads

        packaged_nquads()
    try:
        answer: str = call(_answer, text, store, form, inferred, foreign, seconds=seconds)
    except ChildDied as death:
        if death.reason == "time":
            raise InputError("query-takes-too-long", seconds=f"{seconds:g}") from None
        raise InputError("query-kills-engine") from None
    return answer


def _answer(text: str, store: str | None, form: str, inferred: bool = False, foreign: bool = False) -> str:
    from werkzaam.api import Werkzaam
    from werkzaam.sandbox import forbid_files_and_network

    opened = Werkzaam(store, inferred=inferred, foreign=foreign).store
    if store is None:
        forbid_files_and_network()
    try:
        return opened.answer(text, form)
    except OSError as error:  # the query made the engine reach for a file or socket that it may not open
        raise InputError("query-reaches-out", problem=error.strerror or str(error)) from None
