"""What the simulation of a 24/7 desk assumes: every figure with its unit, its source and how far it can be trusted.

>>> parameter("hold_days").status, parameter("hold_days").value
('sourced', 60)
>>> scenario = default_scenario().but(decided_days=300, staffing="office-hours")
>>> scenario.decided_days, scenario.staffing.id
(300, 'office-hours')

The figures lie in ``assets/network/simulation.json``. A status says where each one comes from: ``sourced`` (it stands
in the source), ``derived`` (computed from one that does; the note says how) or ``assumed`` (no source gives it). Show
the status beside every figure: nobody may take an assumption for a finding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import Any, Literal

from hanoikit import resources
from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _

Status = Literal["sourced", "derived", "assumed"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure. ``least``, ``most`` and ``step`` are for a slider; a scenario may go beyond ``most``."""

    id: str
    name: str
    value: float
    unit: str
    status: Status
    source: str
    note: str
    least: float
    most: float
    step: float


@dataclass(frozen=True, slots=True)
class Shift:
    """Officers on duty from one time of the wall clock to another, on some days of the week (0 is Monday).

    ``zone`` is an IANA zone. ``start`` and ``end`` are ``"HH:MM"``; an ``end`` not after ``start`` is on the next day.
    """

    id: str
    zone: str
    days: tuple[int, ...]
    start: str
    end: str
    officers: int


@dataclass(frozen=True, slots=True)
class Staffing:
    """A pattern of shifts. ``home`` is the zone in which the desk counts its hours."""

    id: str
    name: str
    note: str
    home: str
    shifts: tuple[Shift, ...]

    def with_officers(self, **officers: int) -> Staffing:
        """The same shifts with other numbers: ``with_officers(night=2)``. ``UsageError`` for an unknown shift."""
        known = [shift.id for shift in self.shifts]
        for name, number in officers.items():
            if name not in known:
                raise UsageError(
                    _("This pattern has no shift {name}.").format(name=name),
                    next_step=_("It has: {known}.").format(known=", ".join(known)),
                )
            if number < 0:
                raise UsageError(_("A shift cannot have fewer officers than none."), where=name)
        shifts = tuple(
            replace(shift, officers=officers.get(shift.id, shift.officers)) for shift in self.shifts
        )
        return replace(self, shifts=shifts)


