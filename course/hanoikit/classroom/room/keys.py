"""The code with which trainees join, and the token of the instructor's page; kept with the class's other keys.

>>> keys = RoomKeys.of(klass)
>>> keys.code
'K7QF-2M9X'

They stay the same when the room is started again, so that nobody has to join twice; ``renew`` ends the old ones.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from hanoikit.classroom.klass import Class
from hanoikit.desk_service.access import new_token
from hanoikit.workshop.protocol import CODE_LENGTH, LETTERS, normal_code

FILE = "room.json"


@dataclass(frozen=True, slots=True)
class RoomKeys:
    """Forty bits that are shown on the wall, and 256 that are not."""

    code: str
    instructor: str

    @classmethod
    def new(cls) -> RoomKeys:
        """New ones, by chance."""
        code = "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))
        return cls(normal_code(code), new_token())

    @classmethod
    def of(cls, klass: Class, *, renew: bool = False) -> RoomKeys:
        """Those of this class; made when there are none, or with ``renew``."""
        path = klass.root / "keys" / FILE
        if not renew:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                data = json.loads(path.read_text(encoding="utf-8"))
                kept = cls(normal_code(str(data["code"])), str(data["instructor"]))
                if kept.code and len(kept.instructor) >= 32:
                    return kept
        made = cls.new()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # mkstemp makes it readable for its owner only.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".room-")
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(asdict(made)).encode())
        Path(name).replace(path)
        return made


def qr_rows(text: str) -> list[str]:
    """A QR code (ISO/IEC 18004) as rows of 0 and 1, without its quiet zone."""
    import segno

    made = segno.make(text, error="l", micro=False)
    return ["".join("1" if dark else "0" for dark in row) for row in made.matrix]
