"""The kinds of question: what counts as a possible answer, and how it reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import AnswerMalformed, QuestionInvalid
from hanoikit.exercise.kinds import (
    Choice,
    Choices,
    Confidence,
    Gates,
    Kind,
    Match,
    Moment,
    Narrow,
    Number,
    Order,
    Provision,
    Request,
    Written,
    lettered,
)

ABCD = {"a": "first", "b": "second", "c": "third", "d": "fourth"}
FORM_KINDS = ("line", "text", "choice", "choices", "date", "number")
KINDS: list[Kind] = [
    Choice(ABCD),
    Choices(ABCD),
    Order(ABCD),
    Match({"1": "one", "2": "two"}, ABCD),
    Number("MiB"),
    Moment({"Asia/Tokyo": "Tokyo", "UTC": "UTC"}),
    Provision(),
    Provision(several=True),
    Written(words=5),
    Written({"what": "What happened", "why": "Why"}),
    Gates({"a": "Law", "b": "Need"}, {"a": "Met", "b": "Fails"}, {"1": "one", "2": "two"}, ["a"]),
    Gates({"a": "Law"}, None),
    Narrow(ABCD),
    Narrow(None),
    Confidence({"a": "first", "b": "second"}),
    Request([{"id": kind, "label": kind, "kind": kind, "options": ABCD} for kind in FORM_KINDS]),
    Request(None),
]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(kind=st.sampled_from(KINDS), value=anything)
def test_any_value_is_either_an_answer_in_its_normal_form_or_refused_with_a_sentence(
    kind: Kind, value: object
) -> None:
    try:
        normal = kind.validate(value)
    except AnswerMalformed as error:
        assert error.what and error.next_step
        return
    assert json.loads(json.dumps(normal, allow_nan=False)) == normal
    assert kind.validate(normal) == normal, "the normal form stays as it is"
    assert isinstance(kind.describe(normal), str)
    assert kind.complete(normal) == (not kind.missing(normal))
    json.dumps(kind.spec())


@given(st.permutations(list(ABCD)))
def test_every_order_of_all_items_is_an_answer(letters: list[str]) -> None:
    assert Order(ABCD).validate(letters) == letters
    assert Order(ABCD).validate(" ".join(letters).upper()) == letters


@pytest.mark.parametrize("wrong", [["a", "b"], ["a", "a", "b", "c"], ["a", "b", "c", "e"], "abcd", 3])
def test_an_order_with_missing_or_doubled_items_is_refused(wrong: object) -> None:
    with pytest.raises(AnswerMalformed):
        Order(ABCD).validate(wrong)


def test_letters_are_taken_in_either_case_and_unknown_ones_refused_with_the_list() -> None:
    assert Choice(ABCD).validate(" B ") == "b"
    assert Choices(ABCD).validate("d, a") == ["a", "d"]
    with pytest.raises(AnswerMalformed, match="Choose from: a, b, c, d"):
        Choice(ABCD).validate("e")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" 12.50 ", 12.5),
        ("12,5", 12.5),
        ("1 048 576", 1048576),
        ("1\u202f048\u00a0576", 1048576),
        ("1,048,576", 1048576),
        ("1.048.576", 1048576),
        ("1,048.5", 1048.5),
        ("1.048,5", 1048.5),
        ("1'024", 1024),
        ("0,125", 0.125),
        ("−3", -3),
        ("8 MiB", 8),
        ("8mib", 8),
        ("١٢٫٥", 12.5),
        ("1e3", 1000),
        ("9007199254740993", 9007199254740993),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: float) -> None:
    assert Number("MiB").validate(text) == number


@pytest.mark.parametrize(
    "text", ["", "eight", "8 GiB", "1..2", "nan", "inf", "0x10", "1e999", "--3", True, None, [1]]
)
def test_what_is_no_number_is_refused(text: object) -> None:
    with pytest.raises(AnswerMalformed, match="not a number"):
        Number("MiB").validate(text)


def test_a_number_that_reads_in_two_ways_is_asked_back() -> None:
    with pytest.raises(AnswerMalformed, match=r"two ways.*Write 1024 or 1\.024"):
        Number().validate("1,024")


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e299, max_value=1e299))
def test_every_finite_number_survives(number: float) -> None:
    assert Number().validate(number) == number
    assert Number().validate(repr(number)) == number


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1)).map(
        lambda t: t.replace(microsecond=0)
    ),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_moment_is_the_same_instant_in_whatever_zone_it_is_written(local: datetime, minutes: int) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    normal = Moment({"UTC": "UTC"}).validate(moment.isoformat())
    assert datetime.fromisoformat(normal["at"]) == moment
    assert Moment({"UTC": "UTC"}).validate(normal) == normal


def test_a_moment_from_the_fields_of_the_control_uses_the_zones_own_rules() -> None:
    kind = Moment({"Europe/Paris": "Paris"})
    summer = kind.validate({"date": "2026-07-01", "time": "12:00", "zone": "Europe/Paris"})
    winter = kind.validate({"date": "2026-01-01", "time": "12:00", "zone": "Europe/Paris"})
    assert summer["at"].endswith("+02:00") and winter["at"].endswith("+01:00")
    assert datetime(2026, 7, 1, 10, tzinfo=UTC) == datetime.fromisoformat(summer["at"])
    assert "= 2026-07-01 10:00:00 UTC" in kind.describe(summer)
    assert kind.validate(datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))) == summer


def test_a_moment_without_its_zone_is_incomplete_in_the_control_and_refused_in_code() -> None:
    kind = Moment({"UTC": "UTC"})
    partial = kind.validate({"date": "2026-03-01", "time": "09:00", "zone": None})
    assert partial["at"] is None and kind.missing(partial) == ("Choose the zone.",)
    with pytest.raises(AnswerMalformed, match="no zone"):
        kind.validate("2026-03-01T09:00")


def test_a_time_that_the_clocks_jumped_over_is_refused() -> None:
    with pytest.raises(AnswerMalformed, match="did not exist"):
        Moment({"Europe/Paris": "Paris"}).validate(
            {"date": "2026-03-29", "time": "02:30", "zone": "Europe/Paris"}
        )


@pytest.mark.parametrize(
    "wrong", ["yesterday", {"date": "2026-02-30", "time": "10:00", "zone": "UTC"}, {"day": 1}, 7]
)
def test_what_is_no_moment_is_refused(wrong: object) -> None:
    with pytest.raises(AnswerMalformed):
        Moment({"UTC": "UTC"}).validate(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "41(3)(e)",
        "41.3.e",
        "art. 41(3)(e)",
        "Article 41 (3) (e)",
        "41 3 e",
        "Art 41, paragraph 3, letter e",
        "41(3)(E)",
    ],
)
def test_a_provision_is_read_in_every_usual_spelling(text: str) -> None:
    assert Provision().validate(text) == "41(3)(e)"


@pytest.mark.parametrize("wrong", ["", "the law", "99(1)", "41(99)", "0", "1234", "25(2) or so", 25])
def test_what_is_no_provision_of_the_convention_is_refused(wrong: object) -> None:
    with pytest.raises(AnswerMalformed):
        Provision().validate(wrong)


def test_several_provisions_are_a_list_without_doubles() -> None:
    assert Provision(several=True).validate("25(2), 42.8 and 25.2") == ["25(2)", "42(8)"]


def test_a_written_answer_is_complete_by_its_words_and_slots_only() -> None:
    assert Written(words=3).missing("Too short") == ("Write at least 3 words; there are 2.",)
    assert Written(words=3).complete("evidence seal custody")
    parts = Written({"what": "What happened", "why": "Why"})
    assert parts.missing(parts.validate({"what": "x"})) == ("Write the part Why.",)
    with pytest.raises(AnswerMalformed, match="too long"):
        Written().validate("x" * 60_000)


def test_a_match_may_be_saved_half_done_and_says_what_is_open() -> None:
    kind = Match({"1": "hash", "2": "signature"}, ABCD)
    half = kind.validate({"1": "b"})
    assert half == {"1": "b", "2": None} and kind.missing(half) == ("Choose a match for signature.",)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Choice({"a": "only one"}),
        lambda: Choice({"a": "same", "b": "same"}),
        lambda: Choice({"a": "text", "b": " "}),
        lambda: Moment({"Atlantis/Capital": "?"}),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_to_its_author(build) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QuestionInvalid):
        build()


def test_items_without_letters_get_them() -> None:
    assert lettered(["x", "y"]) == {"a": "x", "b": "y"}
