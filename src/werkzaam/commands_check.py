"""The commands on documents before they enter: check them, bring them up to date."""

from __future__ import annotations

import click

from werkzaam.commands import _findings, _format, _help, _json, _lang, _out, _store, cli
from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say


@cli.command(help=_help("validate"))
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@_format("text", "json")
@_lang
@_store
@click.option("--engine", type=click.Choice(["pyshacl", "fast"]), help=_help("engine"))
def validate(files: tuple[str, ...], form: str, lang: str | None, store: str | None, engine: str | None) -> None:
    """Check case documents; all that is wrong at once."""
    from werkzaam.validation import refused
    from werkzaam.validation import validate as run

    lang = lang or default_language()
    found = run(files, store, engine)
    if form == "json":
        _json({"version": 1, "files": files, "findings": [one.as_dict() for one in found]})
    else:
        _findings(found, lang)
    key = "validate-count" if found else "validate-good"
    violations = sum(one.severity == "violation" for one in found)
    warnings = sum(one.severity == "warning" for one in found)
    click.echo(say(lang, key, count=len(files), violations=violations, warnings=warnings), err=True)
    if refused(found):
        raise SystemExit(1)


@cli.command(help=_help("migrate"))
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--dry-run", is_flag=True, help=_help("dry-run"))
@_lang
def migrate(files: tuple[str, ...], dry_run: bool, lang: str | None) -> None:
    """Rewrite deprecated names in case documents, and say what changed."""
    from pathlib import Path

    from werkzaam.build import write_whole
    from werkzaam.migration import migrate as run

    lang = lang or default_language()
    made = [run(file) for file in files]  # all of them, before any file is touched
    for one in made:
        for file, content in () if dry_run else one.contents.items():
            try:
                write_whole(Path(file), content)
            except OSError as error:
                raise UsageError("output-unwritable", path=file, problem=error.strerror or "") from None
        _out(say(lang, "migrated", place=change.place, old=change.old, new=change.new) for change in one.changes)
    count, touched = sum(len(one.changes) for one in made), sum(len(one.contents) for one in made)
    click.echo(say(lang, "migrate-count-dry" if dry_run else "migrate-count", count=count, files=touched), err=True)
