"""Printed tables given back as they stand on the page, cell by cell, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from typing import Any

from werkzaam.errors import UsageError
from werkzaam.questions import ask
from werkzaam.store import Store
from werkzaam.terms import slug

FORMS = ("csv", "parquet")

# The name of the column, beside what is printed, that tells which counts of a row are of one or two persons.
SMALL = "werkzaam:small"

_TABLES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?table ?corner WHERE { ?table a wz:FigureTable . OPTIONAL { ?table wz:corner ?corner } } ORDER BY ?table
"""

_CELLS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?figure ?row ?column ?rowLabel ?columnLabel ?printed
WHERE {
  ?figure wz:inTable <%s> .
  ?figure wz:printed ?printed .
  ?figure wz:row ?row .
  ?figure wz:column ?column .
  ?figure wz:rowLabel ?rowLabel .
  ?figure wz:columnLabel ?columnLabel .
}
"""


def printed(store: Store, name: str) -> list[list[str]]:
    """Give the table called `name` (its slug), header first; a list of figures where it was not printed as a grid.

    Counts of one or two persons by a personal trait are named in a last column, `SMALL`.
    Raises `UsageError` where no table is called so.
    """
    tables = {slug(row["table"]): row for row in store.select(_TABLES)}
    if name not in tables:
        raise UsageError("table-unknown", value=name, known=", ".join(tables))
    iri = tables[name]["table"]
    told = ask(store, "figures", {"table": [[iri]]})
    cells = store.select(_CELLS % iri)
    if not cells:
        columns = list(told[0]) if told else []
        columns = [*columns, *(key for row in told for key in row if key not in columns)]
        columns = list(dict.fromkeys(columns))
        return [columns, *([_plain(row.get(key)) for key in columns] for row in told)]
    small = {row["figure"] for row in told if "small" in row}
    rows: dict[int, str] = {}
    heads: dict[int, str] = {}
    texts: dict[tuple[int, int], str] = {}
    marked: dict[int, set[int]] = {}
    for cell in cells:
        row, column = int(cell["row"]), int(cell["column"])
        rows[row], heads[column] = str(cell["rowLabel"]), str(cell["columnLabel"])
        texts[row, column] = str(cell["printed"])
        if cell["figure"] in small:
            marked.setdefault(row, set()).add(column)
    header = [str(tables[name].get("corner", "")), *(heads[column] for column in sorted(heads))]
    made = [[rows[row], *(texts.get((row, column), "") for column in sorted(heads))] for row in sorted(rows)]
    if marked:
        header.append(SMALL)
        for row, line in zip(sorted(rows), made, strict=True):
            line.append("; ".join(heads[column] for column in sorted(marked.get(row, ()))))
    return [header, *made]


def _plain(value: Any) -> str:
    return "" if value is None else slug(value) if str(value).startswith("http") else str(value)


def as_bytes(table: list[list[str]], form: str) -> bytes:
    """Give a table as CSV or Parquet, every cell a text as printed; raises `UsageError` where pyarrow is missing."""
    if form == "csv":
        made = io.StringIO()
        csv.writer(made, lineterminator="\n").writerows(table)
        return made.getvalue().encode()
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError("extra-missing", extra="parquet") from None
    header, *rows = table
    columns = [pyarrow.array([row[index] for row in rows], pyarrow.string()) for index in range(len(header))]
    out = io.BytesIO()
    parquet.write_table(pyarrow.table(columns, names=header), out)
    return out.getvalue()
