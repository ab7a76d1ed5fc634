"""The evidence table: a row a piece of evidence, as CSV, XLSX or Parquet; and what can be read back of it."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyoxigraph as ox

from werkzaam.claims import Node
from werkzaam.outward.projection import content
from werkzaam.store import Iri
from werkzaam.tables import as_csv, runs
from werkzaam.terms import LANGUAGES, TYPE, WZ, XSD, expand, shorten

BETWEEN = " | "
STANCES = ("supportedBy", "disputedBy", "qualifiedBy")
Line = list[str]


@dataclass(frozen=True)
class Column:
    """A column: whose value it holds (``claim`` or ``evidence``), by which properties, how, in which language."""

    name: str
    of: str
    path: tuple[str, ...]
    kind: str
    lang: str = ""


@cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads(content("evidence-table.toml"))


@cache
def columns() -> tuple[Column, ...]:
    """Give the columns, in order."""
    found = []
    for one in _told()["column"]:
        path = tuple(one["path"])
        for lang in LANGUAGES if one["as"] == "text" else ("",):
            name = f"{one['name']}_{lang}" if lang else one["name"]
            found.append(Column(name, one["of"], path, one["as"], lang))
    return tuple(found)


def lines(claims: Iterable[Node]) -> Iterator[Line]:
    """Yield the header and then the rows."""
    yield [one.name for one in columns()]
    for claim in claims:
        pieces: list[tuple[str, Node | None]] = [(stance, part) for stance in STANCES for part in claim.all(stance)]
        for stance, part in pieces or [("", None)]:
            yield [_cell(one, claim, stance, part) for one in columns()]


def _cell(column: Column, claim: Node, stance: str, evidence: Node | None) -> str:
    if column.path == ("stance",):
        return stance
    nodes = [claim] if column.of == "claim" else [evidence] if evidence else []
    return _values(column, nodes)


def _values(column: Column, nodes: list[Node]) -> str:
    for step in column.path[:-1]:
        nodes = [part for node in nodes for part in node.all(step)]
    if not column.path:
        return BETWEEN.join(shorten(node.iri) for node in nodes)
    name = TYPE if column.path[-1] == "rdf:type" else column.path[-1]
    found = [value for node in nodes for value in node.values.get(name, [])]
    if column.kind == "text":  # first: the same words in two languages are one text to Python
        found = [one for one in found if getattr(one, "language", "") == column.lang]
    return BETWEEN.join(shorten(one) if isinstance(one, Iri) else str(one) for one in sorted(set(found)))


# ---- as a file


def as_bytes(rows: Iterable[Line], form: str) -> bytes:
    """Give the table as csv, xlsx or parquet; raises `UsageError` where pyarrow is missing."""
    if form == "xlsx":
        return _workbook(rows)
    if form == "parquet":
        from werkzaam.printed import as_bytes as parquet

        return parquet(list(rows), form)
    header, *others = rows
    return as_csv(header, others).encode()


def _workbook(rows: Iterable[Line]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("evidence")
    sheet.freeze_panes = "B2"
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"  # nothing in it is a formula or a number
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, form: str) -> list[Line]:
    """Read such a file."""
    if form == "xlsx":
        from openpyxl import load_workbook

        sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
        return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    if form == "parquet":
        from pyarrow import parquet

        table = parquet.read_table(io.BytesIO(content))
        values = (table[name].to_pylist() for name in table.column_names)
        return [table.column_names, *map(list, zip(*values, strict=True))]
    return [[_plain(cell) for cell in row] for row in csv.reader(io.StringIO(content.decode()))]


def _plain(cell: str) -> str:
    """Give a cell without the mark that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and runs(cell[1:]) else cell


def read_back(table: Sequence[Line]) -> set[ox.Triple]:
    """Give what a table says of claims; what stands in a part of a claim only where the claim has one such part."""
    header, *rows = table
    found: set[ox.Triple] = set()
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        claim, evidence = expand(cells["claim"]), expand(cells["evidence"])
        subjects = {("claim", ""): claim, ("evidence", ""): evidence}
        for name, cls in _told()["parts"].items():
            named = next(one.name for one in columns() if one.path == (name,))
            if cells[named] and BETWEEN not in cells[named]:
                part = subjects["claim", name] = expand(cells[named])
                found.add(_triple(part or "", TYPE, ox.NamedNode(WZ + cls)))
        for column in columns():
            subject = subjects.get((column.of, "".join(column.path[:-1])))
            if subject and column.path not in ((), ("stance",)):
                found |= set(_read_cell(column, subject, cells))
        if claim and evidence:
            found.add(_triple(claim, WZ + cells["stance"], ox.NamedNode(evidence)))
            found.add(_triple(evidence, TYPE, ox.NamedNode(WZ + "Evidence")))
    return found


def _read_cell(column: Column, subject: str, cells: Mapping[str, str]) -> Iterator[ox.Triple]:
    predicate = TYPE if column.path[-1] == "rdf:type" else WZ + column.path[-1]
    for text in filter(None, cells[column.name].split(BETWEEN)):
        value: ox.NamedNode | ox.Literal
        if column.kind == "name":
            value = ox.NamedNode(expand(text) or text)
        elif column.kind == "text":
            value = ox.Literal(text, language=column.lang)
        elif column.kind == "integer":
            value = ox.Literal(text, datatype=ox.NamedNode(XSD + "integer"))
        else:
            value = ox.Literal(text)
        yield _triple(subject, predicate, value)


def _triple(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)
