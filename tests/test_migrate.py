"""A document with names that went is understood, told so, and rewritten where they stand and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from werkzaam.loading import Loaded
from werkzaam.migration import rewrite
from werkzaam.model import Model
from werkzaam.terms import CONCEPT, WZ
from werkzaam.turtlenames import names_in

OLD, NEW = CONCEPT + "aspect/law-joining", CONCEPT + "aspect/joining-of-acts"
ADDED = """\
- id: b90  # law-joining in a comment stays
  soort: feit
  bewering: {nl: "Eén loket voor law-joining, zegt men.", en: "One desk for law-joining, it is said."}
  aspect:   %s   # the old name
  waarde: {nl: één loket, en: one desk}
  bron: {id: e1, gezegd-door: onderzoekers, paragraaf: "2", bladzijde: "4", zoekwoorden: zelf het menu}
quickscan:
- {id: q1, gemeente: Waterdorp, interview: nee, relatie: ja, %s: ja, gekozen: nee, bewering: {nl: Nee., en: No.}}
"""


def document(case: str, name: str, key: str = "doelgroep") -> str:
    return case.rstrip("\n") + "\n" + ADDED % (name, key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("law-joining", "joining-of-acts"),
        ("Law joining", "joining-of-acts"),
        ('"law-joining"', '"joining-of-acts"'),
        ("'law-joining'", "'joining-of-acts'"),
        ("aspect/law-joining", "aspect/joining-of-acts"),
        ("wzc:aspect/law-joining", "wzc:aspect/joining-of-acts"),
        (OLD, NEW),
    ],
)
def test_a_yaml_document_is_rewritten_where_the_old_names_stand_and_nowhere_else(case: str, old: str, new: str) -> None:
    before, after = document(case, old), document(case, new, "moeilijkst-bemiddelbaar")
    made, changes = rewrite(before.encode(), "old.yaml")
    assert made.decode() == after
    assert [(one.old, one.new) for one in changes] == [
        (old.strip("\"'"), new.strip("\"'")),
        ("doelgroep", "moeilijkst-bemiddelbaar"),
    ]
    assert rewrite(made, "new.yaml") == (made, [])


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_stay(case: str, ending: str, mark: bytes) -> None:
    before = mark + document(case, "law-joining").replace("\n", ending).encode()
    after = mark + document(case, "joining-of-acts", "moeilijkst-bemiddelbaar").replace("\n", ending).encode()
    assert rewrite(before, "old.yaml")[0] == after


def test_a_document_without_old_names_stays_as_it_is(case: str) -> None:
    assert rewrite(case.encode(), "case.yaml") == (case.encode(), [])


def test_an_old_name_says_the_same_as_the_new_one_and_is_a_warning(load: Callable[..., Loaded], case: str) -> None:
    old, new = load(document(case, "law-joining")), load(document(case, "joining-of-acts", "moeilijkst-bemiddelbaar"))
    assert old.triples == new.triples
    told = [one for one in old.findings if one.rule == "deprecated-name"]
    assert [(one.severity, one.instead) for one in told] == [
        ("warning", "joining-of-acts"),
        ("warning", "moeilijkst-bemiddelbaar"),
    ]
    assert "Schrijf «joining-of-acts»" in told[0].message("nl")
    assert "Write “joining-of-acts”" in told[0].message("en")
    lines = document(case, "law-joining").splitlines()
    assert "law-joining   # the old name" in lines[(told[0].place.line or 0) - 1]
    assert [one for one in new.findings if one.rule == "deprecated-name"] == []


def test_validate_accepts_an_old_name_with_a_warning(run: Any, tmp_path: Path, case: str) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(document(case, "law-joining"), "utf-8")
    findings = json.loads(run("validate", str(file), "--format", "json").out)["findings"]
    told = [one for one in findings if one["rule"] == "deprecated-name"]
    assert [one["instead"] for one in told] == ["joining-of-acts", "moeilijkst-bemiddelbaar"]
    assert {one["severity"] for one in told} == {"warning"}


# ---- Turtle

TURTLE = """\
@prefix a: <https://w3id.org/werkzaam/concept/aspect/> .
@prefix wz: <https://w3id.org/werkzaam/ontology#> .
# a:law-joining in a comment stays, and <https://w3id.org/werkzaam/concept/aspect/law-joining> too
<https://w3id.org/werkzaam/graph/x>   a wz:CaseDocument ; wz:contains <https://w3id.org/werkzaam/id/claim/x/b1> .
<https://w3id.org/werkzaam/id/claim/x/b1> a wz:Feature ; wz:aspect a:law-joining, {iri} ;
    wz:statement "één <https://w3id.org/werkzaam/concept/aspect/law-joining> a:law-joining"@nl .
