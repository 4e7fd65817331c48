"""Letters of the invented States: what they say, that they are signed, and that other programs accept them."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from hanoikit.cooperation import tables
from hanoikit.cooperation.letters import letter, letter_docx, letter_pdf, write_word
from hanoikit.cooperation.letters_form import form, forms, read_form
from hanoikit.cooperation.letters_parts import Points, Terms, Text, label
from hanoikit.cooperation.letters_seal import pdf_seal
from hanoikit.cooperation.requests import REQUESTS, from_json
from hanoikit.errors import DataInvalid, EvidenceError, UsageError
from hanoikit.evidence import detached
from hanoikit.evidence.timestamp import LocalTimestampAuthority, Token, verify
from hanoikit.resources import assets
from hanoikit.trust.certificates import pem
from hanoikit.trust.identity import CourseAuthority, Role

AT = datetime(2026, 5, 11, 9, 0, tzinfo=timezone(timedelta(hours=3)))
REQUEST = {
    "kind": "assistance",
    "requesting": "XA",
    "requested": "XC",
    "reference": "XA-2026-9639",
    "date": "2026-05-11",
    "language": "qac",
    "channel": "electronic",
    "central_authority_from": "Aldermark Ministry of Justice, International Legal Assistance",
    "central_authority_to": "Corvessa Ministry of Foreign Affairs, Treaty Section",
    "authority": "Aldermark Police, Cyber Unit, Fjordholm",
    "instrument": "convention",
    "scope": "convention-offence",
    "articles": ["10"],
    "offence": {"name": "Obstruction of a system", "law": "section 204", "maximum_years": 6},
    "facts": "Since 29 March a program has locked the data of St Orla Hospital.\n\nThe crew demands payment.",
    "measures": [
        {
            "id": "m1",
            "what": "stored-data",
            "holder": "Porto Cloud, Porto Lune",
            "need": "It shows who signed in.",
            "data": [
                {
                    "category": "traffic",
                    "description": "Access log",
                    "identifier": "settle@fastsettle.example",
                    "since": "2026-04-09T18:00:00+03:00",
                    "until": "2026-04-10T01:00:00+03:00",
                }
            ],
        }
    ],
    "persons": [{"name": "The user of the account", "nationality": "XD", "role": "suspect"}],
    "period": {"since": "2026-04-09T18:00:00+03:00"},
    "purpose": "To show who sent the demand.",
    "confidentiality": {"asked": True, "reason": "The user would delete the account."},
    "use": "The trial in Fjordholm.",
    "assurances": ["delete-after"],
}


@pytest.fixture(scope="module")
def authority() -> CourseAuthority:
    return CourseAuthority.create(seed="letters")


@pytest.fixture(scope="module")
def stamps() -> LocalTimestampAuthority:
    return LocalTimestampAuthority.create(seed=2026)


@pytest.fixture(scope="module")
def signer(authority):
    return authority.issue(
        name="Maarve Dalnes", role=Role.CENTRAL_AUTHORITY, organisation="Ministry of Justice", state="XA"
    )


@pytest.fixture(scope="module")
def seal(signer, authority):
    return pdf_seal(signer, authority)


@pytest.fixture(scope="module")
def signed(seal, stamps) -> bytes:
    return letter_pdf(letter(from_json(REQUEST)), signer=seal, timestamps=stamps, at=AT)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def plain(pdf: bytes) -> str:
    """The text without its line ends, for sentences that the page breaks."""
    return " ".join(text_of(pdf).split())


def word_text(data: bytes) -> list[str]:
    import docx

    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def certificate(one):
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.Certificate.load(one.public_bytes(Encoding.DER))


def judged(pdf: bytes, authority, stamps):
    """pyhanko's verdict on the signature in the file."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    people = ValidationContext(
        trust_roots=[certificate(authority.certificate)], allow_fetching=False, moment=AT + timedelta(days=1)
    )
    times = ValidationContext(
        trust_roots=[certificate(stamps.root)], allow_fetching=False, moment=AT + timedelta(days=1)
    )
    return found, validate_pdf_signature(
        found,
        people,
        ts_validation_context=times,
        key_usage_settings=KeyUsageConstraints(key_usage={"digital_signature"}),
    )


# what a letter says


def test_a_letter_says_every_element_with_its_provision_and_its_times_in_two_zones(signed):
    text = plain(signed)
    for shown in (
        "Aldermark", "Ministry of Justice", "XA-2026-9639", "11 May 2026", "Corvessa (XC)",
        "Request for legal assistance",
        "United Nations Convention against Cybercrime", "art. 40(15)(c)", "section 204", "St Orla Hospital",
        "Measure 1: Hand over stored data (art. 40(3), art. 44(1))", "settle@fastsettle.example",
        "9 April 2026, 18:00 UTC+03:00 (15:00 UTC)", "10 April 2026, 01:00 UTC+03:00 (9 April 2026, 22:00 UTC)",
        "Deltara (XD)", "The user would delete the account.", "Personal data that the case does not need are deleted",
        "Maarve Dalnes", "everybody in this letter are invented",
    ):  # fmt: skip
        assert shown in text, shown


