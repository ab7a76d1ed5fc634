"""Findings as reports: text, JSON, Markdown, SARIF 2.1.0, and the validation report of the W3C.

All give the same findings, each once, by file and place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from werkzaam.errors import Finding
from werkzaam.messages import say
from werkzaam.prepared import model
from werkzaam.rulebook import Rule, code_of, rules, told
from werkzaam.terms import BASE, LANGUAGES, PREFIXES, SH, TYPE, XSD

VERSION = 1
"""Of the JSON form; fields may be added within a version."""

MUCH_ADVICE = 3
"""How many pieces of advice on a file are told in one line of text."""

_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SOURCE = "http://purl.org/dc/terms/source"
# The kind of constraint by the term of the shape that asks it; the first that a shape has.
_COMPONENTS = (
    *("sparql", "class", "datatype", "nodeKind", "minCount", "maxCount", "pattern", "minInclusive", "lessThanOrEquals"),
    *("lessThan", "disjoint", "languageIn", "hasValue", "in", "or", "and", "not"),
)


def arranged(findings: Iterable[Finding]) -> list[Finding]:
    """Give the findings by file and place, each once."""

    def key(one: Finding) -> tuple[Any, ...]:
        at = one.place
        return at.file, at.line or 0, at.column or 0, at.cell, list(_LEVELS).index(one.severity), one.rule, one.subject

    seen: dict[tuple[Any, ...], Finding] = {}
    for one in findings:
        seen.setdefault((one.rule, one.place, tuple(sorted(one.text.items()))), one)
    return sorted(seen.values(), key=key)


def count(findings: Iterable[Finding]) -> dict[str, int]:
    """Count the findings by how grave they are."""
    counts = dict.fromkeys(_LEVELS, 0)
    for one in findings:
        counts[one.severity] += 1
    return counts


def as_text(findings: Sequence[Finding], files: Sequence[str], lang: str) -> str:
    """Give a line a finding, as compilers do: ``case.yaml:12:20: error: … [Claim-scope]``.

    Where there is more than a little advice on a file, it is one line behind what must be mended.
    """
    advice: dict[str, list[Finding]] = {}
    for one in findings:
        if one.severity == "info":
            advice.setdefault(one.place.file, []).append(one)
    lines = [
        f"{one.place}: {say(lang, f'severity-{one.severity}')}: {one.message(lang)} [{code_of(one.rule)}]\n"
        for one in findings
        if one.severity != "info" or len(advice[one.place.file]) < MUCH_ADVICE
    ]
    for file, those in advice.items():
        if len(those) >= MUCH_ADVICE:
            codes = ", ".join(dict.fromkeys(code_of(one.rule) for one in those))
            lines.append(f"{file}: {say(lang, 'severity-info')}: {say(lang, 'advice-in-short', codes=codes)}\n")
    return "".join(lines)


def as_data(findings: Sequence[Finding], files: Sequence[str], lang: str) -> dict[str, Any]:
    """Give the findings as plain data, with messages in both languages."""
    return {
        "version": VERSION,
        "files": list(files),
        "counts": count(findings),
        "findings": [{"code": code_of(one.rule), **one.as_dict()} for one in findings],
    }


def as_json(findings: Sequence[Finding], files: Sequence[str], lang: str) -> str:
    """Give `as_data` as JSON."""
    return _json(as_data(findings, files, lang))


def as_markdown(findings: Sequence[Finding], files: Sequence[str], lang: str) -> str:
    """Give a table a file, for a note on a submission."""
    parts = [f"# {say(lang, 'report-title')}\n\n{say(lang, 'report-counts', **count(findings))}\n"]
    for file in [*files, *dict.fromkeys(one.place.file for one in findings if one.place.file not in files)]:
        own = [one for one in findings if one.place.file == file]
        parts.append(f"\n## {_cell(file)}\n\n")
        if not own:
            parts.append(say(lang, "report-nothing") + "\n")
            continue
        heads = [say(lang, f"report-{name}") for name in ("where", "severity", "what", "code")]
        parts.append(f"| {' | '.join(heads)} |\n| --- | --- | --- | --- |\n")
        for one in own:
            where = one.place.cell or ":".join(str(n) for n in (one.place.line, one.place.column) if n is not None)
            cells = (where, say(lang, f"severity-{one.severity}"), one.message(lang), f"`{code_of(one.rule)}`")
            parts.append(f"| {' | '.join(map(_cell, cells))} |\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())


def as_sarif(findings: Sequence[Finding], files: Sequence[str], lang: str) -> str:
    """Give a log in SARIF 2.1.0 (OASIS), with the help of each rule that fired."""
    codes = sorted({code_of(one.rule) for one in findings})
    run = {
        "tool": {
            "driver": {
                "name": "werkzaam",
                "semanticVersion": _version(),
                "informationUri": BASE,
                "rules": [_sarif_rule(code, rules().get(code), lang) for code in codes],
            }
        },
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(file)}} for file in files],
        "results": [_sarif_result(one, codes, files, lang) for one in findings],
    }
    return _json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(code: str, one: Rule | None, lang: str) -> dict[str, Any]:
    if one is None:
        return {"id": code}
    parts = [one.why.get(lang) or one.meaning.get(lang, "")]
    for name in ("good", "bad"):
        snippet = (one.good if name == "good" else one.bad).get(lang)
        parts += [f"{say(lang, f'explain-{name}')}\n\n```yaml\n{snippet}\n```"] if snippet else []
    help_ = "\n\n".join(filter(None, parts)) or told(one, lang)
    return {
        "id": code,
        "shortDescription": {"text": told(one, lang)},
        "help": {"text": help_.replace("```yaml\n", "").replace("\n```", ""), "markdown": help_},
        "defaultConfiguration": {"level": _LEVELS[one.severity]},
    }


def _sarif_result(one: Finding, codes: list[str], files: Sequence[str], lang: str) -> dict[str, Any]:
    code, at = code_of(one.rule), one.place
    artifact: dict[str, Any] = {"uri": _uri(at.file)}
    if at.file in files:
        artifact["index"] = list(files).index(at.file)
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact}}
    if at.line:
        column = {"startColumn": at.column} if at.column else {}
        place["physicalLocation"]["region"] = {"startLine": at.line, **column}
    if at.cell:
        place["logicalLocations"] = [{"fullyQualifiedName": at.cell, "kind": "cell"}]
    properties = {name: value for name, value in (("subject", one.subject), ("path", one.path)) if value}
    return {
        "ruleId": code,
        "ruleIndex": codes.index(code),
        "level": _LEVELS[one.severity],
        "message": {"text": one.message(lang)},
        "locations": [place],
        **({"properties": properties} if properties else {}),
    }


def _uri(file: str) -> str:
    return quote(file.replace("\\", "/"), safe="/:@!$&'()*+,;=~")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("werkzaam")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0.0.0"


def as_turtle(findings: Sequence[Finding], files: Sequence[str], lang: str) -> str:
    """Give a validation report (W3C, SHACL 3.6); what a reader found has no shape, and a component of its own.

    Each result has its place as a `dcterms:source`.
    """
    report = ox.BlankNode()
    triples = [ox.Triple(report, _sh(TYPE), _sh("ValidationReport"))]
    conforms = "false" if findings else "true"
    triples.append(ox.Triple(report, _sh("conforms"), ox.Literal(conforms, datatype=ox.NamedNode(XSD + "boolean"))))
    for one in findings:
        result = ox.BlankNode()
        triples.append(ox.Triple(report, _sh("result"), result))
        triples += [ox.Triple(result, path, value) for path, value in _result(one)]
    return (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b"").decode()


def _result(one: Finding) -> list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]]:
    file = f"file:{_uri(one.place.file)}"
    said: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (_sh(TYPE), _sh("ValidationResult")),
        (_sh("resultSeverity"), _sh(one.severity.capitalize())),
        (_sh("focusNode"), ox.NamedNode(one.subject or file)),
        (_sh("sourceConstraintComponent"), _component(one)),
        (ox.NamedNode(_SOURCE), ox.Literal(str(one.place))),
    ]
    said += [
        (_sh("resultMessage"), ox.Literal(one.text[lang], language=lang)) for lang in LANGUAGES if lang in one.text
    ]
    if one.path:
        said.append((_sh("resultPath"), ox.NamedNode(one.path)))
    if "://" in one.rule:
        said.append((_sh("sourceShape"), ox.NamedNode(one.rule)))
    if one.value:
        said.append((_sh("value"), ox.Literal(one.value)))
    return said


def _component(one: Finding) -> ox.NamedNode:
    asked = model().about(one.rule)
    name = next((name for name in _COMPONENTS if SH + name in asked), "")
    kind = f"{SH}{name[:1].upper()}{name[1:]}ConstraintComponent" if name else f"{BASE}finding/{code_of(one.rule)}"
    return ox.NamedNode(kind.replace("SparqlC", "SPARQLC"))


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(name if "://" in name else SH + name)


def _json(data: Any) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Finding], Sequence[str], str], str]] = {
    "text": as_text,
    "json": as_json,
    "md": as_markdown,
    "sarif": as_sarif,
    "ttl": as_turtle,
}
"""The forms of a report, each made of findings that are arranged, the files that were checked, and a language."""
