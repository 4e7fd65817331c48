"""What a lab keeps of a trainee's decisions: one small file of plain data, on the disk when a decision is made.

>>> notes = Notes("m07-work", "safeguards-review.json")
>>> notes.kept
{}

A file that cannot be read is laid aside and never overwritten. Where the folder cannot be written the lab goes on, and
``trouble`` says that it will not be kept.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hanoikit.i18n import _


class Notes:
    """The notes of one lab in one folder."""

    def __init__(self, folder: Path | str, name: str) -> None:
        self.path = Path(folder) / name
        self.trouble = ""
        self.kept = self._read()

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return found
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            pass
        # Somebody edited it, or the disk is at fault.
        try:
            self.path.replace(self._aside())
        except OSError:
            self.trouble = _("The notes in {folder} cannot be read.").format(folder=self.path.parent)
        return {}

    def _aside(self) -> Path:
        names = (self.path.with_suffix(f".unreadable{number or ''}.json") for number in range(10_000))
        return next((name for name in names if not name.exists()), self.path.with_suffix(".unreadable.json"))

    def write(self, kept: dict[str, Any]) -> None:
        """Keep this instead; a crash leaves the old file or the new one."""
        self.kept = kept
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
            draft.replace(self.path)
            self.trouble = ""
        except OSError as error:
            self.trouble = _(
                "Your decisions are not kept: {error}. Free some room, or choose another folder."
            ).format(error=error.strerror or error)
