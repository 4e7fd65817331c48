"""What a trainee has decided about case files so far, kept in a folder so that running the cell again shows it.

>>> notes = ReviewNotes("m07-work")
>>> notes.of("hospital-log", None)["outcome"]
''

One small file; a decision is on the disk when it is made. Where the folder cannot be written the review goes on, and
``trouble`` says that it will not be kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hanoikit.labs.notes import Notes

NAME = "safeguards-review.json"


class ReviewNotes(Notes):
    """Decisions by case file and version."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__(folder, NAME)

    def of(self, name: str, seed: int | None) -> dict[str, Any]:
        """The notes on this version of this file; empty ones where there are none."""
        files = self.kept.get("files")
        found = files.get(f"{name}:{seed or 0}") if isinstance(files, dict) else None
        blank: dict[str, Any] = {"gates": {}, "kept": None, "outcome": "", "ground": ""}
        blank |= {"compared": False, "seen": False}
        return {**blank, **found} if isinstance(found, dict) else blank

    @property
    def last(self) -> tuple[str, int | None]:
        """The file and version that were open last; an empty name where nothing was."""
        name, seed = self.kept.get("file"), self.kept.get("seed")
        return (name, seed if isinstance(seed, int) else None) if isinstance(name, str) else ("", None)

    def keep(self, name: str, seed: int | None, **decided: Any) -> None:
        """Write these decisions down at once."""
        files = self.kept.get("files")
        files = files if isinstance(files, dict) else {}
        files[f"{name}:{seed or 0}"] = {**self.of(name, seed), **decided}
        self.write({"file": name, "seed": seed, "files": files})
