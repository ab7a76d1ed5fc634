"""Cheap looks at foreign queries and files before anything reads them."""

from __future__ import annotations

import re
from pathlib import Path

from werkzaam.errors import InputError

MAX_QUERY_BYTES = 100_000
MAX_QUERY_DEPTH = 200
MAX_QUERY_OPERATORS = 1_000
MAX_FILE_BYTES = 20_000_000

# What a query's words hide in: long and short strings, IRIs, comments.
_HIDDEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OPERATOR = re.compile(r"\bUNION\b|\|\||&&|\||/|[!^+*-]", re.IGNORECASE)


def check_query(text: str) -> None:
    """Refuse a query that is too long, too deep, or that asks another server; raises `InputError`.

    The engine dies of some 2,200 nested braces or 6,700 UNIONs, and would really call a SERVICE.
    """
    if len(text.encode("utf-8", "replace")) > MAX_QUERY_BYTES:
        raise InputError("query-long", limit=MAX_QUERY_BYTES)
    bare = _HIDDEN.sub(" ", _ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text))
    depth = deepest = 0
    for character in bare:
        if character in "{([":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "})]":
            depth -= 1
    if deepest > MAX_QUERY_DEPTH:
        raise InputError("query-deep", limit=MAX_QUERY_DEPTH, line=1)
    if len(_OPERATOR.findall(bare)) > MAX_QUERY_OPERATORS:
        raise InputError("query-operators", limit=MAX_QUERY_OPERATORS)
    for word, key in (
        ("SERVICE", "query-service"),
        ("LOAD", "query-update"),
        ("INSERT", "query-update"),
        ("DELETE", "query-update"),
    ):
        found = re.search(rf"(?<![?$:\w-]){word}\b(?!:)", bare, re.IGNORECASE)
        if found:
            raise InputError(key, line=bare[: found.start()].count("\n") + 1)


def read_file(path: str) -> bytes:
    """Give the content of a file of the user's; raises `InputError` where it cannot be read or is too big."""
    try:
        place = Path(path)
        if place.is_dir():
            raise InputError("file-is-folder", file=path)
        with place.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError("file-unreadable", file=path, problem=error.strerror or "") from None
    if len(content) > MAX_FILE_BYTES:
        raise InputError("file-big", file=path, limit=MAX_FILE_BYTES)
    return content


def answer_query(content: bytes, store: str | None, form: str, seconds: float) -> str:
    """Answer a foreign query as text in a limited child process.

    `form` is csv, tsv, json or xml; a graph comes as N-Triples. Raises `InputError` where the query
    is refused, wrong, too slow, or kills the engine.
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
        answer: str = call(_answer, text, store, form, seconds=seconds)
    except ChildDied as death:
        if death.reason == "time":
            raise InputError("query-takes-too-long", seconds=f"{seconds:g}") from None
        raise InputError("query-kills-engine") from None
    return answer


def _answer(text: str, store: str | None, form: str) -> str:
    from werkzaam.build import open_store
    from werkzaam.sandbox import forbid_files_and_network

    opened = open_store(store)
    if store is None:
        forbid_files_and_network()
    return opened.answer(text, form)
