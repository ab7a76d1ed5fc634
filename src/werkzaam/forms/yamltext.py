"""A tree as YAML that people read: groups below each other, short parts on one line, texts as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from werkzaam.yamltree import Mapping, Node, Scalar, Sequence

WIDTH = 100
_PLAIN = re.compile(r"[\w/][\w /.’'()+-]*")
_RESERVED = re.compile(
    r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069]"
)


def write(tree: Mapping) -> str:
    """Give the YAML of a document; between the items of its lists an empty line where they are long."""
    return "".join(f"{line}\n" for line in _mapping(tree, 0))


def scalar(text: str) -> str:
    """Give a text as YAML writes it: plain where that is safe, else within quotes.

    >>> print(scalar("de Cirkel"), scalar("nee: nooit"), scalar(""))
    de Cirkel "nee: nooit" ""
    """
    if _PLAIN.fullmatch(text) and not text.endswith(" ") and "  " not in text:
        return text
    return _RESERVED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _mapping(node: Mapping, indent: int) -> Iterator[str]:
    pad = " " * indent
    for key, value in node.pairs:
        short = _flow(value)
        if (short is not None and indent + len(key.text) + 2 + len(short) <= WIDTH) or isinstance(value, Scalar):
            yield f"{pad}{key.text}: {short}"
        elif isinstance(value, Mapping):
            yield f"{pad}{key.text}:"
            yield from _mapping(value, indent + 2)
        else:
            yield f"{pad}{key.text}:"
            yield from _items(value, indent)


def _items(node: Sequence, indent: int) -> Iterator[str]:
    pad = " " * indent
    for item in node.items:
        short = _flow(item)
        if isinstance(item, Scalar) or (short is not None and indent + 2 + len(short) <= WIDTH and _is_small(item)):
            yield f"{pad}- {short}"
        elif isinstance(item, Mapping):
            first, *rest = _mapping(item, indent + 2)
            yield f"{pad}- {first.lstrip()}"
            yield from rest
            if indent == 0:
                yield ""
        else:
            yield f"{pad}-"
            yield from _items(item, indent + 2)


def _is_small(node: Node) -> bool:
    return not isinstance(node, Mapping) or all(not isinstance(value, Sequence) for _, value in node.pairs)


def _flow(node: Node) -> str | None:
    """Give a node on one line; None where it nests so that nobody would read it."""
    if isinstance(node, Scalar):
        return scalar(node.text)
    if isinstance(node, Sequence):
        items = [_flow(item) for item in node.items]
        if any(isinstance(item, Mapping) for item in node.items):
            return None
        return "[" + ", ".join(one or "" for one in items) + "]"
    made = []
    for key, value in node.pairs:
        if isinstance(value, Mapping) and any(not isinstance(one, Scalar) for _, one in value.pairs):
            return None
        said = _flow(value)
        if said is None:
            return None
        made.append(f"{key.text}: {said}")
    return "{" + ", ".join(made) + "}"
