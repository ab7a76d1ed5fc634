"""Between the tree of a document and the rows of a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from werkzaam.errors import Finding, Place, finding
from werkzaam.forms.form import KIND
from werkzaam.forms.layout import AS, OF, Column, Layout, Sheet
from werkzaam.hidden import visible
from werkzaam.terms import LANGUAGES, fold
from werkzaam.yamltree import Mapping, Node, Scalar, Sequence

Row = dict[str, str]


@dataclass
class Rows:
    """The content of a workbook: what the first sheet says, and the rows of the others, by title."""

    head: Row = field(default_factory=dict)
    sheets: dict[str, list[Row]] = field(default_factory=dict)


# ---- from the tree to rows


def as_rows(tree: Mapping, layout: Layout) -> Rows:
    """Give the rows of a document; what has no column is left out (who needs to know compares)."""
    rows = Rows()
    roots = {sheet.key: sheet for sheet in layout.sheets if not sheet.within}
    for key, value in tree.pairs:
        if key.text in roots:
            for item in _items(value):
                if isinstance(item, Mapping):
                    _add(rows, roots[key.text], item, layout, {})
        elif isinstance(value, Mapping):
            _fill(rows.head, layout.head, [(f"{key.text}.{inner.text}", one) for inner, one in value.pairs], layout)
        elif isinstance(value, Scalar):
            rows.head[key.text] = value.text
    return rows


def _add(rows: Rows, sheet: Sheet, node: Mapping, layout: Layout, row: Row) -> None:
    rows.sheets.setdefault(sheet.title, []).append(row)
    inner = {key: one for one in layout.sheets for key in one.within}
    _fill(row, sheet.columns, [(key.text, value) for key, value in node.pairs if key.text not in inner], layout)
    owner = row.get(OF[layout.lang], "")
    name = f"{owner}/{row.get('id', '')}" if owner else row.get("id", "")
    for key, value in node.pairs:
        if key.text in inner:
            for item in _items(value):
                among = {AS[layout.lang]: key.text} if len(inner[key.text].within) > 1 else {}
                if isinstance(item, Mapping):
                    _add(rows, inner[key.text], item, layout, {OF[layout.lang]: name, **among})


def _fill(row: Row, columns: Iterable[Column], pairs: Iterable[tuple[str, Node]], layout: Layout) -> None:
    known = {one.heading: one for one in columns}
    for key, value in pairs:
        if isinstance(value, Mapping):
            for lang, said in value.pairs:
                if isinstance(said, Scalar) and f"{key}.{lang.text}" in known:
                    row[f"{key}.{lang.text}"] = said.text
        elif isinstance(value, Sequence):
            if key in known:
                row[key] = joined([one.text for one in value.items if isinstance(one, Scalar)])
            else:
                _fill(row, columns, [(key, one) for one in reversed(value.items)], layout)
        elif key in known:
            row[key] = joined([value.text]) if known[key].several else value.text
        elif f"{key}.{layout.lang}" in known:
            row[f"{key}.{layout.lang}"] = value.text


def joined(values: list[str]) -> str:
    r"""Give several values as one cell holds them: with semicolons, or a line each where one has a semicolon itself.

    >>> joined(["a", "b"]), joined(["a; b"])
    ('a; b', 'a; b\n')
    """
    if any(";" in value for value in values):
        return "\n".join(values) + ("\n" if len(values) == 1 else "")
    return "; ".join(values)


def parted(text: str) -> list[str]:
    r"""Give the values of a cell that takes several: a line each, or else told apart by semicolons.

    >>> parted("a; b"), parted("a; b\n"), parted("a")
    (['a', 'b'], ['a; b'], ['a'])
    """
    return [part.strip() for part in text.split("\n" if "\n" in text else ";") if part.strip()]


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Sequence) else [node]


# ---- from cells to the tree


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, and where it stands."""

    text: str
    place: Place


@dataclass
class Table:
    """A sheet as it was read: its headings, and its rows with a cell for each heading that has one."""

    title: str
    place: Place
    headings: list[Cell]
    rows: list[list[Cell | None]]


def as_tree(head: list[tuple[Cell, Cell]], tables: list[Table], layout: Layout) -> tuple[Mapping, list[Finding]]:
    """Give the tree of a document, with the cell of each key and value, and what is wrong with sheets and headings."""
    return _Reader(layout).run(head, tables)


