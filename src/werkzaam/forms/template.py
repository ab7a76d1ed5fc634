"""An empty document to fill in and an example, as YAML with comments or as a workbook, from the model."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

from werkzaam.forms.form import KIND, as_form, explained
from werkzaam.messages import say
from werkzaam.model import Field, Model, Names, add_names
from werkzaam.terms import GRAPH, ID, LANGUAGES, RDFS, SKOS, TYPE, WZ, XSD
from werkzaam.tomlfile import read
from werkzaam.yamltree import Mapping

FORMS = ("yaml", "xlsx", "context")
_ROOT = WZ + "CaseDocument"
MAX_CHOICES = 12
"""How many values of a list a comment names; where there are more, it names none."""


def template(form: str, lang: str, nquads: bytes, *, empty: bool = False) -> bytes:
    """Give a document to begin with in one of `FORMS`; the example comes from `nquads`, the packaged data."""
    model = Model()
    if form == "context":
        from werkzaam.forms.jsonld import context

        return (json.dumps({"@context": context(model)}, ensure_ascii=False, indent=1) + "\n").encode()
    tree, names = beginning(model, lang, nquads, empty=empty)
    if form == "yaml":
        return _yaml(tree, model, lang, empty=empty).encode()
    from werkzaam.forms.layout import Layout
    from werkzaam.forms.rows import as_rows
    from werkzaam.forms.workbook import template as write

    return write(as_rows(tree, Layout(model, lang)), model, names, lang)


@cache
def _told() -> dict[str, dict[str, Any]]:
    return read("template.toml", "werkzaam.forms")


def beginning(model: Model, lang: str, nquads: bytes, *, empty: bool) -> tuple[Mapping, Names]:
    """Give the form of the example, or of a document with nothing but what every document has."""
    told = _told()["empty" if empty else "example"]
    study, case = told["study"][lang], told["case"][lang]
    graph = f"{GRAPH}{study}/{case}"
    renamed = {base: base.split("/")[0] + f"/{study}/" for base in told.get("bases", ())}
    triples = set(_frame(told, lang, graph, study, case))
    if not empty:
        renamed[told["intervention"]] = f"intervention/{case}"
        renamed[told["table"]["old"]] = told["table"]["new"][lang]
        for path in ("contains", "figure"):
            for iri in told[path]:
                new = _renamed(ID + iri, renamed)
                triples.add(ox.Triple(ox.NamedNode(graph), ox.NamedNode(WZ + path), ox.NamedNode(new)))
        left_out = {WZ + one for one in told["without"]}
        triples |= {t for t in _copied(nquads, told, renamed) if t.predicate.value not in left_out}
    names = model.names.copy()
    add_names(names, model, _named(nquads))
    add_names(names, model, triples)
    return as_form(graph, triples, model, names, lang), names


def _frame(told: dict[str, Any], lang: str, graph: str, study: str, case: str) -> Iterator[ox.Triple]:
    """Yield what every document has: its study, case and coding, and the names of these."""
    coder = _told()["coder"]
    agent, coding = ID + coder["id"][lang], f"{graph}/coding"
    today = datetime.date.today().isoformat()
    links = [
        (graph, TYPE, _ROOT),
        (graph, WZ + "study", f"{ID}study/{study}"),
        (graph, WZ + "caseOf", f"{ID}intervention/{case}"),
        (graph, WZ + "coding", coding),
        (coding, TYPE, WZ + "Coding"),
        (coding, WZ + "codedBy", agent),
        (f"{ID}study/{study}", WZ + "publication", ID + told["publication"][lang]),
    ]
    for subject, path, value in links:
        yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(path), ox.NamedNode(value))
    for path, value, kind in (("codedOn", today, "date"), ("guideVersion", told["guide"], "string")):
        literal = ox.Literal(value, datatype=ox.NamedNode(XSD + kind))
        yield ox.Triple(ox.NamedNode(coding), ox.NamedNode(WZ + path), literal)
    things = [
        (f"{ID}study/{study}", "Study", told["study-name"]),
        (f"{ID}intervention/{case}", "Intervention", told["case-name"]),
        (agent, "Agent", coder["name"]),
    ]
    if "publication-name" in told:
        things.append((ID + told["publication"][lang], "Publication", told["publication-name"]))
    if "table" in told:
        things.append((ID + told["table"]["new"][lang], "FigureTable", told["table-name"]))
    for iri, kind, name in things:
        node = ox.NamedNode(iri)
        yield ox.Triple(ox.NamedNode(graph), ox.NamedNode(WZ + "describes"), node)
        yield ox.Triple(node, ox.NamedNode(TYPE), ox.NamedNode(WZ + kind))
        for one in LANGUAGES:
            yield ox.Triple(node, ox.NamedNode(WZ + "name"), ox.Literal(name[one], language=one))


def _copied(nquads: bytes, told: dict[str, Any], renamed: dict[str, str]) -> Iterator[ox.Triple]:
    """Yield what the packaged data say of the example's claims and figures, under their new names."""
    wanted = tuple(f"<{ID}{iri}{end}".encode() for iri in (*told["contains"], *told["figure"]) for end in (">", "/"))
    lines = b"\n".join(line for line in nquads.split(b"\n") if line.startswith(wanted))

    def new(term: Any) -> Any:
        return ox.NamedNode(_renamed(term.value, renamed)) if isinstance(term, ox.NamedNode) else term

    for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS):
        yield ox.Triple(new(quad.subject), quad.predicate, new(quad.object))


