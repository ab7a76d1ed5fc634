"""The commands on links with others: what broke when the other side moved."""

from __future__ import annotations

import sys

import click

from werkzaam.commands import _format, _help, _json, _lang, _out, cli
from werkzaam.language import default_language
from werkzaam.messages import say


@cli.group(help=_help("link"))
def link() -> None:
    """Group the commands on links."""


@link.command("drift", help=_help("link-drift"))
@click.argument("file", metavar="FILE")
@click.option("--source", default="", metavar="NAME", help=_help("source"))
@_format("text", "json")
@_lang
def link_drift(file: str, source: str, form: str, lang: str | None) -> None:
    """Hold our links against a newer release of the terms of others."""
    from werkzaam.databases.drift import drift
    from werkzaam.terms import shorten, slug

    lang = lang or default_language()
    found = drift(file, source)
    if form == "json":
        _json(found.as_data())
    else:
        _out(
            f"{one.link.where}: {shorten(one.link.subject)} {slug(one.link.predicate)} {one.link.object}: "
            + say(lang, f"drift-{one.kind}", label=one.link.label or slug(one.link.object), now=one.now)
            for one in found.changes
        )
    sys.stdout.flush()
    key = "drift-found" if found.changes else "drift-none"
    told = {"source": found.source, "compared": found.compared, "silent": found.silent}
    click.echo(say(lang, key, count=len(found.changes), **told), err=True)
    if found.changes:
        raise SystemExit(1)
