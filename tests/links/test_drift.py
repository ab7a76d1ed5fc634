"""A link breaks loudly when the other side moves, and nothing else is told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from werkzaam.databases.drift import Change, Link, compare, drift
from werkzaam.databases.releases import Release, Term, digests, read_release
from werkzaam.errors import InputError, UsageError
from werkzaam.loading import nothing

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL", "")
needs_external = pytest.mark.skipif(not EXTERNAL, reason="needs WERKZAAM_EXTERNAL, the folder with data of others")

KITCHEN = "https://example.org/kitchen#"
SOUP = Link("soup.sssom.tsv:3", "ours", "closeMatch", KITCHEN + "soup", "soup", digests(["A liquid dish."]))


def term(name: str, label: str, definition: str = "", obsolete: bool = False, replaced: tuple[str, ...] = ()) -> Term:
    return Term(KITCHEN + name, (label,), definition, digests([definition]), obsolete, replaced)


def changes(*terms: Term, whole: bool = True) -> list[Change]:
    release = Release("kitchen", KITCHEN, whole, "2", {one.iri: one for one in terms})
    return list(compare(release, [SOUP]).changes)


@pytest.mark.parametrize(
    ("terms", "kind", "now"),
    [
        ([], "gone", ""),
        ([term("soup", "soup", "A liquid dish.", obsolete=True)], "obsolete", ""),
        ([term("soup", "soup", obsolete=True, replaced=(KITCHEN + "broth",))], "replaced", KITCHEN + "broth"),
        ([term("k7", "Soup", "A liquid dish.")], "replaced", KITCHEN + "k7"),
        ([term("soup", "thick soup", "A liquid dish.")], "renamed", "thick soup"),
        ([term("soup", "soup", "A dish to be drunk.")], "redefined", "A dish to be drunk."),
    ],
)
def test_what_became_of_a_term_is_told(terms: list[Term], kind: str, now: str) -> None:
    assert changes(*terms) == [Change(kind, SOUP, now)]


def test_what_only_looks_changed_is_not_told() -> None:
    assert changes(term("soup", "soup", "A <liquid>  dish. [Source: a cook]"), term("k7", "Soup")) == []
    assert changes(term("soup", "soup")) == []  # a release without definitions says nothing of them


def test_a_part_of_a_release_makes_nothing_gone() -> None:
    assert changes(term("stew", "stew"), whole=False) == []


def test_a_term_may_be_renamed_and_redefined_at_once() -> None:
    assert [one.kind for one in changes(term("soup", "stew", "A thick dish."))] == ["redefined", "renamed"] or [
        one.kind for one in changes(term("soup", "stew", "A thick dish."))
    ] == ["renamed", "redefined"]


# ---- a whole release, invented: the few terms of others that a test can make up


OWL = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
    xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:obo="http://purl.obolibrary.org/obo/">
<owl:Ontology rdf:about="http://humanbehaviourchange.org/ontology/bcio_module.owl"/>
<owl:Class rdf:about="http://humanbehaviourchange.org/ontology/BCIO_007235">
  <rdfs:label>{label}</rdfs:label><obo:IAO_0000114>{status}</obo:IAO_0000114>
</owl:Class></rdf:RDF>"""


