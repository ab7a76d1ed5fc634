"""Rows as lines of text, as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence


def grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines with columns as wide as they need."""
    rows = [[_line(cell) for cell in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in rows)]) for i, name in enumerate(columns)]
    yield "  ".join(name.ljust(width) for name, width in zip(columns, widths, strict=True)).rstrip()
    yield "  ".join("-" * width for width in widths)
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _line(cell: str) -> str:
    return cell.replace("\n", " / ")


def runs(cell: str) -> bool:
    """Say whether a spreadsheet would run a cell as a formula; a number or a dash it does not."""
    return cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and re.fullmatch(r"-(\d+(\.\d+)?)?", cell) is None


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give rows as CSV; a cell that a spreadsheet would run as a formula is made text."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = ("'" + cell if runs(cell) else cell for cell in row)
        writer.writerow([cell.replace("\r\n", "\n").replace("\r", "\n") for cell in cells])
    return made.getvalue()


def as_markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(_line(cell).replace('|', chr(92) + '|') for cell in row)} |"
