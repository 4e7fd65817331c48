"""What somebody can do to a custody log by hand: the tools of the attack classes.

>>> forged = rewritten(log, 2, [(value_of(entry), signers[entry.actor]) for entry in log.entries[2:]])

Nothing here checks anything; that is the point. Each function needs exactly the keys that it is given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from hanoikit.errors import UsageError
from hanoikit.evidence.custody_entry import CLOSING, CustodyEntry, encode_certificate, signed_line
from hanoikit.evidence.custody_log import CustodyLog
from hanoikit.trust.certificates import person
from hanoikit.trust.identity import CourseAuthority, Identity


def value_of(entry: CustodyEntry) -> dict[str, Any]:
    """The members of an entry as they stand in its line, to be edited."""
    value: dict[str, Any] = json.loads(entry.signed_bytes)
    return value


def hash_above(log: CustodyLog, lines: Sequence[bytes]) -> str:
    """What the next entry must carry as ``previous`` when ``lines`` stand above it."""
    return hashlib.sha256(lines[-1] if lines else log.header).hexdigest()


def relined(log: CustodyLog, lines: Sequence[bytes]) -> CustodyLog:
    """A log with the header of ``log`` and other lines."""
    return CustodyLog.from_lines(log.header, lines)


def rewritten(log: CustodyLog, kept: int, steps: Iterable[tuple[dict[str, Any], Identity]]) -> CustodyLog:
    """The first ``kept`` entries, then ``steps`` signed anew: numbers, chain and enclosed certificates made
    to fit.

    Each entry names the certificate of the identity that signs it. Whether key and certificate are a pair
    is not asked.
    """
    lines = [entry.line for entry in log.entries[:kept]]
    seen = {entry.actor for entry in log.entries[:kept]}
    for value, signer in steps:
        actor = signer.fingerprint
        fresh = {
            **value,
            "actor": actor,
            "certificate": "" if actor in seen else encode_certificate(signer.certificate),
            "index": len(lines) + 1,
            "previous": hash_above(log, lines),
        }
        seen.add(actor)
        lines.append(signed_line(fresh, signer))
    return relined(log, lines)


def look_alike(victim: Identity, rng: Random) -> Identity:
    """A certificate on the victim's name from an authority that bears the name of the real one."""
    issuer = victim.certificate.issuer.rfc4514_string()
    name = next(part[3:] for part in issuer.split(",") if part.startswith("CN="))
    impostor = CourseAuthority.create(
        name=name,
        not_before=victim.certificate.not_valid_before_utc,
        not_after=victim.certificate.not_valid_after_utc,
        seed=rng.randbytes(16),
    )
    who = person(victim.certificate)
    return impostor.issue(name=who.name, role=who.role, organisation=who.organisation, state=who.state)


def handovers(log: CustodyLog) -> list[tuple[CustodyEntry, CustodyEntry]]:
    """The handovers of which both halves are there."""
    given: dict[str, CustodyEntry] = {}
    found = []
    for entry in log.entries:
        if entry.action == "transferred-out":
            given[entry.item] = entry
        elif entry.action == "transferred-in" and entry.item in given:
            found.append((given.pop(entry.item), entry))
    return found


def open_handovers(log: CustodyLog, count: int) -> set[str]:
    """The items that after the first ``count`` entries were given away and not yet taken."""
    travelling: set[str] = set()
    for entry in log.entries[:count]:
        travelling.discard(entry.item)
        if entry.action == "transferred-out":
            travelling.add(entry.item)
    return travelling


def holds(log: CustodyLog, count: int) -> bool:
    """Whether the author of entry ``count`` holds its item after it."""
    entry = log.entries[count - 1]
    return entry.action not in {"identified", "transferred-out", *CLOSING}


def held_item(log: CustodyLog) -> tuple[str, str]:
    """Who acted last on an item that they still hold (fingerprint), and the item."""
    last = {entry.item: entry for entry in log.entries}
    for entry in reversed(log.entries):
        if last[entry.item] is entry and holds(log, entry.index):
            return entry.actor, entry.item
    raise UsageError("This attack needs a log with an item that somebody holds at its end.")
