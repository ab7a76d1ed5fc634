"""One document from any form into any other, and a list of what the other cannot hold.

What was written is read again and compared, triple by triple: so nothing gets lost that is not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from werkzaam.errors import Finding, Place, finding
from werkzaam.foreign import read_file
from werkzaam.forms import rdftext
from werkzaam.loading import Loaded, loader_for
from werkzaam.model import Model, Names
from werkzaam.terms import shorten

FORMS = ("yaml", "jsonld", *rdftext.FORMATS, "xlsx")


@dataclass(frozen=True, slots=True)
class Converted:
    """A document in its new form, or what keeps it from having that form."""

    content: bytes
    findings: list[Finding]


def convert(file: str, form: str, lang: str, store: str | None = None) -> Converted:
    """Give the document in `file` in another of `FORMS`; keys and names in `lang` where the form has these.

    It is read in a limited child process. Raises `InputError` where the file cannot be read or its ending is unknown.
    """
    from werkzaam.sandbox import ChildDied, call
    from werkzaam.validation import SECONDS

    loader_for(file)
    try:
        text, found = call(_in_child, file, read_file(file).decode("latin-1"), form, lang, store, seconds=SECONDS)
    except ChildDied as death:
        return Converted(b"", [death.told(file)])
    return Converted(text.encode("latin-1"), [Finding.from_dict(one) for one in found])


def _in_child(file: str, text: str, form: str, lang: str, store: str | None) -> tuple[str, list[dict[str, Any]]]:
    from werkzaam.validation import load

    loaded, model, names = load(file, text, store)
    made = rewritten(loaded, model, names, form, lang, file)
    return made.content.decode("latin-1"), [one.as_dict() for one in made.findings]


def rewritten(loaded: Loaded, model: Model, names: Names, form: str, lang: str, file: str) -> Converted:
    """Give a loaded document in another form; without content where it was not read whole or does not fit."""
    broken = [one for one in loaded.findings if one.severity == "violation"]
    if broken:
        return Converted(b"", broken)
    content = write(loaded, model, names, form, lang)
    again = loader_for(f"document.{form}").load(content, f"document.{form}", model, names)
    return Converted(content, list(_lost(loaded, again, form, file)))


def write(loaded: Loaded, model: Model, names: Names, form: str, lang: str) -> bytes:
    """Give a loaded document in one of `FORMS`, as far as that can hold it."""
    if form in rdftext.FORMATS or form == "jsonld":
        return rdftext.write(loaded.graph, loaded.triples, form, model)
    from werkzaam.forms.form import as_form

    tree = as_form(loaded.graph, loaded.triples, model, names, lang)
    if form == "yaml":
        from werkzaam.forms import yamltext

        return yamltext.write(tree).encode()
    from werkzaam.forms import workbook

    return workbook.write(tree, model, names, lang)


def _lost(loaded: Loaded, again: Loaded, form: str, file: str) -> list[Finding]:
    """Give a finding for each statement that the new form does not give back, or gives back as something else."""
    found = []
    if again.graph != loaded.graph:
        found.append(finding("form-cannot-name", Place(file), form=form, value=loaded.graph))
    for triple in sorted(loaded.triples - again.triples, key=str):
        subject, path = _text(triple.subject), triple.predicate.value
        place = loaded.place(subject, path, file)
        value = shorten(_text(triple.object))
        about = {"subject": subject, "path": path}
        found.append(finding("form-cannot-hold", place, form=form, value=value[:80], name=shorten(path), **about))
    for triple in sorted(again.triples - loaded.triples, key=str) if not found else []:
        about = {"subject": _text(triple.subject), "path": triple.predicate.value}
        value = shorten(_text(triple.object))
        found.append(
            finding("form-adds", Place(file), form=form, value=value, name=shorten(triple.predicate.value), **about)
        )
    return found


def _text(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
