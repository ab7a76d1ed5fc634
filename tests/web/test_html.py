"""Every kind of page is valid HTML, by the validator that the W3C runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from webtools import address

from werkzaam.terms import LANGUAGES
from werkzaam.web import refpages
from werkzaam.web.site import Site
from werkzaam.web.worker import Reply

pytestmark = pytest.mark.thorough

VNU = Path(os.environ.get("WERKZAAM_WEBTOOLS", "")) / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
if not VNU.is_file() or shutil.which("java") is None:
    pytest.skip("the HTML validator (vnu, with Java) is not here: no page was validated", allow_module_level=True)

ADDRESSES = [
    "/{lang}/",
    "/{lang}/{what-works}?for=no-paid-work-wanted",
    "/{lang}/{what-works}?for=pet-owner&in=sales-targets",
    "/{lang}/{what-works}?case=de-cirkel&heading=background&page=2",
    "/{lang}/{gap-map}",
    "/{lang}/{gap-map}?axis=for&above=personal-goal",
    "/{lang}/{cases}",
    "/{lang}/{compare}",
    "/{lang}/{compare}?case=de-cirkel&case=participatiehuis",
    "/{lang}/{interplay}",
    "/{lang}/{interplay}?case=participatiehuis",
    "/{lang}/concept/trait/older",
    "/{lang}/{search}?q=maatwrk",
    "/{lang}/{situation}",
    "/{lang}/{situation}?name=Zwolle&for=long-term-recipient&not-for=younger&in=large-caseload",
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
    "/{lang}/{submit}",
    "/{lang}/{form}",
    "/{lang}/{receipt}",
    "/{lang}/{review}",
    "/{lang}/sparql?editor=1",
    "/{lang}/{about}",
    "/{lang}/{accessibility}",
    "/{lang}/{rules}",
    "/{lang}/nowhere",
]


def wrong(files: Iterable[Path]) -> list[tuple[str, object, str, str]]:
    """Give what the validator says against files: name, line, message, and what stands there."""
    command = ["java", "-jar", str(VNU), "--format", "json", "--also-check-svg", *map(str, sorted(files))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [
        (Path(one["url"]).name, one.get("lastLine"), one["message"], one.get("extract", "")[:150])
        for one in json.loads(done.stderr)["messages"]
        if one["type"] == "error" or one.get("subType") == "warning"
    ]


def test_every_kind_of_page_is_valid_html(page: Callable[..., Reply], tmp_path: Path) -> None:
    for lang in LANGUAGES:
        for number, pattern in enumerate(ADDRESSES):
            content = page(address(pattern, lang)).body
            assert content.startswith(b"<!DOCTYPE html>")
            (tmp_path / f"{number}-{lang}.html").write_bytes(content)
    assert wrong(tmp_path.glob("*.html")) == []


def test_the_documentation_that_is_read_from_disk_is_valid_html(site: Site, tmp_path: Path) -> None:
    refpages.write(site, tmp_path)
    files = list(tmp_path.rglob("*.html"))
    assert len(files) > 20
    assert wrong(files) == []


def test_the_validator_sees_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<!DOCTYPE html><html lang=nl><title>x</title><p><div></p>")
    assert wrong([tmp_path / "bad.html"])
