"""The commands that propose links with what others have, and take what a reviewer decides."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from werkzaam.commands import _bold, _findings, _format, _help, _json, _lang, _out, _store
from werkzaam.commands_link import link
from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say

if TYPE_CHECKING:
    from werkzaam.linking.decisions import Decisions
    from werkzaam.linking.index import Index
    from werkzaam.linking.proposing import Asked, Proposal
    from werkzaam.linking.terms import Terms

_F = TypeVar("_F", bound=Callable[..., Any])
RELATIONS = ("exact", "match", "broader", "narrower", "related")


@dataclass(frozen=True)
class _Source:
    """Which terms are meant, and to what they are linked: what a user says of it."""

    what: str
    mapping: str
    kind: str
    language: str | None
    to: str
    links: str


@dataclass
class _Held:
    """What a command works on: the terms of others, what they may be linked to, and what was decided."""

    terms: Terms
    index: Index
    decisions: Decisions
    asked: list[Asked]


def _source(function: _F) -> _F:
    """Add what says which terms are meant and to what they are linked; the function gets it as one, a `_Source`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:
        return function(_Source(**{one.name: given.pop(one.name) for one in fields(_Source)}), **given)

    for option in reversed(
        (
            click.argument("what", metavar="FILE|NAME"),
            click.option("--as", "mapping", default="", metavar="DATABASE|MAPPING.yaml", help=_help("link-as")),
            click.option("--kind", default="", metavar="KIND", help=_help("link-kind")),
            click.option("--language", type=click.Choice(["nl", "en", "de"]), help=_help("link-language")),
            click.option("--to", default="", metavar="FILE|NAME", help=_help("link-to")),
            click.option("--links", default="", metavar="FILE.sssom.tsv", help=_help("link-links")),
        )
    ):
        gathered = option(gathered)
    return cast(_F, gathered)


def _held(source: _Source, store: str | None, *, nearest: int = 5) -> _Held:
    from werkzaam.build import on_disk, open_store
    from werkzaam.linking.decisions import Decisions, decisions_file
    from werkzaam.linking.index import Index
    from werkzaam.linking.ours import index_of
    from werkzaam.linking.proposing import propose
    from werkzaam.linking.terms import terms_of

    folder = on_disk(store) if store else None
    what, to, said = source.what, source.to, {"kind": source.kind, "language": source.language or ""}
    terms = terms_of(what, folder, mapping=source.mapping, **said)
    name = terms.name
    if to:
        # Read before a store is opened, as are the terms above: what others made is read in a child.
        other = terms_of(to, folder, mapping=source.mapping if what == to else "", **said)
        index, name = Index(other.items), f"{terms.name}-{other.name}"
    else:
        index = index_of(open_store(store))
    file = decisions_file(name, folder.path if folder else None, source.links)
    # A file elsewhere is nobody's but the user's.
    decisions = Decisions(file, name, terms.source, None if source.links else folder)
    return _Held(terms, index, decisions, list(propose(terms, index, decisions.decided, nearest=nearest)))


