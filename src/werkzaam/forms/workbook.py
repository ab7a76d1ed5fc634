"""A workbook (XLSX): headings with explanations, drop-downs from the vocabulary, every cell a text."""

from __future__ import annotations

import io
import re
from typing import Any

from werkzaam.forms.form import KIND, explained
from werkzaam.forms.layout import AS, DOCUMENT, LISTS, OF, README, Column, Layout, Sheet
from werkzaam.forms.rows import Row, Rows, as_rows
from werkzaam.messages import say
from werkzaam.model import Model, Names
from werkzaam.terms import RDFS, SKOS, WZ
from werkzaam.yamltree import Mapping

ROOM = 500
"""For how many rows a sheet that people fill in has drop-downs."""
MAX_LIST = 400

_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_NEEDED = ("Thing", "Claim", "Figure", "Actor", "OutcomeChange", "Evidence", "Coverage", "ContentConcept")
_WIDE = {"text": 44, "name": 24, "class": 24, "literal": 16}

_OURS = {
    "werkzaam": "template-version",
    "document": "template-document",
    "id": "template-id",
    **dict.fromkeys(OF.values(), "template-of"),
    **dict.fromkeys(KIND.values(), "template-kind"),
}


def write(tree: Mapping, model: Model, names: Names, lang: str) -> bytes:
    """Give a document as a workbook: the sheets that it fills."""
    layout = Layout(model, lang)
    rows = as_rows(tree, layout)
    return _Writer(layout, model, names, {sheet.title for sheet in layout.sheets if sheet.title in rows.sheets}).run(
        rows
    )


def template(rows: Rows, model: Model, names: Names, lang: str) -> bytes:
    """Give a workbook to fill in, with `rows` in it: what it is, the sheets that a case needs, their drop-downs."""
    layout = Layout(model, lang)
    needed = {WZ + one for one in _NEEDED}
    shown = {sheet.title for sheet in layout.sheets if sheet.cls in needed or sheet.title in rows.sheets}
    return _Writer(layout, model, names, shown, form=True).run(rows)


