"""The commands: thin words over `werkzaam.api`; data to stdout, words to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say

if TYPE_CHECKING:
    from werkzaam.api import Werkzaam
    from werkzaam.claims import Node
    from werkzaam.errors import Finding

FORMATS = ("table", "json", "csv", "md")
_F = TypeVar("_F", bound=Callable[..., Any])


def _help(key: str) -> str:
    try:
        lang = default_language()
    except UsageError:
        lang = "en"
    return say(lang, f"help-{key}")


def _lang(function: _F) -> _F:
    return click.option("--lang", type=click.Choice(["nl", "en"]), help=_help("lang"))(function)


def _store(function: _F) -> _F:
    return click.option("--store", envvar="WERKZAAM_STORE", metavar="URL", help=_help("store"))(function)


def _format(*known: str) -> Callable[[_F], _F]:
    return click.option(
        "--format",
        "form",
        type=click.Choice(known),
        default=known[0],
        show_default=True,
        help=_help("format"),
    )


def _inferred(function: _F) -> _F:
    return click.option("--inferred", is_flag=True, help=_help("inferred"))(function)


def _open(store: str | None, lang: str | None, *, inferred: bool = False) -> Werkzaam:
    from werkzaam.api import Werkzaam

    return Werkzaam(store, lang=lang or default_language(), inferred=inferred)


def _out(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _bold(text: str) -> str:
    return click.style(text, bold=True) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


@click.group(help=_help("werkzaam"), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="werkzaam", message="%(version)s", help=_help("version"))
def cli() -> None:
    """Group all commands."""


@cli.command("what-works", help=_help("what-works"))
@click.option("--mechanism", multiple=True, metavar="M", help=_help("mechanism"))
@click.option("--for", "for_", multiple=True, metavar="TRAIT", help=_help("for"))
@click.option("--in", "in_", multiple=True, metavar="CONTEXT", help=_help("in"))
@click.option("--outcome", multiple=True, metavar="O", help=_help("outcome"))
@click.option("--case", multiple=True, metavar="C", help=_help("case"))
@_format(*FORMATS)
@_lang
@_store
def what_works(
    mechanism: tuple[str, ...],
    for_: tuple[str, ...],
    in_: tuple[str, ...],
    outcome: tuple[str, ...],
    case: tuple[str, ...],
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Answer what works, for whom, under which circumstances."""
    from werkzaam.answers import as_data
    from werkzaam.render import COLUMNS, Teller
    from werkzaam.tables import as_csv

    opened = _open(store, lang)
    answer = opened.what_works(mechanism=mechanism, for_=for_, in_=in_, outcome=outcome, case=case)
    teller = Teller(opened.known, opened.lang, width=_width(), strong=_bold)
    if form == "table":
        _out(teller.table(answer))
    elif form == "md":
        _out(teller.markdown(answer))
    elif form == "csv":
        sys.stdout.write(as_csv(COLUMNS, ([row[name] for name in COLUMNS] for row in teller.rows(answer))))
    else:
        _json(as_data(answer, opened.known, opened.lang))


@cli.command(help=_help("ask"))
@click.argument("name", required=False, metavar="[QUESTION]")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help=_help("param"))
@_inferred
@_format(*FORMATS)
@_lang
@_store
def ask(
    name: str | None, params: tuple[str, ...], inferred: bool, form: str, lang: str | None, store: str | None
) -> None:
    """Answer a competency question, or list them."""
    from werkzaam.questions import question, questions

    lang = lang or default_language()
    if name is None:
        known = questions().values()
        if form == "json":
            _json([{"name": q.name, "question": q.text, "params": [p.name for p in q.params]} for q in known])
        else:
            for one in known:
                _out([_bold(one.name), f"  {one.text[lang]}"])
                _out(f"  -p {p.name}=…  {p.text[lang]}" for p in one.params)
        return
    asked = question(name)
    values: dict[str, list[str]] = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not equals:
            raise UsageError("parameter-form", value=param)
        values.setdefault(key.strip(), []).append(value)
    opened = _open(store, lang, inferred=inferred)
    if asked.inferred and not inferred:
        click.echo(say(lang, "ask-inferred"), err=True)
    _rows(opened, asked.text[lang], asked.columns, opened.ask(name, values), form)