@link.command("propose", help=_help("link-propose"))
@_source
@click.option("--relation", "relations", multiple=True, type=click.Choice(RELATIONS[1:]), help=_help("link-relation"))
@click.option("--nearest", type=click.IntRange(1, 50), default=5, show_default=True, help=_help("link-nearest"))
@_format("text", "csv", "json", "sssom")
@_lang
@_store
def propose_(
    source: _Source,
    relations: tuple[str, ...],
    nearest: int,
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Propose links, with the reasons for and against each."""
    from werkzaam.linking.decisions import as_sssom, decide
    from werkzaam.linking.sheet import written

    lang = lang or default_language()
    held = _held(source, store, nearest=nearest)
    asked = [_only(one, relations) for one in held.asked] if relations else held.asked
    if form == "csv":
        sys.stdout.write(written(asked, lang))
    elif form == "json":
        _json({"version": 1, "name": held.terms.name, "terms": [_data(one, lang) for one in asked]})
    elif form == "sssom":
        those = [decide(one, held.terms, "", accept=True) for term in asked for one in term.proposals]
        sys.stdout.write(as_sssom(those, held.terms.name, held.terms.source))
    else:
        for term in asked:
            for one in term.proposals:
                _show(one, lang)
    _sum_up(held, asked, lang)


def _only(asked: Asked, relations: tuple[str, ...]) -> Asked:
    from dataclasses import replace

    return replace(asked, proposals=tuple(one for one in asked.proposals if one.found.verdict in relations))


def _data(asked: Asked, lang: str) -> dict[str, Any]:
    """Give a term as plain data: the contract of ``--format json``."""
    found = {one.found.iri: one for one in asked.proposals}
    return {
        "id": asked.term.iri,
        "label": asked.term.names[0].text,
        "kind": asked.term.kind,
        "accepted": asked.accepted,
        "rejected": asked.rejected,
        "proposed": [
            {"pair": one.id, "id": one.found.iri, "relation": one.relation, "predicate": one.predicate}
            for one in asked.proposals
        ],
        "nearest": [
            {
                "id": one.iri,
                "label": one.name.text,
                "kind": one.kind,
                "score": one.score,
                "verdict": one.verdict,
                "proposed": one.iri in found,
                "features": [
                    {"id": f.key, "for": f.favours, "weight": round(f.weight, 4), "text": f.text(lang)}
                    for f in one.features
                ],
            }
            for one in asked.nearest
        ],
    }


def _show(one: Proposal, lang: str) -> None:
    from werkzaam.linking.items import kinds, texts
    from werkzaam.terms import shorten

    kind = kinds()[one.found.kind][lang] if one.found.kind else "–"
    relation = say(lang, f"relation-{one.relation}", ours=one.ours.label(lang))
    _out(
        [
            f"{_bold(one.theirs.names[0].text)}: {relation} [{one.id}]",
            f"  {shorten(one.found.iri)} ({kind}), {one.found.score:.2f}",
            *(f"    {reason}" for reason in texts(one.found.features, lang)),
        ]
    )


def _sum_up(held: _Held, asked: list[Asked], lang: str) -> None:
    sys.stdout.flush()
    proposed, known = sum(bool(one.proposals) for one in asked), sum(bool(one.accepted) for one in asked)
    counts = {"count": len(asked), "proposed": proposed, "known": known, "none": len(asked) - proposed - known}
    click.echo(say(lang, "link-proposed", **counts), err=True)
    if held.terms.left:
        click.echo(say(lang, "link-left", left=held.terms.left), err=True)


@link.command("review", help=_help("link-review"))
@_source
@click.option("--by", default="", envvar="WERKZAAM_REVIEWER", metavar="NAME|ORCID", help=_help("link-by"))
@click.option("--accept", "accepted", multiple=True, metavar="PAIR", help=_help("link-accept"))
@click.option("--reject", "rejected", multiple=True, metavar="PAIR", help=_help("link-reject"))
@click.option("--relation", default="", type=click.Choice(("", *RELATIONS)), help=_help("link-otherwise"))
@click.option("--read", "table", default="", metavar="FILE.csv", help=_help("link-read"))
@click.option("--revise", is_flag=True, help=_help("link-revise"))
@_lang
@_store
def review(
    source: _Source,
    by: str,
    accepted: tuple[str, ...],
    rejected: tuple[str, ...],
    relation: str,
    table: str,
    revise: bool,
    lang: str | None,
    store: str | None,
) -> None:
    """Take what a reviewer decides: pairs by their id, a table, or one by one."""
    from werkzaam.foreign import read_file
    from werkzaam.linking.sheet import read_back

    lang = lang or default_language()
    if not by.strip():
        raise UsageError("link-by-needed")
    content = read_file(table) if table else b""
    held = _held(source, store)
    if table:
        made, wrong = read_back(content, table, held.terms, held.index, by)
        if wrong:
            _findings(wrong, lang)
            raise SystemExit(1)
        new = held.decisions.add(made, revise=revise)
    elif accepted or rejected:
        new = _decided(held, by, accepted, rejected, relation, revise=revise)
    else:
        new = _one_by_one(held, by, lang)
    counts = {"accepted": sum(one.accepted for one in new), "rejected": sum(not one.accepted for one in new)}
    click.echo(say(lang, "link-kept", file=held.decisions.file, **counts), err=True)


def _decided(
    held: _Held, by: str, accepted: tuple[str, ...], rejected: tuple[str, ...], relation: str, *, revise: bool
) -> list[Any]:
    from dataclasses import replace

    from werkzaam.linking.decisions import decide
    from werkzaam.linking.proposing import PREDICATES

    open_ = {one.id: one for term in held.asked for one in term.proposals}
    before = {one.id: one for one in held.decisions.held.values()}
    unknown = [one for one in (*accepted, *rejected) if one not in open_ and one not in before]
    if unknown:
        raise UsageError("link-pair-unknown", value=", ".join(unknown))
    made = []
    for ids, accept in ((accepted, True), (rejected, False)):
        for one in ids:
            if one in open_:
                made.append(decide(open_[one], held.terms, by, accept=accept, relation=relation))
            else:
                predicate = PREDICATES[relation] if relation else before[one].predicate
                made.append(replace(before[one], accepted=accept, by=by, predicate=predicate))
    return held.decisions.add(made, revise=revise)


def _one_by_one(held: _Held, by: str, lang: str) -> list[Any]:
    """Ask about each proposal; what is decided is kept at once."""
    from werkzaam.linking.decisions import decide
    from werkzaam.linking.items import data

    words = data("kinds")["decisions"]
    kept = []
    for one in [one for term in held.asked for one in term.proposals]:
        _show(one, lang)
        said = click.prompt(say(lang, "link-ask"), default="", show_default=False, err=True).strip().casefold()
        if said in ("q", "stop"):
            break
        answer = next((what for what, those in words.items() if said in those), "")
        if answer:
            kept += held.decisions.add([decide(one, held.terms, by, accept=answer == "accept")])
    return kept
