"""Old tables made new: deprecated names rewritten in CSV files and in the metadata that describe them.

A cell is rewritten where the loader says that its line has a deprecated name, a column where its key is one: its name
in the metadata and, where the file's header repeats the name, the header. Everything else stays byte for byte the same.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from werkzaam.errors import Finding, Place

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_CELL = re.compile(r'("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|\n|\r|$)')
_LINE_END = re.compile(r"\r\n|\n|\r")
_PIECE = re.compile(r"([|;])")
_STEP = re.compile(r"[^.]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it stands in the text, and where it begins and ends there."""

    start: int
    end: int
    written: str

    @property
    def text(self) -> str:
        """What the cell says, without quotes."""
        quoted = self.written.startswith('"')
        return self.written[1:-1].replace('""', '"') if quoted else self.written

    def saying(self, text: str) -> str:
        """Give how the cell is written when it says `text`."""
        doubled = text.replace('"', '""')
        return f'"{doubled}"' if self.written.startswith('"') else text


def rows(text: str) -> Iterator[tuple[range, list[Cell]]]:
    r"""Yield the rows of a CSV file: the lines over which each stands, and its cells.

    >>> [(list(lines), [cell.text for cell in row]) for lines, row in rows('a,"b, c"\n"d\ne",f\ng,')]
    [([1], ['a', 'b, c']), ([2, 3], ['d\ne', 'f']), ([4], ['g', ''])]
    """
    at, line = 0, 1
    while at < len(text):
        row, first, end = [], line, ","
        while end == ",":
            found = _CELL.match(text, at)
            assert found, f"no cell at {at}"
            row.append(Cell(at, found.end(1), found[1]))
            line += len(_LINE_END.findall(found[1]))
            at, end = found.end(), found[2]
        yield range(first, line + 1), row
        line += 1


def rewrite_csv(content: bytes, told: Mapping[int, Mapping[str, str]], header: Mapping[str, str]) -> bytes:
    """Give a CSV file with the names of `told` (a line each: old and new) and the `header` cells replaced."""
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    text = content[len(mark) :].decode("utf-8")
    made, done = [], 0
    for lines, row in rows(text):
        known = {old: new for line in lines for old, new in told.get(line, {}).items()}
        for cell in row:
            if lines[0] == 1:
                said = header.get(cell.text, cell.text)
            else:
                said = "".join(known.get(piece, piece) for piece in _PIECE.split(cell.text))
            if said != cell.text:
                made += [text[done : cell.start], cell.saying(said)]
                done = cell.end
    return mark + "".join([*made, text[done:]]).encode()


def rewrite_metadata(content: bytes, told: Mapping[str, str], columns: Mapping[str, str]) -> bytes:
    """Give the metadata with the names of `told` (old and new) and the names of `columns` replaced."""

    def new(found: re.Match[str]) -> str:
        said = json.loads(found[0])
        to = told.get(said, columns.get(said))
        return found[0] if to is None else json.dumps(to, ensure_ascii=False)

    return _STRING.sub(new, content.decode("utf-8")).encode()


def renamed_columns(content: bytes, told: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Give, for each table in the metadata, the names of columns whose keys are told, and their new names."""
    found: dict[str, dict[str, str]] = {}
    for table in json.loads(content).get("tables", []):
        names = [str(column.get("name", "")) for column in table.get("tableSchema", {}).get("columns", [])]
        new = {name: _STEP.sub(lambda step: told.get(step[0], step[0]), name) for name in names}
        found[str(table["url"])] = {name: one for name, one in new.items() if name != one}
    return found


@dataclass(frozen=True, slots=True)
class Tables:
    """A set of tables as it becomes: the contents that change by file, and each name with where it stood."""

    contents: Mapping[str, bytes]
    changes: Sequence[tuple[Place, str, str]]


def rewrite_tables(content: bytes, file: str, findings: Iterable[Finding], beside: Callable[[str], bytes]) -> Tables:
    """Give the tables that the metadata `file` describes without the deprecated names of which `findings` tell."""
    folder = file.removesuffix(Path(file).name)
    every: dict[str, str] = {}
    by_line: dict[str, dict[int, dict[str, str]]] = {}
    for one in findings:
        every[one.value] = one.instead
        lines = by_line.setdefault(one.place.file.removeprefix(folder), {})
        lines.setdefault(one.place.line or 0, {})[one.value] = one.instead
    columns = renamed_columns(content, every)
    # A key is told of at each row; it stands in the header alone.
    keys = {(name, step) for name, new in columns.items() for column in new for step in _STEP.findall(column)}
    changes = [
        (Place(folder + name, line or None), old, new)
        for name, lines in by_line.items()
        for line, names in sorted(lines.items())
        for old, new in names.items()
        if (name, old) not in keys
    ]
    changes += [(Place(folder + name, 1), old, new) for name, one in columns.items() for old, new in one.items()]
    heads = {old: new for one in columns.values() for old, new in one.items()}
    made = {file: rewrite_metadata(content, every, heads)}
    for name, head in columns.items():
        if name in by_line or head:
            made[folder + name] = rewrite_csv(beside(name), by_line.get(name, {}), head)
    return Tables(made, changes)
