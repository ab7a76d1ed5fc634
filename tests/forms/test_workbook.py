"""A workbook says the same as any other form; what is wrong in it is told at its cell."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyoxigraph as ox
import pytest

from werkzaam.forms.convert import rewritten
from werkzaam.forms.layout import AS, OF, Layout
from werkzaam.loading import Loaded
from werkzaam.model import Model, add_names
from werkzaam.terms import WZ

pytestmark = pytest.mark.once

Load = Callable[..., Loaded]
Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def content(model: Model, load: Load, data: Path) -> bytes:
    """Give the invented case as a workbook with Dutch headings."""
    loaded = load((data / "buurttafel.yaml").read_bytes())
    names = model.names.copy()
    add_names(names, model, loaded.triples)
    return rewritten(loaded, model, names, "xlsx", "nl", "buurttafel.yaml").content


def changed(content: bytes, change: Change) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def find(book: Any, sheet: str, heading: str, row: int = 2) -> Any:
    page = book[sheet]
    number = next(cell.column for cell in page[1] if cell.value == heading)
    return page.cell(row, number)


def put(sheet: str, heading: str, value: Any, row: int = 2) -> Change:
    """Give what puts a value into the cell of a row under a heading (row 1: the heading itself)."""
    return lambda book: setattr(find(book, sheet, heading, row), "value", value)


def told(loaded: Loaded) -> list[tuple[str, str]]:
    return [(one.place.cell, one.rule.rpartition("#")[2]) for one in loaded.findings]


def test_sheets_and_headings_are_the_keys_of_the_form(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[:4] == ["Document", "Volledig", "Zaken", "Beweringen"]
    assert {"Betrokkene", "Uitkomsten", "Bron"} <= set(book.sheetnames)
    assert [cell.value for cell in book["Beweringen"][1]][:4] == ["id", "soort", "bewering.nl", "bewering.en"]
    assert [cell.value for cell in book["Bron"][1]][:3] == ["bij", "als", "id"]


def test_every_field_of_the_form_has_a_column(model: Model) -> None:
    for lang in ("nl", "en"):
        layout = Layout(model, lang)
        keys = {one.field.path for sheet in layout.sheets for one in sheet.columns if one.field}
        keys |= {one.field.path for one in layout.head if one.field}
        wanted = {p for fields in model.fields.values() for p, one in fields.items() if one.kind != "node"}
        assert wanted <= keys
        titles = [sheet.title for sheet in layout.sheets]
        assert len(set(titles)) == len(titles)
        assert all(len(title) <= 31 for title in titles)
        own = {OF[lang], AS[lang], "id"}
        assert not own & {one.keys[lang] for fields in model.fields.values() for one in fields.values()}


# ---- what people do to a workbook, and what is then said

HARMLESS: dict[str, Change] = {
    "columns in another order": lambda book: book["Beweringen"].move_range("E1:H40", cols=60),
    "an empty row between": lambda book: book["Beweringen"].insert_rows(4),
    "a heading in capitals": put("Beweringen", "mechanisme", "MECHANISME ", 1),
    "a sheet in small letters": lambda book: setattr(book["Beweringen"], "title", "beweringen "),
    "an empty sheet": lambda book: book.create_sheet("Blad1"),
    "blanks around a value": put("Beweringen", "effect", "  activeert "),
    "a number for a whole number": put("Bron", "begin", 207, 3),
    "a number for a page": put("Bron", "bladzijde", 4.0, 3),
    "a date as a date": lambda book: setattr(book["Document"]["B8"], "value", datetime.datetime(2024, 5, 1)),
    "a name in another form": put("Beweringen", "mechanisme", "tailoring"),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_changes_nothing_gives_the_same_graph(load: Load, case: str, content: bytes, what: str) -> None:
    loaded = load(changed(content, HARMLESS[what]), "case.xlsx")
    assert told(loaded) == []
    assert loaded.triples == load(case).triples


def coordinate(content: bytes, spot: str) -> str:
    """Give the cell (``Bron!K3``) of a spot that is said by its heading and row (``Bron!begin3``)."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, _, rest = spot.partition("!")
    heading, row = rest[:-1], int(rest[-1])
    known = sheet in book.sheetnames and heading in {cell.value for cell in book[sheet][1]}
    return f"{sheet}!{find(book, sheet, heading, row).coordinate}" if known else spot


