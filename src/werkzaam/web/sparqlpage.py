"""The page on which SPARQL is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzaam.errors import InputError
from werkzaam.foreign import check_query
from werkzaam.questions import questions
from werkzaam.web.guard import EDITOR_POLICY
from werkzaam.web.negotiation import GRAPHS, RESULTS
from werkzaam.web.pages import Missing, Params, in_other
from werkzaam.web.static import static_files
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

SHOWN_ROWS = 200
"""How many rows of a query's result a page shows; the download has all."""
MAX_QUERY = 12_000
"""In characters: the longest query that a page takes in its address; longer ones go to /sparql by POST."""


def sparql(site: Site, lang: str, params: Params, form: str) -> Reply:
    """Ask a query and show its result, or give it as data."""
    query = next(iter(params.get("query", [])), "")
    if len(query) > MAX_QUERY:
        raise InputError("query-long", limit=MAX_QUERY)
    if form:
        return _sparql_download(site, query, form)
    editor = bool(params.get("editor"))
    asked = ({"query": query} if query else {}) | ({"editor": "1"} if editor else {})
    other = in_other("sparql", lang) + (f"?{urlencode(asked)}" if asked else "")
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
    reply = site.html(
        "sparql.html",
        lang,
        status=status,
        other=other,
        examples=known,
        shown=SHOWN_ROWS,
        address=urlencode({"query": query}),
        snippets=_snippets(query) if query else {},
        editor=editor,
        files=static_files(),
        vocabulary=site.vocabulary(lang) if editor else "",
        urlencode=urlencode,
        **data,
    )
    if editor:
        reply.headers["content-security-policy"] = EDITOR_POLICY
    return reply


def _snippets(query: str) -> dict[str, str]:
    """Give a query as somebody asks it from a shell and from Python; ``ADDRESS`` stands for where the service is."""
    shell = query.replace("'", "'\\''")
    return {
        "curl": f"curl -s -H 'Accept: text/csv' --data-urlencode 'query={shell}' ADDRESS/sparql",
        "Python": (
            "import json, urllib.parse, urllib.request\n\n"
            f"query = {query!r}\n"
            'data = urllib.parse.urlencode({"query": query}).encode()\n'
            'request = urllib.request.Request("ADDRESS/sparql", data, {"Accept": "application/sparql-results+json"})\n'
            "with urllib.request.urlopen(request) as answer:\n"
            '    rows = json.load(answer)["results"]["bindings"]\n'
        ),
    }


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
