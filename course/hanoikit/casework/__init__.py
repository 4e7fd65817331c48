"""casework: the course's running case, made from a seed; what trainees receive, and apart from it the truth.

>>> from hanoikit.casework import open_case
>>> case = open_case("m04", into=Path("case"))
>>> print(case.briefing)

``evidence_case`` draws the case as pure data, ``build_case`` makes its files with real tools, ``open_case``
puts them into a trainee's folder. The truth is imported from ``hanoikit.casework.truth`` and only by hidden
tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanoikit.casework.drawing import evidence_case
    from hanoikit.casework.making import build_case
    from hanoikit.casework.opening import Case, open_case
    from hanoikit.casework.people import identities, timestamp_authority
    from hanoikit.casework.plan import DEFAULT_SEED, SHIPPED_SEEDS, Plan
    from hanoikit.casework.witness import witnessed_heads

_HOMES = {
    "Case": "opening",
    "DEFAULT_SEED": "plan",
    "Plan": "plan",
    "SHIPPED_SEEDS": "plan",
    "build_case": "making",
    "evidence_case": "drawing",
    "identities": "people",
    "open_case": "opening",
    "timestamp_authority": "people",
    "witnessed_heads": "witness",
}

__all__ = [
    "DEFAULT_SEED",
    "SHIPPED_SEEDS",
    "Case",
    "Plan",
    "build_case",
    "evidence_case",
    "identities",
    "open_case",
    "timestamp_authority",
    "witnessed_heads",
]


def __getattr__(name: str) -> Any:
    # Opening a shipped case needs neither the signing nor the image libraries, so each name loads its own
    # home.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"hanoikit.casework.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
