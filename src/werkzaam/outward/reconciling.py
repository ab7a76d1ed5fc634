"""Names of others to things of ours, by the Reconciliation Service API 0.2.

What it knows is the vocabulary, which is published; so any page may ask it. It opens no file once it is made.
Standard: https://reconciliation-api.github.io/specs/0.2/
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzaam.known import Known
from werkzaam.linking import Candidate, Index, Item, Name
from werkzaam.linking.items import FEATURES, kind_named
from werkzaam.linking.ours import our_index
from werkzaam.messages import say
from werkzaam.outward.projection import content
from werkzaam.store import Iri, Literal, Store, Value
from werkzaam.terms import LANGUAGES, TYPE, WZ, expand, fold, slug

MOST_QUERIES = 200
"""How many queries a batch may have; OpenRefine asks ten at a time."""
MOST = 25
"""How many candidates a query may get."""
_USUAL = 5
_KEYS = frozenset(("query", "type", "limit", "properties", "type_strict"))
_ALONE = "alone"
_TEXT = 300
"""Of how many characters a name is read."""

Json = dict[str, Any]


class Unreadable(Exception):
    """What was asked is not what the API has."""


@dataclass(frozen=True, slots=True)
class Type:
    """Something that can be reconciled: its class, how the matcher calls it, whether it has an index of its own.

    `numbered` are further names of such a thing, in which its number is to be put. `alone` says from which score on,
    and how far ahead of the next, the best is a match where this type alone is asked for.
    """

    iri: str
    kind: str
    own: bool = False
    numbered: tuple[str, ...] = ()
    alone: Mapping[str, float] = field(default_factory=dict)


_FIELDS = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?it ?class ?property ?value
WHERE {{
  VALUES ?class {{ {classes} }}
  ?it a ?class .
  ?it ?property ?value .
}}
"""
_NAMES = frozenset((WZ + "name", *(f"http://www.w3.org/2004/02/skos/core#{one}Label" for one in ("alt", "hidden"))))
_FIRST = frozenset((WZ + "name", "http://www.w3.org/2000/01/rdf-schema#label"))


