"""Checking a custody log: every finding at once, the first broken link first.

>>> for finding in verify(log, roots=[authority.certificate], anchors=[receipt]):
...     print(finding)
entry 4: The signature does not fit: the entry was altered, or another key signed it.

Each finding has a short stable ``code``:

========================== ================================================================================
hash-mismatch              the entry was chained to another line than the one above it
wrong-number               the entry's number does not fit its place
bad-signature              the entry was altered, or another key signed it
unknown-signer             no certificate for the signer, or none from an authority that you trust
certificate-not-valid-then the signer's certificate was not valid at the time of the entry
role-mismatch              the entry claims another role than the signer's certificate gives
time-goes-back             the time is before that of the entry above
entered-late               (warning) the signer says that the entry was written after the event
future-time                the time is after now
later-than-timestamp       the time is after a moment at which the entry demonstrably existed
back-dated                 the time is before a moment at which the entry demonstrably was not in the log
gap-in-custody             somebody acts on an item that they do not hold, or half of a handover is missing
handover-open              (warning) an item was given and nobody has signed for it yet
digest-changed             the item has another digest than before: it is not the same data
truncated-against-head     entries are missing that an outsider saw
fork                       an outsider saw another history: the log was rewritten, or there are two
unreadable-line            a line is damaged or no entry
torn-line                  (warning) the last line is incomplete, as after a crash while writing
========================== ================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hanoikit.errors import ChainBroken
from hanoikit.evidence.custody_anchor import Anchor, LogFinding, anchor_findings, finding_at
from hanoikit.evidence.custody_entry import CLOSING, OPENING, CustodyEntry, Unreadable
from hanoikit.evidence.custody_log import CustodyLog
from hanoikit.i18n import _
from hanoikit.trust.certificates import fingerprint, person, problems, require_zone

_SIGNED = ("40(14)", "RFC 8032 5.1.7")
_CHAINED = ("28(3)(c)", "ISO/IEC 27037")
_HELD = ("28(3)(c)", "ISO/IEC 27037")


def verify(
    log: CustodyLog,
    *,
    roots: Sequence[x509.Certificate],
    anchors: Iterable[Anchor] = (),
    certificates: Iterable[x509.Certificate] = (),
    now: datetime | None = None,
) -> list[LogFinding]:
    """Everything wrong with ``log``, first broken link first, warnings last; an empty list when all is well.

    ``roots`` are the certificates of the authorities that you trust. ``anchors`` are heads held by others;
    without one nobody can see that the end was cut off or that all was signed anew. ``certificates`` are
    signers' certificates that the log itself may not carry. With ``now`` (aware) entries from the future
    are found too.
    """
    if now is not None:
        require_zone(now)
    known = {**log.certificates(), **{fingerprint(each): each for each in certificates}}
    findings = [
        *_entry_findings(log, _Signers(known, roots), now),
        *_custody_findings(log),
        *anchor_findings(log, sorted(anchors, key=lambda anchor: anchor.index)),
    ]
    if log.torn:
        message = _("The last line is incomplete, as after a crash while writing. It was set aside.")
        findings.append(finding_at("torn-line", message, len(log) + 1, severity="warning"))
    # Broken links before warnings. A finding that names a range says "somewhere in here": one that names the
    # entry comes before it.
    return sorted(findings, key=lambda finding: (finding.severity != "error", finding.until))


def check(
    log: CustodyLog,
    *,
    roots: Sequence[x509.Certificate],
    anchors: Iterable[Anchor] = (),
    certificates: Iterable[x509.Certificate] = (),
    now: datetime | None = None,
) -> None:
    """Like ``verify``, but raise ``ChainBroken`` with all findings if one of them is an error."""
    findings = verify(log, roots=roots, anchors=anchors, certificates=certificates, now=now)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise ChainBroken(
            _("The custody log of case {case} does not hold; the first broken link is {place}.").format(
                case=log.case, place=errors[0].where
            ),
            next_step=_("Compare it with the copy or the receipt that another person holds."),
            findings=findings,
        )


def compare(one: CustodyLog, other: CustodyLog) -> list[LogFinding]:
    """Where two copies of a log part. Both may verify alone; only side by side does a fork show.

    ``fork``: from this entry on there are two histories. ``shorter-copy`` (warning): one copy ends earlier;
    it is older, or it was cut.
    """
    if one.header != other.header:
        return [finding_at("fork", _("The two are not logs of the same case: their headers differ."), 0)]
    for place, (here, there) in enumerate(zip(one.records, other.records, strict=False), 1):
        if here.line != there.line:
            message = _(
                "Two histories: up to entry {before} the copies are the same, from here on they differ."
            )
            until = max(len(one), len(other))
            return [finding_at("fork", message.format(before=place - 1), place, until, provisions=_CHAINED)]
    if len(one) != len(other):
        shorter = min(len(one), len(other))
        message = _("One copy ends after entry {last}. It is older than the other, or its end was cut off.")
        finding = finding_at(
            "shorter-copy",
            message.format(last=shorter),
            shorter + 1,
            max(len(one), len(other)),
            severity="warning",
        )
        return [finding]
    return []


@dataclass(slots=True)
class _Signer:
    """What is known of one signer, looked up once and not once an entry."""

    verify: Callable[[bytes, bytes], None] | None
    start: datetime
    end: datetime
    role: str
    name: str
    reasons: str


class _Signers(dict[str, _Signer]):
    def __init__(self, certificates: dict[str, x509.Certificate], roots: Sequence[x509.Certificate]) -> None:
        super().__init__()
        self._certificates = certificates
        self._roots = roots

    def __missing__(self, actor: str) -> _Signer:
        certificate = self._certificates.get(actor)
        if certificate is None:
            reasons = _("The log carries no certificate for the key {key}.").format(key=actor[:16])
            signer = _Signer(
                None, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), "", "", reasons
            )
        else:
            holder = person(certificate)
            key = certificate.public_key()
            signer = _Signer(
                key.verify if isinstance(key, Ed25519PublicKey) else None,
                certificate.not_valid_before_utc,
                certificate.not_valid_after_utc,
                holder.role,
                holder.name,
                " ".join(finding.message for finding in problems(certificate, self._roots, None)),
            )
        self[actor] = signer
        return signer


def _entry_findings(log: CustodyLog, signers: _Signers, now: datetime | None) -> list[LogFinding]:
    """The hot path: one pass over the lines; anything slow happens only when something is wrong."""
    findings: list[LogFinding] = []
    above = log.head_at(0).hash
    clock: datetime | None = None
    for place, entry in enumerate(log.records, 1):
        if isinstance(entry, Unreadable):
            findings.append(finding_at("unreadable-line", entry.reason, place, provisions=_CHAINED))
            above = entry.hash
            continue
        if entry.previous != above:
            findings.append(_mismatch(place))
        above = entry.hash
        if entry.index != place:
            message = _("It bears the number {number}, but it is entry {place} of the file.")
            findings.append(
                finding_at("wrong-number", message.format(number=entry.index, place=place), place)
            )
        signer = signers[entry.actor]
        if signer.reasons:
            message = _("The signer {name} is not known: {reasons}")
            text = message.format(name=signer.name or entry.actor[:16], reasons=signer.reasons)
            findings.append(finding_at("unknown-signer", text, place, provisions=("40(14)", "RFC 5280 6.1")))
        if signer.verify is not None:
            try:
                signer.verify(entry.signature, entry.signed_bytes)
            except InvalidSignature:
                message = _("The signature does not fit: the entry was altered, or another key signed it.")
                findings.append(finding_at("bad-signature", message, place, provisions=_SIGNED))
        if not signer.start <= entry.at <= signer.end:
            message = _("The certificate of {name} was not valid at {time}.")
            text = message.format(name=signer.name, time=entry.at.isoformat())
            findings.append(
                finding_at("certificate-not-valid-then", text, place, provisions=("RFC 5280 4.1.2.5",))
            )
        if signer.role and entry.role != signer.role:
            message = _("It claims the role {claimed}; the certificate of {name} says {role}.")
            text = message.format(claimed=entry.role, name=signer.name, role=signer.role)
            findings.append(finding_at("role-mismatch", text, place, provisions=("ISO/IEC 27037",)))
        if entry.entered_late:
            message = _("The signer says that it was written after the event of {time}.")
            text = message.format(time=entry.at.isoformat())
            findings.append(finding_at("entered-late", text, place, severity="warning"))
        else:
            if clock is not None and entry.at < clock:
                message = _("Its time {time} is before that of the entry above ({above}).")
                text = message.format(time=entry.at.isoformat(), above=clock.isoformat())
                findings.append(finding_at("time-goes-back", text, place, provisions=("ISO/IEC 27037",)))
            clock = entry.at
        if now is not None and entry.at > now:
            message = _("Its time {time} is in the future.").format(time=entry.at.isoformat())
            findings.append(finding_at("future-time", message, place))
    return findings


def _mismatch(place: int) -> LogFinding:
    if place == 1:
        message = _(
            "It does not continue the header above it: the header was altered, or entries before it are gone."
        )
    else:
        message = _(
            "It does not continue entry {above} as that stands here: an entry was altered, removed or put in."
        )
    return finding_at("hash-mismatch", message.format(above=place - 1), place, provisions=_CHAINED)


@dataclass(slots=True)
class _Item:
    """Who has an item: ``holder`` is a fingerprint, "" when nobody has taken it; ``given`` is an open
    handover.
    """

    holder: str = ""
    given: CustodyEntry | None = None
    closed: bool = False
    digests: dict[str, str] = field(default_factory=dict)


def _custody_findings(log: CustodyLog) -> list[LogFinding]:
    items: dict[str, _Item] = {}
    findings: list[LogFinding] = []
    for place, entry in enumerate(log.records, 1):
        if isinstance(entry, Unreadable):
            continue
        item = items.get(entry.item)
        if item is None:
            items[entry.item] = item = _Item()
            gap = "" if entry.action in OPENING else _("No entry says how the item came into custody.")
        else:
            gap = _gap(item, entry)
        if gap:
            findings.append(finding_at("gap-in-custody", f"{entry.item}: {gap}", place, provisions=_HELD))
        item.closed = entry.action in CLOSING
        item.given = entry if entry.action == "transferred-out" else None
        if entry.action != "identified":
            item.holder = entry.actor
        for name, digest in entry.digests.items():
            before = item.digests.get(name)
            if before is not None and before != digest:
                message = _("{item} has another {algorithm} digest than before: it is not the same data.")
                text = message.format(item=entry.item, algorithm=name)
                findings.append(finding_at("digest-changed", text, place, provisions=_CHAINED))
            item.digests[name] = digest
    for name, item in items.items():
        if item.given is not None:
            message = _("{item} was given away here, and nobody has signed for taking it.").format(item=name)
            findings.append(finding_at("handover-open", message, item.given.index, severity="warning"))
    return findings


def _gap(item: _Item, entry: CustodyEntry) -> str:
    """What is missing between what was recorded of the item and this entry; "" when nothing is."""
    given = item.given
    if item.closed and entry.action != "received":
        return _("It had left custody, and no entry says how it came back.")
    if item.closed:
        return ""
    if given is not None:
        if entry.action != "transferred-in":
            return _("It was given away in entry {out}, and nobody signed for taking it.").format(
                out=given.index
            )
        if entry.actor == given.actor:
            return _("The same person signed for giving and for taking it.")
        if (given.counterpart and given.counterpart != entry.actor) or (
            entry.counterpart and entry.counterpart != given.actor
        ):
            return _("It was given to one person and taken by another.")
        return ""
    if entry.action == "transferred-in":
        return _("Its taking is signed, but nobody signed for giving it.")
    if not item.holder:
        return "" if entry.action in OPENING else _("Nobody has taken it into custody yet.")
    if entry.actor != item.holder:
        return _("Somebody acts on it who does not hold it: a handover is missing.")
    return ""
