"""Marks: the published rules, the explanation that travels with each, and no credit for what earns none."""

from __future__ import annotations

import itertools
import json
import pickle
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import PackageInvalid, QuestionInvalid, ToolMissing
from hanoikit.exercise import answer, ask, mark, rules
from hanoikit.exercise.mark import Mark, NoCredit
from hanoikit.exercise.sheet import Sheet
from hanoikit.exercise.verdict import MIME

ABCD = {"a": "first", "b": "second", "c": "third", "d": "fourth"}
WHY = {"a": "A hash names nobody.", "b": "The same bytes give the same hash.", "c": "No.", "d": "No."}


def refused(call: Callable[[], Mark]) -> Mark:
    with pytest.raises(NoCredit) as caught:
        call()
    assert isinstance(caught.value, AssertionError)
    return caught.value.mark


def test_the_right_option_earns_all_and_the_mark_reads_as_its_number(folder: Path) -> None:
    ask.choice("m04-q1", ABCD)
    answer("m04-q1", "b")
    earned = mark.choice("m04-q1", key="b", points=2, why=WHY, cite="25(2)", read="m04-evidence-chain#hash")
    assert repr(earned) == "2.0" and earned == 2 and earned.state == "full"
    bundle = earned._repr_mimebundle_()
    assert bundle["text/plain"] == "2.0"
    assert bundle[MIME]["details"][0] == {"part": "a", "right": False, "text": "A hash names nobody."}
    assert "The same bytes give the same hash." in bundle["text/html"] and "art. 25(2)" in bundle["text/html"]
    assert set(bundle[MIME]) >= {
        "question", "points", "out_of", "state", "given", "reason", "provisions", "read_again", "details",
    }  # fmt: skip
    json.dumps(bundle)


def test_a_wrong_option_earns_nothing_and_gets_its_own_explanation(folder: Path) -> None:
    answer("m04-q1", "a")
    lost = refused(lambda: mark.choice("m04-q1", key="b", points=2, why=WHY))
    assert lost.state == "none" and lost.reason == "Not right. A hash names nobody." and lost == 0


def test_the_trace_of_no_credit_does_not_show_the_hidden_test(folder: Path) -> None:
    answer("m04-q1", "a")
    with pytest.raises(NoCredit) as caught:
        mark.choice("m04-q1", key="b", points=2, why=WHY)
    assert caught.value._render_traceback_() == ["No points: m04-q1: Not right. A hash names nobody."]


def test_no_answer_a_cleared_answer_and_an_impossible_answer_earn_nothing(folder: Path) -> None:
    assert refused(lambda: mark.choice("m04-q1", key="b", points=2)).state == "unanswered"
    sheet = Sheet.in_folder(folder)
    sheet.append("m04-q1", None)
    assert refused(lambda: mark.choice("m04-q1", key="b", points=2)).state == "unanswered"
    for value in ("z", ["b"], {"b": True}, True, 7, ""):
        sheet.append("m04-q1", value)
        assert refused(lambda: mark.choice("m04-q1", key="b", points=2)).state == "malformed"


def test_a_foreign_or_unreadable_sheet_earns_nothing_and_says_why(folder: Path) -> None:
    Sheet.in_folder(folder, assignment="m05-x").append("m04-q1", "b")
    assert "belongs to m05-x" in refused(lambda: mark.choice("m04-q1", key="b", points=2)).reason
    (folder / "answers.jsonl").write_text("rubbish\n")
    assert "not an answer sheet" in refused(lambda: mark.choice("m04-q1", key="b", points=2)).reason


def test_a_key_that_does_not_fit_the_question_is_the_authors_error(folder: Path) -> None:
    ask.choice("m04-q1", ABCD)
    answer("m04-q1", "b")
    with pytest.raises(QuestionInvalid):
        mark.choice("m04-q1", key="e", points=2)
    with pytest.raises(QuestionInvalid):
        mark.order("m04-q2", key=["a"], points=1) if ask.order("m04-q2", "x", "y") is None else None


@pytest.mark.parametrize(
    ("given_letters", "share"),
    [
        (["a", "c"], 1),
        (["a"], 0.5),
        (["a", "c", "b"], 0.5),
        (["a", "b"], 0),
        (["b"], 0),
        (["a", "b", "c", "d"], 0),
    ],
)
def test_several_options_right_minus_wrong(folder: Path, given_letters: list[str], share: float) -> None:
    ask.choices("m04-q2", ABCD)
    answer("m04-q2", given_letters)
    if share:
        assert mark.choices("m04-q2", key=["a", "c"], points=3, why=WHY) == 3 * share
    else:
        assert refused(lambda: mark.choices("m04-q2", key=["a", "c"], points=3)).state == "none"