class Reconciler:
    """Answers for one collection, in both languages."""

    def __init__(self, store: Store, known: Known) -> None:
        self.types = [
            Type(WZ + one["class"], **{name: value for name, value in one.items() if name != "class"})
            for one in tomllib.loads(content("reconcile.toml"))["type"]
        ]
        self._known = known
        self._facts: dict[str, dict[str, list[Value]]] = {}
        self.properties: dict[str, list[str]] = {one.iri: [] for one in self.types}
        classes = " ".join(f"<{one.iri}>" for one in self.types)
        for row in store.select(_FIELDS.format(classes=classes)):
            facts = self._facts.setdefault(str(row["it"]), {})
            facts.setdefault(str(row["property"]), []).append(row["value"])
            if row["property"] not in self.properties[row["class"]]:
                self.properties[row["class"]].append(str(row["property"]))
        for found in self.properties.values():
            found.sort()
        self._ours = our_index()
        self._own = Index(self._items(one for one in self.types if one.own))
        self._all = {**self._ours.by_iri, **self._own.by_iri}
        self._kinds = {one.kind: one for one in self.types}
        for lang in LANGUAGES:  # what is loaded when first needed
            self.query({"query": "maatwerk", "limit": 1}, lang)

    def _items(self, types: Iterable[Type]) -> Iterable[Item]:
        by_class = {one.iri: one for one in types}
        for iri, facts in sorted(self._facts.items()):
            mine = next((by_class[str(one)] for one in facts.get(TYPE, ()) if str(one) in by_class), None)
            if mine:
                names = [
                    Name(str(value), getattr(value, "language", ""), path in _FIRST)
                    for path in (*sorted(_FIRST), *sorted(_NAMES - _FIRST))
                    for value in facts.get(path, ())
                ]
                for number in facts.get(WZ + "number", ()):
                    names += [Name(text.format(number=number)) for text in mine.numbered]
                yield Item(iri, mine.kind, tuple(dict.fromkeys(names)))

    # ---- the service

    def manifest(self, base: str, lang: str, name: str) -> Json:
        """Give the manifest of the service at `base`."""

        def at(path: str) -> Json:
            return {"service_url": base, "service_path": path}

        return {
            "versions": ["0.2"],
            "name": name,
            "identifierSpace": "https://w3id.org/werkzaam/",
            "schemaSpace": WZ,
            "view": {"url": f"{base}/view?id={{{{id}}}}"},
            "feature_view": {"url": f"{base}/feature?id={{{{id}}}}"},
            "defaultTypes": [self._type(one, lang) for one in self.types],
            "suggest": {one: at(f"/suggest/{one}") for one in ("entity", "type", "property")},
            "preview": {"url": f"{base}/preview?id={{{{id}}}}", "width": 430, "height": 200},
            "extend": {"propose_properties": at("/properties"), "property_settings": []},
        }

    def batch(self, asked: object, lang: str) -> Json:
        """Answer a batch of queries; raises `Unreadable`."""
        if not isinstance(asked, dict) or len(asked) > MOST_QUERIES:
            raise Unreadable
        if not all(isinstance(one, dict) for one in asked.values()):
            raise Unreadable
        return {key: {"result": self.query(one, lang)} for key, one in asked.items()}

    def query(self, asked: Mapping[str, Any], lang: str) -> list[Json]:
        """Answer one query: candidates, best first, each with what speaks for and against it; raises `Unreadable`."""
        if not asked.keys() <= _KEYS:
            raise Unreadable
        text, limit = asked.get("query", ""), asked.get("limit", _USUAL)
        wanted = _properties(asked.get("properties", []))
        if not isinstance(text, str) or isinstance(limit, bool) or not isinstance(limit, int | float):
            raise Unreadable
        if not (text.strip() or wanted) or not limit >= 0:  # NaN neither
            raise Unreadable
        most = int(min(limit or _USUAL, MOST))
        types = self._wanted(asked.get("type"))
        if not types:
            return []
        if text.strip():
            found = self._candidates(text.strip()[:_TEXT], types, lang, max(2, most) + len(wanted) * MOST)
            made = [self._result(one, types, lang) for one in found]
            if len(types) == 1 and types[0].alone:
                _alone(made, types[0].alone)
        else:
            made = [self._named(iri, lang) for iri in self._all if self._type_of(iri) in types]
        for one in made:
            self._refine(one, wanted, lang)
        if not text.strip():
            made = [one for one in made if all(feature["value"] for feature in one["features"])]
        made.sort(key=lambda one: (-one["score"], one["id"]))
        return made[:most]

    def _candidates(self, text: str, types: Sequence[Type], lang: str, limit: int) -> list[Candidate]:
        kinds = [one.kind for one in types if not one.own]
        found = self._ours.candidates(text, kinds, lang, limit) if kinds else []
        if any(one.own for one in types):
            found += self._own.candidates(text, "", lang, limit)
        return sorted(found, key=lambda one: (-one.score, one.iri))

    def _result(self, one: Candidate, types: Sequence[Type], lang: str) -> Json:
        made = self._named(one.iri, lang)
        made["score"] = round(100 * one.score, 1)
        made["match"] = one.verdict == "match" and self._type_of(one.iri) in types
        made["features"] = [{"id": feature.key, "value": round(feature.weight, 3)} for feature in one.features]
        return made

    def _named(self, iri: str, lang: str) -> Json:
        one = self._type_of(iri)
        made: Json = {"id": iri, "name": self.label(iri, lang), "score": 50.0, "match": False, "features": []}
        made["type"] = [self._type(one, lang)] if one else []
        described = self.definition(iri, lang)
        return {**made, "description": described} if described else made

    def _refine(self, made: Json, wanted: Mapping[str, list[str]], lang: str) -> None:
        """Let properties count: what differs is no match, and comes after what does not."""
        for path, values in wanted.items():
            held = {fold(text) for one in self._facts.get(made["id"], {}).get(path, ()) for text in self._words(one)}
            same = bool(held.intersection(map(fold, values)))
            made["features"].append({"id": f"property {path}", "value": same})
            if not same:
                made["match"], made["score"] = False, round(made["score"] / 2, 1)

    def _words(self, value: Value) -> Iterable[str]:
        if isinstance(value, Literal):
            return (str(value),)
        return (str(value), slug(value), *(self.label(value, lang) for lang in LANGUAGES))

    # ---- what is suggested, and told of a thing

    def suggest(self, what: str, prefix: str, lang: str) -> Json:
        """Give entities, types or properties whose names begin like `prefix`, or else are like it."""
        start = fold(prefix)
        if what == "type":
            types = [self._type(one, lang) for one in self.types]
            return {"result": [one for one in types if start in fold(one["name"])] or types}
        if what == "property":
            paths = sorted({path for found in self.properties.values() for path in found})
            named = [{"id": path, "name": self.label(path, lang)} for path in paths]
            return {"result": [one for one in named if start in fold(one["name"])][:MOST]}
        begun = [
            iri
            for iri, item in self._all.items()
            if start and any(word.startswith(start) for name in item.names for word in _starts(fold(name.text)))
        ]
        begun.sort(key=lambda iri: (not fold(self.label(iri, lang)).startswith(start), self.label(iri, lang), iri))
        if not begun and start:
            begun = [one.iri for one in self._candidates(prefix[:_TEXT], self.types, lang, MOST)]
        result = []
        for iri in begun[:MOST]:
            made = self._named(iri, lang)
            kept: Json = {key: made[key] for key in ("id", "name", "description") if key in made}
            result.append({**kept, "notable": made["type"]})
        return {"result": result}

    def proposed(self, wanted: str, lang: str) -> Json:
        """Give the properties that may be fetched for a type, or for any."""
        types = self._wanted(wanted or None)
        paths = sorted({path for one in types for path in self.properties[one.iri]})
        made: Json = {"properties": [{"id": path, "name": self.label(path, lang)} for path in paths]}
        return {**made, "type": wanted} if wanted else made

    def extend(self, asked: object, lang: str) -> Json:
        """Give values of properties of things; raises `Unreadable`."""
        if not isinstance(asked, dict):
            raise Unreadable
        ids, properties = asked.get("ids"), asked.get("properties")
        if not isinstance(ids, list) or not isinstance(properties, list) or len(ids) > 1_000 or len(properties) > 50:
            raise Unreadable
        paths: list[str] = [one.get("id", "") if isinstance(one, dict) else "" for one in properties]
        if not all(isinstance(one, str) for one in (*ids, *paths)) or "" in paths:
            raise Unreadable
        rows: Json = {
            iri: {path: [self._value(one, lang) for one in self._mine(iri, _whole(path), lang)] for path in paths}
            for iri in ids
        }
        meta: list[Json] = [{"id": path, "name": self.label(_whole(path), lang)} for path in paths]
        return {"meta": meta, "rows": rows}

    def _mine(self, iri: str, path: str, lang: str) -> list[Value]:
        """Give the values of a property, of texts those in `lang` where there are any."""
        found = self._facts.get(iri, {}).get(path, [])
        mine = [one for one in found if getattr(one, "language", "") in ("", lang)]
        return sorted(mine or found)

    def _value(self, value: Value, lang: str) -> Json:
        if isinstance(value, Iri):
            return {"id": str(value), "name": self.label(value, lang)}
        if isinstance(value, Literal) and value.datatype.endswith("#integer"):
            return {"int": int(value)}
        return {"str": str(value)}

    def holds(self, iri: str) -> bool:
        """Say whether a thing can be reconciled."""
        return iri in self._all

    def feature(self, name: str, lang: str) -> str:
        """Say what a feature of a candidate means; raises `Unreadable` where there is none of that name."""
        path = name.removeprefix("property ")
        if path != name:
            return say(lang, "reconcile-property", value=self.label(path, lang))
        if name == _ALONE:
            return say(lang, "reconcile-alone")
        if name not in FEATURES:
            raise Unreadable
        return say(lang, f"linked-{name}", **dict.fromkeys(("name", "word", "words", "other", "kind"), "…"))

    def label(self, iri: str, lang: str) -> str:
        """Give how a thing is called."""
        return self._known.label(iri, lang)

    def definition(self, iri: str, lang: str) -> str:
        """Give what a thing is, or ""."""
        found = self._facts.get(iri, {}).get("http://www.w3.org/2004/02/skos/core#definition", [])
        return next((str(one) for one in found if getattr(one, "language", "") == lang), "")

    def type_name(self, iri: str, lang: str) -> str:
        """Give the name of the type of a thing, or ""."""
        one = self._type_of(iri)
        return self.label(one.iri, lang) if one else ""

    # ---- types

    def _type(self, one: Type, lang: str) -> Json:
        return {"id": one.iri, "name": self.label(one.iri, lang)}

    def _type_of(self, iri: str) -> Type | None:
        item = self._all.get(iri)
        return self._kinds.get(item.kind) if item else None

    def _wanted(self, given: object) -> list[Type]:
        """Give the types that are asked for, by IRI, CURIE, name or a word for them; all where nothing is said."""
        if given is None or given == "" or given == []:
            return self.types
        names = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]
        found = [one for name in names for one in self.types if one.iri in (_whole(name), WZ + name)]
        kinds = {kind for name in names for kind in kind_named(name)}
        return found or [one for one in self.types if one.kind in kinds]


def _alone(found: Sequence[Json], limits: Mapping[str, float]) -> None:
    """Call the best a match where it is near enough and no other is."""
    if found and not any(one["match"] for one in found):
        next_ = found[1]["score"] if len(found) > 1 else 0.0
        if found[0]["score"] >= 100 * limits["least"] and found[0]["score"] - next_ >= 100 * limits["ahead"]:
            found[0]["match"] = True
            found[0]["features"].append({"id": _ALONE, "value": True})


def _whole(name: str) -> str:
    return name if "://" in name else expand(name) or name


def _starts(name: str) -> Iterable[str]:
    """Give a name from each of its words on."""
    words = name.split()
    return (" ".join(words[at:]) for at in range(len(words)))


def _properties(given: object) -> dict[str, list[str]]:
    if not isinstance(given, list):
        raise Unreadable
    found: dict[str, list[str]] = {}
    for one in given:
        if not isinstance(one, dict) or not isinstance(one.get("pid"), str) or "v" not in one:
            raise Unreadable
        values = one["v"] if isinstance(one["v"], list) else [one["v"]]
        found[_whole(one["pid"])] = [str(v.get("id", "")) if isinstance(v, dict) else str(v) for v in values]
    return found
