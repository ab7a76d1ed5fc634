"""The page on which a reviewer accepts or rejects proposed links, and what is done for it where files may be opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzaam.web import posted
from werkzaam.web.pages import in_other
from werkzaam.web.posted import Posted
from werkzaam.web.submitpage import LONGEST, unheard, wanting
from werkzaam.web.words import word
from werkzaam.web.worker import Reply

if TYPE_CHECKING:
    from werkzaam.web.site import Site

MOST = 20
"""How many proposals a page shows at most."""
_PAIR = "pair-"


def links(site: Site, lang: str, job: dict[str, Any], body: bytes) -> Reply:
    """Show the databases beside the store, or what is proposed for one; keep what was decided.

    The token goes along in each form, as in the inbox.
    """
    given = posted.read(job["media"], body) if "media" in job else Posted()
    token, name, by = given.field("token"), given.field("name"), given.field("by")[:LONGEST]
    chosen = {key.removeprefix(_PAIR): value for key, value in given.pairs if key.startswith(_PAIR)}
    decided = {pair: value for pair, value in chosen.items() if value in ("accept", "reject")}
    problem = "who" if decided and not by else ""
    result = job.get("result")
    if token and result is None:
        kept = {} if problem else decided
        return wanting({"inbox": "links", "token": token, "name": name, "lang": lang, "by": by, "decided": kept})
    result = result or {}
    if unheard(result):
        problem, token = unheard(result), ""
    said = word(lang, "links-who") if problem == "who" else word(lang, f"review-{problem}") if problem else ""
    return site.html(
        "links.html",
        lang,
        status=403 if problem == "wrong" else 200,
        other=in_other("links", lang),
        takes=job.get("takes", False),
        token=token,
        name=name,
        by=by,
        chosen=chosen if problem == "who" else {},
        databases=result.get("databases"),
        proposals=result.get("proposals"),
        kept=result.get("kept"),
        problem=said,
    )


def act(store: str, job: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what was decided about a database, and give what is proposed for it still."""
    from itertools import islice

    from werkzaam.build import on_disk, open_store
    from werkzaam.databases.shelf import databases
    from werkzaam.linking.decisions import Decisions, decide, decisions_file
    from werkzaam.linking.ours import index_of
    from werkzaam.linking.proposing import propose
    from werkzaam.linking.terms import terms_of

    folder = on_disk(store)
    held = databases(folder)
    told: dict[str, Any] = {
        "databases": [{"name": one.name, "title": one.title.get(job["lang"], one.name)} for one in held]
    }
    if job["name"] not in {one.name for one in held}:
        return told
    terms = terms_of(job["name"], folder)
    index = index_of(open_store(store))
    decisions = Decisions(decisions_file(terms.name, folder.path), terms.name, terms.source, folder)
    if job["decided"]:
        proposed = (one for term in propose(terms, index, decisions.decided) for one in term.proposals)
        made = [
            decide(one, terms, job["by"], accept=job["decided"][one.id] == "accept")
            for one in proposed
            if one.id in job["decided"]
        ]
        told["kept"] = len(decisions.add(made))
    still = (one for term in propose(terms, index, decisions.decided) for one in term.proposals)
    return {**told, "proposals": [_told(one, job["lang"]) for one in islice(still, MOST)]}


def _told(one: Any, lang: str) -> dict[str, Any]:
    from werkzaam.messages import say

    return {
        "id": one.id,
        "theirs": one.theirs.names[0].text,
        "relation": say(lang, f"relation-{one.relation}", ours=one.ours.label(lang)),
        "ours": one.found.iri,
        "reasons": [(f.favours, f.text(lang)) for f in one.found.features],
    }
