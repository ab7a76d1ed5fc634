"""The commands by which documents enter and leave a store, and that keep it in order."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from werkzaam.commands import _findings, _format, _help, _json, _lang, _open, _out, _store, cli
from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say

if TYPE_CHECKING:
    from werkzaam.entered import Entry


def _submitter(function: Any) -> Any:
    function = click.option("--note", default="", metavar="TEXT", help=_help("note"))(function)
    function = click.option("--email", default="", metavar="ADDRESS", help=_help("email"))(function)
    return click.option("--by", default="", metavar="NAME", help=_help("by"))(function)


def _at(function: Any) -> Any:
    return click.option("--at", metavar="MOMENT", help=_help("at"))(function)


def _tell(entry: Entry, form: str, lang: str, **more: Any) -> None:
    """Tell what came of a change; exit 1 where it was refused."""
    from werkzaam.reports import arranged, as_data, as_text

    found = arranged(entry.findings)
    if form == "json":
        from dataclasses import asdict

        documents = [asdict(one) for one in entry.documents]
        _json({"version": 1, **more, "findings": as_data(found, (), lang)["findings"], "documents": documents})
    else:
        sys.stdout.write(as_text(found, (), lang))
        for one in entry.documents:
            _out([one.told(lang)])
            _out([say(lang, "entered-new", names=", ".join(one.new))] if one.new else [])
            _out([say(lang, "entered-gone", names=", ".join(one.gone))] if one.gone else [])
    if entry.refused:
        click.echo(say(lang, "entry-refused"), err=True)
        raise SystemExit(1)


@cli.command(help=_help("add"))
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@_submitter
@_at
@click.option("--dry-run", is_flag=True, help=_help("dry-run"))
@click.option("--skip-wrong", is_flag=True, help=_help("skip-wrong"))
@click.option("--workers", type=click.IntRange(1, 256), metavar="N", help=_help("workers"))
@click.option("--dask", metavar="ADDRESS", help=_help("dask"))
@click.option("--inferences", type=click.Path(dir_okay=False), default="", metavar="FILE", help=_help("inferences"))
@_format("text", "json")
@_lang
@_store
def add(
    files: tuple[str, ...],
    by: str,
    email: str,
    note: str,
    at: str | None,
    dry_run: bool,
    skip_wrong: bool,
    workers: int | None,
    dask: str | None,
    inferences: str,
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Check documents and put them in a store."""
    from pathlib import Path

    from werkzaam.build import documents_of
    from werkzaam.entry import add as run
    from werkzaam.folder import Folder
    from werkzaam.records import Submitter

    lang, submitter = lang or default_language(), Submitter(by=by, email=email, note=note)
    many = skip_wrong or workers or dask or inferences or any(Path(one).is_dir() for one in files)
    if many and (store or "").startswith("http"):
        raise UsageError("bulk-on-disk")
    folder = documents_of(store)
    if many and isinstance(folder, Folder):
        from werkzaam.bulk.telling import tell_many

        tell_many(files, folder, store or "", submitter, at, dry_run, skip_wrong, workers, dask, inferences, form, lang)
        return
    entry = run(files, store or "", submitter=submitter, at=at, dry_run=dry_run)
    _tell(entry, form, lang, files=files)


