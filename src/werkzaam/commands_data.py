"""The commands on the collection as a whole: build, export, check its evidence, document and serve it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from werkzaam.commands import _findings, _foreign, _help, _lang, _open, _out, _store, cli
from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say

if TYPE_CHECKING:
    from pathlib import Path

    from werkzaam.api import Werkzaam

_OUTWARD = ("nanopub", "cids", "pico", "csv", "xlsx", "parquet", "crate")
_what = click.option(
    "--what",
    type=click.Choice(["collection", "ontology"]),
    default="collection",
    show_default=True,
    help=_help("what"),
)


@cli.command(help=_help("build"))
@click.option("--out", metavar="FILE", help=_help("out"))
@_what
@_lang
@_store
def build(out: str | None, what: str, lang: str | None, store: str | None) -> None:
    """Build the packaged data anew, into a file, a store or the cache."""
    from pathlib import Path

    from werkzaam.build import Sources, documents_of, packaged_nquads, write_store, write_whole
    from werkzaam.build import build as make

    lang = lang or default_language()
    sources: Sources = {}
    # What cannot be written is told before seconds are spent on making it.
    if store is not None:
        documents_of(store)
    if out is not None:
        _make_room(Path(out))
    if what == "ontology":
        from werkzaam.build import on_disk, ontology_nquads

        if out is None:
            on_disk(store)
        content, where = ontology_nquads(), out or store or ""
    elif out is None and store is None:
        content, where = packaged_nquads(anew=True), ""
    else:
        content = make(lambda name: click.echo(say(lang, "building-document", name=name), err=True), sources)
        where = out or store or ""
    if out is not None:
        try:
            write_whole(Path(out), content)
        except OSError as error:
            raise UsageError("output-unwritable", path=out, problem=error.strerror or "") from None
    if store is not None:
        for left in write_store(store, content, sources):
            click.echo(say(lang, "built-left", value=left), err=True)
    click.echo(say(lang, "built", count=content.count(b"\n"), path=where or say(lang, "the-cache")), err=True)


def _make_room(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("output-unwritable", path=str(file), problem=error.strerror or "") from None


@cli.command(help=_help("export"))
@click.option(
    "--as",
    "form",
    type=click.Choice(
        [
            *("jsonl", "nq", "ttl", "jsonld", "rdf", "nt"),
            *("nanopub", "cids", "pico", "csv", "xlsx", "parquet", "crate"),
        ]
    ),
    default="jsonl",
    show_default=True,
    help=_help("as"),
)
@_what
@click.option("--table", metavar="NAME", help=_help("table"))
@click.option("--history", is_flag=True, help=_help("export-history"))
@click.option("--losses", is_flag=True, help=_help("losses"))
@_foreign
@_store
def export(
    form: str, what: str, table: str | None, history: bool, losses: bool, foreign: bool, store: str | None
) -> None:
    """Write the whole collection, one printed table or the ontology to stdout, or say what a form loses."""
    from werkzaam.export import FORMS as WHOLE

    if what == "ontology":
        from werkzaam import vocabulary

        if form not in vocabulary.FORMS or table is not None:
            raise UsageError("export-form", what=what, known=", ".join(vocabulary.FORMS))
        sys.stdout.write(vocabulary.export(form).decode())
        return
    if form not in (*WHOLE, *_OUTWARD):
        raise UsageError("export-form", what=what, known=", ".join((*WHOLE, *_OUTWARD)))
    if table is not None:
        _export_table(_open(store, None, foreign=foreign), form, table)
        return
    if history and form != "nanopub":
        raise UsageError("export-history")
    if losses and (form not in _OUTWARD or form == "crate"):
        raise UsageError("export-losses", known=", ".join(_OUTWARD[:-1]))
    if foreign and form in _OUTWARD:
        raise UsageError("export-own", value=form)
    opened = _open(store, None, foreign=foreign)
    for one in opened.databases:
        if not one.licence:
            click.echo(say(opened.lang, "export-without", value=one.name), err=True)
    if losses:
        from werkzaam.tables import grid

        rows = [(one.cls, one.property, str(one.held), str(one.kept)) for one in opened.losses(form)]
        _out(grid(("class", "property", "held", "kept"), rows))
    elif form in _OUTWARD:
        _write(opened.export_as(form, history=history), form)
    else:
        sys.stdout.writelines(opened.export(form))


def _export_table(opened: Werkzaam, form: str, table: str) -> None:
    from werkzaam.printed import FORMS, as_bytes

    if form not in FORMS:
        raise UsageError("export-table", known=", ".join(FORMS))
    _write([as_bytes(opened.table(table), form)], form)


def _write(parts: Iterable[bytes], form: str) -> None:
    """Write to stdout: as bytes what is no text."""
    if form in ("xlsx", "parquet", "crate"):
        sys.stdout.flush()
        sys.stdout.buffer.writelines(parts)
    else:
        sys.stdout.writelines(part.decode() for part in parts)


@cli.group(help=_help("evidence"))
def evidence() -> None:
    """Group the commands on locators."""


@evidence.command("check", help=_help("evidence-check"))
@click.argument("report", metavar="REPORT.txt|.pdf")
@_lang
@_store
def evidence_check(report: str, lang: str | None, store: str | None) -> None:
    """Check every locator against the text or the PDF of a report."""
    from werkzaam.foreign import read_file

    opened = _open(store, lang)
    count, found = opened.check_evidence(read_file(report), report)
    _findings(found, opened.lang)
    if not count:
        raise UsageError("evidence-none")
    click.echo(say(opened.lang, "evidence-checked", count=count, wrong=len(found)), err=True)
    if found:
        raise SystemExit(1)


@evidence.command("locate", help=_help("evidence-locate"))
@click.argument("report", metavar="REPORT.txt")
@click.argument("section", metavar="SECTION")
@click.argument("phrase", metavar="PHRASE")
@click.option("--sentences", type=click.IntRange(1, 5), default=1, show_default=True, help=_help("sentences"))
@_lang
@_store
def evidence_locate(
    report: str, section: str, phrase: str, sentences: int, lang: str | None, store: str | None
) -> None:
    """Write the locator of a phrase, ready for a case document."""
    from werkzaam.evidence import locate, open_source
    from werkzaam.foreign import read_file
    from werkzaam.model import Model
    from werkzaam.terms import WZ

    opened = _open(store, lang)
    made = locate(open_source(opened.store, read_file(report), report), section, phrase, count=sentences)
    fields = Model().fields_of(WZ + "Evidence")
    keys = {name: fields[WZ + name].keys[opened.lang] for name in made}
    _out(f'{keys[name]}: "{value}"' for name, value in made.items())


@cli.command(help=_help("docs"))
@click.option("--out", required=True, metavar="FOLDER", help=_help("docs-out"))
@_lang
@_store
def docs(out: str, lang: str | None, store: str | None) -> None:
    """Write the documentation of the ontology as files."""
    from pathlib import Path

    from werkzaam.web.refpages import write
    from werkzaam.web.site import Site

    opened = _open(store, lang)
    try:
        count = write(Site(opened), Path(out))
    except OSError as error:
        raise UsageError("output-unwritable", path=out, problem=error.strerror or "") from None
    click.echo(say(opened.lang, "docs-written", count=count, path=str(Path(out) / "index.html")), err=True)


@cli.command(help=_help("serve"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_help("host"))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help=_help("port"))
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME", help=_help("allow-host"))
@click.option("--public-url", metavar="URL", help=_help("public-url"))
@click.option("--allow-origin", "origins", multiple=True, metavar="ORIGIN", help=_help("allow-origin"))
@click.option("--federate", "services", multiple=True, metavar="URL", help=_help("federate"))
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=10.0, show_default=True, help=_help("seconds"))
@click.option("--children", type=click.IntRange(1, 64), default=4, show_default=True, help=_help("children"))
@click.option("--log/--no-log", default=True, show_default=True, help=_help("log"))
@_lang
@_store
def serve(
    host: str,
    port: int,
    hosts: tuple[str, ...],
    public_url: str | None,
    origins: tuple[str, ...],
    services: tuple[str, ...],
    timeout: float,
    children: int,
    log: bool,
    lang: str | None,
    store: str | None,
) -> None:
    """Start the web service."""
    import os

    from werkzaam.build import on_disk
    from werkzaam.commands import _warm
    from werkzaam.language import default_language
    from werkzaam.web.api import tokens
    from werkzaam.web.app import Setting
    from werkzaam.web.federation import service
    from werkzaam.web.keeper import Limits
    from werkzaam.web.public import Public
    from werkzaam.web.server import bind
    from werkzaam.web.server import serve as run
    from werkzaam.web.watch import to_stderr

    if store is not None and store.startswith(("http://", "https://")):
        raise UsageError("serve-store", value=store)
    if store is not None:
        on_disk(store).current()
    setting = Setting(
        store=store,
        hosts=hosts,
        origins=origins,
        services=[service(url) for url in services],
        public=Public.of(public_url) if public_url else Public(),
        tokens=tokens(os.environ),
        limits=Limits(seconds=timeout, children=children),
        log=to_stderr if log else None,
    )
    bound = bind(host, port)
    _warm(store)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{bound.getsockname()[1]}/"
    lang = lang or default_language()
    run(setting, bound, ready=lambda: click.echo(say(lang, "serve-started", url=url), err=True))
