"""Tests that need live objects: the author's tests in the trainee's own process, as nbgrader runs them.

>>> record = mark_inside(trainee, notebook)

The wall still stands around the process, but the tests stand on the wrong side of it: the trainee's code can
change what they say. So this is never the default, its option has a name that says so, and every mark that
comes of it is flagged. nbgrader's own leniencies are not taken over: no result out of range, no point for a
test that did not run, none lost for a line on the error stream.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hanoikit.errors import Finding
from hanoikit.grading import cells
from hanoikit.grading.trusted.script import is_marking
from hanoikit.grading.trusted.session import Record, TraineeProcess
from hanoikit.i18n import _

FLAG = "tests-inside"


def mark_inside(trainee: TraineeProcess, notebook: Mapping[str, Any], record: Record) -> None:
    """Run the whole notebook, marking cells included, and take the verdicts from what they show."""
    waiting: list[dict[str, Any]] = []
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code" or not cells.source_of(cell).strip():
            continue
        waiting.append({"n": place, "source": cells.source_of(cell)})
        if is_marking(cell):
            trainee.run(waiting)
            waiting = []
            name = cells.grade_id(cell)
            shown = record.outputs.pop(place, None)
            if shown is not None:
                record.shown[name] = shown
            record.verdicts[name] = verdict(cell, shown)
    trainee.run(waiting)
    message = _("The tests ran in the trainee's own process, which could have changed the marks.")
    record.findings.append(Finding(FLAG, message, severity="warning"))


def verdict(cell: cells.Cell, shown: list[dict[str, Any]] | None) -> dict[str, Any]:
    """The verdict that a marking cell's outputs stand for."""
    name, out_of = cells.grade_id(cell), float(cells.nbgrader_of(cell).get("points") or 0)
    if shown is None:
        reason = _("The test did not run.")
        return {"question": name, "problem": "no-result", "reason": reason}
    for output in shown:
        if output["output_type"] == "error":
            said = f"{output['ename']}: {output['evalue']}".rstrip(": ")
            return _made(name, out_of, 0.0, _("The test stopped with {error}.").format(error=said))
    for output in shown:
        if output["output_type"] == "execute_result":
            try:
                points = float(str(output["data"].get("text/plain")))
            except ValueError:
                break
            if not math.isfinite(points) or not 0 <= points <= out_of + 1e-9:
                reason = _("The test gave {points:g} of {out_of:g} points, which cannot be.").format(
                    points=points, out_of=out_of
                )
                return {"question": name, "problem": "out-of-range", "reason": reason}
            reason = _("The test gave {points:g} of {out_of:g} points.").format(points=points, out_of=out_of)
            return _made(name, out_of, points, reason)
    return _made(name, out_of, out_of, _("Every test passed."))


def _made(name: str, out_of: float, points: float, reason: str) -> dict[str, Any]:
    return {
        "question": name,
        "points": points,
        "out_of": out_of,
        "state": "full" if points >= out_of else "partial" if points else "none",
        "reason": f"{reason} " + _("(Marked in the trainee's own process.)"),
        "problem": "",
    }
