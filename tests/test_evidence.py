"""A locator holds or is told to be wrong, by its own rule; and what `locate` makes holds."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from werkzaam.api import Werkzaam
from werkzaam.errors import Finding, InputError, UsageError
from werkzaam.evidence import MAX_SENTENCES, Source, check, locate, normalise, open_source, sentences
from werkzaam.terms import ID

Collection = Callable[..., Werkzaam]


@pytest.fixture(scope="module")
def report(data: Path) -> bytes:
    return (data / "buurttafel.txt").read_bytes()


@pytest.fixture(scope="module")
def source(collection: Collection, data: Path, report: bytes) -> Source:
    opened = collection((data / "buurttafel.yaml").read_text("utf-8"))
    return open_source(opened.store, report, "buurttafel.txt")


def checked(collection: Collection, document: str, report: bytes) -> tuple[int, list[Finding]]:
    store = collection(document).store
    return check(store, open_source(store, report, "buurttafel.txt"), "buurttafel.txt")


def test_places_that_are_right_are_all_looked_at_and_pass(collection: Collection, case: str, report: bytes) -> None:
    assert checked(collection, case, report) == (8, [])


def test_a_fingerprint_is_that_of_the_passage_as_a_reader_would_type_it(source: Source) -> None:
    passage = "Eén deelnemer vertelt dat zij nu elke week komt om de soep te maken."
    start = source.text.index("deelnemer vertelt") - len(unicodedata.normalize("NFD", "Eén "))
    end = source.text.index("te maken.") + len("te maken.")
    assert "Koken in de buurt" in source.text[start:end], "the passage goes on over a page's foot"
    assert source.fingerprint(start, end) == hashlib.sha256(passage.encode()).hexdigest()


# In claim b4: (what is changed, into what, the rule that tells).
PHRASE = "zoekwoorden: avonden duren te lang"
BROKEN = {
    "phrase twice": (PHRASE, "zoekwoorden: De groep", "evidence-phrase"),
    "phrase absent": (PHRASE, "zoekwoorden: avonden duren te kort", "evidence-phrase"),
    "phrase in other case": (PHRASE, "zoekwoorden: Avonden duren te lang", "evidence-phrase"),
    "phrase in another section": (PHRASE, "zoekwoorden: de banen schaars", "evidence-phrase"),
    "phrase over two lines": (PHRASE, "zoekwoorden: te lang en zij", "evidence-phrase"),
    "phrase of one word": (PHRASE, "zoekwoorden: avonden", "evidence-phrase-length"),
    "page": ('bladzijde: "4"', 'bladzijde: "5"', "evidence-page"),
    "page left out": ('    bladzijde: "4"\n', "", "evidence-page"),
    "section": ('paragraaf: "2"', 'paragraaf: "9"', "evidence-section"),
    "start before the section": ("begin: 333", "begin: 100", "evidence-outside"),
    "end after the section": ("eind: 378", "eind: 700", "evidence-outside"),
    "end before the start": ("eind: 378", "eind: 300", "evidence-outside"),
    "no passage": ("    begin: 333\n    eind: 378\n", "", "evidence-no-passage"),
    "fingerprint of another passage": ("vingerafdruk: 1", "vingerafdruk: 0", "evidence-fingerprint"),
    "one character too many": ("eind: 378", "eind: 380", "evidence-fingerprint"),
}


def broken(document: str, claim: str, old: str, new: str) -> str:
    """Change one claim of a document."""
    before, mark, rest = document.partition(f"- id: {claim}\n")
    body, mark_after, after = rest.partition("\n- id: ")
    assert body.count(old) == 1, f"{old} stands {body.count(old)} times in {claim}"
    return before + mark + body.replace(old, new) + mark_after + after


@pytest.mark.parametrize("what", BROKEN)
def test_a_place_that_is_wrong_is_found_by_its_own_rule(
    collection: Collection, case: str, report: bytes, what: str
) -> None:
    old, new, rule = BROKEN[what]
    count, found = checked(collection, broken(case, "b4", old, new), report)
    assert count == 8
    assert [(one.rule, one.subject) for one in found] == [(rule, f"{ID}claim/buurttafel/b4/e1")]
    assert found[0].message("nl") != found[0].message("en")


def test_a_phrase_of_seven_words_is_too_long(collection: Collection, case: str, report: bytes) -> None:
    old = "zoekwoorden: zelf het menu"
    for new, rules in (("zelf het menu kiest, komt graag terug.", ["evidence-phrase-length"]), ("het menu", [])):
        _, found = checked(collection, broken(case, "b1", old, f"zoekwoorden: {new}"), report)
        assert [one.rule for one in found] == rules


def test_a_phrase_must_stand_in_its_passage(collection: Collection, case: str, report: bytes) -> None:
    other = re.search(r"zoekwoorden: nu elke week komt\n((?: .*\n){3})", case)
    own = re.search(rf"{PHRASE}\n((?: .*\n){{3}})", case)
    assert own is not None
    assert other is not None
    _, found = checked(collection, case.replace(own[1], other[1]), report)
    assert [one.rule for one in found] == ["evidence-phrase-outside"]


def test_a_passage_has_at_most_five_sentences(collection: Collection, case: str, report: bytes, source: Source) -> None:
    text = source.text
    start = text.index("De avonden")
    ends = [text.index(words) + len(words) for words in ("De groep blijft\nbij elkaar.", "De groep kookt door.")]
    for end, rules in zip(ends, ([], ["evidence-long"]), strict=True):
        passage = f"begin: {start}\n    eind: {end}\n    vingerafdruk: {source.fingerprint(start, end)}"
        changed = re.sub(rf"({PHRASE}\n    )begin: .*\n    eind: .*\n    vingerafdruk: .*", rf"\g<1>{passage}", case)
        _, found = checked(collection, changed, report)
        assert sentences(source.normal(start, end)) == MAX_SENTENCES + bool(rules)
        assert [one.rule for one in found] == rules


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("[verplicht, moeten]", "[verplicht, banen]", ["evidence-word-found"]),
        ("[verplicht, moeten]", "[BANEN]", ["evidence-word-found"]),
        ("[verplicht, moeten]", "[banen, ritme]", ["evidence-word-found", "evidence-word-found"]),
        ("[verplicht, moeten]", "[soep]", []),
        ('r1, paragraaf: "3"', 'r1, paragraaf: "9"', ["evidence-outside"]),
        ("begin: 561", "begin: 500", ["evidence-outside"]),
    ],
)
def test_what_a_claim_on_silence_searched_for_must_not_be_there(
    collection: Collection, case: str, report: bytes, old: str, new: str, rules: list[str]
) -> None:
    _, found = checked(collection, broken(case, "b6", old, new), report)
    assert [(one.rule, one.subject.rsplit("/", 2)[1:]) for one in found] == [(rule, ["b6", "r1"]) for rule in rules]


PLACE = '{id: e9, gezegd-door: cliënt, paragraaf: "2", bladzijde: "4", zoekwoorden: zelf de soep}'


@pytest.mark.parametrize(
    ("claim", "added"),
    [
        ("b2", f"  bestreden-door: {PLACE}\n"),
        ("b2", f"  genuanceerd-door: {PLACE}\n"),
        ("b7", f"  argumenten: {{id: g1, bewering: soep, bron: {PLACE}}}\n"),
    ],
    ids=["disputed", "qualified", "of an argument"],
)
def test_places_of_every_stance_and_of_arguments_are_looked_at(
    collection: Collection, case: str, report: bytes, claim: str, added: str
) -> None:
    written = case + "- id: b7\n  soort: standpunt\n  bewering: soep verbindt\n"
    written = written.replace(f"- id: {claim}\n", f"- id: {claim}\n{added}")
    count, found = checked(collection, written, report)
    assert count == 9
    assert [one.rule for one in found] == ["evidence-phrase"]


def test_the_place_of_a_thing_is_looked_at(collection: Collection, case: str, report: bytes) -> None:
    _, found = checked(collection, case.replace("samen voor hun straat", "samen voor hun stad"), report)
    assert [(one.rule, one.subject) for one in found] == [("evidence-phrase", f"{ID}intervention/de-buurttafel/e1")]


def test_another_text_than_that_of_the_publication_is_refused(collection: Collection, case: str, report: bytes) -> None:
    with pytest.raises(InputError) as refused:
        checked(collection, case, report + b" ")
    assert refused.value.key == "evidence-text-unknown"
    assert refused.value.data["known"] == 1


# ---- the normalised form


@pytest.mark.parametrize(
    ("printed", "normal"),
    [
        ("drie be-\ngeleiders", "drie begeleiders"),
        ("drie be-  \n\n   geleiders", "drie begeleiders"),
        ("de Wmo-\nraad", "de Wmoraad"),
        ("WWB-\nWmo", "WWB- Wmo"),
        ("zelf-\nredzaam en zelf-redzaam", "zelfredzaam en zelf-redzaam"),
        ("komt\n4  Koken in de buurt\nterug", "komt terug"),
        ("komt\n\nKoken in de buurt  12\n\nterug", "komt terug"),
        ("wij Koken in de buurt\nvaak", "wij Koken in de buurt vaak"),
        ("\t veel \u00a0 wit\r\n", "veel wit"),
        (unicodedata.normalize("NFD", "cliënt"), "cliënt"),
    ],
)
def test_the_normalised_form_is_what_a_reader_sees(printed: str, normal: str) -> None:
    assert normalise(printed, "Koken in de buurt") == normal
    assert normalise(normal, "Koken in de buurt") == normal


def test_a_footer_is_taken_as_it_is_printed() -> None:
    assert normalise("komt\nSoep (en brood) + 3\nterug", "Soep (en brood) +") == "komt terug"
    assert normalise("komt\nSoep\nterug") == "komt Soep terug"


# ---- making a locator


def phrases(source: Source, section: str) -> list[str]:
    span = source.sections[section]
    lines = source.text[span.start : span.end].splitlines()
    words = [line.split() for line in lines if line and "Koken in de buurt" not in line]
    made = [
        " ".join(line[at : at + size]) for line in words for size in (2, 4, 6) for at in range(len(line) - size + 1)
    ]
    return [one for one in made if source.text.count(one, span.start, span.end) == 1]


@pytest.mark.parametrize("count", range(1, MAX_SENTENCES + 1))
def test_what_locate_makes_is_what_check_accepts(
    collection: Collection, case: str, report: bytes, source: Source, count: int
) -> None:
    claims = "beweringen:\n"
    made = [(section, one) for section in source.sections for one in phrases(source, section)]
    assert len(made) > 100
    for number, (section, phrase) in enumerate(made):
        found = locate(source, section, phrase, count=count)
        assert found["phrase"] == phrase
        claims += (
            f'- {{id: b{number}, soort: feit, bron: {{id: e, paragraaf: "{section}", bladzijde: "{found["page"]}", '
        )
        claims += f"zoekwoorden: {phrase!r}, begin: {found['start']}, eind: {found['end']}, "
        claims += f"vingerafdruk: {found['fingerprint']}}}}}\n"
    looked_at, wrong = checked(collection, case.partition("beweringen:\n")[0] + claims, report)
    assert looked_at == len(made) + 1
    assert [(one.rule, one.message("en")) for one in wrong] == []


def test_locate_takes_the_sentence_of_the_phrase_and_those_after_it(source: Source) -> None:
    for count, passage in (
        (1, "Begeleiders zien mensen opbloeien."),
        (2, "Begeleiders zien mensen opbloeien. Voor ouders van jonge kinderen ligt dat anders:"),
    ):
        found = locate(source, "2", "zien mensen opbloeien", count=count)
        assert source.normal(int(found["start"]), int(found["end"])) == passage
        assert (found["page"], found["section"]) == ("4", "2")


@pytest.mark.parametrize(
    ("section", "phrase", "key"),
    [
        ("9", "zelf het menu", "locate-section"),
        ("2", "De groep", "locate-phrase"),
        ("2", "te lang en zij", "locate-phrase"),
        ("2", "", "locate-phrase"),
        ("2", "avonden", "locate-phrase-length"),
        ("2", "zelf het menu kiest, komt graag terug.", "locate-phrase-length"),
    ],
)
def test_locate_refuses_what_check_would_refuse(source: Source, section: str, phrase: str, key: str) -> None:
    with pytest.raises(UsageError) as refused:
        locate(source, section, phrase)
    assert refused.value.key == key


# ---- on the command line


@pytest.fixture
def small(collection: Collection, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = collection(case)
    monkeypatch.setattr("werkzaam.api.open_store", lambda where: opened.store)


@pytest.mark.usefixtures("small")
def test_evidence_check_says_how_much_it_looked_at(run: Callable[..., Any], data: Path) -> None:
    ran = run("evidence", "check", data / "buurttafel.txt")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "8 places checked, 0 findings\n"


def test_evidence_check_names_each_wrong_place_and_is_exit_1(
    run: Callable[..., Any], collection: Collection, case: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = collection(case.replace('bladzijde: "5"\n', 'bladzijde: "6"\n'))
    monkeypatch.setattr("werkzaam.api.open_store", lambda where: opened.store)
    ran = run("evidence", "check", data / "buurttafel.txt", "--lang", "nl")
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 3
    assert all("staat op bladzijde 5, niet op 6" in line for line in ran.out.splitlines())


def test_evidence_check_that_looked_at_nothing_is_no_success(
    run: Callable[..., Any], collection: Collection, case: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = re.sub(r"  bron:\n(    .*\n)+", "", case.partition("beweringen:\n")[0])
    opened = collection(things)
    monkeypatch.setattr("werkzaam.api.open_store", lambda where: opened.store)
    ran = run("evidence", "check", data / "buurttafel.txt")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("lang", "key"), [("nl", "zoekwoorden"), ("en", "phrase")])
def test_evidence_locate_writes_lines_for_a_document(
    run: Callable[..., Any], data: Path, case: str, lang: str, key: str
) -> None:
    ran = run("evidence", "locate", data / "buurttafel.txt", "2", "avonden duren te lang", "--lang", lang)
    assert ran.code == 0, ran.err
    assert f'{key}: "avonden duren te lang"' in ran.out.splitlines()
    written = dict(line.split(": ", 1) for line in ran.out.splitlines())
    assert len(written) == 6
    if lang == "nl":
        own = case.partition("- id: b4\n")[2]
        assert all(f"{name}: {value.strip(chr(34))}" in own.replace('"', "") for name, value in written.items())
