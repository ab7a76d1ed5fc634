"""The pages, made in a child: an address and what the client wants go in, a reply comes out."""

from __future__ import annotations

import gzip
import json
import traceback
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, quote

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from werkzaam import prepared
from werkzaam.api import Werkzaam
from werkzaam.claims import Node
from werkzaam.errors import InputError, UsageError
from werkzaam.export import RELATED
from werkzaam.outline import Outline
from werkzaam.outward import projection
from werkzaam.outward.reconciling import Reconciler
from werkzaam.questions import questions
from werkzaam.records import made
from werkzaam.render import Teller
from werkzaam.rulebook import rules
from werkzaam.store import Store
from werkzaam.terms import BASE, LANGUAGES, slug
from werkzaam.tomlfile import read
from werkzaam.web import linked, nanopubs, reconcile, refpages, things
from werkzaam.web.caseform import CaseForm
from werkzaam.web.cases import CasePages
from werkzaam.web.casetext import CaseText
from werkzaam.web.checking import Checker
from werkzaam.web.choices import Choices
from werkzaam.web.compare import Comparison
from werkzaam.web.concepts import ConceptPages
from werkzaam.web.gapmap import GapMaps
from werkzaam.web.made import DESK, MADE
from werkzaam.web.negotiation import GRAPHS, HTML, MEDIA, best, language
from werkzaam.web.pages import Missing
from werkzaam.web.posted import Garbled
from werkzaam.web.public import rooted
from werkzaam.web.reference import Reference
from werkzaam.web.search import finder
from werkzaam.web.situation import Situations
from werkzaam.web.static import static_files
from werkzaam.web.times import when
from werkzaam.web.words import PAGES, number, page_of, word
from werkzaam.web.worker import Reply

MOST_FIELDS = 300
"""How many parameters an address may have: all boxes of a form, and some."""


class Unreadable(Exception):
    """An address has more in it than a form of ours ever asks."""