@cli.command(help=_help("remove"))
@click.argument("case", metavar="CASE")
@click.option("--erase", is_flag=True, help=_help("erase"))
@click.option("--force", is_flag=True, help=_help("force"))
@_submitter
@_at
@_format("text", "json")
@_lang
@_store
def remove(
    case: str,
    erase: bool,
    force: bool,
    by: str,
    email: str,
    note: str,
    at: str | None,
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Take a document out of a store."""
    from werkzaam.build import documents_of

    documents_of(store)
    opened = _open(store, lang)
    entry = opened.remove(case, erase=erase, force=force, by=by, email=email, note=note, at=at)
    _tell(entry, form, opened.lang)


@cli.command(help=_help("retract"))
@click.argument("claim", metavar="CLAIM")
@click.option("--reason-nl", metavar="TEXT", help=_help("reason-nl"))
@click.option("--reason-en", metavar="TEXT", help=_help("reason-en"))
@_submitter
@_at
@_format("text", "json")
@_lang
@_store
def retract(
    claim: str,
    reason_nl: str | None,
    reason_en: str | None,
    by: str,
    email: str,
    note: str,
    at: str | None,
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Retract a claim."""
    from werkzaam.build import documents_of

    if not (reason_nl and reason_nl.strip() and reason_en and reason_en.strip()):
        raise UsageError("reason-both")
    documents_of(store)
    opened = _open(store, lang)
    entry = opened.retract(claim, nl=reason_nl, en=reason_en, by=by, email=email, note=note, at=at)
    _tell(entry, form, opened.lang)


@cli.command(help=_help("history"))
@click.argument("document", required=False, metavar="[DOCUMENT]")
@click.option("--print", "version", type=click.IntRange(1), metavar="VERSION", help=_help("print"))
@click.option("--file", metavar="NAME", help=_help("file"))
@click.option("--people", is_flag=True, help=_help("people"))
@_format("table", "json", "csv")
@_lang
@_store
def history(
    document: str | None,
    version: int | None,
    file: str | None,
    people: bool,
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Show what happened to documents, or print a version."""
    from werkzaam.build import documents_of
    from werkzaam.tables import as_csv, grid

    documents_of(store)
    opened = _open(store, lang)
    if version is not None:
        if document is None:
            raise UsageError("argument-missing", value="[DOCUMENT]")
        sys.stdout.flush()
        sys.stdout.buffer.write(opened.printed(document, version, file))
        return
    found = opened.history(document, people=people)
    if form == "json":
        _json({"version": 1, "history": found})
        return
    columns = ["document", "version", "action", "at", "sha256", "ontology", "claim", *(["by"] if people else [])]
    rows = [[_cell(one, column) for column in columns] for one in found]
    if form == "csv":
        sys.stdout.write(as_csv(columns, rows))
    else:
        heads = [say(opened.lang, f"history-{column}") for column in columns]
        _out(grid(heads, [[cell[:12] if len(cell) == 64 else cell for cell in row] for row in rows]))


def _cell(one: dict[str, Any], column: str) -> str:
    from werkzaam.terms import shorten

    if column == "sha256":
        return str(one["files"][0]["sha256"]) if one.get("files") else ""
    if column == "ontology":
        return str(one["made"]["ontology"]) if one.get("made") else ""
    return shorten(one.get("claim", "")) if column == "claim" else str(one.get(column, ""))


@cli.group("store", help=_help("store-group"))
def store_group() -> None:
    """Group the commands that keep a store in order."""


@store_group.command("check", help=_help("store-check"))
@_format("text", "json")
@_lang
@_store
def check(form: str, lang: str | None, store: str | None) -> None:
    """Check that a store is whole."""
    from werkzaam.build import on_disk
    from werkzaam.records import states
    from werkzaam.reports import count
    from werkzaam.upkeep import check as run

    lang, folder = lang or default_language(), on_disk(store)
    found = run(store)
    counts = count(found)
    if form == "json":
        _json({"version": 1, "findings": [one.as_dict() for one in found]})
    else:
        _findings(found, lang)
    if counts["violation"] or counts["warning"]:
        click.echo(say(lang, "check-wrong", violations=counts["violation"], warnings=counts["warning"]), err=True)
    else:
        click.echo(say(lang, "check-good", count=len(states(folder.read().records()))), err=True)
    if counts["violation"]:
        raise SystemExit(1)


@store_group.command("migrate", help=_help("store-migrate"))
@_at
@_lang
@_store
def migrate(at: str | None, lang: str | None, store: str | None) -> None:
    """Make a store of an older werkzaam one of this."""
    from werkzaam.renewal import migrate as run

    lang, made = lang or default_language(), run(store, at)
    if made is None:
        click.echo(say(lang, "migrate-none"), err=True)
        return
    if made.backup is None:
        click.echo(say(lang, "migrate-summary"), err=True)
        return
    for document in made.documents:
        _out([say(lang, "store-migrated-document", document=document)])
    click.echo(say(lang, "store-migrated", path=str(made.backup), count=len(made.documents)), err=True)


@store_group.command("backup", help=_help("store-backup"))
@click.argument("target", metavar="FOLDER")
@_lang
@_store
def backup(target: str, lang: str | None, store: str | None) -> None:
    """Copy a store."""
    from werkzaam.upkeep import backup as run

    count = run(store, target)
    click.echo(say(lang or default_language(), "backed-up", count=count, path=target), err=True)


@store_group.command("restore", help=_help("store-restore"))
@click.argument("source", metavar="FOLDER")
@_lang
@_store
def restore(source: str, lang: str | None, store: str | None) -> None:
    """Put a backup back."""
    from werkzaam.upkeep import restore as run

    count = run(source, store)
    click.echo(say(lang or default_language(), "restored", count=count, path=source), err=True)
