"""Case documents: YAML that is JSON-LD once its keys are translated and its names resolved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Fields
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

import pyoxigraph as ox

from werkzaam.deprecation import Former, instead
from werkzaam.errors import Finding, Place, finding
from werkzaam.forms.text import hidden_values
from werkzaam.loading import Beside, Loaded, complete, nothing
from werkzaam.model import Field, Model, Names
from werkzaam.naming import Naming, by_content
from werkzaam.terms import GRAPH, LANGUAGES, NUMBERS, RDFS, TYPE, WZ, expand, fold, slug
from werkzaam.yamltree import Mapping, Node, Scalar, Sequence, read

SUFFIXES = (".yaml", ".yml")
FORMAT = "1"
_ID, _KIND = ("id",), {"nl": "soort", "en": "kind"}
_HEADER = {"werkzaam", "taal", "language", "document"}
_ROOT = WZ + "CaseDocument"
_COMMA = re.compile(r"-?\d+,\d+")


def load(content: bytes, file: str, model: Model, names: Names, beside: Beside = nothing) -> Loaded:
    """Read a case document; the graph is that of its study and case."""
    tree, findings = _read(content)
    loaded = from_tree(tree, model, names, findings)
    loaded.findings = [replace(one, place=replace(one.place, file=file)) for one in loaded.findings]
    loaded.places = {key: replace(place, file=file) for key, place in loaded.places.items()}
    return loaded


def from_tree(tree: Node | None, model: Model, names: Names, findings: Iterable[Finding] = ()) -> Loaded:
    """Make RDF of a document that was read into a tree."""
    loaded = Loaded(GRAPH + "unnamed", findings=list(findings))
    if isinstance(tree, Mapping):
        _Document(tree, model, names, loaded).run()
    elif tree is not None:
        loaded.findings.append(finding("not-a-document", tree.place))
    return loaded


def things(content: bytes, model: Model, beside: Beside = nothing) -> Iterator[ox.Triple]:
    """Give type and names of each thing, claim and figure of the document, so that others can name them."""
    tree, _ = _read(content)
    if isinstance(tree, Mapping):
        yield from of_tree(tree, model)


def of_tree(tree: Mapping, model: Model) -> Iterator[ox.Triple]:
    """Give type and names of what a tree describes and contains under an id of its own."""
    naming = Naming(model, Names(), _text(tree, "onderzoek", "study"))  # for where ids begin, and no name is looked up
    for one in model.fields_of(_ROOT).values():
        if one.base is None or one.target is None:
            continue
        choices = model.children.get(one.target, {one.target})
        for item in _items(_value(tree, *one.keys.values())):
            name, kind = _text(item, "id"), _text(item, *_KIND.values())
            cls = model.class_named(kind, one.target) if kind else one.target if len(choices) == 1 else None
            iri = name if name.startswith("http") and "://" in name else naming.base(one) + name
            if not name or cls is None or not _plain(iri):
                continue
            subject = ox.NamedNode(iri)
            yield ox.Triple(subject, ox.NamedNode(TYPE), ox.NamedNode(cls))
            label = _value(item, "naam", "name")
            for key_, value in label.pairs if isinstance(label, Mapping) else []:
                if key_.text in LANGUAGES and isinstance(value, Scalar):
                    yield ox.Triple(subject, ox.NamedNode(WZ + "name"), ox.Literal(value.text, language=key_.text))


@lru_cache(maxsize=64)
def _read(content: bytes) -> tuple[Node | None, tuple[Finding, ...]]:
    """Read a file once for what it makes known and for what it says; places lack the file's name."""
    tree, findings = read(content, "")
    return tree, tuple(findings)


def _value(node: Node | None, *keys: str) -> Node | None:
    if isinstance(node, Mapping):
        return next((value for key, value in node.pairs if key.text in keys), None)
    return None


def _text(node: Node | None, *keys: str) -> str:
    value = _value(node, *keys)
    return value.text if isinstance(value, Scalar) else ""


