"""The pages that answer a question; each makes a reply from the parameters of an address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzaam.answers import SILENT, Answer, Entry, as_data
from werkzaam.claims import Node
from werkzaam.errors import InputError, UsageError
from werkzaam.foreign import check_query
from werkzaam.questions import question, questions
from werkzaam.render import COLUMNS, Teller
from werkzaam.rulebook import told
from werkzaam.tables import as_csv
from werkzaam.terms import WZ, slug
from werkzaam.web import things
from werkzaam.web.choices import ASKED, Asked
from werkzaam.web.negotiation import GRAPHS, MEDIA, RESULTS
from werkzaam.web.words import PAGES, word
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

Params = dict[str, list[str]]

FIRST = 8
"""How many claims a page shows under each heading of an answer before it offers the others."""
MORE = 40
"""How many claims a page of one heading shows."""
SHOWN_ROWS = 200
"""How many rows of a query's result a page shows; the download has all."""
MAX_QUERY = 6_000
"""In characters: the longest query that a page takes in its address; longer ones go to /sparql by POST."""


class Missing(Exception):
    """There is nothing at an address."""


def _start(site: Site, lang: str, params: Params, form: str) -> Reply:
    asked = Asked({}, set(), {}, [])
    return site.html(
        "start.html",
        lang,
        other=_page_address("start", lang),
        choices=site.choices.offer(asked, lang),
        examples=_examples(site, lang),
        total=site.outline.count(site.outline.told),
        cases=site.cases.listed(lang),
        checked=sum(slug(node.one("review") or "") == "checked" for node in site.nodes.values()),
    )


def _examples(site: Site, lang: str) -> list[tuple[str, str]]:
    """Give ready questions: their words, and the address of their answer."""
    base = f"/{lang}/{PAGES['what-works'][lang]}"
    found = []
    for one in site.examples:
        try:
            Asked.read({name: [value] for name, value in one["choose"].items()}, site.opened, lang)
        except UsageError:
            continue
        found.append((one[lang], f"{base}?{urlencode(one['choose'])}"))
    return found


