"""What becomes of every hand-in: accepted, duplicate or set aside, and which one counts. Pure: facts in, decisions out.

>>> decisions = decide(facts, rules)
>>> [(one.facts.trainee, one.state, [finding.code for finding in one.findings]) for one in decisions]
[('t03', 'accepted', []), ('t04', 'set-aside', ['damaged'])]
>>> counting(decisions)["t03", "m01-convention"].facts.code
'K7QF-2M9X-PT3A'

A decision follows from *all* hand-ins of the class and not from the order in which they came in. What was accepted
once stays so, except that a key cannot belong to two people: it is the one's who used it first. A person's later
hand-ins need the key of the first, or somebody who says that another one is good as well; and what is not sealed does
not take the place of what is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hanoikit.classroom.collecting_reading import BUNDLE, CLOCK, SUBMITTED, WORK, Facts, stamp_of
from hanoikit.classroom.klass import Assignment
from hanoikit.classroom.ledger import DISMISSED, HAND_IN
from hanoikit.errors import Finding
from hanoikit.i18n import _, ngettext
from hanoikit.trust.chain import Line

ACCEPTED, DUPLICATE, SET_ASIDE = "accepted", "duplicate", "set-aside"
ASIDE = frozenset(
    {
        "damaged", "edited", "empty", "unreadable", "too-large", "not-recognised", "untouched",
        "wrong-person", "other-class", "no-identity", "unknown-trainee", "key-of-another", "another-key",
        "not-sealed", "unknown-assignment", "too-late",
    }
)  # fmt: skip
"""Codes with which nothing is placed until a person decided."""
_LASTING = frozenset(
    {
        "damaged",
        "empty",
        "unreadable",
        "too-large",
        "not-recognised",
        "untouched",
        "unknown-assignment",
        "unknown-trainee",
    }
)
"""Codes that no decision of a person changes: there is nothing to place."""
ABOUT_OTHERS = frozenset({"sheet-shared", "wrong-person", "key-of-another"})
"""Codes whose ``where`` names other trainees: for who collects, never for the ledger."""
CONTEXT = frozenset(
    {
        "unknown-trainee",
        "key-of-another",
        "another-key",
        "not-sealed",
        "too-late",
        "late",
        "clock-ahead",
        "sheet-shared",
        "not-open",
    }
)
"""Codes that follow from the class and the other hand-ins; found anew each time."""


@dataclass(frozen=True, slots=True)
class Known:
    """A hand-in with what was decided before (``state`` empty for a new one) and when it was first received."""

    facts: Facts
    received: datetime
    state: str = ""
    allowed: bool = False
    """A person said to take it all the same."""
    dismissed: str = ""
    """Why a person wants to hear no more of it; it stays aside."""
    recorded: Mapping[str, Any] | None = field(default=None, repr=False)
    """The last entry of the ledger about it."""


class Decided:
    """Something of which it was decided what becomes of it: whose it is, and work on what."""

    __slots__ = ()
    decision: Decision

    @property
    def trainee(self) -> str:
        return self.decision.facts.trainee

    @property
    def assignment(self) -> str:
        return self.decision.facts.assignment


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one hand-in. ``told`` is for the person who collects, and not for the ledger."""

    known: Known
    state: str
    findings: tuple[Finding, ...]
    late: bool
    time: datetime
    stamp: str
    told: tuple[Finding, ...] = ()

    @property
    def facts(self) -> Facts:
        return self.known.facts

    @property
    def look(self) -> bool:
        """Whether a person has to look; not at what was dismissed and is still aside."""
        if self.known.dismissed and self.state == SET_ASIDE:
            return False
        return any(finding.severity == "error" for finding in (*self.findings, *self.told))

    def record(self) -> dict[str, Any]:
        """The entry for the ledger."""
        facts = self.facts
        return {
            "entry": HAND_IN,
            "trainee": facts.trainee,
            "assignment": facts.assignment,
            "file": facts.file,
            "way": facts.way,
            "code": facts.code,
            "made": facts.made.isoformat() if facts.made else "",
            "received": self.known.received.isoformat(),
            "late": self.late,
            "state": self.state,
            "findings": [
                {"code": one.code, "message": one.message, "severity": one.severity} for one in self.findings
            ],
            "content": facts.content,
            "key": facts.key,
            "sheet": facts.sheet,
            "number": facts.number,
            "answers": facts.answers,
            "blank": facts.blank,
            "stamp": self.stamp,
            "by_hand": facts.by_hand,
            "allowed": self.known.allowed,
        }