def _rows(opened: Werkzaam, title: str, columns: tuple[str, ...], rows: list[Any], form: str) -> None:
    from werkzaam.render import Teller
    from werkzaam.tables import as_csv, as_markdown, grid

    teller = Teller(opened.known, opened.lang, width=_width())
    told = teller.answer_rows(columns, rows)
    if form == "json":
        _json({"version": 1, "question": title, "columns": columns, "rows": rows})
    elif form == "csv":
        sys.stdout.write(as_csv(columns, told))
    elif form == "md":
        _out([f"# {title}", "", *as_markdown(columns, told), "", *teller.legend(_claims(opened, rows), marked=True)])
    else:
        _out([_bold(title), ""])
        _out(grid(columns, told))
        _out(["", *teller.legend(_claims(opened, rows))])


def _claims(opened: Werkzaam, rows: list[Any]) -> list[Node]:
    """Give the claims that are named in an answer, in the order in which it first names them."""
    from werkzaam.claims import claims

    named = list(dict.fromkeys(str(value) for row in rows for value in row.values() if "/id/claim/" in str(value)))
    return sorted(claims(opened.store, named), key=lambda node: named.index(node.iri)) if named else []


@cli.command(help=_help("query"))
@click.argument("file", metavar="FILE.rq|-")
@_format("table", "json", "csv", "tsv", "xml")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), default=60.0, show_default=True, help=_help("timeout"))
@_inferred
@_lang
@_store
def query(file: str, form: str, timeout: float, inferred: bool, lang: str | None, store: str | None) -> None:
    """Answer any SPARQL query, in a limited child process."""
    from werkzaam.foreign import answer_query, read_file

    content = sys.stdin.buffer.read() if file == "-" else read_file(file)
    text = answer_query(content, store, "csv" if form == "table" else form, timeout, inferred=inferred)
    if form == "table":
        import csv

        from werkzaam.tables import grid

        rows = list(csv.reader(text.splitlines())) if not text.startswith("<") else []
        if rows:
            _out(grid(rows[0], rows[1:]))
        else:
            sys.stdout.write(text)
    else:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


@cli.command(help=_help("validate"))
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@_format("text", "json")
@_lang
@_store
def validate(files: tuple[str, ...], form: str, lang: str | None, store: str | None) -> None:
    """Check case documents; all that is wrong at once."""
    from werkzaam.validation import refused
    from werkzaam.validation import validate as run

    lang = lang or default_language()
    _warm(store)
    found = run(files, store)
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


def _findings(found: Iterable[Finding], lang: str) -> None:
    from werkzaam.terms import shorten

    for one in found:
        about = " ".join(shorten(part) for part in (one.subject, one.path) if part)
        where = f" [{about}]" if about else ""
        _out([f"{one.place}: {say(lang, f'severity-{one.severity}')}: {one.message(lang)}{where}"])


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
    made = [(file, *run(file)) for file in files]  # all of them, before any file is touched
    for file, content, changes in made:
        if changes and not dry_run:
            try:
                write_whole(Path(file), content)
            except OSError as error:
                raise UsageError("output-unwritable", path=file, problem=error.strerror or "") from None
        _out(say(lang, "migrated", place=one.place, old=one.old, new=one.new) for one in changes)
    count, touched = sum(len(changes) for _, _, changes in made), sum(bool(changes) for _, _, changes in made)
    click.echo(say(lang, "migrate-count-dry" if dry_run else "migrate-count", count=count, files=touched), err=True)


@cli.command(help=_help("cases"))
@_format(*FORMATS)
@_lang
@_store
def cases(form: str, lang: str | None, store: str | None) -> None:
    """List the documents of the collection."""
    from werkzaam.tables import as_csv, as_markdown, grid
    from werkzaam.terms import GRAPH, slug

    opened = _open(store, lang)
    found = opened.cases()
    if form == "json":
        _json({"version": 1, "cases": found})
        return
    kinds = sorted({kind for one in found for kind in one["kinds"]})
    label = opened.known.label
    columns = ["document", "case", *(slug(kind) for kind in kinds), "coded_by", "coded_on", "review"]
    rows = [
        [
            one["document"].removeprefix(GRAPH),
            label(one["case"], opened.lang) if one["case"] else "",
            *(str(one["kinds"].get(kind, 0)) for kind in kinds),
            label(one["coded_by"], opened.lang),
            one["coded_on"],
            label(one["review"], opened.lang),
        ]
        for one in found
    ]
    if form == "csv":
        sys.stdout.write(as_csv(columns, rows))
    elif form == "md":
        _out(as_markdown(columns, rows))
    else:
        _out(grid(columns, rows))


