"""How things are called in sentences: labels, statements and places of the few IRIs that a sentence names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from werkzaam.messages import say
from werkzaam.store import Oxigraph
from werkzaam.terms import ID, LANGUAGES, slug

_LABELS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT ?it ?path ?text
WHERE {
  VALUES ?it { %s }
  VALUES ?path { rdfs:label skos:prefLabel wz:name wz:statement }
  ?it ?path ?text .
}
"""

_PLACES = """
PREFIX wz: <https://w3id.org/werkzaam/ontology#>

SELECT DISTINCT ?evidence ?section ?page ?phrase ?who
WHERE {
  {
    VALUES ?it { %s }
    ?it wz:supportedBy|wz:disputedBy|wz:qualifiedBy ?evidence .
  }
  UNION
  {
    VALUES ?evidence { %s }
  }
  ?evidence wz:section ?section .
  ?evidence wz:phrase ?phrase .
  OPTIONAL { ?evidence wz:page ?page }
  OPTIONAL { ?evidence wz:saidBy ?who }
}
ORDER BY ?evidence
"""


def called(store: Oxigraph, iris: Iterable[str]) -> dict[str, dict[str, str]]:
    """Give how each of `iris` is called, a language: a label, the statement of a claim with its id, or a short id."""
    wanted = sorted(set(iris))
    made: dict[str, dict[str, str]] = {iri: dict.fromkeys(LANGUAGES, short(iri)) for iri in wanted}
    for row in store.select(_LABELS % " ".join(f"<{iri}>" for iri in wanted)):
        language = getattr(row["text"], "language", "")
        if language in LANGUAGES:
            said = row["path"].endswith("#statement")
            text = say(language, "word-claim-said", id=short(row["it"]), text=row["text"]) if said else str(row["text"])
            made[row["it"]][language] = text
    return made


def located(store: Oxigraph, iris: Iterable[str], lang: str) -> list[str]:
    """Give, in words, the locators of `iris`: of evidence its own, of a claim those of its evidence."""
    wanted = " ".join(f"<{iri}>" for iri in sorted(set(iris)))
    rows = store.select(_PLACES % (wanted, wanted))
    names = called(store, [str(row["who"]) for row in rows if "who" in row])
    return list(
        dict.fromkeys(
            say(
                lang,
                "word-located",
                who=names[str(row["who"])][lang] if "who" in row else say(lang, "word-unnamed"),
                section=row["section"],
                page=row.get("page", "–"),
                phrase=row["phrase"],
            )
            for row in rows
        )
    )


def fill(sentence: str, names: Mapping[str, str]) -> str:
    """Fill in what a sentence of ours names; what is not known stays as it is."""

    class _Names(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "{" + key + "}"

    return sentence.format_map(_Names(names))


def short(iri: str) -> str:
    """Give the id of a claim or part below its study, else the last part of the IRI."""
    return iri.removeprefix(ID + "claim/").partition("/")[2] if iri.startswith(ID + "claim/") else slug(iri)
