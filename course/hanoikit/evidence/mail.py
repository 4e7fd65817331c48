"""A stored mail as evidence: who signed it, which path it took, and which of its clocks disagree.

>>> report = read("lure.eml", dns="dns.json")                                 # doctest: +SKIP
>>> [(s.domain, s.result, s.reason) for s in report.signatures]               # doctest: +SKIP
[('invoices.example', 'pass', 'valid')]
>>> report.arc.result, [hop.by for hop in report.hops]                        # doctest: +SKIP
('pass', ['mail.invoices.example', 'relay.example', 'mx.hospital.example'])

DKIM (RFC 6376) shows that a *domain* took responsibility for the signed parts; it does not show who wrote
the mail or that the domain is honest. ARC (RFC 8617) shows what a forwarder saw. The DNS answers are given,
not asked for: keys change, so an investigator records them with the mail. Each server writes its own
``Received`` line with its own clock; only the lines of servers that one trusts are evidence, because a
sender can invent those below them.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from os import PathLike
from pathlib import Path

from hanoikit.errors import ArtefactUnreadable, Finding
from hanoikit.evidence import hashing
from hanoikit.evidence.mailauth import (
    Arc,
    ArcSet,
    Dns,
    Signature,
    aligned,
    arc_chain,
    one_line,
    records,
    signatures,
)
from hanoikit.i18n import _

__all__ = ["Arc", "ArcSet", "Hop", "MailReport", "Part", "Signature", "Stamp", "read"]

_KNOWN = ("from", "received", "date", "message-id", "return-path", "dkim-signature", "subject", "to")
_SMALL_CLOCK_ERROR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as a mail header writes it. ``instant`` is ``None`` where no zone was stated (or ``-0000``)."""

    text: str
    stored: datetime
    instant: datetime | None

    def __str__(self) -> str:
        return self.instant.isoformat(sep=" ") if self.instant else f"{self.stored.isoformat(sep=' ')} (?)"


@dataclass(frozen=True, slots=True)
class Hop:
    """One ``Received`` line. ``after`` is the time since the hop before by the two servers' clocks."""

    by: str
    sender: str
    address: str
    protocol: str
    at: Stamp | None
    after: timedelta | None
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the mail's body, as stored: name, type, size in bytes and SHA-256 after decoding."""

    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MailReport:
    """What a stored mail says, and how far to believe it. ``hops`` runs from the oldest to the newest."""

    path: Path
    sha256: str
    sender: str
    recipients: str
    subject: str
    message_id: str
    return_path: str
    date: Stamp | None
    signatures: tuple[Signature, ...]
    arc: Arc
    hops: tuple[Hop, ...]
    claims: tuple[str, ...]
    parts: tuple[Part, ...]
    text: str
    findings: tuple[Finding, ...]


