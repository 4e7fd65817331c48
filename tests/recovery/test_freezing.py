"""The freeze board: what holds, what freezes, what leaves, and which order of acts is best."""

from datetime import UTC, datetime, timedelta

import pytest

from hanoikit.errors import DataInvalid, UsageError
from hanoikit.recovery import (
    SATOSHI,
    Act,
    Board,
    Departure,
    Holding,
    Practice,
    Status,
    best_plan,
    lantern_board,
    play,
    schedule,
)
from hanoikit.recovery.lantern_board import END, MINUTES, MORNING, WORTH

START = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)


def hours(n):
    return START + timedelta(hours=n)


def board(*departures, hold=10):
    practice = Practice(
        "XA", timedelta(hours=1), None if hold is None else timedelta(hours=hold), timedelta(hours=6)
    )
    out = tuple(Departure(hours(at), amount) for at, amount in departures)
    return Board((Holding("h", "kite", "XA", 100, "u", out),), {"XA": practice})


def outcome(made, *acts):
    line = play(made, acts, until=hours(100)).line("h")
    return line.saved, line.gone, [(one.at - START) / timedelta(hours=1) for one in line.left_at]


def test_without_an_act_everything_leaves_at_its_moment():
    assert outcome(board((3, 60), (5, 40))) == (0, 100, [3, 5])


def test_a_request_freezes_what_is_still_there_when_it_takes_effect():
    assert outcome(board((3, 60), (7, 40)), Act("request", "h", hours(0))) == (40, 60, [3])
    assert outcome(board((6, 100)), Act("request", "h", hours(0))) == (100, 0, [])


def test_what_a_hold_stopped_leaves_when_the_hold_ends_unless_a_court_froze_it_before():
    alert = Act("alert", "h", hours(0))
    assert outcome(board((3, 60)), alert) == (40, 60, [11])
    assert outcome(board((3, 60)), alert, Act("request", "h", hours(5))) == (100, 0, [])
    assert outcome(board((3, 60)), alert, Act("request", "h", hours(6))) == (40, 60, [11])
    assert outcome(board((3, 60)), alert, Act("alert", "h", hours(10))) == (40, 60, [21])


def test_an_alert_only_informs_where_the_law_knows_no_hold_and_an_incomplete_request_comes_back():
    made = board((3, 60), hold=None)
    assert outcome(made, Act("alert", "h", hours(0))) == (40, 60, [3])
    assert outcome(board((7, 60)), Act("request", "h", hours(0), complete=False)) == (40, 60, [7])
    kinds = [event.kind for event in play(made, [Act("alert", "h", hours(0))], until=hours(9)).events]
    assert kinds == ["sent", "informed", "left"]


def test_the_status_and_the_timers_are_those_of_the_moment():
    acts = [Act("alert", "h", hours(0)), Act("request", "h", hours(4))]
    line = play(board((3, 60), (30, 40)), acts, until=hours(100)).line("h")
    assert [line.status(hours(n)) for n in (0, 1, 9, 10, 50)] == [
        Status.RUNNING, Status.HELD, Status.HELD, Status.FROZEN, Status.FROZEN,
    ]  # fmt: skip
    gone = play(board((3, 60), (30, 40)), [], until=hours(100)).line("h")
    assert gone.next_departure(hours(3)).at == hours(30)
    assert (gone.remaining(hours(3)), gone.status(hours(30)), gone.next_departure(hours(30))) == (
        40, Status.GONE, None,
    )  # fmt: skip


def test_a_board_that_makes_no_sense_and_a_moment_without_zone_are_refused():
    with pytest.raises(DataInvalid) as caught:
        Board((Holding("h", "k", "XQ", 1, "u", (Departure(datetime(2026, 5, 1), 2),)),) * 2, {})
    assert {finding.code for finding in caught.value.findings} == {
        "practice-missing", "departures-too-great", "zone-missing", "holding-twice",
    }  # fmt: skip
    for act in (Act("alert", "x", hours(0)), Act("alert", "h", datetime(2026, 5, 1))):
        with pytest.raises(UsageError):
            play(board(), [act], until=hours(1))


def test_in_the_case_the_best_order_alerts_first_and_beats_the_order_of_amounts(case):
    made = lantern_board(case)
    best = best_plan(made, start=MORNING, minutes=MINUTES, until=END, weights=WORTH)
    assert best.order[0] == ("alert", "lune")
    by_amount = sorted(made.holdings, key=lambda h: -h.amount * WORTH[h.unit])
    acts = schedule([("request", h.id) for h in by_amount], start=MORNING, minutes=MINUTES)
    plain = play(made, acts, until=END)
    assert plain.frozen(SATOSHI) < best.report.frozen(SATOSHI)
    assert play(made, [], until=END).frozen(SATOSHI) == 0
