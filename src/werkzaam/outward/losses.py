"""What an export keeps of the claims and what it loses: computed, by reading it back and comparing the graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from werkzaam.terms import TYPE, slug


@dataclass(frozen=True, order=True, slots=True)
class Loss:
    """Of a property of the things of a class: how many statements there are, and how many came back."""

    cls: str
    property: str
    held: int
    kept: int


def compare(held: set[ox.Triple], back: Iterable[ox.Triple]) -> tuple[list[Loss], set[ox.Triple]]:
    """Give what became of each property, and what came back that was never held (there should be nothing)."""
    back = set(back)
    classes = {one.subject: slug(getattr(one.object, "value", "")) for one in held if one.predicate.value == TYPE}
    total, kept = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in held:
        key = (classes.get(one.subject, ""), slug(one.predicate.value))
        total[key] += 1
        kept[key] += one in back
    return sorted(Loss(*key, count, kept[key]) for key, count in total.items()), back - held
