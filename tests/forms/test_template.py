"""What a template gives is a document that is accepted as it stands, and explains itself."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from werkzaam.forms.jsonld import CONTEXT
from werkzaam.model import Model
from werkzaam.terms import WZ
from werkzaam.validation import load as load_with_store

pytestmark = pytest.mark.once

Run = Callable[..., Any]


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("empty", [True, False], ids=["empty", "example"])
def test_a_template_is_accepted_and_its_workbook_says_the_same(
    run: Run, tmp_path: Path, lang: str, empty: bool
) -> None:
    more = ["--empty"] if empty else []
    files = [tmp_path / f"case.{form}" for form in ("yaml", "xlsx")]
    for file in files:
        ran = run("template", "--as", file.suffix[1:], "--lang", lang, *more, "--out", file)
        assert ran.code == 0, ran.err
    ran = run("validate", *files, "--lang", lang)
    assert ran.code == 0, ran.out
    assert all(re.search(r": (advies|advice): ", line) for line in ran.out.splitlines())
    texts = [(str(file), file.read_bytes().decode("latin-1")) for file in files]
    said = [load_with_store(*one)[0] for one in texts]
    assert said[0].triples == said[1].triples
    kinds = {t.object.value for t in said[0].triples}
    assert (WZ + "Configuration" in kinds) != empty


def test_the_yaml_template_names_every_key_of_a_claim(run: Run, model: Model) -> None:
    text = run("template", "--as", "yaml", "--lang", "nl").out
    for cls in (WZ + "Configuration", WZ + "Evidence", WZ + "Figure", WZ + "OutcomeChange"):
        for one in model.fields_of(cls).values():
            assert f"#   {one.keys['nl']}: " in text, one.keys["nl"]
    assert yaml.load(text, Loader=yaml.BaseLoader)["beweringen"]


def test_the_example_never_mixes_with_what_it_comes_from(run: Run) -> None:
    text = run("template", "--as", "yaml", "--lang", "en").out
    document = yaml.load(text, Loader=yaml.BaseLoader)
    assert document["study"] == "example"
    assert len(document["claims"]) == 6
    assert len({one["kind"] for one in document["claims"]}) >= 4
    assert "vingerafdruk" not in text.split("# ----")[0]
    assert "start:" not in text.split("# ----")[0]


def test_a_store_of_the_vocabulary_alone_takes_the_example(start: Callable[..., Any], tmp_path: Path) -> None:
    file, store = tmp_path / "case.yaml", f"oxigraph:{tmp_path / 'store'}"
    for command in (
        ("template", "--as", "yaml", "--out", file),
        ("build", "--what", "ontology", "--store", store),
        ("add", file, "--store", store),
    ):
        ran = start(*command)
        assert ran.code == 0, ran.err + ran.out


@pytest.fixture(scope="module")
def book() -> Any:
    from werkzaam.build import packaged_nquads
    from werkzaam.forms.template import template

    return openpyxl.load_workbook(io.BytesIO(template("xlsx", "nl", packaged_nquads())))


def test_a_workbook_begins_with_plain_words_and_hides_its_lists(book: Any) -> None:
    assert book.sheetnames[0] == "Lees mij"
    words = "\n".join(str(row[0].value or "") for row in book["Lees mij"].iter_rows())
    assert "Wat niet in een werkmap past" in words
    assert book["Lijsten"].sheet_state == "hidden"
    assert {"Document", "Zaken", "Beweringen", "Getallen", "Bron", "Betrokkene", "Uitkomsten"} <= set(book.sheetnames)


def test_cells_are_texts_with_lists_to_choose_from_and_headings_that_explain(book: Any, model: Model) -> None:
    page = book["Beweringen"]
    assert page.freeze_panes == "B2"
    letters = {cell.value: cell.column_letter for cell in page[1]}
    note = page[f"{letters['mechanisme']}1"].comment
    assert note is not None
    assert "bijvoorbeeld: maatwerk" in note.text
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    for heading in ("soort", "mechanisme", "effect", "modus", "over"):
        assert f"{letters[heading]}2" in lists, heading
    sheet, _, cells = lists[f"{letters['effect']}2"].partition("!")
    values = {row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]}
    effects = {iri for iri, classes in model.names.classes.items() if WZ + "Effect" in classes}
    assert values == {model.names.labels[iri]["nl"] for iri in effects}
    assert page.column_dimensions[letters["periode"]].number_format == "@"


def test_the_context_is_the_one_that_documents_may_name(run: Run) -> None:
    said = json.loads(run("template", "--as", "context").out)
    assert said["@context"]["claims"] == {"@id": "wz:contains", "@type": "@id"}
    assert CONTEXT == "https://w3id.org/werkzaam/context"


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["template"], "missing"),
        (["template", "--as", "docx"], "does not fit"),
        (["convert", "x.yaml"], "Say with --to in which form"),
        (["convert", "x.yaml", "--out", "x.docx"], "Say with --to in which form"),
        (["convert", "x.yaml", "--to", "ttl"], "does not exist"),
        (["convert", "x.docx", "--to", "ttl"], "cannot read this kind of file"),
        (["template", "--as", "yaml", "--out", "/proc/nothing/x.yaml"], "cannot be written"),
    ],
)
def test_wrong_use_is_one_line(run: Run, arguments: list[str], key: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert key in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_what_is_said_of_a_wrong_value_is_not_said_of_an_empty_field(run: Run, lang: str) -> None:
    written = run("template", "--as", "yaml", "--lang", lang).out
    assert {"nl": "bekende waarde", "en": "known value"}[lang] in written
    assert "{value}" not in written
