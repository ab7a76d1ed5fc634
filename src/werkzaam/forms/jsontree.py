"""JSON as a tree of texts with their lines and columns; not deeper than a document is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from werkzaam.errors import Finding, Place, finding
from werkzaam.forms.turtle import Lines
from werkzaam.yamltree import MAX_DEPTH, Mapping, Node, Scalar, Sequence

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:(?P<string>"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*")
    |(?P<plain>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b)
    |(?P<mark>[\[\]{},:])
    |(?P<end>\Z))""",
    re.VERBOSE,
)


@dataclass(slots=True)
class _Open:
    """A collection that is being read, what may follow, and the key that waits for its value."""

    node: Sequence | Mapping
    due: str
    key: Scalar | None = None
    seen: set[str] = field(default_factory=set)


def read(text: str, file: str) -> tuple[Node | None, list[Finding]]:
    """Read JSON; give its tree, or None, with what is wrong; of a key that stands twice the first is kept."""
    findings: list[Finding] = []
    lines, stack = Lines(text), [_Open(Sequence([], Place(file, 1, 1)), "value")]
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        place = Place(file, *lines.at(_start(text, at)))
        if found is None:
            return None, [*findings, finding("json-syntax", place, problem=_near(text, at))]
        top, mark = stack[-1], found["mark"]
        if found["end"] is not None:
            if len(stack) == 1 and top.due == "end":
                root = top.node
                assert isinstance(root, Sequence)
                return root.items[0], findings
            return None, [*findings, finding("json-syntax", place, problem="…")]
        at = found.end()
        if mark is None:
            node = Scalar(json.loads(found["string"]) if found["string"] else found["plain"], place)
            allowed = ("value", "first-value") if found["plain"] else ("value", "first-value", "key", "first-key")
            if top.due not in allowed:
                return None, [*findings, finding("json-syntax", place, problem=_near(text, found.start()))]
            if "key" in top.due:
                top.key, top.due = node, "colon"
                continue
            _put(stack, node, findings)
        elif mark in "[{":
            if top.due not in ("value", "first-value"):
                return None, [*findings, finding("json-syntax", place, problem=mark)]
            if len(stack) > MAX_DEPTH:
                return None, [*findings, finding("too-deep", place, depth=MAX_DEPTH)]
            opened = (
                _Open(Sequence([], place), "first-value") if mark == "[" else _Open(Mapping([], place), "first-key")
            )
            stack.append(opened)
        elif mark in "]}":
            closes = isinstance(top.node, Sequence) == (mark == "]") and top.due in ("comma", f"first-{_DUE[mark]}")
            if not closes or len(stack) == 1:
                return None, [*findings, finding("json-syntax", place, problem=mark)]
            stack.pop()
            _put(stack, top.node, findings)
        elif mark == ":" and top.due == "colon":
            top.due = "value"
        elif mark == "," and top.due == "comma":
            top.due = "value" if isinstance(top.node, Sequence) else "key"
        else:
            return None, [*findings, finding("json-syntax", place, problem=mark)]


_DUE = {"]": "value", "}": "key"}


def _put(stack: list[_Open], node: Node, findings: list[Finding]) -> None:
    top = stack[-1]
    top.due = "comma" if len(stack) > 1 else "end"
    if isinstance(top.node, Sequence):
        top.node.items.append(node)
    elif top.key is not None:
        if top.key.text in top.seen:
            findings.append(finding("key-twice", top.key.place, key=top.key.text))
        else:
            top.seen.add(top.key.text)
            top.node.pairs.append((top.key, node))


def _start(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _near(text: str, at: int) -> str:
    return text[_start(text, at) :][:20].split("\n")[0]