class _Reader:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.findings: list[Finding] = []
        self.named: dict[str, list[Mapping]] = {}

    def run(self, head: list[tuple[Cell, Cell]], tables: list[Table]) -> tuple[Mapping, list[Finding]]:
        root = self._document(head)
        parts: list[tuple[Sheet, Table, Mapping, Cell | None, Cell | None]] = []
        for table in tables:
            sheet = self.layout.sheet(visible(table.title))
            if sheet is None:
                known = ", ".join(one.title for one in self.layout.sheets)
                self.findings.append(
                    finding("sheet-unknown", table.place, severity="warning", value=table.title, known=known)
                )
                continue
            columns = self._columns(sheet, table)
            for row in table.rows:
                made = self._row(sheet, columns, row)
                if made is None:
                    continue
                node, owner, among = made
                if not sheet.within:
                    self._under(root, sheet.key, node)
                    self._name([_text(node, "id"), f"{sheet.key}/{_text(node, 'id')}"], node)
                else:
                    parts.append((sheet, table, node, owner, among))
        for _, _, node, owner, _ in parts:
            self._name([f"{owner.text if owner else ''}/{_text(node, 'id')}"], node)
        for sheet, _, node, owner, among in parts:
            self._attach(sheet, node, owner, among)
        return root, self.findings

    def _document(self, head: list[tuple[Cell, Cell]]) -> Mapping:
        known = {fold(one.heading): one for one in self.layout.head}
        place = head[0][0].place if head else Place("")
        root, groups = Mapping([], place), dict[str, Mapping]()
        for key, value in head:
            if not value.text:
                continue
            column = known.get(fold(visible(key.text)))
            group, dot, inner = (column.heading if column else visible(key.text)).partition(".")
            if column is None:
                self._unknown(key, [one.heading for one in self.layout.head])
            elif dot and inner not in LANGUAGES:
                if group not in groups:
                    groups[group] = Mapping([], key.place)
                    root.pairs.append((Scalar(group, key.place), groups[group]))
                self._say(groups[group], inner, column, key, value)
            else:
                self._say(root, column.heading, column, key, value)
        return root

    def _columns(self, sheet: Sheet, table: Table) -> list[tuple[Column | None, Cell]]:
        columns: list[tuple[Column | None, Cell]] = []
        told: dict[str, Cell] = {}
        for at, heading in enumerate(table.headings):
            column = sheet.column(visible(heading.text)) if heading.text else None
            if column is not None and column.heading in told:
                self.findings.append(finding("key-twice", heading.place, key=column.heading))
                column = None
            elif column is not None:
                told[column.heading] = heading
            elif heading.text:
                self._unknown(heading, [one.heading for one in sheet.columns])
            elif any(row[at] for row in table.rows if at < len(row)):
                self.findings.append(finding("heading-missing", heading.place))
            columns.append((column, heading))
        return columns

    def _unknown(self, heading: Cell, known: list[str]) -> None:
        from rapidfuzz import process

        near = process.extractOne(heading.text, known, score_cutoff=60)
        more = {"near": near[0]} if near else {"known": ", ".join(known)}
        key = "key-unknown-near" if near else "key-unknown"
        self.findings.append(finding(key, heading.place, key=heading.text, **more))

    def _row(
        self, sheet: Sheet, columns: list[tuple[Column | None, Cell]], row: list[Cell | None]
    ) -> tuple[Mapping, Cell | None, Cell | None] | None:
        filled = [one for one in row if one is not None]
        if not filled:
            return None
        node, owner, among = Mapping([], filled[0].place), None, None
        for (column, heading), cell in zip(columns, row, strict=False):
            if column is None or cell is None:
                continue
            if column.field is None and column.heading == OF[self.layout.lang] and sheet.within:
                owner = cell
            elif column.field is None and column.heading == AS[self.layout.lang] and sheet.within:
                among = cell
            else:
                self._say(node, column.heading, column, heading, cell)
        if sheet.within and owner is None:
            self.findings.append(finding("owner-missing", filled[0].place, key=OF[self.layout.lang]))
            return None
        return node, owner, among

    def _say(self, node: Mapping, key: str, column: Column, heading: Cell, cell: Cell) -> None:
        """Add to a mapping what a cell says: a text under its language, several values where it takes several."""
        if column.lang:
            name = key.rsplit(".", 1)[0]
            texts = next((value for one, value in node.pairs if one.text == name), None)
            if not isinstance(texts, Mapping):
                texts = Mapping([], cell.place)
                node.pairs.append((Scalar(name, cell.place), texts))
            texts.pairs.append((Scalar(column.lang, cell.place), Scalar(cell.text.strip(), cell.place)))
            return
        name = KIND[self.layout.lang] if column.heading == KIND[self.layout.lang] else key
        values = parted(cell.text) if column.several else [cell.text.strip()]
        nodes: list[Node] = [Scalar(value, cell.place) for value in values]
        value = nodes[0] if len(nodes) == 1 else Sequence(nodes, cell.place)
        node.pairs.append((Scalar(name, cell.place), value))

    def _name(self, names: Iterable[str], node: Mapping) -> None:
        for name in dict.fromkeys(names):
            self.named.setdefault(name, []).append(node)

    def _attach(self, sheet: Sheet, node: Mapping, owner: Cell | None, among: Cell | None) -> None:
        """Put a part under what it belongs to."""
        assert owner is not None
        key = next((one for one in sheet.within if among and fold(one) == fold(among.text)), "")
        if among and not key:
            self._unknown(among, list(sheet.within))
            return
        found = self.named.get(visible(owner.text).strip(), [])
        if len(found) != 1:
            self.findings.append(self._owner_wrong(owner, found))
            return
        self._under(found[0], key or sheet.key, node)

    def _owner_wrong(self, owner: Cell, found: list[Mapping]) -> Finding:
        if found:
            known = ", ".join(sorted(name for name in self.named if name.endswith("/" + owner.text)))
            return finding("owner-ambiguous", owner.place, value=owner.text, known=known)
        from rapidfuzz import process

        near = ", ".join(one for one, _, _ in process.extract(owner.text, list(self.named), limit=3, score_cutoff=70))
        return finding("owner-unknown-near" if near else "owner-unknown", owner.place, value=owner.text, near=near)

    @staticmethod
    def _under(parent: Mapping, key: str, node: Mapping) -> None:
        values = next((value for one, value in parent.pairs if one.text == key), None)
        if isinstance(values, Sequence):
            values.items.append(node)
        else:
            parent.pairs.append((Scalar(key, node.place), Sequence([node], node.place)))


def _text(node: Mapping, key: str) -> str:
    return next((value.text for one, value in node.pairs if one.text == key and isinstance(value, Scalar)), "")
