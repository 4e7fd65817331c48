"""A letter as PDF: set by typst (tagged, PDF/UA-1), signed by pyhanko (PAdES baseline T, ETSI EN 319 142-1).

>>> pdf = typeset_letter(one, at)
>>> signed = sign(pdf, one, signer=head_of_unit, timestamps=tsa, at=at)

The signature carries an RFC 3161 timestamp. With a :class:`Seal` it is ECDSA over P-256 and ordinary viewers can check
it; with a course identity it is Ed25519 (RFC 8419, ISO/TS 32002), which pyhanko verifies and many viewers do not know.
The same letter, keys and moment give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.cooperation.letters_parts import Block, Points, Text
from hanoikit.cooperation.letters_seal import Seal
from hanoikit.evidence.typesetting import soft, typeset
from hanoikit.i18n import _, direction
from hanoikit.trust.certificates import require_zone

if TYPE_CHECKING:
    from hanoikit.cooperation.letters import Letter
    from hanoikit.evidence.timestamp import LocalTimestampAuthority
    from hanoikit.trust.identity import Identity

    Signer = Identity | Seal

TEMPLATE = Path(__file__).with_name("letter.typ")
FIELD = "Signature1"
#: An identifier that is shorter stays whole, so that it can be copied out of the letter.
_RUN = 60
#: The token needs one of a fixed length; it guards a network against replay, and there is none between the two.
_NONCE = 1 << 60


def typeset_letter(one: Letter, at: datetime) -> bytes:
    """The letter as PDF/UA-1, not signed, dated ``at`` (aware). ``EvidenceError`` when no font has a character."""
    require_zone(at)
    pdf, _fonts = typeset(TEMPLATE, soft(_content(one, at.astimezone(UTC)), run=_RUN), at)
    return pdf


def _content(one: Letter, moment: datetime) -> dict[str, Any]:
    form = one.form
    return {
        "title": one.title,
        "reference": one.reference,
        "author": f"{form.body}, {form.country}",
        "country": form.country,
        "body": form.body,
        "unit": form.unit,
        "address": list(form.address),
        "contact": list(form.contact),
        "look": form.look,
        "paper": form.paper,
        "facts": [list(pair) for pair in one.facts],
        "opening": one.opening,
        "parts": [
            {
                "heading": part.heading,
                "basis": part.basis,
                "blocks": [_block(block) for block in part.blocks],
            }
            for part in one.parts
        ],
        "closing": one.closing,
        "place-date": next((value for label, value in one.facts if label == _("Place and date")), ""),
        "signatory": form.signatory,
        "signatory-title": form.title,
        "draft": one.draft,
        "date": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
        "lang": "en",
        "rtl": direction() == "rtl",
        "labels": {
            "description": _("Official letter of an invented State, made for training"),
            "draft": _("DRAFT · not signed, not to be sent"),
            "page": _("Page"),
            "invented": _("Made for training. The State and everybody in this letter are invented."),
            "signature": _("Signed electronically. The signature and its timestamp are inside this file."),
        },
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", "text": block.text, "gap": block.gap, "dir": block.direction}
    if isinstance(block, Points):
        return {"kind": "points", "points": list(block.points)}
    return {"kind": "terms", "title": block.title, "pairs": [list(pair) for pair in block.pairs]}


def sign(
    pdf: bytes,
    one: Letter,
    *,
    signer: Signer,
    timestamps: LocalTimestampAuthority | None,
    at: datetime,
) -> bytes:
    """The PDF with a PAdES signature of ``signer`` at ``at``, timestamped when there is an authority.

    It certifies the document: nothing may change after it.
    """
    return sign_pdf(pdf, title=one.title, place=one.form.place, signer=signer, timestamps=timestamps, at=at)


def sign_pdf(
    pdf: bytes,
    *,
    title: str,
    place: str,
    signer: Signer,
    timestamps: LocalTimestampAuthority | None,
    at: datetime,
) -> bytes:
    """Any PDF with such a signature; ``title`` is its reason and ``place`` where it was signed (may be empty)."""
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    moment = at.astimezone(UTC).replace(microsecond=0)

    class CourseSigner(PdfSigner):
        def init_signing_session(self, *arguments: Any, **named: Any) -> Any:
            session = super().init_signing_session(*arguments, **named)
            session.system_time = moment
            return session

    writer = _writer(pdf, hashlib.sha256(pdf + signer.fingerprint.encode()).digest()[:16])
    # A page with an annotation, even a hidden one, names its tab order (PDF/UA-1, 7.18.3).
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    if "/Tabs" not in page:
        page["/Tabs"] = generic.NameObject("/S")
        writer.update_container(page)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256" if isinstance(signer, Seal) else "sha512",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        name=signer.name,
        location=place or None,
        reason=title,
    )
    spec = SigFieldSpec(
        FIELD,
        on_page=0,
        invis_sig_settings=InvisSigSettings(set_print_flag=False, set_hidden_flag=True),
        readable_field_name=_("Electronic signature of {name}").format(name=signer.name),
    )
    output = CourseSigner(metadata, _signer(signer, timestamps, moment), new_field_spec=spec).sign_pdf(writer)
    return bytes(output.getvalue())


def _writer(pdf: bytes, identifier: bytes) -> Any:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            """Leaves typst's metadata as they are: a new date would differ each time, and PDF/UA is declared there."""

    writer = Writer(io.BytesIO(pdf))
    writer._document_id[1] = generic.ByteStringObject(identifier)
    return writer


def _signer(identity: Signer, authority: LocalTimestampAuthority | None, moment: datetime) -> Any:
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign.signers import SimpleSigner

    certificate = x509.Certificate.load(identity.certificate.public_bytes(serialization.Encoding.DER))
    key = identity.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    class CourseKey(SimpleSigner):
        def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
            return identity.sign(data)

    signer = CourseKey(
        signing_cert=certificate,
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=_store(),
    )
    if authority is not None:
        signer.unsigned_attr_prov_spec = _stamped(authority, moment)
    return signer


def _store() -> Any:
    """No other certificates: the course authority issues directly to people."""
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    return SimpleCertificateStore()  # type: ignore[no-untyped-call]


def _stamped(authority: LocalTimestampAuthority, moment: datetime) -> Any:
    """The timestamp of the signature, from the course's authority (it stamps SHA-256 only)."""
    from asn1crypto import tsp
    from pyhanko.sign.attributes import TSTProvider, UnsignedAttributeProviderSpec
    from pyhanko.sign.timestamps import TimeStamper

    class CourseTimeStamper(TimeStamper):
        async def async_request_tsa_response(self, req: Any) -> Any:
            imprint = req["message_imprint"]["hashed_message"].native
            return tsp.TimeStampResp.load(authority.stamp(digest=imprint.hex(), at=moment, nonce=_NONCE).der)

        def request_cms(self, message_digest: bytes, md_algorithm: str) -> Any:
            _nonce, request = super().request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
            request["nonce"] = _NONCE
            return _NONCE, request

    stamper: Any = CourseTimeStamper(include_nonce=False)  # type: ignore[no-untyped-call]

    class Stamped(UnsignedAttributeProviderSpec):
        def unsigned_attr_providers(self, signature: bytes, signed_attrs: Any, digest_algorithm: str) -> Any:
            yield TSTProvider("sha256", signature, stamper)

    return Stamped()
