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


def _foreign(function: _F) -> _F:
    return click.option("--foreign", is_flag=True, help=_help("foreign"))(function)


def _open(store: str | None, lang: str | None, *, inferred: bool = False, foreign: bool = False) -> Werkzaam:
    from werkzaam.api import Werkzaam

    return Werkzaam(store, lang=lang or default_language(), inferred=inferred, foreign=foreign)


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
@click.option("--limit", type=click.IntRange(1), metavar="N", help=_help("limit"))
@_foreign
@_format(*FORMATS)
@_lang
@_store
def what_works(
    mechanism: tuple[str, ...],
    for_: tuple[str, ...],
    in_: tuple[str, ...],
    outcome: tuple[str, ...],
    case: tuple[str, ...],
    limit: int | None,
    foreign: bool,
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Answer what works, for whom, under which circumstances."""
    from werkzaam.answers import as_data
    from werkzaam.render import COLUMNS, Teller
    from werkzaam.tables import as_csv

    opened = _open(store, lang, foreign=foreign)
    answer = opened.what_works(mechanism=mechanism, for_=for_, in_=in_, outcome=outcome, case=case, limit=limit)
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
@_foreign
@_format(*FORMATS)
@_lang
@_store
def ask(
    name: str | None,
    params: tuple[str, ...],
    inferred: bool,
    foreign: bool,
    form: str,
    lang: str | None,
    store: str | None,
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
    opened = _open(store, lang, inferred=inferred, foreign=foreign)
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
@_foreign
@_lang
@_store
def query(
    file: str, form: str, timeout: float, inferred: bool, foreign: bool, lang: str | None, store: str | None
) -> None:
    """Answer any SPARQL query, in a limited child process."""
    from werkzaam.foreign import answer_query, read_file

    content = sys.stdin.buffer.read() if file == "-" else read_file(file)
    text = answer_query(content, store, "csv" if form == "table" else form, timeout, inferred=inferred, foreign=foreign)
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


def _findings(found: Iterable[Finding], lang: str) -> None:
    from werkzaam.terms import shorten

    for one in found:
        about = " ".join(shorten(part) for part in (one.subject, one.path) if part)
        where = f" [{about}]" if about else ""
        _out([f"{one.place}: {say(lang, f'severity-{one.severity}')}: {one.message(lang)}{where}"])


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
