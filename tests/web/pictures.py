"""Make a picture of each kind of page, to be looked at: python tests/web/pictures.py URL FOLDER [WIDTH …]."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from webtools import address

from werkzaam.terms import LANGUAGES

STATES = {
    "start": "/{lang}/",
    "answer": "/{lang}/{what-works}?for=no-paid-work-wanted",
    "nothing": "/{lang}/{what-works}?for=pet-owner&in=sales-targets",
    "map": "/{lang}/{gap-map}",
    "deeper": "/{lang}/{gap-map}?axis=for",
    "cases": "/{lang}/{cases}",
    "case": "/{lang}/id/intervention/de-cirkel",
    "claim": "/{lang}/id/claim/adp/k459",
    "concept": "/{lang}/concept/mechanism/structure",
    "sparql": "/{lang}/{sparql}",
    "result": "/{lang}/{sparql}?query=SELECT+%3Fs+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+5",
    "about": "/{lang}/{about}",
    "accessibility": "/{lang}/{accessibility}",
    "missing": "/{lang}/nowhere",
}


def main(url: str, folder: Path, widths: list[int]) -> None:
    """Write FOLDER/page-language-width.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for width in widths:
            page = browser.new_page(viewport={"width": width, "height": 900})
            for name, pattern in STATES.items():
                for lang in LANGUAGES:
                    page.goto(url + address(pattern, lang))
                    page.screenshot(path=folder / f"{name}-{lang}-{width}.png", full_page=name not in ("case",))
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]), [int(one) for one in sys.argv[3:]] or [390, 1280])
