"""What a new user comes to do beyond one page, tried in a browser and read as a person reads, mostly without script."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from webtools import Service, follow

pytestmark = pytest.mark.thorough
pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no page was tried in a browser")
if not (shutil.which("chromium") or shutil.which("chromium-browser")):
    pytest.skip("chromium is not installed: the pages were not tried in a browser", allow_module_level=True)

TOKEN = "de-sleutel-ligt-onder-de-mat"
PLAIN: dict[str, Any] = {"java_script_enabled": False}
Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def taking(serving: Callable[..., Service], small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Give a service that takes cases in."""
    made = tmp_path_factory.mktemp("tasks") / "store"
    shutil.copytree(small_store, made)
    return serving("--store", f"oxigraph:{made}", "--timeout", "60", WERKZAAM_TOKEN=TOKEN)


def press(page: Any, name: str, *, first: bool = False, role: str = "button", **more: bool) -> None:
    """Press a button that sends a form, or a link, and wait for the page that comes of it."""
    found = page.get_by_role(role, name=name, **more)
    follow(page, found.first if first else found.last)


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("width", [390, 1280])
def test_two_cases_are_compared(visit: Visit, width: int) -> None:
    page = visit("/nl/", width)
    press(page, "Casussen", role="link", exact=True)
    page.get_by_label("De Cirkel").check()
    page.get_by_label("Service voor de Wijk").check()
    press(page, "Vergelijk")
    row = page.get_by_role("row", name="observerend leren")
    assert "wisselend +1 −4" in row.inner_text()
    assert "tegen −2" in row.inner_text()
    assert "niets over gezegd" in page.get_by_role("row", name="betaald werk").first.inner_text()
    assert fits(page)
    row.get_by_role("link", name="tegen −2").click()
    assert "Leren van elkaars voorbeeld" in page.locator("section.against").inner_text()


def test_ones_own_situation_is_described_and_printed_on_two_pages(visit: Visit, tmp_path: Path) -> None:
    import pypdf

    page = visit("/en/")
    press(page, "My situation", role="link")
    page.get_by_label("Name of the municipality").fill("Zwolle")
    for family, value in (
        ("Personal goal", "does not want paid work: Holds"),
        ("Age", "younger: Does not hold"),
        ("Labour market, employers", "slack labour market: Holds"),
    ):
        page.get_by_text(family, exact=family == "Age").first.click()
        page.get_by_label(value, exact=True).check()
    press(page, "Show what was studied")
    assert page.get_by_role("heading", level=1).inner_text() == "My situation: Zwolle"
    works = page.locator("section[aria-labelledby=works]").inner_text()
    assert "Even clients who do not want to work at all" in works
    assert "Matches: does not want paid work" in works
    assert "Unknown: compulsory participation" in works
    watch = page.locator("section[aria-labelledby=watch]").inner_text()
    assert "makes it hard for De Cirkel to start relations with local employers" in watch
    assert "Differs: wants paid work" in page.locator("section[aria-labelledby=other]").inner_text()
    assert "daily structure" in page.locator("section[aria-labelledby=never]").inner_text()
    press(page, "compulsory participation: Holds", role="link")
    assert "Matches: compulsory participation, does not want paid work" in page.locator("#works + p + ul").inner_text()
    page.pdf(path=tmp_path / "situation.pdf", prefer_css_page_size=True)
    pages = pypdf.PdfReader(tmp_path / "situation.pdf").pages
    assert len(pages) <= 2
    text = "".join("".join(one.extract_text().split()) for one in pages)
    assert "Mysituation:Zwolle" in text
    assert "Neverstudied" in text


def test_a_question_is_found_through_search(visit: Visit) -> None:
    page = visit("/nl/", 390, **PLAIN)
    page.get_by_role("searchbox").fill("wat helpt tegen uitvl")
    press(page, "Zoek")
    press(page, "Wat helpt tegen uitval?", role="link")
    assert "geen uitval" in page.locator(".asked").inner_text()
    assert page.locator("section.for .card").count() > 3


CASE = {
    "Name of the programme, in Dutch": "De Werkplaats",
    "Name of the programme, in English": "The Workshop",
    "Municipality": "Waterdorp",
    "Title of the report that it is in": "Samen maken",
    "Name of the study, in Dutch": "Werkplaatsstudie",
    "Name of the study, in English": "Workshop study",
    "Who fills this in (stands with the data)": "C. Codeur",
    "Date": "2024-05-06",
}


def fill(page: Any, claim: str, mechanism: str) -> None:
    """Fill in a claim."""
    for name, text in {
        "statement.nl": f"Deelnemers komen graag ({claim}).",
        "statement.en": f"Participants like to come ({claim}).",
        "resource.nl": "een eigen werkbank",
        "resource.en": "a bench of one's own",
        "reasoning.nl": "hier hoor ik",
        "reasoning.en": "this is where I belong",
        "supportedBy.s1.section": "3",
        "supportedBy.s1.phrase": "een eigen werkbank",
    }.items():
        page.locator(f"[name='{claim}.{name}']").fill(text)
    for name, value in {
        "mechanism": mechanism,
        "effect": "activates",
        "supportedBy.s1.saidBy": "client",
        "hasOutcome.h1.outcome": "motivation",
    }.items():
        page.locator(f"[name='{claim}.{name}']").select_option(value)


