"""Where a trainee stands in the branching cases, kept in a folder so that running the cell again shows it.

>>> ResponseNotes("m09-work").taken("shared-once")
()

One small file, written at every act. Where it cannot be written the case goes on, and ``trouble`` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hanoikit.labs.notes import Notes

NAME = "response-room.json"


class ResponseNotes(Notes):
    """The choices taken in each case, the case that is open, and whether the trainee has stepped out."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__(folder, NAME)

    def taken(self, case: str) -> tuple[str, ...]:
        """The choices taken in this case, oldest first."""
        walks = self.kept.get("walks")
        found = walks.get(case) if isinstance(walks, dict) else None
        return tuple(str(name) for name in found) if isinstance(found, list) else ()

    @property
    def case(self) -> str:
        """The case that was open last; empty where none was."""
        found = self.kept.get("case")
        return found if isinstance(found, str) else ""

    @property
    def out(self) -> bool:
        """Whether the trainee has stepped out."""
        return self.kept.get("out") is True

    def keep(self, case: str, taken: Sequence[str], *, out: bool) -> None:
        """Write it down at once."""
        walks = self.kept.get("walks")
        walks = {**walks, case: list(taken)} if isinstance(walks, dict) else {case: list(taken)}
        self.write({"case": case, "out": out, "walks": walks})
