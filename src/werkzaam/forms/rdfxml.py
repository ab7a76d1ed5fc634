"""The text of RDF/XML: its encoding, what is refused before anything parses it, and where things stand in it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from xml.parsers import expat

from werkzaam.errors import Finding, Place, finding
from werkzaam.forms.text import decode
from werkzaam.terms import RDF, TYPE

MAX_DEPTH = 64
"""An engine takes 24 s for 50,000 nested pairs; a case nests some sixteen elements."""

_XML = "http://www.w3.org/XML/1998/namespace"
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_ENCODINGS = {"utf-8", "utf-16", "iso8859-1", "iso8859-15", "cp1252", "ascii"}
# What RDF/XML itself says on elements is no property.
_SYNTAX = {RDF + one for one in ("RDF", "about", "ID", "nodeID", "resource", "parseType", "datatype", "li")}


def text_of(content: bytes, file: str) -> tuple[str, list[Finding]]:
    """Give the text in the encoding that the file declares, without its declaration but on the same lines."""
    declared = _DECLARED.match(content[:200].lstrip())
    name = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    if declared and name == "utf-8-sig":
        try:
            known = codecs.lookup(declared[1].decode()).name
        except LookupError:
            known = ""
        name = known if known in _ENCODINGS and known not in ("utf-8", "utf-16") else name
    text, findings = decode(content, file, encoding=name)
    return _DECLARATION.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text, count=1), findings


@dataclass(slots=True)
class _Open:
    """An element that is being read: a thing with its IRI, or a property of `subject`."""

    thing: bool
    subject: str
    base: str
    inert: bool = False


@dataclass
class _Reader:
    file: str
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    parser: Any = None

    def here(self) -> Place:
        return Place(self.file, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused(finding("too-deep", self.here(), depth=MAX_DEPTH))
        name = tag.replace(" ", "")
        said = {key.replace(" ", ""): value for key, value in attributes.items()}
        above = self.stack[-1] if self.stack else None
        base = said.get(_XML + "base", above.base if above else "")
        if name == RDF + "RDF" or (above and above.inert):
            self.stack.append(_Open(False, "", base, inert=name != RDF + "RDF"))
        elif above is None or not above.thing:
            self._thing(name, said, base)
        else:
            self._property(name, said, base, above)

    def _thing(self, name: str, said: dict[str, str], base: str) -> None:
        about = said.get(RDF + "about")
        about = about if about is not None else "#" + said[RDF + "ID"] if RDF + "ID" in said else None
        subject = "" if about is None else urljoin(base, about) if base else about
        here = self.here()
        if subject:
            self.places.setdefault((subject, ""), here)
            if name != RDF + "Description":
                self.places.setdefault((subject, TYPE), here)
            for key in said:
                if key not in _SYNTAX and not key.startswith(_XML):
                    self.places.setdefault((subject, key), here)
        else:
            self.places.setdefault(("", ""), here)
        self.stack.append(_Open(True, subject, base))

    def _property(self, name: str, said: dict[str, str], base: str, above: _Open) -> None:
        if above.subject:
            self.places.setdefault((above.subject, name), self.here())
        kind = said.get(RDF + "parseType", "")
        if kind in ("Resource", "Collection"):
            self.places.setdefault(("", ""), self.here())
        # A resource without a name: its properties are known to nobody, and it is told as a blank node.
        self.stack.append(_Open(kind == "Resource", "", base, inert=kind == "Literal"))

    def end(self, tag: str) -> None:
        self.stack.pop()

    def doctype(self, *said: Any) -> None:
        raise _Refused(finding("xml-doctype", self.here()))


class _Refused(Exception):
    def __init__(self, told: Finding) -> None:
        super().__init__()
        self.told = told


def look(text: str, file: str) -> tuple[dict[tuple[str, str], Place], list[Finding]]:
    """Give where each (subject, property) stands, and what keeps the text from being parsed at all."""
    reader = _Reader(file)
    parser = reader.parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(text.encode(), True)
    except _Refused as refused:
        return reader.places, [refused.told]
    except expat.ExpatError as error:
        place = Place(file, error.lineno, error.offset + 1)
        return reader.places, [finding("xml-syntax", place, problem=expat.ErrorString(error.code))]
    return reader.places, []
