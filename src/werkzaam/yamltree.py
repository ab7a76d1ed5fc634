"""YAML as a tree of texts with their lines and columns; nothing is ever typed or aliased.

YAML's own types would turn section 4.10 into 4.1 and "no" into False, and aliases can blow a small
file up to any size; a case document needs neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from werkzaam.errors import Finding, Place, finding
from werkzaam.forms.text import decode
from werkzaam.hidden import visible

MAX_DEPTH = 32
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """A text and where it starts."""

    text: str
    place: Place


@dataclass(slots=True)
class Sequence:
    """A list and where it starts."""

    items: list[Node]
    place: Place


@dataclass(slots=True)
class Mapping:
    """Keys with their values, in order, and where the mapping starts."""

    pairs: list[tuple[Scalar, Node]]
    place: Place


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A collection that is still being read; `key` waits for its value."""

    node: Sequence | Mapping
    key: Scalar | None = None
    seen: set[str] = field(default_factory=set)


def read(content: bytes, file: str) -> tuple[Node | None, list[Finding]]:
    """Read the one document of `content`; give its tree, or None, with all that is wrong."""
    text, findings = decode(content, file)
    if not text:
        return None, findings
    tree, more = _Reader(file).run(text)
    return tree, [*findings, *more]


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.stack: list[_Open] = []
        self.root: Node | None = None

    def run(self, text: str) -> tuple[Node | None, list[Finding]]:
        try:
            for event in yaml.parse(text, Loader=LOADER):
                if not self._take(event):
                    return None, self.findings
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)
            problem = str(getattr(error, "problem", None) or "") or type(error).__name__
            # Newer versions of libyaml refuse deep nesting themselves, before they give the first event.
            if "nesting" in problem or "depth" in problem:
                self.findings.append(finding("too-deep", place, depth=MAX_DEPTH))
            elif problem.startswith("mapping values are not allowed"):
                self.findings.append(finding("yaml-colon", place))
            else:
                self.findings.append(finding("yaml-syntax", place, problem=problem))
            return None, self.findings
        return self.root, self.findings

    def _take(self, event: Any) -> bool:
        place = Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.findings.append(finding("yaml-alias", place))
            return False
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            self.findings.append(finding("yaml-tag", place, tag=tag))
            return False
        if isinstance(event, yaml.ScalarEvent):
            self._put(Scalar(event.value.strip(), place))
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            if len(self.stack) >= MAX_DEPTH:
                self.findings.append(finding("too-deep", place, depth=MAX_DEPTH))
                return False
            sequence = isinstance(event, yaml.SequenceStartEvent)
            self.stack.append(_Open(Sequence([], place) if sequence else Mapping([], place)))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._put(self.stack.pop().node)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.findings.append(finding("yaml-second-document", place))
            return False
        return True

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node, Sequence):
            top.node.items.append(node)
        elif top.key is None:
            if not isinstance(node, Scalar):
                self.findings.append(finding("key-not-text", node.place))
                node = Scalar("", node.place)
            top.key = Scalar(visible(node.text), node.place)
        else:
            if top.key.text in top.seen:
                self.findings.append(finding("key-twice", top.key.place, key=top.key.text))
            else:
                top.seen.add(top.key.text)
                top.node.pairs.append((top.key, node))
            top.key = None
