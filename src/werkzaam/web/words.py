"""The words of the pages, in Dutch and English, from one catalogue; and the addresses of the pages in both."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from werkzaam.tomlfile import read

_DUTCH = str.maketrans(",.", ".,")

# The pages by their key, with the last part of their address in each language.
PAGES: dict[str, dict[str, str]] = {
    "start": {"nl": "", "en": ""},
    "what-works": {"nl": "wat-werkt", "en": "what-works"},
    "situation": {"nl": "mijn-situatie", "en": "my-situation"},
    "gap-map": {"nl": "witte-vlekken", "en": "gap-map"},
    "cases": {"nl": "casussen", "en": "cases"},
    "compare": {"nl": "vergelijken", "en": "compare"},
    "interplay": {"nl": "samenspel", "en": "interplay"},
    "search": {"nl": "zoeken", "en": "search"},
    "sparql": {"nl": "sparql", "en": "sparql"},
    "submit": {"nl": "insturen", "en": "submit"},
    "form": {"nl": "formulier", "en": "form"},
    "receipt": {"nl": "ontvangst", "en": "receipt"},
    "review": {"nl": "beoordelen", "en": "review"},
    "links": {"nl": "verbanden", "en": "links"},
    "about": {"nl": "over", "en": "about"},
    "accessibility": {"nl": "toegankelijkheid", "en": "accessibility"},
    "rules": {"nl": "regels", "en": "rules"},
}


@cache
def catalogue() -> dict[str, dict[str, str | list[str]]]:
    """Read `words.toml`: a key, and under it a text a language; two texts where one thing and several differ."""
    return read("words.toml", "werkzaam.web")


def word(lang: str, key: str, /, **data: Any) -> str:
    """Give the text of `key` in `lang`, filled in with `data`; `count` decides between one and several."""
    text = catalogue()[key][lang]
    if isinstance(text, list):
        text = text[0] if data.get("count") == 1 else text[1]
    said = {key: number(value, lang) if isinstance(value, int) else value for key, value in data.items()}
    return text.format(**said) if data else text


def number(value: int | Decimal, lang: str, decimals: int = 0) -> str:
    """Give a number with the marks of a language.

    >>> number(43000, "nl"), number(43000, "en"), number(Decimal("12.6"), "nl", 1)
    ('43.000', '43,000', '12,6')
    """
    said = f"{value:,.{decimals}f}"
    return said.translate(_DUTCH) if lang == "nl" else said


def page_of(lang: str, name: str) -> str | None:
    """Give the key of the page that has `name` in its address, or None."""
    return next((key for key, names in PAGES.items() if names[lang] == name), None)
