"""Make a picture of each kind of page, to be looked at: python tests/web/pictures.py URL FOLDER."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
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
    "compare": "/{lang}/{compare}?case=de-cirkel&case=participatiehuis",
    "interplay": "/{lang}/{interplay}",
    "concept": "/{lang}/concept/mechanism/structure",
    "trait": "/{lang}/concept/trait/older",
    "situation": "/{lang}/{situation}",
    "beside": "/{lang}/{situation}?name=Zwolle&for=no-paid-work-wanted&not-for=younger&in=slack-labour-market",
    "search": "/{lang}/{search}?q=maatwrk",
    "search-nothing": "/{lang}/{search}?q=xqzvw",
    "submit": "/{lang}/{submit}",
    "form": "/{lang}/{form}",
    "receipt": "/{lang}/{receipt}?number=1",
    "review": "/{lang}/{review}",
    "links": "/{lang}/{links}",
    "editor": "/{lang}/sparql?editor=1",
    "sparql": "/{lang}/{sparql}",
    "result": "/{lang}/{sparql}?query=SELECT+%3Fs+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+5",
    "about": "/{lang}/{about}",
    "accessibility": "/{lang}/{accessibility}",
    "missing": "/{lang}/nowhere",
}


def main(url: str, folder: Path, names: Sequence[str], widths: Sequence[int], colours: Sequence[str]) -> None:
    """Write FOLDER/page-language-width-colours.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for width, colour in ((width, colour) for width in widths for colour in colours):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=colour)
            for name in names or STATES:
                for lang in LANGUAGES:
                    page.goto(url + address(STATES[name], lang))
                    file = folder / f"{name}-{lang}-{width}-{colour}.png"
                    page.screenshot(path=file, full_page=name not in ("case",))
            page.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", choices=STATES, default=[], help="these pages; default: all")
    parser.add_argument("--width", type=int, nargs="*", default=[390, 1280])
    parser.add_argument("--colours", nargs="*", choices=("light", "dark"), default=["light", "dark"])
    given = parser.parse_args()
    main(given.url.rstrip("/"), given.folder, given.only, given.width, given.colours)