def test_each_state_has_its_own_letterhead_order_numbering_and_date():
    firsts = {}
    for state in forms():
        one = letter({**REQUEST, "requesting": state})
        firsts[state] = one.parts[0].heading
        assert one.form.country in one.opening or one.form.body in one.opening
        assert sorted(name for part in one.parts for name in part.elements) == sorted(
            name for part in letter(REQUEST).parts for name in part.elements
        )
    assert firsts == {
        "XA": "1. Legal basis",
        "XB": "I. Authority that runs the case",
        "XC": "(a) Offence",
        "XD": "First: Legal basis",
        "XE": "Authority that runs the case",
    }
    assert dict(letter({**REQUEST, "requesting": "XB"}).facts)["Place and date"] == "Kest, 2026-05-11"
    assert [form("XB").number(n) for n in (4, 9, 14)] == ["IV.", "IX.", "XIV."]


def test_central_authorities_are_those_of_the_states_rules():
    from hanoikit.cooperation.state_rules import laws

    for state, one in forms().items():
        assert laws()[state].central_authority.name == f"{one.country} {one.body}, {one.unit}"


def test_what_must_be_said_and_is_not_is_a_gap_in_words_and_what_may_be_left_out_is_left_out():
    one = letter({"kind": "assistance", "requesting": "XA", "requested": "XC"}, draft=True)
    gaps = {part.elements[0] for part in one.parts if Text("[not stated]", gap=True) in part.blocks}
    assert {"authority", "facts", "measures", "purpose"} <= gaps
    assert not {name for part in one.parts for name in part.elements} & {"assurances", "urgency", "persons"}
    assert "DRAFT" in text_of(letter_pdf(one, at=AT)) and word_text(letter_docx(one))[-1].startswith("DRAFT")


@pytest.mark.parametrize("kind", list(REQUESTS))
def test_every_kind_of_request_becomes_a_letter_with_all_that_was_written(kind):
    values = {
        "line": "One line",
        "text": "A text",
        "lines": ["First", "Second"],
        "date": "2026-05-12",
        "states": ["XD"],
    }
    values |= {"years": 6, "reasoned": {"asked": True, "reason": "A reason"}, "assurances": ["speciality"]}
    value = {"kind": kind, "requesting": "XD", "requested": "XB", "reference": "XD-1", "date": "2026-05-11"}
    for element in tables.kind(kind).elements:
        if element.type in values:
            value[element.name] = values[element.type]
        elif element.choices:
            value[element.name] = element.choices[0]
        elif element.type in ("person", "persons"):
            person = {"name": "Juvena Olmosca", "nationality": "XB", "role": "suspect"}
            value[element.name] = person if element.type == "person" else [person]
        elif element.type == "offence":
            value[element.name] = {"name": "Fraud", "law": "art. 15", "maximum_years": 6}
        elif element.type == "measures":
            value[element.name] = REQUEST["measures"]
    one = letter(from_json(value))
    shown = {name for part in one.parts for name in part.elements}
    assert shown >= set(value) & {element.name for element in tables.kind(kind).elements}
    text = plain(letter_pdf(one, at=AT))
    assert tables.kind(kind).name in text and "Deltara" in text


# PDF


def test_the_pdf_is_tagged_with_title_language_and_headings_for_screen_readers(signed, tmp_path):
    reader = PdfReader(io.BytesIO(signed))
    catalog = reader.trailer["/Root"]
    assert bool(catalog["/MarkInfo"]["/Marked"]) and catalog["/Lang"] == "en" and "/StructTreeRoot" in catalog
    assert b"pdfuaid:part" in catalog["/Metadata"].get_data()  # the signature left the metadata alone
    assert reader.metadata.title == "Request for legal assistance XA-2026-9639"
    assert all(page.get("/Tabs") == "/S" for page in reader.pages if "/Annots" in page)
    if shutil.which("pdfinfo"):
        path = tmp_path / "letter.pdf"
        path.write_bytes(signed)
        tree = subprocess.run(["pdfinfo", "-struct-text", str(path)], capture_output=True, text=True).stdout
        assert "H1" in tree and "H2" in tree and "LBody" in tree


