"""The custody log: who had which item, when and where, signed by each person and chained entry to entry.

>>> log = CustodyLog(case="XA-2026-0417")
>>> log.append(action="collected", item="laptop-1", actor=anh, place="Harbour Street 5", at=at)
>>> log.hand_over(item="laptop-1", giver=anh, taker=minh, place="Evidence room", at=later)
>>> log.save(Path("custody.jsonl"))
>>> verify(CustodyLog.load(Path("custody.jsonl")), roots=[authority.certificate])
[]

The file is JSON Lines: a header, then one entry a line. A line is canonical JSON (RFC 8785),
``{"entry":{...},"signature":"<hex>"}``; the Ed25519 signature covers exactly the bytes of the object
``entry``, and each entry carries the SHA-256 of the whole line before it. Whoever signs for the first time
encloses their certificate.

**What a log cannot show by itself.** Cutting off the last entries leaves a log that verifies. So does
writing the whole log anew when one has everybody's keys. No check inside the log can find either. It takes
something outside: a head (number and hash of an entry) that another person noted, a receipt, a timestamp.
Such an ``Anchor`` is what the State that receives the evidence should keep. ``verify`` takes anchors;
``compare`` finds where two copies part.
"""

from __future__ import annotations

from hanoikit.evidence.custody_anchor import Anchor, LogFinding
from hanoikit.evidence.custody_check import check, compare, verify
from hanoikit.evidence.custody_entry import ACTIONS, CustodyEntry, Unreadable
from hanoikit.evidence.custody_log import CustodyLog, Head

__all__ = [
    "ACTIONS",
    "Anchor",
    "CustodyEntry",
    "CustodyLog",
    "Head",
    "LogFinding",
    "Unreadable",
    "check",
    "compare",
    "verify",
]
