"""Short codes that people read out, write down and type again: twelve characters, the last one a check.

>>> code = code_of(b"what was signed")
>>> code
'CHJ1-B947-YRBC'
>>> read(" chji b947 yrbc ")
'CHJ1-B947-YRBC'
>>> spelled("CHJ1-B947-YRBC")
'Charlie, Hotel, Juliett, one; Bravo, nine, four, seven; Yankee, Romeo, Bravo, Charlie'

The alphabet is Crockford's base 32: no I, L, O or U, so that nothing is mistaken for one or zero; read as one or zero
they are taken as such. Eleven characters are the first 55 bits of a SHA-256. The twelfth makes the sum over the field
GF(32) zero, each place with its own weight: one wrong character and any two that changed places are always found.

A code is for people to compare. It is too short to keep somebody from *making* two receipts with one code, so whoever
has to be sure compares the receipt itself.
"""

from __future__ import annotations

import hashlib

from hanoikit.errors import Finding, ReceiptRejected
from hanoikit.i18n import _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12

_VALUES = {character: value for value, character in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)
_WORDS = """zero one two three four five six seven eight nine
Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel Juliett Kilo Mike November Papa Quebec Romeo Sierra Tango
Victor Whiskey X-ray Yankee Zulu"""
_SPOKEN = dict(zip(ALPHABET, _WORDS.split(), strict=True))


def code_of(data: bytes) -> str:
    """The code of these bytes."""
    number = int.from_bytes(hashlib.sha256(data).digest()[:7], "big") >> 1
    values = [number >> 5 * place & 31 for place in range(LENGTH - 2, -1, -1)]
    values.append(_check(values))
    return _grouped("".join(ALPHABET[value] for value in values))


def read(text: str) -> str:
    """The code as it is written, from what a person typed: any case, spaces, hyphens, O for 0, I or L for 1.

    Raises :class:`ReceiptRejected` when it is no code, or when the check character says that one is wrong.
    """
    found = [
        character for character in text.upper() if character not in " -\t\n\u2010\u2011\u2012\u2013\u00a0"
    ]
    if len(found) != LENGTH or any(character not in _VALUES for character in found):
        raise _refused(
            "code-form", _("A code has twelve letters and digits, for example {code}.").format(code=_EXAMPLE)
        )
    values = [_VALUES[character] for character in found]
    if _check(values[:-1]) != values[-1]:
        raise _refused("code-check", _("One character of this code is wrong, or two changed places."))
    return _grouped("".join(ALPHABET[value] for value in values))


def spelled(code: str) -> str:
    """The code as it is read out, with the words of the international spelling alphabet."""
    return "; ".join(", ".join(_SPOKEN[character] for character in group) for group in read(code).split("-"))


def _check(values: list[int]) -> int:
    """The last value, so that the sum of all values, each times its weight 2^place, is zero in GF(32)."""
    total = 0
    for value in values:  # Horner's rule; the last place has weight one
        total = _double(total) ^ value
    return _double(total)


def _double(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value


def _grouped(characters: str) -> str:
    return "-".join(characters[start : start + 4] for start in range(0, LENGTH, 4))


def _refused(code: str, message: str) -> ReceiptRejected:
    return ReceiptRejected(
        message, next_step=_("Read it from the receipt once more."), findings=[Finding(code, message)]
    )


_EXAMPLE = code_of(b"an example")
