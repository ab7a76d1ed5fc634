"""The mappings are SSSOM as others read it, say no more than is true, and name terms that exist."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from werkzaam.build import packaged_nquads
from werkzaam.databases.releases import Release, known_sources, read_release
from werkzaam.errors import InputError
from werkzaam.loading import nothing
from werkzaam.mappings import NOT_FOUND, SSSOM, Match, MatchSet, mapping_sets, quads, read
from werkzaam.resources import walk
from werkzaam.terms import CONCEPT, MAPPINGS_GRAPH, OWL, SKOS, WZ

EXTERNAL = os.environ.get("WERKZAAM_EXTERNAL", "")
needs_external = pytest.mark.skipif(not EXTERNAL, reason="needs WERKZAAM_EXTERNAL, the folder with data of others")

# Where a release lies in that folder, by the name of its source.
RELEASES = {
    "bcio": "bcio/bcio.owl",
    "cids": "cids/cids.ttl",
    "population-served": "cids/PopulationServed.ttl",
    "ggm": "ggm/ggm.ttl",
    "pico": "pico/pico.ttl",
    "tooi": "tooi/organisations.json",
}


def rows() -> list[tuple[str, Match]]:
    found = [(one.name, match) for one in mapping_sets() for match in one.matches]
    assert len(found) > 200
    return found


@cache
def release(name: str) -> Release:
    file = Path(EXTERNAL) / RELEASES[name]
    return read_release(file.read_bytes(), file.name, name, nothing)


@needs_external
@pytest.mark.parametrize("name", RELEASES)
def test_every_object_exists_in_the_release_that_its_row_names_under_that_label(name: str) -> None:
    about = known_sources()[name]
    if not (Path(EXTERNAL) / RELEASES[name]).exists():
        pytest.skip(f"{RELEASES[name]} is not among the data of others that are at hand")
    ours = [match for _, match in rows() if match.source == about["source"]]
    assert ours
    for match in ours:
        if match.found:
            assert match.object_label in release(name).terms[match.object].labels, match.object
            assert match.digests == release(name).terms[match.object].digests, match.object
        for one in match.rejected:
            assert one in release(name).terms, one
        if release(name).version:
            assert release(name).version.endswith("/" + match.release), match.object


def test_what_is_mapped_of_ours_exists_under_that_label() -> None:
    graph = list(ox.parse(packaged_nquads(), format=ox.RdfFormat.N_QUADS))
    labels: dict[str, set[str]] = {}
    for quad in graph:
        if isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode):
            labels.setdefault(quad.subject.value, set()).add(quad.object.value)
    for name, match in rows():
        assert match.subject_label in labels[match.subject], (name, match.line)


def test_acts_have_the_number_of_the_ontology_on_a_day_on_which_they_held(collection) -> None:  # type: ignore[no-untyped-def]
    query = f"""SELECT ?act ?bwb ?from ?until WHERE {{ ?act a <{WZ}Act> . OPTIONAL {{ ?act <{WZ}bwbId> ?bwb }}
        OPTIONAL {{ ?act <{WZ}inForceFrom> ?from }} OPTIONAL {{ ?act <{WZ}inForceUntil> ?until }} }}"""
    known = {row["act"]: row for row in collection().store.select(query)}
    ours = {match.subject: match for name, match in rows() if name == "acts"}
    assert ours.keys() == known.keys()
    for act, match in ours.items():
        row = known[act]
        assert match.object == (f"https://wetten.overheid.nl/{row['bwb']}" if "bwb" in row else NOT_FOUND)
        assert row.get("from", "0000") <= match.release <= row.get("until", "9999"), act
    numbers = [match.object for match in ours.values()]
    for match in ours.values():
        if match.predicate.endswith("exactMatch") and match.object != NOT_FOUND:
            assert numbers.count(match.object) == 1, "one number cannot be the same as two acts"


def test_only_names_of_places_and_numbers_of_acts_are_the_same() -> None:
    for name, match in rows():
        if match.predicate == SKOS + "exactMatch":
            assert name in ("places", "acts")
        assert match.predicate.startswith(SKOS)
        assert match.justification.startswith("https://w3id.org/semapv/vocab/")
        assert 0 < match.confidence <= 1
        assert match.release
        assert match.date


def test_a_search_without_a_find_says_what_was_searched_and_why_the_nearest_do_not_fit() -> None:
    empty = [match for _, match in rows() if not match.found]
    assert len(empty) > 20
    for match in empty:
        assert match.searched, match.subject
        assert match.comment, match.subject
    assert sum(bool(match.rejected) for match in empty) > 20


def test_resource_and_reasoning_of_a_mechanism_are_mapped_apart() -> None:
    sets = {one.name: one for one in mapping_sets()}
    reasoning, resources = ({m.subject for m in sets[n].matches} for n in ("bcio-reasoning", "bcio-resources"))
    assert all(one.startswith(CONCEPT + "mechanism/") for one in reasoning)
    assert CONCEPT + "mechanism/clearing-obstacles" in reasoning & resources
    techniques = {m.object for m in sets["bcio-resources"].matches}
    assert techniques & {m.object for m in sets["bcio-reasoning"].matches} == {NOT_FOUND}


def test_others_read_the_same_from_our_files(tmp_path: Path) -> None:
    sssom = pytest.importorskip("sssom_pydantic")
    for name, file in walk("ontology", ".sssom.tsv"):
        copy = tmp_path / "one.sssom.tsv"
        copy.write_bytes(file.read_bytes())
        theirs, converter, *_, wrong = sssom.read(copy, return_errors=True)
        assert wrong == []
        ours = read(file.read_bytes(), name).matches
        told = [(m.subject, m.predicate, m.object, m.confidence, m.comment or "") for m in ours]
        assert told == [
            (
                *(converter.expand_reference(one) for one in (m.subject, m.predicate, m.object)),
                m.confidence,
                m.comment or "",
            )
            for m in theirs
        ]


def test_what_is_no_sssom_is_told() -> None:
    for wrong in (b"", b"subject_id\tobject_id\na\tb\n", b"#curie_map:\n#  a: [\n", b"\xff\xfe\x00"):
        with pytest.raises(InputError, match="SSSOM"):
            read(wrong, "names.sssom.tsv")


# ---- as a graph


@cache
def graph() -> set[ox.Quad]:
    return set(quads(mapping_sets()))


def test_the_built_data_hold_the_mappings_in_a_graph_of_their_own() -> None:
    held = {
        quad
        for quad in ox.parse(packaged_nquads(), format=ox.RdfFormat.N_QUADS)
        if quad.graph_name == ox.NamedNode(MAPPINGS_GRAPH)
    }
    assert held == graph()


def test_each_link_has_beside_it_what_it_rests_on_and_what_was_not_found_is_no_link() -> None:
    direct = {q.triple for q in graph() if str(q.predicate.value).startswith(SKOS)}
    nodes = [q.subject for q in graph() if q.object == ox.NamedNode(SSSOM + "Mapping")]
    assert len(nodes) == len(set(nodes)) == len(rows())
    assert len(direct) == sum(match.found and match.subject != match.object for _, match in rows())
    assert not any(isinstance(t.object, ox.NamedNode) and t.object.value == NOT_FOUND for t in direct)
    target = ox.NamedNode("http://humanbehaviourchange.org/ontology/BCIO_007235")
    (cut,) = (q.subject for q in graph() if q.object == target and q.predicate.value == OWL + "annotatedTarget")
    said = {q.predicate.value: q.object.value for q in graph() if q.subject == cut}
    assert said[SSSOM + "object_source_version"] == "2026-08-06"
    assert said[SSSOM + "confidence"] == "0.8"


def test_a_set_says_who_made_it_and_under_which_licence() -> None:
    for one in mapping_sets():
        assert isinstance(one, MatchSet)
        assert one.about["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert one.about["creator_label"]