def test_order_and_match_are_marked_from_the_sheet(folder: Path) -> None:
    ask.order("m04-q3", "acquire", "hash", "seal", "send")
    answer("m04-q3", ["a", "b", "d", "c"])
    assert mark.order("m04-q3", key=["a", "b", "c", "d"], points=3) == 2.0
    assert mark.order("m04-q3", key=["a", "b", ("c", "d")], points=3) == 3.0
    ask.match("m04-q4", left=["hash", "signature", "timestamp"], right=["who", "unchanged", "when"])
    answer("m04-q4", {"1": "b", "2": "a", "3": "a"})
    key = {"1": "b", "2": "a", "3": "c"}
    assert mark.match("m04-q4", key=key, points=3) == 1.5
    answer("m04-q4", {"1": "b", "2": "a", "3": "c"})
    assert mark.match("m04-q4", key=key, points=3).state == "full"


def test_numbers_moments_and_provisions_are_marked_within_their_tolerance(folder: Path) -> None:
    ask.number("m04-q5", unit="MiB")
    answer("m04-q5", "8,1")
    assert mark.number("m04-q5", key=8, points=2, tolerance=0.1) == 2
    assert mark.number("m04-q5", key=8, points=2, tolerance=0.01, bands={0.2: 0.5}) == 1
    lost = refused(lambda: mark.number("m04-q5", key=8, points=2, why={"8.1": "You read the wrong line."}))
    assert lost.reason == "Not right. The answer is 8 MiB. You read the wrong line."

    ask.moment("m04-q6", zones=["UTC", "Asia/Tokyo"])
    answer("m04-q6", "2026-03-01T18:00:20+09:00")
    assert mark.moment("m04-q6", key=datetime(2026, 3, 1, 9, 0, tzinfo=UTC), points=2, tolerance=30) == 2
    lost = refused(lambda: mark.moment("m04-q6", key="2026-03-01T18:00:00+00:00", points=2, tolerance=30))
    assert "The clock time is right, but the zone is not." in lost.reason

    ask.provision("m04-q7")
    answer("m04-q7", "Article 25.2")
    assert mark.provision("m04-q7", key="25(2)", points=1) == 1
    assert mark.provision("m04-q7", key=["25(1)", "25.2"], points=1) == 1
    assert mark.provision("m04-q7", key="25(1)", partial={"25(2)": 0.5}, points=1).state == "partial"
    assert refused(lambda: mark.provision("m04-q7", key="25(1)", points=1)).reason.startswith("Not right.")
    ask.provision("m04-q8", several=True)
    answer("m04-q8", "25(2), 42(8)")
    assert mark.provision("m04-q8", key=["25(2)", "42(8)"], several=True, points=2) == 2


@given(st.permutations(list("abcde")))
def test_an_order_and_its_reverse_never_both_earn(order: list[str]) -> None:
    key = list("abcde")
    assert 0 <= rules.order(order, key=key) <= 1
    assert not (rules.order(order, key=key) > 0 and rules.order(order[::-1], key=key) > 0)
    assert (rules.order(order, key=key) == 1) == (order == key)


def test_guessing_earns_little() -> None:
    rng = random.Random(7)
    orders = [rules.order(order, key="abcd") for order in itertools.permutations("abcd")]
    assert sum(orders) / len(orders) < 0.25
    key = {str(n): letter for n, letter in enumerate("abcd", 1)}
    same = [rules.match(dict.fromkeys(key, letter), key=key, choices=4) for letter in "abcd"]
    assert same == [0, 0, 0, 0], "the same match throughout earns nothing"
    guesses = [
        rules.match({left: rng.choice("abcd") for left in key}, key=key, choices=4) for _guess in range(2000)
    ]
    assert sum(guesses) / len(guesses) < 0.2
    assert rules.choices("abcd", key="ab") == 0, "choosing everything earns nothing when half is wrong"


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2050, 1, 1)),
    st.integers(-720, 720),
    st.integers(0, 7200),
)
def test_moments_are_compared_as_instants(local: datetime, minutes: int, seconds: int) -> None:
    key = local.replace(tzinfo=UTC)
    shown = (key + timedelta(seconds=seconds)).astimezone(timezone(timedelta(minutes=minutes)))
    assert rules.moment(shown, key=key, tolerance=3600) == float(seconds <= 3600)


def test_a_mark_survives_being_sent_to_another_process(folder: Path) -> None:
    answer("m04-q1", "b")
    earned = mark.choice("m04-q1", key="b", points=2, why=WHY)
    again = pickle.loads(pickle.dumps(earned))
    assert again == earned and again.as_data() == earned.as_data()


# code questions


def test_a_function_earns_the_share_of_cases_it_gets_right(folder: Path) -> None:
    space = {"double": lambda n: 2 * n if n < 10 else n}
    earned = mark.function(
        "m04-q11", "double", cases=[((1,), 2), ((4,), 8), ((20,), 40)], points=3, namespace=space
    )
    assert earned == 2 and [detail.right for detail in earned.details] == [True, True, False]


