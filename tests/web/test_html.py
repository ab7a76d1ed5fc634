"""Every kind of page is valid HTML, by the validator that the W3C runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from werkzaam.web.worker import Reply

VNU = Path(os.environ.get("WERKZAAM_WEBTOOLS", "")) / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
if not VNU.is_file() or shutil.which("java") is None:
    pytest.skip("the HTML validator (vnu, with Java) is not here: no page was validated", allow_module_level=True)

ADDRESSES = [
    "/{lang}/",
    "/{lang}/{what}?for=no-paid-work-wanted",
    "/{lang}/{what}?for=pet-owner&in=sales-targets",
    "/{lang}/{what}?case=de-cirkel&heading=background&page=2",
    "/{lang}/{map}",
    "/{lang}/{map}?axis=for&above=personal-goal",
    "/{lang}/{cases}",
    "/{lang}/id/intervention/de-cirkel",
    "/{lang}/id/claim/adp/k459",
    "/{lang}/id/claim/adp/k476",
    "/{lang}/concept/mechanism/structure",
    "/{lang}/graph/adp/de-cirkel",
    "/{lang}/ontology",
    "/{lang}/concept/mechanism",
    "/{lang}/concept/answer",
    "/{lang}/sparql?query=SELECT+%2A+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+50",
    "/{lang}/sparql?query=SELECT",
    "/{lang}/{about}",
    "/{lang}/{accessibility}",
    "/{lang}/{rules}",
    "/{lang}/nowhere",
]
NAMES = {
    "nl": {"what": "wat-werkt", "map": "witte-vlekken", "cases": "casussen", "about": "over"}
    | {"accessibility": "toegankelijkheid", "rules": "regels"},
    "en": {
        "what": "what-works",
        "map": "gap-map",
        "cases": "cases",
        "about": "about",
        "accessibility": "accessibility",
        "rules": "rules",
    },
}


def test_every_kind_of_page_is_valid_html(page: Callable[..., Reply], tmp_path: Path) -> None:
    for lang, names in NAMES.items():
        for number, address in enumerate(ADDRESSES):
            content = page(address.format(lang=lang, **names)).body
            assert content.startswith(b"<!DOCTYPE html>")
            (tmp_path / f"{number}-{lang}.html").write_bytes(content)
    done = subprocess.run(
        ["java", "-jar", str(VNU), "--format", "json", "--also-check-svg", *map(str, sorted(tmp_path.glob("*.html")))],
        capture_output=True,
        text=True,
        check=False,
    )
    found = [
        (Path(one["url"]).name, one.get("lastLine"), one["message"], one.get("extract", "")[:150])
        for one in json.loads(done.stderr)["messages"]
        if one["type"] == "error" or one.get("subType") == "warning"
    ]
    assert not found


def test_the_validator_sees_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<!DOCTYPE html><html lang=nl><title>x</title><p><div></p>")
    done = subprocess.run(["java", "-jar", str(VNU), str(tmp_path / "bad.html")], capture_output=True, check=False)
    assert done.returncode != 0