def merge(book: Any) -> None:
    book["Bron"].merge_cells("A3:A4")


def formula(book: Any) -> None:
    find(book, "Beweringen", "effect").value = '=CONCATENATE("activ","eert")'


def extra(book: Any) -> None:
    book.create_sheet("Notities")["A1"] = "nog bellen"


def percent(book: Any) -> None:
    cell = find(book, "Bron", "begin", 3)
    cell.value, cell.number_format = 0.38, "0%"


def misspelt_owner(book: Any) -> None:
    find(book, "Uitkomsten", "bij").value = "b11"


def no_owner(book: Any) -> None:
    find(book, "Uitkomsten", "bij").value = None


TOLD: dict[str, tuple[Change, str, str]] = {
    "a misspelt name": (
        put("Beweringen", "mechanisme", "maatwerkk"),
        "Beweringen!mechanisme2",
        "Configuration-mechanism",
    ),
    "a misspelt heading": (
        put("Beweringen", "mechanisme", "mechanism", 1),
        "Beweringen!mechanisme1",
        "key-unknown-near",
    ),
    "a heading twice": (put("Beweringen", "mechanisme", "id", 1), "Beweringen!mechanisme1", "key-twice"),
    "a column without heading": (put("Beweringen", "mechanisme", None, 1), "Beweringen!mechanisme1", "heading-missing"),
    "a formula": (formula, "Beweringen!effect2", "cell-formula"),
    "an error": (put("Beweringen", "effect", "#N/A"), "Beweringen!effect2", "cell-error"),
    "a section that became a number": (put("Bron", "paragraaf", 4.1, 3), "Bron!paragraaf3", "cell-number"),
    "a section that became a date": (
        put("Bron", "paragraaf", datetime.datetime(2024, 2, 1), 3),
        "Bron!paragraaf3",
        "cell-changed",
    ),
    "a truth value": (put("Beweringen", "effect", True), "Beweringen!effect2", "cell-changed"),
    "a percentage": (percent, "Bron!begin3", "cell-percent"),
    "merged cells": (merge, "Bron!A3:A4", "cells-merged"),
    "a sheet of one's own": (extra, "Notities!A1", "sheet-unknown"),
    "an owner that is not there": (misspelt_owner, "Uitkomsten!A2", "owner-unknown-near"),
    "a row of nothing": (no_owner, "Uitkomsten!B2", "owner-missing"),
    "a kind that is none": (put("Beweringen", "soort", "gedicht"), "Beweringen!B2", "kind-unknown"),
    "a character that deceives": (
        put("Beweringen", "bewering.nl", "soep \u202e troep"),
        "Beweringen!C2",
        "character-deceives",
    ),
}


@pytest.mark.parametrize("what", TOLD)
def test_what_is_wrong_is_told_at_its_cell(load: Load, content: bytes, what: str) -> None:
    change, spot, rule = TOLD[what]
    cell = coordinate(content, spot)
    loaded = load(changed(content, change), "case.xlsx")
    assert (cell, rule) in told(loaded)
    assert all(one.message("nl") and one.message("en") for one in loaded.findings)


def test_the_command_shows_sheet_and_cell(run: Callable[..., Any], tmp_path: Path, content: bytes) -> None:
    (tmp_path / "case.xlsx").write_bytes(changed(content, TOLD["a misspelt name"][0]))
    ran = run("validate", tmp_path / "case.xlsx", "--format", "json")
    (found,) = [one for one in json.loads(ran.out)["findings"] if one["severity"] == "violation"]
    assert found["cell"] == coordinate(content, "Beweringen!mechanisme2")
    assert found["line"] == 2
    assert "maatwerk" in found["message"]["nl"]


def test_a_violation_of_the_shapes_stands_at_a_cell_too(
    run: Callable[..., Any], tmp_path: Path, content: bytes
) -> None:
    def change(book: Any) -> None:
        find(book, "Uitkomsten", "uitkomst").value = None

    (tmp_path / "case.xlsx").write_bytes(changed(content, change))
    ran = run("validate", tmp_path / "case.xlsx", "--format", "json")
    (found,) = (one for one in json.loads(ran.out)["findings"] if one["severity"] != "info")
    assert found["cell"] == "Uitkomsten!A2"


