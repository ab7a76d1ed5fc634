"""A new user in a real browser: finds the answers without the manual, by mouse or keyboard, in both languages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from webtools import Service, address, follow

from werkzaam.terms import LANGUAGES

pytestmark = pytest.mark.thorough

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("chromium is not installed: the pages were not tried in a browser", allow_module_level=True)
pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no page was tried in a browser")

TOOLS = os.environ.get("WERKZAAM_WEBTOOLS", "")
AXE = Path(TOOLS) / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = [390, 1280]


# What a new user wants to know, what is ticked, and what must then be read, heading by heading.
TASKS: dict[str, dict[str, Any]] = {
    "P01": {
        "nl": {
            "choose": [("Door welk mechanisme?", "zelfontplooiing")],
            "read": {
                "for": [
                    "Wie betaald werk wil, vindt het belangrijk zich te ontwikkelen",
                    "Vooral jongere cliënten leren graag",
                ],
                "against": ["Oudere cliënten die geen baan meer verwachten, zien het nut van de training niet"],
            },
        },
        "en": {
            "choose": [("Through which mechanism?", "self-development")],
            "read": {
                "for": [
                    "Clients who want paid work find it important to develop themselves",
                    "Younger clients in particular",
                ],
                "against": ["Older clients who no longer expect a job do not see the use of the training"],
            },
        },
    },
    "P02": {
        "nl": {
            "choose": [("Waar?", "De Cirkel"), ("Met welke uitkomst?", "geen uitval")],
            "read": {
                "for": [
                    "Nieuwe contacten doen cliënten van De Cirkel goed",
                    "Dat de uitkering anders gestopt kan worden, houdt de meeste cliënten van De Cirkel",
                    "die voorheen structuur misten",
                ]
            },
        },
        "en": {
            "choose": [("Where?", "De Cirkel"), ("With which outcome?", "no drop-out")],
            "read": {
                "for": [
                    "New contacts do clients of De Cirkel good",
                    "That benefit might be stopped otherwise keeps most clients of De Cirkel in the project.",
                    "used to lack structure",
                ]
            },
        },
    },
    "P03": {
        "nl": {
            "choose": [("Voor wie?", "wil geen betaald werk")],
            "read": {
                "for": ["Zelfs cliënten die niets voor werk voelen", "bijna alleen mee om een korting te voorkomen"],
                "against": [
                    "vindt er niets te doen wat bij hem of haar past",
                    "meedoen hen juist hindert",
                    "een plicht",
                ],
            },
        },
        "en": {
            "choose": [("For whom?", "does not want paid work")],
            "read": {
                "for": ["Even clients who do not want to work at all", "almost solely to avoid a cut"],
                "against": [
                    "find nothing to do there that suits them",
                    "taking part actually hinders them",
                    "a duty to take part",
                ],
            },
        },
    },
    "P05": {
        "nl": {
            "choose": [("Door welk mechanisme?", "observerend leren")],
            "read": {
                "for": ["een medecliënt die slaagt, kan anderen motiveren"],
                "against": ["Leren van elkaars voorbeeld komt", "Toen de gewenste stageplek verviel"],
                "expected": ["In Purmerend"],
            },
        },
        "en": {
            "choose": [("Through which mechanism?", "observational learning")],
            "read": {
                "for": ["a fellow client who succeeds can motivate others"],
                "against": [
                    "Learning from each other's example hardly occurs",
                    "When the wished-for internship was abolished",
                ],
                "expected": ["In Purmerend"],
            },
        },
    },
    "P11": {
        "nl": {
            "choose": [("Onder welke omstandigheden?", "economische crisis")],
            "read": {
                "against": [
                    "maakt het De Cirkel moeilijk",
                    "Door de economische crisis kan het Participatiehuis moeilijk",
                ],
                "background": [
                    "heeft Ede van de drie gemeenten de gunstigste arbeidsmarkt",
                    "spraken de professionals niet over last",
                ],
            },
        },
        "en": {
            "choose": [("Under which circumstances?", "economic crisis")],
            "read": {
                "against": [
                    "makes it hard for De Cirkel",
                    "The economic crisis makes it hard for the Participatiehuis",
                ],
                "background": ["Ede has the most favourable labour market", "did not speak of trouble from the crisis"],
            },
        },
    },
}
BUTTON = {"nl": "Toon het antwoord", "en": "Show the answer"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("task", TASKS)
def test_a_new_user_finds_the_answer(visit: Callable[..., Any], task: str, lang: str, width: int) -> None:
    told = TASKS[task][lang]
    page = visit(f"/{lang}/", width)
    for dimension, value in told["choose"]:
        page.get_by_text(dimension, exact=True).click()
        page.get_by_label(value).first.check()
    follow(page, page.get_by_role("button", name=BUTTON[lang]))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        "the page is wider than the screen"
    )
    for heading, texts in told["read"].items():
        link = page.locator(f"section.{heading} .more a")
        section = page.locator(f"section.{heading}").inner_text()
        missing = [text for text in texts if text not in section]
        if missing and link.count():
            follow(page, link)
            section += page.locator(f"section.{heading}").inner_text()
            page.go_back()
        assert not [text for text in texts if text not in section], (heading, section)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_keyboard_alone_does_a_task(visit: Callable[..., Any], lang: str) -> None:
    page = visit(f"/{lang}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")

    def tab_to(test: str) -> None:
        for _ in range(400):
            page.keyboard.press("Tab")
            if page.evaluate(f"(e => {test})(document.activeElement)"):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", "where the keyboard is cannot be seen"
                return
        raise AssertionError(f"the keyboard never reaches {test}")

    tab_to("e.tagName == 'SUMMARY'")
    page.keyboard.press("Enter")
    tab_to("e.value == 'no-paid-work-wanted'")
    page.keyboard.press("Space")
    tab_to("e.tagName == 'BUTTON'")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "for=no-paid-work-wanted" in page.url
    tab_to("e.closest('.card') && e.tagName == 'A'")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/id/claim/" in page.url


def test_the_form_works_without_javascript(browser: Any, service: Service) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{service.url}/nl/")
    page.get_by_text("Voor wie?", exact=True).click()
    page.get_by_label("wil geen betaald werk").check()
    follow(page, page.get_by_role("button", name="Toon het antwoord"))
    assert "for=no-paid-work-wanted" in page.url
    context.close()


def test_the_language_is_changed_where_one_is(visit: Callable[..., Any]) -> None:
    page = visit("/nl/wat-werkt?for=older&for=younger")
    follow(page, page.get_by_role("link", name="English"))
    assert page.url.endswith("/en/what-works?for=older&for=younger")
    page = visit("/en/id/claim/adp/k459")
    follow(page, page.get_by_role("link", name="Nederlands"))
    assert page.url.endswith("/nl/id/claim/adp/k459")


def test_a_cell_of_the_gap_map_opens_its_claims(visit: Callable[..., Any]) -> None:
    page = visit("/nl/witte-vlekken", 390)
    follow(page, page.locator("td.against a").first)
    assert page.locator("section.against .card").count() > 0


def test_an_example_of_sparql_is_run_with_a_click(visit: Callable[..., Any]) -> None:
    page = visit("/en/sparql")
    follow(page, page.locator("ul.examples a").first)
    follow(page, page.get_by_role("button", name="Run the query"))
    assert page.locator("#result").is_visible()
    assert page.locator("table tbody tr").count() > 1


def test_the_gap_map_prints_on_one_page_of_a4_with_every_column(visit: Callable[..., Any], tmp_path: Path) -> None:
    import pypdf

    for axis in ("in", "for"):
        page = visit(f"/nl/witte-vlekken?axis={axis}")
        heads = page.locator("table.map thead th").all_inner_texts()
        page.pdf(path=tmp_path / "map.pdf", prefer_css_page_size=True)
        pages = pypdf.PdfReader(tmp_path / "map.pdf").pages
        first = "".join(pages[0].extract_text().split())
        assert len(heads) > 4
        for head in heads:
            assert "".join(head.split()) in first, head
        assert float(pages[0].mediabox.width) == pytest.approx(842, abs=2)


# ---- for everyone

STATES = {
    "start": "/{lang}/",
    "answer": "/{lang}/{what-works}?for=no-paid-work-wanted",
    "several": "/{lang}/{what-works}?for=older&for=younger&for-all=1&in=none",
    "heading": "/{lang}/{what-works}?case=de-cirkel&heading=background&page=2",
    "nothing": "/{lang}/{what-works}?for=pet-owner&in=sales-targets",
    "map": "/{lang}/{gap-map}",
    "deeper": "/{lang}/{gap-map}?axis=for&above=personal-goal",
    "cases": "/{lang}/{cases}",
    "compare-which": "/{lang}/{compare}?case=de-cirkel",
    "compare": "/{lang}/{compare}?case=de-cirkel&case=participatiehuis&case=service-voor-de-wijk",
    "interplay": "/{lang}/{interplay}",
    "case": "/{lang}/id/intervention/de-cirkel",
    "claim": "/{lang}/id/claim/adp/k459",
    "influence": "/{lang}/id/claim/adp/k476",
    "concept": "/{lang}/concept/mechanism/tailoring",
    "trait": "/{lang}/concept/trait/older",
    "figure": "/{lang}/id/table/table-4.1",
    "graph": "/{lang}/graph/adp/de-cirkel",
    "situation": "/{lang}/{situation}",
    "beside": "/{lang}/{situation}?name=Zwolle&for=no-paid-work-wanted&for="
    "long-term-recipient&not-for=younger&in=slack-labour-market&in=large-caseload",
    "search": "/{lang}/{search}",
    "found": "/{lang}/{search}?q=maatwrk",
    "found-nothing": "/{lang}/{search}?q=xqzvw",
    "ontology": "/{lang}/ontology",
    "scheme": "/{lang}/concept/mechanism",
    "sparql": "/{lang}/sparql",
    "result": "/{lang}/sparql?query=SELECT+%2A+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+5",
    "graph-result": "/{lang}/sparql?query=CONSTRUCT+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+5",
    "mistake": "/{lang}/sparql?query=SELECT",
    "submit": "/{lang}/{submit}",
    "form": "/{lang}/{form}",
    "receipt": "/{lang}/{receipt}",
    "receipt-unknown": "/{lang}/{receipt}?number=1",
    "review": "/{lang}/{review}",
    "links": "/{lang}/{links}",
    "editor": "/{lang}/sparql?editor=1",
    "about": "/{lang}/{about}",
    "accessibility": "/{lang}/{accessibility}",
    "rules": "/{lang}/{rules}",
    "missing": "/{lang}/nowhere",
    "unknown": "/{lang}/{what-works}?for=maatwrk",
}


def addresses() -> list[str]:
    return [address(state, lang) for state in STATES.values() for lang in LANGUAGES]


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here (WERKZAAM_WEBTOOLS): accessibility was not checked")
@pytest.mark.parametrize(("width", "colours"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_on_any_page(browser: Any, service: Service, width: int, colours: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True, color_scheme=colours)
    page = context.new_page()
    script = AXE.read_text("utf-8")
    looked = 0
    for path in addresses():
        page.goto(service.url + path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate(script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        wrong = [
            (one["id"], [node["html"][:120] for node in one["nodes"][:2]], one["help"]) for one in found["violations"]
        ]
        assert not wrong, (path, wrong)
        assert len(found["passes"]) > 5
        looked += 1
    context.close()
    assert looked == 2 * len(STATES)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_the_screen(visit: Callable[..., Any], service: Service, width: int) -> None:
    page = visit("/nl/", width)
    for path in addresses():
        page.goto(service.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
