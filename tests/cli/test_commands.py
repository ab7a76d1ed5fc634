"""Each command: its help in both languages, its forms, its exit codes, and the same answers from each kind of store."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from werkzaam import sandbox
from werkzaam.build import open_store, packaged_nquads, write_store
from werkzaam.messages import say
from werkzaam.questions import questions
from werkzaam.tables import as_csv

Run = Callable[..., Any]

COMMANDS = {
    "": "werkzaam",
    "what-works": "what-works",
    "ask": "ask",
    "query": "query",
    "validate": "validate",
    "cases": "cases",
    "convert": "convert",
    "explain": "code-explained",
    "bench": "bench",
    "template": "template",
    "migrate": "migrate",
    "build": "build",
    "export": "export",
    "serve": "serve",
    "reason": "reason",
    "docs": "docs",
    "evidence": "evidence",
    "evidence check": "evidence-check",
    "evidence locate": "evidence-locate",
    "add": "add",
    "remove": "remove",
    "retract": "retract",
    "history": "history",
    "store": "store-group",
    "store check": "store-check",
    "store backup": "store-backup",
    "store restore": "store-restore",
    "link": "link",
    "link propose": "link-propose",
    "link review": "link-review",
    "link drift": "link-drift",
    "loaders": "loaders",
    "load": "load",
    "databases": "databases",
}


def words(text: str) -> str:
    return " ".join(text.split())


# The language of a help is chosen when the commands are read: a process for each language, and one is enough.
HELPS = """
import json, sys
from click.testing import CliRunner
from werkzaam.cli import cli
runs = {one: CliRunner().invoke(cli, [*one.split(), "--help"]) for one in json.load(sys.stdin)}
json.dump({one: [ran.exit_code, ran.output] for one, ran in runs.items()}, sys.stdout)
"""


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_command_has_help_in_the_language(start: Run, environment: dict[str, str], lang: str) -> None:
    listed = start("--help", WERKZAAM_LANG=lang).out.split("Commands:")[1]
    named = {line.split()[0] for line in listed.splitlines() if re.match(r"  \w", line)}
    assert named == {command.split()[0] for command in COMMANDS if command}
    around = {**environment, "WERKZAAM_LANG": lang, "COLUMNS": "400"}
    asked = json.dumps(list(COMMANDS))
    ran = subprocess.run([sys.executable, "-c", HELPS], input=asked, env=around, capture_output=True, text=True)
    helps = json.loads(ran.stdout)
    for command, key in COMMANDS.items():
        code, said = helps[command]
        assert code == 0
        assert words(say(lang, f"help-{key}")) in words(said), command
        assert words(say({"nl": "en", "en": "nl"}[lang], f"help-{key}")) not in words(said), command


def test_the_version_is_told(run: Run) -> None:
    ran = run("--version")
    assert (ran.code, ran.err) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", ran.out)


def test_without_a_command_the_help_is_shown(start: Run) -> None:
    ran = start()
    assert "what-works" in ran.out + ran.err
    assert "Traceback" not in ran.out + ran.err


# ---- forms of answers


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_what_works_as_json_is_valid_and_has_its_version(run: Run) -> None:
    ran = run("what-works", "--mechanism", "maatwerk", "--format", "json", "--lang", "nl")
    data = json.loads(ran.out)
    assert ran.code == 0
    assert (data["version"], data["language"]) == (1, "nl")
    assert data["asked"] == [[{"iri": "https://w3id.org/werkzaam/concept/mechanism/tailoring", "label": "maatwerk"}]]
    assert {"headings", "silent", "without_claims", "patterns"} <= data.keys()


@pytest.mark.thorough
def test_every_form_of_what_works_holds_the_same_claims(run: Run) -> None:
    data = json.loads(run("what-works", "--format", "json").out)

    def ids(claims: list[Any]) -> list[str]:
        return [one for claim in claims for one in (claim["id"], *ids(claim["folded"]))]

    expected = [one for heading in data["headings"] for one in ids(heading["claims"])]
    assert expected
    assert [row["id"] for row in table(run("what-works", "--format", "csv").out)] == expected
    roots = sum(len(heading["claims"]) for heading in data["headings"])
    written = run("what-works", "--format", "md").out
    assert len(re.findall(r"^- \*\*", written, re.MULTILINE)) == roots
    for heading in data["headings"]:
        assert f"\n## {heading['label']} ({len(heading['claims'])})\n" in written
    assert written.startswith("# ")


def test_a_terminal_answer_keeps_within_its_width_and_is_plain_text_in_a_pipe(start: Run) -> None:
    ran = start("what-works", COLUMNS="60", NO_COLOR="1")
    assert ran.code == 0
    assert "\x1b" not in ran.out
    prose = [line for line in ran.out.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    assert prose


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(questions()))
def test_every_question_answers_in_every_form(run: Run, name: str) -> None:
    data = json.loads(run("ask", name, "--format", "json").out)
    assert data["version"] == 1
    assert data["columns"] == list(questions()[name].columns)
    rows = table(run("ask", name, "--format", "csv").out)
    assert len(rows) == len(data["rows"])
    written = run("ask", name, "--format", "md", "--lang", "nl").out.splitlines()
    assert written[0] == f"# {questions()[name].text['nl']}"
    assert len([line for line in written if line.startswith("|")]) == len(rows) + 2
    plain = run("ask", name).out.splitlines()
    assert plain[0] == questions()[name].text["en"]
    claims = {v for row in data["rows"] for v in row.values() if re.search(r"/id/claim/[^/]+/[^/]+$", str(v))}
    legend = [line for line in plain[len(rows) + 5 :] if not line.startswith(" ")]
    assert len(legend) == len(claims) == len([line for line in written if line.startswith("- **")])


def test_ask_alone_lists_the_questions_with_their_parameters(run: Run) -> None:
    listed = json.loads(run("ask", "--format", "json").out)
    assert {one["name"] for one in listed} == set(questions())
    told = run("ask", "--lang", "nl").out
    for question in questions().values():
        assert question.text["nl"] in told
        assert all(f"-p {param.name}=…  {param.text['nl']}" in told for param in question.params)


def test_cases_names_each_document_in_every_form(run: Run) -> None:
    data = json.loads(run("cases", "--format", "json").out)
    assert data["version"] == 1
    named = [one["document"].removeprefix("https://w3id.org/werkzaam/graph/") for one in data["cases"]]
    assert {"adp", "adp/de-cirkel", "adp/participatiehuis", "adp/service-voor-de-wijk"} <= set(named)
    assert [row["document"] for row in table(run("cases", "--format", "csv").out)] == named
    for form in ("md", "table"):
        out = run("cases", "--format", form).out
        assert all(name in out for name in named)


@pytest.mark.parametrize(
    ("form", "holds"),
    [
        ("table", "n\n-"),
        ("csv", "n\r\n"),
        ("tsv", "?n\n"),
        ("json", '"bindings"'),
        ("xml", "<sparql"),
    ],
)
def test_a_query_of_ones_own_answers_in_every_form(run: Run, tmp_path: Path, form: str, holds: str) -> None:
    (tmp_path / "count.rq").write_text("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "utf-8")
    ran = run("query", tmp_path / "count.rq", "--format", form)
    assert (ran.code, ran.err) == (0, "")
    assert holds in ran.out
    assert int(re.findall(r"\d{3,}", ran.out.replace("2001", ""))[-1]) > 1000


def test_ask_queries_and_graphs_are_answered_too(run: Run) -> None:
    assert json.loads(run("query", "-", "--format", "json", stdin=b"ASK { ?s ?p ?o }").out)["boolean"] is True
    ran = run("query", "-", stdin=b"CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1")
    assert re.fullmatch(r"<[^>]+> <[^>]+> .+ \.\n", ran.out)
    assert run("query", "-", stdin=b"SELECT * { ?s <a:b> ?o }").out.strip() != ""


@pytest.fixture
def store_of(collection: Callable[..., Any], tmp_path: Path) -> Callable[[str], str]:
    """Give a maker of stores on disk that hold one document."""

    def store_of(document: str) -> str:
        where = f"oxigraph:{tmp_path / 'small'}"
        quads = "".join(f"{quad} .\n" for quad in collection(document).store.quads())
        sandbox.call(write_store, where, quads.encode())  # in a child, as what this process opens its forks may miss
        return where

    return store_of


def test_cells_that_a_spreadsheet_would_run_are_text(start: Run, store_of: Callable[[str], str], case: str) -> None:
    signs = ["=", "+", "-", "@", "\t", "\r"]
    kept = case.partition("beweringen:\n")[0] + "beweringen:\n"
    for number, sign in enumerate(signs):
        text = json.dumps(f"{sign}HYPERLINK({number})")
        kept += f"- {{id: b{number}, soort: feit, bewering: {{nl: soep, en: {text}}}, over: de-buurttafel}}\n"
    rows = table(start("what-works", "--format", "csv", "--store", store_of(kept)).out)
    said = sorted(row["statement"].strip() for row in rows)
    # a tab or return at the start is taken off when the document is read
    expected = [f"'{sign}HYPERLINK({number})" for number, sign in enumerate(signs) if sign.strip()]
    assert said == sorted([*expected, "HYPERLINK(4)", "HYPERLINK(5)"])


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_begins_like_a_formula_is_made_text(sign: str) -> None:
    ((cell,),) = [list(row.values()) for row in table(as_csv(["name"], [[f"{sign}1+1"]]))]
    # csv.writer does not quote a lone return, which would end the row: it becomes a newline, which is quoted
    assert cell == f"'{sign}1+1".replace("\r", "\n")


def test_a_bar_in_a_label_does_not_break_a_table_in_markdown(
    start: Run, store_of: Callable[[str], str], case: str
) -> None:
    store = store_of(case.replace("naam: {nl: De Buurttafel, en: De Buurttafel}", "naam: {nl: Tafel, en: a | b}"))
    for command in (["cases"], ["ask", "for-whom"]):
        lines = start(*command, "--format", "md", "--store", store).out.splitlines()
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("|")}
        assert len(bars) == 1, lines


def first_difference(one: str, other: str) -> tuple[str, str] | None:
    """Give the first lines that differ: a diff of whole answers would take pytest all memory."""
    return next(
        (pair for pair in zip_longest(one.split("\n"), other.split("\n"), fillvalue="") if len({*pair}) > 1), None
    )


# ---- exit codes


def test_a_good_document_is_exit_0_and_a_warning_alone_too(run: Run, tmp_path: Path, case: str, data: Path) -> None:
    good = run("validate", data / "buurttafel.yaml")
    assert good.code == 0
    assert all(": advice: " in line for line in good.out.splitlines())
    assert good.err.startswith("0 error(s), 0 warning(s) and ")
    (tmp_path / "warned.yaml").write_text(case.replace("    van-wie: ondervraagde cliënten\n", ""), "utf-8")
    warned = run("validate", tmp_path / "warned.yaml", "--format", "json")
    assert warned.code == 0
    assert {one["severity"] for one in json.loads(warned.out)["findings"]} == {"warning", "info"}


def test_a_document_with_a_violation_is_exit_1_and_json_has_its_version(run: Run, tmp_path: Path, case: str) -> None:
    (tmp_path / "wrong.yaml").write_text(case.replace("effect: activeert\n", "effect: actief\n", 1), "utf-8")
    ran = run("validate", tmp_path / "wrong.yaml", "--format", "json")
    data = json.loads(ran.out)
    assert ran.code == 1
    assert data["version"] == 1
    (found,) = (one for one in data["findings"] if one["severity"] != "info")
    assert found["severity"] == "violation"
    assert found["rule"] == "https://w3id.org/werkzaam/shape#Configuration-effect"
    assert found["line"] == case[: case.index("effect: activeert\n")].count("\n") + 1
    assert found["subject"].endswith("/claim/buurttafel/b1")


def test_documents_that_name_each_others_things_are_checked_together(run: Run, tmp_path: Path, case: str) -> None:
    first, _, rest = case.partition("zaken:\n")
    things, _, claims = rest.partition("beweringen:\n")
    head = first.split("volledig:\n")[0]
    (tmp_path / "things.yaml").write_text(head.replace("casus: de-buurttafel\n", "") + "zaken:\n" + things, "utf-8")
    (tmp_path / "claims.yaml").write_text(head + "beweringen:\n" + claims, "utf-8")
    assert run("validate", tmp_path / "claims.yaml").code == 1
    both = run("validate", tmp_path / "claims.yaml", tmp_path / "things.yaml")
    assert both.code == 0
    assert all(": advice: " in line for line in both.out.splitlines())


def test_what_is_our_fault_is_exit_3_and_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("soup")

    monkeypatch.setattr("werkzaam.api.Werkzaam.cases", broken)
    ran = run("cases")
    assert ran.code == 3
    assert ran.err == say("en", "our-fault", problem="ZeroDivisionError: soup") + "\n"
    with pytest.raises(ZeroDivisionError):
        run("cases", WERKZAAM_DEBUG="1")


def test_a_reader_that_has_seen_enough_is_no_error(environment: dict[str, str]) -> None:
    if sys.platform == "win32":
        pytest.skip("a shell with head is needed")
    command = f"{sys.executable} -P -m werkzaam export --as nq | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" .\n")


# ---- builds, stores, the cache


@pytest.mark.thorough
def test_a_build_gives_the_same_bytes_in_any_process(start: Run, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        ran = start("build", "--out", tmp_path / f"{seed}.nq", PYTHONHASHSEED=seed)
        assert ran.code == 0, ran.err
    built = [(tmp_path / name).read_text("utf-8") for name in ("1.nq", "2.nq")]
    assert first_difference(*built) is None
    assert first_difference(built[0], packaged_nquads().decode()) is None
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["1.nq", "2.nq"]


@pytest.mark.thorough
def test_a_store_on_disk_gives_the_answers_of_the_packaged_data(run: Run, start: Run, tmp_path: Path) -> None:
    store = f"oxigraph:{tmp_path / 'store'}"
    assert start("build", "--store", store).code == 0
    for command in (
        ["what-works", "--in", "slack-labour-market", "--format", "md"],
        ["export", "--as", "jsonl"],
    ):
        packaged, from_disk = run(*command, COLUMNS="88"), start(*command, "--store", store, COLUMNS="88")
        assert (from_disk.code, from_disk.err) == (packaged.code, packaged.err) == (0, "")
        assert first_difference(from_disk.out, packaged.out) is None, command
    assert start("cases", WERKZAAM_STORE=store) == run("cases")


def build_into(where: str) -> None:
    write_store(where, packaged_nquads())


@pytest.mark.thorough
def test_a_store_can_be_built_again_in_place_within_the_memory_of_a_laptop(
    start: Run, run: Run, tmp_path: Path
) -> None:
    store = f"oxigraph:{tmp_path / 'store'}"
    for _ in range(2):
        sandbox.call(build_into, store)  # in a child with limits: it once took more memory than there was
    assert (
        first_difference(start("export", "--as", "nq", "--store", store).out, run("export", "--as", "nq").out) is None
    )


def own_quad() -> ox.Quad:
    return ox.Quad(*(ox.NamedNode(f"https://example.org/{name}") for name in "spog"))


def with_own_quad(folder: str) -> bool:
    where = f"oxigraph:{folder}"
    write_store(where, f"{own_quad()} .\n".encode())
    build_into(where)
    return own_quad() in set(open_store(where).quads())


@pytest.mark.thorough
def test_building_into_a_store_leaves_other_graphs_alone(tmp_path: Path) -> None:
    assert sandbox.call(with_own_quad, str(tmp_path / "store"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a build give what was built before, for tests of when it builds."""
    content = packaged_nquads()
    monkeypatch.setattr("werkzaam.build.build", lambda progress: content)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_where_nothing_can_be_kept_the_answer_comes_all_the_same(run: Run, lang: str) -> None:
    ran = run("cases", WERKZAAM_CACHE="/proc/nothing", WERKZAAM_LANG=lang)
    assert ran.code == 0
    assert ran.out == run("cases", WERKZAAM_LANG=lang).out
    assert ran.err.splitlines() == [say(lang, "building"), say(lang, "cache-unwritable", path="/proc/nothing")]


