"""The form of a case, made from the shapes: its fields, and what somebody filled in.

What is filled in is kept nowhere: it travels with the form, and as YAML (`casetext`) in a file of whoever fills it in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

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
    """The fields of claims, and what a browser sends of them."""

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
            if is_id(one) and cls in self.kinds():
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
                ids = [i for i in dict.fromkeys(given.get(name, [])) if is_id(i)]
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


def is_id(text: str) -> bool:
    """Say whether a form may call a claim or part so."""
    return _ID.fullmatch(text) is not None and text not in _TAKEN


def _free(taken: Iterable[str], start: str) -> str:
    numbers = [int(one[1:]) for one in taken if one[1:].isdigit()]
    return f"{start}{max(numbers, default=0) + 1}"