def test_pyhanko_accepts_signature_and_timestamp_and_sees_every_change(signed, authority, stamps):
    found, status = judged(signed, authority, stamps)
    assert status.bottom_line and status.timestamp_validity.valid and status.docmdp_ok
    assert status.timestamp_validity.timestamp == AT and status.coverage.name == "ENTIRE_FILE"
    assert found.self_reported_timestamp == AT
    place = signed.index(b"Annots")
    broken = signed[:place] + b"annots" + signed[place + 6 :]
    assert not judged(broken, authority, stamps)[1].bottom_line
    other = CourseAuthority.create(seed="a stranger")
    assert not judged(signed, other, stamps)[1].bottom_line


def test_openssl_and_a_pdf_viewer_accept_the_signature_too(signed, authority, stamps, tmp_path):
    found, _status = judged(signed, authority, stamps)
    start, length, rest, end = found.byte_range
    (tmp_path / "content").write_bytes(signed[start : start + length] + signed[rest : rest + end])
    (tmp_path / "signature").write_bytes(found.pkcs7_content)
    (tmp_path / "root.pem").write_bytes(pem(authority.certificate))
    command = [
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "signature",
        "-content",
        "content",
    ]
    options = ["-CAfile", "root.pem", "-purpose", "any", "-out", "out"]
    told = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    if shutil.which("pdfsig"):  # poppler, as in the viewers of many desktops
        (tmp_path / "letter.pdf").write_bytes(signed)
        told = subprocess.run(["pdfsig", "letter.pdf"], cwd=tmp_path, capture_output=True, text=True)
        assert "Signature is Valid" in told.stdout and "Total document signed" in told.stdout


def test_a_course_identity_can_sign_a_pdf_itself_and_pyhanko_accepts_it(signer, authority, stamps):
    pdf = letter_pdf(letter(REQUEST), signer=signer, at=AT)
    found, status = judged(pdf, authority, stamps)
    assert (
        status.intact
        and status.valid
        and status.trusted
        and found.signer_cert.subject.native["country_name"] == "XA"
    )


def openssl_accepts(folder: Path, data: str, signature: str) -> bool:
    key = subprocess.run(
        ["openssl", "x509", "-in", "certificate.pem", "-pubkey", "-noout"], cwd=folder, capture_output=True
    ).stdout
    (folder / "key.pem").write_bytes(key)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin"]
    return (
        subprocess.run(
            [*command, "-in", data, "-sigfile", signature], cwd=folder, capture_output=True
        ).returncode
        == 0
    )


def test_the_same_letter_keys_and_moment_give_the_same_bytes(signed, signer, authority, stamps):
    one = letter(from_json(REQUEST))
    assert letter_pdf(one, signer=pdf_seal(signer, authority), timestamps=stamps, at=AT) == signed
    assert letter_docx(one, at=AT) == letter_docx(one, at=AT)
    assert letter_docx(one, at=AT) != letter_docx(one, at=AT + timedelta(days=1))


def test_a_draft_and_a_letter_of_another_state_are_not_signed(signer, stamps, tmp_path):
    with pytest.raises(UsageError, match="draft is not signed"):
        letter_pdf(letter(REQUEST, draft=True), signer=signer, timestamps=stamps, at=AT)
    with pytest.raises(UsageError, match="cannot sign a letter of Brevania"):
        write_word(letter({**REQUEST, "requesting": "XB"}), tmp_path / "a.docx", signer=signer, at=AT)
    with pytest.raises(UsageError, match="no form for letters of"):
        letter({**REQUEST, "requesting": "XZ"})


# texts of all kinds

EVIL = (
    '#import "@preview/evil:1.0.0": * #read("/etc/passwd") "] #panic("no") #[ $x^2$ *bold* `raw` '
    "<script>alert(1)</script> @ref \\ ~ -- /* = heading {{ }} ]]> &amp; \u202egnp.exe\u202c end"
)


def test_what_people_write_is_shown_and_never_run():
    one = letter(
        {**REQUEST, "facts": EVIL, "authority": EVIL, "reference": EVIL[:20], "persons": [{"name": EVIL}]}
    )
    text = plain(letter_pdf(one, at=AT))
    assert "root:" not in text and "<script>alert(1)</script>" in text and '#panic("no")' in text
    assert "\\u202egnp.exe" in text  # a turned name cannot pose as another
    assert any("<script>alert(1)</script>" in line for line in word_text(letter_docx(one)))


