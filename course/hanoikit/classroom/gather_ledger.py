"""What the grade ledger says about hand-ins: when each came, whether late, under which code, and what was noticed.

>>> told = Told.by(klass)
>>> told.facts["m01-convention", "t07"].late, len(told.aside)
(True, 1)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hanoikit.classroom.analysis import HandInFacts
from hanoikit.classroom.collecting_deciding import SET_ASIDE, counting_files, from_ledger
from hanoikit.errors import ArtefactUnreadable, Finding
from hanoikit.trust.chain import Line

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class


@dataclass(frozen=True, slots=True)
class Aside:
    """A file that came in, counts for nobody and was not dismissed. ``trainee`` and ``assignment`` are what it said, if
    it did.
    """

    file: str
    received: datetime | None
    trainee: str
    assignment: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Told:
    """The hand-ins of a ledger. ``facts``: (assignment, trainee) to the one that counts; ``lines``: all lines."""

    facts: Mapping[tuple[str, str], HandInFacts] = field(default_factory=dict)
    aside: tuple[Aside, ...] = ()
    lines: tuple[Line, ...] = ()
    broken: str = ""
    """Why the ledger cannot be read; ``hanoikit class ledger`` says more."""

    @classmethod
    def by(cls, klass: Class) -> Told:
        """By the ledger of a class; nothing where there is none. A broken one is told, never raised."""
        from hanoikit.classroom.ledger import read_lines

        try:
            lines = read_lines(klass)
        except ArtefactUnreadable as error:
            return cls(broken=str(error))
        return cls.of(lines, {one.name: one.due for one in klass.assignments})

    @classmethod
    def of(cls, lines: Sequence[Line], due: Mapping[str, datetime | None]) -> Told:
        """By lines of a ledger. What was decided last about a file is what counts."""
        last: dict[tuple[str, str], Line] = {}
        for line in lines:
            record = line.record
            if record.get("entry") == "hand-in":
                key = (str(record.get("file") or line.index), str(record.get("trainee") or ""))
                # The place of the newest decision, not of the first.
                last.pop(key, None)
                last[key] = line
        known = from_ledger(lines)
        dismissed = {key for key, one in known.items() if one.dismissed}
        taken = {file for (file, _who), one in known.items() if one.state != SET_ASIDE}
        counts = counting_files(lines)
        facts: dict[tuple[str, str], HandInFacts] = {}
        aside = []
        for line in last.values():
            record = line.record
            state = record.get("state")
            key = (str(record.get("assignment") or ""), str(record.get("trainee") or ""))
            if state == "accepted" and key[1]:
                # An older one that came in later, from another stick, does not count.
                if key not in facts or counts.get(key) == record.get("file"):
                    facts[key] = _facts(line, due.get(key[0]))
            elif state == SET_ASIDE:
                place = (str(record.get("file")), str(record.get("trainee")))
                if place in dismissed or place[0] in taken:
                    continue
                aside.append(
                    Aside(
                        str(record.get("file") or ""),
                        moment(record.get("received")) or line.at,
                        key[1],
                        key[0],
                        tuple(_findings(record.get("findings"))),
                    )
                )
        return cls(facts, tuple(aside), tuple(lines))

    def of_trainee(self, trainee: str) -> tuple[Line, ...]:
        """The lines about one trainee, and those that everybody gets."""
        from hanoikit.handin.history import concerns

        return tuple(line for line in self.lines if concerns(line.record, trainee))


def _facts(line: Line, due: datetime | None) -> HandInFacts:
    record = line.record
    return HandInFacts(
        # The stamp is the time that was taken to count, whatever the trainee's clock said.
        at=_stamped(record.get("stamp"))
        or moment(record.get("made"))
        or moment(record.get("received"))
        or line.at,
        late=bool(record.get("late")),
        due=due,
        code=str(record.get("code") or ""),
        file=str(record.get("file") or ""),
        state="accepted",
        findings=tuple(_findings(record.get("findings"))),
    )


def moment(text: Any) -> datetime | None:
    """A time with zone out of a record; ``None`` for anything else."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _stamped(text: Any) -> datetime | None:
    """nbgrader's stamp: ``2026-11-22 08:05:00 UTC``, with or without fractions of a second."""
    words = str(text or "").removesuffix(" UTC")
    return moment(f"{words}+00:00") if words != str(text or "") else moment(words)


def _findings(values: Any) -> Iterable[Finding]:
    for value in values if isinstance(values, list | tuple) else ():
        if isinstance(value, Mapping):
            severity = value.get("severity")
            one = Finding(
                str(value.get("code", "")), str(value.get("message", "")), str(value.get("where", ""))
            )
            yield replace(one, severity=severity) if severity in ("warning", "note") else one
