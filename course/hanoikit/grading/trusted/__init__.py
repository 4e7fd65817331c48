"""The trusted engine: trainees' code behind one wall, the author's tests behind another.

>>> from hanoikit.grading.trusted import TrustedEngine
>>> with TrustedEngine() as engine:
...     marked = engine.mark(hand_in, source)

Modules, from the outside in: ``engine`` and ``session`` are the parent; ``outer`` (bubblewrap) and ``walls``
(namespaces, Landlock, limits) are the walls; ``zygote`` forks; ``runner`` runs trainees' cells; ``judging``
runs the author's tests. ``docs/marking-engine.md`` says what may cross and what is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanoikit.grading.trusted.engine import Paper, TrustedEngine, papers
    from hanoikit.grading.trusted.limits import Limits
    from hanoikit.grading.trusted.outer import Outer, WithoutIsolation

__all__ = ["Limits", "Outer", "Paper", "TrustedEngine", "WithoutIsolation", "papers"]

# The process that hand-ins are forked from lives in this package too, and needs none of the parent's parts.
_HOMES = {
    "Limits": "limits",
    "Outer": "outer",
    "Paper": "engine",
    "TrustedEngine": "engine",
    "WithoutIsolation": "outer",
    "papers": "engine",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
