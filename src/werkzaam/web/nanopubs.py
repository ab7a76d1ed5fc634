"""The nanopublications of claims, at their own addresses; each is made when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from werkzaam.outward.nanopubs import PLACE, nanopubs
from werkzaam.terms import BASE, ID, PREFIXES
from werkzaam.web.negotiation import HTML, best, language
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

START = PLACE.removeprefix(BASE)
MEDIA = {
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


def answer(site: Site, job: dict[str, Any], path: str) -> Reply | None:
    """Answer ``np/STUDY/CLAIM`` with the way to its publication, with the hash behind it as data; None: nothing there.

    People go to the page of the claim.
    """
    study, _, rest = path.removeprefix(START).partition("/")
    name, _, code = rest.partition("/")
    claim = site.nodes.get(f"{ID}claim/{study}/{name}")
    if claim is None:
        return None
    (made,) = nanopubs(site.opened.store, claim.document, [claim.iri])
    here = made.iri.removeprefix(BASE)
    if not code:
        return Reply(303, {"location": f"/{here}"}, b"")
    if path != here:
        return None
    media = best(job["accept"], [*MEDIA, HTML])
    lang = language(job["languages"])
    if not media:
        return site.fault(406, lang, known=", ".join((HTML, *MEDIA)))
    if media == HTML:
        to = f"/{lang}/{claim.iri.removeprefix(BASE)}"
        return Reply(303, {"location": to, "vary": "accept, accept-language"}, b"")
    body = ox.serialize(made.quads, format=MEDIA[media], prefixes=PREFIXES) or b""
    return Reply(200, {"content-type": media, "vary": "accept", "link": f'<{made.iri}>; rel="canonical"'}, body)