def test_a_case_of_four_claims_with_three_mistakes_is_mended_sent_and_reviewed(visit: Visit, taking: Service) -> None:
    page = visit("/en/", 1280, taking, **PLAIN)
    press(page, "Submit a case", role="link")
    press(page, "Form for a case", role="link")
    for label, value in CASE.items():
        page.get_by_label(label).fill(value)
    for _ in range(3):
        press(page, "Add a claim")
    for number, mechanism in enumerate(("tailoring", "structure", "meaningful-work", "tailoring"), 1):
        fill(page, f"k{number}", mechanism)
    # Three mistakes: nothing chosen, a place left out, and no answer to what was offered.
    page.locator("[name='k1.mechanism']").select_option("")
    page.locator("[name='k2.supportedBy.s1.section']").fill("")
    page.locator("[name='k3.effect']").select_option("")
    press(page, "Check")
    assert "3 errors must be mended." in page.locator("#outcome").inner_text()
    for name, said in (
        ("k1-mechanism", "Fill in “mechanism”"),
        ("k2-supportedBy-s1-section", "Fill in “section”"),
        ("k3-effect", "Fill in “effect”"),
    ):
        assert said in page.locator(f"#f-{name}-wrong").inner_text()
    press(page, "Remove this claim k4")
    press(page, "Add a claim")
    assert page.locator("section.claim").count() == 4
    fill(page, "k4", "social-network")
    page.locator("[name='k1.mechanism']").select_option("tailoring")
    page.locator("[name='k2.supportedBy.s1.section']").fill("3")
    page.locator("[name='k3.effect']").select_option("does-not-activate")
    press(page, "Check")
    assert "Nothing is wrong: this can be sent in." in page.locator("#outcome").inner_text()
    preview = page.locator("ol.preview").inner_text()
    assert "Participants like to come (k4)." in preview
    assert "Social network – activates" in preview
    page.get_by_label("Your name").fill("I. Inzender")
    page.get_by_label("Email address").fill("i@example.org")
    page.get_by_label("I agree to that").check()
    press(page, "Send in")
    assert "The case waits for a reviewer." in page.locator(".lead").inner_text()
    receipt = page.url.removeprefix(taking.url)

    page = visit("/en/review", 390, taking, **PLAIN)
    page.get_by_label("Token").fill(TOKEN)
    press(page, "Open the inbox")
    assert fits_without_script(page)
    press(page, "Look at it", first=True)
    assert "I. Inzender, i@example.org" in page.locator("main").inner_text()
    assert "4 claims" in page.locator("#preview").inner_text()
    press(page, "Return")
    assert "Write a remark before you return something." in page.locator("main").inner_text()
    page.get_by_label("Remarks for the sender").fill("On which page does k2 stand?")
    press(page, "Return")
    assert "Returned with remarks." in page.locator(".lead").inner_text()
    page = visit(receipt, 390, taking, **PLAIN)
    assert "On which page does k2 stand?" in page.locator("main").inner_text()


def fits_without_script(page: Any) -> bool:
    """Say whether a page is no wider than the screen, where no script can ask it."""
    box = page.locator("body").bounding_box()
    return bool(box["width"] <= 390)


def test_a_saved_form_goes_on_where_it_was(visit: Visit, tmp_path: Path) -> None:
    page = visit("/nl/formulier", 1280, accept_downloads=True, **PLAIN)
    page.get_by_label("Naam van het project, in het Nederlands").fill("De Werkplaats")
    page.locator("[name='k1.mechanism']").select_option("tailoring")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Bewaar als bestand").click()
    saved.value.save_as(tmp_path / "case.yaml")
    page = visit("/nl/formulier", 1280, **PLAIN)
    page.get_by_text("Verdergaan met een bewaard formulier").click()
    page.get_by_label("Bewaard bestand").set_input_files(tmp_path / "case.yaml")
    press(page, "Ga verder")
    assert "Ingelezen: 1 bewering." in page.locator("main").inner_text()
    assert page.get_by_label("Naam van het project, in het Nederlands").input_value() == "De Werkplaats"
    assert page.locator("[name='k1.mechanism']").input_value() == "tailoring"


def test_a_file_is_uploaded_and_told_back(visit: Visit) -> None:
    page = visit("/en/submit", 390, **PLAIN)
    page.get_by_label("The document").set_input_files(Path(__file__).parents[1] / "data" / "buurttafel.yaml")
    press(page, "Check")
    said = page.locator("main").inner_text()
    assert "Participants who decide on the menu themselves keep coming." in said
    assert "This service takes no cases in." in said


def test_the_editor_completes_from_our_vocabulary_and_asks_nobody_else(visit: Visit) -> None:
    page = visit("/en/sparql?editor=1")
    page.locator(".CodeMirror").click()
    page.keyboard.type("PREFIX wz: <https://w3id.org/werkzaam/ontology#> SELECT ?m { ?claim wz:mechani")
    page.locator(".CodeMirror-hint").first.wait_for()
    hints = page.locator(".CodeMirror-hint").all_inner_texts()
    assert hints[0].split() == ["wz:mechanism", "mechanism"]
    assert all(hint.startswith("wz:") for hint in hints)
    page.keyboard.press("Enter")
    page.keyboard.type(" ?m } LIMIT 3")
    page.get_by_role("button", name="Run the query").click()
    page.locator("#result").wait_for()
    assert page.locator("table tbody tr").count() == 3
    assert "query=" in page.url
    page.get_by_text("curl", exact=True).click()
    assert "--data-urlencode" in page.locator("pre.snippet").first.inner_text()
