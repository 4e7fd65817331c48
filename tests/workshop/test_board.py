"""Who is stuck, how far the room is, and whose row goes when: rules on a clock that the test moves."""

from __future__ import annotations

import pytest

from hanoikit.classroom.room.board import GONE, MOST_MEMBERS, QUIET, Board, Here, Member
from hanoikit.errors import ServiceRefused
from hanoikit.exercise.observing import Event
from hanoikit.workshop.presence import PAUSE, Presence


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> Board:
    return Board(clock=clock)


def at(board: Board, member: Member, question: str = "m01-q1", **more: float) -> None:
    board.told(member, Here("m01", question, **more), help=None, done={})  # type: ignore[arg-type]


def why(board: Board, member: Member) -> str:
    return next(row.why for row in board.rows() if row.row == member.row)


def test_who_is_alone_at_a_question_is_stuck_after_ten_minutes(board: Board) -> None:
    one = board.join("Amal")
    at(board, one, seconds=600)
    assert why(board, one) == ""
    at(board, one, seconds=601)
    assert why(board, one) == "long"


def test_who_needs_twice_the_rooms_median_is_stuck_but_never_before_five_minutes(board: Board) -> None:
    for number, seconds in enumerate((60, 100, 200)):
        at(board, board.join(f"quick {number}"), seconds=seconds, answered=True)
    slow = board.join("slow")
    at(board, slow, seconds=290)
    assert why(board, slow) == ""  # more than twice the median of 100, but under five minutes
    at(board, slow, seconds=301)
    assert why(board, slow) == "long"
    row = next(row for row in board.rows() if row.row == slow.row)
    assert row.usual == 100


def test_the_median_of_the_room_leaves_the_person_themselves_out(board: Board) -> None:
    for number in range(2):
        at(board, board.join(f"other {number}"), seconds=200)
    slow = board.join("slow")
    at(board, slow, seconds=590)
    assert why(board, slow) == ""  # two others are too few to compare with
    at(board, board.join("third"), seconds=200)
    assert why(board, slow) == "long"


def test_who_has_answered_is_not_stuck_however_long_it_took(board: Board) -> None:
    one = board.join("Amal")
    at(board, one, seconds=4000, wrong=9, answered=True)
    assert why(board, one) == ""


def test_three_wrong_tries_in_a_self_check_are_stuck_two_are_not(board: Board) -> None:
    one = board.join("Amal")
    at(board, one, wrong=2)
    assert why(board, one) == ""
    at(board, one, wrong=3)
    assert why(board, one) == "wrong"


def test_calls_for_help_stand_first_and_the_longest_call_before_all(board: Board, clock: Clock) -> None:
    names = ["Zoe", "Amal", "Binh"]
    people = {name: board.join(name) for name in names}
    at(board, people["Amal"], seconds=3000)
    board.told(people["Zoe"], None, help="m01-q3", done={})
    clock.now += 5
    board.told(people["Binh"], None, help="*", done={})
    assert [(row.name, row.why) for row in board.rows()] == [
        ("Zoe", "help"),
        ("Binh", "help"),
        ("Amal", "long"),
    ]


def test_a_second_notebook_that_says_nothing_of_help_does_not_end_a_call(board: Board) -> None:
    one = board.join("Amal")
    board.told(one, None, help="m01-q3", done={})
    board.told(one, None, help=None, done={})
    assert why(board, one) == "help"


def test_the_notebook_in_which_something_happened_last_says_where_somebody_is(
    board: Board, clock: Clock
) -> None:
    one = board.join("Amal")
    at(board, one, "m01-q1", idle=100)
    at(board, one, "m04-q1", idle=0)
    clock.now += 4
    at(board, one, "m01-q1", idle=104)
    assert [row.question for row in board.rows()] == ["m04-q1"]


def test_progress_counts_people_and_not_answers(board: Board) -> None:
    people = [board.join(f"p{number}") for number in range(4)]
    for member in people[:3]:
        board.told(member, Here("m01", "m01-q2", seconds=50), help=None, done={"m01": ["m01-q1"]})
        board.told(member, Here("m01", "m01-q2", seconds=60), help=None, done={"m01": ["m01-q1"]})
    first, second = board.progress("m01", ["m01-q1", "m01-q2"])
    assert (first.done, first.here, first.usual) == (3, 0, None)
    assert (second.done, second.here, second.usual) == (0, 3, 60)
    assert board.started("m01") == 3
    board.told(people[0], None, help=None, done={"m01": []})  # an answer was cleared
    assert board.progress("m01", ["m01-q1"])[0].done == 2


def test_a_row_says_when_nothing_is_heard_and_goes_after_a_while(board: Board, clock: Clock) -> None:
    one = board.join("Amal")
    clock.now += QUIET + 1
    assert board.rows()[0].quiet == int(QUIET + 1)
    clock.now += GONE
    assert board.sweep() and board.rows() == [] and not board.has(one)


def test_two_people_of_one_name_are_told_apart(board: Board) -> None:
    assert [board.join("Anna").name for _time in range(3)] == ["Anna", "Anna (2)", "Anna (3)"]


def test_a_full_room_says_so(board: Board) -> None:
    for number in range(MOST_MEMBERS):
        board.join(f"p{number}")
    with pytest.raises(ServiceRefused, match="full"):
        board.join("one more")


def test_the_time_at_a_question_stops_when_nobody_is_there(clock: Clock) -> None:
    presence = Presence(clock=clock)
    presence.note(Event("here", "m01-q1"), assignment="m01")
    clock.now += 100
    assert presence.tell()["here"]["seconds"] == 100
    clock.now += 10 * PAUSE  # a night
    assert presence.tell()["here"]["seconds"] == PAUSE
    presence.note(Event("here", "m01-q2"), assignment="m01")
    clock.now += 5
    assert presence.tell()["here"]["seconds"] == 5
    presence.note(Event("here", "m01-q1"), assignment="m01")
    clock.now += 7
    assert presence.tell()["here"]["seconds"] == PAUSE + 7
