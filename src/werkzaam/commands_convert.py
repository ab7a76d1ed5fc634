"""The commands on the forms of a document: from one into another, and an empty or filled one to begin with."""

from __future__ import annotations

import sys

import click

from werkzaam.commands import _help, _lang, _store, _warm, cli
from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say

_FORMS = ("yaml", "jsonld", "ttl", "trig", "nq", "nt", "rdf", "xlsx")


@cli.command(help=_help("convert"))
@click.argument("file", metavar="FILE")
@click.option("--to", "form", type=click.Choice(_FORMS), help=_help("to"))
@click.option("--out", metavar="FILE", help=_help("convert-out"))
@_lang
@_store
def convert(file: str, form: str | None, out: str | None, lang: str | None, store: str | None) -> None:
    """Write a document in another form; refused with a list of what that form cannot hold."""
    from werkzaam.forms.convert import convert as run

    lang = lang or default_language()
    form = form or _by_ending(out)
    _warm(store)
    made = run(file, form, lang, store)
    if made.findings:
        from werkzaam.reports import arranged, as_text

        sys.stdout.write(as_text(arranged(made.findings), (), lang))
        click.echo(say(lang, "convert-refused", file=file, form=form, count=len(made.findings)), err=True)
        raise SystemExit(1)
    _write(made.content, out, lang)


@cli.command(help=_help("template"))
@click.option("--as", "form", type=click.Choice(["yaml", "xlsx", "context"]), required=True, help=_help("template-as"))
@click.option("--empty", is_flag=True, help=_help("empty"))
@click.option("--out", metavar="FILE", help=_help("convert-out"))
@_lang
def template(form: str, empty: bool, out: str | None, lang: str | None) -> None:
    """Write a document to begin with."""
    from werkzaam.build import packaged_nquads
    from werkzaam.forms.template import template as run

    lang = lang or default_language()
    _write(run(form, lang, packaged_nquads(), empty=empty), out, lang)


def _by_ending(out: str | None) -> str:
    ending = (out or "").rsplit(".", 1)[-1].lower()
    form = {"yml": "yaml", "json": "jsonld", "xml": "rdf"}.get(ending, ending)
    if form not in _FORMS:
        raise UsageError("convert-to", known=", ".join(_FORMS))
    return form


def _write(content: bytes, out: str | None, lang: str) -> None:
    """Write to a file, whole or not at all, or to stdout."""
    from pathlib import Path

    from werkzaam.build import write_whole

    if out is None:
        if content.startswith(b"PK"):
            if sys.stdout.isatty():
                raise UsageError("convert-terminal")
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content.decode())
        return
    try:
        write_whole(Path(out), content)
    except OSError as error:
        raise UsageError("output-unwritable", path=out, problem=error.strerror or "") from None
    click.echo(say(lang, "written", path=out), err=True)