def _what_works(site: Site, lang: str, params: Params, form: str) -> Reply:
    asked = Asked.read(params, site.opened, lang)
    groups = asked.all_groups()
    answer = site.opened.what_works_of(groups, asked.without, site.nodes)
    if form:
        return _download(site, answer, lang, form)
    heading = next(iter(params.get("heading", [])), "")
    chosen = [(verdict, entries) for verdict, entries in answer.headings if slug(verdict) == heading]
    number = _number(params, 1)
    if heading and not chosen:
        raise Missing
    shown = []
    for verdict, entries in chosen or answer.headings:
        first = (number - 1) * MORE if heading else 0
        part = entries[first : first + (MORE if heading else FIRST)]
        if heading and not part:
            raise Missing
        shown.append((verdict, part, len(entries)))
    unaddressed = sorted(_silent_claims(site, groups, asked))
    query = question("what-works").bind({"wanted": groups} | ({"without": [asked.without]} if asked.without else {}))
    return site.html(
        "what-works.html",
        lang,
        other=_page_address("what-works", lang) + (f"?{asked.address()}" if asked.values else ""),
        answer=answer,
        asked=asked,
        address=asked.address(),
        choices=site.choices.offer(asked, lang),
        shown=shown,
        heading=heading,
        number=number,
        pages=-(-shown[0][2] // MORE) if heading else 1,
        counts={slug(verdict): len(entries) for verdict, entries in answer.headings},
        unaddressed=[site.nodes[iri] for iri in unaddressed],
        query=query,
        query_address=f"/{lang}/sparql?{urlencode({'query': query})}",
        patterns=answer.patterns if not heading else [],
    )


def _silent_claims(site: Site, groups: list[list[str]], asked: Asked) -> set[str]:
    """Give the claims that a source is silent about what is asked."""
    found = set(site.outline.under.get(SILENT, set()))
    for group in groups:
        found &= site.outline.named(group)
    return set() if asked.without or not groups else found


def _download(site: Site, answer: Answer, lang: str, form: str) -> Reply:
    if form == "csv":
        teller = Teller(site.opened.known, lang)
        body = as_csv(COLUMNS, ([row[name] for name in COLUMNS] for row in teller.rows(answer))).encode()
    elif form == "json":
        body = json.dumps(as_data(answer, site.opened.known, lang), ensure_ascii=False, indent=1).encode()
    elif form == "ttl":
        iris = sorted({node.iri for node in _told(entry for _, found in answer.headings for entry in found)})
        body = things.serialise(things.about(site.opened.store, iris), "ttl")
    else:
        raise Missing
    name = f"{PAGES['what-works'][lang]}.{form}"
    return Reply(200, {"content-type": MEDIA[form], "content-disposition": f'attachment; filename="{name}"'}, body)


def _gap_map(site: Site, lang: str, params: Params, form: str) -> Reply:
    axis = next(iter(params.get("axis", [])), "in")
    if axis not in ("in", "for"):
        raise Missing
    dimension = next(dim for name, dim, _ in ASKED if name == axis)
    above = next(iter(params.get("above", [])), "")
    case = next(iter(params.get("case", [])), "")
    above_iri = site.opened.groups(dimension, above, lang)[0][0] if above else None
    case_iri = site.opened.groups("case", case, lang)[0][0] if case else None
    made = site.maps.draw(axis, above_iri, [case_iri] if case_iri else [], lang)
    query = urlencode({"axis": axis} | ({"above": above} if above else {}) | ({"case": case} if case else {}))
    return site.html(
        "gap-map.html",
        lang,
        other=f"{_page_address('gap-map', lang)}?{query}",
        map=made,
        axis=axis,
        above=above,
        case=case,
        case_iri=case_iri,
        up=site.choices.above(above_iri) if above_iri else None,
        cases=[iri for iri, _ in site.cases.projects(lang)],
        urlencode=urlencode,
    )


def _cases(site: Site, lang: str, params: Params, form: str) -> Reply:
    return site.html("cases.html", lang, other=_page_address("cases", lang), cases=site.cases.listed(lang))


def _about(site: Site, lang: str, params: Params, form: str) -> Reply:
    return site.html(
        "about.html",
        lang,
        other=_page_address("about", lang),
        documents=site.documents,
        total=len(site.nodes),
        version=site.version,
    )


def _accessibility(site: Site, lang: str, params: Params, form: str) -> Reply:
    return site.html("accessibility.html", lang, other=_page_address("accessibility", lang))


def _sparql(site: Site, lang: str, params: Params, form: str) -> Reply:
    query = next(iter(params.get("query", [])), "")
    if len(query) > MAX_QUERY:
        raise InputError("query-long", limit=MAX_QUERY)
    if form:
        return _sparql_download(site, query, form)
    other = f"{_page_address('sparql', lang)}" + (f"?{urlencode({'query': query})}" if query else "")
    data: dict[str, Any] = {"query": query, "error": "", "columns": None, "rows": [], "count": 0, "graph": ""}
    status = 200
    if query:
        try:
            check_query(query)
            data |= _result(site, query)
        except InputError as error:
            status, data["error"] = 400, error.message(lang)
        except (OSError, ValueError) as error:
            status, data["error"] = 400, InputError("query-reaches-out", problem=str(error)).message(lang)
    known = [(one.name, one.text[lang], one.query) for one in questions().values() if not one.inferred]
    return site.html(
        "sparql.html",
        lang,
        status=status,
        other=other,
        examples=known,
        shown=SHOWN_ROWS,
        address=urlencode({"query": query}),
        urlencode=urlencode,
        **data,
    )


def _result(site: Site, query: str) -> dict[str, Any]:
    media, body = site.opened.store.results(
        query, lambda graph: "text/turtle" if graph else "application/sparql-results+json"
    )
    if media == "text/turtle":
        lines = body.decode().splitlines()
        return {"graph": "\n".join(lines[:SHOWN_ROWS]), "count": len(lines)}
    told = json.loads(body)
    if "boolean" in told:
        return {"columns": ["boolean"], "rows": [[{"value": str(told["boolean"]).lower()}]], "count": 1}
    found = told["results"]["bindings"]
    columns = told["head"]["vars"]
    rows = [[row.get(name) for name in columns] for row in found[:SHOWN_ROWS]]
    return {"columns": columns, "rows": rows, "count": len(found)}


def _sparql_download(site: Site, query: str, form: str) -> Reply:
    check_query(query)
    by_form = {ending: media for media, ending in {**RESULTS, **GRAPHS}.items()}
    if form not in by_form:
        raise Missing

    def choose(graph: bool) -> str:
        if by_form[form] in (GRAPHS if graph else RESULTS):
            return by_form[form]
        return "text/turtle" if graph else "text/csv"

    media, body = site.opened.store.results(query, choose)
    ending = {**RESULTS, **GRAPHS}[media]
    headers = {"content-type": media, "content-disposition": f'attachment; filename="werkzaam.{ending}"'}
    return Reply(200, headers, body)


def _rules(site: Site, lang: str, params: Params, form: str) -> Reply:
    """All rules of a case document, by what they are about."""
    known = site.rules.values()
    entities = sorted({one.entity for one in known if one.kind == "shape"})
    parts = [
        (
            word(lang, "rules-text") if name == "Text" else site.opened.known.label(WZ + name, lang),
            f"of-{name}",
            [one for one in known if one.entity == name],
        )
        for name in entities
    ]
    parts.sort(key=lambda part: part[0].casefold())
    for kind in ("axiom", "reading"):
        parts.append((word(lang, f"rules-{kind}"), f"of-{kind}", [one for one in known if one.kind == kind]))
    other = _page_address("rules", lang)
    return site.html("rules.html", lang, other=other, parts=parts, count=len(known), told=told)


MADE: dict[str, Callable[[Site, str, Params, str], Reply]] = {
    "start": _start,
    "what-works": _what_works,
    "gap-map": _gap_map,
    "cases": _cases,
    "sparql": _sparql,
    "about": _about,
    "accessibility": _accessibility,
    "rules": _rules,
}


def _page_address(page: str, lang: str) -> str:
    other = "en" if lang == "nl" else "nl"
    return f"/{other}/{PAGES[page][other]}"


def _number(params: dict[str, list[str]], least: int) -> int:
    given = next(iter(params.get("page", [])), "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 7):
        raise Missing
    return max(least, int(given or least))


def _told(entries: Iterable[Entry]) -> Iterable[Node]:
    for entry in entries:
        yield entry.claim
        yield from _told(entry.folded)
