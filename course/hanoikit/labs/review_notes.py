"""What a trainee has decided about case files so far, kept in a folder so that running the cell again shows it.

>>> notes = ReviewNotes("m07-work")
>>> notes.of("hospital-log", None)["outcome"]
''

One small file; a decision is on the disk when it is made. Where the folder cannot be written the review goes on, and
``trouble`` says that it will not be kept.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hanoikit.i18n import _

NAME = "safeguards-review.json"


class ReviewNotes:
    """Decisions by case file and version."""

    def __init__(self, folder: Path | str) -> None:
        self.path = Path(folder) / NAME
        self.trouble = ""
        self._kept = self._read()

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            # Somebody edited it, or the disk is at fault. It is laid aside and not overwritten.
            self._lay_aside()
            return {}
        return found if isinstance(found, dict) else {}

    def _lay_aside(self) -> None:
        try:
            self.path.replace(self.path.with_suffix(".unreadable.json"))
        except OSError:
            self.trouble = _("The notes in {folder} cannot be read.").format(folder=self.path.parent)

    def of(self, name: str, seed: int | None) -> dict[str, Any]:
        """The notes on this version of this file; empty ones where there are none."""
        files = self._kept.get("files")
        found = files.get(f"{name}:{seed or 0}") if isinstance(files, dict) else None
        blank: dict[str, Any] = {"gates": {}, "kept": None, "outcome": "", "ground": ""}
        blank |= {"compared": False, "seen": False}
        return {**blank, **found} if isinstance(found, dict) else blank

    @property
    def last(self) -> tuple[str, int | None]:
        """The file and version that were open last; an empty name where nothing was."""
        name, seed = self._kept.get("file"), self._kept.get("seed")
        return (name, seed if isinstance(seed, int) else None) if isinstance(name, str) else ("", None)

    def keep(self, name: str, seed: int | None, **decided: Any) -> None:
        """Write these decisions down at once."""
        files = self._kept.get("files")
        files = files if isinstance(files, dict) else {}
        files[f"{name}:{seed or 0}"] = {**self.of(name, seed), **decided}
        self._kept = {"file": name, "seed": seed, "files": files}
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(self._kept, ensure_ascii=False, indent=1), encoding="utf-8")
            draft.replace(self.path)
            self.trouble = ""
        except OSError as error:
            self.trouble = _(
                "Your decisions are not kept: {error}. Free some room, or choose another folder."
            ).format(error=error.strerror or error)
