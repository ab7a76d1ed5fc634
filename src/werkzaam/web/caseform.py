"""The form of a case, made from the shapes: its fields, what somebody filled in, and the same as a case document.

What is filled in is kept nowhere: it travels with the form, and as YAML in a file of whoever fills it in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from werkzaam import yamltree
from werkzaam.model import Field, Model, Names
from werkzaam.terms import WZ, slug
from werkzaam.web.finder import fold as plain

CLAIM = WZ + "Claim"
HEAD = ("case.nl", "case.en", "municipality", "study.nl", "study.en", "publication", "by", "date")
"""The names of the fields above the claims."""
MOST_CLAIMS = 60
MOST_OPTIONS = 90
"""More known values than this are typed, not chosen."""

# Shown at once though nothing demands them: without these a claim says little.
_AT_ONCE = frozenset(
    ("actor", "context", "supportedBy", "trait", "change", "page", "evidenceKind", "quantifier", "quantifierOf")
)
_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")
_TAKEN = frozenset(name.partition(".")[0] for name in HEAD)
_SAFE = re.compile(r"[^a-z0-9]+")

Pairs = Sequence[tuple[str, str]]


@dataclass
class Part:
    """A claim or a part of one: its id, its class, what stands in its fields, and its own parts by property."""

    id: str
    cls: str
    values: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, list[Part]] = field(default_factory=dict)


@dataclass
class Draft:
    """What somebody filled in: the head by field, and the claims."""

    head: dict[str, str] = field(default_factory=lambda: dict.fromkeys(HEAD, ""))
    claims: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """A field as a form shows it; `options` are (value, label), none where it is typed."""

    field: Field
    name: str
    key: str
    required: bool
    many: bool
    options: Sequence[tuple[str, str]]


class CaseForm:
    """The fields of claims, and the way from a form to a document."""

    def __init__(self, model: Model, names: Names) -> None:
        self._model, self._names = model, names

    def kinds(self) -> list[str]:
        """Give the classes of claims."""
        return sorted(self._model.children[CLAIM] - {CLAIM})

    @lru_cache(maxsize=64)  # noqa: B019 - one form a process, and few classes
    def fields(self, cls: str, lang: str) -> tuple[list[Shown], list[Shown]]:
        """Give the fields of a class: those that are shown at once, and the others."""
        first: list[Shown] = []
        others: list[Shown] = []
        for one in self._model.fields_of(cls).values():
            bounds = [
                self._model.bounds[up, one.path]
                for up in self._model.parents(cls)
                if (up, one.path) in self._model.bounds
            ]
            least = max((low for low, _ in bounds), default=0)
            most = min((high for _, high in bounds if high is not None), default=None)
            needed = bool(least) and one.default is None and one.default_from is None
            options = self._options(one, lang) if one.kind == "name" else []
            shown = Shown(one, slug(one.path), one.keys[lang], needed, most != 1, options)
            own = cls in self._model.children[CLAIM] and one.path in self._model.fields.get(cls, {})
            (first if needed or own or shown.name in _AT_ONCE else others).append(shown)
        # What is stated comes first, who says it last.
        places = {"statement": 0, "actor": 2, "context": 2, "supportedBy": 3}
        first.sort(key=lambda shown: places.get(shown.name, 1))
        return first, others

    def _options(self, one: Field, lang: str) -> list[tuple[str, str]]:
        found = [iri for iri, of in self._names.classes.items() if one.target in of]
        if one.target is None or not 0 < len(found) <= MOST_OPTIONS or any("/id/" in iri for iri in found):
            return []
        labelled = [(slug(iri), self._names.labels.get(iri, {}).get(lang, slug(iri))) for iri in found]
        return sorted(labelled, key=lambda option: plain(option[1]))

    # ---- from what a browser sends

    def read(self, pairs: Pairs) -> Draft:
        """Read the fields of a form; what is in none of ours is left out."""
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(value.strip())
        draft = Draft({name: " ".join(given.get(name, [""])[0].split()) for name in HEAD})
        for one in list(dict.fromkeys(given.get("claim", [])))[:MOST_CLAIMS]:
            cls = WZ + next(iter(given.get(f"{one}.kind", [])), "")
            if _is_id(one) and cls in self.kinds():
                draft.claims.append(self._part(one, cls, one, given))
        return draft

    def _part(self, identity: str, cls: str, at: str, given: Mapping[str, list[str]]) -> Part:
        part = Part(identity, cls)
        for one in self._model.fields_of(cls).values():
            name = f"{at}.{slug(one.path)}"
            if one.kind == "text":
                for lang in ("nl", "en"):
                    part.values[f"{slug(one.path)}.{lang}"] = given.get(f"{name}.{lang}", [])[:1]
            elif one.kind == "node" and one.target:
                ids = [i for i in dict.fromkeys(given.get(name, [])) if _is_id(i)]
                part.parts[slug(one.path)] = [self._part(i, one.target, f"{name}.{i}", given) for i in ids]
            else:
                part.values[slug(one.path)] = [value for value in given.get(name, []) if value]
        return part

    # ---- changes that a button asks for

    def add(self, draft: Draft, kind: str) -> None:
        """Add a claim of a kind, with a part for each node that is shown at once; its id was never used before."""
        if WZ + kind in self.kinds() and len(draft.claims) < MOST_CLAIMS:
            part = Part(_free((one.id for one in draft.claims), "k"), WZ + kind)
            for shown in self.fields(WZ + kind, "nl")[0]:
                if shown.field.kind == "node":
                    self.add_part(part, shown.name)
            draft.claims.append(part)

    def add_part(self, claim: Part, name: str) -> None:
        """Add a part to a claim."""
        found = next((one for one in self._model.fields_of(claim.cls).values() if slug(one.path) == name), None)
        if found is not None and found.kind == "node" and found.target:
            parts = claim.parts.setdefault(name, [])
            parts.append(Part(_free((one.id for one in parts), name[0]), found.target))

    # ---- as a document

    def written(self, draft: Draft, lang: str) -> tuple[str, list[str]]:
        """Write a draft as a case document; give its text, and for each line the name of the field that it is from."""
        lines: list[tuple[str, str]] = []
        head = {name: draft.head.get(name, "") for name in HEAD}
        named = {
            key: {one: head[f"{key}.{one}"] for one in ("nl", "en") if head[f"{key}.{one}"]}
            for key in ("case", "study")
        }
        study, case = (_slugged(next(iter(named[key].values()), "")) for key in ("study", "case"))
        key = _KEYS[lang]
        lines += [
            ("werkzaam: 1", ""),
            (f"{key['language']}: {lang}", ""),
            (f"{key['study']}: {_quoted(study)}", "study.nl"),
        ]
        if case:
            lines.append((f"{key['case']}: {_quoted(case)}", "case.nl"))
        by, book = _slugged(head["by"]), _slugged(head["publication"])
        coding = f"id: coding, {key['by']}: {_quoted(f'agent/{by}')}, {key['date']}: {_quoted(head['date'])}"
        lines.append((f'{key["coding"]}: {{{coding}, {key["guide"]}: "1"}}', "date"))
        lines.append((f"{key['things']}:", "case.nl"))
        things = [
            ("study.nl", f"study/{study}", "study", named["study"], f"publication: {_quoted(book)}"),
            ("publication", f"publication/{book}", "publication", dict.fromkeys(("nl", "en"), head["publication"]), ""),
            ("by", f"agent/{by}", "agent", dict.fromkeys(("nl", "en"), head["by"]), ""),
        ]
        place = head["municipality"]
        if place and not self._names.find(place, [WZ + "Municipality"]):
            thing = ("municipality", f"municipality/{_slugged(place)}", "municipality", {"nl": place, "en": place}, "")
            things.append(thing)
        if case:
            more = f"municipality: {_quoted(place)}" if place else ""
            things.append(("case.nl", f"intervention/{case}", "intervention", named["case"], more))
        for name, identity, kind, names, more in things:
            if identity.rpartition("/")[2]:
                said = ", ".join(f"{one}: {_quoted(text)}" for one, text in names.items() if text)
                rest = f", {key[more.partition(':')[0]]}:{more.partition(':')[2]}" if more else ""
                lines.append(
                    (f"- {{id: {identity}, {key['kind']}: {key[kind]}, {key['name']}: {{{said}}}{rest}}}", name)
                )
        if draft.claims:
            lines.append((f"{key['claims']}:", ""))
        for claim in draft.claims:
            kind = self._model.in_both(claim.cls, "http://www.w3.org/2000/01/rdf-schema#label")[lang]
            lines.append((f"- id: {claim.id}", claim.id))
            lines.append((f"  {key['kind']}: {_quoted(kind)}", f"{claim.id}.kind"))
            lines += self._lines(claim, claim.id, lang, "  ")
        return "".join(f"{line}\n" for line, _ in lines), [name for _, name in lines]

    def _lines(self, part: Part, at: str, lang: str, indent: str) -> Iterator[tuple[str, str]]:
        for one in self._model.fields_of(part.cls).values():
            name, key = slug(one.path), one.keys[lang]
            if one.kind == "text":
                texts = {tag: value for tag in ("nl", "en") for value in part.values.get(f"{name}.{tag}", []) if value}
                if texts:
                    yield f"{indent}{key}:", f"{at}.{name}.{next(iter(texts))}"
                    yield from (
                        (f"{indent}  {tag}: {_quoted(text)}", f"{at}.{name}.{tag}") for tag, text in texts.items()
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
                    yield f"{indent}{key}: {_quoted(values[0])}", f"{at}.{name}"
                elif values:
                    yield f"{indent}{key}: [{', '.join(map(_quoted, values))}]", f"{at}.{name}"

    def resumed(self, content: bytes) -> tuple[Draft, list[str]]:
        """Read a case document back into the form; give also what of it the form cannot hold, as keys."""
        tree, _ = yamltree.read(content, "")
        draft, left_out = Draft(), list[str]()
        if not isinstance(tree, yamltree.Mapping):
            return draft, ["werkzaam"]
        root = _keyed(tree)
        things = {text(_keyed(one).get("id")): _keyed(one) for one in _items(_get(root, "zaken", "things"))}
        study, case = (text(_get(root, *keys)) for keys in (("onderzoek", "study"), ("casus", "case")))
        for name, identity in (("study", f"study/{study}"), ("case", f"intervention/{case}")):
            called = _keyed(_get(things.get(identity, {}), "naam", "name"))
            draft.head |= {f"{name}.{lang}": text(called.get(lang)) for lang in ("nl", "en")}
        coding = _keyed(_get(root, "codering", "coding"))
        draft.head["date"] = text(_get(coding, "datum", "date"))
        draft.head["municipality"] = text(_get(things.get(f"intervention/{case}", {}), "gemeente", "municipality"))
        coder = text(_get(coding, "door", "by")).removeprefix("agent/")
        for name, start in (("by", f"agent/{coder}"), ("publication", "publication/")):
            thing = next((one for identity, one in things.items() if identity.startswith(start)), {})
            draft.head[name] = text(_keyed(_get(thing, "naam", "name")).get("nl"))
        ours = ("study/", "intervention/", "agent/", "publication/", "municipality/")
        left_out += [identity for identity in things if not identity.startswith(ours)]
        known = {"werkzaam", *(_KEYS[lang][key] for lang in _KEYS for key in _ROOT)}
        left_out += [key for key in root if key not in known]
        for node in _items(_get(root, "beweringen", "claims"))[:MOST_CLAIMS]:
            given = _keyed(node)
            cls = self._model.class_named(text(_get(given, "soort", "kind")), CLAIM)
            identity = text(given.get("id"))
            if cls in self.kinds() and _is_id(identity):
                draft.claims.append(self._back(identity, cls, given, left_out))
            else:
                left_out.append(identity)
        return draft, left_out

    def _back(self, identity: str, cls: str, given: dict[str, yamltree.Node], left_out: list[str]) -> Part:
        part = Part(identity, cls)
        by_key = {key: one for one in self._model.fields_of(cls).values() for key in one.keys.values()}
        for key, node in given.items():
            one = by_key.get(key)
            if one is None:
                if key not in ("id", "soort", "kind"):
                    left_out.append(f"{identity}: {key}")
                continue
            name = slug(one.path)
            if one.kind == "text":
                part.values |= {f"{name}.{lang}": [text(value)] for lang, value in _keyed(node).items()}
            elif one.kind == "node" and one.target:
                found = [_keyed(below) for below in _items(node)]
                part.parts[name] = [self._back(text(below.get("id")), one.target, below, left_out) for below in found]
            else:
                part.values[name] = [self._value(one, text(value)) for value in _items(node)]
        return part

    def _value(self, one: Field, value: str) -> str:
        """Give a value as the form offers it, whatever name it was given by."""
        found = self._names.find(value, [one.target]) if one.kind == "name" and one.target else []
        return slug(found[0]) if len(found) == 1 and "/concept/" in found[0] else value


def text(node: yamltree.Node | None) -> str:
    """Give the text of a node, or nothing."""
    return node.text if isinstance(node, yamltree.Scalar) else ""


def _keyed(node: yamltree.Node | dict[str, yamltree.Node] | None) -> dict[str, yamltree.Node]:
    return {key.text: value for key, value in node.pairs} if isinstance(node, yamltree.Mapping) else {}


def _get(given: Mapping[str, yamltree.Node], *keys: str) -> yamltree.Node | None:
    return next((given[key] for key in keys if key in given), None)


def _items(node: yamltree.Node | None) -> list[yamltree.Node]:
    return node.items if isinstance(node, yamltree.Sequence) else [] if node is None else [node]


def place_of(names: Sequence[str], line: int | None) -> str:
    """Give the name of the field that a line is from; of a line without one, that of the last before it."""
    for at in range(min(line or 0, len(names)) - 1, -1, -1):
        if names[at]:
            return names[at]
    return ""


def _is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None and text not in _TAKEN


def _free(taken: Iterable[str], start: str) -> str:
    numbers = [int(one[1:]) for one in taken if one[1:].isdigit()]
    return f"{start}{max(numbers, default=0) + 1}"


def _slugged(name: str) -> str:
    """Give an id for a name.

    >>> _slugged("Café De Één!")
    'cafe-de-een'
    """
    return _SAFE.sub("-", plain(name)).strip("-")[:60].strip("-")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_ROOT = ("language", "study", "case", "coding", "things", "claims")
_KEYS: dict[str, dict[str, str]] = {
    "nl": {
        "language": "taal",
        "study": "onderzoek",
        "case": "casus",
        "coding": "codering",
        "by": "door",
        "date": "datum",
        "guide": "leidraad",
        "things": "zaken",
        "claims": "beweringen",
        "kind": "soort",
        "name": "naam",
        "publication": "publicatie",
        "municipality": "gemeente",
        "agent": "codeur",
        "intervention": "interventie",
    },
    "en": {
        "language": "language",
        "study": "study",
        "case": "case",
        "coding": "coding",
        "by": "by",
        "date": "date",
        "guide": "guide",
        "things": "things",
        "claims": "claims",
        "kind": "kind",
        "name": "name",
        "publication": "publication",
        "municipality": "municipality",
        "agent": "agent",
        "intervention": "intervention",
    },
}
