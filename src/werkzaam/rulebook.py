"""Every rule by its code: what it asks, why, how grave it is, how it looks when kept and when broken, where it stands.

The code of a rule is stable: the local name of the shape or axiom, or the key of the message of a reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from werkzaam.contradictions import checks
from werkzaam.errors import UsageError
from werkzaam.messages import catalogue, say
from werkzaam.model import Model
from werkzaam.prepared import model
from werkzaam.resources import walk
from werkzaam.terms import AXIOM, LANGUAGES, RDFS, SH, SHAPE, SKOS, WZ, slug
from werkzaam.tomlfile import read

Texts = Mapping[str, str]

_KEY = re.compile(r"(?<![\w'\"-])([a-z][a-z-]*)(?=: )")
_KIND = re.compile(r"(?<=kind: )[a-z ]+")
_EXAMPLE = re.compile(r"(?:bijvoorbeeld|for example): (.*?)(?:; [«“]\{value\}.*)?\.$")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `kind` is ``shape``, ``axiom`` or ``reading``; `entity` the class of which it speaks, if any.

    `meaning` is what its field is for. `good` and `bad` are what a user
    would write, a language; `file` and `line` are where it stands.
    """

    code: str
    kind: str
    severity: str
    text: Texts
    entity: str = ""
    why: Texts = field(default_factory=dict)
    meaning: Texts = field(default_factory=dict)
    good: Texts = field(default_factory=dict)
    bad: Texts = field(default_factory=dict)
    iri: str = ""
    file: str = ""
    line: int = 0


def code_of(rule: str) -> str:
    """Give the code of the rule of a finding.

    >>> code_of("https://w3id.org/werkzaam/shape#Claim-scope"), code_of("key-unknown")
    ('Claim-scope', 'key-unknown')
    """
    return slug(rule)


@cache
def rules() -> Mapping[str, Rule]:
    """Give all rules by their codes, those of the shapes first, by file and place."""
    found = {one.code: one for one in _of_shapes(model())}
    for check in checks():
        code = code_of(check.axiom)
        file = f"ontology/rules/violations/{code}.rq"
        found[code] = Rule(code, "axiom", "violation", check.text, iri=AXIOM + code, file=file, line=1)
    for key, said in _readings().items():
        severity = said.get("severity", "violation")
        text = {lang: catalogue()[key][lang] for lang in LANGUAGES}
        found[key] = Rule(key, "reading", severity, text, why={lang: said[lang] for lang in LANGUAGES})
    return found


def rule(code: str) -> Rule:
    """Give the rule that `code` stands for; raises `UsageError` with the nearest ones where there is none."""
    known = rules()
    folded = {one.casefold(): one for one in known}
    name = folded.get(code_of(code.removeprefix("wzs:").removeprefix("wza:")).casefold())
    if name is None:
        from rapidfuzz import process

        near = [one for one, _, _ in process.extract(code, list(known), limit=3, score_cutoff=50)]
        raise UsageError("rule-unknown", value=code, near=", ".join(near) or next(iter(known)))
    return known[name]


def told(one: Rule, lang: str) -> str:
    """Give the message of a rule without a document: what stands for a value is an ellipsis."""
    return re.sub(r"(?<!\{)\{\w+\}(?!\})", "…", one.text[lang]).replace("{{", "{").replace("}}", "}")


@cache
def _readings() -> dict[str, dict[str, str]]:
    """Read `findings.toml`: what a reader of documents may find, with a line on why it matters."""
    return read("findings.toml")


def _of_shapes(model: Model) -> list[Rule]:
    listed = {
        getattr(one.object, "value", ""): code_of(getattr(one.subject, "value", ""))
        for one in model.shapes
        if one.predicate.value == SH + "property"
    }
    keys = {one.keys["en"]: one.keys["nl"] for fields in model.fields.values() for one in fields.values() if one.keys}
    keys["kind"] = "soort"
    found = []
    for iri, file, line in _standing():
        text, code = model.in_both(iri, SH + "message"), code_of(iri)
        facts = {path: [one.value for one in values] for path, values in model.about(iri).items()}
        if not text:
            continue
        severity = code_of(facts.get(SH + "severity", ["#Violation"])[0]).lower()
        shown = [*facts.get(WZ + "goodExample", []), *facts.get(WZ + "badExample", [])]
        path = facts.get(SH + "path", [""])[0]
        why, meaning = model.in_both(iri, SH + "description"), model.in_both(path, SKOS + "definition")
        if len(shown) == 2:
            good, bad = ({"en": one, "nl": _in_dutch(one, keys, model)} for one in shown)
        else:
            good, bad = _by_machine(code, path, text, model)
        entity = listed.get(iri, code.split("-")[0])
        found.append(Rule(code, "shape", severity, text, entity, why, meaning, good, bad, iri, file, line))
    return found


def _standing() -> list[tuple[str, str, int]]:
    """Give each named shape with the file and the line where it stands."""
    found = []
    for name, file in walk("shapes", ".ttl"):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            if line.startswith("wzs:"):
                found.append((SHAPE + line.removeprefix("wzs:").strip(), f"shapes/{name}", number))
    return found


def _in_dutch(snippet: str, keys: Mapping[str, str], model: Model) -> str:
    """Give a snippet with its keys and kinds in Dutch; a line that explains stays as it is."""

    def kind(found: re.Match[str]) -> str:
        for above in ("Claim", "Thing", "ContentConcept"):
            cls = model.class_named(found[0], WZ + above)
            if cls:
                return model.in_both(cls, RDFS + "label")["nl"]
        return found[0]

    lines = [line if line.startswith("#") else _KIND.sub(kind, line) for line in snippet.splitlines()]
    return "\n".join(
        line if line.startswith("#") else _KEY.sub(lambda key: keys.get(key[1], key[1]), line) for line in lines
    )


def _by_machine(code: str, path: str, text: Texts, model: Model) -> tuple[dict[str, str], dict[str, str]]:
    """Make examples of a rule on one field, of its key and the example in its message."""
    names = model.in_both(path, WZ + "key") or model.in_both(path, RDFS + "label")
    good: dict[str, str] = {}
    bad: dict[str, str] = {}
    for lang in LANGUAGES:
        example = _EXAMPLE.search(text[lang])
        key, value = names.get(lang, ""), example[1] if example else "…"
        value = f"{{{value}}}" if re.match(r"[a-z-]+: ", value) else value
        good[lang] = f"{key}: {value}"
        if code.endswith("-required"):
            bad[lang] = say(lang, "explain-left-out", key=key)
        elif code.endswith("-single"):
            bad[lang] = f"{key}: [{value}, …]"
        else:
            bad[lang] = f"{key}: ???"
    return good, bad
