"""Whatever a page says stands in the catalogue in both languages, and nothing stands there unsaid."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest

import werkzaam.web
from werkzaam.web.caseform import HEAD
from werkzaam.web.choices import ASKED
from werkzaam.web.gapmap import SIGNS
from werkzaam.web.made import DESK, MADE
from werkzaam.web.words import PAGES, catalogue, word
from werkzaam.web.worker import Reply

FOLDER = Path(werkzaam.web.__file__).parent
TEMPLATES = sorted(FOLDER.glob("templates/*.html"))
NAMES = {name for name, _, _ in ASKED}
# Keys that a name is put behind, and the names.
FAMILIES = {
    "nav-": {"submit", "start", "situation", "gap-map", "cases", "sparql", "about"},
    "choice-": NAMES,
    "legend-": NAMES,
    "any-": NAMES,
    "none-named-": NAMES - {"case"},
    "about-": {"expected", "conceivable", "background", "none-found"},
    "map-caption-": {"in", "for"},
    "state-": set(SIGNS),
    "meaning-": set(SIGNS),
    "kind-": {"Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"},
    "fault-title-": {"400", "404", "406", "414", "500", "503", "504"},
    "fault-": {"400", "404", "406", "414", "500", "503", "504"},
    "cmo-": {"actor", "context"},
    "ref-how-": {str(number) for number in range(1, 11)},
    "rules-": {"violation", "warning", "info", "axiom", "reading"},
    "kin-": {"broader", "narrower", "opposite", "alike"},
    "case-": {"law", "timeline", "figures"},
    "compare-": {"about", "mechanisms", "between", "outcomes", "aspects"},
    "concept-": {"places", "mechanisms"},
    "situation-": {
        *("for", "in", "works", "works-how", "works-none", "watch", "watch-how", "watch-none"),
        *("other", "other-how", "other-none"),
    },
    "situation-is-": {"for", "against", "mixed", "risk"},
    "submit-": {"no-file", "ending", "large", "who", "agree", "full", "closed", "failed"},
    "review-": {"wrong", "closed", "failed", "need-remarks"},
    "links-": {"later", "accept", "reject"},
    "receipt-": {"waiting", "accepted", "returned"},
    "inbox-": {"waiting", "accepted", "returned"},
    "severity-": {"violation", "warning", "info"},
    "change-": {"new", "gone", "changed"},
    "form-in-": {"nl", "en"},
    "form-head-": {name.replace(".", "-") for name in HEAD},
    "search-": {"question", "concept", "thing", "claim", "term"},
    "flag-": {"sum", "percentage", "same-quantity", "listed"},
    "takes-": {"text", "node", "name", "any", "class", "literal"},
    "many-": {"one", "some", "maybe", "any", "several"},
    **{
        key: {
            "restates",
            "strongerThan",
            "contradicts",
            "qualifies",
            "illustrates",
            "explains",
            "followedBy",
            "revises",
        }
        for key in ("relation-", "related-")
    },
}


def said() -> set[str]:
    found: set[str] = set()
    for file in TEMPLATES:
        text = file.read_text("utf-8")
        found |= set(re.findall(r"(?:\bt|lines?)\(\s*'([\w-]+)'\s*[,)]", text))
        found |= set(re.findall(r"'(row-[\w-]+|case-[\w-]+|cmo-[\w-]+|claim-says|joint-\w+)'", text))
        found |= set(re.findall(r"\b(word-[a-z]+)\b", text))
        for start in re.findall(r"(?:\bt|line)\('([\w-]+-)' ~", text):
            found |= {f"{start}{name}" for name in FAMILIES[start]}
    for file in FOLDER.glob("*.py"):
        text = file.read_text("utf-8")
        found |= set(re.findall(r'word\(lang, "([\w-]+)"', text))
        for start in re.findall(r'word\(lang, f"([\w-]+-)\{', text):
            found |= {f"{start}{name}" for name in FAMILIES[start]}
    return found


def test_every_key_that_is_said_stands_in_the_catalogue_and_the_other_way_round() -> None:
    assert TEMPLATES
    assert said() ^ catalogue().keys() == set()


def test_every_text_is_there_in_both_languages_with_the_same_places_to_fill() -> None:
    for key, texts in catalogue().items():
        assert texts.keys() == {"nl", "en"}, key
        nl, en = (one if isinstance(one, list) else [one] for one in (texts["nl"], texts["en"]))
        assert len(nl) == len(en) in (1, 2), key
        for one, other in zip(nl, en, strict=True):
            assert one.strip(), key
            assert fills(one) == fills(other), key


def fills(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_one_and_several_are_told_apart() -> None:
    assert word("nl", "claims", count=1) == "1 bewering"
    assert word("en", "claims", count=0) == "0 claims"


def test_every_page_has_an_address_in_both_languages() -> None:
    assert PAGES.keys() == MADE.keys() | DESK.keys()
    for lang in ("nl", "en"):
        assert len({names[lang] for names in PAGES.values()}) == len(PAGES)


class Texts(HTMLParser):
    """The texts of a page, each with the language that its element says."""

    def __init__(self) -> None:
        super().__init__()
        self.languages: list[str] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("meta", "link", "input", "br"):
            return
        self.languages.append(given.get("lang") or (self.languages[-1] if self.languages else ""))
        for name in ("aria-label", "title", "alt"):
            if given.get(name):
                self.texts.append((self.languages[-1], given[name] or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "link", "input", "br"):
            self.languages.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self.languages:
            self.texts.append((self.languages[-1], " ".join(data.split())))


ADDRESSES = {
    "nl": [
        "/nl/",
        "/nl/wat-werkt?for=older",
        "/nl/witte-vlekken",
        "/nl/casussen",
        "/nl/sparql?query=ASK+%7B%7D",
        "/nl/over",
        "/nl/toegankelijkheid",
        "/nl/niets",
        "/nl/id/intervention/de-cirkel",
        "/nl/id/claim/adp/k459",
        "/nl/concept/mechanism/structure",
        "/nl/ontology",
        "/nl/concept/mechanism",
        "/nl/wat-werkt?for=older&in=sales-targets",
        "/nl/vergelijken?case=de-cirkel&case=participatiehuis",
        "/nl/samenspel",
        "/nl/insturen",
        "/nl/formulier",
        "/nl/ontvangst",
        "/nl/beoordelen",
        "/nl/mijn-situatie",
        "/nl/mijn-situatie?for=parent&in=large-caseload",
        "/nl/zoeken?q=maatwerk",
        "/nl/zoeken?q=xqzvw",
    ],
    "en": [
        "/en/",
        "/en/what-works?for=older",
        "/en/gap-map?axis=for",
        "/en/cases",
        "/en/sparql?query=ASK+%7B%7D",
        "/en/about",
        "/en/accessibility",
        "/en/nothing",
        "/en/id/intervention/de-cirkel",
        "/en/id/claim/adp/k459",
        "/en/concept/mechanism/structure",
        "/en/ontology",
        "/en/concept/mechanism",
        "/en/what-works?for=older&in=sales-targets",
        "/en/compare?case=de-cirkel&case=participatiehuis",
        "/en/interplay",
        "/en/submit",
        "/en/form",
        "/en/receipt",
        "/en/review",
        "/en/my-situation",
        "/en/my-situation?for=parent&in=large-caseload",
        "/en/search?q=tailoring",
        "/en/search?q=xqzvw",
    ],
}


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_no_page_says_a_word_of_the_other_language(page: Callable[..., Reply], lang: str) -> None:
    other = "en" if lang == "nl" else "nl"
    foreign = {
        text
        for texts in catalogue().values()
        for text in (texts[other] if isinstance(texts[other], list) else [texts[other]])
        if text not in (texts[lang] if isinstance(texts[lang], list) else [texts[lang]]) and "{" not in text
    }
    own = {
        t for texts in catalogue().values() for t in (texts[lang] if isinstance(texts[lang], list) else [texts[lang]])
    }
    foreign = {text for text in foreign - own if len(text) > 3}
    assert len(foreign) > 150
    for address in ADDRESSES[lang]:
        reader = Texts()
        reader.feed(page(address).body.decode())
        assert reader.texts
        wrong = {text for language, text in reader.texts if language == lang and text in foreign}
        assert not wrong, address
