"""Documents enter a store, are replaced, retracted from and removed alike on disk and on servers of two makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from werkzaam.api import Werkzaam
from werkzaam.build import write_store
from werkzaam.errors import StoreError
from werkzaam.questions import ask
from werkzaam.terms import CONCEPT, slug

pytestmark = [pytest.mark.once, pytest.mark.thorough]

KINDS = ("disk", "oxigraph", "virtuoso")
AT = "2026-11-26T12:00:00+00:00"
LATER = "2026-11-27T12:00:00+00:00"
DOCUMENT = "buurttafel/de-buurttafel"
TAILORING = CONCEPT + "mechanism/tailoring"
REASON = {"nl": "Verkeerd gelezen.", "en": "Misread."}


@pytest.fixture(autouse=True)
def in_this_process(quick: None) -> None:
    """Read documents without children."""


@pytest.fixture
def place(request: pytest.FixtureRequest, started: Callable[[str], str], tmp_path: Path, ontology_nquads: bytes) -> str:
    """Give what `--store` takes for a store of the kind that the test names, with nothing but the vocabulary."""
    kind = request.param
    where = f"oxigraph:{tmp_path / 'store'}" if kind == "disk" else started(kind)
    write_store(where, ontology_nquads, at=AT)
    return where


def told(opened: Werkzaam) -> dict[str, Any]:
    """Give what can be seen of the documents from outside."""
    kept = ("document", "version", "action", "at", "graph", "claim", "reason")
    return {
        "claims": sorted((slug(row["claim"]), slug(row["found"])) for row in opened.ask("for-whom")),
        "tailoring": sorted(slug(row["claim"]) for row in ask(opened.store, "for-whom", {"mechanism": [[TAILORING]]})),
        "history": [{key: one[key] for key in kept if key in one} for one in opened.history()],
        "tombstones": sorted(str(quad) for quad in opened.store.quads("https://w3id.org/werkzaam/graph/tombstones")),
    }


def steps(where: str, case: str, tmp_path: Path) -> list[Any]:
    """Do all that can be done to a document; give what came of each step."""
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(case, "utf-8")
    second.write_text(
        case.replace("Deelnemers die het menu zelf bepalen, blijven komen.", "Wie kiest, blijft."), "utf-8"
    )
    opened = Werkzaam(where, lang="en")
    found: list[Any] = []
    for step in (
        lambda: opened.add(str(first), at=AT, dry_run=True),
        lambda: opened.add(str(first), at=AT),
        lambda: opened.add(str(first), at=AT),
        lambda: opened.add(str(second), at=AT),
        lambda: opened.retract("buurttafel/b1", **REASON, at=LATER),
        lambda: opened.add(str(first), at=LATER),
        lambda: opened.remove(DOCUMENT, at=LATER),
    ):
        made = step()
        changed = any(one.state in ("accepted", "retracted", "removed") for one in made.documents)
        found.append((made.documents, sorted(one.rule for one in made.findings), told(opened) if changed else {}))
    return found


@pytest.fixture(scope="module")
def expected() -> dict[str, list[Any]]:
    """Keep what a store on disk told, for the servers to be held against."""
    return {}


@pytest.mark.parametrize("place", KINDS, indirect=True)
def test_documents_enter_change_and_leave_alike(
    place: str, case: str, tmp_path: Path, expected: dict[str, list[Any]]
) -> None:
    found = steps(place, case, tmp_path)
    assert [one[0][0].state for one in found if one[0]] == [
        "dry-run",
        "accepted",
        "unchanged",
        "accepted",
        "retracted",
        "removed",
    ]
    assert "claim-retracted" in found[5][1]
    assert found == expected.setdefault("all", found)
    if not place.startswith("oxigraph:"):
        refused_by_servers(Werkzaam(place, lang="en"), case, tmp_path)


def refused_by_servers(opened: Werkzaam, case: str, tmp_path: Path) -> None:
    """See that what a server does not keep, or cannot do, is said before anything changes."""
    file = tmp_path / "third.yaml"
    file.write_text(case.replace("id: b1\n", "id: c1\n").replace("illustreert: b1\n", "illustreert: c1\n"), "utf-8")
    before = told(opened)
    for act, key in (
        (lambda: opened.add(str(file), by="Griet Vergeetmij"), "store-no-people"),
        (lambda: opened.printed(DOCUMENT, 1), "store-no-versions"),
        (lambda: opened.remove(DOCUMENT, erase=True), "store-on-disk"),
        (opened.check, "store-on-disk"),
    ):
        with pytest.raises(StoreError) as refused:
            act()
        assert refused.value.key == key
    assert told(opened) == before
