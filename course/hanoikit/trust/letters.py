"""The letters of everything short that people read out and type: Crockford's base 32, with a check character.

>>> with_check("CHJ1B94")
'CHJ1B94B'
>>> plain(" chji-b94b ")                  # as it was typed; I is read as one
'CHJ1B94B'
>>> grouped("CHJ1B94B")
'CHJ1-B94B'

No I, L, O or U, so that nothing is mistaken for one or zero; read as one or zero they are taken as such. The check
character makes the sum over the field GF(32) zero, each place with its own weight: one wrong character and any two that
changed places are always found, in up to 31 characters.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_BETWEEN = " -\t\n\u2010\u2011\u2012\u2013\u00a0"
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


def letters_of(data: bytes, count: int) -> str:
    """The first ``5 * count`` bits of ``data`` as letters."""
    number = int.from_bytes(data, "big") >> (8 * len(data) - 5 * count)
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(count - 1, -1, -1))


def with_check(letters: str) -> str:
    """The letters with their check character behind them."""
    total = 0
    for letter in letters:  # Horner's rule; the last place has weight one
        total = _double(total) ^ VALUES[letter]
    return letters + ALPHABET[_double(total)]


def is_good(letters: str) -> bool:
    """Whether the last of these letters is the check character of those before it."""
    return with_check(letters[:-1]) == letters


def plain(text: str) -> str | None:
    """The letters that somebody meant, without blanks and hyphens; None when something else is among them."""
    found = [letter for letter in text.upper() if letter not in _BETWEEN]
    if any(letter not in VALUES for letter in found):
        return None
    return "".join(ALPHABET[VALUES[letter]] for letter in found)


def grouped(letters: str) -> str:
    """In groups of four."""
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _double(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value
