"""Short codes that people read out, write down and type again: twelve characters, the last one a check.

>>> code = code_of(b"what was signed")
>>> code
'CHJ1-B947-YRBC'
>>> read(" chji b947 yrbc ")
'CHJ1-B947-YRBC'
>>> spelled("CHJ1-B947-YRBC")
'Charlie, Hotel, Juliett, one; Bravo, nine, four, seven; Yankee, Romeo, Bravo, Charlie'

The alphabet and the check character are those of :mod:`hanoikit.trust.letters`; eleven characters are the first 55
bits of a SHA-256.

A code is for people to compare. It is too short to keep somebody from *making* two receipts with one code, so whoever
has to be sure compares the receipt itself.
"""

from __future__ import annotations

import hashlib

from hanoikit.errors import Finding, ReceiptRejected
from hanoikit.i18n import _
from hanoikit.trust import letters

LENGTH = 12

_WORDS = """zero one two three four five six seven eight nine
Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel Juliett Kilo Mike November Papa Quebec Romeo Sierra Tango
Victor Whiskey X-ray Yankee Zulu"""
_SPOKEN = dict(zip(letters.ALPHABET, _WORDS.split(), strict=True))


def code_of(data: bytes) -> str:
    """The code of these bytes."""
    return letters.grouped(letters.with_check(letters.letters_of(hashlib.sha256(data).digest(), LENGTH - 1)))


def read(text: str) -> str:
    """The code as it is written, from what a person typed: any case, spaces, hyphens, O for 0, I or L for 1.

    Raises :class:`ReceiptRejected` when it is no code, or when the check character says that one is wrong.
    """
    found = letters.plain(text)
    if found is None or len(found) != LENGTH:
        raise _refused(
            "code-form", _("A code has twelve letters and digits, for example {code}.").format(code=_EXAMPLE)
        )
    if not letters.is_good(found):
        raise _refused("code-check", _("One character of this code is wrong, or two changed places."))
    return letters.grouped(found)


def spelled(code: str) -> str:
    """The code as it is read out, with the words of the international spelling alphabet."""
    return "; ".join(", ".join(_SPOKEN[character] for character in group) for group in read(code).split("-"))


def _refused(code: str, message: str) -> ReceiptRejected:
    return ReceiptRejected(
        message, next_step=_("Read it from the receipt once more."), findings=[Finding(code, message)]
    )


_EXAMPLE = code_of(b"an example")