class _Writer:
    def __init__(self, layout: Layout, model: Model, names: Names, shown: set[str], *, form: bool = False) -> None:
        from openpyxl import Workbook

        self.layout, self.model, self.names, self.form = layout, model, names, form
        self.lang = layout.lang
        self.sheets = [sheet for sheet in layout.sheets if sheet.title in shown]
        self.book: Any = Workbook()
        self.book.remove(self.book.active)
        self.lists: dict[str, str] = {}
        self.hidden: Any = None

    def run(self, rows: Rows) -> bytes:
        if self.form:
            self._readme()
        self.hidden = self.book.create_sheet(LISTS[self.lang])
        self._head(rows.head)
        for sheet in self.sheets:
            self._sheet(sheet, rows.sheets.get(sheet.title, []))
        if self.lists:
            self.book.move_sheet(self.hidden, len(self.book.sheetnames))
            self.hidden.sheet_state = "hidden"
        else:
            self.book.remove(self.hidden)
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def _readme(self) -> None:
        from openpyxl.styles import Alignment, Font

        page = self.book.create_sheet(README[self.lang])
        page.column_dimensions["A"].width = 100
        for number, line in enumerate(say(self.lang, "template-workbook").strip().split("\n"), 1):
            cell = self._put(page, number, 1, line.removeprefix("# "))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            page.row_dimensions[number].height = _height(line, 100)
            if line.startswith("# "):
                cell.font = Font(bold=True, size=13)

    def _head(self, head: Row) -> None:
        from openpyxl.styles import Alignment

        page = self.book.create_sheet(DOCUMENT)
        for letter, width in (("A", 22), ("B", 40), ("C", 80)):
            page.column_dimensions[letter].width = width
        for number, column in enumerate(self.layout.head, 1):
            self._heading(page, number, 1, column)
            self._put(page, number, 2, head.get(column.heading, ""))
            explained = self.explained(column)
            self._put(page, number, 3, explained).alignment = Alignment(wrap_text=True)
            page.row_dimensions[number].height = _height(explained, 80)
            self._choices(page, column, f"B{number}")

    def _sheet(self, sheet: Sheet, rows: list[Row]) -> None:
        from openpyxl.styles import Alignment
        from openpyxl.utils import get_column_letter

        page = self.book.create_sheet(sheet.title)
        page.freeze_panes = "C2" if sheet.within else "B2"
        used = {heading for row in rows for heading in row}
        # A document that is only written, not to be filled in, shows the columns that say something.
        columns = [one for one in sheet.columns if self.form or one.heading in used]
        for number, column in enumerate(columns, 1):
            letter = get_column_letter(number)
            page.column_dimensions[letter].width = _WIDE[column.field.kind] if column.field else 24
            page.column_dimensions[letter].number_format = "@"
            self._heading(page, 1, number, column, sheet)
            self._choices(page, column, f"{letter}2:{letter}{max(ROOM, len(rows) + 100)}", sheet)
        for line, row in enumerate(rows, 2):
            for number, column in enumerate(columns, 1):
                if column.heading in row:
                    cell = self._put(page, line, number, row[column.heading])
                    cell.alignment = Alignment(wrap_text=True, vertical="top")

    def _heading(self, page: Any, row: int, number: int, column: Column, sheet: Sheet | None = None) -> None:
        from openpyxl.comments import Comment
        from openpyxl.styles import Font, PatternFill

        cell = self._put(page, row, number, column.heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE8F0")
        note = self.explained(column, sheet)
        if note and self.form and sheet is not None:
            cell.comment = Comment(note, "werkzaam", width=360, height=60 + 18 * (len(note) // 50))

    def explained(self, column: Column, sheet: Sheet | None = None) -> str:
        """Say what a column is for, and what a value looks like."""
        if column.field is None:
            if column.heading == AS[self.lang]:
                return say(self.lang, "template-as", known=", ".join(sheet.within if sheet else ()))
            key = _OURS.get(column.heading.rsplit(".", 1)[-1], "")
            return say(self.lang, key) if key else ""
        definition = self.model.in_both(column.field.path, SKOS + "definition").get(self.lang, "")
        several = say(self.lang, "template-several") if column.several else ""
        parts = (explained(self.model, column.field, self.lang), several, definition)
        return "\n".join(part for part in parts if part)

    def _choices(self, page: Any, column: Column, cells: str, sheet: Sheet | None = None) -> None:
        """Give cells a drop-down; what is not in it may be typed too, as a name has more than one form."""
        from openpyxl.worksheet.datavalidation import DataValidation

        known = self._known(column, sheet)
        if known and self.form:
            rule = DataValidation(type="list", formula1=known, allow_blank=True, showErrorMessage=False)
            page.add_data_validation(rule)
            rule.add(cells)

    def _known(self, column: Column, sheet: Sheet | None) -> str:
        one = column.field
        if one is None and sheet is not None and column.heading == KIND[self.lang]:
            below = self.model.children.get(sheet.cls, set()) - {sheet.cls}
            labels = (self.model.in_both(cls, RDFS + "label").get(self.lang, "") for cls in below)
            return self._list(sheet.cls, sorted(filter(None, labels)))
        if one is None and column.heading == OF[self.lang]:
            claims = next((other for other in self.sheets if other.cls == WZ + "Claim"), None)
            return f"'{claims.title}'!$A$2:$A${ROOM}" if claims else ""
        if one is None or one.kind not in ("name", "class") or one.target is None:
            return ""
        rows = next(
            (other for other in self.sheets if not other.within and one.target in self._within(other.cls)), None
        )
        if rows is not None:
            return f"'{rows.title}'!$A$2:$A${ROOM}"
        return self._list(one.target, self._labels(one.target, one.kind))

    def _within(self, cls: str) -> set[str]:
        return self.model.children.get(cls, {cls})

    def _labels(self, target: str, kind: str) -> list[str]:
        below = self._within(target)
        if kind == "class":
            return sorted(self.model.in_both(cls, RDFS + "label").get(self.lang, "") for cls in below - {target})
        known = [iri for iri, classes in self.model.names.classes.items() if not classes.isdisjoint(below)]
        return sorted(filter(None, (self.model.names.labels.get(iri, {}).get(self.lang, "") for iri in known)))

    def _list(self, name: str, values: list[str]) -> str:
        """Write a list on the hidden sheet once, and give the range where it stands."""
        if not values or len(values) > MAX_LIST:
            return ""
        if name not in self.lists:
            from openpyxl.utils import get_column_letter

            number = len(self.lists) + 1
            letter = get_column_letter(number)
            for row, value in enumerate(values, 1):
                self._put(self.hidden, row, number, value)
            self.lists[name] = f"'{LISTS[self.lang]}'!${letter}$1:${letter}${len(values)}"
        return self.lists[name]

    @staticmethod
    def _put(page: Any, row: int, column: int, value: str) -> Any:
        cell = page.cell(row, column)
        if value:
            cell.value = escape(value)
            cell.data_type = "s"  # never a formula, number or error, whatever it looks like
        cell.number_format = "@"
        return cell


def _height(text: str, width: int) -> int:
    """Give the points that a text needs in a column of `width` characters; not every program finds that itself."""
    return 17 * max(1, -(-len(text) // (width - 10)))


def escape(text: str) -> str:
    r"""Give a text as XLSX holds it: characters that XML has no place for by their number.

    >>> escape("a\x01 _x0041_")
    'a_x0001_ _x005F_x0041_'
    """
    return _ESCAPED.sub(lambda m: f"_x005F{m[0]}" if len(m[0]) > 1 else f"_x{ord(m[0]):04X}_", text)


def unescape(text: str) -> str:
    r"""Give the text that a cell holds.

    >>> unescape(escape("a\x01 _x0041_")) == "a\x01 _x0041_"
    True
    """
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)