@dataclass(frozen=True, slots=True)
class Rules:
    """The class as it is now. ``closed`` tells since when an assignment is closed, where that is known."""

    trainees: frozenset[str]
    assignments: Mapping[str, Assignment]
    now: datetime
    closed: Mapping[str, datetime] = field(default_factory=dict)


def from_ledger(lines: Iterable[Line]) -> dict[tuple[str, str], Known]:
    """(file, trainee) -> what the ledger knows of a hand-in after its last line."""
    found: dict[tuple[str, str], Known] = {}
    for line in lines:
        record = line.record
        key = (str(record.get("file")), str(record.get("trainee")))
        if record.get("entry") == DISMISSED and key in found:
            found[key] = replace(found[key], dismissed=str(record.get("reason") or ""))
        if record.get("entry") != HAND_IN or not record.get("way"):
            continue
        before = found.get(key)
        found[key] = Known(
            _facts(record),
            before.received if before else _moment(record["received"]) or line.at,
            str(record["state"]),
            bool(record.get("allowed")),
            before.dismissed if before else "",
            record,
        )
    return found


def _facts(record: Mapping[str, Any]) -> Facts:
    return Facts(
        file=str(record["file"]),
        way=str(record["way"]),
        trainee=str(record["trainee"]),
        assignment=str(record["assignment"]),
        made=_moment(record["made"]),
        code=str(record["code"]),
        key=str(record["key"]),
        sheet=str(record["sheet"]),
        content=str(record["content"]),
        number=int(record["number"]),
        answers=int(record["answers"]),
        blank=bool(record["blank"]),
        # The stamp of a sealed bundle follows from its times; only that of nbgrader is a fact.
        stamp=str(record["stamp"]) if record["way"] != BUNDLE else "",
        by_hand=bool(record["by_hand"]),
        findings=tuple(
            Finding(one["code"], one["message"], severity=one["severity"])
            for one in record["findings"]
            if one["code"] not in CONTEXT
        ),
    )


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def decide(all_known: Sequence[Known], rules: Rules) -> list[Decision]:
    """Decide about every hand-in, in the order of their times."""
    ordered = sorted(all_known, key=_order)
    owners = _key_owners(ordered, rules)
    seals = _seals(ordered, owners)
    sheets: dict[str, set[str]] = {}
    first: list[Decision] = []
    for known in ordered:
        decision = _alone(known, rules, owners, seals)
        first.append(decision)
        if decision.state != SET_ASIDE and known.facts.sheet:
            sheets.setdefault(known.facts.sheet, set()).add(known.facts.trainee)
    return _together(first, sheets)


def _order(known: Known) -> tuple[Any, ...]:
    return (_time(known), known.facts.number, known.facts.file, known.facts.trainee)


def _time(known: Known) -> datetime:
    """When it was handed in: what it says itself, but never later than it was received."""
    made = known.facts.made
    return min(made, known.received) if made is not None else known.received


def _key_owners(ordered: Sequence[Known], rules: Rules) -> dict[str, str]:
    """Whose each key is: the one's who used it first."""
    owners: dict[str, str] = {}
    for known in ordered:
        facts = known.facts
        own = not any(finding.code in ASIDE for finding in facts.findings)
        if facts.key and own and not facts.by_hand and facts.trainee in rules.trainees:
            owners.setdefault(facts.key, facts.trainee)
    return owners


@dataclass
class _Seals:
    """The keys with which each person seals, and what was sealed: (trainee, assignment) -> digests of the work."""

    keys: dict[str, set[str]] = field(default_factory=dict)
    works: dict[tuple[str, str], set[str]] = field(default_factory=dict)


def _seals(ordered: Sequence[Known], owners: Mapping[str, str]) -> _Seals:
    """A person's key is the one that was received first, by the class's clock; and each one that somebody allowed."""
    found = _Seals()
    sealed = [
        one
        for one in ordered
        if one.facts.key
        and not one.dismissed
        and owners.get(one.facts.key, one.facts.trainee) == one.facts.trainee
        and not any(finding.code in ASIDE for finding in one.facts.findings)
    ]
    for known in sorted(sealed, key=lambda one: one.received):
        facts = known.facts
        keys = found.keys.setdefault(facts.trainee, set())
        if not keys or known.allowed or facts.by_hand or known.state in (ACCEPTED, DUPLICATE):
            keys.add(facts.key)
    for known in sealed:
        facts = known.facts
        if facts.key in found.keys[facts.trainee]:
            found.works.setdefault((facts.trainee, facts.assignment), set()).add(facts.content)
    return found