def _items(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return node.items if isinstance(node, Sequence) else [node]


class _Document:
    """One document on its way to JSON-LD."""

    def __init__(self, tree: Mapping, model: Model, names: Names, loaded: Loaded) -> None:
        self.tree, self.model, self.names, self.loaded = tree, model, names, loaded
        self.findings: list[Finding] = loaded.findings
        self.context: dict[str, Any] = {}
        self.seen: set[str] = set()
        self.lang = "nl" if _value(tree, "taal") is not None else "en"
        self.study = _text(tree, "onderzoek", "study")
        self.naming = Naming(model, names, self.study)

    @cached_property
    def _own(self) -> set[str]:
        """What the document itself describes, which goes before a thing of others that has the same name."""
        return {str(triple.subject)[1:-1] for triple in of_tree(self.tree, self.model)}

    def run(self) -> None:
        if not self._header():
            return
        name = _text(self.tree, "casus", "case") or _text(self.tree, "document")
        self.loaded.graph = GRAPH + "/".join(part for part in (self.study, name) if _plain(part))
        body = Mapping([pair for pair in self.tree.pairs if pair[0].text not in _HEADER], self.tree.place)
        node = self._node(body, _ROOT, self.loaded.graph)
        data = {"@context": self.context, **node}
        self.loaded.triples = {quad.triple for quad in ox.parse(json.dumps(data), format=ox.RdfFormat.JSON_LD)}
        complete(self.loaded, self.model)
        self.findings += hidden_values(self.loaded, self.tree.place.file)

    def _header(self) -> bool:
        place = self.tree.pairs[0][0].place if self.tree.pairs else self.tree.place
        version = _value(self.tree, "werkzaam")
        if not isinstance(version, Scalar):
            self.findings.append(finding("format-version-missing", place, version=FORMAT))
            return False
        if version.text != FORMAT:
            self.findings.append(finding("format-version-unknown", version.place, given=version.text, version=FORMAT))
            return False
        language = _value(self.tree, "taal", "language")
        if not isinstance(language, Scalar) or language.text not in LANGUAGES:
            self.findings.append(finding("language-missing", language.place if language else place))
            return False
        self.lang = self.loaded.lang = language.text
        if not _plain(self.study):
            value = _value(self.tree, "onderzoek", "study")
            self.findings.append(finding("study-missing", value.place if value else place))
            return False
        return True

    def _of_any_kind(self, above: str) -> dict[str, Field]:
        return {
            path: one
            for cls in sorted(self.model.children.get(above, {above}))
            for path, one in self.model.fields_of(cls).items()
        }

    def _node(self, node: Mapping, cls: str, iri: str, fields: Fields[str, Field] | None = None) -> dict[str, Any]:
        """Give the JSON-LD of a mapping of class `cls` that is called `iri`, with the fields of that class or these."""
        fields = self.model.fields_of(cls) if fields is None else fields
        by_key = {one.keys[self.lang]: one for one in fields.values() if self.lang in one.keys}
        former = self._former_keys(fields)
        made: dict[str, Any] = {"@id": iri, "@type": cls}
        self.loaded.places[iri, ""] = node.place
        for key, value in node.pairs:
            if key.text in (*_ID, *_KIND.values()) and cls != _ROOT:
                continue
            one = by_key.get(key.text)
            if one is None and key.text in former:
                one = fields[former[key.text].by]
                self._deprecated(key, one.keys[self.lang], former[key.text].iri, iri)
            if one is None:
                self._unknown_key(key, by_key, iri)
                continue
            self.loaded.places[iri, one.path] = value.place if isinstance(value, Scalar) else key.place
            term = one.keys["en"]
            self.context[term] = _term(one)
            entries = [(entry, self._entry(one, entry, iri)) for entry in self._entries(one, value, iri)]
            made[term] = [item for _, item in entries if item is not None]
            for entry, item in entries if isinstance(value, Sequence) else ():
                called = item["@id"] if isinstance(item, dict) and "@id" in item else item
                if isinstance(called, str):
                    self.loaded.values[iri, one.path, called] = entry.place
        return made

    def _entries(self, one: Field, value: Node, iri: str) -> list[Node]:
        if one.kind == "text" or isinstance(value, Sequence):
            return value.items if isinstance(value, Sequence) else [value]
        if isinstance(value, Scalar) and not value.text:
            self._wrong("value-empty", value.place, one, iri)
            return []
        return [value]

    def _entry(self, one: Field, value: Node, iri: str) -> Any:
        if one.kind == "text":
            return self._texts(one, value, iri)
        if one.kind == "node":
            if not isinstance(value, Mapping):
                fields = self.model.fields_of(one.target or "").values()
                known = ", ".join(sorted(field.keys[self.lang] for field in fields if self.lang in field.keys))
                return self._wrong("mapping-expected", value.place, one, iri, known=known)
            cls, called = self._class(value, one.target or ""), self._call(value, one, iri)
            if not cls and called:  # what is below is looked at all the same, as far as any kind takes it
                self._node(value, one.target or "", called, self._of_any_kind(one.target or ""))
            return self._node(value, cls, called) if cls and called else None
        if not isinstance(value, Scalar):
            return self._wrong("text-expected", value.place, one, iri)
        if one.kind == "literal":
            if one.target in NUMBERS and _COMMA.fullmatch(value.text):
                near = value.text.replace(",", ".")
                self._wrong("number-comma", value.place, one, iri, value=value.text, near=near, instead=near)
                return near  # or its lack would be told too
            return value.text
        if one.kind == "class":
            found = self._class_named(value, one.target or "")
            return {"@id": found} if found else self._unknown_name(one, value, iri, [])
        hits = self.naming.find(value.text, self.naming.wanted(one))
        if len(hits) > 1:
            hits = [hit for hit in hits if hit in self._own] or hits
        if len(hits) == 1:
            self._tell_former(value, hits[0], iri)
            return {"@id": hits[0]}
        return self._unknown_name(one, value, iri, hits)

    def _texts(self, one: Field, value: Node, iri: str) -> Any:
        if isinstance(value, Scalar):
            empty = not value.text
            return self._wrong("value-empty", value.place, one, iri) if empty else _in(self.lang, value.text)
        if not isinstance(value, Mapping):
            return self._wrong("texts-expected", value.place, one, iri)
        texts = []
        for key, text in value.pairs:
            if key.text not in LANGUAGES or not isinstance(text, Scalar) or not text.text:
                self._wrong("texts-expected", key.place, one, iri)
            else:
                texts.append(_in(key.text, text.text))
                self.loaded.values[iri, one.path, text.text] = text.place
        return texts or None

    def _call(self, node: Mapping, one: Field, parent: str) -> str | None:
        """Give the IRI of a part, thing or claim: by its id, or by its content where it has none; None if taken."""
        value = _value(node, *_ID)
        name = value.text if isinstance(value, Scalar) else ""
        base = parent + "/" if one.base is None else self.naming.base(one)
        place = value.place if value else node.place
        if not name:
            if base != parent + "/":
                self._wrong("id-missing", place, one, parent)
            name = by_content(one, self._content(node, one.target or ""))
        iri = name if name.startswith("http") and "://" in name else base + name
        if not _plain(iri):
            self._wrong("id-not-plain", place, one, parent, value=name)
            iri = base + "".join(c if (c.isalnum() and c.isascii()) or c in "-/" else "-" for c in name)
        if iri in self.seen:
            self._wrong("id-twice", place, one, iri, value=name)
            return None
        self.seen.add(iri)
        return iri

    def _content(self, node: Mapping, cls: str) -> list[str]:
        """Give what a part says, whatever the order, language and names in which it says so."""
        fields = self.model.fields_of(cls).values()
        by_key = {one.keys[self.lang]: one for one in fields if self.lang in one.keys}
        by_path = {one.path: one for one in fields}
        former = {key: by_path[old.by] for key, old in self._former_keys(by_path).items()}
        by_key = {**former, **by_key}
        said: list[Any] = []
        for key, value in node.pairs:
            one = by_key.get(key.text)
            for entry in value.items if isinstance(value, Sequence) else [value]:
                for meaning in self._meanings(one, entry):
                    if one is None or meaning != one.default:  # a default says the same written or not
                        said.append((one.path if one else key.text, meaning))
        return sorted(map(repr, said))

    def _meanings(self, one: Field | None, node: Node) -> list[Any]:
        """Give what a value says: for a text one meaning a language."""
        if isinstance(node, Mapping):
            if one is not None and one.kind == "node":
                return [self._content(node, one.target or "")]
            return [(key.text, meaning) for key, value in node.pairs for meaning in self._meanings(None, value)]
        if isinstance(node, Sequence):
            return [self._meanings(one, item) for item in node.items]
        if one is None or one.kind in ("literal", "node"):
            return [node.text]
        if one.kind == "text":
            return [(self.lang, node.text)]
        found = (
            self.naming.find(node.text, self.naming.wanted(one))
            if one.kind == "name"
            else [self.model.class_named(node.text, one.target or "")]
        )
        return [found[0] if len(found) == 1 and found[0] else node.text]

    def _class(self, node: Mapping, above: str) -> str | None:
        """Give the class that a mapping says it is of, `above` where there is no choice, None where unknown."""
        kind = _value(node, _KIND[self.lang])
        choices = self.model.children.get(above, {above})
        if not isinstance(kind, Scalar):
            if len(choices) > 1:
                self.findings.append(
                    finding("kind-missing", node.place, key=_KIND[self.lang], known=self._kinds(above))
                )
                return None
            return above
        found = self._class_named(kind, above)
        if found is None:
            self.findings.append(finding("kind-unknown", kind.place, value=kind.text, known=self._kinds(above)))
        return found

    def _class_named(self, kind: Scalar, above: str) -> str | None:
        found = self.model.class_named(kind.text, above)
        if found is None:
            below = self.model.children.get(above, {above})
            olds = [old for old in self.names.formerly(kind.text) if self.names.former[old] in below]
            found = self.names.former[olds[0]] if len(olds) == 1 else None
            if found:
                self._tell_former(kind, found, "")
        return found

    def _former_keys(self, fields: Fields[str, Field]) -> dict[str, Former]:
        """Give the keys in the document's language of properties that went and that one of `fields` replaced."""
        return {
            old.keys[self.lang]: old for old in self.model.former.values() if old.by in fields and self.lang in old.keys
        }

    def _tell_former(self, value: Scalar, new: str, iri: str) -> None:
        """Note it where `value` names `new` only by what it was formerly called."""
        old = next((old for old in self.names.formerly(value.text) if self.names.former[old] == new), None)
        direct = value.text if "://" in value.text else expand(value.text)
        if old is None or new in (self.names.words.get(fold(value.text), set()) if direct is None else {direct}):
            return
        label = self.names.labels.get(new, {}).get(self.lang, "")
        self._deprecated(value, instead(value.text, old, new, label), old, iri)

    def _deprecated(self, written: Scalar, new: str, old: str, iri: str) -> None:
        since = self.model.former[old].since
        self.findings.append(
            finding(
                "deprecated-name",
                written.place,
                severity="warning",
                subject=iri,
                value=written.text,
                instead=new,
                since=since,
            )
        )

    def _kinds(self, above: str) -> str:
        from werkzaam.terms import RDFS

        below = self.model.children.get(above, set()) - {above}
        return ", ".join(sorted(self.model.in_both(cls, RDFS + "label").get(self.lang, cls) for cls in below))

    def _unknown_key(self, key: Scalar, known: dict[str, Field], iri: str) -> None:
        from rapidfuzz import process

        other = next((one for one in self._all_fields() if key.text in one.keys.values()), None)
        near = process.extractOne(key.text, list(known), score_cutoff=70)
        data: dict[str, Any] = {"known": ", ".join(sorted(known)), "near": near[0] if near else ""}
        if other and other.keys.get(self.lang) in known:
            name = "key-unknown-near"
            data["near"] = other.keys[self.lang]
        elif key.text.isdecimal():  # half of a number with a comma, or of a list, in braces
            name = "key-is-number"
        elif other:
            having = (cls for cls, those in self.model.fields.items() if other.path in those)
            name = "key-elsewhere"
            data["kinds"] = self._called(having)
        else:
            name = "key-unknown-near" if near else "key-unknown"
        self.findings.append(finding(name, key.place, subject=iri, key=key.text, **data))

    def _all_fields(self) -> Iterable[Field]:
        return (one for fields in self.model.fields.values() for one in fields.values())

    def _unknown_name(self, one: Field, value: Scalar, iri: str, hits: list[str]) -> Any:
        if hits:
            return self._wrong(
                "name-ambiguous",
                value.place,
                one,
                iri,
                value=value.text,
                known=", ".join("/".join(h.split("/")[-2:]) for h in hits),
            )
        wanted = self.naming.wanted(one)
        parts = [part.strip() for part in value.text.split(",")]
        if len(parts) > 1 and all(self.naming.find(part, wanted) for part in parts):
            return self._wrong("name-of-many", value.place, one, iri, value=value.text)
        others = [hit for hit in self.names.find(value.text) if hit in self.names.labels]
        if others and one.kind == "name":
            kinds = {kind for hit in others for kind in self.model.lowest(self.names.kinds(hit))}
            keys = self._keys_for(one, others)
            return self._wrong(
                "name-other-kind",
                value.place,
                one,
                iri,
                then="name-goes-under" if keys else "",
                value=value.text,
                kind=self._called(kinds),
                wanted=self._called([one.target or ""]),
                keys=", ".join(keys),
            )
        near = self.naming.near(value.text, wanted, self.lang)
        key = "name-unknown-near" if near else "name-unknown"
        way = {} if len(near) == 1 else self._way(one)
        return self._wrong(key, value.place, one, iri, value=value.text, near=", ".join(near), **way)

    def _called(self, classes: Iterable[str]) -> dict[str, str]:
        """Give the labels of classes, a language."""
        labels = [self.model.in_both(cls, RDFS + "label") for cls in sorted(classes)]
        return {lang: ", ".join(dict.fromkeys(one[lang] for one in labels if lang in one)) for lang in LANGUAGES}

    def _keys_for(self, one: Field, hits: Iterable[str]) -> list[str]:
        """Give the keys, beside that of a field, that take one of `hits`."""
        kinds = {kind for hit in hits for kind in self.names.kinds(hit)}
        beside = [fields for fields in self.model.fields.values() if one.path in fields]
        taking = [
            field
            for fields in beside
            for field in fields.values()
            if field.kind == "name" and field.target and kinds & (self.naming.wanted(field) or set())
        ]
        return sorted({field.keys[self.lang] for field in taking if self.lang in field.keys})

    def _way(self, one: Field) -> dict[str, str]:
        """Give the message that says how to bring what is not known yet, with what it needs."""
        root = self.model.fields_of(_ROOT)
        for path, message in ((WZ + "proposes", "way-of-concepts"), (WZ + "describes", "way-of-things")):
            field = root.get(path)
            below = self.model.children.get(field.target or "", set()) if field else set()
            if field and one.kind == "name" and one.target in below and self.lang in field.keys:
                kind = self.model.in_both(one.target or "", RDFS + "label").get(self.lang, slug(one.target or ""))
                return {"then": message, "list": field.keys[self.lang], "kindkey": _KIND[self.lang], "kindname": kind}
        return {}

    def _wrong(self, message: str, place: Place, one: Field, iri: str, **data: Any) -> Any:
        """Note what is wrong; gives None, which stands for no value."""
        self.findings.append(
            finding(
                message,
                place,
                subject=iri,
                path=one.path,
                rule=one.rule,
                key=one.keys.get(self.lang, ""),
                **data,
            )
        )


def _term(one: Field) -> dict[str, str]:
    if one.kind == "literal":
        return {"@id": one.path, "@type": one.target or ""}
    return {"@id": one.path}


def _plain(name: str) -> bool:
    """Say whether a name may stand in an IRI as it is, or is one."""
    return re.fullmatch(r"(https?://[A-Za-z0-9.-]+/)?[A-Za-z0-9._/#:-]+", name) is not None and "//" not in name[8:]


def _in(lang: str, text: str) -> dict[str, str]:
    return {"@value": text, "@language": lang}
