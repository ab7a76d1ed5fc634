"""The commands on what others have: what broke in our links with their terms, and their databases beside a store."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from werkzaam.commands import _bold, _format, _help, _json, _lang, _out, _store, cli
from werkzaam.language import default_language
from werkzaam.messages import say

if TYPE_CHECKING:
    from werkzaam.databases.shelf import Database


class _Linking(click.Group):
    """`link FILE` is `link propose FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["propose", *args]
        return super().parse_args(ctx, args)


@cli.group(cls=_Linking, help=_help("link"), subcommand_metavar="FILE|NAME [OPTIONS] | COMMAND [ARGS]…")
def link() -> None:
    """Group the commands on links."""


@link.command("drift", help=_help("link-drift"))
@click.argument("file", metavar="FILE")
@click.option("--source", default="", metavar="NAME", help=_help("source"))
@click.option("--as", "mapping", default="", metavar="DATABASE|MAPPING.yaml", help=_help("link-as"))
@_format("text", "json")
@_lang
@_store
def link_drift(file: str, source: str, mapping: str, form: str, lang: str | None, store: str | None) -> None:
    """Hold our links, and those that were decided in a store, against a newer release of the terms of others."""
    from werkzaam.build import on_disk
    from werkzaam.databases.drift import drift
    from werkzaam.terms import shorten, slug

    lang = lang or default_language()
    found = drift(file, source, on_disk(store) if store else None, mapping)
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


@cli.command(help=_help("loaders"))
@_format("text", "json")
@_lang
def loaders(form: str, lang: str | None) -> None:
    """List the mapping files and the readers that are known."""
    from werkzaam.databases.plan import packaged_plans, plan_of
    from werkzaam.databases.readers import readers
    from werkzaam.model import Model

    lang, model = lang or default_language(), Model()
    plans = [plan_of(name, model) for name in sorted(packaged_plans())]
    if form == "json":
        told = [
            {"name": p.name, "title": p.title, "source": p.source, "licence": p.licence, "reader": p.reader}
            for p in plans
        ]
        _json({"version": 1, "databases": told, "readers": sorted(readers())})
        return
    for one in plans:
        licence = one.licence or say(lang, "licence-none")
        _out(
            [_bold(one.name), f"  {one.title.get(lang, one.name)} ({one.reader or '…'})", f"  {one.source}, {licence}"]
        )
    click.echo(say(lang, "readers-known", known=", ".join(sorted(readers()))), err=True)


@cli.command(help=_help("load"))
@click.argument("mapping", metavar="DATABASE|MAPPING.yaml")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--licence", default="", metavar="IRI|none", help=_help("licence"))
@click.option("--retrieved", default="", metavar="DATE", help=_help("retrieved"))
@click.option("--dry-run", is_flag=True, help=_help("dry-run"))
@_format("text", "json")
@_lang
@_store
def load(
    mapping: str,
    files: tuple[str, ...],
    licence: str,
    retrieved: str,
    dry_run: bool,
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Read a database of others and put it beside a store."""
    from werkzaam.build import on_disk
    from werkzaam.databases.shelf import load as run

    lang = lang or default_language()
    made = run(mapping, files, on_disk(store), licence=licence, retrieved=retrieved, dry_run=dry_run)
    _show([made], form, lang)
    for name, count in made.unknown.items():
        click.echo(say(lang, "load-unknown", value=name, count=count), err=True)
    if made.left:
        click.echo(say(lang, "load-left", count=made.left, records=made.records), err=True)
    click.echo(say(lang, "load-dry" if dry_run else "loaded", name=made.name, records=made.records), err=True)


@cli.command("databases", help=_help("databases"))
@click.option("--remove", default="", metavar="NAME", help=_help("databases-remove"))
@_format("text", "json")
@_lang
@_store
def databases_(remove: str, form: str, lang: str | None, store: str | None) -> None:
    """List the databases of others beside a store, or take one away."""
    from werkzaam.build import on_disk
    from werkzaam.databases.shelf import databases, unload

    lang, folder = lang or default_language(), on_disk(store)
    folder.current()
    if remove:
        unload(remove, folder)
    _show(databases(folder), form, lang)


def _show(held: list[Database], form: str, lang: str) -> None:
    from dataclasses import asdict

    if form == "json":
        _json({"version": 1, "databases": [{**asdict(one), "graph": one.graph} for one in held]})
        return
    for one in held:
        counts = ", ".join(f"{kind} {count}" for kind, count in one.kinds.items())
        licence = one.licence or say(lang, "licence-none")
        retrieved = say(lang, "retrieved-on", day=one.retrieved)
        _out(
            [_bold(one.name), f"  {one.title.get(lang, one.name)}: {counts}", f"  {one.source}, {licence}, {retrieved}"]
        )
