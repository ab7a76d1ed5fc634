"""Tables as CSV with metadata of the W3C (CSV on the Web), read into the same tree as a case document.

A metadata file describes the tables of its folder. A table has one of two forms (`wz:form`): ``rows``, one thing a row,
each column a key of the case document (``source.section`` for a key within a part, ``|`` between several values);
and ``grid``, a printed table, where each cell makes a figure of what table, column, row and cell say (`wz:figures`,
`wz:rows`, `wz:cells`). Row and column labels must be those of the file, so that nothing shifts unseen.
"""

from __future__ import annotations

import importlib
import io
import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as Facts
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from werkzaam.errors import Finding, InputError, Place, finding
from werkzaam.loading import Beside, Loaded, nothing
from werkzaam.model import Model, Names
from werkzaam.yamltree import Mapping, Node, Scalar, Sequence

SUFFIXES = ("csvw-metadata.json",)
_STATUS = {"-": "dash", "Onduidelijk": "unclear", "<3": "withheld"}
_NUMBER = r"\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)?"
_COUNT = re.compile(rf"({_NUMBER})(%?)(?![\d.,-])")
_RANGE = re.compile(rf"({_NUMBER})-({_NUMBER})")
_SHARE = re.compile(rf"(?:\(|/ ?)({_NUMBER})%")


def load(content: bytes, file: str, model: Model, names: Names, beside: Beside = nothing) -> Loaded:
    """Read the tables that a metadata file describes; the graph is that of the document which they make up."""
    tree, findings = _read(content, file, beside)
    loaded: Loaded = _document().from_tree(tree, model, names, findings)
    return loaded


def things(content: bytes, model: Model, beside: Beside = nothing) -> Iterator[ox.Triple]:
    """Give type and names of everything in the tables that has an id."""
    tree, _ = _read(content, "", beside)
    if tree is not None:
        yield from _document().of_tree(tree, model)


def _document() -> Any:
    # By name, since the folder stands beside src/ in a checkout, where no type checker looks.
    return importlib.import_module("werkzaam.loaders.document")


def _read(content: bytes, file: str, beside: Beside) -> tuple[Mapping | None, list[Finding]]:
    try:
        tables = _tables(content)
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
        return None, [finding("table-metadata", Place(file), problem=str(error))]
    findings: list[Finding] = []
    folder = file.removesuffix(SUFFIXES[0])
    root = _node(tables.common_props.get("wz:document"), Place(file))
    if not isinstance(root, Mapping):
        return None, [finding("table-metadata", Place(file), problem="wz:document")]
    lists: dict[str, list[Node]] = {}
    for table in tables.tables:
        name = str(table.url)
        try:
            rows = _lines(table, beside(name))
        except (OSError, ValueError, InputError) as error:
            findings.append(finding("table-unreadable", Place(folder + name), problem=str(error)))
            continue
        said = table.common_props
        made = (
            _grid(table, rows, folder + name, findings) if said.get("wz:form") == "grid" else _rows(rows, folder + name)
        )
        lists.setdefault(str(said.get("wz:under", "figures")), []).extend(made)
    for key, items in lists.items():
        root.pairs.append((Scalar(key, Place(file)), Sequence(items, Place(file))))
    return root, findings


