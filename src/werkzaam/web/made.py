"""Which function makes which page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzaam.web import formpage, linkspage, pages, reviewpage, submitpage
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
"""The pages that answer the parameters of their address."""

DESK: dict[str, Callable[[Site, str, dict[str, Any], bytes], Reply]] = {
    "submit": submitpage.submit,
    "form": formpage.form,
    "receipt": reviewpage.receipt,
    "review": reviewpage.review,
    "links": linkspage.links,
}
"""The pages that also take a form, and may want something of the inbox."""
