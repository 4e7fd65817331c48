"""The same year as SimPy processes: each request, shift and clock waits, works and races the others by itself.

>>> from hanoikit.network.simulation.parameters import default_scenario
>>> year = simulate(default_scenario().but(requests_per_year=300), seed=3)
>>> len(year.run.outcome) == len(year.run.cases.arrive)
True

This is the model to read and to check against the text of articles 25 and 42: nothing here is a formula over arrays.
It shares no code with ``vectorised`` beyond the roster and the parameters; ``draw_independently`` even draws the
requests another way. On the same requests both give the same times and the same outcome of every case; on their own
requests their shares agree within the confidence intervals. Both are tested.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, inf
from random import Random
from typing import Any

import numpy as np
import simpy

from hanoikit.network.simulation.cases import Cases, draw
from hanoikit.network.simulation.outcomes import Outcome, Run
from hanoikit.network.simulation.parameters import Scenario, hourly_pattern, senders
from hanoikit.network.simulation.shifts import Roster, hours_in, local_clock, roster

Steps = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, slots=True)
class ReferenceYear:
    """The run, and the officer-hours worked in each UTC hour of the year (by index)."""

    run: Run
    worked: tuple[float, ...]


@dataclass(slots=True)
class _Data:
    """The data of one case, as the provider has them."""

    own: bool
    """The provider's own rule still keeps them."""
    preserved: bool = False
    requested: bool = False
    """The request for assistance has arrived."""
    vanished: float = inf


@dataclass(slots=True)
class _Desk:
    env: simpy.Environment
    officers: simpy.PreemptiveResource
    scenario: Scenario
    cases: Cases
    worked: list[float]
    start: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    confirmed: list[float] = field(default_factory=list)
    decision: list[float] = field(default_factory=list)
    outcome: list[Outcome | None] = field(default_factory=list)
    data: list[_Data] = field(default_factory=list)

    # who is on duty

    def shifts(self, duty: Roster) -> Steps:
        """Officers who are off duty are taken from the desk by requests that go before all others."""
        away: list[Any] = []
        for hour, there in zip(duty.times, duty.officers, strict=True):
            yield self.env.timeout(hour - self.env.now)
            while len(away) > self.officers.capacity - there:
                self.officers.release(away.pop())
            while len(away) < self.officers.capacity - there:
                leave = self.officers.request(priority=-1 - len(away), preempt=True)
                away.append(leave)
                yield leave

    # one request

    def arrivals(self) -> Steps:
        for n, hour in enumerate(self.cases.arrive.tolist()):
            yield self.env.timeout(hour - self.env.now)
            self.env.process(self.case(n))

    def case(self, n: int) -> Steps:
        data = self.data[n]
        if data.own and self.cases.remaining[n] < inf:
            self.env.process(self.retention(n, data))
        yield from self.at_the_desk(n)
        self.done[n] = self.env.now
        yield self.env.timeout(float(self.cases.delay[n]))
        self.confirmed[n] = self.env.now
        never = not data.own
        if data.own and not self.cases.refused[n]:
            data.preserved = True
            self.env.process(self.floor(n, data))
            self.env.process(self.order(n, data))
        yield self.env.timeout(float(self.cases.sent[n]))
        data.requested = True
        yield self.env.timeout(float(self.cases.decided[n]))
        self.decision[n] = self.env.now
        if data.own:
            self.outcome[n] = Outcome.RETAINED
        elif data.preserved:
            self.outcome[n] = Outcome.KEPT
        elif self.cases.remaining[n] <= 0:
            self.outcome[n] = Outcome.GONE_BEFORE
        elif self.cases.refused[n]:
            self.outcome[n] = Outcome.LOST_REFUSED
        else:
            self.outcome[n] = Outcome.LOST_WAITING if never else Outcome.LOST_LAPSED

    def at_the_desk(self, n: int) -> Steps:
        """Wait for an officer, and be put down when something goes before; what was done stays done."""
        urgent = self.scenario.triage and bool(self.cases.emergency[n])
        rank = n if urgent else len(self.start) + n
        left = float(self.cases.work[n])
        while True:
            with self.officers.request(priority=rank, preempt=True) as turn:
                yield turn
                since = self.env.now
                if self.start[n] == inf:
                    self.start[n] = since
                try:
                    yield self.env.timeout(left)
                except simpy.Interrupt:
                    self.record(since)
                    left -= self.env.now - since
                    if left <= 0:  # the shift ended with the work
                        return
                else:
                    self.record(since)
                    return

    def record(self, since: float) -> None:
        """Count the officer's time in the hours of the year in which it was worked."""
        hour = int(since)
        while since < self.env.now and hour < len(self.worked):
            until = min(self.env.now, hour + 1.0)
            self.worked[hour] += until - since
            since, hour = until, hour + 1

    # the clocks of its data

    def retention(self, n: int, data: _Data) -> Steps:
        yield self.env.timeout(float(self.cases.remaining[n]))
        data.own = False
        self.look(data)

    def floor(self, n: int, data: _Data) -> Steps:
        """Preservation ends when no request for assistance came in the 60 days and their extensions (42(8), 42(9))."""
        if self.cases.hold[n] < inf:
            yield self.env.timeout(float(self.cases.hold[n]))
            if not data.requested:
                data.preserved = False
                self.look(data)

    def order(self, n: int, data: _Data) -> Steps:
        """Preservation ends with the domestic order, when nobody renews it (25(2))."""
        if self.cases.order[n] < inf:
            yield self.env.timeout(float(self.cases.order[n]))
            data.preserved = False
            self.look(data)

    def look(self, data: _Data) -> None:
        if not data.own and not data.preserved:
            data.vanished = min(data.vanished, self.env.now)