def _lines(table: Any, content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Give the rows below the header, each with its line; the header must be the one that the metadata tells."""
    from csvw.dsv import UnicodeReaderWithLineNumber

    # Not the table's own reader, which would fetch a URL.
    with UnicodeReaderWithLineNumber(io.StringIO(content.decode("utf-8-sig"))) as reader:
        (_, header), *rows = list(reader)
    columns = table.tableSchema.columns
    titles = [_title(column) for column in columns]
    if header[1:] != titles[1:] or len(header) != len(titles):
        raise ValueError(f"header {header} is not {titles}")
    if any(len(row) != len(header) for _, row in rows):
        raise ValueError("a row has more or fewer cells than the header")
    return [(line, dict(zip([column.name for column in columns], row, strict=True))) for line, row in rows]


def _title(column: Any) -> str:
    return str(column.titles.getfirst() if column.titles else column.name)


@lru_cache(maxsize=4)
def _tables(content: bytes) -> Any:
    from csvw.metadata import TableGroup

    return TableGroup.fromvalue(json.loads(content))


def _node(value: Any, place: Place) -> Node:
    """Give plain data as a tree, all of it at one place."""
    if isinstance(value, Facts):
        return Mapping([(Scalar(key, place), _node(one, place)) for key, one in value.items()], place)
    if isinstance(value, list | tuple):
        return Sequence([_node(one, place) for one in value], place)
    return Scalar(str(value), place)


def _rows(rows: list[Any], file: str) -> Iterator[Node]:
    """Yield each row as a mapping; a column with a dot stands for a key within a part."""
    for line, row in rows:
        made: dict[str, Any] = {}
        for name, text in row.items():
            if not text:
                continue
            *above, key = name.split(".")
            part = made
            for step in above:
                part = part.setdefault(step, {})
            part[key] = text
        yield _node({key: _several(value) for key, value in made.items()}, Place(file, line))


def _several(value: Any) -> Any:
    """Give several values, and several parts where their values are told apart by a semicolon."""
    if not isinstance(value, dict):
        return value.split("|") if "|" in value else value
    count = max(len(_pieces(one)) for one in value.values())
    parts = [
        {key: _several(_pieces(one)[min(n, len(_pieces(one)) - 1)]) for key, one in value.items()} for n in range(count)
    ]
    return parts if count > 1 else parts[0]


def _pieces(value: Any) -> list[Any]:
    return value.split(";") if isinstance(value, str) and ";" in value and " " not in value else [value]


def _grid(table: Any, rows: list[Any], file: str, findings: list[Finding]) -> list[Node]:
    said = table.common_props
    first, *columns = table.tableSchema.columns
    told = said["wz:rows"]
    prefix = said["wz:key"]
    if [row.get("label") for row in told] != [row[first.name] for _, row in rows]:
        findings.append(finding("table-rows", Place(file), count=len(rows)))
        return []
    made: list[tuple[int, dict[str, Any]]] = []
    for number, ((line, cells), row) in enumerate(zip(rows, told, strict=True), 1):
        for place, column in enumerate(columns, 1):
            head = column.common_props["wz:figures"]
            spot = f"{row['key']}.{head['key']}"
            parts = said.get("wz:cells", {}).get(spot, {})
            facts = {**said.get("wz:figures", {}), **head, **row}
            where = {
                "row": str(number),
                "row-label": row["label"],
                "column": str(place),
                "column-label": _title(column),
            }
            try:
                made += [(line, {**one, **where}) for one in _figures(cells[column.name], spot, facts, parts, prefix)]
            except ValueError:
                findings.append(finding("table-cell", Place(file, line), value=cells[column.name], spot=spot))
    ids = [one["id"] for _, one in made]
    for _, one in made:
        if "sum-of" in one:
            # A cell of several lines is several figures.
            one["sum-of"] = [i for spot in one["sum-of"] for i in ids if re.fullmatch(rf"{re.escape(spot)}(\.\d+)?", i)]
    return [_node(one, Place(file, line)) for line, one in made]


def _figures(text: str, spot: str, facts: dict[str, Any], parts: Any, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield what a cell says: nothing, a status, a number, a range, a number with its share, or lines of these."""
    if not text:
        return
    lines = text.split("\n")
    for index, line in enumerate(lines):
        own = parts[index] if isinstance(parts, list) else parts
        suffix = f".{index + 1}" if len(lines) > 1 else ""
        base = {key: value for key, value in {**facts, **own}.items() if key not in _STRUCTURE}
        made = {"id": f"{prefix}.{spot}{suffix}", "printed": text, **base, **_links(spot, {**facts, **own}, prefix)}
        number, among = _COUNT.match(line), _RANGE.match(line)
        if line in _STATUS:
            yield {**_without_links(made), "status": _STATUS[line]}
        elif among:
            yield {**_without_links(made), "lowest": _value(among[1]), "highest": _value(among[2])}
        elif number:
            percent = bool(number[2])
            unit = {"unit": "percent"} if percent else {}
            zero = {"status": "zero"} if float(_value(number[1])) == 0 else {}
            links = made if percent or "sum-of" in made else _without_links(made)
            yield {**links, **unit, **zero, "number": _value(number[1]), "decimals": _decimals(number[1])}
            share = _SHARE.search(line, number.end())
            if share:
                of = {"denominator": f"{prefix}.{_other(spot, {**facts, **own})}"}
                yield {
                    **_without_links(made),
                    "id": f"{made['id']}.percent",
                    "unit": "percent",
                    "number": _value(share[1]),
                    "decimals": _decimals(share[1]),
                    "numerator": made["id"],
                    **of,
                }
        else:
            raise ValueError(line)


_STRUCTURE = {
    "key",
    "label",
    "sum-of-rows",
    "sum-of-columns",
    "share-of-row",
    "share-of-column",
    "numerator-row",
    "numerator-column",
}


def _other(spot: str, facts: Facts[str, Any]) -> str:
    """Give the cell of which this one is a share: in its column, or in its row."""
    row, column = spot.rsplit(".", 1)
    return f"{facts.get('share-of-row', row)}.{facts.get('share-of-column', column)}"


def _links(spot: str, facts: Facts[str, Any], prefix: str) -> dict[str, Any]:
    row, column = spot.rsplit(".", 1)
    made: dict[str, Any] = {}
    added = [f"{prefix}.{one}.{column}" for one in facts.get("sum-of-rows", [])]
    added = added or [f"{prefix}.{row}.{one}" for one in facts.get("sum-of-columns", [])]
    if added:
        made["sum-of"] = added
    part = f"{facts.get('numerator-row', row)}.{facts.get('numerator-column', column)}"
    if part != spot:
        made |= {"numerator": f"{prefix}.{part}", "denominator": f"{prefix}.{_other(spot, facts)}"}
    return made


def _without_links(made: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in made.items() if key not in ("sum-of", "numerator", "denominator")}


def _value(text: str) -> str:
    return text.replace(".", "").replace(",", ".")


def _decimals(text: str) -> str:
    return str(len(text.partition(",")[2]))
