"""Checking a record of completion: is it signed by the class's registrar, is it whole, does the history say the same?

>>> checked = check(Path("t07.pdf").read_bytes(), certificate)
>>> checked.sentence
'The record is genuine: the registrar of the class signed it, and nothing in it was changed since.'
>>> checked.record["trainee"]["name"]
'Amal Öz'

A record is a PDF with a PAdES signature and, attached to it, the same facts as JSON (``hanoikit.completion/1``). The
signature covers the whole file. The record says what was completed; it certifies no competence.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509

from hanoikit.errors import Finding, HanoiKitError, ReceiptRejected
from hanoikit.i18n import _
from hanoikit.trust.certificates import Person, fingerprint, load_certificate, person, problems

if TYPE_CHECKING:
    from hanoikit.handin.history import History

RECORD_TYPE = "hanoikit.completion/1"
ATTACHMENT = "completion.json"
REGISTRAR = "Registrar of the class"
"""The name in the only certificate that may sign a record."""
_LARGEST = 16 << 20


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """What a check came to. ``signer`` is ``None`` where the signature does not hold."""

    sentence: str
    findings: tuple[Finding, ...]
    record: Mapping[str, Any] = field(default_factory=dict)
    signer: Person | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(finding.severity == "error" for finding in self.findings)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What the record says, as (label, value)."""
        if not self.record:
            return ()
        about, trainee = self.record["class"], self.record["trainee"]
        done = [
            (
                one["name"],
                _("{points} of {maximum} points").format(points=one["points"], maximum=one["maximum"]),
            )
            for one in self.record["assignments"]
        ]
        return (
            (_("Name"), str(trainee["name"])),
            (_("Id in the class"), str(trainee["id"])),
            (_("Class"), str(about["title"])),
            (_("Signed"), str(self.record["made"])),
            (_("Ledger"), _("{count} lines").format(count=self.record["ledger"]["index"])),
            *((str(name), words) for name, words in done),
        )


def is_record(data: bytes) -> bool:
    """Whether these are the bytes of a PDF."""
    return data[:1024].lstrip().startswith(b"%PDF-")


def check(
    source: Path | bytes, certificate: x509.Certificate | None, *, history: History | None = None
) -> CheckedRecord:
    """Everything that is wrong with a record; ``findings`` is empty when all is well.

    ``certificate`` is that of the class's authority as it was handed out, ``history`` the trainee's own history of
    marks, whose lines are then compared with those that the record names. Raises :class:`ReceiptRejected` for a file
    that is no record of completion. Codes: ``not-signed``, ``changed``, ``not-all-signed``, ``signer-unknown``,
    ``not-the-registrar``, ``other-class``, ``certificate-missing``, ``other-person``, ``line-missing``.
    """
    data = source if isinstance(source, bytes) else _bytes(source)
    record = read(data)
    try:
        found, signer_certificate = _signature(data, record)
    except HanoiKitError as error:
        return CheckedRecord(
            _("The record is not genuine: its signature does not hold."), error.findings, record
        )
    findings = [*found]
    if certificate is None:
        message = _("Name the file class-certificate.pem that the instructor handed out.")
        findings.append(Finding("certificate-missing", message))
        sentence = _(
            "The file is as it was signed, but nobody can tell by whom: the class's certificate is missing."
        )
        return CheckedRecord(sentence, tuple(findings), record)
    unknown = _issue(signer_certificate, certificate, _made(record))
    findings += unknown
    signer = person(signer_certificate) if not unknown else None
    if signer is not None and signer.name != REGISTRAR:
        message = _("It is signed by {name}, who is not the registrar.").format(name=signer.name)
        findings.append(Finding("not-the-registrar", message))
    if record["class"]["certificate"] != fingerprint(certificate):
        findings.append(Finding("other-class", _("It names the certificate of another class.")))
    if history is not None:
        findings += _compared(record, history)
    wrong = any(finding.severity == "error" for finding in findings)
    if wrong and signer is None:
        sentence = _("The record is not genuine: the class did not sign it.")
    elif wrong:
        sentence = _("The record does not hold. Ask the instructor who gave it out.")
    else:
        sentence = _(
            "The record is genuine: the registrar of the class signed it, and nothing in it was changed since."
        )
        if history is not None:
            sentence += " " + _("Your history of marks has the same lines.")
    return CheckedRecord(sentence, tuple(findings), record, signer)