class EqualToAll:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class SlyInt(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


def endless() -> Any:
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            time.sleep(0)
            raise


def quits() -> Any:
    raise SystemExit("bye")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda: EqualToAll(), "EqualToAll"),
        (lambda: SlyInt(7), "SlyInt"),
        (lambda: True, "something else"),
        (lambda: 1.0, "something else"),
        (lambda: [1], "something else"),
        (lambda: 1 / 0, "ZeroDivisionError"),
        (quits, "SystemExit: bye"),
        (endless, "longer than 0.2 seconds"),
        (lambda: (x := [], x.append(x), x)[2], "nested too deeply"),
        (lambda unwanted: 1, "TypeError"),
    ],
)
def test_what_is_not_the_expected_plain_value_fails_its_case(folder: Path, function: Any, said: str) -> None:
    lost = refused(
        lambda: mark.function(
            "m04-q11", "f", cases=[((), 1)], points=3, namespace={"f": function}, seconds=0.2
        )
    )
    assert said in lost.details[0].text


def test_a_function_cannot_change_the_cases_or_the_expected_values(folder: Path) -> None:
    def spoil(items: list[int]) -> list[int]:
        items.append(99)
        return items

    cases = [(([1],), [1, 99]), (([2],), [2, 99])]
    assert mark.function("m04-q11", "f", cases=cases, points=2, namespace={"f": spoil}) == 2
    assert cases == [(([1],), [1, 99]), (([2],), [2, 99])]


def test_what_a_function_prints_is_swallowed_and_does_not_cost_points(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    def loud(n: int) -> int:
        print("x" * 10_000)
        print("noise", file=sys.stderr)
        return n

    assert mark.function("m04-q11", "f", cases=[((1,), 1)], points=1, namespace={"f": loud}) == 1
    assert capsys.readouterr() == ("", "")


def test_bytes_tuples_and_nested_data_are_compared_by_exact_type(folder: Path) -> None:
    value = {"hash": b"\x00\xff", "pair": (1, 2.5, None), "list": [True, "x"]}
    space = {"f": lambda given: given, "g": lambda given: {**given, "pair": list(given["pair"])}}
    assert mark.function("m04-q11", "f", cases=[((value,), value)], points=1, namespace=space) == 1
    refused(lambda: mark.function("m04-q11", "g", cases=[((value,), value)], points=1, namespace=space))
    space = {"f": lambda: 0.1 + 0.2}
    refused(lambda: mark.function("m04-q11", "f", cases=[((), 0.3)], points=1, namespace=space))
    assert mark.function("m04-q11", "f", cases=[((), 0.3)], points=1, namespace=space, tolerance=1e-9) == 1


def test_a_missing_function_is_unanswered_and_a_bad_case_is_the_authors_error(folder: Path) -> None:
    assert (
        refused(lambda: mark.function("m04-q11", "f", cases=[((), 1)], points=1, namespace={})).state
        == "unanswered"
    )
    with pytest.raises(QuestionInvalid):
        mark.function("m04-q11", "f", cases=[((object(),), 1)], points=1, namespace={"f": len})


# independent validators


def verdict(accepted: object, output: str = "") -> SimpleNamespace:
    return SimpleNamespace(accepted=accepted, program="openssl", output=output)


def test_what_an_independent_program_accepts_earns_its_points(folder: Path) -> None:
    assert mark.accepted("m04-q9", verdict(True), points=2) == 2
    assert mark.accepted("m04-q9", lambda: verdict(True), points=2) == 2
    half = mark.accepted(
        "m04-q9", {"bag": lambda: verdict(True), "token": verdict(False, "bad digest")}, points=2
    )
    assert half == 1 and "openssl rejects it: bad digest" in half.reason


def test_only_a_plain_true_counts_as_accepted(folder: Path) -> None:
    for accepted in (False, 1, "yes", EqualToAll()):
        assert (
            refused(lambda accepted=accepted: mark.accepted("m04-q9", verdict(accepted), points=2)).state
            == "none"
        )


def raising(error: Exception) -> Callable[[], Any]:
    def call() -> Any:
        raise error

    return call


def test_what_cannot_be_examined_earns_nothing_and_says_which_case_it_is(folder: Path) -> None:
    missing = refused(lambda: mark.accepted("m04-q9", raising(ToolMissing("No openssl here.")), points=2))
    assert missing.reason.startswith("This cannot be marked here: No openssl here.")
    bad = refused(
        lambda: mark.accepted("m04-q9", raising(PackageInvalid("The manifest is wrong.")), points=2)
    )
    assert bad.state == "none" and "manifest is wrong" in bad.reason
    nothing = refused(lambda: mark.accepted("m04-q9", lambda: Path("package").read_bytes(), points=2))
    assert nothing.state == "unanswered" and "package is missing" in nothing.reason
    odd = refused(lambda: mark.accepted("m04-q9", raising(KeyError("x")), points=2))
    assert "cannot be marked: KeyError" in odd.reason


def test_markup_in_an_answer_is_text_in_the_explanation(folder: Path) -> None:
    Sheet.in_folder(folder).append("m04-q1", "<img src=x onerror=alert(1)>")
    lost = refused(lambda: mark.choice("m04-q1", key="b", points=2))
    assert "<img" not in lost.as_html() and "&lt;img" in lost.as_html()
