"""A release as an RO-Crate 1.1 (https://w3id.org/ro/crate/1.1): the data in every form, with what each file is."""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from werkzaam.outward.forms import FORMS
from werkzaam.outward.projection import content
from werkzaam.terms import BASE, DCTERMS
from werkzaam.vocabulary import export as ontology

if TYPE_CHECKING:
    from werkzaam.api import Werkzaam

METADATA = "ro-crate-metadata.json"
_SPEC = "https://w3id.org/ro/crate/1.1"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SOURCES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?publication ?name
WHERE {
  ?document wz:study ?study .
  ?study wz:publication ?publication .
  ?publication wz:name ?name .
  FILTER (LANG(?name) = "en")
}
ORDER BY ?publication
"""


def files(opened: Werkzaam) -> dict[str, bytes]:
    """Give the files of a crate of what is opened, by their paths, the metadata first."""
    told = tomllib.loads(content("crate.toml"))
    made = {one["path"]: _content(opened, one["form"]) for one in told["file"]}
    return {METADATA: _metadata(opened, told, made), **made}


def _content(opened: Werkzaam, form: str) -> bytes:
    if form == "ontology":
        return ontology("ttl")
    if form in FORMS:
        return b"".join(opened.export_as(form))
    return "".join(opened.export(form)).encode()


def zipped(found: Mapping[str, bytes]) -> bytes:
    """Give files as a ZIP; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, body in found.items():
            info = zipfile.ZipInfo(path, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, body)
    return out.getvalue()


def date_of(opened: Werkzaam) -> str:
    """Give the day of the data: that of the last coding; "" where nothing was coded."""
    return max((one["coded_on"] for one in opened.cases()), default="")


def _words() -> dict[str, str]:
    """Give name and description of the collection, in English, as its own description has them."""
    found = {}
    for quad in ox.parse(content("dataset.ttl").encode(), format=ox.RdfFormat.TURTLE, base_iri=BASE):
        key = {DCTERMS + "title": "name", DCTERMS + "description": "description"}.get(quad.predicate.value)
        if key and isinstance(quad.object, ox.Literal) and quad.object.language == "en":
            found[key] = quad.object.value
    return found


def _metadata(opened: Werkzaam, told: Mapping[str, Any], made: Mapping[str, bytes]) -> bytes:
    day = date_of(opened)
    maintainers = {"@id": told["maintainers"]["@id"]}
    sources = {str(row["publication"]): str(row["name"]) for row in opened.store.select(_SOURCES)}
    root = {
        "@id": "./",
        "@type": "Dataset",
        **_words(),
        "identifier": BASE + "id/dataset/werkzaam",
        "datePublished": day,
        "inLanguage": ["nl", "en"],
        "author": maintainers,
        "publisher": maintainers,
        "license": {"@id": _LICENCE},
        "hasPart": _links(made),
        "isBasedOn": _links(sources),
        "mentions": {"@id": "#made"},
    }
    action = {
        "@id": "#made",
        "@type": "CreateAction",
        "name": "Export of the collection",
        "instrument": {"@id": BASE},
        "result": _links(made),
    }
    graph = [
        {"@id": METADATA, "@type": "CreativeWork", "conformsTo": {"@id": _SPEC}, "about": {"@id": "./"}},
        {name: value for name, value in root.items() if value},
        *(_file(one, made[one["path"]]) for one in told["file"]),
        {"@id": _LICENCE, "@type": "CreativeWork", "name": "CC BY 4.0", "description": "Attribution 4.0 International"},
        *({"@id": iri, "@type": "CreativeWork", "name": name} for iri, name in sources.items()),
        told["maintainers"],
        action,
        {"@id": BASE, "@type": "SoftwareApplication", "name": "werkzaam", "url": BASE, "version": version("werkzaam")},
    ]
    return (json.dumps({"@context": f"{_SPEC}/context", "@graph": graph}, ensure_ascii=False, indent=1) + "\n").encode()


def _file(told: Mapping[str, str], body: bytes) -> dict[str, str]:
    return {
        "@id": told["path"],
        "@type": "File",
        "name": told["name"],
        "description": told["description"],
        "encodingFormat": told["media"],
        "contentSize": str(len(body)),
        "sha256": hashlib.sha256(body).hexdigest(),
    }


def _links(ids: Iterable[str]) -> list[dict[str, str]] | dict[str, str]:
    """Give links to things: of one the link itself, as the standard wants it."""
    found = [{"@id": one} for one in ids]
    return found[0] if len(found) == 1 else found