def test_names_and_texts_of_other_scripts_stand_in_both_files_in_their_own_direction():
    facts = "تم تعطيل أنظمة المستشفى في التاسع والعشرين من مارس."
    one = letter(
        {
            **REQUEST,
            "facts": facts,
            "persons": [{"name": "Trần Thị Lan Anh, Олена Шевчук, ליאור", "role": "witness"}],
        }
    )
    (block,) = next(part.blocks for part in one.parts if part.elements == ("facts",))
    assert block.direction == "rtl"
    try:
        text = text_of(letter_pdf(one, at=AT))
    except EvidenceError as error:
        assert "no font" in str(error)  # this machine cannot print it, and says so
    else:
        assert "Trần Thị Lan Anh" in text and "Олена Шевчук" in text
        assert (
            sum("\u0600" <= letter_ <= "\u06ff" or "\ufb50" <= letter_ <= "\ufefc" for letter_ in text) > 30
        )
    import docx

    document = docx.Document(io.BytesIO(letter_docx(one)))
    (paragraph,) = [each for each in document.paragraphs if each.text == facts]
    assert paragraph.runs[0].font.rtl and b"<w:bidi/>" in document.part.blob


def test_texts_without_end_and_without_spaces_stay_on_the_page():
    long = {**REQUEST, "facts": "A" * 4000, "purpose": "A long sentence that says nothing. " * 100}
    pdf = letter_pdf(letter({**long, "measures": REQUEST["measures"] * 20}), at=AT)
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) > 6
    assert text_of(pdf).count("A") >= 4000
    reached = []
    reader.pages[0].extract_text(
        visitor_text=lambda text, _cm, tm, _font, _size: reached.append(tm[4]) if text.strip() else None
    )
    assert max(reached) < reader.pages[0].mediabox.width


@settings(max_examples=8)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_makes_a_word_file_that_opens_again(facts, name):
    one = letter({**REQUEST, "facts": facts, "persons": [{"name": name, "role": "witness"}]})
    assert word_text(letter_docx(one))


# Word


def test_the_word_file_opens_again_with_headings_properties_and_the_same_parts():
    import docx

    one = letter(from_json(REQUEST))
    document = docx.Document(io.BytesIO(letter_docx(one, at=AT)))
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 2"]
    assert headings == [f"{part.heading} ({part.basis})" for part in one.parts]
    core = document.core_properties
    assert (core.title, core.author) == (
        "Request for legal assistance XA-2026-9639",
        "Ministry of Justice, Aldermark",
    )
    assert core.created.replace(tzinfo=UTC) == AT
    text = "\n".join(each.text for each in document.paragraphs)
    for part in one.parts:
        for block in part.blocks:
            if isinstance(block, Terms):
                assert all(f"{label}: {value}" in text for label, value in block.pairs)
            else:
                assert all(
                    each in text for each in (block.points if isinstance(block, Points) else [block.text])
                )


def test_signature_and_timestamp_beside_the_word_file_hold_for_us_and_for_openssl(
    signer, authority, stamps, tmp_path
):
    path, beside, token = write_word(
        letter(from_json(REQUEST)), tmp_path / "letter.docx", signer=signer, timestamps=stamps, at=AT
    )
    envelope = detached.read(beside.read_bytes())
    check = {"file": "letter.docx", "where": beside.name, "roots": [authority.certificate], "at": AT}
    assert detached.findings(envelope, path.read_bytes(), **check) == []
    changed = path.read_bytes() + b"\0"
    assert [one.code for one in detached.findings(envelope, changed, **check)] == ["signature-wrong"]
    info = verify(Token.load(token), data=beside.read_bytes(), roots=[stamps.root])
    assert info.gen_time == AT
    (tmp_path / "signature").write_bytes(envelope.signature)
    (tmp_path / "certificate.pem").write_bytes(pem(envelope.certificate))
    assert openssl_accepts(tmp_path, "letter.docx", "signature")
    (tmp_path / "root.pem").write_bytes(pem(stamps.root))
    command = f"openssl ts -verify -data {beside.name} -in {token.name} -CAfile root.pem".split()
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


def test_a_letter_speaks_of_your_law_and_your_case_nowhere():
    for kind in tables.kinds().values():
        parts = (tables.part(name) for name in ("measure", "data", "offence", "person"))
        for element in (*kind.elements, *(one for part in parts for one in part)):
            assert "your" not in label(element).casefold(), (kind.id, element.name)


# forms as data


def test_a_new_states_form_is_a_new_file_and_a_bad_one_is_refused_with_every_finding(tmp_path):
    value = json.loads((assets() / "cooperation" / "forms" / "XE.json").read_text(encoding="utf-8"))
    path = tmp_path / "XG.json"
    path.write_text(json.dumps({**value, "state": "XG", "country": "Greyhaven", "numbering": "roman"}))
    assert read_form(path).number(3) == "III."
    path.write_text(json.dumps({**value, "state": "XG", "numbering": "runes", "paper": "parchment"}))
    with pytest.raises(DataInvalid) as caught:
        read_form(path)
    assert [one.where for one in caught.value.findings] == ["numbering", "paper"]


def test_every_form_names_elements_that_exist():
    known = {element.name for kind in tables.kinds().values() for element in kind.elements} | {"other"}
    for one in forms().values():
        assert set(one.order) <= known, one.state
