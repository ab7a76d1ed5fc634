"""From a PDF, phrase and page decide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from werkzaam.api import Werkzaam
from werkzaam.errors import Finding, InputError

fpdf = pytest.importorskip("fpdf")
pytest.importorskip("pypdf")


def pdf(pages: list[str]) -> bytes:
    made = fpdf.FPDF()
    made.set_font("Helvetica", size=11)
    for text in pages:
        made.add_page()
        made.multi_cell(0, 5, text.encode("latin-1", "replace").decode("latin-1"))
    return bytes(made.output())


@pytest.fixture
def opened(collection: Callable[..., Werkzaam], case: str) -> Werkzaam:
    return collection(case)


@pytest.fixture
def pages(data: Path, opened: Werkzaam) -> list[str]:
    text = (data / "buurttafel.txt").read_text("utf-8")
    rows = opened.store.select(
        "PREFIX wz: <https://w3id.org/werkzaam/ontology#> "
        "SELECT ?start ?end WHERE { ?p wz:hasPage ?page . ?page wz:start ?start ; wz:end ?end }"
    )
    return [text[a:b] for a, b in sorted((int(row["start"]), int(row["end"])) for row in rows)]


def checked(opened: Werkzaam, pages: list[str]) -> tuple[int, list[Finding]]:
    return opened.check_evidence(pdf(pages), "buurttafel.pdf")


def test_places_that_are_right_pass_with_any_number_of_sheets_before(opened: Werkzaam, pages: list[str]) -> None:
    count, found = checked(opened, pages)
    assert count > 3
    assert found == []
    assert checked(opened, ["cover", "colophon", *pages]) == (count, [])


def test_a_phrase_that_is_gone_is_told(opened: Werkzaam, pages: list[str]) -> None:
    _, found = checked(opened, [one.replace("avonden duren te lang", "avonden zijn te lang") for one in pages])
    assert [one.rule for one in found] == ["pdf-phrase"]


def test_a_phrase_on_another_page_is_told_with_that_page(opened: Werkzaam, pages: list[str]) -> None:
    moved = [one.replace("avonden duren te lang", "") for one in pages]
    moved[0] += "\n avonden duren te lang"
    _, found = checked(opened, moved)
    assert [one.rule for one in found] == ["pdf-page"]


@pytest.mark.parametrize(("content", "said"), [(b"%PDF-1.7 broken", "PDF"), (None, "another report")])
def test_a_pdf_that_is_broken_or_of_another_report_is_told(opened: Werkzaam, content: bytes | None, said: str) -> None:
    with pytest.raises(InputError) as error:
        opened.check_evidence(content or pdf(["Something else altogether."]), "x.pdf")
    assert said in error.value.message("en")
