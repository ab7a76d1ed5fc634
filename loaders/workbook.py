"""Case documents that come as a workbook (XLSX): its rows, read into the same tree as a YAML document.

A workbook is a ZIP file of XML: it is looked at before anything unpacks it. Macros and formulas are refused, links to
other files are not followed, and what a spreadsheet made of a text (a number, a date) is told.
"""

from __future__ import annotations

import datetime
import importlib
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from werkzaam.errors import Finding, Place, finding
from werkzaam.forms.layout import DOCUMENT, LISTS, README, Layout
from werkzaam.forms.rows import Cell, Table, as_tree
from werkzaam.forms.workbook import unescape
from werkzaam.hidden import visible
from werkzaam.loading import Beside, Loaded, nothing
from werkzaam.model import Model, Names
from werkzaam.terms import LANGUAGES, NUMBERS, XSD, fold
from werkzaam.yamltree import Mapping

SUFFIXES = (".xlsx", ".xlsm")
MAX_PARTS, MAX_BYTES, MAX_CELLS = 500, 150_000_000, 1_000_000
_MACROS = re.compile(r"vbaproject|macro|activex", re.IGNORECASE)


def load(content: bytes, file: str, model: Model, names: Names, beside: Beside = nothing) -> Loaded:
    """Read a workbook; the graph is that of its study and case."""
    tree, findings = _read(content, model)
    loaded: Loaded = _document().from_tree(tree, model, names, findings)
    loaded.findings = [replace(one, place=replace(one.place, file=file)) for one in loaded.findings]
    loaded.places = {key: replace(place, file=file) for key, place in loaded.places.items()}
    return loaded


def things(content: bytes, model: Model, beside: Beside = nothing) -> Iterator[ox.Triple]:
    """Give type and names of each thing, claim and figure of the workbook."""
    tree, _ = _read(content, model)
    if tree is not None:
        yield from _document().of_tree(tree, model)


def _document() -> Any:
    # By name, since the folder stands beside src/ in a checkout, where no type checker looks.
    return importlib.import_module("werkzaam.loaders.document")


