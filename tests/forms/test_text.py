"""Encodings, and characters that nobody sees: the right result or a clear finding, in every form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from proef import HEAD

from werkzaam.loading import Loaded
from werkzaam.terms import ID, WZ, fold

Load = Callable[..., Loaded]


def rules(loaded: Loaded) -> list[tuple[str, int | None, int | None]]:
    return [(one.rule, one.place.line, one.place.column) for one in loaded.findings]


def test_a_byte_order_mark_changes_nothing(load: Load, case: str) -> None:
    assert load(b"\xef\xbb\xbf" + case.encode()).triples == load(case).triples


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "cp1252"])
def test_another_encoding_is_told(load: Load, case: str, encoding: str) -> None:
    content = case.replace("’", "'").encode(encoding, "replace")
    loaded = load(content)
    assert [one.rule for one in loaded.findings] == ["not-text"]
    assert "UTF-8" in loaded.findings[0].message("en")


SEEN = {
    "right to left override": ("\u202e", "character-deceives", "violation"),
    "isolate": ("\u2066", "character-deceives", "violation"),
    "tag": ("\U000e0041", "character-deceives", "violation"),
    "zero width space": ("\u200b", "character-invisible", "warning"),
    "soft hyphen": ("\u00ad", "character-invisible", "warning"),
    "byte order mark within": ("\ufeff", "character-invisible", "warning"),
}


@pytest.mark.parametrize("what", SEEN)
def test_a_character_that_nobody_sees_is_told_at_its_place(load: Load, what: str) -> None:
    character, rule, severity = SEEN[what]
    loaded = load(f"{HEAD}- {{id: b1, soort: feit, bewering: soep{character}brood}}\n")
    (found,) = loaded.findings
    assert (found.rule, found.severity, found.place.line, found.place.column) == (rule, severity, 7, 39)
    assert f"U+{ord(character):04X}" in found.message("nl")
    assert f"U+{ord(character):04X}" in found.message("en")


@pytest.mark.parametrize("what", SEEN)
def test_so_is_one_that_is_written_by_its_number(load: Load, what: str) -> None:
    character, rule, _ = SEEN[what]
    escaped = f"\\U{ord(character):08x}"
    assert rules(load(f'{HEAD}- {{id: b1, soort: feit, bewering: "soep{escaped}brood"}}\n')) == [(rule, 7, 35)]
    turtle = f"""@prefix wz: <{WZ}> .
<https://w3id.org/werkzaam/graph/proef> a wz:CaseDocument ; wz:contains <{ID}claim/proef/b1> .
<{ID}claim/proef/b1> a wz:Feature ;
    wz:statement "soep{escaped.replace("u00", "U00")}brood"@nl ."""
    assert rules(load(turtle, "proef.ttl")) == [(rule, 4, 5)]
    number = f"&#x{ord(character):x};"
    xml = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:wz="{WZ}">
<wz:CaseDocument rdf:about="https://w3id.org/werkzaam/graph/proef">
<wz:note xml:lang="nl">soep{number}brood</wz:note></wz:CaseDocument></rdf:RDF>"""
    assert (rule, 3, 1) in rules(load(xml, "proef.rdf"))


@pytest.mark.parametrize("text", ["👩\u200d🍳 kookt", "می\u200cخواهم", "नमस्\u200dते", "العربية"])
def test_a_character_that_belongs_there_is_not_told(load: Load, text: str) -> None:
    assert rules(load(f"{HEAD}- {{id: b1, soort: feit, bewering: {text}}}\n")) == []


NAMES: list[tuple[str, str]] = [
    ("maat\u200bwerk", "a zero width space within a name"),
    ("\ufeffmaatwerk", "a byte order mark before a name"),
    ("maatwerk\u00ad", "a soft hyphen"),
]


@pytest.mark.parametrize(("name", "what"), NAMES, ids=[one[1] for one in NAMES])
def test_a_name_is_found_for_all_that(load: Load, name: str, what: str) -> None:
    loaded = load(f'{HEAD}- {{id: b1, soort: configuratie, mechanisme: "{name}", effe\u200bct: activeert}}\n')
    assert {rule for rule, _, _ in rules(loaded)} == {"character-invisible"}
    said = {(t.predicate.value, t.object.value) for t in loaded.triples}
    assert (WZ + "mechanism", "https://w3id.org/werkzaam/concept/mechanism/tailoring") in said
    assert (WZ + "effect", "https://w3id.org/werkzaam/concept/effect/activates") in said


def test_a_name_may_be_composed_in_either_way(load: Load) -> None:
    assert fold("clie\u0308nt") == fold("cliënt")
    loaded = load(f"{HEAD}- {{id: b1, soort: feit, bron: {{id: e1, gezegd-door: clie\u0308nt}}}}\n")
    assert rules(loaded) == []
    assert any("party/client" in str(t.object) for t in loaded.triples)


def test_each_line_is_told_once(load: Load) -> None:
    text = "".join(f"- {{id: b{n}, soort: feit, bewering: a\u200bb\u200bc}}\n" for n in range(5))
    loaded: Any = load(HEAD + text)
    assert [one.place.line for one in loaded.findings] == [7, 8, 9, 10, 11]
