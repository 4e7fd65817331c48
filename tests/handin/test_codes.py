"""Codes that people read out: what they look like, and which mistakes are always found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.errors import ReceiptRejected
from hanoikit.handin import codes
from hanoikit.trust.letters import ALPHABET

CODE = st.binary(max_size=40).map(codes.code_of)


@given(CODE)
def test_a_code_is_read_back_however_it_is_typed(code: str) -> None:
    typed = code.lower().replace("-", " ").replace("1", "l").replace("0", "o")
    assert codes.read(typed) == code
    assert codes.read(code.replace("-", "")) == code


@given(CODE, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(code: str, place: int, other: str) -> None:
    letters = list(code.replace("-", ""))
    if letters[place] == other:
        return
    letters[place] = other
    with pytest.raises(ReceiptRejected, match="wrong"):
        codes.read("".join(letters))


@given(CODE, st.integers(0, 11), st.integers(0, 11))
def test_two_characters_that_changed_places_are_always_found(code: str, one: int, two: int) -> None:
    letters = list(code.replace("-", ""))
    if letters[one] == letters[two]:
        return
    letters[one], letters[two] = letters[two], letters[one]
    with pytest.raises(ReceiptRejected):
        codes.read("".join(letters))


@pytest.mark.parametrize("text", ["", "K7QF", "K7QF-2M9X-PT3A-0", "K7QF-2M9X-PTU!", "????-????-????"])
def test_what_is_no_code_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ReceiptRejected, match="for example"):
        codes.read(text)


def test_a_code_has_no_letters_that_look_like_digits_and_is_spelled_out() -> None:
    code = codes.code_of(b"what was signed")
    assert code == "CHJ1-B947-YRBC"
    assert not set(ALPHABET) & set("ILOU")
    assert codes.spelled(code).startswith("Charlie, Hotel, Juliett, one; ")


def test_other_data_has_another_code() -> None:
    assert len({codes.code_of(str(number).encode()) for number in range(2000)}) == 2000