@lru_cache(maxsize=8)
def _read(content: bytes, model: Model) -> tuple[Mapping | None, tuple[Finding, ...]]:
    """Read a workbook once for what it makes known and for what it says; places lack the file's name."""
    told = refused(content)
    if told:
        return None, (told,)
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it leaves out (pictures, rules of Excel's own) is no concern of ours
            book = openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
            pages = list(book.worksheets)
    except MemoryError:
        raise
    except Exception as error:  # the library has no error of its own for the many ways in which a file may be broken
        return None, (finding("workbook-unreadable", Place(""), problem=f"{type(error).__name__}"),)
    return _Reader(model).run(pages)


def refused(content: bytes) -> Finding | None:
    """Look at the ZIP file: how many parts, how large, and whether they are what a workbook without macros has."""
    place = Place("")
    if not content.strip():
        return finding("empty-file", place)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_BYTES:
                return finding("workbook-big", place, limit=MAX_BYTES, parts=MAX_PARTS)
            if any(_MACROS.search(part.filename) for part in parts):
                return finding("workbook-macros", place)
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                return finding("workbook-unreadable", place, problem="xl/workbook.xml")
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    told = _part(archive, part)
                    if told:
                        return told
    except zipfile.BadZipFile:
        return finding("workbook-unreadable", place, problem="ZIP")
    except (NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        return finding("workbook-unreadable", place, problem=type(error).__name__)
    return None


def _part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Finding | None:
    # Not more than it declares is ever unpacked; a part that holds more fails at its checksum.
    with archive.open(part) as stream:
        last = b""
        while piece := stream.read(1 << 20):
            seen = last[-16:] + piece
            if seen.startswith((b"\xff\xfe", b"\xfe\xff")) and not last:
                return finding("workbook-unreadable", Place(""), problem="UTF-16")
            if re.search(rb"<!(DOCTYPE|ENTITY)", seen):
                return finding("xml-doctype", Place(""))
            if b"macroEnabled" in seen:
                return finding("workbook-macros", Place(""))
            last = piece
    return None


class _Reader:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.findings: list[Finding] = []

    def run(self, pages: list[Any]) -> tuple[Mapping | None, tuple[Finding, ...]]:
        if sum(page.max_row * page.max_column for page in pages) > 50 * MAX_CELLS:
            return None, (finding("workbook-big", Place(""), limit=MAX_BYTES, parts=MAX_PARTS),)
        first = next((page for page in pages if fold(visible(page.title)) == fold(DOCUMENT)), None)
        if first is None:
            known = ", ".join(page.title for page in pages)
            return None, (finding("sheet-document-missing", Place(""), value=DOCUMENT, known=known),)
        layout = Layout(self.model, self._language(first))
        head = self._head(first, layout)
        ours = {fold(one) for one in (DOCUMENT, *README.values(), *LISTS.values())}
        tables = [self._table(page, layout) for page in pages if fold(visible(page.title)) not in ours]
        tree, findings = as_tree(head, [one for one in tables if one], layout)
        return tree, (*self.findings, *findings)

    @staticmethod
    def _language(page: Any) -> str:
        said = {fold(str(key.value)): str(value.value) for key, value in page.iter_rows(max_col=2, min_col=1)}
        lang = (said.get("taal") or said.get("language") or "").strip()
        return lang if lang in LANGUAGES else "en" if "language" in said else "nl"

    def _head(self, page: Any, layout: Layout) -> list[tuple[Cell, Cell]]:
        """Give keys and values of the first sheet."""
        types = {fold(one.heading): one.field.target for one in layout.head if one.field}
        found = []
        for key, value in page.iter_rows(min_col=1, max_col=2):
            heading = self._heading(key, page.title)
            text = self._text(value, types.get(fold(heading.text)), page.title)
            if heading.text:
                found.append((heading, text or Cell("", self._place(value, page.title))))
        return found

    def _table(self, page: Any, layout: Layout) -> Table | None:
        title = page.title
        for merged in page.merged_cells.ranges:
            place = Place("", merged.min_row, merged.min_col, f"{title}!{merged.coord}")
            self.findings.append(finding("cells-merged", place, severity="warning", value=merged.coord))
        sheet = layout.sheet(visible(title))
        lines = page.iter_rows()
        top = next(lines, ())
        headings = [self._heading(cell, title) for cell in top]
        if sheet is None:
            anything = any(one.text for one in headings)
            return Table(title, Place("", 1, 1, f"{title}!A1"), [], []) if anything else None
        columns = [sheet.column(visible(one.text)) for one in headings]
        rows: list[list[Cell | None]] = []
        for line in lines:
            made = [
                self._text(cell, column.field.target if column and column.field else None, title)
                for cell, column in zip(line, columns, strict=False)
            ]
            if any(made):
                rows.append(made)
        return Table(title, Place("", 1, 1, f"{title}!A1"), headings, rows)

    def _heading(self, cell: Any, title: str) -> Cell:
        value = (
            unescape(cell.value).strip()
            if isinstance(cell.value, str)
            else ""
            if cell.value is None
            else str(cell.value)
        )
        return Cell(value, self._place(cell, title))

    @staticmethod
    def _place(cell: Any, title: str) -> Place:
        return Place("", cell.row, cell.column, f"{title}!{cell.coordinate}")

    def _text(self, cell: Any, datatype: str | None, title: str) -> Cell | None:
        """Give the text of a cell; tell where a spreadsheet made something else of what was typed."""
        value, place = cell.value, self._place(cell, title)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if cell.data_type in ("f", "e"):
            self.findings.append(
                finding(
                    "cell-formula" if cell.data_type == "f" else "cell-error",
                    place,
                    value=str(getattr(value, "text", value)),
                )
            )
            return None
        if isinstance(value, str):
            return Cell(unescape(value).strip(), place)
        if isinstance(value, bool):
            self.findings.append(finding("cell-changed", place, value=str(value).upper()))
            return None
        if isinstance(value, int | float):
            return self._number(value, cell.number_format, datatype, place)
        if isinstance(value, datetime.datetime | datetime.date) and datatype == XSD + "date":
            return Cell(value.strftime("%Y-%m-%d"), place)
        shown = value.strftime("%Y-%m-%d") if isinstance(value, datetime.date) else str(value)
        self.findings.append(finding("cell-changed", place, value=shown))
        return None

    def _number(self, value: float, form: str, datatype: str | None, place: Place) -> Cell:
        text = f"{value:.15g}" if isinstance(value, float) else str(value)
        if "e" in text:
            text = f"{value:.20f}".rstrip("0").rstrip(".")
        decimals = re.fullmatch(r"0\.(0+)", form)
        if "%" in form:
            self.findings.append(finding("cell-percent", place, value=f"{value * 100:g}%"))
        elif decimals:
            text = f"{value:.{len(decimals[1])}f}"
        elif "." in text and datatype not in NUMBERS:
            self.findings.append(finding("cell-number", place, severity="warning", value=text))
        return Cell(text, place)