def _renamed(iri: str, renamed: dict[str, str]) -> str:
    local = iri.removeprefix(ID)
    for old, new in renamed.items():
        if local.startswith(old):
            return ID + new + local.removeprefix(old)
    return iri


def _named(nquads: bytes) -> Iterator[ox.Quad]:
    """Yield types and names of the things in the packaged data, which the example may name."""
    ends = (f"<{TYPE}>".encode(), f"<{WZ}name>".encode())
    lines = (line for line in nquads.split(b"\n") if line.startswith(f"<{ID}".encode()))
    return iter(
        ox.parse(b"\n".join(one for one in lines if any(end in one for end in ends)), format=ox.RdfFormat.N_QUADS)
    )


# ---- YAML with comments


def _yaml(tree: Mapping, model: Model, lang: str, *, empty: bool) -> str:
    from werkzaam.forms.yamltext import write

    intro = say(lang, "template-yaml-empty" if empty else "template-yaml")
    lines = [f"# {line}".rstrip() for line in intro.strip().split("\n")]
    return "\n".join([*lines, "", write(tree).rstrip(), "", *(f"# {line}".rstrip() for line in _keys(model, lang)), ""])


def _keys(model: Model, lang: str) -> Iterator[str]:
    """Yield every key of the form, class by class: what it is for, what it takes, what is required."""
    yield say(lang, "template-keys")
    told: set[str] = set()
    todo = [_ROOT]
    while todo:
        cls = todo.pop(0)
        if cls in told:
            continue
        told.add(cls)
        below = sorted(model.children.get(cls, set()) - {cls} - told)
        fields = [one for one in model.fields_of(cls).values() if lang in one.keys]
        yield ""
        yield f"{model.in_both(cls, RDFS + 'label').get(lang, cls)}: {_definition(model, cls, lang)}"
        if below:
            yield f"  {KIND[lang]}: {', '.join(_labels(model, below, lang))}"
        inherited = {
            one.path for up in model.parents(cls)[1:] if up in told for one in model.fields.get(up, {}).values()
        }
        for one in fields:
            if one.path not in inherited:
                yield f"  {one.keys[lang]}: {_explained(model, cls, one, lang)}"
        todo += below
        todo += [one.target for one in fields if one.kind == "node" and one.target]


def _explained(model: Model, cls: str, one: Field, lang: str) -> str:
    parts = [explained(model, one, lang)]
    least = max((model.bounds.get((up, one.path), (0, None))[0] for up in model.parents(cls)), default=0)
    if one.default:
        label = model.names.labels.get(one.default, {}).get(lang, "")
        parts.append(say(lang, "template-default", value=label))
    elif least:
        parts.append(say(lang, "template-required"))
    if one.kind == "name" and one.target:
        below = model.children.get(one.target, {one.target})
        known = [iri for iri, classes in model.names.classes.items() if not classes.isdisjoint(below)]
        if 0 < len(known) <= MAX_CHOICES:
            parts.append(say(lang, "template-choices", known=", ".join(_labels(model, known, lang))))
    return " ".join(filter(None, parts))


def _definition(model: Model, iri: str, lang: str) -> str:
    return model.in_both(iri, SKOS + "definition").get(lang, "")


def _labels(model: Model, iris: list[str], lang: str) -> list[str]:
    found = [model.in_both(one, RDFS + "label").get(lang) or model.names.labels.get(one, {}).get(lang) for one in iris]
    return sorted(filter(None, found))