@pytest.mark.thorough
def test_two_first_starts_at_once_both_answer(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "werkzaam", "cases", "--format", "json"]
    env = {**environment, "WERKZAAM_CACHE": str(tmp_path / "cache")}
    both = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    ended = [(*one.communicate(), one.returncode) for one in both]
    assert [code for _, _, code in ended] == [0, 0], ended
    assert ended[0][0] == ended[1][0] != b""
    assert [file.suffix for file in (tmp_path / "cache").iterdir()] == [".nq"], "something half-written was left"


@pytest.mark.usefixtures("quick")
def test_a_changed_file_of_the_package_is_built_anew(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"WERKZAAM_CACHE": str(tmp_path)}
    assert say("en", "building") in run("cases", **env).err
    assert run("cases", **env).err == ""
    monkeypatch.setattr("werkzaam.build.digest", lambda: "0" * 64)
    assert say("en", "building") in run("cases", **env).err


@pytest.mark.thorough
def test_nothing_is_written_but_to_the_cache(environment: dict[str, str], tmp_path: Path) -> None:
    for folder in ("home", "work", "cache"):
        (tmp_path / folder).mkdir()
    env = {**environment, "HOME": str(tmp_path / "home"), "WERKZAAM_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-P", "-B", "-m", "werkzaam", "what-works"]
    assert subprocess.run(command, env=env, cwd=tmp_path / "work", capture_output=True).returncode == 0
    written = [file.relative_to(tmp_path).parts[0] for file in tmp_path.rglob("*") if file.is_file()]
    assert written == ["cache"]


def test_python_dash_m_is_the_same_command(start: Run, run: Run) -> None:
    assert start("cases", "--format", "json").out == run("cases", "--format", "json").out


@pytest.mark.parametrize("form", ["jsonl", "nq", "ttl"])
def test_an_export_is_the_same_each_time_and_can_be_read(run: Run, form: str) -> None:
    one, other = run("export", "--as", form), run("export", "--as", form)
    assert one.code == other.code == 0
    assert first_difference(one.out, other.out) is None
    if form == "jsonl":
        read = [json.loads(line) for line in one.out.split("\n")[:-1]]
        assert read
        assert {record["version"] for record in read} == {1}
        assert [record["iri"] for record in read] == sorted(record["iri"] for record in read)
    else:
        kind = ox.RdfFormat.N_QUADS if form == "nq" else ox.RdfFormat.TURTLE
        assert len(list(ox.parse(one.out, format=kind))) > 1000