def _alone(known: Known, rules: Rules, owners: Mapping[str, str], seals: _Seals) -> Decision:
    facts = known.facts
    findings = list(facts.findings)
    time = _time(known)
    kept = known.state in (ACCEPTED, DUPLICATE)
    broken = any(finding.code in _LASTING for finding in findings)
    owner = owners.get(facts.key, facts.trainee)
    late = False
    if not broken:
        if not facts.trainee:
            if not any(finding.code == "no-identity" for finding in findings):
                message = _("Nothing in it says whose it is.")
                findings.append(Finding("no-identity", message))
        elif facts.trainee not in rules.trainees and not kept:
            message = _("The roster has nobody with the id {id}.").format(id=facts.trainee)
            findings.append(Finding("unknown-trainee", message))
        elif facts.key and owner != facts.trainee and not facts.by_hand:
            message = _("It is sealed with the key with which somebody else handed in before.")
            findings.append(Finding("key-of-another", message, owner))
        elif not facts.by_hand:
            findings += _about_seal(facts, seals)
        late = _about_time(known, rules, time, findings, kept=kept)
    aside = [one for one in findings if one.code in ASIDE]
    if known.allowed:
        aside = [one for one in aside if one.code in _LASTING or not facts.trainee]
    return Decision(
        known,
        SET_ASIDE if aside else ACCEPTED,
        tuple(findings),
        late,
        time,
        facts.stamp or stamp_of(time),
    )


def _about_seal(facts: Facts, seals: _Seals) -> Iterator[Finding]:
    """Whoever knows a person's id can hand in under it; not with the key, and not in place of what is sealed."""
    if facts.key and facts.key not in seals.keys.get(facts.trainee, {facts.key}):
        message = _("It is sealed with another key than this person's other hand-ins.")
        yield Finding("another-key", message)
    sealed = seals.works.get((facts.trainee, facts.assignment), set())
    if facts.way == WORK and sealed and facts.content not in sealed:
        message = _("It is not sealed, and this person handed in a sealed one.")
        yield Finding("not-sealed", message)


def _about_time(known: Known, rules: Rules, time: datetime, findings: list[Finding], *, kept: bool) -> bool:
    assignment = rules.assignments.get(known.facts.assignment)
    if assignment is None:
        return False
    made = known.facts.made
    if made is not None and made > known.received + CLOCK:
        message = _("Its clock was ahead of ours by {time}; the time when it came in counts.")
        findings.append(Finding("clock-ahead", message.format(time=_span(made - known.received))))
    since = rules.closed.get(assignment.name) if assignment.state == "closed" else None
    late, message = False, ""
    if assignment.due is not None:
        late = time > assignment.due
        message = _("It is late by {time}.").format(time=_span(time - assignment.due))
    elif since is not None:
        late = time > since
        message = _("It was handed in {time} after the assignment was closed.").format(
            time=_span(time - since)
        )
    if late and assignment.refuse_late and not kept and not known.allowed:
        findings.append(Finding("too-late", message))
    elif late:
        findings.append(Finding("late", message, severity="warning"))
    # What was taken while it was not open stays so said: opening it later is no news about the hand-in.
    if _said_before(known, "not-open") if kept else assignment.state == "planned":
        message = _("The assignment is not open yet.")
        findings.append(Finding("not-open", message, severity="warning"))
    return late


def _said_before(known: Known, code: str) -> bool:
    return any(one["code"] == code for one in (known.recorded or {}).get("findings", ()))


def _together(first: Sequence[Decision], sheets: Mapping[str, set[str]]) -> list[Decision]:
    """What follows from the other hand-ins: sheets that two people share, the same work again, earlier and later."""
    result: list[Decision] = []
    contents: dict[tuple[str, str, str], str] = {}
    for one in sorted(first, key=lambda one: one.known.state != ACCEPTED):
        # What was accepted comes first: a copy that is found later is the duplicate, whatever it says of its time.
        if one.state != SET_ASIDE:
            contents.setdefault((one.facts.trainee, one.facts.assignment, one.facts.content), one.facts.file)
    for one in first:
        facts = one.facts
        if one.state == SET_ASIDE:
            if not facts.trainee and facts.sheet in sheets:
                message = _("Its answer sheet was handed in by {ids} as well.")
                known = Finding("sheet-known", message.format(ids=", ".join(sorted(sheets[facts.sheet]))))
                one = replace(one, told=(replace(known, severity="note"),))
            result.append(one)
            continue
        others = sheets.get(facts.sheet, set()) - {facts.trainee}
        if others:
            message = _("The same answer sheet was handed in by somebody else as well; the marks stay.")
            where = ", ".join(sorted(others))
            one = replace(one, findings=(*one.findings, Finding("sheet-shared", message, where)))
        same = contents[facts.trainee, facts.assignment, facts.content]
        if same != facts.file and one.known.state != ACCEPTED:
            one = replace(one, state=DUPLICATE)
        result.append(one)
    return _with_told(result)


