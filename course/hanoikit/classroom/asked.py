"""What the questions of an assignment offer, and the author keys: enough for a table of what was chosen.

>>> asked = asked_of(AssignmentSource.installed("m01-convention"))
>>> asked["m01-q1"].kind, asked["m01-q1"].model
('match', {'1': 'b', ...})

:func:`hanoikit.classroom.study.study` works an assignment out as its author would, which takes long where the answers
are files. Here only the setup and the controls run, and a key is read where the author wrote it down. What was found
is kept on this person's shelf until the text or the kit changes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hanoikit.build import questions
from hanoikit.build.calls import UNKNOWN
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.study import Studied, run_cells
from hanoikit.errors import ClassroomError
from hanoikit.grading import AssignmentSource
from hanoikit.grading.shelf import Shelf

_FORMAT = b"asked/1"


def shelf_of_user() -> Shelf:
    """The shelf beside that of derived notebooks, under the same secret."""
    derived = Shelf.of_user()
    return replace(derived, folder=derived.folder.parent / "asked")


def asked_of(source: AssignmentSource, *, shelf: Shelf | None = None) -> dict[str, Studied]:
    """Every question that has a control. ``model`` is ``None`` where the author's answer is computed.

    Empty when the controls cannot be run; the report then goes without these tables.
    """
    shelf = shelf or shelf_of_user()
    key = shelf.key(_FORMAT + source.text.read_bytes(), source.name)
    entry = shelf.get(key)
    if entry is None:
        try:
            entry = _work_out(source)
        except ClassroomError:
            return {}
        shelf.put(key, entry)
    return {
        name: Studied(name, row["kind"], "", row["spec"], row["model"])
        for name, row in entry["questions"].items()
    }


def _work_out(source: AssignmentSource) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="hanoikit-asked-", ignore_cleanup_errors=True) as scratch:
        ran = run_cells(source.parsed, Path(scratch) / source.name, known=())
    found = {}
    for question in questions(source.parsed):
        if question.id not in ran.asked:
            continue
        values = [call.positional[0] for _cell, call in question.models if call.positional]
        model = values[0] if values and values[0] is not UNKNOWN else None
        found[question.id] = {
            "kind": ran.asked[question.id]["kind"],
            "spec": ran.asked[question.id]["spec"],
            "model": model,
        }
    return {"questions": found}


def with_keys(asked: Mapping[str, Studied], entries: Sequence[Entry]) -> dict[str, Studied]:
    """Keys that are computed, taken from an answer that earned all points."""
    found = dict(asked)
    for name, question in asked.items():
        if question.model is not None or question.kind not in {
            "choice",
            "choices",
            "narrow",
            "gates",
            "match",
        }:
            continue
        for entry in entries:
            marks = entry.marked.questions if entry.marked else ()
            if name in entry.answers and any(m.question == name and m.state == "full" for m in marks):
                found[name] = replace(question, model=entry.answers[name])
                break
    return found
