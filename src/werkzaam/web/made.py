"""Which function makes which page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzaam.web import pages
from werkzaam.web.pages import Params
from werkzaam.web.search import search
from werkzaam.web.situationpage import situation
from werkzaam.web.sparqlpage import sparql
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

MADE: dict[str, Callable[[Site, str, Params, str], Reply]] = {
    "start": pages.start,
    "what-works": pages.what_works,
    "situation": situation,
    "gap-map": pages.gap_map,
    "cases": pages.cases,
    "compare": pages.compare,
    "interplay": pages.interplay,
    "search": search,
    "sparql": sparql,
    "about": pages.about,
    "accessibility": pages.accessibility,
    "rules": pages.rules,
}
