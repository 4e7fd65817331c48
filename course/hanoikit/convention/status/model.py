"""The Convention's status as data: who signed when, who handed in an instrument when, and how exactly that is known.

>>> When(date(2025, 10, 25), date(2025, 10, 26)).certainly_by(date(2025, 10, 25))
False

A signature is a promise to consider joining. Only an instrument (ratification, acceptance, approval or accession)
that is deposited makes a State a Party, and only from the day of article 65 on. So the two are kept apart everywhere.
Where the sources give no exact day, the two days between which it lies are kept, and counts are given as a range.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

InstrumentKind = Literal["ratification", "acceptance", "approval", "accession", "formal confirmation"]
ParticipantKind = Literal["member", "observer", "other", "organisation"]
Standing = Literal["ratified", "signed", "uncertain", "neither"]
STANDINGS: tuple[Standing, ...] = ("ratified", "signed", "uncertain", "neither")


@dataclass(frozen=True, slots=True, order=True)
class When:
    """A day that lies between two days, both included; the same day twice when it is known exactly."""

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise ValueError("the latest day lies before the earliest")

    @classmethod
    def on(cls, day: date) -> When:
        """A day that is known exactly."""
        return cls(day, day)

    @property
    def exact(self) -> bool:
        """Whether the day itself is known."""
        return self.earliest == self.latest

    def certainly_by(self, day: date) -> bool:
        """Whether it had surely happened at the end of ``day``."""
        return self.latest <= day

    def possibly_by(self, day: date) -> bool:
        """Whether it may have happened by the end of ``day``."""
        return self.earliest <= day


@dataclass(frozen=True, slots=True)
class Name:
    """One State or organisation of ``assets/status/states.json``, by ISO 3166-1 code (``EU`` is reserved there)."""

    code: str
    name: str
    region: str
    kind: ParticipantKind
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a State deposits to become a Party (art. 64). ``confirmed``: the depositary's own entry was seen."""

    kind: InstrumentKind
    when: When
    confirmed: bool
    marks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """One line of the status: ``signed`` and ``instrument`` are ``None`` where there is none."""

    code: str
    name: str
    region: str
    kind: ParticipantKind
    signed: When | None = None
    instrument: Instrument | None = None
    marks: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_organisation(self) -> bool:
        """Whether this is a regional economic integration organisation (art. 2(n))."""
        return self.kind == "organisation"

    def standing(self, day: date) -> Standing:
        """Where this participant certainly stood at the end of ``day``; ``uncertain`` where the day is not known."""
        instrument = self.instrument.when if self.instrument else None
        if instrument and instrument.certainly_by(day):
            return "ratified"
        if instrument and instrument.possibly_by(day):
            return "uncertain"
        if self.signed and self.signed.certainly_by(day):
            return "signed"
        if self.signed and self.signed.possibly_by(day):
            return "uncertain"
        return "neither"


@dataclass(frozen=True, slots=True)
class Statement:
    """A reservation or declaration that was reported, in the kit's own words."""

    code: str
    kind: Literal["reservation", "declaration"]
    when: str
    provisions: tuple[str, ...]
    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedCount:
    """A number that somebody published, with its day. ``signatories`` or ``instruments``, never both."""

    day: date
    what: str
    marks: tuple[str, ...]
    signatories: int | None = None
    instruments: int | None = None


@dataclass(frozen=True, slots=True)
class Unnamed:
    """Signatories that were counted but not named."""

    signatories: int
    when: When
    note: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownTo:
    """The days up to which the table was known to be complete."""

    signatures: date
    instruments: date
    in_force: date

    @property
    def oldest(self) -> date:
        """The day from which on the table as a whole may be out of date."""
        return min(self.signatures, self.instruments, self.in_force)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the table comes from. ``kind``: the kit's own ``notes``, or a ``depositary`` file."""

    kind: Literal["notes", "depositary"]
    name: str
    compiled: date
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What a mark such as ``V-S2`` points to."""

    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Range:
    """A count that is known only as at least ``least`` and at most ``most``."""

    least: int
    most: int

    @property
    def exact(self) -> bool:
        """Whether both are the same."""
        return self.least == self.most

    def __str__(self) -> str:
        return str(self.least) if self.exact else f"{self.least}-{self.most}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many had signed and how many instruments were deposited at the end of ``day``.

    ``signatories`` counts States and organisations, as the depositary does; ``states`` counts States alone, and so
    does ``toward_forty``: an organisation's instrument is not counted in addition (art. 65(1)). ``settled`` is False
    for a day after the one up to which the table was known to be complete.
    """

    day: date
    signatories: Range
    states: Range
    instruments: Range
    toward_forty: Range
    settled: bool


