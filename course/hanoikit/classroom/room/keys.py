"""The code with which trainees join, the room's certificate, the token of the instructor's page; kept with the class's
other keys.

>>> keys = RoomKeys.of(klass)
>>> keys.code, keys.proof
('K7QF-2M9Z', 'PT3A-8WQF')

The first half of the code is chance and lets people in; the second half vouches for the certificate, see
:mod:`hanoikit.workshop.pinning`. All of it stays the same when the room is started again, so that nobody has to join
twice; ``renew`` ends the old ones.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hanoikit.classroom.klass import Class
from hanoikit.classroom.room.certificate import Files, issue
from hanoikit.desk_service.access import new_token
from hanoikit.trust.letters import grouped, letters_of, with_check
from hanoikit.workshop.pinning import fingerprint_of, proof_of
from hanoikit.workshop.protocol import CODE_LENGTH, normal_code

FILE = "room.json"


@dataclass(frozen=True, slots=True)
class RoomKeys:
    """Thirty-five bits that are shown on the wall, with what vouches for the certificate; 256 that are not shown."""

    code: str
    proof: str
    instructor: str
    fingerprint: str
    """SHA-256 of the room's certificate (DER), in hexadecimal."""
    files: Files

    @classmethod
    def of(cls, klass: Class, *, renew: bool = False) -> RoomKeys:
        """Those of this class; made when there are none, or with ``renew``.

        Raises ``IdentityRejected`` when the key of the class's authority is needed and gone.
        """
        path = klass.root / "keys" / FILE
        files = Files.of(klass)
        if not renew:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                data = json.loads(path.read_text(encoding="utf-8"))
                code, proof = normal_code(str(data["code"])), normal_code(str(data["proof"]))
                kept = cls(code, proof, str(data["instructor"]), str(data["fingerprint"]), files)
                if code and proof and len(kept.instructor) >= 32 and _fits(kept):
                    return kept
        code = grouped(with_check(letters_of(secrets.token_bytes(8), CODE_LENGTH - 1)))
        der = issue(klass).der()
        made = cls(code, proof_of(der, code), new_token(), fingerprint_of(der), files)
        # mkstemp makes it readable for its owner only.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".room-")
        with os.fdopen(handle, "wb") as file:
            kept_words = {"code": made.code, "proof": made.proof, "instructor": made.instructor}
            file.write(json.dumps(kept_words | {"fingerprint": made.fingerprint}).encode())
        Path(name).replace(path)
        return made


def _fits(keys: RoomKeys) -> bool:
    """Whether the files are still the pair that the code vouches for."""
    der = keys.files.der()
    return bool(der) and fingerprint_of(der) == keys.fingerprint


def qr_rows(text: str) -> list[str]:
    """A QR code (ISO/IEC 18004) as rows of 0 and 1, without its quiet zone."""
    import segno

    made = segno.make(text, error="l", micro=False)
    return ["".join("1" if dark else "0" for dark in row) for row in made.matrix]
