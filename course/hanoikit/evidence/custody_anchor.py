"""What others hold of a custody log: heads that were noted, receipts, timestamps. A log is judged against
them.

>>> receipt = Anchor.of(log, source="central authority of XB", at=info.gen_time)
>>> verify(log, roots=roots, anchors=[receipt])
[]

Inside a log nothing shows that its end was cut off or that all of it was signed anew by somebody with all
keys. Only a head that another person holds does. A head with a time also tells which entries were in the
log by then, and which not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanoikit.errors import Finding, Severity
from hanoikit.evidence.custody_entry import Unreadable
from hanoikit.evidence.custody_log import CustodyLog
from hanoikit.i18n import _
from hanoikit.trust.certificates import require_zone

_CHAINED = ("28(3)(c)", "ISO/IEC 27037")
_TIMED = ("RFC 3161",)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that somebody outside holds, so that a log can be held against it.

    ``source`` says who holds it, for the reader of a finding. ``at`` is the time at which the head was shown
    to exist (genTime of an RFC 3161 token, or the time of a receipt); ``accuracy`` is how far off that clock
    may be.
    """

    index: int
    hash: str
    source: str = ""
    at: datetime | None = None
    accuracy: timedelta = timedelta(seconds=1)

    @classmethod
    def of(
        cls, log: CustodyLog, *, index: int | None = None, source: str = "", at: datetime | None = None
    ) -> Anchor:
        """What a witness notes of ``log`` now, or of its entry ``index``."""
        if at is not None:
            require_zone(at)
        head = log.head if index is None else log.head_at(index)
        return cls(head.index, head.hash, source, at)


@dataclass(frozen=True, slots=True)
class LogFinding(Finding):
    """A finding with its place as numbers: it concerns ``entry``, or an entry between ``entry`` and
    ``until``.
    """

    entry: int = 0
    until: int = 0


def anchor_findings(log: CustodyLog, anchors: Sequence[Anchor]) -> list[LogFinding]:
    """Where ``log`` contradicts ``anchors``, which are in the order of their index."""
    findings: list[LogFinding] = []
    agreed: list[Anchor] = []
    forked = False
    for anchor in anchors:
        agreed_until = agreed[-1].index if agreed else 0
        holder = anchor.source or _("somebody outside")
        if anchor.index > len(log):
            message = _(
                "Entries are missing: {source} holds entry {index}, but the log ends after entry {last}."
            )
            text = message.format(source=holder, index=anchor.index, last=len(log))
            if not any(finding.code == "truncated-against-head" for finding in findings):
                findings.append(
                    finding_at(
                        "truncated-against-head", text, len(log) + 1, anchors[-1].index, provisions=_CHAINED
                    )
                )
        elif log.head_at(anchor.index).hash == anchor.hash:
            agreed.append(anchor)
        elif not forked:
            forked = True
            message = _(
                "Another history: {source} holds another entry {index}. "
                "The log was written anew, or there are two of it."
            )
            text = message.format(source=holder, index=anchor.index)
            findings.append(finding_at("fork", text, agreed_until + 1, anchor.index, provisions=_CHAINED))
    return findings + _timed_findings(log, [anchor for anchor in agreed if anchor.at is not None])


def _timed_findings(log: CustodyLog, anchors: Sequence[Anchor]) -> list[LogFinding]:
    """A stamped head cuts time in two: what it covers existed by then, what follows was not in the log
    before.

    An entry put at the end later, with a time that looks right inside the log, is found by this and nothing
    else.
    """
    findings: list[LogFinding] = []
    covered: list[Anchor | None] = [None] * (len(log) + 2)
    latest: Anchor | None = None
    earliest: Anchor | None = None
    remaining = list(anchors)
    for anchor in reversed(anchors):
        covered[anchor.index] = _pick(covered[anchor.index], anchor, earliest=True)
    for place in range(len(log), 0, -1):
        earliest = _pick(earliest, covered[place], earliest=True)
        covered[place] = earliest
    for place, entry in enumerate(log.records, 1):
        while remaining and remaining[0].index < place:
            latest = _pick(latest, remaining.pop(0), earliest=False)
        if isinstance(entry, Unreadable):
            continue
        stamp = covered[place]
        if stamp is not None and stamp.at is not None and entry.at > stamp.at + stamp.accuracy:
            message = _("Its time {time} is later than {stamp}, when the entry already existed.")
            text = message.format(time=entry.at.isoformat(), stamp=stamp.at.isoformat())
            findings.append(finding_at("later-than-timestamp", text, place, provisions=_TIMED))
        if latest is None or latest.at is None or entry.entered_late:
            continue
        if entry.at < latest.at - latest.accuracy:
            message = _(
                "Its time {time} is earlier than {stamp}, when the log still ended with entry {last}."
            )
            text = message.format(time=entry.at.isoformat(), stamp=latest.at.isoformat(), last=latest.index)
            findings.append(finding_at("back-dated", text, place, provisions=_TIMED))
    return findings


def _pick(one: Anchor | None, other: Anchor | None, *, earliest: bool) -> Anchor | None:
    stamped = [anchor for anchor in (one, other) if anchor is not None and anchor.at is not None]
    if not stamped:
        return None
    choose = min if earliest else max
    return choose(stamped, key=_moment)


def _moment(anchor: Anchor) -> datetime:
    assert anchor.at is not None
    return anchor.at


def finding_at(
    code: str,
    message: str,
    entry: int,
    until: int = 0,
    *,
    provisions: tuple[str, ...] = (),
    severity: Severity = "error",
) -> LogFinding:
    """A finding at an entry; entry 0 is the header."""
    until = max(entry, until)
    where = _("header") if entry == 0 else _("entry {entry}").format(entry=entry)
    if until > entry > 0:
        where = _("entries {entry} to {until}").format(entry=entry, until=until)
    return LogFinding(code, message, where, provisions, severity, entry, until)
