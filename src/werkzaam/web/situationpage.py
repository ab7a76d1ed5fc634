"""The page on which somebody's own situation is laid beside what was studied."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzaam.web.pages import Params, in_other
from werkzaam.web.situation import Situation
from werkzaam.web.words import PAGES
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

LONGEST = 80
"""In characters: how long the name of a situation may be."""
FIRST = {"works": 8, "watch": 8, "other": 4}
"""How many claims stand under each heading, and are printed; the others are folded."""


def situation(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Ask for a situation, and lay it beside what was studied."""
    asked = Situation.read(params, site.opened, lang)
    called = " ".join(" ".join(params.get("name", [])).split())[:LONGEST]
    query = [("name", called)] * bool(called) + asked.pairs()
    families: dict[str, list[list[tuple[str, int]]]] = {}
    for name in ("for", "in"):
        groups: list[list[tuple[str, int]]] = []
        for iri, depth in site.choices.tree(name, lang):
            if depth:
                groups[-1].append((iri, depth))
            else:
                groups.append([(iri, depth)])
        families[name] = groups
    here = f"/{lang}/{PAGES['situation'][lang]}"

    def with_more(name: str, value: str) -> str:
        return f"{here}?{urlencode([*query, (name, value)])}"

    return site.html(
        "situation.html",
        lang,
        other=in_other("situation", lang) + (f"?{urlencode(query)}" if query else ""),
        asked=asked,
        called=called,
        families=families,
        outcomes=site.choices.tree("outcome", lang),
        told=site.situations.beside(asked, lang) if asked.yes or asked.no else None,
        both=[iri for iri in asked.yes if iri in asked.no],
        first=FIRST,
        with_more=with_more,
    )
