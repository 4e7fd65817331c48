"""A case as pure data: what happened, who, when, which files. The plan is the truth; ``making`` turns it into
files.

>>> plan = evidence_case(seed=7)                      # hanoikit.casework.drawing
>>> local(plan.moments.click, "XC").tzname()
'+07'

All moments are aware and in UTC; ``local`` gives them on the wall clocks of a State.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hanoikit.casework import world

DEFAULT_SEED = 2026
SHIPPED_SEEDS = (2026, 2030, 2031, 2037)
CLUSTER = 4096
ATTACKS = ("swap", "truncate", "back-date", "re-sign", "fork", "gap", "wrong-key")

# In 2026 XA goes to summer time on Sunday 29 March: at 01:00 UTC its clocks jump from 03:00 to 04:00.
CLOCK_CHANGE = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who handles evidence. ``key`` is how the plan names the part they play."""

    key: str
    name: str
    role: str
    organisation: str
    state: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One item of evidence: its number, the file that carries it, what it is, who handed it over."""

    number: str
    file: str
    description: str
    source: str


@dataclass(frozen=True, slots=True)
class Moments:
    """The true times of the case, all UTC."""

    lure_sent: datetime
    lure_delivered: datetime
    click: datetime
    credentials_posted: datetime
    login: datetime
    export: datetime
    reported: datetime
    clock_check: datetime
    seized: datetime
    acquired: datetime
    photo_taken: datetime


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of the deleted ledger. ``day`` is a date in XA, ``amount`` whole units of XTS."""

    day: str
    mule: str
    state: str
    account: str
    amount: int
    card: str


@dataclass(frozen=True, slots=True)
class StickFile:
    """A file on the stick. ``created`` and ``written`` are true times (UTC); the stick holds them as XA time,
    no zone.
    """

    name: str
    created: datetime
    written: datetime
    clusters: int = 0


@dataclass(frozen=True, slots=True)
class Stick:
    """The USB stick: FAT12, 8 MiB, 4096-byte clusters, written by a computer set to XA time.

    ``deleted`` can be recovered whole; of ``overwritten`` the name (without its first letter) and the end
    remain, of ``nameless`` only the end, without a name. ``overwriter`` and ``reuser`` are the ordinary files
    that took their first clusters.
    """

    label: str
    volume_id: int
    notes: StickFile
    photo: StickFile
    deleted: StickFile
    overwritten: StickFile
    overwriter: StickFile
    nameless: StickFile
    reuser: StickFile
    scrap: StickFile
    payments: tuple[Payment, ...]
    targets: tuple[str, ...]

    @property
    def overwritten_start(self) -> int:
        """The first byte of the overwritten file that is still on the stick."""
        return (self.overwriter.clusters - self.scrap.clusters) * CLUSTER

    @property
    def nameless_start(self) -> int:
        """The first byte of the nameless file that is still on the stick."""
        return self.reuser.clusters * CLUSTER


@dataclass(frozen=True, slots=True)
class Hop:
    """One server on the way of the lure mail, with its own clock's zone."""

    host: str
    address: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Lure:
    """The mail that started it: DKIM-signed by the crew's own domain, ARC-sealed by an honest forwarder."""

    sender_name: str
    sender_domain: str
    forwarder_domain: str
    recipient_name: str
    recipient: str
    subject: str
    link: str
    selector: str
    arc_selector: str
    message_id: str
    amount: int
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """Addresses and the sign-in that the lure caught."""

    workstation: str
    workstation_port: int
    resolver: str
    remote_access: str
    lure_host: str
    lure_address: str
    crew_address: str
    crew_port: int
    username: str
    password: str
    export_bytes: int
    other_victims: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Photo:
    """The picture on the stick. ``offset_minutes`` is the camera's zone; it is in the file only if
    ``has_offset``.
    """

    make: str
    model: str
    ocean: str
    latitude_seconds: int
    longitude_seconds: int
    offset_minutes: int
    has_offset: bool
    drawing_seed: int

    @property
    def latitude(self) -> float:
        """Decimal degrees, north positive."""
        return float(Fraction(self.latitude_seconds, 3600))

    @property
    def longitude(self) -> float:
        """Decimal degrees, east positive."""
        return float(Fraction(self.longitude_seconds, 3600))


@dataclass(frozen=True, slots=True)
class Movement:
    """One act in the custody log as it should be. ``actor`` and ``to`` are keys of people.

    With ``to`` it is a handover and gives two entries, ``minutes`` apart; otherwise one. ``hashed`` says
    whose SHA-256 the entry carries: ``"media"`` (all bytes of the stick), a file name, or "" for none.
    """

    action: str
    item: str
    actor: str
    place: str
    at: datetime
    to: str = ""
    minutes: int = 0
    hashed: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CustodyPlan:
    """The movements in order and the attack on the log; ``stick``, ``image``, ``copy`` name items."""

    stick: str
    image: str
    copy: str
    movements: tuple[Movement, ...]
    attack: str
    attack_seed: int
    witness_delay: timedelta


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole case of module 4 for one seed."""

    seed: int
    operation: str
    case_number: str
    flat: str
    hosting_company: str
    crew: tuple[str, ...]
    people: tuple[Person, ...]
    exhibits: tuple[Exhibit, ...]
    moments: Moments
    skew_seconds: int
    stick: Stick
    lure: Lure
    network: Network
    photo: Photo
    custody: CustodyPlan

    def person(self, key: str) -> Person:
        """The person who plays this part; ``KeyError`` for an unknown one."""
        return next(person for person in self.people if person.key == key)

    def exhibit(self, file: str) -> Exhibit:
        """The exhibit that this file carries."""
        return next(exhibit for exhibit in self.exhibits if exhibit.file == file)


def local(moment: datetime, state: str) -> datetime:
    """``moment`` on the wall clocks of a State (aware)."""
    return moment.astimezone(ZoneInfo(world.zone_of(state)))
