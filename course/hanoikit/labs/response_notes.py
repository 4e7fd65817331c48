"""Where a trainee stands in the branching cases, kept in a folder so that running the cell again shows it.

>>> ResponseNotes("m09-work").taken("shared-once")
()

One small file, written at every act. Where it cannot be written the case goes on, and ``trouble`` says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hanoikit.i18n import _

NAME = "response-room.json"


class ResponseNotes:
    """The choices taken in each case, the case that is open, and whether the trainee has stepped out."""

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
            try:
                self.path.replace(self.path.with_suffix(".unreadable.json"))
            except OSError:
                self.trouble = _("The notes in {folder} cannot be read.").format(folder=self.path.parent)
            return {}
        return found if isinstance(found, dict) else {}

    def taken(self, case: str) -> tuple[str, ...]:
        """The choices taken in this case, oldest first."""
        walks = self._kept.get("walks")
        found = walks.get(case) if isinstance(walks, dict) else None
        return tuple(str(name) for name in found) if isinstance(found, list) else ()

    @property
    def case(self) -> str:
        """The case that was open last; empty where none was."""
        found = self._kept.get("case")
        return found if isinstance(found, str) else ""

    @property
    def out(self) -> bool:
        """Whether the trainee has stepped out."""
        return self._kept.get("out") is True

    def keep(self, case: str, taken: Sequence[str], *, out: bool) -> None:
        """Write it down at once."""
        walks = self._kept.get("walks")
        walks = {**walks, case: list(taken)} if isinstance(walks, dict) else {case: list(taken)}
        self._kept = {"case": case, "out": out, "walks": walks}
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(self._kept, ensure_ascii=False, indent=1), encoding="utf-8")
            draft.replace(self.path)
            self.trouble = ""
        except OSError as error:
            self.trouble = _(
                "Your steps are not kept: {error}. Free some room, or choose another folder."
            ).format(error=error.strerror or error)
