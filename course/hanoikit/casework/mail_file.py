"""The lure mail: signed by its sender's domain (DKIM), forwarded and sealed (ARC), with a clock at every hop.

>>> message, zone = make_mail(evidence_case(seed=7))
>>> message.splitlines()[0][:12]
b'Return-Path:'

The DKIM signature is valid: it shows that the *domain* in ``d=`` sent the mail, not that the sender is
honest; the domain belongs to the crew. The forwarder's ARC set (RFC 8617) is valid too: it shows what the
forwarder saw. The DNS answers that a verifier needs are returned beside the mail, name -> TXT record, because
the course runs offline. The RSA keys follow from the seed and are no secrets (``hanoikit.evidence.keys``).
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from hanoikit.casework import world
from hanoikit.casework.plan import Hop, Plan, local
from hanoikit.evidence.keys import rsa_key, seed_bytes

__all__ = ["make_mail"]

_CLOCK_LOCK = threading.Lock()


def make_mail(plan: Plan) -> tuple[bytes, dict[str, str]]:
    """The mail (CRLF line ends) and the DNS TXT records that verify it."""
    import dkim

    lure = plan.lure
    desk, out, forwarder, hospital = lure.hops
    secret = seed_bytes(plan.seed)
    sender_key = rsa_key(secret, "dkim", lure.sender_domain)
    forwarder_key = rsa_key(secret, "arc", lure.forwarder_domain)

    message = _letter(plan)
    signature = _sign_at(
        out.at,
        lambda: dkim.sign(
            message,
            lure.selector.encode("ascii"),
            lure.sender_domain.encode("ascii"),
            _pem(sender_key),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[b"From", b"To", b"Subject", b"Date", b"Message-ID"],
        ),
    )
    message = _received(out, "ESMTPSA", by_from=desk, number=1) + signature + message
    message = _received(forwarder, "ESMTPS", by_from=out, number=2) + message
    verdict = (
        f"Authentication-Results: {forwarder.host}; dkim=pass header.d={lure.sender_domain};"
        f" spf=pass smtp.mailfrom=accounts@{lure.sender_domain}\r\n"
    ).encode("ascii")
    seal = dkim.arc_sign(
        verdict + message,
        lure.arc_selector.encode("ascii"),
        lure.forwarder_domain.encode("ascii"),
        _pem(forwarder_key),
        forwarder.host.encode("ascii"),
        include_headers=[b"from", b"to", b"subject", b"date", b"message-id"],
        timestamp=int(forwarder.at.timestamp()),
    )
    if not seal:
        raise RuntimeError("the forwarder's seal came out empty: is the package authres installed?")
    message = b"".join(seal) + message
    message = (
        f"Return-Path: <accounts@{lure.sender_domain}>\r\nDelivered-To: {lure.recipient}\r\n".encode("ascii")
        + _received(hospital, "ESMTPS", by_from=forwarder, number=3)
        + message
    )
    zone = {
        f"{lure.selector}._domainkey.{lure.sender_domain}": _record(sender_key),
        f"{lure.arc_selector}._domainkey.{lure.forwarder_domain}": _record(forwarder_key),
    }
    return message, zone


def _letter(plan: Plan) -> bytes:
    lure = plan.lure
    sent = local(plan.moments.lure_sent, "XB")
    headers = (
        f"From: {lure.sender_name} <accounts@{lure.sender_domain}>",
        f"To: {lure.recipient_name} <{lure.recipient}>",
        f"Subject: {lure.subject}",
        f"Date: {format_datetime(sent)}",
        f"Message-ID: {lure.message_id}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
    )
    body = (
        "Dear colleague,",
        "",
        f"our invoice over {lure.amount:,} {world.CURRENCY} is still open. To avoid a stop of deliveries,",
        "please sign in with your hospital account and approve it today:",
        "",
        lure.link,
        "",
        "Kind regards",
        lure.sender_name,
    )
    return ("\r\n".join((*headers, "", *body)) + "\r\n").encode("ascii")


def _received(hop: Hop, protocol: str, *, by_from: Hop, number: int) -> bytes:
    return (
        f"Received: from {by_from.host} ({by_from.host} [{by_from.address}])\r\n"
        f"\tby {hop.host} with {protocol} id {int(hop.at.timestamp()):X}{number};\r\n"
        f"\t{format_datetime(local(hop.at, hop.state))}\r\n"
    ).encode("ascii")


def _pem(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def _record(key: RSAPrivateKey) -> str:
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode('ascii')}"


def _sign_at(moment: datetime, sign: Callable[[], bytes]) -> bytes:
    """Sign with dkimpy as if it were ``moment``: its DKIM signer takes the time from the clock and nowhere
    else.
    """
    with _clock_of_dkim(moment):
        return bytes(sign())


@contextmanager
def _clock_of_dkim(moment: datetime) -> Iterator[None]:
    import dkim

    class Clock:
        @staticmethod
        def time() -> float:
            return moment.timestamp()

    with _CLOCK_LOCK:
        usual = dkim.time
        dkim.time = Clock
        try:
            yield
        finally:
            dkim.time = usual
