"""How mechanisms act on each other: as data for a table, and drawn on the server as a small graph.

What an arrow means is told three times: by the sign on it, by its line, and by its colour (style sheet).
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from werkzaam.api import Werkzaam
from werkzaam.claims import Node
from werkzaam.questions import ask
from werkzaam.terms import CONCEPT, slug

SIGNS = {
    "reinforces": "+",
    "overlaps": "≈",
    "conflicts": "≠",
    "prevails-over": ">",
    "compensates": "∪",
    "precedes": "»",
    "moderates": "◇",
    "none-found": "0",
}
_BOTH_WAYS = frozenset(("overlaps", "conflicts"))
_OBSERVED = f"{CONCEPT}mode/observed"

_WIDE, _TALL = 188, 46
_ROUND_WIDE = 960
_LINE = 17


@dataclass(frozen=True)
class Relation:
    """That one thing acts on another in a way, with the claims that say so; `seen` where one of them is observed."""

    start: str
    kind: str
    end: str
    claims: tuple[str, ...]
    scopes: tuple[str, ...]
    seen: bool

    @property
    def sign(self) -> str:
        """The sign of its kind."""
        return SIGNS[slug(self.kind)]


def relations(
    opened: Werkzaam, nodes: Mapping[str, Node], mechanism: str | None = None, case: str | None = None
) -> list[Relation]:
    """Give what claims say of how mechanisms, and traits of people, act on mechanisms."""
    wanted = {"mechanism": mechanism, "case": case}
    rows = ask(opened.store, "interactions", {name: [[iri]] for name, iri in wanted.items() if iri})
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        claims = found.setdefault((row["from"], row["kind"], row["to"]), [])
        if row["claim"] not in claims:
            claims.append(row["claim"])
    made = []
    for (start, kind, end), claims in found.items():
        told = [nodes[iri] for iri in claims]
        scopes = sorted({scope for node in told for scope in node.iris("scope")})
        seen = any(node.one("mode") == _OBSERVED for node in told)
        made.append(Relation(start, kind, end, tuple(claims), tuple(scopes), seen))
    return sorted(made, key=lambda one: (one.start, one.kind, one.end))


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    lines: tuple[str, ...]
    kind: str

    def edge(self, to_x: float, to_y: float) -> tuple[float, float]:
        """Give where a line from the middle to a point leaves the box."""
        across, down = to_x - self.x, to_y - self.y
        part = min(
            (_WIDE / 2 + 3) / abs(across) if across else math.inf, (_TALL / 2 + 3) / abs(down) if down else math.inf
        )
        return self.x + across * part, self.y + down * part


def circle(found: Sequence[Relation], order: Iterable[str], labels: Mapping[str, str], title: str) -> Markup:
    """Draw relations between mechanisms, which stand around an ellipse in `order`."""
    named = {iri for one in found for iri in (one.start, one.end)}
    iris = [iri for iri in order if iri in named]
    if not iris:
        return Markup("")
    wide, tall = _ROUND_WIDE, 70 * max(1, len(iris) // 2 + 1) + 70
    middle = (wide / 2, tall / 2)
    boxes = {
        iri: _Box(*place, _wrapped(labels[iri]), "mechanism")
        for iri, place in zip(iris, _around(len(iris), tall), strict=True)
    }
    # Two relations between the same two bend apart.
    bent: dict[frozenset[str], int] = {}
    lines = []
    for one in found:
        pair = frozenset((one.start, one.end))
        bend = 0.35 + 0.3 * bent.get(pair, 0)
        bent[pair] = bent.get(pair, 0) + 1
        start, end = boxes[one.start], boxes[one.end]
        half = ((start.x + end.x) / 2, (start.y + end.y) / 2)
        control = (half[0] + (middle[0] - half[0]) * bend, half[1] + (middle[1] - half[1]) * bend)
        lines.append(_line(one, start.edge(*control), control, end.edge(*control)))
    return _picture(wide, tall, lines, boxes.values(), title)


def columns(found: Sequence[Relation], order: Sequence[str], labels: Mapping[str, str], title: str) -> Markup:
    """Draw how traits, on the left, act on mechanisms, on the right, each in `order`."""
    left = [iri for iri in order if any(one.start == iri for one in found)]
    right = [iri for iri in order if any(one.end == iri for one in found)]
    if not found:
        return Markup("")
    tall = max(len(left), len(right)) * (_TALL + 16) + 4
    boxes = {}
    for iris, x, kind in ((left, 180.0, "actor"), (right, 780.0, "mechanism")):
        for number, iri in enumerate(iris):
            y = tall * (number + 0.5) / len(iris)
            boxes[iri] = _Box(x, y, _wrapped(labels[iri]), kind)
    lines = []
    for one in found:
        start, end = boxes[one.start], boxes[one.end]
        leaves, comes = (start.x + _WIDE / 2 + 3, start.y), (end.x - _WIDE / 2 - 3, end.y)
        half = ((leaves[0] + comes[0]) / 2, (leaves[1] + comes[1]) / 2)
        lines.append(_line(one, leaves, half, comes, at=0.3))
    return _picture(960, tall, lines, boxes.values(), title)


def _around(count: int, tall: float) -> list[tuple[float, float]]:
    """Give `count` places around an ellipse, clockwise from the top, each at a height of its own on its side."""
    wide, middle = _ROUND_WIDE / 2 - _WIDE / 2 - 4, tall / 2
    if count < 4:
        return [(_ROUND_WIDE * (number + 0.5) / count, middle) for number in range(count)]
    places = []
    for number in range(count):
        part = 2 * number / count  # 0 at the top, 1 at the bottom, 2 at the top again
        height = 2 * part - 1 if part <= 1 else 3 - 2 * part
        across = wide * math.sqrt(1 - height * height) * (1 if part <= 1 else -1)
        places.append((_ROUND_WIDE / 2 + across, middle + (middle - _TALL / 2 - 4) * height))
    return places


def _wrapped(label: str) -> tuple[str, ...]:
    lines = textwrap.wrap(label, 22)
    return tuple(lines[:2] if len(lines) < 3 else [lines[0], lines[1] + " …"])


_Point = tuple[float, float]


def _line(one: Relation, start: _Point, control: _Point, end: _Point, at: float = 0.5) -> tuple[str, str]:
    """Give the path of a relation, and the sign that stands on it, which no other path may cover."""
    kind = f"{slug(one.kind)}{'' if one.seen else ' theorised'}"
    (x, y), (to_x, to_y) = start, end
    path = f'<path class="arrow {kind}" d="M{x:.0f} {y:.0f}Q{control[0]:.0f} {control[1]:.0f} {to_x:.0f} {to_y:.0f}"/>'
    if slug(one.kind) not in _BOTH_WAYS:
        turn = math.degrees(math.atan2(to_y - control[1], to_x - control[0]))
        move = f"translate({to_x:.0f} {to_y:.0f}) rotate({turn:.0f})"
        path += f'<path class="tip {kind}" transform="{move}" d="M0 0l-11 -6v12z"/>'
    rest = 1 - at
    sign_x = rest * rest * x + 2 * rest * at * control[0] + at * at * to_x
    sign_y = rest * rest * y + 2 * rest * at * control[1] + at * at * to_y
    where = f'x="{sign_x:.0f}" y="{sign_y + 6:.0f}" text-anchor="middle"'
    sign = f'<circle class="sign" cx="{sign_x:.0f}" cy="{sign_y:.0f}" r="11"/>'
    sign += f'<text class="sign {kind}" {where}>{escape(one.sign)}</text>'
    return path, sign


def _picture(wide: float, tall: float, lines: Sequence[tuple[str, str]], boxes: Iterable[_Box], title: str) -> Markup:
    parts = [path for path, _ in lines]
    for box in boxes:
        left, top = box.x - _WIDE / 2, box.y - _TALL / 2
        parts.append(f'<rect class="{box.kind}" x="{left:.0f}" y="{top:.0f}" width="{_WIDE}" height="{_TALL}" rx="6"/>')
        first = box.y + 5 - _LINE * (len(box.lines) - 1) / 2
        parts += [
            f'<text x="{box.x:.0f}" y="{first + number * _LINE:.0f}" text-anchor="middle">{escape(line)}</text>'
            for number, line in enumerate(box.lines)
        ]
    parts += [sign for _, sign in lines]
    return Markup(
        f'<svg class="cmo interplay" viewBox="0 0 {wide} {tall}" role="img" aria-label="{escape(title)}" '
        f'focusable="false">{"".join(parts)}</svg>'
    )
