"""The pages made from the ontology: as the service gives them, and as files that work from disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from posixpath import relpath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup, escape

from werkzaam.questions import questions
from werkzaam.terms import BASE, CONCEPT, ID, LANGUAGES, WZ, shorten, slug
from werkzaam.web import coremap
from werkzaam.web.reference import Scheme, Use
from werkzaam.web.static import content
from werkzaam.web.words import word

if TYPE_CHECKING:
    from werkzaam.web.site import Site
    from werkzaam.web.worker import Reply

ONTOLOGY = BASE + "ontology"
_CLAIM = re.compile(r"\b[a-z][\w-]*/[\w-]+\b")
_MANY = {(0, None): "any", (1, None): "some", (0, 1): "maybe", (1, 1): "one"}


def many(use: Use) -> str:
    """Give the word for how many values a field takes: any, some, maybe (at most one), one, or several.

    >>> from werkzaam.model import Field
    >>> many(Use("c", Field("p", {}, "text", None, "r"), 1, 1))
    'one'
    """
    return _MANY.get((use.least, use.most), "several")


def ontology(site: Site, lang: str, other: str) -> Reply:
    """Give the page of all classes and properties."""
    made = {**_ontology(site, lang), **_service(site, lang), "about_iri": ONTOLOGY}
    return site.html("ontology.html", lang, other=other, **made)


def scheme(site: Site, lang: str, iri: str, other: str) -> Reply:
    """Give the page of a concept scheme."""
    return site.html("scheme.html", lang, other=other, about_iri=iri, **_scheme(site, iri), **_service(site, lang))


def _service(site: Site, lang: str) -> dict[str, Any]:
    def link(iri: str) -> str:
        return f"/{lang}/{iri.removeprefix(BASE)}" if iri.startswith(BASE) else iri

    def with_claims(text: str) -> Markup:
        def linked(found: re.Match[str]) -> str:
            iri = f"{ID}claim/{found[0]}"
            return f'<a href="{link(iri)}">{found[0]}</a>' if iri in site.nodes else found[0]

        return Markup(_CLAIM.sub(linked, str(escape(text))))

    return {"layout": "base.html", "service": True, "link": link, "with_claims": with_claims}


def _ontology(site: Site, lang: str) -> dict[str, Any]:
    reference = site.reference

    def label(iri: str) -> str:
        return site.opened.known.label(iri, lang)

    kinds = sorted(reference.terms[WZ + "Claim"].children, key=label)
    return {
        "reference": reference,
        "picture": coremap.draw(label, kinds, word(lang, "ref-picture-title")),
        "edges": [tuple(WZ + name for name in edge) for edge in coremap.EDGES],
        "asked": list(questions().values()),
        "many": many,
        "shorten": shorten,
    }


def _scheme(site: Site, iri: str) -> dict[str, Any]:
    found: Scheme = site.reference.schemes[iri]
    taking = [
        term.iri
        for term in site.reference.terms.values()
        if term.kind != "Class" and (found.cls in term.to or any(use.field.target == found.cls for use in term.uses))
    ]
    return {"scheme": found, "properties": taking, "ontology": ONTOLOGY, "many": many, "shorten": shorten}


# ---- on disk


def disk_pages(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of each file of the documentation, the style sheet first."""
    yield "style.css", content("style.css")
    yield "index.html", _index().encode()
    for lang in LANGUAGES:
        yield _file(ONTOLOGY, lang), _on_disk(site, "ontology.html", lang, ONTOLOGY, _ontology(site, lang))
        for iri in site.reference.schemes:
            yield _file(iri, lang), _on_disk(site, "scheme.html", lang, iri, _scheme(site, iri))


def write(site: Site, folder: Path) -> int:
    """Write the documentation into a folder, made where it is not there; give how many files; raises `OSError`."""
    count = 0
    for name, made in disk_pages(site):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(made)
        count += 1
    return count


def _file(iri: str, lang: str) -> str:
    return f"{lang}/{iri.removeprefix(BASE)}.html"


def _on_disk(site: Site, template: str, lang: str, iri: str, data: dict[str, Any]) -> bytes:
    here = _file(iri, lang)
    other = "en" if lang == "nl" else "nl"

    def to(file: str) -> str:
        return relpath(file, here.rpartition("/")[0])

    data |= {
        "layout": "disk.html",
        "service": False,
        "ontology": ONTOLOGY,
        "css": to("style.css"),
        "link": _disk_link(site, lang, to),
        "with_claims": escape,
    }
    return site.html(template, lang, other=to(_file(iri, other)), **data).body


def _disk_link(site: Site, lang: str, to: Callable[[str], str]) -> Callable[[str], str]:
    known = site.reference

    def link(iri: str) -> str:
        """Give the relative address of a page or a place on one, the IRI of somebody else's, or nothing."""
        if iri in known.terms:
            return f"{to(_file(ONTOLOGY, lang))}#{slug(iri)}"
        if iri == ONTOLOGY or iri in known.schemes:
            return to(_file(iri, lang))
        above = iri.rpartition("/")[0]
        if iri.startswith(CONCEPT) and above in known.schemes:
            return f"{to(_file(above, lang))}#{quote(slug(iri))}"
        return "" if iri.startswith(BASE) else iri

    return link


def _index() -> str:
    items = "".join(
        f'<li lang="{lang}"><a hreflang="{lang}" href="{_file(ONTOLOGY, lang)}">{word(lang, "ontology-title")}</a></li>'
        for lang in LANGUAGES
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>werkzaam</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="style.css"></head>'
        f"<body><main><h1>werkzaam</h1><ul>{items}</ul></main></body></html>\n"
    )
