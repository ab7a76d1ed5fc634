"""The page on which anything is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzaam.questions import questions
from werkzaam.terms import CONCEPT, ID, LANGUAGES, TOOI_MUNICIPALITY, WZ, slug
from werkzaam.web.finder import Finder, Hit, Text
from werkzaam.web.pages import Params, in_other
from werkzaam.web.words import PAGES
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

LONGEST = 200
"""In characters: how much of a question is read."""

# The kinds in the order in which a page shows them, and how many of each at most.
KINDS = {"question": 8, "concept": 12, "thing": 10, "claim": 30, "term": 8}
# What has a name only to be shown beside something else.
_UNNAMED = frozenset(WZ + name for name in ("Check", "Figure", "FigureTable", "Page", "Paragraph", "Section", "Agent"))


def search(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Find what a reader asks for."""
    asked = " ".join(params.get("q", []))[:LONGEST].strip()
    found = site.finder.find(asked)
    groups: list[tuple[str, list[Hit], int]] = []
    for kind, most in KINDS.items():
        hits = [hit for hit in found.hits if hit.kind == kind]
        if hits:
            groups.append((kind, hits[:most], len(hits)))
    return site.html(
        "search.html",
        lang,
        other=in_other("search", lang) + (f"?{urlencode({'q': asked})}" if asked else ""),
        asked=asked,
        groups=groups,
        read_as=found.read_as,
        total=len(found.hits),
        to=lambda hit: _address(site, hit, lang),
    )


def _address(site: Site, hit: Hit, lang: str) -> tuple[str, str]:
    """Give where a hit leads to, and how it is called in the language of the page."""
    if hit.kind == "question":
        number = hit.key.removeprefix("example-")
        if number != hit.key:
            example = site.examples[int(number)]
            return f"/{lang}/{PAGES['what-works'][lang]}?{urlencode(example['choose'])}", example[lang]
        asked = questions()[hit.key]
        return f"/{lang}/{PAGES['sparql'][lang]}?{urlencode({'query': asked.query})}#result", asked.text[lang]
    if hit.kind == "claim":
        return hit.key, (site.nodes[hit.key].text("statement") or {}).get(lang, hit.title)
    return hit.key, site.opened.known.label(hit.key, lang)


def finder(site: Site) -> Finder:
    """Make the index of everything on the site."""
    return Finder(_texts(site))


def _texts(site: Site) -> Iterator[Text]:
    for number, example in enumerate(site.examples):
        yield from (Text("question", f"example-{number}", lang, example[lang]) for lang in LANGUAGES)
    for name, asked in questions().items():
        if not asked.inferred:
            yield from (Text("question", name, lang, asked.text[lang], name) for lang in LANGUAGES)
    for node in site.nodes.values():
        for lang, said in (node.text("statement") or {}).items():
            yield Text("claim", node.iri, lang, said, slug(node.iri))
    names = site.opened.known.names
    for iri, labels in names.labels.items():
        entry = site.reference.concepts.get(iri)
        texts = entry.texts if entry else {}
        if iri.startswith(CONCEPT):
            kind = "concept"
        elif iri.startswith(WZ):
            kind = "term"
        elif iri.startswith((ID, TOOI_MUNICIPALITY)) and _UNNAMED.isdisjoint(names.classes.get(iri, ())):
            kind = "thing"
        else:
            continue
        for lang, label in labels.items():
            also = texts.get("altLabel", {}).get(lang, "")
            title = f"{label} ({also})" if also else label
            yield Text(kind, iri, lang, title, texts.get("definition", {}).get(lang, ""))
