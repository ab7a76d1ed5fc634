"""The command `reason`: what contradicts the axioms, what follows from them, and why."""

from __future__ import annotations

import click

from werkzaam.commands import _findings, _format, _help, _json, _lang, _out, _store, cli
from werkzaam.errors import UsageError
from werkzaam.language import default_language
from werkzaam.messages import say


@cli.command(help=_help("reason"))
@click.argument("files", nargs=-1, metavar="[FILE]…")
@click.option("--explain", metavar="IRI", help=_help("explain"))
@click.option("--ontology", is_flag=True, help=_help("reason-ontology"))
@click.option("--without-java", is_flag=True, help=_help("without-java"))
@_format("text", "json")
@_lang
@_store
def reason(
    files: tuple[str, ...],
    explain: str | None,
    ontology: bool,
    without_java: bool,
    form: str,
    lang: str | None,
    store: str | None,
) -> None:
    """Check data against the axioms, or explain what was inferred."""
    from werkzaam.reasoning import reason as run

    lang = lang or default_language()
    if files and (ontology or explain):
        raise UsageError("reason-options")
    if explain is not None:
        _explain(explain, form, lang, store)
        return
    report = run(files, store, java=not without_java, data=not ontology)
    if form == "json":
        _json(
            {
                "version": 1,
                "files": files,
                "consistent": report.consistent,
                "unsatisfiable": report.impossible,
                "members": report.members,
                "findings": [one.as_dict() for one in report.findings],
            }
        )
    else:
        _findings(report.findings, lang)
        _members(report.members, lang)
    key = "reason-wrong" if report.findings else "reason-unasked" if report.consistent is None else "reason-good"
    click.echo(say(lang, key, count=len(report.findings)), err=True)
    if report.findings:
        raise SystemExit(1)


def _members(members: dict[str, int], lang: str) -> None:
    from werkzaam.model import Model
    from werkzaam.terms import RDFS

    model = Model()
    for cls, count in members.items():
        if count:
            _out([say(lang, "reason-members", name=model.in_both(cls, RDFS + "label")[lang], count=count)])


def _explain(name: str, form: str, lang: str, store: str | None) -> None:
    from werkzaam.api import Werkzaam
    from werkzaam.explaining import explain
    from werkzaam.store import Oxigraph

    opened = Werkzaam(store, lang=lang)
    assert isinstance(opened.store, Oxigraph)
    told = list(explain(opened.store, opened.iri(name)))
    if form == "json":
        _json({"version": 1, "explanations": [one.as_dict() for one in told]})
        return
    last = ""
    for one in told:
        if one.text[lang] != last:
            _out(["", one.text[lang]] if last else [one.text[lang]])
            last = one.text[lang]
        _out([say(lang, "reason-because", why=one.why[lang])])
        for premise in one.premises:
            _out([f"    {premise.text[lang]}", *(f"      {place}" for place in premise.places[lang])])
    if not told:
        click.echo(say(lang, "reason-nothing", value=name), err=True)