<https://w3id.org/werkzaam/id/claim/x/q1> wz:{property} <https://w3id.org/werkzaam/concept/answer/yes>.
"""


def test_turtle_is_rewritten_by_prefix_and_in_full_but_not_in_comments_and_texts() -> None:
    before = TURTLE.format(iri=f"<{OLD}>", property="meetsTarget").encode()
    made, changes = rewrite(before, "old.ttl")
    after = TURTLE.format(iri=f"<{NEW}>", property="aimsAtHardestToPlace")
    assert made.decode() == after.replace("wz:aspect a:law-joining,", "wz:aspect a:joining-of-acts,")
    assert [(one.old, one.new, one.place.line) for one in changes] == [
        ("a:law-joining", "a:joining-of-acts", 5),
        (f"<{OLD}>", f"<{NEW}>", 5),
        ("wz:meetsTarget", "wz:aimsAtHardestToPlace", 7),
    ]


def test_turtle_with_old_names_means_the_new_ones(load: Callable[..., Loaded]) -> None:
    loaded = load(TURTLE.format(iri=f"<{OLD}>", property="meetsTarget"), "old.ttl")
    said = " ".join(map(str, loaded.triples))
    assert f"<{NEW}>" in said
    assert f"<{WZ}aimsAtHardestToPlace>" in said
    assert not [t for t in loaded.triples if getattr(t.object, "value", "") == OLD]
    assert [one.severity for one in loaded.findings if one.rule == "deprecated-name"] == ["warning"] * 3


def test_a_prefix_that_cannot_hold_the_new_name_gives_the_iri_in_full(model: Model) -> None:
    text = "PREFIX odd: <https://w3id.org/werkzaam/concept/aspect/law->\n<x> <y> odd:joining ."
    assert [name.instead for name in names_in(text, model.former)] == [f"<{NEW}>"]


# ---- the command


def test_the_command_rewrites_files_says_what_changed_and_a_dry_run_touches_nothing(
    run: Any, tmp_path: Path, case: str
) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(document(case, "law-joining"), "utf-8")
    dry = run("migrate", "--dry-run", str(file), "--lang", "nl")
    assert dry.code == 0
    assert file.read_text("utf-8") == document(case, "law-joining")
    done = run("migrate", str(file), "--lang", "nl")
    assert done.code == 0
    assert done.out == dry.out
    assert "«law-joining» → «joining-of-acts»" in done.out
    assert "2 vervallen namen in 1 bestanden herschreven" in done.err
    assert file.read_text("utf-8") == document(case, "joining-of-acts", "moeilijkst-bemiddelbaar")
    assert run("migrate", str(file)).out == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [("broken.yaml", b"werkzaam: 1\ntaal: [nl"), ("other.csv", b"a,b"), ("broken.ttl", b"<a <b> <c> .")],
)
def test_what_cannot_be_read_is_refused_and_no_file_is_touched(
    run: Any, tmp_path: Path, case: str, name: str, content: bytes
) -> None:
    good, bad = tmp_path / "old.yaml", tmp_path / name
    good.write_text(document(case, "law-joining"), "utf-8")
    bad.write_bytes(content)
    ran = run("migrate", str(good), str(bad))
    assert ran.code == 2
    assert name in ran.err
    assert "Traceback" not in ran.err
    assert good.read_text("utf-8") == document(case, "law-joining")


def test_a_question_takes_an_old_name_for_the_new_one(run: Any) -> None:
    old, new = (
        run("ask", "facts", "-p", f"aspect={name}", "--format", "csv") for name in ("law-joining", "joining-of-acts")
    )
    assert old.code == 0, old.err
    assert old.out == new.out
    assert len(new.out.splitlines()) > 5


# ---- tables

METADATA = """\
{{
 "@context": ["http://www.w3.org/ns/csvw", {{"@language": "nl"}}],
 "wz:document": {{"werkzaam": "1", "language": "en", "study": "adp", "document": "proef",
   "coding": {{"id": "c1", "by": "taalmodel", "date": "2026-11-24", "guide": "2"}}}},
 "tables": [
  {{"url": "quickscan.csv", "wz:form": "rows", "wz:under": "quickscan", "tableSchema": {{"columns": [
    {{"titles": "id", "name": "id"}}, {{"titles": "{key}", "name": "{key}"}},
    {{"titles": "note", "name": "statement.en"}}]}}}},
  {{"url": "facts.csv", "wz:form": "rows", "wz:under": "claims", "tableSchema": {{"columns": [
    {{"name": "id"}}, {{"name": "kind"}}, {{"name": "aspect"}}, {{"name": "statement.en"}},
    {{"name": "source.phrase"}}]}}}}
 ]
}}
"""
QUICKSCAN = 'id,{key},note\nalmere,yes,"target-met, it says"\nzwolle,no,None\n'
FACTS = (
    "id,kind,aspect,statement.en,source.phrase\r\n"
    'f1,feature,{value},"One desk for law-joining,\r\nit is ""said"".",at the desk\r\n'
    "f2,feature,size,Forty take part.,forty take part\r\n"
    'f3,feature,"{value}",law-joining is here,it is here\r\n'
)


def tables(folder: Path, key: str, value: str) -> dict[str, bytes]:
    made = {
        "csvw-metadata.json": METADATA.format(key=key).encode(),
        "quickscan.csv": QUICKSCAN.format(key=key).encode(),
        "facts.csv": b"\xef\xbb\xbf" + FACTS.format(value=value).encode(),
    }
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return made


def test_tables_are_rewritten_in_their_columns_and_cells_and_nowhere_else(run: Any, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    after = tables(tmp_path / "new", "hardest-to-place", "joining-of-acts")
    before = tables(tmp_path, "target-met", "law-joining")
    file = tmp_path / "csvw-metadata.json"
    dry = run("migrate", "--dry-run", file)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    done = run("migrate", file)
    assert done.code == 0, done.err
    assert done.out == dry.out
    told = [line.removeprefix(f"{tmp_path}/") for line in sorted(done.out.splitlines())]
    assert [line.split(":")[0] for line in told] == ["facts.csv", "facts.csv", "quickscan.csv"]
    assert "“target-met” → “hardest-to-place”" in told[-1]
    assert {name: (tmp_path / name).read_bytes() for name in after} == after
    assert run("migrate", file).out == ""


def test_tables_that_cannot_be_read_are_refused_untouched(run: Any, tmp_path: Path) -> None:
    before = tables(tmp_path, "target-met", "law-joining")
    (tmp_path / "facts.csv").unlink()
    ran = run("migrate", tmp_path / "csvw-metadata.json")
    assert ran.code == 2
    assert "facts.csv" in ran.err
    assert (tmp_path / "quickscan.csv").read_bytes() == before["quickscan.csv"]