def simulate(scenario: Scenario, *, seed: int = 0, cases: Cases | None = None) -> ReferenceYear:
    """One year of the scenario, process by process; ``cases`` takes the place of the requests that ``seed`` draws."""
    cases = draw(scenario, seed=seed) if cases is None else cases
    duty = roster(scenario.staffing.shifts, scenario.year)
    env = simpy.Environment()
    count = len(cases.arrive)
    desk = _Desk(
        env=env,
        officers=simpy.PreemptiveResource(env, capacity=max(1, *duty.officers)),
        scenario=scenario,
        cases=cases,
        worked=[0.0] * hours_in(scenario.year),
        start=[inf] * count,
        done=[inf] * count,
        confirmed=[inf] * count,
        decision=[inf] * count,
        outcome=[None] * count,
        data=[_Data(own=left > 0) for left in cases.remaining.tolist()],
    )
    env.process(desk.shifts(duty))
    env.process(desk.arrivals())
    env.run()
    return ReferenceYear(run=_result(desk, duty), worked=tuple(desk.worked))


def _result(desk: _Desk, duty: Roster) -> Run:
    cases, outcome = desk.cases, []
    vanish = []
    for n, data in enumerate(desk.data):
        found = desk.outcome[n]
        if found is None:  # nobody ever came to it: only the provider's own rule speaks
            if data.own:
                found = Outcome.RETAINED
            elif cases.remaining[n] <= 0:
                found = Outcome.GONE_BEFORE
            else:
                found = Outcome.LOST_REFUSED if cases.refused[n] else Outcome.LOST_WAITING
        outcome.append(int(found))
        gone = float(cases.arrive[n]) if cases.remaining[n] <= 0 else data.vanished
        vanish.append(inf if found <= Outcome.KEPT else gone)
    return Run(
        scenario=desk.scenario,
        cases=cases,
        duty=duty,
        start=np.array(desk.start),
        done=np.array(desk.done),
        confirmed=np.array(desk.confirmed),
        decision=np.array(desk.decision),
        vanish=np.array(vanish),
        outcome=np.array(outcome, dtype=np.int8),
    )


def draw_independently(scenario: Scenario, *, seed: int = 0) -> Cases:
    """Requests by the same laws as ``cases.draw``, drawn hour by hour and one by one with Python's own generator."""
    chance = Random(seed)
    s, rows = scenario, []
    for hour, rates in enumerate(_hourly_rates(scenario)):
        for (sender, emergency), rate in rates.items():
            moment = chance.expovariate(rate) if rate > 0 else inf
            while moment < 1:
                rows.append((hour + moment, sender, emergency))
                moment += chance.expovariate(rate)
    rows.sort()

    def lognormal(median: float, spread: float) -> float:
        return median * exp(chance.gauss(0.0, spread)) if spread else median

    def rounds(share: float) -> float:
        if share >= 1:
            return inf
        count = 0
        while chance.random() < share:
            count += 1
        return count

    columns: dict[str, list[Any]] = {name: [] for name in Cases.__slots__}
    for moment, sender, emergency in rows:
        minutes = s.emergency_minutes if emergency else s.handling_minutes
        delay = lognormal(s.emergency_provider_hours if emergency else s.provider_hours, s.provider_spread)
        if chance.random() < s.incomplete_share:
            delay += lognormal(s.completion_hours, s.completion_spread)
        kept, age = lognormal(s.retention_days, s.retention_spread), lognormal(s.age_days, s.age_spread)
        extended = rounds(s.extension_share) * s.extension_days if s.extension_days else 0.0
        row = {
            "arrive": moment,
            "sender": sender,
            "emergency": emergency,
            "work": lognormal(minutes, s.handling_spread) / 60,
            "delay": delay,
            "refused": chance.random() < s.refused_share,
            "remaining": 24 * (kept - age),
            "hold": 24 * (s.hold_days + extended),
            "order": 24 * s.order_days * (1 + rounds(s.renewal_share)),
            "sent": 24 * lognormal(s.sent_days, s.sent_spread),
            "decided": 24 * lognormal(s.decided_days, s.decided_spread),
            "abandoned": chance.random() < s.abandoned_share,
        }
        for name, value in row.items():
            columns[name].append(value)
    kinds: dict[str, Any] = {"sender": np.int64, "emergency": bool, "refused": bool, "abandoned": bool}
    return Cases(**{name: np.array(v, dtype=kinds.get(name, np.float64)) for name, v in columns.items()})


@lru_cache(maxsize=4)
def _hourly_rates(scenario: Scenario) -> list[dict[tuple[int, bool], float]]:
    """The expected number of requests in each UTC hour, by sender and kind."""
    by_hour, weekend = hourly_pattern()
    hours = hours_in(scenario.year)
    table: list[dict[tuple[int, bool], float]] = [{} for _hour in range(hours)]
    for index, sender in enumerate(senders()):
        clock = local_clock(sender.zone, scenario.year)
        weights = [by_hour[hour] * (weekend if day >= 5 else 1.0) for day, hour in clock]
        total, yearly = sum(weights), scenario.requests_per_year * sender.share
        for hour, weight in enumerate(weights):
            table[hour][index, False] = yearly * (1 - scenario.emergency_share) * weight / total
            table[hour][index, True] = yearly * scenario.emergency_share / hours
    return table
