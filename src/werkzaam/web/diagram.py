"""The CMO diagram of a configuration, drawn on the server: context and resource, mechanism, outcome.

Whether the mechanism fired is told three times: by the sign on the arrow, by its line, and by its colour (style sheet).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH = 960
_LINE = 19
_PAD = 12
_GAP = 14
_COLUMNS = ((0, 270), (345, 270), (690, 270))
_CHARS = 32


@dataclass(frozen=True)
class Box:
    """A box of a diagram: its kind (a class of the style sheet), what it is called, and what stands in it."""

    kind: str
    head: str
    lines: Sequence[str]


def draw(left: Iterable[Box], middle: Box, right: Iterable[Box], *, sign: str, verdict: str, title: str) -> Markup:
    """Draw boxes on the left that lead to the one in the middle, and on from it to those on the right."""
    lefts, rights = list(left), list(right)
    height = max(_stack(lefts), _stack([middle]), _stack(rights)) + 2
    parts: list[str] = []
    centre = height / 2
    for box, top, tall in _place(lefts, height):
        parts.append(_box(box, _COLUMNS[0], top, tall))
        parts.append(_arrow(270, top + tall / 2, 345, centre, "plain"))
    for box, top, tall in _place([middle], height):
        parts.append(_box(box, _COLUMNS[1], top, tall))
    for box, top, tall in _place(rights, height):
        parts.append(_box(box, _COLUMNS[2], top, tall))
        parts.append(_arrow(615, centre, 690, top + tall / 2, verdict))
    if rights:
        parts.append(f'<circle class="sign {verdict}" cx="652" cy="{centre:g}" r="13"/>')
        parts.append(
            f'<text class="sign {verdict}" x="652" y="{centre + 6:g}" text-anchor="middle">{escape(sign)}</text>'
        )
    return Markup(
        f'<svg class="cmo" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title)}" '
        f'focusable="false">{"".join(parts)}</svg>'
    )


def _wrap(lines: Sequence[str]) -> list[str]:
    return [piece for line in lines for piece in textwrap.wrap(line, _CHARS) or [""]]


def _tall(box: Box) -> int:
    return _PAD * 2 + _LINE * (1 + len(_wrap(box.lines)))


def _stack(boxes: Sequence[Box]) -> int:
    return sum(_tall(box) for box in boxes) + _GAP * max(0, len(boxes) - 1)


def _place(boxes: Sequence[Box], height: float) -> list[tuple[Box, float, int]]:
    top = (height - _stack(boxes)) / 2
    placed = []
    for box in boxes:
        tall = _tall(box)
        placed.append((box, top, tall))
        top += tall + _GAP
    return placed


def _box(box: Box, column: tuple[int, int], top: float, tall: int) -> str:
    left, width = column
    made = [f'<rect class="{box.kind}" x="{left + 1}" y="{top:g}" width="{width - 2}" height="{tall}" rx="6"/>']
    made.append(f'<text class="head" x="{left + _PAD}" y="{top + _PAD + 13:g}">{escape(box.head)}</text>')
    for number, line in enumerate(_wrap(box.lines), 1):
        made.append(f'<text x="{left + _PAD}" y="{top + _PAD + 13 + number * _LINE:g}">{escape(line)}</text>')
    return "".join(made)


def _arrow(x: float, y: float, to_x: float, to_y: float, kind: str) -> str:
    half = (x + to_x) / 2
    path = f'<path class="arrow {kind}" d="M{x:g} {y:g}C{half:g} {y:g} {half:g} {to_y:g} {to_x - 7:g} {to_y:g}"/>'
    head = f"M{to_x:g} {to_y:g}l-9 -5v10z"
    return path + f'<path class="tip {kind}" d="{head}"/>'