def test_several_values_stand_in_one_cell(load: Load, content: bytes) -> None:
    loaded = []
    for text in ("moeder van jonge kinderen; ouder", "ouder\nmoeder van jonge kinderen"):

        def change(book: Any, text: str = text) -> None:
            find(book, "Betrokkene", "kenmerken", 3).value = text

        loaded.append(load(changed(content, change), "case.xlsx"))
    assert loaded[0].triples == loaded[1].triples
    traits = {t.object.value for t in loaded[0].triples if t.predicate == ox.NamedNode(WZ + "trait")}
    assert len(traits) == 2


def test_a_text_that_looks_like_a_formula_stays_a_text(model: Model, load: Load) -> None:
    head = (
        "werkzaam: 1\ntaal: nl\nonderzoek: proef\nzaken:\n- {id: study/proef, soort: onderzoek, naam: {nl: a, en: b}}\n"
    )
    loaded = load(head + "beweringen:\n- {id: b1, soort: feit, waarde: '=1+1', bewering: '#N/A', periode: '007'}\n")
    made = rewritten(loaded, model, model.names, "xlsx", "nl", "x.yaml")
    assert load(made.content, "x.xlsx").triples == loaded.triples
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


# ---- files that are no workbook, or mean ill


def rezipped(content: bytes, **more: bytes) -> bytes:
    """Give the workbook with other or further parts; a name's dots and slashes as it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in more:
                new.writestr(name, old.read(name))
        for name, part in more.items():
            new.writestr(name, part)
    return out.getvalue()


def lying(content: bytes) -> bytes:
    """Give a workbook of which a part says to be smaller than it is."""
    made = rezipped(content, **{"xl/styles.xml": b" " * 5_000_000})
    real, told = (5_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    return made.replace(real, told)


ENTITY = b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'
REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda content: b"", "empty-file"),
    "no zip": (lambda content: b"id;soort\nb1;feit\n", "workbook-unreadable"),
    "cut off": (lambda content: content[: len(content) // 2], "workbook-unreadable"),
    "another zip": (lambda content: rezipped(b"PK\x05\x06" + b"\0" * 18, **{"a.txt": b"soep"}), "workbook-unreadable"),
    "a macro": (lambda content: rezipped(content, **{"xl/vbaProject.bin": b"x"}), "workbook-macros"),
    "a macro by its type": (
        lambda content: rezipped(content, **{"[Content_Types].xml": b"<a>sheet.macroEnabled.main+xml</a>"}),
        "workbook-macros",
    ),
    "an entity": (lambda content: rezipped(content, **{"xl/workbook.xml": ENTITY}), "xml-doctype"),
    "xml that is none": (lambda content: rezipped(content, **{"xl/workbook.xml": b"<a>"}), "workbook-unreadable"),
    "an XML part in UTF-16": (
        lambda content: rezipped(content, **{"xl/workbook.xml": "<a/>".encode("utf-16")}),
        "workbook-unreadable",
    ),
    "a bomb": (lambda content: rezipped(content, **{"xl/media/a.xml": b"0" * 160_000_000}), "workbook-big"),
    "many parts": (lambda content: rezipped(content, **{f"a/{n}": b"" for n in range(600)}), "workbook-big"),
    "a part larger than it says": (lying, "workbook-unreadable"),
    "no sheet Document": (
        lambda content: changed(content, lambda book: book.remove(book["Document"])),
        "sheet-document-missing",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_no_workbook_or_means_ill_is_one_finding(load: Load, content: bytes, what: str) -> None:
    make, rule = REFUSED[what]
    (found,) = load(make(content), "case.xlsx").findings
    assert found.rule == rule
    assert found.place.file == "case.xlsx"


def test_a_far_cell_takes_no_time_and_memory_for_the_empty_ones_between(load: Load, content: bytes) -> None:
    def change(book: Any) -> None:
        book["Beweringen"]["XFD1048576"] = "ver weg"

    (found,) = load(changed(content, change), "case.xlsx").findings
    assert found.rule == "workbook-big"


def test_links_to_other_files_are_not_followed(load: Load, case: str, content: bytes) -> None:
    made = rezipped(content, **{"xl/externalLinks/externalLink1.xml": b"<a href='file:///etc/passwd'/>"})
    loaded = load(made, "case.xlsx")
    assert told(loaded) == []
    assert loaded.triples == load(case).triples
