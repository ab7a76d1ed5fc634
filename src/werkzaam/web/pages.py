"""The pages that answer a question; each makes a reply from the parameters of an address."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzaam.answers import Answer, Entry, as_data
from werkzaam.claims import Node
from werkzaam.errors import UsageError
from werkzaam.overviews import SILENT
from werkzaam.questions import question
from werkzaam.render import COLUMNS, Teller
from werkzaam.rulebook import told
from werkzaam.tables import as_csv
from werkzaam.terms import WZ, slug
from werkzaam.web import things
from werkzaam.web.choices import ASKED, Asked
from werkzaam.web.interplay import SIGNS, columns, relations
from werkzaam.web.linked import DATASET
from werkzaam.web.negotiation import MEDIA
from werkzaam.web.words import PAGES, word
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

Params = dict[str, list[str]]

FIRST = 8
"""How many claims a page shows under each heading of an answer before it offers the others."""
MORE = 40
"""How many claims a page of one heading shows."""
MOST_CASES = 6
"""How many cases stand side by side."""


class Missing(Exception):
    """There is nothing at an address."""


def start(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Make the start page: the question to be asked, with ready ones."""
    asked = Asked({}, set(), {}, [])
    return site.html(
        "start.html",
        lang,
        about_iri=DATASET,
        other=in_other("start", lang),
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


def what_works(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Answer *what works*, as a page or as data."""
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
        other=in_other("what-works", lang) + (f"?{asked.address()}" if asked.values else ""),
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


def gap_map(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Draw the gap map."""
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
        other=f"{in_other('gap-map', lang)}?{query}",
        map=made,
        axis=axis,
        above=above,
        case=case,
        case_iri=case_iri,
        up=site.choices.above(above_iri) if above_iri else None,
        cases=[iri for iri, _ in site.cases.projects(lang)],
        urlencode=urlencode,
    )


def cases(site: Site, lang: str, params: Params, form: str) -> Reply:
    """List the cases."""
    return site.html("cases.html", lang, other=in_other("cases", lang), cases=site.cases.listed(lang))


def compare(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Put at least two cases side by side, or else ask which."""
    chosen = [iri for group in site.opened.groups("case", params.get("case", []), lang) for iri in group]
    chosen = [iri for iri in dict.fromkeys(chosen) if site.cases.has_page(iri)][:MOST_CASES]
    query = urlencode([("case", slug(iri)) for iri in chosen])
    return site.html(
        "compare.html",
        lang,
        other=in_other("compare", lang) + (f"?{query}" if query else ""),
        offered=[iri for iri, _ in site.cases.projects(lang)],
        chosen=chosen,
        side=site.comparison.of(chosen, lang) if len(chosen) > 1 else None,
        about={iri: things.describe(site.opened.store, iri) for iri in chosen},
    )


def interplay(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Show how mechanisms, and traits of people, act on mechanisms."""
    case = next(iter(params.get("case", [])), "")
    case_iri = site.opened.groups("case", case, lang)[0][0] if case else None
    found = relations(site.opened, site.nodes, case=case_iri)
    between = [one for one in found if one.start in site.choices.members("mechanism")]
    traits = [one for one in found if one not in between]
    named = {iri for one in traits for iri in (one.start, one.end)}
    labels = {iri: site.opened.known.label(iri, lang) for iri in named}
    order = site.choices.ordered(sorted(named), lang)
    return site.html(
        "interplay.html",
        lang,
        other=in_other("interplay", lang) + (f"?{urlencode({'case': case})}" if case else ""),
        case_iri=case_iri,
        cases=[iri for iri, _ in site.cases.projects(lang)],
        found=found,
        kinds=sorted({one.kind for one in found}, key=lambda kind: list(SIGNS).index(slug(kind))),
        signs=SIGNS,
        between=site.concepts.picture(between, lang, word(lang, "interplay-picture")),
        traits=columns(traits, order, labels, word(lang, "interplay-traits-picture")),
    )


def about(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Say what this is, how it was made, and what its limits are."""
    return site.html(
        "about.html",
        lang,
        other=in_other("about", lang),
        documents=site.documents,
        total=len(site.nodes),
        version=site.version,
        ontology=site.ontology,
        date=max((one["coded_on"] for one in site.documents), default=""),
        cases=[iri for iri, _ in site.cases.projects(lang)],
        studies=sorted({scope for scope in site.opened.known.names.classes if "/id/study/" in scope}),
        engine=site.checker.engine,
    )


def accessibility(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Make the statement on accessibility."""
    return site.html("accessibility.html", lang, other=in_other("accessibility", lang))


def rules(site: Site, lang: str, params: Params, form: str) -> Reply:
    """List all rules of a case document by what they are about."""
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
    other = in_other("rules", lang)
    return site.html("rules.html", lang, other=other, parts=parts, count=len(known), told=told)


def in_other(page: str, lang: str) -> str:
    """Give the address of a page in the other language."""
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