def read(data: bytes) -> dict[str, Any]:
    """The facts attached to a record; nothing is checked. Raises :class:`ReceiptRejected` when there are none."""
    from pypdf import PdfReader

    try:
        if len(data) > _LARGEST or not is_record(data):
            raise ValueError
        (text,) = PdfReader(io.BytesIO(data)).attachments[ATTACHMENT]
        record = json.loads(text)
        if record["type"] != RECORD_TYPE:
            raise ValueError
        _made(record)
        for name in ("id", "title", "certificate"):
            str(record["class"][name])
        str(record["trainee"]["id"]), str(record["trainee"]["name"]), int(record["ledger"]["index"])
        for one in record["assignments"]:
            str(one["name"]), str(one["points"]), str(one["maximum"])
            for line in one["lines"]:
                int(line["index"]), str(line["hash"])
        return dict(record)
    except Exception as error:  # whatever a damaged PDF makes the reader raise
        raise ReceiptRejected(
            _("This PDF is no record of completion, or it is damaged."),
            next_step=_("Ask the instructor for the file again."),
            findings=[Finding("record-unreadable", _("There are no facts of a record in the file."))],
        ) from error


def _made(record: Mapping[str, Any]) -> datetime:
    at = datetime.fromisoformat(str(record["made"]))
    if at.tzinfo is None:
        raise ValueError("made")
    return at


def _bytes(path: Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ReceiptRejected(
            _("The file cannot be read: {why}.").format(why=error.strerror or error), where=str(path)
        ) from error


def _signature(data: bytes, record: Mapping[str, Any]) -> tuple[list[Finding], x509.Certificate]:
    """What is wrong with the signature over the file, and the certificate in it.

    Raises :class:`ReceiptRejected` when there is none that holds.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    def wrong(code: str, message: str, error: Exception | None = None) -> ReceiptRejected:
        rejected = ReceiptRejected(message, findings=[Finding(code, message)])
        rejected.__cause__ = error
        return rejected

    try:
        signatures = list(PdfFileReader(io.BytesIO(data), strict=False).embedded_signatures)
        if len(signatures) != 1:
            raise wrong("not-signed", _("The file has no signature, or more than one."))
        inside = signatures[0]
        certificate = load_certificate(inside.signer_cert.dump())
        # Who may sign is judged by this kit's own rules; here the signer is its own root.
        status = validate_pdf_signature(
            inside,
            ValidationContext(trust_roots=[inside.signer_cert], allow_fetching=False, moment=_made(record)),
            key_usage_settings=KeyUsageConstraints(key_usage={"digital_signature"}),
            skip_diff=True,
        )
    except ReceiptRejected:
        raise
    except Exception as error:
        raise wrong("not-signed", _("The signature in the file cannot be read."), error) from error
    if not (status.intact and status.valid):
        raise wrong("changed", _("The file was changed after it was signed."))
    findings = []
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        findings.append(Finding("not-all-signed", _("Something was added to the file after it was signed.")))
    return findings, certificate


def _issue(certificate: x509.Certificate, authority: x509.Certificate, at: datetime) -> list[Finding]:
    """Why the class's authority does not stand behind the certificate. Unlike course identities, which are Ed25519,
    the key of a record is on P-256: the curve that PDF viewers know.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    found = [one for one in problems(certificate, [authority], at) if one.code != "wrong-key-type"]
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        found.append(Finding("wrong-key-type", _("Its key is not on the curve P-256."), "", ("FIPS 186-5",)))
    return found


def _compared(record: Mapping[str, Any], history: History) -> list[Finding]:
    """Whether the lines that the record names stand in the trainee's history, with the same hashes."""
    import hashlib

    if history.trainee != record["trainee"]["id"] or history.class_id != record["class"]["id"]:
        return [Finding("other-person", _("The history is of another person or another class."))]
    known = {line.index: hashlib.sha256(line.text.encode()).hexdigest() for line in history.lines}
    findings = []
    for one in record["assignments"]:
        for line in one["lines"]:
            if known.get(line["index"]) != line["hash"]:
                message = _("The history does not have this line as the record names it.")
                findings.append(
                    Finding("line-missing", message, _("line {number}").format(number=line["index"]))
                )
    return findings
