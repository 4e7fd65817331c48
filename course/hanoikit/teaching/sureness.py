"""How far a cited provision was checked, as a letter beside its number: on paper nobody can point at it.

>>> letter(sureness("42(8)")[0])
'o'
"""

from __future__ import annotations

from hanoikit.convention import Provision, marks, provision

_LETTERS = {"verified": "c", "corroborated": "r", "parent text": "o", "memory": "m"}


def sureness(ref: str) -> tuple[Provision, str]:
    """The provision and how far its summary was checked, in words."""
    found = provision(ref)
    return found, marks.label(found.confidence)


def letter(found: Provision) -> str:
    """``c`` checked, ``r`` reported by a source, ``o`` follows an older treaty, ``m`` from memory."""
    return _LETTERS[found.confidence]


def legend() -> list[tuple[str, str, str]]:
    """Letter, label and meaning, from the surest to the least sure."""
    return [
        (sign, label, meaning)
        for sign, (label, meaning) in zip(_LETTERS.values(), marks.legend(), strict=True)
    ]
