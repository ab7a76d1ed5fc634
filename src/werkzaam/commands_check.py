"""The commands on documents before they enter: check them, explain the rules, bring them up to date."""

from __future__ import annotations

import sys

import click

from werkzaam.commands import _bold, _format, _help, _json, _lang, _out, _store, cli
from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say


@cli.command(help=_help("validate"))
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@_format("text", "json", "md", "sarif", "ttl")
@_lang
@_store
@click.option("--engine", type=click.Choice(["pyshacl", "fast"]), help=_help("engine"))
def validate(files: tuple[str, ...], form: str, lang: str | None, store: str | None, engine: str | None) -> None:
    """Check case documents; all that is wrong at once."""
    from werkzaam.reports import FORMATS, arranged, count
    from werkzaam.validation import refused
    from werkzaam.validation import validate as run

    lang = lang or default_language()
    found = arranged(run(files, store, engine))
    sys.stdout.write(FORMATS[form](found, files, lang))
    key, counts = "validate-count" if found else "validate-good", count(found)
    numbers = {"violations": counts["violation"], "warnings": counts["warning"], "advice": counts["info"]}
    click.echo(say(lang, key, count=len(files), **numbers), err=True)
    if refused(found):
        raise SystemExit(1)


@cli.command(help=_help("code-explained"))
@click.argument("code", required=False, metavar="[CODE]")
@_format("text", "json")
@_lang
def explain(code: str | None, form: str, lang: str | None) -> None:
    """Explain a rule, or list them all."""
    from dataclasses import asdict

    from werkzaam.rulebook import rule, rules, told

    lang = lang or default_language()
    if code is None:
        known = sorted(rules().values(), key=lambda one: one.code)
        if form == "json":
            _json({"version": 1, "rules": [asdict(one) for one in known]})
        else:
            width = max(len(one.code) for one in known)
            _out(f"{one.code:{width}}  {say(lang, f'severity-{one.severity}')}: {told(one, lang)}" for one in known)
        return
    one = rule(code)
    if form == "json":
        _json({"version": 1, **asdict(one)})
        return
    _out([f"{_bold(one.code)} ({say(lang, f'severity-{one.severity}')})", f"  {told(one, lang)}"])
    for key, texts in (
        ("explain-why", one.why),
        ("explain-meaning", one.meaning),
        ("explain-good", one.good),
        ("explain-bad", one.bad),
    ):
        if texts.get(lang):
            _out(["", _bold(say(lang, key)), *(f"  {line}" for line in texts[lang].splitlines())])
    if one.file:
        _out(["", f"{say(lang, 'explain-where')} {one.file}:{one.line} ({one.iri})"])


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