def _with_told(decisions: list[Decision]) -> list[Decision]:
    groups = _candidates(decisions)
    winners = {key: _winner(group) for key, group in groups.items()}
    result = []
    for one in decisions:
        key = (one.facts.trainee, one.facts.assignment)
        told = list(one.told)
        if one.state == DUPLICATE:
            message = _("The same work was handed in before.")
            told.append(Finding("same-again", message, severity="note"))
        elif one.state == ACCEPTED and len(groups[key]) > 1:
            winner, others = winners[key], [other for other in groups[key] if other.state == ACCEPTED]
            if winner.facts.content != one.facts.content:
                if one.facts.blank and not winner.facts.blank:
                    message = _("An earlier hand-in with answers counts, this one is empty.")
                    told.append(Finding("older", message, severity="warning"))
                else:
                    message = _("A later hand-in counts instead.")
                    told.append(Finding("older", message, severity="note"))
            elif any(_rank(other)[1:] < _rank(one)[1:] for other in others):
                message = _("It replaces an earlier hand-in, which stays in the inbox.")
                told.append(Finding("second", message, severity="note"))
                most = max(other.facts.answers for other in others)
                if one.facts.answers < most:
                    text = ngettext(
                        "It has {count} answer; an earlier hand-in has {most}.",
                        "It has {count} answers; an earlier hand-in has {most}.",
                        one.facts.answers,
                    ).format(count=one.facts.answers, most=most)
                    told.append(Finding("fewer-answers", text))
        result.append(replace(one, told=tuple(told)))
    return result


def _candidates(decisions: Iterable[Decision]) -> dict[tuple[str, str], list[Decision]]:
    groups: dict[tuple[str, str], list[Decision]] = {}
    for one in decisions:
        if one.state != SET_ASIDE:
            groups.setdefault((one.facts.trainee, one.facts.assignment), []).append(one)
    return groups


def _winner(group: Sequence[Decision]) -> Decision:
    """The latest in time; one with answers before an empty one. Handed in again unchanged, its first time counts."""
    ordered = sorted(group, key=_rank)
    last = ordered[-1]
    for one in reversed(ordered):
        if one.facts.content != last.facts.content:
            break
        last = one
    return last


def _rank(one: Decision) -> tuple[Any, ...]:
    facts = one.facts
    return (not facts.blank, one.time, facts.number, facts.way == SUBMITTED, facts.file)


def counting(decisions: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    """(trainee, assignment) -> the hand-in that counts."""
    return {key: _winner(group) for key, group in _candidates(decisions).items()}


def counting_files(lines: Iterable[Line]) -> dict[tuple[str, str], str]:
    """(assignment, trainee) -> SHA-256 of the hand-in that counts, by what a ledger says."""
    known = [one for one in from_ledger(lines).values() if one.state == ACCEPTED]
    decisions = [Decision(one, ACCEPTED, (), False, _time(one), "") for one in known]
    groups = _candidates(decisions)
    return {(key[1], key[0]): max(group, key=_rank).facts.file for key, group in groups.items()}


def outstanding(decisions: Sequence[Decision]) -> list[Decision]:
    """What lies aside and waits for a person: nobody dismissed it, and no later hand-in of the same work has taken its
    place.
    """
    settled = counting(decisions)
    files = {one.facts.file for one in decisions if one.state != SET_ASIDE}
    return [
        one
        for one in decisions
        if one.state == SET_ASIDE
        and not one.known.dismissed
        and one.facts.file not in files
        and (
            (one.facts.trainee, one.facts.assignment) not in settled
            or settled[one.facts.trainee, one.facts.assignment].time < one.time
        )
    ]


def _span(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60
    if days >= 2:
        return ngettext("{count} day", "{count} days", days).format(count=days)
    if hours >= 2:
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    return ngettext("{count} minute", "{count} minutes", max(1, minutes)).format(count=max(1, minutes))
