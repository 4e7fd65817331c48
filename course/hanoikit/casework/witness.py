"""Read what witnesses noted about a custody log: the heads in ``custody-witness.json``, as anchors to verify
against.

>>> findings = verify(log, roots=roots, anchors=witnessed_heads(case.path("custody-witness.json")))
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from hanoikit.errors import ArtefactUnreadable
from hanoikit.evidence.custody import Anchor
from hanoikit.i18n import _

__all__ = ["witnessed_heads"]


def witnessed_heads(path: Path) -> list[Anchor]:
    """The heads in the file, in the order of their entries. Raises ``ArtefactUnreadable`` when it cannot be
    read.
    """
    try:
        note = json.loads(Path(path).read_text(encoding="utf-8"))
        heads = [
            Anchor(head["index"], head["hash"], head["source"], datetime.fromisoformat(head["at"]))
            for head in note["heads"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtefactUnreadable(
            _("The witness's note about the custody log cannot be read."),
            where=str(path),
            next_step=_("Open the case again; the file comes back."),
        ) from error
    return sorted(heads, key=lambda head: head.index)