class Site:
    """All pages over one opened collection; everything that needs a file is read when it is made.

    `root` stands before each address of ours, where a proxy serves us below its own root.
    """

    def __init__(self, opened: Werkzaam, root: str = "") -> None:
        self.opened, self._root = opened, root
        self.outline = Outline(opened.store)
        self.choices = Choices(opened, self.outline)
        self.maps = GapMaps(opened, self.outline, self.choices)
        self.nodes = {node.iri: node for node in opened.claims()}
        self.cases = CasePages(opened, self.nodes, self.choices)
        self.documents = opened.cases()
        self.ontology = made().ontology
        model = prepared.model()
        self.reference = Reference(opened, model)
        self.comparison = Comparison(self.cases, self.maps, self.choices, self.nodes)
        self.situations = Situations(self.nodes, self.outline, self.choices, self.maps)
        self.concepts = ConceptPages(
            opened, self.nodes, self.outline, self.choices, self.maps, self.cases, self.reference
        )
        self._templates = templates()
        self._css = static_files()["style.css"]
        self.examples = read("examples.toml", "werkzaam.queries")["example"]
        self.version = version("werkzaam")
        self.rules = rules()
        projection.ready()
        self.reconciler = Reconciler(opened.store, opened.known)
        self.beside = linked.beside(opened.store, model, self.rules.values())
        questions()
        self.finder = finder(self)
        self.checker = Checker(opened.store)
        self.form = CaseForm(self.checker.model, self.checker.names)
        self.text = CaseText(self.checker.model, self.checker.names)

    def vocabulary(self, lang: str) -> str:
        """Give every term and concept with its label, as JSON that can stand in a page."""
        known = [(iri, self.opened.known.label(iri, lang)) for iri in (*self.reference.terms, *self.reference.concepts)]
        return Markup(json.dumps(known, ensure_ascii=False).replace("<", "\\u003c"))

    # ---- from an address to a reply

    def respond(self, job: dict[str, Any], body: bytes = b"") -> Reply:
        """Give the reply to a job: a path, its parameters, what the client accepts, and the form that it sends."""
        lang = _lang_of(job["path"]) or language(job["languages"])
        try:
            reply = self._route(job, lang, body)
            if "x-do" in reply.headers:
                return reply
        except Missing:
            reply = self.fault(404, lang, path=job["path"])
        except (Unreadable, Garbled):
            reply = self.fault(400, lang, path=job["path"])
        except (UsageError, InputError) as error:
            reply = self.fault(400, lang, text=error.message(lang), path=job["path"])
        except Exception:
            reply = self.fault(500, lang, path=job["path"])
            reply = Reply(500, {**reply.headers, "x-log": traceback.format_exc()}, reply.body)
        reply = rooted(reply, self._root)
        return _zipped(reply) if job["gzip"] else reply

    def _route(self, job: dict[str, Any], lang: str, body: bytes) -> Reply:
        path: str = job["path"]
        if path == "/":
            return Reply(302, {"location": f"/{language(job['languages'])}/", "vary": "accept-language"}, b"")
        head, _, rest = path.lstrip("/").partition("/")
        if head == "reconcile":
            reply = reconcile.answer(self, job, body)
            if reply is None:
                raise Missing
            return reply
        if head not in LANGUAGES:
            return self._data(job, path.lstrip("/"))
        try:
            params = parse_qs(job["query"], keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise Unreadable from None
        name, dot, form = rest.partition(".")
        page = page_of(lang, name) if "/" not in rest else None
        if page in DESK and not dot:
            reply = DESK[page](self, lang, job, body)
            return Reply(reply.status, {"cache-control": "no-store", **reply.headers}, reply.body)
        if page is not None:
            if dot and page not in ("what-works", "sparql"):
                raise Missing
            return MADE[page](self, lang, params, form)
        return self._thing(lang, rest)

    def _data(self, job: dict[str, Any], path: str) -> Reply:
        """Answer an IRI of ours: in the form that the client wants, or with the way to its page."""
        if path == ".well-known/void":
            path = linked.DATASET.removeprefix(BASE)
        if path.startswith(nanopubs.START):
            reply = nanopubs.answer(self, job, path)
            if reply is None:
                raise Missing
            return reply
        plain, form = path, ""
        for ending in GRAPHS.values():
            if path.endswith(f".{ending}"):
                plain, form = path.removesuffix(f".{ending}"), ending
        iri = things.iri_of(plain)
        store = None if iri is None else self._holder(iri)
        if iri is None or store is None:
            raise Missing
        if not form:
            media = best(job["accept"], [HTML, *GRAPHS])
            if not media:
                offered = ", ".join((HTML, *GRAPHS))
                return self.fault(406, language(job["languages"]), known=offered)
            if media == HTML:
                lang = language(job["languages"])
                to = self._of_rule(iri, lang) or f"/{lang}/{plain}"
                return Reply(303, {"location": to, "vary": "accept, accept-language"}, b"")
            form = GRAPHS[media]
        body = things.serialise(things.triples(store, iri), form)
        links = [f'<{iri}>; rel="canonical"', f'<{linked.DATASET}>; rel="describedby"']
        links += [
            f'</{plain}.{ending}>; rel="alternate"; type="{media}"'
            for media, ending in GRAPHS.items()
            if ending != form
        ]
        return Reply(200, {"content-type": MEDIA[form], "vary": "accept", "link": ", ".join(links)}, body)

    def _holder(self, iri: str) -> Store | None:
        """Give what tells of an IRI: the collection, or what is published beside it."""
        for store in (self.beside, self.opened.store) if iri == linked.SHAPES else (self.opened.store, self.beside):
            if things.describe(store, iri) is not None or next(iter(store.quads(iri)), None) is not None:
                return store
        return None

    def _of_rule(self, iri: str, lang: str) -> str:
        """Give the address where people read the rules, for an IRI of them."""
        if not iri.startswith(linked.RULES):
            return ""
        return f"/{lang}/{PAGES['rules'][lang]}" + (f"#{slug(iri)}" if iri.startswith(linked.RULES[1]) else "")

    # ---- pages

    def html(self, template: str, lang: str, *, status: int = 200, other: str = "", **data: Any) -> Reply:
        """Fill in a template; `other` is the address of the same page in the other language."""
        context = {
            "lang": lang,
            "other": "en" if lang == "nl" else "nl",
            "other_address": other,
            "t": lambda key, **more: word(lang, key, **more),
            "label": lambda iri: self.opened.known.label(iri, lang),
            "label_in": self.opened.known.label,
            "definition": lambda iri: self.reference.definition(iri, lang),
            "href": lambda iri: address(iri, lang),
            "page": lambda key: f"/{lang}/{PAGES[key][lang]}",
            "text": Teller(self.opened.known, lang).text,
            "slug": slug,
            "number": lambda value, decimals=0: number(value, lang, decimals),
            "when": lambda period: when(period, lang),
            "quote": quote,
            "css": self._css,
            "node": self.nodes.get,
            "Teller": Teller(self.opened.known, lang),
            "forms": GRAPHS,
            "about_iri": "",
            "schema_org": lambda iri: linked.schema_org([self.opened.store, self.beside], iri, lang),
            **data,
        }
        body = self._templates[template].render(context)
        return Reply(status, {"content-type": "text/html; charset=utf-8", "content-language": lang}, body.encode())

    def fault(self, status: int, lang: str, text: str = "", path: str = "", **data: Any) -> Reply:
        """Give the page that says what went wrong and where to go from there."""
        head = path.lstrip("/").partition("/")[0]
        other = _other(path, lang) if head in LANGUAGES else f"/{'en' if lang == 'nl' else 'nl'}/"
        said = text or word(lang, f"fault-{status}", **data)
        return self.html("fault.html", lang, status=status, other=other, said=said, code=status)

    def _thing(self, lang: str, path: str) -> Reply:
        iri = things.iri_of(path)
        other = _other(f"/{lang}/{path}", lang)
        if iri is None or path in ("", "id", "concept", "graph"):
            raise Missing
        if iri == BASE + "ontology":
            return refpages.ontology(self, lang, other)
        if iri in self.reference.schemes:
            return refpages.scheme(self, lang, iri, other)
        if iri in self.nodes:
            node = self.nodes[iri]
            return self.html(
                "claim.html",
                lang,
                other=other,
                about_iri=iri,
                claim=node,
                diagram=self.cases.diagram(node, lang),
                **self._related(node),
            )
        if self._of_rule(iri, lang):
            return Reply(303, {"location": self._of_rule(iri, lang)}, b"")
        described = things.describe(self.opened.store, iri) or things.describe(self.beside, iri)
        if described is None:
            raise Missing
        data: dict[str, Any] = {"thing": described, "iri": iri, "about_iri": iri}
        if self.cases.has_page(iri):
            return self.html("case.html", lang, other=other, case=self.cases.page(iri, lang), **data)
        data |= {"is_text": things.is_text, "concept": self.concepts.page(iri, lang), "kin": self.concepts.kin(iri)}
        template = "concept.html" if data["concept"] else "thing.html"
        return self.html(template, lang, other=other, **data)

    def _related(self, node: Node) -> dict[str, Any]:
        forth = [(name, node.iris(name)) for name in RELATED if node.iris(name)]
        back: dict[str, list[str]] = {}
        for other in self.nodes.values():
            for name in RELATED:
                if node.iri in other.iris(name):
                    back.setdefault(name, []).append(other.iri)
        return {"forth": forth, "back": sorted(back.items())}


def address(iri: str, lang: str) -> str:
    """Give where a page links to for an IRI: our page of it, or the IRI itself.

    >>> address("https://w3id.org/werkzaam/concept/mechanism/structure", "nl")
    '/nl/concept/mechanism/structure'
    """
    if iri.startswith(BASE):
        return f"/{lang}/{iri.removeprefix(BASE)}"
    return iri


def _lang_of(path: str) -> str | None:
    head = path.lstrip("/").partition("/")[0]
    return head if head in LANGUAGES else None


def _other(path: str, lang: str) -> str:
    return f"/{'en' if lang == 'nl' else 'nl'}/" + path.lstrip("/").partition("/")[2]


def _zipped(reply: Reply) -> Reply:
    if len(reply.body) < 1_000:
        return reply
    vary = ", ".join(part for part in (reply.headers.get("vary", ""), "accept-encoding") if part)
    headers = {**reply.headers, "content-encoding": "gzip", "vary": vary}
    return Reply(reply.status, headers, gzip.compress(reply.body, 6, mtime=0))


@cache
def templates() -> dict[str, Template]:
    """Compile every template now: a child may open no file."""
    folder = files("werkzaam.web").joinpath("templates")
    sources = {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".html")}
    made = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.filters["first_up"] = lambda text: text[:1].upper() + text[1:]
    return {name: made.get_template(name) for name in sources}
