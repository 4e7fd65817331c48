"""Which grounds for refusing the Convention opens for which kind of request.

>>> sorted(open_grounds("preservation"))
['40(21)(b)', '40(21)(c)', '40(22)', '42(5)']
>>> ground_for(("40(21)(a)", "40(21)(c)"), "preservation")
'40(21)(c)'

The list is the Convention's own, from ``hanoikit.convention.refusal_grounds``. For preservation and for traffic data
it is closed (42(6), 43(2)): what is no ground there cannot carry a refusal, however weighty it sounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hanoikit.convention import refusal_grounds

APPLIES_TO = {
    "assistance": frozenset({"legal assistance", "personal data"}),
    "preservation": frozenset({"preservation"}),
    "disclosure": frozenset({"traffic data disclosure"}),
    "extradition": frozenset({"extradition"}),
    "measure": frozenset[str](),
}
"""Kind of request to the words of the Convention's list. A measure of our own needs no ground: our law decides."""

CARRIES = frozenset({"may refuse", "no duty", "may postpone"})


@cache
def open_grounds(kind: str) -> frozenset[str]:
    """The provisions that can carry a refusal or a postponement of this kind of request."""
    return frozenset(
        one.ref
        for one in refusal_grounds()
        if one.effect in CARRIES and APPLIES_TO[kind] & set(one.applies_to)
    )


def ground_for(candidates: Sequence[str], kind: str) -> str:
    """The first of the candidates that is open for this kind; empty where none is."""
    return next((ref for ref in candidates if ref in open_grounds(kind)), "")
