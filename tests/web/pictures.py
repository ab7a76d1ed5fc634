"""Make a picture of each kind of page, to be looked at: python tests/web/pictures.py URL FOLDER [WIDTH …]."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PAGES = {
    "start": {"nl": "/nl/", "en": "/en/"},
    "answer": {"nl": "/nl/wat-werkt?for=no-paid-work-wanted", "en": "/en/what-works?for=no-paid-work-wanted"},
    "nothing": {
        "nl": "/nl/wat-werkt?for=pet-owner&in=sales-targets",
        "en": "/en/what-works?for=pet-owner&in=sales-targets",
    },
    "map": {"nl": "/nl/witte-vlekken", "en": "/en/gap-map?axis=for"},
    "cases": {"nl": "/nl/casussen", "en": "/en/cases"},
    "case": {"nl": "/nl/id/intervention/de-cirkel", "en": "/en/id/intervention/de-cirkel"},
    "claim": {"nl": "/nl/id/claim/adp/k459", "en": "/en/id/claim/adp/k459"},
    "concept": {"nl": "/nl/concept/mechanism/structure", "en": "/en/concept/mechanism/structure"},
    "sparql": {"nl": "/nl/sparql", "en": "/en/sparql?query=SELECT+%3Fs+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+5"},
    "about": {"nl": "/nl/over", "en": "/en/about"},
    "accessibility": {"nl": "/nl/toegankelijkheid", "en": "/en/accessibility"},
    "missing": {"nl": "/nl/niets", "en": "/en/nothing"},
}


def main(url: str, folder: Path, widths: list[int]) -> None:
    """Write FOLDER/page-language-width.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for width in widths:
            page = browser.new_page(viewport={"width": width, "height": 900})
            for name, addresses in PAGES.items():
                for lang, address in addresses.items():
                    page.goto(url + address)
                    page.screenshot(path=folder / f"{name}-{lang}-{width}.png", full_page=name not in ("case",))
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]), [int(one) for one in sys.argv[3:]] or [390, 1280])