def read(path: str | PathLike[str], dns: str | PathLike[str] | Dns) -> MailReport:
    """Read a mail file (``.eml``) and check its signatures against recorded DNS answers.

    ``dns`` is a mapping of names to TXT records (``{"s1._domainkey.shop.example": "v=DKIM1; k=rsa;
    p=..."}``), or the path of a JSON file that holds one. No network is used.

    :raises ArtefactUnreadable: the file cannot be read or is no mail.
    :raises DataInvalid: the DNS file is no such mapping.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ArtefactUnreadable(
            _("The mail cannot be read: {reason}.").format(reason=error.strerror or error), where=str(path)
        ) from error
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if not any(name in message for name in _KNOWN) or b"\0" in raw[:4096]:
        raise ArtefactUnreadable(
            _("This file has no mail headers, so it is no stored mail."),
            where=path.name,
            next_step=_("Export the mail with all its headers, as “original” or “source” (.eml)."),
        )
    answers = records(dns)
    findings: list[Finding] = []
    hops = _hops(message)
    date = _stamp(_text(message, "Date"))
    arc = arc_chain(raw, answers)
    verdicts = tuple(signatures(raw, answers, _domain_of(_text(message, "From"))))
    _note_headers(message, date, findings)
    _note_clocks(hops, date, findings)
    _note_verdicts(verdicts, arc, findings)
    return MailReport(
        path=path,
        sha256=hashing.digest_bytes(raw)["sha256"],
        sender=_text(message, "From"),
        recipients=_text(message, "To"),
        subject=_text(message, "Subject"),
        message_id=_text(message, "Message-ID").strip(),
        return_path=_text(message, "Return-Path").strip("<> "),
        date=date,
        signatures=verdicts,
        arc=arc,
        hops=hops,
        claims=tuple(one_line(str(value)) for value in message.get_all("Authentication-Results", [])),
        parts=tuple(_parts(message, findings)),
        text=_body(message),
        findings=tuple(findings),
    )


# path and clocks


_RECEIVED: Mapping[str, Callable[[str], re.Match[str] | None]] = {
    "sender": re.compile(r"\bfrom\s+([^\s;()]+)", re.IGNORECASE).search,
    "by": re.compile(r"\bby\s+([^\s;()]+)", re.IGNORECASE).search,
    "protocol": re.compile(r"\bwith\s+([^\s;()]+)", re.IGNORECASE).search,
    "address": re.compile(r"\[(?:IPv6:)?([0-9a-fA-F.:]{3,})\]").search,
}


def _hops(message: EmailMessage) -> tuple[Hop, ...]:
    hops: list[Hop] = []
    before: datetime | None = None
    for value in reversed(message.get_all("Received", [])):
        text = one_line(str(value))
        path, _separator, moment = text.rpartition(";")
        stamp = _stamp(moment.strip())
        found = {
            key: match[1] if (match := search(path or text)) else "" for key, search in _RECEIVED.items()
        }
        instant = stamp.instant if stamp else None
        hops.append(
            Hop(
                by=found["by"],
                sender=found["sender"],
                address=found["address"],
                protocol=found["protocol"],
                at=stamp,
                after=instant - before if instant and before else None,
                text=text,
            )
        )
        before = instant or before
    return tuple(hops)


def _stamp(text: str) -> Stamp | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # “-0000” says that the zone is unknown (RFC 5322 3.3); the parser then gives a time without one.
    return Stamp(text.strip(), moment.replace(tzinfo=None), moment if moment.tzinfo else None)


def _note_clocks(hops: tuple[Hop, ...], date: Stamp | None, findings: list[Finding]) -> None:
    for number, hop in enumerate(hops, start=1):
        where = _("hop {n}, {server}").format(n=number, server=hop.by or "?")
        if hop.at is None or hop.at.instant is None:
            message = _("This server's time has no zone or cannot be read.")
            findings.append(Finding("hop-time-unknown", message, where, severity="warning"))
        elif hop.after is not None and hop.after < timedelta(0):
            message = _(
                "Stamped {seconds:,.0f} seconds before the hop before it: one of the two clocks is wrong."
            )
            seconds = -hop.after.total_seconds()
            findings.append(
                Finding("clock-disagrees", message.format(seconds=seconds), where, severity="warning")
            )
    first = next((hop.at.instant for hop in hops if hop.at and hop.at.instant), None)
    if date and date.instant and first and date.instant - first > _SMALL_CLOCK_ERROR:
        minutes = (date.instant - first).total_seconds() / 60
        message = _("The mail is dated {minutes:,.0f} minutes after the first server took it in.")
        findings.append(
            Finding("date-after-arrival", message.format(minutes=minutes), "Date", severity="warning")
        )


# headers and body


def _note_headers(message: EmailMessage, date: Stamp | None, findings: list[Finding]) -> None:
    for name in ("From", "Date", "Message-ID", "Subject"):
        count = len(message.get_all(name, []))
        if count > 1:
            text = _("The header stands {n} times; programs may show different ones.").format(n=count)
            findings.append(Finding("header-repeated", text, name))
        elif not count and name in ("From", "Date"):
            findings.append(Finding("header-missing", _("The header is missing."), name))
    if "Date" in message and (date is None or date.instant is None):
        text = _("The date has no zone or cannot be read.")
        findings.append(Finding("date-unknown", text, "Date", severity="warning"))
    sender, back = _domain_of(_text(message, "From")), _domain_of(_text(message, "Return-Path"))
    if sender and back and not aligned(sender, back):
        text = _("The mail says it is from {first}, but bounces go to {second}.").format(
            first=sender, second=back
        )
        findings.append(Finding("return-path-differs", text, "Return-Path", severity="note"))
    if "Received" not in message:
        text = _("No server has stamped this mail: it may never have been sent.")
        findings.append(Finding("no-received", text, "Received", severity="warning"))


def _note_verdicts(signatures: tuple[Signature, ...], arc: Arc, findings: list[Finding]) -> None:
    for number, each in enumerate(signatures, start=1):
        where = _("DKIM signature {n}").format(n=number)
        if each.result != "pass":
            findings.append(Finding(f"dkim-{each.reason}", each.explanation, where, ("RFC 6376",)))
        if each.partial_body:
            text = _("Only the start of the body is signed; anything can have been added behind it.")
            findings.append(Finding("dkim-partial-body", text, where, ("RFC 6376 8.2",), "warning"))
        if each.result == "pass" and not each.aligned:
            text = _("The domain that signed is not the one in From.")
            findings.append(Finding("dkim-not-aligned", text, where, ("RFC 7489 3.1",), "note"))
    if not signatures:
        text = _("No domain has signed this mail, so nothing protects its content.")
        findings.append(Finding("dkim-not-signed", text, "DKIM-Signature", ("RFC 6376",), "warning"))
    if arc.result in ("fail", "permerror"):
        findings.append(Finding(f"arc-{arc.reason}", arc.explanation, "ARC", ("RFC 8617",)))


def _text(message: EmailMessage, name: str) -> str:
    return one_line(str(message.get(name, "")))


def _domain_of(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2]


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        # An unknown character set must not hide the text.
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _parts(message: EmailMessage, findings: list[Finding]) -> list[Part]:
    parts = []
    for part in message.walk():
        for defect in part.defects:
            text = _("The mail is not built as the standard says: {name}.").format(name=type(defect).__name__)
            findings.append(Finding("mime-defect", text, part.get_content_type(), ("RFC 2045",), "warning"))
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        name = part.get_filename() or ""
        parts.append(Part(name, part.get_content_type(), len(data), hashing.digest_bytes(data)["sha256"]))
    return parts
