"""Documents around the examples of the rules: a snippet as a user would write it, and all that it leaves out.

A snippet stands on its rule in the shapes (`wz:goodExample`, `wz:badExample`) and is shown by `werkzaam explain`;
so what people see is what the tests run.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import yaml

Tree = dict[str, Any]

NAMED = {"nl": "proef", "en": "trial"}
EVIDENCE: Tree = {"said-by": "client", "section": "4.1", "page": "12", "phrase": "misses no week"}
CLAIMS: dict[str, Tree] = {
    "configuration": {
        "mechanism": "tailoring",
        "effect": "activates",
        "resource": {"nl": "een plan in eigen woorden", "en": "a plan in one's own words"},
        "reasoning": {"nl": "herkent zichzelf erin", "en": "recognises oneself in it"},
        "actor": {"role": "client"},
    },
    "feature": {"aspect": "approach", "value": {"nl": "een vast team", "en": "a fixed team"}},
    "interaction": {"interaction": "reinforces", "from": "tailoring", "to": "structure"},
    "outcome finding": {"outcomes": [{"outcome": "no-drop-out"}]},
    "goal": {"goal-of": "staff", "outcomes": [{"outcome": "no-drop-out"}]},
    "context influence": {"mechanism": "tailoring", "context": "slack-labour-market", "influence": "positive"},
}
FIGURE: Tree = {"table": "t1", "entity": "team-noord", "indicator": "realised-inflow", "unit": "persons"}
FIGURES = [
    ("t1.inflow.2008", "2008", "33"),
    ("t1.inflow.2009", "2009", "26"),
    ("t1.inflow.total", "2008/2010", "79"),
    ("t1.rise.total", "2008/2011", "30"),
]
# The items of RAMESES II but the first, on which the examples are.
ITEMS = (
    *("summary", "rationale", "programme-theory", "questions", "ethics", "rationale-realist", "environment"),
    *("programme", "design", "data-collection", "recruitment", "analysis", "participants", "findings"),
    *("summary-of-findings", "limitations", "literature", "conclusion", "funding"),
)
OF_FIGURE = {"unit", "printed", "number", "status", "lowest", "highest", "numerator", "denominator", "sum-of"}
OF_DOCUMENT = {"claims", "things", "figures", "new-concepts", "reporting", "coding"}


def framed(snippet: str, name: str = "wijkteams") -> str:
    """Give the whole document, in English keys, of which `snippet` shows a part; `name` is that of its study."""
    made = yaml.dump(_framed(snippet), Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return made.replace("wijkteams", name).replace("team-noord", f"team-{name}").replace("rapport", f"rapport-{name}")


class _Dumper(yaml.SafeDumper):
    """Writes everything out, as a case document has no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _framed(snippet: str) -> Tree:
    given: Tree = yaml.load(snippet, Loader=yaml.BaseLoader)
    said = re.search(r"in a report of (\d{4})", snippet)
    document = _document(said[1] if said else "2009")
    if given.keys() & (OF_FIGURE | {"figures"}):
        document["things"].append({"id": "table/t1", "kind": "table", "name": NAMED})
        document["figures"] = [
            {**FIGURE, "id": name, "period": period, "printed": value, "number": value, "source": [EVIDENCE]}
            for name, period, value in FIGURES
        ]
    if given.keys() & OF_DOCUMENT:
        for key, items in given.items():
            made = [_item(key, number, one) for number, one in enumerate(items)] if isinstance(items, list) else items
            if key == "reporting" and ("twenty" in snippet or "nineteen" in snippet):
                made += [_item(key, 0, {"id": one, "item": one, "judgement": "reported"}) for one in ITEMS]
            document[key] = [*document["things"][1:], *made] if key == "things" else made
        if "things" in given and not any(one.get("kind") == "intervention" for one in given["things"]):
            document["claims"][0]["scope"] = "wijkteams"
    elif given.keys() & OF_FIGURE:
        document["figures"].append({**FIGURE, "id": "t1.asked", "period": "2010", "source": [EVIDENCE], **given})
    elif given.keys() <= EVIDENCE.keys():
        document["claims"] = [_claim({"source": [{**EVIDENCE, **given}]})]
    elif given.keys() <= {"traits", "description"}:
        document["claims"] = [_claim({"actor": {"role": "client", **given}})]
    else:
        beside = [_claim(one) for one in (_OTHER, _THEORISED) if one["id"] in snippet]
        document["claims"] = [_claim(given, alone="# only" in snippet), *beside]
        if "pawson-tilley-1997" in snippet:
            document["things"].append({"id": "cited/pawson-tilley-1997", "kind": "cited source", "name": NAMED})
    return document


_OTHER = {"id": "k017"}
_THEORISED = {"id": "t012", "mode": "theorised", "stage": "hypothesised"}


def _document(year: str) -> Tree:
    return {
        "werkzaam": "1",
        "language": "en",
        "study": "wijkteams",
        "case": "team-noord",
        "coding": {"id": "coding", "by": "tester", "date": "2024-05-01", "guide": "3"},
        "things": [
            {"id": "study/wijkteams", "kind": "study", "name": NAMED, "publication": "publication/rapport"},
            {"id": "agent/tester", "kind": "coder", "name": NAMED},
            {"id": "intervention/team-noord", "kind": "intervention", "name": NAMED},
            {"id": "publication/rapport", "kind": "publication", "name": NAMED, "year": year},
        ],
        "claims": [_claim({})],
    }


def _claim(given: Tree, *, alone: bool = False) -> Tree:
    kind = given.get("kind", "interaction" if "interaction" in given else "configuration")
    # Each claim says something of its own.
    aside = "" if given.get("id", "k001") == "k001" else f" ({given['id']})"
    statement = {
        "nl": f"Wie een eigen plan heeft, blijft komen{aside}.",
        "en": f"Those who have a plan of their own keep coming{aside}.",
    }
    claim = {"id": "k001", "kind": kind, "statement": statement, **deepcopy(CLAIMS[kind]), "source": [EVIDENCE]}
    for key, value in given.items():
        texts = isinstance(value, dict) and not value.keys() - {"nl", "en"}
        both = texts and not alone and isinstance(claim.get(key), dict)
        claim[key] = {**claim[key], **value} if both else value
    return claim


def _item(key: str, number: int, given: Tree) -> Tree:
    if key == "claims":
        return _claim(given)
    if key == "new-concepts":
        told = {"nl": "Wat mensen ervaren.", "en": "What people experience."}
        named = {"nl": "schuldenrust", "en": "peace of mind about debts"}
        above = {"broader": _ABOVE[given["kind"]]} if given["kind"] in _ABOVE else {}
        return {"name": named, "description": told, **above, **given}
    if key == "reporting":
        return {"statement": {"nl": "Het staat er.", "en": "It is there."}, "source": [EVIDENCE], **given}
    return {**given, "name": NAMED, **_PUBLISHED.get(number, {})}


_ABOVE = {
    "mechanism": "value-judgements",
    "context factor": "labour-market-and-partners",
    "outcome": "taking-part",
    "trait": "attitude",
}
_PUBLISHED: dict[int, Tree] = {0: {"publication": "publication/rapport"}}
