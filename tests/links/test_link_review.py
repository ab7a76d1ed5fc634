"""Proposals go out and decisions come back: by arguments, by a table, one by one; and they are kept as SSSOM."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from werkzaam.mappings import read

sssom_pydantic = pytest.importorskip("sssom_pydantic", reason="sssom-pydantic is not installed")

LIST = """code;naam;soort;taal;synoniemen
a1;huisbezoeken;interventie;nl;
a2;Bewerbungskurs;Maßnahme;de;Jobtraining
a3;zelfredzaamhied;uitkomst;nl;
a4;=cmd|calc;uitkomst;nl;
a5;Almeer;gemeente;nl;
a6;woningmarkt;context;nl;
a7;timmertraining;middel;nl;
"""
THEIRS = "https://w3id.org/werkzaam/graph/foreign/lijst#"
OURS = "https://w3id.org/werkzaam/concept/"


@pytest.fixture
def lijst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "lijst.csv"
    file.write_text(LIST, "utf-8")
    return file


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def as_table(those: list[dict[str, str]], delimiter: str = ",") -> str:
    made = io.StringIO()
    table = csv.DictWriter(made, list(those[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(those)
    return made.getvalue()


def test_each_proposal_has_its_reasons_in_the_language_asked(run: Callable[..., Any], lijst: Path) -> None:
    dutch = run("link", "lijst.csv", "--lang", "nl")
    assert dutch.code == 0
    assert "huisbezoeken: is hetzelfde als «huisbezoek»" in dutch.out
    assert "+ dezelfde woorden als «huisbezoek»" in dutch.out
    assert "− «zelfredzaamhied» is hier als schrijffout gelezen" in dutch.out
    assert "timmertraining: valt onder «training of cursus»" in dutch.out
    assert "woningmarkt" not in dutch.out
    assert "timmertraining: falls under “training or course”" in run("link", "lijst.csv", "--lang", "en").out


def test_json_has_the_nearest_of_ours_for_every_name(run: Callable[..., Any], lijst: Path) -> None:
    data = json.loads(run("link", "lijst.csv", "--format", "json").out)
    by_id = {one["id"].removeprefix(THEIRS): one for one in data["terms"]}
    assert set(by_id) == {f"a{n}" for n in range(1, 8)}
    assert [one["id"] for one in by_id["a1"]["proposed"]] == [OURS + "resource/home-visit"]
    assert by_id["a6"]["proposed"] == []
    refused = by_id["a6"]["nearest"][0]
    assert refused["verdict"] == "no"
    assert {"left-over", "missing", "defined"} & {one["id"] for one in refused["features"]}


def test_accepted_is_known_and_rejected_is_never_proposed_again(run: Callable[..., Any], lijst: Path) -> None:
    ids = {row["their_label"]: row["id"] for row in rows(run("link", "lijst.csv", "--format", "csv").out)}
    kept = run(
        "link", "review", "lijst.csv", "--by", "J. Jansen", "--accept", ids["huisbezoeken"], "--reject", ids["Almeer"]
    )  # fmt: skip
    assert kept.code == 0, kept.err
    after = {row["their_label"] for row in rows(run("link", "lijst.csv", "--format", "csv").out)}
    assert after == set(ids) - {"huisbezoeken", "Almeer"}
    data = json.loads(run("link", "lijst.csv", "--format", "json").out)
    by_label = {one["label"]: one for one in data["terms"]}
    assert by_label["huisbezoeken"]["accepted"] == [OURS + "resource/home-visit"]
    assert len(by_label["Almeer"]["rejected"]) == 1
    again = run("link", "review", "lijst.csv", "--by", "P. Pietersen", "--accept", ids["Almeer"], "--lang", "en")
    assert (again.code, "decided otherwise" in again.err) == (2, True)
    revised = run("link", "review", "lijst.csv", "--by", "P. Pietersen", "--accept", ids["Almeer"], "--revise")
    assert revised.code == 0, revised.err


def test_decisions_are_sssom_as_others_read_it(run: Callable[..., Any], lijst: Path) -> None:
    ids = {row["their_label"]: row["id"] for row in rows(run("link", "lijst.csv", "--format", "csv").out)}
    by = "https://orcid.org/0000-0002-1825-0097"
    chosen = ("--accept", ids["timmertraining"], "--reject", ids["zelfredzaamhied"])
    assert run("link", "review", "lijst.csv", "--by", by, *chosen).code == 0
    file = Path("lijst.sssom.tsv")
    found, _, _ = sssom_pydantic.read(file)
    told = {one.object.identifier: one for one in found}
    assert told["a7"].predicate.curie == "skos:narrowMatch"
    assert [one.curie for one in told["a7"].reviewers or ()] == ["orcid:0000-0002-1825-0097"]
    assert told["a3"].predicate_modifier == "Not"
    ours = {one.object.removeprefix(THEIRS): one for one in read(file.read_bytes(), file.name).matches}
    assert (ours["a7"].negated, ours["a3"].negated) == (False, True)
    assert ours["a7"].object_label == "timmertraining"
    proposed = run("link", "lijst.csv", "--format", "sssom").out
    Path("open.sssom.tsv").write_text(proposed, "utf-8")
    assert len(sssom_pydantic.read("open.sssom.tsv")[0]) == 3


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_table_goes_out_and_comes_back(run: Callable[..., Any], lijst: Path, delimiter: str) -> None:
    table = rows(run("link", "lijst.csv", "--format", "csv").out)
    assert all(row["decision"] == "" for row in table)
    answers = {"huisbezoeken": "ja", "Bewerbungskurs": "Yes", "zelfredzaamhied": "nee"}
    for row in table:
        row["decision"] = answers.get(row["their_label"], "")
    table[0]["relation"] = "broader"
    Path("filled.csv").write_text(as_table(table, delimiter), "utf-8")
    kept = run("link", "review", "lijst.csv", "--by", "J. Jansen", "--read", "filled.csv", "--lang", "nl")
    assert (kept.code, "2 aangenomen en 1 afgewezen" in kept.err) == (0, True), kept.err
    decided = read(Path("lijst.sssom.tsv").read_bytes(), "lijst.sssom.tsv").matches
    assert {one.object_label: one.negated for one in decided} == {
        "huisbezoeken": False,
        "Bewerbungskurs": False,
        "zelfredzaamhied": True,
    }
    changed = {one.object_label: one.predicate.rpartition("#")[2] for one in decided}
    assert changed[table[0]["their_label"]] == "narrowMatch"
    again = run("link", "review", "lijst.csv", "--by", "J. Jansen", "--read", "filled.csv", "--lang", "nl")
    assert "0 aangenomen en 0 afgewezen" in again.err


def test_every_mistake_in_a_table_is_told_at_once_with_its_line_and_nothing_is_kept(
    run: Callable[..., Any], lijst: Path
) -> None:
    table = rows(run("link", "lijst.csv", "--format", "csv").out)
    table[0]["decision"] = "misschien"
    table[1] |= {"decision": "ja", "relation": "cousin"}
    table[2] |= {"decision": "ja", "theirs": THEIRS + "zz"}
    table[3] |= {"decision": "ja", "ours": table[0]["ours"]}
    table[4] |= {"decision": "ja", "ours": OURS + "resource/unicorn", "id": ""}
    Path("filled.csv").write_text(as_table(table), "utf-8")
    ran = run("link", "review", "lijst.csv", "--by", "J. Jansen", "--read", "filled.csv", "--lang", "en")
    assert ran.code == 1
    lines = [line.split(":")[1] for line in ran.out.splitlines()]
    assert sorted(set(lines)) == ["2", "3", "4", "5", "6"]
    assert not Path("lijst.sssom.tsv").exists()
    Path("other.csv").write_text("naam,besluit\nx,ja\n", "utf-8")
    assert run("link", "review", "lijst.csv", "--by", "J. Jansen", "--read", "other.csv").code == 1


def test_no_cell_of_the_table_runs_in_a_spreadsheet(run: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "evil.csv"
    file.write_text('label,kind\n"=zelfredzaamheid",outcome\n"@home visit",resource\n', "utf-8")
    out = run("link", str(file), "--format", "csv", "--links", str(tmp_path / "x.sssom.tsv")).out
    table = rows(out)
    assert len(table) == 2
    assert not [cell for row in table for cell in row.values() if cell[:1] in ("=", "+", "-", "@")]


def test_one_by_one_is_kept_as_it_goes(run: Callable[..., Any], lijst: Path) -> None:
    ran = run("link", "review", "lijst.csv", "--by", "J. Jansen", "--lang", "nl", stdin=b"j\n\nn\nq\n")
    assert ran.code == 0, ran.err
    decided = read(Path("lijst.sssom.tsv").read_bytes(), "lijst.sssom.tsv").matches
    assert sorted(one.negated for one in decided) == [False, True]


def test_who_decides_must_be_said(run: Callable[..., Any], lijst: Path) -> None:
    ran = run("link", "review", "lijst.csv", "--accept", "0000000000", "--lang", "en")
    assert (ran.code, "Say who decides" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("costs.csv", "prijs,kleur\n3,rood\n", "holds no names"),
        ("empty.csv", "naam\n", "holds no names"),
    ],
)
def test_a_file_without_names_says_what_it_should_have(
    run: Callable[..., Any], tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    ran = run("link", str(tmp_path / name), "--lang", "en")
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_rdf_of_others_is_linked_by_its_labels_in_any_language(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "theirs.ttl").write_text(
        """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <https://example.org/list> a skos:ConceptScheme ; skos:prefLabel "home visits"@en .
        <https://example.org/1> a skos:Concept ; skos:prefLabel "Hausbesuche"@de .
        <https://example.org/2> a skos:Concept ; skos:prefLabel "groepsdruk"@nl ; skos:altLabel "peer pressure"@en .
        """,
        "utf-8",
    )
    data = json.loads(run("link", str(tmp_path / "theirs.ttl"), "--kind", "resource", "--format", "json").out)
    assert {one["id"]: [p["id"] for p in one["proposed"]] for one in data["terms"]} == {
        "https://example.org/1": [OURS + "resource/home-visit"],
        "https://example.org/2": [],
    }


def test_places_and_years_of_rdf_speak_for_and_against(run: Callable[..., Any], tmp_path: Path) -> None:
    head = "@prefix schema: <https://schema.org/> . @prefix dct: <http://purl.org/dc/terms/> ."
    about = "a <https://w3id.org/werkzaam/ontology#Intervention> ; schema:name"
    (tmp_path / "theirs.ttl").write_text(
        f"""{head} <https://example.org/1> {about} "Kom erbij" ; dct:spatial "Ede" ; schema:startDate "2009-03-01" .""",
        "utf-8",
    )
    for year, reasons in ((2009, {"same-place", "same-year"}), (2011, {"same-place", "other-year"})):
        (tmp_path / "ours.ttl").write_text(
            f"""{head} <https://example.org/2> {about} "Kom erbij" ; dct:spatial "Ede" ; schema:startDate "{year}" .""",
            "utf-8",
        )
        ran = run("link", str(tmp_path / "theirs.ttl"), "--to", str(tmp_path / "ours.ttl"), "--format", "json")
        (nearest,) = json.loads(ran.out)["terms"][0]["nearest"]
        assert {one["id"] for one in nearest["features"]} - {"same-name"} == reasons


def test_two_lists_of_others_are_linked_with_each_other(run: Callable[..., Any], lijst: Path) -> None:
    Path("other.csv").write_text("id,label,kind\nb1,huis bezoek,resource\nb2,kinderopvang,resource\n", "utf-8")
    data = json.loads(run("link", "lijst.csv", "--to", "other.csv", "--format", "json").out)
    found = {one["label"]: [p["id"].rpartition("#")[2] for p in one["proposed"]] for one in data["terms"]}
    assert found["huisbezoeken"] == ["b1"]
    assert not any(those for label, those in found.items() if label != "huisbezoeken")


def test_what_the_page_shows_is_what_comes_out(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).resolve().parents[2] / "docs" / "linking.md").read_text("utf-8")
    text = page.partition("```text\ncode;naam")[2].partition("```")[0]
    Path("huisstijl.csv").write_text("code;naam" + text, "utf-8")
    shown = page.partition("$ werkzaam link huisstijl.csv --lang en\n")[2].partition("…")[0]
    out = run("link", "huisstijl.csv", "--lang", "en").out
    assert shown
    assert out.startswith(shown)
