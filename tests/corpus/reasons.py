"""Reasons and a piece of code that several families of bombs share."""

from __future__ import annotations

from tests.corpus.workbench import Work

OTHERS_STAY = "Only the question whose code did it is lost; the others do not depend on it."
OWN_CELL = "The cell is the trainee's own and no answer stands in it, so no point is lost."


def named(work: Work) -> str:
    """Code that gives the process a name by which the runner finds it if it stays."""
    return (
        "try:\n"
        f"    open('/proc/self/comm', 'w').write({work.scene.token[:15]!r})\n"
        "except OSError:\n"
        "    pass\n"
    )
