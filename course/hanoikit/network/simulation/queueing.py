"""The desk as a queue: when each request is taken up and when its work is done.

>>> from hanoikit.network.simulation.shifts import Roster
>>> one = Roster(times=(0.0, 8.0, 24.0, 32.0), officers=(1, 0, 1, 0))     # one officer, eight hours a day
>>> start, done = serve(np.array([1.0, 2.0, 7.5]), np.array([0.5, 0.5, 1.0]), one)
>>> start.tolist(), done.tolist()
([1.0, 2.0, 7.5], [1.5, 2.5, 24.5])

The rule of the desk is one sentence: **at every moment, the officers on duty work on the most urgent open requests,
the oldest first, one officer each.** So an emergency makes an officer put something down, and what is open at the end
of a shift is put down or handed over; work that was done stays done. Under this rule more officers never delay any
request: a request is worked on exactly while fewer than ``officers`` requests that go before it are open, and that
can only come earlier when those end earlier.

A queue with many officers has no closed formula, but most of it needs none. ``serve`` first lets everybody be taken
up at arrival, counts in arrays where that would need more officers than are on duty, and only there walks through the
requests one by one, until nobody is late any more. The answer is exact, not an approximation.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heapify, heappop, heappush, heapreplace
from math import inf

import numpy as np

from hanoikit.network.simulation.cases import Flags, Numbers
from hanoikit.network.simulation.shifts import Roster


def serve(arrive: Numbers, work: Numbers, duty: Roster) -> tuple[Numbers, Numbers]:
    """When each request is first taken up and when its work is done, in hours; infinite when nobody comes to it.

    ``arrive`` must rise; ``duty`` says how many officers are there.
    """
    start, done = arrive.copy(), arrive + work
    moments = _shortages(arrive, done, duty)
    if len(moments):
        _walk(start, done, arrive, work, duty, moments)
    return start, done


def _shortages(arrive: Numbers, done: Numbers, duty: Roster) -> Numbers:
    """The moments at which more officers would be needed than there are, if nobody ever had to wait."""
    times, officers = np.array(duty.times), np.array(duty.officers)
    ends = np.sort(done)
    open_then = np.arange(1, len(arrive) + 1) - np.searchsorted(ends, arrive, side="right")
    there = officers[np.searchsorted(times, arrive, side="right") - 1]
    open_at_change = np.searchsorted(arrive, times, side="right") - np.searchsorted(ends, times, side="right")
    found = np.concatenate([arrive[open_then > there], times[open_at_change > officers]])
    found.sort()
    return found


def _walk(
    start: Numbers, done: Numbers, arrive: Numbers, work: Numbers, duty: Roster, moments: Numbers
) -> None:
    """Correct ``start`` and ``done`` from each shortage on until everybody who was late is through."""
    arrivals, works, finish = arrive.tolist(), work.tolist(), done.tolist()
    times, officers = duty.times, duty.officers
    count = len(arrivals)
    at_once, latest = list(finish), np.maximum.accumulate(done).tolist()
    shortages = moments.tolist()
    begun: dict[int, float] = {}
    at = 0
    while at < len(shortages):
        now = shortages[at]
        i = bisect_left(arrivals, now)
        turn = max(bisect_left(times, now) - 1, 0)
        oldest = bisect_right(latest, now)
        in_work = [q for q in range(oldest, i) if at_once[q] > now]  # nobody is late here
        seen = i  # in_work knows the requests before this one
        free = [finish[q] for q in in_work] + [now] * (officers[turn] - len(in_work))  # when each is free
        heapify(free)
        put_down: list[tuple[int, float]] = []  # open again, the oldest last, with the work that is left
        late = 0.0
        through = False
        while not through:
            until = times[turn + 1] if turn + 1 < len(times) else inf
            while put_down and free and free[0] < until:
                q, rest = put_down.pop()
                finish[q] = free[0] + rest
                late = max(late, finish[q])
                in_work.append(q)
                heapreplace(free, finish[q])
            if free and not put_down:
                while i < count:
                    moment, first = arrivals[i], free[0]
                    if first > moment:
                        if first >= until:
                            break
                        begun[i] = first
                        end = finish[i] = first + works[i]
                        if end > late:
                            late = end
                    elif moment >= until:
                        break
                    else:
                        end = finish[i]
                        if (
                            moment >= late
                        ):  # nobody waits and nobody is late: from here the arrays are right again
                            now = moment
                            through = True
                            i += 1
                            break
                    heapreplace(free, end)
                    i += 1
            if through:
                break
            if i == count and not put_down and (not free or max(free) <= until):
                now = inf
                break
            if until == inf:  # the desk is closed for good
                for q, _rest in put_down:
                    finish[q] = inf
                for q in range(i, count):
                    begun[q] = finish[q] = inf
                now = inf
                break
            turn += 1
            more = officers[turn] - len(free)
            for _officer in range(more):
                heappush(free, until)
            while len(free) > officers[turn] and free[0] <= until:
                heappop(free)
            if len(free) > officers[turn]:
                in_work.extend(range(seen, i))
                in_work = sorted(q for q in in_work if until < finish[q] < inf)
                seen = i
                while len(free) > officers[turn]:  # the youngest request in work is put down
                    q = in_work.pop()
                    put_down.append((q, finish[q] - until))
                    free.remove(finish[q])
                    finish[q] = inf
                heapify(free)
        at = bisect_right(shortages, now, at)
    done[:] = finish
    if begun:
        start[list(begun)] = list(begun.values())


def without(duty: Roster, arrive: Numbers, done: Numbers) -> Roster:
    """Who is left for the others while these requests (which go first) are open."""
    times = np.unique(np.concatenate([np.array(duty.times), arrive, done[np.isfinite(done)]]))
    on_duty = np.array(duty.officers)[np.searchsorted(np.array(duty.times), times, side="right") - 1]
    left = on_duty - np.minimum(on_duty, in_work(arrive, done, times))
    keep = np.concatenate([[True], np.diff(left) != 0])
    return Roster(times=tuple(times[keep].tolist()), officers=tuple(left[keep].tolist()))


def in_work(arrive: Numbers, done: Numbers, moments: Numbers) -> Numbers:
    """How many of these requests are open (waiting or in work) at each moment."""
    return np.asarray(
        np.searchsorted(arrive, moments, side="right") - np.searchsorted(np.sort(done), moments, side="right")
    )


def work_through(arrive: Numbers, work: Numbers, first: Flags, duty: Roster) -> tuple[Numbers, Numbers]:
    """:func:`serve` for two classes: those marked ``first`` are worked on before all others."""
    if not first.any():
        return serve(arrive, work, duty)
    start, done = np.empty_like(arrive), np.empty_like(arrive)
    start[first], done[first] = serve(arrive[first], work[first], duty)
    rest = ~first
    start[rest], done[rest] = serve(arrive[rest], work[rest], without(duty, arrive[first], done[first]))
    return start, done
