"""The picture of the core of the ontology, drawn on the server: a claim and what it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from werkzaam.terms import WZ

Label = Callable[[str], str]

# From a box over a property to a box: the classes by name, the property by name.
EDGES = (
    ("CaseDocument", "contains", "Claim"),
    ("Claim", "scope", "Intervention"),
    ("Claim", "supportedBy", "Evidence"),
    ("Claim", "mechanism", "Mechanism"),
    ("Claim", "context", "ContextFactor"),
    ("Claim", "actor", "Actor"),
    ("Claim", "hasOutcome", "OutcomeChange"),
    ("Evidence", "saidBy", "Party"),
    ("Actor", "trait", "Trait"),
    ("OutcomeChange", "outcome", "Outcome"),
)

_WIDTH, _HEIGHT, _TALL = 960, 430, 52
_BOXES = {  # left, top, width
    "CaseDocument": (0, 20, 160),
    "Intervention": (0, 150, 160),
    "Evidence": (0, 260, 160),
    "Party": (0, 370, 160),
    "Claim": (282, 20, 172),
    "Mechanism": (570, 20, 190),
    "ContextFactor": (570, 130, 190),
    "Actor": (570, 240, 190),
    "OutcomeChange": (570, 350, 190),
    "Trait": (850, 240, 108),
    "Outcome": (850, 350, 108),
}
_KIND = {"Mechanism": "mechanism", "ContextFactor": "context"}


@dataclass(frozen=True)
class Box:
    """A box of the picture in points."""

    left: float
    top: float
    wide: float
    tall: float

    @property
    def middle(self) -> float:
        """Half-way down."""
        return self.top + self.tall / 2


def draw(label: Label, narrower: list[str], title: str) -> Markup:
    """Draw the core; `label` gives the label of an IRI, `narrower` are the kinds of claim, named in its box."""
    boxes = {name: Box(*place, _TALL) for name, place in _BOXES.items()}
    boxes["Claim"] = Box(*_BOXES["Claim"], 402 - 20)
    parts = [part for name, box in boxes.items() for part in _box(name, box, label, narrower)]
    parts += [part for edge in EDGES for part in _edge(edge, boxes, label)]
    return Markup(
        f'<svg class="cmo" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'focusable="false">{"".join(parts)}</svg>'
    )


def _box(name: str, box: Box, label: Label, narrower: list[str]) -> Iterator[str]:
    kind = _KIND.get(name, "plain")
    yield (
        f'<rect class="{kind}" x="{box.left + 1:g}" y="{box.top:g}" width="{box.wide - 2:g}" '
        f'height="{box.tall:g}" rx="6"/>'
    )
    yield f'<text x="{box.left + 12:g}" y="{box.top + 22:g}">{escape(label(WZ + name))}</text>'
    yield f'<text class="head" x="{box.left + 12:g}" y="{box.top + 40:g}">wz:{name}</text>'
    if name == "Claim":
        for number, iri in enumerate(narrower):
            yield f'<text x="{box.left + 12:g}" y="{box.top + 86 + number * 24:g}">{escape(label(iri))}</text>'


def _edge(edge: tuple[str, str, str], boxes: dict[str, Box], label: Label) -> Iterator[str]:
    start, end = boxes[edge[0]], boxes[edge[2]]
    said = escape(label(WZ + edge[1]))
    if start.left == end.left:
        x, y, to_y = start.left + 28, start.top + start.tall, end.top
        yield f'<path class="arrow plain" d="M{x:g} {y:g}V{to_y - 7:g}"/>'
        yield f'<path class="tip plain" d="M{x:g} {to_y:g}l-5 -9h10z"/>'
        yield f'<text class="head" x="{x + 10:g}" y="{(y + to_y) / 2 + 4:g}">{said}</text>'
        return
    # Arrows are level: the box of a claim is as tall as all that it leads to.
    right = end.left > start.left
    x = start.left + start.wide if right else start.left
    to_x = end.left if right else end.left + end.wide
    y = (start if start.tall < end.tall else end).middle
    back = -7 if right else 7
    yield f'<path class="arrow plain" d="M{x:g} {y:g}H{to_x + back:g}"/>'
    yield f'<path class="tip plain" d="M{to_x:g} {y:g}l{-9 if right else 9} -5v10z"/>'
    yield f'<text class="head" x="{(x + to_x) / 2:g}" y="{y - 8:g}" text-anchor="middle">{said}</text>'
