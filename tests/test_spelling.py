"""Dutch and English texts are spelt right, by hunspell with the word lists beside this file."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

from werkzaam.build import packaged_nquads
from werkzaam.messages import catalogue
from werkzaam.questions import questions
from werkzaam.resources import walk
from werkzaam.rulebook import rules as known_rules
from werkzaam.terms import RDFS, SKOS, TOOI_MUNICIPALITY
from werkzaam.web.reference import worked
from werkzaam.web.words import catalogue as page_words

DICTIONARIES = {"nl": "nl_NL", "en": "en_GB"}
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# What stands between these is a key, a name or an example of another language.
NO_PROSE = re.compile(r"«[^»]*»|“[^”]*”|\{[^}]*\}|https?://\S+|\S+\.(?:md|yaml|rq)\b")

pytestmark = pytest.mark.skipif(
    shutil.which("hunspell") is None, reason="needs hunspell (Debian: hunspell hunspell-nl hunspell-en-gb)"
)


def words(lang: str) -> set[str]:
    return set((Path(__file__).parent / "words" / f"{lang}.txt").read_text("utf-8").split())


def misspelt(lang: str, texts: list[str]) -> set[str]:
    found = {word for text in texts for word in WORD.findall(NO_PROSE.sub(" ", text))} - words(lang)
    said = subprocess.run(
        ["hunspell", "-d", DICTIONARIES[lang], "-i", "utf-8", "-l"],
        input="\n".join(sorted(found)),
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return set(said.stdout.split()) - words(lang)


def data(lang: str) -> list[str]:
    quads = ox.parse(packaged_nquads(), format=ox.RdfFormat.N_QUADS)
    texts = [q for q in quads if isinstance(q.object, ox.Literal) and q.object.language == lang]
    # The municipalities of the ontology are spelt as the register spells them, and as people do.
    register = {RDFS + "label", SKOS + "altLabel"}
    return [
        q.object.value
        for q in texts
        if not (q.subject.value.startswith(TOOI_MUNICIPALITY) and q.predicate.value in register)
    ]


def messages(lang: str) -> list[str]:
    return [one[lang] for one in catalogue().values()]


def rules(lang: str) -> list[str]:
    found: list[str] = []
    for _, file in walk("shapes", ".ttl"):
        for triple in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE):
            if isinstance(triple.object, ox.Literal) and triple.object.language == lang:
                found.append(triple.object.value)
    return found


def findings(lang: str) -> list[str]:
    return [one.why[lang] for one in known_rules().values() if one.kind == "reading"]


def pages(lang: str) -> list[str]:
    texts = (one[lang] for one in page_words().values())
    return [text for one in texts for text in (one if isinstance(one, list) else [one])]


def asked(lang: str) -> list[str]:
    return [text[lang] for one in questions().values() for text in (one.text, *(p.text for p in one.params))]


def explained(lang: str) -> list[str]:
    return [text[lang] for one in worked() for text in (one.text, one.explanation)]


@pytest.mark.parametrize("lang", DICTIONARIES)
@pytest.mark.parametrize("texts", [data, messages, rules, findings, pages, asked, explained])
def test_every_word_is_in_the_dictionary_or_in_our_list(texts, lang) -> None:  # type: ignore[no-untyped-def]
    found = texts(lang)
    assert found
    assert misspelt(lang, found) == set()


@pytest.mark.parametrize("lang", DICTIONARIES)
def test_a_misspelt_word_is_found(lang: str) -> None:
    assert misspelt(lang, ["werkzzaam participattion"]) == {"werkzzaam", "participattion"}


@pytest.mark.parametrize("lang", DICTIONARIES)
def test_our_list_holds_no_word_that_nobody_uses(lang: str) -> None:
    used = set(
        WORD.findall(
            " ".join(text for texts in (data, messages, rules, pages, asked, explained) for text in texts(lang))
        )
    )
    parts = {part for word in used for part in word.split("-")}  # hunspell names the half that it does not know
    assert words(lang) <= used | parts
