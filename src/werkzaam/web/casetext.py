"""What somebody filled in, as the YAML of a case document, and such a document back into the form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from werkzaam import yamltree
from werkzaam.forms.yamltext import scalar
from werkzaam.model import Field, Model, Names
from werkzaam.terms import RDFS, WZ, slug
from werkzaam.web.caseform import CLAIM, MOST_CLAIMS, Draft, Part, is_id
from werkzaam.web.finder import fold as plain

Lines = Iterator[tuple[str, str]]
"""The lines of a document, each with the name of the field that it is from."""

_SAFE = re.compile(r"[^a-z0-9]+")
_LANGUAGE = {"nl": "taal", "en": "language"}
_KIND = {"nl": "soort", "en": "kind"}
# What a form says of its head, by the property of the document.
_ROOT = ("study", "caseOf", "coding", "describes", "contains")
_OURS = ("study/", "intervention/", "agent/", "publication/", "municipality/")


class CaseText:
    """The way from a form to a document, and back."""

    def __init__(self, model: Model, names: Names) -> None:
        self._model, self._names = model, names

    # ---- written

    def written(self, draft: Draft, lang: str) -> tuple[str, list[str]]:
        """Write a draft as a case document; give its text, and for each line the name of the field that it is from."""
        lines = [*self._head(draft.head, bool(draft.claims), lang), *self._claims(draft.claims, lang)]
        return "".join(f"{line}\n" for line, _ in lines), [name for _, name in lines]

    def _head(self, head: Mapping[str, str], claims: bool, lang: str) -> Lines:
        key = {term: self._keys(term)[lang] for term in (*_ROOT, "codedBy", "codedOn", "guideVersion")}
        study, case = (slugged(head[f"{name}.nl"] or head[f"{name}.en"]) for name in ("study", "case"))
        book, by, place = (slugged(head[name]) for name in ("publication", "by", "municipality"))
        yield "werkzaam: 1", ""
        yield f"{_LANGUAGE[lang]}: {lang}", ""
        yield f"{key['study']}: {scalar(study)}", "study.nl"
        if case:
            yield f"{key['caseOf']}: {scalar(case)}", "case.nl"
        coding = {"id": "coding", key["codedBy"]: f"agent/{by}", key["codedOn"]: head["date"], key["guideVersion"]: "1"}
        yield f"{key['coding']}: {_flow(coding)}", "date"
        yield f"{key['describes']}:", "case.nl"
        both = {name: {one: head[f"{name}.{one}"] for one in ("nl", "en")} for name in ("study", "case")}
        things = [
            ("study.nl", "study", study, "Study", both["study"], {"publication": book}),
            ("publication", "publication", book, "Publication", dict.fromkeys(("nl", "en"), head["publication"]), {}),
            ("by", "agent", by, "Agent", dict.fromkeys(("nl", "en"), head["by"]), {}),
            ("case.nl", "intervention", case, "Intervention", both["case"], {"municipality": head["municipality"]}),
        ]
        if place and not self._names.find(head["municipality"], [WZ + "Municipality"]):
            called = dict.fromkeys(("nl", "en"), head["municipality"])
            things.append(("municipality", "municipality", place, "Municipality", called, {}))
        for field, folder, name, cls, names, more in things:
            if name:
                yield f"- {self._thing(f'{folder}/{name}', cls, names, more, lang)}", field
        if claims:
            yield f"{key['contains']}:", ""

    def _thing(self, iri: str, cls: str, names: Mapping[str, str], more: Mapping[str, str], lang: str) -> str:
        said: dict[str, str | Mapping[str, str]] = {"id": iri, _KIND[lang]: self._label(WZ + cls, lang)}
        said[self._keys("name")[lang]] = {tag: text for tag, text in names.items() if text}
        said |= {self._keys(term)[lang]: value for term, value in more.items() if value}
        return _flow(said)

    def _claims(self, claims: Sequence[Part], lang: str) -> Lines:
        for claim in claims:
            yield f"- id: {claim.id}", claim.id
            yield f"  {_KIND[lang]}: {scalar(self._label(claim.cls, lang))}", f"{claim.id}.kind"
            yield from self._lines(claim, claim.id, lang, "  ")

    def _lines(self, part: Part, at: str, lang: str, indent: str) -> Lines:
        for one in self._model.fields_of(part.cls).values():
            name, key = slug(one.path), one.keys[lang]
            if one.kind == "text":
                texts = {tag: value for tag in ("nl", "en") for value in part.values.get(f"{name}.{tag}", []) if value}
                if texts:
                    yield f"{indent}{key}:", f"{at}.{name}.{next(iter(texts))}"
                    yield from (
                        (f"{indent}  {tag}: {scalar(text)}", f"{at}.{name}.{tag}") for tag, text in texts.items()
                    )
            elif one.kind == "node":
                parts = part.parts.get(name, [])
                if parts:
                    yield f"{indent}{key}:", f"{at}.{name}"
                for below in parts:
                    yield f"{indent}- id: {below.id}", f"{at}.{name}.{below.id}"
                    yield from self._lines(below, f"{at}.{name}.{below.id}", lang, indent + "  ")
            else:
                values = [value for value in part.values.get(name, []) if value]
                if len(values) == 1:
                    yield f"{indent}{key}: {scalar(values[0])}", f"{at}.{name}"
                elif values:
                    yield f"{indent}{key}: [{', '.join(map(scalar, values))}]", f"{at}.{name}"

    # ---- read back

    def resumed(self, content: bytes) -> tuple[Draft, list[str]]:
        """Read a case document back into the form; give also what of it the form cannot hold, as keys."""
        tree, _ = yamltree.read(content, "")
        if not isinstance(tree, yamltree.Mapping):
            return Draft(), ["werkzaam"]
        root = _keyed(tree)
        draft, described = Draft(), map(_keyed, _items(self._of(root, "describes")))
        things = {_text(one.get("id")): one for one in described}
        study, case = (_text(self._of(root, term)) for term in ("study", "caseOf"))
        for name, identity in (("study", f"study/{study}"), ("case", f"intervention/{case}")):
            called = _keyed(self._of(things.get(identity, {}), "name"))
            draft.head |= {f"{name}.{lang}": _text(called.get(lang)) for lang in ("nl", "en")}
        coding = _keyed(self._of(root, "coding"))
        draft.head["date"] = _text(self._of(coding, "codedOn"))
        draft.head["municipality"] = _text(self._of(things.get(f"intervention/{case}", {}), "municipality"))
        coder = _text(self._of(coding, "codedBy")).removeprefix("agent/")
        for name, start in (("by", f"agent/{coder}"), ("publication", "publication/")):
            thing = next((one for identity, one in things.items() if identity.startswith(start)), {})
            draft.head[name] = _text(_keyed(self._of(thing, "name")).get("nl"))
        left_out = [identity for identity in things if not identity.startswith(_OURS)]
        known = {"werkzaam", *_LANGUAGE.values(), *(key for term in _ROOT for key in self._keys(term).values())}
        left_out += [key for key in root if key not in known]
        for node in _items(self._of(root, "contains"))[:MOST_CLAIMS]:
            given = _keyed(node)
            identity = _text(given.get("id"))
            kind = next((_text(given[key]) for key in _KIND.values() if key in given), "")
            cls = self._model.class_named(kind, CLAIM)
            if cls is not None and cls != CLAIM and is_id(identity):
                draft.claims.append(self._back(identity, cls, given, left_out))
            else:
                left_out.append(identity)
        return draft, left_out

    def _back(self, identity: str, cls: str, given: Mapping[str, yamltree.Node], left_out: list[str]) -> Part:
        part = Part(identity, cls)
        by_key = {key: one for one in self._model.fields_of(cls).values() for key in one.keys.values()}
        for key, node in given.items():
            one = by_key.get(key)
            if one is None:
                if key not in ("id", *_KIND.values()):
                    left_out.append(f"{identity}: {key}")
                continue
            name = slug(one.path)
            if one.kind == "text":
                part.values |= {f"{name}.{lang}": [_text(value)] for lang, value in _keyed(node).items()}
            elif one.kind == "node" and one.target:
                found = [_keyed(below) for below in _items(node)]
                part.parts[name] = [self._back(_text(below.get("id")), one.target, below, left_out) for below in found]
            else:
                part.values[name] = [self._value(one, _text(value)) for value in _items(node)]
        return part

    def _value(self, one: Field, value: str) -> str:
        """Give a value as the form offers it, whatever name it was given by."""
        found = self._names.find(value, [one.target]) if one.kind == "name" and one.target else []
        return slug(found[0]) if len(found) == 1 and "/concept/" in found[0] else value

    # ---- what things are called

    def _keys(self, term: str) -> dict[str, str]:
        return self._model.in_both(WZ + term, WZ + "key")

    def _label(self, cls: str, lang: str) -> str:
        return self._model.in_both(cls, RDFS + "label")[lang]

    def _of(self, given: Mapping[str, yamltree.Node], term: str) -> yamltree.Node | None:
        return next((given[key] for key in self._keys(term).values() if key in given), None)


def place_of(names: Sequence[str], line: int | None) -> str:
    """Give the name of the field that a line is from; of a line without one, that of the last before it."""
    for at in range(min(line or 0, len(names)) - 1, -1, -1):
        if names[at]:
            return names[at]
    return ""


def slugged(name: str) -> str:
    """Give an id for a name.

    >>> slugged("Café De Één!")
    'cafe-de-een'
    """
    return _SAFE.sub("-", plain(name)).strip("-")[:60].strip("-")


def _flow(said: Mapping[str, str | Mapping[str, str]]) -> str:
    parts = (f"{key}: {scalar(one) if isinstance(one, str) else _flow(dict(one))}" for key, one in said.items())
    return f"{{{', '.join(parts)}}}"


def _text(node: yamltree.Node | None) -> str:
    return node.text if isinstance(node, yamltree.Scalar) else ""


def _keyed(node: yamltree.Node | None) -> dict[str, yamltree.Node]:
    return {key.text: value for key, value in node.pairs} if isinstance(node, yamltree.Mapping) else {}


def _items(node: yamltree.Node | None) -> list[yamltree.Node]:
    return node.items if isinstance(node, yamltree.Sequence) else [] if node is None else [node]