def test_a_part_with_one_renamed_and_one_with_one_obsolete_term_are_told(tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "bcio_module.owl"
    file.write_text(OWL.format(label="threaten to stop the benefit BCT", status="Published"))
    ran = run("link", "drift", file)
    assert ran.code == 1
    assert ran.out.startswith("mappings/bcio-resources.sssom.tsv:")
    assert "is now called “threaten to stop the benefit BCT”" in ran.out
    file.write_text(
        OWL.format(label="promise to remove positive material consequence for behaviour BCT", status="Obsolete")
    )
    ran = run("link", "drift", file, "--format", "json")
    told = json.loads(ran.out)
    assert [one["kind"] for one in told["changes"]] == ["obsolete"]
    assert told["changes"][0]["link"]["release"] == "2026-08-06"
    assert (told["compared"], told["source"]) == (1, "bcio")
    assert "is vervallen" in run("link", "drift", file, "--lang", "nl").out
    file.write_text(
        OWL.format(label="promise to remove positive material consequence for behaviour BCT", status="Published")
    )
    ran = run("link", "drift", file)
    assert (ran.code, ran.out) == (0, "")


def test_a_municipality_that_is_gone_or_renamed_is_told(tmp_path: Path) -> None:
    from werkzaam.mappings import mapping_sets

    places = next(one for one in mapping_sets() if one.name == "places").matches
    held = [{"fields": {"identifier": m.object, "naam": m.object_label}} for m in places if m.found]
    file = tmp_path / "organisations.json"
    file.write_text(json.dumps(held))
    assert drift(str(file)).changes == ()
    gone = held.pop(0)
    held[0]["fields"]["naam"] = "gemeente Nieuwstad"
    file.write_text(json.dumps(held))
    kinds = {one.kind: one.link.object for one in drift(str(file)).changes}
    assert kinds == {"gone": gone["fields"]["identifier"], "renamed": held[0]["fields"]["identifier"]}


@pytest.mark.parametrize("content", ["", "<rdf", "<?xml version='1.0'?><a/>", OWL.replace("humanbehaviour", "other")])
def test_what_is_no_release_that_we_know_is_an_error_and_no_change(tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.owl"
    file.write_text(content.replace("BCIO_", "X_"))
    with pytest.raises(InputError):
        drift(str(file))


def test_an_unknown_source_is_told(tmp_path: Path) -> None:
    file = tmp_path / "one.ttl"
    file.write_text("<a:a> <b:b> <c:c> .")
    with pytest.raises(UsageError, match="bcio"):
        drift(str(file), "cbio")


# ---- the releases that the mappings name


@needs_external
@pytest.mark.parametrize(
    ("file", "source", "compared"),
    [
        ("bcio/bcio.owl", "bcio", 100),
        ("bcio/bcio_moa.xlsx", "bcio", 40),
        ("bcio/BCIO_Tailoring.xlsx", "bcio", 1),
        ("cids/cids.ttl", "cids", 10),
        ("cids/PopulationServed.ttl", "population-served", 8),
        ("tooi/organisations.json", "tooi", 38),
    ],
)
def test_nothing_drifted_from_the_releases_themselves(file: str, source: str, compared: int) -> None:
    found = drift(str(Path(EXTERNAL) / file))
    assert (found.source, found.changes) == (source, ())
    assert found.compared >= compared


@needs_external
def test_what_the_next_release_of_bcio_replaced_is_found_and_nothing_else(tmp_path: Path) -> None:
    """Late in August 2026 two terms of another ontology gave way to terms of its own."""
    text = (Path(EXTERNAL) / "bcio" / "bcio.owl").read_text("utf-8")
    ours = "http://humanbehaviourchange.org/ontology/BCIO_"
    for old, new in (("0000253", "051025"), ("0000268", "051027")):
        assert f"https://galenos.org.uk/ontologies/GMHO_{old}" in text
        text = text.replace(f"https://galenos.org.uk/ontologies/GMHO_{old}", ours + new)
    file = tmp_path / "bcio.owl"
    file.write_text(text, "utf-8")
    found = drift(str(file)).changes
    assert {(one.kind, one.link.object[-7:], one.now) for one in found} == {
        ("replaced", "0000253", ours + "051025"),
        ("replaced", "0000268", ours + "051027"),
    }


@needs_external
def test_the_table_of_bcio_says_which_terms_are_obsolete() -> None:
    file = Path(EXTERNAL) / "bcio" / "bcio_moa.xlsx"
    release = read_release(file.read_bytes(), file.name, "", nothing)
    assert len(release.terms) > 500
    assert sum(one.obsolete for one in release.terms.values()) == 15