@dataclass(frozen=True, slots=True)
class StatusTable:
    """The status of the Convention as one set of sources gives it."""

    participants: tuple[Participant, ...]
    known_to: KnownTo
    origin: Origin
    adopted: date
    opened: date
    closes: date
    counts_reported: tuple[ReportedCount, ...] = ()
    unnamed: tuple[Unnamed, ...] = ()
    statements: tuple[Statement, ...] = ()
    doubts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    _by_code: dict[str, Participant] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_code.update({one.code: one for one in self.participants})

    def participant(self, code: str) -> Participant | None:
        """The line of a State or organisation; ``None`` where it has none."""
        return self._by_code.get(code.upper())

    @property
    def as_of(self) -> date:
        """The day that must be said with every figure: the oldest day up to which a part was known."""
        return self.known_to.oldest

    def standing(self, code: str, day: date) -> Standing:
        """``ratified``, ``signed``, ``uncertain`` or ``neither`` at the end of ``day``."""
        found = self.participant(code)
        return found.standing(day) if found else "neither"

    def deposits(self) -> tuple[Participant, ...]:
        """Everybody with an instrument, by the latest day on which it can have been deposited."""
        have = [one for one in self.participants if one.instrument]
        return tuple(
            sorted(have, key=lambda one: (one.instrument.when.latest, one.code) if one.instrument else ())
        )

    def counts(self, day: date) -> Counts:
        """How many at the end of ``day``, each as a range."""
        signed = [(one.signed, one) for one in self.participants if one.signed]
        handed_in = [(one.instrument.when, one) for one in self.participants if one.instrument]
        nameless = [(one.when, one.signatories) for one in self.unnamed]
        more = Range(
            sum(n for when, n in nameless if when.certainly_by(day)),
            sum(n for when, n in nameless if when.possibly_by(day)),
        )
        return Counts(
            day=day,
            signatories=_plus(_range([when for when, _one in signed], day), more),
            states=_plus(_range([when for when, one in signed if not one.is_organisation], day), more),
            instruments=_range([when for when, _one in handed_in], day),
            toward_forty=_range([when for when, one in handed_in if not one.is_organisation], day),
            settled=day <= self.as_of,
        )

    def up_to(self, day: date) -> StatusTable:
        """The table as it would have read at the end of ``day``: what certainly came later is left out."""

        def earlier(one: Participant) -> Participant:
            signed = one.signed if one.signed and one.signed.possibly_by(day) else None
            instrument = one.instrument
            if instrument and not instrument.when.possibly_by(day):
                instrument = None
            return replace(one, signed=signed, instrument=instrument)

        cut = tuple(earlier(one) for one in self.participants)
        known = KnownTo(*(min(day, one) for one in (*_days(self.known_to),)))
        return replace(
            self,
            participants=tuple(one for one in cut if one.signed or one.instrument),
            known_to=known,
            counts_reported=tuple(one for one in self.counts_reported if one.day <= day),
            unnamed=tuple(one for one in self.unnamed if one.when.possibly_by(day)),
        )


def _days(known: KnownTo) -> tuple[date, date, date]:
    return known.signatures, known.instruments, known.in_force


def _range(days: list[When], day: date) -> Range:
    return Range(sum(one.certainly_by(day) for one in days), sum(one.possibly_by(day) for one in days))


def _plus(one: Range, other: Range) -> Range:
    return Range(one.least + other.least, one.most + other.most)
