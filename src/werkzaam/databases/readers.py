"""From a file of any common format to records: plain texts by name, and where each record stood.

A reader is a function of a few lines that yields records and knows nothing of what they mean; that is said by a
mapping file. Other packages add readers by the entry point group ``werkzaam.readers``.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyoxigraph as ox

from werkzaam.errors import InputError
from werkzaam.loading import Beside
from werkzaam.terms import TYPE, slug

Options = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its values by the name of its field, and its place (``line 3``, a path, an IRI)."""

    values: Mapping[str, list[str]]
    place: str

    def one(self, name: str) -> str:
        """Give the first value of a field, "" where there is none."""
        return next(iter(self.values.get(name, ())), "")


Reader = Callable[[bytes, str, Options, Beside], Iterator[Record]]


def text_of(content: bytes, file: str) -> str:
    """Give the text of a file by its byte order mark: UTF-16, else UTF-8; raises `InputError` where it is neither."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("records-not-text", file=file, line=content.count(b"\n", 0, error.start) + 1) from None


def read_csv(content: bytes, file: str, options: Options, beside: Beside) -> Iterator[Record]:
    """Yield a record a row; `delimiter` where it is not the one that the header has most of."""
    text = text_of(content, file)
    header = text.partition("\n")[0]
    delimiter = options.get("delimiter") or max(",;\t|", key=header.count)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in table:
            place = f"{file}:{table.line_num}"
            if None in row:
                raise InputError("records-row", file=file, line=table.line_num)
            yield Record({str(key): [value.strip()] for key, value in row.items() if value and value.strip()}, place)
    except csv.Error as error:
        raise InputError("records-syntax", file=file, problem=str(error)) from None


def read_xlsx(content: bytes, file: str, options: Options, beside: Beside) -> Iterator[Record]:
    """Yield a record a row of the sheet `sheet` (by default the first), of which the first row names the fields."""
    # By name, since the folder stands beside src/ in a checkout, where no type checker looks.
    refused = importlib.import_module("werkzaam.loaders.workbook").refused(content)
    if refused:
        raise InputError("records-syntax", file=file, problem=refused.text["en"])
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    wanted = options.get("sheet") or book.sheetnames[0]
    if wanted not in book.sheetnames:
        raise InputError("records-sheet", file=file, value=wanted, known=", ".join(book.sheetnames))
    rows = book[wanted].iter_rows(values_only=True)
    names = [str(cell or "").strip() for cell in next(rows, ())]
    for number, row in enumerate(rows, 2):
        cells = {name: str(cell).strip() for name, cell in zip(names, row, strict=False) if name and cell is not None}
        if any(cells.values()):
            yield Record({name: [cell] for name, cell in cells.items() if cell}, f"{file}:{wanted}!{number}")


def read_json(content: bytes, file: str, options: Options, beside: Beside) -> Iterator[Record]:
    """Yield a record an object; `records` is the path to them, ``*`` for any key or item (by default ``*``)."""
    try:
        data = json.loads(text_of(content, file), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise InputError("records-syntax", file=file, problem=str(error)) from None
    yield from _records(data, options.get("records", "*"), file)


def read_yaml(content: bytes, file: str, options: Options, beside: Beside) -> Iterator[Record]:
    """Yield a record an object, as for JSON; all scalars are text."""
    from werkzaam.yamltree import read

    tree, findings = read(text_of(content, file).encode(), file)
    if tree is None:
        raise InputError("records-syntax", file=str(findings[0].place), problem=findings[0].text["en"])
    yield from _records(plain(tree), options.get("records", "*"), file)


def plain(node: Any) -> Any:
    """Give a tree as plain dicts, lists and texts."""
    from werkzaam.yamltree import Mapping as Keys
    from werkzaam.yamltree import Scalar

    if isinstance(node, Scalar):
        return node.text
    return {k.text: plain(v) for k, v in node.pairs} if isinstance(node, Keys) else [plain(v) for v in node.items]


def _records(data: Any, path: str, file: str) -> Iterator[Record]:
    """Yield what lies at a path such as ``*.cmos.*``; the keys met at a star are the fields ``key-1``, ``key-2``."""
    found: list[tuple[list[str], Any]] = [([], data)]
    for step in path.split("."):
        found = [(keys + more, item) for keys, one in found for more, item in _step(one, step)]
    for keys, item in found:
        if isinstance(item, dict):
            values: dict[str, list[str]] = {f"key-{n}": [key] for n, key in enumerate(keys, 1)}
            _flatten(item, "", values)
            yield Record(values, f"{file}:{'/'.join(keys)}")


def _step(data: Any, step: str) -> list[tuple[list[str], Any]]:
    if isinstance(data, list) and step == "*":
        return [([str(number)], item) for number, item in enumerate(data, 1)]
    if isinstance(data, dict):
        return [([key], item) for key, item in data.items()] if step == "*" else [([], data.get(step))]
    return []


def _flatten(data: Any, name: str, into: dict[str, list[str]]) -> None:
    if isinstance(data, dict):
        for key, value in data.items():
            _flatten(value, f"{name}.{key}" if name else key, into)
    elif isinstance(data, list):
        for value in data:
            _flatten(value, name, into)
    elif data is not None and str(data).strip():
        into.setdefault(name, []).append(str(data).strip())


FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
    ".owl": ox.RdfFormat.RDF_XML,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
}


def parse_rdf(content: bytes, file: str, beside: Beside) -> Iterator[ox.Quad]:
    """Parse RDF of any form by its ending, UTF-16 too; a context that JSON-LD names is read beside, never fetched."""
    ending = next((one for one in FORMATS if file.lower().endswith(one)), "")
    if not ending:
        raise InputError("format-unknown", file=file, known=", ".join(FORMATS))
    text = text_of(content, file)
    try:
        if FORMATS[ending] == ox.RdfFormat.JSON_LD:
            text = json.dumps(_with_context(json.loads(text), beside))
        yield from ox.parse(text, format=FORMATS[ending], base_iri=f"file:///{slug(file)}")
    except (SyntaxError, ValueError) as error:
        raise InputError("records-syntax", file=file, problem=str(error)) from None


def _with_context(data: Any, beside: Beside) -> Any:
    """Put in the place of the address of a context the file of that name which stands beside."""
    if isinstance(data, list):
        return [_with_context(one, beside) for one in data]
    if not isinstance(data, dict) or "@context" not in data:
        return data
    contexts = data["@context"] if isinstance(data["@context"], list) else [data["@context"]]
    read = [json.loads(beside(slug(one)))["@context"] if isinstance(one, str) else one for one in contexts]
    return {**data, "@context": read}


def read_rdf(content: bytes, file: str, options: Options, beside: Beside) -> Iterator[Record]:
    """Yield a record a thing of the class `class` (an IRI, or the end of one).

    Fields are the ends of its properties (``hasName``) and, of what it points to, ``forOutcome.hasName``; ``iri`` is
    the thing itself.
    """
    things: dict[Any, dict[str, list[Any]]] = {}
    for quad in parse_rdf(content, file, beside):
        things.setdefault(quad.subject, {}).setdefault(slug(quad.predicate.value), []).append(quad.object)
    wanted = options.get("class", "")
    for thing, facts in things.items():
        kinds = [getattr(kind, "value", "") for kind in facts.get(slug(TYPE), [])]
        if not any(wanted in (kind, slug(kind)) for kind in kinds):
            continue
        values = {name: [one.value for one in objects] for name, objects in facts.items()}
        for name, objects in facts.items():
            for one in objects:
                for below, ends in things.get(one, {}).items():
                    values.setdefault(f"{name}.{below}", []).extend(end.value for end in ends)
        values["iri"] = [thing.value]
        yield Record({name: sorted(set(texts)) for name, texts in values.items()}, f"{file}:{thing.value}")


@dataclass(frozen=True, slots=True)
class _Known:
    reader: Reader
    endings: tuple[str, ...] = field(default=())


_OURS = {
    "csv": _Known(read_csv, (".csv", ".tsv")),
    "json": _Known(read_json, (".json",)),
    "rdf": _Known(read_rdf, tuple(FORMATS)),
    "xlsx": _Known(read_xlsx, (".xlsx",)),
    "yaml": _Known(read_yaml, (".yaml", ".yml")),
}


@cache
def readers() -> Mapping[str, Reader]:
    """Give the readers by name, ours and those of other packages."""
    from importlib.metadata import entry_points

    found = {name: one.reader for name, one in _OURS.items()}
    return found | {point.name: point.load() for point in entry_points(group="werkzaam.readers")}


def reader_of(name: str, file: str) -> Reader:
    """Give the reader called `name`, or where that is "" the one of the file's ending; raises `InputError`."""
    known = readers()
    name = name or next((one for one, of in _OURS.items() if file.lower().endswith(of.endings)), "")
    if name not in known:
        raise InputError("reader-unknown", file=file, value=name, known=", ".join(known))
    return known[name]