@dataclass(frozen=True, slots=True)
class Sender:
    """A State whose requests arrive: its share of all requests, its zone, and where the share comes from."""

    state: str
    zone: str
    share: float
    status: Status
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One setting of every parameter: the name and unit of each field is in :func:`parameter`.

    ``year`` is the civil year (UTC) in which requests arrive. ``triage`` puts emergencies first; without it, the
    desk works in the order of arrival.
    """

    requests_per_year: float
    emergency_share: float
    handling_minutes: float
    emergency_minutes: float
    handling_spread: float
    incomplete_share: float
    completion_hours: float
    completion_spread: float
    refused_share: float
    provider_hours: float
    emergency_provider_hours: float
    provider_spread: float
    age_days: float
    age_spread: float
    retention_days: float
    retention_spread: float
    hold_days: float
    extension_days: float
    extension_share: float
    order_days: float
    renewal_share: float
    sent_days: float
    sent_spread: float
    decided_days: float
    decided_spread: float
    abandoned_share: float
    staffing: Staffing
    year: int = 2027
    triage: bool = True

    def but(self, *, staffing: Staffing | str | None = None, **changes: Any) -> Scenario:
        """The same scenario with these changes; ``staffing`` may be the id of a pattern.

        ``retention_days`` may be infinite, every other value is finite. All that is wrong is in the findings of
        one ``UsageError``.
        """
        known = {field.name for field in fields(self)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise UsageError(
                _("The simulation has no parameter {name}.").format(name=unknown[0]),
                next_step=_("It has: {known}.").format(known=", ".join(sorted(known))),
            )
        if isinstance(staffing, str):
            staffing = staffing_pattern(staffing)
        if staffing is not None:
            changes["staffing"] = staffing
        changed = replace(self, **changes)
        faults = list(_faults(changed))
        if faults:
            raise UsageError(
                _("A value of the simulation is out of range."),
                next_step=_("Correct these values."),
                findings=faults,
            )
        return changed

    def values(self) -> dict[str, float]:
        """The figures by parameter, without staffing, year and triage."""
        return {name: value for name, value in asdict(self).items() if name in _by_id()}


# What a year on this machine can hold, and a logarithm that still is a number.
_MOST = {"requests": 1_000_000, "sigma of the logarithm": 3}


def _faults(scenario: Scenario) -> Iterator[Finding]:
    for name, value in scenario.values().items():
        unit = parameter(name).unit
        if not isinstance(value, int | float) or value != value or value < 0:
            yield Finding("not-a-size", _("This must be a number, and not below 0."), where=name)
        elif unit == "share" and value > 1:
            yield Finding("share-above-one", _("A share lies between 0 and 1."), where=name)
        elif value > _MOST.get(unit, float("inf")):
            yield Finding(
                "too-large", _("This must not be above {most:,}.").format(most=_MOST[unit]), where=name
            )
        elif value == float("inf") and name != "retention_days":
            yield Finding("endless", _("This must be finite."), where=name)
    if scenario.hold_days < parameter("hold_days").least:
        yield Finding(
            "hold-below-floor",
            _("Data preserved for a foreign request are kept for at least 60 days."),
            where="hold_days",
            provisions=("42(8)",),
        )
    if scenario.order_days > parameter("order_days").most:
        yield Finding(
            "order-above-limit",
            _("One preservation order lasts at most 90 days; a longer time needs a renewal."),
            where="order_days",
            provisions=("25(2)",),
        )
    if scenario.order_days == 0:
        yield Finding("no-order", _("A preservation order lasts at least a moment."), where="order_days")
    if not 1971 <= scenario.year <= 9000:
        yield Finding("year", _("The year must lie between 1971 and 9000."), where="year")


@cache
def _data() -> dict[str, Any]:
    path = resources.assets() / "network" / "simulation.json"
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataInvalid(
            _("The parameters of the simulation cannot be read."),
            where=str(path),
            next_step=_("Install the kit again; the file is part of it."),
        ) from error
    return data


@cache
def _by_id() -> dict[str, Parameter]:
    return {entry["id"]: Parameter(**entry) for entry in _data()["parameters"]}


def parameters() -> tuple[Parameter, ...]:
    """Every parameter, in the order in which a request meets them."""
    return tuple(_by_id().values())


def parameter(name: str) -> Parameter:
    """The parameter with this id; ``UsageError`` when there is none."""
    try:
        return _by_id()[name]
    except KeyError:
        raise UsageError(
            _("The simulation has no parameter {name}.").format(name=name),
            next_step=_("It has: {known}.").format(known=", ".join(_by_id())),
        ) from None


def status_word(status: Status) -> str:
    """The status in the trainee's language."""
    return {"sourced": _("sourced"), "derived": _("derived"), "assumed": _("assumed")}[status]


@cache
def staffing_patterns() -> tuple[Staffing, ...]:
    """The patterns of shifts to choose from; all of them are assumed."""
    zones = _data()["zones"]
    return tuple(
        Staffing(
            id=entry["id"],
            name=entry["name"],
            note=entry["note"],
            home=zones[entry["home"]],
            shifts=tuple(
                Shift(
                    id=shift["id"],
                    zone=zones[shift["state"]],
                    days=tuple(shift["days"]),
                    start=shift["from"],
                    end=shift["to"],
                    officers=shift["officers"],
                )
                for shift in entry["shifts"]
            ),
        )
        for entry in _data()["staffing"]
    )


def staffing_pattern(name: str) -> Staffing:
    """The pattern with this id; ``UsageError`` when there is none."""
    found = {pattern.id: pattern for pattern in staffing_patterns()}
    try:
        return found[name]
    except KeyError:
        raise UsageError(
            _("There is no staffing pattern {name}.").format(name=name),
            next_step=_("There are: {known}.").format(known=", ".join(found)),
        ) from None


@cache
def senders() -> tuple[Sender, ...]:
    """The States that send requests to the desk."""
    data = _data()
    return tuple(Sender(zone=data["zones"][entry["state"]], **entry) for entry in data["senders"])


@cache
def hourly_pattern() -> tuple[tuple[float, ...], float]:
    """The weight of each local hour for routine requests (24 numbers), and what a day of the weekend counts."""
    pattern = _data()["pattern"]
    return tuple(pattern["by_local_hour"]), pattern["weekend_factor"]


@cache
def default_scenario() -> Scenario:
    """Every parameter as the data give it, with staff round the clock."""
    values: dict[str, Any] = {name: entry.value for name, entry in _by_id().items()}
    return Scenario(**values, staffing=staffing_pattern("round-the-clock"))