@cli.command(help=_help("build"))
@click.option("--out", metavar="FILE", help=_help("out"))
@_lang
@_store
def build(out: str | None, lang: str | None, store: str | None) -> None:
    """Build the packaged data anew, into a file, a store or the cache."""
    from pathlib import Path

    from werkzaam.build import build as make
    from werkzaam.build import packaged_nquads, write_store, write_whole

    lang = lang or default_language()
    if out is None and store is None:
        content, where = packaged_nquads(anew=True), ""
    else:
        content = make(lambda name: click.echo(say(lang, "building-document", name=name), err=True))
        where = out or store or ""
    if out is not None:
        try:
            write_whole(Path(out), content)
        except OSError as error:
            raise UsageError("output-unwritable", path=out, problem=error.strerror or "") from None
    if store is not None:
        write_store(store, content)
    click.echo(say(lang, "built", count=content.count(b"\n"), path=where or say(lang, "the-cache")), err=True)


@cli.command(help=_help("export"))
@click.option(
    "--as",
    "form",
    type=click.Choice(["jsonl", "nq", "ttl", "jsonld", "rdf", "nt", "csv", "parquet"]),
    default="jsonl",
    show_default=True,
    help=_help("as"),
)
@click.option(
    "--what",
    type=click.Choice(["collection", "ontology"]),
    default="collection",
    show_default=True,
    help=_help("what"),
)
@click.option("--table", metavar="NAME", help=_help("table"))
@_store
def export(form: str, what: str, table: str | None, store: str | None) -> None:
    """Write the whole collection, one printed table or the ontology to stdout."""
    from werkzaam.export import FORMS as WHOLE
    from werkzaam.printed import FORMS, as_bytes

    if what == "ontology":
        from werkzaam import vocabulary

        if form not in vocabulary.FORMS or table is not None:
            raise UsageError("export-form", what=what, known=", ".join(vocabulary.FORMS))
        sys.stdout.write(vocabulary.export(form).decode())
        return
    if form not in (*WHOLE, *FORMS):
        raise UsageError("export-form", what=what, known=", ".join(WHOLE))
    if (form in FORMS) != (table is not None):
        raise UsageError("export-table", known=", ".join(FORMS))
    opened = _open(store, None)
    if table is None:
        sys.stdout.writelines(opened.export(form))
    elif form == "csv":
        sys.stdout.write(as_bytes(opened.table(table), form).decode())
    else:
        sys.stdout.buffer.write(as_bytes(opened.table(table), form))


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
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=10.0, show_default=True, help=_help("seconds"))
@click.option("--children", type=click.IntRange(1, 64), default=4, show_default=True, help=_help("children"))
@_lang
@_store
def serve(
    host: str,
    port: int,
    hosts: tuple[str, ...],
    timeout: float,
    children: int,
    lang: str | None,
    store: str | None,
) -> None:
    """Start the web service."""
    from werkzaam.web.app import Limits
    from werkzaam.web.server import bind
    from werkzaam.web.server import serve as run

    if store is not None:
        raise UsageError("serve-store")
    bound = bind(host, port)
    opened = _open(store, lang)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{bound.getsockname()[1]}/"
    run(
        opened,
        bound,
        hosts=hosts,
        limits=Limits(seconds=timeout, children=children),
        ready=lambda: click.echo(say(opened.lang, "serve-started", url=url), err=True),
    )


def _warm(store: str | None) -> None:
    """Build the packaged data here, where words on progress are seen, before a child reads them."""
    if store is None:
        from werkzaam.build import packaged_nquads

        packaged_nquads()


def _json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((88, 24)).columns
