"""Records of completion: who gets one, what it says, and that nobody can change or make one."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader
from tests.classroom.small_class import DAY, NAME, SmallClass

from hanoikit.classroom import completion, report_making
from hanoikit.classroom.klass import Class
from hanoikit.classroom.ledger import Ledger, read_head
from hanoikit.cli import run as command
from hanoikit.errors import Finding, ReceiptRejected
from hanoikit.handin import history, record
from hanoikit.trust.identity import CourseAuthority, Identity, Role


@pytest.fixture(scope="module")
def klass(small: SmallClass, tmp_path_factory) -> Class:
    """The small class with a ledger and the records of everybody who finished."""
    klass = small.copied(tmp_path_factory.mktemp("records"))
    with Ledger.open(klass) as ledger:
        ledger.hand_in(
            at=DAY, trainee="t01", assignment=NAME, file="ab" * 32, code="K7QF-2M9X-PT3A", made=DAY.isoformat(),
            received=DAY.isoformat(), late=False, state="accepted", findings=[],
        )  # fmt: skip
    return klass


@pytest.fixture(scope="module")
def outcome(klass: Class) -> completion.Outcome:
    made = report_making.collect(klass, klass.reports)
    return completion.write_all(klass, made, klass.roster.ids, at=DAY)


@pytest.fixture(scope="module")
def pdf(outcome: completion.Outcome) -> bytes:
    (path,) = outcome.written
    return path.read_bytes()


def codes(checked: record.CheckedRecord) -> set[str]:
    return {finding.code for finding in checked.findings}


def test_who_finished_gets_a_record_and_the_others_a_reason(outcome):
    assert [path.name for path in outcome.written] == ["t01.pdf"]
    assert outcome.open["t02"] == "m01-convention is not passed."
    assert outcome.open["t03"] == "m01-convention is not handed in."


def test_a_hand_in_that_a_person_must_look_at_gives_no_record_until_somebody_decided(klass, outcome):
    made = report_making.collect(klass, klass.reports)
    (entry,) = [one for one in made.entries if one.trainee == "t01"]
    shared = Finding("sheet-shared", "The same answer sheet was handed in by t02.", "answers.jsonl")
    doubtful = {NAME: replace(entry, marked=replace(entry.marked, findings=(shared,)))}
    assert "--trainee t01" in completion.open_points(doubtful, made.sources)[0]
    assert completion.open_points(doubtful, made.sources, looked=True) == []
    clock = replace(shared, code="clock-ahead")
    wrong_clock = {NAME: replace(entry, marked=replace(entry.marked, findings=(clock,)))}
    assert completion.open_points(wrong_clock, made.sources) == []


def test_a_name_that_no_font_has_is_never_left_out_but_refused_in_words(outcome, klass):
    assert "a name is never left out" in outcome.open["t04"]
    assert not (klass.reports / "completion" / "t04.pdf").exists()


def test_a_record_says_what_was_completed_and_that_it_certifies_nothing(pdf, klass):
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    words = " ".join(text.split())
    assert "The Convention at a glance" in words and "It is no certificate of competence" in words
    facts = record.read(pdf)
    assert facts["trainee"] == {"id": "t01", "name": "محمد علي"}
    (one,) = facts["assignments"]
    assert one["code"] == "K7QF-2M9X-PT3A" and [line["entry"] for line in one["lines"]] == [
        "hand-in",
        "marked",
    ]
    hashes = {line.index: line.hash for line in completion_lines(klass)}
    assert all(hashes[line["index"]] == line["hash"] for line in one["lines"])
    assert all(line["hash"] in words.replace(" ", "") for line in one["lines"])


def completion_lines(klass):
    from hanoikit.classroom.ledger import read_lines

    return read_lines(klass)


def test_the_record_is_tagged_for_screen_readers(pdf):
    catalog = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert bool(catalog["/MarkInfo"]["/Marked"]) and "/StructTreeRoot" in catalog and catalog["/Lang"] == "en"
    assert b"pdfuaid:part" in catalog["/Metadata"].get_data()


def test_the_record_is_genuine_offline_for_the_kit_and_for_poppler(pdf, klass, tmp_path):
    checked = completion.check(pdf, klass.authority_certificate)
    assert checked.ok and not checked.findings and checked.signer.name == record.REGISTRAR
    assert ("Id in the class", "t01") in checked.facts
    if shutil.which("pdfsig"):
        (tmp_path / "t01.pdf").write_bytes(pdf)
        told = subprocess.run(["pdfsig", "t01.pdf"], cwd=tmp_path, capture_output=True, text=True)
        assert "Signature is Valid" in told.stdout and "Total document signed" in told.stdout


def test_a_changed_byte_an_addition_and_a_missing_signature_are_found(pdf, klass):
    root = klass.authority_certificate
    place = pdf.index(b"/Author")
    assert codes(completion.check(pdf[: place + 2] + b"U" + pdf[place + 3 :], root)) == {"changed"}
    assert "not-all-signed" in codes(completion.check(pdf + b"\n% more\n", root))
    unsigned = pdf[: pdf.index(b"%%EOF") + 5] + b"\n"
    assert codes(completion.check(unsigned, root)) == {"not-signed"}
    assert codes(completion.check(pdf, None)) == {"certificate-missing"}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"%PDF-1.7\n" + b"\x00" * 2000], ids=len)
def test_what_is_no_record_is_refused_with_the_next_step(data, klass):
    with pytest.raises(ReceiptRejected) as told:
        completion.check(data, klass.authority_certificate)
    assert told.value.next_step


def test_another_class_and_another_person_of_the_class_cannot_sign_a_record(pdf, klass):
    from hanoikit.cooperation.letters_pdf import sign_pdf
    from hanoikit.cooperation.letters_seal import pdf_seal

    unsigned = pdf[: pdf.index(b"%%EOF") + 5] + b"\n"

    def signed(authority: CourseAuthority, name: str) -> bytes:
        who = authority.issue(name=name, role=Role.CUSTODIAN, organisation="Autumn", state="XZ")
        return sign_pdf(
            unsigned, title="Record", place="", signer=pdf_seal(who, authority), timestamps=None, at=DAY
        )

    other = CourseAuthority.create(name="another class")
    assert "unknown-issuer" in codes(
        completion.check(signed(other, record.REGISTRAR), klass.authority_certificate)
    )
    keys = Identity.load(klass.root / "keys" / "authority")
    own = CourseAuthority(keys.certificate, keys.key)
    assert codes(completion.check(signed(own, "Seán"), klass.authority_certificate)) == {"not-the-registrar"}
    assert "other-class" in codes(completion.check(signed(other, record.REGISTRAR), other.certificate))


def test_the_lines_of_a_record_stand_in_the_trainees_history(pdf, klass, outcome):
    signed = read_head(klass.root / "ledger-head.json")
    assert signed is not None
    chain, tree = signed

    def told(trainee: str) -> set[str]:
        found = history.extract(
            completion_lines(klass), trainee, head=tree, signer=klass.registrar, at=DAY, chain=chain
        )
        return codes(record.check(pdf, klass.authority_certificate, history=found))

    assert told("t01") == set()
    assert told("t02") == {"other-person"}


def test_a_record_that_still_holds_is_left_as_it_is_and_one_with_new_points_is_made_anew(pdf, klass, outcome):
    made = report_making.collect(klass, klass.reports)
    again = completion.write_all(klass, made, ["t01"], at=DAY + timedelta(days=1))
    assert (again.written, again.same) == ([], 1)
    assert outcome.written[0].read_bytes() == pdf


def test_the_commands_write_and_check_a_record(small: SmallClass, tmp_path, capsys):
    klass = small.copied(tmp_path)
    assert command(["class", "report", "--completion", "--trainee", "t01", "--class", str(klass.root)]) == 0
    path = klass.reports / "completion" / "t01.pdf"
    assert str(path) in capsys.readouterr().out.replace("\n", "")
    words = ["receipt", str(path), "--class-certificate", str(klass.certificate_path)]
    assert command(words) == 0 and "The record is genuine" in capsys.readouterr().out
    path.write_bytes(path.read_bytes() + b"\n%\n")
    assert command(words) == 1
    assert command(["class", "report", "--completion", "--trainee", "t02", "--class", str(klass.root)]) == 1
    assert "m01-convention is not passed" in capsys.readouterr().out
