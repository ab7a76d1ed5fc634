"""A case comes in by a file or by the form that the shapes make, is told back, waits, and is decided on."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from webtools import Service, plain

from werkzaam.terms import WZ
from werkzaam.web import posted
from werkzaam.web.caseform import Draft
from werkzaam.web.casetext import place_of
from werkzaam.web.desk import from_elsewhere
from werkzaam.web.inbox import Full, Inbox
from werkzaam.web.posted import Garbled
from werkzaam.web.site import Site
from werkzaam.web.worker import Reply

DATA = Path(__file__).parents[1] / "data"
TOKEN = "vijf-wilgen-aan-het-water"
HEAD = {
    "case.nl": "De Moestuin",
    "case.en": "The Vegetable Garden",
    "municipality": "Almere",
    "study.nl": "Tuinstudie",
    "study.en": "Garden study",
    "publication": "Samen tuinieren",
    "by": "A. Groen",
    "date": "2024-03-01",
}
CLAIM = {
    "claim": "k1",
    "k1.kind": "Configuration",
    "k1.statement.nl": "Wie een eigen bed heeft, blijft komen.",
    "k1.statement.en": "Those with a bed of their own keep coming.",
    "k1.mechanism": "tailoring",
    "k1.effect": "activates",
    "k1.actor": "a1",
    "k1.resource.nl": "een eigen bed",
    "k1.resource.en": "a bed of one's own",
    "k1.reasoning.nl": "dit is van mij",
    "k1.reasoning.en": "this is mine",
    "k1.supportedBy": "s1",
    "k1.supportedBy.s1.saidBy": "client",
    "k1.supportedBy.s1.section": "2",
    "k1.supportedBy.s1.phrase": "een eigen bed",
}
SENDER = {"sender-by": "J. de Vries", "email": "j@example.org", "agreed": "1"}

Send = Callable[..., Reply]


@pytest.fixture(scope="session")
def send(site: Site) -> Send:
    """Give the reply to a form, made in this process; `result` is what the inbox answered."""

    def send(path: str, fields: Any, **more: Any) -> Reply:
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        job = {"path": path, "query": "", "accept": "", "languages": "", "gzip": False, "takes": True, **more}
        job["media"] = "application/x-www-form-urlencoded"
        return site.respond(job, urlencode(pairs).encode())

    return send


def words(reply: Reply) -> str:
    return plain(reply.body.decode())


# ---- the form


def test_every_class_of_claim_has_a_form_with_every_field_of_its_shapes(site: Site, send: Send) -> None:
    kinds = site.form.kinds()
    assert len(kinds) == 8
    for cls in kinds:
        text = send("/en/form", {**HEAD, "do": "add", "new-kind": cls.removeprefix(WZ)}).body.decode()
        names = set(re.findall(r'name="k1\.([A-Za-z]+)', text))
        buttons = set(re.findall(r'value="add-part k1\.([A-Za-z]+)"', text))
        for one in site.checker.model.fields_of(cls).values():
            assert one.path.removeprefix(WZ) in names | buttons, (cls, one.path)


def test_what_was_filled_in_becomes_a_document_without_errors(send: Send) -> None:
    for lang, path in (("nl", "/nl/formulier"), ("en", "/en/form")):
        said = words(send(path, {**HEAD, **CLAIM, "do": "check"}))
        assert ("Er is niets fout" if lang == "nl" else "Nothing is wrong") in said
        assert ("Maatwerk – activeert · De Moestuin." if lang == "nl" else "Tailoring – activates ·") in said


def test_empty_fields_at_the_top_are_named_before_anything_is_checked(send: Send) -> None:
    got = send("/en/form", {**HEAD, "study.en": " ", "date": "", **CLAIM, "do": "check"})
    assert got.status == 400
    assert "2 fields are still empty: Name of the study, in English, Date." in words(got)


def test_a_finding_stands_at_its_field_and_leads_there(send: Send) -> None:
    wrong = {**CLAIM, "k1.mechanism": "", "k1.supportedBy.s1.section": "", "k1.statement.en": ""}
    text = send("/en/form", {**HEAD, **wrong, "do": "check"}).body.decode()
    assert "2 errors must be mended. 1 warning." in plain(text)
    for name in ("k1-mechanism", "k1-supportedBy-s1-section"):
        assert re.search(rf'id="f-{name}"[^>]*aria-describedby="f-{name}-wrong" aria-invalid="true"', text), name
        assert f'<a href="#f-{name}">' in text
    assert "Give the statement in English too" in text


def test_claims_and_parts_are_added_and_removed_and_the_rest_stays(send: Send) -> None:
    text = send("/en/form", {**HEAD, **CLAIM, "do": "add", "new-kind": "Feature"}).body.decode()
    assert re.findall(r'name="claim" value="(\w+)"', text) == ["k1", "k2"]
    assert 'value="this is mine"' in text or ">this is mine</textarea>" in text
    two = [*HEAD.items(), *CLAIM.items(), ("claim", "k2"), ("k2.kind", "Feature")]
    text = send("/en/form", [*two, ("do", "remove k1")]).body.decode()
    assert re.findall(r'name="claim" value="(\w+)"', text) == ["k2"]
    text = send("/en/form", [*two, ("do", "add-part k1.supportedBy")]).body.decode()
    assert re.findall(r'name="k1\.supportedBy" value="(\w+)"', text) == ["s1", "s2"]
    text = send("/en/form", [*two, ("do", "remove-part k1.supportedBy.s1")]).body.decode()
    assert 'name="k1.supportedBy"' not in text


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_draft_is_saved_as_a_case_document_and_read_back_as_it_was(site: Site, send: Send, lang: str) -> None:
    pairs = [*HEAD.items(), *CLAIM.items(), ("k1.context", "large-caseload"), ("k1.context", "young-project")]
    got = send(f"/{lang}/{'formulier' if lang == 'nl' else 'form'}", [*pairs, ("do", "save")])
    assert got.headers["content-disposition"] == 'attachment; filename="case.yaml"'
    before = site.form.read(pairs)
    after, left_out = site.text.resumed(got.body)
    assert left_out == []
    assert after.head == before.head
    assert site.text.written(after, "nl") == site.text.written(before, "nl")


def test_what_the_form_cannot_hold_is_said_when_a_document_is_read_back(site: Site) -> None:
    draft, left_out = site.text.resumed((DATA / "buurttafel.yaml").read_bytes())
    assert [one.id for one in draft.claims] == ["b1", "b2", "b3", "b4", "b5", "b6"]
    assert draft.head["case.nl"] == "De Buurttafel"
    assert "part/soepploeg" in left_out
    assert "volledig" in left_out
    assert site.text.resumed(b"- nothing") == (Draft(), ["werkzaam"])


def test_the_place_of_a_line_without_a_field_is_the_field_before_it() -> None:
    assert [place_of(["", "a", "", "b"], line) for line in (1, 2, 3, 4, None, 99)] == ["", "a", "a", "b", "", "b"]


# ---- a file


def upload(content: bytes, file: str) -> dict[str, str]:
    return {"file": file, "content": base64.b64encode(content).decode()}


def test_a_file_is_told_back_in_plain_words_with_its_findings_by_line(send: Send) -> None:
    content = (DATA / "buurttafel.yaml").read_bytes()
    got = send("/nl/insturen", {**upload(content, "buurttafel.yaml"), "do": "check"})
    said = words(got)
    assert "Er is niets fout" in said
    assert "Deelnemers die het menu zelf bepalen, blijven komen. Maatwerk – activeert · De Buurttafel." in said
    got = send(
        "/nl/insturen",
        {**upload(content.replace(b"mechanisme: maatwerk", b"mechanisme: maatwrk"), "b.yaml"), "do": "check"},
    )
    number = content.splitlines().index(b"  mechanisme: maatwerk") + 1
    assert f"regel {number} ·" in words(got)
    assert "mechanisme: maatwrk" in words(got)
    assert 'value="send"' not in got.body.decode()


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("a.yaml", b"", "Choose a file that is not empty."),
        ("a.exe", b"MZ", "A file of this kind cannot be read."),
        ("a.yaml", b"#" * 400_001, "The file is larger than 400 kB."),
    ],
)
def test_what_cannot_be_read_at_all_is_refused_with_what_to_do(
    send: Send, file: str, content: bytes, said: str
) -> None:
    got = send("/en/submit", {**upload(content, file), "do": "check"})
    assert got.status == 400
    assert said in words(got)


@pytest.mark.parametrize("file", ["x.ttl", "x.xlsx", "x.jsonld", "x.rdf", "x.nq", "x.YAML"])
def test_nonsense_in_every_form_gets_findings_and_no_fault(send: Send, file: str) -> None:
    got = send("/en/submit", {**upload(b"\x00\xff<nonsense {", file), "do": "check"})
    assert got.status == 200
    assert "must be mended." in words(got)


def test_a_new_version_says_what_changed(site: Site) -> None:
    content = (Path(__file__).parents[2] / "cases/activeren-door-participeren/service-voor-de-wijk.yaml").read_text(
        "utf-8"
    )
    head, *claims = re.split(r"(?m)^(?=- id: [a-z]\d)", content)
    kept = "".join([head.partition("zaken:")[0] + "beweringen:\n", *claims[:3]])
    told = site.checker.check(kept.encode(), "case.yaml", "nl")
    assert told.again
    assert {one.kind for one in told.changes} >= {"gone"}
    assert len(told.changes) > 300


# ---- what a browser sends


def test_a_file_comes_through_as_it_is_and_its_name_without_the_folder() -> None:
    content = bytes(range(256)) + b"\r\n--not-the-end\r\n\n\r"
    body = (
        b'--xYz\r\nContent-Disposition: form-data; name="do"\r\n\r\ncheck\r\n--xYz\r\n'
        b'Content-Disposition: form-data; name="document"; filename="C:\\cases\\one.xlsx"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n--xYz--\r\n"
    )
    got = posted.read("multipart/form-data; boundary=xYz", body)
    assert got.field("do") == "check"
    assert got.files == {"document": ("one.xlsx", content)}


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("", b"a=1"),
        ("text/plain", b"a=1"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"nothing of the kind"),
        ("multipart/form-data; boundary=x", b"--x\r\nno head\r\n--x--"),
        ("application/x-www-form-urlencoded", b"a=%ff"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 7000)),
    ],
)
def test_what_is_no_form_is_refused(media: str, body: bytes, site: Site) -> None:
    with pytest.raises(Garbled):
        posted.read(media, body)
    job = {"path": "/en/submit", "query": "", "accept": "", "languages": "", "gzip": False, "media": media}
    assert site.respond(job, body).status == 400


def test_a_form_on_another_site_is_told_from_one_of_ours() -> None:
    host = (b"host", b"werkzaam.example")
    assert not from_elsewhere(dict([host]))
    assert not from_elsewhere(dict([host, (b"sec-fetch-site", b"same-origin")]))
    assert not from_elsewhere(dict([host, (b"origin", b"https://werkzaam.example")]))
    assert from_elsewhere(dict([host, (b"sec-fetch-site", b"cross-site")]))
    assert from_elsewhere(dict([host, (b"sec-fetch-site", b"same-site")]))
    assert from_elsewhere(dict([host, (b"origin", b"https://elsewhere.example")]))
    assert from_elsewhere(dict([host, (b"origin", b"null")]))


# ---- sending it in


def test_nothing_is_sent_without_a_name_an_address_and_consent(send: Send) -> None:
    for missing, said in (("email", "Fill in your name and an email address"), ("agreed", "Tick that you agree")):
        fields = {**HEAD, **CLAIM, **{key: value for key, value in SENDER.items() if key != missing}, "do": "send"}
        got = send("/en/form", fields)
        assert "x-do" not in got.headers
        assert said in words(got)


def test_who_sends_stands_apart_from_the_document_and_the_receipt_has_only_the_number(send: Send) -> None:
    got = send("/en/form", {**HEAD, **CLAIM, **SENDER, "do": "send"})
    wanted = json.loads(got.body)
    assert wanted["inbox"] == "keep"
    assert wanted["sender"] == {"by": "J. de Vries", "email": "j@example.org", "note": ""}
    assert b"Vries" not in base64.b64decode(wanted["content"])
    assert "Vries" not in json.dumps(wanted["told"])
    got = send("/en/form", {**HEAD, **CLAIM, **SENDER, "do": "send"}, result={"kept": {"number": "ab" * 8}})
    assert (got.status, got.headers["location"]) == (303, f"/en/receipt?number={'ab' * 8}")


def test_a_service_that_takes_no_cases_still_checks_and_says_so(send: Send) -> None:
    got = send("/en/form", {**HEAD, **CLAIM, "do": "check"}, takes=False)
    assert "This service takes no cases in." in words(got)
    assert "How it is read: 1 claim" in words(got)
    assert 'value="send"' not in got.body.decode()


# ---- the inbox


@pytest.fixture
def inbox(tmp_path: Path, small_store: Path) -> Inbox:
    import shutil

    shutil.copytree(small_store, tmp_path / "store")
    return Inbox(f"oxigraph:{tmp_path / 'store'}")


def keep(inbox: Inbox, content: bytes = b"werkzaam: 1\n") -> str:
    told = {"document": "proef/een", "claims": 1, "lang": "nl", "again": False}
    kept = inbox.keep("een.yaml", content, told, {"by": "J", "email": "j@example.org", "note": ""})
    return str(kept["number"])


def test_a_document_waits_with_its_sender_apart_and_is_returned_with_remarks(inbox: Inbox) -> None:
    number = keep(inbox)
    about = inbox.about(number)
    assert about
    assert (about["state"], about["document"], about["remarks"]) == ("waiting", "proef/een", "")
    assert "example.org" not in json.dumps(about)
    whole = inbox.whole(number)
    assert whole
    assert whole["sender"]["email"] == "j@example.org"
    decided, _ = inbox.decide(number, accept=False, remarks="Welke bladzijde?")
    assert decided
    assert inbox.about(number) == decided
    assert (decided["state"], decided["remarks"]) == ("returned", "Welke bladzijde?")
    again, _ = inbox.decide(number, accept=True, remarks="")
    assert again == decided, "what was decided is not decided again"


def test_what_the_store_refuses_goes_on_waiting(inbox: Inbox) -> None:
    number = keep(inbox, b"werkzaam: 1\nlanguage: en\nstudy: nobody-knows\n")
    decided, generation = inbox.decide(number, accept=True, remarks="")
    assert decided
    assert decided["findings"]
    assert generation == ""
    assert (inbox.about(number) or {})["state"] == "waiting"


def test_a_sender_is_forgotten_when_the_time_is_over(inbox: Inbox) -> None:
    number = keep(inbox)
    (file,) = inbox._folder.rglob("sender.json")
    file.write_text(json.dumps({"by": "J", "email": "j@example.org", "until": "2001-01-01"}), "utf-8")
    assert [one["number"] for one in inbox.listed()] == [number]
    assert not file.exists()
    assert (inbox.whole(number) or {})["sender"] == {}


def test_a_number_that_is_none_opens_nothing(inbox: Inbox) -> None:
    keep(inbox)
    for number in ("", "..", "../store", "0" * 16, "/etc/passwd", "ZZZZZZZZZZZZZZZZ"):
        assert inbox.about(number) is None
        assert inbox.whole(number) is None
        assert inbox.decide(number, accept=True, remarks="") == (None, "")


def test_a_full_inbox_takes_nothing_more(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("werkzaam.web.inbox.MOST", 1)
    keep(inbox)
    with pytest.raises(Full):
        keep(inbox)


# ---- the whole way, over HTTP


@pytest.fixture(scope="module")
def taking(serving: Callable[..., Service], small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Service:
    import shutil

    made = tmp_path_factory.mktemp("taking") / "store"
    shutil.copytree(small_store, made)
    return serving("--store", f"oxigraph:{made}", "--timeout", "60", WERKZAAM_TOKEN=TOKEN)


def post(service: Service, path: str, fields: dict[str, str], **headers: str) -> Any:
    body = urlencode(fields).encode()
    return service.ask(path, "POST", body, Content_Type="application/x-www-form-urlencoded", **headers)


def test_a_case_is_sent_reviewed_accepted_and_there(taking: Service) -> None:
    sent = post(taking, "/en/form", {**HEAD, **CLAIM, **SENDER, "do": "send"})
    assert sent.status == 303, sent.text
    receipt = sent.headers["location"]
    assert "The case waits for a reviewer." in taking.ask(receipt).text
    listed = post(taking, "/en/review", {"token": TOKEN, "do": "list"}).text
    number = re.search(r'name="number" value="(\w+)"', listed)[1]  # type: ignore[index]
    read = post(taking, "/en/review", {"token": TOKEN, "number": number, "do": "read"}).text
    assert "J. de Vries, j@example.org" in read
    assert "Those with a bed of their own keep coming." in read
    unsaid = post(taking, "/en/review", {"token": TOKEN, "number": number, "do": "return"}).text
    assert "Write a remark before you return something." in unsaid
    done = post(taking, "/en/review", {"token": TOKEN, "number": number, "do": "accept"}).text
    assert "Accepted into the collection." in done
    assert "Accepted into the collection." in taking.ask(receipt).text
    assert taking.ask("/en/graph/tuinstudie/de-moestuin").status == 200
    everything = taking.query("SELECT * { GRAPH ?g { ?s ?p ?o } }", Accept="text/csv").text
    assert "keep coming" in everything
    assert "example.org" not in everything, "who sent it is nobody's to read"


def test_the_inbox_opens_for_no_other_token_and_for_no_other_site(taking: Service) -> None:
    got = post(taking, "/en/review", {"token": TOKEN[:-1], "do": "list"})
    assert got.status == 403
    assert "This token is not valid here." in got.text
    assert post(taking, "/en/review", {"token": TOKEN, "do": "list"}, Sec_Fetch_Site="cross-site").status == 403
    assert post(taking, "/en/review", {"token": TOKEN, "do": "list"}, Origin="https://elsewhere.example").status == 403
    assert post(taking, "/en/review", {"token": TOKEN, "do": "list"}).headers["cache-control"] == "no-store"


def test_a_form_for_another_page_is_refused(taking: Service) -> None:
    assert post(taking, "/en/about", {"do": "send"}).status == 405
